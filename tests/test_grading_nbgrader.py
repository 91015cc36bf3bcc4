"""Beside nbgrader: our points in its gradebook, its commands on our notebooks."""

import csv
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import need_module
from grading.notebooks import LECTURE, POSSIBLE, ROOT, SEED, solved, text
from test_grading_output import flipped, student

from cnnlib.__main__ import main
from cnnlib.exercises import lectures
from cnnlib.grading import gradebook
from cnnlib.grading.batch import remarked
from cnnlib.grading.by_hand import Note, by_hand
from cnnlib.grading.marking import Graded
from cnnlib.grading.policy import Policy, by_policy
from cnnlib.grading.report import Refused

pytestmark = pytest.mark.ci

NAME = "conv1d_forward"
WRONG = {NAME: "def conv1d_forward(x, w, b):\n    return np.convolve(x, w, mode='valid') + b"}
HIDDEN = "<script>alert(1)</script>"


@pytest.fixture(scope="module", autouse=True)
def _nbgrader():
    need_module("nbgrader")


def nbgrader(course: Path, *arguments: str) -> str:
    """What one of its commands prints; it must succeed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=os.environ | {"PATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def points(course: Path) -> dict[str, tuple[float, float]]:
    """Student -> points and what is possible, as the gradebook has them."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        found = {one.id: book.find_submission(LECTURE, one.id) for one in book.students}
        return {student: (one.score, one.max_score) for student, one in found.items()}


class Page(HTMLParser):
    """The text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(source)

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


def late_and_wrong() -> list[Graded]:
    """One with a mistake, one late and with points by hand, both by a policy."""
    ann = student("Lee, Ann_7", flipped)
    done = by_policy(Policy(percent=10, weights={NAME: 2}), remarked([ann, student("bo", late=True)], sandboxed=True))
    said = [Note("bo", LECTURE, "fit_kernel", 1, "not quite"), Note("Lee, Ann_7", LECTURE, "", None, HIDDEN)]
    return by_hand(said, done)[0]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course whose gradebook was filled twice, as by a regrade."""
    folder = tmp_path_factory.mktemp("course")
    path = folder / "gradebook.db"
    gradebook.ready(path)
    gradebook.fill(path, late_and_wrong())
    gradebook.fill(path, late_and_wrong())
    return folder


def test_export_shows_the_points_the_penalty_and_what_is_possible(course):
    nbgrader(course, "export", "--to", "exported.csv")
    with (course / "exported.csv").open(encoding="utf-8", newline="") as file:
        found = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(found) == {"Lee_ Ann_7", "bo"}
    for one, row in zip(late_and_wrong(), found.values(), strict=True):
        final = one.final
        told = {"raw_score": final.sum, "late_submission_penalty": final.sum - final.points, "score": final.points}
        for name, value in (told | {"max_score": final.possible}).items():
            assert float(row[name]) == pytest.approx(value)


def test_feedback_shows_the_verdicts_the_scores_and_the_comments(course):
    nbgrader(course, "generate_feedback", LECTURE, "--force")
    for one, name in zip(late_and_wrong(), ("Lee_ Ann_7", "bo"), strict=True):
        source = (course / "feedback" / name / LECTURE / f"{LECTURE}.html").read_text(encoding="utf-8")
        page = " ".join(Page(source).text.split())
        assert f"(Score: {one.final.points} / {float(one.final.possible)})" in page
        for verdict in one.verdicts:
            assert f"Grade cell: check_{verdict.exercise}" in page
        assert HIDDEN not in source
    assert "Comments: not quite" in page
    assert "1 of 2 not quite" in page


def test_what_a_person_did_in_nbgrader_stays(tmp_path):
    from nbgrader.api import Gradebook

    path = tmp_path / "gradebook.db"
    gradebook.ready(path)
    [one] = remarked([student("ann", flipped)], sandboxed=True)
    gradebook.fill(path, [one])
    with Gradebook(f"sqlite:///{path}") as book:
        book.find_grade(f"check_{NAME}", LECTURE, LECTURE, "ann").manual_score = 0.5
        book.find_comment(NAME, LECTURE, LECTURE, "ann").manual_comment = "seen"
        book.db.commit()
    gradebook.fill(path, [one])
    with Gradebook(f"sqlite:///{path}") as book:
        grade = book.find_grade(f"check_{NAME}", LECTURE, LECTURE, "ann")
        wrong = next(verdict for verdict in one.verdicts if verdict.exercise == NAME)
        assert (grade.manual_score, grade.auto_score, grade.score) == (0.5, wrong.points, 0.5)
        assert book.find_comment(NAME, LECTURE, LECTURE, "ann").comment == "seen"
        assert not grade.needs_manual_grade


def test_an_exercise_that_is_newer_than_the_gradebook_is_added(tmp_path):
    path = tmp_path / "gradebook.db"
    gradebook.ready(path)
    [one] = remarked([student("ann")], sandboxed=True)
    fewer = Graded(one.submission, one.status, one.lecture, one.verdicts[1:])
    gradebook.fill(path, [fewer])
    gradebook.fill(path, [one])
    assert points(tmp_path) == {"ann": (POSSIBLE, POSSIBLE)}


def test_only_the_attempt_that_counts_is_written(tmp_path):
    path = tmp_path / "gradebook.db"
    gradebook.ready(path)
    both = [student("ann", flipped, number=1, time=0), student("ann", number=2, time=0)]
    gradebook.fill(path, remarked(both, sandboxed=True))
    assert points(tmp_path) == {"ann": (POSSIBLE, POSSIBLE)}


def test_a_notebook_of_nbgrader_s_own_is_never_overwritten(tmp_path):
    path = tmp_path / "gradebook.db"
    gradebook.ready(path)
    own = tmp_path / "autograded" / "ann" / LECTURE / f"{LECTURE}.ipynb"
    own.parent.mkdir(parents=True)
    own.write_text("{}")
    said = gradebook.fill(path, remarked([student("ann")], sandboxed=True))
    assert own.read_text() == "{}"
    assert "1 notebooks in autograded/" in said[1]


def test_students_get_names_that_folders_and_tables_can_hold():
    names = ["Lee, Ann_7", "Lee; Ann_7", "../..", "a/b", "A_b", "*", ".née", "née", "", "é" * 9000, "-rf", "@SUM"]
    found = gradebook.students(names)
    assert len({name.casefold() for name in found.values()}) == len(names)
    for name in found.values():
        assert name.strip(" .-@") == name != ""
        assert len(name.encode()) < 200
        assert not set(name) & set('/\\*?[],;"')
    assert (found["née"], found["A_b"]) == ("née", "A_b")  # whatever others are called


@pytest.mark.parametrize(
    "content", [b"no database at all, but a text that is long enough to be taken for one" * 20, None]
)
def test_what_is_no_gradebook_is_refused(tmp_path, content):
    path = tmp_path / ("gradebook.db" if content else "missing/gradebook.db")
    if content:
        path.write_bytes(content)
    with pytest.raises(Refused, match="cannot be used as nbgrader's gradebook"):
        gradebook.ready(path)
    assert not content or path.read_bytes() == content


def test_without_nbgrader_the_command_says_what_to_install(tmp_path, monkeypatch, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    options = ["--out", str(tmp_path / "out"), "--nbgrader", str(tmp_path / "gradebook.db")]
    assert main(["grade", str(tmp_path / "in"), *options]) == 2
    assert "nbgrader is not installed here" in capsys.readouterr().err
    assert not (tmp_path / "gradebook.db").exists()


def test_a_gradebook_among_the_submissions_is_refused(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    options = ["--out", str(tmp_path / "out"), "--nbgrader", str(tmp_path / "in" / "gradebook.db")]
    assert main(["grade", str(tmp_path / "in"), *options]) == 2
    assert "where nothing is written" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["ann.ipynb"]


def test_a_gradebook_that_cannot_be_written_costs_no_table(bwrap, tmp_path, monkeypatch, capsys):
    def full(*_):
        raise OSError("no space left")

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    monkeypatch.setattr(gradebook, "fill", full)
    options = ["--out", str(tmp_path / "out"), "--nbgrader", str(tmp_path / "gradebook.db")]
    assert main(["grade", str(tmp_path / "in"), *options]) == 2
    assert "could not be filled in: no space left. The tables are complete." in capsys.readouterr().err
    assert (tmp_path / "out" / "totals.csv").exists()


# ---------------------------------------------------------------- the released notebooks


@pytest.mark.parametrize("folder", ["lectures", "solutions"])
@pytest.mark.parametrize("lecture", lectures())
def test_nbgrader_reads_the_metadata_of_every_lecture(folder, lecture):
    """Its own checks: the schema, names that are there once, points; and the points are those of the exercises."""
    from nbgrader.nbgraderformat import read
    from nbgrader.preprocessors import CheckCellMetadata, LockCells
    from nbgrader.utils import determine_grade, is_grade, is_solution

    notebook = read(str(ROOT / folder / f"{lecture}.ipynb"), as_version=4)
    for check in (CheckCellMetadata(), LockCells()):
        notebook, _ = check.preprocess(notebook, {})
    possible = {cell.metadata.nbgrader.grade_id: determine_grade(cell)[1] for cell in notebook.cells if is_grade(cell)}
    assert possible == {f"check_{exercise.name}": exercise.possible for exercise in lectures()[lecture]}
    answers = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if is_solution(cell)]
    assert sorted(answers) == sorted(exercise.name for exercise in lectures()[lecture])


def test_validate_names_the_exercise_that_is_wrong_and_no_other(tmp_path):
    (tmp_path / "a.ipynb").write_text(text(solved(**WRONG)), encoding="utf-8")
    said = nbgrader(tmp_path, "validate", "a.ipynb")
    assert said.count("The following cell failed") == 1
    assert f"check({NAME})" in said


def test_autograde_gives_the_points_of_the_checks_and_ours_replace_them(bwrap, tmp_path):
    handed_in = {"ann": solved(), "bo": solved(**WRONG)}
    for name, notebook in {"source": solved(), **handed_in}.items():
        place = tmp_path / ("source" if name == "source" else f"submitted/{name}") / LECTURE
        place.mkdir(parents=True)
        (place / f"{LECTURE}.ipynb").write_text(text(notebook), encoding="utf-8")
    nbgrader(tmp_path, "generate_assignment", LECTURE)
    nbgrader(tmp_path, "autograde", LECTURE)
    theirs = points(tmp_path)
    assert theirs["ann"] == (POSSIBLE, POSSIBLE)
    assert 0 < theirs["bo"][0] < POSSIBLE
    loose = tmp_path / "loose"
    loose.mkdir()
    for name, notebook in handed_in.items():
        (loose / f"{name}.ipynb").write_text(text(notebook))
    options = ["--out", str(tmp_path / "out"), "--seed", str(SEED), "--nbgrader", str(tmp_path / "gradebook.db")]
    assert main(["grade", str(loose), *options]) == 0
    assert points(tmp_path) == theirs
