"""Sliding a kernel over a picture: correlation, convolution, splitting a kernel (lecture 04)."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts

DECK_PICTURE = np.array([[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]], float)  # deck A
DECK_KERNEL = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]], float)

SHAPES: dict[str, Callable[..., bool]] = {
    "a picture that is not square": lambda x, **_: x.shape[-1] != x.shape[-2],
    "a kernel that is not square": lambda w, **_: w.shape[0] != w.shape[1],
    **LAYOUTS,
}


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
    feeds=("y[i, j] += w[u, v] x[i + u, j + v]",),
    hints=(
        "How many places does the kernel find from top to bottom, and how many from left to right?",
        "Each output is one window of x times the kernel, number by number, added up.",
        "(4.2)  y[i, j] = sum over u and v of w[u, v] x[i + u, j + v],  i = 0 ... H - KH,  j = 0 ... W - KW",
    ),
    after=(("before you start", "y[1, 1] is 134; a kernel as large as the picture gives one number, shape (1, 1)"),),
    slips={
        "a true convolution, which flips the kernel. "
        "Cross-correlation lays it down as it stands: in (4.2) the indices of w and x grow together.": convolve,
    },
)

CONVOLVE = Exercise(
    name="convolve",
    parts={"z": 1},
    reference=convolve,
    cases=picture_cases,
    features=SHAPES,
    feeds=("y[i, j] += w[u, v] x[i + KH - 1 - u, j + KW - 1 - v]",),
    hints=(
        "Which of the two operations reads the kernel backwards?",
        "Turn the kernel upside down and left to right, then do as before.",
        "(4.4)  y[i, j] = sum over u and v of w[KH - 1 - u, KW - 1 - v] x[i + u, j + v]",
    ),
    slips={
        "cross-correlation: the kernel was not flipped.": cross_correlate,
        "the kernel with rows and columns swapped. "
        "A transpose is no flip: a flip turns the kernel by half a turn.": lambda x, w: cross_correlate(x, w.T),
        "the cross-correlation, flipped as a whole. It is the kernel that is flipped, before sliding.": lambda x, w: (
            cross_correlate(x, w)[::-1, ::-1]
        ),
    },
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
    slips={
        "a column and a row for every kernel. Multiply them out again: some kernels do not come back.": always_split,
        "the first column and the first row. "
        "They may hold nothing but zeros: take those of the largest entry.": from_the_corner,
        "a column and a row that both hold the entry where they cross, "
        "so it counts twice. Divide one by it.": lambda w: (
            None if split_kernel(w) is None else (always_split(w)[0], w[np.abs(w).max(1).argmax()])
        ),
        "the row first, then the column. The column comes first.": lambda w: (
            None if split_kernel(w) is None else always_split(w)[::-1]
        ),
    },
)
