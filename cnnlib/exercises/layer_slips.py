"""Known mistakes in a convolution layer, forward and backward, each with its diagnosis. See `layers` for the shapes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Slips
from cnnlib.exercises.layers import backward, forward, padded, pair, spread

# ---------------------------------------------------------------- forward


def taps_apart(x: Array, w: Array, b: Array, stride: Any = 1, padding: Any = 0) -> Array:
    """Dilation: the stride between the taps, the outputs next to each other."""
    (rows, columns), (F, C, KH, KW) = pair(stride), w.shape
    dilated = np.zeros((F, C, rows * (KH - 1) + 1, columns * (KW - 1) + 1), w.dtype)
    dilated[:, :, ::rows, ::columns] = w
    return forward(x, dilated, b, 1, padding)


def rounded_up(x: Array, w: Array, b: Array, stride: Any = 1, padding: Any = 0) -> Array:
    missing = [
        -(n + 2 * p - k) % s for n, k, s, p in zip(x.shape[2:], w.shape[2:], pair(stride), pair(padding), strict=True)
    ]
    longer = np.pad(padded(x, padding), ((0, 0), (0, 0), (0, missing[0]), (0, missing[1])))
    return forward(longer, w, b, stride)


FORWARD_SLIPS: Slips = {
    "a true convolution, which reverses the kernel. "
    "A layer does not: the index of w and the index of x grow together.": lambda x, w, b, stride=1, padding=0: forward(
        x, w[:, :, ::-1, ::-1], b, stride, padding
    ),
    "taps that are a stride apart: that is a dilated convolution. The stride is the step between outputs.": taps_apart,
    "one output more where the stride leaves entries over. "
    "A kernel that hangs out at the end gives no output: the size is rounded down.": rounded_up,
}

# ---------------------------------------------------------------- backward: each slip spoils one gradient


def with_dx(change: Callable[..., Array]) -> Callable[..., tuple[Array, Array, Array]]:
    """A slip whose dx alone is wrong: change(dy, x, w, stride, padding)."""

    def slipped(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
        _, dw, db = backward(dy, x, w, stride, padding)
        return change(dy, x, w, stride, padding), dw, db

    return slipped


def with_dw(change: Callable[..., Array]) -> Callable[..., tuple[Array, Array, Array]]:
    """A slip whose dw alone is wrong: change(dy, x, w, stride, padding)."""

    def slipped(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
        dx, _, db = backward(dy, x, w, stride, padding)
        return dx, change(dy, x, w, stride, padding), db

    return slipped


def cut_with_minus_p(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    """dxpad[..., p:-p], as in one dimension where the height has no padding to cut."""
    dxpad, (top, left) = spread(dy, w, stride, padded(x, padding).shape[2:]), pair(padding)
    rows = slice(None) if x.shape[2] == 1 else slice(top, -top)
    return dxpad[:, :, rows, left:-left]


def stride_ignored(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
    return backward(dy, x, w, 1, padding)


def divided_by_batch(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
    dx, dw, db = backward(dy, x, w, stride, padding)
    return dx, dw / len(x), db / len(x)


BACKWARD_SLIPS: Slips = {
    "the gradient with the kernel the wrong way round. An output and a tap meet at stride times the output's index "
    "plus the tap's. Where you add to dx with +=, nothing is reversed; "
    "where you slide over a padded dy, the kernel is reversed exactly once.": with_dx(
        lambda dy, x, w, stride, padding: backward(dy, x, w[:, :, ::-1, ::-1], stride, padding)[0]
    ),
    "the gradient of a layer with stride 1. "
    "Output i started at stride * i: put stride - 1 zeros between the entries of dy.": stride_ignored,
    "the gradient of the padded x. "
    "Nobody asked for the gradient of zeros: cut `padding` entries off every end.": with_dx(
        lambda dy, x, w, stride, padding: spread(dy, w, stride, padded(x, padding).shape[2:])
    ),
    "what [p:-p] leaves: nothing at all when p is 0, since -0 is the start. Cut from p to p + length instead.": with_dx(
        cut_with_minus_p
    ),
    "the gradients divided by the number of examples. A layer adds up; only the loss divides.": divided_by_batch,
}
