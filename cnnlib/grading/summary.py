"""What a class came to, for each lecture: how the points lie, what was hardest, which mistakes were made most."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cnnlib.checks import Verdict
from cnnlib.grading.marking import Graded
from cnnlib.grading.report import plain

BINS = 10  # of the distribution
BAR = 40  # signs of the longest bar on the terminal
MOST_SHOWN = 5  # exercises and mistakes on the terminal


@dataclass(frozen=True)
class Asked:
    """One exercise, and how the class did."""

    name: str
    possible: int
    mean: float  # points
    right: int  # students with all points
    unwritten: int  # students who left it open
    parts: dict[str, int]  # part -> students who have its points
    causes: dict[str, int]  # cause -> students who made this mistake, the most frequent first


@dataclass(frozen=True)
class Summary:
    """One lecture. Of each student the attempt that counts."""

    lecture: str
    students: int
    possible: int
    mean: float
    median: float
    distribution: tuple[int, ...]  # students with 0 to 10 %, to 20 %, ... of the points; all points lie in the last
    exercises: tuple[Asked, ...]  # the hardest first

    @property
    def causes(self) -> list[tuple[int, str, str]]:
        """Students, exercise and cause, the most frequent first."""
        found = [(n, asked.name, cause) for asked in self.exercises for cause, n in asked.causes.items()]
        return sorted(found, key=lambda one: -one[0])


def summaries(graded: Sequence[Graded]) -> list[Summary]:
    """One for each lecture that was handed in."""
    lectures = sorted({one.lecture for one in graded if one.lecture and one.verdicts})
    return [_summary(lecture, [g for g in graded if g.lecture == lecture and g.counts]) for lecture in lectures]


def _summary(lecture: str, counted: Sequence[Graded]) -> Summary:
    points = [one.points for one in counted]
    possible = counted[0].possible
    bins = Counter(min(BINS - 1, BINS * n // possible) if possible else 0 for n in points)
    asked = [_asked(verdicts) for verdicts in zip(*(one.verdicts for one in counted), strict=True)]
    return Summary(
        lecture,
        len(counted),
        possible,
        statistics.mean(points),
        float(statistics.median(points)),
        tuple(bins[number] for number in range(BINS)),
        tuple(sorted(asked, key=lambda one: one.mean / one.possible if one.possible else 1)),
    )


def _asked(verdicts: Sequence[Verdict]) -> Asked:
    """The verdicts of all students on one exercise; a mistake in two parts is one mistake."""
    made = [{f.cause for f in verdict.findings if f.cause and not f.right} for verdict in verdicts]
    parts = Counter(f.part for verdict in verdicts for f in verdict.findings if f.right)
    first = verdicts[0]
    return Asked(
        first.exercise,
        first.possible,
        statistics.mean(verdict.points for verdict in verdicts),
        sum(verdict.right for verdict in verdicts),
        sum(verdict.status == "not written yet" for verdict in verdicts),
        {finding.part: parts[finding.part] for finding in first.findings},
        dict(Counter(cause for causes in made for cause in sorted(causes)).most_common()),
    )


def to_json(graded: Sequence[Graded]) -> dict[str, Any]:
    """Everything that is known, as plain data."""
    return {
        "lectures": [asdict(summary) for summary in summaries(graded)],
        "submissions": [
            {name: getattr(one.submission, name) for name in ("student", "notebook", "late")}
            | {name: getattr(one, name) for name in ("lecture", "points", "possible", "status", "counts")}
            | {"final": asdict(one.final) | {"points": one.final.points, "possible": one.final.possible}}
            | {"exercises": [verdict.to_json() for verdict in one.verdicts]}
            for one in graded
        ],
    }


def in_words(summary: Summary) -> str:
    """For the terminal."""
    lines = [f"{summary.lecture}: {summary.students} students, mean {summary.mean:.1f}, median {summary.median:g}"]
    lines[0] += f" of {summary.possible} points"
    most = max(summary.distribution)
    for number, count in enumerate(summary.distribution):
        bar = "#" * round(BAR * count / most)
        lines.append(f"{100 * number // BINS:5} to {100 * (number + 1) // BINS:3} %  {count:4}  {bar}".rstrip())
    lines.append("  hardest exercises, with the mean of their points")
    lines += [f"{asked.mean:9.1f} of {asked.possible}  {asked.name}" for asked in summary.exercises[:MOST_SHOWN]]
    if causes := summary.causes[:MOST_SHOWN]:
        lines.append("  commonest mistakes, with the number of students")
        lines += [f"{count:9}  {exercise}: {plain(cause)}" for count, exercise, cause in causes]
    return "\n".join(lines)
