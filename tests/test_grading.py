"""The grader: honest notebooks get what the notebook says, hostile ones gain nothing, and no file stops the rest."""

import csv
import json
import linecache
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from grading import copied
from grading.ambushes import ambushes
from grading.hostile import attacks
from grading.notebooks import (
    AROUND,
    ASKED,
    LECTURE,
    POSSIBLE,
    ROOT,
    SEED,
    graded,
    honest,
    solved,
    text,
    unreadable,
    written,
)

from cnnlib.__main__ import main
from cnnlib.checks import Ask, Verdict, asks, judge, stepping
from cnnlib.checks.cases import given
from cnnlib.exercises import find as exercise_named
from cnnlib.exercises import lectures
from cnnlib.exercises.session import COURSE
from cnnlib.grading import marking, messages, notebook, reading, report, sandbox
from cnnlib.grading.marking import verdict
from cnnlib.grading.process import Limits
from cnnlib.grading.runner import build
from cnnlib.grading.sandbox import Launcher, pack_kit, sandboxes, unsandboxed
from cnnlib.grading.student import Stopped, Student

pytestmark = pytest.mark.ci

SECONDS = 1200  # in which a batch is certainly done, on a busy machine too
HONEST, UNREADABLE = honest(), unreadable()
ATTACKS = attacks(paths=["nowhere"], marker="", port=0) | ambushes(marker="")
FULL = {f"{exercise.name} {part}": n for exercise in lectures()[LECTURE] for part, n in exercise.parts.items()}

Row = dict[str, str]


@dataclass
class Run:
    """What one run of the command left behind."""

    code: int
    printed: str
    warned: str
    grades: list[Row]
    totals: list[Row]

    def of(self, student: str) -> list[Row]:
        return [row for row in self.grades if row["student"] == student]

    def total(self, student: str) -> Row:
        [total] = [row for row in self.totals if row["student"] == student]
        return total


def command(folder: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "cnnlib", "grade", str(folder), "--out", str(out), "--timeout", "1", *options]


def run(folder: Path, out: Path, *options: str, path: str = os.environ["PATH"]) -> Run:
    done = subprocess.run(
        command(folder, out, *options),
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | {"PATH": path, "PYTHONUTF8": "1"},
        check=False,
        timeout=SECONDS,
    )
    return Run(done.returncode, done.stdout, done.stderr, table(out / "grades.csv"), table(out / "totals.csv"))


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read(content: Any) -> notebook.Notebook:
    """What the grader comes to know of a notebook."""
    message, numbers = reading.read(text(content).encode(), notebook.wanted())
    return notebook.notebook_of(json.loads(json.dumps(message)), numbers)


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every path below, with its size and the time of its last change."""
    paths = [Path(place, name) for place, folders, files in os.walk(folder) for name in [*folders, *files]]
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in paths}


def lost(rows: list[Row]) -> dict[str, str]:
    """Part -> reason, of the parts without points; every part must be there once, in the order of the lecture."""
    assert [f"{row['exercise']} {row['part']}" for row in rows] == list(FULL)
    for row in rows:
        assert int(row["possible"]) == FULL[f"{row['exercise']} {row['part']}"]
        assert int(row["points"]) in (0, int(row["possible"]))
        assert (row["reason"] == "right") == (row["points"] == row["possible"])
    return {f"{row['exercise']} {row['part']}": row["reason"] for row in rows if row["points"] == "0"}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack_kit(tmp_path_factory.mktemp("kit"))


@pytest.fixture
def student(launcher: Launcher) -> Iterator[Student]:
    student = Student(launcher, Limits())
    yield student
    student.close()


# ---------------------------------------------------------------- honest notebooks


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


# ---------------------------------------------------------------- hostile notebooks


@dataclass
class Ambush:
    """A hostile batch, and what it was not to touch."""

    run: Run
    marker: str
    places: list[Path]  # where it was to be left
    called: bool  # over the network


@pytest.fixture(scope="module")
def ambush(bwrap: str, tmp_path_factory: pytest.TempPathFactory) -> Ambush:
    folder, out = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("out")
    private = tmp_path_factory.mktemp("private")
    (private / "secret").write_text("of this machine")
    marker = f"left-behind-{uuid.uuid4().hex}"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        places = [ROOT, ROOT / "cnnlib", folder, out, private, Path("/etc/passwd"), Path("/proc/1")]
        hostile = attacks(paths=[str(path) for path in places], marker=marker, port=server.getsockname()[1])
        hostile |= ambushes(marker)
        for name, attack in hostile.items():
            (folder / name).mkdir()
            (folder / name / "a.ipynb").write_text(text(attack.notebook))
        before = tree(folder), tree(private)
        done = run(folder, out, "--jobs", "3")  # most of them wait until they are ended
        assert (tree(folder), tree(private)) == before
        try:
            server.accept()
            called = True
        except BlockingIOError:
            called = False
    return Ambush(done, marker, [*places, Path.home(), Path(tempfile.gettempdir())], called)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing_and_costs_no_other(ambush, name):
    attack = ATTACKS[name]
    total = ambush.run.total(name)
    said = " ".join([total["status"], *lost(ambush.run.of(name)).values()])
    assert attack.least <= int(total["points"]) <= attack.most, said
    assert attack.says in said


def test_a_batch_of_attacks_is_finished(ambush):
    assert ambush.run.code == 0
    assert [row["student"] for row in ambush.run.totals] == sorted(ATTACKS)


def test_nothing_is_left_of_an_attack(ambush):
    assert not ambush.called
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if ambush.marker.encode() in contents(path)]
    assert not [place for place in ambush.places if (place / ambush.marker).exists()]


def contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has just ended
        return b""


def test_texts_of_students_do_nothing_on_a_terminal_or_in_a_spreadsheet(ambush):
    for row in [*ambush.run.grades, *ambush.run.totals]:
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "-", "@")
            assert cell.isprintable()
    assert ambush.run.printed.replace("\n", "").isprintable()


def test_the_memory_of_all_processes_together_is_limited(launcher):
    source = """
import os, time, numpy as np
def grow():
    os.fork(), os.fork()
    kept = [np.ones(2**24) for _ in range(8)]
    time.sleep(60)
"""
    student = Student(launcher, Limits(call=60, notebook=600))
    assert student.run(1, source) == ""
    [answer] = student.answers("grow", [((), {})])
    assert answer.error == "stopped: more than 2.5 GB of memory"
    student.close()


def test_the_number_of_processes_is_limited(launcher):
    source = """
import os, time
def grow():
    for _ in range(40):
        os.fork() or time.sleep(60)
    time.sleep(60)
"""
    student = Student(launcher, Limits(call=60, notebook=600))
    assert student.run(1, source) == ""
    [answer] = student.answers("grow", [((), {})])
    assert answer.error == "stopped: more than 32 processes"
    student.close()


def test_a_folder_is_hidden_inside_one_that_is_seen_and_the_other_way_round(bwrap, kit, monkeypatch):
    """As a checkout below the libraries' folder would be, with its own .venv in it."""
    hidden = Path(nbformat.__file__).resolve().parent
    monkeypatch.setattr(sandbox, "_sites", lambda: [hidden.parent, hidden / "v4"])
    for way in sandboxes(kit, [hidden]):
        student = Student(way, Limits())
        assert student.run(1, f"import os\nfrom os import listdir\nopen({str(hidden / 'v4' / '__init__.py')!r})") == ""
        [answer] = student.answers("listdir", [((str(hidden),), {})])
        assert answer.value == ["v4"]
        student.close()


# ---------------------------------------------------------------- the same verdict as in the notebook

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


# ---------------------------------------------------------------- files and names


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


def test_the_tables_agree(files_run, honest_run, ambush):
    for done in (files_run, honest_run, ambush.run):
        for column in ("points", "possible"):
            assert sum(int(row[column]) for row in done.grades) == sum(int(row[column]) for row in done.totals)
        rows = [(row["student"], row["notebook"]) for row in done.grades]
        assert list(dict.fromkeys(rows)) == [(row["student"], row["notebook"]) for row in done.totals]


# ---------------------------------------------------------------- without a sandbox, and with another one


def ways(kit: Path) -> dict[str, Launcher]:
    plain = unsandboxed(kit)
    return {
        "bubblewrap, giving up root": next((way for way in sandboxes(kit, [ROOT]) if way.drops_root), plain),
        "bubblewrap, as a user": next((way for way in sandboxes(kit, [ROOT]) if not way.drops_root), plain),
        "a plain process": plain,
        "without fork, as on Windows": replace(plain, settings=plain.settings | {"fork": False}),
    }


WAYS = ("bubblewrap, giving up root", "bubblewrap, as a user", "a plain process", "without fork, as on Windows")


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_start_a_process_grades_alike(bwrap, kit, tmp_path, way):
    source = solved(
        first="import os\nos._exit(1)",
        conv1d_layer_forward="def conv1d_layer_forward(x, w, b, stride=1, padding=0):\n    while True: pass",
        conv1d_bias_gradient="def conv1d_bias_gradient(dy):\n    os._exit(1)",
        conv1d_weight_gradient="import os\ndef conv1d_weight_gradient(dy, x):\n    os.kill(os.getpid(), 9)",
        conv1d_weight_jacobian="def conv1d_weight_jacobian(x, K):\n    return 3",
    )
    done = graded(source, ways(kit)[way], tmp_path, Limits(call=0.3, cell=2))
    assert done.status == "graded"
    lost = {one.exercise: one.findings[0].reason for one in done.verdicts if not one.right}
    assert lost.pop("conv1d_layer_forward").startswith("TimeoutError: no answer within")
    assert lost.pop("conv1d_bias_gradient").startswith("the process ended")
    assert lost.pop("conv1d_weight_gradient").startswith("the process ended")
    assert list(lost) == ["conv1d_weight_jacobian"]


def test_root_is_given_up_for_a_user_who_may_do_nothing(launcher):
    """Only so does the limit of processes hold."""
    student = Student(launcher, Limits())
    source = """
import os, resource
def who():
    return os.getuid(), len(os.getgroups()), resource.getrlimit(resource.RLIMIT_NPROC)[0]
"""
    assert student.run(1, source) == ""
    [answer] = student.answers("who", [((), {})])
    student.close()
    if os.geteuid() == 0:
        assert answer.value[0] >= sandbox.FIRST_UID
        assert answer.value[1:] == (0, 64)
    else:
        assert answer.value[0] == os.geteuid()


BROKEN = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("", "bubblewrap) is not installed"),
        (BROKEN, "does not work here: bwrap: No permissions to create new namespace"),
    ],
)
def test_without_a_sandbox_every_result_says_so(tmp_path, program, why):
    submissions, programs = tmp_path / "submissions", tmp_path / "bin"
    submissions.mkdir()
    programs.mkdir()
    if program:
        (programs / "bwrap").write_text(program)
        (programs / "bwrap").chmod(0o755)
    (submissions / "alice.ipynb").write_text(text(solved()))
    (submissions / "bob.ipynb").write_text("{")
    with pytest.raises(FileNotFoundError):
        run(submissions, tmp_path / "out", path=str(programs))
    assert not list((tmp_path / "out").iterdir())
    done = run(submissions, tmp_path / "out", "--unsandboxed", path=str(programs))
    assert done.code == 0
    assert "with your rights" in done.warned
    assert done.total("alice") == {
        "student": "alice", "notebook": "alice.ipynb", "points": str(POSSIBLE), "possible": str(POSSIBLE),
        "status": "graded, unsandboxed", "lecture": LECTURE, "counts": "yes"
    }  # fmt: skip
    assert done.total("bob")["status"] == "not a notebook: not JSON, unsandboxed"


# ---------------------------------------------------------------- the command


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "alice.ipynb").write_text("{")
    return folder


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["nowhere", "--out", "out"], "nowhere is not a folder"),
        (["notes.txt", "--out", "out"], "notes.txt is not a folder, a zip or a notebook"),
        ([".", "--out", "out"], "lies in the folder of submissions"),
        (["..", "--out", "alice.ipynb"], "lies in the folder of submissions"),
        (["empty", "--out", "../out"], "no notebook in"),
        ([".", "--out", "../file"], "cannot be made"),
        ([".", "--out", "../out", "--jobs", "0"], "0 is not 1 or more"),
        ([".", "--out", "../out", "--jobs", "two"], "invalid int value"),
        ([".", "--out", "../out", "--timeout", "nan"], "nan is not 0.1 or more"),
        ([".", "--out", "../out", "--seed", "-1"], "-1 is not 0 or more"),
        (["."], "required: --out"),
    ],
)
def test_misuse_exits_with_2_and_says_why(submissions, monkeypatch, capsys, options, says):
    (submissions / "empty").mkdir()
    (submissions / "notes.txt").touch()
    (submissions.parent / "file").touch()
    monkeypatch.chdir(submissions)
    before = tree(submissions)
    try:
        code = main(["grade", *options])
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert says in capsys.readouterr().err
    assert tree(submissions) == before


def test_earlier_tables_are_never_lost(submissions, tmp_path, capsys):
    out = tmp_path / "out"
    grade = ["grade", str(submissions), "--out", str(out)]
    assert main(grade) == 0
    first = (out / "totals.csv").read_text()
    (out / "totals.csv").write_text(first + "mine\n")
    assert main(grade) == 2
    assert "There is a grades.csv and a totals.csv of an earlier run" in capsys.readouterr().err
    assert (out / "totals.csv").read_text() == first + "mine\n"
    assert main([*grade, "--force"]) == main([*grade, "--force"]) == 0
    assert (out / "totals.1.csv").read_text() == first + "mine\n"
    assert (out / "totals.2.csv").read_text() == (out / "totals.csv").read_text() == first
    assert sorted(path.name for path in out.iterdir() if path.is_file()) == sorted(
        f"{name}{number}.{kind}"
        for name, kind in (("grades", "csv"), ("totals", "csv"), ("likeness", "csv"), ("results", "json"))
        for number in ("", ".1", ".2")
    )


def test_the_columns(files_run):
    assert list(files_run.grades[0]) == ["student", "notebook", "exercise", "part", "points", "possible", "reason"]
    assert list(files_run.totals[0]) == ["student", "notebook", "points", "possible", "status", "lecture", "counts"]


def test_ctrl_c_keeps_what_is_done(bwrap, tmp_path):
    """Two notebooks are done and two run on when it comes."""
    folder, out = tmp_path / "submissions", tmp_path / "out"
    folder.mkdir()
    for name in "abcdef":  # no two alike: those would be run once
        first = "pass" if name in "ab" else "import time\ntime.sleep(60)"
        (folder / f"{name}.ipynb").write_text(text(solved(first=first, last=f"mine = '{name}'")))
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whoever started the tests may ignore it
        "from cnnlib.__main__ import main\nfrom cnnlib.grading import hands\n"
        "grade_notebook, done = hands.grade_notebook, []\n"
        "def marked(*args):\n"
        "    if len(done) == 2: os.kill(os.getpid(), signal.SIGINT)\n"
        "    done.append(grade_notebook(*args))\n"
        "    return done[-1]\n"
        "hands.grade_notebook = marked\n"
        f"sys.exit(main({command(folder, out, '--jobs', '1', '--timeout', '60')[3:]!r}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=SECONDS)
    assert ended.returncode == 130
    assert "Stopped by Ctrl-C" in ended.stderr
    assert "2 of 6" in ended.stdout
    assert [row["student"] for row in table(out / "totals.csv")] == ["a", "b"]


# ---------------------------------------------------------------- which lecture, which cell


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


def test_a_cell_is_numbered_as_in_the_notebook(student):
    cells = read(written("", "x = 1", "%%time\nx = 2\ny = x / 0")).cells
    assert [cell.number for cell in cells] == [1, 2]
    assert "ZeroDivisionError" in student.run(2, cells[1].source)


# ---------------------------------------------------------------- messages


def sent(value: Any, build: Any = None) -> Any:
    numbers = bytearray()
    item = json.loads(json.dumps(messages.encode(value, numbers)))
    return messages.decode(item, bytes(numbers), build)


@pytest.mark.parametrize("dtype", ["f8", ">f8", "f4", "f2", "i8", "u1", "?", "c16", "g"])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, stepping])
def test_arrays_keep_dtype_shape_layout_and_every_bit(dtype, layout):
    array = layout((np.arange(24).reshape(2, 3, 4) - 7).astype(dtype))
    back = sent(array)
    assert (back.dtype, back.shape, back.strides) == (array.dtype, array.shape, array.strides)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -3,
        2**64,
        1.5,
        float("inf"),
        "text",
        "\ud800",
        (),
        [1, (2.0, {"A"})],
        {"w": [], "o": [("w", 2.0), ("w", -1.5)], 3: {}},
        frozenset("AB"),
        np.float32(0.1),
    ],
)
def test_plain_values_come_back_as_they_were(value):
    assert sent(value) == value
    assert type(sent(value)) is type(value)


def test_several_arrays_share_a_frame():
    value = [np.arange(3), (np.zeros((0, 2)), np.array(7.0)), np.ones((2, 2), "f4")]
    first, (second, third), fourth = sent(value)
    assert (first.tolist(), second.shape, third.shape, fourth.dtype) == ([0, 1, 2], (0, 2), (), np.float32)


def test_a_function_of_the_course_is_built_only_where_it_is_asked_for():
    function = given(lecture_function)
    with pytest.raises(messages.WireError):
        sent(function)
    built = sent(function, build)
    assert (built(3.0), built.__name__, built.__code__.co_filename) == (6.0, "lecture_function", "<given>")
    assert built.__code__.co_code == function.__code__.co_code


def lecture_function(x: float) -> float:
    return 2 * x


FORGED = [
    {"array": ["<f8", [3], "C"]},
    {"array": ["<f8", [-1], "C"]},
    {"array": ["<f8", [2.0], "C"]},
    {"array": ["<f8", [True], "C"]},
    {"array": ["<f8", [0, 2**70], "C"]},
    {"array": ["<f8", [0] * 99, "C"]},
    {"array": ["<f8", [2**40, 0], "C"]},
    {"list": [{"array": ["<f8", [100, 0, 100], "C"]}] * 2},
    {"array": ["<f8", "12", "C"]},
    {"array": ["<f99", [1], "C"]},
    {"array": ["O", [1], "C"]},
    {"array": ["<f8,<f8", [1], "C"]},
    {"array": ["<f8", [1]]},
    {"array": 3},
    {"scalar": "|O8"},
    {"scalar": ["<f8"]},
    {"odd": ["<f8", False]},
    {"odd": ["<U99999999", True]},
    {"odd": 3},
    {"list": 3},
    {"set": [{"list": []}]},
    {"dict": 3},
    {"dict": [1]},
    {"dict": [{"tuple": ["w"]}]},
    {"dict": [{"tuple": [{"list": []}, 1]}]},
    {"function": ["x = 1", "x"]},
    {"other": [1, 2]},
    {"other": []},
    {"tuple": [], "list": []},
    {},
    [1],
]


@pytest.mark.parametrize("item", FORGED, ids=str)
def test_what_is_no_value_is_refused(item):
    with pytest.raises(messages.WireError):
        messages.decode(item, bytes(16))


def test_what_cannot_be_sent_is_only_shown():
    class Thing:
        def __repr__(self) -> str:
            return "a thing" * 100

    back = sent(Thing())
    assert (type(back).__name__, len(repr(back))) == ("Thing", 200)
    assert repr(sent({"a": 1})) == "{'a': 1}"
    assert sent(np.array([None])).dtype == object
