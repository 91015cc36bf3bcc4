"""Wrong answers to this lecture's exercises that check the checks: no sentence is written for them."""

import itertools

import numpy as np

from cnnlib.arguments import Array
from cnnlib.exercises import layers
from cnnlib.exercises.conv2d_backprop import spread_gradient
from cnnlib.exercises.conv2d_map import full_size, input_gradient, weight_gradient
from slips import layer_slips


def overwritten_by_outputs(dy: Array, w: Array) -> Array:
    dx = np.zeros(full_size(dy, w))
    for i, j in np.ndindex(*dy.shape):
        dx[i : i + w.shape[0], j : j + w.shape[1]] = dy[i, j] * w
    return dx


def overwritten_by_weights(dy: Array, w: Array) -> Array:
    dx = np.zeros(full_size(dy, w))
    for u, v in np.ndindex(*w.shape):
        dx[u : u + dy.shape[0], v : v + dy.shape[1]] = dy * w[u, v]
    return dx


def input_gradient_wrapped(dy: Array, w: Array) -> Array:
    dx = np.zeros(full_size(dy, w))
    for (m, q), (u, v) in itertools.product(np.ndindex(*dx.shape), np.ndindex(*w.shape)):
        if m - u < len(dy) and q - v < dy.shape[1]:
            dx[m, q] += dy[m - u, q - v] * w[u, v]
    return dx


def in_the_corner(dy: Array, stride: int, shape: tuple[int, int]) -> Array:
    spread = np.zeros(shape, dy.dtype)
    spread[: len(dy), : dy.shape[1]] = dy
    return spread


def from_the_end(dy: Array, stride: int, shape: tuple[int, int]) -> Array:
    return spread_gradient(dy[::-1, ::-1], stride, shape)[::-1, ::-1]


def rows_only(dy: Array, stride: int, shape: tuple[int, int]) -> Array:
    spread = np.zeros(shape, dy.dtype)
    spread[: stride * len(dy) : stride, : dy.shape[1]] = dy
    return spread


def one_axis_flipped(dy: Array, x: Array, w: Array, stride: int, padding: int) -> Array:
    return layers.backward(dy, x, w[:, :, ::-1], stride, padding)[0]


SLIPS = {
    "conv2d_bias_gradient": [
        # not summed
        lambda dy: dy.copy(),
        # summed over rows only
        lambda dy: dy.sum(0),
        # summed over columns only
        lambda dy: dy.sum(1),
        # last entry only
        lambda dy: dy[-1, -1],
    ],
    "conv2d_weight_gradient": [
        # dy flipped
        lambda dy, x: weight_gradient(dy[::-1, ::-1], x),
        # result flipped
        lambda dy, x: weight_gradient(dy, x)[::-1, ::-1],
        # dy transposed
        lambda dy, x: weight_gradient(dy.T, x),
        # result transposed
        lambda dy, x: weight_gradient(dy, x).T,
        # = for +=
        lambda dy, x: dy[-1, -1] * x[dy.shape[0] - 1 :, dy.shape[1] - 1 :],
        # shift forgotten
        lambda dy, x: np.full_like(weight_gradient(dy, x), weight_gradient(dy, x)[0, 0]),
    ],
    "conv2d_input_gradient": [
        # negative index wrapped
        input_gradient_wrapped,
        # flipped along one axis only
        lambda dy, w: input_gradient(dy, w[:, ::-1]),
        # flipped along the other axis only
        lambda dy, w: input_gradient(dy, w[::-1]),
        # = for +=, output by output
        overwritten_by_outputs,
        # = for +=, weight by weight
        overwritten_by_weights,
        # rim cut off
        lambda dy, w: input_gradient(dy, w)[:-1, :-1],
        # size of dy
        lambda dy, w: input_gradient(dy, w)[: dy.shape[0], : dy.shape[1]],
        # mean over the weights
        lambda dy, w: input_gradient(dy, w) / w.size,
    ],
    "spread_gradient": [
        # nothing between
        lambda dy, stride, shape: dy.copy(),
        # all zeros behind
        in_the_corner,
        # counted from the end
        from_the_end,
        # rows only
        rows_only,
    ],
    "conv2d_backward": [
        *layer_slips.BACKWARD,
        # flipped along one axis only
        layer_slips.with_dx(one_axis_flipped),
        # dw transposed
        layer_slips.with_dw(
            lambda dy, x, w, stride, padding: layers.backward(dy, x, w, stride, padding)[1].swapaxes(2, 3)
        ),
        # filters and channels swapped
        layer_slips.with_dw(
            lambda dy, x, w, stride, padding: layers.backward(dy, x, w, stride, padding)[1].swapaxes(0, 1)
        ),
    ],
}
