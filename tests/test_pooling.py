"""Pooling and resampling, against PyTorch, central differences and their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import DTYPES, agrees_with_differences, agrees_with_torch, apart, both, int_or_pair, near, steady

import cnnlib


def pool_case(rng, padded=True):
    """Windows of 1 to 4, that overlap, touch or leave gaps, that need not tile; padding up to half of the window."""
    n, c = (int(k) for k in rng.integers(1, 4, 2))
    kernel = int_or_pair(rng, 1, 4)
    options = {"kernel_size": kernel}
    if rng.random() < 0.8:
        options["stride"] = int_or_pair(rng, 1, 4)
    if padded and rng.random() < 0.6:
        options["padding"] = tuple(int(rng.integers(0, k // 2 + 1)) for k in both(kernel))
    size = [k + int(rng.integers(0, 7)) for k in both(kernel)]
    return [apart(rng, n, c, *size)], options


def lp_case(rng):
    arrays, options = pool_case(rng, padded=False)
    return arrays, {**options, "p": float(rng.choice([1, 1.5, 2, 3, 7]))}


def resample_case(rng):
    return [rng.standard_normal([int(k) for k in rng.integers(1, 7, 4)])], {"stride": int_or_pair(rng, 1, 4)}


def torch_lp_pool(torch):
    # PyTorch raises x itself to the power, which is nan for negative x and odd p: give it |x|, as the formula says.
    return lambda x, p, kernel_size, stride=None: torch.nn.functional.lp_pool2d(x.abs(), p, kernel_size, stride)


def torch_upsample(x, stride):
    rows, columns = both(stride)
    wide = x.new_zeros(*x.shape[:2], x.shape[2] * rows, x.shape[3] * columns)
    wide[:, :, ::rows, ::columns] = x
    return wide


def torch_downsample(x, stride):
    rows, columns = both(stride)
    return x[:, :, ::rows, ::columns]


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_pooling_agrees_with_torch(torch, name):
    agrees_with_torch(torch, getattr(cnnlib, name), getattr(torch.nn.functional, name), pool_case)


def test_lp_pooling_agrees_with_torch(torch):
    def ours(x, p, kernel_size, stride=None):
        return cnnlib.lp_pool2d(x, p, kernel_size, stride=stride)

    agrees_with_torch(torch, ours, torch_lp_pool(torch), lp_case)


@pytest.mark.parametrize(("ours", "theirs"), [(cnnlib.upsample, torch_upsample), (cnnlib.downsample, torch_downsample)])
def test_resampling_agrees_with_torch(torch, ours, theirs):
    agrees_with_torch(torch, ours, theirs, resample_case)


@pytest.mark.parametrize(
    ("operation", "make"),
    [
        (cnnlib.max_pool2d, pool_case),
        (cnnlib.avg_pool2d, pool_case),
        (cnnlib.lp_pool2d, lp_case),
        (cnnlib.upsample, resample_case),
        (cnnlib.downsample, resample_case),
    ],
)
def test_agrees_with_central_differences(operation, make):
    agrees_with_differences(operation, make)


def test_the_first_of_tied_maxima_takes_it_all():
    x = np.array([[[[1.0, 7.0, 7.0], [7.0, 0.0, 7.0]]]])
    _, backward = cnnlib.max_pool2d(x, (2, 2), stride=1)
    assert backward(np.array([[[[10.0, 100.0]]]]))[0, 0].tolist() == [[0, 110, 0], [0, 0, 0]]
    flat, backward = cnnlib.max_pool2d(np.zeros((1, 1, 4, 4)), 2)
    assert backward(flat + 1)[0, 0].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0]] * 2


def test_ties_agree_with_torch(torch):
    for seed in range(100):
        rng = np.random.default_rng(seed)
        (x,), options = pool_case(rng)
        x = rng.integers(-1, 2, x.shape).astype(float)
        y, backward = cnnlib.max_pool2d(x, **options)
        leaf = torch.tensor(x, requires_grad=True)
        expected = torch.nn.functional.max_pool2d(leaf, **options)
        dy = rng.standard_normal(y.shape)
        expected.backward(torch.tensor(dy))
        assert np.allclose(backward(dy), leaf.grad.numpy()), seed


def test_padding_never_wins():
    y, backward = cnnlib.max_pool2d(np.full((1, 1, 2, 2), -5.0), 3, stride=1, padding=1)
    assert (y == -5).all()
    assert backward(np.ones_like(y)).sum() == y.size


@steady
@given(st.integers(0, 10**6))
def test_pooling_hands_all_of_the_gradient_back(seed):
    rng = np.random.default_rng(seed)
    (x,), options = pool_case(rng, padded=False)
    for operation in (cnnlib.max_pool2d, cnnlib.avg_pool2d):
        y, backward = operation(x, **options)
        dy = rng.standard_normal(y.shape)
        assert np.isclose(backward(dy).sum(), dy.sum())


def test_a_window_of_one_copies():
    x = np.ones((1, 1, 2, 2))
    for operation in (cnnlib.max_pool2d, cnnlib.avg_pool2d):
        y, _ = operation(x, 1)
        y += 1
        assert (x == 1).all()


def test_lp_pooling_lies_between_its_ends():
    x = np.random.default_rng(3).standard_normal((2, 3, 6, 6))
    largest, _ = cnnlib.max_pool2d(np.abs(x), 2)
    total, _ = cnnlib.avg_pool2d(np.abs(x), 2)
    assert near(cnnlib.lp_pool2d(x, 1, 2)[0], 4 * total, 1e-12)
    assert near(cnnlib.lp_pool2d(x, 300.0, 2)[0], largest, 1e-2)


def test_lp_pooling_has_the_sign_of_its_input_and_no_gradient_where_all_is_zero():
    _, backward = cnnlib.lp_pool2d(np.array([[[[3.0, -4.0]]]]), 2, (1, 2))
    assert np.allclose(backward(np.ones((1, 1, 1, 1))), [[[[0.6, -0.8]]]])
    y, backward = cnnlib.lp_pool2d(np.zeros((1, 1, 2, 2)), 2, 2)
    assert not y.any()
    assert not backward(np.ones_like(y)).any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_large_numbers_do_not_overflow_in_lp_pooling(dtype):
    y, backward = cnnlib.lp_pool2d(np.full((1, 1, 2, 2), 1e30, dtype), 50, 2)
    assert np.isfinite(y).all()
    assert np.isfinite(backward(np.ones_like(y))).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_empty_batches(dtype):
    x = np.zeros((0, 2, 5, 5), dtype)
    pools = [cnnlib.max_pool2d(x, 2), cnnlib.avg_pool2d(x, 2), cnnlib.lp_pool2d(x, 2, 2)]
    for y, backward in [*pools, cnnlib.upsample(x, 2), cnnlib.downsample(x, 2)]:
        assert len(y) == 0
        assert backward(y).shape == x.shape
        assert backward(y).dtype == dtype


def test_sizes_of_resampling_and_their_being_adjoint():
    x = np.arange(12.0).reshape(1, 1, 3, 4) + 1
    wide, backward = cnnlib.upsample(x, (2, 3))
    assert wide.shape == (1, 1, 6, 12)
    assert np.count_nonzero(wide) == 12
    assert np.array_equal(cnnlib.downsample(wide, (2, 3))[0], x)
    assert np.array_equal(backward(wide), x)
