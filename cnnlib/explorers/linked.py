"""What all explorers share: Python computes a frame, the page colours it, links its panels and prints the arithmetic.

One relation on each side links all panels of a frame, m = stride i + dilation u - padding, with m in the input, u in
the kernel and i in the output. A panel shows one of these axes, its role; forward and backward panels share roles.
A frame is computed from the knobs, which are all that a reader can change, by a pure function. Its keys:

    panels   see `panel`                              layout    groups of rows of panels or signs, with titles
    link     the relation, see `link`                 caption   the relation in words, see `describe`
    signs    sign -> what it means, see `legend`
    sums     name -> of which panel, of which factors, plus what; with `zeros` the terms that are zero by construction
             too; with the op "max" the greatest instead of the sum; with `winner` only the terms that won a maximum
    reads    panel -> the sums that are told where it is pointed at
    winner   for pooling: for each output the input that won, both counted along the rows
    sweep    the panel over whose cells the sweep goes; start: the cell shown first; lines: the readout's height
    summary  the one line of text that a saved notebook keeps
"""

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

HERE = Path(__file__).parent
Frame = dict[str, Any]

ASSETS: dict[str, Any] = {
    "palettes": {
        name: (matplotlib.colormaps[name](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()
        for name in ("gray", "RdBu")
    },
    "tints": [[178, 24, 43], [33, 102, 172]],  # the ends of RdBu, for the squares of negative and positive numbers
    # after Okabe and Ito, light enough for the black letters that join the factors of a product
    "hues": ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#a3a3f0", "#bbbbbb", "#ffffff"],
}


def panel(
    id: str,
    role: str,
    values: Array,
    title: str,
    *,
    rim: tuple[int, int] = (0, 0),
    ndim: int = 2,
    scale: tuple[int, int] = (1, 1),
    offset: tuple[int, int] = (0, 0),
    limits: tuple[float, float] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One panel of a frame.

    Args:
        role: the axis it shows: "x" input, "w" kernel, "y" output, or "b", the bias.
        values: (rows, columns), with the rim where there is one.
        title: what stands behind its name, before its size.
        rim: cells of padding around it, (rows, columns).
        ndim: 1, if it has a length, or 2.
        scale, offset: its cell n stands for index (n - offset) / scale of the axis.
        limits: the values at the ends of the palette.
        more: `name` (else the id), `edit` (the knob that its numbers are), `picture` (a canvas, `size` pixels wide,
            instead of numbers), `asset` (a big array is sent under this name, and only when it changes), `partial`
            (the values after each position of the sweep), `computed` (hidden until the sweep comes), `stretched`
            (zeros stand between its values).
    """
    top, signed = float(np.abs(values).max(initial=0)) or 1.0, bool((values < 0).any())
    height, width = (n - 2 * k for n, k in zip(values.shape, rim, strict=True))
    extent = "" if role == "b" else f"length {width}" if ndim == 1 else f"{height} × {width}"
    if any(rim):
        extent += ", its rim hatched" if more.get("picture") else ", its rim dashed"
    return {
        **{"id": id, "name": id, "role": role, "values": values, "title": title, "extent": extent},
        **{"shape": values.shape, "rim": rim, "scale": scale, "offset": offset},
        **{"limits": limits or (-top if signed else 0.0, top), "palette": "RdBu" if signed else "gray"},
        **more,
    }


def inside(panel: dict[str, Any]) -> Array:
    """The numbers of a panel without its rim; never -0."""
    values, (top, left) = panel["values"], panel["rim"]
    without: Array = values[top : len(values) - top, left : values.shape[1] - left] + 0.0
    return without


def link(ndim: int, x: Array, w: Array, y: Array, stride: Any, padding: Any, dilation: Any = (1, 1)) -> dict[str, Any]:
    """The relation m = stride i + dilation u - padding on either side, between x, w and y, all without a rim."""
    names = ("x", "w", "y", "stride", "padding", "dilation")
    sides = zip(x.shape, w.shape, y.shape, stride, padding, dilation, strict=True)
    return {"ndim": ndim, "sides": [dict(zip(names, side, strict=True)) for side in sides]}


def describe(link: dict[str, Any]) -> str:
    """The relation in words: which input an output reads, and why there are so many outputs."""
    where, sizes = [], []
    names = ("ij", "uv") if link["ndim"] == 2 else (" t", " k")
    for side, i, u in zip(link["sides"], *names, strict=True):
        stride, padding, dilation = side["stride"], side["padding"], side["dilation"]
        i, u = i if stride == 1 else f"{stride}{i}", u if dilation == 1 else f"{dilation}{u}"
        where.append(f"{i} + {u}" + (f" − {padding}" if padding else ""))
        reach = str(side["w"]) if dilation == 1 else f"({dilation}·({side['w']} − 1) + 1)"
        sizes.append(f"⌊({side['x']} + 2·{padding} − {reach}) / {stride}⌋ + 1 = {side['y']}")
    if link["ndim"] == 1:
        return f"y[t] reads x[m] = x[{where[1]}] at tap k;  length of y: {sizes[1]}"
    both = f"rows and columns of y: {sizes[0]}"
    size = both if sizes[0] == sizes[1] else f"rows of y: {sizes[0]};  columns: {sizes[1]}"
    return f"y[i, j] reads x[{', '.join(where)}] at weight [u, v];  {size}"


SIGNS = {"⋆": "cross-correlation: nothing is flipped", "∗": "convolution: the kernel is flipped"}


def legend(panels: list[dict[str, Any]], layout: list[dict[str, Any]]) -> dict[str, str]:
    """What the signs mean that occur."""
    seen = str([panel["title"] for panel in panels] + layout)
    return {sign: meaning for sign, meaning in SIGNS.items() if sign in seen}


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
        (shown,) = (p for p in explorer.shown["panels"] if p["id"] == self.panel)
        copy, ndim = inside(shown), explorer.shown["link"]["ndim"] if self.ndim is None else self.ndim
        copy = copy.reshape(copy.shape[2 - ndim :])
        copy.flags.writeable = False  # a change in place would not reach the page
        return copy if ndim else copy.item()


class Explorer(anywidget.AnyWidget):
    """A view of some knobs as a widget. Edits on the page and assignments in the notebook meet in the knobs."""

    _esm = "\n".join((HERE / name).read_text("utf-8") for name in ("panels.js", "readout.js", "linked.js"))
    _css = (HERE / "linked.css").read_text("utf-8")
    spec: Any = traitlets.List().tag(sync=True)  # what may be chosen
    knobs = traitlets.Dict().tag(sync=True, echo_update=False)  # what was chosen, on the page or in the notebook
    frame = traitlets.Dict().tag(sync=True)  # what to show, in one piece: a redraw is atomic
    assets = traitlets.Dict().tag(sync=True)  # palettes and big arrays, which are sent only when they change

    def __init__(self, view: Callable[..., Frame], spec: list[dict[str, Any]], **knobs: Any) -> None:
        knobs = plain(knobs)
        self.view, self.shown = view, view(**knobs)
        frame, assets = wire(self.shown)
        super().__init__(spec=spec, knobs=knobs, frame=frame, assets=assets)
        retire(self)

    def choose(self, **changes: Any) -> None:
        """Turn knobs from the notebook: ValueError or TypeError if they do not fit, and all stays as it was."""
        knobs = self.knobs | plain(changes)
        shown = self.view(**knobs)
        with self.hold_sync():
            self.knobs = knobs
            self.show(shown)

    def show(self, shown: Frame) -> None:
        self.shown = shown
        with self.hold_sync():
            self.frame, self.assets = wire(shown)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """A message from the page. What does not fit is answered with a note beside the last good frame."""
        super().set_state(sync_data)
        try:
            self.show(self.view(**self.knobs))
        except (TypeError, ValueError) as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: Exception) -> None:
        self.frame = self.frame | {"note": str(refusal)}

    def __repr__(self) -> str:
        summary: str = self.shown["summary"]
        return summary

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Beside the widget a still picture, for where no kernel runs, and one line of text that is always the same."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        summary = repr(self)
        data |= {"text/plain": summary, "image/png": base64.b64encode(still.draw(self.shown, ASSETS)).decode()}
        return data, metadata | {"image/png": {"alt": summary}}


def plain(knobs: dict[str, Any]) -> dict[str, Any]:
    """Knobs as the page can be sent them: arrays as lists of rows."""
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in knobs.items()}


def wire(shown: Frame) -> tuple[Frame, dict[str, Any]]:
    """A frame as it is sent: bytes for arrays, the big and lasting ones apart.

    Not narrowed to float32: a frame above 64 KB arrives 40 ms earlier. Behind the kernel's "busy", TCP holds a smaller
    one back until the browser acknowledges (Nagle's algorithm, which Jupyter's server leaves on).
    """
    assets, panels = dict(ASSETS), []
    for panel in shown["panels"]:
        sent = {key: value for key, value in panel.items() if key not in ("values", "asset")}
        sent["data"] = np.ascontiguousarray(panel["values"], np.float64).tobytes()
        if "partial" in sent:
            sent["partial"] = np.ascontiguousarray(sent["partial"], np.float64).tobytes()
        if name := panel.get("asset"):
            assets[name], sent["data"] = sent["data"], name
        panels.append(sent)
    return {"note": "", **shown, "panels": panels}, assets


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
