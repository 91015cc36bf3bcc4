"""Which lectures there are, and what each asks: the modules of this package that say LECTURE and EXERCISES.

A module that cannot be used is left out and named by `problems`: one lecture in the making stops no other's checks.
"""

import importlib
import pkgutil
import re
from functools import cache

from cnnlib.checks import Exercise

Lectures = dict[str, tuple[Exercise, ...]]

PACKAGE = "cnnlib.exercises"
NAME = re.compile(r"\d\d_[a-z0-9_]+")  # a lecture's name is its notebook's


def lectures() -> Lectures:
    """Every lecture's name, and its exercises in the order of the notebook."""
    return read(PACKAGE)[0]


def problems() -> tuple[str, ...]:
    """One sentence for each module that is left out."""
    return read(PACKAGE)[1]


def find(name: str) -> Exercise | None:
    """The exercise with this name, or None."""
    return next((e for exercises in lectures().values() for e in exercises if e.name == name), None)


def lecture_of(exercise: Exercise) -> str:
    """The name of the lecture that asks this."""
    return next(name for name, exercises in lectures().items() if exercise.name in {e.name for e in exercises})


@cache
def read(package: str) -> tuple[Lectures, tuple[str, ...]]:
    """The lectures in a package, and what is wrong with the modules that are left out.

    A lecture is a module with LECTURE, the name of its notebook, and EXERCISES; modules with neither help the others.
    Two modules never share a lecture or an exercise's name: the second one is left out.
    """
    found: Lectures = {}
    home: dict[str, str] = {}  # lecture or exercise -> its module
    wrong = []
    for name in sorted(m.name for m in pkgutil.iter_modules(importlib.import_module(package).__path__)):
        module = f"{package}.{name}"
        try:
            lecture, exercises = _said(module)
        except LookupError:
            continue
        except Exception as problem:
            wrong.append(f"{module} {problem}")
            continue
        names = [lecture, *(exercise.name for exercise in exercises)]
        twice = {n: home.get(n, module) for n in names if n in home or names.count(n) > 1}
        if twice:
            wrong += [f"{module} has {n!r}, which {other} has already: rename one" for n, other in twice.items()]
            continue
        found[lecture] = exercises
        home |= dict.fromkeys(names, module)
    return dict(sorted(found.items())), tuple(wrong)


def _said(name: str) -> tuple[str, tuple[Exercise, ...]]:
    """A module's LECTURE and EXERCISES. Raises LookupError if it has neither, ValueError if they cannot be used."""
    try:
        module = importlib.import_module(name)
    except Exception as problem:
        raise ValueError(f"cannot be imported: {type(problem).__name__}: {problem}") from problem
    lecture, exercises = (getattr(module, said, None) for said in ("LECTURE", "EXERCISES"))
    if lecture is None and exercises is None:
        raise LookupError(name)
    if not isinstance(lecture, str) or not NAME.fullmatch(lecture):
        raise ValueError(f"has LECTURE {lecture!r}: expected a notebook's name, such as '05_conv1d_backprop'")
    if not isinstance(exercises, tuple | list):
        raise ValueError(f"has EXERCISES {exercises!r}: expected a tuple of exercises")
    if others := [one for one in exercises if not isinstance(one, Exercise)]:
        raise ValueError(f"has {others[0]!r} among its EXERCISES, which is no Exercise")
    return lecture, tuple(exercises)
