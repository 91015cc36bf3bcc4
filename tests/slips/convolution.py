"""Wrong answers to this lecture's exercises that check the checks: no sentence is written for them."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks.edits import instead
from cnnlib.exercises import layers
from cnnlib.exercises.convolution_layer import im2col, numbered_by_height, reordered, toeplitz_matrix
from cnnlib.exercises.convolution_locating import locate
from cnnlib.exercises.convolution_sliding import cross_correlate
from slips import layer_slips


def last_tap(x: Array, k: Array) -> Array:
    return k[-1, -1] * x[k.shape[0] - 1 :, k.shape[1] - 1 :]


def full(x: Array, k: Array) -> Array:
    rows, columns = k.shape[0] - 1, k.shape[1] - 1
    return cross_correlate(np.pad(x, ((rows, rows), (columns, columns))), k)


def windows_flipped(x: Array, KH: int, KW: int, stride: int = 1, padding: int = 0) -> Array:
    columns = im2col(x, KH, KW, stride, padding)
    return columns.reshape(len(x), x.shape[1], KH * KW, -1)[:, :, ::-1].reshape(columns.shape)


SLIPS = {
    "cross_correlate": [
        # kernel transposed
        lambda x, k: cross_correlate(x, k.T),
        # one row and one column short
        lambda x, k: cross_correlate(x, k)[:-1, :-1],
        # = for +=
        last_tap,
        # mean for sum
        lambda x, k: cross_correlate(x, k) / k.size,
        # padded
        full,
        # axes swapped
        lambda x, k: cross_correlate(x, k).T,
    ],
    "convolve": [
        # flipped in rows only
        lambda x, k: cross_correlate(x, k[::-1]),
        # flipped in columns only
        lambda x, k: cross_correlate(x, k[:, ::-1]),
    ],
    "conv_output_size": [
        # stride ignored
        lambda n, k, stride=1, padding=0: n + 2 * padding - k + 1,
    ],
    "conv2d_forward": [
        *layer_slips.FORWARD,
        # kernel transposed
        lambda x, w, b, stride=1, padding=0: layers.forward(x, w.swapaxes(2, 3), b, stride, padding),
        # rows padded only
        lambda x, w, b, stride=1, padding=0: layers.forward(x, w, b, stride, (padding, 0)),
    ],
    "toeplitz_matrix": [
        # pixels numbered by H
        lambda k, H, W: numbered_by_height(k, H, W, pixels=True),
        # one row short
        lambda k, H, W: toeplitz_matrix(k, H, W)[:-1],
        # not moved
        lambda k, H, W: np.repeat(toeplitz_matrix(k, H, W)[:1], (H - len(k) + 1) * (W - k.shape[1] + 1), 0),
    ],
    "im2col": [
        # windows flattened by columns
        reordered(0, 1, 5, 4, 2, 3),
        # places in the wrong order
        reordered(0, 1, 4, 5, 3, 2),
        # stride ignored
        lambda x, KH, KW, stride=1, padding=0: im2col(x, KH, KW, 1, padding),
        # padding ignored
        lambda x, KH, KW, stride=1, padding=0: im2col(x, KH, KW, stride, 0),
        # stride and padding ignored
        lambda x, KH, KW, stride=1, padding=0: im2col(x, KH, KW),
        # windows flipped
        windows_flipped,
    ],
    "locate": [
        # mean not subtracted
        instead(locate, "template - template.mean()", "template"),
    ],
}
