"""Lecture 05, backpropagation through a 1-D convolution: what is asked, and the mistakes that are known.

Index equations, counted from 0 (deck N, Back Propagation of CNNs, one-dimensional case):

    (5.1)   y[i]  = sum_k w[k] x[i + k] + b
    (5.3)   db    = sum_i dy[i]
    (5.4)   dw[k] = sum_i dy[i] x[i + k]
    (5.5)   dx[m] = sum_k dy[m - k] w[k]
    (5.11)  y[n, f, i] = sum_c sum_k w[f, c, k] x[n, c, S i + k - padding] + b[f]
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Shown, Slip, poll, show
from cnnlib.checks.cases import LAYOUTS, given, in_other_layouts, numbers
from cnnlib.exercises import layers
from cnnlib.exercises.layer_slips import BACKWARD_SLIPS, FORWARD_SLIPS
from cnnlib.exercises.layers import flat, flat_cases, flat_slips

LECTURE = "05_conv1d_backprop"

Array = np.ndarray
Rng = np.random.Generator


# ---------------------------------------------------------------- one signal, one kernel


def forward(x: Array, w: Array, b: float) -> Array:
    return np.correlate(x, w, "valid") + b


def forward_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=7), "w": rng.normal(size=3), "b": 0.7}
    return [
        {"x": numbers(2, 3), "w": numbers(5), "b": 0.0},
        {"x": numbers(2, 3), "w": numbers(5, 7), "b": 1.0},
        {"x": numbers(2, 0, 1, 3), "w": numbers(1, -1), "b": 0.0},
        {"x": numbers(2, 0, 1, 3, 4), "w": numbers(1, -1, 2), "b": 3.0},
        random,
        {"x": rng.normal(size=4), "w": rng.normal(size=4), "b": -1.2},
        *in_other_layouts(random),
    ]


FORWARD = Exercise(
    name="conv1d_forward",
    parts={"y": 2},
    reference=forward,
    cases=forward_cases,
    features=LAYOUTS,
    feeds=("y[i] += w[k] x[i + k]", "y[i] += b"),
    hints=(
        "How often does a kernel of K taps fit into a signal of L samples without hanging out?",
        "Each output is a dot product: the kernel with the stretch of x that starts where the output does.",
        "(5.1)  y[i] = w[0] x[i] + w[1] x[i + 1] + ... + w[K - 1] x[i + K - 1] + b,  for i = 0 ... L - K",
    ),
    after=(("before you start", "with one tap y is x times w[0], plus b"),),
    slips=(
        Slip(
            "kernel reversed",
            "a true convolution, which reverses the kernel. A convolution layer does not: in (5.1) the index of w "
            "and the index of x grow together.",
            lambda x, w, b: np.convolve(x, w, "valid") + b,
        ),
    ),
)


def bias_gradient(dy: Array) -> float:
    return dy.sum()


BIAS_GRADIENT = Exercise(
    name="conv1d_bias_gradient",
    parts={"db": 1},
    reference=bias_gradient,
    cases=lambda rng: [
        {"dy": numbers(4)},
        {"dy": numbers(5, 7, 11)},
        {"dy": numbers(5, -7, 11)},
        {"dy": rng.normal(size=6) + 1},
        *in_other_layouts({"dy": rng.normal(size=5) + 2}),
    ],
    features=LAYOUTS,
    feeds=("db += dy[i]",),
    hints=(
        "Raise b by a little. Which outputs rise, and by how much?",
        "Every output rises by the same amount as b. So the loss feels every entry of dy at once.",
        "(5.3)  db = dy[0] + dy[1] + ... + dy[T - 1]",
    ),
    slips=(
        Slip(
            "mean for sum",
            "the mean of dy. The bias reaches every output, so their pulls add up; no layer divides, the loss does.",
            lambda dy: dy.mean(),
        ),
        Slip(
            "Jacobian alone",
            "the number of outputs: the sum of the slopes ∂y[i]/∂b, which are 1. The chain rule multiplies each of "
            "them by dy[i] first.",
            lambda dy: float(len(dy)),
        ),
    ),
)


def weight_gradient(dy: Array, x: Array) -> Array:
    return np.correlate(x, dy, "valid")


def weight_gradient_cases(rng: Rng) -> list[Inputs]:
    random = {"dy": rng.normal(size=4), "x": rng.normal(size=9)}
    return [
        {"dy": numbers(1), "x": numbers(2, 3)},
        {"dy": numbers(1, 0, 0), "x": numbers(2, 0, 1, 3)},
        {"dy": numbers(5, 7, 11), "x": numbers(2, 0, 1, 3)},
        {"dy": numbers(5, 7), "x": numbers(2, 0, 1, 3, 4)},
        random,
        {"dy": rng.normal(size=5), "x": rng.normal(size=5)},
        *in_other_layouts(random),
    ]


WEIGHT_GRADIENT = Exercise(
    name="conv1d_weight_gradient",
    parts={"dw": 2},
    reference=weight_gradient,
    cases=weight_gradient_cases,
    features=LAYOUTS,
    feeds=("dw[k] += dy[i] x[i + k]",),
    hints=(
        "Take one tap, say tap 1. Which input did it meet when output i was made?",
        "Tap k met x[i + k] at output i. So it feels dy[i] times that input, once for every output.",
        "(5.4)  dw[k] = dy[0] x[k] + dy[1] x[k + 1] + ... + dy[T - 1] x[k + T - 1]",
    ),
    after=(("before you start", "for dy = [1, 0, 0] the answer is the first K inputs"),),
    slips=(
        Slip(
            "result reversed",
            "dw back to front. np.correlate(dy, x) does this: the longer array must come first.",
            lambda dy, x: np.correlate(x, dy, "valid")[::-1],
        ),
        Slip(
            "mean for sum",
            "dw divided by the number of outputs. A layer adds up; only the loss divides.",
            lambda dy, x: np.correlate(x, dy, "valid") / len(dy),
        ),
    ),
)


def input_gradient(dy: Array, w: Array) -> Array:
    return np.convolve(dy, w, "full")


def input_gradient_cases(rng: Rng) -> list[Inputs]:
    random = {"dy": rng.normal(size=6), "w": rng.normal(size=3)}
    return [
        {"dy": numbers(1), "w": numbers(2, 3)},
        {"dy": numbers(1, 1), "w": numbers(2, 3)},
        {"dy": numbers(5, 7, 11), "w": numbers(1, -1)},
        {"dy": numbers(5, 7), "w": numbers(1, -1, 2)},
        random,
        {"dy": rng.normal(size=2), "w": rng.normal(size=5)},
        {"dy": rng.normal(size=4), "w": rng.normal(size=1)},
        *in_other_layouts(random),
    ]


INPUT_GRADIENT = Exercise(
    name="conv1d_input_gradient",
    parts={"dx": 2},
    reference=input_gradient,
    cases=input_gradient_cases,
    features=LAYOUTS,
    feeds=("dx[i + k] += dy[i] w[k]",),
    hints=(
        "Take one input, say x[1]. Which outputs did it take part in, and with which tap in each?",
        "Output i and tap k meet at input i + k. So each product dy[i] w[k] belongs to dx[i + k].",
        "(5.5)  dx[m] = dy[m] w[0] + dy[m - 1] w[1] + ... + dy[m - K + 1] w[K - 1],  entries outside dy being 0",
    ),
    after=(("before you start", "for dy = [1] the answer is w itself"),),
    slips=(
        Slip(
            "kernel the wrong way round",
            "the gradient with the kernel the wrong way round. In (5.5) the index of dy falls as that of w grows. "
            "Correlating padded dy with the reversed kernel does that, and so does convolving dy with the kernel as "
            "it is: one reversal in all, not two, not none.",
            lambda dy, w: np.convolve(dy, w[::-1], "full"),
        ),
        Slip(
            "not padded",
            "the inner entries only. Put K - 1 zeros at either end of dy first: the first and last inputs "
            "took part in fewer outputs, not in none.",
            lambda dy, w: np.convolve(dy, w, "valid"),
        ),
        Slip(
            "cut to the size of dy",
            'the middle part, as long as the longer of dy and w (NumPy calls it "same"). dx has the length of x: '
            "T + K - 1.",
            lambda dy, w: np.convolve(dy, w, "same"),
        ),
    ),
)


# ---------------------------------------------------------------- the two Jacobians


def weight_jacobian(x: Array, K: int) -> Array:
    return np.stack([x[k : len(x) - K + 1 + k] for k in range(K)], axis=1)


def weight_jacobian_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=8), "K": 3}
    return [
        {"x": numbers(2, 3), "K": 1},
        {"x": numbers(2, 5, 7, 3), "K": 2},
        random,
        {"x": rng.normal(size=4), "K": 4},
        *in_other_layouts(random),
    ]


WEIGHT_JACOBIAN = Exercise(
    name="conv1d_weight_jacobian",
    parts={"J": 1},
    reference=weight_jacobian,
    cases=weight_jacobian_cases,
    features=LAYOUTS,
    feeds=("J[i, k] += x[i + k]",),
    hints=(
        "Row i says how output i answers to each tap. What multiplies w[k] in output i?",
        "The rows are the stretches of x that the kernel covers, one step further each time.",
        "(5.7)  J[i, k] = x[i + k],  L - K + 1 rows and K columns",
    ),
    slips=(
        Slip(
            "transposed",
            "the Jacobian lying on its side. Rows belong to outputs, columns to what is varied.",
            lambda x, K: weight_jacobian(x, K).T,
        ),
    ),
)


def input_jacobian(w: Array, L: int) -> Array:
    return sum((w[k] * np.eye(L - len(w) + 1, L, k) for k in range(len(w))), np.zeros((L - len(w) + 1, L), w.dtype))


def input_jacobian_cases(rng: Rng) -> list[Inputs]:
    random = {"w": rng.normal(size=3), "L": 7}
    return [
        {"w": numbers(2), "L": 2},
        {"w": numbers(2, 3), "L": 4},
        random,
        {"w": rng.normal(size=4), "L": 4},
        *in_other_layouts(random),
    ]


INPUT_JACOBIAN = Exercise(
    name="conv1d_input_jacobian",
    parts={"J": 1},
    reference=input_jacobian,
    cases=input_jacobian_cases,
    features=LAYOUTS,
    feeds=("J[i, i + k] += w[k]",),
    hints=(
        "Row i says how output i answers to each input. What multiplies x[m] in output i, and for which m is it 0?",
        "Write w at the start of row 0, then one step further to the right in every row below.",
        "(5.8)  J[i, m] = w[m - i] where 0 <= m - i < K, else 0;  L - K + 1 rows and L columns",
    ),
    slips=(
        Slip(
            "transposed",
            "the Jacobian lying on its side. Rows belong to outputs, columns to inputs.",
            lambda w, L: input_jacobian(w, L).T,
        ),
        Slip(
            "kernel reversed",
            "the Jacobian of a layer whose kernel is reversed. In row i, w[0] stands first, at column i.",
            lambda w, L: input_jacobian(w[::-1], L),
        ),
    ),
)


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


# ---------------------------------------------------------------- learning a kernel, and the polls


def fit_kernel(
    x: Array,
    target: Array,
    w: Array,
    b: float,
    forward: Callable[..., Array],
    weight_gradient: Callable[..., Array],
    bias_gradient: Callable[..., float],
    rate: float = 0.1,
    steps: int = 1,
) -> tuple[Array, float]:
    for _ in range(steps):
        y = forward(x, w, b)
        dy = 2 * (y - target) / len(y)
        w, b = w - rate * weight_gradient(dy, x), b - rate * bias_gradient(dy)
    return w, b


def fit_cases(rng: Rng) -> list[Inputs]:
    functions = {
        "forward": given(forward),
        "weight_gradient": given(weight_gradient),
        "bias_gradient": given(bias_gradient),
    }

    def case(x: Array, target: Array, w: Array, b: float, rate: float, steps: int) -> Inputs:
        return {"x": x, "target": target, "w": w, "b": b, **functions, "rate": rate, "steps": steps}

    return [
        case(numbers(2, 3), numbers(1), numbers(1, 0), 0.0, 0.5, 1),
        case(numbers(2, 0, 1, 3), numbers(2, -1, -2), numbers(0, 0), 0.0, 0.1, 1),
        case(numbers(2, 0, 1, 3), numbers(2, -1, -2), numbers(0, 0), 0.0, 0.1, 3),
        case(rng.normal(size=9), rng.normal(size=7), rng.normal(size=3), 0.5, 0.05, 4),
    ]


def first_step(x: Array, target: Array, w: Array, b: float, rate: float, **functions: Any) -> list[Shown]:
    """The first step's dy, dw and db, read off where it leads; a "gradient" that hands dy on shows dy."""
    one = {"x": x, "target": target, "w": w, "b": b, **functions, "rate": rate, "steps": 1}
    pulls = one | {"x": np.resize(x, 2 * len(w) - 1), "target": np.resize(target, len(w))}
    pulls |= {"weight_gradient": given(hand_on)}  # as many outputs as taps, so that dy has the shape of w
    return [
        Shown(f"dy of a first step, x = {show.value(pulls['x'])}", pulls, lambda after: (w - after[0]) / rate),
        Shown("dw of the first step", one, lambda after: (w - after[0]) / rate),
        Shown("db of the first step", one, lambda after: (b - after[1]) / rate),
    ]


def hand_on(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    return dy


def slope(y: Array, target: Array, x: Array) -> Array:
    return 2 * (y - target) / len(y)


def descend(
    slope: Callable[[Array, Array, Array], Array] = slope,
    at_most: int | None = None,
    anew: bool = True,
    moves_b: bool = True,
) -> Callable[..., tuple[Array, float]]:
    """fit_kernel with another dy, fewer steps, one prediction for all of them, or an old b."""

    def slipped(
        x: Array,
        target: Array,
        w: Array,
        b: float,
        forward: Any,
        weight_gradient: Any,
        bias_gradient: Any,
        rate: float = 0.1,
        steps: int = 1,
    ) -> tuple[Array, float]:
        dy = slope(forward(x, w, b), target, x)
        for _ in range(min(steps, at_most or steps)):
            w, b = w - rate * weight_gradient(dy, x), b - moves_b * rate * bias_gradient(dy)
            dy = slope(forward(x, w, b), target, x) if anew else dy
        return w, b

    return slipped


FIT_KERNEL = Exercise(
    name="fit_kernel",
    parts={"w": 1, "b": 1},
    reference=fit_kernel,
    cases=fit_cases,
    shows=first_step,
    hints=(
        "One step has three lines: predict, ask how the loss answers to each output, move w and b against it.",
        "The loss is the mean of (y - target)^2. Its slope with respect to y[i] is 2 (y[i] - target[i]) / T.",
        "(5.13)  dy = 2 (y - target) / T,  w <- w - rate dw,  b <- b - rate db; repeat `steps` times",
    ),
    after=(("before you start", "zeros: a perfect prediction moves nothing"),),
    slips=(
        Slip(
            "uphill",
            "the way up the loss. The gradient points uphill, so the step goes against it.",
            descend(lambda y, target, x: -slope(y, target, x)),
        ),
        Slip(
            "factor 2 missing",
            "steps of half the size. The slope of a square holds a factor 2.",
            descend(lambda y, target, x: (y - target) / len(y)),
        ),
        Slip(
            "sum for mean",
            "steps that are T times too long. The loss is a mean, so its slope is divided by T.",
            descend(lambda y, target, x: 2 * (y - target)),
        ),
        Slip(
            "one step only",
            "the result of one step, for any number of steps. Is there a loop, is the return behind it, and does every "
            "step start from the w and b of the one before?",
            descend(at_most=1),
        ),
        Slip(
            "b never moved",
            "the old b. It has a gradient too.",
            descend(moves_b=False),
        ),
        Slip(
            "predicted once",
            "steps along the first slope. Predict anew in every step: w and b have moved.",
            descend(anew=False),
        ),
        Slip(
            "divided by the length of x",
            "steps that are divided by the number of inputs. The mean is over the outputs.",
            descend(lambda y, target, x: 2 * (y - target) / len(x)),
        ),
        Slip(
            "half the slope and no mean",
            "steps along y - target itself. The mean of squares gives 2 (y - target) / T.",
            descend(lambda y, target, x: y - target),
        ),
    ),
)

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
