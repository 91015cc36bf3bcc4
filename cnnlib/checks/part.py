"""One part of an exercise, and what came back for it: the entry of a result, or the result in some of the cases."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cnnlib.checks.calling import Answer
from cnnlib.checks.cases import Inputs
from cnnlib.checks.compare import Difference, close_to, difference, numbers_of
from cnnlib.checks.equation import Equation, Sizes, sizes_of
from cnnlib.checks.exercise import Exercise
from cnnlib.checks.model import Scene


@dataclass(frozen=True)
class Trial:
    """One case, what was expected, and what came back."""

    inputs: Inputs
    expected: Any
    answer: Answer
    known: Inputs = field(default_factory=dict)  # factors of the equations that follow from the inputs
    scenes: dict[int, Scene] = field(init=False, default_factory=dict)  # of each part, once it was asked for
    predicted: dict[str, bool] = field(init=False, default_factory=dict)  # does a model give the answer?

    @cached_property
    def values(self) -> Inputs:
        """What the equations are about: the inputs, and what follows from them."""
        return self.inputs | self.known


@dataclass(frozen=True)
class Part:
    """What earns points: one of several results or, where `groups` say so, the one result in some of the cases."""

    exercise: Exercise
    number: int
    name: str
    points: int

    @property
    def result(self) -> str:
        """What the result is called: the target of the equation, or the part."""
        if self.exercise.results == 1 and self.exercise.feeds:
            return self.exercise.equations[0].target.name
        return "result" if self.exercise.groups else self.name

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The terms of this result."""
        return tuple(e for e in self.exercise.equations if self.exercise.results == 1 or e.target.name == self.name)

    def expected(self, trial: Trial) -> Any:
        return trial.expected[self.number] if self.exercise.results > 1 else trial.expected

    def got(self, value: Any) -> tuple[Any, str]:
        """This part's entry of a returned value, or why there is none."""
        wanted, names = self.exercise.results, ", ".join(self.exercise.parts)
        if wanted == 1 or value is None:
            return value, ""
        if isinstance(value, np.ndarray) and value.shape == (wanted,):
            return value[self.number], ""
        if not isinstance(value, tuple | list):
            return None, f"returned one {type(value).__name__}, expected {wanted} results: {names}"
        if len(value) != wanted:
            return None, f"returned {len(value)} results, expected {wanted}: {names}"
        return value[self.number], ""

    def array(self, answer: Answer) -> np.ndarray | None:
        """This part of an answer as numbers, or None."""
        got, missing = self.got(answer.value)
        return None if missing or answer.error else numbers_of(got)

    def close(self, trial: Trial, like: np.ndarray) -> bool:
        """Are these the numbers of the answer, of which there are as many, up to rounding?"""
        got = np.asarray(self.got(trial.answer.value)[0]).reshape(like.shape)
        return bool(close_to(got, like, trial.inputs, self.exercise.tolerance).all())

    def unfolded(self, array: np.ndarray, inputs: Inputs) -> np.ndarray:
        """The array as the equation sees it, with an axis for every index, if its shape allows that."""
        if self.exercise.unfolded is None:
            return array
        shape, groups = self.exercise.unfolded(**inputs), self.equations[0].target.groups
        ends = np.cumsum((0, *groups))
        axes = tuple(int(np.prod(shape[a:b])) for a, b in itertools.pairwise(ends))
        return array.reshape(shape) if axes == array.shape else array

    def due(self, trial: Trial) -> tuple[int, ...]:
        """The shape that the equation says the result has."""
        return self.unfolded(np.asarray(self.expected(trial)), trial.inputs).shape

    def scene(self, trial: Trial) -> Scene:
        """What the letters of all terms stand for in one case."""
        if self.number not in trial.scenes:
            due, sizes = self.due(trial), Sizes()
            for equation in self.equations:
                sizes |= sizes_of(equation, trial.values, due, {})
            trial.scenes[self.number] = Scene(trial.values, frozenset(trial.known), due, sizes)
        return trial.scenes[self.number]

    def difference(self, trial: Trial) -> Difference | None:
        """How the answer differs from what is expected, None if it does not."""
        if trial.answer.error:
            return Difference(trial.answer.error, "error")
        if self.exercise.accept:
            wrong = self.exercise.refusal(trial.answer.value, trial.inputs)
            return Difference(wrong, "refused") if wrong else None
        got, missing = self.got(trial.answer.value)
        if missing:
            return Difference(missing, "type")
        found = difference(got, self.expected(trial), trial.inputs, self.exercise.tolerance)
        if not found and self.exercise.whole and np.asarray(got).dtype.kind == "f":
            return Difference("holds floats; whole numbers are asked, since an index must be one", "type")
        if found and found.kind == "shape" and self.exercise.results > 1 and _swapped(trial):
            order = ", ".join(self.exercise.parts)
            return Difference(f"has the shape of another result; the order is {order}", "type")
        return found

    def failing(self, trials: Sequence[Trial]) -> list[int]:
        """The numbers of the cases that cost this part its points.

        A case that is about several parts at once costs a part nothing while a case about one part alone explains it:
        one mistake, one part.
        """
        wrong = [n for n, trial in enumerate(trials) if self.difference(trial)]
        groups = self.exercise.groups
        if not groups:
            return wrong
        about = {n: [name for name, counts in groups.items() if counts(**trials[n].inputs)] for n in wrong}
        alone = {names[0] for names in about.values() if len(names) == 1}
        blamed = {
            n: names if len(names) == 1 else [] if alone & set(names) else names[:1] for n, names in about.items()
        }
        return [n for n in wrong if self.name in blamed[n]]


def parts(exercise: Exercise) -> list[Part]:
    return [Part(exercise, number, *named) for number, named in enumerate(exercise.parts.items())]


def _swapped(trial: Trial) -> bool:
    """Have several results the expected shapes, but in another order? Only arrays and numbers have one."""
    if not all(isinstance(one, np.ndarray | np.generic | int | float) for one in trial.answer.value):
        return False
    return sorted(map(np.shape, trial.answer.value)) == sorted(map(np.shape, trial.expected))
