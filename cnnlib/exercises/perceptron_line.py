"""Lecture 01, the line and the margin: what is asked, and the mistakes that are known.

(1.4)   x[1] = -(w[0] / w[1]) x[0] - b / w[1]
(1.5)   margin = min over n of t[n] (w . x[n] + b) / |w|
"""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.perceptron_unit import in_layouts


def decision_line(w: Array, b: float) -> tuple[float, float]:
    return -w[0] / w[1], -b / w[1]


LINE = Exercise(
    name="decision_line",
    parts={"slope": 1, "intercept": 1},
    reference=decision_line,
    cases=lambda rng: [
        {"w": numbers(1, 2), "b": -4.0},
        {"w": numbers(6, -2), "b": 8.0},
        {"w": np.array([-3, -2]), "b": 5},
        *in_other_layouts({"w": rng.uniform(1, 3, 2) * (-1, 1), "b": 0.7}),
    ],
    features=LAYOUTS,
    hints=(
        "Which points does the line consist of? Write down the equation that they satisfy.",
        "On the line z = 0. Solve w[0] x[0] + w[1] x[1] + b = 0 for x[1].",
        "(1.4)  x[1] = slope x[0] + intercept,  slope = -w[0] / w[1],  intercept = -b / w[1]",
    ),
    after=(("before you start", "(0, 2): with x[0] = 0, 2 x[1] − 4 must be 0"),),
    slips={
        "the line with its signs lost. Bringing a term to the other side of = turns its sign.": instead(
            decision_line, "-w[0] / w[1], -b / w[1]", "w[0] / w[1], b / w[1]"
        ),
        "the line solved for x[0]. Height is x[1] here: divide by w[1].": instead(
            decision_line, "-w[0] / w[1], -b / w[1]", "-w[1] / w[0], -b / w[0]"
        ),
        "the slope of the arrow w. The line is perpendicular to that arrow.": instead(
            decision_line, "-w[0] / w[1]", "w[1] / w[0]"
        ),
        "−w[0] and −b, not yet divided by w[1]. On the line, w[1] x[1] = −w[0] x[0] − b.": instead(
            decision_line, " / w[1]", ""
        ),
        "the intercept and the slope, exchanged. The slope comes first.": instead(
            decision_line, "-w[0] / w[1], -b / w[1]", "-b / w[1], -w[0] / w[1]"
        ),
    },
)


def margin(x: Array, t: Array, w: Array, b: float) -> float:
    return (t * (x @ w + b)).min() / np.sqrt(w @ w)


def margin_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(8, 3)), "t": numbers(1, -1, 1, 1, -1, -1, 1, -1), "w": rng.normal(size=3), "b": 0.4}
    return [
        {"x": numbers(2, 1)[None], "t": numbers(1), "w": numbers(3, 4), "b": -5.0},
        {"x": np.array([[5.0, 5], [1, 2], [-1, 3]]), "t": numbers(1, 1, -1), "w": numbers(3, 4), "b": -5.0},
        {"x": np.array([[4.0, 3], [3, 1], [0, 1]]), "t": numbers(1, 1, -1), "w": numbers(4, -3), "b": -2.0},
        {"x": np.array([[4, 3, 1], [0, 1, 0]]), "t": np.array([1, -1]), "w": np.array([1, 2, 2]), "b": -5},
        *in_layouts(random),
    ]


MARGIN = Exercise(
    name="margin",
    parts={"margin": 2},
    reference=margin,
    cases=margin_cases,
    features=LAYOUTS | {"an example on the wrong side": lambda x, t, w, b: bool((t * (x @ w + b) <= 0).any())},
    hints=(
        "First a distance for every example, then the smallest of them.",
        "z divided by the length of w is the distance, with a sign. Times t it is above 0 on the right side.",
        "(1.5)  margin = min over n of t[n] (w · x[n] + b) / sqrt(w[0]^2 + ... + w[D - 1]^2)",
    ),
    after=(("before you start", "it stays: z and |w| both double"),),
    slips={
        "the smallest t z. That doubles when w and b do, but the line does not move: "
        "divide by the length of w.": instead(margin, " / np.sqrt(w @ w)", ""),
        "the smallest z / |w|. For an example of class −1 the right side is the other one: t turns its sign.": instead(
            margin, "t * ", ""
        ),
        "the smallest distance, on whichever side. An example on the wrong side must count as negative.": instead(
            margin, "(t * (x", "np.abs((x"
        ),
        "t z divided by the square of the length. The length is a root.": instead(margin, "np.sqrt", ""),
        "t z divided by the length of w and b together. Distances from the line in the plane need w only; "
        "the bound on mistakes is another matter.": instead(margin, "(w @ w)", "(w @ w + b * b)"),
        "the mean over the examples. The margin is what the worst one has.": instead(margin, "min", "mean"),
        "distances from a line through 0. Where is b?": instead(margin, "@ w + b", "@ w"),
        "the largest distance, not the smallest. The margin is what the worst example has.": instead(
            margin, "min", "max"
        ),
        "the distance, with its sign, of the example nearest to the line. One further beyond it is worse.": instead(
            margin, "(t * (x @ w + b)).min()", "min(t * (x @ w + b), key=abs)"
        ),
        "t times w · x, and b added afterwards. t belongs to all of z, so to b as well.": instead(
            margin, "(x @ w + b)", "(x @ w) + b"
        ),
        "t z divided by the sum of the weights' sizes. "
        "The length |w| is the root of the sum of their squares.": instead(margin, "np.sqrt(w @ w)", "np.abs(w).sum()"),
    },
)
