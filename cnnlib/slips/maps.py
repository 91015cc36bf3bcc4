"""Maps of the wrong size, or of the wrong layer."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.convolution import conv2d
from cnnlib.pooling import max_pool2d
from cnnlib.slips.claim import Trial, claim, outcome


@claim(
    "Raj",
    "Derivatives for a single layer: Vector notation",
    printed="dzpad: D × (H + 2(K − 1)) × (W + 2(K − 1)); then x = 1:W, y = 1:H read dzpad(:, x:x+K−1, y:y+K−1)",
    right="rows with rows: y first, or W first in dzpad",
    why="H rows are walked W places far. Square maps hide it. The kernel's gradient does the same.",
    kind="loop",
    lecture="06_conv2d_backprop",
)
def square_maps_only() -> Trial:
    H, W, K = 4, 7, 3  # of the input; its outputs are 2 by 5
    rows = (H - K + 1) + 2 * (K - 1)
    return Trial(
        asked="how far the rows of dzpad are read, picture 4 high and 7 wide, K = 3",
        printed=max(x + K - 1 for x in range(1, W + 1)),
        right=max(y + K - 1 for y in range(1, H + 1)),
        measured=rows,
    )


@claim(
    "Raj",
    "Derivative of max pooling layer; of mean pooling layer",
    printed="dy = zeros(D_l × W_l × H_l), then entries of layer l − 1 are filled in",
    right="zeros(D_(l−1) × W_(l−1) × H_(l−1))",
    why="The way back has the size of what went in, not of what came out.",
    kind="misprint",
    lecture="07_pooling",
)
def zeros_of_the_output() -> Trial:
    x = np.arange(25.0).reshape(1, 1, 5, 5)
    y, backward = max_pool2d(x, 2, stride=1)
    return Trial(
        asked="rows and columns of the way back: 5 × 5, windows of 2 × 2, stride 1",
        printed=y.shape[2:],
        right=x.shape[2:],
        measured=backward(np.ones_like(y)).shape[2:],
    )


@claim(
    "Raj",
    "Convolution with downsampling",
    printed="W(l) is “4D”, and W(l) · segment a “tensor inner product with a scalar output”",
    right="D_l numbers, one for each filter",
    why="It is assigned to z(l, :, m, n), which has D_l entries. Only a single filter gives one number.",
    kind="wording",
    lecture="04_convolution",
)
def scalar_of_a_bank() -> Trial:
    w, x = np.ones((3, 2, 4, 4)), np.ones((1, 2, 4, 4))
    return Trial(
        asked="how many numbers 3 filters give at one place",
        printed=1,
        right=np.tensordot(w, x[0], 3).size,
        measured=conv2d(x, w)[0].size,
    )


def shi(x: Array, g: Array) -> tuple[Array, Array]:
    """Half of Shi's first line: z of the layer, and a = pool(f(z)); f is left out, it changes no shape."""
    z, _ = conv2d(x, g)
    return z, max_pool2d(z, 2)[0]


PICTURE, FIRST, SECOND = np.zeros((1, 1, 28, 28)), np.zeros((6, 1, 5, 5)), np.zeros((12, 6, 5, 5))


@claim(
    "Shi",
    "Video 12.3, Adjusting the weights",
    printed="“where f(z⁽¹⁾) = a⁽¹⁾”",
    right="a⁽¹⁾ = pool(f(z⁽¹⁾))",
    why="So it is on his forward slides. Both poolings are missing from his nine steps back.",
    kind="formula",
    lecture="09_network",
)
def pooling_forgotten() -> Trial:
    z, a = shi(PICTURE, FIRST)
    back = conv2d(a, SECOND)[1](np.zeros((1, 12, 8, 8)))[0]
    return Trial(
        asked="shape of the slope that reaches f(z⁽¹⁾), on 28 × 28 with kernels of 5 × 5",
        printed=outcome(lambda: (back * z).shape),
        right=max_pool2d(z, 2)[1](back).shape,
        measured=z.shape,
    )


@claim(
    "Shi",
    "Videos 12.2 and 12.4",
    printed="a⁽ˡ⁾ ⊗ g⁽ˡ⁾ = z⁽ˡ⁺¹⁾ in 12.4; z⁽²⁾ from g⁽²⁾ ∗ a⁽¹⁾ in 12.2",
    right="one count: z⁽ˡ⁾ from g⁽ˡ⁾ and a⁽ˡ⁻¹⁾",
    why="By the later count g⁽²⁾ meets a⁽²⁾, which is what it makes.",
    kind="misprint",
    lecture="09_network",
)
def layers_counted_twice() -> Trial:
    _, a1 = shi(PICTURE, FIRST)
    _, a2 = shi(a1, SECOND)
    return Trial(
        asked="shape of what g⁽²⁾ makes, on 28 × 28 with 6 and 12 kernels of 5 × 5",
        printed=outcome(lambda: conv2d(a2, SECOND)[0].shape),
        right=conv2d(a1, SECOND)[0].shape,
        measured=(1, 12, (28 - 4) // 2 - 4, (28 - 4) // 2 - 4),
    )


@claim(
    "Raj",
    "The size of the Y-derivative map",
    printed="(H + K − 1) × (W + K − 1) “will be the size of the actual Y map”",
    right="only if the stride left nothing over",
    why="Pixels that the last window did not reach have slope 0, and a place in dx. With stride 1 there are none.",
    kind="wording",
    lecture="06_conv2d_backprop",
)
def pixels_left_over() -> Trial:
    L, K, S = 6, 3, 2
    x, w = np.zeros((1, 1, L, L)), np.ones((1, 1, K, K))
    y, backward = conv2d(x, w, stride=S)
    spread = (y.shape[2] - 1) * S + 1  # zeros between the rows of dy
    return Trial(
        asked="rows of dx: 6 × 6, kernel 3 × 3, stride 2, zeros put between the 2 rows of dy",
        printed=spread + K - 1,
        right=spread + K - 1 + (L - K) % S,
        measured=backward(y)[0].shape[2],
    )
