"""The colours of all pictures."""

from typing import Any

import numpy as np
from matplotlib.colors import to_rgb, to_rgba

# Okabe and Ito's palette: its colours stay apart for every kind of colour vision.
BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
SKY, ORANGE, YELLOW, GREY = "#56b4e9", "#e69f00", "#f0e442", "#bbbbbb"
CYCLE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, YELLOW)
MORE = (*CYCLE, "#999999", "#882255", "#44aa99", "#117733", "#332288")
INK, PAPER = "#222222", "#ffffff"
DIVERGING = "RdBu"  # red below zero, blue above, as in the explorers


def is_dark(colour: Any) -> bool:
    """Does white ink read better on this colour than black?"""
    red, green, blue, _ = to_rgba(colour)
    return bool(0.299 * red + 0.587 * green + 0.114 * blue < 0.5)


def wheel(n: int) -> str:
    """The n-th of many colours, from the start again after the last."""
    return MORE[n % len(MORE)]


def tint(colour: str, strength: float = 0.35) -> tuple[float, ...]:
    """A colour mixed with white, for backgrounds under black numbers."""
    return tuple(1 - strength * (1 - channel) for channel in to_rgb(colour))


def colours(rows: list) -> np.ndarray:
    """Nested lists of colours as an object array: tuples stay whole."""
    shape = (len(rows), len(rows[0])) if isinstance(rows[0], list) else (len(rows),)
    filled = np.empty(shape, dtype=object)
    for index in np.ndindex(*shape):
        filled[index] = rows[index[0]][index[1]] if len(shape) == 2 else rows[index[0]]
    return filled
