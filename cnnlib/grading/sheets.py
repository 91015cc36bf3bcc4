"""Tables that an instructor hands over as CSV: whichever sign separates the columns, with a byte order mark or not."""

import codecs
import csv
import difflib
import io
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cnnlib.grading.report import Refused


@dataclass(frozen=True)
class Sheet:
    """A table as it was written."""

    header: list[str]
    rows: list[list[str]]
    sign: str = ","  # between two columns
    mark: str = ""  # the byte order mark, if there was one

    def column(self, *names: str) -> int | None:
        """The first column with one of these headings; accents and capitals do not count."""
        headings = [folded(heading) for heading in self.header]
        return next((headings.index(name) for name in map(folded, names) if name in headings), None)


def read_sheet(path: Path, what: str) -> Sheet:
    """Read one.

    Args:
        what: what it should be, for the message.

    Raises:
        Refused: it cannot be read.
    """
    try:
        data = path.read_bytes()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as Excel saves "Unicode text"
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Refused(f"{path} cannot be read as {what}: {problem}. Save it as CSV in UTF-8.") from None
    except OSError as problem:
        raise Refused(f"{path} cannot be read as {what}: {problem.strerror}.") from None
    first = text.partition("\n")[0]
    sign = max(",;\t", key=first.count)
    try:
        header, *rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=sign)] or [[]]
    except csv.Error as problem:
        raise Refused(f"{path} cannot be read as {what}: {problem}.") from None
    return Sheet(header, rows, sign, "\ufeff" if wide or data.startswith(codecs.BOM_UTF8) else "")


def entry(row: list[str], column: int | None) -> str:
    """What stands there; "" in a row that is too short, or without the column."""
    return row[column].strip() if column is not None and column < len(row) else ""


def folded(text: str) -> str:
    """Without accents and capitals: "Última modificación" is "ultima modificacion"."""
    return without_accents(text).casefold().strip()


def without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def perhaps(text: str, names: Collection[str]) -> str:
    """ "; Ann Lee may be meant", or nothing."""
    known = {folded(name).rstrip("_0123456789"): name for name in sorted(names)}
    return "".join(f"; {known[near]} may be meant" for near in difflib.get_close_matches(folded(text), known, 1))
