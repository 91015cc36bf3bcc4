"""What looks like a slip and is none: the same trials, another verdict."""

from functools import partial
from itertools import product

import numpy as np

from cnnlib.activations import sigmoid, tanh
from cnnlib.data import digits
from cnnlib.gradients import central_difference
from cnnlib.kernels import convolve2d, correlate2d
from cnnlib.slips.claim import Trial, claim
from cnnlib.slips.examples import ARORA, DY, PADDED, SQUARES, W, by_hand, measured_dx

suspect = partial(claim, kind="suspect")


@suspect(
    "Lee",
    "Backpropagation (3/9), equation 14",
    printed="∂E/∂w = rot180{δ} ∗ o",
    right="o ⋆ δ, the same",
    why="∗ flips, and what it flips was turned before: two flips that cancel.",
    lecture="06_conv2d_backprop",
)
def two_flips_that_cancel() -> Trial:
    return Trial(
        asked="dw for the squares of 0 … 8, dy = (1 2; 0 −1)",
        printed=convolve2d(SQUARES, DY[::-1, ::-1]),
        right=correlate2d(SQUARES, DY),
        measured=central_difference(lambda w: np.sum(DY * correlate2d(SQUARES, w)), np.zeros((2, 2))),
    )


@suspect(
    "Shi",
    "Video 12.4, Summary",
    printed="Σ g_mn ∂L/∂z_(i+m)(j+n): plus, where Lee has minus",
    right="plus for his layer, minus for ours",
    why="His layer flips on the way forward. Then the way back does not.",
    lecture="06_conv2d_backprop",
)
def plus_for_a_layer_that_flips() -> Trial:
    wide = np.zeros((4, 4))
    wide[1:3, 1:3] = DY  # a flipping layer: output (i, j) needs inputs up to (i, j), the first is (1, 1)
    return Trial(
        asked="dx of a layer that truly convolves, dy = (1 2; 0 −1), w = (1 2; 3 5)",
        printed=by_hand(wide, W),
        right=measured_dx(DY, W[::-1, ::-1], (3, 3)).ravel(),
        measured=central_difference(lambda x: np.sum(DY * convolve2d(x, W)), np.zeros((3, 3))).ravel(),
    )


@suspect(
    "Arora",
    "Backpropagation in Convolution Layer",
    printed="x ∗ w = y, ∂J/∂x = flip(w) ∗ ∂J/∂y, x ∗ ∂J/∂y = ∂J/∂w",
    right="the same, with a rim of zeros in the second",
    why="All three are right if ∗ is the correlation of his worked example. For a true convolution the third is wrong.",
    lecture="06_conv2d_backprop",
)
def three_lines_one_sign() -> Trial:
    right = convolve2d(PADDED, W), convolve2d(SQUARES, DY[::-1, ::-1])
    measured = measured_dx(DY, W, (3, 3)), central_difference(lambda w: np.sum(DY * correlate2d(SQUARES, w)), W)
    return Trial(
        asked="dx, then dw: dy = (1 2; 0 −1), w = (1 2; 3 5), x the squares of 0 … 8",
        printed=[*correlate2d(PADDED, W[::-1, ::-1]).ravel(), *correlate2d(SQUARES, DY).ravel()],
        right=[entry for array in right for entry in array.ravel()],
        measured=[entry for array in measured for entry in array.ravel()],
    )


@suspect(
    "Mahmoud",
    "One dimension: dx",
    printed="dx = (0, dy₁, dy₂, dy₃, 0) ∗ (w₂, w₁)",
    right="the same: the kernel turned, then slid without a flip",
    why="It looks like two flips. But his “convolution” flips nothing, so one is left.",
    lecture="05_conv1d_backprop",
)
def turned_and_not_flipped() -> Trial:
    dy, w = np.array([5.0, 7, 11]), np.array([1.0, -2])
    return Trial(
        asked="dx for dy = (5, 7, 11), w = (1, −2)",
        printed=np.correlate([0, *dy, 0], w[::-1], "valid"),
        right=np.convolve(dy, w),
        measured=central_difference(lambda x: dy @ np.correlate(x, w, "valid"), np.zeros(4)),
    )


@suspect(
    "Lee",
    "Deep computational graph with product nodes",
    printed="∂O/∂w = 32 w³¹",
    right="the same",
    why="The layers print values, w to w¹⁶, not slopes. But in a product the slope by one factor is the other.",
    lecture="03_backprop",
    section="How many roads are there",
)
def product_graph() -> Trial:
    def last(w: float) -> float:
        value = w  # both nodes of the first layer
        for _ in range(5):
            value = value * value  # each node of the next layer, and at last the output
        return value

    w = 1.1
    paths = list(product(range(2), repeat=5))
    return Trial(
        asked="the slope at w = 1.1",
        printed=32 * w**31,
        right=sum(w * w**2 * w**4 * w**8 * w**16 for _ in paths),
        measured=central_difference(lambda w: last(w[0]), np.array([w]))[0],
    )


@suspect(
    "Arora",
    "Drawbacks of Neural Networks",
    printed="“77 : black to white, 77 : white to black”",
    right="equal, whatever the digit, as long as it stays in the picture",
    why="A moved digit has as much ink as before. What is lost here appears there.",
    lecture="07_pooling",
)
def as_many_lost_as_won() -> Trial:
    digit = np.pad(digits().x_test[0, 0] > 0, 2)
    moved = np.roll(digit, -2, axis=1)
    return Trial(
        asked="a digit moved two to the left: pixels lost minus pixels won",
        printed=77 - 77,
        right=digit.sum() - moved.sum(),
        measured=np.sum(digit & ~moved) - np.sum(moved & ~digit),
    )


@suspect(
    "Arora",
    "Standard activation functions",
    printed="“Only the shape is important”",
    right="tanh z = 2 σ(2z) − 1",
    why="Weights and biases around it can scale and shift an S. (They cannot make a step of it, or a ReLU.)",
    lecture="02_multilayer",
    section="Activations and their slopes",
)
def only_the_shape() -> Trial:
    z = np.array([-2.0, 0.5, 1])
    return Trial(
        asked="tanh at −2, 0.5 and 1",
        printed=2 * sigmoid(2 * z)[0] - 1,
        right=tanh(z)[0],
        measured=(np.exp(2 * z) - 1) / (np.exp(2 * z) + 1),
    )


@suspect(
    "Shi",
    "Video 12.1",
    printed="256⁵⁴ = 1.1 × 10¹³⁰",
    right="the same",
    why="54 pixels of 8 bits are 432 bits.",
    lecture="04_convolution",
)
def pictures_of_54_pixels() -> Trial:
    return Trial(
        asked="the number, in units of 10¹³⁰, to one decimal",
        printed=1.1,
        right=round(256**54 / 10**130, 1),
        measured=round(10 ** (54 * np.log10(256) - 130), 1),
    )


@suspect(
    "Lee",
    "Forward propagation (1/2)",
    printed="x = rot180{w} ∗ o + b = ΣΣ w(m, n) o(i + m, j + n) + b",
    right="the same",
    why="A turned kernel, truly convolved, is a correlation. So here his ∗ flips; in equation 22 it must not.",
    lecture="04_convolution",
)
def turned_then_convolved() -> Trial:
    x, w = ARORA
    return Trial(
        asked="Arora's picture and kernel, without b",
        printed=convolve2d(x, w[::-1, ::-1]).ravel(),
        right=correlate2d(x, w).ravel(),
        measured=by_hand(x, w),
    )
