"""The ways to hold a student's process: all grade alike, each with its limits; without one nothing is graded."""

import os
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from grading.notebooks import (
    LECTURE,
    POSSIBLE,
    ROOT,
    graded,
    solved,
    text,
)
from grading.runs import run

from cnnlib.grading import sandbox
from cnnlib.grading.process import Limits
from cnnlib.grading.sandbox import Launcher, sandboxes, unsandboxed
from cnnlib.grading.student import Student

pytestmark = [pytest.mark.ci, pytest.mark.slow]


def ways(kit: Path) -> dict[str, Launcher]:
    plain = unsandboxed(kit)
    return {
        "bubblewrap, giving up root": next((way for way in sandboxes(kit, [ROOT]) if way.drops_root), plain),
        "bubblewrap, as a user": next((way for way in sandboxes(kit, [ROOT]) if not way.drops_root), plain),
        "a plain process": plain,
        "without fork, as on Windows": replace(plain, settings=plain.settings | {"fork": False}),
    }


WAYS = ("bubblewrap, giving up root", "bubblewrap, as a user", "a plain process", "without fork, as on Windows")


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_start_a_process_grades_alike(bwrap, kit, tmp_path, way):
    source = solved(
        first="import os\nos._exit(1)",
        conv1d_layer_forward="def conv1d_layer_forward(x, w, b, stride=1, padding=0):\n    while True: pass",
        conv1d_bias_gradient="def conv1d_bias_gradient(dy):\n    os._exit(1)",
        conv1d_weight_gradient="import os\ndef conv1d_weight_gradient(dy, x):\n    os.kill(os.getpid(), 9)",
        conv1d_weight_jacobian="def conv1d_weight_jacobian(x, K):\n    return 3",
    )
    done = graded(source, ways(kit)[way], tmp_path, Limits(call=0.3, cell=2))
    assert done.status == "graded"
    lost = {one.exercise: one.findings[0].reason for one in done.verdicts if not one.right}
    assert lost.pop("conv1d_layer_forward").startswith("TimeoutError: no answer within")
    assert lost.pop("conv1d_bias_gradient").startswith("the process ended")
    assert lost.pop("conv1d_weight_gradient").startswith("the process ended")
    assert list(lost) == ["conv1d_weight_jacobian"]


def test_root_is_given_up_for_a_user_who_may_do_nothing(launcher):
    """Only so does the limit of processes hold."""
    student = Student(launcher, Limits())
    source = """
import os, resource
def who():
    return os.getuid(), len(os.getgroups()), resource.getrlimit(resource.RLIMIT_NPROC)[0]
"""
    assert student.run(1, source) == ""
    [answer] = student.answers("who", [((), {})])
    student.close()
    if os.geteuid() == 0:
        assert answer.value[0] >= sandbox.FIRST_UID
        assert answer.value[1:] == (0, 64)
    else:
        assert answer.value[0] == os.geteuid()


BROKEN = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("", "bubblewrap) is not installed"),
        (BROKEN, "does not work here: bwrap: No permissions to create new namespace"),
    ],
)
def test_without_a_sandbox_every_result_says_so(tmp_path, program, why):
    submissions, programs = tmp_path / "submissions", tmp_path / "bin"
    submissions.mkdir()
    programs.mkdir()
    if program:
        (programs / "bwrap").write_text(program)
        (programs / "bwrap").chmod(0o755)
    (submissions / "alice.ipynb").write_text(text(solved()))
    (submissions / "bob.ipynb").write_text("{")
    with pytest.raises(FileNotFoundError):
        run(submissions, tmp_path / "out", path=str(programs))
    assert not list((tmp_path / "out").iterdir())
    done = run(submissions, tmp_path / "out", "--unsandboxed", path=str(programs))
    assert done.code == 0
    assert "with your rights" in done.warned
    assert done.total("alice") == {
        "student": "alice", "notebook": "alice.ipynb", "points": str(POSSIBLE), "possible": str(POSSIBLE),
        "status": "graded, unsandboxed", "lecture": LECTURE, "counts": "yes"
    }  # fmt: skip
    assert done.total("bob")["status"] == "not a notebook: not JSON, unsandboxed"


def test_the_memory_of_all_processes_together_is_limited(launcher):
    source = """
import os, time, numpy as np
def grow():
    os.fork(), os.fork()
    kept = [np.ones(2**24) for _ in range(8)]
    time.sleep(60)
"""
    student = Student(launcher, Limits(call=60, notebook=600))
    assert student.run(1, source) == ""
    [answer] = student.answers("grow", [((), {})])
    assert answer.error == "stopped: more than 2.5 GB of memory"
    student.close()


def test_the_number_of_processes_is_limited(launcher):
    source = """
import os, time
def grow():
    for _ in range(40):
        os.fork() or time.sleep(60)
    time.sleep(60)
"""
    student = Student(launcher, Limits(call=60, notebook=600))
    assert student.run(1, source) == ""
    [answer] = student.answers("grow", [((), {})])
    assert answer.error == "stopped: more than 32 processes"
    student.close()


def test_a_folder_is_hidden_inside_one_that_is_seen_and_the_other_way_round(bwrap, kit, monkeypatch):
    """As a checkout below the libraries' folder would be, with its own .venv in it."""
    hidden = Path(nbformat.__file__).resolve().parent
    monkeypatch.setattr(sandbox, "_sites", lambda: [hidden.parent, hidden / "v4"])
    for way in sandboxes(kit, [hidden]):
        student = Student(way, Limits())
        assert student.run(1, f"import os\nfrom os import listdir\nopen({str(hidden / 'v4' / '__init__.py')!r})") == ""
        [answer] = student.answers("listdir", [((str(hidden),), {})])
        assert answer.value == ["v4"]
        student.close()
