"""Which way round the kernel lies."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.gradients import central_difference
from cnnlib.kernels import convolve2d, correlate2d
from cnnlib.slips.claim import Trial, claim
from cnnlib.slips.examples import ARORA, DY, PADDED, W, by_hand, measured_dx


def by_fourier(x: Array, w: Array) -> Array:
    """True convolution by no sum over a kernel: multiply the Fourier transforms, keep what did not wrap around."""
    product = np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(w, x.shape)).real
    return product[w.shape[0] - 1 :, w.shape[1] - 1 :]


@claim(
    "Arora",
    "Convolution as Matrix Multiplication",
    printed="4 × 4 picture ∗ 3 × 3 kernel = 122, 148, 126, 134",
    right="122, 148, 126, 134 is the cross-correlation",
    why="Nothing was flipped. In the course's convention that is what a convolution layer does; the name is the slip.",
    kind="sign",
    lecture="04_convolution",
)
def convolution_without_a_flip() -> Trial:
    x, w = ARORA
    return Trial(
        asked="Arora's picture and kernel, truly convolved",
        printed=(122, 148, 126, 134),
        right=correlate2d(x, w[::-1, ::-1]).ravel(),
        measured=by_fourier(x, w).ravel(),
    )


@claim(
    "Lee",
    "equations 2 and 4",
    printed="(I ∗ K) with I(i − m, j − n) in one, with I(i + m, j + n) in the other",
    right="two signs: ∗ for equation 2, ⋆ for equation 4",
    why="One sign for two operations. Whether a later equation is right then hangs on which is meant.",
    kind="sign",
    lecture="04_convolution",
)
def one_sign_two_meanings() -> Trial:
    x, w = ARORA
    return Trial(
        asked="what equation 4 gives, and what ∗ of equation 2 is",
        printed=correlate2d(x, w).ravel(),
        right=convolve2d(x, w).ravel(),
        measured=by_fourier(x, w).ravel(),
    )


@claim(
    "Lee",
    "Convolutional neural Network, equation 4",
    printed="“Same as cross-correlation, except that kernel is “flipped””",
    right="the same as cross-correlation",
    why="In the formula, the indices of K and of I grow together. Nothing is flipped.",
    kind="wording",
    lecture="04_convolution",
)
def a_flip_that_is_none() -> Trial:
    x, w = ARORA
    return Trial(
        asked="his formula on Arora's example; as printed: with the kernel flipped",
        printed=correlate2d(x, w[::-1, ::-1]).ravel(),
        right=correlate2d(x, w).ravel(),
        measured=by_hand(x, w),
    )


@claim(
    "Lee",
    "Convolution & Cross correlation",
    printed="the same “for a kernel K where (−m, −n) == K(m, n)”",
    right="for every kernel",
    why="Convolution is correlation with the flipped kernel, always. A symmetric kernel only makes the flip needless.",
    kind="wording",
    lecture="04_convolution",
)
def any_kernel_can_be_flipped() -> Trial:
    x, w = ARORA
    symmetric = np.array_equal(w, w[::-1, ::-1])
    return Trial(
        asked="is convolving with Arora's kernel the same as correlating with it flipped?",
        printed=symmetric,
        right=np.allclose(convolve2d(x, w), correlate2d(x, w[::-1, ::-1])),
        measured=np.allclose(by_fourier(x, w), correlate2d(x, w[::-1, ::-1])),
    )


@claim(
    "Lee",
    "Backpropagation (9/9), equation 22",
    printed="δ ∗ rot180(w) f′(x)",
    right="δ ∗ w, or δ ⋆ rot180(w), with a rim of zeros around δ",
    why="∗ flips by itself, as equation 2 has it: two flips are none. Read ∗ as in equation 4, and 22 is right.",
    kind="sign",
    lecture="06_conv2d_backprop",
)
def a_flip_too_many() -> Trial:
    return Trial(
        asked="dx for dy = (1 2; 0 −1), w = (1 2; 3 5), f′ = 1",
        printed=convolve2d(PADDED, W[::-1, ::-1]),
        right=convolve2d(PADDED, W),
        measured=measured_dx(DY, W, (3, 3)),
    )


@claim(
    "Lee",
    "Backpropagation (9/9), equation 21",
    printed="rot180{ΣΣ δ(i′ + m, j′ + n) w(m, n)}",
    right="ΣΣ δ(i′ − m, j′ − n) w(m, n)",
    why="The whole sum is one number for each pixel, and a number has nothing to rotate. Only w can be rotated.",
    kind="formula",
    lecture="06_conv2d_backprop",
)
def a_number_rotated() -> Trial:
    wide = np.pad(DY, ((1, 2), (1, 2)))  # δ(i, j) stands at (i + 1, j + 1)
    at = [(i, j) for i in range(3) for j in range(3)]
    steps = [(m, n) for m in range(2) for n in range(2)]
    return Trial(
        asked="dx as above, row after row",
        printed=[sum(wide[i + 1 + m, j + 1 + n] * W[m, n] for m, n in steps) for i, j in at],
        right=[sum(wide[i + 1 - m, j + 1 - n] * W[m, n] for m, n in steps) for i, j in at],
        measured=measured_dx(DY, W, (3, 3)).ravel(),
    )


@claim(
    "Raj",
    "Computing the derivative for Y(l − 1, m)",
    printed="a convolution “by the transposed and flipped filter”",
    right="flipped; what trades places are filters and input maps, not rows and columns",
    why="Read of one plane, “transposed” is one thing too many. The formula above it transposes nothing.",
    kind="wording",
    lecture="06_conv2d_backprop",
)
def rows_for_columns() -> Trial:
    return Trial(
        asked="dx as above, with the plane transposed and flipped",
        printed=correlate2d(PADDED, W.T[::-1, ::-1]),
        right=correlate2d(PADDED, W[::-1, ::-1]),
        measured=measured_dx(DY, W, (3, 3)),
    )


@claim(
    "Mahmoud",
    "One dimension: dw",
    printed="“dw is a convolution of the input x with a filter dy”",
    right="a cross-correlation",
    why="No index runs backwards, so nothing is flipped. It is a matter of names, as long as one keeps to them.",
    kind="sign",
    lecture="05_conv1d_backprop",
)
def weights_by_convolution() -> Trial:
    x, dy = np.array([2.0, 0, 1, 3]), np.array([5.0, 7, 11])
    return Trial(
        asked="dw for x = (2, 0, 1, 3), dy = (5, 7, 11)",
        printed=np.convolve(x, dy, "valid"),
        right=np.correlate(x, dy, "valid"),
        measured=central_difference(lambda w: dy @ np.correlate(x, w, "valid"), np.zeros(2)),
    )
