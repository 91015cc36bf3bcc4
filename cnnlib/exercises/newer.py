"""Which answers failed to be defined: after a SyntaxError, a notebook still holds the function of an earlier run."""

import re
import sys
from typing import Any

DEFINED = re.compile(r"^(?:def\s+(\w+)|(\w+)\s*=)", re.MULTILINE)

_failed: dict[str, str] = {}


def watch() -> None:
    """Inside IPython, look at every cell that is run from here on."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.events.register("post_run_cell", remember)


def remember(result: Any) -> None:
    """Keep in mind what a cell would have defined if Python could have read it."""
    problem = result.error_before_exec
    for names in DEFINED.findall(result.info.raw_cell):
        name = "".join(names)
        if problem is None:
            _failed.pop(name, None)
        else:
            _failed[name] = f"{type(problem).__name__}: {getattr(problem, 'msg', problem)}"


def failed(name: str) -> tuple[tuple[str, str], ...]:
    """A note for the verdict on an answer, if a newer one could not be read."""
    if name not in _failed:
        return ()
    unread = f"Python could not read your newest {name} ({_failed[name]})."
    return (("not the newest", f"{unread} This verdict is on the one before."),)
