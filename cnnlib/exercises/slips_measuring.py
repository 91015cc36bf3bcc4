"""Lecture 11, formulas for slopes: printed, right and measured."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.slips_deciding import handed
from cnnlib.exercises.slips_distance import distance

Slopes = Callable[[Array], Any]
Distance = Callable[[Any, Any], float]


def slope_verdict(printed: Slopes, right: Slopes, f: Callable[[Array], float], x: Array, distance: Distance) -> str:
    measured = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = 1e-5
        measured[i] = (f(x + nudge) - f(x - nudge)) / 2e-5
    if distance(right(x), measured) > 1e-6:
        return "open"
    return "refuted" if distance(printed(x), measured) > 1e-6 else "holds"


# ---------------------------------------------------------------- functions, and what is said of their slopes


def squares(x: Array) -> Any:
    return np.sum(x * x)


def twice(x: Array) -> Any:
    return 2 * x


def once(x: Array) -> Any:
    return 1 * x


def row_of_twice(x: Array) -> Any:
    return 2 * x[None]


def cubes(x: Array) -> Any:
    return np.sum(x * x * x)


def three_squares(x: Array) -> Any:
    return 3 * x * x


def three_sizes(x: Array) -> Any:
    return 3 * x * abs(x)


def rounded_squares(x: Array) -> Any:
    return 3 * x * x * (1 + 1e-9)


def rough_squares(x: Array) -> Any:
    return 3 * x * x * (1 + 1e-5)


def first_alone(x: Array) -> Any:
    slopes = 3 * x * x * 1.0
    slopes.flat[1:] *= 1.001
    return slopes


def no_number(x: Array) -> Any:
    return np.nan * x


def largest(x: Array) -> Any:
    return np.max(x)


def every_winner(x: Array) -> Any:
    return 1.0 * (x == np.max(x))


def first_winner(x: Array) -> Any:
    return 1.0 * (np.arange(x.size) == np.argmax(x)).reshape(x.shape)


def verdict_cases(rng: Rng) -> list[Inputs]:
    def case(printed: Slopes, right: Slopes, f: Any, x: Array) -> Inputs:
        return {
            "printed": handed(printed),
            "right": handed(right),
            "f": handed(f),
            "x": x,
            "distance": handed(distance),
        }

    drawn = rng.uniform(1, 2, (2, 3)) * rng.permutation([-1, 1, 1, -1, 1, 1]).reshape(2, 3)
    return [
        case(twice, twice, squares, numbers(3)),
        case(once, twice, squares, numbers(3, 1)),
        case(once, once, squares, numbers(3, 1)),
        case(twice, once, squares, numbers(3, 1)),
        case(three_squares, once, squares, numbers(3, 1)),
        case(once, twice, squares, numbers(0)),
        case(row_of_twice, twice, squares, numbers(1, 2)),
        case(every_winner, first_winner, largest, numbers(3, 1, 2)),
        case(every_winner, first_winner, largest, numbers(3, 3)),
        case(first_winner, first_winner, largest, numbers(1, 3, 3)),
        case(three_sizes, three_squares, cubes, numbers(2, 1)),
        case(three_sizes, three_squares, cubes, numbers(1, -2)),
        case(no_number, three_squares, cubes, numbers(1, 2)),
        case(three_squares, no_number, cubes, numbers(1, 2)),
        case(first_alone, three_squares, cubes, numbers(2, 3)),
        case(three_squares, first_alone, cubes, numbers(2, 3)),
        case(rough_squares, three_squares, cubes, numbers(0.5, 2)),
        case(rounded_squares, three_squares, cubes, numbers(7, -5)),
        case(three_squares, three_squares, cubes, np.array([2, -1])),
        case(first_alone, three_squares, cubes, drawn),
        case(first_winner, every_winner, largest, drawn),
        *in_other_layouts(case(rounded_squares, three_squares, cubes, drawn))[1:],
    ]


# ---------------------------------------------------------------- what is accepted, and the mistakes that are known


WORDS = ("refuted", "holds", "open")
WHY = {
    "open": "right(x) is not what is measured, so nothing is decided",
    "refuted": "right(x) is what is measured, and printed(x) is not",
    "holds": "right(x) and printed(x) are both what is measured",
}


def accept_verdict(answer: Any, **inputs: Any) -> str:
    if not isinstance(answer, str) or answer not in WORDS:
        kind = "None: is a return missing?" if answer is None else repr(answer)[:40]
        return f'expected "refuted", "holds" or "open", got {kind}'
    due = slope_verdict(**inputs)
    return "" if answer == due else f'{WHY[due]}: "{due}" is due, not "{answer}"'


SLOPE_VERDICT = Exercise(
    name="slope_verdict",
    parts={"verdict": 3},
    reference=slope_verdict,
    cases=verdict_cases,
    accept=accept_verdict,
    features=LAYOUTS | {"x in rows and columns": lambda x, **_: x.ndim > 1},
    hints=(
        "Three answers to one question. Which two have to agree before anything can be decided?",
        "Measure first: nudge one entry at a time, both ways. Then compare right(x) with it, and only then printed(x).",
        'measured[i] = (f(x + h at i) − f(x − h at i)) / 2h;  "open" if right is apart from it, else "refuted" if '
        'printed is, else "holds"',
    ),
    after=(
        ("before you start", '"open": a nudge up moves the maximum, one down does not, so 1/2 is measured for each'),
    ),
    slips={
        "the verdict of two numbers, printed and measured. Is *right* what was measured? If not, "
        'the fault may be ours: "open".': instead(slope_verdict, "distance(right(x), measured) > 1e-6", "False"),
        "printed against right, without a measurement. Two formulas may hold the same slip: measure.": instead(
            slope_verdict,
            "distance(right(x), measured) > 1e-6",
            "False",
            "measured) > 1e-6 else",
            "right(x)) > 1e-6 else",
        ),
        '"open" where both formulas fail, and "holds" where printed alone is right. Look at *right* first: if it is '
        "wrong, the measurement itself is in "
        "doubt.": instead(slope_verdict, "> 1e-6:", "> 1e-6 < distance(printed(x), measured):"),
        "the verdict on *right*, with *printed* for our formula. printed is the one to be judged.": instead(
            slope_verdict, "printed: Slopes, right: Slopes", "right: Slopes, printed: Slopes"
        ),
        '"refuted" where printed is what was measured, and "holds" where it is not. The other way round.': instead(
            slope_verdict, '"refuted"', '"holds"', 'else "holds"', 'else "refuted"'
        ),
        "slopes from a nudge up alone. That is off by some h times the curvature, too much: nudge both ways.": instead(
            slope_verdict, "f(x - nudge)) / 2e-5", "f(x)) / 1e-5"
        ),
        "slopes twice as large as they are. From x − h to x + h it is 2h: divide by that.": instead(
            slope_verdict, "2e-5", "1e-5"
        ),
        "slopes of 0 where x holds whole numbers: there a nudge of 10⁻⁵ is cut off. "
        "Make floats of them first.": instead(slope_verdict, "nudge = np.zeros(x.shape)", "nudge = np.zeros_like(x)"),
        "one slope for all entries, nudged together. Each entry has its own: nudge one at a time.": instead(
            slope_verdict, "nudge[i]", "nudge[:]"
        ),
        "np.allclose in place of `distance`. It stretches (1, 2) to fit (2,), and so a wrong shape passes.": instead(
            slope_verdict,
            "distance(right(x), measured) > 1e-6",
            "not np.allclose(right(x), measured, atol=1e-6)",
            "distance(printed(x), measured) > 1e-6",
            "not np.allclose(printed(x), measured, rtol=1e-6, atol=1e-6)",
        ),
    },
)
