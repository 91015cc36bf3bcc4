"""The gradient checks: they pass what is right, and name the entry of what is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import steady

import cnnlib
from cnnlib.gradients import central_difference, check_network, check_operation, jacobian, relative_error
from cnnlib.network import Linear, Sequential, Tanh


def planted(fault):
    """conv1d with a fault in its pullback."""

    def operation(x, w, b):
        y, backward = cnnlib.conv1d(x, w, b)

        def faulty(dy):
            return fault(*(gradient.copy() for gradient in backward(dy)))

        return y, faulty

    return operation


def arrays():
    rng = np.random.default_rng(0)
    return rng.standard_normal((2, 3, 7)), rng.standard_normal((4, 3, 2)), rng.standard_normal(4)


def one_entry_off(dx, dw, db):
    dw[2, 1, 0] += 1e-3
    return dx, dw, db


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (one_entry_off, "x1"),
        (lambda dx, dw, db: (dx, dw[..., ::-1], db), "x1"),
        (lambda dx, dw, db: (dx, dw, db / 2), "x2"),
        (lambda dx, dw, db: (-dx, dw, db), "x0"),
        (lambda dx, dw, db: (dx * np.nan, dw, db), "x0"),
    ],
)
def test_planted_faults_are_found_and_named(fault, name):
    assert check_operation(cnnlib.conv1d, *arrays()).ok
    check = check_operation(planted(fault), *arrays())
    assert not check.ok
    assert check.name == name
    assert "DISAGREES" in str(check)
    assert f"{name}[" in str(check)


def test_the_worst_entry_is_named():
    check = check_operation(planted(one_entry_off), *arrays())
    assert check.entry == (2, 1, 0)
    assert "x1[2, 1, 0]" in str(check)
    assert np.isclose(check.analytic - check.numerical, 1e-3, rtol=1e-3)


def test_a_check_refuses_the_wrong_number_or_shape_of_gradients():
    with pytest.raises(ValueError, match="backward must give 3 gradients, one an array, got 2"):
        check_operation(planted(lambda dx, dw, db: (dx, dw)), *arrays())
    with pytest.raises(ValueError, match=r"by x2 must have shape \(4,\), got \(1, 4\)"):
        check_operation(planted(lambda dx, dw, db: (dx, dw, db[None])), *arrays())


def test_a_network_s_worst_parameter_is_named():
    network = Sequential(Linear(3, 4), Tanh(), Linear(4, 2), dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((5, 3))
    assert check_network(network, x).ok
    kept = {name: p.copy() for name, p in network.parameters.items()}

    class Wrong:
        parameters = network.parameters

        def __call__(self, x):
            y, backward = network(x)

            def faulty(dy):
                dx, gradients = backward(dy)
                gradients["2.weight"] = gradients["2.weight"] * 1.01
                return dx, gradients

            return y, faulty

    check = check_network(Wrong(), x)
    assert not check.ok
    assert check.name == "2.weight"
    assert all(np.array_equal(network.parameters[name], p) for name, p in kept.items())


def test_lee_s_jacobian_example():
    def f(v):
        return np.array([v[0] ** 2 * v[1], 5 * v[0] + np.sin(v[1])])

    x, y = 1.3, -0.4
    assert np.allclose(central_difference(f, np.array([x, y])), [[2 * x * y, x**2], [5, np.cos(y)]], atol=1e-8)


def test_a_measured_jacobian_has_the_axes_of_the_value_and_then_of_the_argument():
    x = np.random.default_rng(0).standard_normal((2, 3))
    unit = np.eye(6).reshape(2, 3, 2, 3)
    assert np.allclose(central_difference(lambda v: v, x), unit)
    assert np.allclose(central_difference(lambda v: v.T, x), unit.swapaxes(0, 1))
    assert central_difference(lambda v: v[0], x[:, :0]).shape == (0, 2, 0)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "softmax", "log_softmax"])
def test_the_jacobian_is_what_differences_measure(name):
    operation = getattr(cnnlib, name)
    x = np.random.default_rng(1).standard_normal((2, 3))
    measured = central_difference(lambda v: operation(v)[0], x).reshape(6, 6)
    assert np.allclose(jacobian(operation, x), measured, atol=1e-8)
    assert jacobian(operation, x.astype(np.float32)).dtype == np.float32


def test_jacobians_are_dense_diagonal_or_a_selection_and_chain_as_a_product():
    rng = np.random.default_rng(2)
    x, w = rng.standard_normal((1, 3)), rng.standard_normal((4, 3))
    z, _ = cnnlib.linear(x, w)

    def layer(x):
        y, backward = cnnlib.linear(x, w)
        return y, lambda dy: backward(dy)[0]

    first, second = jacobian(layer, x), jacobian(cnnlib.tanh, z)
    assert np.array_equal(first, w)
    assert np.allclose(second, np.diag(1 - np.tanh(z[0]) ** 2))
    both = central_difference(lambda v: np.tanh(v @ w.T)[0], x)[:, 0]
    assert np.allclose(second @ first, both, atol=1e-8)
    picture = rng.permutation(12).astype(float).reshape(1, 1, 2, 6)
    chosen = jacobian(lambda v: cnnlib.max_pool2d(v, 2), picture)
    assert chosen.shape == (3, 12)
    assert set(chosen.ravel()) == {0.0, 1.0}
    assert (chosen.sum(1) == 1).all()


@steady
@given(st.floats(-3, 3), st.floats(-3, 3))
def test_the_difference_of_a_parabola_is_exact(x, y):
    gradient = central_difference(lambda v: v[0] ** 2 + 4 * v[1] ** 2, np.array([x, y]))
    assert np.allclose(gradient, [2 * x, 8 * y], atol=1e-7)


def test_the_default_step_is_near_the_best():
    def error(h):
        return abs(central_difference(lambda v: np.sin(v[0]), np.array([0.7]), h=h)[0] - np.cos(0.7))

    assert min((1e-1, 1e-3, 6e-6, 1e-9, 1e-12), key=error) == 6e-6


def test_the_argument_is_left_alone_and_may_have_any_layout():
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3))[::-1]
    x.flags.writeable = False
    assert np.allclose(central_difference(lambda v: (v**3).sum(), x), 3 * x**2, atol=1e-6)


def test_relative_error():
    a, b = np.array([1.0, 0.0, 1e-9]), np.array([1.1, 0.0, 2e-9])
    assert np.allclose(relative_error(a, b), [0.1 / 1.1, 0, 0.5])
    assert np.allclose(relative_error(a, b, floor=1e-6), [0.1 / 1.1, 0, 1e-3])
