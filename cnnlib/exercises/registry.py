"""Which lectures there are, and what each asks."""

import importlib
import pkgutil
from functools import cache

from cnnlib.checks import Exercise

SHARED = {
    "registry",
    "session",
    "layers",
    "layer_slips",
    *(f"backprop_{part}" for part in ["graph", "measured", "layers", "descent"]),
}  # modules here that are not lectures


@cache
def lectures() -> dict[str, tuple[Exercise, ...]]:
    """Every lecture's name, and its exercises in the order of the notebook.

    A lecture is a module of this package with LECTURE, its notebook's name, and EXERCISES.
    """
    package = importlib.import_module("cnnlib.exercises")
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name not in SHARED]
    modules = [importlib.import_module(f"cnnlib.exercises.{name}") for name in names]
    return dict(sorted((module.LECTURE, tuple(module.EXERCISES)) for module in modules))


def find(name: str) -> Exercise | None:
    """The exercise with this name, or None."""
    return next((e for exercises in lectures().values() for e in exercises if e.name == name), None)


def lecture_of(exercise: Exercise) -> str:
    """The name of the lecture that asks this."""
    return next(name for name, exercises in lectures().items() if any(e is exercise for e in exercises))
