"""What a second look asks of the student's function, once its answer is known to be wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnlib.checks import show
from cnnlib.checks.calling import Answer
from cnnlib.checks.cases import Inputs, copy_of
from cnnlib.checks.causes import Cause, Trials
from cnnlib.checks.equation import Equation
from cnnlib.checks.exercise import Property
from cnnlib.checks.part import Part, Trial
from cnnlib.checks.reading import Reading, asked_of, calls, cost, tabulated

MOST_CALLS = 120  # that one case may need
ALL_CALLS = 160
MOST_CASES = 4
MOST_NUMBERS = 20_000  # in the answers about one term; whoever returns more would keep all others waiting
SIZES = (1, 3, 10, 30, 100, 300, 1000)  # by which an argument is made larger


@dataclass(frozen=True)
class Question:
    """What is asked about one case: all that reads one term, or what one argument does to the answer."""

    trial: Trial
    calls: list[Inputs]
    equation: Equation | None = None
    changed: str = ""  # the argument that is raised by 1
    claim: Property | None = None  # what should be true of the answer to the changed inputs
    grown: str = ""  # the argument that is made larger and larger
    answers: Sequence[Answer] = ()  # one a call, once they came


def questions(part: Part, trials: Trials, failing: Sequence[int]) -> list[Question]:
    """Of each term: the first failing case, then small cases of other sizes, as far as they can be asked in time."""
    first = trials[failing[0]]
    if part.exercise.onward:
        return []  # the answer to other inputs has other steps behind it
    if not part.equations:
        return [*_claims(part, first), *_grown(part, trials[0]), *_responses(part, first)]
    linear = asked_of(part.exercise.equations, first.inputs)
    asked: list[Question] = []
    seen: set[str] = set()
    left = ALL_CALLS
    for trial in (first, *trials):
        inputs = trial.inputs
        costs = [cost(equation, inputs) for equation in part.equations]
        sizes = str([np.shape(v) if name in linear or np.ndim(v) else v for name, v in inputs.items()])
        affordable = max(costs) <= MOST_CALLS and sum(costs) <= left and len(seen) < MOST_CASES
        if affordable and sizes not in seen and not trial.answer.error:
            seen.add(sizes)
            left -= sum(costs)
            asked += [Question(trial, calls(equation, inputs, linear), equation) for equation in part.equations]
    return asked


def _claims(part: Part, trial: Trial) -> Iterator[Question]:
    for claim in part.exercise.properties:
        if claim.changed:
            yield Question(trial, [claim.changed(**copy_of(trial.inputs))], claim=claim)


def _grown(part: Part, trial: Trial) -> Iterator[Question]:
    if name := part.exercise.grows:
        yield Question(trial, [trial.inputs | {name: size * trial.inputs[name]} for size in SIZES], grown=name)


def _responses(part: Part, trial: Trial) -> Iterator[Question]:
    """The same inputs with 1 added to one of them, to each number of an array, but never to a code."""
    for name, value in trial.inputs.items():
        if (
            isinstance(value, int | float | np.ndarray)
            and not isinstance(value, bool)
            and name not in part.exercise.codes
        ):
            raised = value + np.ones((), np.asarray(value).dtype)[()] if np.ndim(value) else value + 1
            yield Question(trial, [trial.inputs | {name: raised}], changed=name)


def responses(part: Part, asked: Sequence[Question]) -> Iterator[Cause]:
    """What one argument does to the answer, where that is not what it should do."""
    for question in asked:
        if not question.changed:
            continue
        trial, right = question.trial, part.exercise.answer(question.calls[0])
        before, due = part.array(trial.answer), part.array(Answer(value=trial.expected))
        after, wanted = part.array(question.answers[0]), part.array(right)
        if after is None or wanted is None or before is None or due is None:
            continue
        if len({array.shape for array in (after, wanted, before, due)}) > 1:  # the argument is a size
            continue
        with np.errstate(invalid="ignore"):  # an answer may be infinite both times
            mine, step = after - before, wanted - due
        wrong = np.isfinite(mine) & np.isfinite(step) & ~np.isclose(mine, step)
        if wrong.any():
            where = question.changed + (" everywhere" if np.ndim(trial.inputs[question.changed]) else "")
            spot = tuple(int(n) for n in np.argwhere(wrong)[0])
            result = f"your {part.result}" + (f" at {list(spot)}" if spot else "")
            text = f"in the case shown, add 1 to {where}: {result} {_told(float(mine[spot]), float(step[spot]))}"
            yield Cause(text, general=False)


def _told(mine: float, step: float) -> str:
    """How one number changes, beside how it should."""
    if np.isclose(mine, 0):
        return f"stays as it is, and should change by {show.number(step)}"
    if np.isclose(step, 0):
        return f"changes by {show.number(mine)}, and should stay as it is"
    how = "the wrong way" if mine * step < 0 else "too much" if abs(mine) > abs(step) else "too little"
    return f"changes {how}, by {show.number(mine)}, not by {show.number(step)}"


def readings(part: Part, asked: Sequence[Question]) -> list[Reading]:
    """What was read of each term in each case; nothing where the answers are no numbers."""
    found = []
    for question in asked:
        if question.equation is None:
            return []
        inputs = question.trial.inputs
        arrays = [array for array in map(part.array, question.answers) if array is not None]
        if sum(array.size for array in arrays) > MOST_NUMBERS:
            return []
        values = [part.unfolded(array, inputs) for array in arrays]
        table = tabulated(question.equation, inputs, part.scene(question.trial), values)
        if table is None:
            return []
        found.append(table)
    return found


def at_zero(part: Part, asked: Sequence[Question]) -> Iterator[Cause]:
    """Zeros in the factors of a sum of products give no number, or not 0."""
    for question in asked:
        arrays = list(map(part.array, question.answers))
        if question.equation and any(array is not None and not np.isfinite(array).all() for array in arrays):
            names = " or ".join(place.name for place in question.equation.factors)
            text = f"where {names} is 0 your {part.result} is no number: do you divide? A sum of products never does"
            yield Cause(text, general=False)
            return
        if question.equation and arrays and arrays[0] is not None and arrays[0].any():
            start = f"with zeros for all factors your {part.result} is {show.value(arrays[0])}, not 0"
            yield Cause(f"{start}: what does it start from?", general=False)
            return
