"""One check, one child process: the student's process keeps the notebook, a child of it takes the risks."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cnnlib.grading import messages

LEEWAY = 0.3  # seconds between asking a call to stop and ending its process
FORK_TRIES = 100
PIPE = 1 << 16


class ForkEnded(Exception):
    """There will be no more answers; says why, and whether the time ran out."""

    def __init__(self, why: str = "", late: bool = False) -> None:
        super().__init__(why)
        self.late = late


def answer_in_a_fork(
    answer: Callable[[BinaryIO], object],
    count: int,
    seconds: float,
    tag: str,
    requests: BinaryIO,
    replies: BinaryIO,
    alone: bool,
) -> None:
    """Let a child of this process answer all calls of a check: what they leave behind or tear down ends with it.

    Args:
        answer: writes `count` frames, each within so many seconds.
        alone: see sweep().
    """
    inner, outer = os.pipe()
    child = patient_fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            requests.close()
            replies.close()
            os.close(inner)
            answers = os.fdopen(outer, "wb")  # named, so that it is closed by the exit and not before
            answer(answers)
        finally:
            os._exit(0)
    os.close(outer)
    left, last, ended, late = count, b"", "", False
    try:
        for frame in frames(inner, count, seconds + LEEWAY, requests.fileno()):
            left, last = left - 1, frame
            if left:
                messages.send(replies, frame)
    except ForkEnded as problem:
        ended, late = str(problem), problem.late
    finally:
        os.close(inner)
        for kill in (os.killpg, os.kill):  # it may have left its group
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(child, signal.SIGKILL)
    status = 0
    with contextlib.suppress(ChildProcessError):  # where a notebook ignores SIGCHLD, nobody is to be waited for
        _, status = os.waitpid(child, 0)
    sweep(alone)  # before the last frame: what this check left running is not to be blamed on the next cell
    why = {"ended": ended or how_it_ended(status), "late": late, "tag": tag}
    messages.send(replies, messages.pack(why) if left else last)


def patient_fork() -> int:
    """What an earlier check left may count towards the limit of processes until the sandbox has buried it."""
    for _ in range(FORK_TRIES):
        try:
            return os.fork()
        except BlockingIOError:
            time.sleep(0.02)
    return os.fork()


def frames(inner: int, count: int, seconds: float, grader: int) -> Iterator[bytes]:
    """So many frames off a pipe, whole ones only: the child may die in the middle of one. Raises ForkEnded."""
    buffer, deadline = bytearray(), time.monotonic() + seconds
    while count:
        readable, _, _ = select.select([inner, grader], [], [], max(0.0, deadline - time.monotonic()))
        if grader in readable:  # nothing is asked meanwhile: the grader is gone
            raise EOFError
        if not readable:
            raise ForkEnded(f"TimeoutError: no answer within {round(seconds - LEEWAY, 2):g} s", late=True)
        chunk = os.read(inner, PIPE)
        if not chunk:
            raise ForkEnded
        buffer += chunk
        while count and len(buffer) >= messages.HEAD.size:
            try:
                length = messages.size(buffer[: messages.HEAD.size])
            except messages.WireError as problem:
                raise ForkEnded(f"the answer is {problem}") from None
            if len(buffer) < length:
                break
            yield bytes(buffer[:length])
            del buffer[:length]
            count, deadline = count - 1, time.monotonic() + seconds


def sweep(alone: bool) -> None:
    """End every other process of the sandbox at once, so that none can fork away from this.

    Args:
        alone: is this process in a process namespace of its own? Else nothing is done.
    """
    if not alone or os.getppid() != 1 or os.getpid() != 2:  # a process 2 below 1 is the first one in a sandbox
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"the process ended ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"
