"""The widget of every explorer: Python computes a frame from the knobs, the page shows it and sends what was chosen."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import matplotlib
import numpy as np
import traitlets
from IPython import get_ipython

from cnnlib.arguments import Array, whole
from cnnlib.explorers import still
from cnnlib.explorers.controls import Control, check_controls
from cnnlib.explorers.frames import Frame, check_frame, find, inside
from cnnlib.explorers.plots import Mark
from cnnlib.explorers.shapes import Misshapen

HERE = Path(__file__).parent
SCRIPTS = (
    "page.js",
    "cells.js",
    "sheet.js",
    "plot.js",
    "readout.js",
    "controls.js",
    "explorer.js",
)  # anywidget takes one module
Knobs = dict[str, Any]
Action = Callable[..., Knobs]

ASSETS: dict[str, Any] = {
    "palettes": {
        name: (matplotlib.colormaps[name](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()
        for name in ("gray", "gray_r", "RdBu", "viridis")
    },
    "tints": [[178, 24, 43], [33, 102, 172]],  # the ends of RdBu, for the squares of negative and positive numbers
    # after Okabe and Ito, light enough for the black letters that join the factors of a product
    "hues": ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#a3a3f0", "#bbbbbb", "#ffffff"],
}


def rows(name: str, value: Any, height: int, width: int) -> Array:
    """(rows, columns) of finite float64, at most height x width; a flat list is one row."""
    try:
        array = np.atleast_2d(np.array(value, dtype=np.float64))
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers, in rows of equal length, got {value!r}") from None
    if array.ndim != 2 or not (0 < array.shape[0] <= height and 0 < array.shape[1] <= width):
        wanted = f"have 1 to {width} numbers" if width > 1 else "be one number"
        wanted = f"have 1 to {height} rows and 1 to {width} columns" if height > 1 else wanted
        raise ValueError(f"{name} must {wanted}, got shape {np.shape(value)}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def count(name: str, value: object, least: int, most: int) -> int:
    """A whole number from `least` to `most`: what a slider can show."""
    if (number := whole(name, value, least)) > most:
        raise ValueError(f"{name} must be {least} to {most}, got {number}")
    return number


class Knob:
    """What the reader chose, as an attribute; setting it turns the knob on the page, too."""

    def __init__(self, check: Callable[[str, Any], Any]) -> None:
        self.check = check  # takes its name and what is assigned, refuses or returns what is meant

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, explorer: "Explorer | None", owner: type) -> Any:
        return self if explorer is None else explorer.knobs[self.name]

    def __set__(self, explorer: "Explorer", value: object) -> None:
        explorer.choose(**{self.name: self.check(self.name, value)})


class Values(Knob):
    """The numbers of a panel, without its rim, as a read-only array; settable where they are a knob."""

    def __init__(self, panel: str, check: Callable[[str, Any], Any] | None = None, ndim: int | None = None) -> None:
        super().__init__(check or self.refuse)
        self.panel, self.ndim = panel, ndim

    def refuse(self, name: str, value: object) -> Any:
        raise AttributeError(f"{name} is computed: change what it is computed from")

    def __get__(self, explorer: "Explorer | None", owner: type) -> Any:
        if explorer is None:
            return self
        panel = find(explorer.shown, self.panel)
        copy, ndim = inside(panel), panel["ndim"] if self.ndim is None else self.ndim
        copy = copy.reshape(copy.shape[2 - ndim :])
        copy.flags.writeable = False  # a change in place would not reach the page
        return copy if ndim else copy.item()


class Explorer(anywidget.AnyWidget):
    """A view of some knobs as a widget. Edits on the page and assignments in the notebook meet in the knobs.

    Args:
        view: a pure function of the knobs that returns a frame.
        controls: what can be chosen above the panels, see controls.py.
        actions: name -> function (knobs, **what) -> changed knobs, for buttons, play and plots, see plots.py.
        knobs: name -> value at the start: numbers, texts, lists, arrays.

    Raises:
        Misshapen: the frame or a control lacks something; whatever the view raises.
    """

    _esm = "\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    _css = (HERE / "explorer.css").read_text("utf-8")
    spec: Any = traitlets.List().tag(sync=True)  # the controls
    knobs = traitlets.Dict().tag(sync=True, echo_update=False)  # what was chosen, on the page or in the notebook
    asked = traitlets.Int().tag(sync=True, echo_update=False)  # counts the page's questions
    frame = traitlets.Dict().tag(sync=True)  # what to show, in one piece: a redraw is atomic
    assets = traitlets.Dict().tag(sync=True)  # palettes and big arrays, which are sent only when they change

    def __init__(
        self,
        view: Callable[..., Frame],
        controls: list[Control],
        actions: dict[str, Action] | None = None,
        /,
        **knobs: Any,
    ) -> None:
        knobs = plain(knobs)
        self.view, self.actions, self.answered = view, actions or {}, 0
        self.shown = self.look(**knobs)
        check_controls(controls, knobs, self.actions)
        frame, assets = message(self.shown)
        super().__init__(spec=controls, knobs=knobs, frame=frame, assets=assets)
        self.on_msg(lambda widget, content, buffers: self.receive(content, buffers))
        retire(self)

    def look(self, **knobs: Any) -> Frame:
        """The frame of these knobs, known to be one that the page can show."""
        frame = self.view(**knobs)
        check_frame(frame)
        check_names(frame, knobs, self.actions)
        return frame

    def choose(self, **changes: Any) -> None:
        """Turn knobs from the notebook: ValueError or TypeError if they do not fit, and all stays as it was."""
        knobs = self.knobs | plain(changes)
        shown = self.look(**knobs)
        with self.hold_sync():
            self.knobs = knobs
            self.show(shown)

    def show(self, shown: Frame) -> None:
        self.shown = shown
        with self.hold_sync():
            self.frame, self.assets = message(shown, self.answered)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """A message from the page. What does not fit is answered with a note, and all stays as it was."""
        knobs = self.knobs
        super().set_state(sync_data)
        self.answered = sync_data.get("asked", self.answered)
        try:
            self.show(self.look(**self.knobs))
        except Exception as refusal:
            with self.hold_sync():
                self.knobs = knobs
                self.refuse(refusal)

    def receive(self, content: dict[str, Any], buffers: Any) -> None:
        """An action that the page asks for; `number` counts them, and the frame that answers it carries it."""
        self.answered = content["number"]
        what = {key: content[key] for key in ("at", "index", "path", "on") if key in content}
        try:
            if (name := content["action"]) in self.actions:
                self.choose(**self.actions[name](dict(self.knobs), **what))
            else:
                self.choose(**{name: turned(self.knobs[name], content["along"], **what)})
        except Exception as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: Exception) -> None:
        """Say it on the page. What is no refusal is a mistake in the explorer, whose author needs the traceback."""
        mistake = not isinstance(refusal, TypeError | ValueError)
        note = f"This explorer has a mistake. {type(refusal).__name__}: {refusal}" if mistake else str(refusal)
        self.frame = self.frame | {"note": note, "answered": self.answered}
        if mistake:
            raise refusal

    def __repr__(self) -> str:
        summary: str = self.shown["summary"]
        return summary

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Beside the widget a still picture, for where no kernel runs, and one line of text that is always the same."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        summary = repr(self)
        data |= {"text/plain": summary, "image/png": base64.b64encode(still.draw(self.shown, ASSETS)).decode()}
        return data, metadata | {"image/png": {"alt": summary}}


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


def check_names(frame: Frame, knobs: Knobs, actions: dict[str, Action]) -> None:
    """Misshapen unless what a panel changes is a knob or an action."""
    for panel in frame["panels"]:
        both = knobs | actions
        names: list[tuple[str, Any, Knobs]] = []
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


def plain(value: Any) -> Any:
    """Knobs or a frame as the page can be sent them: arrays as lists of rows, NumPy's numbers as Python's."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def message(shown: Frame, answered: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """A frame as it is sent: bytes for arrays, the big and lasting ones apart.

    Not narrowed to float32: under a server without cnnlib.jupyter a frame above 64 KB arrives 40 ms earlier. Behind the
    kernel's "busy", TCP holds a smaller one back until the browser acknowledges (Nagle's algorithm).
    """
    assets, panels = dict(ASSETS), []
    for panel in shown["panels"]:
        sent: dict[str, Any] = {key: value for key, value in panel.items() if key not in ("values", "asset")}
        if panel["kind"] == "plot":
            sent["marks"] = [listed(mark) for mark in panel["marks"]]
        elif panel["kind"] == "cells":
            sent["data"] = as_bytes(panel["values"])
            if "partial" in sent:
                sent["partial"] = as_bytes(sent["partial"])
            if name := panel.get("asset"):
                assets[name], sent["data"] = sent["data"], name
        panels.append(sent)
    return plain({"note": "", **shown, "panels": panels, "answered": answered}), assets


def as_bytes(values: Any) -> bytes:
    return np.ascontiguousarray(values, np.float64).tobytes()


def listed(mark: Mark) -> dict[str, Any]:
    """A mark as it is sent: a heat map as bytes with its shape, other arrays as lists, None where no number is."""
    if mark["kind"] == "heat":
        return {**mark, "values": as_bytes(mark["values"]), "shape": mark["values"].shape}
    return {
        key: np.where(np.isfinite(value), value.astype(object), np.array(None)).tolist()
        if isinstance(value, np.ndarray)
        else value
        for key, value in mark.items()
    }


_made: dict[str, list[tuple[str, Explorer]]] = {}  # by cell: which run of it made what


def retire(new: Explorer) -> None:
    """Close what an earlier run of the same cell made: ipywidgets keeps every widget alive until it is closed."""
    message: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    cell, run = message.get("metadata", {}).get("cellId"), message.get("header", {}).get("msg_id")
    if cell:
        for made_in, old in _made.get(cell, []):
            if made_in != run:
                old.layout.close()
                old.close()
        _made[cell] = [(run, new)] + [(made_in, old) for made_in, old in _made.get(cell, []) if made_in == run]
