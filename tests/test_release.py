"""solutions/ -> lectures/: stubs for answers, the same bytes twice, nothing leaked, nothing overwritten."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from solved import ROOT, lecture_names

from cnnlib.notebooks import ANSWER, Edited, annotated, refuse_edited, release, student_version, text

SOLUTIONS, LECTURES = ROOT / "solutions", ROOT / "lectures"
NOTEBOOKS = [*SOLUTIONS.glob("*.ipynb"), *LECTURES.glob("*.ipynb")]

SOURCE = '''def conv1d_bias_gradient(dy):
    """Sum."""
    ### BEGIN SOLUTION
    secret_total = dy.sum()
    return secret_total
    ### END SOLUTION'''


def small_course(folder: Path, *cells: str) -> tuple[Path, Path]:
    """A solutions folder with one tiny lecture, and where its lectures go."""
    solutions, lectures = folder / "solutions", folder / "lectures"
    solutions.mkdir()
    notebook = nbformat.v4.new_notebook()
    for number, source in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source)
        cell.id = f"cell-{number}"
        notebook.cells.append(cell)
    nbformat.write(notebook, solutions / "05_small.ipynb")
    return solutions, lectures


CELLS = (
    "from cnnlib.exercises import check",
    SOURCE,
    "check(conv1d_bias_gradient)",
    "poll_dw_length = set()\n### BEGIN SOLUTION\npoll_dw_length = {'B', 'C'}\n### END SOLUTION",
)


def test_released_twice_is_identical(tmp_path):
    solutions, lectures = small_course(tmp_path, *CELLS)
    assert len(release(solutions, lectures)) == 2
    first = [path.read_bytes() for path in (solutions / "05_small.ipynb", lectures / "05_small.ipynb")]
    assert release(solutions, lectures) == []
    (lectures / "05_small.ipynb").unlink()
    release(solutions, lectures)
    assert [path.read_bytes() for path in (solutions / "05_small.ipynb", lectures / "05_small.ipynb")] == first


def test_a_stub_stands_in_the_place_of_every_answer(tmp_path):
    solutions, lectures = small_course(tmp_path, *CELLS)
    release(solutions, lectures)
    content = (lectures / "05_small.ipynb").read_text()
    assert "secret_total" not in content
    assert "BEGIN SOLUTION" not in content
    cells = nbformat.read(lectures / "05_small.ipynb", as_version=4).cells
    assert cells[1].source.endswith('    raise NotImplementedError("your turn")')
    assert cells[3].source == "poll_dw_length = set()\n# your turn: change the line above"
    assert "not written yet" in cells[2].outputs[0].data["text/plain"]
    assert "secret_total" in (solutions / "05_small.ipynb").read_text()


def test_check_names_the_stale_notebook_and_writes_nothing(tmp_path):
    solutions, lectures = small_course(tmp_path, *CELLS)
    release(solutions, lectures)
    path = solutions / "05_small.ipynb"
    path.write_text(
        path.read_text().replace("from cnnlib.exercises import check", "from cnnlib.exercises import check, hint")
    )
    before = (lectures / "05_small.ipynb").read_bytes()
    assert lectures / "05_small.ipynb" in release(solutions, lectures, check=True)
    assert (lectures / "05_small.ipynb").read_bytes() == before


def test_the_command_exits_1_for_stale_lectures(tmp_path):
    solutions, lectures = small_course(tmp_path, *CELLS)
    command = [sys.executable, "-m", "cnnlib", "release", "--solutions", str(solutions), "--lectures", str(lectures)]
    stale = subprocess.run([*command, "--check"], capture_output=True, text=True, cwd=ROOT)
    assert stale.returncode == 1
    assert "05_small.ipynb" in stale.stdout
    assert subprocess.run(command, capture_output=True, cwd=ROOT).returncode == 0
    fresh = subprocess.run([*command, "--check"], capture_output=True, text=True, cwd=ROOT)
    assert fresh.returncode == 0, fresh.stdout


def test_a_students_work_is_never_overwritten(tmp_path):
    solutions, lectures = small_course(tmp_path, *CELLS)
    release(solutions, lectures)
    path = lectures / "05_small.ipynb"
    path.write_text(
        path.read_text().replace("raise NotImplementedError", "return dy.sum() # raise NotImplementedError")
    )
    mine = path.read_bytes()
    with pytest.raises(Edited, match="05_small"):
        release(solutions, lectures)
    assert path.read_bytes() == mine


def test_a_timing_keeps_its_saved_output(tmp_path):
    solutions, lectures = small_course(tmp_path, "import time; print(time.perf_counter_ns())", *CELLS)
    path = solutions / "05_small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].metadata.tags = ["nbval-ignore-output"]
    nbformat.write(notebook, path)
    release(solutions, lectures)
    first = [path.read_bytes(), (lectures / path.name).read_bytes()]
    assert release(solutions, lectures) == []
    (lectures / path.name).unlink()
    release(solutions, lectures)
    assert [path.read_bytes(), (lectures / path.name).read_bytes()] == first


def test_running_a_lecture_is_not_editing_it(tmp_path):
    solutions, lectures = small_course(tmp_path, *CELLS)
    release(solutions, lectures)
    path = lectures / "05_small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs, notebook.metadata["language_info"]["version"] = [], "3.99"
    path.write_text(text(notebook))
    refuse_edited(path)


@pytest.mark.parametrize(
    "broken", [SOURCE.replace("### END SOLUTION", ""), "check(conv1d_nothing)", "### END SOLUTION\n"]
)
def test_a_broken_source_is_refused_with_the_cell(tmp_path, broken):
    solutions, lectures = small_course(tmp_path, broken)
    with pytest.raises(ValueError, match="cell cell-0"):
        release(solutions, lectures)


def test_a_cell_that_writes_to_stderr_is_refused(tmp_path):
    solutions, lectures = small_course(tmp_path, "import sys; print('tick 17 %', file=sys.stderr)")
    with pytest.raises(ValueError, match="stderr"):
        release(solutions, lectures)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no notebook"):
        release(tmp_path, tmp_path / "lectures")


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
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert all(output.output_type != "error" for output in outputs)
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    for picture in pictures:
        assert len(picture.data["text/plain"]) > 40, "a picture without a description"
        assert "Figure" not in picture.data["text/plain"]


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
