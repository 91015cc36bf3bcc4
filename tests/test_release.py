"""solutions/ -> lectures/: stubs for answers, the same bytes twice, nothing leaked, nothing overwritten."""

import difflib
import shutil
from pathlib import Path

import conftest
import nbformat
import pytest
from small import notebook as small

from cnnlib.__main__ import main
from cnnlib.release.notebooks import Edited, chosen, refuse_edited, release, text
from cnnlib.release.points import compare_points

pytestmark = pytest.mark.usefixtures("small_exercises")


def small_course(folder: Path, *cells: str) -> tuple[Path, Path]:
    """A solutions folder with the small lecture, or with these cells, and where its lectures go."""
    solutions, lectures = folder / "solutions", folder / "lectures"
    solutions.mkdir(exist_ok=True)
    nbformat.write(small.notebook(*cells), solutions / f"{small.LECTURE}.ipynb")
    return solutions, lectures


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small lecture, released once for all tests."""
    folder = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        conftest.use_small_exercises(patch)
        assert len(release(*small_course(folder))) == 2
    return folder


@pytest.fixture
def released(course: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of it: the folders of solutions and of lectures."""
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)
    return tmp_path / "solutions", tmp_path / "lectures"


@pytest.mark.ci
def test_released_twice_is_identical(released):
    solutions, lectures = released
    first = [path.read_bytes() for path in (solutions / "05_small.ipynb", lectures / "05_small.ipynb")]
    assert release(solutions, lectures) == []
    (lectures / "05_small.ipynb").unlink()
    release(solutions, lectures)
    assert [path.read_bytes() for path in (solutions / "05_small.ipynb", lectures / "05_small.ipynb")] == first


def test_a_stub_stands_in_the_place_of_every_answer(released):
    solutions, lectures = released
    content = (lectures / "05_small.ipynb").read_text()
    assert "secret_total" not in content
    assert "BEGIN SOLUTION" not in content
    cells = nbformat.read(lectures / "05_small.ipynb", as_version=4).cells
    [answer] = [cell for cell in cells if cell.source.startswith("def add_up")]
    [checked] = [cell for cell in cells if cell.source == "check(add_up)"]
    assert answer.source.endswith('    raise NotImplementedError("your turn")')
    assert cells[-2].source == "poll_length = set()\n# your turn: change the line above"
    assert "not written yet" in checked.outputs[0].data["text/plain"]
    assert "secret_total" in (solutions / "05_small.ipynb").read_text()


@pytest.mark.ci
def test_check_names_the_stale_notebook_and_writes_nothing(released):
    solutions, lectures = released
    path = solutions / "05_small.ipynb"
    path.write_text(
        path.read_text().replace("from cnnlib.exercises import check", "from cnnlib.exercises import check, hint")
    )
    before = (lectures / "05_small.ipynb").read_bytes()
    assert lectures / "05_small.ipynb" in release(solutions, lectures, check=True)
    assert (lectures / "05_small.ipynb").read_bytes() == before


@pytest.mark.ci
def test_the_command_exits_1_for_stale_lectures(tmp_path, capsys):
    solutions, lectures = small_course(tmp_path)
    folders = ["--solutions", str(solutions), "--lectures", str(lectures)]
    assert main(["release", *folders, "--check"]) == 1
    assert "out of date: " in capsys.readouterr().out
    assert not lectures.exists()
    (solutions / "06_broken.ipynb").write_text("not asked for")
    assert main(["release", *folders, "05"]) == 0
    assert main(["release", *folders, "05", "--check"]) == 0


def test_the_command_says_what_is_wrong_and_exits_2(tmp_path, capsys):
    solutions, lectures = small_course(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(["release", "7", "--solutions", str(solutions), "--lectures", str(lectures)])
    assert "no lecture '7'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "stems"),
    [
        ([], ["05_small", "06_other"]),
        (["05"], ["05_small"]),
        (["06_other", "06"], ["06_other"]),
        (["06", "05_small"], ["05_small", "06_other"]),
    ],
)
def test_a_lecture_is_asked_for_by_its_number_or_its_name(tmp_path, asked, stems):
    for name in ("06_other", "05_small"):
        (tmp_path / f"{name}.ipynb").touch()
    assert [path.stem for path in chosen(tmp_path, asked)] == stems


def test_an_unknown_lecture_is_refused_with_those_that_there_are(tmp_path):
    solutions, lectures = small_course(tmp_path)
    with pytest.raises(ValueError, match=r"no lecture '06' in .*: there are 05_small"):
        release(solutions, lectures, ["05", "06"])
    assert not lectures.exists()


@pytest.mark.ci
def test_one_more_cell_changes_no_other_lines(released):
    solutions, lectures = released
    path = solutions / "05_small.ipynb"
    before = path.read_text().splitlines()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(1, nbformat.v4.new_code_cell("6 * 7", id="new"))
    path.write_text(text(notebook))
    release(solutions, lectures)
    kinds = [line[0] for line in difflib.ndiff(before, path.read_text().splitlines())]
    assert kinds.count("-") == 0
    assert 0 < kinds.count("+") < 30


def test_a_students_work_is_never_overwritten(released):
    solutions, lectures = released
    path = lectures / "05_small.ipynb"
    path.write_text(path.read_text().replace("raise NotImplementedError", "return x.sum() # raise NotImplementedError"))
    mine = path.read_bytes()
    with pytest.raises(Edited, match="05_small"):
        release(solutions, lectures)
    assert path.read_bytes() == mine


@pytest.mark.ci
def test_a_timing_keeps_its_saved_output(tmp_path):
    solutions, lectures = small_course(tmp_path, "import time; print(time.perf_counter_ns())", *small.CELLS)
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


def test_running_a_lecture_is_not_editing_it(released):
    _, lectures = released
    path = lectures / "05_small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs, notebook.metadata["language_info"]["version"] = [], "3.99"
    path.write_text(text(notebook))
    refuse_edited(path)


@pytest.mark.parametrize(
    "broken",
    [
        small.ADD_UP.replace("### END SOLUTION", ""),
        "check(add_upp)",
        "### END SOLUTION\n",
        "### BEGIN SOLUTION\nprint(1)\n### END SOLUTION",
    ],
)
def test_a_broken_source_is_refused_with_the_cell(tmp_path, broken):
    solutions, lectures = small_course(tmp_path, broken)
    with pytest.raises(ValueError, match="cell cell-0"):
        release(solutions, lectures)


@pytest.mark.parametrize(
    ("heading", "asked", "error"),
    [
        ("**Your turn: `add_up(x)`, 3 points.**", "add_up", "add_up is said to have 3 points, and has 2 points"),
        ("**Exercise 5.1 (1 point).** Write `add_up(x)`.", "add_up", "said to have 1 point, and has 2 points"),
        ("**Poll `poll_length`, 2 points.**", "poll_length", "said to have 2 points, and has 1 point$"),
        ("**Poll 5.1 (3 points), on paper.** Is `x` long?", "poll_length", "said to have 3 points, and has 1 point$"),
        ("**Your turn: `ends(x)`, 3 points.**", "ends", "3 points, and has 3 points: first 1, last 2"),
        ("**Your turn: `ends(x)`, 3 points: first 2, last 1.**", "ends", "first 2, last 1, and has .*first 1, last 2"),
        ("**Your turn: `ends(x)`, 4 points: first 1, last 2.**", "ends", "said to have 4 points: first 1, last 2"),
        ("**Exercise 5.2 (3 points: first 1, end 2).** `ends`", "ends", "first 1, end 2, and has 3 points"),
        ("**Your turn: `add_down(x)`, 2 points.**", "add_up", r"heading of add_down is followed by check\(add_up\)"),
        ("**Your turn: `add_up(x)`, 2 points.**", "", "no check follows the heading"),
    ],
)
def test_other_points_than_the_exercise_gives_are_refused(heading, asked, error):
    notebook = small.notebook(heading, f"check({asked})" if asked else "x = 3")
    with pytest.raises(ValueError, match=f"^a.ipynb: .*{error}"):
        compare_points(notebook, "a.ipynb")


@pytest.mark.parametrize(
    ("heading", "asked"),
    [
        ("**Your turn:\n`ends(x, much=1)`,\n3 points: first 1,\nlast 2.** Go.", "ends"),
        ("**Exercise 5.2 (3 points: first 1, last 2).** Write `add_up` again.", "ends"),
        ("**Poll `poll_length`, 1 point.**", '"poll_length"'),
        ("**Poll 5.1 (1 point), on paper.**", '"poll_length"'),
        ("# Points\n**Your turn: `add_up(x)`, 2 points.**\n\n**Note.** 4 points on a line.", "add_up"),
    ],
)
def test_the_points_that_the_exercise_gives_pass(heading, asked):
    assert compare_points(small.notebook(heading, f"check({asked})"), "a.ipynb") == {asked.strip('"')}


def test_a_release_with_wrong_points_writes_nothing(tmp_path):
    solutions, lectures = small_course(tmp_path, *[cell.replace("2 points", "3 points") for cell in small.CELLS])
    with pytest.raises(ValueError, match=r"05_small.ipynb: add_up is said to have 3 points, and has 2 points"):
        release(solutions, lectures)
    assert not lectures.exists()


@pytest.mark.ci
def test_a_cell_that_writes_to_stderr_is_refused(tmp_path):
    solutions, lectures = small_course(tmp_path, "import sys; print('tick 17 %', file=sys.stderr)")
    with pytest.raises(ValueError, match="stderr"):
        release(solutions, lectures)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no notebook"):
        release(tmp_path, tmp_path / "lectures")
