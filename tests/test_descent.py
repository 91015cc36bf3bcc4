"""Descent on bowls, Newton's step, and what depth leaves of a gradient."""

import numpy as np
import pytest

from cnnlib import hardtanh, relu, sigmoid, tanh
from cnnlib.descent import bowl, descend, gradient_sizes, newton_step
from cnnlib.gradients import central_difference

START = np.array([3.0, -2.0])


def slope(curvature):
    return lambda x: bowl(x, curvature)[1]()


def test_the_bowls_are_x2_plus_y2_and_x2_plus_4_y2():
    x, y = 1.3, -0.7
    assert np.isclose(bowl(np.array([x, y]), (2, 2))[0], x**2 + y**2)
    assert np.isclose(bowl(np.array([x, y]))[0], x**2 + 4 * y**2)
    for curvature in ((2, 2), (2.0, 8.0), (1, 0, 5)):
        point = np.random.default_rng(0).standard_normal(len(curvature))
        _, backward = bowl(point, curvature)
        assert np.allclose(backward(), central_difference(lambda v, c=curvature: bowl(v, c)[0], point), atol=1e-8)
        assert np.allclose(backward(2.5), 2.5 * backward())
    assert bowl(START.astype(np.float32))[1]().dtype == np.float32


def test_each_axis_of_a_bowl_shrinks_by_its_own_factor():
    path = descend(slope((2, 8)), START, rate=0.1, steps=7)
    powers = np.arange(8)[:, None]
    assert np.allclose(path, START * np.array([1 - 0.1 * 2, 1 - 0.1 * 8]) ** powers)
    assert START.tolist() == [3, -2]


def test_a_rate_above_two_over_the_largest_curvature_climbs():
    def last(rate):
        return np.abs(descend(slope((2, 8)), START, rate=rate, steps=400)[-1]).max()

    assert last(0.249) < 0.1 < 1e3 < last(0.253)


def test_momentum_is_polyak_s_heavy_ball_and_faster_on_a_long_bowl():
    rate, momentum = 0.004, 0.9
    path = descend(slope((2, 200)), START, rate=rate, momentum=momentum, steps=300)
    steps = np.diff(path, axis=0)
    gradients = path[:-1] * (2, 200)
    assert np.allclose(steps[1:], momentum * steps[:-1] - rate * gradients[1:])
    plain = descend(slope((2, 200)), START, rate=rate, steps=300)
    assert np.linalg.norm(path[-1]) < 1e-3 * np.linalg.norm(plain[-1])


def test_no_steps_are_a_path_of_one_point():
    assert descend(slope((2, 8)), START, rate=0.1, steps=0).tolist() == [[3, -2]]


def test_one_newton_step_reaches_the_bottom_of_any_bowl():
    rng = np.random.default_rng(1)
    for size in (1, 2, 5):
        root, bottom, x = rng.standard_normal((size, size)), rng.standard_normal(size), rng.standard_normal(size)
        hessian = root @ root.T + np.eye(size)
        assert np.allclose(newton_step(x, hessian @ (x - bottom), hessian), bottom)
    with pytest.raises(ValueError, match="must not be singular"):
        newton_step(START, START, np.diag([2.0, 0.0]))
    with pytest.raises(ValueError, match=r"hessian must have shape \(2, 2\)"):
        newton_step(START, START, np.eye(3))


def factor(activation, scale, **options):
    """By how much a layer changes the gradient, on (geometric) average."""
    sizes = gradient_sizes(activation, scale, **options)
    return (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))


def test_without_an_activation_a_layer_scales_the_gradient_by_scale_times_root_width():
    for scale, width in ((0.01, 64), (0.2, 40), (1.0, 100)):
        found = factor(lambda x: (x, lambda dy: dy), scale, width=width, depth=10)
        assert np.isclose(found, scale * width**0.5, rtol=0.1)


@pytest.mark.parametrize(
    ("activation", "scale", "expected"),
    [
        (sigmoid, 0.01, 0.02),  # a slope of 1/4, times 0.01 * 8
        (sigmoid, 1 / 8, 0.24),
        (tanh, 0.01, 0.08),
        (relu, 1 / 8, 0.71),  # half of the entries pass: 1 / sqrt(2)
        (relu, 2**0.5 / 8, 1.0),
        (relu, 1.0, 5.66),
        (hardtanh, 0.01, 0.08),
    ],
)
def test_gradients_vanish_stay_or_explode_with_depth(activation, scale, expected):
    assert np.isclose(factor(activation, scale), expected, rtol=0.1)


def test_sizes_run_from_the_input_to_the_output_and_the_seed_fixes_them():
    sizes = gradient_sizes(sigmoid, 0.1, depth=6, seed=3)
    assert sizes.shape == (7,)
    assert np.isclose(sizes[-1], 1, rtol=0.1)
    assert (np.diff(sizes) > 0).all()
    assert np.array_equal(sizes, gradient_sizes(sigmoid, 0.1, depth=6, seed=3))
    assert not np.array_equal(sizes, gradient_sizes(sigmoid, 0.1, depth=6, seed=4))
