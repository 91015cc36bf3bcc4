"""Static pictures for the lectures: one module a lecture, and here what they share."""

import io
from typing import Any, SupportsFloat

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from cnnlib.jupyter.pictures import as_output

# Okabe and Ito's palette: its colours stay apart for every kind of colour vision.
BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
SKY, ORANGE, YELLOW, GREY = "#56b4e9", "#e69f00", "#f0e442", "#bbbbbb"
CYCLE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, YELLOW)
MORE = (*CYCLE, "#999999", "#882255", "#44aa99", "#117733", "#332288")
INK, PAPER = "#222222", "#ffffff"
DIVERGING = "RdBu"  # red below zero, blue above, as in the explorers

DPI = 110


def show(figure: Figure) -> None:
    """Display a figure as a small picture with its label as alternative text, and close it.

    Raises:
        ValueError: the figure has no label; `described` gives it one.
    """
    alt = str(figure.get_label())
    if not alt:
        raise ValueError("a figure needs alternative text: described(figure, 'what there is to see')")
    output = as_output(png(figure), alt, shades=shaded(figure))
    plt.close(figure)
    display(output, raw=True)


def shaded(figure: Figure) -> bool:
    """Does it show a picture in shades of grey or in colours of its own, whose negative would be false?"""
    images = [image for ax in figure.axes for image in ax.get_images()]
    own = [np.ndim(np.asarray(image.get_array())) == 3 for image in images]
    return any(own) or any(np.ptp(image.cmap([0.2, 0.5, 0.8])[:, :3], axis=1).max() < 0.05 for image in images)


def described(figure: Figure, alt: str) -> Figure:
    """Give a figure its alternative text: what a reader who cannot see it should know."""
    figure.set_label(" ".join(alt.split()))
    return figure


def listed(values: np.ndarray) -> str:
    """Numbers for a sentence: "2, −1 and −2"."""
    *first, last = [signed(value) for value in values]
    return f"{', '.join(first)} and {last}" if first else last


def png(figure: Figure) -> bytes:
    """The same bytes for the same figure: no date, no version, few colours."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, bbox_inches="tight", facecolor=PAPER, metadata={"Software": None})
    for colours in (256, 128):  # a busy one keeps fewer
        small = io.BytesIO()
        Image.open(drawn).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        if small.tell() < 25_000:
            break
    return small.getvalue()


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure without axes whose unit is one square, row 0 on top."""
    figure, ax = plt.subplots(figsize=(width * 0.55, height * 0.55))
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.axis("off")
    return figure, ax


def cells(
    ax: Axes,
    values: np.ndarray,
    left: float,
    top: float,
    *,
    name: str = "",
    fill: object = PAPER,
    edge: str = INK,
) -> None:
    """Draw a row or a matrix of squares with their numbers, its name to the left.

    Args:
        values: (columns,) or (rows, columns); nan leaves the square empty.
        left, top: where the first square's corner goes, in squares.
        fill: one colour, or an array of colours of the shape of `values`.
    """
    grid = np.atleast_2d(values)
    fills = fill if isinstance(fill, np.ndarray) else colours([fill] * grid.size)
    fills = fills.reshape(grid.shape)
    for (i, j), value in np.ndenumerate(grid):
        square = Rectangle((left + j, top + i), 1, 1, facecolor=fills[i, j], edgecolor=edge, linewidth=0.8)
        ax.add_patch(square).set_clip_on(False)
        if not np.isnan(value):
            colour = "#ffffff" if is_dark(fills[i, j]) else INK
            ax.text(left + j + 0.5, top + i + 0.53, signed(value), ha="center", va="center", color=colour)
    if name:
        ax.text(left - 0.25, top + len(grid) / 2 + 0.03, name, ha="right", va="center", fontsize=11)


def signed(value: SupportsFloat) -> str:
    """3 rather than 3.0, a true minus sign, never a negative zero."""
    return f"{float(value) + 0.0:g}".replace("-", "−")


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
