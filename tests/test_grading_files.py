"""Files that are no notebooks, odd names and odd places: each has its row, and none stops the rest."""

import json
import os
from typing import Any

import pytest
from grading.notebooks import (
    LECTURE,
    POSSIBLE,
    solved,
    text,
    unreadable,
)
from grading.runs import Run, lost, run, tables_agree

pytestmark = [pytest.mark.ci, pytest.mark.slow]

UNREADABLE = unreadable()


@pytest.fixture(scope="module")
def files_run(bwrap: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Files that are no notebooks, links, odd names; and a good notebook in all kinds of places."""
    folder, elsewhere, good = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("elsewhere"), text(solved())
    (elsewhere / "solution.ipynb").write_text(good)
    for name, (content, _) in UNREADABLE.items():
        (folder / name).mkdir()
        (folder / name / "a.ipynb").write_bytes(content)
    for path in [*GOOD, *IGNORED]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(good)
    (folder / "a folder" / "a.ipynb").mkdir(parents=True)
    for name in ("a link", "links", "nothing", "a mark", "old"):
        (folder / name).mkdir()
    (folder / "a link" / "a.ipynb").symlink_to(elsewhere / "solution.ipynb")
    (folder / "links" / "more").symlink_to(elsewhere)
    os.mkfifo(folder / "links" / "pipe.ipynb")
    (folder / "nothing" / "answers.txt").write_text("42")
    (folder / "a mark" / "a.ipynb").write_bytes(b"\xef\xbb\xbf" + good.encode())
    (folder / "old" / "a.ipynb").write_text(format_3(solved()))
    (folder / f"{LECTURE} (3).ipynb").write_text("{")
    (folder / os.fsdecode(b"a\xff.ipynb")).write_text(good)
    return run(folder, tmp_path_factory.mktemp("out"), "--jobs", "3")


def format_3(notebook: Any) -> str:
    """As IPython saved it before 2015."""
    cells = [{"cell_type": cell.cell_type, "input": cell.source.splitlines(keepends=True)} for cell in notebook.cells]
    return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})


GOOD = {
    "twice/06_conv2d (1).ipynb": ("twice", "06_conv2d (1).ipynb", "graded, one of 2 for this lecture, does not count"),
    "twice/final FINAL.IPYNB": ("twice", "final FINAL.IPYNB", "graded, one of 2 for this lecture, counts"),
    "deep down/a/b/05.ipynb": ("deep down", "a/b/05.ipynb", "graded"),
    "=1+1/a.ipynb": ("'=1+1", "a.ipynb", "graded"),
    "née\n\x1b[2J/a.ipynb": ("née \N{REPLACEMENT CHARACTER}[2J", "a.ipynb", "graded"),
    f"{LECTURE}_loose.ipynb": ("loose", f"{LECTURE}_loose.ipynb", "graded"),
    "smithjohn_LATE_4711_12345_05.ipynb": ("smithjohn_4711", "05.ipynb", "graded, late"),
    "anon_815_12345_05.ipynb": ("anon_815", "05.ipynb", "graded"),
}
IGNORED = ["deep down/.ipynb_checkpoints/05.ipynb", "__MACOSX/deep down/05.ipynb", "deep down/._05.ipynb"]


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_without_a_notebook_gets_a_reason(files_run, name):
    [row] = files_run.of(name)
    reason = row.pop("reason")
    assert UNREADABLE[name][1] == reason
    assert list(row.values()) == [name, "a.ipynb", "", "", "0", "0"]
    assert files_run.total(name)["status"] == reason


@pytest.mark.parametrize("path", GOOD)
def test_a_notebook_is_found_wherever_it_is(files_run, path):
    student, file, status = GOOD[path]
    found = [row for row in files_run.totals if (row["student"], row["notebook"]) == (student, file)]
    assert [list(row.values())[2:5] for row in found] == [[str(POSSIBLE), str(POSSIBLE), status]]


@pytest.mark.parametrize(
    ("student", "file", "points", "status"),
    [
        ("a folder", "a.ipynb", 0, "not a notebook: a folder"),
        ("a link", "a.ipynb", 0, "not read: a link"),
        ("links", "more", 0, "not read: a link"),
        ("links", "pipe.ipynb", 0, "not a notebook: no plain file"),
        ("nothing", "", 0, "no notebook in the folder"),
        ("a mark", "a.ipynb", POSSIBLE, "graded"),
        ("old", "a.ipynb", POSSIBLE, "graded"),
        (f"{LECTURE} (3)", f"{LECTURE} (3).ipynb", 0, "not a notebook: not JSON"),
        ("a\N{REPLACEMENT CHARACTER}", "a\N{REPLACEMENT CHARACTER}.ipynb", POSSIBLE, "graded"),
    ],
)
def test_what_stands_in_a_notebook_s_place(files_run, student, file, points, status):
    found = [row for row in files_run.totals if (row["student"], row["notebook"]) == (student, file)]
    assert [(int(row["points"]), row["status"]) for row in found] == [(points, status)]


def test_what_is_no_submission_is_ignored(files_run):
    assert len(files_run.totals) == len(UNREADABLE) + len(GOOD) + 9


def test_the_name_of_an_unreadable_file_says_what_was_possible(files_run):
    assert files_run.total(f"{LECTURE} (3)")["possible"] == str(POSSIBLE)
    assert set(lost(files_run.of(f"{LECTURE} (3)")).values()) == {"not a notebook: not JSON"}


def test_the_tables_agree(files_run):
    assert tables_agree(files_run)


def test_the_columns(files_run):
    assert list(files_run.grades[0]) == ["student", "notebook", "exercise", "part", "points", "possible", "reason"]
    assert list(files_run.totals[0]) == ["student", "notebook", "points", "possible", "status", "lecture", "counts"]
