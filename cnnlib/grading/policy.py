"""An instructor's policy, a small TOML file: what exercises count, when a lecture is due and for whom later, what being
late costs."""

import difflib
import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cnnlib.exercises import lectures
from cnnlib.grading.marking import Graded
from cnnlib.grading.naming import clean
from cnnlib.grading.report import Refused
from cnnlib.grading.roster import NO_ROSTER, Roster, handed_in_by, misfit

PARTS = ("points", "weights", "deadlines", "extensions", "late")
LATE = ("percent", "most", "time")
TIMES = ("platform", "file")
MOST_POINTS = 1_000_000  # and times that they count
DAY = 24 * 60 * 60.0  # seconds


class Deadline(NamedTuple):
    """When something is due; the later one is the larger."""

    moment: float  # in seconds since 1970
    said: str  # as it was written


NOBODY: Mapping[int, Deadline] = {}


@dataclass(frozen=True)
class Policy:
    """What the file says."""

    points: Mapping[str, float] = field(default_factory=dict)  # exercise -> all of its points, not the course's
    weights: Mapping[str, float] = field(default_factory=dict)  # exercise -> how many times its points count
    deadlines: Mapping[str, float] = field(default_factory=dict)  # lecture -> seconds since 1970
    extensions: Mapping[str, Mapping[str, Deadline]] = field(default_factory=dict)  # lecture -> student -> later one
    percent: float = 0.0  # of the points, lost for each day that has begun
    most: float = 100.0  # percent that are lost, however late
    by_file: bool = False  # do the files' own times count where the platform tells none?


def policy(path: Path) -> Policy:
    """Read it; raises Refused with what is wrong and what was meant."""
    try:
        told = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:  # ValueErrors: TOMLDecodeError, UnicodeDecodeError
        raise Refused(f"{path} cannot be read as a policy: {problem}.") from None
    try:
        return _policy(told)
    except ValueError as problem:
        raise Refused(f"{path}: {problem}") from None


def _policy(told: Mapping[str, Any]) -> Policy:
    exercises = [exercise.name for asked in lectures().values() for exercise in asked]
    for name in told:
        meant("part", name, PARTS)
        if not isinstance(told[name], dict):
            raise ValueError(
                f"{name} = {told[name]!r} stands alone. Write a heading, [{name}], and the values below it."
            )
    points, weights = (
        {meant("exercise", name, exercises, part): _number(name, n) for name, n in told.get(part, {}).items()}
        for part in ("points", "weights")
    )
    if twice := sorted(points.keys() & weights.keys()):
        raise ValueError(f"{', '.join(twice)} has points and a weight. Give one of them.")
    deadlines = {_lecture(name): _moment(name, value) for name, value in told.get("deadlines", {}).items()}
    extensions = {
        _lecture(name, "extensions"): _extended(name, students, deadlines.get(_lecture(name, "extensions"), -math.inf))
        for name, students in told.get("extensions", {}).items()
    }
    late = told.get("late", {})
    for name in late:
        meant("setting", name, LATE, "late")
    if late and "percent" not in late:
        raise ValueError("[late] says no percent: the share of the points that each day costs, as in percent = 10.")
    if late.get("time", "platform") not in TIMES:
        raise ValueError(f'time = {late["time"]!r} in [late] is neither "platform" nor "file".')
    percent, most = _number("percent", late.get("percent", 0), 100), _number("most", late.get("most", 100), 100)
    return Policy(points, weights, deadlines, extensions, percent, most, by_file=late.get("time") == "file")


def meant(what: str, name: str, names: Collection[str], part: str = "") -> str:
    """The name itself if it is one of these; else raises ValueError with the one that was meant, or all of them."""
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, 1)
    hint = f'"{near[0]}" may be meant.' if near else ""
    if len(names) < 20:
        hint = f"{hint} There are {', '.join(names)}.".strip()
    place = f" in [{part}]" if part else ""
    raise ValueError(f'there is no {what} "{name}"{place}. {hint}'.rstrip())


def _lecture(name: str, part: str = "deadlines") -> str:
    """05 or 05_conv1d_backprop."""
    return next((known for known in lectures() if known.partition("_")[0] == name), "") or meant(
        "lecture", name, list(lectures()), part
    )


def _extended(lecture: str, students: Any, deadline: float) -> dict[str, Deadline]:
    """Student -> deadline, which is later than that of all the others."""
    if not isinstance(students, dict):
        raise ValueError(
            f"{lecture} = {students!r} in [extensions] is for nobody. "
            f'Write [extensions.{lecture}], and "Ann Lee" = 2026-11-19 below it.'
        )
    found = {clean(name): Deadline(_moment(name, value), str(value)) for name, value in students.items()}
    for name, until in found.items():
        if until.moment <= deadline:
            raise ValueError(f"[extensions.{lecture}]: {name} = {until.said} is no later than the deadline.")
    return found


def _number(name: str, value: Any, most: float = MOST_POINTS) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{name} = {value!r} is no number from 0 to {most:,}.")
    return value


def _moment(name: str, value: Any) -> float:
    """A time without a zone is this machine's; a date is over when its day is."""
    try:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day) + timedelta(days=1)
        if isinstance(value, datetime):
            return value.timestamp()
    except OverflowError:  # 9999-12-31: never
        return math.inf
    raise ValueError(f"{name} = {value!r} is no time. Write it without quotes, as in {name} = 2026-11-12T23:59:00.")


def extensions(
    policy: Policy, graded: Sequence[Graded], known: Roster = NO_ROSTER
) -> tuple[dict[int, Deadline], list[str]]:
    """Place in `graded` -> the deadline that is its own; and sentences about the names that fit nobody, or two.

    It is for all attempts of a student. Of a team each member's holds, and the latest counts.
    """
    found: dict[int, Deadline] = {}
    said = []
    for lecture, students in policy.extensions.items():
        files = {n: one.submission for n, one in enumerate(graded) if one.lecture == lecture}
        for name, until in students.items():
            fits = handed_in_by(name, files, known)
            whose = sorted({files[n].student for n in fits})
            if fits and (len(whose) == 1 or known.person(name)):
                found |= {n: max(until, found.get(n, until)) for n in fits}
            else:
                said.append(f"extension for {lecture}: {misfit(name, lecture, files, whose, known)}")
    return found, said


def worth(policy: Policy, exercise: str, possible: float) -> float:
    """All of the points that an exercise gives, for which the course gives `possible`."""
    return policy.points.get(exercise, possible * policy.weights.get(exercise, 1))


def by_policy(policy: Policy, graded: Sequence[Graded], extended: Mapping[int, Deadline] = NOBODY) -> list[Graded]:
    """Every submission with what it counts for, and what being late cost it in its status.

    Args:
        extended: place in `graded` -> the deadline that is its own.
    """
    return [_marked(policy, one, extended.get(n)) for n, one in enumerate(graded)]


def _marked(policy: Policy, one: Graded, extension: Deadline | None) -> Graded:
    lines = []
    for line in one.final.lines:
        possible = worth(policy, line.exercise, line.possible)
        share = line.points / line.possible if line.possible else 0.0
        lines.append(replace(line, points=possible * share, possible=possible))
    days, how = _days_late(policy, one, extension)
    percent = min(policy.percent * days, policy.most)
    until = extension.said if extension else ""
    status = f"{one.status}, extension to {until}" if until else one.status
    status += f", {how}: {percent:g} % less" if days else ""
    mark = replace(one.final, lines=tuple(lines), days=days, percent=percent, extension=until)
    return replace(one, mark=mark, status=status)


def _days_late(policy: Policy, one: Graded, extension: Deadline | None) -> tuple[int, str]:
    """Days that have begun since the deadline, in words too.

    A late marker is a day even where no time is known. It tells of the platform's deadline, and says nothing of a
    student who has an extension.
    """
    handed_in, how = one.submission.uploaded, ""
    if not handed_in and policy.by_file:
        handed_in, how = one.submission.time, " by the file's time"
    deadline = extension.moment if extension else policy.deadlines.get(one.lecture or "", math.inf)
    days = math.ceil(max(0.0, handed_in - deadline) / DAY) if handed_in else 0
    if one.submission.late and not days and not extension:
        return 1, "by its marker, as one day"
    return days, f"{days} day{'s' if days > 1 else ''} late{how}"
