"""The command as tests run it, and what it leaves behind."""

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cnnlib.exercises import lectures
from grading.notebooks import LECTURE, ROOT

SECONDS = 1200  # in which a batch is certainly done, on a busy machine too
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


def tables_agree(done: Run) -> bool:
    """Do grades.csv and totals.csv hold the same files, in one order, and the same points?"""
    for column in ("points", "possible"):
        assert sum(int(row[column]) for row in done.grades) == sum(int(row[column]) for row in done.totals)
    rows = [(row["student"], row["notebook"]) for row in done.grades]
    return list(dict.fromkeys(rows)) == [(row["student"], row["notebook"]) for row in done.totals]
