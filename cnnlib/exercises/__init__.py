"""What the lectures ask: one module a lecture. Notebooks import `check`, `hint`, `progress`, `or_reference`."""

from cnnlib.exercises.registry import find, lecture_of, lectures, problems
from cnnlib.exercises.session import check, hint, or_reference, progress

__all__ = ["check", "find", "hint", "lecture_of", "lectures", "or_reference", "problems", "progress"]
