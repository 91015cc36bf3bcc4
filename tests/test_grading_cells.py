"""Which lecture a notebook is, what its cells define and check, and how magics become Python."""

import contextlib
import subprocess
import sys
import threading
import time

import pytest
from grading.notebooks import (
    LECTURE,
    read,
    written,
)

from cnnlib.exercises import lectures
from cnnlib.grading import notebook
from cnnlib.grading.alarm import OutOfTime, alarm

pytestmark = [pytest.mark.ci, pytest.mark.slow]


def test_the_lecture_shows_in_what_is_defined_checked_or_named():
    named = written("x = 1")
    named.cells[0].metadata["nbgrader"] = {"grade_id": "check-conv1d-forward"}
    for content in (
        written("def conv1d_forward(x, w, b): ..."),
        written("conv1d_forward = 3"),
        written("check(conv1d_forward)"),
        written("check('poll_dw_length')"),
        written("def conv1d_forward(x, w, b"),
        written("check(conv1d_forward"),
        named,
    ):
        assert read(content).lecture == LECTURE
    for content in (written("x = conv1d_forward"), written("# check(conv1d_forward)"), written("x = 'check'")):
        assert read(content).lecture is None


def test_the_lecture_with_more_of_its_exercises_wins(monkeypatch):
    asked = lectures()[LECTURE]
    monkeypatch.setattr(notebook, "lectures", lambda: {"01": asked[:1], "02": asked[1:4]})
    names = [exercise.name for exercise in asked]
    assert read(written(f"check({names[0]})", f"check({names[1]})\n{names[2]} = 3")).lecture == "02"


@pytest.mark.parametrize("source", ["!ls ?\n" * 15_000, "a" * 999_990 + " ?", "x = %'''"])
def test_a_cell_that_ipython_reads_slowly_costs_no_other(source):
    """It reads a cell anew for every magic, and searches for help in quadratic time."""
    started = time.process_time()
    cells = read(written(source, "%time y = 3")).cells
    assert time.process_time() - started < 5
    assert cells[0].source == source.strip()
    assert cells[1].source.startswith("get_ipython().run_line_magic")


def test_an_alarm_that_was_lost_rings_again_and_none_rings_later():
    """Python drops what is raised while it closes a generator."""

    def lost():
        try:
            yield
        finally:
            with contextlib.suppress(BaseException):
                while True:
                    pass

    def stubborn():
        opened = lost()
        next(opened)
        del opened
        assert rung.is_set()
        while True:
            pass

    rung = threading.Event()
    with pytest.raises(OutOfTime), alarm(0.05, rung):
        stubborn()
    time.sleep(0.5)


def test_whoever_grades_can_still_import_ipython():
    code = """if True:
        import nbformat
        from cnnlib.grading.reading import read
        cells = [nbformat.v4.new_code_cell("%time y = 3")]
        _, sources = read(nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode(), ())
        assert b"run_line_magic" in sources, sources
        from IPython import get_ipython
        print(get_ipython())"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "None\n", done.stderr


def test_a_cell_is_numbered_as_in_the_notebook(student):
    cells = read(written("", "x = 1", "%%time\nx = 2\ny = x / 0")).cells
    assert [cell.number for cell in cells] == [1, 2]
    assert "ZeroDivisionError" in student.run(2, cells[1].source)
