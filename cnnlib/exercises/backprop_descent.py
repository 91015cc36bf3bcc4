"""Lecture 03, downhill: what is asked, and the mistakes that are known.

(3.14)  v <- momentum v + grad(x),  x <- x - rate v
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import given, numbers

Rng = np.random.Generator


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


def descend_with(
    move: Callable[..., tuple[Any, Any]], whole: bool = True, anew: bool = True, ahead: bool = False
) -> Callable[..., Array]:
    """descend with another rule (x, v, g, rate, momentum) -> (x, v), without its start, or with one slope."""

    def slipped(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
        path, v = [np.array(x, dtype=float)], np.zeros(np.shape(x))
        for _ in range(steps):
            at = path[-1] - ahead * rate * momentum * v if anew else path[0]
            now, v = move(path[-1], v, grad(at), rate, momentum)
            path.append(now)
        return np.array(path if whole else path[1:])

    return slipped


def downhill(x: Array, v: Array, g: Array, rate: float, momentum: float) -> tuple[Array, Array]:
    v = momentum * v + g
    return x - rate * v, v


def same_array(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
    last = descend(grad, x, rate, momentum, steps)[-1]
    return np.array([last] * (steps + 1))


def last_only(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
    return np.array(descend(grad, x, rate, momentum, steps)[-1])


def from_the_first_slope(
    grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1
) -> Array:
    path, v = [np.array(x, dtype=float)], grad(x)
    for _ in range(steps):
        v = momentum * v + grad(path[-1])
        path.append(path[-1] - rate * v)
    return np.array(path)


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
        "the way up. The slope points uphill, so the step goes against it.": descend_with(
            lambda x, v, g, rate, momentum: (x + rate * (momentum * v + g), momentum * v + g)
        ),
        "all places but the first. The path begins where you stand: steps + 1 rows.": descend_with(
            downhill, whole=False
        ),
        "the last place alone. The whole path is asked for, a row for each place.": last_only,
        "the last place in every row: x -= ... changes the one array that every entry of your list is. "
        "Make a new one, x = x - ..., or append a copy.": same_array,
        "steps along the first slope. Ask grad again where you stand now.": descend_with(downhill, anew=False),
        "steps without momentum. Keep v from step to step, and momentum times it.": descend_with(
            lambda x, v, g, rate, momentum: (x - rate * g, v)
        ),
        "steps whose velocity is never stored: v is 0 again in every step, or momentum times the slope.": descend_with(
            lambda x, v, g, rate, momentum: (x - rate * (1 + momentum) * g, v)
        ),
        "a mean of old and new, momentum v + (1 - momentum) slope. (3.14) adds the whole new slope.": descend_with(
            lambda x, v, g, rate, momentum: (
                x - rate * (momentum * v + (1 - momentum) * g),
                momentum * v + (1 - momentum) * g,
            )
        ),
        "Nesterov's momentum: the slope is asked where the velocity would lead. "
        "(3.14) asks where you stand.": descend_with(downhill, ahead=True),
        "one place too many: steps + 1 places, the start among them.": lambda grad, x, rate, momentum=0.0, steps=1: (
            descend(grad, x, rate, momentum, steps + 1)
        ),
        "steps of one size: the sign of the slope. Its size counts, too.": descend_with(
            lambda x, v, g, rate, momentum: (x - rate * np.sign(momentum * v + g), momentum * v + g)
        ),
        "steps as long as v. The rate shortens them: x - rate v.": descend_with(
            lambda x, v, g, rate, momentum: (x - (momentum * v + g), momentum * v + g)
        ),
        "steps with the rate taken twice: once in v, once in x. It belongs to one of them.": descend_with(
            lambda x, v, g, rate, momentum: (x - rate * (momentum * v + rate * g), momentum * v + rate * g)
        ),
        "steps whose velocity begins with the first slope, "
        "which then counts twice. v starts at 0.": from_the_first_slope,
        "steps along slope - momentum v. What is kept of the old velocity is added.": descend_with(
            lambda x, v, g, rate, momentum: (x - rate * (g - momentum * v), g - momentum * v)
        ),
        "steps along the velocity before it was brought up to date: the first step stands "
        "still. Update v first.": descend_with(lambda x, v, g, rate, momentum: (x - rate * v, momentum * v + g)),
    },
)
