"""How a student's process is started: inside bubblewrap, or as a plain process with limits if that is asked for.

Inside bubblewrap there is the interpreter, its libraries, an empty /tmp and nothing else: no network, no other process,
no home, no course, no submission, nothing that can be written to and outlives the process.
"""

import itertools
import os
import platform
import py_compile
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import cnnlib
from cnnlib.grading import cgroup, seccomp

INSIDE = ("alarm", "cells", "isolation", "messages", "placeholders", "reading", "runner", "shingles")
KIT = ("checks/calling.py", *(f"grading/{name}.py" for name in INSIDE))
START = (
    "import json, sys; settings = json.loads(sys.argv[1]); sys.path[:0] = [settings['kit']]; "
    "sys.path += settings['sites']; from cnnlib.grading.runner import main; main()"
)
LIBRARIES = (
    *("/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/local/lib"),
    *("/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/alternatives"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
ENVIRONMENT = {
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
LIMITS = {
    "RLIMIT_AS": 2 << 30,
    "RLIMIT_CPU": 600,
    "RLIMIT_FSIZE": 16 << 20,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_CORE": 0,
}
MOST_TASKS = 64  # processes and threads, as the system counts them
SCRATCH = 64 << 20  # bytes that /tmp may hold
SHARED = 16 << 20  # bytes that /dev/shm may hold: multiprocessing keeps its locks there
FIRST_UID = 1_610_612_736  # far above all users of a system
# Join the control groups, one a line; then become bubblewrap, with the filter of system calls as file 9.
BEFORE = 'IFS="\n"; for entrance in $ENTRANCES; do echo $$ > "$entrance"; done 2> /dev/null; exec "$@" 9< "$FILTER"'
_uids = itertools.count(FIRST_UID + os.getpid() % 100_000 * 1000)


@dataclass(frozen=True)
class Launcher:
    """One way to start a student's process."""

    command: tuple[str, ...]
    settings: dict[str, Any]
    sandboxed: bool
    drops_root: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    places: cgroup.Places = field(default_factory=cgroup.Places)  # where each process gets a control group of its own
    held: str = ""  # what holds it, for people

    def arguments(self) -> dict[str, Any]:
        """What runner.main is told: each process gets a user id of its own, so that each has its own count of 64."""
        return self.settings | {"uid": next(_uids) if self.drops_root else None}


def pack_kit(folder: Path) -> Path:
    """Copy the few files that the student's side needs, compiled, into `folder`, and return it."""
    for name in KIT:
        target = folder / "cnnlib" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(cnnlib.__file__).parent / name, target)
        py_compile.compile(str(target), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for package in (".", "checks", "grading"):
        (folder / "cnnlib" / package / "__init__.py").touch()
    return folder


def unsandboxed(kit: Path) -> Launcher:
    """A plain process: with limits where the system has them, but it may read and write what you may."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    here = {name: str(kit) for name in ("HOME", "TMPDIR", "TEMP")}
    return Launcher(
        command=_interpreter(),
        settings=_settings(str(kit), dict(LIMITS), alone=False),
        sandboxed=False,
        held="not sandboxed",
        environment=kept | ENVIRONMENT | here,
    )


def sandboxes(kit: Path, hidden: list[Path]) -> Iterator[Launcher]:
    """The ways to use bubblewrap on this machine, best first; none if it is not installed.

    Args:
        hidden: folders that must not be seen even where they lie under a library's folder.
    """
    bwrap = shutil.which("bwrap")
    if sys.platform != "linux" or bwrap is None:
        return
    told = subprocess.run([bwrap, "--help"], capture_output=True, check=False).stdout
    sized = ["--size", str(SCRATCH)] if b"--size" in told else []
    readable = ["--perms", "0755"] if sized else []  # left to itself, bwrap makes folders for its own user alone
    machine, places = seccomp.machine(), cgroup.places()
    program = kit / "filter"
    program.write_bytes(seccomp.program(machine) if machine else b"")
    held = f"bubblewrap, {'filter of system calls' if machine else 'no filter of system calls'}, "
    held += f"control group ({', '.join(places.limits)})" if places.limits else "no control group"
    common = [
        *(("--seccomp", "9") if machine else ()),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
        *(["--perms", "1777"] if sized else []),
        *(*sized, "--tmpfs", "/tmp"),
        *(*readable, "--dir", "/dev", *(word for device in DEVICES for word in ("--dev-bind", device, device))),
        *((*("--perms", "1777", "--size", str(SHARED)), "--tmpfs", "/dev/shm") if sized else ()),
        *_mounts(kit, hidden, readable),
        *("--remount-ro", "/", "--chdir", "/tmp", "--"),
        *_interpreter(),
    ]
    before = ("/bin/sh", "-c", BEFORE, "sh")
    # A user namespace would still count as root towards the limit of processes: root gives its rights up inside.
    namespaces = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    capabilities = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    limits = LIMITS | {"RLIMIT_NPROC": MOST_TASKS}
    environment = {"FILTER": str(program)}
    if os.geteuid() == 0 and sized:
        command = (*before, bwrap, *namespaces, *capabilities, *common)
        yield Launcher(command, _settings("/course", limits, alone=True), True, True, environment, places, held)
    limits = limits if _counts_by_namespace() else LIMITS
    command = (*before, bwrap, "--unshare-all", *common)
    yield Launcher(command, _settings("/course", dict(limits), alone=True), True, False, environment, places, held)


def _settings(kit: str, limits: dict[str, int], alone: bool) -> dict[str, Any]:
    return {
        "kit": kit,
        "sites": [str(site) for site in _sites()],
        "limits": limits,
        "alone": alone,
        "fork": sys.platform == "linux",  # macOS has fork, but its linear algebra does not survive one
        "public": list(cnnlib.__all__),
    }


def _interpreter() -> tuple[str, ...]:
    return (str(_executable()), "-I", "-S", "-X", "utf8", "-c", START)


def _executable() -> Path:
    """The interpreter itself, not a virtual environment's link to it."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def _sites() -> list[Path]:
    """Where packages are installed: never the checkout, even if cnnlib is imported from there."""
    named = [Path(path) for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    found = [path.resolve() for path in [*named, Path(np.__file__).parents[1]] if path.is_dir()]
    return list(dict.fromkeys(found))


def _mounts(kit: Path, hidden: list[Path], readable: list[str]) -> list[str]:
    """bwrap's arguments for what can be read, outer folders before those inside them."""
    libraries = [Path(name) for name in LIBRARIES if Path(name).exists()]
    seen = {path for path in libraries if not path.is_symlink()} | {_executable(), *_sites()}
    if (prefix := Path(sys.base_prefix).resolve()) not in (Path("/"), Path("/usr"), Path("/usr/local")):
        seen.add(prefix)
    here = Path(cnnlib.__file__).resolve().parent
    course = [here, *(site / "cnnlib" for site in _sites()), *prefix.glob("lib/python*/site-packages/cnnlib")]
    unseen = {path.resolve() for path in [*hidden, *course, here.parent] if path.is_dir()}
    unseen = {path for path in unseen if path not in seen and any(outer in path.parents for outer in seen)}
    words = [word for link in libraries if link.is_symlink() for word in ("--symlink", os.readlink(link), str(link))]
    made = {Path("/"), Path("/tmp"), *seen, *unseen}
    for path in sorted(seen | unseen, key=lambda path: path.parts):
        for outer in reversed(path.parents):
            around = next((one for one in outer.parents if one in seen | unseen), None)
            if outer not in made and around not in seen:  # it is in nothing that is bound, so it has to be made
                words += [*readable, "--dir", str(outer)]
                made.add(outer)
        words += [*readable, "--tmpfs", str(path)] if path in unseen else ["--ro-bind", str(path), str(path)]
    words += ["--ro-bind", str(kit), "/course"]
    return words + [word for path in unseen for word in ("--remount-ro", str(path))]


def _counts_by_namespace() -> bool:
    """Since Linux 5.14 the limit of processes counts those of the sandbox alone, before that all of the user's."""
    return [int(number) for number in re.findall(r"\d+", platform.release())[:2]] >= [5, 14]
