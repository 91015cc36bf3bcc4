"""One notebook's process as a conversation: run this cell, answer these calls. It is started again when it dies."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnlib.checks import Answer, Call
from cnnlib.grading import messages
from cnnlib.grading.answers import answer_of, text_of
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
        self.starts, self.reason, self.doubtful = 0, "", False
        self.given_to = ""  # the last function that was called with functions of the course
        self.late_cells = 0
        self.process: Process | None = None
        self.until = time.monotonic() + limits.notebook
        self.idle_since = time.monotonic()

    def read(self, data: bytes) -> Notebook:
        """What is in a notebook's file. Raises Unreadable and Stopped."""
        with self._at_work():
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
                why = text_of(message["ended"])
                self._doubt(process, message.get("late") is True, why)
                raise Unreadable(f"not read: {why or 'its process ended'}")
            return notebook_of(message, numbers)

    def run(self, number: int, source: str) -> str:
        """Run a cell; "" or the last line of its traceback. Raises Stopped."""
        ran = None
        with self._at_work():
            while ran is None:
                self._ready()
                ran = self._run(number, source)
        if ran.late:
            self.late_cells += 1
        self.cells.append((number, source, ran.late or self.process is None))
        return ran.error

    def answers(self, name: str, calls: Sequence[Call]) -> list[Answer] | None:
        """What the student's `name` answers, one Answer a call; None if there is no such name. Raises Stopped.

        A call that ends its fork costs its own answer, and another fork goes on with the next call. After three calls
        that ran out of time, or the end of the whole process, the others are not asked.
        """
        answers: list[Answer] = []
        late = messages.MOST_LATE - 1 if name in self.hung else 0  # asked a second time, it hangs but once
        with self._at_work():
            self._apart(name, calls)
            while len(answers) < len(calls) and late < messages.MOST_LATE:
                process = self._ready()
                most = self.limits.call / (1 + len(self.hung - {name}))
                seconds = min(most, CALL_SHARE * (self.until - time.monotonic())) / (messages.HURRY if late else 1)
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

    def _apart(self, name: str, calls: Sequence[Call]) -> None:
        """No function is asked where another one was given functions of the course: they may be the answer here."""
        arguments = [value for args, kwargs in calls for value in (*args, *kwargs.values())]
        if arguments and self.given_to not in ("", name):
            if self.process:
                self.close()
                self.starts -= 1  # it did not end by itself
            self.given_to = ""
        if any(map(callable, arguments)):
            self.given_to = name

    def close(self) -> None:
        if self.process:
            self.process.close()
        self.process = None

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """The notebook's time runs only in here, not while others are judged or this one is."""
        self.until += time.monotonic() - self.idle_since
        if self.process:
            self.process.until = self.until
        try:
            yield
        finally:
            self.idle_since = time.monotonic()

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
        most = self.limits.cell / (1 + 4 * self.late_cells)  # where one cell is endless others call the same function
        seconds = min(most, CELL_SHARE * (self.until - time.monotonic()))
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
            return Ran(text_of(message["spoilt"]))
        ran = Ran(text_of(message.get("error")), message.get("late") is True)
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
                ended = text_of(message.get("ended"))
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
