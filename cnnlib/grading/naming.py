"""Whose a file is: how Canvas, Moodle and Gradescope name what they pack, and how people do without them.

alice/05_conv1d_backprop.ipynb                          alice: everything below a folder is one student's
05_conv1d_backprop_alice.ipynb                          alice: a loose file without the lecture's name
smithjohn_LATE_4711_12345_05_conv1d_backprop.ipynb      Canvas: smithjohn_4711, late; 12345 grows with every upload
anon_4711_12345_05_conv1d_backprop.ipynb                Canvas, anonymous: anon_4711
John Smith_4711_assignsubmission_file/05.ipynb          Moodle: John Smith_4711
assignment_8_export/submission_12345/05.ipynb           Gradescope: the names are in submission_metadata.yml
"""

import contextlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cnnlib.exercises import lectures

CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)", re.DOTALL)
CANVAS_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<name>anon)_(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)", re.DOTALL)
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL)
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
EXPORT = re.compile(r"assignment_\d+_export")
METADATA = "submission_metadata.yml"
CREATED = re.compile(r"  :created_at: (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? (Z|UTC|[+-]\d\d:\d\d) *")

NOTEBOOK = re.compile(r".*\.ipynb(\.txt|\.json)?", re.IGNORECASE | re.DOTALL)  # browsers add the second ending
COPY = re.compile(r"\(\d+\)")  # and this to a second download
LEFT_BEHIND = {".ipynb_checkpoints", ".git", ".hg", ".svn", ".Trash", "__MACOSX"}  # by Jupyter, version control, macOS


@dataclass(frozen=True)
class Name:
    """What a file's place says about it."""

    student: str
    notebook: str  # its path below the student's folder
    late: bool = False
    system: str = ""  # "canvas" or "moodle"
    account: str = ""  # the student's number there
    number: int = 0  # larger for a later upload
    uploaded: float = 0.0  # when, in seconds since 1970, if the platform tells it


class Upload(NamedTuple):
    """What Gradescope's metadata say of a submission."""

    students: str
    time: float = 0.0  # in seconds since 1970, if it is told


def is_notebook(name: str) -> bool:
    return NOTEBOOK.fullmatch(name) is not None


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def ignored(name: str) -> bool:
    return name in LEFT_BEHIND or name.startswith("._")


def is_from_a_platform(name: str) -> bool:
    """Is a file or folder of this name, beside all others, one that a learning platform made?"""
    return name == METADATA or any(rule.fullmatch(name) for rule in (CANVAS, CANVAS_ANONYMOUS, MOODLE, GRADESCOPE))


def name_of(parts: Sequence[str], uploaded: Mapping[str, Upload]) -> Name:
    """The name of a file.

    Args:
        parts: its path below the root of all submissions, without Gradescope's `assignment_8_export`.
        uploaded: Gradescope's number of a submission -> whose it is, and when it came.
    """
    first, *below = parts
    if canvas := CANVAS_ANONYMOUS.fullmatch(first) or CANVAS.fullmatch(first):
        system = "" if canvas["name"] == "anon" else "canvas"
        student, notebook = f"{canvas['name']}_{canvas['id']}", "/".join([canvas["file"], *below])
        return Name(clean(student), notebook, bool(canvas["late"]), system, canvas["id"], int(canvas["number"][:18]))
    if moodle := MOODLE.fullmatch(first):
        notebook = "/".join(filter(None, [moodle["file"], *below]))
        return Name(clean(f"{moodle['name']}_{moodle['id']}"), notebook, system="moodle", account=moodle["id"])
    if below and (gradescope := GRADESCOPE.fullmatch(first)) and (upload := uploaded.get(gradescope["id"])):
        number = int(gradescope["id"][:18])
        return Name(clean(upload.students), "/".join(below), number=number, uploaded=upload.time)
    if below:
        return Name(clean(first), "/".join(below))
    stem = bare = re.sub(r"\.ipynb(\.txt|\.json)?$", "", first, flags=re.IGNORECASE)
    for lecture in lectures():
        bare = bare.replace(lecture, "")
    return Name(clean(COPY.sub("", bare).strip(" _-") or stem), first)


def clean(student: str) -> str:
    """One spelling of one name: "bob " and "bob" are the same student, so are é in one sign and in two."""
    return unicodedata.normalize("NFC", student).strip(" ") or student


def within_export(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Without the folder that Gradescope puts around everything."""
    return parts[1:] if parts and EXPORT.fullmatch(parts[0]) else parts


def outer_folder(names: Sequence[Sequence[str]]) -> str:
    """The one folder around everything in a zip, "" if there is none, or if it is a student's own.

    It is around students' folders if a platform named those, or if two of them hold a notebook or a zip of one name.

    Args:
        names: the parts of each path in the zip.
    """
    kept = [parts for parts in names if parts and not any(ignored(part) or part == ".DS_Store" for part in parts)]
    if len({parts[0] for parts in kept}) != 1 or is_from_a_platform(kept[0][0]) or EXPORT.fullmatch(kept[0][0]):
        return ""
    below = [parts[1:] for parts in kept if len(parts) > 1]
    if below and all(is_from_a_platform(parts[0]) or EXPORT.fullmatch(parts[0]) for parts in below):
        return kept[0][0]
    notebooks = [parts for parts in below if is_notebook(parts[-1]) or is_zip(parts[-1])]
    folders = {(parts[0], parts[-1]) for parts in notebooks}
    twice = len({name for _, name in folders}) < len(folders)
    return kept[0][0] if twice and all(len(parts) > 1 for parts in notebooks) else ""


def uploads(metadata: str) -> dict[str, Upload]:
    """Gradescope's number of a submission -> whose it is and when it came, from submission_metadata.yml.

    The file is read line by line: a YAML reader would do whatever else is in it. Students with the same name are told
    apart by their number, and those who handed in together share one submission.
    """
    found: dict[str, Upload] = {}
    number, people, listed, time = "", list[str](), False, 0.0
    for line in metadata.splitlines():
        if begins := re.fullmatch(r"submission_(\d+): *", line):
            number, people, listed, time = begins[1], [], False, 0.0
        elif key := re.match(r"  :(\w+):", line):
            listed = key[1] == "submitters"
            if told := CREATED.fullmatch(line):
                with contextlib.suppress(ValueError, OverflowError):  # the 31st of June
                    time = datetime.fromisoformat(f"{told[1]}T{told[2]}{told[3].replace('UTC', 'Z')}").timestamp()
        elif listed and (field := re.fullmatch(r" +(?:- )?:(name|sid): *(.*)", line)):
            value = _unquoted(field[2])
            if field[1] == "name":
                people.append(value or "nameless")
            elif people and value:
                people[-1] += f"_{value}"
        if number and people:
            found[number] = Upload(" and ".join(people), time)
    return found


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1].replace('\\"', '"')
    return value
