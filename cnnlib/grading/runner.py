"""The student's process: runs the cells it is sent, calls the student's functions, sends back what they return.

It knows no reference and no expected value. Everything in it may be overwritten by the student's code; the grader
takes what comes out of it for data, nothing more. It needs NumPy and the standard library, and no file of the course
but calling.py and, beside this one, isolation.py, messages.py and placeholders.py.

    {"cell": 7, "source": "...", "seconds": 20}                   {"error": ""}, or {"spoilt": "why"} if this process
                                                                  had better be started again without the cell
    {"check": "conv1d_forward", "calls": [...], "seconds": 10}    {"missing": true}, or {"answer": {...}} for each call,
                                                                  or fewer of those and {"ended": "why"}

"late": true says that the time ran out. Every request has a tag, which comes back in all that answers it: frames
without it were not written here.
"""

import builtins
import contextlib
import json
import linecache
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from cnnlib.checks.calling import Answer, attempt
from cnnlib.grading import messages, placeholders
from cnnlib.grading.isolation import answer_in_a_fork, sweep

MOST_THREADS = 16  # that a cell may leave running

Call = tuple[list[Any], dict[str, Any]]
OutOfTime = type("TimeoutError", (BaseException,), {"__module__": "builtins"})  # `except Exception` lets it pass


def main() -> None:
    settings = json.loads(sys.argv[1])
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    apply_limits(settings)
    namespace = clean_namespace(settings)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # from here on nothing that a student prints goes anywhere
        os.dup2(nowhere, stream)
    messages.send(replies, messages.pack({"ready": True}))
    with contextlib.suppress(EOFError):  # the grader has no more questions
        while True:
            message, numbers = messages.receive(requests)
            tag = message["tag"]
            if "cell" in message:
                reply = run_cell(message, namespace) | {"tag": tag}
                sweep(settings["alone"])
                messages.send(replies, messages.pack(reply))
            elif message["check"] not in namespace:
                messages.send(replies, messages.pack({"missing": True, "tag": tag}))
            else:
                decoder = messages.Decoder(numbers, build)
                calls = [(decoder.value(args), dict(decoder.value(kwargs))) for args, kwargs in message["calls"]]
                check = Check(namespace[message["check"]], calls, message["seconds"], tag)
                if settings["fork"]:
                    count = len(calls)
                    answer_in_a_fork(check.answer, count, check.seconds, tag, requests, replies, settings["alone"])
                elif not check.answer(replies):
                    messages.send(replies, messages.pack({"ended": "", "tag": tag}))


def apply_limits(settings: dict[str, Any]) -> None:
    """Give up root, then whatever the operating system can limit."""
    if (uid := settings["uid"]) is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        with open(np.__file__):  # fails, and so does the start, where the libraries are for root alone
            pass
    with contextlib.suppress(ImportError):  # Windows has none
        import resource

        for name, most in settings["limits"].items():
            with contextlib.suppress(ValueError, OSError, AttributeError):
                resource.setrlimit(getattr(resource, name), (most, most))


def clean_namespace(settings: dict[str, Any]) -> dict[str, Any]:
    """The globals of the student's cells, in an interpreter that has forgotten how it was started."""
    sys.path[:] = [*(path for path in sys.path if path not in (settings["kit"], "")), *settings["sites"]]
    sys.argv[:] = [""]
    linecache.clearcache()  # since Python 3.13 it holds the command that started this process
    for name in [name for name in sys.modules if name.split(".")[0] == "cnnlib"]:
        del sys.modules[name]
    sys.meta_path.insert(0, placeholders.Finder(settings["public"]))
    namespace = sys.modules["__main__"] = ModuleType("__main__")
    names = namespace.__dict__
    shell = Shell(names)
    builtins.__dict__.update(input=nobody_answers, get_ipython=lambda: shell, display=nothing)
    return names


def nothing(*args: Any, **kwargs: Any) -> None: ...


def nobody_answers(prompt: object = "") -> str:
    raise EOFError("input() was called, and nobody is there to answer while grading")


class Shell(placeholders.Placeholder):
    """What get_ipython() returns. IPython's own magics become calls to it; those that run code still run it."""

    names: dict[str, Any]

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__("get_ipython()")
        self.__dict__["names"] = names

    def run_line_magic(self, magic: str, line: str, *_: Any, **__: Any) -> None:
        if magic == "time":
            exec(line, self.names)

    def run_cell_magic(self, magic: str, line: str, cell: str, *_: Any, **__: Any) -> None:
        if magic in ("time", "capture"):
            exec(cell, self.names)

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        return []


# ---------------------------------------------------------------- running


def run_cell(message: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    source, name = message["source"], f"<cell {message['cell']}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)

    def run() -> None:
        exec(compile(source, name, "exec", dont_inherit=True), namespace)

    answer, late = in_time(run, [], {}, message["seconds"], course="")
    if (threads := threading.active_count()) > MOST_THREADS:
        return {"spoilt": f"it left {threads} threads running"}  # and there may be none left for a fork
    return {"error": answer.error[: messages.TEXT_LIMIT], "late": late}


def in_time(function: Any, args: list[Any], kwargs: dict[str, Any], seconds: float, course: str) -> tuple[Answer, bool]:
    """attempt(), stopped after so many seconds by an exception in the student's code, where the system can do that.

    Returns:
        The answer, and whether the time ran out.
    """
    this, rung = os.getpid(), threading.Event()
    try:
        with alarm(seconds, rung):
            return attempt(function, args, kwargs, course), rung.is_set()
    except BaseException as problem:  # the alarm rang outside the student's code, or that code overwrote ours
        return Answer(error=f"{type(problem).__name__}: {problem}", seconds=seconds), rung.is_set()
    finally:
        if os.getpid() != this:  # the student's code forked: there is one runner
            os._exit(0)


@contextlib.contextmanager
def alarm(seconds: float, rung: threading.Event) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        rung.set()
        raise OutOfTime(f"no answer within {seconds:g} s")

    if not hasattr(signal, "setitimer"):  # Windows: the grader ends this process instead
        yield
        return
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Check(NamedTuple):
    """One function and all that it is asked."""

    function: Any
    calls: list[Call]
    seconds: float  # for one call
    tag: str

    def answer(self, replies: BinaryIO) -> bool:
        """Write a frame a call, in order. One that ran out of time makes the next ones shorter, three are the last."""
        times_late = 0
        for args, kwargs in self.calls:
            seconds = self.seconds / messages.HURRY if times_late else self.seconds
            answer, late = in_time(self.function, args, kwargs, seconds, placeholders.COURSE)
            messages.send(replies, answer_frame(answer, self.tag, late))
            times_late += late
            if times_late == messages.MOST_LATE:
                return False
        return True


def answer_frame(answer: Answer, tag: str, late: bool) -> bytes:
    try:
        numbers = bytearray()
        value = messages.encode(answer.value, numbers)
        words = ("error", "kind", "unwritten", "line", "uses", "warned", "printed")
        rest = {name: str(getattr(answer, name))[:2000] for name in words}
        told = {"value": value, **rest, "changed": answer.changed, "seconds": answer.seconds}
        return messages.pack({"answer": told, "late": late, "tag": tag}, numbers)
    except messages.WireError as problem:
        return messages.pack({"answer": {"error": str(problem)}, "tag": tag})
    except BaseException as problem:
        return messages.pack({"answer": {"error": f"{type(problem).__name__}: {str(problem)[:300]}"}, "tag": tag})


def build(source: str, name: str) -> Any:
    """A function that the course hands to the student's, as cnnlib.checks.cases.build makes it."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(f"from __future__ import annotations\n{source}", "<given>", "exec"), namespace)
    return namespace[name]
