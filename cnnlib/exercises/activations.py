"""The activations of lecture 02, each with its slope."""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs, Shown
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead


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
    "a z beyond −100 or 100 in float64": lambda z: bool(np.abs(z).max() > 100) and z.dtype == np.float64,
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
STEP = 1e-4


def own_slope(z: Array) -> list[Shown]:
    """How fast the student's own a rises, beside a kink, measured: the slope that belongs to that a."""
    at = float(np.ravel(z)[0])
    at += 0.25 * (at in (-1, 0, 1))
    ends = {"z": np.array([at - STEP, at + STEP])}
    return [Shown(f"your a rises at {at:g} by", ends, rise)]


def rise(answer: tuple[Array, Array]) -> float:
    below, above = answer[0]
    return round(float(above - below) / (2 * STEP), 6)


def sigmoid(z: Array) -> tuple[Array, Array]:
    small = np.exp(-np.abs(z))
    a = np.where(z < 0, small, 1) / (1 + small)
    return a, small / (1 + small) ** 2


SIGMOID = Exercise(
    name="sigmoid",
    parts=PARTS,
    reference=sigmoid,
    cases=z_cases,
    shows=own_slope,
    features=Z_FEATURES,
    hints=(
        "Where z is very negative, exp(−z) overflows. Which exponential is small there?",
        "exp(−|z|) is never above 1. For z ≥ 0 use (2.5) as it stands, below 0 use it multiplied by exp(z) above and "
        "below. The slope needs nothing but the value.",
        "a = 1 / (1 + exp(−z)) where z ≥ 0, exp(z) / (1 + exp(z)) where z < 0;  slope = a (1 − a)",
    ),
    slips={
        "exp(z) / (1 + exp(z)). That is inf / inf for large z: which exponential stays small there?": instead(
            sigmoid,
            "np.where(z < 0, small, 1) / (1 + small)",
            "np.exp(z) / (1 + np.exp(z))",
            "small / (1 + small) ** 2",
            "a * (1 - a)",
        ),
        "exp(−z) / (1 + exp(−z))². That is inf / inf where z is very negative; the value a is safe: use it.": instead(
            sigmoid, "small / (1 + small) ** 2", "np.exp(-z) / (1 + np.exp(-z)) ** 2"
        ),
        "1 / (1 + exp(z)), which falls. The exponent is −z.": instead(sigmoid, "z < 0", "z > 0"),
        "1 + exp(−z): Python divides first. Put brackets around the whole denominator.": instead(
            sigmoid, "return a", "return 1 + np.exp(-z)"
        ),
        "z (1 − z). In (2.6) the slope is made of the value a, not of z.": instead(
            sigmoid, "small / (1 + small) ** 2", "z * (1 - z)"
        ),
        "the slope at a instead of at z: the value went through the sigmoid once more.": instead(
            sigmoid, "small / (1 + small) ** 2", "np.exp(-a) / (1 + np.exp(-a)) ** 2"
        ),
        "the slope. Two results are asked: the value first, then the slope.": instead(
            sigmoid, "return a", "return small / (1 + small) ** 2"
        ),
        "the value a once more. The slope is a (1 − a), see (2.6).": instead(sigmoid, "small / (1 + small) ** 2", "a"),
        "1 − a², which belongs to tanh. See (2.6).": instead(sigmoid, "small / (1 + small) ** 2", "1 - a**2"),
        "1 − a. The slope has two factors, see (2.6).": instead(sigmoid, "small / (1 + small) ** 2", "1 - a"),
    },
)


def tanh(z: Array) -> tuple[Array, Array]:
    a = np.tanh(z)
    return a, 1 - a**2


TANH = Exercise(
    name="tanh",
    parts=PARTS,
    reference=tanh,
    cases=z_cases,
    shows=own_slope,
    features=Z_FEATURES,
    hints=(
        "You have a sigmoid that does not overflow. How is tanh made of it?",
        "(2.7) gives the value. For its slope, differentiate (2.7) by the chain rule: there are two "
        "factors 2. Then write it with a.",
        "a = 2 σ(2 z) − 1;  slope = 2 · 2 · σ′(2 z) = 1 − a²",
    ),
    slips={
        "the quotient of (2.7) as it stands. Far from 0 it is inf / inf: use your sigmoid.": instead(
            tanh, "np.tanh(z)", "(np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"
        ),
        "(exp(2 z) − 1) / (exp(2 z) + 1). For large z that is inf / inf: use your sigmoid.": instead(
            tanh, "np.tanh(z)", "(np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)"
        ),
        "2 σ(z) − 1, which is tanh(z / 2). In (2.7) the sigmoid gets 2 z.": instead(
            tanh, "return a", "return np.tanh(z / 2)"
        ),
        "1 − z². The slope is made of the value a, not of z: it must never be negative.": instead(
            tanh, "1 - a**2", "1 - z**2"
        ),
        "1 − tanh(a)²: the slope at a instead of at z. The value went through tanh once more.": instead(
            tanh, "1 - a**2", "1 - np.tanh(a) ** 2"
        ),
        "a (1 − a), which belongs to the sigmoid. A slope of tanh is never negative.": instead(
            tanh, "1 - a**2", "a * (1 - a)"
        ),
        "half the slope. Differentiate 2 σ(2 z): one 2 stands in front, the chain rule brings another.": instead(
            tanh, "1 - a**2", "(1 - a**2) / 2"
        ),
        "σ′(2 z) alone. Differentiate 2 σ(2 z): one 2 stands in front, the chain rule brings another.": instead(
            tanh, "1 - a**2", "(1 - a**2) / 4"
        ),
        "the value a once more. How steep is the curve there?": instead(tanh, "1 - a**2", "a"),
        "the slope of 2 σ(z) − 1. In (2.7) the sigmoid gets 2 z.": instead(
            tanh, "1 - a**2", "(1 - np.tanh(z / 2) ** 2) / 2"
        ),
        "the slope at z / 2: 4 σ′(z). By (2.7) it is 4 σ′(2 z).": instead(tanh, "1 - a**2", "1 - np.tanh(z / 2) ** 2"),
        "(1 − a)². Square a first, then subtract.": instead(tanh, "1 - a**2", "(1 - a) ** 2"),
        "1 − a. The square is missing.": instead(tanh, "1 - a**2", "1 - a"),
    },
)


def relu(z: Array) -> tuple[Array, Array]:
    return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)


RELU = Exercise(
    name="relu",
    parts=PARTS,
    reference=relu,
    cases=z_cases,
    shows=own_slope,
    features=Z_FEATURES,
    hints=(
        "The curve is made of two straight lines. How steep is each?",
        "np.maximum compares entry by entry. The slope is 0 to the left, 1 to the right, and by agreement 0 at "
        "the kink.",
        "a = max(0, z);  slope = 1 where z > 0, else 0",
    ),
    slips={
        "a slope of 1 at z = 0. There is none at the kink; the course takes 0.": instead(relu, "z > 0", "z >= 0"),
        "the value. A line of slope 1 is as steep at 5 as at 1.": instead(
            relu, "np.where(z > 0, 1.0, 0.0)", "np.maximum(z, 0)"
        ),
        "1 everywhere. To the left of 0 the curve is flat.": instead(
            relu, "np.where(z > 0, 1.0, 0.0)", "np.ones(z.shape)"
        ),
        "−1 to the left. That is the slope of |z|; max(0, z) is flat there.": instead(
            relu, "np.where(z > 0, 1.0, 0.0)", "np.sign(z).astype(float)"
        ),
        "1 to the left and 0 to the right. It is the other way round.": instead(relu, "z > 0", "z < 0"),
        "|z|. What is negative becomes 0.": instead(relu, "np.maximum(z, 0)", "np.abs(z)"),
        "min(0, z), which keeps what is negative.": instead(relu, "maximum", "minimum"),
    },
)


def hardtanh(z: Array) -> tuple[Array, Array]:
    return np.clip(z, -1, 1), np.where(np.abs(z) <= 1, 1.0, 0.0)


HARDTANH = Exercise(
    name="hardtanh",
    parts=PARTS,
    reference=hardtanh,
    cases=z_cases,
    shows=own_slope,
    features=Z_FEATURES,
    hints=(
        "Three straight pieces: flat, rising, flat.",
        "np.clip cuts off at both ends. Where nothing is cut off the slope is 1, at −1 and 1 too, by agreement.",
        "a = min(max(z, −1), 1);  slope = 1 where −1 ≤ z ≤ 1, else 0",
    ),
    slips={
        "a slope of 0 at −1 and 1. There is none at a kink; here the course takes 1, as (2.9) does.": instead(
            hardtanh, "<=", "<"
        ),
        "z itself between −1 and 1. The piece rises by 1 for each step of 1: its slope is 1.": instead(
            hardtanh, "1.0", "z"
        ),
        "1 for every z up to 1. The curve is flat below −1, too.": instead(hardtanh, "np.abs(z) <=", "z <="),
        "1 outside and 0 inside. It is the other way round.": instead(hardtanh, "<=", ">"),
        "1 − a², the slope of tanh. A straight piece has one slope.": instead(
            hardtanh, "np.where(np.abs(z) <= 1, 1.0, 0.0)", "1.0 - np.clip(z, -1, 1) ** 2"
        ),
        "1 everywhere. The curve is flat beyond −1 and 1.": instead(
            hardtanh, "np.where(np.abs(z) <= 1, 1.0, 0.0)", "np.ones(z.shape)"
        ),
        "1 from 0 to 1 only. The curve rises from −1 on.": instead(hardtanh, "np.abs(z) <= 1", "(z >= 0) & (z <= 1)"),
        "z cut off at −1, but not at 1.": instead(hardtanh, "np.clip(z, -1, 1)", "np.maximum(z, -1)"),
        "0 beyond −1 and 1. There the curve stays at −1 and at 1.": instead(
            hardtanh, "np.clip(z, -1, 1)", "np.where(np.abs(z) <= 1, z, 0)"
        ),
        "1 everywhere: max(min(z, −1), 1). Which of the two ends belongs to min, and which to max?": instead(
            hardtanh, "np.clip(z, -1, 1)", "np.ones(z.shape)"
        ),
        "−1 everywhere: min(max(z, 1), −1). Which of the two ends belongs to min, and which to max?": instead(
            hardtanh, "np.clip(z, -1, 1)", "-np.ones(z.shape)"
        ),
        "z cut off at 1, but not at −1.": instead(hardtanh, "np.clip(z, -1, 1)", "np.minimum(z, 1)"),
        "z cut off at 0 and 1. The lower end is −1.": instead(hardtanh, "np.clip(z, -1, 1)", "np.clip(z, 0, 1)"),
    },
)
