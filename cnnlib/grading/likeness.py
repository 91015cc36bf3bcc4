"""How alike two students' answers are, and how much of one is the course's own code: a hint to look, never points.

Answers are compared by the numbers that the sandbox made of them (shingles). What is rare in the class weighs most: of
n students, a number that m have weighs (log(n/m) / log(n/2))^2, which is 1 for a pair and 0 for all; what the released
notebook holds weighs nothing. So answers that everybody gives, since there is but one, make nobody alike. This is the
cosine of tf-idf vectors: Salton and Buckley, Information Processing & Management 24, 1988.

So a copy of what many wrote is missed. Measured on lecture 06, in made-up classes whose every answer came from two to
five ways, by a copy with two of six answers changed: found 18 times of 20 among 10 students, 12 among 40, 3 among 100.
"""

import ast
import contextlib
import inspect
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import cnnlib
from cnnlib.exercises import lectures
from cnnlib.grading.marking import Graded
from cnnlib.grading.shingles import shingles

COURSE = "the course"  # the name of its own code beside those of students
LEAST = 40.0  # weight that two share, or it is no hint: a function of some ten lines
ALIKE, SAME = 0.6, 0.8  # share of all the code, and of one exercise, or it is no hint
CHUNK = 4096  # numbers that are compared at once

COLUMNS = ("lecture", "student", "other", "percent", "weight", "exercises")

Numbers = np.ndarray  # of 32 bits, sorted, each once


@dataclass(frozen=True)
class Alike:
    """Two who are more alike than chance makes them."""

    lecture: str
    student: str
    other: str
    share: float  # 1 if they are the same
    weight: float  # that they share
    where: tuple[str, ...]  # exercises that are nearly the same


def likeness(graded: Sequence[Graded]) -> list[Alike]:
    """Pairs of students, and students beside the course, the most alike first; of each the attempt that counts."""
    found: list[Alike] = []
    for lecture in sorted({one.lecture for one in graded if one.lecture and one.shingles}):
        students = {one.submission.student: _parts(one) for one in graded if one.lecture == lecture and one.counts}
        found += _within(lecture, {name: parts for name, parts in students.items() if parts})
    return sorted(found, key=lambda pair: (-pair.share, -pair.weight))


def rows(pairs: Sequence[Alike]) -> list[list[str | int]]:
    """For a spreadsheet."""
    told: list[list[str | int]] = [
        [p.lecture, p.student, p.other, round(100 * p.share), round(p.weight), " ".join(p.where)] for p in pairs
    ]
    return [list(COLUMNS), *told]


def _parts(one: Graded) -> dict[str, Numbers]:
    """Exercise -> the numbers of its code."""
    return {name: np.unique(np.frombuffer(code[: len(code) // 4 * 4], "<u4")) for name, code in one.shingles}


def _within(lecture: str, students: dict[str, dict[str, Numbers]]) -> Iterator[Alike]:
    released, own = _course(lecture)
    students = {
        name: {part: np.setdiff1d(numbers, released) for part, numbers in parts.items()}
        for name, parts in students.items()
    }
    names, everything = list(students), [_all(parts) for parts in students.values()]
    numbers, counts = np.unique(np.concatenate(everything), return_counts=True)
    weights = _weights(counts, len(names) + 1)
    has = [np.searchsorted(numbers, mine) for mine in everything]
    total = np.array([weights[mine].sum() for mine in has])
    course = np.isin(numbers, own)
    for name, mine, whole in zip(names, has, total, strict=True):
        shared = float(weights[mine[course[mine]]].sum())
        if shared >= LEAST and shared >= ALIKE * whole:
            parts = {part: numbers for part, numbers in students[name].items() if part}
            where = [part for part, code in parts.items() if len(code) and np.isin(code, own).mean() >= SAME]
            yield Alike(lecture, name, COURSE, shared / float(whole), shared, tuple(where))
    # The course's answer is one more in the class: where few hand in, what it says is no sign of copying either.
    weights = _weights(counts + course, len(names) + 1)
    total = np.array([weights[mine].sum() for mine in has])
    shared_by = _shared(has, weights)
    for a, b in zip(*np.nonzero(np.triu(shared_by >= LEAST, 1)), strict=True):
        first, second = students[names[a]], students[names[b]]
        same = {part: _same(first[part], second[part], numbers, weights) for part in first if part in second}
        where = [part for part, weight in same.items() if weight]
        share = float(shared_by[a, b] / np.sqrt(total[a] * total[b]))
        if share >= ALIKE or sum(same.values()) >= LEAST:
            yield Alike(lecture, names[a], names[b], share, float(shared_by[a, b]), tuple(filter(None, where)))


def _weights(counts: np.ndarray, members: int) -> np.ndarray:
    if members < 3:
        return np.ones(len(counts))
    return np.clip(np.log(members / counts) / np.log(members / 2), 0, 1) ** 2


def _shared(has: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """The weight that each two share, (n, n), from chunks of the table of who has what."""
    shared = np.zeros((len(has), len(has)))
    for start in range(0, len(weights), CHUNK):
        table = np.zeros((len(has), min(CHUNK, len(weights) - start)))
        for row, mine in zip(table, has, strict=True):
            row[mine[(mine >= start) & (mine < start + CHUNK)] - start] = 1
        shared += table * weights[start : start + CHUNK] @ table.T
    return shared


def _same(a: Numbers, b: Numbers, numbers: Numbers, weights: np.ndarray) -> float:
    """The weight that two answers to an exercise share if they are nearly the same; else 0."""
    both, mine, theirs = (float(weights[np.searchsorted(numbers, each)].sum()) for each in (np.intersect1d(a, b), a, b))
    return both if both >= SAME * max(mine, theirs) else 0.0


def _all(parts: dict[str, Numbers]) -> Numbers:
    return np.unique(np.concatenate([*parts.values()])) if parts else np.zeros(0, np.uint32)


@cache
def _course(lecture: str) -> tuple[Numbers, Numbers]:
    """What students are given, and the course's own answers: its notebook, its references, its mathematics."""
    wanted = {exercise.name for exercise in lectures()[lecture]}
    package = Path(cnnlib.__file__).parent
    given = _numbers(_cells(package.parent / "lectures" / f"{lecture}.ipynb"), wanted)
    sources = [path.read_text(encoding="utf-8") for path in package.glob("*.py")]
    for exercise in lectures()[lecture]:
        with contextlib.suppress(OSError, TypeError):  # a function whose source is nowhere
            sources.append(textwrap.dedent(inspect.getsource(exercise.reference)))
    answers = [_numbers([source], wanted) for source in sources]
    answers.append(_numbers(_cells(package.parent / "solutions" / f"{lecture}.ipynb"), wanted))
    return given, np.setdiff1d(np.concatenate(answers), given)


def _numbers(sources: list[str], wanted: set[str]) -> Numbers:
    return np.array(sorted(set[int]().union(*shingles(_trees(sources), wanted).values())), "<u4")


def _trees(sources: list[str]) -> Iterator[ast.Module]:
    """Of the course's own code; a cell with magics is left out."""
    for source in sources:
        with contextlib.suppress(SyntaxError):
            yield ast.parse(source)


def _cells(path: Path) -> list[str]:
    """The code of a notebook of the course; nothing where only the package is installed."""
    if not path.exists():
        return []
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
