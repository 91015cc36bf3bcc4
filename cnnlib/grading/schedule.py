"""Notebooks handed to anything that is a concurrent.futures.Executor: threads here, or a Dask cluster.

Few are handed out at once, so that few are held in memory. What is known already is not asked again, and what another
notebook may have cost a point is asked once more, alone.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from cnnlib.exercises import lectures
from cnnlib.grading import records
from cnnlib.grading.marking import Graded, failure, ungraded
from cnnlib.grading.process import Limits
from cnnlib.grading.reading import Unreadable
from cnnlib.grading.records import Rules
from cnnlib.grading.report import Refused
from cnnlib.grading.submissions import Submission

LAST_SECONDS = 5.0  # for what runs on when everything is stopped


class Task(NamedTuple):
    """One notebook, as plain data."""

    submission: Submission
    data: bytes
    rules: Rules
    key: str  # of its record


Work = Callable[[Task], Graded | None]  # None if it was stopped


@dataclass(frozen=True)
class Hands:
    """Who does the work."""

    executor: Executor
    work: Work
    most: Callable[[], int]  # notebooks that may be handed out at once
    stop: Callable[[], None]  # tells those that are running to end
    held: str  # what holds students' code meanwhile, for people

    def carry_out(self, tasks: Iterable[Task], done: Callable[[Task, Graded], None]) -> None:
        """Do all tasks; `done` hears of each. Raises KeyboardInterrupt when all that was running has ended."""
        tasks, out = iter(tasks), dict[Future[Graded | None], Task]()
        try:
            while True:
                for task in islice(tasks, max(0, self.most() - len(out))):
                    out[self.executor.submit(self.work, task)] = task
                if not out:
                    return
                ended, _ = wait(out, timeout=1, return_when=FIRST_COMPLETED)  # Windows hears Ctrl-C in between
                for future in ended:
                    _collect(future, out.pop(future), done)
        except KeyboardInterrupt:
            self.stop()
            running = [future for future in out if not future.cancel()]
            for future in wait(running, timeout=LAST_SECONDS).done:
                _collect(future, out[future], done)
            raise


def _collect(future: Future[Graded | None], task: Task, done: Callable[[Task, Graded], None]) -> None:
    try:
        one = future.result()
    except Refused:
        raise
    except Exception as problem:  # the machine that had it is gone, or the like
        one = ungraded(task.submission, failure(problem), doubtful=True, failed=True)
    if one:
        done(task, one)


class Class:
    """The notebooks of a class, and what is known of each.

    Attributes:
        kept: how many were known from an earlier run.
        anew: how many were graded in this one.
    """

    def __init__(self, found: Sequence[Submission], out: Path, rules: Rules) -> None:
        self.found, self.out, self.rules = found, out, rules
        self.known: dict[Submission, Graded] = {}
        self.saved: set[str] = set()  # keys of this run: the same notebook need not be run twice
        self.kept = self.anew = 0
        self.spent: dict[str, dict[str, float]] = {}  # student -> key -> seconds that it took
        self.most = len(lectures()) * Limits.of(rules.seconds).notebook  # of these seconds

    def graded(self) -> list[Graded]:
        """In the order in which they were found, as far as it went."""
        return [self.known[submission] for submission in self.found if submission in self.known]

    def grade(self, hands: Hands, heard: Callable[[], None]) -> None:
        """Grade what is not known yet. Raises KeyboardInterrupt; what was done until then is kept.

        Args:
            heard: called after each.
        """
        alone = hands.most() == 1

        def first(task: Task, one: Graded) -> None:
            self._keep(task, replace(one, doubtful=one.doubtful and not alone))
            self.anew += 1
            bar.update()
            heard()

        def again(task: Task, one: Graded) -> None:
            earlier = self.known[task.submission]
            better = max(one, earlier, key=lambda each: each.points)
            self._keep(task, replace(better, doubtful=False, seconds=earlier.seconds + one.seconds))
            bar.update()
            heard()

        with tqdm(total=len(self.found), desc="grade", unit="notebook", disable=None, leave=False) as bar:
            hands.carry_out(self._left(self.found, bar), first)
        doubtful = [one.submission for one in self.graded() if one.doubtful]
        with tqdm(total=len(doubtful), desc="again, alone", unit="notebook", disable=None, leave=False) as bar:
            replace(hands, most=lambda: 1).carry_out(self._left(doubtful, bar, doubted=True), again)

    def _left(self, submissions: Sequence[Submission], bar: tqdm, doubted: bool = False) -> Iterator[Task]:
        """What is to be graded; the rest is known afterwards.

        Args:
            doubted: is what was doubtful graded again?
        """
        for submission in submissions:
            task = self._task(submission)
            if task and (one := records.load(self.out, task.key, submission)) and not (doubted and one.doubtful):
                self._know(task, one)
                self.kept += task.key not in self.saved
            elif task and (why := self._too_long(submission)):
                self.known.setdefault(submission, ungraded(submission, why))
            elif task:
                yield task
                continue
            bar.update()

    def _too_long(self, submission: Submission) -> str:
        """Why no more of this student's is run, or nothing: all may take as long as a notebook of each lecture may."""
        spent = sum(self.spent.get(submission.student, {}).values())
        return f"not graded: this student's other notebooks took more than {self.most:g} s" if spent > self.most else ""

    def _task(self, submission: Submission) -> Task | None:
        """None if it cannot be read: that is all that there is to know of it."""
        try:
            data = submission.read()
        except Unreadable as problem:
            self.known[submission] = ungraded(submission, str(problem))
            return None
        return Task(submission, data, self.rules, self.rules.key(submission, data))

    def _know(self, task: Task, one: Graded) -> None:
        self.known[task.submission] = replace(one, submission=task.submission)
        self.spent.setdefault(task.submission.student, {})[task.key] = one.seconds

    def _keep(self, task: Task, one: Graded) -> None:
        self._know(task, one)
        with contextlib.suppress(OSError):  # a full disk costs the record, and no points
            records.save(self.out, task.key, one)
            self.saved.add(task.key)
