"""From what was read off the student's function to a sentence in the letters of the lecture, tested on every case."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnnlib.checks import show
from cnnlib.checks.calling import Answer, attempt
from cnnlib.checks.cases import copy_of
from cnnlib.checks.causes import Cause, Trials, tolerance
from cnnlib.checks.compare import as_array, close_to
from cnnlib.checks.equation import Equation, Sizes, pretty, pulled, sizes_of
from cnnlib.checks.exercise import Inputs
from cnnlib.checks.fitting import MOST_SPELLINGS, models
from cnnlib.checks.model import Model, total
from cnnlib.checks.part import Part, Trial
from cnnlib.checks.reading import Reading, calls, cost, read
from cnnlib.checks.spelling import common, constants
from cnnlib.checks.sums import entry, split

MOST_CALLS = 200  # that one case may need
ALL_CALLS = 400
MOST_CASES = 4
MOST_MODELS = 8  # of each term, if there are several
WRAPS = {
    "below": "an index below 0 counts from the end",
    "around": "what runs off one end comes back at the other",
}
AT = "(With an array of indices that repeat, += keeps one too; np.add.at adds.)"
OFTEN = {"-1": "with the sign reversed", "2": "twice", "1 / 2": "half"}


@dataclass(frozen=True)
class Question:
    """What is asked about one case: all that reads one term, or what one argument does to the answer."""

    trial: Trial
    calls: list[Inputs]
    equation: Equation | None = None
    changed: str = ""  # the argument that is raised by 1


def questions(part: Part, trials: Trials, failing: Sequence[int]) -> list[Question]:
    """Of each term: the first failing case, then small cases of other sizes, as far as they can be asked in time."""
    first = trials[failing[0]]
    if not part.equations:
        return [Question(first, [raised], changed=name) for name, raised in _raised(first.inputs)]
    linear = list(dict.fromkeys(place.name for e in part.exercise.equations for place in e.factors))
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


def _raised(inputs: Inputs) -> Iterator[tuple[str, Inputs]]:
    """The same inputs with 1 added to one of them, to each number of an array."""
    for name, value in inputs.items():
        if isinstance(value, int | float | np.ndarray) and not isinstance(value, bool):
            yield (
                name,
                inputs | {name: value + np.ones((), np.asarray(value).dtype)[()] if np.ndim(value) else value + 1},
            )


def responses(part: Part, asked: Sequence[Question], answers: Sequence[Sequence[Answer]]) -> Iterator[Cause]:
    """What one argument does to the answer, where that is not what it should do."""
    for question, given in zip(asked, answers, strict=True):
        trial = question.trial
        if not question.changed or len(given) != 1:
            continue
        args, kwargs = part.exercise.call(copy_of(question.calls[0]))
        right = attempt(part.exercise.reference, args, kwargs)
        after, wanted = (part.array(replace(trial, answer=answer)) for answer in (given[0], right))
        before, due = part.array(trial), part.array(replace(trial, answer=Answer(value=trial.expected)))
        if after is None or wanted is None or before is None or due is None or after.shape != before.shape:
            continue
        mine, step = after - before, wanted - due
        if mine.shape == step.shape and not np.allclose(mine, step, equal_nan=True):
            where = question.changed + (" everywhere" if np.ndim(trial.inputs[question.changed]) else "")
            changes = f"your {part.result} changes by {show.value(mine)}, not by {show.value(step)}"
            yield Cause(f"in the case shown, add 1 to {where}: {changes}", lambda trials: True, general=False)


def readings(
    part: Part, asked: Sequence[Question], answers: Sequence[Sequence[Answer]]
) -> dict[Equation, list[Reading]]:
    """Equation -> what was read in each case; {} where the answers are no numbers."""
    found: dict[Equation, list[Reading]] = {}
    for question, given in zip(asked, answers, strict=True):
        if question.equation is None:
            return {}
        inputs = question.trial.inputs
        values = [part.got(answer.value)[0] for answer in given if not answer.error]
        values = [part.unfolded(array, inputs) for value in values if (array := as_array(value)) is not None]
        due = _due(part, question.trial)
        table = read(question.equation, inputs, due, values, sizes(part, inputs, due))
        if table is None:
            return {}
        found.setdefault(question.equation, []).append(table)
    return found


def _due(part: Part, trial: Trial) -> tuple[int, ...]:
    """The shape that the equation says the result has."""
    return part.unfolded(np.asarray(part.expected(trial)), trial.inputs).shape


def sizes(part: Part, inputs: Inputs, due: Sequence[int]) -> Sizes:
    """What the letters of all terms stand for in one case."""
    found: Sizes = {}
    for equation in part.equations:
        found |= sizes_of(equation, inputs, due, {})
    return found


# ---------------------------------------------------------------- what the function does, in every case


def rules(part: Part, trials: Trials, tables: dict[Equation, list[Reading]]) -> Iterator[Cause]:
    """What the function does instead of its equations."""
    rank = len(part.equations[0].target.at) if tables else 0
    if not tables or any(len(reading.shape) != rank for found in tables.values() for reading in found):
        return
    shape = next(shapes(part, trials), None)
    for chosen in _choices(part.equations, tables):
        said = [_said(model, equation) for model, equation in zip(chosen, part.equations, strict=True)]
        said = [text for text in said if text]
        text = "; ".join([*([shape.text] if shape else []), *said])
        if text:

            def holds(trials: Trials, chosen: tuple[Model, ...] = chosen) -> bool:
                return (shape is None or shape.holds(trials)) and all(
                    _predicts(part, trial, chosen) for trial in trials if not trial.answer.error
                )

            yield Cause(text, holds)


def _choices(equations: Sequence[Equation], tables: dict[Equation, list[Reading]]) -> Iterator[tuple[Model, ...]]:
    """One model for each term."""
    if len(equations) == 1:
        return ((model,) for model in itertools.islice(models(equations[0], tables[equations[0]]), 4 * MOST_MODELS))
    return itertools.product(*(itertools.islice(models(e, tables[e]), MOST_MODELS) for e in equations))


def _predicts(part: Part, trial: Trial, chosen: Sequence[Model]) -> bool:
    got, due = part.array(trial), _due(part, trial)
    if got is None or (got := part.unfolded(got, trial.inputs)).ndim != len(part.equations[0].target.at):
        return False
    try:
        like = sum(total(model, trial.inputs, got.shape, due, sizes(part, trial.inputs, due)) for model in chosen)
    except (ZeroDivisionError, IndexError, KeyError, NameError):
        return False
    return bool(close_to(got, np.asarray(like), tolerance(part, trial)).all())


def _said(model: Model, due: Equation) -> str:
    """One term's departure from its equation, "" where there is none."""
    turned = pulled(due)
    form = turned if turned and model.equation.target.at == turned.target.at != due.target.at else due
    mine, name = model.equation, due.target.name
    if model.absent:
        return f"{due.product} is never added to your {name}"
    if mine.target != form.target and mine.factors == form.factors:
        said = [f"you add {mine.product} to {mine.target}; it belongs to {form.target}"]
    elif mine != form:
        said = [f"your {mine.target} adds {mine.product}; {form.product} is due"]
    elif model.wraps:
        said = [f"your {mine.target} adds {mine.product}"]
    else:
        said = []
    own = [letter for letter in mine.letters if letter not in due.letters and letter in "grs"]
    if own:
        said[-1] += f" (yours for every {' and every '.join(own)})"
    said += _bounds(model)
    if model.wraps:
        said.append(WRAPS[model.wraps])
    if model.last_of:
        left = f"only those of the last {' and '.join(model.last_of)} are left"
        said.append(f"of the products that meet in one entry of {name} {left}: is there an = where += is meant? {AT}")
    if model.scale != "1":
        often = OFTEN.get(model.scale, f"{pretty(model.scale)} times")
        said.append(f"{due.product} counts {often}")
    return ", and ".join(said)


def _bounds(model: Model) -> list[str]:
    """Letters that start late or stop early."""
    said = []
    starts, stops = model.starts, model.stops
    last = [letter for letter in starts if letter not in stops and starts[letter].endswith("- 1")]
    first = [letter for letter in stops if letter not in starts and stops[letter] == "1"]
    for letter in model.equation.letters:
        if letter in starts and letter not in last:
            said.append(f"{letter} starts at {pretty(starts[letter])}, not at 0")
        if letter in stops and letter not in first:
            whatever = " in every case" if stops[letter].isdigit() else ""
            said.append(f"{letter} stops before {pretty(stops[letter])}{whatever}: what comes after is left out")
    if first:
        said.append(f"of all {' and '.join(first)} only the first, 0, is used")
    if last:
        which = ", ".join(pretty(starts[letter]) for letter in last)
        said.append(f"of all {' and '.join(last)} only the last, {which}, is used: is there an = where += is meant?")
    return said


# ---------------------------------------------------------------- shapes


def shapes(part: Part, trials: Trials, *_: object) -> Iterator[Cause]:
    """The shape that the student chose beside the one that is due, in letters if letters fit every case."""
    pairs = _pairs(part, trials)
    if not pairs or all(got == due for _, got, due in pairs):
        return
    ranks = {(len(got), len(due)) for _, got, due in pairs}
    if len(ranks) == 1 and part.equations and len(pairs) > 1:
        names, frozen = common([sizes(part, trial.inputs, _due(part, trial)) for trial, _, _ in pairs])
        mine = [_spellings(names, frozen, axis) for axis in zip(*(got for _, got, _ in pairs), strict=True)]
        right = [_spellings(names, frozen, axis)[:1] for axis in zip(*(due for _, _, due in pairs), strict=True)]
        for chosen in itertools.islice(itertools.product(*mine), MOST_SPELLINGS):
            if all(right):
                text = _shape_text(part.result, chosen, [one for (one,) in right])
                yield Cause(text, partial(_has_shape, part, chosen))
    shape, wanted = next((got, due) for _, got, due in pairs if got != due)
    text = f"in the case shown your {part.result} has shape {shape}; {wanted} is due"
    yield Cause(text, lambda trials: any(g != d for _, g, d in _pairs(part, trials)), general=False)


def _shape_text(name: str, mine: Sequence[str], due: Sequence[str]) -> str:
    if len(mine) == len(due) == 1:
        return f"your {name} has {pretty(mine[0])} entries; {pretty(due[0])} are due"
    texts = [f"({', '.join(map(pretty, axes))}{',' if len(axes) == 1 else ''})" for axes in (mine, due)]
    one_number = [text if text != "()" else "one number" for text in texts]
    return f"your {name} has the shape {one_number[0]}; {one_number[1]} is due"


def _pairs(part: Part, trials: Trials) -> list[tuple[Trial, tuple[int, ...], tuple[int, ...]]]:
    found = []
    for trial in trials:
        array = part.array(trial)
        if array is not None and isinstance(part.expected(trial), np.ndarray | np.generic | int | float):
            found.append((trial, array.shape, np.shape(part.expected(trial))))
    return found


def _spellings(
    names: tuple[str, ...], frozen: tuple[tuple[tuple[str, int], ...], ...], axis: Sequence[int]
) -> list[str]:
    found = [text for text, values in constants(names, frozen) if values == tuple(axis)]
    return found[:MOST_SPELLINGS]


def _has_shape(part: Part, chosen: Sequence[str], trials: Trials) -> bool:
    pairs = _pairs(part, trials)
    if all(got == due for _, got, due in pairs):
        return False
    table = dict(constants(*common([sizes(part, trial.inputs, _due(part, trial)) for trial, _, _ in pairs])))
    wanted = [table.get(text) for text in chosen]
    return all(tuple(v[n] if v else None for v in wanted) == got for n, (_, got, _) in enumerate(pairs))


# ---------------------------------------------------------------- facts of the case that is shown


def facts(part: Part, trial: Trial, tables: dict[Equation, list[Reading]]) -> Iterator[Cause]:
    """The first product that goes astray in one case."""
    for equation, reading in here(trial, tables):
        if len(reading.shape) != len(equation.target.at):
            return
        counted = _table(equation, reading.rows, reading.counts)
        wanted = _table(equation, due := reading.expected(Model(equation)), np.ones(len(due)))
        wrong = [key for key in [*wanted, *counted] if counted.get(key, 0) != wanted.get(key, 0)]
        if not wrong:
            continue
        factors, target = wrong[0]
        name = " ".join(entry(p, spot) for p, spot in zip(equation.factors, factors, strict=True))
        goes = [t for (f, t) in counted if f == factors and (f, t) not in wanted]
        spot, often = entry(equation.target, target), counted.get(wrong[0], 0)
        if wrong[0] not in wanted:
            says = f"{name} is added to {spot}, where it does not belong"
        elif often:
            says = f"{name} counts {often:g} times in {spot}; once is due"
        elif goes:
            says = f"{name} is added to {entry(equation.target, goes[0])}; it belongs to {spot}"
        else:
            says = f"{name} is never added to {spot}"
        others = len({key[0] for key in wrong}) - 1
        tail = f", and {others} more {'product goes' if others == 1 else 'products go'} astray" if others else ""
        yield Cause(f"in the case shown {says}{tail}", lambda trials: True, general=False)


def due(part: Part, trial: Trial) -> list[tuple[Equation, Reading]]:
    """What the equations say of one case."""
    shape, found = _due(part, trial), []
    for equation in part.equations:
        empty = Reading(trial.inputs, shape, shape, np.zeros((0, 0)), np.zeros(0), sizes(part, trial.inputs, shape))
        rows = empty.expected(Model(equation))
        found.append((equation, replace(empty, rows=rows, counts=np.ones(len(rows)))))
    return found


def at_zero(part: Part, asked: Sequence[Question], answers: Sequence[Sequence[Answer]]) -> Iterator[Cause]:
    """Zeros in the factors of a sum of products give no number, or not 0."""
    for question, given in zip(asked, answers, strict=True):
        arrays = [part.array(replace(question.trial, answer=answer)) for answer in given]
        if question.equation and any(array is not None and not np.isfinite(array).all() for array in arrays):
            names = " or ".join(place.name for place in question.equation.factors)
            text = f"where {names} is 0 your {part.result} is no number: do you divide? A sum of products never does"
            yield Cause(text, lambda trials: True, general=False)
            return
        if question.equation and arrays and arrays[0] is not None and arrays[0].any():
            start = f"with zeros for all factors your {part.result} is {show.value(arrays[0])}, not 0"
            yield Cause(f"{start}: what does it start from?", lambda trials: True, general=False)
            return


def here(trial: Trial, tables: dict[Equation, list[Reading]]) -> list[tuple[Equation, Reading]]:
    """The readings of one case."""
    return [(e, reading) for e, found in tables.items() for reading in found if reading.inputs is trial.inputs]


def first_apart(
    due: Sequence[tuple[Equation, Reading]],
    here: Sequence[tuple[Equation, Reading]],
    expected: np.ndarray,
    got: np.ndarray | None,
) -> tuple[int, ...] | None:
    """The first entry of both arrays that other products feed."""
    if got is None or got.ndim != expected.ndim or not here:
        return None
    tables: list[dict[Any, set[Any]]] = [{}, {}]
    for table, terms in zip(tables, (due, here), strict=True):
        for equation, reading in terms:
            for (factors, target), count in _table(equation, reading.rows, reading.counts).items():
                table.setdefault(target, set()).add((str(equation), factors, count))
    both = np.ndindex(*np.minimum(expected.shape, got.shape))
    return next((index for index in both if tables[0].get(index) != tables[1].get(index)), None)


def _table(
    equation: Equation, rows: np.ndarray, counts: np.ndarray
) -> dict[tuple[tuple[tuple[int, ...], ...], tuple[int, ...]], float]:
    table = {}
    for row, count in zip(rows, counts, strict=True):
        target, *spots = split(equation, row)
        table[tuple(spots), target] = round(float(count), 9)
    return table
