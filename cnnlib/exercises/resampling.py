"""Downsampling, upsampling and the transposed convolution (lecture 07)."""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.checks.edits import instead
from cnnlib.exercises.conv2d_map import small


def downsample(x: Array, stride: int) -> Array:
    H, W = x.shape
    y = np.zeros((-(-H // stride), -(-W // stride)))
    for i, j in np.ndindex(*y.shape):
        y[i, j] = x[stride * i, stride * j]
    return y


def resample_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(5, 8)), "stride": 3}
    return [
        {"x": np.array([[5.0, 7, 11]]), "stride": 2},
        {"x": small(2, 3), "stride": 1},
        {"x": small(4, 3), "stride": 2},
        {"x": small(3, 4), "stride": 2},
        {"x": rng.normal(size=(2, 7)), "stride": 4},
        random,
        *in_other_layouts(random),
    ]


STRIDES: dict[str, Callable[..., bool]] = {
    "a stride above 1": lambda stride, **_: stride > 1,
    "a size that the stride does not divide": lambda x, stride: bool(x.shape[0] % stride or x.shape[1] % stride),
    **LAYOUTS,
}

DOWNSAMPLE = Exercise(
    name="downsample",
    parts={"y": 1},
    reference=downsample,
    cases=resample_cases,
    features=STRIDES,
    feeds=("y[i, j] += x[S i, S j]",),
    hints=(
        "Which rows stay, with stride 2? Begin with row 0.",
        "A slice with a step takes every S-th entry: x[::stride].",
        "(7.7)  y[i, j] = x[S i, S j]",
    ),
    slips={
        "every S-th row and column, but not from 0 on. Row 0 and column 0 stay.": lambda x, stride: x[
            stride - 1 :: stride, stride - 1 :: stride
        ],
        "a result without the last entry that is due. Row S i stays wherever x has a row S i.": lambda x, stride: x[
            ::stride, ::stride
        ][: x.shape[0] // stride, : x.shape[1] // stride],
        "rows dropped, columns kept. Drop both.": lambda x, stride: x[::stride],
        "columns dropped, rows kept. Drop both.": lambda x, stride: x[:, ::stride],
    },
)


def upsample(x: Array, stride: int) -> Array:
    H, W = x.shape
    y = np.zeros((stride * H, stride * W))
    y[::stride, ::stride] = x
    return y


UPSAMPLE = Exercise(
    name="upsample",
    parts={"y": 1},
    reference=upsample,
    cases=resample_cases,
    features=STRIDES,
    feeds=("y[S m, S q] += x[m, q]",),
    hints=(
        "Make zeros first: how many rows and columns?",
        "A slice with a step can be written to: y[::stride, ::stride] = …",
        "(7.8)  y[S m, S q] = x[m, q], all else 0;  S H rows, S W columns",
    ),
    slips={
        "copies in the gaps. Upsampling as here puts zeros there.": lambda x, stride: np.kron(
            x, np.ones((stride, stride))
        ),
        "zeros between entries, none after the last. "
        "After the last row and column stand S − 1 of zeros, too: then every size grows S times.": lambda x, stride: (
            upsample(x, stride)[: stride * (len(x) - 1) + 1, : stride * (x.shape[1] - 1) + 1]
        ),
        "zeros before each entry. They follow it: x[0, 0] stands at y[0, 0].": lambda x, stride: upsample(
            x[::-1, ::-1], stride
        )[::-1, ::-1],
        "zeros between rows only. Spread the columns as well.": lambda x, stride: upsample(x, stride)[:, ::stride],
    },
)


# ---------------------------------------------------------------- a convolution run backwards


def conv_transpose(x: Array, w: Array, stride: int, padding: int) -> Array:
    (H, W), (KH, KW) = x.shape, w.shape
    ypad = np.zeros((stride * (H - 1) + KH, stride * (W - 1) + KW))
    for m, q in np.ndindex(H, W):
        ypad[stride * m : stride * m + KH, stride * q : stride * q + KW] += x[m, q] * w
    return ypad[padding : len(ypad) - padding, padding : ypad.shape[1] - padding]


def transpose_cases(rng: Rng) -> list[Inputs]:
    def made(x: Array, w: Array, stride: int, padding: int) -> Inputs:
        return {"x": x, "w": w, "stride": stride, "padding": padding}

    kernel = np.array([[1.0, 2, 4], [3, 5, 6]])
    random = made(rng.normal(size=(3, 4)), rng.normal(size=(4, 3)), 2, 1)
    return [
        made(np.array([[5.0]]), kernel, 1, 0),
        made(np.array([[5.0, 7]]), kernel, 1, 0),
        made(small(2, 3), np.array([[1.0, -1], [2, 3], [4, 0]]), 1, 0),
        made(rng.normal(size=(3, 2)), rng.normal(size=(2, 4)), 1, 0),
        made(np.array([[5.0, 7]]), np.array([[1.0, 2, 4]]), 2, 0),
        made(small(2, 3), np.array([[1.0, -1], [2, 3]]), 3, 0),
        made(small(2, 1), np.array([[1.0, 2], [4, 3], [5, 6]]), 3, 0),
        made(small(2, 1), np.array([[1.0, 2, 4], [3, 5, 6], [7, 8, 9]]), 1, 1),
        made(rng.normal(size=(4, 5)), rng.normal(size=(3, 2)), 2, 0),
        made(rng.normal(size=(4, 5)), rng.normal(size=(5, 6)), 1, 2),
        random,
        *in_other_layouts(random),
    ]


def upsampled_whole(x: Array, w: Array, stride: int, padding: int) -> Array:
    return conv_transpose(upsample(x, stride), w, 1, padding)


CONV_TRANSPOSE = Exercise(
    name="conv_transpose",
    parts={"plain": 1, "stride": 1, "padding": 1},
    groups={
        "plain": lambda stride, padding, **_: stride == 1 and padding == 0,
        "stride": lambda stride, **_: stride > 1,
        "padding": lambda padding, **_: padding > 0,
    },
    reference=conv_transpose,
    cases=transpose_cases,
    features={
        "a stride above 1": lambda stride, **_: stride > 1,
        "padding": lambda padding, **_: padding > 0,
        "a kernel that is not square": lambda w, **_: w.shape[0] != w.shape[1],
        **LAYOUTS,
    },
    feeds=("y[S m + u - P, S q + v - P] += x[m, q] w[u, v]",),
    hints=(
        "One entry of x stamps the whole kernel, times itself. Where does its stamp begin?",
        "Make zeros of S (H − 1) + KH rows, add the stamps at (S m, S q), cut P rows and columns off every side.",
        "(7.9)  ypad[S m + u, S q + v] += x[m, q] w[u, v]",
    ),
    after=(("before you start", "for x = [[1]] the answer is w itself"),),
    slips={
        "stamps of the flipped kernel. Nothing is flipped in (7.9): the indices grow together.": instead(
            conv_transpose, "* w\n", "* w[::-1, ::-1]\n"
        ),
        "zeros added on every side. Here padding cuts off: it undoes the rim that the convolution once added.": instead(
            conv_transpose,
            "ypad[padding : len(ypad) - padding, padding : ypad.shape[1] - padding]",
            "np.pad(ypad, padding)",
        ),
        "rows and columns cut off at the end only: 2 P of them. Cut P off every side.": instead(
            conv_transpose,
            "ypad[padding : len(ypad) - padding, padding : ypad.shape[1] - padding]",
            "ypad[: len(ypad) - 2 * padding, : ypad.shape[1] - 2 * padding]",
        ),
        "P rows and columns cut off in front only. Cut P off every side.": instead(
            conv_transpose,
            "ypad[padding : len(ypad) - padding, padding : ypad.shape[1] - padding]",
            "ypad[padding:, padding:]",
        ),
        "a result with = for +=. Where stamps overlap, they add up.": instead(conv_transpose, "+=", "="),
        "more rows and columns than stamps reach: "
        "zeros after the last entry of x have nothing to stamp.": upsampled_whole,
    },
)
