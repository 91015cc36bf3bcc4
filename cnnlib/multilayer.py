"""A multilayer perceptron with one hidden layer and one output, and the way it learns: many starts at once."""

from typing import NamedTuple

import numpy as np

from cnnlib import activations
from cnnlib.arguments import Array, Pullback, whole

ACTIVATIONS = {name: getattr(activations, name) for name in ("sigmoid", "tanh", "relu")}


class Net(NamedTuple):
    """The weights of one network, or of many side by side, one for each start.

    Attributes:
        w, b: hidden layer (..., M, D) and (..., M).
        v, c: output (..., M) and (...,).
    """

    w: Array
    b: Array
    v: Array
    c: Array


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
        a: hidden points (..., N, M), a[n, j] = φ(Σ_d w[j, d] x[n, d] + b[j]).
        y: probabilities (..., N), y[n] = σ(Σ_j v[j] a[n, j] + c).
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
        dz = (y - t) / len(x)
        dh = backward(dz[..., None] * net.v[..., None, :])
        dw, dv = np.swapaxes(dh, -1, -2) @ x, (dz[..., None, :] @ a)[..., 0, :]
        slopes = dw, dh.sum(-2), dv, dz.sum(-1)
        net = Net(*(old - rate * slope for old, slope in zip(net, slopes, strict=True)))
    return net


def _forward(net: Net, x: Array, activation: str) -> tuple[Array, Pullback, Array]:
    a, backward = ACTIVATIONS[activation](x @ np.swapaxes(net.w, -1, -2) + net.b[..., None, :])
    y, _ = activations.sigmoid((a @ net.v[..., None])[..., 0] + net.c[..., None])
    return a, backward, y
