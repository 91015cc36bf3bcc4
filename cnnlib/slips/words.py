"""Words that say more than is so."""

import numpy as np

from cnnlib.activations import relu
from cnnlib.arguments import Array
from cnnlib.convolution import conv2d
from cnnlib.gradients import central_difference
from cnnlib.kernels import correlate2d
from cnnlib.losses import softmax
from cnnlib.slips.claim import Trial, claim

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = CORNERS[:, 0] != CORNERS[:, 1]


@claim(
    "Arora",
    "Different Non-Linearly Separable Problems",
    printed="two layers: “Convex Open Or Closed Regions”",
    right="convex with an AND on top; else also regions with gaps",
    why="[x + y > 1.5] − [x + y > 0.5] + 0.5 > 0 holds two opposite corners, and not the place between them.",
    kind="wording",
    lecture="02_multilayer",
    section="Regions of any shape",
)
def two_layers_are_convex() -> Trial:
    def inside(x: float, y: float) -> bool:
        return (x + y > 1.5) * 1 - (x + y > 0.5) * 1 + 0.5 > 0

    return Trial(
        asked="are (0, 0) and (1, 1) inside, and is (0.5, 0.5)?",
        printed=(1, 1, 1),
        right=(1, 1, 0),
        measured=(inside(0, 0), inside(1, 1), inside(0.5, 0.5)),
    )


@claim(
    "Arora",
    "Activation functions",
    printed="“A squashing effect is required”",
    right="a bend is required",
    why="ReLU, two slides later, squashes nothing: relu(1000000) = 1000000. It makes XOR all the same.",
    kind="wording",
    lecture="02_multilayer",
    section="Why something must bend",
)
def squashing_is_required() -> Trial:
    s = CORNERS.sum(axis=1).astype(float)
    made = relu(s)[0] - 2 * relu(s - 1)[0]
    return Trial(
        asked="can two units that do not squash make XOR?",
        printed=False,
        right=True,
        measured=np.array_equal(made > 0.5, XOR),
    )


@claim(
    "Lee",
    "Forward & Backward propagation",
    printed="“activation layers are sparse”, “J is Jacobian (Equation 10)”",
    right="diagonal where each entry is on its own; softmax is full",
    why="And his equation 10 is the gradient of a kernel, no Jacobian.",
    kind="wording",
    lecture="03_backprop",
    section="What does each layer send back",
)
def activations_are_sparse() -> Trial:
    slopes = central_difference(lambda z: softmax(z[None])[0][0], np.array([1.0, 2, 3]))
    return Trial(
        asked="entries of softmax's 3 × 3 Jacobian that are not 0",
        printed=3,
        right=9,
        measured=np.count_nonzero(np.abs(slopes) > 1e-6),
    )


@claim(
    "Arora",
    "Convolutional Neural Network (CNN): Key Idea",
    printed="to give “Translation Invariance”",
    right="equivariance: the map moves with the picture",
    why="A later slide of his says “equi-variant”. Invariance would be a map that stays.",
    kind="wording",
    lecture="04_convolution",
)
def invariance_for_equivariance() -> Trial:
    def layer(x: list[float]) -> Array:
        return np.convolve(x, [1.0, 2])[:4]

    before = layer([0, 1, 0, 0])
    return Trial(
        asked="the map (0 1 2 0) once the picture's 1 moved on by one",
        printed=before,
        right=np.roll(before, 1),
        measured=layer([0, 0, 1, 0]),
    )


@claim(
    "Arora",
    "CNN: Parameter Sharing",
    printed="stride “Helps in reducing parameters further”",
    right="it reduces outputs, and so the work",
    why="A filter has as many weights at stride 2 as at stride 1. A fully connected layer behind it would have fewer.",
    kind="wording",
    lecture="04_convolution",
)
def stride_saves_weights() -> Trial:
    def weights(stride: int) -> int:
        y, backward = conv2d(np.zeros((1, 1, 28, 28)), np.zeros((1, 1, 3, 3)), stride=stride)
        return int(backward(y)[1].size)

    return Trial(
        asked="has a 3 × 3 filter fewer weights at stride 2 than at stride 1?",
        printed=True,
        right=False,
        measured=weights(2) < weights(1),
    )


@claim(
    "Mahmoud",
    "Stride",
    printed="“As the stride … is increased, the resulting output will be smaller”, under a “5 x 5 Output Volume”",
    right="not larger; it may stay",
    why="Sizes are rounded down. Of 7 × 7 pixels a 3 × 3 kernel makes 5 × 5 at stride 1, then 3 × 3, 2 × 2, and 2 × 2.",
    kind="wording",
    lecture="04_convolution",
)
def a_larger_stride() -> Trial:
    def rows(stride: int) -> int:
        return conv2d(np.zeros((1, 1, 7, 7)), np.zeros((1, 1, 3, 3)), stride=stride)[0].shape[2]

    return Trial(
        asked="is the output smaller at stride 4 than at stride 3, picture 7 × 7, kernel 3 × 3?",
        printed=True,
        right=(7 - 3) // 4 + 1 < (7 - 3) // 3 + 1,
        measured=rows(4) < rows(3),
    )


@claim(
    "Raj",
    "Poll 2",
    printed="“every position of every affine map at the next layer”: True",
    right="at most K × K positions of every map",
    why="Written over all positions the sum is right: weights that do not exist count as 0.",
    kind="wording",
    lecture="06_conv2d_backprop",
)
def every_position() -> Trial:
    ones = np.ones((3, 3))
    slopes = central_difference(lambda x: correlate2d(x, ones), np.zeros((9, 9)))
    return Trial(
        asked="outputs in a 7 × 7 map that answer to the middle pixel, kernel 3 × 3",
        printed=7 * 7,
        right=3 * 3,
        measured=np.count_nonzero(slopes[..., 4, 4]),
    )


@claim(
    "Raj",
    "Poll 2",
    printed="“a single affine element Y(l, m, x, y)”",
    right="Y is what the activation gives; Z is affine",
    why="Between them stands a slope, f′(z), which the sum over positions does not hold.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def affine_or_activated() -> Trial:
    z, w, dy = np.array([-1.0, 2, 3, -4]), np.array([1.0, -1]), np.array([5.0, 7, 11])
    by_y = np.convolve(dy, w)
    return Trial(
        asked="slopes by the affine z = (−1, 2, 3, −4), Y = relu(z), w = (1, −1), dy = (5, 7, 11)",
        printed=by_y,
        right=by_y * (z > 0),
        measured=central_difference(lambda z: dy @ np.correlate(relu(z)[0], w, "valid"), z),
    )


@claim(
    "Mahmoud",
    "Pooling Layer",
    printed="“Sub-sampling pixels will not change the object”",
    right="it does where the object is finer than the step",
    why="Of stripes one pixel wide, every second pixel is all paper or all ink.",
    kind="wording",
    lecture="07_pooling",
)
def stripes_that_vanish() -> Trial:
    stripes = np.tile([0.0, 1], 4)
    return Trial(
        asked="largest minus smallest pixel of the stripes 0 1 0 1 …, every second pixel kept",
        printed=np.ptp(stripes),
        right=0,
        measured=np.ptp(stripes[::2]),
    )


@claim(
    "Shi",
    "Gradient descent",
    printed="“The function needs to be differentiable”",
    right="almost everywhere is enough in practice: ReLU and max have corners",
    why="His own network takes maxima. At a corner any slope between the two sides will do: a subgradient (Raj).",
    kind="wording",
    lecture="07_pooling",
)
def corners_are_allowed() -> Trial:
    w, path = 1.0, []
    for steps in range(1, 101):
        w -= np.sign(w) * 0.5 / steps
        path.append(abs(w))
    return Trial(
        asked="does descent with falling steps bring |w|, which has a corner, below 0.01?",
        printed=False,
        right=True,
        measured=min(path) < 0.01,
    )
