"""What is told of a function apart from its numbers: what makes every part wrong, and what is only remarked."""

from typing import Any

import numpy as np

from cnnlib.checks import show
from cnnlib.checks.calling import Answer
from cnnlib.checks.cases import Inputs
from cnnlib.checks.evidence import case
from cnnlib.checks.exercise import Exercise
from cnnlib.checks.part import Trial, parts

SLOW_SECONDS, SLOW_RATIO = 2.0, 50


def misconduct(exercise: Exercise, cases: list[Inputs], answers: list[Answer]) -> tuple[Any, ...] | None:
    """What makes every part wrong, whatever the numbers are."""
    for inputs, answer in zip(cases, answers, strict=False):
        if answer.uses:
            said = f"calls the course's own {answer.uses}: use NumPy and your own functions"
            return said, ("in the case", case(inputs))
        if answer.changed:
            key = answer.changed[0]
            name = key if isinstance(key, str) else list(inputs)[key]
            return f"changes its argument {name} in place: work on a copy", ("in the case", case(inputs))
    twice = called_again(exercise, cases)
    inputs, first, last = cases[twice], answers[twice], answers[-1]
    if first.error or last.error:
        return None
    if exercise.accept:
        if exercise.refusal(first.value, inputs):
            return None
        if not exercise.refusal(last.value, inputs):  # of many right answers it may give another one each time
            said = exercise.repeats(first.value, last.value, **inputs) if exercise.repeats else ""
            return (said, ("the same call", case(inputs))) if said else None
    for part in parts(exercise)[: exercise.results]:
        before, after = part.got(first.value)[0], part.got(last.value)[0]
        if before is not None and after is not None and (exercise.accept or not _repeats(before, after)):
            seen = f"first {show.value(before)}, later {show.value(after)}"
            what = "gives another answer when called again: does it keep something between calls"
            said = f"{part.result} {what}, or add to an np.empty array?"
            return said, ("the same call", case(inputs)), (part.result, seen)
    return None


def called_again(exercise: Exercise, cases: list[Inputs]) -> int:
    """The number of the case that is called twice: the first, or the last, where no two orders are equal by chance."""
    return len(cases) - 1 if exercise.repeats else 0


def _repeats(before: Any, after: Any) -> bool:
    try:
        if np.shape(before) != np.shape(after):  # broadcasting two large arrays would take all memory
            return False
        return bool(np.allclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True))
    except Exception:  # no numbers: the comparison with the expected answer says so
        return True


def remarks(exercise: Exercise, trials: list[Trial]) -> tuple[tuple[str, str], ...]:
    """What a right answer may be told as well: a warning, a list for an array, slowness. Labels and texts."""
    told = []
    if warned := next((trial.answer.warned for trial in trials if trial.answer.warned), ""):
        told.append(("note", f"NumPy warned: {warned}"))
    for part in parts(exercise)[: exercise.results]:
        got, _ = part.got(trials[0].answer.value)
        if isinstance(got, list | tuple) and not exercise.accept and part.array(trials[0].answer) is not None:
            told.append(("note", f"{part.result} is a {type(got).__name__}; np.array(...) makes an array of it"))
    seconds = sum(trial.answer.seconds for trial in trials)
    if seconds > SLOW_SECONDS:
        own = sum(exercise.answer(trial.inputs).seconds for trial in trials)
        if seconds > SLOW_RATIO * own:
            spare = "is there a loop inside a loop to spare?"
            told.append(("note", f"it took {seconds:.1f} s, the course's own {own:.2f} s: {spare}"))
    return tuple(told)
