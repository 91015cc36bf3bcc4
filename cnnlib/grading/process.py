"""One student's process, seen from outside: frames to and fro, and a watch on its time, memory and number."""

import contextlib
import json
import math
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from cnnlib.grading import messages
from cnnlib.grading.sandbox import Launcher

START_SECONDS = 30
GRACE = 2.0  # seconds in which the process may still say itself that something took too long
LOOK_EVERY = 0.05  # seconds between two looks at a process
MOST_MEMORY = 5 << 29  # bytes, of all processes of one notebook together
MOST_PROCESSES = 32
MOST_IN_GROUP = 128  # processes and threads together, for the control group
OUT_OF_MEMORY = f"stopped: more than {MOST_MEMORY / 2**30:g} GB of memory"
IN_USE = re.compile(r"^Rss(?:Anon|Shmem):\s*(\d+) kB", re.MULTILINE)


class Ended(Exception):
    """The process is no more; says why.

    Attributes:
        late: did the time run out?
        earlier: was it over something that was asked before and answered? What is asked now is not to blame then.
    """

    def __init__(self, reason: str, late: bool = False, earlier: bool = False) -> None:
        super().__init__(reason)
        self.late, self.earlier = late, earlier


@dataclass
class Limits:
    """How long a student's code may run, in seconds; `stop` ends every process at once."""

    call: float = 2.5
    cell: float = 5
    notebook: float = 20  # of processor time as well
    stop: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, call: float) -> "Limits":
        """Those of a notebook whose calls may take so many seconds."""
        return cls(call, 2 * call, 8 * call)


class Process:
    """Starts at once. Every method raises Ended once the process is gone, whoever ended it."""

    def __init__(
        self, launcher: Launcher, stop: threading.Event, until: float = math.inf, busy: float = math.inf
    ) -> None:
        """
        Args:
            until: when it is ended whatever it does, as time.monotonic() tells the time.
            busy: seconds of processor time that it may use.
        """
        self.sandboxed, self.stop, self.until, self.most_busy = launcher.sandboxed, stop, until, busy
        self.busy = 0.0  # seconds of processor time used so far
        self.reason, self.late = "", False
        self.tag: str | None = None  # of the request that is to be answered
        self.blamed: str | None = None  # the tag of the one that ended it
        self.over, self.ending = threading.Event(), threading.Lock()
        self._allow(START_SECONDS)
        self.group = launcher.places.group(MOST_MEMORY + (1 << 28), MOST_IN_GROUP)  # the watch names the reason first
        self.folder = "/" if launcher.sandboxed else tempfile.mkdtemp(dir=launcher.environment["TMPDIR"])
        try:
            self.popen = subprocess.Popen(
                [*launcher.command, json.dumps(launcher.arguments())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env=launcher.environment | {"ENTRANCES": "\n".join(self.group.entrances)},
                start_new_session=True,  # Ctrl-C is for the grader
            )
        except OSError as problem:
            self.group.remove()
            raise Ended(f"no process could be started: {problem.strerror}") from None
        self.requests, self.replies = cast(BinaryIO, self.popen.stdin), cast(BinaryIO, self.popen.stdout)
        threading.Thread(target=self._watch, daemon=True).start()
        try:
            self.receive(START_SECONDS)
        except Ended:
            said = cast(BinaryIO, self.popen.stderr).read(messages.TEXT_LIMIT).decode(errors="replace").strip()
            self.close()
            raise Ended(said.splitlines()[-1] if said else self.reason) from None
        for pid in family(self.popen.pid):  # if memory runs out, these go first
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/oom_score_adj").write_text("1000")

    def send(self, message: dict[str, Any], seconds: float, numbers: bytes | bytearray = b"") -> None:
        """Send a frame; a process that does not take it within so many seconds is ended."""
        self.tag = secrets.token_hex(8)  # nobody can have answered before
        frame = messages.pack(message | {"tag": self.tag}, numbers, messages.NOTEBOOK_LIMIT)
        self._allow(seconds)
        try:
            messages.send(self.requests, frame)
        except (OSError, ValueError):
            self.end("the process ended", self.tag)
            raise self._ended() from None

    def receive(self, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The next frame; a process that sends none within so many seconds, or sends anything else, is ended."""
        self._allow(seconds)
        try:
            message, numbers = messages.receive(self.replies)
            if message.get("tag") == self.tag:
                return message, numbers
            self.end("the process sent what nobody asked for", self.tag)
        except messages.WireError as problem:
            self.end(f"the process sent what is no answer ({problem})", self.tag)
        except (EOFError, OSError, ValueError):
            self.end("the process ended", self.tag)
        finally:
            self.deadline = math.inf
        raise self._ended()

    def end(self, reason: str, tag: str | None, late: bool = False) -> None:
        """End it and all that it started, once: its number may be another process's soon. From any thread.

        Args:
            tag: of the request that is to blame.
            late: did the time run out?
        """
        with self.ending:
            if self.over.is_set():
                return
            self.over.set()
            self.reason, self.blamed, self.late = reason, tag, late
            if self.sandboxed:
                with contextlib.suppress(OSError):  # bwrap's child, if it is so young that it does not die with bwrap
                    os.killpg(self.popen.pid, signal.SIGKILL)
            else:
                _kill_family(self.popen.pid)
            with contextlib.suppress(OSError):
                self.popen.kill()  # bwrap's death ends everything in its process namespace
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(5)

    def starved(self) -> bool:
        """Since it was last waited for, had it less than half of the time that passed, while no processor was free?"""
        passed = time.monotonic() - self.asked
        return self.busy - self.busy_before < passed / 2 and idle() - self.idle_before < passed / 4

    def out_of_memory(self) -> bool:
        """Did the kernel end a process of it since the memory of its control group ran out?"""
        return self.group.out_of_memory()

    def close(self) -> None:
        self.end("closed", self.tag)
        self.group.remove()
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            with contextlib.suppress(OSError):
                cast(BinaryIO, stream).close()
        if not self.sandboxed:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _allow(self, seconds: float) -> None:
        self.allowed, self.asked = seconds, time.monotonic()
        self.busy_before, self.idle_before = self.busy, idle()
        self.deadline = min(time.monotonic() + seconds + GRACE, self.until)

    def _ended(self) -> Ended:
        return Ended(self.reason, self.late, earlier=self.blamed != self.tag)

    def _watch(self) -> None:
        while not self.over.wait(LOOK_EVERY):
            tag = self.tag  # by the time that something is found, another request may be on its way
            pids = family(self.popen.pid)
            used = [used for pid in pids if (used := memory(pid)) is not None]
            self.busy = max(self.busy, sum(map(busy, pids)))
            if time.monotonic() > self.deadline:
                self.end(f"TimeoutError: no answer within {round(self.allowed, 2):g} s", tag, late=True)
            elif self.stop.is_set():
                self.end("interrupted", tag)
            elif len(used) > MOST_PROCESSES:
                self.end(f"stopped: more than {MOST_PROCESSES} processes", tag)
            elif sum(used) > MOST_MEMORY:
                self.end(OUT_OF_MEMORY, tag)
            elif self.busy > self.most_busy:
                self.end(f"TimeoutError: more than {self.most_busy:g} s of processor time", tag, late=True)


def family(pid: int) -> list[int]:
    """A process and its descendants. Just itself where there is no /proc to read that from."""
    pids = [pid]
    for parent in pids:  # grows while it is read
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{parent}/task"):
                pids += map(int, Path(f"/proc/{parent}/task/{thread}/children").read_text().split())
    return pids


def memory(pid: int) -> int | None:
    """Bytes in use, without those of files; None for a process that has ended, or where there is no /proc."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        if "\nState:\tZ" not in status:
            return 1024 * sum(map(int, IN_USE.findall(status)))
    return None


def busy(pid: int) -> float:
    """Seconds of processor time, with those of children that have ended; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # utime, stime, cutime, cstime
    except OSError:
        return 0.0


def idle() -> float:
    """Seconds that the processors of this machine had nothing to do, together; 0 where there is no /proc."""
    try:
        with open("/proc/stat") as file:
            return int(file.readline().split()[4]) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def _kill_family(pid: int) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        return
    for one in family(pid):
        with contextlib.suppress(OSError):
            os.kill(one, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
