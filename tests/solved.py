"""The answers in a notebook, without running the notebook: the cells that define an exercise's name, or helpers."""

import ast
from functools import cache
from pathlib import Path

import nbformat
import numpy as np

from cnnlib.exercises import lectures

ROOT = Path(__file__).parents[1]


def lecture_names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))


@cache
def answers(lecture: str, folder: str = "solutions") -> dict[str, object]:
    """Exercise name -> the function or letters that this notebook gives."""
    path = ROOT / folder / f"{lecture}.ipynb"
    wanted = {exercise.name for exercise in lectures()[lecture]}
    namespace: dict[str, object] = {"np": np}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and ((named := defined(cell.source) & wanted) or only_functions(cell.source)):
            exec(compile(cell.source, f"<{' '.join(sorted(named)) or cell.id}>", "exec"), namespace)
    if missing := wanted - set(namespace):
        raise LookupError(f"{path.relative_to(ROOT)} has no cell that defines {', '.join(sorted(missing))}")
    return {name: namespace[name] for name in wanted}


def only_functions(source: str) -> bool:
    """Parts that the text hands out, for answers to call."""
    return all(isinstance(node, ast.FunctionDef) for node in ast.parse(source).body)


def defined(source: str) -> set[str]:
    """The functions and variables that a cell makes, outside of its functions."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names
