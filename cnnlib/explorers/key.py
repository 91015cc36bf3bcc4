"""What stands around the panels: the relation in words, what signs and the frames of squares mean, what can be done."""

import re
from html import escape

from cnnlib.explorers.frames import Arithmetic, Cells, Frame, Group, Link, Panel


def hint(frame: Frame) -> str:
    """What the reader can do, in sentences."""
    panels = frame["panels"]
    plots = [panel for panel in panels if panel["kind"] == "plot"]
    cells = [panel for panel in panels if panel["kind"] == "cells"]
    points = [mark for panel in plots for mark in panel["marks"] if mark["kind"] == "points"]
    movable = [panel for panel in plots if any(mark.get("drag") or mark.get("remove") for mark in panel["marks"])]
    hints = {
        "Point at a cell to see what it touches. Arrow keys walk, Enter or a click on a computed cell pins, "
        "Esc lets go. Page Up and Page Down change a number.": "arithmetic" in frame,
        "Drag points, or move them with Tab and the arrow keys.": any(mark.get("drag") for mark in points),
        "A click on empty space sets a point there.": any(panel.get("click") for panel in movable),
        "Draw by dragging, or walk with the arrow keys: Space inks a cell, Shift and an arrow draws a line.": any(
            panel.get("paint") for panel in cells
        ),
        "Point at a unit of a map, or walk there with the arrow keys; a click or Enter holds it, or lets it go.": any(
            panel.get("click") for panel in cells
        ),
        "A double click or Delete removes a point.": any(mark.get("remove") for mark in points),
    }
    return " ".join(text for text, fits in hints.items() if fits)


def key(frame: Frame) -> dict[str, str]:
    """Class of a sample square -> what it means, of those that occur."""
    cells = [panel for panel in frame["panels"] if panel["kind"] == "cells"]
    numbered, arithmetic = [panel for panel in cells if not panel.get("picture")], frame.get("arithmetic")
    zeros = {
        "padding": any(any(panel["rim"]) for panel in numbered),
        "zero put in": any(panel.get("stretched") for panel in numbered),
    }
    changes = "can be changed" if arithmetic else "numbers in such a frame can be changed"
    meanings = {"lm-edit": changes if any(panel.get("edit") for panel in numbered) else ""}
    if arithmetic:
        meanings |= {"lm-at": "pointed at", "lm-told lm-on": "touched"}
        if any(len(panels_told(arithmetic, panel)) < len(cells) for panel in cells):
            meanings["lm-on"] = "touched, not in this sum"
        if numbered:
            meanings |= {"lm-plus": "above zero", "lm-minus": "below zero"}
    meanings["lm-pad"] = " or ".join(name for name, occurs in zeros.items() if occurs)
    return {kind: meaning for kind, meaning in meanings.items() if meaning}


def signed(text: str) -> str:
    """A text as HTML, its signs enlarged, which are small in most fonts."""
    return re.sub("([⋆∗])", r'<b class="lm-sign">\1</b>', escape(text))


def heading(panel: Cells) -> str:
    """Name, title and size of a panel of cells, as HTML."""
    return f"<b>{escape(panel['name'])}</b> {signed(panel['title'])} <small>{escape(panel['extent'])}</small>"


def meanings(frame: Frame) -> str:
    """The key and the signs, as HTML."""
    samples = [f'<i class="lm-cell {kind}"></i> {escape(meaning)}' for kind, meaning in key(frame).items()]
    signs = [f"<b>{signed(sign)}</b> {escape(meaning)}" for sign, meaning in frame.get("signs", {}).items()]
    return "".join(f"<div><span>{'</span><span>'.join(line)}</span></div>" for line in (samples, signs) if line)


def panels_told(arithmetic: Arithmetic, panel: Cells) -> set[str]:
    """The panels that the sums of a panel speak of."""
    sums = [arithmetic["sums"][name] for name in arithmetic["reads"][panel["id"]]]
    return {panel["id"]}.union(*([total["of"], *total["factors"], *total.get("plus", [])] for total in sums))


def describe(link: Link) -> str:
    """The relation in words: which input an output reads, and why there are so many outputs."""
    where, sizes = [], []
    names = ("ij", "uv") if link["ndim"] == 2 else (" i", " k")
    for side, i, u in zip(link["sides"], *names, strict=True):
        stride, padding, dilation = side["stride"], side["padding"], side["dilation"]
        i, u = i if stride == 1 else f"{stride}{i}", u if dilation == 1 else f"{dilation}{u}"
        where.append(f"{i} + {u}" + (f" − {padding}" if padding else ""))
        reach = str(side["w"]) if dilation == 1 else f"({dilation}·({side['w']} − 1) + 1)"
        sizes.append(f"⌊({side['x']} + 2·{padding} − {reach}) / {stride}⌋ + 1 = {side['y']}")
    if link["ndim"] == 1:
        return f"y[i] reads x[m] = x[{where[1]}] at tap k;  length of y: {sizes[1]}"
    both = f"rows and columns of y: {sizes[0]}"
    size = both if sizes[0] == sizes[1] else f"rows of y: {sizes[0]};  columns: {sizes[1]}"
    return f"y[i, j] reads x[{', '.join(where)}] at weight [u, v];  {size}"


SIGNS = {"⋆": "cross-correlation: nothing is flipped", "∗": "convolution: the kernel is flipped"}


def legend(panels: list[Panel], layout: list[Group]) -> dict[str, str]:
    """What the signs mean that occur."""
    seen = str([[panel["title"] for panel in panels], layout])
    return {sign: meaning for sign, meaning in SIGNS.items() if sign in seen}
