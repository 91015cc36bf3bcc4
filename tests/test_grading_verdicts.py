"""A verdict of the grader is that of the notebook: for every kind of mistake, answer and letter."""

import linecache
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from grading import copied
from grading.notebooks import (
    LECTURE,
    SEED,
)

from cnnlib.checks import Ask, Verdict, asks, judge
from cnnlib.exercises import find as exercise_named
from cnnlib.exercises import lectures
from cnnlib.exercises.session import COURSE
from cnnlib.grading.marking import verdict
from cnnlib.grading.process import Limits
from cnnlib.grading.sandbox import Launcher
from cnnlib.grading.student import Student

pytestmark = [pytest.mark.ci, pytest.mark.slow]


# All of one lecture, and one of each exercise of the others.
SLIPS = [
    (e.name, n) for lecture, asked in lectures().items() for e in asked for n in range(len(e.slips))
    if lecture == LECTURE or n == 0
]  # fmt: skip
ANSWERS = {
    "an array": "np.correlate(x, w, 'valid') + b",
    "a list": "[1.0, 2.0]",
    "a tuple": "(1.0, x)",
    "a text": "'abc'",
    "a whole number": "7",
    "a very large whole number": "10**400",
    "true": "True",
    "a complex number": "1j",
    "a dictionary": "{'y': 1}",
    "a function": "len",
    "NotImplemented": "NotImplemented",
    "None": "None",
    "nan": "np.full(len(x) - len(w) + 1, np.nan)",
    "whole numbers": "(np.correlate(x, w, 'valid') + b).astype(int)",
    "bytes swapped": "(np.correlate(x, w, 'valid') + b).astype('>f8')",
    "half precision": "(np.correlate(x, w, 'valid') + b).astype('f2')",
    "complex numbers": "(np.correlate(x, w, 'valid') + b) * 1j",
    "objects": "np.array([{}] * 2)",
    "texts": "np.array(['a', 'bc'])",
    "dates": "np.array(['2026-11-20'], 'M8[D]')",
    "one axis too many": "(np.correlate(x, w, 'valid') + b)[None]",
    "one too few": "(np.correlate(x, w, 'valid') + b)[:-1]",
    "no entry": "np.zeros(0)",
    "a matrix": "np.matrix(np.correlate(x, w, 'valid') + b)",
    "a masked array": "np.ma.array(np.correlate(x, w, 'valid') + b)",
    "a warning": "np.log(-np.ones(2))",
    "something printed": "print('here') or 3",
    "an error": "x[99]",
    "an error with lines": "exec('raise ValueError(\"one\\\\ntwo\")')",
    "an exit": "exit_now()",
    "an interruption": "interrupt_now()",
    "a typing error": "exec('1 +')",
    "an assertion": "exec('assert 0')",
    "an argument changed": "x.sort() or x",
}


@pytest.fixture(scope="module")
def here() -> Callable[[int, str], dict[str, Any]]:
    """Run a cell in this process, as the notebook's kernel would."""
    names: dict[str, Any] = {"np": np}

    def run_cell(number: int, source: str) -> dict[str, Any]:
        file = f"<cell {number}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        exec(compile(source, file, "exec"), names)
        return names

    run_cell(1, copied.cell())
    return run_cell


@pytest.fixture(scope="module")
def there(launcher: Launcher) -> Iterator[Student]:
    student = Student(launcher, Limits(notebook=600))
    assert student.run(0, "import numpy as np") == ""
    assert student.run(1, copied.cell()) == ""
    yield student
    student.close()


def both(here: Any, there: Student, name: str, source: str) -> tuple[Verdict, Verdict]:
    """The verdict of the notebook, and that of the grader."""
    exercise = exercise_named(name)
    assert exercise
    assert there.run(2, source) == ""
    names = here(2, source)  # what earlier tests defined is in there, too, on both sides

    def another(other: str) -> Ask | None:
        return asks(names[other], COURSE) if callable(names.get(other)) else None

    return judge(exercise, asks(names[name], COURSE), SEED, another), verdict(exercise, there, SEED)[0]


def comparable(one: Verdict) -> dict[str, Any]:
    return one.to_json() | {"notes": [note for note in one.notes if "it took" not in str(note)]}


@pytest.mark.parametrize(("name", "number"), SLIPS)
def test_a_slip_has_the_same_verdict_in_the_notebook_and_in_the_grader(here, there, name, number):
    notebook, grader = both(here, there, name, f"{name} = slip({name!r}, {number})")
    assert not notebook.right
    assert comparable(grader) == comparable(notebook)


@pytest.mark.parametrize("answer", ANSWERS)
def test_any_answer_has_the_same_verdict_in_the_notebook_and_in_the_grader(here, there, answer):
    source = f"""
def exit_now(): raise SystemExit(3)
def interrupt_now(): raise KeyboardInterrupt
def conv1d_forward(x, w, b):
    return {ANSWERS[answer]}"""
    notebook, grader = both(here, there, "conv1d_forward", source)
    notes = [re.sub(r"after \d+ s", "", str(one)) for one in (comparable(notebook), comparable(grader))]
    assert notes[0] == notes[1]


@pytest.mark.parametrize(
    "letters", ["set()", "{'B', 'C'}", "['b', 'c']", "'BC'", "{'A'}", "{'Z'}", "3", "None", "{1: 2}"]
)
def test_letters_have_the_same_verdict_in_the_notebook_and_in_the_grader(here, there, letters):
    notebook, grader = both(here, there, "poll_dw_length", f"poll_dw_length = {letters}")
    assert comparable(grader) == comparable(notebook)


def test_another_seed_asks_other_questions(there):
    forward = exercise_named("conv1d_forward")
    assert there.run(2, "seen = []\ndef conv1d_forward(x, w, b):\n    raise ValueError(x.tobytes().hex()[:99])") == ""
    said = [[str(a.error) for a in there.answers("conv1d_forward", calls_of(forward, seed))] for seed in (1, 1, 2)]
    assert said[0] == said[1] != said[2]


def calls_of(exercise: Any, seed: int) -> list[Any]:
    return [exercise.call(inputs) for inputs in exercise.cases(np.random.default_rng(seed))]
