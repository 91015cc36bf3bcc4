"""Sums that lost terms, or that were never written."""

import numpy as np

from cnnlib.convolution import conv2d
from cnnlib.gradients import central_difference
from cnnlib.losses import softmax
from cnnlib.slips.claim import Trial, claim


@claim(
    "Lee",
    "Example of multivariate chain rule",
    printed="“Product of local derivatives along all paths from w to a”",
    right="the sum over paths of the products along them, from w to o",
    why="Along a road slopes multiply; over roads they add. The formula beside it adds.",
    kind="wording",
    lecture="03_backprop",
    section="What if there are two roads",
)
def product_over_paths() -> Trial:
    w = 1.0
    by_sine, by_cosine = np.cos(w**2) * 2 * w, -np.sin(w**2) * 2 * w
    return Trial(
        asked="slope of sin(w²) + cos(w²) at w = 1",
        printed=by_sine * by_cosine,
        right=by_sine + by_cosine,
        measured=central_difference(lambda w: np.sin(w[0] ** 2) + np.cos(w[0] ** 2), np.ones(1))[0],
    )


@claim(
    "Shi",
    "Video 12.3, gradient of the loss",
    printed="∂L/∂z_i = ∂L/∂ŷ_i · ∂ŷ_i/∂z_i",
    right="Σ over j of ∂L/∂ŷ_j · ∂ŷ_j/∂z_i",
    why="Every score moves every probability. On later builds of the slide the sum is there.",
    kind="transcript",
    lecture="08_softmax",
)
def one_term_of_a_row() -> Trial:
    z, t = np.array([1.0, 2, 0.5]), np.array([0.0, 1, 0])
    y = softmax(z[None])[0][0]
    return Trial(
        asked="dz for z = (1, 2, 0.5), class 1 due",
        printed=-t / y * y * (1 - y),
        right=y - t,
        measured=central_difference(lambda z: -np.sum(t * np.log(np.exp(z) / np.sum(np.exp(z)))), z),
    )


@claim(
    "Raj",
    "Derivative of Max pooling",
    printed="dy(l − 1, m, k, l) = dy(l, m, i, j) “if (k, l) = P(l, m, i, j)”, else 0",
    right="the sum over all windows (i, j) that it won",
    why="Windows overlap, so one pixel may win twice. His loop adds with +=; the formula has one case.",
    kind="formula",
    lecture="07_pooling",
)
def one_window_of_two() -> Trial:
    x, dy = np.array([1.0, 4, 2]), np.array([2.0, 3])  # windows (1, 4) and (4, 2): 4 wins both
    return Trial(
        asked="slope by the 4 of (1, 4, 2), windows of two, dy = (2, 3)",
        printed=dy[-1],
        right=dy.sum(),
        measured=central_difference(lambda x: dy @ np.maximum(x[:-1], x[1:]), x)[1],
    )


@claim(
    "Arora",
    "Pooling Layer: Subsampling Equations",
    printed="∂g/∂x_i = 1 “if x_i = max(x)”",
    right="1 for one of the largest (the first, say), 0 for the others",
    why="Each tie would get a full share. Shares must add up to 1: raise all by h, and the maximum rises by h.",
    kind="formula",
    lecture="07_pooling",
)
def every_tie_a_winner() -> Trial:
    x, h = np.array([3.0, 3, 1]), 1e-6
    first = np.arange(3) == np.argmax(x)
    return Trial(
        asked="rise of max(3, 3, 1), per unit, if all three rise",
        printed=np.sum(x == x.max()),
        right=np.sum(first),
        measured=((x + h).max() - x.max()) / h,
    )


@claim(
    "Raj",
    "CNN: Forward; Learning the network",
    printed="“every free parameter (filter weights)”; no b in the loops",
    right="db_f = the sum of dy over the batch and all places of map f",
    why="The deck lists the biases among what is learned. Its scalar loops leave them out forwards and backwards.",
    kind="loop",
    lecture="06_conv2d_backprop",
)
def loops_without_a_bias() -> Trial:
    x, w = np.arange(25.0).reshape(1, 1, 5, 5), np.ones((1, 1, 2, 2))
    dy = np.arange(16.0).reshape(1, 1, 4, 4)
    return Trial(
        asked="db for dy = 0, 1, … 15",
        printed=0,
        right=dy.sum(),
        measured=central_difference(lambda b: np.sum(dy * conv2d(x, w, b)[0]), np.zeros(1))[0],
    )
