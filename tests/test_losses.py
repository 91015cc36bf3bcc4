"""Softmax and the losses, against PyTorch, central differences and their extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import CASES, DTYPES, TOLERANCE, agrees_with_differences, agrees_with_torch, disguise, near, steady

import cnnlib
from cnnlib.gradients import jacobian


def logits_case(rng):
    shape = [int(n) for n in rng.integers(1, 6, rng.integers(1, 4))]
    return [4 * rng.standard_normal(shape)], {}


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_agrees_with_torch(torch, name):
    theirs = getattr(torch.nn.functional, name)
    agrees_with_torch(torch, getattr(cnnlib, name), lambda x: theirs(x, -1), logits_case)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_agrees_with_central_differences(name):
    agrees_with_differences(getattr(cnnlib, name), logits_case)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["labels", "probabilities", "mean square"])
def test_losses_agree_with_torch(torch, kind, dtype):
    for seed in range(CASES):
        rng = np.random.default_rng(seed)
        n, k = (int(number) for number in rng.integers(1, 8, 2))
        x = disguise(4 * rng.standard_normal((n, k)).astype(dtype), rng)
        if kind == "labels":
            t = rng.integers(0, k, n).astype(rng.choice(["i1", "u2", "i8"]))
        else:
            t = disguise(rng.dirichlet(np.ones(k), n).astype(dtype), rng)
        name = "mse_loss" if kind == "mean square" else "cross_entropy"
        loss, backward = getattr(cnnlib, name)(x, t)
        leaf = torch.tensor(x.copy(), requires_grad=True)
        target = torch.tensor(t.copy().astype(np.int64) if kind == "labels" else t.copy())
        expected = getattr(torch.nn.functional, name)(leaf, target)
        expected.backward()
        assert loss.dtype == dtype, seed
        assert near(loss, expected.item(), TOLERANCE[dtype]), seed
        assert backward().dtype == dtype, seed
        assert near(backward(), leaf.grad.numpy(), TOLERANCE[dtype]), seed
        assert np.array_equal(backward(), backward()), seed
        assert near(backward(2.5), 2.5 * leaf.grad.numpy(), TOLERANCE[dtype]), seed


def test_losses_agree_with_central_differences():
    for seed in range(25):
        rng = np.random.default_rng(seed)
        n, k = (int(number) for number in rng.integers(1, 6, 2))
        labels, mixture, aim = rng.integers(0, k, n), rng.dirichlet(np.ones(k), n), rng.standard_normal((n, k))
        for loss, t in ((cnnlib.cross_entropy, labels), (cnnlib.cross_entropy, mixture), (cnnlib.mse_loss, aim)):
            agrees_with_differences(lambda x, loss=loss, t=t: loss(x, t), lambda _, x=aim: ([x + 1], {}), cases=1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_extreme_logits_stay_finite(dtype):
    x = np.array([[1000, -1000, 0], [-1000, -1000, -1000], [1000, 1000, 999]], dtype)
    for operation in (cnnlib.softmax, cnnlib.log_softmax):
        y, backward = operation(x)
        assert np.isfinite(y).all()
        assert np.isfinite(backward(np.ones_like(x))).all()
    assert np.allclose(cnnlib.softmax(x)[0].sum(-1), 1)
    for targets in (np.array([1, 0, 2]), np.array([[0, 1, 0], [0.5, 0.5, 0], [0, 0, 1]], dtype)):
        loss, backward = cnnlib.cross_entropy(x, targets)
        assert np.isfinite(loss)
        assert np.isfinite(backward()).all()
        assert loss > 600


@steady
@given(st.lists(st.floats(-30, 30), min_size=1, max_size=8), st.floats(-500, 500))
def test_adding_a_constant_changes_nothing(logits, constant):
    x = np.array(logits)
    assert np.allclose(cnnlib.softmax(x)[0], cnnlib.softmax(x + constant)[0], atol=1e-9)
    assert np.isclose(cnnlib.softmax(x)[0].sum(), 1)
    assert np.allclose(np.exp(cnnlib.log_softmax(x)[0]), cnnlib.softmax(x)[0])


def test_two_classes_are_the_sigmoid():
    x = np.linspace(-20, 20, 9)
    y, _ = cnnlib.softmax(np.stack([x, np.zeros_like(x)], axis=1))
    assert np.allclose(y[:, 0], cnnlib.sigmoid(x)[0])


def test_the_jacobian_of_softmax_is_diag_y_minus_y_y():
    x = np.array([0.5, -1.0, 2.0])
    y, _ = cnnlib.softmax(x)
    assert np.allclose(jacobian(cnnlib.softmax, x), np.diag(y) - np.outer(y, y))


def test_cross_entropy_s_gradient_is_the_difference_and_a_mean_over_the_batch():
    x, labels = np.random.default_rng(1).standard_normal((6, 4)), np.array([0, 3, 1, 1, 2, 0])
    _, backward = cnnlib.cross_entropy(x, labels)
    assert np.allclose(backward(), (cnnlib.softmax(x)[0] - np.eye(4)[labels]) / 6)
    assert np.isclose(cnnlib.cross_entropy(np.zeros((5, 10)), np.arange(5))[0], np.log(10))


def test_labels_and_their_one_hot_probabilities_cost_the_same():
    x, labels = np.random.default_rng(2).standard_normal((5, 3)), np.array([0, 2, 1, 1, 0])
    assert cnnlib.cross_entropy(x, labels)[0] == cnnlib.cross_entropy(x, np.eye(3)[labels])[0]
    with_zeros = cnnlib.cross_entropy(np.array([[0.0, -2000.0]]), np.array([[1.0, 0.0]]))
    assert with_zeros[0] == 0  # x log x tends to 0


def test_an_empty_batch_costs_nothing():
    loss, backward = cnnlib.cross_entropy(np.zeros((0, 3), np.float32), np.zeros(0, int))
    assert loss == 0
    assert backward().shape == (0, 3)
    loss, backward = cnnlib.mse_loss(np.zeros((0, 3)), np.zeros((0, 3)))
    assert loss == 0
    assert backward().shape == (0, 3)
    assert cnnlib.softmax(np.zeros((0, 3)))[0].shape == (0, 3)


def test_nan_passes_through():
    assert np.isnan(cnnlib.softmax(np.array([np.nan, 1.0]))[0]).all()
    assert np.isnan(cnnlib.cross_entropy(np.array([[np.nan, 1.0]]), np.array([1]))[0])
    assert np.isnan(cnnlib.mse_loss(np.array([np.nan]), np.array([1.0]))[0])
