"""What a check found: one object for the notebook, the grader, plain text, HTML and JSON."""

import html
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

OPEN, CLOSE = ("\x02", "\x03")  # around the entry that differs first; plain text drops them, HTML underlines between
CASE = "smallest failing case"
LABEL_WIDTH = 24
TEXT_WIDTH = 88


def mark(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


def unmarked(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


@dataclass(frozen=True)
class Finding:
    """What one part of an exercise came to."""

    part: str
    points: int
    possible: int
    reason: str  # one line: "right", or the mistake
    rows: tuple[tuple[str, str], ...] = ()  # label and text: case, got and expected, what feeds it, the mistake
    cause: str = ""  # the sentence that names the mistake, "" where none is known

    @property
    def right(self) -> bool:
        return self.points == self.possible


@dataclass(frozen=True)
class Verdict:
    """What a whole exercise came to."""

    exercise: str
    status: str  # "right", "partly right", "wrong", "not written yet"
    findings: tuple[Finding, ...]
    notes: tuple[tuple[str, str], ...] = ()  # label and text of remarks that cost nothing
    hints: tuple[str, ...] = ()  # offered while the exercise is not right

    @property
    def points(self) -> int:
        return sum(finding.points for finding in self.findings)

    @property
    def possible(self) -> int:
        return sum(finding.possible for finding in self.findings)

    @property
    def right(self) -> bool:
        return self.points == self.possible

    def rows(self) -> Iterator[tuple[str, str]]:
        """Everything below the headline, as label and text; what two parts share is said once."""
        shown: set[tuple[str, str]] = set()
        for block in (*(finding.rows for finding in self.findings), self.notes):
            pairs = zip((None, *block), block, strict=False)  # a row without a label goes with the one before it
            new = [row for before, row in pairs if row not in shown or (not row[0] and before not in shown)]
            if any(label != CASE for label, _ in new):  # a case alone says nothing
                yield from new
                shown.update(new)

    def headline(self) -> str:
        parts = "   ".join(f"{f.part} {f.points} of {f.possible}" for f in self.findings)
        return f"{parts}   {self.status}"

    def to_text(self) -> str:
        lines = [f"{self.exercise:<{LABEL_WIDTH - 1}} {self.headline()}"]
        for label, text in self.rows():
            first, *rest = _lines(unmarked(text))
            lines.append(f"{label:<{LABEL_WIDTH - 1}} {first}")
            lines += [" " * LABEL_WIDTH + line for line in rest]
        if self.hints and not self.right:
            lines.append(
                f"{'stuck?':<{LABEL_WIDTH - 1}} hint('{self.exercise}') gives the first of {len(self.hints)} hints"
            )
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        findings = [asdict(finding) for finding in self.findings]
        for finding in findings:
            finding["rows"] = [[label, unmarked(text)] for label, text in finding["rows"]]
        return {
            "exercise": self.exercise,
            "status": self.status,
            "points": self.points,
            "possible": self.possible,
            "parts": findings,
            "notes": [list(note) for note in self.notes],
        }

    def to_html(self) -> str:
        """A card that reads well in JupyterLab's light and dark themes, and without any style on GitHub.

        Styles are inline and colours are the theme's variables: JupyterLab strips <style> from a notebook that is not
        trusted, GitHub strips every style.
        """
        right, begun = self.right, self.status != "not written yet"
        sign, colour = ("✓", BLUE) if right else ("✗", ORANGE) if begun else ("○", GREY)
        scores = " &nbsp; ".join(f"{html.escape(f.part)} <b>{f.points}</b> of {f.possible}" for f in self.findings)
        head = (
            f'<div style="margin-bottom: 4px"><b style="color: {colour}">{sign}</b> <b>{html.escape(self.exercise)}</b>'
            f" &nbsp; {scores} &nbsp; <i>{html.escape(self.status)}</i></div>"
        )
        body = "".join(_row(label, text) for label, text in self.rows())
        table = f'<table style="{TABLE}"><tbody>{body}</tbody></table>' if body else ""
        hints = "" if right else "".join(_hint(n, text) for n, text in enumerate(self.hints, 1))
        place = f'id="{anchor(self.exercise)}"'  # where progress() links to
        return f'<div {place} style="{CARD}; border-left: 4px solid {colour}">{head}{table}{hints}</div>'

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}


# Okabe and Ito's blue and vermilion: apart for every kind of colour vision, readable on white and on black.
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#808080"
CARD = "padding: 6px 12px; margin: 4px 0; max-width: 60em; overflow-x: auto"
TABLE = "border-collapse: collapse; margin: 0"
CELL = "text-align: left; vertical-align: top; padding: 2px 14px 2px 0; background: transparent"
LABEL = "white-space: nowrap; opacity: 0.75"
VALUES = "white-space: pre-wrap; font-family: monospace"  # so that got stands above expected, digit by digit
SHORT = 72
IN_FIGURES = (CASE, "in the case", "the same call", "what feeds it", "in your answer", "your code", "it printed")


def anchor(exercise: str) -> str:
    """The id of an exercise's latest verdict in its notebook."""
    return f"check-{exercise}"


def _lines(text: str) -> list[str]:
    """Short lines side by side, long ones below each other."""
    together = "   ".join(" ".join(line.split()) for line in text.splitlines()) if "\n" in text else text
    if len(together) <= TEXT_WIDTH:
        return [together]
    return [piece for line in text.splitlines() for piece in textwrap.wrap(line, TEXT_WIDTH, break_long_words=False)]


def _row(label: str, text: str) -> str:
    face = f"; {VALUES}" if "\n" in text or label in IN_FIGURES else ""
    if len(text) <= SHORT and "expected" not in text:
        text = text.replace("\n", "   ")
    shown = html.escape(text).replace(OPEN, '<b style="text-decoration: underline">').replace(CLOSE, "</b>")
    shown = shown.replace("\n", "<br>")  # GitHub strips the style that would keep the lines apart
    return (
        f'<tr style="background: transparent"><td style="{CELL}; {LABEL}">{html.escape(label)}</td>'
        f'<td style="{CELL}; width: 100%{face}">{shown}</td></tr>'
    )


def _hint(number: int, text: str) -> str:
    return f"<details><summary>Hint {number}</summary>{html.escape(text)}</details>"
