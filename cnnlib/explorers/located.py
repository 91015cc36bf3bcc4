"""An explorer of lecture 10: two digits to be moved over a canvas, and what each place says of a class."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import axis, handle, heat, line, plot
from cnnlib.explorers.widget import Explorer
from cnnlib.locating import CANVAS, class_maps, trained_locator
from cnnlib.network import Sequential

SIDE, SIZE = 24, 8  # pixels of the canvas and of a digit, along each axis
KINDS = ("none", *map(str, range(10)))
X, Y = axis("columns", 0, SIDE, ticks=4, step=1), axis("rows", SIDE, 0, ticks=4, step=1)


def digit(kind: str) -> Array:
    """The first held-out digit of a kind, (8, 8); nothing for "none"."""
    data = digits()
    return data.x_test[data.t_test == int(kind)][0, 0] if kind != "none" else np.zeros((SIZE, SIZE), np.float32)


def corner(place: Any) -> tuple[int, int]:
    """Row and column of the upper left pixel of a digit whose middle is at place = [column, row]."""
    x, y = (float(value) for value in place)
    top, left = round(y - SIZE / 2), round(x - SIZE / 2)
    return min(max(top, 0), SIDE - SIZE), min(max(left, 0), SIDE - SIZE)


def located_view(network: Sequential, a: str, b: str, at_a: Any, at_b: Any, class_: str) -> Frame:
    """The frame of two digits on a canvas of 24 × 24.

    Args:
        network: a locator, see locating.py.
        a, b: what they are, "none" or "0" to "9".
        at_a, at_b: [column, row] of their middles, counted from the upper left corner.
        class_: whose map is shown.

    Raises:
        ValueError: there is no such digit or class.
    """
    if a not in KINDS or b not in KINDS or class_ not in KINDS[1:]:
        raise ValueError(f"digits must be one of {', '.join(KINDS)}, the class 0 to 9; got {a!r}, {b!r}, {class_!r}")
    canvas, corners = np.zeros((SIDE, SIDE), np.float32), [corner(at_a), corner(at_b)]
    for kind, (top, left) in zip((a, b), corners, strict=True):
        window = canvas[top : top + SIZE, left : left + SIZE]
        np.maximum(window, digit(kind), out=window)
    maps = class_maps(network, canvas[None, None])[0]
    found = maps[int(class_)]
    lines = [
        f"on the {kind}, for or against: {spoken(maps[:, top : top + SIZE, left : left + SIZE].sum((1, 2)))}"
        for kind, (top, left) in zip((a, b), corners, strict=True)
        if kind != "none"
    ]
    handles = [
        handle(middle(place), f"digit {kind}", drag=name, hue=hue)
        for kind, place, name, hue in ((a, corners[0], "at_a", 2), (b, corners[1], "at_b", 3))
    ]
    frames = [line(outline(place), hue=hue) for place, hue in zip(corners, (2, 3), strict=True)]
    most = float(np.abs(maps).max())
    paper = heat(1 - canvas[::-1], limits=(0, 1), palette="gray")
    signed = heat(found[::-1], limits=(-most, most), palette="RdBu")
    return {
        "panels": [
            plot("canvas", "canvas: drag a digit", X, Y, [paper, *frames, *handles]),
            plot("map", f"class map of {class_}", X, Y, [signed, *frames]),
            text("told", "what the maps add up to", lines),
        ],
        "layout": [{"title": "", "rows": [["canvas", "map"]]}, {"title": "", "rows": [["told"]]}],
        "caption": f"Blue speaks for class {class_}, red against it, pale says nothing. All classes have one scale.",
        "summary": f"class_map_explorer: digits {a} and {b} on a canvas, class map of {class_}",
    }


def spoken(totals: Array) -> str:
    """What part of all class maps adds up to, in logits of the training canvas: the three highest and the lowest."""
    order = np.argsort(-totals)
    chosen = [*order[:3], order[-1]]
    return ", ".join(f"{j} {totals[j] / CANVAS**2:+.1f}" for j in chosen).replace("-", "−")


def middle(place: tuple[int, int]) -> list[float]:
    top, left = place
    return [left + SIZE / 2, top + SIZE / 2]


def outline(place: tuple[int, int]) -> Array:
    """The frame around a digit, as a line."""
    x, y = middle(place)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    return np.array([x, y]) + corners * SIZE / 2


def class_map_explorer(network: Sequential | None = None) -> Explorer:
    """Two digits on a canvas, to be dragged, and the signed class map of any class.

    Args:
        network: a trained locator, see locating.py; by default one that is trained now, which takes some seconds.
    """
    trained = network or trained_locator()

    def view(**knobs: Any) -> Frame:
        return located_view(trained, **knobs)

    controls: list[Control] = [
        {"kind": "choice", "name": "class_", "label": "class map of", "options": list(KINDS[1:])},
        {"kind": "choice", "name": "a", "label": "one digit", "options": list(KINDS)},
        {"kind": "choice", "name": "b", "label": "the other", "options": list(KINDS)},
    ]
    return Explorer(view, controls, class_="6", a="6", b="7", at_a=[6, 7], at_b=[18, 17])
