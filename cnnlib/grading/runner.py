"""The student's process: runs the cells it is sent, calls the student's functions, sends back what they return.

It knows no reference and no expected value. Everything in it may be overwritten by the student's code; the grader
takes what comes out of it for data, nothing more. It needs NumPy and the standard library, and no file of the course
but those of sandbox.KIT.

    {"notebook": true, "wanted": [names], "seconds": 10}          what reading.read() says, or {"unreadable": "why"}
    {"cell": 7, "source": "...", "seconds": 20, "briefly": false} {"error": ""}, or {"spoilt": "why"} if this process
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
import sys
import threading
from functools import partial
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np

from cnnlib.checks.calling import Answer
from cnnlib.grading import messages, placeholders, reading
from cnnlib.grading.cells import Shell, in_time, run_cell
from cnnlib.grading.isolation import answer_in_a_fork, sweep

TOO_LARGE = f"the answer is larger than the {messages.ANSWER_LIMIT >> 10} KB that an answer may be"
Call = tuple[list[Any], dict[str, Any]]


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
            message, numbers = messages.receive(requests, messages.NOTEBOOK_LIMIT)
            serve(message, numbers, namespace, settings, requests, replies)


def serve(
    message: dict[str, Any],
    numbers: bytes,
    namespace: dict[str, Any],
    settings: dict[str, Any],
    requests: BinaryIO,
    replies: BinaryIO,
) -> None:
    """Do what one request asks, and answer it."""
    tag, alone = message["tag"], settings["alone"]
    if "cell" in message:
        reply = run_cell(message, namespace) | {"tag": tag}
        sweep(alone)  # before the answer: what this left running is not to be blamed on the next cell
        messages.send(replies, messages.pack(reply))
        return
    if "notebook" in message:
        answer, count = partial(look_up, numbers, message["wanted"], tag), 1
    elif message["check"] in namespace:
        decoder = messages.Decoder(numbers, build)
        calls = [(decoder.value(args), dict(decoder.value(kwargs))) for args, kwargs in message["calls"]]
        answer = partial(answer_calls, namespace[message["check"]], calls, message["seconds"], tag)
        count = len(calls)
    else:
        messages.send(replies, messages.pack({"missing": True, "tag": tag}))
        return
    if settings["fork"] and threading.active_count() == 1:  # threads that an answer leans on do not survive a fork
        answer_in_a_fork(answer, count, message["seconds"], tag, requests, replies, alone)
        return
    if not answer(replies):
        messages.send(replies, messages.pack({"ended": "", "tag": tag}))
    sweep(alone)


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
    sys.path[:] = [*(path for path in sys.path if path not in (settings["kit"], "")), *settings["sites"], ""]
    sys.argv[:] = [""]
    linecache.clearcache()  # since Python 3.13 it holds the command that started this process
    for name in [name for name in sys.modules if name.split(".")[0] == "cnnlib"]:
        del sys.modules[name]
    sys.meta_path.insert(0, placeholders.Finder(settings["public"]))
    namespace = sys.modules["__main__"] = ModuleType("__main__")
    names = namespace.__dict__
    shell = Shell(names)
    shown = dict.fromkeys(("display", "help", "exit", "quit"), nothing)
    builtins.__dict__.update(input=nobody_answers, get_ipython=lambda: shell, **shown)
    return names


def nothing(*args: Any, **kwargs: Any) -> None: ...


def nobody_answers(prompt: object = "") -> str:
    raise EOFError("input() was called, and nobody is there to answer while grading")


def look_up(data: bytes, wanted: list[str], tag: str, replies: BinaryIO) -> bool:
    """Write one frame: what is in a notebook's file, and which of these names."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, placeholders.Finder)]
    sources = b""
    try:
        told, sources = reading.read(data, wanted)
    except reading.Unreadable as problem:
        told = {"unreadable": str(problem)}
    messages.send(replies, messages.pack(told | {"tag": tag}, sources))
    return True


def answer_calls(function: Any, calls: list[Call], seconds: float, tag: str, replies: BinaryIO) -> bool:
    """Write a frame a call, in order. One that ran out of time makes the next ones shorter, three are the last.

    Returns:
        Whether all were asked.
    """
    times_late = 0
    for args, kwargs in calls:
        left = seconds / messages.HURRY if times_late else seconds
        answer, late = in_time(function, args, kwargs, left, placeholders.COURSE)
        messages.send(replies, answer_frame(answer, tag, late))
        times_late += late
        if times_late == messages.MOST_LATE:
            return False
    return True


def answer_frame(answer: Answer, tag: str, late: bool) -> bytes:
    numbers = bytearray()
    try:
        value = messages.encode(answer.value, numbers)
        if len(numbers) > messages.ANSWER_LIMIT:
            raise messages.WireError(TOO_LARGE)
        rest = {name: str(getattr(answer, name))[:most] for name, most in messages.TEXTS.items()}
        told = {"value": value, **rest, "changed": answer.changed, "seconds": answer.seconds}
        return messages.pack({"answer": told, "late": late, "tag": tag}, numbers)
    except BaseException as problem:
        kind = "" if isinstance(problem, messages.WireError) else f"{type(problem).__name__}: "
        return messages.pack({"answer": {"error": f"{kind}{str(problem)[:300]}"}, "tag": tag})


def build(source: str, name: str) -> Any:
    """A function that the course hands to the student's, as cnnlib.checks.cases.build makes it."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(f"from __future__ import annotations\n{source}", "<given>", "exec"), namespace)
    return namespace[name]
