"""Lecture 03, downhill: what is asked, and the mistakes that are known.

(3.14)  v <- momentum v + grad(x),  x <- x - rate v
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng, given, numbers
from cnnlib.checks.edits import instead


def descend(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
    path, v = [np.array(x, dtype=float)], np.zeros(np.shape(x))
    for _ in range(steps):
        v = momentum * v + grad(path[-1])
        path.append(path[-1] - rate * v)
    return np.array(path)


def round_bowl(x: Array) -> Array:
    return 2 * x


def long_bowl(x: Array) -> Array:
    return np.array([2.0, 8.0]) * x


def ripples(x: Array) -> Array:
    return x + np.sin(3 * x)


def descend_cases(rng: Rng) -> list[Inputs]:
    a_round, a_long, rippled = given(round_bowl), given(long_bowl), given(ripples)
    start = rng.normal(size=3) + 2

    def case(grad: Any, x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Inputs:
        return {"grad": grad, "x": x, "rate": rate, "momentum": momentum, "steps": steps}

    return [
        case(a_round, numbers(1), 0.25),
        case(a_long, numbers(1, 1), 0.125),
        case(a_long, numbers(1, 1), 0.125, steps=3),
        case(a_long, np.array([4, 1]), 0.1, steps=2),
        case(rippled, start, 0.2, steps=5),
        case(a_round, numbers(1), 0.25, momentum=0.5, steps=2),
        case(a_round, numbers(1), 0.25, momentum=0.5, steps=3),
        case(rippled, start, 0.1, momentum=0.9, steps=6),
    ]


DESCEND = Exercise(
    name="descend",
    parts={"plain": 1, "momentum": 2},
    groups={
        "plain": lambda momentum, **rest: momentum == 0,
        "momentum": lambda momentum, **rest: momentum != 0,
    },
    reference=descend,
    cases=descend_cases,
    features={"an x of whole numbers": lambda x, **rest: x.dtype.kind == "i"},
    hints=(
        "One step: ask grad where you stand, and walk against it. Then ask again: you stand elsewhere.",
        "Keep a velocity v, which starts at 0. Each step keeps `momentum` of it and adds the new slope; x moves by "
        "rate times v.",
        "(3.14)  v <- momentum v + grad(x),  x <- x - rate v;  collect x after every step, the start first",
    ),
    after=(("before you start", "1 - 0.25 · 2 = 0.5, then 0.25: half of what is left, every time"),),
    slips={
        "the way up. The slope points uphill, so the step goes against it.": instead(
            descend, "- rate * v", "+ rate * v"
        ),
        "all places but the first. The path begins where you stand: steps + 1 rows.": instead(
            descend, "np.array(path)", "np.array(path[1:])"
        ),
        "the last place alone. The whole path is asked for, a row for each place.": instead(
            descend, "np.array(path)", "np.array(path[-1])"
        ),
        "the last place in every row: x -= ... changes the one array that every entry of your list is. Make a new one, "
        "x = x - ..., or append a copy.": instead(descend, "np.array(path)", "np.array(path[-1:] * len(path))"),
        "steps along the first slope. Ask grad again where you stand now.": instead(
            descend, "grad(path[-1])", "grad(path[0])"
        ),
        "steps without momentum. Keep v from step to step, and momentum times it.": instead(
            descend, "momentum * v + grad", "grad"
        ),
        "steps whose velocity is never stored: v is 0 again in every step, or momentum times the slope.": instead(
            descend, "momentum * v + grad", "(1 + momentum) * grad"
        ),
        "a mean of old and new, momentum v + (1 - momentum) slope. (3.14) adds the whole new slope.": instead(
            descend, "+ grad", "+ (1 - momentum) * grad"
        ),
        "Nesterov's momentum: the slope is asked where the velocity would lead. (3.14) asks where you stand.": instead(
            descend, "grad(path[-1])", "grad(path[-1] - rate * momentum * v)"
        ),
        "one place too many: steps + 1 places, the start among them.": instead(
            descend, "range(steps)", "range(steps + 1)"
        ),
        "steps of one size: the sign of the slope. Its size counts, too.": instead(
            descend, "rate * v", "rate * np.sign(v)"
        ),
        "steps as long as v. The rate shortens them: x - rate v.": instead(descend, "rate * v", "v"),
        "steps with the rate taken twice: once in v, once in x. It belongs to one of them.": instead(
            descend, "+ grad", "+ rate * grad"
        ),
        "steps whose velocity begins with the first slope, which then counts twice. v starts at 0.": instead(
            descend, "np.zeros(np.shape(x))", "grad(x)"
        ),
        "steps along slope - momentum v. What is kept of the old velocity is added.": instead(
            descend, "momentum * v + grad", "-momentum * v + grad"
        ),
        "steps along the velocity before it was brought up to date: "
        "the first step stands still. Update v first.": instead(
            descend, "v = momentum", "before, v = v, momentum", "rate * v", "rate * before"
        ),
    },
)
