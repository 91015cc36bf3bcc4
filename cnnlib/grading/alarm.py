"""An alarm clock for code that may run on: it rings as an exception in that code, where the system can do that."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

AGAIN = 0.2  # seconds
OutOfTime = type("TimeoutError", (BaseException,), {"__module__": "builtins"})  # `except Exception` lets it pass


@contextlib.contextmanager
def alarm(seconds: float, rung: threading.Event) -> Iterator[None]:
    """Raise OutOfTime after so many seconds in the main thread, and set `rung`.

    It rings again and again: what is raised while Python clears something away, a generator for example, is lost.
    """
    over = threading.Event()

    def ring(number: int, frame: FrameType | None) -> None:
        rung.set()
        if not over.is_set():
            raise OutOfTime(f"no answer within {round(seconds, 2):g} s")

    if not hasattr(signal, "setitimer"):  # Windows: the grader ends this process instead
        yield
        return
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            over.set()
    finally:  # also if it rings just before `over` is set
        signal.setitimer(signal.ITIMER_REAL, 0)
