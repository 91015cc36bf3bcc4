"""Where on a canvas is the digit? A network whose last maps are averaged says so without being told in training.

With maps a (C, H, W), their means, and one fully connected layer on top, two sums can change places:

    z[j] = sum_c w[j, c] mean(a[c]) + b[j] = mean(sum_c w[j, c] a[c]) + b[j]

The sum inside is the class map of j. Source: Zhou et al., Learning Deep Features for Discriminative Localization, 2016.
"""

from functools import cache

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.network import AvgPool2d, Conv2d, Flatten, Linear, ReLU, Sequential
from cnnlib.training import fit

CANVAS = 12  # rows and columns of a canvas in training


def scattered(x: Array, canvas: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Each picture at a random place on an empty canvas of its own.

    Args:
        x: pictures (N, 1, H, W).
        canvas: rows and columns of a canvas, at least H and W.
        rng: gives the places.

    Returns:
        y: canvases (N, 1, canvas, canvas).
        corners: row and column of each picture's upper left pixel, (N, 2).
    """
    N, _, H, W = x.shape
    corners = rng.integers(0, (canvas - H + 1, canvas - W + 1), (N, 2))
    y = np.zeros((N, 1, canvas, canvas), x.dtype)
    for n, (top, left) in enumerate(corners):
        y[n, :, top : top + H, left : left + W] = x[n]
    return y, corners


def locator() -> Sequential:
    """Three convolutions, the mean of each map, one fully connected layer."""
    sees = Sequential(Conv2d(1, 16, 3, padding=1), ReLU(), Conv2d(16, 32, 3, padding=1), ReLU(),
                      Conv2d(32, 32, 3, padding=1), ReLU())  # fmt: skip
    return Sequential(sees, AvgPool2d(CANVAS), Flatten(), Linear(32, 10))


def train_locator(network: Sequential, x: Array, t: Array, passes: int = 12) -> None:
    """Train in place, every pass on newly scattered pictures, the last three with small steps."""
    rng = np.random.default_rng(0)
    for n in range(passes):
        rate = 0.1 if n < passes - 3 else 0.02
        fit(network, scattered(x, CANVAS, rng)[0], t, epochs=1, rate=rate, seed=n, progress=False)


@cache
def trained_locator() -> Sequential:
    """A locator that has learned the bundled digits."""
    network, data = locator(), digits()
    train_locator(network, data.x_train, data.t_train)
    return network


def class_maps(network: Sequential, x: Array) -> Array:
    """The class maps of a locator.

    Args:
        network: its first layer makes maps, its last one, fully connected, gets their means.
        x: canvases (N, 1, H, W) of any size.

    Returns:
        maps: (N, M, H, W), w[j, c] a[n, c, m, q] summed over c, for every class j.
    """
    a, _ = network.layers[0](x)
    return np.einsum("jc,ncmq->njmq", network.layers[-1].parameters["weight"], a)
