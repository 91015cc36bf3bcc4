"""Which files there are: in a folder, in a zip, or one. Nothing is followed out of it, and nothing in it is changed.

A folder of nothing but zips from Canvas, Moodle or Gradescope is all of them together. Any other zip in a folder is one
student's: what it holds is never another student's, whatever its files are called.
"""

import contextlib
import itertools
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cnnlib.exercises import lectures
from cnnlib.grading import naming
from cnnlib.grading.notebook import MOST_BYTES
from cnnlib.grading.packed import BROKEN, DEEPEST, EMPTY, OTHER, Entry, entries_in_zip, is_loose, read_file
from cnnlib.grading.reading import Unreadable

MOST_FILES = 100  # of one student


@dataclass(frozen=True, kw_only=True)
class Submission(naming.Name):
    """One file, or what stands in its place; without a notebook its path is ""."""

    path: Path
    problem: str = ""  # why it is not read
    members: tuple[str, ...] = ()  # its name in the zip at `path`, after that of a zip in there around it
    time: float = 0.0  # of the file's last change

    def read(self) -> bytes:
        """What is in it; raises Unreadable."""
        if self.problem:
            raise Unreadable(self.problem)
        try:
            data = read_file(self.path, self.members, MOST_BYTES + 1)
        except BROKEN as problem:
            why = problem.strerror if isinstance(problem, OSError) and problem.strerror else "its zip is broken"
            raise Unreadable(f"not read: {why}") from None
        if len(data) > MOST_BYTES:
            raise Unreadable(f"not read: larger than {MOST_BYTES >> 20} MB")
        return data

    @property
    def lecture(self) -> str | None:
        """The lecture that the file's name claims, for files in which none is found."""
        return next((lecture for lecture in lectures() if lecture in self.notebook), None)


def submissions_in(path: Path) -> list[Submission]:
    """All notebooks in a folder or a zip, or the one at `path`, in the order of students and names."""
    if path.is_dir():
        entries = list(_entries_in_folder(path))
    else:
        entries = list(entries_in_zip(path)) if naming.is_zip(path.name) else [_entry((path.name,), path)]
    uploaded = _uploads(entries)
    found = [
        Submission(
            path=entry.path,
            problem=entry.problem,
            members=entry.members,
            time=entry.time,
            **vars(naming.name_of(entry.parts, uploaded)),
        )
        for entry in entries
        if entry.parts[-1] != naming.METADATA
    ]
    without = [one for one in found if one.problem in (EMPTY, OTHER)]
    found = [one for one in found if one.problem not in (EMPTY, OTHER)]
    present = {submission.student for submission in found}
    found += {one.student: one for one in without if one.student not in present}.values()
    found.sort(key=lambda submission: (submission.student, submission.notebook))
    numbers: Counter[str] = Counter()
    for at, submission in enumerate(found):
        numbers[submission.student] += 1
        if numbers[submission.student] > MOST_FILES and not submission.problem:
            found[at] = replace(submission, problem=f"not read: more than {MOST_FILES} files of one student")
    return found


def _uploads(entries: list[Entry]) -> dict[str, naming.Upload]:
    """What Gradescope says; a file of that name further down is a student's, and says nothing."""
    found: dict[str, naming.Upload] = {}
    for entry in entries:
        if entry.parts == (naming.METADATA,) and not entry.problem:
            with contextlib.suppress(*BROKEN):
                told = read_file(entry.path, entry.members, MOST_BYTES)
                found |= naming.uploads(told.decode("utf-8-sig", "replace"))
    return found


def _entries_in_folder(folder: Path) -> Iterator[Entry]:
    beside = [path for path in folder.iterdir() if not naming.ignored(path.name) and not path.name.startswith(".")]
    if beside and all(_is_export(path) for path in beside):
        for path in beside:
            yield from entries_in_zip(path)
        return
    unopened: list[OSError] = []
    for place, folders, files in _walk(folder, unopened):
        for name in list(folders):
            path = Path(place, name)
            parts = naming.within_export(path.relative_to(folder).parts)
            if len(path.relative_to(folder).parts) > DEEPEST:
                folders.remove(name)
                yield Entry(parts, path, problem=f"not read: folders more than {DEEPEST} deep")
            elif naming.ignored(name):
                folders.remove(name)
            elif path.is_symlink():
                yield Entry(parts, path, problem="not read: a link")
            elif naming.is_notebook(name):
                folders.remove(name)
                yield Entry(parts, path, problem="not a notebook: a folder")
            elif len(parts) == 1 and not name.startswith("."):
                yield Entry((name, ""), path, problem=EMPTY)
        for name in itertools.filterfalse(naming.ignored, files):
            path = Path(place, name)
            parts = naming.within_export(path.relative_to(folder).parts)
            if naming.is_notebook(name) or naming.is_zip(name) or name == naming.METADATA:
                entry = _entry(parts, path)
                yield from _opened(entry) if naming.is_zip(name) and not entry.problem else [entry]
            elif is_loose(parts):
                yield Entry(parts, path, problem=OTHER)
    for problem in unopened:
        path = Path(problem.filename)
        yield Entry(naming.within_export(path.relative_to(folder).parts), path, problem=f"not read: {problem.strerror}")


def _entry(parts: tuple[str, ...], path: Path) -> Entry:
    told = path.lstat()
    link = "not read: a link" if stat.S_ISLNK(told.st_mode) else ""
    plain = stat.S_ISREG(told.st_mode)
    return Entry(parts, path, problem=link or ("" if plain else "not a notebook: no plain file"), time=told.st_mtime)


def _opened(entry: Entry) -> Iterator[Entry]:
    """What is in a student's zip, wherever its files say that they belong."""
    for inside in entries_in_zip(entry.path, entry.parts):
        whose = () if len(entry.parts) > 1 or naming.is_from_a_platform(entry.parts[0]) else (entry.path.stem,)
        yield replace(inside, parts=(*whose, *inside.parts))


def _is_export(path: Path) -> bool:
    """Did a learning platform pack it?"""
    if not naming.is_zip(path.name) or path.is_symlink() or not path.is_file():
        return False
    inside = list(entries_in_zip(path))
    return any(entry.members for entry in inside) and all(naming.is_from_a_platform(entry.parts[0]) for entry in inside)


def _walk(folder: Path, unopened: list[OSError]) -> Iterator[tuple[str, list[str], list[str]]]:
    """os.walk, which calls itself for every folder in a folder until Python 3.12; folders' names may be taken away."""
    places = [str(folder)]
    while places:
        walk = os.walk(places.pop(), onerror=unopened.append)
        for place, folders, files in itertools.islice(walk, 1):
            yield place, folders, files
            places += [path for name in folders if not os.path.islink(path := os.path.join(place, name))]
