"""Honest notebooks get what the notebook says, whatever is around the answers; what fails costs its own points."""

import re
import time

import pytest
from grading.notebooks import (
    AROUND,
    ASKED,
    LECTURE,
    POSSIBLE,
    graded,
    honest,
    read,
    solved,
    text,
    written,
)
from grading.runs import FULL, Run, lost, run, tables_agree, tree

from cnnlib.checks import judge
from cnnlib.grading import marking, report
from cnnlib.grading.process import Limits
from cnnlib.grading.student import Stopped, Student

pytestmark = [pytest.mark.ci, pytest.mark.slow]

HONEST = honest()


@pytest.fixture(scope="module")
def honest_run(bwrap: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("honest")
    for name, case in HONEST.items():
        (folder / name).mkdir()
        (folder / name / f"{LECTURE}.ipynb").write_text(text(case.notebook))
    before = tree(folder)
    done = run(folder, tmp_path_factory.mktemp("out"))
    assert tree(folder) == before
    return done


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_notebook_gets_its_fair_score(honest_run, name):
    found, expected = lost(honest_run.of(name)), HONEST[name].loses
    assert set(found) == set(expected)
    for part, reason in found.items():
        assert report.plain(expected[part]) in reason
    points = str(POSSIBLE - sum(FULL[part] for part in expected))
    total = {"student": name, "notebook": f"{LECTURE}.ipynb", "points": points, "possible": str(POSSIBLE)}
    assert honest_run.total(name) == total | {"status": "graded", "lecture": LECTURE, "counts": "yes"}


def test_a_batch_of_honest_notebooks(honest_run):
    assert honest_run.code == 0
    assert honest_run.warned == ""
    assert [row["student"] for row in honest_run.totals] == sorted(HONEST)
    for row in honest_run.totals:
        shown = rf"^{re.escape(row['student'])} .* {row['points']} +{POSSIBLE}  graded$"
        assert re.search(shown, honest_run.printed, re.MULTILINE)


def test_an_untouched_exercise_is_not_written_yet(honest_run):
    assert {row["reason"] for row in honest_run.of("untouched")} == {"not written yet", "no letter chosen yet"}


@pytest.mark.parametrize("name", AROUND)
def test_teaching_cells_run_through(student, name):
    [cell] = read(written(AROUND[name])).cells
    assert student.run(1, "import numpy as np") == ""
    assert student.run(2, cell.source) == ""


def test_a_loop_costs_its_own_answer(launcher, tmp_path):
    done = graded(HONEST["looping"].notebook, launcher, tmp_path, Limits(call=0.3, cell=1))
    assert done.points == POSSIBLE - FULL["conv1d_forward y"]
    assert done.status == "graded"  # and not stopped after all of its time


def test_a_function_that_hangs_is_asked_three_times_and_in_a_hurry(launcher):
    student = Student(launcher, Limits(call=0.5))
    assert student.run(1, "def hang():\n    while True: pass") == ""
    errors = [answer.error for answer in student.answers("hang", [((), {})] * 9)]
    late = [f"TimeoutError: no answer within {seconds} s" for seconds in (0.5, 0.1, 0.1)]
    assert errors == late + ["the process ended (exit code 0)"] * 6
    student.close()


def test_an_error_that_reads_as_if_time_ran_out_costs_no_call(student):
    assert student.run(1, "def slow(n):\n    raise TimeoutError(f'no answer within {n} s')") == ""
    answers = student.answers("slow", [((n,), {}) for n in range(5)])
    assert [answer.error for answer in answers] == [f"TimeoutError: no answer within {n} s" for n in range(5)]


def test_a_call_that_cannot_be_interrupted_costs_its_own_answer(launcher):
    student = Student(launcher, Limits(call=0.5))
    source = """
import signal, time
def hang(first):
    if first:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        time.sleep(60)
    return 3
"""
    assert student.run(1, source) == ""
    answers = student.answers("hang", [((first,), {}) for first in (True, False, False)])
    assert [answer.error for answer in answers] == ["TimeoutError: no answer within 0.5 s", "", ""]
    assert student.starts == 1
    student.close()


def test_a_cell_that_crashes_only_the_second_time_is_left_out_too(student):
    student.run(1, "import os")
    assert student.run(2, "pass") == ""
    student.cells[-1] = (2, "os._exit(1)", False)
    assert student.run(3, "os._exit(1)") == "the process ended"
    assert student.run(4, "os.getpid()") == ""
    assert [(number, briefly) for number, _, briefly in student.cells] == [(1, False), (2, True), (3, True), (4, False)]


def test_what_hangs_leaves_time_for_what_comes_after_it(launcher, tmp_path):
    """Three cells and three functions, each for as long as it may."""
    names = list(ASKED)
    loops = {name: f"def {name}(*args, **kwargs):\n    while True: pass\nwhile True: pass" for name in names[:3]}
    done = graded(solved(**loops), launcher, tmp_path, Limits(call=4, cell=8, notebook=20))
    assert done.status == "graded"
    assert [one.exercise for one in done.verdicts if one.right] == names[3:]


def test_a_notebook_whose_time_is_over_is_stopped(student):
    student.until = time.monotonic()
    with pytest.raises(Stopped, match="no answer within 20 s"):
        student.run(1, "x = 3")


def test_a_check_that_fails_is_named_and_costs_no_other(launcher, tmp_path, monkeypatch):
    def failing(exercise, *rest):
        return 1 / 0 if exercise.name == "conv1d_forward" else judge(exercise, *rest)

    monkeypatch.setattr(marking, "judge", failing)
    done = graded(solved(), launcher, tmp_path)
    assert (done.points, done.status) == (POSSIBLE - FULL["conv1d_forward y"], marking.FAULTY)
    assert "ZeroDivisionError" in done.verdicts[0].findings[0].reason


def test_a_grader_that_fails_is_named_and_stops_nothing(launcher, tmp_path, monkeypatch):
    monkeypatch.setattr(Student, "run", None)
    done = graded(solved(), launcher, tmp_path)
    assert (done.points, done.possible) == (0, POSSIBLE)
    assert done.status.startswith("not graded: the grader failed (TypeError")


def test_the_tables_agree(honest_run):
    assert tables_agree(honest_run)
