"""One notebook's process as a conversation: run this cell, answer these calls. It is started again when it dies."""

import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from cnnlib.checks import Answer, Call
from cnnlib.grading import messages
from cnnlib.grading.process import Ended, Limits, Process
from cnnlib.grading.sandbox import Launcher

MOST_STARTS = 12
MOST_FORKS = 3  # of one check


class Stopped(Exception):
    """Nothing more is to be had from this notebook; says why."""


class Interrupted(Stopped):
    """The same, since the whole grading is stopped."""


class Ran(NamedTuple):
    """What a cell came to."""

    error: str  # "" or the last line of its traceback
    late: bool = False  # its time ran out


class Reply(NamedTuple):
    """What a call came to."""

    answer: Answer
    late: bool = False


class Student:
    """The student's side of one notebook. A cell that ends the process is left out when it is started again."""

    def __init__(self, launcher: Launcher, limits: Limits) -> None:
        self.launcher, self.limits = launcher, limits
        self.cells: list[tuple[int, str]] = []
        self.starts, self.reason = 0, ""
        self.cell_seconds = limits.cell  # a notebook with one endless cell has others: they call the same function
        self.process: Process | None = None
        self.until = time.monotonic() + limits.notebook

    def run(self, number: int, source: str) -> str:
        """Run a cell; "" or the last line of its traceback. Raises Stopped."""
        ran = None
        while ran is None:
            self._ready()
            ran = self._run(number, source)
        if ran.late:
            self.cell_seconds = min(self.cell_seconds, max(2.0, self.limits.cell / messages.HURRY))
        elif self.process:
            self.cells.append((number, source))
        return ran.error

    def answers(self, name: str, calls: Sequence[Call]) -> list[Answer] | None:
        """What the student's `name` answers, one Answer a call; None if there is no such name. Raises Stopped.

        A call that ends its fork costs its own answer, and another fork goes on with the next call. After three forks,
        three calls that ran out of time, or the end of the whole process, the others are not asked.
        """
        answers: list[Answer] = []
        forks = late = 0
        while forks < MOST_FORKS:
            seconds = self.limits.call / messages.HURRY if late else self.limits.call
            try:
                for reply in self._ask(self._ready(), name, calls[len(answers) :], seconds):
                    if reply is None:
                        return None
                    answers.append(reply.answer)
                    late += reply.late
            except Ended:
                continue
            forks += 1
            if len(answers) == len(calls) or late >= messages.MOST_LATE or self.process is None:
                break
        return answers + [answers[-1]] * (len(calls) - len(answers))

    def close(self) -> None:
        if self.process:
            self.process.close()
        self.process = None

    def _ready(self) -> Process:
        """The process, with all cells run that were run so far. Raises Stopped."""
        while self.process is None:
            self._stop_if_due()
            if self.starts == MOST_STARTS:
                raise Stopped(f"its process ended {MOST_STARTS} times: {self.reason}")
            self.starts += 1
            try:
                self.process = Process(self.launcher, self.limits.stop, self.until)
            except Ended as problem:
                self.reason = str(problem)
                continue
            for cell in list(self.cells):
                ran = self._run(*cell)
                if self.process is None:
                    if ran is not None:
                        self.cells.remove(cell)
                    break
        self._stop_if_due()
        return self.process

    def _run(self, number: int, source: str) -> Ran | None:
        """What the cell came to; None if it was not run, since the process ended over something earlier."""
        assert self.process
        seconds = self.cell_seconds
        try:
            self.process.send({"cell": number, "source": source, "seconds": seconds}, seconds)
            message, _ = self.process.receive(seconds)
        except Ended as problem:
            self._gone(problem)
            return None if problem.earlier else Ran(self.reason, problem.late)
        except messages.WireError as problem:
            return Ran(f"the cell is {problem}")
        if "spoilt" in message:
            self.close()
            return Ran(_text(message["spoilt"]))
        return Ran(_text(message.get("error")), message.get("late") is True)

    def _ask(self, process: Process, name: str, calls: Sequence[Call], seconds: float) -> Iterator[Reply | None]:
        """One Reply a call, or a single None; where there are fewer, the last one says why.

        Raises Ended if the process ended over something earlier.
        """
        numbers = bytearray()
        sent = [
            [messages.encode(part, numbers) for part in (list(args), list(kwargs.items()))] for args, kwargs in calls
        ]
        try:
            process.send({"check": name, "calls": sent, "seconds": seconds}, seconds, numbers)
            for args, kwargs in calls:
                message, data = process.receive(seconds)
                if message.get("missing"):
                    yield None
                    return
                late = message.get("late") is True
                if "ended" in message:
                    yield Reply(Answer(error=_text(message["ended"]) or "the process ended"), late)
                    return
                yield Reply(answer_of(message, data, {*range(len(args)), *kwargs}), late)
        except Ended as problem:
            self._gone(problem)
            if problem.earlier:
                raise
            yield Reply(Answer(error=self.reason), problem.late)

    def _gone(self, problem: Ended) -> None:
        """The process is no more. Raises Stopped if nothing more is to be started."""
        self.close()
        self.reason = str(problem)
        self._stop_if_due()

    def _stop_if_due(self) -> None:
        if self.limits.stop.is_set():
            raise Interrupted("interrupted")
        if time.monotonic() >= self.until:
            raise Stopped(f"no answer within {self.limits.notebook:g} s")


def answer_of(message: dict[str, Any], numbers: bytes, keys: Collection[int | str]) -> Answer:
    """What arrived, as an Answer: whatever it claims to be, each field is of its type and of a sensible size.

    Args:
        keys: the positions and keywords of the call's arguments.
    """
    told = message.get("answer")
    if not isinstance(told, dict):
        return Answer(error="the process sent what is no answer")
    try:
        value = messages.decode(told.get("value"), numbers)
    except messages.WireError as problem:
        return Answer(error=f"the answer could not be read: {problem}")
    seconds, changed = told.get("seconds"), told.get("changed")
    changed = [key for key in changed if isinstance(key, int | str)] if isinstance(changed, list) else []
    return Answer(
        value=value,
        error=_text(told.get("error")),
        kind=_text(told.get("kind"))[:80],
        unwritten=_text(told.get("unwritten"))[:80],
        line=_text(told.get("line")),
        changed=tuple(key for key in changed if key in keys),
        uses=_text(told.get("uses"))[:80],
        warned=_text(told.get("warned")),
        printed=_text(told.get("printed")),
        seconds=float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e6 else 0.0,
    )


def _text(told: Any) -> str:
    return told[:2000] if isinstance(told, str) else ""
