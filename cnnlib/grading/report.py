"""What comes out: rows for a spreadsheet, files that overwrite nothing, a table for the terminal."""

import csv
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnlib.checks import Finding
from cnnlib.checks.verdict import unmarked
from cnnlib.grading.marking import Graded
from cnnlib.grading.marks import number
from cnnlib.grading.naming import is_notebook, is_zip
from cnnlib.grading.records import FOLDER as RECORDS
from cnnlib.grading.records import UNFINISHED, digest, digest_of, put, sync

GRADES = ["student", "notebook", "exercise", "part", "points", "possible", "reason"]
TOTALS = ["student", "notebook", "points", "possible", "status", "lecture", "counts"]
MARKED = ["weighted", "days_late", "percent_less", "final", "out_of", "comment", "extension"]  # with a policy
MARKS = ["student", "notebook", "exercise", "points", "possible", "final", "out_of", "by_hand", "comment"]
SHOWN = ["student", "notebook", "points", "possible", "final", "out_of", "status"]  # on the terminal, if there
WRITTEN = (  # below the folder for them
    *("grades.csv", "totals.csv", "results.json", "class.html", "students", "canvas.csv", "moodle.csv", "likeness.csv"),
)
ASKED_FOR = ("marks.csv", "sums.csv", "changes.csv")  # with a policy, a roster, an earlier run
MOST_TEXT = 500  # characters of one cell
MOST_WIDTH = 40  # characters of a name on the terminal

FORMULA = re.compile(r"(?<![^;\t])(?=[=+@＝＋＠－-])")  # where a cell begins, whichever sign separates them

Row = list[Any]  # of text and whole numbers


class Refused(Exception):
    """These folders cannot be used; says why, and what to do."""


def prepare(folder: Path, out: Path, force: bool, ours: Collection[str] = ()) -> None:
    """Make `out`; raises Refused before anything is graded if the tables could not be written there.

    Args:
        ours: digests of tables that are as they were written.
    """
    if not folder.is_dir() and not (folder.is_file() and (is_notebook(folder.name) or is_zip(folder.name))):
        raise Refused(f"{folder} is not a folder, a zip or a notebook.")
    if out.resolve().is_relative_to(folder.resolve()):
        raise Refused(f"{out} lies in the folder of submissions, where nothing is written. Choose another one.")
    if folder.resolve().is_relative_to(out.resolve()):
        name = folder.resolve().relative_to(out.resolve()).parts[0]
        if name in (*WRITTEN, *ASKED_FOR, RECORDS):
            raise Refused(f"{folder} lies where this command keeps its own {name}. Choose another folder with --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Refused(f"{out} cannot be made: {problem.strerror}.") from None
    if not os.access(out, os.W_OK):
        raise Refused(f"{out} cannot be written to.")
    earlier = [name for name in ("grades.csv", "totals.csv") if (out / name).exists()]
    if not force and any(digest_of(out / name) not in ours for name in earlier):
        raise Refused(
            f"There is a {' and a '.join(earlier)} of an earlier run in {out}, and not as that run left them. Choose "
            "another folder, or use --force: the old tables are then kept as "
            f"grades.{_free(out)}.csv and totals.{_free(out)}.csv."
        )


def texts(graded: Sequence[Graded], more: Mapping[str, str]) -> dict[str, str]:
    """Path below the folder for them -> text: the tables of the points, and `more`."""
    tables = {"grades.csv": in_csv([GRADES, *grades(graded)]), "totals.csv": in_csv(totals(graded))}
    tables |= {"marks.csv": in_csv([MARKS, *marks(graded)])} if _marked(graded) else {}
    return tables | dict(more)


def digests(files: Mapping[str, str]) -> dict[str, str]:
    """File or folder -> the digest of what will be in it."""
    inside: dict[str, dict[str, bytes]] = {}
    for name, text in files.items():
        first, _, rest = name.partition("/")
        inside.setdefault(first, {})[rest] = text.encode()
    return {name: digest(parts) for name, parts in inside.items()}


def write(files: Mapping[str, str], out: Path, drafts: Collection[str] = (), anew: bool = True) -> list[Path]:
    """Write the tables, all or nothing; what an earlier run wrote gets a number and stays.

    Args:
        files: path below `out` -> text.
        drafts: digests of what is replaced.
        anew: False leaves everything that is there if all of it would be the same.

    Returns:
        What was written.
    """
    new, old = digests(files), {name: digest_of(out / name) for name in WRITTEN + ASKED_FOR if (out / name).exists()}
    if not anew and all(new.get(name, found) == found for name, found in old.items()):
        new, old = {name: found for name, found in new.items() if name not in old}, {}
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=out) as folder:
        for name in (name for name in files if name.split("/")[0] in new):
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            put(path, files[name]) if "/" not in name else path.write_text(files[name], encoding="utf-8", newline="")
        number = _free(out)
        for name in (name for name, found in old.items() if found not in drafts):
            (out / name).rename(out / _numbered(name, number))
        for name in new:
            if (out / name).is_dir():
                (out / name).rename(Path(folder, f"old-{name}"))
            Path(folder, name).replace(out / name)
        sync(out)
    return [out / name for name in new]


def in_csv(rows: Iterable[Row]) -> str:
    """The text of a table in which no cell is a formula.

    Where it needs one, it begins with a byte order mark: without it Excel shows é as Ã©.
    """
    text = csv_text([cell(value) for value in row] for row in rows)
    return text if text.isascii() else f"\ufeff{text}"


def csv_text(rows: Iterable[Row], sign: str = ",") -> str:
    """The text of a table as it is."""
    file = io.StringIO()
    csv.writer(file, delimiter=sign, lineterminator="\n").writerows(rows)
    return file.getvalue()


def grades(graded: Iterable[Graded]) -> list[Row]:
    """A row a part. A file without a lecture has one row, so that both tables hold the same files."""
    rows: list[Row] = []
    for one in graded:
        who: Row = [one.submission.student, one.submission.notebook]
        for verdict in one.verdicts:
            rows += [[*who, verdict.exercise, f.part, f.points, f.possible, _reason(f)] for f in verdict.findings]
        if not one.verdicts:
            rows.append([*who, "", "", 0, 0, one.status])
    return rows


def _reason(finding: Finding) -> str:
    """An exception may call itself "right"."""
    return finding.reason if finding.right or finding.reason != "right" else 'wrong: it says "right"'


def totals(graded: Sequence[Graded]) -> list[Row]:
    """The names of the columns, and a row a file; of several attempts at a lecture, one counts."""
    marked = _marked(graded)
    rows: list[Row] = [TOTALS + (MARKED if marked else [])]
    for one in graded:
        row: Row = [one.submission.student, one.submission.notebook, one.points, one.possible, one.status]
        row += [one.lecture or "", _yes(one.counts)]
        if marked:
            final = one.final
            row += [number(final.sum), final.days, number(final.percent), number(final.points), number(final.possible)]
            row += [final.comment, final.extension]
        rows.append(row)
    return rows


def marks(graded: Iterable[Graded]) -> list[Row]:
    """A row an exercise: the checks' points, and what they count for."""
    rows: list[Row] = []
    for one in graded:
        for verdict, line in zip(one.verdicts, one.final.lines, strict=True):
            row: Row = [one.submission.student, one.submission.notebook, line.exercise, verdict.points]
            row += [verdict.possible, number(line.points), number(line.possible), _yes(line.by_hand), line.comment]
            rows.append(row)
    return rows


def _marked(graded: Iterable[Graded]) -> bool:
    return any(one.mark for one in graded)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def table(graded: Sequence[Graded]) -> str:
    """The totals in columns."""
    names, *told = totals(graded)
    shown = [name for name in SHOWN if name in names]
    rows = [shown] + [[plain(str(row[names.index(name)])) for name in shown] for row in told]
    widths = [min(MOST_WIDTH, max(map(len, column))) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_columns(shown, row, widths)).rstrip() for row in rows)


def _columns(names: list[str], row: list[str], widths: list[int]) -> Iterator[str]:
    for name, text, width in zip(names, row, widths, strict=True):
        if name == "status":
            yield text
        elif name in ("points", "possible", "final", "out_of"):
            yield text.rjust(width)
        else:
            yield text.ljust(width) if len(text) <= width else text[: width - 1] + "…"


def cell(value: str | int) -> str | int:
    """One cell of a spreadsheet, which is never taken for a formula."""
    if isinstance(value, int):
        return value
    return FORMULA.sub("'", plain(value))


def plain(text: str) -> str:
    """One line without anything that a terminal or a spreadsheet would act on: students choose these texts."""
    text = " ".join(unmarked(text[: 10 * MOST_TEXT]).split())
    text = "".join(sign if unicodedata.category(sign)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _free(out: Path) -> int:
    """The first number that nothing earlier has."""
    number = 1
    while any((out / _numbered(name, number)).exists() for name in WRITTEN + ASKED_FOR):
        number += 1
    return number


def _numbered(name: str, number: int) -> str:
    """grades.1.csv"""
    return f"{Path(name).stem}.{number}{Path(name).suffix}"
