"""Lecture 05, backpropagation through a 1-D convolution: what is asked, and the mistakes that are known.

Index equations, counted from 0 (deck N, Back Propagation of CNNs, one-dimensional case):

    (5.1)   y[i]  = sum_k w[k] x[i + k] + b
    (5.3)   db    = sum_i dy[i]
    (5.4)   dw[k] = sum_i dy[i] x[i + k]
    (5.5)   dx[m] = sum_k dy[m - k] w[k]
    (5.11)  y[n, f, i] = sum_c sum_k w[f, c, k] x[n, c, S i + k - padding] + b[f]
"""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward, poll
from cnnlib.exercises import layers
from cnnlib.exercises.conv1d_learning import FIT_KERNEL
from cnnlib.exercises.conv1d_line import (
    BIAS_GRADIENT,
    FORWARD,
    INPUT_GRADIENT,
    INPUT_JACOBIAN,
    WEIGHT_GRADIENT,
    WEIGHT_JACOBIAN,
)
from cnnlib.exercises.layer_slips import BACKWARD_SLIPS, FORWARD_SLIPS
from cnnlib.exercises.layers import flat, flat_cases, flat_slips

LECTURE = "05_conv1d_backprop"

# ---------------------------------------------------------------- stride, padding, channels, a batch


def layer_forward(x: Array, w: Array, b: Array, stride: int = 1, padding: int = 0) -> Array:
    return flat(layers.forward)(x, w, b, stride=stride, padding=padding)


def layer_backward(dy: Array, x: Array, w: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Array, Array]:
    return flat(layers.backward)(dy, x, w, stride=stride, padding=padding)


LAYER_FORWARD = Exercise(
    name="conv1d_layer_forward",
    parts={"plain": 1, "stride": 1, "padding": 1},
    groups={name: layers.GROUPS[name] for name in ("plain", "stride", "padding")},
    reference=layer_forward,
    cases=flat_cases("x", "w", "b", "stride", "padding"),
    features=layers.FEATURES,
    feeds=("y[n, f, i] += w[f, c, k] x[n, c, S i + k - P]", "y[n, f, i] += b[f]"),
    hints=(
        "Pad x once, at the start, and along its last axis only: np.pad(x, [(0, 0), (0, 0), (padding, padding)]). "
        "Then nothing below needs to know about padding.",
        "Output i looks at the padded samples from stride * i on. A filter has one row of taps for every channel.",
        "(5.11)  y[n, f, i] = sum over c and k of w[f, c, k] xpad[n, c, S i + k]  +  b[f]",
    ),
    after=(("before you start", "(6 + 2 - 3) // 2 + 1 = 3 outputs"),),
    slips=flat_slips(FORWARD_SLIPS),
)

LAYER_BACKWARD = Exercise(
    name="conv1d_layer_backward",
    parts={"dx": 2, "dw": 1, "db": 1},
    reference=layer_backward,
    forward=Forward(
        "conv1d_layer_forward",
        ("x", "w", "b"),
        lambda dy, x, w, stride=1, padding=0: {
            "x": x,
            "w": w,
            "b": np.zeros(len(w)),
            "stride": stride,
            "padding": padding,
        },
    ),
    cases=flat_cases("dy", "x", "w", "stride", "padding"),
    features=layers.FEATURES,
    feeds=(
        "dx[n, c, S i + k - P] += dy[n, f, i] w[f, c, k]",
        "dw[f, c, k] += dy[n, f, i] x[n, c, S i + k - P]",
        "db[f] += dy[n, f, i]",
    ),
    hints=(
        "Run the forward loops again. Every product y += w x of the forward pass becomes two lines: one adds to dw, "
        "one adds to dx.",
        "Work on a dx as long as the padded x. Output i and tap k meet at padded sample stride * i + k. "
        "At the end cut `padding` entries off either end.",
        "(5.12)  dxpad[n, c, S i + k] += dy[n, f, i] w[f, c, k],  "
        "dw[f, c, k] += dy[n, f, i] xpad[n, c, S i + k],  db[f] += dy[n, f, i]",
    ),
    slips=flat_slips(BACKWARD_SLIPS),
)


# ---------------------------------------------------------------- polls

POLL_LENGTH = poll(
    "poll_dw_length",
    options={
        "A": (False, "dw has one entry a tap, and the number of taps did not change."),
        "B": (True, "one entry a tap: as many as before."),
        "C": (True, "ten more outputs, so ten more products in every sum of (5.4)."),
        "D": (False, "nothing divides: the sums grow longer, and typically larger."),
    },
    hints=(
        "What does the length of dw depend on?",
        "Look at (5.4): k counts the entries, i counts the terms.",
        "(5.4)  dw[k] = sum over i of dy[i] x[i + k]:  k = 0 ... K - 1,  i = 0 ... L - K",
    ),
)

POLL_STRIDE = poll(
    "poll_stride_backward",
    options={
        "A": (True, "the outputs that stride 1 would have made in between do not exist: their pull is 0."),
        "B": (False, "the taps stay next to each other. It is dy that is spread."),
        "C": (False, "dx always has the shape of x."),
        "D": (
            True,
            "a sample that no window covers gets no pull at all: those left over at the end, for instance.",
        ),
    },
    hints=(
        "Picture stride 3 as stride 1 followed by throwing away two outputs of three.",
        "An output that was thrown away does not reach the loss. What is its dy?",
        "(5.10)  dxpad[S i + k] += dy[i] w[k]: which samples are ever written to?",
    ),
)

POLL_BUG = poll(
    "poll_bug",
    options={
        "A": (False, "a reversed kernel leaves 5·3 = 15 in front; here it is 5·1."),
        "B": (True, "5, 7 and 11 stand where each window wrote last: 11·1, 11·2, 11·3 at the end, one product each."),
        "C": (False, "indices below 0 spoil the first entries, and make them larger; 5 is right."),
        "D": (False, "a mean would make every entry a third; 5 and 33 are right."),
    },
    hints=(
        "Which entries are right, and at which end?",
        "How many products does each entry of a right dx have? How many does each of these have?",
        "(5.5)  dx[2] = dy[2] w[0] + dy[1] w[1] + dy[0] w[2] = 11 + 14 + 15 = 40. Here it is 11.",
    ),
)

EXERCISES = (
    FORWARD,
    BIAS_GRADIENT,
    WEIGHT_GRADIENT,
    POLL_LENGTH,
    INPUT_GRADIENT,
    POLL_BUG,
    WEIGHT_JACOBIAN,
    INPUT_JACOBIAN,
    POLL_STRIDE,
    LAYER_FORWARD,
    LAYER_BACKWARD,
    FIT_KERNEL,
)
