"""The still picture of a plot, drawn by matplotlib: what plot.js shows, without what can be touched."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from cnnlib.explorers.plots import Plot, Points

# As in explorer.css, light; hue -1 is the last, the ink.
HUES = ["#c04a00", "#0072b2", "#007f5f", "#a8478a", "#8a6d00", "#6b5bd2", "#222222"]
MARKERS = ["o", "s", "^", "D", "P", "v"]


def draw_plot(panel: Plot) -> Image.Image:
    """A plot in the size of the page, with its key under it."""
    names = sum(len(mark["names"]) if mark["kind"] == "points" else mark["name"] != "" for mark in panel["marks"])
    left, below, (width, height) = 52, 46 + 14 * -(-names // 2), panel["size"]
    size = left + width + 12, height + below + 8
    figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    axes = figure.add_axes((left / size[0], below / size[1], width / size[0], height / size[1]))
    axes.set(xlim=panel["x"]["limits"], ylim=panel["y"]["limits"])
    axes.set_xlabel(panel["x"]["label"], fontsize=8, labelpad=2)
    axes.set_ylabel(panel["y"]["label"], fontsize=8, labelpad=2)
    axes.set_xticks([at for at, _ in panel["x"]["ticks"]], [text for _, text in panel["x"]["ticks"]], fontsize=7)
    axes.set_yticks([at for at, _ in panel["y"]["ticks"]], [text for _, text in panel["y"]["ticks"]], fontsize=7)
    for depth, mark in enumerate(panel["marks"]):
        above = 2 + depth + 100 * (mark["kind"] == "points")
        if mark["kind"] == "heat":
            low, high = mark["limits"]
            extent = (*panel["x"]["limits"], *panel["y"]["limits"])
            axes.imshow(mark["values"], mark["palette"], vmin=low, vmax=high, extent=extent, origin="lower", alpha=0.6)
            axes.set_aspect("auto")
        elif mark["kind"] == "line":
            dashes, wide = "--" if mark["dashed"] else "-", 0.8 if mark["thin"] else 1.6
            axes.plot(*mark["xy"].T, dashes, color=HUES[mark["hue"]], lw=wide, zorder=above, label=mark["name"] or None)
        elif mark["kind"] == "arrows":
            for tail, head in zip(mark["tails"], mark["heads"], strict=True):
                look = {"color": HUES[mark["hue"]], "arrowstyle": "-|>", "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
                axes.annotate("", head, tail, arrowprops=look, zorder=above)
        elif mark["kind"] == "bars":
            axes.bar(mark["at"], mark["heights"], mark["width"], color=[HUES[hue] for hue in mark["hues"]])
        else:
            draw_points(axes, mark, above)
    if names:
        figure.legend(loc="lower left", ncols=2, fontsize=7, frameon=False, borderpad=0, labelspacing=0.3)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3])


def draw_points(axes: object, mark: Points, above: int) -> None:
    labels = mark["labels"] or [""] * len(mark["xy"])
    names = {hue: name for name, hue in mark["names"].items()}
    for at, hue, label in zip(mark["xy"], mark["classes"], labels, strict=True):
        size, inside = {"marker": (5, HUES[hue]), "handle": (9, "white"), "ring": (11, "none")}[mark["look"]]
        ring, edge = mark["look"] != "marker", "#222222" if mark["look"] == "marker" else HUES[hue]
        marker = "o" if ring else MARKERS[max(0, hue)]
        style = {"mfc": inside, "mec": edge, "mew": 2 if ring else 0.7, "ms": size, "zorder": above, "ls": ""}
        axes.plot(*at, marker, label=names.pop(hue, None), **style)  # type: ignore[attr-defined]
        if label:
            axes.annotate(label, at, (6, 4), textcoords="offset points", fontsize=8, zorder=above)  # type: ignore[attr-defined]
