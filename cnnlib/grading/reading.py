"""A notebook file taken apart, inside the sandbox: parsing may take all time and memory, whoever wrote the file.

It runs before anything of the student's does, in a child process of its own. What comes of it is small: the code cells
as plain Python, and which of the course's names each of them defines and checks.
"""

import ast
import contextlib
import importlib.util
import json
import re
import sys
import threading
import time
from collections.abc import Collection, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from cnnlib.grading.alarm import OutOfTime, alarm
from cnnlib.grading.shingles import shingles

MOST_CODE = 2_000_000  # bytes of all code cells
MOST_CELLS = 5_000  # with code in them
MOST_PARSED = 100_000  # characters of a cell that is parsed rather than searched
MOST_COMPARED = 200_000  # characters of all cells whose code is compared with other students'
CELL_SECONDS, ALL_SECONDS = 0.5, 2.0  # for magics: IPython reads a cell anew for each of them

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)

DEFINED = re.compile(r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+(\w+)|(\w+)[ \t]*=[^=])", re.MULTILINE)
CHECKED = re.compile(r"^[^#\n]*\bcheck\([ \t]*[\"']?(\w+)", re.MULTILINE)


class Unreadable(Exception):
    """There is nothing to grade in this file; the text is its status."""


def read(data: bytes, wanted: Collection[str]) -> tuple[dict[str, Any], bytes]:
    """What is in a file.

    Args:
        wanted: the names that are looked for.

    Returns:
        {"cells": [[bytes of the source, names it defines, names it checks], ...], "named": names in nbgrader's ids,
        "shingles": [[name, how many numbers], ...]}, and the sources one after the other, in UTF-8, and these numbers.

    Raises:
        Unreadable: there is nothing to grade.
    """
    if not data.strip():
        raise Unreadable("not a notebook: the file is empty")
    try:
        content = json.loads(data)  # in UTF-8, or in UTF-16 as Windows saves it
    except (ValueError, RecursionError):
        raise Unreadable("not a notebook: not JSON") from None
    except MemoryError:
        raise Unreadable("not read: it takes too much memory") from None
    cells = [cell for cell in _cells(content) if isinstance(cell, dict)]
    written = [source for cell in cells if cell.get("cell_type") == "code" and (source := _source(cell)).strip()]
    if len(written) > MOST_CELLS:
        raise Unreadable(f"not read: more than {MOST_CELLS} cells with code")
    if sum(len(source.encode(errors="replace")) for source in written) > MOST_CODE:
        raise Unreadable(f"not read: more than {MOST_CODE // 1_000_000} MB of code")
    told, sources = [], []
    trees: list[ast.Module] = []
    room = MOST_COMPARED
    for source, tree in _python(written):
        defined, checked = _names(source, tree)
        if tree and len(source) <= room:
            trees.append(tree)
            room -= len(source)
        sources.append(source.encode(errors="replace"))
        told.append([len(sources[-1]), sorted(defined & set(wanted)), [name for name in checked if name in wanted]])
    found = shingles(trees, set(wanted))
    numbers = b"".join(number.to_bytes(4, "little") for of in found.values() for number in sorted(of))
    ids = [name for cell in cells if (name := _grade_id(cell))]
    named = [name for name in wanted for text in ids if name in text]
    counts = [[name, len(of)] for name, of in found.items()]
    return {"cells": told, "named": named[:MOST_CELLS], "shingles": counts}, b"".join([*sources, numbers])


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
    return source.replace("\r\n", "\n") if isinstance(source, str) else ""


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name[:200].replace("-", "_") if isinstance(name, str) else ""


def _python(sources: list[str]) -> Iterator[tuple[str, ast.Module | None]]:
    """Magics and `!` lines turned into Python as IPython does it; a cell that takes it too long stays as it is.

    Beside each source its tree, None if it cannot be parsed.
    """
    until = time.monotonic() + ALL_SECONDS
    for source in sources:
        left, tree = min(CELL_SECONDS, until - time.monotonic()), _tree(source)
        if left > 0 and tree is None:
            transformer = _transformer()()
            with contextlib.suppress(Exception, OutOfTime), alarm(left, threading.Event()):
                source = transformer.transform_cell(source)
            tree = _tree(source)
        yield source, tree


@cache
def _transformer() -> type:
    """IPython's, without the rest of IPython: that takes 0.3 s to import. Who imports IPython later gets all of it."""
    before = set(sys.modules)
    if "IPython.core" not in before:
        found = importlib.util.find_spec("IPython")
        for name in ("IPython", "IPython.core", "IPython.utils"):
            module = sys.modules[name] = ModuleType(name)
            folders = found.submodule_search_locations if found else None
            module.__path__ = [folder + name[len("IPython") :].replace(".", "/") for folder in folders or ()]
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    finally:
        if "IPython" not in before:
            for name in {name for name in sys.modules if name.split(".")[0] == "IPython"}:
                del sys.modules[name]
    return TransformerManager


def _tree(source: str) -> ast.Module | None:
    if len(source) > MOST_PARSED:
        return None
    try:
        return ast.parse(source)
    except UNPARSABLE:
        return None


def _names(source: str, tree: ast.Module | None) -> tuple[set[str], list[str]]:
    """What a cell defines, and what it checks in that order; searched for where it cannot be parsed."""
    if tree is None:
        defined = {name for pair in DEFINED.findall(source) for name in pair if name}
        return defined, list(dict.fromkeys(CHECKED.findall(source)))
    nodes = list(ast.walk(tree))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    variables = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args and _name(node.func) == "check"]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return functions | variables, list(dict.fromkeys(name for call in calls if (name := _name(call.args[0]))))


def _name(node: ast.expr) -> str:
    """conv1d_forward for a name, an attribute or a text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
