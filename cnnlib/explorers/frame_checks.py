"""What a frame must be for the page to show it: Misshapen, naming the panel and the key, where it is not."""

from typing import Any

from cnnlib.explorers.frames import Arithmetic, Frame
from cnnlib.explorers.plots import Plot
from cnnlib.explorers.shapes import Misshapen, check_shape


def check_frame(frame: Frame) -> None:
    """Misshapen, naming the panel and the key, unless the page can show the frame."""
    check_shape(frame, Frame, "frame")
    ids = [panel["id"] for panel in frame["panels"]]
    placed = [name for group in frame["layout"] for row in group["rows"] for name in row]
    if len(set(ids)) < len(ids):
        raise Misshapen(f"frame: panels have different ids, got {ids}")
    for name in placed:
        if name not in ids and any(letter.isalnum() for letter in name):
            raise Misshapen(f"frame: layout names {name!r}, the panels are {', '.join(ids)}")
    for id in ids:
        if placed.count(id) != 1:
            raise Misshapen(f"frame: panel {id!r} must stand in layout once, got {placed.count(id)} times")
    for panel in frame["panels"]:
        where = f"frame: {panel['kind']} {panel['id']!r}"
        if panel["kind"] == "plot":
            check_plot(panel, where)
        elif panel["kind"] == "cells":
            if panel["values"].ndim != 2 or panel["values"].shape != panel["shape"]:
                raise Misshapen(f"{where}: shape is {panel['shape']}, but values have {panel['values'].shape}")
            if panel.get("picture") and "size" not in panel:
                raise Misshapen(f"{where} lacks 'size', which a picture needs")
    if "arithmetic" in frame:
        check_arithmetic(frame["arithmetic"], [panel["id"] for panel in frame["panels"] if panel["kind"] == "cells"])


def check_arithmetic(arithmetic: Arithmetic, cells: list[str]) -> None:
    """Misshapen unless every panel that is named is one of the panels of cells."""
    named = [("start", arithmetic["start"]["panel"]), ("sweep", arithmetic["sweep"])]
    named += [("reads", panel) for panel in arithmetic["reads"]]
    for name, total in arithmetic["sums"].items():
        named += [(f"sums[{name!r}]", panel) for panel in (total["of"], *total["factors"], *total.get("plus", []))]
    for key, panel in named:
        if panel not in cells:
            raise Misshapen(f"frame: arithmetic: {key} names {panel!r}, the panels of cells are {', '.join(cells)}")
    for panel in cells:
        if panel not in arithmetic["reads"]:
            raise Misshapen(f"frame: arithmetic: reads lacks {panel!r}; [] if no sum is told there")
    for panel, names in arithmetic["reads"].items():
        if unknown := [name for name in names if name not in arithmetic["sums"]]:
            known = ", ".join(arithmetic["sums"])
            raise Misshapen(f"frame: arithmetic: reads[{panel!r}] names {unknown[0]!r}, the sums are {known}")


def check_plot(panel: Plot, where: str) -> None:
    """Misshapen unless the lists of every mark are of one length and what can be dragged says so to a reader."""
    for a in ("x", "y"):
        low, high = panel[a]["limits"]
        if low == high or (a == "x" and low > high):
            what = "rise" if a == "x" else "differ"
            raise Misshapen(f"{where}: the limits of {a} must {what}, got {(low, high)}")
    for n, mark in enumerate(panel["marks"]):
        place = f"{where}: marks[{n}] ({mark['kind']})"
        lists: dict[str, Any] = {}
        if mark["kind"] == "points":
            expected, lists = len(mark["xy"]), {key: mark[key] for key in ("classes", "texts", "labels") if mark[key]}
        elif mark["kind"] == "bars":
            expected, lists = len(mark["at"]), {key: mark[key] for key in ("heights", "hues", "texts")}
        elif mark["kind"] == "arrows":
            expected, lists = len(mark["tails"]), {"heads": mark["heads"]}
        for key, values in lists.items():
            if len(values) != expected:
                raise Misshapen(f"{place}: {len(values)} {key} for {expected}")


def check_names(frame: Frame, knobs: dict[str, Any], actions: dict[str, Any]) -> None:
    """Misshapen unless what a panel changes is a knob or an action."""
    for panel in frame["panels"]:
        both = knobs | actions
        names: list[tuple[str, Any, dict[str, Any]]] = []
        if panel["kind"] == "cells":
            names = [("edit", panel.get("edit"), knobs)]
            names += [("point", panel.get("point"), actions), ("click", panel.get("click"), actions)]
            names += [("paint", panel.get("paint"), actions)]
        elif panel["kind"] == "plot":
            names = [("click", panel.get("click"), both)]
            for mark in panel["marks"]:
                if mark["kind"] == "points":
                    names += [("drag", mark.get("drag"), both), ("remove", mark.get("remove"), both)]
        for key, name, known in names:
            if name is not None and name not in known:
                what = f"frame: {panel['kind']} {panel['id']!r}: {key} names {name!r}"
                raise Misshapen(f"{what}, which is none of {', '.join(known)}")
