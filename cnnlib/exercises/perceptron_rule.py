"""Lecture 01, the learning rule and the bound on its mistakes: what is asked, and the mistakes that are known.

(1.6)   after a mistake: w + t x, b + t
(1.10)  at most (R / gamma)^2 mistakes
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.perceptron_unit import CORNERS, TABLES, in_layouts

Step = Callable[[Array, float, Array, float], tuple[Array, float]]


def perceptron_step(w: Array, b: float, x: Array, t: float) -> tuple[Array, float]:
    y = 1 if w @ x + b > 0 else -1
    if y != t:
        w, b = w + t * x, b + t
    return w, b


# Faults that the bug hunt shows, too.
BIAS_STILL = instead(perceptron_step, "b + t", "b")
ALWAYS = instead(perceptron_step, "y != t", "True")
ZERO_ONE = instead(perceptron_step, "t * x, b + t", "(t > 0) * x, b + (t > 0)")


def step_cases(rng: Rng) -> list[Inputs]:
    def case(w: list[float], b: float, x: list[float], t: float, dtype: type = float) -> Inputs:
        return {"w": np.array(w, dtype), "b": b, "x": np.array(x, dtype), "t": t}

    w, x = rng.normal(size=5), rng.normal(size=5)
    t = -1.0 if w @ x > 0 else 1.0
    return [
        case([1], 0.0, [3], -1.0),
        case([4, 3], 5.0, [1, -1], -1.0),  # still wrong after the step: z goes from 6 to 3
        case([2, 1], -12.0, [3, 4], 1.0),
        case([2, 1], -6.0, [3, 4], -1.0),
        case([0, 0], 0.0, [2, 5], 1.0),
        case([0, 0], 0.0, [2, 5], -1.0),
        case([1, -2, 3], 4.0, [4, 5, 1], 1.0, int),
        case([1, -2, 3], 2.0, [4, 1, 1], -1.0, int),
        case([1, -2], -3.0, [4, 5], -1.0),
        *(case([1, -1], b, [1.5, 2], t) for b in (-0.25, 0.75) for t in (-1.0, 1.0)),  # z is -0.75 or 0.25
        *in_other_layouts({"w": w, "b": -0.25 * t, "x": x, "t": t}),
    ]


STEP = Exercise(
    name="perceptron_step",
    parts={"w": 1, "b": 1},
    reference=perceptron_step,
    cases=step_cases,
    codes=("t",),
    features=LAYOUTS | {"an example on the line": lambda w, b, x, t: bool(w @ x + b == 0)},
    hints=(
        "Ask the unit first. If its answer is t, hand back what you were given.",
        "After a mistake t (w · x + b) should grow. What must be added to w, and what to b?",
        "(1.6)  if y is not t:  w + t x,  b + t.  Otherwise w and b as they were",
    ),
    after=(("before you start", "nothing moves: only a mistake does that"),),
    slips={
        "the step away from what is due. After a mistake t (w · x + b) must have grown: add t x.": instead(
            perceptron_step, "+ t", "- t"
        ),
        "the old b. It is a weight too, on a constant input 1, and moves by t.": BIAS_STILL,
        "a step for every example. Where the unit is right, nothing moves.": ALWAYS,
        "a step of double length. t − y is 2 or −2 after a mistake; the step is t.": instead(
            perceptron_step, "+ t", "+ 2 * t"
        ),
        "no step for examples with t = −1. That comes of taking 0 for their target: 0 times x moves nothing.": ZERO_ONE,
        "no step for an example of class +1 on the line. There z = 0, so the unit says −1; "
        "with w = 0 and b = 0 it would never start.": instead(perceptron_step, "y != t", "(w @ x + b) * t < 0"),
        "a step for an example of class −1 on the line. There z = 0, so the unit says −1, and it is right.": instead(
            perceptron_step, "y != t", "(w @ x + b) * t <= 0"
        ),
        "a step where the unit is right, and none where it is wrong. Learn from mistakes.": instead(
            perceptron_step, "!=", "=="
        ),
        "w + t, the same step for every weight. Each weight moves by t times its own input.": instead(
            perceptron_step, "t * x", "t"
        ),
        "x and 1 added after every mistake, whatever t is. For t = −1 they must be taken off.": instead(
            perceptron_step, "t * x, b + t", "x, b + 1"
        ),
        "steps for one example until it is right. One mistake is one step; the next pass will bring the next.": instead(
            perceptron_step, "if y != t", "while (1 if w @ x + b > 0 else -1) != t"
        ),
        "a decision by w · x alone, whether it is a mistake. The unit's answer depends on b as well.": instead(
            perceptron_step, "1 if w @ x + b", "1 if w @ x"
        ),
        "a step of t − z. The step is t after a mistake, however far off z was.": instead(
            perceptron_step, "y != t", "True", "w + t * x, b + t", "w + (t - (w @ x + b)) * x, b + t - (w @ x + b)"
        ),
    },
)


def mistake_bound(x: Array, t: Array, w: Array, b: float) -> float:
    gamma = (t * (x @ w + b)).min() / np.sqrt(w @ w + b * b)
    return ((x * x).sum(axis=1).max() + 1) / gamma**2


def bound_cases(rng: Rng) -> list[Inputs]:
    w, b = rng.uniform(1, 2, 3), 0.5
    x = rng.normal(size=(7, 3))
    z = x @ w + b
    x += (np.sign(z) * (0.2 + rng.random(7)) / (w @ w))[:, None] * w  # away from the line
    t = np.sign(x @ w + b)
    return [
        {"x": numbers(2)[None], "t": numbers(1), "w": numbers(3), "b": -4.0},
        {"x": CORNERS, "t": TABLES["OR"][1], "w": numbers(2, 2), "b": -1.0},
        {"x": np.array([[3.0, 1], [1, 2], [0, -2]]), "t": numbers(1, 1, -1), "w": numbers(1, 2), "b": -2.0},
        {"x": np.array([[3, 1, 1], [0, -2, 1]]), "t": np.array([1, -1]), "w": np.array([2, 1, 2]), "b": -4},
        *in_layouts({"x": x, "t": t, "w": w, "b": b}),
    ]


def bound_of(radius: Callable[[Array], Any], gamma: Callable[[Array, Array, float], Any]) -> Any:
    return lambda x, t, w, b: radius((x * x).sum(1)) / gamma(t * (x @ w + b), w, b) ** 2


BOUND = Exercise(
    name="mistake_bound",
    parts={"bound": 2},
    reference=mistake_bound,
    cases=bound_cases,
    features=LAYOUTS,
    hints=(
        "R comes from the longest example, γ from the worst one. Both count the constant 1 as an input.",
        "R^2 is the largest x · x, plus 1. γ is your margin, but divided by the length of w and b together.",
        "(1.10)  R^2 = max over n of x[n] · x[n] + 1,  γ = min over n of t[n] (w · x[n] + b) / sqrt(w · w + b^2)",
    ),
    after=(("before you start", "the bound falls to a quarter"),),
    slips={
        "R without the constant input. Each example has a 1 appended, which is what makes b a weight: add 1.": bound_of(
            lambda s: s.max(), lambda m, w, b: m.min() / np.sqrt(w @ w + b * b)
        ),
        "γ divided by the length of w alone. With the constant input, b is a weight: its square counts too.": bound_of(
            lambda s: s.max() + 1, lambda m, w, b: m.min() / np.sqrt(w @ w)
        ),
        "the bound for lines through the origin. Append the constant 1 to the examples, "
        "and b to the weights.": bound_of(lambda s: s.max(), lambda m, w, b: m.min() / np.sqrt(w @ w)),
        "R / γ. The bound is its square.": lambda x, t, w, b: np.sqrt(mistake_bound(x, t, w, b)),
        "γ not divided by the length of (w, b). Then twice the weights would give a quarter of the bound.": bound_of(
            lambda s: s.max() + 1, lambda m, w, b: m.min()
        ),
        "R from the shortest example. It must hold for all of them: take the longest.": bound_of(
            lambda s: s.min() + 1, lambda m, w, b: m.min() / np.sqrt(w @ w + b * b)
        ),
        "γ from the example that lies furthest from the line. Take the one that lies nearest.": bound_of(
            lambda s: s.max() + 1, lambda m, w, b: m.max() / np.sqrt(w @ w + b * b)
        ),
        "γ in which b counts twice. "
        "With the constant 1 it is one of the weights: your margin's own b is 0.": lambda x, t, w, b: (
            ((x * x).sum(1).max() + 1) * (w @ w + b * b) / (t * (x @ w + 2 * b)).min() ** 2
        ),
        "R from all examples together, as np.linalg.norm(r) of the whole array gives it. "
        "Take the longest row.": bound_of(lambda s: (s + 1).sum(), lambda m, w, b: m.min() / np.sqrt(w @ w + b * b)),
        "R² / γ. γ is squared, too.": lambda x, t, w, b: (
            ((x * x).sum(1).max() + 1) * np.sqrt(w @ w + b * b) / (t * (x @ w + b)).min()
        ),
        "the largest ratio |r| / (t g · r) of one example. "
        "R and γ may come from two different examples.": lambda x, t, w, b: (
            ((x * x).sum(1) + 1) * (w @ w + b * b) / (x @ w + b) ** 2
        ).max(),
        "(γ / R)². The bound is (R / γ)².": lambda x, t, w, b: 1 / mistake_bound(x, t, w, b),
    },
)
