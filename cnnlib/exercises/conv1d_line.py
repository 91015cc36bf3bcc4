"""One signal and one kernel: the output, its three gradients, and the two Jacobians (lecture 05)."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.exercises.one_map import bias_exercise


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
    slips={
        "a true convolution, which reverses the kernel. A convolution layer does not: "
        "in (5.1) the index of w and the index of x grow together.": lambda x, w, b: np.convolve(x, w, "valid") + b,
    },
)


BIAS_GRADIENT = bias_exercise(
    "conv1d_bias_gradient",
    "db += dy[i]",
    "(5.3)  db = dy[0] + dy[1] + ... + dy[T - 1]",
    lambda rng: [
        {"dy": numbers(4)},
        {"dy": numbers(5, 7, 11)},
        {"dy": numbers(5, -7, 11)},
        {"dy": rng.normal(size=6) + 1},
        *in_other_layouts({"dy": rng.normal(size=5) + 2}),
    ],
    Forward("conv1d_forward", ("b",), lambda dy: {"x": np.zeros(len(dy)), "w": np.zeros(1), "b": 0.0}),
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
    forward=Forward("conv1d_forward", ("w",), lambda dy, x: {"x": x, "w": np.zeros(len(x) - len(dy) + 1), "b": 0.0}),
    cases=weight_gradient_cases,
    features=LAYOUTS,
    feeds=("dw[k] += dy[i] x[i + k]",),
    hints=(
        "Take one tap, say tap 1. Which input did it meet when output i was made?",
        "Tap k met x[i + k] at output i. So it feels dy[i] times that input, once for every output.",
        "(5.4)  dw[k] = dy[0] x[k] + dy[1] x[k + 1] + ... + dy[T - 1] x[k + T - 1]",
    ),
    after=(("before you start", "for dy = [1, 0, 0] the answer is the first K inputs"),),
    slips={
        "dw back to front. np.correlate(dy, x) does this: the longer array must come first.": lambda dy, x: (
            np.correlate(x, dy, "valid")[::-1]
        ),
        "dw divided by the number of outputs. A layer adds up; only the loss divides.": lambda dy, x: (
            weight_gradient(dy, x) / dy.size
        ),
    },
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
    forward=Forward("conv1d_forward", ("x",), lambda dy, w: {"x": np.zeros(len(dy) + len(w) - 1), "w": w, "b": 0.0}),
    cases=input_gradient_cases,
    features=LAYOUTS,
    feeds=("dx[i + k] += dy[i] w[k]",),
    hints=(
        "Take one input, say x[1]. Which outputs did it take part in, and with which tap in each?",
        "Output i and tap k meet at input i + k. So each product dy[i] w[k] belongs to dx[i + k].",
        "(5.5)  dx[m] = dy[m] w[0] + dy[m - 1] w[1] + ... + dy[m - K + 1] w[K - 1],  entries outside dy being 0",
    ),
    after=(("before you start", "for dy = [1] the answer is w itself"),),
    slips={
        "the gradient with the kernel the wrong way round. In (5.5) the index of dy falls as that of w grows. "
        "Correlating padded dy with the reversed kernel does that, and so does convolving dy with the kernel as it is: "
        "one reversal in all, not two, not none.": lambda dy, w: np.convolve(dy, w[::-1], "full"),
        "the inner entries only. Put K - 1 zeros at either end of dy first: "
        "the first and last inputs took part in fewer outputs, not in none.": lambda dy, w: np.convolve(dy, w, "valid"),
        'the middle part, as long as the longer of dy and w (NumPy calls it "same"). '
        "dx has the length of x: T + K - 1.": lambda dy, w: np.convolve(dy, w, "same"),
    },
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
    forward=Forward(
        "conv1d_forward", ("w",), lambda x, K: {"x": x, "w": np.zeros(K), "b": 0.0}, loss=lambda y, **inputs: y
    ),
    cases=weight_jacobian_cases,
    features=LAYOUTS,
    feeds=("J[i, k] += x[i + k]",),
    hints=(
        "Row i says how output i answers to each tap. What multiplies w[k] in output i?",
        "The rows are the stretches of x that the kernel covers, one step further each time.",
        "(5.7)  J[i, k] = x[i + k],  L - K + 1 rows and K columns",
    ),
    slips={
        "the Jacobian lying on its side. Rows belong to outputs, columns to what is varied.": lambda x, K: (
            weight_jacobian(x, K).T
        ),
    },
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
    forward=Forward(
        "conv1d_forward", ("x",), lambda w, L: {"x": np.zeros(L), "w": w, "b": 0.0}, loss=lambda y, **inputs: y
    ),
    cases=input_jacobian_cases,
    features=LAYOUTS,
    feeds=("J[i, i + k] += w[k]",),
    hints=(
        "Row i says how output i answers to each input. What multiplies x[m] in output i, and for which m is it 0?",
        "Write w at the start of row 0, then one step further to the right in every row below.",
        "(5.8)  J[i, m] = w[m - i] where 0 <= m - i < K, else 0;  L - K + 1 rows and L columns",
    ),
    slips={
        "the Jacobian lying on its side. Rows belong to outputs, columns to inputs.": lambda w, L: (
            input_jacobian(w, L).T
        ),
        "the Jacobian of a layer whose kernel is reversed. In row i, w[0] stands first, at column i.": lambda w, L: (
            input_jacobian(w[::-1], L)
        ),
    },
)
