"""Points into the gradebook of nbgrader, so that its `export` and `generate_feedback` show them.

A lecture is an assignment with one notebook. `generate_feedback` reads autograded/<student>/<assignment>/: a notebook
with the verdicts is written there, never one with a student's code, and never over one that nbgrader wrote.
"""

import contextlib
import importlib
import json
import os
import re
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnnlib.grading.marking import Graded
from cnnlib.grading.pages import head, shown
from cnnlib.grading.report import Refused, plain

UNSAFE = re.compile(r"[^\w .@-]")  # in a folder's name, in a glob, and in the CSV without quotes that export writes
MOST_NAME = 60  # characters: a folder's name may have 255 bytes
OURS = '{"metadata": {"cnnlib": "grade"'  # how a notebook begins that was written here


def ready(path: Path) -> None:
    """See to it that the gradebook can be used, before anything is graded; raises Refused with what to do."""
    try:
        with _open(path):
            pass
    except ImportError:
        raise Refused(f"nbgrader is not installed here: {sys.executable} -m pip install nbgrader.") from None
    except Exception as problem:  # SQLAlchemy's, SQLite's, alembic's
        raise Refused(f"{path} cannot be used as nbgrader's gradebook: {plain(str(problem))}") from None


def fill(path: Path, graded: Sequence[Graded]) -> list[str]:
    """Write the points of the attempts that count, and the notebooks for feedback; returns sentences about it.

    What somebody changed in nbgrader's formgrader stays: points by hand there go before those of the checks.
    """
    counted = [one for one in graded if one.counts and one.lecture]
    names = students([one.submission.student for one in counted])
    kept = 0
    with _open(path) as book:
        for one in counted:
            student = names[one.submission.student]
            assignment = _assignment(book, one)
            _write(book, one, assignment, student)
            kept += not _feedback(path.parent / "autograded" / student / assignment / f"{one.lecture}.ipynb", one)
    said = [f"{path}: {len(counted)} notebooks. Then: nbgrader export, nbgrader generate_feedback LECTURE --force."]
    if kept:
        said.append(f"{kept} notebooks in autograded/ are nbgrader's own and stay: its feedback shows those.")
    return said


def students(names: Sequence[str]) -> dict[str, str]:
    """Name -> nbgrader's name for the student: plain signs only, and two students never share one.

    Who is called so keeps it: no other can get there first by a name that becomes the same.
    """
    found: dict[str, str] = {}
    taken = set[str]()
    for name in sorted(dict.fromkeys(names), key=lambda name: _safe(name) != name):
        safe = again = _safe(name)
        count = 1
        while again.casefold() in taken:
            count += 1
            again = f"{safe}-{count}"
        taken.add(again.casefold())
        found[name] = again
    return found


def _safe(name: str) -> str:
    return UNSAFE.sub("_", name)[:MOST_NAME].strip(" .-@") or "_"


@contextlib.contextmanager
def _open(path: Path) -> Iterator[Any]:
    api = importlib.import_module("nbgrader.api")
    course = _course(path) if path.exists() else {}
    search = os.environ.get("PATH", "")
    # For a new gradebook nbgrader asks the program alembic, which is where this Python is.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), search])
    try:
        book = api.Gradebook(f"sqlite:///{path.resolve()}", **course)
    finally:
        os.environ["PATH"] = search
    with book, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy's, of how nbgrader uses it
        yield book


def _course(path: Path) -> dict[str, str]:
    """The course that a gradebook is of, if it says one."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'course'").fetchone():
            return {}
        found = database.execute("SELECT id FROM course").fetchone()
    return {"course_id": found[0]} if found else {}


def _assignment(book: Any, one: Graded) -> str:
    """The assignment that holds this lecture's notebook, whatever its name; made if there is none."""
    held = (a.name for a in book.assignments if any(notebook.name == one.lecture for notebook in a.notebooks))
    name = next(held, str(one.lecture))
    book.update_or_create_assignment(name)
    book.update_or_create_notebook(one.lecture, name)
    for line in one.final.lines:
        book.update_or_create_grade_cell(
            f"check_{line.exercise}", one.lecture, name, max_score=line.possible, cell_type="code"
        )
        if not _found(book.find_solution_cell, line.exercise, one.lecture, name):
            book.add_solution_cell(line.exercise, one.lecture, name)
    return name


def _write(book: Any, one: Graded, assignment: str, student: str) -> None:
    api = importlib.import_module("nbgrader.api")
    book.update_or_create_student(student)
    when = datetime.fromtimestamp(one.submission.uploaded, UTC) if one.submission.uploaded else None
    book.update_or_create_submission(assignment, student, **({"timestamp": when.isoformat()} if when else {}))
    notebook = book.find_submission_notebook(one.lecture, assignment, student)
    for verdict, line in zip(one.verdicts, one.final.lines, strict=True):
        where = one.lecture, assignment
        grade = _found(book.find_grade, f"check_{line.exercise}", *where, student)
        if not grade:  # the exercise is newer than the submission
            cell = book.find_grade_cell(f"check_{line.exercise}", *where)
            grade = api.Grade(cell_id=cell.id, notebook_id=notebook.id)
            book.db.add(grade)
        grade.auto_score = verdict.points * line.possible / verdict.possible if verdict.possible else 0.0
        if line.by_hand:
            grade.manual_score = line.points
        grade.needs_manual_grade = False
        if line.comment:
            comment = _found(book.find_comment, line.exercise, *where, student)
            if not comment:
                cell = book.find_solution_cell(line.exercise, *where)
                comment = api.Comment(cell_id=cell.id, notebook_id=notebook.id)
                book.db.add(comment)
            comment.manual_comment = line.comment
    notebook.late_submission_penalty = round(one.final.sum - one.final.points, 2)
    book.db.commit()


def _found(find: Callable[..., Any], *where: Any) -> Any:
    """An entry of the gradebook, or None."""
    with contextlib.suppress(importlib.import_module("nbgrader.api").MissingEntry):
        return find(*where)


def _feedback(path: Path, one: Graded) -> bool:
    """Write the notebook that nbgrader makes a page of; False if there is one that was not written here."""
    if path.exists():
        with path.open("rb") as file:
            if file.read(len(OURS)) != OURS.encode():
                return False
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [_code(f"# {one.lecture}", _output(head(one)))]
    for verdict, line in zip(one.verdicts, one.final.lines, strict=True):
        told = {"grade_id": f"check_{line.exercise}", "points": line.possible}
        cells += [  # nbgrader shows a comment below the answer
            _code(f"# {line.exercise}: your answer, as you handed it in", [], grade_id=line.exercise, solution=True),
            _code(f"check({line.exercise})", _output(verdict.to_html()), grade=True, locked=True, **told),
        ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"cnnlib": "grade", "kernelspec": kernel, "language_info": {"name": "python"}}
    for at, cell in enumerate(cells):
        cell["id"] = f"cell-{at}"
    notebook = {"metadata": metadata, "nbformat": 4, "nbformat_minor": 5, "cells": cells}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return True


def _output(page: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "metadata": {}, "data": {"text/html": shown(page)}}]


def _code(source: str, outputs: list[dict[str, Any]], **told: Any) -> dict[str, Any]:
    """A cell; with nbgrader's metadata if anything is told of it."""
    rules = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3, **told}
    metadata = {"nbgrader": rules | {"cell_type": "code"}} if told else {}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "source": source, "outputs": outputs}
