"""HTML pages: one for each student, one for the class. Whatever a student chose is escaped; no page runs a script."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from cnnlib.checks.verdict import unmarked
from cnnlib.grading.likeness import Alike
from cnnlib.grading.marking import Graded
from cnnlib.grading.marks import number
from cnnlib.grading.sheets import without_accents
from cnnlib.grading.summary import BINS, Asked, Summary, summaries

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font-family: system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; line-height: 1.4 }}
th, td {{ text-align: left; vertical-align: top; padding: 2px 14px 2px 0 }}
.number {{ text-align: right; white-space: nowrap }}
.wide {{ overflow-x: auto }}
.bars td:last-child {{ width: min(20em, 45vw) }}
.bar {{ background: #0072b2; height: 1em }}
</style></head>
<body>
<h1>{title}</h1>
{body}
</body></html>
"""
MOST_ALIKE = 30
STUDENTS = ("student", "and")  # columns with a name, which leads to the page
NUMBERS = ("points", "by the checks", "counts for", "alike", "students")
NOWHERE: Mapping[str, str] = {}
SAFE = re.compile(r"[^A-Za-z0-9.-]+")


def pages(graded: Sequence[Graded], alike: Sequence[Alike] = ()) -> dict[str, str]:
    """File -> page: class.html, and students/<name>.html for each student.

    Args:
        alike: those whose code is alike, for the class's page only.
    """
    of: dict[str, list[Graded]] = {}
    for one in graded:
        of.setdefault(one.submission.student, []).append(one)
    files = {student: f"students/{name}.html" for student, name in _file_names(list(of)).items()}
    return {"class.html": _class_page(graded, files, alike)} | {
        files[name]: _student_page(name, of[name]) for name in of
    }


def _file_names(students: Sequence[str]) -> dict[str, str]:
    """A name of plain letters for each student; a number keeps those apart that look alike then."""
    width = len(str(len(students)))
    return {
        student: f"{number:0{width}}_{SAFE.sub('_', without_accents(student))[:60].strip('._')}"
        for number, student in enumerate(students, 1)
    }


def _page(title: str, body: str) -> str:
    return PAGE.format(title=escape(shown(title)), body=shown(body))


def shown(text: str) -> str:
    """Without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _student_page(student: str, graded: Sequence[Graded]) -> str:
    parts = []
    for one in graded:
        parts.append(f"<h2>{escape(one.submission.notebook or 'no notebook')}</h2>{head(one)}")
        parts += [verdict.to_html() for verdict in one.verdicts]
    return _page(student, "\n".join(parts))


def head(one: Graded) -> str:
    """Its points, its status, and what it counts for."""
    points = f"<b>{one.points}</b> of {one.possible} points: " if one.possible else ""
    return f"<p>{points}{escape(one.status)}</p>{_final(one)}"


def _final(one: Graded) -> str:
    """What the points came to by an instructor's policy or hand, exercise by exercise where they differ."""
    mark = one.mark
    if not mark:
        return ""
    said = f"<p>It counts for <b>{number(mark.points)}</b> of {number(mark.possible)}. {escape(mark.comment)}</p>"
    rows = [
        (line.exercise, _of(verdict.points, verdict.possible), _of(line.points, line.possible), line.comment)
        for verdict, line in zip(one.verdicts, mark.lines, strict=True)
        if (verdict.points, verdict.possible, "") != (line.points, line.possible, line.comment)
    ]
    comment = "comment" if any(line.comment for line in mark.lines) else ""
    return said + (_table(["exercise", "by the checks", "counts for", comment], rows) if rows else "")


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], files: Mapping[str, str] = NOWHERE) -> str:
    """Texts under a row of names; on a narrow screen the table alone is moved sideways.

    Args:
        files: student -> page, for the columns that name one.
    """
    headings = "".join(f"<th>{name}</th>" for name in names)
    cells = ("".join(_cell(*told, files) for told in zip(names, row, strict=True)) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f'<div class="wide"><table><thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(column: str, text: str, files: Mapping[str, str]) -> str:
    shown = f'<a href="{files[text]}">{escape(text)}</a>' if column in STUDENTS and text in files else escape(text)
    return f'<td class="number">{shown}</td>' if column in NUMBERS else f"<td>{shown}</td>"


def _class_page(graded: Sequence[Graded], files: Mapping[str, str], alike: Sequence[Alike]) -> str:
    lectures = summaries(graded)
    names = [summary.lecture for summary in lectures] + ["Students"] + (["Alike"] if alike else [])
    links = " · ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in names)
    body = f"<nav>{links}</nav>" + "".join(map(_lecture, lectures))
    marked = any(one.mark for one in graded)
    rows = []
    for one in graded:
        counts = [_of(one.final.points, one.final.possible)] if marked else []
        points = _of(one.points, one.possible)
        rows.append([one.submission.student, one.submission.notebook, points, *counts, one.status])
    columns = ["student", "notebook", "points", *(["counts for"] if marked else []), "status"]
    table = _table(columns, rows, files)
    return _page("The class", f"{body}{_heading('Students')}{table}{_alike(alike, files)}")


def _heading(name: str) -> str:
    return f'<h2 id="{escape(name)}">{escape(name)}</h2>'


def _alike(alike: Sequence[Alike], files: Mapping[str, str]) -> str:
    """The first few of those to look at; likeness.csv has them all."""
    if not alike:
        return ""
    found = [
        (pair.student, pair.other, f"{100 * pair.share:.0f} %", pair.lecture, ", ".join(pair.where))
        for pair in alike[:MOST_ALIKE]
    ]
    said = "Code that two share and few others have, whatever its names. A hint to look: it says nothing about why."
    table = _table(["student", "and", "alike", "lecture", "nearly the same"], found, files)
    return f"{_heading('Alike')}<p>{said}</p>{table}"


def _of(points: float, possible: float) -> str:
    return f"{number(points)} of {number(possible)}"


def _lecture(summary: Summary) -> str:
    most = max(summary.distribution)
    bars = "".join(
        f'<tr><td class="number">{100 * n // BINS} to {100 * (n + 1) // BINS} %</td><td class="number">{count}</td>'
        f'<td><div class="bar" style="width: {100 * count / most:.0f}%"></div></td></tr>'
        for n, count in enumerate(summary.distribution)
    )
    return (
        f"{_heading(summary.lecture)}<p>{summary.students} students, mean {summary.mean:.1f}, median "
        f"{summary.median:g} of {summary.possible} points.</p>"
        f'<table class="bars"><tbody>{bars}</tbody></table>'
        f"<h3>Exercises, the hardest first</h3>{''.join(_exercise(asked, summary) for asked in summary.exercises)}"
    )


def _exercise(asked: Asked, summary: Summary) -> str:
    parts = ", ".join(f"{escape(part)} {count}" for part, count in asked.parts.items())
    said = f" Students with the points of each part: {parts}." if len(asked.parts) > 1 else ""
    causes = [(str(count), unmarked(cause)) for cause, count in asked.causes.items()]
    return (
        f"<h4>{escape(asked.name)}</h4><p>Mean {asked.mean:.1f} of {asked.possible}; all points: {asked.right} of "
        f"{summary.students} students, left open: {asked.unwritten}.{said}</p>"
        f"{_table(['students', 'cause'], causes) if causes else ''}"
    )
