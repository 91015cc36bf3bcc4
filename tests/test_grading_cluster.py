"""The same work on a Dask cluster, or on any other executor."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from unittest import mock

import pytest
from conftest import need_module
from grading.notebooks import LECTURE, SEED
from test_grading_resume import POINTS, files, kept, points, right

from cnnlib.__main__ import main
from cnnlib.grading import cluster, records
from cnnlib.grading.records import Rules, State
from cnnlib.grading.schedule import Class, Hands
from cnnlib.grading.submissions import submissions_in

pytestmark = pytest.mark.ci

NAMES = [f"s{number}" for number in range(8)]
UNTIL = 600  # seconds in which all is certainly over, on a busy machine too


@pytest.fixture(scope="module")
def dask(bwrap):
    """A scheduler and two workers, each a process."""
    distributed = need_module("distributed")
    with (
        mock.patch.dict(os.environ),  # dask leaves MALLOC_TRIM_THRESHOLD_ there, and later tests count page faults
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as local,
        distributed.Client(local) as client,
    ):
        yield client


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.ipynb").write_text(right(name, "import time\ntime.sleep(0.3)"))
    return folder


def grade(folder: Path, out: Path, *options: str) -> int:
    return main(["grade", str(folder), "--out", str(out), "--seed", str(SEED), *options])


def test_a_worker_that_is_killed_loses_nothing_and_counts_nothing_twice(dask, submissions, tmp_path, capsys):
    there, here = tmp_path / "there", tmp_path / "here"
    killed = []

    def kill():
        until = time.monotonic() + UNTIL
        while len(kept(there)) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        [pid, *_] = dask.run(os.getpid).values()
        os.kill(pid, signal.SIGKILL)
        killed.append(len(kept(there)))

    killer = threading.Thread(target=kill)
    killer.start()
    assert grade(submissions, there, "--scheduler", dask.scheduler.address) == 0
    killer.join()
    assert 2 <= killed[0] < len(NAMES)
    assert points(there) == dict.fromkeys(NAMES, POINTS)
    assert len(kept(there)) == len(NAMES)
    assert f"on the Dask cluster at {dask.scheduler.address}" in capsys.readouterr().out
    assert grade(submissions, here, "--jobs", "1") == 0
    assert files(here) == files(there)


def test_a_worker_with_another_course_is_refused(dask, submissions, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "course", lambda: "another")
    assert grade(submissions, tmp_path / "out", "--scheduler", dask.scheduler.address) == 2
    assert "A worker of the cluster has another version" in capsys.readouterr().err
    assert kept(tmp_path / "out") == set()


def test_no_cluster_is_said_in_a_sentence(submissions, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    need_module("distributed")
    assert grade(submissions, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9") == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert grade(submissions, tmp_path / "out", "--scheduler", "nonsense://") == 2
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert grade(submissions, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9") == 2
    assert "--scheduler needs the package distributed" in capsys.readouterr().err


def test_dask_is_imported_only_for_a_cluster():
    code = "import cnnlib.grading.batch, cnnlib.__main__, sys; print({'dask', 'distributed'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_any_executor_will_do(bwrap, tmp_path):
    """What goes to a worker and back is plain data, which another process can have."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in NAMES[:3]:
        (folder / f"{name}.ipynb").write_text(right(name))
    handed_in = Class(submissions_in(folder), tmp_path, Rules(SEED, 2.5, False, records.course()))
    records.begin(tmp_path, State(), SEED, force=False)
    with ProcessPoolExecutor(1) as pool:
        handed_in.grade(Hands(pool, cluster.on_a_worker, lambda: 2, lambda: None, "another process"), lambda: None)
    assert [(one.lecture, one.points) for one in handed_in.graded()] == [(LECTURE, POINTS)] * 3


def test_an_executor_that_fails_is_named_and_its_notebooks_are_tried_again(bwrap, tmp_path):
    (tmp_path / "a.ipynb").write_text(right("a"))
    handed_in = Class(submissions_in(tmp_path), tmp_path, Rules(SEED, 2.5, False, records.course()))
    records.begin(tmp_path, State(), SEED, force=False)
    with ProcessPoolExecutor(1) as pool, contextlib.suppress(KeyboardInterrupt):
        handed_in.grade(Hands(pool, failing, lambda: 2, lambda: None, ""), lambda: None)
    [one] = handed_in.graded()
    assert one.status.startswith("not graded: the grader failed (RuntimeError('a machine is gone')")
    assert kept(tmp_path) == set()


def failing(task):
    raise RuntimeError("a machine is gone")
