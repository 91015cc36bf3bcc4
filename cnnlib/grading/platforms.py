"""Points on their way back: a file for Canvas's gradebook, and the worksheet downloaded from Moodle, filled in.

Of each student the attempt that counts. Who is who is the number that the platform itself put into the file's name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from cnnlib.grading.marking import Graded
from cnnlib.grading.marks import number
from cnnlib.grading.report import Refused, Row, cell, csv_text
from cnnlib.grading.roster import PARTICIPANT
from cnnlib.grading.sheets import Sheet, entry, folded, read_sheet

CANVAS_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
HEADINGS = {  # of Moodle's worksheet, in English, German, French and Spanish
    "Identifier": ("Identifier", "ID", "Identifiant", "Identificador"),
    "Grade": ("Grade", "Bewertung", "Note", "Calificación"),
    "Maximum grade": ("Maximum grade", "Bestwertung", "Note maximale", "Calificación máxima"),
    "Last modified (grade)": (
        *("Last modified (grade)", "Zuletzt geändert (Bewertung)"),
        *("Dernière modification (note)", "Última modificación (calificación)"),
    ),
    "Grade can be changed": (
        *("Grade can be changed", "Bewertung kann geändert werden"),
        *("La note peut être modifiée", "La calificación puede ser cambiada"),
    ),
}
NEEDED = [*HEADINGS][:4]
NO = ("no", "nein", "non")  # it cannot be changed


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
    rows: list[Row] = [[*CANVAS_COLUMNS, *possible], ["    Points Possible", "", "", "", "", *possible.values()]]
    for (name, account), of in points.items():
        rows.append([cell(name), account, "", "", "", *(of.get(lecture, "") for lecture in possible)])
    return csv_text(rows)


def worksheet(path: Path) -> Sheet:
    """Read it, in whichever language Moodle wrote it; raises Refused if it is none."""
    sheet = read_sheet(path, "a worksheet")
    if missing := [name for name, column in zip(NEEDED, columns(sheet)[:4], strict=True) if column is None]:
        raise Refused(
            f"{path} is no grading worksheet of Moodle: it has no column {', '.join(missing)}. "
            "If its headings are in another language, download it with Moodle's language set to English."
        )
    return sheet


def columns(sheet: Sheet) -> tuple[int | None, ...]:
    """Where HEADINGS stand: by their headings, else by what stands in them.

    Moodle's first column then names the participants, and a column of numbers follows that of grades: the maximum, the
    same in all rows, before the words that say whether the grade can be changed.
    """
    named = [sheet.column(*names) for names in HEADINGS.values()]
    width = len(sheet.header)
    cells = [[entry(row, at) for row in sheet.rows if any(row)] for at in range(width)]
    if not sheet.rows or None not in named or not all(map(PARTICIPANT.fullmatch, cells[0])):
        return tuple(named)
    for at in range(1, width - 3):
        maximum = {*cells[at + 1]}
        grades = all(not text or _is_number(text) for text in cells[at])
        words = all(text and not _is_number(text) for text in cells[at + 2])
        if grades and len(maximum) == 1 and _is_number(*maximum) and words:
            return 0, at, at + 1, at + 3, at + 2
    return tuple(named)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+([.,]\d+)?", text) is not None


def moodle(sheet: Sheet, graded: Sequence[Graded]) -> tuple[str, str]:
    """The worksheet filled in, and a sentence about it.

    A worksheet is one assignment's: of several lectures, the one that most students of Moodle handed in is taken. The
    points become the same share of Moodle's maximum, since Moodle drops a row with more than that without a word.
    """
    counted = [one for one in graded if one.submission.system == "moodle" and one.counts and one.lecture]
    lecture = next((name for name, _ in Counter(one.lecture for one in counted).most_common(1)), None)
    of = {one.submission.account: one for one in counted if one.lecture == lecture}
    who, at, most, _, free = columns(sheet)
    rows, filled = [], set()
    for row in sheet.rows:
        participant = re.search(r"(\d+)\s*$", entry(row, who))
        one = of.get(participant[1]) if participant else None
        if one and at is not None and folded(entry(row, free)) not in NO and (grade := _grade(one, entry(row, most))):
            row = [*row[:at], grade, *row[at + 1 :]]
            filled.add(one.submission.account)
        rows.append(row)
    left = sorted(one.submission.student for account, one in of.items() if account not in filled)
    said = f"moodle.csv: {len(filled)} of {len(sheet.rows)} rows filled in" + (f" for {lecture}" if lecture else "")
    said += f"; no row to fill in for {', '.join(left)}" if left else ""
    return sheet.mark + csv_text([sheet.header, *rows], sheet.sign), f"{said}."


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
