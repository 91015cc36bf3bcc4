"""Read a function that adds up products: which product does it add to which entry, and how often?

Put a single 1 into each factor and 0 elsewhere, and the answer shows where this one product goes.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnlib.checks.equation import Equation, Sizes
from cnnlib.checks.model import Model, products

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What one term of the student's function does in one case."""

    inputs: Inputs
    due: tuple[int, ...]  # the shape that the result should have
    shape: tuple[int, ...]  # the shape that it has
    rows: np.ndarray  # (products, axes of all places): where the factors stand and where their product goes
    counts: np.ndarray  # (products,): how often it counts there
    more: Sizes
    cache: dict[str, np.ndarray] = field(default_factory=dict)

    def expected(self, model: Model) -> np.ndarray:
        """The same rows, of a model."""
        if (key := repr(model)) not in self.cache:
            self.cache[key] = self._expected(model)
        return self.cache[key]

    def _expected(self, model: Model) -> np.ndarray:
        found = products(model, self.inputs, self.shape, self.due, self.more)
        index = [axis for place in found.at for axis in place]
        return np.stack(index, 1)[found.left] if index else np.zeros((int(found.left.sum()), 0), int)

    def agrees(self, model: Model) -> bool:
        """Does the model add the same products to the same entries?"""
        return _same(self.expected(model), self.rows)

    def within(self, model: Model) -> bool:
        """Does the model add at least these products to these entries?"""
        due, seen = _keys(self.expected(model), self.rows)
        return bool(np.isin(seen, due).all())

    def same(self, one: Model, other: Model) -> bool:
        return _same(self.expected(one), self.expected(other))


def _same(some: np.ndarray, others: np.ndarray) -> bool:
    return len(some) == len(others) and all(np.array_equal(np.sort(a), np.sort(b)) for a, b in [_keys(some, others)])


def _keys(some: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A number for each row."""
    base = float(max(some.max(initial=0), others.max(initial=0)) + 1)
    weights = base ** np.arange(some.shape[1])
    return some @ weights, others @ weights


def calls(equation: Equation, inputs: Inputs, linear: Sequence[str]) -> list[Inputs]:
    """The inputs to ask: all factors 0, then a single 1 in one of them, then in all."""
    zeros = {name: np.zeros(np.shape(inputs[name])) for name in linear}

    def nudged(spots: Mapping[str, tuple[int, ...]]) -> Inputs:
        arrays = {name: zero.copy() for name, zero in zeros.items()}
        for name, spot in spots.items():
            arrays[name][spot] = 1.0
        return inputs | {name: array if array.ndim else float(array) for name, array in arrays.items()}

    names = [place.name for place in equation.factors]
    spots = {name: list(np.ndindex(np.shape(inputs[name]))) for name in names}
    alone = [nudged({name: spot}) for name in names for spot in spots[name]]
    pairs = itertools.product(*spots.values()) if len(names) > 1 else []
    return [nudged({}), *alone, *(nudged(dict(zip(names, spot, strict=True))) for spot in pairs)]


def cost(equation: Equation, inputs: Inputs) -> int:
    """How many calls that is."""
    sizes = [int(np.size(inputs[place.name])) for place in equation.factors]
    return 1 + sum(sizes) + (int(np.prod(sizes)) if len(sizes) > 1 else 0)


def read(equation: Equation, inputs: Inputs, due: Sequence[int], answers: Sequence[Any], more: Sizes) -> Reading | None:
    """The table of one case from the answers to `calls`, or None where they are not arrays of one shape."""
    try:
        values = np.array([np.asarray(answer, float) for answer in answers])
    except (TypeError, ValueError):
        return None
    shapes = [np.shape(inputs[place.name]) for place in equation.factors]
    sizes = [int(np.prod(shape)) for shape in shapes]
    if len(values) != cost(equation, inputs) or not np.isfinite(values).all() or values.dtype == object:
        return None
    shape = values.shape[1:]
    zero, alone, rest = values[0], values[1 : 1 + sum(sizes)], values[1 + sum(sizes) :]
    if len(sizes) == 1:
        counts = alone - zero
    else:
        first, second = alone[: sizes[0], None], alone[None, sizes[0] :]
        counts = rest.reshape(*sizes, *shape) - first - second + zero
    found = np.argwhere(np.abs(counts) > 1e-9)
    spots = [np.stack(np.unravel_index(found[:, n], s), 1) for n, s in enumerate(shapes) if s]
    rows = np.concatenate([found[:, len(sizes) :], *spots], axis=1).astype(int)
    return Reading(inputs, tuple(due), shape, rows, counts[tuple(found.T)], more)
