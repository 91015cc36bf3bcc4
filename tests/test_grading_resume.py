"""A run that is stopped goes on where it was: nothing twice, nothing lost, no file half written."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading.notebooks import ASKED, ROOT, SEED, graded, solved, text, written

from cnnlib.__main__ import main
from cnnlib.grading import hands, records, report
from cnnlib.grading.records import Rules, State
from cnnlib.grading.submissions import Submission

pytestmark = pytest.mark.ci

SECONDS = 600  # in which a run certainly gets somewhere, on a busy machine too
RIGHT = 'import numpy as np\ndef conv1d_forward(x, w, b):\n    return np.correlate(x, w, "valid") + b'
OPEN = text(written("conv1d_forward = None"))
POINTS = ASKED["conv1d_forward"].possible


def right(name: str, first: str = "pass") -> str:
    """One exercise, right; the others are open. Every student's notebook is another one."""
    return text(written(first, RIGHT, f"mine = '{name}'"))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def points(out: Path) -> dict[str, int]:
    return {row["student"]: int(row["points"]) for row in table(out / "totals.csv")}


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Two with points, one without, one that is no notebook."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name in ("ann", "bo"):
        (folder / f"{name}.ipynb").write_text(right(name))
    (folder / "cy.ipynb").write_text(OPEN)
    (folder / "di.ipynb").write_text("{")
    return folder


@pytest.fixture
def grade(bwrap, submissions, tmp_path, monkeypatch, capsys):
    """Runs the command, which must end with this code; returns who was run, and what was printed."""
    run = []
    real = hands.grade_notebook
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it

    def noted(submission, *rest):
        run.append(submission.student)
        return real(submission, *rest)

    monkeypatch.setattr(hands, "grade_notebook", noted)

    def grade(*options: str, code: int = 0) -> tuple[list[str], str]:
        run.clear()
        assert main(["grade", str(submissions), "--out", str(tmp_path / "out"), "--jobs", "1", *options]) == code
        said = capsys.readouterr()
        return run[:], said.out + said.err

    yield grade
    signal.signal(signal.SIGINT, before)


def test_the_same_command_over_a_finished_folder_changes_nothing_and_says_so(grade, tmp_path):
    out = tmp_path / "out"
    assert grade()[0] == ["ann", "bo", "cy", "di"]
    before = files(out)
    again, said = grade()
    assert again == []
    assert files(out) == before
    assert "Graded by an earlier run and unchanged: 4. Graded by this one: 0." in said
    assert f"Nothing in {out} has changed" in said


def test_pages_can_be_had_later_without_grading(grade, tmp_path):
    grade()
    before = files(tmp_path / "out")
    again, said = grade("--html")
    assert again == []
    assert "class.html" in said
    after = files(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"class.html"}


def test_only_what_changed_is_graded_and_the_earlier_tables_stay(grade, submissions, tmp_path):
    grade()
    before = files(tmp_path / "out")
    (submissions / "bo.ipynb").write_text(OPEN)
    (submissions / "ed.ipynb").write_text(right("ed"))
    again, _ = grade()
    assert again == ["ed"]  # bo's is cy's now, to the letter
    assert points(tmp_path / "out") == {"ann": POINTS, "bo": 0, "cy": 0, "di": 0, "ed": POINTS}
    assert files(tmp_path / "out")["totals.1.csv"] == before["totals.csv"]
    assert files(tmp_path / "out")["results.1.json"] == before["results.json"]


@pytest.mark.parametrize("change", [["--seed", "7"], ["--timeout", "2"]])
def test_another_seed_or_limit_grades_all_anew(grade, change):
    assert "Nothing of the earlier run was kept" not in grade()[1]
    anew, said = grade(*change)
    assert anew == ["ann", "bo", "cy", "di"]
    assert "Nothing of the earlier run was kept: the course, the seed, the limits" in said
    again, said = grade(*change)
    assert again == []
    assert "Nothing of the earlier run was kept" not in said


def test_another_version_of_the_course_grades_all_anew(grade, monkeypatch):
    grade()
    monkeypatch.setattr(records, "course", lambda: "another")
    assert grade()[0] == ["ann", "bo", "cy", "di"]


def test_the_code_that_judges_is_the_version_of_the_course(monkeypatch, tmp_path):
    """Any of its files, and what it is called, but no figure."""
    for name in ("checks/a.txt", "exercises/b.py", "plotting/c.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x = 1")
    monkeypatch.setattr(records.cnnlib, "__file__", str(tmp_path / "__init__.py"))

    def version() -> str:
        return records.course.__wrapped__()

    seen = [version()]
    (tmp_path / "plotting" / "c.py").write_text("x = 2")
    assert version() == seen[0]
    (tmp_path / "exercises" / "b.py").write_text("x = 2")
    seen.append(version())
    (tmp_path / "exercises" / "b.py").rename(tmp_path / "exercises" / "d.py")
    seen.append(version())
    (tmp_path / "checks" / "a.txt").write_text("x = 2")
    seen.append(version())
    assert len(set(seen)) == 4


def test_the_key_of_a_record_holds_all_that_decides():
    rules, here = Rules(1, 2.5, False, "course"), Submission("a", "a.ipynb", path=Path("a"))
    keys = {
        rules.key(here, b"x"),
        rules.key(here, b"y"),
        rules.key(Submission("a", "04_convolution.ipynb", path=Path()), b"x"),
    }
    keys |= {other.key(here, b"x") for other in (Rules(2, 2.5, False, "course"), Rules(1, 2.5, True, "course"))}
    assert len(keys) == 5
    assert rules.key(Submission("b", "b.ipynb", path=Path("b")), b"x") in keys


def test_force_grades_all_anew_under_a_new_seed_and_a_stopped_one_goes_on(grade, tmp_path, monkeypatch):
    grade()
    seed = records.state_in(tmp_path / "out").seed
    assert grade("--force")[0] == ["ann", "bo", "cy", "di"]
    assert records.state_in(tmp_path / "out").seed != seed
    noted = hands.grade_notebook
    monkeypatch.setattr(hands, "grade_notebook", stopping_at("bo", noted))
    assert "Stopped by Ctrl-C" in grade("--force", code=130)[1]
    monkeypatch.setattr(hands, "grade_notebook", noted)
    seed = records.state_in(tmp_path / "out").seed
    assert grade("--force")[0] == ["bo", "cy", "di"]
    assert records.state_in(tmp_path / "out").seed == seed


def test_another_policy_or_points_by_hand_make_new_tables_and_grade_nothing(grade, tmp_path):
    out, policy, manual, roster = (tmp_path / name for name in ("out", "p.toml", "m.csv", "r.csv"))
    policy.write_text("[points]\nconv1d_forward = 100\n")
    manual.write_text("student,exercise,points\nbo,conv1d_forward,7\n")
    roster.write_text("ann\nzoe\n")
    grade()
    before = files(out)
    again, said = grade("--policy", str(policy))
    assert again == []
    assert f"ann, conv1d_forward: {POINTS} before, 100 now" in said
    assert {row["student"]: row["final"] for row in table(out / "totals.csv")}["bo"] == "100"
    assert files(out)["totals.1.csv"] == before["totals.csv"]
    again, said = grade("--policy", str(policy), "--manual", str(manual))
    assert again == []
    assert "bo, conv1d_forward: 100 before, 7 now" in said
    assert {"marks.1.csv", "marks.2.csv"} & set(files(out)) == {"marks.2.csv"}
    options = ["--policy", str(policy), "--manual", str(manual), "--roster", str(roster)]
    again, said = grade(*options)
    assert again == []
    assert "Absent, 1 of 2: zoe." in said
    before = files(out)
    manual.write_text("student,exercise,points\nbo,conv1d_forward,8\n")
    assert grade(*options)[0] == []
    assert files(out)["sums.3.csv"] == before["sums.csv"]
    before = files(out)
    assert f"Nothing in {out} has changed" in grade(*options)[1]
    assert files(out) == before


def test_what_a_stopped_run_left_is_no_earlier_run(grade, submissions, tmp_path, monkeypatch):
    """Its tables and drafts have the policy's points; what changed is said when it came to its end."""
    policy = tmp_path / "p.toml"
    policy.write_text("[points]\nconv1d_forward = 100\n")
    grade()
    noted = hands.grade_notebook
    monkeypatch.setattr(hands, "grade_notebook", stopping_at("bo", noted))
    _, said = grade("--seed", "7", "--policy", str(policy), code=130)
    assert "since the earlier run" not in said
    assert [(row["student"], row["final"]) for row in table(tmp_path / "out" / "totals.csv")] == [("ann", "100")]
    assert not (tmp_path / "out" / "changes.csv").exists()
    monkeypatch.setattr(hands, "grade_notebook", noted)
    again, said = grade("--seed", "7", "--policy", str(policy))
    assert again == ["bo", "cy", "di"]
    assert "Changed since the earlier run, 2 students" in said
    assert {(row["student"], row["before"], row["after"]) for row in table(tmp_path / "out" / "changes.csv")} == {
        (name, str(POINTS), "100") for name in ("ann", "bo")
    }


def stopping_at(student, work):
    def stopping(submission, *rest):
        if submission.student == student:
            os.kill(os.getpid(), signal.SIGINT)
            return None
        return work(submission, *rest)

    return stopping


def test_a_draft_that_was_changed_by_hand_is_never_replaced(grade, tmp_path, monkeypatch):
    noted = hands.grade_notebook
    monkeypatch.setattr(hands, "grade_notebook", stopping_at("bo", noted))
    grade(code=130)
    monkeypatch.setattr(hands, "grade_notebook", noted)
    assert points(tmp_path / "out") == {"ann": POINTS}
    with (tmp_path / "out" / "totals.csv").open("a") as file:
        file.write("mine\n")
    mine = (tmp_path / "out" / "totals.csv").read_text()
    again, said = grade(code=2)
    assert again == []
    assert "not as that run left them" in said
    assert grade("--force")[0] == ["bo", "cy", "di"]
    assert (tmp_path / "out" / "totals.1.csv").read_text() == mine


DAMAGE = ("", "{", "[]", "3", '{"status": "graded"}', '{"status": "", "verdicts": [{"notes": 1}]}')


def test_a_record_that_is_damaged_is_made_again(grade, tmp_path):
    grade()
    before = files(tmp_path / "out")
    [found, *others] = [path for path in (tmp_path / "out" / "records").iterdir() if path.name != "state.json"]
    assert len(others) == 3
    whole = json.loads(found.read_text())
    for damage in (*DAMAGE, json.dumps(whole | {"seconds": "a"})):
        found.write_text(damage)
        assert records.load(tmp_path / "out", found.stem, Submission("a", "a.ipynb", path=Path("a"))) is None
    assert len(grade()[0]) == 1
    assert json.loads(found.read_text()) | {"seconds": 0} == whole | {"seconds": 0}
    after = files(tmp_path / "out")
    assert {name: after[name] for name in before} == before


def test_a_fault_of_the_grader_is_not_kept(grade, monkeypatch):
    from cnnlib.grading.student import Student

    with monkeypatch.context() as patch:
        patch.setattr(Student, "run", None)
        assert "the grader failed" in grade()[1]
    again, said = grade()
    assert again == ["ann", "bo", "cy"]  # of the last one nothing is run
    assert "the grader failed" not in said


def test_a_record_holds_every_word_of_a_verdict(launcher, tmp_path):
    wrong = "def conv1d_forward(x, w, b):\n    print('\\x02 é \\ud800')\n    return np.convolve(x, w, 'valid') + b"
    one = graded(solved(conv1d_forward=wrong), launcher, tmp_path)
    assert any(verdict.findings[0].rows for verdict in one.verdicts)
    (tmp_path / "records").mkdir()
    records.save(tmp_path, "key", one)
    assert records.load(tmp_path, "key", one.submission) == one


def test_killed_at_any_point_it_goes_on(bwrap, tmp_path):
    """Killed again and again, each time a little later, until it comes through."""
    folder, out = tmp_path / "submissions", tmp_path / "out"
    folder.mkdir()
    names = [f"s{number}" for number in range(6)]
    for name in names:
        (folder / f"{name}.ipynb").write_text(right(name, "import time\ntime.sleep(0.3)"))
    command = [sys.executable, "-m", "cnnlib", "grade", str(folder), "--out", str(out), "--jobs", "1", "--html"]
    kits = tmp_path / "kits"
    kits.mkdir()
    system = os.environ | {"TMPDIR": str(kits)}
    seen: set[str] = set()
    for _ in range(len(names) - 2):
        process = subprocess.Popen(command, cwd=ROOT, env=system, stdout=subprocess.DEVNULL)
        until = time.monotonic() + SECONDS
        while process.poll() is None and time.monotonic() < until:
            if not kept(out) <= seen and (out / "totals.csv").exists():
                break
            time.sleep(0.02)
        process.kill()
        process.wait()
        assert len(list(kits.iterdir())) == 1
        assert seen < kept(out)
        seen = kept(out)
        for path in out.glob("*.csv"):
            assert path.read_bytes().endswith(b"\n")
        assert set(points(out).values()) == {POINTS}
    times = {name: (out / "records" / name).stat().st_mtime_ns for name in seen}
    done = subprocess.run(command, cwd=ROOT, env=system, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert {name: (out / "records" / name).stat().st_mtime_ns for name in seen} == times
    assert points(out) == dict.fromkeys(names, POINTS)
    assert sorted(path.name for path in out.iterdir()) == [
        *("class.html", "grades.csv", "likeness.csv", "records", "results.json", "students", "totals.csv")
    ]
    assert len(kept(out)) == len(names)
    assert not list(kits.iterdir())


def test_the_kit_of_a_grader_that_runs_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(hands.tempfile, "tempdir", str(tmp_path))
    with hands.kit_folder() as first, hands.kit_folder():
        assert Path(first).exists()


def kept(out: Path) -> set[str]:
    """The records that are whole."""
    found = set()
    for path in (out / "records").glob("*.json"):
        json.loads(path.read_text())
        if path.name != "state.json":
            found.add(path.name)
    return found


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
def test_a_polite_end_is_as_ctrl_c(bwrap, submissions, tmp_path):
    (submissions / "ed.ipynb").write_text(right("ed", "import time\ntime.sleep(60)"))
    command = [sys.executable, "-m", "cnnlib", "grade", str(submissions), "--out", str(tmp_path / "out"), "--jobs", "1"]
    command += ["--timeout", "60"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + SECONDS
    while len(kept(tmp_path / "out")) < 3 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.terminate()
    _, warned = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Stopped by SIGTERM" in warned
    found = points(tmp_path / "out")
    assert [found[name] for name in ("ann", "bo", "cy")] == [POINTS, POINTS, 0]
    assert "ed" not in found


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    records.put(path, "first")
    monkeypatch.setattr(records.os, "fsync", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        records.put(path, "second")
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"a.json": "first"}


def test_a_disk_that_is_full_costs_no_points_and_shows_the_table(grade, tmp_path, monkeypatch):
    grade()
    before = files(tmp_path / "out")
    real = records.put

    def full(path, content):
        if path.name != records.STATE:
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(records, "put", full)
    monkeypatch.setattr(report, "put", full)
    run, said = grade("--seed", "3", code=2)
    assert run == ["ann", "bo", "cy", "di"]
    assert f"ann      ann.ipynb       {POINTS}" in said
    assert "The tables could not be written: [Errno 28] No space left on device" in said
    assert files(tmp_path / "out") == before
    monkeypatch.setattr(records, "put", real)
    monkeypatch.setattr(report, "put", real)
    assert grade("--seed", "3")[0] == ["ann", "bo", "cy", "di"]
    assert files(tmp_path / "out")["totals.1.csv"] == before["totals.csv"]


def test_the_digest_of_what_will_be_written_is_that_of_what_is_there(tmp_path):
    written = {"grades.csv": "é\n", "students/a.html": "a", "students/b.html": ""}
    (tmp_path / "students").mkdir()
    for name, content in written.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    found = report.digests(written)
    assert found == {name: records.digest_of(tmp_path / name) for name in ("grades.csv", "students")}
    (tmp_path / "students" / "b.html").rename(tmp_path / "students" / "c.html")
    assert records.digest_of(tmp_path / "students") != found["students"]


def test_a_new_run_has_a_seed_of_its_own():
    seeds = {records.seed_for(State(), None, False) for _ in range(4)}
    assert len(seeds) == 4
    assert records.seed_for(State(seed=SEED), None, False) == SEED
    assert records.seed_for(State(seed=1), SEED, True) == SEED
