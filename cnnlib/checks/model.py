"""A sum of products that can be computed for any case: what a student's function does, as a statement that can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnlib.checks.equation import Equation, Sizes, evaluate, ranges_of, sizes_of

MOST_PRODUCTS = 200_000


@dataclass(frozen=True)
class Scene:
    """What the letters of an equation stand for in one case."""

    values: Mapping[str, Any]  # the arguments, and the factors that follow from them
    known: frozenset[str]  # names of the latter
    due: tuple[int, ...]  # the shape that the result should have
    more: Sizes  # see `sizes_of`

    def sizes(self, equation: Equation) -> Sizes:
        return sizes_of(equation, self.values, self.due, self.more)


@dataclass(frozen=True)
class Model:
    """An equation, and how an answer departs from adding up all of its products."""

    equation: Equation
    scale: str = "1"  # how often every product counts: "1 / T"
    starts: Mapping[str, str] = field(default_factory=dict)  # letter -> its first value, if that is not 0
    stops: Mapping[str, str] = field(default_factory=dict)  # letter -> one more than its last value
    wraps: str = ""  # "below": an index below 0 counts from the end; "around": and one beyond the end from the start
    last_of: tuple[str, ...] = ()  # of the products of one entry, those with the last values of these letters are left
    absent: bool = False  # nothing is added at all


@dataclass(frozen=True)
class Products:
    """All products of a model in one case: which entry of each place each of them takes."""

    at: tuple[tuple[np.ndarray, ...], ...]  # for each place, an index array for each axis
    count: float  # how often each of them counts
    left: np.ndarray  # is it still there, or overwritten by another?


def products_of(model: Model, scene: Scene, shape: Sequence[int]) -> Products:
    """Which products a model adds up in one case; one with a known factor of 0 is none.

    Args:
        shape: of the result that they are added to; a product that falls outside is left out.
    """
    equation, sizes = model.equation, scene.sizes(model.equation)
    values, runs = _letters(model, scene, shape, sizes)
    shapes = [tuple(shape), *(np.shape(scene.values[place.name]) for place in equation.factors)]
    count = next((len(row) for row in values.values()), int(not model.absent))
    inside, at = np.ones(count, bool), []
    for place, lengths in zip(equation.places, shapes, strict=True):
        index = [np.full(count, evaluate(text, sizes | values), int) for text in place.at]
        for axis, n in zip(index, lengths, strict=True):
            inside &= (axis >= (-n if model.wraps else 0)) & (axis < (2 * n if model.wraps == "around" else n))
        at.append([axis % n if n else axis for axis, n in zip(index, lengths, strict=True)])
    for place, index in zip(equation.factors, at[1:], strict=True):
        if place.name in scene.known and np.size(factor := scene.values[place.name]):
            inside &= np.asarray(factor)[tuple(index)] != 0
    kept = tuple(tuple(axis[inside] for axis in index) for index in at)
    order = np.zeros(count, int)
    for letter in model.last_of:
        order = order * runs[letter] + values[letter]
    count = int(inside.sum())
    left = _survivors(_entries(kept[0], shape, count), order[inside]) if model.last_of else np.ones(count, bool)
    return Products(kept, float(evaluate(model.scale, sizes)), left)


def _letters(model: Model, scene: Scene, shape: Sequence[int], sizes: Sizes) -> tuple[dict[str, np.ndarray], Sizes]:
    """The values of every letter in every product, and how far each runs."""
    runs = ranges_of(model.equation, scene.values, shape, scene.more)
    bounds = {}
    for letter, run in runs.items():
        start = int(evaluate(model.starts.get(letter, "0"), sizes))
        stop = min(run, int(evaluate(model.stops[letter], sizes))) if letter in model.stops else run
        bounds[letter] = (max(0, start), max(0, start, stop))
    lengths = [stop - start for start, stop in bounds.values()]
    if model.absent or np.prod(lengths, dtype=float) > MOST_PRODUCTS:
        lengths = [0] * len(lengths)
    grid = np.indices(lengths).reshape(len(lengths), int(np.prod(lengths)))
    return {letter: row + bounds[letter][0] for letter, row in zip(bounds, grid, strict=True)}, runs


def _survivors(entry: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Of the products of one entry, those that come last."""
    last = np.full(entry.max(initial=0) + 1, -1)
    np.maximum.at(last, entry, order)
    return np.asarray(order == last[entry])


def _entries(at: tuple[np.ndarray, ...], shape: Sequence[int], count: int) -> np.ndarray:
    """The number of the entry of the result that each product goes to."""
    return np.ravel_multi_index(at, tuple(shape)) if len(shape) and np.prod(shape) else np.zeros(count, int)


def total(model: Model, scene: Scene, shape: Sequence[int]) -> np.ndarray:
    """What the model adds up to, an array of this shape."""
    found = products_of(model, scene, shape)
    worth = found.count * found.left
    for place, index in zip(model.equation.factors, found.at[1:], strict=True):
        worth = worth * np.asarray(scene.values[place.name], float)[index]
    return np.bincount(_entries(found.at[0], shape, len(worth)), worth, int(np.prod(shape))).reshape(shape)
