"""A multilayer perceptron with one hidden layer and one output, and the way it learns: many starts at once."""

from typing import NamedTuple

import numpy as np

from cnnlib import activations
from cnnlib.arguments import Array, Pullback, whole

ACTIVATIONS = {name: getattr(activations, name) for name in ("sigmoid", "tanh", "relu")}


class Net(NamedTuple):
    """The weights of one network, or of many side by side, one for each start.

    Attributes:
        w1, b1: hidden layer (..., M, D) and (..., M).
        w2, b2: output (..., M) and (...,).
    """

    w1: Array
    b1: Array
    w2: Array
    b2: Array


def draw_net(units: int, seeds: list[int], inputs: int = 2) -> Net:
    """One network a seed: weights normal with mean 0 and variance 1, biases 0.

    Args:
        units: hidden units M.
        seeds: fix the weights; the first axis of every array.
        inputs: D.
    """
    size = whole("units", units)
    rngs = [np.random.default_rng(seed) for seed in seeds]
    drawn = np.array([rng.standard_normal((size, inputs + 1)) for rng in rngs])
    return Net(drawn[..., :-1], np.zeros((len(seeds), size)), drawn[..., -1], np.zeros(len(seeds)))


def outputs(net: Net, x: Array, activation: str) -> tuple[Array, Array]:
    """What the network makes of each example.

    Args:
        net: weights with any axes in front.
        x: examples (N, D).
        activation: of the hidden units, "sigmoid", "tanh" or "relu".

    Returns:
        a: hidden points (..., N, M), a[n, j] = φ(Σ_d w1[j, d] x[n, d] + b1[j]).
        y: probabilities (..., N), y[n] = σ(Σ_j w2[j] a[n, j] + b2).

    Raises:
        ValueError: there is no such activation.
    """
    a, _, y = _forward(net, x, activation)
    return a, y


def learn(net: Net, x: Array, t: Array, activation: str, rate: float, steps: int = 1) -> Net:
    """Gradient descent on the mean cross-entropy, all examples in each step; lecture 03 derives the gradients.

    Args:
        net: weights with any axes in front; they are left as they are.
        x, t: examples (N, D) and targets (N,), 0 or 1.
        activation: of the hidden units.
        rate: size of the steps.
        steps: how many.

    Returns:
        the new weights.
    """
    for _ in range(steps):
        a, backward, y = _forward(net, x, activation)
        dz2 = (y - t) / len(x)
        dz1 = backward(dz2[..., None] * net.w2[..., None, :])
        dw1, dw2 = np.swapaxes(dz1, -1, -2) @ x, (dz2[..., None, :] @ a)[..., 0, :]
        slopes = dw1, dz1.sum(-2), dw2, dz2.sum(-1)
        net = Net(*(old - rate * slope for old, slope in zip(net, slopes, strict=True)))
    return net


def _forward(net: Net, x: Array, activation: str) -> tuple[Array, Pullback, Array]:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; got {activation!r}")
    a, backward = ACTIVATIONS[activation](x @ np.swapaxes(net.w1, -1, -2) + net.b1[..., None, :])
    y, _ = activations.sigmoid((a @ net.w2[..., None])[..., 0] + net.b2[..., None])
    return a, backward, y
