"""Many notebooks at once: none of them stops the others, and Ctrl-C keeps what is done."""

import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from cnnlib.exercises import problems
from cnnlib.grading import instructor, report
from cnnlib.grading.changes import changes, earlier, points
from cnnlib.grading.marking import Graded, grade_notebook
from cnnlib.grading.pages import pages
from cnnlib.grading.process import MOST_MEMORY, Ended, Limits, Process
from cnnlib.grading.sandbox import Launcher, pack_kit, sandboxes, unsandboxed
from cnnlib.grading.submissions import Submission, submissions_in
from cnnlib.grading.summary import in_words, summaries, to_json

CTRL_C = 130
NOTHING = instructor.Files()

WARNING = """\
WARNING: no sandbox, as asked for.
Students' code will run with your rights: it can read and change your files, and use the network. Every result is
marked "unsandboxed".
"""
REFUSAL = """\
There is no sandbox. {why}
On Linux, install the package bubblewrap; elsewhere, grade in a container or a virtual machine. With --unsandboxed
students' code runs with your rights: it can read and change your files, and use the network.
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
) -> int:
    """Grade every notebook below `folder`; print a table and a summary, write the tables and results.json into `out`.

    Args:
        folder: the submissions, a zip of them, or one notebook; nothing is written there.
        out: made if need be. Tables of an earlier run are kept beside the new ones with `force`, refused without.
        jobs: notebooks at once; 0 for one a processor, as far as the memory goes.
        seconds: for one call of a student's function. A cell gets twice, a notebook eight times as much.
        seed: of the random inputs; by default a new one for every run, so that no student can know it.
        plain: run students' code without a sandbox.
        html: write a page for the class and one for each student as well.
        files: what the instructor gives along: a policy, points by hand, a roster, Moodle's worksheet.

    Returns:
        The exit code: 0 when every file was handled, 130 after Ctrl-C.

    Raises:
        report.Refused: the folders cannot be used, or a lecture cannot, or there is no sandbox.
    """
    started = time.perf_counter()
    if left_out := problems():
        raise report.Refused(f"A lecture of the course cannot be used: {'; '.join(left_out)}.")
    report.prepare(folder, out, force)
    given, before = instructor.read(files, folder), earlier(out)
    found = submissions_in(folder.resolve())
    if not found:
        raise report.Refused(f"There is no notebook in {folder}.")
    seed = secrets.randbits(32) if seed is None else seed
    limits = Limits(call=seconds, cell=2 * seconds, notebook=8 * seconds)
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as folder_of_kit:
        kit = pack_kit(Path(folder_of_kit))
        launcher = unsandboxed(kit) if plain else choose(kit, [*([folder] if folder.is_dir() else []), out], limits)
        if plain:
            print(WARNING, file=sys.stderr)
        graded = remarked(_grade(found, launcher, limits, seed, jobs or _most_jobs()), launcher.sandboxed)
    done = len(graded)
    graded, said = instructor.marked(given, graded)
    print(report.table(graded))
    for lecture in summaries(graded):
        print(f"\n{in_words(lecture)}")
    results = {"seed": seed, **to_json(graded)}
    more = {"results.json": json.dumps(results, indent=1)}
    more |= pages(graded) if html else {}
    if before is not None:
        rows, changed = changes(before, points(results))
        more |= {"changes.csv": report.in_csv(rows)} if len(rows) > 1 else {}
        said += changed
    tables, more_said = instructor.tables(given, graded)
    more |= tables
    for sentence in said + more_said:
        print(report.plain(sentence))
    took = time.perf_counter() - started
    print(f"\n{done} of {len(found)} in {took:.1f} s, seed {seed}, {launcher.held}")
    try:
        print(", ".join(map(str, report.write(graded, out, more))))
    except OSError as problem:
        raise report.Refused(f"The tables could not be written: {problem}. The table above is all there is.") from None
    for sentence in instructor.elsewhere(files, graded):
        print(report.plain(sentence))
    if done < len(found):
        print("Stopped by Ctrl-C: the others are not in these tables.", file=sys.stderr)
        return CTRL_C
    return 0


def choose(kit: Path, hidden: list[Path], limits: Limits) -> Launcher:
    """The best sandbox that works here; raises report.Refused if there is none."""
    why = "The program bwrap (bubblewrap) is not installed."
    for launcher in sandboxes(kit, hidden):
        try:
            Process(launcher, limits.stop).close()
        except Ended as problem:
            why = f"bubblewrap does not work here: {problem}"
        else:
            return launcher
    raise report.Refused(REFUSAL.format(why=why).strip())


def _grade(found: Sequence[Submission], launcher: Launcher, limits: Limits, seed: int, jobs: int) -> list[Graded]:
    """In the order of `found`, without what Ctrl-C left undone."""
    graded = _at_once(found, launcher, limits, seed, jobs)
    if jobs > 1 and (doubtful := [one.submission for one in graded.values() if one.doubtful]):
        for submission, alone in _at_once(doubtful, launcher, limits, seed, jobs=1).items():
            graded[submission] = max(alone, graded[submission], key=lambda one: one.points)
    return [graded[submission] for submission in found if submission in graded]


def _at_once(
    found: Sequence[Submission], launcher: Launcher, limits: Limits, seed: int, jobs: int
) -> dict[Submission, Graded]:
    with (
        ThreadPoolExecutor(jobs) as pool,
        tqdm(total=len(found), desc="grade", unit="notebook", disable=None, leave=False) as bar,
    ):
        futures = [pool.submit(grade_notebook, submission, launcher, limits, seed) for submission in found]
        left: set[Future[Graded | None]] = set(futures)
        try:
            while left:
                done, left = wait(left, timeout=1, return_when=FIRST_COMPLETED)  # Windows hears Ctrl-C in between
                bar.update(len(done))
        except KeyboardInterrupt:
            limits.stop.set()
            pool.shutdown(cancel_futures=True)
    graded = [one for future in futures if not future.cancelled() and (one := future.result())]
    return {one.submission: one for one in graded}


def remarked(graded: Sequence[Graded], sandboxed: bool) -> list[Graded]:
    """With all that an instructor should know beside the points in the status, and which of several attempts counts."""
    attempts: dict[tuple[str, str], list[Graded]] = {}
    for one in graded:
        if one.lecture:
            attempts.setdefault((one.submission.student, one.lecture), []).append(one)
    remarks = []
    for one in graded:
        attempted = attempts.get((one.submission.student, one.lecture or ""), [one])
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


def _most_jobs() -> int:
    """One a processor, if each may take all the memory that it is allowed."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        told = dict(line.split()[:2] for line in Path("/proc/meminfo").read_text().splitlines())
        free = 1024 * int(told["MemAvailable:"])
    except (OSError, KeyError, ValueError):  # not Linux
        return processors
    return max(1, min(processors, free // MOST_MEMORY))
