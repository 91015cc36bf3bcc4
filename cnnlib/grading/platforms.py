"""Points on their way back: a file for Canvas's gradebook, and the worksheet downloaded from Moodle, filled in.

Of each student the attempt that counts. Who is who is the number that the platform itself put into the file's name.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlib.grading.marking import Graded
from cnnlib.grading.marks import number
from cnnlib.grading.report import Refused, cell

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
NEEDED = ("Identifier", "Grade", "Maximum grade", "Last modified (grade)")  # columns of the worksheet
CHANGEABLE = "Grade can be changed"


def canvas(graded: Iterable[Graded]) -> str:
    """A gradebook to import, a column for each lecture; "" if nothing came from Canvas.

    The first row names the columns, the second says how many points each gives. A student without an attempt at a
    lecture has an empty cell, which Canvas leaves as it is.
    """
    counted = [one for one in graded if one.submission.system == "canvas" and one.counts and one.lecture]
    if not counted:
        return ""
    possible = {
        str(one.lecture): number(one.final.possible) for one in sorted(counted, key=lambda one: str(one.lecture))
    }
    points: dict[tuple[str, str], dict[str, str]] = {}
    for one in counted:
        name = one.submission.student.removesuffix(f"_{one.submission.account}")
        points.setdefault((name, one.submission.account), {})[str(one.lecture)] = number(one.final.points)
    rows: list[list[str | int]] = [[*CANVAS, *possible], ["    Points Possible", "", "", "", "", *possible.values()]]
    for (name, account), of in points.items():
        rows.append([cell(name), account, "", "", "", *(of.get(lecture, "") for lecture in possible)])
    return _csv(rows, ",")


@dataclass(frozen=True)
class Worksheet:
    """A worksheet as Moodle wrote it."""

    header: list[str]
    rows: list[list[str]]
    sign: str  # between two columns
    mark: str  # that of UTF-8, or nothing


def worksheet(path: Path) -> Worksheet:
    """Read it; raises Refused if it is none."""
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"{path} cannot be read as a worksheet: {problem}.") from None
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    sign = max(",;\t", key=text.partition("\n")[0].count)
    header, *rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=sign)] or [[]]
    if missing := [name for name in NEEDED if name not in header]:
        raise Refused(
            f"{path} is no grading worksheet of Moodle: it has no column {', '.join(missing)}. "
            "Download it with Moodle's language set to English."
        )
    return Worksheet(header, rows, sign, mark)


def moodle(sheet: Worksheet, graded: Sequence[Graded]) -> tuple[str, str]:
    """The worksheet filled in, and a sentence about it.

    A worksheet is one assignment's: of several lectures, the one that most students of Moodle handed in is taken. The
    points become the same share of Moodle's maximum, since Moodle drops a row with more than that without a word.
    """
    counted = [one for one in graded if one.submission.system == "moodle" and one.counts and one.lecture]
    lecture = next((name for name, _ in Counter(one.lecture for one in counted).most_common(1)), None)
    of = {one.submission.account: one for one in counted if one.lecture == lecture}
    rows, filled = [], set()
    for row in sheet.rows:
        told = dict(zip(sheet.header, row, strict=False))
        number = re.search(r"(\d+)\s*$", told.get("Identifier", ""))
        one = of.get(number[1]) if number else None
        if one and told.get(CHANGEABLE, "Yes") != "No" and (grade := _grade(one, told.get("Maximum grade", ""))):
            row = [grade if name == "Grade" else value for name, value in zip(sheet.header, row, strict=False)]
            filled.add(one.submission.account)
        rows.append(row)
    left = sorted(one.submission.student for account, one in of.items() if account not in filled)
    said = f"moodle.csv: {len(filled)} of {len(sheet.rows)} rows filled in" + (f" for {lecture}" if lecture else "")
    said += f"; no row to fill in for {', '.join(left)}" if left else ""
    return sheet.mark + _csv([sheet.header, *rows], sheet.sign), f"{said}."


def _grade(one: Graded, maximum: str) -> str:
    """The points as a share of Moodle's maximum, with its decimal sign; "" if the maximum is no number."""
    try:
        most = float(maximum.replace(",", "."))
    except ValueError:  # a scale of words
        return ""
    if not one.final.possible:  # by the policy nothing in it counts
        return ""
    grade = f"{one.final.points * most / one.final.possible:.2f}"
    return grade.replace(".", ",") if "," in maximum else grade


def _csv(rows: Iterable[Sequence[str | int]], sign: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=sign, lineterminator="\n").writerows(rows)
    return file.getvalue()
