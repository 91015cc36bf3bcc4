"""Plots: axes in data coordinates, a heat map behind, and points, lines, arrows and bars that can be dragged and told.

The smallest explorer with a plot: drag the start of gradient descent on a bowl, step, play, restart.

    import numpy as np
    from cnnlib.explorers.frames import Frame, text
    from cnnlib.explorers.plots import axis, grid, handle, heat, line, plot, points
    from cnnlib.explorers.widget import Explorer

    W0, W1 = axis("w[0]", -3, 3), axis("w[1]", -2, 2)
    CURVATURE = np.array([1.0, 4.0])
    SURFACE = heat((grid(W0, W1) ** 2 @ CURVATURE) / 2, name="loss")

    def view(start, rate, steps):
        path = [np.array(start)]
        for _ in range(steps):
            path.append(path[-1] - rate * CURVATURE * path[-1])
        last, slope = path[-1], CURVATURE * path[-1]
        bowl = plot("bowl", "descent", W0, W1, [
            SURFACE,
            line(path, name="path"),
            points(path, texts=[f"after {n} steps" for n in range(len(path))]),
            handle(start, "start", drag="start"),
        ], click="start")
        update = text("update", "the next step", [f"w[0] = {last[0]:.3f} − {rate:g}·{slope[0]:.3f}"])
        return Frame(
            panels=[bowl, update], layout=[{"title": "", "rows": [["bowl", "update"]]}],
            caption="Drag the start.", summary=f"bowl after {steps} steps", finished=steps >= 50,
        )

    controls = [
        {"kind": "range", "name": "rate", "label": "learning rate η", "min": 0, "max": 0.6, "step": 0.01},
        {"kind": "play", "action": "step", "label": "descend"},
        {"kind": "button", "action": "restart", "label": "restart"},
    ]
    actions = {"step": lambda knobs: {"steps": knobs["steps"] + 1}, "restart": lambda knobs: {"steps": 0}}
    Explorer(view, controls, actions, start=[2.5, 1.5], rate=0.1, steps=0)

What the reader does to a plot is the name of an action, or of a knob. `drag`, `click` and `remove` take either:

    an action   function (knobs, **what) -> changed knobs;  what: at=[x, y], index= (drag), at= (click), index= (remove)
    a knob      a number is set to x (along="x") or to y, a pair to [x, y], a row of a list to [x, y, *the rest]; a
                click adds such a row, and a removal takes it away

Classes and hues count from 0 and have one colour and one marker each: negative is 0, positive is 1; hue -1 is the ink.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NotRequired, TypedDict

import contourpy
import numpy as np
from matplotlib.ticker import MaxNLocator

from cnnlib.arguments import Array
from cnnlib.explorers.shapes import Misshapen

Along = Literal["x", "y", "xy"]
Look = Literal["marker", "handle", "ring"]


class Axis(TypedDict):
    """label, limits, ticks as (value, text), and the step of a drag or an arrow key."""

    label: str
    limits: tuple[float, float]
    ticks: list[tuple[float, str]]
    step: float


class Heat(TypedDict):
    """values (rows, columns), the lowest row first, over the whole of the axes."""

    kind: Literal["heat"]
    values: Array
    name: str
    limits: tuple[float, float]
    palette: str


class Line(TypedDict):
    """xy (N, 2); nan interrupts it."""

    kind: Literal["line"]
    xy: Array
    name: str
    hue: int
    dashed: bool
    thin: bool


class Arrows(TypedDict):
    """tails, heads (N, 2)."""

    kind: Literal["arrows"]
    tails: Array
    heads: Array
    name: str
    hue: int


class Bars(TypedDict):
    """Bars from 0 to `heights` (N,) at the places `at` (N,), told by `texts`."""

    kind: Literal["bars"]
    at: Array
    heights: Array
    hues: list[int]
    texts: list[str]
    name: str
    width: float


class Points(TypedDict):
    """xy (N, 2), each with a class, the text told where it is pointed at, and a label beside it."""

    kind: Literal["points"]
    xy: Array
    classes: list[int]
    texts: list[str]
    labels: list[str]
    names: dict[str, int]
    look: Look
    along: Along
    drag: NotRequired[str]
    remove: NotRequired[str]


Mark = Heat | Line | Arrows | Bars | Points


class Plot(TypedDict):
    """A panel. size: of the rectangle of the axes, in pixels of the screen."""

    kind: Literal["plot"]
    id: str
    title: str
    x: Axis
    y: Axis
    size: tuple[int, int]
    marks: list[Mark]
    click: NotRequired[str]


def plot(
    id: str,
    title: str,
    x: Axis,
    y: Axis,
    marks: Sequence[Mark],
    *,
    size: tuple[int, int] = (260, 260),
    click: str | None = None,
) -> Plot:
    """A panel with axes; what comes later in `marks` lies above. click: what a click on empty space does."""
    panel: Plot = {"kind": "plot", "id": id, "title": title, "x": x, "y": y, "size": size, "marks": list(marks)}
    if click:
        panel["click"] = click
    return panel


def axis(label: str, low: float, high: float, *, ticks: dict[str, float] | int = 5, step: float | None = None) -> Axis:
    """An axis from low to high, of y also from high to low, as rows are counted.

    ticks: about how many, or text -> value. step: of a drag, 1/100 of the axis or so.
    """
    least, most = min(low, high), max(low, high)
    if isinstance(ticks, int):
        values = [v + 0.0 for v in MaxNLocator(ticks, steps=[1, 2, 5, 10]).tick_values(least, most)]
        places = [(v, f"{v:.10g}".replace("-", "−")) for v in values if least - 1e-9 <= v <= most + 1e-9]
    else:
        places = [(float(value), text) for text, value in ticks.items()]
    if step is None:
        ten = 10.0 ** np.floor(np.log10((most - least) / 100))
        step = float(ten * min((1, 2, 5, 10), key=lambda n: abs(n * ten - (most - least) / 100)))
    return {"label": label, "limits": (float(low), float(high)), "ticks": places, "step": step}


def grid(x: Axis, y: Axis, size: int = 60) -> Array:
    """(size, size, 2): the middles of a heat map's cells, where to compute its values."""
    middles = [np.linspace(*a["limits"], 2 * size + 1)[1::2] for a in (x, y)]
    return np.stack(np.meshgrid(*middles), -1)


def heat(
    values: Array, *, name: str = "", limits: tuple[float, float] | None = None, palette: str | None = None
) -> Heat:
    """A heat map over the whole of the axes: RdBu about 0 where values are negative, else viridis; or gray.

    The first row of values lies at the lower edge, whichever way y is counted.
    """
    top, signed = float(np.abs(values).max(initial=0)) or 1.0, bool((values < 0).any())
    limits = limits or ((-top, top) if signed else (0.0, top))
    palette = palette or ("RdBu" if signed else "viridis")
    return {"kind": "heat", "values": np.asarray(values), "name": name, "limits": limits, "palette": palette}


def line(xy: Any, *, name: str = "", hue: int = -1, dashed: bool = False, thin: bool = False) -> Line:
    """A line through xy (N, 2); with a name it stands in the key."""
    return {"kind": "line", "xy": pairs(xy), "name": name, "hue": hue, "dashed": dashed, "thin": thin}


def curve(f: Callable[[Array], Array], x: Axis, **look: Any) -> Line:
    """The graph of a function of one array over an axis, as a line."""
    at = np.linspace(*x["limits"], 241)
    return line(np.column_stack([at, f(at)]), **look)


def contours(values: Array, x: Axis, y: Axis, levels: Sequence[float], **look: Any) -> list[Line]:
    """Where the values on a `grid` pass the levels, as lines; a decision boundary is the level 0."""
    middles = grid(x, y, len(values))
    lines = contourpy.contour_generator(middles[0, :, 0], middles[:, 0, 1], values).lines
    found = [piece for level in levels for piece in lines(level)]
    return [line(piece, **({"thin": True} | look)) for piece in found]


def arrows(tails: Any, heads: Any, *, name: str = "", hue: int = -1) -> Arrows:
    """Arrows from tails (N, 2) to heads (N, 2)."""
    return {"kind": "arrows", "tails": pairs(tails), "heads": pairs(heads), "name": name, "hue": hue}


def bars(
    at: Any, heights: Any, *, hues: Sequence[int] = (), texts: Sequence[str] = (), name: str = "", width: float = 0.8
) -> Bars:
    """Bars at the places (N,), from 0 to the heights (N,)."""
    at, heights = np.asarray(at, float), np.asarray(heights, float)
    hues, texts = list(hues) or [1] * len(at), list(texts) or [f"{v:.4g}" for v in heights]
    ints = [int(hue) for hue in hues]
    return {"kind": "bars", "at": at, "heights": heights, "hues": ints, "texts": texts, "name": name, "width": width}


def points(
    xy: Any,
    *,
    classes: Sequence[int] = (),
    texts: Sequence[str] = (),
    labels: Sequence[str] = (),
    names: dict[str, int] | None = None,
    drag: str | None = None,
    along: Along = "xy",
    remove: str | None = None,
    look: Look = "marker",
) -> Points:
    """Points.

    Args:
        xy: (N, 2).
        classes: of each, 0 to 5: its colour and marker; one for all; by default the ink's.
        texts: what is told where one is pointed at, and read aloud.
        labels: what stands beside each.
        names: name -> class, for the key.
        drag: the action or knob that follows a drag by mouse, touch or arrow keys, `along` "x", "y" or both.
        remove: the action or knob that a double click, or Delete, takes a point from.
        look: the class's marker, a handle to take hold of, or a ring around a point of another mark.
    """
    places = pairs(xy)
    classes = [int(c) for c in classes] or [-1]
    mark: Points = {
        "kind": "points",
        "xy": places,
        "classes": classes * len(places) if len(classes) == 1 else classes,
        "texts": list(texts),
        "labels": list(labels),
        "names": names or {},
        "look": look,
        "along": along,
    }
    if drag:
        mark["drag"] = drag
    if remove:
        mark["remove"] = remove
    return mark


def handle(at: Any, text: str, *, drag: str, along: Along = "xy", hue: int = -1, label: str = "") -> Points:
    """One point to take hold of. text: what it is, read aloud and told; label: what stands beside it."""
    return points([at], texts=[text], labels=[label], drag=drag, along=along, classes=[hue], look="handle")


def pairs(values: Any) -> Array:
    """(N, 2), also of nothing."""
    array: Array = np.array(values, float)
    if not array.size:
        return array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise Misshapen(f"points and lines are pairs (N, 2), got shape {array.shape}")
    return array
