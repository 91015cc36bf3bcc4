"""A sum of products that can be computed for any case: what a student's function does, as a statement that can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnlib.checks.equation import Equation, Sizes, evaluate, ranges_of, sizes_of

MOST_PRODUCTS = 200_000


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


def products(
    model: Model, inputs: Mapping[str, Any], shape: Sequence[int], due: Sequence[int], more: Sizes
) -> Products:
    """Which products a model adds up in one case.

    Args:
        shape: of the result that they are added to; a product that falls outside is left out.
        due: the shape that the result should have.
        more: see `Exercise.sizes`.
    """
    equation, sizes = model.equation, sizes_of(model.equation, inputs, due, more)
    values, runs = _letters(model, inputs, shape, sizes, more)
    shapes = [tuple(shape), *(np.shape(inputs[place.name]) for place in equation.factors)]
    count = next((len(row) for row in values.values()), int(not model.absent))
    inside, at = np.ones(count, bool), []
    for place, lengths in zip(equation.places, shapes, strict=True):
        index = [np.full(count, evaluate(text, sizes | values), int) for text in place.at]
        for axis, n in zip(index, lengths, strict=True):
            inside &= (axis >= (-n if model.wraps else 0)) & (axis < (2 * n if model.wraps == "around" else n))
        at.append([axis % n if n else axis for axis, n in zip(index, lengths, strict=True)])
    kept = tuple(tuple(axis[inside] for axis in index) for index in at)
    order = np.zeros(count, int)
    for letter in model.last_of:
        order = order * runs[letter] + values[letter]
    left = _survivors(kept[0], order[inside]) if model.last_of else np.ones(int(inside.sum()), bool)
    return Products(kept, float(evaluate(model.scale, sizes)), left)


def _letters(
    model: Model, inputs: Mapping[str, Any], shape: Sequence[int], sizes: Sizes, more: Sizes
) -> tuple[dict[str, np.ndarray], Sizes]:
    """The values of every letter in every product, and how far each runs."""
    runs = ranges_of(model.equation, inputs, shape, more)
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


def _survivors(target: tuple[np.ndarray, ...], order: np.ndarray) -> np.ndarray:
    """Of the products of one entry, those that come last."""
    if not len(order):
        return np.ones(0, bool)
    _, entry = np.unique(np.stack(target), axis=1, return_inverse=True) if target else (None, np.zeros_like(order))
    last = np.full(len(order), -1)
    np.maximum.at(last, np.ravel(entry), order)
    return np.asarray(order == last[np.ravel(entry)])


def total(model: Model, inputs: Mapping[str, Any], shape: Sequence[int], due: Sequence[int], more: Sizes) -> np.ndarray:
    """What the model adds up to, an array of this shape."""
    found = products(model, inputs, shape, due, more)
    worth = found.count * found.left
    for place, index in zip(model.equation.factors, found.at[1:], strict=True):
        worth = worth * np.asarray(inputs[place.name], float)[index]
    size = int(np.prod(shape))
    entry = np.ravel_multi_index(found.at[0], tuple(shape)) if len(shape) and size else np.zeros(len(worth), int)
    return np.bincount(entry, worth, size).reshape(shape)
