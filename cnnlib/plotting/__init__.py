"""Static pictures for the lectures: one module a lecture, and here what they share."""

import io
from typing import Any, SupportsFloat

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from PIL import Image

from cnnlib.jupyter.pictures import as_output
from cnnlib.plotting.palette import DIVERGING, INK, PAPER, colours, is_dark

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
    for most in (256, 128):  # a busy one keeps fewer colours
        small = io.BytesIO()
        Image.open(drawn).convert("RGB").quantize(most, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        if small.tell() < 25_000:
            break
    return small.getvalue()


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure without axes whose unit is one square, row 0 on top."""
    figure, ax = plt.subplots(figsize=(width * 0.55, height * 0.55))
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.axis("off")
    return figure, ax


def tile(
    ax: Axes,
    values: np.ndarray,
    title: str = "",
    *,
    low: float | None = 0,
    top: float | None = 1,
    cmap: str = "gray_r",
    size: float = 9,
) -> AxesImage:
    """An array as a picture under its title, without ticks: `low` is white and `top` is black."""
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize=size)
    return ax.imshow(values, cmap=cmap, vmin=low, vmax=top)


def balanced(ax: Axes, values: np.ndarray, title: str = "", *, top: float = 1, size: float = 9) -> AxesImage:
    """The same of numbers of two signs: red below zero, blue above, `top` the darkest."""
    return tile(ax, values, title, low=-top, top=top, cmap=DIVERGING, size=size)


def arrow(ax: Axes, start: Any, end: Any, colour: str = INK, **style: Any) -> None:
    """A thin arrow from one place to another."""
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": colour} | style)


def centred(ax: Axes, x: float, y: float, text: str, size: float = 10, **style: Any) -> None:
    """A text with its middle at a place."""
    ax.text(x, y, text, ha="center", va="center", fontsize=size, **style)


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
