"""The convolution layers, against their definition, PyTorch, central differences and the decks' own numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import (
    DTYPES,
    TOLERANCE,
    agrees_with_differences,
    agrees_with_torch,
    both,
    disguise,
    int_or_pair,
    near,
    steady,
)

import cnnlib


def conv2d_case(rng):
    """N, C, F from 1; H != W and KH != KW as a rule; a stride of 1 to 4 that need not tile; a padding of 0 to 3."""
    n, c, f = (int(k) for k in rng.integers(1, 4, 3))
    kernel = [int(k) for k in rng.integers(1, 6, 2)]
    stride, padding = int_or_pair(rng, 1, 4), int_or_pair(rng, 0, 3)
    size = [max(1, k - 2 * p) + int(rng.integers(0, 7)) for k, p in zip(kernel, both(padding), strict=True)]
    arrays = [rng.standard_normal((n, c, *size)), rng.standard_normal((f, c, *kernel))]
    if rng.random() < 0.7:
        arrays.append(rng.standard_normal(f))
    return arrays, {"stride": stride, "padding": padding}


def conv1d_case(rng):
    n, c, f, k = (int(number) for number in rng.integers(1, 5, 4))
    stride, padding = int(rng.integers(1, 5)), int(rng.integers(0, 4))
    length = max(1, k - 2 * padding) + int(rng.integers(0, 9))
    arrays = [rng.standard_normal((n, c, length)), rng.standard_normal((f, c, k))]
    if rng.random() < 0.7:
        arrays.append(rng.standard_normal(f))
    return arrays, {"stride": stride, "padding": padding}


def conv_transpose2d_case(rng):
    n, c, f = (int(k) for k in rng.integers(1, 4, 3))
    kernel = [int(k) for k in rng.integers(1, 6, 2)]
    stride, padding = int_or_pair(rng, 1, 4), int_or_pair(rng, 0, 3)
    size = []
    for k, s, p in zip(kernel, both(stride), both(padding), strict=True):
        smallest = max(1, math.ceil((2 * p + 1 - k) / s) + 1)
        size.append(smallest + int(rng.integers(0, 4)))
    arrays = [rng.standard_normal((n, c, *size)), rng.standard_normal((c, f, *kernel))]
    if rng.random() < 0.7:
        arrays.append(rng.standard_normal(f))
    return arrays, {"stride": stride, "padding": padding}


OPERATIONS = [
    ("plain_conv2d", conv2d_case),
    ("conv1d", conv1d_case),
    ("conv2d", conv2d_case),
    ("conv_transpose2d", conv_transpose2d_case),
]


@pytest.mark.parametrize(("name", "make"), OPERATIONS)
def test_agrees_with_torch(torch, name, make):
    agrees_with_torch(torch, getattr(cnnlib, name), getattr(torch.nn.functional, name.removeprefix("plain_")), make)


def test_the_plain_layer_and_the_fast_one_are_one_operation():
    for seed in range(300):
        rng = np.random.default_rng(seed)
        arrays, options = conv2d_case(rng)
        arrays = [disguise(array, rng) for array in arrays]
        (y, backward), (fast, fast_backward) = (f(*arrays, **options) for f in (cnnlib.plain_conv2d, cnnlib.conv2d))
        dy = disguise(rng.standard_normal(fast.shape), rng)
        for found, expected in zip((y, *backward(dy)), (fast, *fast_backward(dy)), strict=True):
            assert near(found, expected, 1e-12), seed


# Large enough for the matrix products to be split, for their threads, for strides to leave lattices of several sizes.
LARGE = [  # N, C, H, W, F, KH, KW, stride, padding
    (64, 6, 12, 12, 16, 5, 5, 1, 0),
    (32, 16, 8, 8, 32, 3, 3, 1, 1),
    (16, 16, 29, 32, 32, 3, 2, 2, 0),
    (3, 5, 61, 40, 12, 7, 4, (3, 2), (2, 3)),
    (1, 1, 150, 131, 3, 5, 6, 1, 2),
    (96, 24, 14, 13, 40, 3, 3, 1, 1),
]


def large(n, c, h, w, f, kh, kw, stride, padding):
    def make(rng):
        arrays = [rng.standard_normal(shape) for shape in ((n, c, h, w), (f, c, kh, kw), (f,))]
        return arrays, {"stride": stride, "padding": padding}

    return make


@pytest.mark.parametrize("sizes", LARGE)
def test_large_layers_agree_with_torch(torch, sizes):
    agrees_with_torch(torch, cnnlib.conv2d, torch.nn.functional.conv2d, large(*sizes), cases=3)


@pytest.mark.parametrize("sizes", LARGE)
def test_large_layers_are_im2col_and_the_adjoint(sizes):
    rng = np.random.default_rng(0)
    (x, w, _), options = large(*sizes)(rng)
    y, backward = cnnlib.conv2d(x, w, **options)
    columns = cnnlib.im2col(x, w.shape[2:], **options)
    assert near(y.reshape(len(x), len(w), -1), w.reshape(len(w), -1) @ columns, 1e-9)
    dy = rng.standard_normal(y.shape)
    dx, dw = backward(dy)
    assert np.isclose((y * dy).sum(), (x * dx).sum())
    assert np.isclose((y * dy).sum(), (w * dw).sum())


@pytest.mark.parametrize(("name", "make"), OPERATIONS)
def test_agrees_with_central_differences(name, make):
    agrees_with_differences(getattr(cnnlib, name), make)


def test_agrees_with_its_definition():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        (x, w, *b), options = conv2d_case(rng)
        (rows, columns), (top, left) = both(options["stride"]), both(options["padding"])
        padded = np.pad(x, [(0, 0), (0, 0), (top, top), (left, left)])
        y, backward = cnnlib.conv2d(x, w, *b, **options)
        dy = rng.standard_normal(y.shape)
        dx, dw, db = np.zeros_like(padded), np.zeros_like(w), np.zeros(len(w))
        for n, f, i, j in np.ndindex(*y.shape):
            window = np.s_[n, :, i * rows : i * rows + w.shape[2], j * columns : j * columns + w.shape[3]]
            assert np.isclose(y[n, f, i, j], (w[f] * padded[window]).sum() + (b[0][f] if b else 0))
            dx[window] += dy[n, f, i, j] * w[f]
            dw[f] += dy[n, f, i, j] * padded[window]
            db[f] += dy[n, f, i, j]
        inner = dx[:, :, top : top + x.shape[2], left : left + x.shape[3]]
        for found, expected in zip(backward(dy), (inner, dw, db), strict=False):
            assert near(found, expected, 1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "make"), OPERATIONS)
def test_an_empty_batch_gives_an_empty_batch(name, make, dtype):
    for seed in range(20):
        (x, w, *b), options = make(np.random.default_rng(seed))
        y, backward = getattr(cnnlib, name)(
            x[:0].astype(dtype), w.astype(dtype), *(a.astype(dtype) for a in b), **options
        )
        full, _ = getattr(cnnlib, name)(x, w, *b, **options)
        assert y.shape == (0, *full.shape[1:])
        gradients = backward(y)
        assert [g.shape for g in gradients] == [(0, *x.shape[1:]), w.shape, *(a.shape for a in b)]
        assert all(not g.any() and g.dtype == dtype for g in gradients)


def test_the_gradient_of_the_images_can_be_left_out():
    x, w, b = np.ones((2, 1, 5, 4)), np.ones((3, 1, 2, 3)), np.ones(3)
    y, backward = cnnlib.conv2d(x, w, b)
    _, dw, db = backward(y)
    left_out, same_dw, same_db = backward(y, input_gradient=False)
    assert left_out is None
    assert np.array_equal(dw, same_dw)
    assert np.array_equal(db, same_db)
    assert cnnlib.conv1d(x[:, :, 0], w[:1, :, 0])[1](np.ones((2, 1, 2)), input_gradient=False)[0] is None


def test_upstream_gradients_of_any_real_dtype_are_taken():
    x, w = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32)
    _, backward = cnnlib.conv2d(x, w)
    dy = np.arange(4).reshape(1, 1, 2, 2)
    for upstream in (dy, dy.astype(float), dy.tolist()):
        dx, dw = backward(upstream)
        assert dx.dtype == dw.dtype == np.float32
        assert dw[0, 0].tolist() == [[6, 6], [6, 6]]


def test_nan_and_inf_pass_through_and_stay_where_they_belong():
    x = np.zeros((2, 1, 4, 4))
    x[0, 0, 0, 0], x[1, 0, 3, 3] = np.nan, np.inf
    y, _ = cnnlib.conv2d(x, np.ones((1, 1, 2, 2)))
    assert np.isnan(y).sum() == 1
    assert np.isnan(y[0, 0, 0, 0])
    assert np.isinf(y).sum() == 1
    assert np.isinf(y[1, 0, 2, 2])


@steady
@given(st.integers(0, 10**6), st.integers(-2, 2), st.integers(-2, 2))
def test_shifting_the_image_shifts_the_map(seed, down, right):
    rng = np.random.default_rng(seed)
    x, w = np.zeros((1, 2, 12, 13)), rng.standard_normal((3, 2, 3, 2))
    x[:, :, 4:8, 4:9] = rng.standard_normal((1, 2, 4, 5))
    y, _ = cnnlib.conv2d(x, w)
    shifted, _ = cnnlib.conv2d(np.roll(x, (down, right), (2, 3)), w)
    assert np.allclose(shifted, np.roll(y, (down, right), (2, 3)))


@steady
@given(st.integers(0, 10**6))
def test_the_pullback_is_the_adjoint(seed):
    rng = np.random.default_rng(seed)
    (x, w, *_), options = conv2d_case(rng)
    y, backward = cnnlib.conv2d(x, w, **options)
    dy = rng.standard_normal(y.shape)
    dx, dw = backward(dy)
    assert np.isclose((y * dy).sum(), (x * dx).sum())
    assert np.isclose((y * dy).sum(), (w * dw).sum())


def test_the_transposed_convolution_is_the_input_gradient_and_an_upsampling_before_a_flipped_kernel():
    rng = np.random.default_rng(5)
    x, w = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((3, 2, 3, 4))
    y, _ = cnnlib.conv_transpose2d(x, w, stride=(2, 3))
    _, backward = cnnlib.conv2d(np.zeros_like(y), w, stride=(2, 3))
    assert np.allclose(y, backward(x)[0])
    zeros_between, _ = cnnlib.upsample(x, (2, 3))
    flipped = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    wide, _ = cnnlib.conv2d(zeros_between, flipped, padding=(2, 3))
    assert np.allclose(y, wide[:, :, : y.shape[2], : y.shape[3]])


def test_a_strided_layer_is_a_dense_one_then_downsampling():
    rng = np.random.default_rng(6)
    x, w = rng.standard_normal((2, 2, 9, 8)), rng.standard_normal((3, 2, 3, 2))
    strided, strided_backward = cnnlib.conv2d(x, w, stride=(2, 3))
    dense, dense_backward = cnnlib.conv2d(x, w)
    dropped, drop_backward = cnnlib.downsample(dense, (2, 3))
    assert np.allclose(strided, dropped)
    dy = rng.standard_normal(strided.shape)
    for found, expected in zip(strided_backward(dy), dense_backward(drop_backward(dy)), strict=True):
        assert np.allclose(found, expected)


# ---------------------------------------------------------------- the decks' own numbers

ARORA = np.array([[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]])
ARORA_KERNEL = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
RAJ = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
RAJ_KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])


def test_arora_s_matrix_product_is_a_correlation():
    assert cnnlib.correlate2d(ARORA, ARORA_KERNEL).tolist() == [[122, 148], [126, 134]]
    assert cnnlib.convolve2d(ARORA, ARORA_KERNEL).tolist() == [[119, 148], [121, 143]]
    matrix = cnnlib.toeplitz(ARORA_KERNEL, (4, 4))
    assert matrix[0].tolist() == [1, 4, 1, 0, 1, 4, 3, 0, 3, 3, 1, 0, 0, 0, 0, 0]
    assert (matrix @ ARORA.ravel()).tolist() == [122, 148, 126, 134]
    y, _ = cnnlib.conv2d(ARORA[None, None].astype(float), ARORA_KERNEL[None, None].astype(float))
    assert y.ravel().tolist() == [122, 148, 126, 134]


def test_raj_s_five_by_five_example():
    expected = [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert cnnlib.correlate2d(RAJ, RAJ_KERNEL).tolist() == expected
    y, _ = cnnlib.conv2d(RAJ[None, None].astype(np.float32), RAJ_KERNEL[None, None].astype(np.float32))
    assert y[0, 0].tolist() == expected


def test_mahmoud_s_one_dimensional_case_in_symbols():
    x, w, b = np.array([2.0, 3.0, 5.0, 7.0]), np.array([11.0, 13.0]), 17.0
    dy = np.array([19.0, 23.0, 29.0])
    y, backward = cnnlib.conv1d(x[None, None], w[None, None], np.array([b]))
    assert y[0, 0].tolist() == [w[0] * x[i] + w[1] * x[i + 1] + b for i in range(3)]
    dx, dw, db = backward(dy[None, None])
    assert db.tolist() == [dy.sum()]
    assert dw[0, 0].tolist() == [x[:3] @ dy, x[1:] @ dy]
    assert dx[0, 0].tolist() == [w[0] * dy[0], w[1] * dy[0] + w[0] * dy[1], w[1] * dy[1] + w[0] * dy[2], w[1] * dy[2]]
    jacobian = cnnlib.toeplitz(w[None], (1, 4))
    assert jacobian.tolist() == [[11, 13, 0, 0], [0, 11, 13, 0], [0, 0, 11, 13]]
    assert (dy @ jacobian).tolist() == dx[0, 0].tolist()


def test_mahmoud_s_dx_11_touches_one_weight():
    dy = np.zeros((1, 1, 3, 3))
    dy[0, 0, 0, 0] = 5
    _, backward = cnnlib.conv2d(np.zeros((1, 1, 4, 4)), np.array([[[[2.0, 3.0], [5.0, 7.0]]]]))
    dx, _ = backward(dy)
    assert dx[0, 0, :2, :2].tolist() == [[10, 15], [25, 35]]
    assert not dx[0, 0, 2:].any()
    dense = backward(np.ones((1, 1, 3, 3)))[0][0, 0]
    assert dense[0, 0] == 2
    assert dense[1, 1] == 2 + 3 + 5 + 7


# ---------------------------------------------------------------- kernels on plain arrays


def plain_case(rng):
    kernel = rng.standard_normal([int(k) for k in rng.integers(1, 6, 2)])
    stride, padding = int_or_pair(rng, 1, 4), int_or_pair(rng, 0, 3)
    size = [max(1, k - 2 * p) + int(rng.integers(0, 7)) for k, p in zip(kernel.shape, both(padding), strict=True)]
    return rng.standard_normal(size), kernel, {"stride": stride, "padding": padding}


def test_plain_correlation_convolution_toeplitz_and_the_layer_are_one_operation():
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x, kernel, options = plain_case(rng)
        x, kernel = disguise(x, rng), disguise(kernel, rng)
        y = cnnlib.correlate2d(x, kernel, **options)
        layer, backward = cnnlib.conv2d(x[None, None], kernel[None, None], **options)
        assert near(y, layer[0, 0], 1e-12), seed
        assert near(cnnlib.convolve2d(x, kernel[::-1, ::-1], **options), y, 1e-12), seed
        matrix = cnnlib.toeplitz(kernel, x.shape, **options)
        assert near(matrix @ x.ravel(), y.ravel(), 1e-12), seed
        dy = rng.standard_normal(y.shape)
        dx, _ = backward(dy[None, None])
        assert near((matrix.T @ dy.ravel()).reshape(x.shape), dx[0, 0], 1e-12), seed
        assert [
            cnnlib.output_size(n, k, s, p)
            for n, k, s, p in zip(x.shape, kernel.shape, both(options["stride"]), both(options["padding"]), strict=True)
        ] == list(y.shape), seed


@pytest.mark.parametrize("dtype", DTYPES)
def test_im2col_is_torch_s_unfold_and_makes_the_layer_a_product(torch, dtype):
    for seed in range(300):
        rng = np.random.default_rng(seed)
        (x, w, *_), options = conv2d_case(rng)
        x, w = disguise(x.astype(dtype), rng), disguise(w.astype(dtype), rng)
        columns = cnnlib.im2col(x, w.shape[2:], **options)
        unfolded = torch.nn.functional.unfold(torch.tensor(x.copy()), w.shape[2:], **options).numpy()
        assert np.array_equal(columns, unfolded), seed
        y, _ = cnnlib.conv2d(x, w, **options)
        assert near(w.reshape(len(w), -1) @ columns, y.reshape(len(x), len(w), -1), TOLERANCE[dtype]), seed


def test_convolution_agrees_with_scipy_and_is_associative():
    from scipy.signal import convolve2d, correlate2d

    rng = np.random.default_rng(0)
    for _ in range(50):
        x, kernel = rng.standard_normal((9, 8)), rng.standard_normal([int(k) for k in rng.integers(1, 5, 2)])
        assert np.allclose(cnnlib.convolve2d(x, kernel), convolve2d(x, kernel, "valid"))
        assert np.allclose(cnnlib.correlate2d(x, kernel), correlate2d(x, kernel, "valid"))
    blur, edge = np.outer([1, 2, 1], [1, 2, 1]), np.array([[-1, 0, 1]])
    one_kernel = cnnlib.convolve2d(blur, edge, padding=(0, 2))
    in_turn = cnnlib.convolve2d(cnnlib.convolve2d(x, blur), edge)
    assert np.allclose(cnnlib.convolve2d(x, one_kernel), in_turn)


def test_bytes_do_not_overflow():
    picture = np.full((2, 2), 255, np.uint8)
    assert cnnlib.correlate2d(picture, picture).tolist() == [[4 * 255 * 255]]


@steady
@given(st.lists(st.floats(-9, 9), min_size=1, max_size=6), st.lists(st.floats(-9, 9), min_size=1, max_size=6))
def test_outer_products_are_split(column, row):
    kernel = np.outer(column, row)
    parts = cnnlib.separate(kernel)
    assert [part.shape for part in parts] == [(len(column),), (len(row),)]
    assert np.allclose(np.outer(*parts), kernel, rtol=0, atol=1e-6 * np.abs(kernel).max())


def test_sobel_splits_into_a_blur_and_a_difference():
    column, row = cnnlib.separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert column.tolist() == [1, 2, 1]
    assert row.tolist() == [-1, 0, 1]


def test_receptive_field_is_what_a_nudge_can_reach():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        layers = [(int(k), int(s)) for k, s in zip(rng.integers(1, 5, 3), rng.integers(1, 4, 3), strict=True)]
        reach = cnnlib.receptive_field(layers)
        x, pullbacks = np.zeros((1, 1, reach + 3)), []
        for k, s in layers:
            x, backward = cnnlib.conv1d(x, np.ones((1, 1, k)), stride=s)
            pullbacks.append(backward)
        dx = np.zeros_like(x)
        dx[0, 0, 0] = 1
        for backward in reversed(pullbacks):
            dx = backward(dx)[0]
        assert np.flatnonzero(dx).max(initial=0) + 1 <= reach
        covered = all(k >= s for k, s in layers)
        assert not covered or np.flatnonzero(dx).size == reach
    assert cnnlib.receptive_field([]) == 1
    assert cnnlib.receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)]) == 16
