"""The tables while a class is graded: what is there so far, so that a run that is killed leaves some."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cnnlib.grading import records, report
from cnnlib.grading.marking import Graded
from cnnlib.grading.records import State

SHARE = 0.05  # of the time at most goes into drafts


class Tables:
    """Writes the tables of one run into a folder. Drafts are replaced; what an earlier run finished gets a number."""

    def __init__(self, out: Path, state: State, force: bool) -> None:
        self.out, self.state, self.force = out, state, force
        self.next = 0.0

    def draft(self, graded: Callable[[], Sequence[Graded]]) -> None:
        """Write the tables of what is graded so far, every now and then."""
        started = time.monotonic()
        if started >= self.next:
            with contextlib.suppress(OSError):  # the last word is that of the whole tables
                self._write(graded(), {})
            ended = time.monotonic()
            self.next = ended + (ended - started) / SHARE

    def last(self, graded: Sequence[Graded], more: Mapping[str, str], finished: bool) -> list[Path]:
        """Write the tables and `more`; returns what was written."""
        written = self._write(graded, more)
        if finished:
            self._save(replace(self.state, running=False, drafts=(), final=self.state.drafts))
        return written

    def _write(self, graded: Sequence[Graded], more: Mapping[str, str]) -> list[Path]:
        drafts, final = self.state.drafts, self.state.final
        files = report.texts(graded, more)
        new = tuple(report.digests(files).values())
        self._save(replace(self.state, drafts=(*drafts, *new)))  # before: it may be killed at any point
        written = report.write(files, self.out, set(drafts) - set(final), self.force)
        self._save(replace(self.state, drafts=new, final=() if written else final))
        return written

    def _save(self, state: State) -> None:
        self.state = state
        records.save_state(self.out, state)
