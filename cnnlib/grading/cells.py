"""Running a cell of a notebook, in the student's process; where it stops, what it goes on to define is taken still."""

import ast
import contextlib
import inspect
import linecache
import os
import threading
from functools import partial
from typing import Any

from cnnlib.checks.calling import Answer, attempt
from cnnlib.grading import messages, placeholders
from cnnlib.grading.alarm import alarm

MOST_THREADS = 16  # that a cell may leave running
SECONDS_TO_DEFINE = 1.0
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
CELL_MAGICS = ("time", "capture", "prun")  # those whose cell runs in the notebook's own namespace


def run_cell(message: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """Run the cell of a request: {"error": "" or the last line of its traceback}, or {"spoilt": why}.

    A cell that is asked for only "briefly", since it ended an earlier process, just defines what it can.
    """
    source, name = message["source"], f"<cell {message['cell']}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    stopped_at = [0]

    def run() -> None:
        try:
            execute(compile(source, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True), names)
        except BaseException as problem:
            stopped_at[0] = _line(problem, name)
            raise

    answer, late = Answer(error="left out"), False
    if not message["briefly"]:
        answer, late = in_time(run, [], {}, message["seconds"], course="")
    if answer.error:
        below = partial(define_below, stopped_at[0], source, name, names)  # as an argument `names` would be copied
        in_time(below, [], {}, SECONDS_TO_DEFINE, course="")
    if (threads := threading.active_count()) > MOST_THREADS:
        return {"spoilt": f"it left {threads} threads running"}  # and there may be none left for a fork
    return {"error": answer.error[: messages.TEXT_LIMIT], "late": late}


def execute(code: Any, names: dict[str, Any]) -> None:
    """Run a cell's code; `await` is allowed in it, as in a notebook."""
    if code.co_flags & inspect.CO_COROUTINE:
        import asyncio

        asyncio.run(eval(code, names))
    else:
        exec(code, names)


def define_below(line: int, source: str, name: str, names: dict[str, Any]) -> None:
    """Functions, classes, imports and plain values below this line of a cell, one by one.

    What stopped the cell may be a teaching line that has nothing to draw on in here, merged with an answer.
    """
    for statement in ast.parse(source).body:
        plain = isinstance(statement, ast.Assign) and _is_plain(statement.value)
        if statement.lineno > line and (plain or isinstance(statement, DEFINITIONS)):
            with contextlib.suppress(Exception):
                exec(compile(ast.Module([statement], []), name, "exec", dont_inherit=True), names)


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Lambda) or not any(isinstance(node, ast.Call) for node in ast.walk(value))


def _line(problem: BaseException, name: str) -> int:
    """The line of the cell itself that was running."""
    step = problem.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == name and step.tb_frame.f_code.co_name == "<module>":
            return step.tb_lineno
        step = step.tb_next
    return 0


def in_time(function: Any, args: list[Any], kwargs: dict[str, Any], seconds: float, course: str) -> tuple[Answer, bool]:
    """attempt(), stopped after so many seconds by an exception in the student's code, where the system can do that.

    Returns:
        The answer, and whether the time ran out.
    """
    this, rung = os.getpid(), threading.Event()
    try:
        with alarm(seconds, rung):
            return attempt(function, args, kwargs, course), rung.is_set()
    except BaseException as problem:  # the alarm rang outside the student's code, or that code overwrote ours
        return Answer(error=f"{type(problem).__name__}: {problem}", seconds=seconds), rung.is_set()
    finally:
        if os.getpid() != this:  # the student's code forked: there is one runner
            os._exit(0)


class Shell(placeholders.Placeholder):
    """What get_ipython() returns. IPython's own magics become calls to it; those that run code still run it."""

    names: dict[str, Any]

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__("get_ipython()")
        self.__dict__["names"] = names

    def run_line_magic(self, magic: str, line: str, *_: Any, **__: Any) -> Any:
        if magic == "time":
            statements = ast.parse(line).body
            if len(statements) == 1 and isinstance(statements[0], ast.Expr):
                return eval(line, self.names)
            exec(line, self.names)
        return None

    def run_cell_magic(self, magic: str, line: str, cell: str, *_: Any, **__: Any) -> None:
        if magic in CELL_MAGICS:
            exec(cell, self.names)
        elif magic == "writefile":
            *options, name = line.split()
            with open(name.strip("\"'"), "a" if options else "w", encoding="utf-8") as file:
                file.write(cell)

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        return []
