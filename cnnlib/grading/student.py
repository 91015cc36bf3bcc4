"""One notebook's process as a conversation: run this cell, answer these calls. It is started again when it dies."""

import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from cnnlib.checks import Answer, Call
from cnnlib.grading import messages
from cnnlib.grading.notebook import Notebook, notebook_of, wanted
from cnnlib.grading.process import OUT_OF_MEMORY, Ended, Limits, Process
from cnnlib.grading.reading import Unreadable
from cnnlib.grading.sandbox import Launcher

MOST_STARTS = 12
READ_SECONDS = 10.0
KILLED = "SIGKILL"  # by the student's own code, or by the system when the memory runs out
CALL_SHARE, CELL_SHARE = 1 / 6, 1 / 8  # of the time that is left: what hangs leaves some for all that comes after it


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
    """The student's side of one notebook.

    Of a cell that ends the process or the time only the definitions are taken when it is started again.

    Attributes:
        doubtful: did the time run out over something that had little of the processor, or did the system end a process?
            Other notebooks may have been the reason.
    """

    def __init__(self, launcher: Launcher, limits: Limits) -> None:
        self.launcher, self.limits = launcher, limits
        self.cells: list[tuple[int, str, bool]] = []  # number, source, and whether it only defines
        self.hung: set[str] = set()  # functions that ran out of time
        self.starts, self.reason, self.doubtful, self.given = 0, "", False, False
        self.cell_seconds = limits.cell  # a notebook with one endless cell has others: they call the same function
        self.process: Process | None = None
        self.until = time.monotonic() + limits.notebook

    def read(self, data: bytes) -> Notebook:
        """What is in a notebook's file. Raises Unreadable and Stopped."""
        process = self._ready()
        try:
            process.send({"notebook": True, "wanted": wanted(), "seconds": READ_SECONDS}, READ_SECONDS, data)
            message, numbers = process.receive(READ_SECONDS)
        except Ended as problem:
            self._gone(problem)
            raise Unreadable(f"not read: {problem}") from None
        if not self.launcher.settings["fork"]:
            self.close()  # it has modules now that a student's code should not find
        if "ended" in message:
            self._doubt(process, message.get("late") is True, _text(message["ended"]))
            raise Unreadable(f"not read: {_text(message['ended']) or 'its process ended'}")
        return notebook_of(message, numbers)

    def run(self, number: int, source: str) -> str:
        """Run a cell; "" or the last line of its traceback. Raises Stopped."""
        ran = None
        while ran is None:
            self._ready()
            ran = self._run(number, source)
        if ran.late:
            self.cell_seconds = min(self.cell_seconds, max(1.0, self.limits.cell / messages.HURRY))
        self.cells.append((number, source, ran.late or self.process is None))
        return ran.error

    def answers(self, name: str, calls: Sequence[Call]) -> list[Answer] | None:
        """What the student's `name` answers, one Answer a call; None if there is no such name. Raises Stopped.

        A call that ends its fork costs its own answer, and another fork goes on with the next call. After three calls
        that ran out of time, or the end of the whole process, the others are not asked.
        """
        answers: list[Answer] = []
        late = 0
        self.given |= any(callable(value) for args, kwargs in calls for value in (*args, *kwargs.values()))
        while len(answers) < len(calls) and late < messages.MOST_LATE:
            process = self._ready()
            seconds = min(self.limits.call, CALL_SHARE * (self.until - time.monotonic()))
            if late or name in self.hung:
                seconds /= messages.HURRY
            try:
                for reply in self._ask(process, name, calls[len(answers) :], seconds):
                    if reply is None:
                        return None
                    answers.append(reply.answer)
                    late += reply.late
            except Ended:
                continue
            if self.process is None:
                break
        if late:
            self.hung.add(name)
        return answers + [answers[-1]] * (len(calls) - len(answers))

    def forget(self) -> None:
        """Go on in a new process if this one was given functions: they may be answers to other exercises."""
        if self.given:
            self.close()
        self.given = False

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
                self.process = Process(self.launcher, self.limits.stop, self.until, self.limits.notebook)
            except Ended as problem:
                self.reason, self.doubtful = str(problem), True
                continue
            for cell in list(self.cells):
                ran = self._run(*cell)
                if self.process is None:
                    if ran is not None:
                        number, source, briefly = cell
                        here = self.cells.index(cell)
                        self.cells[here : here + 1] = [] if briefly else [(number, source, True)]
                    break
        self._stop_if_due()
        return self.process

    def _run(self, number: int, source: str, briefly: bool = False) -> Ran | None:
        """What the cell came to; None if it was not run, since the process ended over something earlier."""
        assert self.process
        process = self.process
        seconds = min(self.cell_seconds, CELL_SHARE * (self.until - time.monotonic()))
        request = {"cell": number, "source": source, "seconds": seconds, "briefly": briefly}
        try:
            process.send(request, seconds)
            message, _ = process.receive(seconds)
        except Ended as problem:
            self._gone(problem)
            return None if problem.earlier else Ran(self.reason, problem.late)
        except messages.WireError as problem:
            return Ran(f"the cell is {problem}")
        if "spoilt" in message:
            self.close()
            return Ran(_text(message["spoilt"]))
        ran = Ran(_text(message.get("error")), message.get("late") is True)
        self._doubt(process, ran.late)
        return ran

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
                ended = _text(message.get("ended"))
                self._doubt(process, late, ended)
                if "ended" in message:
                    if KILLED in ended and process.out_of_memory():
                        ended = OUT_OF_MEMORY
                    yield Reply(Answer(error=ended or "the process ended"), late)
                    return
                yield Reply(answer_of(message, data, {*range(len(args)), *kwargs}), late)
        except Ended as problem:
            self._gone(problem)
            if problem.earlier:
                raise
            yield Reply(Answer(error=self.reason), problem.late)

    def _doubt(self, process: Process, late: bool, ended: str = "") -> None:
        self.doubtful |= (late and process.starved()) or (KILLED in ended and not process.out_of_memory())

    def _gone(self, problem: Ended) -> None:
        """The process is no more. Raises Stopped if nothing more is to be started."""
        if self.process:
            self._doubt(self.process, problem.late)
        self.close()
        self.reason = str(problem)
        self._stop_if_due()

    def _stop_if_due(self) -> None:
        if self.limits.stop.is_set():
            raise Interrupted("interrupted")
        if time.monotonic() >= self.until:
            self.doubtful = True
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
