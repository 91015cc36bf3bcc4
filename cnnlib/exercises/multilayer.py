"""The exercises of lecture 02, multilayer perceptrons and XOR."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Slip, poll
from cnnlib.checks.cases import LAYOUTS, given, in_other_layouts, numbers

LECTURE = "02_multilayer"

Array = np.ndarray
Rng = np.random.Generator
Weights = tuple[tuple[Array, Array], ...]


# ---------------------------------------------------------------- counting


def parameter_count(sizes: tuple[int, ...]) -> int:
    return sum(D * M + M for D, M in pairwise(sizes))


PARAMETER_COUNT = Exercise(
    name="parameter_count",
    parts={"count": 1},
    reference=parameter_count,
    cases=lambda rng: [
        {"sizes": (2, 1)},
        {"sizes": (3, 2)},
        {"sizes": (3, 2, 1)},
        {"sizes": (2, 4, 3, 5)},
        {"sizes": tuple(int(size) for size in rng.integers(5, 40, 4))},
        {"sizes": (784, 100)},
    ],
    hints=(
        "Count one layer first: how many numbers does one of its units have?",
        "A unit has one weight for each of its D inputs, and one bias. The next layer's inputs are this layer's units.",
        "the sum of D M + M over all neighbours D, M in sizes",
    ),
    slips=(
        Slip(
            "biases missing",
            "the weights alone. Every unit behind the inputs has a bias, too.",
            lambda sizes: sum(D * M for D, M in pairwise(sizes)),
        ),
        Slip(
            "one bias a layer",
            "the weights and one bias for each layer. A layer has one bias for each of its units.",
            lambda sizes: sum(D * M + 1 for D, M in pairwise(sizes)),
        ),
        Slip(
            "biases of the inputs",
            "the weights and one number for every entry of sizes. The inputs compute nothing: they have no bias.",
            lambda sizes: sum(D * M for D, M in pairwise(sizes)) + sum(sizes),
        ),
        Slip(
            "a bias for each input",
            "D M + D a layer. A bias belongs to a unit, and a layer has M of them.",
            lambda sizes: sum(D * M + D for D, M in pairwise(sizes)),
        ),
        Slip(
            "biases subtracted",
            "the weights less the biases. Both are numbers to be found: add them.",
            lambda sizes: sum(D * M - M for D, M in pairwise(sizes)),
        ),
        Slip(
            "biases alone",
            "the biases alone. Each unit also has a weight for each of its inputs.",
            lambda sizes: sum(sizes[1:]),
        ),
        Slip(
            "sizes added",
            "D + M + M a layer. Each of the M units has D weights of its own: that is a product.",
            lambda sizes: sum(D + M + M for D, M in pairwise(sizes)),
        ),
        Slip(
            "last layer alone",
            "the last layer alone. The layers add up: is there an = where += is meant?",
            lambda sizes: sizes[-2] * sizes[-1] + sizes[-1],
        ),
        Slip(
            "first layer alone",
            "the first layer alone. Go on through sizes.",
            lambda sizes: sizes[0] * sizes[1] + sizes[1],
        ),
        Slip(
            "first layer missing",
            "all layers but the first. The inputs are the first entry of sizes, so the first layer is its first pair.",
            lambda sizes: parameter_count(sizes[1:]),
        ),
        Slip(
            "last layer missing",
            "all layers but the last. Does your loop end one pair too early?",
            lambda sizes: parameter_count(sizes[:-1]),
        ),
        Slip(
            "round the corner",
            "one layer too many, from the last size back to the first: sizes[-1] is the last entry.",
            lambda sizes: parameter_count((sizes[-1], *sizes)),
        ),
        Slip(
            "all sizes multiplied",
            "all sizes multiplied. Only neighbouring layers are connected, so their products are added.",
            lambda sizes: int(np.prod(sizes)),
        ),
    ),
)


# ---------------------------------------------------------------- regions


ADDED_OVER_UNITS = "x @ w: that adds up over the units. w[j, d] leads from input d to unit j: add up over d."


def half_planes(x: Array, w: Array, b: Array) -> Array:
    return np.where(x @ w.T + b > 0, 1.0, 0.0)


TRIANGLE = np.array([[1.0, 0], [0, 1], [-1, -1]])  # with b = 0, 0, 4; its sides are all needed


def region_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(20, 2)), "w": rng.normal(size=(3, 2)), "b": rng.normal(size=3) + 1}
    return [
        {"x": numbers(1, 2)[None], "w": numbers(3, -1)[None], "b": numbers(0)},
        {"x": numbers(1, 2)[None], "w": numbers(-3, 1)[None], "b": numbers(2)},
        {"x": numbers(1, 2)[None], "w": numbers(3, -1)[None], "b": numbers(-1)},
        {"x": np.array([[0, 0], [2, 1], [1, 3.0]]), "w": np.array([[1, 0], [0, 1.0]]), "b": numbers(-1, -2)},
        {"x": np.array([[1.0, 1], [5, 1], [-1, 1], [1, -1]]), "w": TRIANGLE, "b": numbers(0, 0, 4)},
        {"x": np.array([[2, 2], [2, 0], [0, 0], [3, 1]]), "w": np.array([[1, -2], [1, 1]]), "b": np.array([1, -2])},
        {"x": rng.normal(size=(9, 4)), "w": rng.normal(size=(3, 4)), "b": rng.normal(size=3)},
        {"x": rng.normal(size=(12, 2)), "w": rng.normal(size=(5, 2)) / 3, "b": np.ones(5)},
        random,
        *in_other_layouts(random),
    ]


HALF_PLANES = Exercise(
    name="half_planes",
    parts={"a": 1},
    reference=half_planes,
    cases=region_cases,
    features=LAYOUTS,
    hints=(
        "First the table of all z, one row for each example, one column for each unit.",
        "The table is one matrix product, plus the bias of each column. Then ask every entry whether it is above 0.",
        "(2.2)  a[n, j] = 1 if w[j, 0] x[n, 0] + ... + w[j, D - 1] x[n, D - 1] + b[j] > 0, else 0",
    ),
    slips=(
        Slip(
            "a point on the line fires",
            "a unit that also fires where z is exactly 0. In (2.2) z must be above 0: is there a >= for a > ?",
            lambda x, w, b: np.where(x @ w.T + b >= 0, 1.0, 0.0),
        ),
        Slip(
            "minus one for zero",
            "−1 where a unit does not fire. In this lecture it answers 0.",
            lambda x, w, b: np.where(x @ w.T + b > 0, 1.0, -1.0),
        ),
        Slip(
            "bias missing",
            "units without a bias: all their lines go through the origin.",
            lambda x, w, b: np.where(x @ w.T > 0, 1.0, 0.0),
        ),
        Slip(
            "bias subtracted",
            "units that fire above a threshold of b. In (2.2) the bias is added.",
            lambda x, w, b: np.where(x @ w.T > b, 1.0, 0.0),
        ),
        Slip(
            "other side",
            "1 on the other side of each line: z below 0.",
            lambda x, w, b: np.where(x @ w.T + b < 0, 1.0, 0.0),
        ),
        Slip("not thresholded", "z itself. Ask of each z whether it is above 0.", lambda x, w, b: x @ w.T + b),
        Slip("w not transposed", ADDED_OVER_UNITS, lambda x, w, b: np.where(x @ w + b > 0, 1.0, 0.0)),
    ),
)


def inside_polygon(x: Array, w: Array, b: Array) -> Array:
    return np.where(np.all(x @ w.T + b > 0, axis=1), 1.0, 0.0)


def fires(x: Array, w: Array, b: Array) -> Array:
    """How many of the half planes hold each point."""
    return np.sum(x @ w.T + b > 0, axis=1)


INSIDE_POLYGON = Exercise(
    name="inside_polygon",
    parts={"y": 2},
    reference=inside_polygon,
    cases=region_cases,
    features=LAYOUTS,
    hints=(
        "Your half_planes says for every point in which half planes it lies. How many must that be?",
        "All M of them. Add up each row. The sum is a whole number, so which threshold is only passed by M?",
        "y[n] = 1 if a[n, 0] + ... + a[n, M - 1] − (M − 1/2) > 0, else 0",
    ),
    after=(("before you start", "with one half plane the answer is that half plane"),),
    slips=(
        Slip(
            "one is enough",
            "an OR: the points of any half plane. Inside the polygon are those of all of them.",
            lambda x, w, b: np.where(fires(x, w, b) > 0, 1.0, 0.0),
        ),
        Slip(
            "one may be missing",
            "the points of all half planes but one, too. All M must fire: the threshold lies between M − 1 and M.",
            lambda x, w, b: np.where(fires(x, w, b) > len(w) - 1.5, 1.0, 0.0),
        ),
        Slip(
            "majority",
            "the points of more than half of the half planes. All M must fire.",
            lambda x, w, b: np.where(fires(x, w, b) > len(w) / 2, 1.0, 0.0),
        ),
        Slip(
            "two lines assumed",
            "a threshold of 1.5, which is right for two half planes. What is it for M?",
            lambda x, w, b: np.where(fires(x, w, b) > 1.5, 1.0, 0.0),
        ),
        Slip(
            "the rim is inside",
            "a polygon with its rim: z = 0 counts as inside. In (2.2) a point on the line is outside.",
            lambda x, w, b: np.where(np.all(x @ w.T + b >= 0, axis=1), 1.0, 0.0),
        ),
        Slip(
            "added before the threshold",
            "the sign of the sum of all z. One large z then makes up for a negative one: threshold first, then add.",
            lambda x, w, b: np.where((x @ w.T + b).sum(axis=1) > 0, 1.0, 0.0),
        ),
        Slip(
            "not added up",
            "the table of all half planes. One number for each point is asked: do all in its row fire?",
            half_planes,
        ),
    ),
)


# ---------------------------------------------------------------- XOR


CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR = (0, 1, 1, 0)


def xor_weights() -> Weights:
    return (np.array([[1.0, 1], [1, 1]]), np.array([-0.5, -1.5])), (np.array([[1.0, -1]]), np.array([-0.5]))


def xor_holds(answer: Any) -> str:
    """What is wrong with these weights, or ""."""
    try:
        layers = [[np.array(part, float) for part in layer] for layer in answer]
        (w1, b1), (w2, b2) = layers
    except (TypeError, ValueError):
        return "two layers are wanted, each a pair of weights and biases: [(w, b), (w, b)], all of them numbers"
    M = len(np.atleast_1d(w1))
    wanted = {"the hidden w": (w1, (M, 2)), "the hidden b": (b1, (M,)), "the output w": (w2, (1, M))}
    wanted["the output b"] = (b2, (1,))
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            return f"{name} has shape {array.shape}, expected {shape}" + f", for {M} hidden units" * (name[4] == "o")
        if not np.isfinite(array).all():
            return f"{name} holds {array[~np.isfinite(array)][0]}"
    for x, t in zip(CORNERS, XOR, strict=True):
        a = half_planes(x[None], w1, b1)
        z = (a @ w2.T + b2).item()
        if (z > 0) != t:
            found = f"for x = {x.astype(int).tolist()} the hidden units answer {a[0].astype(int).tolist()}"
            return f"{found}, so the output has z = {z:g} and answers {int(z > 0)}; XOR is {t}"
    return ""


XOR_WEIGHTS = Exercise(
    name="xor_weights",
    parts={"weights": 2},
    reference=xor_weights,
    cases=lambda rng: [{}],
    accept=xor_holds,
    hints=(
        "XOR only asks for the sum of both inputs: 0, 1 or 2. For which of them is it 1?",
        "Let one hidden unit fire from the sum 1 on, and one from 2 on. What must the output make of the second?",
        "one way: a[0] = [x[0] + x[1] − 0.5 > 0], a[1] = [x[0] + x[1] − 1.5 > 0], and a[1] counts against a[0]",
    ),
)


# ---------------------------------------------------------------- activations, each with its slope


def z_cases(rng: Rng) -> list[Inputs]:
    """One kind of z at a time, then mixed: the kinks 0, −1 and 1; large ones; whole numbers; any shape."""
    return [
        {"z": numbers(0)},
        {"z": numbers(2, 3)},
        {"z": numbers(-3, -2, -1.5)},
        {"z": numbers(0.5, 0.25)},
        {"z": numbers(-0.5)},
        {"z": numbers(1)},
        {"z": numbers(-1)},
        {"z": np.array([-2, 0, 1, 3, -1])},
        {"z": numbers(-1000, 30, 1000, -40)},
        {"z": rng.normal(size=(2, 3))},
        {"z": rng.normal(size=(2, 1, 4)) * 3},
        *in_other_layouts({"z": rng.normal(size=(3, 4)) * 2}),
        {"z": np.array([-200, 200, 5], np.float32)},
    ]


Z_FEATURES: dict[str, Callable[..., bool]] = {
    "z far from 0": lambda z: bool(np.abs(z).max() > 100),
    "a z of exactly 0": lambda z: bool(np.any(z == 0)),
    "a z of exactly 1": lambda z: bool(np.any(z == 1)),
    "a z of exactly −1": lambda z: bool(np.any(z == -1)),
    "a z of exactly −1 or 1": lambda z: bool(np.any(np.abs(z) == 1)),
    "a z above 1": lambda z: bool(np.any(z > 1)),
    "a z below −1": lambda z: bool(np.any(z < -1)),
    "a z below −1 or above 1": lambda z: bool(np.any(np.abs(z) > 1)),
    "a z from −1 to 1": lambda z: bool(np.any(np.abs(z) <= 1)),
    "a z between 0 and 1": lambda z: bool(np.any((z > 0) & (z < 1))),
    "a z between −1 and 0": lambda z: bool(np.any((z < 0) & (z > -1))),
    "a z above 0": lambda z: bool(np.any(z > 0)),
    "a z below 0": lambda z: bool(np.any(z < 0)),
    "a z other than 0": lambda z: bool(np.any(z != 0)),
    "whole numbers": lambda z: z.dtype.kind == "i",
    "several axes": lambda z: z.ndim > 1,
    **LAYOUTS,
}
PARTS = {"a": 1, "slope": 1}
# The check may ask of all four: is the slope the numerical slope of the student's own value?


def sigmoid(z: Array) -> tuple[Array, Array]:
    small = np.exp(-np.abs(z))
    a = np.where(z < 0, small, 1) / (1 + small)
    return a, small / (1 + small) ** 2


def rising(z: Array) -> Array:
    """The formula as it stands, which only overflows where the answer is 0 anyway."""
    return 1 / (1 + np.exp(-z))


def sigmoid_slip(name: str, says: str, slope: Callable[[Array, Array], Array]) -> Slip:
    return Slip(name, says, lambda z: (rising(z), slope(z, rising(z))))


SIGMOID = Exercise(
    name="sigmoid",
    parts=PARTS,
    reference=sigmoid,
    cases=z_cases,
    features=Z_FEATURES,
    hints=(
        "Where z is very negative, exp(−z) overflows. Which exponential is small there?",
        "exp(−|z|) is never above 1. For z ≥ 0 use (2.5) as it stands, below 0 use it multiplied by exp(z) above and "
        "below. The slope needs nothing but the value.",
        "a = 1 / (1 + exp(−z)) where z ≥ 0, exp(z) / (1 + exp(z)) where z < 0;  slope = a (1 − a)",
    ),
    slips=(
        Slip(
            "exp(z) overflows",
            "exp(z) / (1 + exp(z)). That is inf / inf for large z: which exponential stays small there?",
            lambda z: (np.exp(z) / (1 + np.exp(z)), np.exp(z) / (1 + np.exp(z)) * (1 - np.exp(z) / (1 + np.exp(z)))),
        ),
        sigmoid_slip(
            "quotient overflows",
            "exp(−z) / (1 + exp(−z))². That is inf / inf where z is very negative; the value a is safe: use it.",
            lambda z, a: np.exp(-z) / (1 + np.exp(-z)) ** 2,
        ),
        Slip(
            "sign in the exponent",
            "1 / (1 + exp(z)), which falls. The exponent is −z.",
            lambda z: (rising(-z), sigmoid(z)[1]),
        ),
        Slip(
            "brackets missing",
            "1 + exp(−z): Python divides first. Put brackets around the whole denominator.",
            lambda z: (1 / 1 + np.exp(-z), sigmoid(z)[1]),
        ),
        sigmoid_slip(
            "z in the slope",
            "z (1 − z). In (2.6) the slope is made of the value a, not of z.",
            lambda z, a: z * (1 - z),
        ),
        sigmoid_slip(
            "slope taken twice",
            "the slope at a instead of at z: the value went through the sigmoid once more.",
            lambda z, a: rising(a) * (1 - rising(a)),
        ),
        sigmoid_slip("value for slope", "the value a once more. The slope is a (1 − a), see (2.6).", lambda z, a: a),
        sigmoid_slip("slope of tanh", "1 − a², which belongs to tanh. See (2.6).", lambda z, a: 1 - a**2),
        sigmoid_slip("one factor only", "1 − a. The slope has two factors, see (2.6).", lambda z, a: 1 - a),
    ),
)


def tanh(z: Array) -> tuple[Array, Array]:
    a = np.tanh(z)
    return a, 1 - a**2


def tanh_slip(name: str, says: str, slope: Callable[[Array, Array], Array]) -> Slip:
    return Slip(name, says, lambda z: (np.tanh(z), slope(z, np.tanh(z))))


def quotient(z: Array) -> tuple[Array, Array]:
    a = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return a, 1 - a**2


def doubled(z: Array) -> tuple[Array, Array]:
    a = (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)
    return a, 1 - a**2


TANH = Exercise(
    name="tanh",
    parts=PARTS,
    reference=tanh,
    cases=z_cases,
    features=Z_FEATURES,
    hints=(
        "You have a sigmoid that does not overflow. How is tanh made of it?",
        "(2.7) gives the value. For its slope, differentiate (2.7) by the chain rule: there are two "
        "factors 2. Then write it with a.",
        "a = 2 σ(2 z) − 1;  slope = 2 · 2 · σ′(2 z) = 1 − a²",
    ),
    slips=(
        Slip(
            "inf / inf",
            "the quotient of (2.7) as it stands. Far from 0 it is inf / inf: use your sigmoid.",
            quotient,
        ),
        Slip(
            "exp(2 z) overflows",
            "(exp(2 z) − 1) / (exp(2 z) + 1). For large z that is inf / inf: use your sigmoid.",
            doubled,
        ),
        Slip(
            "z not doubled",
            "2 σ(z) − 1, which is tanh(z / 2). In (2.7) the sigmoid gets 2 z.",
            lambda z: (np.tanh(z / 2), 1 - np.tanh(z) ** 2),
        ),
        tanh_slip(
            "z in the slope",
            "1 − z². The slope is made of the value a, not of z: it must never be negative.",
            lambda z, a: 1 - z**2,
        ),
        tanh_slip(
            "slope taken twice",
            "1 − tanh(a)²: the slope at a instead of at z. The value went through tanh once more.",
            lambda z, a: 1 - np.tanh(a) ** 2,
        ),
        tanh_slip(
            "slope of the sigmoid",
            "a (1 − a), which belongs to the sigmoid. A slope of tanh is never negative.",
            lambda z, a: a * (1 - a),
        ),
        tanh_slip(
            "one factor 2 missing",
            "half the slope. Differentiate 2 σ(2 z): one 2 stands in front, the chain rule brings another.",
            lambda z, a: (1 - a**2) / 2,
        ),
        tanh_slip(
            "both factors 2 missing",
            "σ′(2 z) alone. Differentiate 2 σ(2 z): one 2 stands in front, the chain rule brings another.",
            lambda z, a: (1 - a**2) / 4,
        ),
        tanh_slip("value for slope", "the value a once more. How steep is the curve there?", lambda z, a: a),
        tanh_slip("not squared", "1 − a. The square is missing.", lambda z, a: 1 - a),
    ),
)


def relu(z: Array) -> tuple[Array, Array]:
    return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)


def relu_slip(name: str, says: str, slope: Callable[[Array], Array]) -> Slip:
    return Slip(name, says, lambda z: (np.maximum(z, 0), slope(z)))


RELU = Exercise(
    name="relu",
    parts=PARTS,
    reference=relu,
    cases=z_cases,
    features=Z_FEATURES,
    hints=(
        "The curve is made of two straight lines. How steep is each?",
        "np.maximum compares entry by entry. The slope is 0 to the left, 1 to the right, and by agreement 0 at "
        "the kink.",
        "a = max(0, z);  slope = 1 where z > 0, else 0",
    ),
    slips=(
        relu_slip(
            "slope 1 at the kink",
            "a slope of 1 at z = 0. There is none at the kink; the course takes 0.",
            lambda z: np.where(z >= 0, 1.0, 0.0),
        ),
        relu_slip(
            "value for slope",
            "the value. A line of slope 1 is as steep at 5 as at 1.",
            lambda z: np.maximum(z, 0),
        ),
        relu_slip(
            "slope 1 everywhere",
            "1 everywhere. To the left of 0 the curve is flat.",
            lambda z: np.ones(z.shape),
        ),
        relu_slip(
            "slope of |z|",
            "−1 to the left. That is the slope of |z|; max(0, z) is flat there.",
            lambda z: np.sign(z).astype(float),
        ),
        Slip("|z|", "|z|. What is negative becomes 0.", lambda z: (np.abs(z), relu(z)[1])),
        Slip("minimum", "min(0, z), which keeps what is negative.", lambda z: (np.minimum(z, 0), relu(z)[1])),
    ),
)


def hardtanh(z: Array) -> tuple[Array, Array]:
    return np.clip(z, -1, 1), np.where(np.abs(z) <= 1, 1.0, 0.0)


def hardtanh_slip(name: str, says: str, slope: Callable[[Array], Array]) -> Slip:
    return Slip(name, says, lambda z: (np.clip(z, -1, 1), slope(z)))


HARDTANH = Exercise(
    name="hardtanh",
    parts=PARTS,
    reference=hardtanh,
    cases=z_cases,
    features=Z_FEATURES,
    hints=(
        "Three straight pieces: flat, rising, flat.",
        "np.clip cuts off at both ends. Where nothing is cut off the slope is 1, at −1 and 1 too, by agreement.",
        "a = min(max(z, −1), 1);  slope = 1 where −1 ≤ z ≤ 1, else 0",
    ),
    slips=(
        hardtanh_slip(
            "slope 0 at the kinks",
            "a slope of 0 at −1 and 1. There is none at a kink; here the course takes 1, as (2.9) does.",
            lambda z: np.where(np.abs(z) < 1, 1.0, 0.0),
        ),
        hardtanh_slip(
            "z for slope",
            "z itself between −1 and 1. The piece rises by 1 for each step of 1: its slope is 1.",
            lambda z: np.where(np.abs(z) <= 1, z, 0.0),
        ),
        hardtanh_slip(
            "flat on one side only",
            "1 for every z up to 1. The curve is flat below −1, too.",
            lambda z: np.where(z <= 1, 1.0, 0.0),
        ),
        hardtanh_slip(
            "steep outside",
            "1 outside and 0 inside. It is the other way round.",
            lambda z: np.where(np.abs(z) > 1, 1.0, 0.0),
        ),
        hardtanh_slip(
            "slope of tanh",
            "1 − a², the slope of tanh. A straight piece has one slope.",
            lambda z: 1.0 - np.clip(z, -1, 1) ** 2,
        ),
        Slip(
            "cut off above only",
            "z cut off at 1, but not at −1.",
            lambda z: (np.minimum(z, 1), hardtanh(z)[1]),
        ),
        Slip(
            "cut off at 0", "z cut off at 0 and 1. The lower end is −1.", lambda z: (np.clip(z, 0, 1), hardtanh(z)[1])
        ),
    ),
)


# ---------------------------------------------------------------- layers of units


def hidden_points(x: Array, w: Array, b: Array) -> Array:
    return np.tanh(x @ w.T + b)


def hidden_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(6, 2)), "w": rng.normal(size=(3, 2)), "b": rng.normal(size=3) + 1}
    return [
        {"x": numbers(1, 2)[None], "w": numbers(3, -1)[None], "b": numbers(0)},
        {"x": numbers(1, 2)[None], "w": numbers(0.5, 0)[None], "b": numbers(-1)},
        {"x": np.array([[0, 1], [1, 1], [2, 0]]), "w": np.array([[1, 1], [2, -1]]), "b": np.array([-1, 0])},
        {"x": rng.normal(size=(4, 3)), "w": rng.normal(size=(2, 3)), "b": rng.normal(size=2) + 1},
        random,
        *in_other_layouts(random),
    ]


HIDDEN_POINTS = Exercise(
    name="hidden_points",
    parts={"a": 1},
    reference=hidden_points,
    cases=hidden_cases,
    features=LAYOUTS,
    hints=(
        "One row for each example, one column for each hidden unit: the new coordinates.",
        "First z, as in half_planes. Then tanh in place of the threshold. Your tanh returns value and slope.",
        "(2.11)  a[n, j] = tanh(w[j, 0] x[n, 0] + ... + w[j, D - 1] x[n, D - 1] + b[j])",
    ),
    slips=(
        Slip("no activation", "z. The activation is missing, so the points are only turned and stretched.",
             lambda x, w, b: x @ w.T + b),
        Slip("bias missing", "the points of units without a bias.", lambda x, w, b: np.tanh(x @ w.T)),
        Slip("bias outside", "tanh of the products, and then the bias. The bias belongs to z, inside tanh.",
             lambda x, w, b: np.tanh(x @ w.T) + b),
        Slip("threshold", "the answers of threshold units. Here the units are tanh units.",
             lambda x, w, b: np.where(x @ w.T + b > 0, 1.0, 0.0)),
        Slip("slope for value", "the slope of tanh. Of the two results of your tanh the first is meant.",
             lambda x, w, b: 1 - np.tanh(x @ w.T + b) ** 2),
        Slip("w not transposed", ADDED_OVER_UNITS, lambda x, w, b: np.tanh(x @ w + b)),
    ),
)  # fmt: skip


def mlp_forward(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    for w, b in weights[:-1]:
        x = activation(x @ w.T + b)
    w, b = weights[-1]
    return x @ w.T + b


def square(z: Array) -> Array:
    return z * z


def ramp(z: Array) -> Array:
    return np.maximum(z, 0)


def bump(z: Array) -> Array:
    return np.exp(-z * z)


def layers(sizes: tuple[int, ...], rng: Rng) -> Weights:
    return tuple((rng.normal(size=(M, D)), rng.normal(size=M) + 1) for D, M in pairwise(sizes))


def mlp_cases(rng: Rng) -> list[Inputs]:
    one, two = ((numbers(2, -1)[None], numbers(3)),), ((np.array([[-1.0], [2]]), numbers(4, -3)),)
    square_layer = ((np.array([[1.0, 2], [0, -1]]), numbers(1, 3)),)  # where forgotten things have a fitting shape
    x, weights = rng.normal(size=(5, 3)), layers((3, 4, 2), rng)
    single = tuple((w.astype(np.float32), b.astype(np.float32)) for w, b in weights)
    return [
        {"x": numbers(1, 3)[None], "weights": one, "activation": given(square)},
        {"x": numbers(1, 3)[None], "weights": one + two, "activation": given(square)},
        {"x": numbers(1, 3)[None], "weights": one + two, "activation": given(ramp)},
        {"x": np.array([[1, 0], [0, 2], [3, 1]]), "weights": one + two, "activation": given(ramp)},
        {"x": numbers(1, 3)[None], "weights": square_layer + one, "activation": given(square)},
        {"x": numbers(1, 2)[None], "weights": square_layer + square_layer, "activation": given(ramp)},
        {"x": x, "weights": weights, "activation": given(bump)},
        {"x": rng.normal(size=(1, 2)), "weights": layers((2, 3, 3, 2, 1), rng), "activation": given(bump)},
        {"x": x.astype(np.float32), "weights": single, "activation": given(bump)},
    ]


MLP_FEATURES: dict[str, Callable[..., bool]] = {
    "hidden layers": lambda weights, **_: len(weights) > 1,
    "more than one hidden layer": lambda weights, **_: len(weights) > 2,
    "several examples": lambda x, **_: len(x) > 1,
}


def all_activated(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    for w, b in weights:
        x = activation(x @ w.T + b)
    return x


def never_activated(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    for w, b in weights:
        x = x @ w.T + b
    return x


def activated_first(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    for w, b in weights:
        x = activation(x) @ w.T + b
    return x


def without_biases(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    return mlp_forward(x, tuple((w, 0 * b) for w, b in weights), activation)


def always_x(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    for w, b in weights[:-1]:
        activation(x @ w.T + b)
    w, b = weights[-1]
    return x @ w.T + b


def not_transposed(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    return mlp_forward(x, tuple((w.T, b) for w, b in weights), activation)


MLP_FORWARD = Exercise(
    name="mlp_forward",
    parts={"z": 3},
    reference=mlp_forward,
    cases=mlp_cases,
    features=MLP_FEATURES,
    hints=(
        "Two layers first: what does the second one take as its input?",
        "Go through the pairs (w, b). What one layer puts out is the next one's input. One layer is treated apart.",
        "(2.10)  x ← φ(x wᵀ + b) for every layer but the last; the last returns x wᵀ + b",
    ),
    after=(("before you start", "with one pair there is no hidden layer, so the activation is never called"),),
    slips=(
        Slip("activated at the end", "the output with the activation on top. In (2.10) the last layer returns z.",
             all_activated),
        Slip("never activated", "a network without its activation: all its layers together are one.", never_activated),
        Slip("activated too early", "the activation of each layer's input. In (2.10) it comes after the sum, and the "
             "input x itself is never activated.", activated_first),
        Slip("biases missing", "the network without its biases.", without_biases),
        Slip("x again", "the last layer's answer to x. It must get what the layer before it puts out: is x replaced?",
             always_x),
        Slip("w not transposed", ADDED_OVER_UNITS, not_transposed),
    ),
)  # fmt: skip


def best_inputs(w: Array, x: Array, count: int) -> Array:
    return np.argsort(-(x @ w), kind="stable")[:count]


def best_cases(rng: Rng) -> list[Inputs]:
    random = {"w": rng.normal(size=64), "x": rng.uniform(size=(40, 64)), "count": 6}
    return [
        {"w": numbers(1, -1), "x": np.array([[2.0, 1], [3, 0], [1, 2]]), "count": 1},
        {"w": numbers(1, -1), "x": np.array([[2.0, 1], [3, 0], [1, 2], [0, 9]]), "count": 2},
        {"w": np.array([2, -1, 1]), "x": np.array([[0, 5, 1], [3, 0, 0], [1, 1, 3], [2, 2, -1]]), "count": 3},
        {"w": rng.normal(size=3), "x": rng.normal(size=(5, 3)), "count": 5},
        random,
        *in_other_layouts(random),
    ]


BEST_INPUTS = Exercise(
    name="best_inputs",
    parts={"indices": 2},
    reference=best_inputs,
    cases=best_cases,
    features=LAYOUTS,
    hints=(
        "First the answers of the unit: one number for each picture.",
        "np.argsort gives the order from the smallest to the largest. You want the other end, largest first.",
        "indices = the first `count` of the order in which Σ_d w[d] x[n, d] falls",
    ),
    after=(("before you start", "the same bias is added for every picture, so it does not change their order"),),
    slips=(
        Slip("weakest", "the pictures that the unit answers least to. np.argsort begins with the smallest.",
             lambda w, x, count: np.argsort(x @ w)[:count]),
        Slip("strongest last", "the right pictures, strongest last. Turn them round.",
             lambda w, x, count: np.argsort(x @ w)[-count:]),
        Slip("sorted by number", "the right pictures in the order of their numbers, not of the unit's answers.",
             lambda w, x, count: np.sort(best_inputs(w, x, count))),
        Slip("answers for indices", "the unit's largest answers. Which pictures gave them?",
             lambda w, x, count: np.sort(x @ w)[::-1][:count]),
        Slip("pictures for indices", "the pictures themselves. Their numbers n are asked.",
             lambda w, x, count: x[best_inputs(w, x, count)]),
        Slip("sign ignored", "the strongest answers of either sign. A large negative one is the weakest of all.",
             lambda w, x, count: np.argsort(-np.abs(x @ w), kind="stable")[:count]),
        Slip("most ink", "the pictures with the largest sums, whatever the weights say.",
             lambda w, x, count: np.argsort(-x.sum(axis=1), kind="stable")[:count]),
    ),
)  # fmt: skip


# ---------------------------------------------------------------- polls


POLL_COUNTS = poll(
    "poll_counts",
    options={
        "A": (False, "the 10 biases of the output stay 10: 159,010, while twice 79,510 is 159,020."),
        "B": (True, "784 · 200 + 200 · 10 weights are twice as many."),
        "C": (True, "3,136 · 100 weights in the first layer: 314,710 parameters, 3.96 times as many."),
        "D": (False, "the same weights serve every picture."),
    },
    hints=(
        "Write the number as weights and biases of both layers: 784 · 100 + 100 + 100 · 10 + 10.",
        "Which of these four terms change, and how?",
        "(2.1) has one w[j, d] for each pair of unit and input, one b[j] for each unit, and nothing for n",
    ),
)

POLL_CONVEX = poll(
    "poll_convex",
    options={
        "A": (False, "the points outside a triangle are such a region, and they are not convex."),
        "B": (True, "turn the sign of the output: it fires unless all three half planes hold."),
        "C": (True, "outside the band between two parallel lines there are two pieces: one unit for each, and an OR."),
        "D": (
            False,
            "the answer can only change where a point crosses the line of a hidden unit, and that is straight.",
        ),
    },
    hints=(
        "The output unit need not be an AND. What else can one unit make of the hidden answers?",
        "An OR, a NOT AND, any unit of lecture 01. Draw two parallel lines, and choose what to keep.",
        "y = [w2[0] a[0] + ... + w2[M − 1] a[M − 1] + b2 > 0], with any w2 and b2",
    ),
)

POLL_SLOPE_BUGS = poll(
    "poll_slope_bugs",
    points=2,
    options={
        "A": (True, "at z = 2 it is −3. No slope of tanh is negative: z stands where a belongs."),
        "B": (False, "z (1 − z) is 0 at z = 0; curve 1 is 1 there."),
        "C": (False, "1 − a is 1 at z = 0; curve 2 is 0 there."),
        "D": (True, "0 at z = 0, negative to the left: the sigmoid's slope formula with the value of tanh."),
        "E": (True, "far to the left σ(z) is 0, and σ(0) (1 − σ(0)) is 1/4: the slope was taken at a, not at z."),
        "F": (False, "the right slope goes to 0 on both sides; curve 3 stays near 0.2."),
        "G": (False, "that one is 0 below −1; curve 4 is 1 there."),
        "H": (True, "1 for every z up to 1: the lower end was forgotten."),
    },
    hints=(
        "Read off each curve at z = 0, and far to the left and right. Then put the same z into the formulas.",
        "At z = 0, a is 1/2 for the sigmoid and 0 for tanh. Far to the left a is 0 for the sigmoid and −1 for tanh.",
        "there is one true statement for each curve",
    ),
)

EXERCISES = (
    PARAMETER_COUNT,
    POLL_COUNTS,
    HALF_PLANES,
    XOR_WEIGHTS,
    INSIDE_POLYGON,
    POLL_CONVEX,
    SIGMOID,
    TANH,
    RELU,
    HARDTANH,
    POLL_SLOPE_BUGS,
    MLP_FORWARD,
    HIDDEN_POINTS,
    BEST_INPUTS,
)
