"""Zips, read in place: nothing is unpacked, so that no name in one ever becomes a path on this machine.

A zip in one that holds all submissions is a student's, and opened too; what lies deeper is not.
"""

import io
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cnnlib.grading import naming
from cnnlib.grading.reading import Unreadable

DEEPEST = 20  # folders in folders
MOST_FILES_IN_ZIP = 50_000
MOST_PACKED = 32 << 20  # bytes of a zip that a student made
MOST_ZIPS = 10  # of one student, in the zip of all
LISTED = b"PK\1\2"  # stands before each file in a zip's list
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of all others zipfile unpacks the whole, however large
EMPTY = "no notebook in the folder"
OTHER = "not a notebook: its name does not end in .ipynb"  # said of who sent nothing else, as of an empty folder
# What zipfile raises for a broken, encrypted or exotic one.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class Entry:
    """A notebook, Gradescope's metadata, or a student's folder: somewhere below a folder, or in a zip."""

    parts: tuple[str, ...]  # below the root of all submissions; "" at the end for a folder
    path: Path
    members: tuple[str, ...] = ()  # its name in the zip at `path`; before it that of a zip in there that it lies in
    problem: str = ""  # why it is not read
    time: float = 0.0  # of its last change


def read_file(path: Path, members: tuple[str, ...], most: int) -> bytes:
    """At most so many bytes of a file, in a zip or not, however many it says it has; raises one of BROKEN."""
    if not members:
        with path.open("rb") as file:
            return file.read(most)
    *outer, name = members
    around = io.BytesIO(read_file(path, (*outer,), MOST_PACKED)) if outer else path
    with zipfile.ZipFile(around) as packed, packed.open(name) as file:
        return file.read(most)


def entries_in_zip(path: Path, around: tuple[str, ...] = (), members: tuple[str, ...] = ()) -> Iterator[Entry]:
    """What is in a zip.

    Args:
        around: where the zip itself lies, if it is a student's; () if it holds all submissions.
        members: its name in the zip at `path`, if it lies in one.
    """
    itself = around or (path.name,)
    try:
        inside = _listed(read_file(path, members, MOST_PACKED + 1) if around else None, path)
    except BROKEN:
        yield Entry(itself, path, problem="not read: a broken zip")
        return
    except Unreadable as problem:
        yield Entry(itself, path, problem=str(problem))
        return
    outer = "" if around else naming.outer_folder(list(map(_parts, inside)))
    found = [entry for info in inside.values() if (entry := _entry(path, info, around, outer))]
    opened: Counter[str] = Counter()
    for entry in found:
        if not naming.is_zip(entry.parts[-1]) or entry.problem:
            yield replace(entry, members=(*members, *entry.members))
        elif opened[entry.parts[0]] == MOST_ZIPS:  # a small one may unpack to MOST_PACKED
            yield replace(entry, problem=f"not read: more than {MOST_ZIPS} zips of one student")
        else:
            opened[entry.parts[0]] += 1
            yield from entries_in_zip(path, entry.parts, entry.members)
    if around and not any(naming.is_notebook(entry.parts[-1]) or entry.problem for entry in found):
        yield Entry(itself, path, problem="no notebook in the zip")
    if not around:
        first = {p[0]: None for name in inside if len(p := _within(outer, tuple(name.split("/", DEEPEST)))) > 1}
        yield from (Entry((name, ""), path, problem=EMPTY) for name in first if name and not naming.ignored(name))


def _listed(data: bytes | None, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The files in a zip, in a student's `data` or at `path`; raises Unreadable, or one of BROKEN."""
    if data is not None and len(data) > MOST_PACKED:
        raise Unreadable(f"not read: a zip of more than {MOST_PACKED >> 20} MB")
    inside: dict[str, zipfile.ZipInfo] = {}
    if data is None or data.count(LISTED) <= MOST_FILES_IN_ZIP:  # zipfile makes an object for each
        with zipfile.ZipFile(path if data is None else io.BytesIO(data)) as packed:
            inside = {info.filename: info for info in packed.infolist()}  # of two with one name, the last is read
        if len(inside) <= MOST_FILES_IN_ZIP:
            return inside
    raise Unreadable(f"not read: more than {MOST_FILES_IN_ZIP} files in the zip")


def _parts(name: str) -> tuple[str, ...]:
    """Few more than are read, however many a name of 65,535 characters has."""
    return tuple(part for part in name.split("/", 2 * DEEPEST) if part not in ("", "."))


def is_loose(parts: tuple[str, ...]) -> bool:
    """Is it a file that a platform put beside all others?"""
    return len(parts) == 1 and naming.is_from_a_platform(parts[0])


def _within(outer: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Without the folders that are around everything."""
    return naming.within_export(parts[1:] if outer and parts[0] == outer else parts)


def _entry(path: Path, info: zipfile.ZipInfo, around: tuple[str, ...], outer: str) -> Entry | None:
    inside = _parts(info.filename)
    if not inside or info.is_dir() or any(naming.ignored(part) for part in inside):
        return None
    name = inside[-1]
    parts = (*around, *inside) if around else _within(outer, inside)
    if not (naming.is_notebook(name) or naming.is_zip(name) or name == naming.METADATA):
        return Entry(parts, path, problem=OTHER) if not around and is_loose(parts) else None
    problem = ""
    if naming.is_zip(name) and around:
        problem = "not read: a zip in a zip"
    elif naming.is_zip(name) and len(parts) == 1 and not naming.is_from_a_platform(name):
        problem = "not read: a zip in a zip; unpack the outer one, and grade the folder"
    elif info.filename.startswith("/") or ".." in inside:
        problem = "not read: its name leads out of the zip"
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = "not read: a link"
    elif info.flag_bits & 1:
        problem = "not read: encrypted"
    elif info.compress_type not in METHODS:
        problem = "not read: a zip made by another method than deflate"
    elif len(inside) > DEEPEST:
        problem = f"not read: folders more than {DEEPEST} deep"
    return Entry(parts, path, (info.filename,), problem, _time(info))


def _time(info: zipfile.ZipInfo) -> float:
    try:
        return datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
