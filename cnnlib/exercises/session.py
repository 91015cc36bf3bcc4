"""What a student calls in a notebook: check, hint, progress, or_reference.

The only state is in the running notebook: which exercises were checked, and how many hints were asked for.
"""

import difflib
import html
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnlib.checks import Exercise, Verdict, asks, judge
from cnnlib.checks.verdict import anchor
from cnnlib.exercises.newer import failed, watch
from cnnlib.exercises.registry import find, lecture_of, lectures, problems

COURSE = str(Path(__file__).parents[1])  # answers may not call what lives here

_verdicts: dict[str, Verdict] = {}
_hints_shown: dict[str, int] = {}
watch()


class Points(float):
    """The points of a check. Plain text shows the bare number, which is what nbgrader reads from the cell."""

    note: str = ""

    def _repr_html_(self) -> str:
        return f'<span style="opacity: 0.75">{html.escape(self.note)}</span>'


def check(answer: Callable[..., Any] | str) -> Points:
    """Check one exercise, show what holds and what does not, and return its points. Never raises.

    Args:
        answer: the function, or the name of a function or poll as text.
    """
    try:
        names = sys._getframe(1).f_globals
        exercise, function = _exercise(answer, names)
    except LookupError as problem:
        return _refused(str(problem))
    try:
        verdict = judge(
            exercise,
            asks(function, COURSE),
            another=lambda name: asks(names[name], COURSE) if callable(names.get(name)) else None,
        )
    except Exception as problem:
        return _refused(f"The check of {exercise.name} failed, not your answer: {problem!r}. Please report it.")
    verdict = replace(verdict, notes=(*failed(exercise.name), *verdict.notes))
    _verdicts.pop(exercise.name, None)  # so that the latest check is the last entry
    _verdicts[exercise.name] = verdict
    _show(verdict)
    points = Points(verdict.points)
    points.note = f"{verdict.points} of {verdict.possible} points here, {_total(exercise)}"
    return points


def hint(answer: Callable[..., Any] | str, number: int | None = None) -> None:
    """Print the next hint for an exercise: a nudge first, then the idea, then the index equation.

    Args:
        answer: the function or its name.
        number: 1, 2 or 3 to see that one again.
    """
    try:
        exercise = _asked(answer, sys._getframe(1).f_globals)
    except LookupError as problem:
        print(problem)
        return
    last = len(exercise.hints)
    if number is not None and number not in range(1, last + 1):
        print(f"There is no hint {number!r} for {exercise.name}: it has hints 1 to {last}.")
        return
    chosen = number or min(_hints_shown.get(exercise.name, 0) + 1, last)
    _hints_shown[exercise.name] = max(chosen, _hints_shown.get(exercise.name, 0))
    print(f"Hint {chosen} of {last}: {exercise.hints[chosen - 1]}")


def or_reference(answer: Callable[..., Any] | str) -> Callable[..., Any]:
    """The student's function if it is right, else the course's own, and a line that says so."""
    exercise, function = _exercise(answer, sys._getframe(1).f_globals)
    if judge(exercise, asks(function, COURSE)).right:
        return function
    print(f"{exercise.name} is not right yet: the course's own is used here.")
    return exercise.reference


def progress(lecture: str | None = None) -> None:
    """Show the points of a notebook, exercise by exercise.

    Args:
        lecture: "05_conv1d_backprop"; by default the lecture whose exercises were checked last.
    """
    if lecture is None and _verdicts and (latest := find(list(_verdicts)[-1])):
        lecture = lecture_of(latest)
    if lecture not in lectures():
        known = ", ".join(lectures())
        print(
            f"No exercise was checked yet: name a lecture. There are {known}."
            if lecture is None
            else f"There is no lecture {lecture!r}. There are {known}."
        )
        return
    _show(Progress(lecture, lectures()[lecture]))


SIGNS = {"right": "✓", "partly right": "◐", "wrong": "✗", "not written yet": "○", "not checked yet": "○"}


class Progress:
    """A table of the points so far, as text and as HTML: each exercise by number and sign, with a link to its check."""

    def __init__(self, lecture: str, exercises: tuple[Exercise, ...]) -> None:
        self.lecture, here = lecture, any(e.name in _verdicts for e in exercises)
        self.page = "" if here else f"{lecture}.ipynb"  # an exercise that was checked stands in this notebook
        self.lines = [(n, e.name, _points(e), e.possible, _status(e)) for n, e in enumerate(exercises, 1)]
        right = sum(status == "right" for *_, status in self.lines)
        points, possible = sum(line[2] for line in self.lines), sum(line[3] for line in self.lines)
        self.total = (points, possible, f"{right} of {len(exercises)} exercises are right")

    def __str__(self) -> str:
        rows = [
            f"{n:>3} {SIGNS.get(what, '✗')} {name:<34}{got:>3} of {most:>2}   {what}"
            for n, name, got, most, what in self.lines
        ]
        got, most, what = self.total
        return "\n".join([self.lecture, *rows, f"      {'together':<34}{got:>3} of {most:>2}   {what}"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        def row(*cells: str) -> str:
            style = 'style="text-align: left; padding: 2px 14px 2px 0"'
            return f"<tr>{''.join(f'<td {style}>{cell}</td>' for cell in cells)}</tr>"

        rows = [
            row(
                str(n),
                f'<span aria-hidden="true">{SIGNS.get(what, "✗")}</span>',
                f'<a href="{self.page}#{anchor(name)}"><code>{html.escape(name)}</code></a>',
                f"<b>{got}</b> of {most}",
                html.escape(what),
            )
            for n, name, got, most, what in self.lines
        ]
        got, most, what = self.total
        rows.append(row("", "", "<b>together</b>", f"<b>{got}</b> of {most}", what))
        return {"text/plain": str(self), "text/html": f"<table><tbody>{''.join(rows)}</tbody></table>"}


def _asked(answer: Callable[..., Any] | str, namespace: dict[str, Any]) -> Exercise:
    """The exercise of a name, or of a function by the name it goes by here (a lambda has none of its own)."""
    own = getattr(answer, "__name__", type(answer).__name__)
    goes_by = next((name for name, value in namespace.items() if value is answer and find(name)), own)
    name = answer if isinstance(answer, str) else goes_by
    if exercise := find(name):
        return exercise
    close = difflib.get_close_matches(name, [e.name for asked in lectures().values() for e in asked], n=3)
    meant = f" Did you mean {' or '.join(close)}?" if close else " Its name stands in the text above the cell."
    left_out = "".join(f"\nLeft out: {problem}." for problem in problems())
    raise LookupError(f"No exercise is called {name!r}.{meant}{left_out}")


def _exercise(answer: Callable[..., Any] | str, namespace: dict[str, Any]) -> tuple[Exercise, Any]:
    """The exercise, and the student's object."""
    exercise = _asked(answer, namespace)
    if not isinstance(answer, str):
        return exercise, answer
    if answer not in namespace:
        raise LookupError(f"{answer} is not defined yet: run the cell above that defines it.")
    return exercise, namespace[answer]


def _total(exercise: Exercise) -> str:
    asked = lectures()[lecture_of(exercise)]
    return f"{sum(map(_points, asked))} of {sum(e.possible for e in asked)} in this notebook so far"


def _points(exercise: Exercise) -> int:
    return _verdicts[exercise.name].points if exercise.name in _verdicts else 0


def _status(exercise: Exercise) -> str:
    return _verdicts[exercise.name].status if exercise.name in _verdicts else "not checked yet"


def _refused(message: str) -> Points:
    print(message)
    points = Points(0)
    points.note = "no points: nothing was checked"
    return points


def _show(thing: Any) -> None:
    """Richly inside Jupyter, as plain text elsewhere."""
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        sys.modules["IPython"].display.display(thing)
    else:
        print(thing)
