"""What the page does to a knob: numbers that are typed or pasted, another size, a drag in a plot."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array


def resized(values: Array, size: Any, middle: bool = False) -> Array:
    """With so many rows and columns: the middle stays in place, or the first corner, and what is new is 0."""
    more = np.subtract(size, values.shape)
    before = more // 2 * middle
    padded = np.pad(values, np.maximum(np.transpose([before, more - before]), 0))
    down, right = np.maximum(-before, 0)
    return padded[down:, right:][: size[0], : size[1]]


def edited(values: Array, at: list[int], block: list[list[float]]) -> Array:
    """With rows of other numbers from a place on; where they lead beyond the edge, there are more."""
    row, column = at
    found = resized(values, np.maximum(values.shape, (row + len(block), column + max(map(len, block)))))
    for n, line in enumerate(block):
        found[row + n, column : column + len(line)] = line
    return found


def turned(value: Any, along: str, at: Any = None, index: int | None = None) -> Any:
    """A knob after a drag (at, index), a click (at) or a removal (index) in a plot, see plots.py."""
    if not isinstance(value, list):
        return at["xy".index(along)]
    if value and not isinstance(value[0], list):
        return at
    if at is None:
        return [row for n, row in enumerate(value) if n != index]
    if index is None:
        return [*value, at]
    return [[*at, *row[2:]] if n == index else row for n, row in enumerate(value)]
