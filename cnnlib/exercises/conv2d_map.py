"""One map: the gradients of the bias, the weights and the input (lecture 06)."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.exercises import layers
from cnnlib.exercises.one_map import bias_exercise

SQUARES: dict[str, Callable[..., bool]] = {
    "a kernel that is not square": lambda dy, x: x.shape[0] - dy.shape[0] != x.shape[1] - dy.shape[1],
    "a picture that is not square": lambda dy, x: x.shape[0] != x.shape[1],
    "a dy that is not square": lambda dy, x: dy.shape[0] != dy.shape[1],
    **LAYOUTS,
}


def small(*shape: int) -> Array:
    """Whole numbers that differ from their neighbours."""
    return np.resize(np.array([5.0, 7, 11, 13, 2, 3, 1, 4, 6, 8, 9, 12]), shape)


BIAS_GRADIENT = bias_exercise(
    "conv2d_bias_gradient",
    "db += dy[i, j]",
    "(6.2)  db = sum over i and j of dy[i, j]",
    lambda rng: [
        {"dy": small(1, 1)},
        {"dy": small(2, 3)},
        {"dy": -small(1, 2)},
        {"dy": rng.normal(size=(4, 3)) + 1},
        *in_other_layouts({"dy": rng.normal(size=(2, 5)) + 2}),
    ],
)


def weight_gradient(dy: Array, x: Array) -> Array:
    return np.tensordot(sliding_window_view(x, dy.shape), dy, 2)


def weight_gradient_cases(rng: Rng) -> list[Inputs]:
    random = {"dy": rng.normal(size=(3, 2)), "x": rng.normal(size=(4, 6))}
    return [
        {"dy": small(1, 1), "x": np.array([[2.0, 0, 1], [3, 4, 6]])},
        {"dy": np.array([[1.0, 0], [0, 0]]), "x": np.array([[2.0, 0, 1], [3, 4, 6]])},
        {"dy": small(2, 3), "x": np.array([[2.0, 0, 1, 3], [3, 4, 6, 9], [5, 8, 7, 1]])},
        {"dy": small(2, 2), "x": np.array([[2.0, 0, 1, 3], [3, 4, 6, 9], [5, 8, 7, 1]])},
        {"dy": np.array([[0.5, 1.5]]), "x": np.array([[2, 0, 1], [3, 4, 6]])},  # whole numbers beside decimals
        random,
        {"dy": rng.normal(size=(2, 5)), "x": rng.normal(size=(5, 5))},
        {"dy": rng.normal(size=(3, 4)), "x": rng.normal(size=(3, 4))},
        *in_other_layouts(random),
    ]


WEIGHT_GRADIENT = Exercise(
    name="conv2d_weight_gradient",
    parts={"dw": 2},
    reference=weight_gradient,
    cases=weight_gradient_cases,
    features=SQUARES,
    feeds=("dw[u, v] += dy[i, j] x[i + u, j + v]",),
    hints=(
        "Take one weight, say w[0, 1]. Which pixel did it meet when output (i, j) was made?",
        "w[u, v] met x[i + u, j + v] at output (i, j). So it feels dy[i, j] times that pixel, once for every output.",
        "(6.3)  dw[u, v] = sum over i and j of dy[i, j] x[i + u, j + v]",
    ),
    after=(("before you start", "with a single 1 at (0, 0) the answer is the top left corner of x"),),
    slips={
        "dw divided by the number of outputs. A layer adds up; only the loss divides.": lambda dy, x: (
            weight_gradient(dy, x) / dy.size
        ),
    },
)


def input_gradient(dy: Array, w: Array) -> Array:
    return layers.spread(dy[None, None], w[None, None], 1, full_size(dy, w))[0, 0]


def full_size(dy: Array, w: Array) -> tuple[int, int]:
    return dy.shape[0] + w.shape[0] - 1, dy.shape[1] + w.shape[1] - 1


def input_gradient_cases(rng: Rng) -> list[Inputs]:
    random = {"dy": rng.normal(size=(4, 2)), "w": rng.normal(size=(2, 3))}
    return [
        {"dy": np.array([[1.0]]), "w": np.array([[1.0, 2, 4], [3, 5, 6]])},
        {"dy": np.array([[1.0, 1]]), "w": np.array([[1.0, 2, 4], [3, 5, 6]])},
        {"dy": small(2, 3), "w": np.array([[1.0, -1], [2, 3]])},
        {"dy": small(3, 2), "w": np.array([[1.0, -1, 2]])},
        {"dy": np.array([[0.5, 1.5]]), "w": np.array([[1, 2], [3, 5]])},  # whole numbers beside decimals
        random,
        {"dy": rng.normal(size=(2, 2)), "w": rng.normal(size=(3, 4))},
        {"dy": rng.normal(size=(3, 4)), "w": rng.normal(size=(1, 1))},
        {"dy": rng.normal(size=(3, 2)), "w": rng.normal(size=(3, 1))},
        *in_other_layouts(random),
    ]


def unpadded(dy: Array, w: Array) -> Array:
    return input_gradient(dy, w)[len(w) - 1 : len(dy), w.shape[1] - 1 : dy.shape[1]]


def middle_only(dy: Array, w: Array) -> Array:
    top, left = ((k - 1) // 2 for k in w.shape)
    return input_gradient(dy, w)[top : top + dy.shape[0], left : left + dy.shape[1]]


INPUT_GRADIENT = Exercise(
    name="conv2d_input_gradient",
    parts={"dx": 3},
    reference=input_gradient,
    cases=input_gradient_cases,
    features={"a kernel that is not square": lambda w, **_: w.shape[0] != w.shape[1], **LAYOUTS},
    feeds=("dx[i + u, j + v] += dy[i, j] w[u, v]",),
    hints=(
        "Take one pixel. Which outputs saw it, and with which weight each?",
        "Output (i, j) and weight (u, v) meet at pixel (i + u, j + v). So dy[i, j] w[u, v] belongs to "
        "dx[i + u, j + v].",
        "(6.5)  dx[m, q] = sum over u and v of dy[m - u, q - v] w[u, v], entries outside dy being 0",
    ),
    after=(("before you start", "for dy = [[1]] the answer is w itself"),),
    slips={
        "the gradient with the kernel the wrong way round. Correlating padded dy with the flipped kernel is right, and "
        "so is convolving dy with the kernel as it is: one flip in all, not two, not none. "
        "In the += form of (6.4) nothing is flipped.": lambda dy, w: input_gradient(dy, w[::-1, ::-1]),
        "padded dy correlated with the transposed kernel. Flip it instead: upside down and left to right. What is "
        'transposed in a "transposed convolution" is the matrix.': lambda dy, w: input_gradient(dy, w.T[::-1, ::-1]),
        'the gradient with rows and columns of the kernel swapped. In "transposed convolution" it is the matrix that '
        "is transposed, not the kernel.": lambda dy, w: input_gradient(dy, w.T),
        "the inner entries only. Put KH - 1 rows and KW - 1 columns of zeros on every side of dy first: "
        "the pixels at the rim took part in fewer outputs, not in none.": unpadded,
        'the middle part, as large as dy (SciPy calls it "same"). '
        "dx has the size of x: KH - 1 rows and KW - 1 columns more.": middle_only,
    },
)
