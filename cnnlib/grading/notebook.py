"""What a notebook file holds, read and never run: its cells as plain Python, its lecture, the places of its checks."""

import ast
import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnnlib.checks import Exercise
from cnnlib.exercises import lectures

MOST_BYTES = 20 << 20
MOST_CODE = 2_000_000  # characters of all code cells
MOST_PARSED = 100_000  # characters of a cell that is parsed rather than searched
MOST_TRANSFORMED = 2_000_000  # characters times magics: IPython reads a cell anew for each of them

DEFINED = re.compile(r"^[ \t]*(?:def[ \t]+(\w+)|(\w+)[ \t]*=[^=])", re.MULTILINE)
CHECKED = re.compile(r"^[^#\n]*\bcheck\([ \t]*[\"']?(\w+)", re.MULTILINE)

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Unreadable(Exception):
    """There is nothing to grade in this file; the text is its status."""


@dataclass(frozen=True)
class Cell:
    """A code cell."""

    number: int  # as in the notebook's In [number] after "Run All"
    source: str  # Python, without magics
    defines: frozenset[str]  # functions and variables that it makes
    checks: tuple[str, ...]  # what it hands to check(), in order


@dataclass(frozen=True)
class Notebook:
    cells: Sequence[Cell]
    ids: Sequence[str] = ()  # nbgrader's names of its cells

    @cached_property
    def lecture(self) -> str | None:
        """The lecture whose exercises it defines, checks or names most; the file's name does not matter."""
        defined = {name for cell in self.cells for name in cell.defines}
        checked = {name for cell in self.cells for name in cell.checks}

        def score(lecture: str) -> int:
            names = {exercise.name for exercise in lectures()[lecture]}
            named = sum(name in text for text in self.ids for name in names)
            return len(defined & names) + len(checked & names) + named

        best = max(lectures(), key=score, default=None)
        return best if best and score(best) else None

    def plan(self) -> Iterator[tuple[Cell | None, list[Exercise]]]:
        """Each cell and what is to be asked after it; at the end None and what no cell checks.

        Of several checks of one exercise the last one counts, as in the notebook.
        """
        exercises = {exercise.name: exercise for exercise in lectures()[self.lecture]} if self.lecture else {}
        last = {name: cell.number for cell in self.cells for name in cell.checks}
        for cell in self.cells:
            here = [name for name in dict.fromkeys(cell.checks) if name in exercises and last[name] == cell.number]
            yield cell, [exercises[name] for name in here]
        yield None, [exercise for name, exercise in exercises.items() if name not in last]


def read_notebook(data: bytes) -> Notebook:
    """The notebook in these bytes; raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"not read: larger than {MOST_BYTES >> 20} MB")
    if not data.strip():
        raise Unreadable("not a notebook: the file is empty")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("not a notebook: not JSON") from None
    cells = [cell for cell in _cells(content) if isinstance(cell, dict)]
    written = [source for cell in cells if cell.get("cell_type") == "code" and (source := _source(cell)).strip()]
    if sum(map(len, written)) > MOST_CODE:
        raise Unreadable(f"not read: more than {MOST_CODE // 1_000_000} MB of code")
    in_python = _python(written)
    return Notebook(
        [Cell(number, source, *_names(source)) for number, source in enumerate(in_python, 1)],
        [name for cell in cells if (name := _grade_id(cell))],
    )


def _cells(content: Any) -> list[Any]:
    """The cells of format 4, or those of the worksheets of format 3."""
    if isinstance(content, dict):
        if isinstance(content.get("cells"), list):
            return list(content["cells"])
        if isinstance(content.get("worksheets"), list):
            sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
            return [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    raise Unreadable("not a notebook: no list of cells in it")


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name.replace("-", "_") if isinstance(name, str) else ""


def _python(sources: list[str]) -> Iterator[str]:
    """Magics and `!` lines turned into Python as IPython does it."""
    left = MOST_TRANSFORMED
    for source in sources:
        cost = len(source) * (1 + sum(map(source.count, "%!?")))
        if _tree(source) is None and cost <= left:
            from IPython.core.inputtransformer2 import TransformerManager  # 0.1 s, and few notebooks need it

            left -= cost
            with contextlib.suppress(*UNPARSABLE):
                source = TransformerManager().transform_cell(source)
        yield source


def _tree(source: str) -> ast.Module | None:
    if len(source) > MOST_PARSED:
        return None
    try:
        return ast.parse(source)
    except UNPARSABLE:
        return None


def _names(source: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What a cell defines, and what it checks; searched for where it cannot be parsed."""
    tree = _tree(source)
    if tree is None:
        defined = frozenset(name for pair in DEFINED.findall(source) for name in pair if name)
        return defined, tuple(CHECKED.findall(source))
    nodes = list(ast.walk(tree))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    variables = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args and _name(node.func) == "check"]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return frozenset(functions | variables), tuple(name for call in calls if (name := _name(call.args[0])))


def _name(node: ast.expr) -> str:
    """conv1d_forward for a name, an attribute or a text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
