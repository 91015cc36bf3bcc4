"""An alarm clock for code that may run on: it rings as an exception in that code, where the system can do that."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

OutOfTime = type("TimeoutError", (BaseException,), {"__module__": "builtins"})  # `except Exception` lets it pass


@contextlib.contextmanager
def alarm(seconds: float, rung: threading.Event) -> Iterator[None]:
    """Raise OutOfTime after so many seconds in the main thread, and set `rung`."""

    def ring(number: int, frame: FrameType | None) -> None:
        rung.set()
        raise OutOfTime(f"no answer within {round(seconds, 2):g} s")

    if not hasattr(signal, "setitimer"):  # Windows: the grader ends this process instead
        yield
        return
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
