"""Plots and lines of text as the page shows them: HTML and SVG, which plot.js puts into the page.

What can be touched has a `data-key`, "which of the marks with points or bars,index", and what plot.js acts by: data-at
in data coordinates, data-drag, data-remove, data-along. Its aria-label is what is told of it. It keeps its keys from
JupyterLab, also where a frame comes while it has the focus.
"""

from collections.abc import Iterator, Sequence
from html import escape
from math import atan2, ceil, degrees, hypot, inf
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.explorers.frames import Text
from cnnlib.explorers.plots import Arrows, Axis, Bars, Line, Mark, Plot, Points

LETTER = 6.2  # pixels, about as wide as a digit of the plots
CIRCLE = "M-{0},0a{0},{0} 0 1 0 {1},0a{0},{0} 0 1 0 -{1},0z"
MARKERS = [  # of each class, around (0, 0)
    CIRCLE.format(5, 10),
    "M-4.5,-4.5h9v9h-9z",
    "M0,-6.2L5.8,4.6H-5.8z",
    "M0,-6.4L6.4,0L0,6.4L-6.4,0z",
    "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "M-5.8,-4.6H5.8L0,6.2z",
]
LOOKS = {"handle": CIRCLE.format(7, 14), "ring": CIRCLE.format(9, 18)}
WALKED = 'role="img" tabindex="-1"'  # what the arrow keys reach
KEYS = 'data-lm-suppress-shortcuts="true"'


def text(panel: Text) -> str:
    """A panel of lines."""
    live = "polite" if panel.get("live") else "off"
    lines = "".join(f"<p>{escape(line)}</p>" for line in panel["lines"])
    title = f"<figcaption>{escape(panel['title'])}</figcaption>"
    return f'<figure class="lm-text" data-panel="{escape(panel["id"])}" aria-live="{live}">{title}{lines}</figure>'


def plot(panel: Plot) -> str:
    """A plot with its key; what is told of the place pointed at, the page writes into the last element."""
    (width, height), y = panel["size"], panel["y"]
    left = 27 + LETTER * max([1, *(len(text) for _, text in y["ticks"])])
    wide, high = left + width + 12, height + 46
    heat = next((mark for mark in panel["marks"] if mark["kind"] == "heat"), None)
    shape = 'height="{}" width="{}"'.format(*heat["values"].shape) if heat else "hidden"
    shares = {"left": left / wide, "top": 8 / high, "width": width / wide, "height": height / high}
    behind = "; ".join(f"{side}: {share:.4%}" for side, share in shares.items())
    told = [mark["texts"] for mark in panel["marks"] if mark["kind"] == "points" or mark["kind"] == "bars"]
    longest = max((len(text) for texts in told for text in texts), default=0)
    hidden = "" if longest or panel.get("click") or (heat and heat["name"]) else "hidden"
    room = f"--lines: {max(1, ceil(longest * LETTER * 1.1 / wide))}"
    label = f"{panel['title']}: {y['label']} over {panel['x']['label']}"
    return (
        f'<figure class="lm-plot" data-panel="{escape(panel["id"])}" style="max-width: {wide:g}px">'
        f"<figcaption>{escape(panel['title'])}</figcaption>"
        f'<div class="lm-axes"><canvas {shape} style="{behind}"></canvas>'
        f'<svg role="group" aria-label="{escape(label)}" viewBox="0 0 {wide:g} {high}" style="width: {wide:g}px">'
        f'<g transform="{shift(left, 8)}">{axes(panel, left)}</g></svg></div>'
        f'<div class="lm-plotkey">{"".join(key(panel["marks"]))}</div>'
        f'<p class="lm-pointed" role="status" style="{room}" {hidden}></p></figure>'
    )


def axes(panel: Plot, left: float) -> str:
    """The rectangle with its ticks and labels: lines are cut at its edge, points are whole."""
    (width, height), x, y = panel["size"], panel["x"], panel["y"]
    box = f'width="{width}" height="{height}"'
    ticks = [tick("lm-under", (place(v, x) * width, height), "M0,0v4", text) for v, text in x["ticks"]]
    ticks += [tick("lm-beside", (0, (1 - place(v, y)) * height), "M0,0h-4", text) for v, text in y["ticks"]]
    add = f'<g class="lm-add" role="button" tabindex="0" data-key="add" {KEYS}><path d="M-8,0h16M0,-8v16"/></g>'
    drawn: dict[str, list[str]] = {"heat": [], "bars": [], "line": [], "arrows": [], "points": []}
    keyed = 0
    for mark in panel["marks"]:
        drawn[mark["kind"]] += shapes(mark, panel, keyed)
        keyed += mark["kind"] in ("points", "bars")
    cut = "".join(drawn["bars"] + drawn["line"] + drawn["arrows"])
    return (
        f'{"".join(ticks)}<text class="lm-label" x="{width / 2:g}" y="{height + 32}">{escape(x["label"])}</text>'
        f'<text class="lm-label" transform="{shift(11 - left, height / 2)} rotate(-90)">{escape(y["label"])}</text>'
        f'<svg {box}><rect class="lm-empty" {box}/>{add if panel.get("click") else ""}{cut}</svg>'
        f'<rect class="lm-frame" {box}/>{"".join(drawn["points"])}'
    )


def shapes(mark: Mark, panel: Plot, which: int) -> Iterator[str]:
    """The elements of a mark; a heat map is a canvas, which the page paints."""
    if mark["kind"] == "line":
        yield line(mark, panel)
    elif mark["kind"] == "arrows":
        yield from arrows(mark, panel)
    elif mark["kind"] == "bars":
        yield from bars(mark, panel, which)
    elif mark["kind"] == "points":
        yield from points(mark, panel, which)


def place(v: Any, axis: Axis) -> Any:
    """How far along an axis: 0 to 1."""
    low, high = axis["limits"]
    return (v - low) / (high - low)


def spots(panel: Plot, xy: Any) -> Array:
    """Data coordinates (N, 2) as pixels of the rectangle, from its upper left corner."""
    across, down = np.asarray(xy, float).T
    return np.column_stack([place(across, panel["x"]), 1 - place(down, panel["y"])]) * panel["size"]


def line(mark: Line, panel: Plot) -> str:
    known = np.isfinite(mark["xy"].sum(1))
    pens = np.where(known & np.append(False, known[:-1]), "L", "M")[known].tolist()
    places = spots(panel, mark["xy"])[known].round(1).tolist()
    return stroked(mark, haloed("".join(f"{pen}{x} {y}" for pen, (x, y) in zip(pens, places, strict=True))))


def arrows(mark: Arrows, panel: Plot) -> Iterator[str]:
    """Each drawn to the right, up to (0, 0), and turned."""
    for (x, y), (tip_x, tip_y) in zip(spots(panel, mark["tails"]), spots(panel, mark["heads"]), strict=True):
        length = hypot(tip_x - x, tip_y - y)
        head, turn = min(9.0, length), degrees(atan2(tip_y - y, tip_x - x))
        d = f"M{-length:.1f},0H{-head / 2:g}M0,0L{-head:g},{0.45 * head:g}V{-0.45 * head:g}Z"
        if 0.5 < length < inf:
            yield stroked(mark, f'<g transform="{shift(tip_x, tip_y)} rotate({turn:.2f})">{haloed(d)}</g>')


def bars(mark: Bars, panel: Plot, which: int) -> Iterator[str]:
    half, heights = mark["width"] / 2, np.where(np.isfinite(mark["heights"]), mark["heights"], 0)
    corners = spots(panel, np.column_stack([mark["at"] - half, heights]))
    feet = spots(panel, np.column_stack([mark["at"] + half, 0 * heights]))
    for n, ((left, top), (right, zero)) in enumerate(zip(corners, feet, strict=True)):
        box = (
            f'x="{left:.2f}" width="{right - left:.2f}" y="{min(top, zero):.2f}" height="{max(1, abs(zero - top)):.2f}"'
        )
        touched = f'data-key="{which},{n}" {KEYS} aria-label="{escape(mark["texts"][n])}" {WALKED}'
        yield f'<g class="lm-bar" style="{tint(mark["hues"][n])}" {touched}><rect {box}/></g>'


def points(mark: Points, panel: Plot, which: int) -> Iterator[str]:
    drag, look = mark.get("drag", ""), mark["look"]
    texts, labels = (mark[name] or [""] * len(mark["xy"]) for name in ("texts", "labels"))
    acts = f'data-drag="{escape(drag)}" data-remove="{escape(mark.get("remove", ""))}" data-along="{mark["along"]}"'
    kind = f"lm-point lm-{look}{' lm-drag' if drag else ''}"
    places = spots(panel, mark["xy"])
    inside = ((places >= 0) & (places <= panel["size"])).all(1) | (np.isfinite(places).all(1) & bool(drag))
    for n in np.flatnonzero(inside):
        (x, y), touched = mark["xy"][n], ""
        if drag or texts[n]:
            at = f"({number(x)}, {number(y)})"
            says = f'data-key="{which},{n}" data-at="{x} {y}" {acts} aria-label="{escape(texts[n] or labels[n] or at)}"'
            value = f'aria-valuenow="{y if mark["along"] == "y" else x}" aria-valuetext="{at}"'
            slide = f'role="slider" tabindex="0" aria-roledescription="point to drag" {value}'
            touched = f"{says} {KEYS} {slide if drag else WALKED}"
        label = f'<text x="11" y="-7">{escape(labels[n])}</text>' if labels[n] else ""
        yield (
            f'<g class="{kind}" transform="{shift(*places[n])}" style="{tint(mark["classes"][n])}" {touched}>'
            f'<circle class="lm-hit"/>{haloed(marker(look, mark["classes"][n]))}{label}</g>'
        )


def key(marks: Sequence[Mark]) -> Iterator[str]:
    """Markers and lines that have names."""
    for mark in marks:
        if mark["kind"] == "points":
            look = "handle" if mark["look"] == "ring" else mark["look"]
            for name, hue in mark["names"].items():
                d = f'<path d="{marker(look, hue)}"/>'
                yield entry(name, f'<g class="lm-point lm-{mark["look"]}" style="{tint(hue)}">{d}</g>')
        elif mark["kind"] != "heat" and mark["name"]:
            yield entry(mark["name"], stroked(mark, '<path d="M-11,0H11"/>'))


def entry(name: str, swatch: str) -> str:
    return f'<span><svg viewBox="-12 -8 24 16" aria-hidden="true">{swatch}</svg><span>{escape(name)}</span></span>'


def stroked(mark: Line | Arrows | Bars, paths: str) -> str:
    kinds = [f"lm-{look}" for look in ("dashed", "thin") if mark.get(look)]
    kinds += ["lm-arrow"] * (mark["kind"] == "arrows")
    hue = next(iter(mark["hues"]), -1) if mark["kind"] == "bars" else mark["hue"]
    return f'<g class="{" ".join(["lm-line", *kinds])}" style="{tint(hue)}">{paths}</g>'


def haloed(d: str) -> str:
    return f'<path class="lm-halo" d="{d}"/><path d="{d}"/>'


def marker(look: str, hue: int) -> str:
    return LOOKS.get(look) or MARKERS[max(0, hue) % len(MARKERS)]


def tick(side: str, at: tuple[float, float], d: str, text: str) -> str:
    return f'<g class="lm-tick {side}" transform="{shift(*at)}"><path d="{d}"/><text>{escape(text)}</text></g>'


def tint(hue: int) -> str:
    return f"--hue: var(--hue{hue})"


def shift(across: float, down: float) -> str:
    return f"translate({across:.6g} {down:.6g})"


def number(v: float) -> str:
    """As `fmt` of page.js prints it: three digits behind the point, powers of ten where they would say nothing."""
    text = f"{round(v, 3) + 0.0:.12g}"
    if v and not 5e-4 <= abs(v) < 1e9:
        mantissa, exponent = f"{v:.3e}".split("e")
        text = f"{float(mantissa):g}e{int(exponent)}"
    return text.replace("-", "−")
