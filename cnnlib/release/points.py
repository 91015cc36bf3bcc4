"""The points that a notebook's text promises, compared with those that its checks give.

**Your turn: `conv1d_layer_backward(dy, x, w)`, 4 points: dx 2, dw 1, db 1.**      above check(conv1d_layer_backward)
**Poll `poll_dw_length`, 1 point.**                                                above check("poll_dw_length")
"""

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from cnnlib.checks import Exercise
from cnnlib.exercises import find

CHECK = re.compile(r"^check\(\s*[\"']?(\w+)[\"']?\s*\)", re.MULTILINE)
HEADING = re.compile(r"\*\*(?:Your turn|Exercise|Poll)\b(.*?\d+\s+points?\b.*?)\*\*", re.DOTALL)
POINTS = re.compile(r"(\d+)\s+points?\b(?::\s*([^.)]+))?")
PART = re.compile(r"\s*(.+?)\s+(\d+)\s*")
NAMED = re.compile(r"`(\w+)")


def compare_points(notebook: NotebookNode, name: str) -> set[str]:
    """Compare each exercise's heading with the exercise that the next cell checks.

    Args:
        name: what an error calls the notebook.

    Returns:
        The names of the exercises that have a heading.

    Raises:
        ValueError: a heading promises other points or parts, names another exercise, or is followed by no check.
    """
    headings: list[str] = []
    headed = set()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings += HEADING.findall(cell.source)
            continue
        for exercise in filter(None, map(find, CHECK.findall(cell.source))):
            for heading in headings:
                _compare(heading, exercise, name)
                headed.add(exercise.name)
            headings.clear()
    if headings:
        raise ValueError(f"{name}: no check follows the heading {' '.join(headings[0].split())!r}")
    return headed


def _compare(heading: str, exercise: Exercise, name: str) -> None:
    named = NAMED.search(heading)
    if named and named[1] != exercise.name:
        raise ValueError(f"{name}: the heading of {named[1]} is followed by check({exercise.name})")
    total, listed = POINTS.findall(heading)[0]
    parts = [part.groups() for one in listed.split(",") if (part := PART.fullmatch(one))]
    said = (int(total), {part: int(points) for part, points in parts})
    right = (exercise.possible, dict(exercise.parts) if len(exercise.parts) > 1 else {})
    if said != right:
        raise ValueError(f"{name}: {exercise.name} is said to have {_points(*said)}, and has {_points(*right)}")


def _points(total: int, parts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{part} {points}" for part, points in parts.items())
    return f"{total} point{'s' * (total != 1)}{': ' * bool(listed)}{listed}"
