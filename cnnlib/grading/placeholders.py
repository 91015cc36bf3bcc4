"""What `import cnnlib` gives in a student's process: quiet placeholders, so that teaching cells run through.

The course's mathematics is not there, so an answer cannot lean on it; that it tried is noted (`entered`). Libraries
that only draw or show are stood in for as well: a figure costs half a second to import and is worth no points.
"""

import importlib.abc
import importlib.machinery
import opcode
import sys
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

COURSE = "<course>"  # the file name of `entered`: what attempt() takes for the course's own code
STOOD_IN = {"cnnlib", "matplotlib", "mpl_toolkits", "IPython", "ipywidgets", "anywidget", "ipykernel"}

UNPACK = {opcode.opmap["UNPACK_SEQUENCE"], opcode.opmap["UNPACK_EX"]}

# Empty: attempt() sees that it is entered, and reads the name of what was called off its argument.
_names: dict[str, Any] = {}
exec(compile("def entered(course_name): pass", COURSE, "exec"), _names)
entered: Callable[[str], None] = _names["entered"]


class Placeholder:
    """Something that can be called, indexed, unpacked, drawn on or computed with, and does nothing."""

    _name: str
    _course: bool  # part of cnnlib, which an answer may not call

    def __init__(self, name: str, course: bool = False) -> None:
        self.__dict__.update(_name=name, _course=course)

    def __getattr__(self, name: str) -> "Placeholder":
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(name, self._course)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._course:
            entered(self._name)
        return _same(self)

    def __iter__(self) -> Iterator["Placeholder"]:
        """As many as `figure, axes = placeholder` wants; nothing for a loop."""
        frame = sys._getframe(1)
        operation, count = frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 2]
        return iter([_same(self) for _ in range(count)] if operation in UNPACK else [])

    def __setattr__(self, name: str, value: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __contains__(self, item: Any) -> bool:
        return False

    def __enter__(self) -> "Placeholder":
        return self

    def __exit__(self, *problem: object) -> None: ...

    def __format__(self, how: str) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<{self._name}, not here while grading>"


def _same(self: Placeholder, *others: Any) -> Placeholder:
    return Placeholder(self._name, self._course)


for _operation in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
    setattr(Placeholder, f"__{_operation}__", _same)
    setattr(Placeholder, f"__r{_operation}__", _same)
for _operation in ("getitem", "neg", "pos", "abs", "invert", "lt", "le", "gt", "ge", "round"):
    setattr(Placeholder, f"__{_operation}__", _same)


class StandIn(ModuleType):
    """A module whose every name is a placeholder."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(name, course=self.__name__.split(".")[0] == "cnnlib")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for every module of STOOD_IN, whatever is installed."""

    def __init__(self, public: Sequence[str]) -> None:
        self.public = public  # what `from cnnlib import *` gives

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname.split(".")[0] not in STOOD_IN:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__all__"] = list(self.public) if module.__name__ == "cnnlib" else []
        if module.__name__ == "cnnlib.exercises":
            module.__dict__.update(EXERCISES, __all__=list(EXERCISES))


def _quiet(name: str, result: Any = None) -> Callable[..., Any]:
    """check() and the like: no points and no hints, since the grader asks for itself, in between the cells."""

    def function(*args: Any, **kwargs: Any) -> Any:
        entered(name)
        return result

    return function


def or_reference(answer: Any) -> Any:
    """The student's own, right or wrong: there is no reference here."""
    entered("or_reference")
    if not isinstance(answer, str):
        return answer
    return sys._getframe(1).f_globals.get(answer, Placeholder(answer))


EXERCISES = {
    **{"check": _quiet("check", 0.0), "hint": _quiet("hint"), "progress": _quiet("progress")},
    "or_reference": or_reference,
}
