"""Many notebooks at once: none of them stops the others, and a run that is stopped goes on where it was."""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TextIO

from cnnlib.exercises import problems
from cnnlib.grading import changes, instructor, records, report
from cnnlib.grading.cluster import cluster
from cnnlib.grading.drafts import Tables
from cnnlib.grading.hands import here
from cnnlib.grading.likeness import likeness, rows
from cnnlib.grading.marking import Graded
from cnnlib.grading.pages import pages
from cnnlib.grading.process import Limits
from cnnlib.grading.records import Rules
from cnnlib.grading.roster import NO_ROSTER, Roster
from cnnlib.grading.schedule import Class
from cnnlib.grading.submissions import submissions_in
from cnnlib.grading.summary import in_words, summaries, to_json

CTRL_C = 130
NOTHING = instructor.Files()

WARNING = """\
WARNING: no sandbox, as asked for.
Students' code will run with your rights: it can read and change your files, and use the network. Every result is
marked "unsandboxed".
"""


def grade(
    folder: Path,
    out: Path,
    *,
    jobs: int = 0,
    seconds: float = Limits.call,
    seed: int | None = None,
    force: bool = False,
    plain: bool = False,
    html: bool = False,
    files: instructor.Files = NOTHING,
    scheduler: str | None = None,
) -> int:
    """Grade every notebook below `folder`; print a table and a summary, write the tables and results.json into `out`.

    Args:
        folder: the submissions, a zip of them, or one notebook; nothing is written there.
        out: made if need be. A run that was stopped there goes on. What an earlier one finished is kept under a number.
        force: grade everything anew, and keep tables that were changed since they were written under a number, too.
        jobs: notebooks at once; 0 for one a processor, as far as the memory goes.
        seconds: for one call of a student's function. A cell gets twice, a notebook eight times as much.
        seed: of the random inputs; by default a new one for every run, so that no student can know it.
        plain: run students' code without a sandbox.
        html: write a page for the class and one for each student as well.
        files: what the instructor gives along: a policy, points by hand, a roster, Moodle's worksheet.
        scheduler: the address of a Dask cluster that does the work.

    Returns:
        The exit code: 0 when every file was handled, 130 after Ctrl-C.

    Raises:
        report.Refused: the folders cannot be used, or a lecture cannot, or there is no sandbox.
    """
    started = time.perf_counter()
    if left_out := problems():
        raise report.Refused(f"A lecture of the course cannot be used: {'; '.join(left_out)}.")
    earlier = records.state_in(out)
    report.prepare(folder, out, force, {*earlier.drafts, *earlier.final})
    given, before = instructor.read(files, folder), changes.earlier(out)
    found = submissions_in(folder.resolve())
    if not found:
        raise report.Refused(f"There is no notebook in {folder}.")
    rules = Rules(records.seed_for(earlier, seed, force), seconds, plain, records.course())
    hidden, stopped = [*([folder] if folder.is_dir() else []), out], ""
    with here(plain, hidden, seconds, jobs) if scheduler is None else cluster(scheduler) as hands, _signals():
        if plain:
            say(WARNING, sys.stderr)
        try:
            tables = Tables(out, records.begin(out, earlier, rules.seed, force), force)
        except OSError as problem:
            raise report.Refused(f"{out} cannot be written to: {problem}.") from None
        handed_in = Class(found, out, rules)

        def so_far() -> tuple[list[Graded], list[str]]:
            return instructor.marked(given, remarked(handed_in.graded(), not plain, given.roster))

        try:
            handed_in.grade(hands, lambda: tables.draft(lambda: so_far()[0]))
        except KeyboardInterrupt as signalled:
            stopped = str(signalled) or "Ctrl-C"
    graded, said = so_far()
    say(report.table(graded))
    for lecture in summaries(graded):
        say(f"\n{in_words(lecture)}")
    alike = likeness(graded)
    results = {"seed": rules.seed, "finished": not stopped, **to_json(graded)}
    more = {"results.json": json.dumps(results, indent=1), "likeness.csv": report.in_csv(rows(alike))}
    more |= pages(graded, alike) if html else {}
    if before is not None and not stopped:
        changed, told = changes.changes(before, changes.points(results))
        more |= {"changes.csv": report.in_csv(changed)} if len(changed) > 1 else {}
        said += told
    asked_for, more_said = instructor.tables(given, graded)
    for sentence in said + more_said:
        say(report.plain(sentence))
    if alike:
        say(f"\nlikeness.csv: {len(alike)} to look at, since their code is much alike; no points depend on it")
    took = time.perf_counter() - started
    say(f"\n{len(handed_in.known)} of {len(found)} in {took:.1f} s, seed {rules.seed}, {hands.held}")
    if handed_in.kept:
        say(f"Graded by an earlier run and unchanged: {handed_in.kept}. Graded by this one: {handed_in.anew}.")
    elif earlier.final and handed_in.anew and not force:
        say("Nothing of the earlier run was kept: the course, the seed, the limits or all notebooks have changed.")
    try:
        written = tables.last(graded, more | asked_for, finished=not stopped)
    except OSError as problem:
        raise report.Refused(f"The tables could not be written: {problem}. The table above is all there is.") from None
    unchanged = f"Nothing in {out} has changed. Use --force to grade everything anew."
    say(f"{out}: {', '.join(path.name for path in written)}" if written else unchanged)
    if stopped:
        say(f"Stopped by {stopped}: the tables hold what is graded so far. The same command goes on.", sys.stderr)
        return CTRL_C
    for sentence in instructor.elsewhere(files, graded):
        say(report.plain(sentence))
    return 0


def say(text: str, stream: TextIO | None = None) -> None:
    """Print it. Where nobody reads on, as behind `| head`, the rest is done in silence."""
    stream = stream or sys.stdout
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """What ends a program politely comes as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    polite = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    here = threading.current_thread() is threading.main_thread()  # only there can they be heard
    before = {number: signal.signal(number, interrupt) for number in polite} if here else {}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def remarked(graded: Sequence[Graded], sandboxed: bool, known: Roster = NO_ROSTER) -> list[Graded]:
    """With all that an instructor should know beside the points in the status, and which of several attempts counts.

    Args:
        known: the class. One person may have several names on several platforms.
    """
    attempts: dict[tuple[str, str], list[Graded]] = {}
    people = [_person(one, known) for one in graded]
    for person, one in zip(people, graded, strict=True):
        if one.lecture:
            attempts.setdefault((person, one.lecture), []).append(one)
    remarks = []
    for person, one in zip(people, graded, strict=True):
        attempted = attempts.get((person, one.lecture or ""), [one])
        latest = max(attempted, key=lambda attempt: attempt.rank)
        said = [one.status]
        claimed = one.submission.lecture
        said += [f"named {claimed}, holds {one.lecture}"] if one.lecture and claimed not in (None, one.lecture) else []
        said += [f"also holds {', '.join(one.others)}, which is not graded"] if one.others else []
        said += ["late"] if one.submission.late else []
        if len(attempted) > 1:
            said += [f"one of {len(attempted)} for this lecture", "counts" if one is latest else "does not count"]
        said += [] if sandboxed else ["unsandboxed"]
        remarks.append(replace(one, status=", ".join(said), counts=one is latest))
    return remarks


def _person(one: Graded, known: Roster) -> str:
    """Whose it is, or the whole team's."""
    people, strangers = known.who(one.submission)
    return " and ".join(people) if people and not strangers else one.submission.student
