"""Arrays that do not fit together, or that hold too much or too little."""

import numpy as np

from cnnlib.convolution import conv2d
from cnnlib.gradients import central_difference
from cnnlib.kernels import correlate2d, toeplitz
from cnnlib.slips.claim import Trial, claim, outcome
from cnnlib.slips.examples import ARORA


@claim(
    "Mahmoud",
    "One dimension: dx",
    printed="dx = dyᵀ · ∂y/∂x, with dy a row",
    right="dx = dy · ∂y/∂x",
    why="A row, transposed, is a column. The lines for db and dw on the slides before have no transpose.",
    kind="misprint",
    lecture="05_conv1d_backprop",
)
def a_transpose_too_many() -> Trial:
    dy, w = np.array([[5.0, 7, 11]]), np.array([1.0, -1])
    slopes = np.array([[1.0, -1, 0, 0], [0, 1, -1, 0], [0, 0, 1, -1]])
    return Trial(
        asked="dx for dy = (5 7 11), w = (1, −1)",
        printed=outcome(lambda: dy.T @ slopes),
        right=(dy @ slopes)[0],
        measured=central_difference(lambda x: dy[0] @ np.correlate(x, w, "valid"), np.zeros(4)),
    )


@claim(
    "Mahmoud",
    "One dimension: the table ∂y/∂x",
    printed="second row: … ∂y₂/∂x₃, ∂y₃/∂x₄",
    right="∂y₂/∂x₄",
    why="A row of a Jacobian belongs to one output. The matrix of weights beside it has it right.",
    kind="transcript",
    lecture="05_conv1d_backprop",
)
def a_row_of_another_output() -> Trial:
    w = np.array([1.0, -1])
    slopes = np.array([[w[0], w[1], 0, 0], [0, w[0], w[1], 0], [0, 0, w[0], w[1]]])
    measured = central_difference(lambda x: np.correlate(x, w, "valid"), np.zeros(4))
    return Trial(
        asked="the last entry of the second row, w = (1, −1)",
        printed=slopes[2, 3],
        right=slopes[1, 3],
        measured=measured[1, 3],
    )


@claim(
    "Arora",
    "Convolution as Matrix Multiplication",
    printed="a first row of 17 entries, and the third row twice (last of three slides)",
    right="four rows of 16, each one window",
    why="The picture has 16 pixels, and the fourth output has a window of its own.",
    kind="transcript",
    lecture="04_convolution",
)
def a_row_twice() -> Trial:
    x, w = ARORA
    A = toeplitz(w, x.shape)
    return Trial(
        asked="the four outputs, the third row of the matrix twice",
        printed=A[[0, 1, 2, 2]] @ x.ravel(),
        right=A @ x.ravel(),
        measured=correlate2d(x, w).ravel(),
    )


@claim(
    "Arora",
    "CNN: Parameter Sharing",
    printed="y_j = tanh Σ k_ij x_i",
    right="y_j = tanh Σ k_ij ∗ x_i",
    why="k_ij is a small matrix, x_i a map. The words above the formula name the convolution; its sign was lost.",
    kind="transcript",
    lecture="04_convolution",
)
def a_star_lost() -> Trial:
    x, w = ARORA
    return Trial(
        asked="shape of a 3 × 3 kernel with a map of 4 × 4",
        printed=outcome(lambda: (w @ x).shape),
        right=(4 - 3 + 1, 4 - 3 + 1),
        measured=correlate2d(x, w).shape,
    )


@claim(
    "Lee",
    "Forward propagation (1/2)",
    printed="… + b(i, j)",
    right="one b for each filter",
    why="A bias for every place undoes the sharing. His list of notations has one b for a layer.",
    kind="misprint",
    lecture="04_convolution",
)
def a_bias_for_every_place() -> Trial:
    b = np.zeros(1)
    return Trial(
        asked="biases of one 5 × 5 filter on 28 × 28",
        printed=(28 - 5 + 1) ** 2,
        right=1,
        measured=conv2d(np.zeros((1, 1, 28, 28)), np.zeros((1, 1, 5, 5)), b)[1](np.zeros((1, 1, 24, 24)))[2].size,
    )


@claim(
    "Lee",
    "Convolutional neural Network, equation 4",
    printed="“a bank of filters K of dimension k₁ × k₂ and biases b ∈ R^D”, but K(m, n, c) and b",
    right="w[f, c, u, v] and b[f]",
    why="Filters and biases need an index that says which. Without it all maps are one map, but for the bias.",
    kind="formula",
    lecture="04_convolution",
)
def filters_without_a_number() -> Trial:
    x = np.arange(25.0).reshape(1, 1, 5, 5) % 7
    w, b = np.arange(12.0).reshape(3, 1, 2, 2) ** 2 % 5, np.array([0.0, 1, 2])
    own = conv2d(x, w, b)[0][0].reshape(3, -1)
    shared = conv2d(x, w[:1])[0][0].reshape(1, -1) + b[:, None]

    def kinds(maps: np.ndarray) -> int:
        return int(np.linalg.matrix_rank(maps - maps.mean(axis=1, keepdims=True)))

    return Trial(
        asked="how many different features D = 3 filters find",
        printed=kinds(shared),
        right=3,
        measured=kinds(own),
    )


@claim(
    "Raj",
    "Derivatives for a single layer: Vector notation",
    printed="dy(l − 1, j, x, y) = Wflip · segment",
    right="Wflip(j, :, :, :) · segment",
    why="One number is due, for map j. All of Wflip has planes for every input map.",
    kind="formula",
    lecture="06_conv2d_backprop",
)
def all_planes_at_once() -> Trial:
    flipped, segment = np.ones((4, 3, 3, 2)), np.ones((3, 3, 2))  # 4 input maps, 3 filters of 3 × 2
    return Trial(
        asked="how many numbers the product gives, 3 filters on 4 maps",
        printed=np.sum(flipped * segment, axis=(1, 2, 3)).size,
        right=np.sum(flipped[0] * segment).size,
        measured=conv2d(np.zeros((1, 4, 5, 4)), np.ones((3, 4, 3, 2)))[1](np.ones((1, 3, 3, 3)))[0][0, 0, 0, 0].size,
    )


@claim(
    "Raj",
    "Derivatives for a single layer: Vector notation",
    printed="for j = 1:D_l, i = 1:D_(l−1): Wflip(i, j) = flip(W(l, i, j))",
    right="flip(W(l, j, i))",
    why="By the comment above, W(l, j) is filter j. This is the transposition that “transposed and flipped” speaks of.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def filter_and_map_exchanged() -> Trial:
    W = np.arange(12).reshape(3, 4)  # W[filter, map]: 3 filters on 4 maps, a number for each plane
    return Trial(
        asked="the planes for the last input map, 3 filters on 4 maps",
        printed=outcome(lambda: [W[3, j] for j in range(3)]),
        right=[W[j, 3] for j in range(3)],
        measured=W.T[3],
    )


@claim(
    "Raj",
    "Derivatives for the filters: Vector notation",
    printed="W(l, j) is a D_(l−1) × K × K tensor, j the filter; the gradient is dw(l, m, n), m the input map",
    right="dw[f, c] in the order of w[f, c]",
    why="A gradient has the shape of what it moves. Both orders are in use on earlier slides, each for itself.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def gradient_of_another_shape() -> Trial:
    w = np.zeros((3, 4, 2, 2))
    dw = np.zeros((4, 3, 2, 2))
    return Trial(
        asked="shape of w − dw, 3 filters on 4 maps",
        printed=outcome(lambda: (w - dw).shape),
        right=(w - dw.transpose(1, 0, 2, 3)).shape,
        measured=central_difference(lambda w: np.sum(conv2d(np.ones((1, 4, 3, 3)), w)[0]), w).shape,
    )
