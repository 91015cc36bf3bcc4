"""Notebooks that students hand in, built from lecture 05: right, wrong, stopping, rearranged, unreadable."""

import copy
import json
import tempfile
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnnlib.checks import asks, judge
from cnnlib.exercises import lectures
from cnnlib.grading import notebook, reading, records
from cnnlib.grading.hands import threads
from cnnlib.grading.marking import Graded, grade_notebook
from cnnlib.grading.process import Limits
from cnnlib.grading.records import Rules, State
from cnnlib.grading.sandbox import Launcher
from cnnlib.grading.schedule import Class
from cnnlib.grading.submissions import Submission, submissions_in

ROOT = Path(__file__).parents[2]
SEED = 7
LECTURE = "05_conv1d_backprop"
ASKED = {exercise.name: exercise for exercise in lectures()[LECTURE]}
POSSIBLE = sum(exercise.possible for exercise in ASKED.values())


LECTURES, SOLUTIONS = (nbformat.read(ROOT / f / f"{LECTURE}.ipynb", as_version=4) for f in ("lectures", "solutions"))


def untouched() -> NotebookNode:
    return copy.deepcopy(LECTURES)


def solved(first: str = "", last: str = "", **answers: str) -> NotebookNode:
    """The solution. `answers` replace cells by the name they define; `first` comes after the imports, `last` last."""
    notebook = copy.deepcopy(SOLUTIONS)
    for name, source in answers.items():
        cell_of(notebook, name).source = code(source)
    setup = 1 + next(n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    notebook.cells[setup:setup] = [new_code_cell(code(first))] if first else []
    notebook.cells += [new_code_cell(code(last))] if last else []
    return notebook


def code(source: str) -> str:
    """A text of this file, without its indentation."""
    return textwrap.dedent(source).strip()


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    """The answer cell of an exercise; its check with "check_" before the name."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def written(*sources: str) -> NotebookNode:
    """A notebook of these code cells."""
    return new_notebook(cells=[new_code_cell(code(source)) for source in sources])


def graded(content: Any, launcher: Launcher, folder: Path, limits: Limits | None = None) -> Graded:
    """What this notebook comes to."""
    path = folder / "a.ipynb"
    path.write_text(text(content))
    done = grade_notebook(Submission("a", "a.ipynb", path=path), launcher, limits or Limits(), SEED, path.read_bytes())
    assert done
    return done


def all_graded(folder: Path, launcher: Launcher, limits: Limits, jobs: int) -> list[Graded]:
    """What all notebooks in a folder come to."""
    with tempfile.TemporaryDirectory() as out, threads(launcher, limits, jobs) as hands:
        records.begin(Path(out), State(), SEED, force=False)
        handed_in = Class(submissions_in(folder), Path(out), Rules(SEED, limits.call, False, records.course()))
        handed_in.grade(hands, lambda: None)
        return handed_in.graded()


def text(notebook: NotebookNode) -> str:
    return json.dumps(notebook)


def read(content: Any) -> notebook.Notebook:
    """What the grader comes to know of a notebook."""
    message, numbers = reading.read(text(content).encode(), notebook.wanted())
    return notebook.notebook_of(json.loads(json.dumps(message)), numbers)


@dataclass
class Honest:
    """A notebook, and what it loses: "exercise part" -> a text that the reason must hold."""

    notebook: NotebookNode
    loses: dict[str, str] = field(default_factory=dict)


def honest() -> dict[str, Honest]:
    return {**right(), **wrong(), **stopping(), **rearranged()}


def named(part: str, source: str) -> str:
    """What the notebook says of a wrong answer: it must be the name of the mistake, whatever its present wording is."""
    names: dict[str, Any] = {"np": np}
    exec(code(source), names)
    exercise = ASKED[part.split()[0]]
    [finding] = [f for f in judge(exercise, asks(names[exercise.name])).findings if part.endswith(f.part)]
    assert finding.cause
    return finding.reason


# What costs nothing: each of these runs through without an error, before the answers.
AROUND = {
    "magics": """
        %matplotlib inline
        %load_ext autoreload
        !pip install torch
        files = !ls
        len?
        %time z = 3
        assert z == 3 and files == []
        """,
    "a cell magic": """
        %%time
        z = 3
        """,
    "output": """
        import sys, warnings
        warnings.warn("careful")
        print("x" * 10**7)
        sys.stderr.write("y" * 10**7)
        display(3)
        """,
    "pictures": """
        import matplotlib.pyplot as plt
        from matplotlib import cm
        figure, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
        left.plot([1, 2]), right.imshow(np.eye(3), cmap=cm.viridis)
        for axes in figure.axes:
            axes.set_title("title")
        with plt.style.context("bmh"):
            plt.show()
        plt.rcParams["axes.grid"] = True
        left.title = "mine"
        shade = 1 - plt.gray() / 2 @ cm.viridis(0.5)[:3]
        """,
    "widgets": """
        import ipywidgets as widgets
        from IPython.display import HTML
        from tqdm.auto import tqdm
        widgets.interact(lambda x: x, x=(0, 1))
        [x for x in tqdm(range(3))]
        """,
    "the course": """
        import cnnlib, cnnlib.explorers
        from cnnlib import *
        from cnnlib.data import digits
        from cnnlib.exercises import check, hint, or_reference, progress
        total = check(or_reference) + check("conv1d_forward")
        hint("conv1d_forward"), progress()
        signal = digits().x_train[0].astype(float).ravel()
        y, backward = conv1d(signal, signal, stride=2)
        first, *others = backward(y)
        print(f"{first:.3f}", len(first), bool(first), 0 in first, -first > 3, others)
        """,
    "files": """
        import os
        np.save("mine.npy", np.eye(3))
        assert np.load("mine.npy").sum() == 3 and os.getcwd()
        """,
}


def right() -> dict[str, Honest]:
    """Full marks, in several styles and in spite of everything around the answers."""
    return {
        "solution": Honest(solved()),
        "with NumPy's own functions": Honest(
            solved(
                conv1d_forward="conv1d_forward = lambda x, w, b: np.correlate(x, w, 'valid') + b",
                conv1d_bias_gradient="conv1d_bias_gradient = np.sum",
                conv1d_weight_gradient="from numpy import correlate as conv1d_weight_gradient_of",
                last="""
                    def conv1d_weight_gradient(dy, x):
                        return conv1d_weight_gradient_of(x, dy, "valid")
                    check(conv1d_weight_gradient)
                    """,
                poll_dw_length="poll_dw_length = ['b', 'c']",
            )
        ),
        "with matrices and a class": Honest(
            solved(
                conv1d_weight_jacobian="""
                    def conv1d_weight_jacobian(x, K):
                        return np.lib.stride_tricks.sliding_window_view(x, K)
                    """,
                conv1d_input_gradient="""
                    class Gradient:
                        def __call__(self, dy, w):
                            J = np.zeros((len(dy), len(dy) + len(w) - 1), order="F")
                            for t in range(len(dy)):
                                J[t, t : t + len(w)] = w
                            return dy @ J

                    conv1d_input_gradient = Gradient()
                    """,
                poll_stride_backward="poll_stride_backward = 'DA'",
            )
        ),
        "magics, warnings and much output": Honest(
            solved(
                first=AROUND["magics"] + AROUND["output"],
                conv1d_forward="""
                    %%time
                    def conv1d_forward(x, w, b):
                        np.log(-1.0)
                        print("x" * 10**6)
                        return np.correlate(x, w, "valid") + b
                    """,
            )
        ),
        "input() and exit() in cells": Honest(
            solved(first="name = input('Your name? ')", last="import sys\nsys.exit(1)")
        ),
        "a cell that never ends": Honest(
            solved(
                first="""
                    import time
                    while True:
                        try:
                            time.sleep(1)
                        except Exception:
                            pass
                    """
            )
        ),
        "a cell that crashes Python": Honest(solved(first="import os\nos.abort()")),
    }


def wrong() -> dict[str, Honest]:
    """What is lost is one part, and the reason names the mistake."""
    dx, y = "conv1d_input_gradient dx", "conv1d_forward y"
    reversed_kernel = "def conv1d_input_gradient(dy, w):\n    return np.convolve(dy, w[::-1])"
    no_bias = "def conv1d_forward(x, w, b):\n    return np.correlate(x, w, 'valid')"
    one_db = cell_of(solved(), "conv1d_layer_backward").source.replace("dy.sum(axis=(0, 2))", "dy.sum()")
    db = "conv1d_layer_backward db"
    return {
        "untouched": Honest(untouched(), {f"{name} {part}": "" for name in ASKED for part in ASKED[name].parts}),
        "kernel reversed": Honest(solved(conv1d_input_gradient=reversed_kernel), {dx: named(dx, reversed_kernel)}),
        "bias forgotten": Honest(solved(conv1d_forward=no_bias), {y: named(y, no_bias)}),
        "one gradient of three": Honest(solved(conv1d_layer_backward=one_db), {db: named(db, one_db)}),
        "wrong letters": Honest(
            solved(poll_dw_length="poll_dw_length = {'A', 'B', 'C'}"), {"poll_dw_length answer": "A does not hold"}
        ),
        "the course's own function": Honest(
            solved(
                conv1d_forward="""
                    import cnnlib
                    def conv1d_forward(x, w, b):
                        return cnnlib.conv1d(x[None, None], w[None, None])[0][0, 0] + b
                    """
            ),
            {y: "calls the course's own conv1d: use NumPy and your own functions"},
        ),
        "an argument changed": Honest(
            solved(
                conv1d_forward="""
                    def conv1d_forward(x, w, b):
                        y = np.correlate(x, w, "valid") + b
                        x[0] = 0
                        return y
                    """
            ),
            {y: "changes its argument x in place"},
        ),
        "a memory between calls": Honest(
            solved(
                first="seen = []",
                conv1d_forward="""
                    def conv1d_forward(x, w, b):
                        seen.append(x)
                        return np.correlate(x, w, "valid") + b + (len(seen) > 4)
                    """,
            ),
            {y: "gives another answer when called again"},
        ),
        "nothing returned": Honest(
            solved(conv1d_forward="def conv1d_forward(x, w, b):\n    y = 3"), {y: "returned None"}
        ),
    }


def stopping() -> dict[str, Honest]:
    """Answers that raise, hang or are not there."""
    y = "conv1d_forward y"
    return {
        "crashing": Honest(
            solved(conv1d_forward="def conv1d_forward(x, w, b):\n    raise ValueError('no idea')"),
            {y: "ValueError: no idea (line 2: raise ValueError('no idea'))"},
        ),
        "looping": Honest(
            solved(conv1d_forward="def conv1d_forward(x, w, b):\n    while True:\n        x = x + 1"),
            {y: "TimeoutError: no answer within "},
        ),
        "looping in one case": Honest(
            solved(
                conv1d_forward="""
                    def conv1d_forward(x, w, b):
                        while x.dtype == np.float32:
                            pass
                        return np.correlate(x, w, "valid") + b
                    """
            ),
            {y: "TimeoutError: no answer within"},
        ),
        "asking": Honest(
            solved(conv1d_forward="def conv1d_forward(x, w, b):\n    return float(input())"),
            {y: "EOFError: input() was called, and nobody is there to answer"},
        ),
        "a typing error": Honest(
            solved(conv1d_forward="def conv1d_forward(x, w, b)\n    return 3"),
            {y: "stopped: SyntaxError: expected ':'"},
        ),
        "an error in the answer's definition": Honest(
            solved(conv1d_forward="def conv1d_forward(x, w, b=1 / 0):\n    return 3"),
            {y: "stopped: ZeroDivisionError: division by zero"},
        ),
        "an answer deleted": Honest(solved(conv1d_forward=""), {y: "not defined in the notebook"}),
    }


def rearranged() -> dict[str, Honest]:
    """Cells that are not where, what or as many as they were."""
    bare, twice, pieces, unchecked, mangled, late, other, by_name = (solved() for _ in range(8))
    bare.metadata = NotebookNode()
    for cell in bare.cells:
        cell.metadata = NotebookNode()
        cell.pop("id", None)
    twice.cells = [copy.deepcopy(cell) for cell in twice.cells for _ in range(2)]
    answer = cell_of(pieces, "conv1d_forward")
    answer.source = "def helper(x, w, b):" + answer.source.split(":", 1)[1]
    after = pieces.cells.index(answer) + 1
    pieces.cells[after:after] = [new_markdown_cell("Mine:"), new_code_cell("conv1d_forward = helper")]
    unchecked.cells = [cell for cell in unchecked.cells if "check_" not in grade_id(cell)]
    for name in ASKED:
        cell_of(mangled, f"check_{name}").source = f"check({name}"
        cell_of(by_name, f"check_{name}").source = f"from cnnlib import exercises\nexercises.check('{name}')"
    late.cells.append(late.cells.pop(late.cells.index(cell_of(late, "conv1d_forward"))))
    other.cells.insert(0, new_code_cell("def conv2d_input_gradient(dy, w):\n    return 3"))
    spoilt = "\ndef conv1d_forward(x, w, b):\n    return 3\n"
    by_name.cells.append(new_code_cell(spoilt))
    return {
        "metadata lost": Honest(bare),
        "every cell twice": Honest(twice),
        "an answer split": Honest(pieces),
        "checks deleted": Honest(unchecked),
        "checks that do not parse": Honest(mangled),
        "an answer below its check": Honest(late),
        "a function of another lecture": Honest(other),
        "checked by name, then spoilt": Honest(by_name),
        "checked, then spoilt": Honest(solved(last=spoilt)),
        "spoilt and checked again": Honest(
            solved(last=spoilt + "check(conv1d_forward)"), {"conv1d_forward y": "shape ()"}
        ),
    }


def unreadable() -> dict[str, tuple[bytes, str]]:
    """Files without anything to grade: content, and what the status must say."""
    return {
        "empty": (b"", "not a notebook: the file is empty"),
        "half": (text(solved()).encode()[:5000], "not a notebook: not JSON"),
        "binary": (bytes(range(256)) * 100, "not a notebook: not JSON"),
        "deep": (b"[" * 200_000, "not a notebook: not JSON"),
        "another JSON": (b'{"a": [1, 2]}', "not a notebook: no list of cells in it"),
        "a list": (b"[1, 2]", "not a notebook: no list of cells in it"),
        "odd cells": (
            b'{"cells": [1, null, {"cell_type": "code", "source": [1, {}], "metadata": 3}]}',
            "not graded: no exercise of this course in it",
        ),
        "another course": (text(written("x = 1", "print(x)")).encode(), "not graded: no exercise of this course in it"),
        "large": (b" " * (100 * 2**20 + 1), "not read: larger than 100 MB"),
        "much code": (text(written(*["x = 1\n" * 20_000] * 20)).encode(), "not read: more than 2 MB of code"),
    }
