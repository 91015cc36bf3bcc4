"""Lecture 04, convolution: what is asked, and the mistakes that are known.

Index equations, counted from 0:

    (4.2)   y[i, j] = sum_u,v w[u, v] x[i + u, j + v]                        cross-correlation (deck L, equation 1)
    (4.4)   y[i, j] = sum_u,v w[KH-1-u, KW-1-v] x[i + u, j + v]              convolution (deck L, equations 2 and 3)
    (4.5)   w[u, v] = column[u] row[v]                                       (deck A, Blur + Edge)
    (4.6)   size    = floor((n + 2 P - k) / S) + 1                           (deck N, Padding, Stride)
    (4.7)   A[(i, j), (i + u, j + v)] = w[u, v]                              (deck A, as Matrix Multiplication)
    (4.8)   y[n, f, i, j] = sum_c,u,v w[f, c, u, v] xpad[n, c, S i + u, S j + v] + b[f]
    (4.9)   columns[n, (c, u, v), (i, j)] = xpad[n, c, S i + u, S j + v]
"""

from cnnlib.checks import poll
from cnnlib.exercises.convolution_counting import OUTPUT_SIZE, PARAMETERS
from cnnlib.exercises.convolution_layer import CONV2D_FORWARD, IM2COL, TOEPLITZ
from cnnlib.exercises.convolution_locating import LOCATE
from cnnlib.exercises.convolution_sliding import CONVOLVE, CROSS_CORRELATE, SPLIT_KERNEL

LECTURE = "04_convolution"

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
        "sum over u, v of w[u, v] (x[i + u, j + v] + c) = y[i, j] + c (sum of all w[u, v])",
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
