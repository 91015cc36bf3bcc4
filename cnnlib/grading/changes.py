"""A regrade beside an earlier run: whose points changed, in which exercise, from what to what."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnlib.exercises import find, lecture_of
from cnnlib.grading.marks import number
from cnnlib.grading.report import Row

CHANGES = ["student", "exercise", "before", "after"]
MOST_SAID = 20  # changes on the terminal

Points = dict[tuple[str, str], str]  # of a student in an exercise, or in a whole lecture


def earlier(out: Path) -> Points | None:
    """What the last run that came to its end gave; None if there was none, or none that can be read."""
    kept = {int(n): path for path in out.glob("results.*.json") if (n := path.suffixes[0][1:]).isdecimal()}
    for path in [out / "results.json", *(kept[n] for n in sorted(kept, reverse=True))]:
        try:
            results = json.loads(path.read_text(encoding="utf-8"))
            if results.get("finished", True):
                return points(results)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return None


def points(results: Mapping[str, Any]) -> Points:
    """What the attempts that count come to; in results of before there were policies, the checks' points."""
    found: Points = {}
    for one in results["submissions"]:
        if not one["counts"] or not one["lecture"]:
            continue
        checked = [
            {"exercise": told["exercise"], "points": sum(part["points"] for part in told["parts"])}
            for told in one["exercises"]
        ]
        final = one.get("final") or {"lines": checked, "points": one["points"]}
        found |= {(one["student"], line["exercise"]): number(line["points"]) for line in final["lines"]}
        found[one["student"], one["lecture"]] = number(final["points"])
    return found


def changes(before: Points, after: Points) -> tuple[list[Row], list[str]]:
    """The names of the columns and a row a change; sentences for the terminal; "" where there were no points."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    keys = [key for key in keys if not any(_goes_with_its_lecture(key, given) for given in (before, after))]
    rows: list[Row] = [[*key, before.get(key, ""), after.get(key, "")] for key in keys]
    if not rows:
        return [CHANGES], ["Nothing changed since the earlier run."]
    said = [f"{row[0]}, {row[1]}: {row[2] or 'nothing'} before, {row[3] or 'nothing'} now" for row in rows[:MOST_SAID]]
    students = len({student for student, _ in keys})
    more = f", the first {MOST_SAID} here" if len(rows) > MOST_SAID else ""
    return [CHANGES, *rows], [
        f"Changed since the earlier run, {students} student{'s' if students > 1 else ''} (changes.csv{more}):",
        *said,
    ]


def _goes_with_its_lecture(key: tuple[str, str], given: Points) -> bool:
    """A notebook that is new, or gone, is one change, not one for each of its exercises."""
    student, name = key
    exercise = find(name)
    return exercise is not None and key not in given and (student, lecture_of(exercise)) not in given
