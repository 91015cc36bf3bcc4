"""The boundary around a student's process: refused system calls, limits that the kernel keeps, time, nothing kept."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from grading.notebooks import POSSIBLE, SEED, all_graded, code, graded, solved, text

from cnnlib.exercises import lectures
from cnnlib.grading import cgroup, hands, process, records, seccomp
from cnnlib.grading.marking import Graded
from cnnlib.grading.process import MOST_MEMORY, OUT_OF_MEMORY, START_SECONDS, Ended, Limits, Process
from cnnlib.grading.records import Rules
from cnnlib.grading.sandbox import Launcher
from cnnlib.grading.schedule import Class, Hands
from cnnlib.grading.student import Student
from cnnlib.grading.submissions import submissions_in

LONG = Limits(call=60, cell=60, notebook=600)
filtered = pytest.mark.skipif(seccomp.machine() is None, reason="no filter for this machine")
grouped = pytest.mark.skipif("memory" not in cgroup.places().limits, reason="no control groups for us")


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
def test_a_control_group_limits_the_memory(student):
    assert student.run(1, "x = 3") == ""
    assert student.process
    files = [folder / name for folder in student.process.group.folders for name in cgroup.MEMORY]
    limits = [int(file.read_text()) for file in files if file.exists()]
    assert limits
    assert all(MOST_MEMORY <= limit < MOST_MEMORY + (1 << 29) for limit in limits)


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
    assert folders
    assert all(folder.exists() for folder in folders)
    student.close()
    assert not any(folder.exists() for folder in folders)


def test_control_groups_are_done_without(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "ROOT", tmp_path)
    assert cgroup.places() == cgroup.Places()
    monkeypatch.setattr(cgroup, "OWN", tmp_path / "nothing")
    assert cgroup.places() == cgroup.Places()
    assert cgroup.Places().group(1, 1).entrances == []


@pytest.mark.parametrize(
    ("told", "files", "controllers"),
    [
        ("pids hugetlb\n", ["memory.pressure", "cpu.stat", "pids.max"], {"pids", "hugetlb"}),
        ("", ["memory.pressure", "cpu.stat"], set()),
        (None, ["memory.limit_in_bytes"], {"memory"}),
    ],
)
def test_a_group_limits_what_its_controllers_do_not_what_it_measures(tmp_path, told, files, controllers):
    """Version 2 has memory.pressure and cpu.stat in groups that have neither controller."""
    for name in files:
        (tmp_path / name).touch()
    if told is not None:
        (tmp_path / "cgroup.controllers").write_text(told)
    assert cgroup.controllers_of(tmp_path) == controllers


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


def test_a_process_that_is_stopped_while_it_starts_leaves_none_behind(launcher):
    """As bwrap does for a moment: it has a child already, which would not die with it."""
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    slow = replace(launcher, command=("/bin/sh", "-c", "sleep 1000; true", "sh"))
    started = time.monotonic()
    with pytest.raises(Ended):
        Process(slow, stop)
    assert time.monotonic() - started < START_SECONDS


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
    """Four notebooks spin in 32 processes each, wherever they can, beside two honest ones."""
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
        answer = SPINNING.replace("def spin()", "def conv1d_forward(x, w, b)").replace("\nspin()", "")
        (tmp_path / f"hostile {number}.ipynb").write_text(text(solved(first=SPINNING, conv1d_forward=answer)))
    done = all_graded(tmp_path, launcher, Limits(call=0.5, cell=1, notebook=10), jobs=6)
    assert [one.points for one in done if "honest" in one.submission.student] == [POSSIBLE, POSSIBLE]


def test_what_ran_out_of_time_without_the_processor_is_asked_again_alone(launcher, tmp_path, monkeypatch):
    """The first time round it does not get going; alone it does."""
    (tmp_path / "a.ipynb").write_text(text(solved()))
    (tmp_path / "b.ipynb").write_text(text(solved(conv1d_forward="def conv1d_forward(x, w, b):\n    return 3")))
    rounds = []

    def first_late(submission, launcher, limits, seed, data):
        rounds.append(submission.student)
        doubtful = rounds.count(submission.student) == 1 and submission.student == "a"
        return Graded(submission, "graded", doubtful=doubtful, verdicts=() if doubtful else right.verdicts)

    right = graded(solved(), launcher, tmp_path)
    monkeypatch.setattr(hands, "grade_notebook", first_late)
    done = all_graded(tmp_path, launcher, Limits(), jobs=2)
    assert sorted(rounds) == ["a", "a", "b"]
    assert [one.points for one in done] == [POSSIBLE, POSSIBLE]


def test_one_student_takes_no_longer_than_a_notebook_of_each_lecture_may(tmp_path):
    """Whoever hands in a hundred files that run on; copies take no time, and the next run says the same."""
    rules, started = Rules(SEED, 2.5, False, records.course()), []
    for name in ("hostile/%02d", "patient/%02d", "copies/%02d"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        for number in range(30):
            same = 0 if "copies" in name else number
            (tmp_path / "in" / f"{name % number}.ipynb").write_text(f"{name} {same}")
    takes = {"hostile": rules.seconds * 8, "patient": rules.seconds, "copies": rules.seconds * 8}

    def work(task):
        started.append(task.submission.student)
        return Graded(task.submission, "graded", doubtful=True, seconds=takes[task.submission.student])

    def run() -> dict[str, set[str]]:
        records.begin(tmp_path / "out", records.state_in(tmp_path / "out"), SEED, force=False)
        handed_in = Class(submissions_in(tmp_path / "in"), tmp_path / "out", rules)
        with ThreadPoolExecutor(2) as pool:
            handed_in.grade(Hands(pool, work, lambda: 3, lambda: None, ""), lambda: None)
        return {name: {one.status for one in handed_in.graded() if one.submission.student == name} for name in takes}

    (tmp_path / "out").mkdir()
    told = run()
    most = len(lectures())
    assert most < started.count("hostile") <= most + 3  # some are on their way when it is known
    assert started.count("patient") == 2 * 30  # once more, alone
    assert started.count("copies") <= 3 + 1
    assert told["patient"] == told["copies"] == {"graded"}
    assert told["hostile"] == {"graded", f"not graded: this student's other notebooks took more than {20 * most} s"}
    started.clear()
    assert run() == told
    assert "hostile" not in started


@pytest.mark.parametrize(
    ("body", "free", "doubtful"),
    [("time.sleep(60)", 0, True), ("time.sleep(60)", 1, False), ("while True: pass", 1, False)],
)
def test_only_who_waited_for_a_processor_is_doubtful(launcher, monkeypatch, body, free, doubtful):
    """A processor that is free all the time, or none."""
    monkeypatch.setattr(process, "idle", lambda: free * time.monotonic())
    student = Student(launcher, Limits(call=1, notebook=60))
    assert student.run(1, f"import time\ndef f():\n    {body}") == ""
    [told] = student.answers("f", [((), {})])
    assert "no answer within" in told.error
    assert student.doubtful == doubtful
    student.close()
