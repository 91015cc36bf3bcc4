"""The network with one hidden layer that learns from many starts at once."""

import numpy as np
import pytest

from cnnlib.gradients import central_difference
from cnnlib.multilayer import ACTIVATIONS, Net, draw_net, learn, outputs

X = np.array([[0.3, -1.2, 0.5], [1.0, 0.4, -0.7], [0.0, 2.0, 0.1], [-0.6, 0.2, 1.3], [0.9, -0.3, 0.8]])
T = np.array([0.0, 1, 1, 0, 1])


def entropy(net: Net, activation: str) -> np.ndarray:
    _, y = outputs(net, X, activation)
    return -np.mean(T * np.log(y) + (1 - T) * np.log(1 - y), axis=-1)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_step_goes_along_the_measured_slope(activation: str) -> None:
    net = Net(*(part + 0.1 for part in draw_net(4, [3], inputs=3)))
    after = learn(net, X, T, activation, rate=0.01)
    for name in Net._fields:
        slope = central_difference(
            lambda part, name=name: entropy(net._replace(**{name: part}), activation).sum(), getattr(net, name)
        )
        np.testing.assert_allclose((getattr(net, name) - getattr(after, name)) / 0.01, slope, atol=1e-8)


def test_many_starts_learn_as_each_does_alone() -> None:
    together = learn(draw_net(3, [4, 5], inputs=3), X, T, "tanh", 0.5, steps=7)
    for n, seed in enumerate((4, 5)):
        alone = learn(draw_net(3, [seed], inputs=3), X, T, "tanh", 0.5, steps=7)
        for many, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(many[n], one[0], rtol=1e-12)


def test_learning_leaves_its_start_alone() -> None:
    net = draw_net(2, [0], inputs=3)
    before = [part.copy() for part in net]
    learn(net, X, T, "sigmoid", 1.0, steps=3)
    for old, part in zip(before, net, strict=True):
        np.testing.assert_array_equal(old, part)
    assert all(new is old for new, old in zip(learn(net, X, T, "sigmoid", 1.0, steps=0), net, strict=True))


def test_a_seed_fixes_the_weights() -> None:
    np.testing.assert_array_equal(draw_net(3, [1, 2]).w1[1], draw_net(3, [2]).w1[0])
    assert not np.array_equal(draw_net(3, [1]).w1, draw_net(3, [2]).w1)
    with pytest.raises(ValueError, match="units"):
        draw_net(0, [1])


@pytest.mark.parametrize("wrong", ["ReLU", "step", ""])
def test_an_unknown_activation_is_named_beside_those_there_are(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"sigmoid, tanh, relu; got '{wrong}'"):
        outputs(draw_net(2, [0], inputs=3), X, wrong)
    with pytest.raises(ValueError, match=f"sigmoid, tanh, relu; got '{wrong}'"):
        learn(draw_net(2, [0], inputs=3), X, T, wrong, 0.1)
