"""Indices that point elsewhere."""

import numpy as np

from cnnlib.gradients import central_difference
from cnnlib.kernels import correlate2d
from cnnlib.slips.claim import Trial, claim, outcome
from cnnlib.slips.examples import ARORA, by_hand


@claim(
    "Lee",
    "Backpropagation (8/9), equation 19",
    printed="the first term, w(m′, n′) f(x(0 − m + m′, 0 − n + n′))",
    right="w(0, 0) f(x(i′ − m, j′ − n))",
    why="The first term of the sum has m′ = n′ = 0, as in his equation 12. Here the 0 went where i′ and j′ belong.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def first_term_of_a_sum() -> Trial:
    i, j, m, n = 4, 4, 1, 2
    first = np.array([[1.0, 0, 0], [0, 0, 0], [0, 0, 0]])  # only w(0, 0)
    reads = central_difference(lambda x: correlate2d(x, first)[i - m, j - n], np.zeros((7, 7)))
    return Trial(
        asked="the pixel that w(0, 0) meets in y(i′ − m, j′ − n), for i′ = j′ = 4, m = 1, n = 2",
        printed=(0 - m + 0, 0 - n + 0),
        right=(i - m, j - n),
        measured=np.argwhere(reads > 0.5)[0],
    )


@claim(
    "Raj",
    "How a single Y(l − 1, m, x, y) influences z",
    printed="z(l, n, 1, 2) += Y(l − 1, m, 2, 2) w(m, n, 2, 1)",
    right="w(m, n, 1, 0)",
    why="Output and weight add up to the input: (1, 2) + (1, 0) = (2, 2). The next line has it right.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def coordinates_add_up() -> Trial:
    w = np.arange(9.0).reshape(3, 3)
    slope = central_difference(lambda x: correlate2d(x, w)[1, 2], np.zeros((5, 5)))
    return Trial(
        asked="slope of z(1, 2) by the pixel (2, 2), with the kernel 0 … 8",
        printed=w[2, 1],
        right=w[1, 0],
        measured=slope[2, 2],
    )


@claim(
    "Mahmoud",
    "Using the convolution formula",
    printed="dw(m, n) = ΣΣ dy(i, j) · x(i + k − 1, j + l − 1)",
    right="x(i + m − 1, j + n − 1)",
    why="k and l were summed away: only (k, l) = (m, n) was left. A letter that stands on one side alone is a warning.",
    kind="formula",
    lecture="06_conv2d_backprop",
)
def letters_summed_away() -> Trial:
    x, dy = np.arange(12.0).reshape(3, 4) ** 2, np.array([[1.0, 2, 3], [4, 5, 6]])
    windows = {(m, n): x[m : m + 2, n : n + 3] for m in range(2) for n in range(2)}
    return Trial(
        asked="dw of a 2 × 2 kernel, k and l taken as 1",
        printed=[[np.sum(dy * windows[0, 0])] * 2] * 2,
        right=[[np.sum(dy * windows[m, n]) for n in range(2)] for m in range(2)],
        measured=central_difference(lambda w: np.sum(dy * correlate2d(x, w)), np.zeros((2, 2))),
    )


@claim(
    "Mahmoud",
    "page 44",
    printed="∂x(i + k − 1, i + l − 1) / ∂x(m, n)",
    right="x(i + k − 1, j + l − 1)",
    why="A column is counted with j. The condition beside it, n = j + l − 1, has it right.",
    kind="transcript",
    lecture="06_conv2d_backprop",
)
def row_for_column() -> Trial:
    x, w = ARORA
    return Trial(
        asked="Arora's example, the second index as printed",
        printed=[sum(w[k, v] * x[i + k, i + v] for k in range(3) for v in range(3)) for i in (0, 0, 1, 1)],
        right=by_hand(x, w),
        measured=correlate2d(x, w).ravel(),
    )


@claim(
    "Raj",
    "Vector notation: W(l), dz(l)",
    printed="W(l, i, j, :, :, :) and dz(l, j, :, :, :)",
    right="W(l, i, j, :, :) and dz(l, j, :, :)",
    why="A kernel has two axes of its own, and so has a map. The forward loops have the right number.",
    kind="transcript",
    lecture="06_conv2d_backprop",
)
def an_index_too_many() -> Trial:
    W = np.zeros((4, 3, 5, 5))
    return Trial(
        asked="shape of one plane of a layer's weights, (4, 3, 5, 5)",
        printed=outcome(lambda: W[0, 0, :, :, :].shape),
        right=W[0, 0, :, :].shape,
        measured=(5, 5),
    )


@claim(
    "Raj",
    "Derivative at Y(l − 1, m, x, y) from a single Z map",
    printed="rows y − 2, y − 1, y − 1, and y − 1 three times",
    right="y − 2, y − 1, y: each with x − 2, x − 1, x",
    why="A 3 × 3 kernel reaches nine outputs, in three rows. The formula below the table reaches them all.",
    kind="transcript",
    lecture="06_conv2d_backprop",
)
def rows_that_feed_a_pixel() -> Trial:
    y = 4
    slopes = central_difference(lambda x: correlate2d(x, np.ones((3, 3))), np.zeros((9, 9)))[..., y, 4]
    return Trial(
        asked="which rows of outputs the pixel (4, 4) reaches, kernel 3 × 3",
        printed=sorted({y - 2, y - 1, y - 1}),
        right=[y - 2, y - 1, y],
        measured=np.flatnonzero(slopes.any(axis=1)),
    )
