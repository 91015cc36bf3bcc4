"""From what was read off the student's function to a sentence in the letters of the lecture, tested on every case."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from cnnlib.checks import shapes
from cnnlib.checks.causes import Cause, Trials
from cnnlib.checks.equation import Equation, pretty, pulled
from cnnlib.checks.fitting import models
from cnnlib.checks.model import Model, total
from cnnlib.checks.part import Part, Trial
from cnnlib.checks.reading import Reading
from cnnlib.checks.sums import entry, named

MOST_MODELS = 8  # of each term, if there are several
WRAPS = {"below": "an index below 0 counts from the end", "around": "what runs off one end comes back at the other"}
AT = "(If an array of indices holds one of them twice, += keeps only the last, too; np.add.at adds both.)"
OFTEN = {"-1": "counts with the sign reversed", "2": "counts twice", "1 / 2": "counts half"}


# ---------------------------------------------------------------- what the function does, in every case


def readings_explained(part: Part, tables: Sequence[Reading]) -> Iterator[tuple[Model, ...]]:
    """One model for each term; together they agree with all that was read."""
    if not tables or any(len(reading.shape) != len(reading.equation.target.at) for reading in tables):
        return iter(())
    of_each = [models(e, [reading for reading in tables if reading.equation == e]) for e in part.equations]
    if len(of_each) == 1:
        return ((model,) for model in itertools.islice(of_each[0], 4 * MOST_MODELS))
    return itertools.product(*(itertools.islice(found, MOST_MODELS) for found in of_each))


def rules(part: Part, trials: Trials, explained: Iterable[tuple[Model, ...]]) -> Iterator[Cause]:
    """What the function does instead of its equations."""
    shape = next(shapes.other_shape(part, trials), None)
    for chosen in explained:
        said = [_said(model, equation) for model, equation in zip(chosen, part.equations, strict=True)]
        if text := "; ".join([*([shape.text] if shape else []), *filter(None, said)]):
            yield Cause(text, partial(_does, part, chosen, shape))


def _does(part: Part, chosen: Sequence[Model], shape: Cause | None, trials: Trials) -> bool:
    """Is this what the function does?"""
    answered = [trial for trial in trials if not trial.answer.error]
    return (shape is None or shape.holds(trials)) and all(
        _predicts(part, trial, chosen)
        for trial in reversed(answered)  # the last are the largest, and tell at once
    )


def _predicts(part: Part, trial: Trial, chosen: Sequence[Model]) -> bool:
    if (key := f"{part.number} {chosen}") not in trial.predicted:
        trial.predicted[key] = _gives(part, trial, chosen)
    return trial.predicted[key]


def _gives(part: Part, trial: Trial, chosen: Sequence[Model]) -> bool:
    got = part.array(trial.answer)
    if got is None or (got := part.unfolded(got, trial.inputs)).ndim != len(part.equations[0].target.at):
        return False
    try:
        like = sum(total(model, part.scene(trial), got.shape) for model in chosen)
    except (ZeroDivisionError, IndexError, KeyError, NameError):
        return False
    return part.close(trial, np.asarray(like))


def _said(model: Model, due: Equation) -> str:
    """One term's departure from its equation, "" where there is none."""
    turned = pulled(due)
    wraps = f", where {WRAPS[model.wraps]}" if model.wraps else ""
    form = turned if turned and model.equation.target.at == turned.target.at != due.target.at else due
    mine, name = model.equation, due.target.name
    if model.absent:
        return f"{due.product} is never added to your {name}"
    if mine.target != form.target and mine.factors == form.factors:
        said = [f"you add {mine.product} to {mine.target}{wraps}; it belongs to {form.target}"]
    elif mine != form:
        said = [f"your {mine.target} adds {mine.product}{wraps}; {form.product} is due"]
    elif wraps:
        said = [f"your {mine.target} adds {mine.product}{wraps}"]
    else:
        said = []
    own = [letter for letter in mine.letters if letter not in due.letters and letter in "grs"]
    if own:
        said[-1] += f" (yours for every {' and every '.join(own)})"
    said += _bounds(model)
    if model.last_of:
        left = f"only those of the last {' and '.join(model.last_of)} are left"
        said.append(f"of the products that meet in one entry of {name} {left}: is there an = where += is meant? {AT}")
    if model.scale != "1":
        said.append(f"{due.product} {_often(model.scale)}")
    return ", and ".join(said)


def _often(scale: str) -> str:
    if scale.startswith("1 / ") and scale not in OFTEN:
        return f"is divided by {scale.removeprefix('1 / ').strip('()')}"
    return OFTEN.get(scale, f"counts {pretty(scale)} times")


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
            said.append(f"{letter} stops before {pretty(stops[letter])}{whatever}: the rest is left out")
    if first:
        said.append(f"of all {' and '.join(first)} only the first, 0, {'is' if len(first) == 1 else 'are'} used")
    if last:
        which, verb = " and ".join(pretty(starts[letter]) for letter in last), "is" if len(last) == 1 else "are"
        said.append(
            f"of all {' and '.join(last)} only the last, {which}, {verb} used: is there an = where += is meant?"
        )
    return said


# ---------------------------------------------------------------- facts of the case that is shown


def facts(trial: Trial, tables: Sequence[Reading]) -> Iterator[Cause]:
    """The first product that goes astray in one case."""
    for reading in here(trial, tables):
        equation = reading.equation
        if len(reading.shape) != len(equation.target.at):
            return
        counted, wanted = reading.products(), reading.due().products()
        wrong = [key for key in [*wanted, *counted] if counted.get(key, 0) != wanted.get(key, 0)]
        if not wrong:
            continue
        factors, target = wrong[0]
        name = named(equation, factors)
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
        if not counted:
            says = f"no {equation.product} is added to your {equation.target.name}"
        others = len({key[0] for key in wrong}) - 1 if counted else 0
        noun = ("entry goes", "entries go") if len(factors) == 1 else ("product goes", "products go")
        tail = f", and {others} more {noun[others > 1]} astray" if others else ""
        yield Cause(f"in the case shown {says}{tail}", general=False)


def due(part: Part, trial: Trial) -> list[Reading]:
    """What the equations say of one case."""
    scene = part.scene(trial)
    return [Reading(e, scene, scene.due, np.zeros((0, 0)), np.zeros(0)).due() for e in part.equations]


def here(trial: Trial, tables: Sequence[Reading]) -> list[Reading]:
    """The readings of one case."""
    return [reading for reading in tables if reading.scene.values is trial.values]


def first_apart(
    due: Sequence[Reading], here: Sequence[Reading], expected: np.ndarray, got: np.ndarray | None
) -> tuple[int, ...] | None:
    """The first entry of both arrays that other products feed."""
    if got is None or got.ndim != expected.ndim or not here:
        return None
    tables: list[dict[Any, set[Any]]] = [{}, {}]
    for table, terms in zip(tables, (due, here), strict=True):
        for reading in terms:
            for (factors, target), count in reading.products().items():
                table.setdefault(target, set()).add((reading.equation, factors, count))
    both = np.ndindex(*np.minimum(expected.shape, got.shape))
    return next((index for index in both if tables[0].get(index) != tables[1].get(index)), None)
