"""More attacks: on the limits, on the runner from within, and on whoever reads what it says."""

import json
from dataclasses import replace
from typing import Any

from grading.hostile import FORGE, FORWARD, RIGHT, Attack, in_answer, in_cell
from grading.notebooks import POSSIBLE, code, solved


def ambushes(marker: str) -> dict[str, Attack]:
    """
    Args:
        marker: a name that every process has which should not be there afterwards.
    """
    return {**on_limits(marker), **from_within(), **on_the_reader(), **with_values()}


def on_limits(marker: str) -> dict[str, Attack]:
    """What the kernel counts, and what it does not count by itself."""
    shared = """
        import ctypes
        libc = ctypes.CDLL(None)
        found = [libc.shmget(0, 10**9, 0o1600) for _ in range(40)]
        raise RuntimeError(f"got {sum(one >= 0 for one in found)} segments")
        """
    hoard = """
        import fcntl
        pipes = [os.pipe() for _ in range(20)]
        for _, end in pipes:
            os.set_blocking(end, False)
            fcntl.fcntl(end, 1031, 1 << 20)
        for _ in range(4):
            os.fork()
        """
    files = "for number in range(2_000): open(f'/tmp/{number}', 'w').close()"
    spin = "for _ in range(4): os.fork()\nwhile True: pass"
    stay = f"""
        if os.fork() == 0:
            for number in range(1, 64): signal.signal(number, signal.SIG_IGN) if number not in (9, 19, 32, 33) else 0
            os.setsid()
            os.execv(sys.executable, [sys.executable, "-c", "while True: pass", "{marker}"])
        """
    return {
        "System V's shared memory": in_answer(shared, "got 0 segments"),
        "memory in a file without a name": in_answer("os.memfd_create('x')", "PermissionError"),
        "shared memory of multiprocessing": in_answer(
            "open('/dev/shm/x', 'wb').write(bytes(10**7))\nopen('/dev/shm/y', 'wb').write(bytes(10**7))",
            "No space left",
        ),
        "pipes filled": in_cell(hoard),
        "spinning in an answer": in_answer(spin),
        "spinning in a cell": in_cell(spin),
        "a thread that spins on": in_cell(
            "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()"
        ),
        "many files in an answer": in_answer(f"{files}\n{RIGHT}", costs=0),
        "processes that ignore all signals": in_answer(f"{code(stay)}\n{RIGHT}", costs=0),
        "limits lowered in a cell": in_cell(
            "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n"
            "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))",
            0,
        ),
        "the parent's limits lowered": replace(
            in_answer(f"import resource\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))\n{RIGHT}"),
            least=0,  # its own runner ends at some tick of the clock, with the answers that it was giving
            most=POSSIBLE,
        ),
        "limits raised": in_answer(
            "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))", "not allowed to raise"
        ),
        "root again": in_answer("os.setuid(0)", "PermissionError"),
        "a folder made the root": in_answer("os.mkdir('/tmp/root')\nos.chroot('/tmp/root')", "PermissionError"),
        "another machine's socket": in_answer("import socket\nsocket.socket(socket.AF_VSOCK)", "PermissionError"),
    }


def from_within() -> dict[str, Attack]:
    """On the runner, its frames and its clock."""
    exits = """
        class Exit(Exception):
            def __str__(self):
                import os
                os._exit(0)
        class Hang(Exception):
            def __str__(self):
                while True: pass
        class Endless(list):
            def __len__(self): return 1
            def __iter__(self):
                while True: yield 1
        class Lying(np.ndarray):
            shape = property(lambda self: (3,))
            size = nbytes = 24
        """
    hidden = """
        import gc, types
        for one in [one for one in gc.get_objects() if isinstance(one, types.FunctionType)]:
            if one.__name__ in ("_same", "_copies"):
                one.__code__ = (lambda *given: [] if len(given) < 2 or isinstance(given[1], dict) else True).__code__
        """
    return {
        "an error that exits when it is shown": in_answer("raise Exit", first=exits),
        "an error that hangs when it is shown": in_answer("raise Hang", first=exits),
        "a list without end": in_answer("return Endless()", first=exits),
        "an array that lies about its size": in_answer("return np.ones(10**6).view(Lying)", first=exits),
        "a generator": in_answer("return (value for value in x)", "a generator"),
        "a module": in_answer("return sys", "a module"),
        "frames in advance": in_answer(f"everywhere(frame({{'ready': True}}) + forged(1.0) * 3)\n{RIGHT}", first=FORGE),
        "a frame of nested lists": in_answer(
            "everywhere(struct.pack('<II', 400_000, 0) + b'[' * 400_000)\nos._exit(0)", first=FORGE
        ),
        "whole numbers that collide": in_answer(
            "everywhere(forged({'set': [n * (2**61 - 1) for n in range(40_000)]}) * 20)\nos._exit(0)", first=FORGE
        ),
        "a tag that is no text": in_answer(
            "everywhere(frame({'tag': [], 'answer': {'value': 3.0}}) * 9)\nos._exit(0)", first=FORGE
        ),
        "missing, it says": in_answer(
            "everywhere(frame({'missing': True, 'tag': tag()}) * 9)\nos._exit(0)", "not defined", first=FORGE
        ),
        "ended, it says": in_answer(
            "everywhere(frame({'ended': 'right', 'late': 7, 'tag': tag()}) * 9)\nos._exit(0)", first=FORGE
        ),
        "its own error called right": in_answer("raise type('right', (Exception,), {'__module__': 'builtins'})"),
        "fork replaced": in_cell("os.fork = lambda: 0", 0),
        "the clock stopped": in_cell("import time\ntime.monotonic = time.perf_counter = lambda: 0.0", 0),
        "the alarm taken away": in_cell("import signal\nsignal.setitimer = signal.signal = lambda *given: None", 0),
        "the tracer takes over": in_cell("sys.settrace(lambda *given: os._exit(0))", 0),
        "copies that never differ": in_cell(hidden, 0),
        "no environment, another folder": in_cell("os.environ.clear()\nos.chdir('/')"),
        "the recursion limit at its least": in_cell("sys.setrecursionlimit(40)", 0),
        "an exit at the end": in_cell("import atexit, time\natexit.register(time.sleep, 60)"),
        "stopped in a cell": in_cell("import signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    }


def on_the_reader() -> dict[str, Attack]:
    """On what takes the file apart."""

    def with_cell(**cell: Any) -> Attack:
        notebook = solved()
        notebook.cells.insert(1, {"cell_type": "code", "metadata": {}, "outputs": [], "source": "", **cell})
        return Attack(notebook, POSSIBLE, POSSIBLE)

    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    return {
        "a question mark after a long word": with_cell(source="a" * 900_000 + " ?"),
        "a question mark after many lines": with_cell(source="\\\n" * 50_000 + "?"),
        "600 commands": with_cell(source="!x\n" * 600),
        "a text left open": with_cell(source="x = %'''"),
        "assignments of magics": with_cell(source="a = " * 3000 + "%time 3"),
        "nested text": with_cell(source="f'{" * 150 + "1" + "}'" * 150),
        "nested brackets": with_cell(source="[" * 90_000),
        "a sum of 30,000": with_cell(source="x = " + "1+" * 30_000 + "1"),
        "zeros in the source": with_cell(source="x = 1\0\n" * 9),
        "half a letter": with_cell(source="x = '\ud800'"),
        "a source of sources": with_cell(source=[deep, "x = 1\n", {"a": deep}]),
        "metadata of another kind": with_cell(metadata={"nbgrader": {"grade_id": [deep]}}),
        "a name of a megabyte": with_cell(metadata={"nbgrader": {"grade_id": "check_" * 200_000}}),
        "checked 20,000 times": with_cell(source="check(conv1d_forward)\n" * 20_000),
        "a whole number of 20,000 digits": with_cell(source="x = " + "9" * 20_000),
        "4,000 cells": Attack(solved(last="\n".join(json.dumps(n) for n in range(4000))), POSSIBLE, POSSIBLE),
    }


def with_values() -> dict[str, Attack]:
    """Answers that are costly to look at."""
    return {
        "a thousand arrays": in_answer("return [np.zeros(400) for _ in range(1000)]"),
        "a thousand arrays instead of letters": Attack(
            solved(poll_dw_length="poll_dw_length = [np.zeros(400) for _ in range(1000)]"), POSSIBLE - 1, POSSIBLE - 1
        ),
        "numbers without end": in_answer("return [10**300] * 5000"),
        "bytes": in_answer("return b'x' * 10**6"),
        "no entries along 10**18": in_answer("return np.empty((0, 10**18))"),
        "a long text": in_answer("return 'x' * 10**6"),
        "a dictionary with itself": in_answer("it = {}\nit['it'] = it\nreturn it"),
        "4 million letters of an array": in_answer("return np.full(4 * 10**6, 1, np.uint8)"),
        "a right answer with a rider": in_answer(
            "y = (np.correlate(x, w, 'valid') + b).view(type('Rider', (np.ndarray,), {'__reduce__': exit}))\nreturn y",
            costs=0,
            first="exit = lambda *given: None",
        ),
        "right now, wrong later": in_answer(
            f"calls.append(x)\nif len(calls) > 5: return 3.0\n{RIGHT}", first="calls = []", costs=FORWARD
        ),
    }
