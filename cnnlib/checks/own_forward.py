"""Is a wrong gradient the slope of the student's own forward function? Then that function is the one to mend."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cnnlib.checks.calling import Answer, Ask
from cnnlib.checks.causes import ELSEWHERE, Cause, Trials
from cnnlib.checks.exercise import Forward, Inputs
from cnnlib.checks.part import Part

Another = Callable[[str], Ask | None]  # the way to another function of the student's, if there is one of this name

STEP = 1e-4
NEAR = 1e-5  # of the largest; what is measured with that step has more digits than this for numbers of a case's size
MOST_CALLS = 60
MOST_CASES = 3


def nobody(name: str) -> None:
    """There is no other function."""


def fits_own_forward(part: Part, trials: Trials, another: Another) -> Iterator[Cause]:
    """Said if it is so in every failing case that can be measured with few calls."""
    forward = part.exercise.forward
    ask = another(forward.name) if forward else None
    if not forward or not ask:
        return
    argument = forward.by[part.number if part.exercise.results > 1 else 0]
    cases = [trial for trial in trials if 2 * np.size(forward.inputs(**trial.inputs)[argument]) <= MOST_CALLS]
    for trial in cases[:MOST_CASES]:
        slope, mine = _slope(forward, argument, trial.inputs, ask), part.array(trial)
        due = np.asarray(part.expected(trial), float)
        if slope is None or mine is None or not _near(mine, slope) or _near(due, slope):
            return
    if cases:
        yield Cause(
            f"your {part.result} is the slope of your own {forward.name}: numerical differences of that function give "
            f"the same numbers. So {forward.name} is not right: mend it first, then this",
            lambda trials: True,
            ELSEWHERE,
            general=False,
        )


def _slope(forward: Forward, argument: str, inputs: Inputs, ask: Ask) -> np.ndarray | None:
    """Of the loss by each entry of the argument, last axes; None where the function does not give numbers."""
    at = forward.inputs(**inputs)
    value = np.asarray(at[argument], float)
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    for spot in np.ndindex(value.shape):
        for step in (STEP, -STEP):
            nudged = value.copy()
            nudged[spot] += step
            calls.append((tuple((at | {argument: nudged if nudged.ndim else float(nudged)}).values()), {}))
    answers = list(ask(calls))
    losses = [loss for answer in answers if (loss := _loss(forward, answer, inputs)) is not None]
    if len(losses) < len(calls) or len({loss.shape for loss in losses}) > 1:
        return None
    measured = np.array(losses)
    return np.moveaxis((measured[::2] - measured[1::2]) / (2 * STEP), 0, -1).reshape(
        (*measured.shape[1:], *value.shape)
    )


def _loss(forward: Forward, answer: Answer, inputs: Inputs) -> np.ndarray | None:
    if answer.error:
        return None
    try:
        return np.asarray(forward.loss(answer.value, **inputs), float)
    except Exception:  # whatever came back, it is no output
        return None


def _near(gradient: np.ndarray, slope: np.ndarray) -> bool:
    """Equal, up to an axis of one example that the forward function has and the gradient does not."""
    if gradient.size != slope.size or not np.isfinite(slope).all():
        return False
    close = NEAR * (1 + np.abs(slope).max(initial=0))
    return [n for n in gradient.shape if n > 1] == [n for n in slope.shape if n > 1] and bool(
        np.allclose(gradient.ravel(), slope.ravel(), rtol=0, atol=close)
    )
