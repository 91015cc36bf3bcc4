"""The shape that a student chose beside the one that is due, in the letters of the lecture."""

import itertools
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from cnnlib.checks.causes import Cause, Trials
from cnnlib.checks.equation import pretty
from cnnlib.checks.part import Part, Trial
from cnnlib.checks.spelling import MOST_SPELLINGS, common, constants, spelled


def other_shape(part: Part, trials: Trials, *_: object) -> Iterator[Cause]:
    """The shape that the student chose beside the one that is due, in letters if letters fit every case."""
    pairs = _pairs(part, trials)
    failing = [trials[n] for n in part.failing(trials)] if any(got != due for _, got, due in pairs) else []
    wrong = part.difference(failing[0]) if failing else None
    if wrong is None or wrong.kind == "type":  # no pair of results, or no numbers: the shape is not the matter
        return
    ranks = {(len(got), len(due)) for _, got, due in pairs}
    if len(ranks) == 1 and part.equations and len(pairs) > 1:
        sizes = [part.scene(trial).more for trial, _, _ in pairs]
        mine = [spelled(sizes, axis)[:MOST_SPELLINGS] for axis in zip(*(got for _, got, _ in pairs), strict=True)]
        right = [spelled(sizes, axis) for axis in zip(*(due for _, _, due in pairs), strict=True)]
        for chosen in itertools.islice(itertools.product(*mine), MOST_SPELLINGS if all(right) else 0):
            text = _shape_text(part.result, chosen, [texts[0] for texts in right])
            yield Cause(text, partial(_has_shape, part, chosen))
    trial, shape, wanted = next(pair for pair in pairs if pair[1] != pair[2])
    where = "the case shown" if trial is failing[0] else "a later case"
    text = f"in {where} your {part.result} has shape {shape}; {wanted} is due"
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
        array, due = part.array(trial.answer), part.expected(trial)
        if array is not None and isinstance(due, np.ndarray | np.generic | int | float):
            found.append((trial, array.shape, np.shape(due)))
    return found


def _has_shape(part: Part, chosen: Sequence[str], trials: Trials) -> bool:
    pairs = _pairs(part, trials)
    if all(got == due for _, got, due in pairs):
        return False
    table = dict(constants(*common([part.scene(trial).more for trial, _, _ in pairs])))
    wanted = [table.get(text) for text in chosen]
    return all(tuple(v[n] if v else None for v in wanted) == got for n, (_, got, _) in enumerate(pairs))
