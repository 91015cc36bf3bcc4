"""Which mistake is it? Statements about an answer, each tested on every case before it is said."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from cnnlib.checks.calling import Answer
from cnnlib.checks.cases import Inputs
from cnnlib.checks.compare import equal, numbers_of
from cnnlib.checks.part import Part, Trial

EQUALS, MISTAKE, ELSEWHERE = "your answer equals", "the mistake", "another function"
Trials = Sequence[Trial]


@dataclass(frozen=True)
class Cause:
    """One sentence that names a mistake, and the test of it."""

    text: str
    holds: Callable[[Trials], bool] = lambda trials: True  # is it so in these cases?
    label: str = MISTAKE
    general: bool = True  # does it speak of every case, not only of one or some?
    row: bool = True  # is it shown, too, or told by other rows already?

    @property
    def sentence(self) -> str:
        return f"{self.label} {self.text}" if self.label == EQUALS else self.text


def first_true(causes: Iterator[Cause], trials: Trials) -> Cause | None:
    return next((cause for cause in causes if cause.holds(trials)), None)


# ---------------------------------------------------------------- known mistakes


def slips(part: Part, trials: Trials, *_: Any) -> Iterator[Cause]:
    for says, slip in part.exercise.slips.items():
        yield Cause(says, partial(_gives, part, partial(part.exercise.answer, function=slip)), EQUALS)


def _gives(part: Part, other: Callable[[Inputs], Answer], trials: Trials) -> bool:
    """Does something else give the student's answer in every case, and not the right one in every case?"""
    wrong_somewhere = False
    for trial in trials:
        given = Trial(trial.inputs, trial.expected, other(trial.inputs))
        if bool(given.answer.error) != bool(trial.answer.error):
            return False
        whole = isinstance(trial.expected, tuple) and all(isinstance(one, int) for one in trial.expected)
        (got, missing), (like, lacking) = (
            (one.answer.value, "") if whole else part.got(one.answer.value) for one in (trial, given)
        )  # of several whole numbers one coincides easily: then all must
        fits = not (missing or lacking) and equal(got, like, trial.inputs, part.exercise.tolerance)
        if not fits and not given.answer.error:
            return False
        wrong_somewhere |= part.difference(given) is not None
    return wrong_somewhere


def stopped(part: Part, trial: Trial) -> Cause:
    """An error names itself."""
    kind = trial.answer.error.split(":")[0]
    line = f", in {trial.answer.line}" if trial.answer.line else ""

    def holds(trials: Trials) -> bool:
        return any(one.answer.error.split(":")[0] == kind for one in trials)

    return Cause(f"it stops with {trial.answer.error}{line}", holds, general=False, row=False)


# ---------------------------------------------------------------- what it is to the right answer


def relations(part: Part, trials: Trials, *_: Any) -> Iterator[Cause]:
    """The right answer to another question, or the right one changed."""
    for text, change in _other_questions(part, trials):
        yield Cause(text, partial(_gives, part, partial(_answer_to, part, change)))
    for text, of_expected in CHANGES.items():
        yield Cause(text, partial(_changed, part, of_expected))
    yield from _scaled(part, trials)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the sign is reversed": lambda e: -e,
    "the numbers stand in reverse order, along all axes": lambda e: np.flip(e),
    "rows and columns are exchanged: your answer is the expected one transposed": lambda e: e.T,
    "everything counts twice": lambda e: 2 * e,
    "everything is halved": lambda e: e / 2,
    "the decimals are cut off": np.trunc,
    "the numbers are rounded down": np.floor,
    "the numbers are rounded": np.round,
    "signs are lost: your answer is the size of the expected one": np.abs,
    "negative numbers have become 0": lambda e: np.maximum(e, 0),
    "the numbers are squared": np.square,
}


def _changed(part: Part, change: Callable[[np.ndarray], np.ndarray], trials: Trials) -> bool:
    differs = False
    for trial in trials:
        got, right = part.array(trial.answer), numbers_of(part.expected(trial))
        if got is None or right is None or got.shape != (like := change(right)).shape or not part.close(trial, like):
            return False
        differs |= part.difference(trial) is not None
    return differs


def _scaled(part: Part, trials: Trials) -> Iterator[Cause]:
    """One factor, or one number more, in every case."""
    for trial in trials:
        got, right = part.array(trial.answer), numbers_of(part.expected(trial))
        if got is None or right is None or got.shape != right.shape or not np.isfinite(got).all() or not got.size:
            return
        spot = np.unravel_index(np.abs(right).argmax(), right.shape)
        if right[spot] and not part.close(trial, right):
            ratio = Fraction(float(got[spot] / right[spot])).limit_denominator(1000)
            more = round(float(got[spot] - right[spot]), 9)
            word = "too much" if more > 0 else "too little"
            changes: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
                (f"everything counts {ratio} times", partial(np.multiply, float(ratio))),
                (f"it is {abs(more):g} {word} in every case", partial(np.add, more)),
            )
            for text, change in changes if ratio else ():
                yield Cause(text, partial(_changed, part, change))
            return


def _other_questions(part: Part, trials: Trials) -> Iterator[tuple[str, Callable[[Inputs], Inputs]]]:
    """Sentences, and the inputs for which the reference gives what the student's function gives for the case's."""
    exercise, inputs = part.exercise, trials[0].inputs
    varied = [name for name in exercise.defaults if name in inputs]
    for count in range(1, len(varied) + 1):
        for names in itertools.combinations(varied, count):
            chosen = {name: exercise.defaults[name] for name in names}
            said = " and ".join(f"{name} {value!r}" for name, value in chosen.items())
            text = f"{' and '.join(names)} {'is' if count == 1 else 'are'} ignored: your answer is right for {said}"
            yield text, partial(_with, chosen)
    for a, b in itertools.combinations(inputs, 2):
        if type(inputs[a]) is type(inputs[b]) and np.ndim(inputs[a]) == np.ndim(inputs[b]):
            text = (
                f"{a} and {b} are exchanged: your answer is right for {b} in the place of {a}, and {a} in that of {b}"
            )
            yield text, partial(_exchanged, a, b)


def _with(chosen: Inputs, inputs: Inputs) -> Inputs:
    return inputs | chosen


def _exchanged(a: str, b: str, inputs: Inputs) -> Inputs:
    return inputs | {a: inputs[b], b: inputs[a]}


def _answer_to(part: Part, change: Callable[[Inputs], Inputs], inputs: Inputs) -> Answer:
    return part.exercise.answer(change(inputs))


def refused(part: Part, first: Trial) -> Iterator[Cause]:
    """Where many answers are right, what is wrong with this one."""
    found = part.difference(first)
    if part.exercise.accept and found and not part.exercise.unanswered(first.answer.value):
        where = "in the case shown: " if first.inputs else ""
        yield Cause(where + found.what, general=False, row=False)


def number_astray(label: str, mine: str, due: str) -> Cause:
    """A number on the way to the result is wrong."""
    return Cause(f"in the case shown, {label} is {mine}; {due} is due", general=False, row=False)


def wrong_where(part: Part, trials: Trials) -> Iterator[Cause]:
    """What the cases that fail have in common, and no other case."""
    wrong = [part.difference(trial) is not None for trial in trials] if part.exercise.features else []
    those = f"all {sum(wrong)}" if sum(wrong) > 1 else "the one"
    for name, having in part.exercise.features.items():
        if _having(having, trials) == wrong:
            says = f"of the {len(trials)} cases tried it is wrong in {those} with {name}, and right in all others"
            yield Cause(says, partial(_fails_there, part, having), general=False)


def step_astray(part: Part, trials: Trials) -> Iterator[Cause]:
    """Of steps in a row, which one went astray."""
    if made_from := part.exercise.sources.get(part.name):
        says = f"{part.name} does not follow from your {made_from}: look at this step"
        yield Cause(says, lambda trials: any(map(part.difference, trials)), general=False)


def _fails_there(part: Part, having: Callable[..., bool], trials: Trials) -> bool:
    wrong = [part.difference(trial) is not None for trial in trials]
    return wrong == _having(having, trials) and 0 < sum(wrong) < len(wrong)


def _having(feature: Callable[..., bool], trials: Trials) -> list[bool]:
    return [bool(feature(**trial.inputs)) for trial in trials]
