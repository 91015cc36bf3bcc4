"""Lecture 04, convolution: what is asked, and the mistakes that are known.

Index equations, counted from 0:

    (4.2)   z[i, j] = sum_u,v w[u, v] x[i + u, j + v]                        cross-correlation (deck L, equation 1)
    (4.4)   z[i, j] = sum_u,v w[KH-1-u, KW-1-v] x[i + u, j + v]              convolution (deck L, equations 2 and 3)
    (4.5)   w[u, v] = column[u] row[v]                                       (deck A, Blur + Edge)
    (4.6)   size    = floor((n + 2 P - k) / S) + 1                           (deck N, Padding, Stride)
    (4.7)   M[(i, j), (i + u, j + v)] = w[u, v]                              (deck A, as Matrix Multiplication)
    (4.8)   y[n, f, i, j] = sum_c,u,v w[f, c, u, v] xpad[n, c, S i + u, S j + v] + b[f]
    (4.9)   columns[n, (c, u, v), (i, j)] = xpad[n, c, S i + u, S j + v]
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.checks import Exercise, Inputs, Shown, Slip, poll
from cnnlib.checks.cases import LAYOUTS, given, in_other_layouts
from cnnlib.exercises import layers
from cnnlib.exercises.layer_slips import FORWARD_SLIPS
from cnnlib.exercises.layers import Array, Rng, layer_cases, windows

LECTURE = "04_convolution"

DECK_PICTURE = np.array([[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]], float)  # deck A
DECK_KERNEL = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]], float)

SHAPES: dict[str, Callable[..., bool]] = {
    "a picture that is not square": lambda x, **_: x.shape[-1] != x.shape[-2],
    "a kernel that is not square": lambda w, **_: w.shape[0] != w.shape[1],
    **LAYOUTS,
}

# ---------------------------------------------------------------- sliding a kernel over a picture


def cross_correlate(x: Array, w: Array) -> Array:
    return np.tensordot(sliding_window_view(x, w.shape), w, 2)


def convolve(x: Array, w: Array) -> Array:
    return cross_correlate(x, w[::-1, ::-1])


def picture_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(5, 7)), "w": rng.normal(size=(2, 3))}
    return [
        {"x": np.array([[1.0, 2, 0], [3, 5, 1]]), "w": np.array([[5.0]])},
        {"x": np.array([[1.0, 2, 0], [3, 5, 1]]), "w": np.array([[1.0, 2]])},
        {"x": np.array([[1.0, 2, 0], [3, 5, 1], [4, 6, 2]]), "w": np.array([[1.0, 2]])},
        {"x": np.array([[1.0, 2, 0, 7], [3, 5, 1, 8], [4, 6, 2, 9]]), "w": np.array([[1.0, 2, 3], [4, 7, 6]])},
        {"x": DECK_PICTURE, "w": DECK_KERNEL},
        random,
        {"x": rng.normal(size=(6, 4)), "w": rng.normal(size=(3, 1))},
        {"x": rng.normal(size=(3, 4)), "w": rng.normal(size=(3, 4))},
        *in_other_layouts(random),
    ]


CROSS_CORRELATE = Exercise(
    name="cross_correlate",
    parts={"z": 2},
    reference=cross_correlate,
    cases=picture_cases,
    features=SHAPES,
    feeds=("z[i, j] += w[u, v] x[i + u, j + v]",),
    hints=(
        "How many places does the kernel find from top to bottom, and how many from left to right?",
        "Each output is one window of x times the kernel, number by number, added up.",
        "(4.2)  z[i, j] = sum over u and v of w[u, v] x[i + u, j + v],  i = 0 ... H - KH,  j = 0 ... W - KW",
    ),
    after=(("before you start", "z[1, 1] is 134; a kernel as large as the picture gives one number, shape (1, 1)"),),
    slips=(
        Slip(
            "kernel flipped",
            "a true convolution, which flips the kernel. Cross-correlation lays it down as it stands: "
            "in (4.2) the indices of w and x grow together.",
            convolve,
        ),
    ),
)

CONVOLVE = Exercise(
    name="convolve",
    parts={"z": 1},
    reference=convolve,
    cases=picture_cases,
    features=SHAPES,
    feeds=("z[i, j] += w[u, v] x[i + KH - 1 - u, j + KW - 1 - v]",),
    hints=(
        "Which of the two operations reads the kernel backwards?",
        "Turn the kernel upside down and left to right, then do as before.",
        "(4.4)  z[i, j] = sum over u and v of w[KH - 1 - u, KW - 1 - v] x[i + u, j + v]",
    ),
    slips=(
        Slip(
            "kernel not flipped",
            "cross-correlation: the kernel was not flipped.",
            cross_correlate,
        ),
        Slip(
            "kernel transposed",
            "the kernel with rows and columns swapped. A transpose is no flip: a flip turns the kernel by half a turn.",
            lambda x, w: cross_correlate(x, w.T),
        ),
        Slip(
            "result flipped",
            "the cross-correlation, flipped as a whole. It is the kernel that is flipped, before sliding.",
            lambda x, w: cross_correlate(x, w)[::-1, ::-1],
        ),
    ),
)

# ---------------------------------------------------------------- counting


def output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    return (n + 2 * padding - k) // stride + 1


def size_cases(rng: Rng) -> list[Inputs]:
    small = [
        (4, 2, 1, 0),
        (5, 2, 2, 0),
        (6, 2, 2, 0),
        (5, 2, 1, 1),
        (6, 3, 2, 1),
        (7, 7, 1, 0),
        (9, 2, 4, 3),
        (1, 1, 3, 0),
    ]
    n, k = int(rng.integers(20, 40)), int(rng.integers(3, 8))
    drawn = [(n, k, 1, 2), (n, k, 3, 1), (n + 1, k, 3, 1), (n + 2, k, 3, 1)]
    return [dict(zip(("n", "k", "stride", "padding"), case, strict=True)) for case in small + drawn]


OUTPUT_SIZE = Exercise(
    name="conv_output_size",
    parts={"size": 1},
    reference=output_size,
    cases=size_cases,
    features={
        "a stride above 1": lambda stride, **_: stride > 1,
        "padding": lambda padding, **_: padding > 0,
        "a stride that leaves pixels over": lambda n, k, stride, padding: (n + 2 * padding - k) % stride > 0,
    },
    hints=(
        "Where can the kernel's first cell stand, at the earliest and at the latest?",
        "It can stand at 0, S, 2 S, ... up to n + 2 P - k. How many numbers are that?",
        "(4.6)  size = floor((n + 2 P - k) / S) + 1",
    ),
    after=(("before you start", "the last pixel, number 4: a window from 4 on would hang out"),),
    slips=(
        Slip(
            "one short",
            "one too few: the place at the very start counts too.",
            lambda n, k, stride=1, padding=0: (n + 2 * padding - k) // stride,
        ),
        Slip(
            "rounded up",
            "the size rounded up. A kernel that hangs out at the end gives no output.",
            lambda n, k, stride=1, padding=0: -(-(n + 2 * padding - k) // stride) + 1,
        ),
        Slip(
            "not rounded",
            "a size with a fraction where the stride leaves pixels over. Use // rather than /.",
            lambda n, k, stride=1, padding=0: (n + 2 * padding - k) / stride + 1,
        ),
        Slip(
            "padding once",
            "the padding counted once. It is added at both ends.",
            lambda n, k, stride=1, padding=0: (n + padding - k) // stride + 1,
        ),
        Slip(
            "+ 1 inside the division",
            "the + 1 divided by the stride as well. First divide and round down, then add the place at the very start.",
            lambda n, k, stride=1, padding=0: (n + 2 * padding - k + 1) // stride,
        ),
        Slip(
            "as printed by Lee",
            "n - k - 1, as one of the decks prints it. It is n - k + 1 for stride 1: see the slip box.",
            lambda n, k, stride=1, padding=0: (n + 2 * padding - k) // stride - 1,
        ),
    ),
)


def conv_parameters(C: int, F: int, KH: int, KW: int) -> int:
    return F * (C * KH * KW + 1)


PARAMETERS = Exercise(
    name="conv_parameters",
    parts={"count": 1},
    reference=conv_parameters,
    cases=lambda rng: [
        dict(zip(("C", "F", "KH", "KW"), case, strict=True))
        for case in [
            (1, 1, 1, 2),
            (1, 20, 5, 5),
            (3, 1, 3, 3),
            (6, 16, 5, 4),
            (2, 3, 1, 7),
            rng.integers(2, 9, 4).tolist(),
        ]
    ],
    features={
        "several channels": lambda C, **_: C > 1,
        "several filters": lambda F, **_: F > 1,
    },
    hints=(
        "How many weights has one filter? Does the size of the picture matter?",
        "A filter has a plane of KH x KW weights for every channel, and one bias.",
        "F (C KH KW + 1)",
    ),
    slips=(
        Slip(
            "biases missing",
            "the weights without the biases: one more for each filter.",
            lambda C, F, KH, KW: F * C * KH * KW,
        ),
        Slip(
            "one bias",
            "one bias for all filters. Each filter has its own.",
            lambda C, F, KH, KW: F * C * KH * KW + 1,
        ),
        Slip(
            "channels forgotten",
            "filters of one plane. A filter has a plane of weights for every channel of the input.",
            lambda C, F, KH, KW: F * (KH * KW + 1),
        ),
        Slip(
            "a bias for every channel",
            "one bias for every plane of a filter. The planes' sums are added up before the one bias is.",
            lambda C, F, KH, KW: F * C * (KH * KW + 1),
        ),
    ),
)

# ---------------------------------------------------------------- the layer, as a matrix, as columns


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
    slips=(*FORWARD_SLIPS,),
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
    feeds=("M[(i, j), (i + u, j + v)] += w[u, v]",),
    unfolded=lambda w, H, W: (H - len(w) + 1, W - w.shape[1] + 1, H, W),
    hints=(
        "Write one row first: the weights that make output (0, 0) from the flattened picture.",
        "For output (i, j), lay the kernel on a picture of zeros at (i, j), and flatten that picture.",
        "(4.7)  M[i OW + j, (i + u) W + (j + v)] = w[u, v], zero elsewhere;  OW = W - KW + 1",
    ),
    after=(("before you start", "by KW instead of 1: it skips the places where it would hang out"),),
    slips=(
        Slip(
            "transposed",
            "the matrix lying on its side. Rows belong to outputs, columns to pixels.",
            lambda w, H, W: toeplitz_matrix(w, H, W).T,
        ),
        Slip(
            "kernel flipped",
            "the matrix of a true convolution, with the kernel flipped. The layer of (4.2) lays it down as it stands.",
            lambda w, H, W: toeplitz_matrix(w[::-1, ::-1], H, W),
        ),
        Slip(
            "one step a row",
            "rows that move on by one step each. At the end of a row of outputs the kernel jumps to the next row "
            "of pixels: that is KW steps.",
            one_step_a_row,
        ),
        Slip(
            "outputs numbered by OH",
            "outputs (i, j) put into row i OH + j. A row of outputs is OW long: number i OW + j.",
            numbered_by_height,
        ),
        Slip(
            "flattened by columns",
            "pictures flattened column by column. NumPy's ravel() goes row by row.",
            by_columns,
        ),
    ),
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
    slips=(
        Slip(
            "windows as rows",
            "the windows as rows. Each belongs into a column, so that filters times columns gives the maps.",
            lambda x, KH, KW, stride=1, padding=0: im2col(x, KH, KW, stride, padding).transpose(0, 2, 1),
        ),
        Slip(
            "channels last",
            "columns in which the channels of a pixel stand together. A filter flattens channel by channel.",
            reordered(0, 4, 5, 1, 2, 3),
        ),
    ),
)

# ---------------------------------------------------------------- splitting a kernel


def split_kernel(w: Array) -> tuple[Array, Array] | None:
    i, j = np.unravel_index(np.abs(w).argmax(), w.shape)
    column, row = w[:, j], w[i] / (w[i, j] or 1)  # a kernel of zeros splits into zeros
    return (column, row) if np.allclose(np.outer(column, row), w) else None


def splits(answer: object, w: Array) -> str:
    """Accept any column and row whose outer product is the kernel, and None where there are none."""
    possible = split_kernel(w) is not None
    if answer is None:
        separable = "this kernel is separable: up to rounding (np.allclose) its rows are multiples of one row"
        return f"got None; {separable}" if possible else ""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return f"got {type(answer).__name__}; expected two arrays, column and row, or None"
    if not possible:
        return "got a pair; this kernel is not separable: its rows are not multiples of one row, so return None itself"
    try:
        column, row = (np.asarray(part, float) for part in answer)
    except (TypeError, ValueError):
        return "column and row must hold numbers"
    if (column.shape, row.shape) != ((w.shape[0],), (w.shape[1],)):
        return f"shapes {column.shape} and {row.shape}, expected ({w.shape[0]},) and ({w.shape[1]},)"
    with np.errstate(all="ignore"):  # it may hold inf or nan
        product = np.outer(column, row)
    if not np.allclose(product, w, rtol=1e-4, atol=1e-4 * np.abs(w).max()):
        return "np.outer(column, row) is not the kernel"
    return ""


def split_cases(rng: Rng) -> list[Inputs]:
    def outer(rows: int, columns: int) -> Array:
        return np.outer(rng.normal(size=rows) + 2, rng.normal(size=columns) + 2)

    with_zeros = np.outer([0.0, 1, 2], [0.0, -1, 3, 0])  # the first row and the first column hold no information
    return [
        {"w": np.array([[2.0]])},
        {"w": np.array([[1.0, 2], [3, 6]])},
        {"w": np.array([[1.0, 2], [3, 5]])},
        {"w": np.array([[0.0, -1], [0, -2]])},
        {"w": np.array([[0.0, 0], [1, 2], [3, 5]])},
        {"w": np.array([[9.0, 3, 3], [3, 2, 0]])},
        {"w": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])},
        {"w": np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]])},
        {"w": np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])},
        {"w": np.zeros((2, 3))},
        {"w": with_zeros},
        {"w": outer(2, 4) * [1, 1, 1, 9]},
        {"w": outer(4, 3) + np.eye(4, 3)},
        *in_other_layouts({"w": np.outer([3.0, -1, 2], [2.0, 5])}),  # exact in float32 too
    ]


def always_split(w: Array) -> tuple[Array, Array]:
    i, j = np.unravel_index(np.abs(w).argmax(), w.shape)
    return w[:, j], w[i] / w[i, j]


def from_the_corner(w: Array) -> tuple[Array, Array] | None:
    with np.errstate(all="ignore"):
        column, row = w[:, 0], w[0] / w[0, 0]
    return (column, row) if np.allclose(np.outer(column, row), w) else None


SPLIT_KERNEL = Exercise(
    name="split_kernel",
    parts={"column and row": 2},
    reference=split_kernel,
    cases=split_cases,
    accept=splits,
    features={
        "a kernel that cannot be split": lambda w: split_kernel(w) is None,
        "zeros in the first row and column": lambda w: w[0, 0] == 0,
        **LAYOUTS,
    },
    hints=(
        "In an outer product every row is a multiple of the same row. Which row would you take, and which column?",
        "Take the row and the column that cross at the largest entry: that one is not zero. Divide one of the two "
        "by it, since both hold it.",
        "(4.5)  w[u, v] = column[u] row[v]:  column = w[:, j],  row = w[i] / w[i, j];  compare np.outer with w",
    ),
    after=(
        (
            "before you start",
            "a row of zeros is a multiple of every row, so it says nothing: take the row of the largest entry",
        ),
    ),
    slips=(
        Slip(
            "never refuses",
            "a column and a row for every kernel. Multiply them out again: some kernels do not come back.",
            always_split,
        ),
        Slip(
            "taken from the corner",
            "the first column and the first row. They may hold nothing but zeros: take those of the largest entry.",
            from_the_corner,
        ),
        Slip(
            "not divided",
            "a column and a row that both hold the entry where they cross, so it counts twice. Divide one by it.",
            lambda w: None if split_kernel(w) is None else (always_split(w)[0], w[np.abs(w).max(1).argmax()]),
        ),
        Slip(
            "row and column swapped",
            "the row first, then the column. The column comes first.",
            lambda w: None if split_kernel(w) is None else always_split(w)[::-1],
        ),
    ),
)

# ---------------------------------------------------------------- finding a digit


def locate(picture: Array, template: Array, correlate: Callable[..., Array]) -> tuple[int, int]:
    response = correlate(picture, template - template.mean())
    row, column = np.unravel_index(response.argmax(), response.shape)
    return int(row), int(column)


def locate_cases(rng: Rng) -> list[Inputs]:
    correlate = given(cross_correlate_by_loops)

    def hidden(H: int, W: int, size: tuple[int, int], row: int, column: int, light: float) -> Inputs:
        """A template pasted into noise, beside a bright patch that fools a plain sum."""
        template = 0.2 * (np.abs(rng.normal(size=size)) + np.eye(*size) * 2)
        picture = 0.02 * rng.random((H, W))
        picture[row : row + size[0], column : column + size[1]] += template
        picture[-size[0] :, : size[1]] += light
        return {"picture": picture, "template": template, "correlate": correlate}

    small = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 3]])
    return [
        {"picture": small, "template": np.array([[1.0, 0], [0, 3]]), "correlate": correlate},
        {
            "picture": np.array([[9.0, 9, 0, 0], [9, 9, 0, 1], [0, 0, 1, 0]]),
            "template": np.array([[0.0, 1], [1, 0]]),
            "correlate": correlate,
        },
        *(
            {"picture": np.pad(bar, ((1, 0), (2, 0))), "template": bar, "correlate": correlate}
            for bar in (np.array([[0.0, 3], [0, 3]]), np.array([[0.0, 0], [3, 3]]))
        ),
        hidden(9, 12, (3, 3), 2, 7, 5.0),
        hidden(12, 9, (4, 2), 1, 5, 6.0),
        hidden(3, 9, (3, 2), 0, 5, 6.0),
        hidden(9, 3, (2, 3), 1, 0, 6.0),
        hidden(7, 9, (2, 3), 0, 6, 0.0),
        hidden(7, 9, (2, 3), 5, 0, 0.0),
        *(
            {
                "picture": rng.normal(size=(7, 9)),
                "template": np.abs(rng.normal(size=size)) + 0.1,
                "correlate": correlate,
            }
            for size in 2 * ((2, 3), (3, 2), (1, 3), (2, 1), (3, 3))
        ),
    ]


def cross_correlate_by_loops(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    z = np.zeros((x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1))
    for u in range(w.shape[0]):
        for v in range(w.shape[1]):
            z += w[u, v] * x[u : u + z.shape[0], v : v + z.shape[1]]
    return z


def searched(picture: Array, template: Array, correlate: Callable[..., Array]) -> list[Shown]:
    """The response that was searched, with its value at the place that was found."""
    response = correlate(picture, template - template.mean())
    inputs = {"picture": picture, "template": template, "correlate": correlate}

    def at(place: Any) -> float:
        return float(response[tuple(int(n) for n in place)])

    return [Shown("the response at the place found", inputs, at)]


def place(response: Array, find: Callable[[Array], int] = np.argmax) -> tuple[int, int]:
    row, column = np.unravel_index(find(response), response.shape)
    return int(row), int(column)


LOCATE = Exercise(
    name="locate",
    parts={"row": 1, "column": 1},
    reference=locate,
    cases=locate_cases,
    shows=searched,
    hints=(
        "What would a kernel have to sum to, so that a bright empty patch gives no response?",
        "Subtract the template's mean, slide it over the picture, and look for the largest response.",
        "z = correlate(picture, template - template.mean());  row, column = np.unravel_index(z.argmax(), z.shape)",
    ),
    slips=(
        Slip(
            "smallest response",
            "the place of the smallest response. The best match has the largest.",
            lambda picture, template, correlate: place(correlate(picture, template - template.mean()), np.argmin),
        ),
        Slip(
            "template flipped",
            "the place of the flipped template: this is a true convolution. Cross-correlate to find a thing as it is.",
            lambda picture, template, correlate: place(correlate(picture, (template - template.mean())[::-1, ::-1])),
        ),
        Slip(
            "row and column swapped",
            "the column first, then the row.",
            lambda picture, template, correlate: locate(picture, template, correlate)[::-1],
        ),
        Slip(
            "a flat index",
            "one index into the flattened response. np.unravel_index turns it into a row and a column.",
            lambda picture, template, correlate: (int(correlate(picture, template - template.mean()).argmax()), 0),
        ),
    ),
)

# ---------------------------------------------------------------- polls

POLL_FILTERS = poll(
    "poll_filters",
    options={
        "A": (True, "a filter has one plane of weights for every input map: it looks at all of them at once."),
        "B": (False, "an output map is what one filter makes. Its number of planes is that of the input maps."),
        "C": (False, "the layer may turn 3 input maps into 20 output maps: then it has 20 filters."),
        "D": (True, "every filter makes one output map."),
    },
    hints=(
        "Write down the shape of w, and say what each of its four axes counts.",
        "w has the shape (F, C, KH, KW). Which of these also appear in the shapes of x and y?",
        "x (N, C, H, W),  w (F, C, KH, KW),  y (N, F, OH, OW)",
    ),
)

POLL_EQUIVARIANCE = poll(
    "poll_equivariance",
    options={
        "A": (True, "the same weights look at the same pixels, one place further on."),
        "B": (
            False,
            "the output moves along. A detector that stays silent about places would be invariant, not equivariant.",
        ),
        "C": (True, "with stride 2 only every other place is kept: after one step the kept ones are others."),
        "D": (True, "zeros are not the pixels that moved out of sight, so the rim changes."),
    },
    hints=(
        "Shift first and then filter, or filter first and then shift: when is it the same?",
        "Think of one output. Which pixels does it see, before and after? What if that place is skipped?",
        "y[i, j] depends on x[S i + u, S j + v] alone: replace x[m, q] by x[m - 1, q - 1], for S = 1 and S = 2",
    ),
)

POLL_BRIGHTNESS = poll(
    "poll_brightness",
    options={
        "A": (False, "its weights sum to 1: a picture brighter by 10 gives an output brighter by 10."),
        "B": (True, "its weights sum to 0: what is added everywhere cancels."),
        "C": (True, "its weights sum to 0, in whatever direction it looks."),
        "D": (False, "it sums to 1, as every kernel does that leaves a flat picture as it is."),
    },
    hints=(
        "Add the same number to every pixel. What is added to an output?",
        "The added number comes out multiplied by the sum of the weights.",
        "sum over u, v of w[u, v] (x[i + u, j + v] + c) = z[i, j] + c (sum of all w[u, v])",
    ),
)

POLL_REACH = poll(
    "poll_reach",
    options={
        "A": (False, "1 + 2 + 2 + 2 = 7 is right for stride 1 everywhere."),
        "B": (True, "1 + 2·1 + 2·2 + 2·4 = 15: the steps of a layer are as long as the strides below have made them."),
        "C": (False, "a layer's own stride does not widen what its units see, only what the layers above it see."),
        "D": (True, "the stride of the last layer has no layer above it."),
    },
    hints=(
        "How far apart, in pixels, are the neighbours that a unit of each layer looks at?",
        "Add K - 1 steps for each layer. How long is a step in the second layer, and in the third?",
        "(4.10)  reach = 1 + sum over layers of (K - 1) times the strides of all layers below",
    ),
)

EXERCISES = (
    CROSS_CORRELATE,
    CONVOLVE,
    POLL_BRIGHTNESS,
    SPLIT_KERNEL,
    OUTPUT_SIZE,
    POLL_EQUIVARIANCE,
    TOEPLITZ,
    POLL_FILTERS,
    PARAMETERS,
    CONV2D_FORWARD,
    IM2COL,
    POLL_REACH,
    LOCATE,
)
