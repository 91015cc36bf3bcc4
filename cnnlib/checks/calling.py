"""Call a function that may do anything, and say what happened.

The notebook calls it on the student's function; the grader sends this very file into its sandbox and calls it
there. So it needs nothing but NumPy and the standard library, and knows nothing of exercises.
"""

import contextlib
import copy
import io
import linecache
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import numpy as np

UNWRITTEN, INTERRUPTED, UNDEFINED = "unwritten", "interrupted", "undefined"  # kinds of errors
KINDS: dict[type[BaseException], str] = {
    NotImplementedError: UNWRITTEN,
    KeyboardInterrupt: INTERRUPTED,
    NameError: UNDEFINED,
}
PRINTED_LIMIT = 2000  # characters of a function's own printing that are kept
NO_CELL = ("<string>", "<given>", "<frozen ")  # exec() and the like, the course's own, the import system
Call = tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What one call came to."""

    value: Any = None
    error: str = ""  # last line of the traceback, "" when the call returned
    kind: str = ""  # of error: UNWRITTEN, INTERRUPTED, UNDEFINED or any other
    unwritten: str = ""  # the function that is not written yet
    line: str = ""  # the line of the student's code that raised, "line 4: y[t] = x[t] / 0"
    changed: tuple[int | str, ...] = ()  # positions or keywords of the arguments that were changed in place
    uses: str = ""  # the course's own function that the answer leaned on
    warned: str = ""  # the first warning
    printed: str = ""  # what it printed, capped
    seconds: float = 0.0


Ask = Callable[[Sequence[Call]], Iterable[Answer]]  # answers calls in order


def attempt(
    function: Callable[..., Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, course: str = ""
) -> Answer:
    """Call `function(*args, **kwargs)` and never raise.

    Args:
        function: anything; a value that cannot be called is its own answer (a poll's letters).
        args, kwargs: passed as they are; arrays among them, and lists or dictionaries of arrays, are compared with a
            copy afterwards.
        course: the folder of the course's own code, whose functions an answer may not call.
    """
    if not callable(function):
        return Answer(value=function)
    kwargs = kwargs or {}
    before = _copies(args, kwargs)
    printed = Beginning()
    started = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed), _watch(course) as uses:
        warnings.simplefilter("always")
        try:
            answer = Answer(_own_copy(function(*args, **kwargs)))
        except BaseException as problem:  # SystemExit and KeyboardInterrupt too: a check never ends the notebook
            answer = _stopped(problem)
    return replace(
        answer,
        seconds=time.perf_counter() - started,
        changed=tuple(key for key, old, new in before if not _same(old, new)),
        uses=uses[0] if uses else "",
        warned=f"{caught[0].category.__name__}: {caught[0].message}" if caught else "",
        printed=printed.kept,
    )


class Beginning(io.TextIOBase):
    """Takes all that is printed, and keeps only how it begins."""

    def __init__(self) -> None:
        self.kept = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if (left := PRINTED_LIMIT - len(self.kept)) > 0:
            self.kept += text[:left]
        return len(text)


def _copies(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[tuple[int | str, Any, Any]]:
    """(position or keyword, a copy, the argument itself) of every array, every list, and what holds arrays."""
    named: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    return [(key, copy.deepcopy(v), v) for key, v in named if isinstance(v, list) or _holds_arrays(v)]


def _holds_arrays(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return isinstance(value, np.ndarray) or any(map(_holds_arrays, inside))


def _same(old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    if isinstance(old, np.ndarray):
        alike = old.shape == new.shape and old.dtype == new.dtype
        return alike and np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
    if isinstance(old, dict):
        return list(old) == list(new) and all(map(_same, old.values(), new.values()))
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    return old is new or bool(old == new)


def _own_copy(value: Any) -> Any:
    """Arrays are copied at once: a function may hand out a buffer that its next call overwrites."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (tuple, list):
        return type(value)(_own_copy(item) for item in value)
    return value


@contextlib.contextmanager
def _watch(course: str) -> Iterator[list[str]]:
    """Collect the names of the course's own functions that are entered meanwhile."""
    used: list[str] = []

    def on_event(frame: FrameType, event: str, _: Any) -> None:
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(course) and file != __file__ and not used:
            used.append(frame.f_locals.get("course_name") or frame.f_code.co_name)

    previous = sys.getprofile()
    if course:
        sys.setprofile(on_event)
    try:
        yield used
    finally:
        if course:
            sys.setprofile(previous)


def _stopped(problem: BaseException) -> Answer:
    error = _last_line(problem)
    unwritten = _innermost(problem) if error == "NotImplementedError" else ""
    return Answer(error=error, kind=KINDS.get(type(problem), ""), unwritten=unwritten, line=_line_of_code(problem))


def _last_line(problem: BaseException) -> str:
    text = traceback.format_exception_only(problem)[-1].strip()
    return text if len(text) <= 300 else text[:300] + " …"


def _innermost(problem: BaseException) -> str:
    """The name of the function that raised."""
    *_, (frame, _) = traceback.walk_tb(problem.__traceback__)
    return frame.f_code.co_name


def _line_of_code(problem: BaseException) -> str:
    """The innermost line of the traceback that comes from a notebook cell, not from a file of a library."""
    for frame, number in reversed(list(traceback.walk_tb(problem.__traceback__))):
        name = frame.f_code.co_filename
        if "ipykernel" in name or (name.startswith("<") and not name.startswith(NO_CELL)):
            code = linecache.getline(name, number).strip()
            return f"line {number}: {code}" if code else f"line {number}"
    return ""
