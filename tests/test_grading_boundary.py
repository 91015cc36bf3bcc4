"""The boundary around a student's process: refused system calls, limits that the kernel keeps, time, nothing kept."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading.notebooks import ASKED, LECTURE, POSSIBLE, ROOT, code, solved, text, written

from cnnlib.exercises import lectures
from cnnlib.grading import batch, cgroup, messages, seccomp
from cnnlib.grading.batch import choose
from cnnlib.grading.marking import Graded, grade_notebook
from cnnlib.grading.process import OUT_OF_MEMORY, Limits
from cnnlib.grading.sandbox import Launcher, pack_kit
from cnnlib.grading.student import Student
from cnnlib.grading.submissions import Submission, submissions_in

SEED = 7
LONG = Limits(call=60, cell=60, notebook=600)
filtered = pytest.mark.skipif(seccomp.machine() is None, reason="no filter for this machine")
grouped = pytest.mark.skipif("memory" not in cgroup.places().limits, reason="no control groups for us")


@pytest.fixture(scope="module")
def launcher(bwrap: str, tmp_path_factory: pytest.TempPathFactory) -> Launcher:
    return choose(pack_kit(tmp_path_factory.mktemp("kit")), [ROOT], Limits())


@pytest.fixture
def student(launcher: Launcher) -> Iterator[Student]:
    student = Student(launcher, LONG)
    yield student
    student.close()


def answer(student: Student, source: str, name: str = "f") -> object:
    """What a function of no arguments returns, or the error that stopped it."""
    assert student.run(1, code(source)) == ""
    [told] = student.answers(name, [((), {})])
    return told.error or told.value


def graded(content: object, launcher: Launcher, folder: Path, limits: Limits | None = None) -> Graded:
    path = folder / "a.ipynb"
    path.write_text(text(content))
    done = grade_notebook(Submission("a", "a.ipynb", path), launcher, limits or Limits(), SEED)
    assert done
    return done


# ---------------------------------------------------------------- system calls

CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    ctypes.set_errno(0)
    return (libc.syscall(*map(ctypes.c_long, arguments)), ctypes.get_errno())
"""


@filtered
@pytest.mark.parametrize("name", seccomp.REFUSED)
def test_a_system_call_is_refused(student, name):
    number = seccomp.REFUSED[name][seccomp.MACHINES[seccomp.machine()][0]]
    assert answer(student, CALLS + f"def f(): return call({number}, 0, 0, 0, 0, 0, 0)") == (-1, 1)


@filtered
def test_new_namespaces_and_sockets_to_anywhere_are_refused_and_processes_are_not(student):
    number = seccomp.CLONE[seccomp.MACHINES[seccomp.machine()][0]]
    source = f"""
import os, socket, subprocess, sys, threading
def f():
    new = [call({number}, flag | 17, 0, 0, 0, 0) for flag in (0x10000000, 0x00020000, 0x40000000)]
    found = []
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK, 38):
        try:
            socket.socket(family, socket.SOCK_DGRAM)
        except PermissionError:
            found.append("refused")
    left, right = socket.socketpair()
    left.send(b"pair")
    said = []
    thread = threading.Thread(target=lambda: said.append("thread"))
    thread.start()
    thread.join()
    os.waitpid(os.fork() or os._exit(0), 0)
    process = subprocess.run([sys.executable, "-c", "print('process')"], capture_output=True, text=True)
    return new, found, right.recv(9).decode(), said[0], process.stdout
"""
    got = answer(student, CALLS + source)
    assert got == ([(-1, 1)] * 3, ["refused"] * 6, "pair", "thread", "process\n")


@filtered
@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="machine code")
def test_the_same_calls_under_other_numbers_are_refused(student):
    assert answer(student, CALLS + f"def f(): return call({seccomp.X32} + 101, 0, 0, 0, 0)") == (-1, 38)
    source = """
import ctypes, mmap
def f():  # mov eax, 20; int 0x80; ret: getpid of 32-bit programs
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("b814000000cd80c3"))
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
    assert answer(student, source) == "the process ended (SIGSYS)"


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_a_filter_is_a_program_that_ends(machine):
    """As the kernel checks it: no jump leads out of it, and its last instruction returns."""
    program = seccomp.program(machine)
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    for number, step in enumerate(steps):
        kind, then, otherwise = step[0], step[2], step[3]
        if kind not in (seccomp.LOAD, seccomp.RETURN):
            assert number + 1 + max(then, otherwise) < len(steps)
    assert steps[-1][0] == seccomp.RETURN
    assert len(steps) < 4096


# ---------------------------------------------------------------- memory, processes, processors


@grouped
def test_memory_that_the_watch_does_not_see_is_limited_too(student):
    """Files of a tmpfs in a mount of its own count towards nobody's resident memory; the control group sees them."""
    source = """
import os, time
def f():
    pipes = []
    for _ in range(30):
        os.fork()
    time.sleep(60)
"""
    del source
    grown = "import numpy as np\ndef f():\n    return [np.ones(2**27 // 2) for _ in range(9)] and 1"
    assert "memory" in str(answer(student, grown)).lower() or "allocate" in str(answer(student, grown))
    assert student.process
    [folder] = [folder for folder in student.process.group.folders if "memory" in str(folder)]
    limits = [(folder / name).read_text() for name in cgroup.MEMORY if (folder / name).exists()]
    assert all(0 < int(limit) < 3 << 30 for limit in limits)


@grouped
def test_shared_memory_in_many_processes_is_limited(student):
    source = """
import mmap, os, time
def f():
    while True:
        if os.fork() == 0:
            shared = mmap.mmap(-1, 10**9)
            for at in range(0, 10**9, 4096):
                shared[at] = 1
            time.sleep(60)
        time.sleep(0.05)
"""
    assert answer(student, source) in (OUT_OF_MEMORY, "stopped: more than 32 processes")


@grouped
def test_no_control_group_is_left(launcher):
    student = Student(launcher, Limits())
    assert student.run(1, "import os\nos.fork()") == ""
    assert student.process
    folders = student.process.group.folders
    assert folders and all(folder.exists() for folder in folders)
    student.close()
    assert not any(folder.exists() for folder in folders)


def test_control_groups_are_done_without(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "ROOT", tmp_path)
    assert cgroup.places() == cgroup.Places()
    monkeypatch.setattr(cgroup, "OWN", tmp_path / "nothing")
    assert cgroup.places() == cgroup.Places()
    assert cgroup.Places().group(1, 1).entrances == []


def test_processor_time_is_limited(launcher):
    student = Student(launcher, Limits(call=30, cell=30, notebook=1.5))
    student.until = time.monotonic() + 60
    source = """
import os
def f():
    for _ in range(3):
        os.fork()
    while True:
        pass
"""
    assert answer(student, source) == "TimeoutError: more than 1.5 s of processor time"
    student.close()


SPINNING = """
import os, time
def spin():
    for _ in range(5):
        os.fork()  # 31 more of them
    while True:
        pass
spin()
"""


def test_what_others_take_costs_nobody_a_point(bwrap, launcher, tmp_path):
    """Every function of the honest ones computes for half of the time that it is allowed."""
    slow = """
import time
def conv1d_forward(x, w, b):
    until = time.process_time() + 0.01
    while time.process_time() < until:
        pass
    return np.correlate(x, w, "valid") + b
"""
    for name in ("honest", "honest too"):
        (tmp_path / f"{name}.ipynb").write_text(text(solved(conv1d_forward=slow)))
    for number in range(4):
        spinning = solved(first=SPINNING, conv1d_forward=SPINNING.replace("\ndef spin():", "\ndef conv1d_forward(x, w, b):"))
        (tmp_path / f"hostile {number}.ipynb").write_text(text(spinning))
    found = submissions_in(tmp_path)
    done = batch._grade(found, launcher, Limits(call=0.5, cell=1, notebook=10), SEED, jobs=6)
    assert [one.points for one in done if "honest" in one.submission.student] == [POSSIBLE, POSSIBLE]


def test_what_ran_out_of_time_without_the_processor_is_asked_again_alone(launcher, tmp_path, monkeypatch):
    """The first time round it does not get going; alone it does."""
    (tmp_path / "a.ipynb").write_text(text(solved()))
    (tmp_path / "b.ipynb").write_text(text(solved(conv1d_forward="def conv1d_forward(x, w, b):\n    return 3")))
    rounds = []

    def first_late(submission, launcher, limits, seed):
        rounds.append(submission.student)
        doubtful = rounds.count(submission.student) == 1 and submission.student == "a"
        return Graded(submission, "graded", doubtful=doubtful, verdicts=() if doubtful else right.verdicts)

    right = graded(solved(), launcher, tmp_path)
    monkeypatch.setattr(batch, "grade_notebook", first_late)
    done = batch._grade(submissions_in(tmp_path), launcher, Limits(), SEED, jobs=2)
    assert sorted(rounds) == ["a", "a", "b"]
    assert [one.points for one in done] == [POSSIBLE, POSSIBLE]


@pytest.mark.parametrize(("body", "doubtful"), [("time.sleep(60)", True), ("while True: pass", False)])
def test_sleeping_is_told_from_computing(launcher, body, doubtful):
    student = Student(launcher, Limits(call=1, notebook=60))
    assert student.run(1, f"import time\ndef f():\n    {body}") == ""
    [told] = student.answers("f", [((), {})])
    assert "no answer within 1 s" in told.error
    if not student.doubtful or doubtful:  # on a busy machine computing may look like sleeping, never the other way
        assert student.doubtful == doubtful
    student.close()


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


def test_answers_learned_by_heart_are_worth_nothing():
    


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


def test_a_hundred_megabytes_of_pictures_cost_nothing(launcher, tmp_path):
    notebook = solved()
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (45 << 20)}}
    notebook.cells[-1].outputs = [picture, picture]
    assert graded(notebook, launcher, tmp_path).points == POSSIBLE


@pytest.mark.parametrize("entry", ["{}", "[]", "1", "1e9", '""', '{"a":{}}'])
def test_a_file_full_of_small_things_harms_nothing(launcher, tmp_path, entry):
    path = tmp_path / "a.ipynb"
    count = (60 << 20) // (len(entry) + 1)
    path.write_text('{"cells": [' + ",".join([entry] * count) + "]}")
    done = grade_notebook(Submission("a", "a.ipynb", path), launcher, Limits(), SEED)
    assert done
    assert done.points == 0
    assert done.status.startswith(("not read", "not graded: no exercise", "not a notebook"))


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
    "threads made before": f"""
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
    "logging": f"import logging\nlogging.basicConfig()\ndef conv1d_forward(x, w, b):\n    logging.error(x)\n    {RIGHT}",
    "a file kept": "np.save('kept.npy', np.ones(1))\ndef conv1d_forward(x, w, b):\n"
    "    return np.correlate(x, w, 'valid') + b * np.load('kept.npy')[0]",
}
BELOW = {
    "a helper further down": f"def helper(x, w, b):\n    {RIGHT}",
    "mended below its check": f"def conv1d_forward(x, w, b):\n    {RIGHT}",
}


@pytest.mark.parametrize("name", ODDITIES)
def test_an_oddity_costs_nothing(launcher, tmp_path, name):
    notebook = solved(conv1d_forward=ODDITIES[name], last=BELOW.get(name, ""))
    assert lost(graded(notebook, launcher, tmp_path, LONG)) == {}


def test_a_crash_costs_its_own_part(launcher, tmp_path):
    """In every case of one of the results, and in no other."""
    right = next(cell.source for cell in solved().cells if "def conv1d_layer_backward" in cell.source)
    assert ASKED["conv1d_layer_backward"].possible > 1
    assert right


def test_another_lecture_under_a_name_is_said(launcher, tmp_path):
    (tmp_path / "a").mkdir()
    other = next(name for name in lectures() if name != LECTURE)
    (tmp_path / "a" / f"{other}.ipynb").write_text(text(solved()))
    done = batch._grade(submissions_in(tmp_path), launcher, Limits(), SEED, jobs=1)
    assert [one.status for one in batch.remarked(done, True)] == [f"graded, named {other}, holds {LECTURE}"]
