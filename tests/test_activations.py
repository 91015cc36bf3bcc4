"""Activations and the linear layer, against PyTorch, central differences and their extremes."""

import numpy as np
import pytest
from oracle import DTYPES, agrees_with_differences, agrees_with_torch, apart

import cnnlib
from cnnlib.gradients import central_difference

ACTIVATIONS = ("sigmoid", "tanh", "relu", "hardtanh")


def any_shape(rng):
    shape = [int(n) for n in rng.integers(1, 6, rng.integers(1, 5))]
    return [np.pi * apart(rng, *shape)], {}


def linear_case(rng):
    n, d, m = (int(k) for k in rng.integers(1, 8, 3))
    arrays = [rng.standard_normal((n, d)), rng.standard_normal((m, d))]
    if rng.random() < 0.7:
        arrays.append(rng.standard_normal(m))
    return arrays, {}


def flatten_case(rng):
    shape = [int(n) for n in rng.integers(1, 6, rng.integers(2, 6))]
    return [rng.standard_normal(shape)], {}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_agree_with_torch(torch, name):
    agrees_with_torch(torch, getattr(cnnlib, name), getattr(torch.nn.functional, name), any_shape)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_agree_with_central_differences(name):
    agrees_with_differences(getattr(cnnlib, name), any_shape)


def test_linear_and_flatten_agree_with_torch(torch):
    agrees_with_torch(torch, cnnlib.linear, torch.nn.functional.linear, linear_case)
    agrees_with_torch(torch, cnnlib.flatten, lambda x: torch.flatten(x, 1), flatten_case)


def test_linear_and_flatten_agree_with_central_differences():
    agrees_with_differences(cnnlib.linear, linear_case)
    agrees_with_differences(cnnlib.flatten, flatten_case)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_stay_finite(name, dtype):
    x = np.array([-1e4, -100, -1, 0, 1, 100, 1e4], dtype)
    y, backward = getattr(cnnlib, name)(x)
    dx = backward(np.ones_like(x))
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()
    assert (np.diff(y) >= 0).all()


def test_the_tail_of_the_sigmoid_is_not_rounded_away():
    y, backward = cnnlib.sigmoid(np.array([-40.0]))
    assert np.isclose(y[0], np.exp(-40), rtol=1e-12)
    assert np.isclose(backward(np.ones(1))[0], np.exp(-40), rtol=1e-12)


def test_slopes_at_the_kinks():
    _, backward = cnnlib.relu(np.array([-1.0, 0.0, 1.0]))
    assert backward(np.full(3, 5.0)).tolist() == [0, 0, 5]
    _, backward = cnnlib.hardtanh(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    assert backward(np.full(5, 3.0)).tolist() == [0, 3, 3, 3, 0]


def test_step_fires_above_zero_only():
    assert cnnlib.step(np.array([-2.0, 0.0, 1e-9])).tolist() == [-1, -1, 1]


def test_nan_and_inf_pass_through():
    x = np.array([np.nan, np.inf, -np.inf])
    for name in ACTIVATIONS:
        y, _ = getattr(cnnlib, name)(x)
        assert np.isnan(y[0])
    assert np.isinf(cnnlib.relu(x)[0][1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_empty_batches(dtype):
    for name in ACTIVATIONS:
        y, backward = getattr(cnnlib, name)(np.zeros((0, 3), dtype))
        assert backward(y).shape == (0, 3)
    y, backward = cnnlib.linear(np.zeros((0, 3), dtype), np.ones((2, 3), dtype), np.ones(2, dtype))
    assert y.shape == (0, 2)
    dx, dw, db = backward(y)
    assert dx.shape == (0, 3)
    assert dw.tolist() == [[0] * 3] * 2
    assert db.tolist() == [0, 0]
    y, backward = cnnlib.flatten(np.zeros((0, 2, 3, 4), dtype))
    assert y.shape == (0, 24)
    assert backward(y).shape == (0, 2, 3, 4)


def test_two_nested_sigmoids_as_lee_writes_them():
    w = 0.3
    inner, inner_backward = cnnlib.sigmoid(np.array([w]))
    outer, outer_backward = cnnlib.sigmoid(inner)
    assert np.isclose(outer[0], 1 / (1 + np.exp(-1 / (1 + np.exp(-w)))))
    nested = central_difference(lambda v: (1 / (1 + np.exp(-1 / (1 + np.exp(-v))))).sum(), np.array([w]))
    assert np.isclose(inner_backward(outer_backward(np.ones(1)))[0], nested[0])


def test_without_the_gradient_of_the_input():
    _, backward = cnnlib.linear(np.ones((2, 3)), np.ones((4, 3)), np.ones(4))
    dx, dw, db = backward(np.ones((2, 4)), input_gradient=False)
    assert dx is None
    assert dw.tolist() == [[2] * 3] * 4
    assert db.tolist() == [2] * 4
