"""Is a wrong gradient the slope of the student's own forward function? Then that function is the one to mend."""

from collections.abc import Callable, Iterator

import numpy as np

from cnnlib.checks.calling import Answer, Ask
from cnnlib.checks.cases import Inputs
from cnnlib.checks.causes import ELSEWHERE, Cause, Trials
from cnnlib.checks.exercise import Forward
from cnnlib.checks.part import Part

Another = Callable[[str], Ask | None]  # the way to another function of the student's, if there is one of this name

STEP = 1e-4
NEAR = 1e-5  # of the largest; what is measured with that step has more digits than this for numbers of a case's size
KINK = 1e-2  # of the largest: slopes to both sides that differ by more do not meet, and there is no slope
MOST_CALLS = 61
MOST_CASES = 3


def nobody(name: str) -> None:
    """There is no other function."""


def fits_own_forward(part: Part, trials: Trials, another: Another) -> Iterator[Cause]:
    """Said if it is so in every failing case that has a slope and can be measured with few calls."""
    forward = part.exercise.forward
    ask = another(forward.name) if forward else None
    if not forward or not ask:
        return
    argument = forward.by[part.number if part.exercise.results > 1 else 0]
    measured = 0
    for trial in trials:
        if measured == MOST_CASES or 1 + 2 * np.size(forward.inputs(**trial.inputs)[argument]) > MOST_CALLS:
            continue
        sides, mine = _slopes(forward, argument, trial.inputs, ask), part.array(trial.answer)
        if sides is None or mine is None:
            return
        slope = sides.mean(axis=0)
        if np.ptp(sides, axis=0).max(initial=0) > KINK * (1 + np.abs(slope).max(initial=0)):
            continue
        if not _near(mine, slope) or _near(np.asarray(part.expected(trial), float), slope):
            return
        measured += 1
    if measured:
        yield Cause(
            f"your {part.result} is the slope of your own {forward.name}: numerical differences of that function give "
            f"the same numbers. So {forward.name} is not right: mend it first, then this",
            label=ELSEWHERE,
            general=False,
        )


def _slopes(forward: Forward, argument: str, inputs: Inputs, ask: Ask) -> np.ndarray | None:
    """Of the loss by each entry of the argument (last axes), to either side (first axis); None if there are none."""
    at = forward.inputs(**inputs)
    value = np.asarray(at[argument], float)
    places = [value]
    for spot in np.ndindex(value.shape):
        for step in (STEP, -STEP):
            nudged = value.copy()
            nudged[spot] += step
            places.append(nudged)
    answers = ask([(tuple((at | {argument: x if x.ndim else float(x)}).values()), {}) for x in places])
    losses = [loss for answer in answers if (loss := _loss(forward, answer, inputs)) is not None]
    if len(losses) < len(places) or len({loss.shape for loss in losses}) > 1:
        return None
    here, up, down = losses[0], np.array(losses[1::2]), np.array(losses[2::2])
    sides = np.array([up - here, here - down]) / STEP
    return np.moveaxis(sides, 1, -1).reshape((2, *here.shape, *value.shape))


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
