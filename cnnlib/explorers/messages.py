"""How a frame is sent to the page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import matplotlib
import numpy as np

from cnnlib.explorers import markup
from cnnlib.explorers.frames import Frame
from cnnlib.explorers.key import heading, hint, meanings
from cnnlib.explorers.plots import Plot

ASSETS: dict[str, Any] = {
    "palettes": {
        name: (matplotlib.colormaps[name](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()
        for name in ("gray", "gray_r", "RdBu", "viridis")
    },
}


def plain(value: Any) -> Any:
    """Knobs or a frame as the page can be sent them: arrays as lists of rows, NumPy's numbers as Python's."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def message(
    shown: Frame, traits: Mapping[str, str] = MappingProxyType({}), answered: int = 0, past: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A frame as it is sent: bytes for arrays, the big and lasting ones apart.

    traits: panel -> the trait that already carries its numbers. answered: the number of the page's question that it
    answers. past: whether there is something to undo.

    Not narrowed to float32: a frame above 64 KB arrives 40 ms earlier. Behind the kernel's "busy", TCP holds a smaller
    one back until the browser acknowledges (Nagle's algorithm, which Jupyter's server leaves on).
    """
    assets, panels = dict(ASSETS), []
    for panel in shown["panels"]:
        sent: dict[str, Any] = {key: value for key, value in panel.items() if key not in ("values", "asset")}
        if panel["kind"] == "plot":
            sent = plotted(panel)
        elif panel["kind"] == "text":
            sent = {"kind": "text", "id": panel["id"], "markup": markup.text(panel)}
        elif panel["kind"] == "cells":
            sent["caption"] = heading(panel)
            if "colours" in sent:
                sent["colours"], own = f"colours of {panel['id']}", sent["colours"]
                assets[sent["colours"]] = np.ascontiguousarray(own, np.uint8).tobytes()
            if panel["id"] in traits:
                sent["data"] = traits[panel["id"]]
            elif name := panel.get("asset"):
                assets[name], sent["data"] = as_bytes(panel["values"]), name
            else:
                sent["data"] = as_bytes(panel["values"])
        panels.append(sent)
    around = {"note": "", "signs": meanings(shown), "hint": hint(shown), "answered": answered, "past": past}
    return plain({**shown, **around, "panels": panels}), assets


def as_bytes(values: Any) -> bytes:
    return np.ascontiguousarray(values, np.float64).tobytes()


def plotted(panel: Plot) -> dict[str, Any]:
    """A plot as it is sent: its markup, and what the page needs to turn pixels into data. A heat map goes as bytes."""
    heat = next((mark for mark in panel["marks"] if mark["kind"] == "heat"), None)
    sent = {key: panel.get(key, "") for key in ("kind", "id", "size", "x", "y", "click")}
    behind = heat and {**heat, "values": as_bytes(heat["values"]), "shape": heat["values"].shape}
    return sent | {"markup": markup.plot(panel), "heat": behind}
