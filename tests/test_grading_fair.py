"""Nothing is gained by other means than a right answer, and nothing honest is lost."""

import os
import subprocess
import time

import pytest
from grading.notebooks import LECTURE, all_graded, graded, solved, text, written

from cnnlib.exercises import lectures
from cnnlib.grading import batch, hands, messages, reading
from cnnlib.grading.marking import Graded
from cnnlib.grading.process import MOST_MEMORY, Limits
from cnnlib.grading.submissions import submissions_in

LONG = Limits(call=60, cell=60, notebook=600)

# ---------------------------------------------------------------- nothing is kept, nothing is handed on

KEEP = """
import os, pickle
def fit_kernel(x, t, w, b, steps, rate, forward, weight_gradient, bias_gradient):
    for name, function in (("dw", weight_gradient), ("y", forward)):
        open("/tmp/" + name, "w").write(function.source)
    raise ValueError("thank you")
"""
USE = """
import os
def conv1d_forward(*arguments):
    names = {"np": np}
    exec(open("/tmp/y").read(), names)
    return names[[name for name in names if name not in ("np", "__builtins__")][0]](*arguments)
check(conv1d_forward)
"""


def test_functions_that_an_exercise_gives_cannot_be_handed_in_elsewhere(launcher, tmp_path):
    notebook = solved(fit_kernel=KEEP + "\ncheck(fit_kernel)", last=USE)
    done = graded(notebook, launcher, tmp_path)
    wrong = {one.exercise: one.findings[0].reason for one in done.verdicts if not one.right}
    assert set(wrong) == {"fit_kernel", "conv1d_forward"}
    assert "FileNotFoundError" in wrong["conv1d_forward"]


def test_chosen_whole_numbers_do_not_stop_the_grader():
    """They collide in every set of Python's, so that each new one is compared with all of the others."""
    colliding = [n * (2**61 - 1) for n in range(30_000)]
    for item in ({"set": colliding}, {"dict": [{"tuple": [n, 0]} for n in colliding]}):
        started = time.process_time()
        with pytest.raises(messages.WireError, match="too many entries"):
            messages.decode(item, b"")
        assert time.process_time() - started < 1


# ---------------------------------------------------------------- files


def test_folders_in_folders_stop_nothing(tmp_path):
    place = tmp_path / "deep"
    place.mkdir()
    here = os.open(place, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "a.ipynb").write_text("{")
    found = {one.student: one.problem for one in submissions_in(tmp_path)}
    assert found == {"alice": "", "deep": "not read: folders more than 20 deep"}
    subprocess.run(["rm", "-rf", str(place)], check=True)  # what pytest does calls itself


# ---------------------------------------------------------------- fair


def lost(done: Graded) -> dict[str, str]:
    return {one.exercise: one.findings[0].reason for one in done.verdicts if not one.right}


def test_everything_in_one_cell(launcher, tmp_path):
    cells = [cell.source for cell in solved().cells if cell.cell_type == "code"]
    assert "check(" in "".join(cells)
    assert lost(graded(written("\n".join(cells)), launcher, tmp_path)) == {}


@pytest.mark.parametrize(
    "above",
    [
        "import cnnlib\nassert cnnlib.output_size(4, 3, 1, 0) == 2",
        "import cnnlib\nrows = [0] * cnnlib.output_size(4, 3, 1, 0)\nrows[1] = 2",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\nwidth = int(axes.get_window_extent().width)\n"
        "np.zeros(width)",
        "raise RuntimeError('not yet')",
    ],
)
def test_a_line_above_the_answer_that_fails_costs_nothing(launcher, tmp_path, above):
    answer = solved()
    right = next(cell.source for cell in answer.cells if "def conv1d_forward" in cell.source)
    assert lost(graded(solved(conv1d_forward=f"{above}\n{right}"), launcher, tmp_path)) == {}


RIGHT = 'return np.correlate(x, w, "valid") + b'
ODDITIES = {
    "await at the top": f"import asyncio\nawait asyncio.sleep(0)\ndef conv1d_forward(x, w, b):\n    {RIGHT}",
    "a profiled cell": f"%%prun\ndef conv1d_forward(x, w, b):\n    {RIGHT}",
    "threads made before": """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)
pool.submit(len, "ab").result()
def conv1d_forward(x, w, b):
    return pool.submit(lambda: np.correlate(x, w, "valid") + b).result()
""",
    "processes of its own": f"""
import multiprocessing
def one(given):
    x, w, b = given
    {RIGHT}
def conv1d_forward(x, w, b):
    with multiprocessing.Pool(1) as pool:
        return pool.map(one, [(x, w, b)])[0]
""",
    "a helper further down": "def conv1d_forward(x, w, b):\n    return helper(x, w, b)",
    "mended below its check": "def conv1d_forward(x, w, b):\n    return 3",
    "a class": f"class Forward:\n    def __call__(self, x, w, b):\n        {RIGHT}\nconv1d_forward = Forward()",
    "in a try": f"try:\n    def conv1d_forward(x, w, b):\n        {RIGHT}\nexcept NameError:\n    pass",
    "wrapped": f"import functools\n@functools.wraps(len)\ndef conv1d_forward(x, w, b):\n    {RIGHT}",
    "much printed": f"def conv1d_forward(x, w, b):\n    print('x' * 10**7)\n    {RIGHT}",
    "many warnings": "import warnings\ndef conv1d_forward(x, w, b):\n    for n in range(2000): warnings.warn(str(n))\n"
    f"    {RIGHT}",
    "Windows's line endings": f"def conv1d_forward(x, w, b):\r\n    y = 3\r\n    {RIGHT}\r\n",
    "logging": "import logging\nlogging.basicConfig()\n"
    f"def conv1d_forward(x, w, b):\n    logging.error(x)\n    {RIGHT}",
    "a module that a cell writes": "import mine\nconv1d_forward = mine.forward",
    "help and a timed value": "help(len)\nvalid = %time ['valid'][0]\n"
    "def conv1d_forward(x, w, b):\n    return np.correlate(x, w, valid.lower()) + b",
    "a file kept": "np.save('kept.npy', np.ones(1))\ndef conv1d_forward(x, w, b):\n"
    "    return np.correlate(x, w, 'valid') + b * np.load('kept.npy')[0]",
}
ABOVE = {
    "a module that a cell writes": f"%%writefile mine.py\nimport numpy as np\ndef forward(x, w, b):\n    {RIGHT}",
}
BELOW = {
    "a helper further down": f"def helper(x, w, b):\n    {RIGHT}",
    "mended below its check": f"def conv1d_forward(x, w, b):\n    {RIGHT}",
}


@pytest.mark.parametrize("name", ODDITIES)
def test_an_oddity_costs_nothing(launcher, tmp_path, name):
    notebook = solved(conv1d_forward=ODDITIES[name], first=ABOVE.get(name, ""), last=BELOW.get(name, ""))
    assert lost(graded(notebook, launcher, tmp_path, LONG)) == {}


def test_a_crash_costs_its_own_part(launcher, tmp_path):
    """In every case with padding, and in no other."""
    right = next(cell.source for cell in solved().cells if "def conv1d_layer_forward" in cell.source)
    head, body = right.split(":", 1)
    crashing = f"import os\n{head}:\n    if padding: os.abort(){body}"
    done = graded(solved(conv1d_layer_forward=crashing), launcher, tmp_path)
    [forward] = [one for one in done.verdicts if not one.right]
    assert [one.part for one in forward.findings if not one.right] == ["padding"]
    assert "SIGABRT" in forward.findings[2].reason


def test_another_lecture_under_a_name_is_said(launcher, tmp_path):
    (tmp_path / "a").mkdir()
    other = next(name for name in lectures() if name != LECTURE)
    (tmp_path / "a" / f"{other}.ipynb").write_text(text(solved()))
    done = all_graded(tmp_path, launcher, Limits(), jobs=1)
    assert [one.status for one in batch.remarked(done, True)] == [f"graded, named {other}, holds {LECTURE}"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_notebook_may_be_saved_as_windows_saves_text(encoding):
    told, _ = reading.read(text(written("π = 3\ncheck(conv1d_forward)")).encode(encoding), ["conv1d_forward"])
    assert told["cells"][0][2] == ["conv1d_forward"]


def test_other_lectures_in_a_notebook_are_mentioned(launcher, tmp_path):
    other = next(name for name in lectures() if name != LECTURE)
    answered = next(exercise.name for exercise in lectures()[other])
    (tmp_path / "a.ipynb").write_text(text(solved(last=f"{answered} = 3\ncheck({answered})")))
    [one] = batch.remarked(all_graded(tmp_path, launcher, Limits(), jobs=1), True)
    assert one.status == f"graded, also holds {other}, which is not graded"


@pytest.mark.parametrize(("free", "jobs"), [(2 * MOST_MEMORY, 2), (MOST_MEMORY - 1, 1), (10**12, 4)])
def test_no_more_notebooks_run_at_once_than_memory_holds(monkeypatch, free, jobs):
    monkeypatch.setattr(hands.os, "sched_getaffinity", lambda pid: range(4))
    monkeypatch.setattr(hands.Path, "read_text", lambda path: f"MemAvailable: {free // 1024 + 1} kB\n")
    assert hands._most_jobs() == jobs
