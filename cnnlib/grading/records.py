"""What is kept while a class is graded, so that a run that was stopped goes on: one small file for each notebook.

A record's name is a hash of all that decides about its points: the notebook's bytes, the course, the seed, the limits.
So nothing has to be compared: whatever changed has no record yet. Every file is whole or not there.

    FOLDER/records/state.json            the seed, whether the run came to its end, which tables are its own
    FOLDER/records/<hash>.json           what one notebook came to
"""

import contextlib
import hashlib
import json
import os
import platform
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import cnnlib
from cnnlib.checks import Finding, Verdict
from cnnlib.grading.marking import Graded
from cnnlib.grading.submissions import Submission

FOLDER, STATE = "records", "state.json"
UNFINISHED = ".cnnlib-"  # begins the name of what is not whole yet
KEPT = ("status", "lecture", "doubtful", "others", "read", "seconds")  # of Graded, as they are in a record
JUDGING = (".", "checks", "exercises", "slips", "grading")  # packages whose code decides about points


@dataclass(frozen=True)
class Rules:
    """What decides about the points of a notebook besides what is in it."""

    seed: int
    seconds: float  # for one call
    plain: bool  # without a sandbox
    course: str

    def key(self, submission: Submission, data: bytes) -> str:
        """The name of a notebook's record. Its file's name matters only where no lecture is found in it."""
        about = json.dumps([asdict(self), submission.lecture]).encode()
        return hashlib.sha256(about + b"\n" + data).hexdigest()[:40]


@dataclass(frozen=True)
class State:
    """How far the run in a folder has come."""

    seed: int | None = None
    running: bool = False  # it has not come to its end yet
    drafts: tuple[str, ...] = ()  # digests of its tables and pages so far, which it may replace
    final: tuple[str, ...] = ()  # of those that an earlier run finished


@cache
def course() -> str:
    """A hash of the code that judges, and of what it is run with."""
    here = Path(cnnlib.__file__).parent
    found = hashlib.sha256(" ".join([*platform.python_version_tuple()[:2], np.__version__]).encode())
    for path in sorted(path for package in JUDGING for path in (here / package).glob("*") if path.is_file()):
        found.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


# ---------------------------------------------------------------- files


def put(path: Path, text: str) -> None:
    """Write a file whole, or leave the one that is there, whatever happens meanwhile."""
    new = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        with new.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Names that were given in a folder outlast a power cut, where the system can say so."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def digest(files: Mapping[str, bytes]) -> str:
    """Of a file, {"": its bytes}, or of all files in a folder."""
    found = hashlib.sha256()
    for name, data in sorted(files.items()):
        found.update(f"{name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def digest_of(path: Path) -> str:
    """The same of what is on disk."""
    inside = sorted(path.rglob("*")) if path.is_dir() else [path]
    return digest({one.relative_to(path).as_posix().strip("."): one.read_bytes() for one in inside if one.is_file()})


# ---------------------------------------------------------------- the run


def state_in(out: Path) -> State:
    told = _read(out / FOLDER / STATE)
    try:
        return State(told["seed"], told["running"], tuple(told["drafts"]), tuple(told["final"]))
    except (KeyError, TypeError):
        return State()


def save_state(out: Path, state: State) -> None:
    put(out / FOLDER / STATE, json.dumps(asdict(state)))


def seed_for(earlier: State, seed: int | None, force: bool) -> int:
    """The one given by hand; else that of the run that goes on; else a new one."""
    if seed is not None:
        return seed
    return secrets.randbits(32) if earlier.seed is None or begins_anew(earlier, force) else earlier.seed


def begins_anew(earlier: State, force: bool) -> bool:
    """With --force everything is graded again, but a run that was stopped goes on first."""
    return force and not earlier.running


def begin(out: Path, earlier: State, seed: int, force: bool) -> State:
    """Clear away what a run that was killed left half done, and all records if a new run begins."""
    (out / FOLDER).mkdir(exist_ok=True)
    for path in [*out.glob(f"{UNFINISHED}*"), *(out / FOLDER).glob(f"{UNFINISHED}*")]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    state = replace(earlier, seed=seed, running=True)
    if begins_anew(earlier, force):
        for path in (out / FOLDER).glob("*.json"):
            path.unlink(missing_ok=True)
    save_state(out, state)
    return state


# ---------------------------------------------------------------- notebooks


def save(out: Path, key: str, one: Graded) -> None:
    """Keep what a notebook came to; a fault of the grader is not kept, so that the next run tries again."""
    if one.failed:
        return
    told = {name: getattr(one, name) for name in KEPT}
    told["shingles"] = [[name, numbers.hex()] for name, numbers in one.shingles]
    told["verdicts"] = [asdict(verdict) for verdict in one.verdicts]
    put(out / FOLDER / f"{key}.json", json.dumps(told))


def load(out: Path, key: str, submission: Submission) -> Graded | None:
    """What a notebook came to, if it is known."""
    told = _read(out / FOLDER / f"{key}.json")
    try:
        verdicts = tuple(_verdict(**verdict) for verdict in told["verdicts"])
        shingles = tuple((name, bytes.fromhex(code)) for name, code in told["shingles"])
        kept = {name: told[name] for name in KEPT} | {"seconds": float(told["seconds"])}
        return Graded(submission, verdicts=verdicts, shingles=shingles, **kept)
    except (KeyError, TypeError, ValueError):
        return None


def _verdict(findings: Iterable[dict[str, Any]], notes: Any, hints: Any, **told: Any) -> Verdict:
    found = tuple(Finding(**{**finding, "rows": _pairs(finding["rows"])}) for finding in findings)
    return Verdict(findings=found, notes=_pairs(notes), hints=tuple(hints), **told)


def _pairs(rows: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in rows)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
