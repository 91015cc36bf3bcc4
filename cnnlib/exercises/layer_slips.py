"""Known mistakes in a convolution layer, forward and backward, each with its diagnosis. See `layers` for the shapes."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Slips
from cnnlib.checks.edits import instead
from cnnlib.exercises.layers import backward, forward, padded, pair


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


def cut_with_minus_p(dxpad: Array, x: Array, padding: Any) -> Array:
    """dxpad[..., p:-p], as in one dimension where the height has no padding to cut."""
    top, left = pair(padding)
    rows = slice(None) if x.shape[2] == 1 else slice(top, -top)
    return dxpad[:, :, rows, left:-left]


FORWARD_SLIPS: Slips = {
    "a true convolution, which reverses the kernel. A layer does not: the index of w and the index of x grow "
    "together.": instead(forward, "padding), w)", "padding), w[:, :, ::-1, ::-1])"),
    "taps that are a stride apart: that is a dilated convolution. The stride is the step between outputs.": taps_apart,
    "one output more where the stride leaves entries over. "
    "A kernel that hangs out at the end gives no output: the size is rounded down.": rounded_up,
}

# Each spoils one gradient, or all alike.
BACKWARD_SLIPS: Slips = {
    "the gradient with the kernel the wrong way round. An output and a tap meet at stride times the output's index "
    "plus the tap's. Where you add to dx with +=, nothing is reversed; where you slide over a padded dy, the kernel is "
    "reversed exactly once.": instead(backward, "(dy, w, stride", "(dy, w[:, :, ::-1, ::-1], stride"),
    "the gradient of a layer with stride 1. "
    "Output i started at stride * i: put stride - 1 zeros between the entries of dy.": instead(
        backward, "    dxpad = ", "    stride = 1\n    dxpad = "
    ),
    "the gradient of the padded x. Nobody asked for the gradient of zeros: cut `padding` entries off every end.": (
        instead(backward, "cut(dxpad, x, padding)", "dxpad")
    ),
    "what [p:-p] leaves: nothing at all when p is 0, since -0 is the start. Cut from p to p + length instead.": instead(
        backward, cut=cut_with_minus_p
    ),
    "the gradients divided by the number of examples. A layer adds up; only the loss divides.": instead(
        backward, "dy, seen)", "dy, seen) / len(x)", "dy.sum((0, 2, 3))", "dy.sum((0, 2, 3)) / len(x)"
    ),
}
