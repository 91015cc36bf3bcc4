"""solutions/ -> lectures/: stubs instead of answers, executed, outputs saved, the same bytes every time."""

import base64
import copy
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image, ImageChops
from tqdm import tqdm

from cnnlib.exercises import find, problems
from cnnlib.jupyter import keep_pictures
from cnnlib.jupyter.pictures import taken_out
from cnnlib.release.points import CHECK, compare_points

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ANSWER = re.compile(rf"^([ \t]*){BEGIN}\n(.*?)^[ \t]*{END}[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
DEFINED = re.compile(r"^(?:def\s+(\w+)|(\w+)\s*=)", re.MULTILINE)

VARIES = "nbval-ignore-output"  # nbval's tag for cells that measure time
SECONDS_A_CELL = 120
EXECUTED = 0  # every cell's execution count: a new cell renumbers no other. None would say that it never ran.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
PIXEL_TOLERANCE = 24  # of 255: another processor may round one pixel of a picture differently


class Edited(Exception):
    """A lecture holds work that releasing would overwrite."""


def release(solutions: Path, lectures: Path, names: Sequence[str] = (), *, check: bool = False) -> list[Path]:
    """Write lectures from their solutions, and both with fresh outputs.

    Args:
        solutions: the folder of solved notebooks, the one source. Only their outputs and metadata are rewritten.
        lectures: the folder of students' notebooks.
        names: which lectures, "05_conv1d_backprop" or "05"; none means all.
        check: write nothing.

    Returns:
        The notebooks that changed, or with `check` would change.

    Raises:
        Edited: a lecture was edited since its release; nothing is written then.
        ValueError: there is no such lecture, a module of exercises cannot be used, or a solution has a marker
            without its partner, checks an unknown exercise or promises other points than its exercise gives.
    """
    if left_out := problems():
        raise ValueError("; ".join(left_out))
    sources = chosen(solutions, names)
    if not check:
        for source in sources:
            refuse_edited(lectures / source.name)
    stale = []
    for path, notebook in _both(sources, lectures):
        old = nbformat.read(path, as_version=4) if path.exists() else None
        if old is None or not same(old, notebook):
            stale.append(path)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text(notebook), encoding="utf-8", newline="\n")
    return stale


def chosen(solutions: Path, names: Sequence[str]) -> list[Path]:
    """The solved notebooks of these lectures, or all of them."""
    sources = sorted(solutions.glob("*.ipynb"))
    if not sources:
        raise ValueError(f"no notebook in {solutions}: expected solved lectures, such as 05_conv1d_backprop.ipynb")
    called = {path: {path.stem, path.stem.split("_")[0]} for path in sources}
    if unknown := [name for name in names if not any(name in known for known in called.values())]:
        there = ", ".join(path.stem for path in sources)
        raise ValueError(f"no lecture {unknown[0]!r} in {solutions}: there are {there}; the number alone will do")
    return [path for path in sources if not names or called[path] & set(names)]


def _both(sources: list[Path], lectures: Path) -> Iterator[tuple[Path, NotebookNode]]:
    """Each solution and its lecture, executed side by side."""
    with ThreadPoolExecutor(2) as pool:
        for source in tqdm(sources, desc="release", unit="lecture", disable=None):
            solved = annotated(nbformat.read(source, as_version=4))
            compare_points(solved, source.name)
            kept, paths = varying(solved), (source, lectures / source.name)
            done, stubbed = pool.map(executed, (solved, student_version(solved)), paths)
            yield source, keep(done, kept)
            yield lectures / source.name, keep(stubbed, varying(done))


def varying(notebook: NotebookNode) -> dict[tuple[str, str], list[NotebookNode]]:
    """The saved outputs of cells whose output differs from run to run, by id and source."""
    return {
        (cell.id, cell.source): cell.outputs
        for cell in notebook.cells
        if VARIES in cell.metadata.get("tags", []) and cell.outputs
    }


def keep(notebook: NotebookNode, outputs: dict[tuple[str, str], list[NotebookNode]]) -> NotebookNode:
    """Put saved outputs back: a timing changes when its cell does, not with every release."""
    for cell in notebook.cells:
        if (cell.id, cell.source) in outputs:
            cell.outputs = copy.deepcopy(outputs[cell.id, cell.source])
    return notebook


def refuse_edited(path: Path) -> None:
    """Raise if a lecture's text is not the one that was released: a student's answers are in it."""
    if not path.exists():
        return
    notebook = nbformat.read(path, as_version=4)
    if notebook.metadata.get("released") != fingerprint(notebook):
        raise Edited(
            f"{path} was edited since it was released, and releasing would overwrite that. "
            "Move your copy out of this folder, or bring the file back with git, and release again."
        )


def fingerprint(notebook: NotebookNode) -> str:
    """A short hash of what the cells say: neither outputs nor metadata."""
    said = json.dumps([[cell.cell_type, cell.source] for cell in notebook.cells])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def annotated(notebook: NotebookNode) -> NotebookNode:
    """Give answers and checks nbgrader's metadata (schema 3), and drop all other metadata but tags."""
    for cell in notebook.cells:
        cell.metadata = NotebookNode({"tags": cell.metadata.tags} if "tags" in cell.metadata else {})
        if cell.cell_type == "code" and (named := _nbgrader(cell)):
            cell.metadata.nbgrader = NotebookNode(named | {"schema_version": 3, "task": False, "cell_type": "code"})
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    return notebook


def _nbgrader(cell: NotebookNode) -> dict[str, Any] | None:
    if {cell.source.count(BEGIN), cell.source.count(END)} != {len(ANSWER.findall(cell.source))}:
        raise ValueError(f"cell {cell.id}: a {BEGIN} needs an {END} on a line of its own below it")
    if checked := CHECK.findall(cell.source):
        exercise = find(checked[0])
        if exercise is None:
            raise ValueError(f"cell {cell.id}: check({checked[0]}) names no exercise of cnnlib.exercises")
        return {"grade": True, "locked": True, "solution": False, "points": exercise.possible} | {
            "grade_id": f"check_{exercise.name}"
        }
    if BEGIN in cell.source:
        if not (defined := DEFINED.search(cell.source)):
            raise ValueError(f"cell {cell.id}: an answer must define a function or assign a name, at the line's start")
        return {"grade": False, "locked": False, "solution": True, "grade_id": defined[1] or defined[2]}
    return None


def student_version(solved: NotebookNode) -> NotebookNode:
    """The notebook with a stub in the place of every answer, and no outputs."""
    notebook = copy.deepcopy(solved)
    for cell in notebook.cells:
        cell.source = ANSWER.sub(_stub, cell.source).rstrip("\n")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata["released"] = fingerprint(notebook)
    return notebook


def _stub(answer: re.Match[str]) -> str:
    indent = answer[1]
    return f'{indent}raise NotImplementedError("your turn")\n' if indent else "# your turn: change the line above\n"


def executed(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Run every cell in the notebook's own folder, and keep outputs that are the same on every run."""
    folder = path.parent if path.parent.is_dir() else path.parent.parent
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],  # a kernel's warnings would break the progress bar
    )
    client.execute(env=os.environ | {"TQDM_DISABLE": "1"})  # a progress bar is for who watches
    keep_pictures({"type": "notebook", "content": notebook})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = list(_steady(cell)), EXECUTED
    kept = {key: notebook.metadata[key] for key in ("released",) if key in notebook.metadata}
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"}, **kept)
    return notebook


def _steady(cell: NotebookNode) -> Iterator[NotebookNode]:
    """Text that came in pieces is one piece."""
    printed: NotebookNode | None = None
    for output in cell.outputs:
        if "execution_count" in output:
            output.execution_count = None
        if output.output_type != "stream":
            printed = None
        elif output.name == "stderr":
            raise ValueError(f"cell {cell.id} writes to stderr, which no two runs share: {output.text.strip()[:300]}")
        elif printed is not None:
            printed.text += output.text
            continue
        else:
            printed = output
        yield output


def text(notebook: NotebookNode) -> str:
    """The file's content: keys sorted, one space of indent."""
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def same(old: NotebookNode, new: NotebookNode) -> bool:
    """Equal in everything, pictures up to a rounded pixel."""
    pictures = list(zip(_pictures(old), _pictures(new), strict=False))
    return text(_without_pictures(old)) == text(_without_pictures(new)) and all(_alike(a, b) for a, b in pictures)


def _pictures(notebook: NotebookNode) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [data for output in outputs if (data := taken_out(output.get("data", {}))[1])]


def _without_pictures(notebook: NotebookNode) -> NotebookNode:
    bare = copy.deepcopy(notebook)
    for output in [output for cell in bare.cells for output in cell.get("outputs", [])]:
        if "text/html" in output.get("data", {}):
            output.data["text/html"] = taken_out(output.data)[0]
    return bare


def _alike(old: str, new: str) -> bool:
    if old == new:
        return True
    a, b = (Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB") for data in (old, new))
    return a.size == b.size and int(np.asarray(ImageChops.difference(a, b)).max()) <= PIXEL_TOLERANCE
