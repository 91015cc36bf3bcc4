"""The command: misuse is told, earlier tables are kept, and Ctrl-C keeps what is done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from grading.notebooks import (
    ROOT,
    solved,
    text,
)
from grading.runs import SECONDS, command, table, tree

from cnnlib.__main__ import main

pytestmark = [pytest.mark.ci, pytest.mark.slow]


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


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_who_leaves_stops_nothing(submissions, tmp_path, stream):
    """As `| head -1` does, which ends before all is printed."""
    asked = command(submissions, tmp_path / "out", "--unsandboxed")
    read, write = os.pipe()
    os.close(read)
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: write}
    assert subprocess.run(asked, cwd=ROOT, check=False, timeout=SECONDS, **streams).returncode == 0
    os.close(write)
    assert len(table(tmp_path / "out" / "totals.csv")) == 1
