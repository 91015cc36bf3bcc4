"""Read a function that adds up products: which product does it add to which entry, and how often?

Put a single 1 into each factor and 0 elsewhere, and the answer shows where this one product goes. A factor that follows
from other arguments, such as the mask of the winners in max pooling, cannot be asked: there the others are, and each
product is taken for the one that is due as the first, second, … of those with the same factors.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cnnlib.checks.cases import Inputs
from cnnlib.checks.equation import Equation, split
from cnnlib.checks.model import Model, Products, Scene, products_of
from cnnlib.checks.show import Index

NOWHERE = -1  # where a known factor stands in a product that is not due


@dataclass(frozen=True)
class Reading:
    """What one term of the student's function does in one case."""

    equation: Equation  # what the term should be
    scene: Scene
    shape: tuple[int, ...]  # of the student's result
    rows: np.ndarray  # (products, axes of all places): where the factors stand and where their product goes
    counts: np.ndarray  # (products,): how often it counts there
    cache: dict[str, np.ndarray] = field(default_factory=dict)

    def expected(self, model: Model) -> np.ndarray:
        """The same rows, of a model."""
        if (key := repr(model)) not in self.cache:
            self.cache[key] = _rows(products_of(model, self.scene, self.shape))
        return self.cache[key]

    def due(self) -> "Reading":
        """What the equation says of the same case."""
        rows = self.expected(Model(self.equation))
        return replace(self, rows=rows, counts=np.ones(len(rows)))

    def products(self) -> dict[tuple[tuple[Index, ...], Index], float]:
        """Where the factors of a product stand, and where it goes -> how often it counts there."""
        found = {}
        for row, count in zip(self.rows, self.counts, strict=True):
            target, *spots = split(self.equation, row)
            found[tuple(spots), target] = round(float(count), 9)
        return found

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
    base = float(max(some.max(initial=0), others.max(initial=0)) + 1 - NOWHERE)
    weights = base ** np.arange(some.shape[1])
    return (some - NOWHERE) @ weights, (others - NOWHERE) @ weights


def _rows(found: Products) -> np.ndarray:
    index = [axis for place in found.at for axis in place]
    return np.stack(index, 1)[found.left] if index else np.zeros((int(found.left.sum()), 0), int)


def asked_of(equations: Iterable[Equation], inputs: Inputs) -> list[str]:
    """The factors that are arguments."""
    return list(dict.fromkeys(place.name for e in equations for place in e.factors if place.name in inputs))


def calls(equation: Equation, inputs: Inputs, linear: Sequence[str]) -> list[Inputs]:
    """The inputs to ask: all factors 0, then a single 1 in one of them, then in all."""
    zeros = {name: np.zeros(np.shape(inputs[name])) for name in linear}

    def nudged(spots: Mapping[str, tuple[int, ...]]) -> Inputs:
        arrays = {name: zero.copy() for name, zero in zeros.items()}
        for name, spot in spots.items():
            arrays[name][spot] = 1.0
        return inputs | {name: array if array.ndim else float(array) for name, array in arrays.items()}

    names = asked_of([equation], inputs)
    spots = {name: list(np.ndindex(np.shape(inputs[name]))) for name in names}
    alone = [nudged({name: spot}) for name in names for spot in spots[name]]
    pairs = itertools.product(*spots.values()) if len(names) > 1 else []
    return [nudged({}), *alone, *(nudged(dict(zip(names, spot, strict=True))) for spot in pairs)]


def cost(equation: Equation, inputs: Inputs) -> int:
    """How many calls that is."""
    sizes = [int(np.size(inputs[name])) for name in asked_of([equation], inputs)]
    return 1 + sum(sizes) + (int(np.prod(sizes)) if len(sizes) > 1 else 0)


def tabulated(equation: Equation, inputs: Inputs, scene: Scene, answers: Sequence[Any]) -> Reading | None:
    """The table of one case from the answers to `calls`, or None where they are not arrays of one shape."""
    try:
        values = np.array([np.asarray(answer, float) for answer in answers])
    except (TypeError, ValueError):
        return None
    shapes = [np.shape(inputs[name]) for name in asked_of([equation], inputs)]
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
    table = Reading(equation, scene, shape, rows, counts[tuple(found.T)])
    if any(place.name in scene.known for place in equation.factors):
        return _completed(table) if len(shape) == len(equation.target.at) else None
    return table


def _completed(table: Reading) -> Reading:
    """The table with the places of the known factors: those of the products that are due, in the same order.

    Where another number of products is due, only those that go to the same entry are matched, the others stand NOWHERE.
    """
    equation, scene = table.equation, table.scene
    asked = [place.name not in scene.known for place in equation.factors]
    short = Equation(equation.target, tuple(itertools.compress(equation.factors, asked)))
    due, seen = defaultdict(list), defaultdict(list)
    for row in _rows(products_of(Model(equation), scene, scene.due)):
        target, *spots = split(equation, row)
        due[tuple(itertools.compress(spots, asked))].append((target, spots))
    for row, count in zip(table.rows, table.counts, strict=True):
        target, *spots = split(short, row)
        seen[tuple(spots)].append((target, count))
    rows, counts = [], []
    for key, found in seen.items():
        partners = sorted(due[key])
        if len(partners) != len(found):
            given = iter(key)
            nowhere = [
                next(given) if a else (NOWHERE,) * len(p.at) for a, p in zip(asked, equation.factors, strict=True)
            ]
            partners = [(target, dict(partners).get(target, nowhere)) for target, _ in sorted(found)]
        for (target, count), (_, spots) in zip(sorted(found), partners, strict=True):
            rows.append([*target, *itertools.chain(*spots)])
            counts.append(count / _worth(equation, scene, spots))
    return replace(table, rows=np.array(rows, int).reshape(-1, len(equation.axes)), counts=np.array(counts))


def _worth(equation: Equation, scene: Scene, spots: Sequence[tuple[int, ...]]) -> float:
    """What the known factors of a product come to."""
    factors = zip(equation.factors, spots, strict=True)
    known = [(place.name, spot) for place, spot in factors if place.name in scene.known and NOWHERE not in spot]
    return math.prod(float(np.asarray(scene.values[name])[spot]) for name, spot in known)
