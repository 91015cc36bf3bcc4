"""Lecture 06, backpropagation through a 2-D convolution: what is asked, and the mistakes that are known.

Index equations, counted from 0:

    (6.1)   y[i, j]  = sum_u,v w[u, v] x[i + u, j + v] + b                      (deck N, Two Dimension CNN)
    (6.2)   db       = sum_i,j dy[i, j]
    (6.3)   dw[u, v] = sum_i,j dy[i, j] x[i + u, j + v]                         (deck N; deck L, equation 13)
    (6.5)   dx[m, q] = sum_u,v dy[m - u, q - v] w[u, v]                         (deck N; deck L, equation 20)
    (6.8)   dyup[S i, S j] = dy[i, j], zeros elsewhere                        (deck R, Recap: Resampling)
    (6.9)   the same with channels, a batch, stride and padding                 (deck R, Complete Backward)
"""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs, poll
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.exercises import layers
from cnnlib.exercises.conv2d_learning import KERNEL_STEP
from cnnlib.exercises.conv2d_map import BIAS_GRADIENT, INPUT_GRADIENT, WEIGHT_GRADIENT, small
from cnnlib.exercises.layer_slips import BACKWARD_SLIPS
from cnnlib.exercises.layers import layer_cases

LECTURE = "06_conv2d_backprop"


# ---------------------------------------------------------------- stride, channels, a batch


def spread_gradient(dy: Array, stride: int, shape: tuple[int, int]) -> Array:
    spread = np.zeros(shape, dy.dtype)
    spread[: stride * len(dy) : stride, : stride * dy.shape[1] : stride] = dy
    return spread


def spread_cases(rng: Rng) -> list[Inputs]:
    random = {"dy": rng.normal(size=(2, 4)), "stride": 3, "shape": (5, 12)}
    return [
        {"dy": small(1, 1), "stride": 2, "shape": (1, 1)},
        {"dy": small(2, 3), "stride": 2, "shape": (3, 5)},
        {"dy": small(2, 2), "stride": 2, "shape": (4, 3)},
        {"dy": small(2, 2), "stride": 1, "shape": (2, 2)},
        {"dy": rng.normal(size=(3, 2)), "stride": 4, "shape": (9, 8)},
        random,
        *in_other_layouts(random),
    ]


def only_between(dy: Array, stride: int, shape: tuple[int, int]) -> Array:
    return spread_gradient(dy, stride, (stride * (len(dy) - 1) + 1, stride * (dy.shape[1] - 1) + 1))


def repeated(dy: Array, stride: int, shape: tuple[int, int]) -> Array:
    rows = np.minimum(np.arange(shape[0]) // stride, len(dy) - 1)
    return dy[rows][:, np.minimum(np.arange(shape[1]) // stride, dy.shape[1] - 1)]


SPREAD = Exercise(
    name="spread_gradient",
    parts={"spread": 1},
    reference=spread_gradient,
    cases=spread_cases,
    features={
        "a stride above 1": lambda stride, **_: stride > 1,
        "zeros after the last entry": lambda dy, stride, shape: (
            shape != (stride * (len(dy) - 1) + 1, stride * (dy.shape[1] - 1) + 1)
        ),
        **LAYOUTS,
    },
    feeds=("dyup[S i, S j] += dy[i, j]",),
    hints=(
        "With stride S, how far apart do neighbouring outputs stand among the outputs of stride 1?",
        "Make zeros of the given shape, and write dy on every S-th row and column, as far as dy goes.",
        "(6.8)  dyup[S i, S j] = dy[i, j] for i = 0 ... OH - 1 and j = 0 ... OW - 1, all other entries 0",
    ),
    after=(("before you start", "stride 1 has 5 rows of outputs, 0 to 4; rows 0 and 3 are kept"),),
    slips={
        "dy with zeros between its entries, but none after the last. "
        "Outputs after it were thrown away too: fill up to the given shape.": only_between,
        "copies in the gaps. The outputs in between do not exist: their pull is 0.": repeated,
    },
)


CONV2D_BACKWARD = Exercise(
    name="conv2d_backward",
    parts={"dx": 2, "dw": 1, "db": 1},
    reference=layers.backward,
    cases=layer_cases("dy", "x", "w", "stride", "padding"),
    features=layers.FEATURES,
    feeds=(
        "dx[n, c, S i + u - P, S j + v - P] += dy[n, f, i, j] w[f, c, u, v]",
        "dw[f, c, u, v] += dy[n, f, i, j] x[n, c, S i + u - P, S j + v - P]",
        "db[f] += dy[n, f, i, j]",
    ),
    hints=(
        "Run the forward loops again. Every product y += w x of the forward pass becomes two lines: one adds to dw, "
        "one adds to dx.",
        "Work on a dx as large as the padded x. Output (i, j) and weight (u, v) meet at padded pixel "
        "(stride * i + u, stride * j + v). At the end cut `padding` rows and columns off every side.",
        "(6.9)  dxpad[n, c, S i + u, S j + v] += dy[n, f, i, j] w[f, c, u, v],  "
        "dw[f, c, u, v] += dy[n, f, i, j] xpad[n, c, S i + u, S j + v],  db[f] += dy[n, f, i, j]",
    ),
    slips=BACKWARD_SLIPS,
)


# ---------------------------------------------------------------- polls

POLL_CONTRIBUTIONS = poll(
    "poll_contributions",
    options={
        "A": (True, "every filter saw this input map, so every map of dy sends something back."),
        "B": (
            False,
            "the sum may be written over every position (i, j), but most of the weights w[m - i, q - j] do not exist. "
            "The deck's poll calls this true as worded.",
        ),
        "C": (True, "only the windows that cover the pixel: as many as the kernel has weights, fewer at the rim."),
        "D": (False, "maps are not paired up: every filter has a plane for every input map."),
    },
    hints=(
        "Which outputs change when this one pixel changes?",
        "Those whose window covers the pixel, in every output map.",
        "(6.5)  dx[m, q] = sum over u and v of dy[m - u, q - v] w[u, v], and over all filters",
    ),
)

POLL_INPUT = poll(
    "poll_input_derivative",
    options={
        "A": (True, "plane c is the part of each filter that met input map c."),
        "B": (True, "the index of dy falls as that of w grows: sliding with rising indices needs the flip."),
        "C": (
            True,
            "each flipped plane slides over the padded derivative map of its own filter, and the results are added.",
        ),
        "D": (False, "the flip is in the kernel. The result already stands as x does."),
    },
    hints=(
        "Which part of filter f ever multiplies input map c?",
        "Say (6.7) for one input map c and all filters f.",
        "dx[c] = sum over f of (padded dy[f]) correlated with the flipped plane w[f, c]",
    ),
)

POLL_FILTER = poll(
    "poll_filter_derivative",
    options={
        "A": (True, "(6.3) with x[c] and dy[f]: that plane is all that joins the two maps."),
        "B": (False, "the indices of x and dy grow together in (6.3): nothing is flipped."),
        "C": (True, "the weights met the zeros of the rim as well, in the forward pass."),
        "D": (False, "the other input maps have planes of their own."),
    },
    hints=(
        "Which two maps does plane c of filter f join?",
        "Read (6.3): what is laid on what, and does any index fall?",
        "dw[f, c] = x[c] correlated with dy[f], x padded as it was in the forward pass",
    ),
)

POLL_RIM = poll(
    "poll_rim",
    options={
        "A": (True, "10 + 2 - 3 + 1 = 10 rows, and 12 + 2 - 5 + 1 = 10 columns."),
        "B": (True, "10 + 3 - 1 = 12 rows and 10 + 5 - 1 = 14 columns: the size of the padded x."),
        "C": (False, "dx has the shape of x, 10 x 12. The rim of one is cut off again."),
        "D": (False, "2 rows and 4 columns of zeros on every side: K - 1, one less than the kernel."),
    },
    hints=(
        "Two formulas: the output size of the forward pass, and the size of a full sliding.",
        "Forward: n + 2 P - k + 1. Full sliding: n + k - 1.",
        "rows: 10 -> 10 -> 12;  columns: 12 -> 10 -> 14;  then the padding of 1 goes away again",
    ),
)

POLL_BATCH = poll(
    "poll_batch",
    options={
        "A": (False, "a layer adds up over the batch. It does not know what loss sits above it."),
        "B": (True, "the loss is a mean, so its slope with respect to every output holds the 1/5."),
        "C": (False, "no product joins two digits: dx[n] needs dy[n] only."),
        "D": (True, "the same kernel served all five digits."),
    },
    hints=(
        "Where in the chain from kernel to loss does the 1/5 stand?",
        "Follow (6.9): which of its sums runs over n?",
        "dw = sum over n of dw_n,  dy_n = (1/5) d loss_n / d y_n",
    ),
)

POLL_BUG_2D = poll(
    "poll_bug_2d",
    options={
        "A": (False, "without any flip both axes would be reversed: [[6, 5, 4], [3, 2, 1]]."),
        "B": (
            True,
            "the rows stand in the wrong order, the columns in the right one: only left and right were flipped.",
        ),
        "C": (False, "a transposed kernel has three rows and two columns: dx would not have this shape."),
        "D": (False, "too few zeros around dy would give fewer entries."),
    },
    hints=(
        "For dy = [[1]] the answer must be w itself. What was done to w?",
        "Compare rows, then columns, with w's.",
        "(6.7)  dx[0, 0] = dypad[KH - 1, KW - 1] w[0, 0]: both axes of w are read backwards.",
    ),
)

EXERCISES = (
    BIAS_GRADIENT,
    WEIGHT_GRADIENT,
    INPUT_GRADIENT,
    POLL_RIM,
    POLL_BUG_2D,
    POLL_CONTRIBUTIONS,
    POLL_INPUT,
    POLL_FILTER,
    SPREAD,
    CONV2D_BACKWARD,
    POLL_BATCH,
    KERNEL_STEP,
)
