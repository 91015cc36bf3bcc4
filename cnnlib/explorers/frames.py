"""What an explorer shows: a frame, typed, and checked before it is sent (frame_checks.py).

A frame is computed from the knobs, which are all that a reader can change, by a pure function. Its panels are cells
(numbers on squares, or the pixels of a picture), plots, see plots.py, and lines of text. Cells can be linked: one
relation on each side, m = stride i + dilation u - padding, with m in the input, u in the kernel and i in the output.
Such a panel shows one of these axes, its role; forward and backward panels share roles.
"""

from typing import Any, Literal, NotRequired, TypedDict, Unpack

import numpy as np

from cnnlib.arguments import Array
from cnnlib.explorers.plots import Plot


class CellOptions(TypedDict, total=False):
    """What some panels of cells have.

    edit: the knob that its numbers are. picture: a canvas, `size` pixels wide, instead of numbers. asset: a big array
    is sent under this name, and only when it changes. computed: hidden until the sweep comes, instead of growing with
    it as other sums do. stretched: zeros stand between its values. colours: its bytes of red, green and blue (rows,
    columns, 3), shown instead of its values. winners: for each cell of a pooled panel the output that won.

    Of a picture that is linked with nothing: point, click, paint are the actions, see plots.py, for pointing at a cell,
    a click or Enter there (at=[row, column], index=0), and a stroke (path=[[row, column], ...] in cells from the upper
    left corner, on=whether it goes on). boxes: what is outlined, [row, column, height, width] of each.
    """

    edit: str
    picture: bool
    size: int
    asset: str
    computed: bool
    stretched: bool
    colours: Any
    winners: list[int]
    point: str
    click: str
    paint: str
    boxes: list[list[int]]


class Cells(CellOptions):
    """A panel of numbers: `values` (rows, columns) with the rim; cell n stands for index (n - offset) / scale."""

    kind: Literal["cells"]
    id: str
    name: str
    role: Literal["x", "w", "y", "b", ""]
    values: Array
    title: str
    extent: str
    shape: tuple[int, int]
    rim: tuple[int, int]
    ndim: int
    scale: tuple[float, float]
    offset: tuple[int, int]
    limits: tuple[float, float]
    palette: str


class Text(TypedDict):
    """A panel of lines that Python wrote, an update written out as a sum for example. live: it is read aloud."""

    kind: Literal["text"]
    id: str
    title: str
    lines: list[str]
    live: NotRequired[bool]


Panel = Cells | Plot | Text


class Side(TypedDict):
    """One side of the relation: the lengths of x, w and y, and what joins them."""

    x: int
    w: int
    y: int
    stride: int
    padding: int
    dilation: int


class Link(TypedDict):
    ndim: int
    sides: list[Side]


class Sum(TypedDict):
    """Of which panel, of which factors, plus what; see readout.js.

    zeros: also the terms that are zero by construction. op "max": the greatest instead of the sum. winner: only the
    terms that won a maximum.
    """

    of: str
    factors: list[str]
    plus: NotRequired[list[str]]
    op: NotRequired[Literal["Σ", "max"]]
    zeros: NotRequired[bool]
    winner: NotRequired[bool]


class Place(TypedDict):
    panel: str
    at: list[int]


class Arithmetic(TypedDict):
    """What links the panels of cells, and the sums that are told.

    reads: panel -> the sums that are told where it is pointed at. start: the cell shown first. sweep: the panel over
    whose cells the sweep goes. lines: the readout's height. winner: for pooling, for each output the input that won,
    both counted along the rows.
    """

    link: Link
    sums: dict[str, Sum]
    reads: dict[str, list[str]]
    start: Place
    sweep: str
    lines: int
    winner: NotRequired[list[int]]


class Group(TypedDict):
    """Rows of panels, by their ids, and of signs such as "=" between them; so many groups abreast share a line.

    flow: where the page is narrow, two panels stand beside each other, whatever rows they are in; a text has a line,
        and so has a picture that is more than six times as wide as high.
    """

    title: str
    rows: list[list[str]]
    abreast: NotRequired[int]
    flow: NotRequired[bool]


class Frame(TypedDict):
    """caption: one line above the panels. summary: the one line of text that a saved notebook keeps.

    signs: sign -> what it means, see `legend`. finished: play stops here.
    """

    panels: list[Panel]
    layout: list[Group]
    caption: str
    summary: str
    signs: NotRequired[dict[str, str]]
    arithmetic: NotRequired[Arithmetic]
    finished: NotRequired[bool]


def cells(
    id: str,
    role: Literal["x", "w", "y", "b", ""],
    values: Array,
    title: str,
    *,
    name: str | None = None,
    rim: tuple[int, int] = (0, 0),
    ndim: int = 2,
    scale: tuple[float, float] = (1, 1),
    offset: tuple[int, int] = (0, 0),
    limits: tuple[float, float] | None = None,
    palette: str | None = None,
    extent: str | None = None,
    **options: Unpack[CellOptions],
) -> Cells:
    """A panel of cells.

    Args:
        role: the axis it shows: "x" input, "w" kernel, "y" output; "b", the bias; "" if it is linked with nothing.
        values: (rows, columns), with the rim where there is one.
        title: what stands behind its name, before its size.
        name: as it is printed; by default the id.
        rim: cells of padding around it, (rows, columns).
        ndim: 1, if it has a length, or 2.
        scale, offset: its cell n stands for index (n - offset) / scale of the axis.
        limits: the values at the ends of the palette.
        palette: RdBu if there are negative values, else gray.
        extent: what stands for its size; by default rows and columns.
        options: see CellOptions.
    """
    top, signed = float(np.nan_to_num(np.abs(values)).max(initial=0)) or 1.0, bool((values < 0).any())
    rows, columns = values.shape
    height, width = rows - 2 * rim[0], columns - 2 * rim[1]
    if extent is None:
        extent = "" if role == "b" else f"length {width}" if ndim == 1 else f"{height} × {width}"
    if any(rim):
        extent += ", its rim hatched" if options.get("picture") else ", its rim dashed"
    return {
        "kind": "cells",
        "id": id,
        "name": name or id,
        "role": role,
        "values": values,
        "title": title,
        "extent": extent,
        "shape": (rows, columns),
        "rim": rim,
        "ndim": ndim,
        "scale": scale,
        "offset": offset,
        "limits": limits or (-top if signed else 0.0, top),
        "palette": palette or ("RdBu" if signed else "gray"),
        **options,
    }


def text(id: str, title: str, lines: list[str], *, live: bool = False) -> Text:
    """A panel of lines of text."""
    return {"kind": "text", "id": id, "title": title, "lines": lines, "live": live}


def find(frame: Frame, id: str) -> Cells:
    """The panel of cells of this id."""
    (panel,) = (panel for panel in frame["panels"] if panel["id"] == id and panel["kind"] == "cells")
    return panel


def inside(panel: Cells) -> Array:
    """The numbers of a panel without its rim; never -0."""
    values, (top, left) = panel["values"], panel["rim"]
    without: Array = values[top : len(values) - top, left : values.shape[1] - left] + 0.0
    return without


def link(ndim: int, x: Array, w: Array, y: Array, stride: Any, padding: Any, dilation: Any = (1, 1)) -> Link:
    """The relation m = stride i + dilation u - padding on either side, between x, w and y, all without a rim."""
    sides = zip(x.shape, w.shape, y.shape, stride, padding, dilation, strict=True)
    return {"ndim": ndim, "sides": [Side(x=x, w=w, y=y, stride=s, padding=p, dilation=d) for x, w, y, s, p, d in sides]}
