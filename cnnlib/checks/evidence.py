"""The rows of a verdict: got beside expected, what feeds an entry, and the numbers on the way to it."""

from collections.abc import Iterable, Sequence

import numpy as np

from cnnlib.checks import causes, diagnosis, show
from cnnlib.checks.calling import Answer
from cnnlib.checks.cases import Inputs
from cnnlib.checks.causes import EQUALS, Cause
from cnnlib.checks.compare import Difference
from cnnlib.checks.exercise import Exercise, Shown
from cnnlib.checks.part import Part, Trial
from cnnlib.checks.reading import Reading
from cnnlib.checks.sums import written_out
from cnnlib.checks.verdict import CASE, Finding, mark, unmarked

Rows = list[tuple[str, str]]


def finding(part: Part, first: Trial, cause: Cause | None, tables: Sequence[Reading], on_the_way: Rows) -> Finding:
    """No points, the reason and the evidence of the first failing case."""
    found = part.difference(first)
    assert found is not None
    if first.answer.error and not (cause and cause.label == EQUALS):
        cause = causes.stopped(part, first)
    rows: Rows = [(CASE, case(first.inputs))] if first.inputs else []
    rows += [*_evidence(part, first, found, tables), *on_the_way]
    if cause and cause.row:
        rows.append((cause.label, cause.text))
    reason = found.what
    if first.answer.error:
        reason = first.answer.error + (f" ({first.answer.line})" if first.answer.line else "")
    elif cause and cause.row:
        reason = f"{found.what}: {cause.sentence}"
    said = " ".join(cause.sentence.split()) if cause else ""
    return Finding(part.name, 0, part.points, " ".join(reason.split()), tuple(rows), said)


def _evidence(part: Part, trial: Trial, found: Difference, tables: Sequence[Reading]) -> Iterable[tuple[str, str]]:
    """Got beside expected, and what feeds the first entry that differs."""
    answer = trial.answer
    name = f"{part.result}, {part.name}" if part.exercise.groups else part.result
    if answer.error:
        yield "it stopped with", answer.error
        if answer.line:
            yield "your code", answer.line
    elif part.exercise.accept:
        if trial.inputs:
            yield name, f"got {show.value(answer.value)}"
        yield "that is wrong since" if trial.inputs else name, found.what
    elif found.index is None:
        yield name, found.what
    else:
        got, expected = np.asarray(part.got(answer.value)[0]), np.asarray(part.expected(trial))
        where = f"\nfirst difference at {list(found.index)}" if found.index else ""
        mine, right = (show.value(values, found.index, mark) for values in (got, expected))
        yield name, f"got      {mine}\nexpected {right}{where}"
        if unmarked(mine) == unmarked(right):
            apart = abs(float(got[found.index]) - float(expected[found.index]))
            yield "", f"they are {apart:.1e} apart, more than float64 rounds: is something rounded, or in float32?"
        if found.kind in ("nan", "dtype"):
            yield "", f"it {found.what}"
    if found.kind in ("values", "shape", "dtype"):
        yield from _feeds(part, trial, found, tables)
    if answer.printed:
        yield "it printed", answer.printed.strip()[:200]


def _feeds(part: Part, trial: Trial, found: Difference, tables: Sequence[Reading]) -> Iterable[tuple[str, str]]:
    """The same entry twice: what feeds it, and what feeds it in the student's answer."""
    if not part.equations:
        return
    got, expected = part.array(trial.answer), part.unfolded(np.asarray(part.expected(trial), float), trial.inputs)
    due, here = diagnosis.due(part, trial), diagnosis.here(trial, tables)
    got = None if got is None else part.unfolded(got, trial.inputs)
    if found.index is None:
        index = diagnosis.first_apart(due, here, expected, got)
    else:
        spots = np.arange(expected.size).reshape(np.shape(part.expected(trial)))
        index = tuple(int(n) for n in np.unravel_index(spots[found.index], expected.shape))
    if index is not None:
        yield "what feeds it", written_out(due, index, expected[index])
        if here and got is not None:
            yield "in your answer", written_out(here, index, got[index])


def on_the_way(exercise: Exercise, shown: Sequence[Shown], answers: Sequence[Answer]) -> tuple[Rows, Cause | None]:
    """The numbers on the way to the result, the student's beside the expected ones; and the first that is wrong."""
    rows, astray = [], None
    for one, answer in zip(shown, answers, strict=True):
        if answer.error:
            continue
        try:
            mine = show.value(one.read(answer.value))
        except Exception:  # whatever came back, it cannot be read
            continue
        right = show.value(one.read(exercise.expected(one.inputs)))
        rows.append((one.label, f"yours    {mine}\nexpected {right}" if mine != right else f"{right}, as expected"))
        if mine != right:
            astray = astray or causes.number_astray(one.label, mine, right)
    return rows, astray


def case(inputs: Inputs) -> str:
    # A function is shown where its name tells more than the argument's: activation = square.
    shown = {name: value for name, value in inputs.items() if getattr(value, "__name__", "") != name}
    return "\n".join(f"{name} = {show.value(value)}{show.layout_of(value)}" for name, value in shown.items())
