"""What stands around the panels of an explorer: what the frames of squares mean, and what the reader can do."""

from cnnlib.explorers.frames import Arithmetic, Cells, Frame


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
    meanings = {"lm-edit": "can be changed" if any(panel.get("edit") for panel in numbered) else ""}
    if arithmetic:
        meanings |= {"lm-at": "pointed at", "lm-told lm-on": "touched"}
        if any(len(told(arithmetic, panel)) < len(cells) for panel in cells):
            meanings["lm-on"] = "touched, not in this sum"
        if numbered:
            meanings |= {"lm-plus": "above zero", "lm-minus": "below zero"}
    meanings["lm-pad"] = " or ".join(name for name, occurs in zeros.items() if occurs)
    return {kind: meaning for kind, meaning in meanings.items() if meaning}


def told(arithmetic: Arithmetic, panel: Cells) -> set[str]:
    """The panels that the sums of a panel speak of."""
    sums = [arithmetic["sums"][name] for name in arithmetic["reads"][panel["id"]]]
    return {panel["id"]}.union(*([total["of"], *total["factors"], *total.get("plus", [])] for total in sums))
