"""The layer of lecture 04, and the same as a matrix and as columns."""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.exercises import layers
from cnnlib.exercises.convolution_counting import output_size
from cnnlib.exercises.convolution_sliding import DECK_KERNEL
from cnnlib.exercises.layer_slips import FORWARD_SLIPS
from cnnlib.exercises.layers import layer_cases, windows

CONV2D_FORWARD = Exercise(
    name="conv2d_forward",
    parts={"one map": 1, "many maps": 1, "stride": 1, "padding": 1},
    groups={name: layers.GROUPS[name] for name in ("one map", "many maps", "stride", "padding")},
    reference=layers.forward,
    cases=layer_cases("x", "w", "b", "stride", "padding"),
    features=layers.FEATURES,
    feeds=("y[n, f, i, j] += w[f, c, u, v] x[n, c, S i + u - P, S j + v - P]", "y[n, f, i, j] += b[f]"),
    hints=(
        "Pad x once, at the start, and along its last two axes only: np.pad(x, [(0, 0), (0, 0), (padding, padding), "
        "(padding, padding)]). Then loop over the output's rows and columns.",
        "Output (i, j) looks at the padded window from row stride * i and column stride * j on, in all channels. "
        'np.einsum("ncuv,fcuv->nf", window, w) multiplies and adds over c, u and v; loops over n and f do it too.',
        "(4.8)  y[n, f, i, j] = sum over c, u, v of w[f, c, u, v] xpad[n, c, stride i + u, stride j + v]  +  b[f]",
    ),
    after=(("before you start", "the second one, F: every filter makes a map"),),
    slips=FORWARD_SLIPS,
)


def toeplitz_matrix(w: Array, H: int, W: int) -> Array:
    (KH, KW), (OH, OW) = w.shape, (H - w.shape[0] + 1, W - w.shape[1] + 1)
    matrix = np.zeros((OH, OW, H, W), w.dtype)
    for i, j in np.ndindex(OH, OW):
        matrix[i, j, i : i + KH, j : j + KW] = w
    return matrix.reshape(OH * OW, H * W)


def toeplitz_cases(rng: Rng) -> list[Inputs]:
    random = {"w": rng.normal(size=(2, 3)), "H": 4, "W": 5}
    return [
        {"w": np.array([[2.0]]), "H": 1, "W": 2},
        {"w": np.array([[2.0, 3]]), "H": 2, "W": 3},
        {"w": np.array([[1.0, 2], [3, 5]]), "H": 3, "W": 4},
        {"w": np.array([[1.0, 2], [3, 5]]), "H": 5, "W": 3},
        {"w": np.array([[1.0, 2, 4], [3, 5, 7]]), "H": 3, "W": 5},
        {"w": np.array([[2.0, 3]]), "H": 3, "W": 3},
        {"w": DECK_KERNEL, "H": 4, "W": 4},
        random,
        {"w": rng.normal(size=(3, 1)), "H": 3, "W": 2},
        *in_other_layouts(random),
    ]


def one_step_a_row(w: Array, H: int, W: int) -> Array:
    """Every row one step further right, also where the kernel jumps to the next row of the picture."""
    rows, row = (H - w.shape[0] + 1) * (W - w.shape[1] + 1), toeplitz_matrix(w, H, W)[0]
    return np.array([np.roll(row, n) for n in range(rows)])


def by_columns(w: Array, H: int, W: int) -> Array:
    (OH, OW) = H - w.shape[0] + 1, W - w.shape[1] + 1
    return toeplitz_matrix(w, H, W).reshape(OH, OW, H, W).transpose(1, 0, 3, 2).reshape(OH * OW, H * W)


def numbered_by_height(w: Array, H: int, W: int, pixels: bool = False) -> Array:
    (KH, KW), (OH, OW) = w.shape, (H - w.shape[0] + 1, W - w.shape[1] + 1)
    matrix = np.zeros((OH * OW, H * W))
    for i, j in np.ndindex(OH, OW):
        for u, v in np.ndindex(KH, KW):
            row = i * OW + j if pixels else i * OH + j
            matrix[row, (i + u) * (H if pixels else W) + j + v] = w[u, v]
    return matrix


TOEPLITZ = Exercise(
    name="toeplitz_matrix",
    parts={"M": 3},
    reference=toeplitz_matrix,
    cases=toeplitz_cases,
    features={
        "a picture that is not square": lambda H, W, **_: H != W,
        "a kernel that is not square": lambda w, **_: w.shape[0] != w.shape[1],
        **LAYOUTS,
    },
    feeds=("A[(i, j), (i + u, j + v)] += w[u, v]",),
    unfolded=lambda w, H, W: (H - len(w) + 1, W - w.shape[1] + 1, H, W),
    hints=(
        "Write one row first: the weights that make output (0, 0) from the flattened picture.",
        "For output (i, j), lay the kernel on a picture of zeros at (i, j), and flatten that picture.",
        "(4.7)  A[i OW + j, (i + u) W + (j + v)] = w[u, v], zero elsewhere;  OW = W - KW + 1",
    ),
    after=(("before you start", "by KW instead of 1: it skips the places where it would hang out"),),
    slips={
        "the matrix lying on its side. Rows belong to outputs, columns to pixels.": lambda w, H, W: (
            toeplitz_matrix(w, H, W).T
        ),
        "the matrix of a true convolution, with the kernel flipped. "
        "The layer of (4.2) lays it down as it stands.": lambda w, H, W: toeplitz_matrix(w[::-1, ::-1], H, W),
        "rows that move on by one step each. "
        "At the end of a row of outputs the kernel jumps to the next row of pixels: that is KW steps.": one_step_a_row,
        "outputs (i, j) put into row i OH + j. A row of outputs is OW long: number i OW + j.": numbered_by_height,
        "pictures flattened column by column. NumPy's ravel() goes row by row.": by_columns,
    },
)


def im2col(x: Array, KH: int, KW: int, stride: int = 1, padding: int = 0) -> Array:
    seen = windows(x, np.empty((1, 1, KH, KW)), stride, padding)
    return seen.transpose(0, 1, 4, 5, 2, 3).reshape(len(x), x.shape[1] * KH * KW, -1)


def im2col_cases(rng: Rng) -> list[Inputs]:
    """The layer's inputs, and the size of its kernel."""
    made = layer_cases("x", "w", "stride", "padding")(rng)
    return [
        {"x": case["x"], "KH": case["w"].shape[2], "KW": case["w"].shape[3]}
        | {"stride": case["stride"], "padding": case["padding"]}
        for case in made
    ]


def reordered(*axes: int) -> Callable[..., Array]:
    """im2col with the axes (n, c, i, j, u, v) of the windows laid out in another order."""

    def slipped(x: Array, KH: int, KW: int, stride: int = 1, padding: int = 0) -> Array:
        seen = windows(x, np.empty((1, 1, KH, KW)), stride, padding)
        return seen.transpose(axes).reshape(len(x), x.shape[1] * KH * KW, -1)

    return slipped


IM2COL = Exercise(
    name="im2col",
    parts={"columns": 3},
    reference=im2col,
    cases=im2col_cases,
    features={
        "a stride above 1": lambda stride, **_: stride > 1,
        "padding": lambda padding, **_: padding > 0,
        "several channels": lambda x, **_: x.shape[1] > 1,
        "several examples in the batch": lambda x, **_: len(x) > 1,
        "a kernel that is not square": lambda KH, KW, **_: KH != KW,
        **LAYOUTS,
    },
    feeds=("columns[n, (c, u, v), (i, j)] += x[n, c, S i + u - P, S j + v - P]",),
    unfolded=lambda x, KH, KW, stride=1, padding=0: (
        *(*x.shape[:2], KH, KW),
        *(output_size(n, k, stride, padding) for n, k in zip(x.shape[2:], (KH, KW), strict=True)),
    ),
    hints=(
        "What must stand in one column, so that a filter, written as one row, times that column is one output?",
        "Column (i, j) is the window at (stride * i, stride * j), all channels, flattened: channel first, then row, "
        "then column.",
        "(4.9)  columns[n, (c KH + u) KW + v, i OW + j] = xpad[n, c, stride i + u, stride j + v]",
    ),
    slips={
        "the windows as rows. Each belongs into a column, "
        "so that filters times columns gives the maps.": lambda x, KH, KW, stride=1, padding=0: im2col(
            x, KH, KW, stride, padding
        ).transpose(0, 2, 1),
        "columns in which the channels of a pixel stand together. A filter flattens channel by channel.": reordered(
            0, 4, 5, 1, 2, 3
        ),
    },
)
