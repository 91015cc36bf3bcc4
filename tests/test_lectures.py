"""Every committed notebook: nothing of an answer leaked, nothing private, short cells, metadata and points that fit."""

import html
import json
from pathlib import Path

import nbformat
import pytest
from solved import ROOT, lecture_names

from cnnlib.exercises import lectures, problems
from cnnlib.release.notebooks import ANSWER, annotated, student_version
from cnnlib.release.points import compare_points

SOLUTIONS, LECTURES = ROOT / "solutions", ROOT / "lectures"
NOTEBOOKS = [*SOLUTIONS.glob("*.ipynb"), *LECTURES.glob("*.ipynb")]


@pytest.mark.parametrize("name", lecture_names())
def test_nothing_of_an_answer_is_left_in_a_lecture(name):
    solved = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4)
    released = (LECTURES / f"{name}.ipynb").read_text()
    outside = "\n".join(ANSWER.sub("", cell.source) for cell in solved.cells)
    answers = [body for cell in solved.cells for _, body in ANSWER.findall(cell.source)]
    lines = {line.strip() for body in answers for line in body.splitlines() if len(line.strip()) > 12}
    own = {line for line in lines if line not in outside}
    assert answers
    assert own
    leaked = [line for line in own if line in released or json.dumps(line)[1:-1] in released]
    assert not leaked


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_committed_notebook_is_clean(path):
    content, notebook = path.read_text(encoding="utf-8"), nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert path.stat().st_size < 400_000
    assert "widget-state" not in content
    assert "widget-view" not in content
    for private in (str(ROOT), str(Path.home()) + "/", "/tmp/", "ipykernel_"):
        assert private not in content, private
    assert all(cell.execution_count is not None for cell in notebook.cells if cell.cell_type == "code")
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert all(output.output_type != "error" for output in outputs)
    for output in outputs:
        assert "image/png" not in output.get("data", {}), "nobody hears what a bare picture shows"
        if "<img" in output.get("data", {}).get("text/html", ""):
            text, alt = output.data["text/html"], output.data["text/plain"]
            assert len(alt) > 40, "a picture without a description"
            assert "Figure" not in alt
            assert f'alt="{html.escape(alt)}"' in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_code_cells_are_short(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.cell_type != "code" or len(cell.source.splitlines()) <= 24, cell.source
        assert all(len(line) <= 120 for line in cell.source.splitlines()) or cell.cell_type == "markdown"


@pytest.mark.parametrize("name", lecture_names())
def test_cell_metadata_is_nbgraders(name):
    """Schema 3: these keys and no others, ids unique, points where graded."""
    ids = []
    for cell in nbformat.read(LECTURES / f"{name}.ipynb", as_version=4).cells:
        if "nbgrader" in cell.metadata:
            given = cell.metadata.nbgrader
            points = {"points"} if given.grade else set()
            assert (
                set(given)
                == {"grade", "locked", "solution", "task", "grade_id", "schema_version", "cell_type"} | points
            )
            assert given.schema_version == 3
            assert given.grade != given.solution
            ids.append(given.grade_id)
    assert len(ids) == len(set(ids)) > 0


def test_the_lecture_is_the_released_solution():
    """The committed text is what release would write (CI also compares the outputs, with --check)."""
    for name in lecture_names():
        solved = annotated(nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4))
        released = nbformat.read(LECTURES / f"{name}.ipynb", as_version=4)
        assert [c.source for c in student_version(solved).cells] == [c.source for c in released.cells]


@pytest.mark.parametrize("name", lecture_names())
def test_every_exercise_says_its_points(name):
    solved = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4)
    assert compare_points(solved, name) == {exercise.name for exercise in lectures()[name]}


def test_every_lecture_with_exercises_has_a_notebook():
    assert not problems()
    assert set(lectures()) <= set(lecture_names())
