"""Which files there are, and whose they are. Nothing is followed out of the folder, and nothing in it is changed.

alice/05_conv1d_backprop.ipynb                       alice: everything below a folder is one student's
05_conv1d_backprop_alice.ipynb                       alice: a loose file without the lecture's name
smithjohn_LATE_4711_12345_05_conv1d_backprop.ipynb   smithjohn_4711, late: as Canvas packs them
anon_4711_12345_05_conv1d_backprop.ipynb             anon_4711: the same, anonymous
"""

import itertools
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cnnlib.exercises import lectures
from cnnlib.grading.notebook import MOST_BYTES
from cnnlib.grading.reading import Unreadable

CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?(?P<id>_\d+)_\d+_(?P<file>.+)")
CANVAS_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<name>anon)(?P<id>_\d+)_\d+_(?P<file>.+)")
DEEPEST = 20  # folders in folders
MOST_FILES = 100  # of one student
COPY = re.compile(r"\(\d+\)")  # browsers add this to a second download


@dataclass(frozen=True)
class Submission:
    """One file, or what stands in its place."""

    student: str
    notebook: str  # its path below the student's folder, "" if there is none
    path: Path
    late: bool = False
    problem: str = ""  # why it is not read

    def read(self) -> bytes:
        """What is in it; raises Unreadable."""
        if self.problem:
            raise Unreadable(self.problem)
        try:
            with self.path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as problem:
            raise Unreadable(f"not read: {problem.strerror}") from None
        if len(data) > MOST_BYTES:
            raise Unreadable(f"not read: larger than {MOST_BYTES >> 20} MB")
        return data

    @property
    def lecture(self) -> str | None:
        """The lecture that the file's name claims, for files in which none is found."""
        return next((lecture for lecture in lectures() if lecture in self.notebook), None)


def submissions_in(folder: Path) -> list[Submission]:
    """All notebooks below a folder, in the order of students and names."""
    found = list(_submissions_in(folder))
    students = {submission.student for submission in found}
    empty = [path for path in folder.iterdir() if path.is_dir() and not _ignored(path.name)]
    found += [Submission(p.name, "", p, problem="no notebook in the folder") for p in empty if p.name not in students]
    found.sort(key=lambda submission: (submission.student, submission.notebook))
    numbers: Counter[str] = Counter()
    for at, submission in enumerate(found):
        numbers[submission.student] += 1
        if numbers[submission.student] > MOST_FILES and not submission.problem:
            found[at] = replace(submission, problem=f"not read: more than {MOST_FILES} files of one student")
    return found


def _submissions_in(folder: Path) -> Iterator[Submission]:
    unopened: list[OSError] = []
    for place, folders, files in _walk(folder, unopened):
        for name in list(folders):
            path = Path(place, name)
            if len(path.relative_to(folder).parts) > DEEPEST:
                folders.remove(name)
                yield _submission(folder, path, f"not read: folders more than {DEEPEST} deep")
            elif _ignored(name):
                folders.remove(name)
            elif path.is_symlink():
                yield _submission(folder, path, "not read: a link")
            elif _is_notebook(name):
                folders.remove(name)
                yield _submission(folder, path, "not a notebook: a folder")
        for name in files:
            path = Path(place, name)
            if _is_notebook(name) and not _ignored(name):
                mode = path.lstat().st_mode
                link = "not read: a link" if stat.S_ISLNK(mode) else ""
                yield _submission(folder, path, link or ("" if stat.S_ISREG(mode) else "not a notebook: no plain file"))
    for problem in unopened:
        yield _submission(folder, Path(problem.filename), f"not read: {problem.strerror}")


def _walk(folder: Path, unopened: list[OSError]) -> Iterator[tuple[str, list[str], list[str]]]:
    """os.walk, which calls itself for every folder in a folder until Python 3.12; folders' names may be taken away."""
    places = [str(folder)]
    while places:
        walk = os.walk(places.pop(), onerror=unopened.append)
        for place, folders, files in itertools.islice(walk, 1):
            yield place, folders, files
            places += [path for name in folders if not os.path.islink(path := os.path.join(place, name))]


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def _ignored(name: str) -> bool:
    """.ipynb_checkpoints, and what version control and macOS leave behind."""
    return name.startswith(".") or name == "__MACOSX"


def _submission(folder: Path, path: Path, problem: str) -> Submission:
    student, *below = path.relative_to(folder).parts
    if below:
        return Submission(student, "/".join(below), path, problem=problem)
    if canvas := CANVAS_ANONYMOUS.fullmatch(student) or CANVAS.fullmatch(student):
        return Submission(canvas["name"] + canvas["id"], canvas["file"], path, bool(canvas["late"]), problem)
    stem = path.stem if _is_notebook(student) else student
    for lecture in lectures():
        stem = stem.replace(lecture, "")
    return Submission(COPY.sub("", stem).strip(" _-") or path.stem, student, path, problem=problem)
