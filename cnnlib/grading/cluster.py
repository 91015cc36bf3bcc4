"""A Dask cluster that exists already does the work: its workers need this course, and bubblewrap."""

import atexit
import contextlib
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from cnnlib.grading import records
from cnnlib.grading.hands import choose, kit_folder
from cnnlib.grading.marking import Graded, grade_notebook
from cnnlib.grading.process import Limits
from cnnlib.grading.report import Refused
from cnnlib.grading.sandbox import Launcher
from cnnlib.grading.schedule import Hands, Task

CONNECT_SECONDS = 10
_starting = threading.Lock()


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Hands]:
    """The cluster whose scheduler listens there; raises Refused if there is none."""
    try:
        from distributed import Client
    except ImportError:
        raise Refused("--scheduler needs the package distributed: pip install distributed") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as problem:
        raise Refused(f"No Dask scheduler answers at {address}: {problem}.") from None
    with client:
        executor = client.get_executor(pure=False)

        def most() -> int:  # a worker may come or go at any time
            return max(2, 2 * sum(client.nthreads().values()))

        held = f"on the Dask cluster at {address}"
        yield Hands(executor, on_a_worker, most, lambda: executor.shutdown(wait=False), held)


def on_a_worker(task: Task) -> Graded | None:
    """What a task comes to. Raises Refused if this worker would judge otherwise than who asks, or has no sandbox."""
    if task.rules.course != records.course():
        raise Refused("A worker of the cluster has another version of the course, of Python or of NumPy.")
    with _starting:
        launcher = _launcher(task.rules.plain)
    return grade_notebook(task.submission, launcher, Limits.of(task.rules.seconds), task.rules.seed, task.data)


@cache
def _launcher(plain: bool) -> Launcher:
    """Made once in each worker; the files that it needs go when the worker goes."""
    folder = kit_folder()
    atexit.register(folder.cleanup)
    try:
        return choose(Path(folder.name), plain, [], Limits())
    except Refused as problem:
        raise Refused(f"A worker of the cluster cannot grade. {problem}") from None
