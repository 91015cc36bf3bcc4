"""The widget of every explorer: Python computes a frame from the knobs, the page shows it and sends what was chosen."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any

import anywidget
import numpy as np
import traitlets
from IPython import get_ipython

from cnnlib.arguments import Array, whole
from cnnlib.explorers import still
from cnnlib.explorers.controls import Control, check_controls
from cnnlib.explorers.edits import edited, resized, turned
from cnnlib.explorers.frame_checks import check_frame, check_names
from cnnlib.explorers.frames import Frame, inside
from cnnlib.explorers.messages import ASSETS, message, plain
from cnnlib.explorers.shapes import Misshapen
from cnnlib.explorers.traits import AllKnobs, Derived, Knob, Values, received, same
from cnnlib.jupyter.pictures import as_output

HERE = Path(__file__).parent
# anywidget takes one module
SCRIPTS = ("page.js", "cells.js", "pictures.js", "squares.js", "plot.js", "readout.js", "controls.js", "explorer.js")
NOTHING: tuple[float, set[str]] = (-np.inf, set())  # no change that the next may be a part of
Knobs = dict[str, Any]
Action = Callable[..., Knobs]


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


class Explorer(anywidget.AnyWidget):
    """A view of some knobs as a widget. Edits on the page and assignments in the notebook meet in the knobs.

    Every knob is a trait of its own, and so are the results that a class declares: see traits.py.

    Args:
        view: a pure function of the knobs that returns a frame.
        controls: what can be chosen above the panels, see controls.py.
        actions: name -> function (knobs, **what) -> changed knobs, for buttons, play and plots, see plots.py.
        knobs: name -> value at the start: numbers, texts, lists, arrays.

    Raises:
        Misshapen: the frame or a control lacks something, or a knob is called as a widget's own part is; whatever
            the view raises.
    """

    _esm = "\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    _css = (HERE / "explorer.css").read_text("utf-8")
    spec: Any = traitlets.List().tag(sync=True)  # the controls
    names: Any = traitlets.List().tag(sync=True)  # of the knobs, each of which is a trait
    asked = traitlets.Int().tag(sync=True, echo_update=False)  # counts the page's questions
    frame = traitlets.Dict().tag(sync=True)  # what to show, in one piece: a redraw is atomic
    assets = traitlets.Dict().tag(sync=True)  # palettes and big arrays, which are sent only when they change
    knobs: Any = AllKnobs()
    shown: Any = None  # the frame as the view made it
    stock: Any = MappingProxyType({})  # what knobs speak of by name

    def __init__(
        self,
        view: Callable[..., Frame],
        controls: list[Control],
        actions: dict[str, Action] | None = None,
        /,
        **knobs: Any,
    ) -> None:
        self.chosen: Knobs = plain(knobs)
        self.view, self.actions, self.answered = view, actions or {}, 0
        self.first, self.past, self.changed = (self.chosen, self.stock), list[tuple[Knobs, Any]](), NOTHING
        more = {name: Knob() for name in self.chosen if not isinstance(self.traits().get(name), Knob)}
        if taken := [name for name in more if hasattr(self, name)]:
            raise Misshapen(f"knobs: {taken[0]!r} is a part of every explorer; choose another name")
        self.shown = self.look(**self.chosen)
        check_controls(controls, self.chosen, self.actions)
        traitlets.HasTraits.add_traits(self, **more)  # before a widget tells the page of its traits
        self.derived = [name for name, trait in self.traits().items() if isinstance(trait, Derived)]
        frame, assets = self.message()
        super().__init__(spec=controls, names=list(self.chosen), frame=frame, assets=assets)
        self.on_msg(lambda widget, content, buffers: self.receive(content, buffers))
        retire(self)

    def look(self, **knobs: Any) -> Frame:
        """The frame of these knobs, known to be one that the page can show."""
        frame = self.view(**knobs)
        check_frame(frame)
        check_names(frame, knobs, self.actions)
        return frame

    def choose(self, **changes: Any) -> None:
        """Turn knobs: ValueError or TypeError if they do not fit, and all stays as it was."""
        self.commit(*self.tried(changes))

    def tried(self, changes: Knobs) -> tuple[Knobs, Frame, Any]:
        """What would be chosen and shown after some changes, and the stock before; refused changes leave no trace."""
        stock = self.stock
        try:
            knobs = self.meant(changes)
            return knobs, self.look(**knobs), stock
        except BaseException:
            self.stock = stock
            raise

    def meant(self, changes: Knobs) -> Knobs:
        """All knobs after some changes, each checked by its trait."""
        if unknown := [name for name in changes if name not in self.derived]:
            raise ValueError(f"there is no knob {unknown[0]!r}; there are {', '.join(self.chosen)}")
        return self.chosen | {name: plain(self.traits()[name].check(name, changes[name])) for name in changes}

    def commit(self, knobs: Knobs, shown: Frame, stock: Any) -> None:
        """Show it, remember what was before for undo, and tell those who observe: all of it holds by then."""
        if knobs != self.chosen or stock is not self.stock:
            names, now = {name for name in knobs if knobs[name] != self.chosen[name]}, monotonic()
            if names != self.changed[1] or now - self.changed[0] > 1:  # a drag, or a number being typed, is one change
                self.past = [*self.past[-99:], (self.chosen, stock)]
            self.changed = now, names
        self.replace(knobs, shown)

    def replace(self, knobs: Knobs, shown: Frame) -> None:
        before = {name: getattr(self, name) for name in self.derived}
        self.chosen, self.shown = knobs, shown
        with self.hold_sync():
            self.frame, self.assets = self.message()
            for name, old in before.items():
                if not same(old, new := getattr(self, name)):
                    self.notify_change(traitlets.Bunch(name=name, old=old, new=new, owner=self, type="change"))

    def message(self) -> tuple[dict[str, Any], dict[str, Any]]:
        pictures = [panel for panel in self.shown["panels"] if panel["kind"] == "cells" and panel.get("picture")]
        whole = {panel["id"] for panel in pictures if not any(panel["rim"])}
        values = {name: trait for name, trait in self.traits().items() if isinstance(trait, Values)}
        carried = {trait.panel: name for name, trait in values.items() if trait.computed and trait.panel in whole}
        return message(self.shown, carried, self.answered, bool(self.past))

    def undo(self) -> None:
        """Go back to what was before the last change."""
        if self.past:
            knobs, self.stock = self.past.pop()
            self.changed = NOTHING
            self.replace(knobs, self.look(**knobs))

    def reset(self) -> None:
        """Go back to the start; undo leads back from there."""
        knobs, stock = self.first[0], self.stock
        self.stock, self.changed = self.first[1], NOTHING
        self.commit(knobs, self.look(**knobs), stock)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """A message from the page. What does not fit is answered with a note, and all stays as it was."""
        changes = {name: sync_data[name] for name in self.derived if name in sync_data}
        super().set_state({name: value for name, value in sync_data.items() if name not in changes})
        self.answered = sync_data.get("asked", self.answered)
        try:
            tried = self.tried({name: received(value, self) for name, value in changes.items()})
        except Exception as refusal:
            self.send_state(list(changes))
            return self.refuse(refusal)
        with self._lock_property(**changes):  # what the page has is not sent back
            self.commit(*tried)

    def receive(self, content: dict[str, Any], buffers: Any) -> None:
        """An action that the page asks for; `number` counts them, and the frame that answers it carries it."""
        self.answered = content["number"]
        what: dict[str, Any] = {key: content[key] for key in ("at", "index", "path", "on", "file") if key in content}
        what |= {"data": bytes(buffers[0])} if buffers else {}
        try:
            if (name := content["action"]) in self.actions:
                self.choose(**self.actions[name](dict(self.chosen), **what))
            elif name in ("undo", "reset"):
                getattr(self, name)()
            elif name in ("edit", "resize"):
                cells = (panel for panel in self.shown["panels"] if panel["kind"] == "cells")
                (now,) = (inside(panel) for panel in cells if panel.get("edit") == content["knob"])
                change = edited if name == "edit" else resized
                self.choose(**{content["knob"]: change(now, *content["how"])})
            else:
                self.choose(**{name: turned(self.chosen[name], content["along"], **what)})
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
        shades = any(panel["kind"] == "cells" and panel.get("picture") for panel in self.shown["panels"])
        return data | as_output(still.draw(self.shown, ASSETS), repr(self), shades=shades), metadata


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
