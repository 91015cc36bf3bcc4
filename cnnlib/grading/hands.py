"""Who does the work: threads here, each with a student's process at a time, in the best sandbox that works here."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cnnlib.grading.marking import Graded, grade_notebook
from cnnlib.grading.process import MOST_MEMORY, Ended, Limits, Process
from cnnlib.grading.report import Refused
from cnnlib.grading.sandbox import Launcher, pack_kit, sandboxes, unsandboxed
from cnnlib.grading.schedule import Hands, Task

KIT = "cnnlib-kit-"  # begins the names of folders with what a student's process needs

REFUSAL = """\
There is no sandbox. {why}
On Linux, install the package bubblewrap; elsewhere, grade in a container or a virtual machine. With --unsandboxed
students' code runs with your rights: it can read and change your files, and use the network.
"""


def kit_folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder for a kit. Those that a grader left which was killed are removed, where /proc tells."""
    prefix = KIT
    with contextlib.suppress(OSError):
        prefix += f"{os.stat('/proc/self/ns/pid').st_ino}-"  # a container may share the folder and not the processes
        for old in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            if not Path("/proc", old.name.removeprefix(prefix).split("-")[0]).exists():
                shutil.rmtree(old, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-", ignore_cleanup_errors=True)


def choose(folder: Path, plain: bool, hidden: list[Path], limits: Limits) -> Launcher:
    """How a student's process is started: the best sandbox that works here. Raises Refused if there is none.

    Args:
        folder: a new one, for the files that such a process needs.
        plain: without a sandbox.
    """
    kit = pack_kit(folder)
    if plain:
        return unsandboxed(kit)
    why = "The program bwrap (bubblewrap) is not installed."
    for launcher in sandboxes(kit, hidden):
        try:
            Process(launcher, limits.stop).close()
        except Ended as problem:
            why = f"bubblewrap does not work here: {problem}"
        else:
            return launcher
    raise Refused(REFUSAL.format(why=why).strip())


@contextlib.contextmanager
def here(plain: bool, hidden: list[Path], seconds: float, jobs: int) -> Iterator[Hands]:
    """This machine.

    Args:
        hidden: folders that no student's process may see.
        jobs: notebooks at once; 0 for one a processor, as far as the memory goes.
    """
    limits = Limits.of(seconds)
    with (
        kit_folder() as folder,
        threads(choose(Path(folder), plain, hidden, limits), limits, jobs or _most_jobs()) as hands,
    ):
        yield hands


@contextlib.contextmanager
def threads(launcher: Launcher, limits: Limits, jobs: int) -> Iterator[Hands]:
    def work(task: Task) -> Graded | None:
        return grade_notebook(task.submission, launcher, limits, task.rules.seed, task.data)

    with ThreadPoolExecutor(jobs) as pool:  # one more task waits, so that no thread does
        yield Hands(pool, work, lambda: jobs + (jobs > 1), limits.stop.set, launcher.held)


def _most_jobs() -> int:
    """One a processor, if each may take all the memory that it is allowed."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        told = dict(line.split()[:2] for line in Path("/proc/meminfo").read_text().splitlines())
        free = 1024 * int(told["MemAvailable:"])
    except (OSError, KeyError, ValueError):  # not Linux
        return processors
    return max(1, min(processors, free // MOST_MEMORY))
