"""The pictures of lecture 02, multilayer perceptrons and XOR: networks and their regions, and the plane they bend."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from cnnlib.arguments import Array
from cnnlib.plotting import centred, described, listed, signed
from cnnlib.plotting.palette import BLUE, GREY, INK, ORANGE, PAPER, VERMILION, tint

Decide = Callable[[Array], Array]

CLASSES = (ORANGE, BLUE)  # of 0 and 1, or of −1 and +1
PALE = ListedColormap([tint(ORANGE, 0.3), tint(BLUE, 0.3)])


class Threshold(NamedTuple):
    """A network of threshold units with one output, ready to be drawn.

    Attributes:
        title: what stands above it.
        w1, b1: hidden layer, (M, D) and (M,).
        w2, b2: output, (M,) and a number.
        direct: weights (D,) of lines from the inputs straight to the output, or nothing.
    """

    title: str
    w1: Array
    b1: Array
    w2: Array
    b2: float
    direct: Array | None = None

    def __call__(self, x: Array) -> Array:
        """The answers 0 or 1 to the points x (N, D)."""
        a = x @ self.w1.T + self.b1 > 0
        return a @ self.w2 + (0 if self.direct is None else x @ self.direct) + self.b2 > 0


def interval(network: Threshold, x: Array, t: Array) -> Figure:
    """The network on a line of numbers: its units, and where each of them fires."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 2.7), width_ratios=(1, 1.25))
    _diagram(left, network, ["x"])
    line = np.linspace(x.min() - 0.8, x.max() + 0.8, 400)[:, None]
    a = line @ network.w1.T + network.b1 > 0
    for row, (fires, name) in enumerate([*zip(a.T, ("a[0]", "a[1]"), strict=True), (network(line), "y")]):
        right.fill_between(line[:, 0], -row, -row + 0.7 * fires, color=BLUE if name == "y" else GREY, step="mid")
        right.text(line[0, 0] - 0.1, -row + 0.2, name, ha="right")
    right.scatter(x, np.full(len(x), -2.5), c=_class_colours(t), s=70, edgecolor=INK, zorder=3)
    right.text(line[0, 0] - 0.1, -2.6, "points", ha="right")
    right.set(yticks=[], xlabel="x", ylim=(-2.9, 0.9))
    right.spines[["top", "left", "right"]].set_visible(False)
    return described(
        figure,
        "Left, a network with one input, two hidden units and one output, its weights on the lines, its biases in the "
        f"units. Right, a line of numbers with points at {listed(x)}: a[0] is 1 above 0.5, a[1] below 1.5, and the "
        "output y where both are.",
    )


def xor_networks(networks: Sequence[Threshold], x: Array, t: Array) -> Figure:
    """Each network with its weights, and below it where it answers 1."""
    figure, axes = plt.subplots(2, len(networks), figsize=(3.0 * len(networks), 4.5), height_ratios=(0.8, 1))
    figure.subplots_adjust(wspace=0.3, hspace=0.1)
    for (above, below), network in zip(axes.reshape(2, -1).T, networks, strict=True):
        _diagram(above, network, ["x[0]", "x[1]"])
        above.set_title(network.title, fontsize=11)
        _region(below, network.__call__, (-1, 2.2))
        _lines(below, network.w1, network.b1, (-1, 2.2))
        _points(below, x, t)
    return described(
        figure,
        f"{len(networks)} networks for XOR, drawn with their weights, and below each the plane: blue where it answers "
        "1. The points (0, 1) and (1, 0) lie in blue, (0, 0) and (1, 1) in orange, in every one; elsewhere the regions "
        "differ. Dashed lines are those of the hidden units.",
    )


def shapes(panels: Sequence[tuple[str, Decide]]) -> Figure:
    """Where each network answers 1, side by side."""
    figure, axes = plt.subplots(1, len(panels), figsize=(2.7 * len(panels), 2.9), sharey=True)
    for ax, (title, decide) in zip(axes, panels, strict=True):
        _region(ax, decide, (-2.0, 2.0))
        ax.set_title(title, fontsize=10)
    axes[0].set_ylabel("x[1]")
    for ax in axes[1:]:
        ax.set_ylabel("")
    titles = "; ".join(" ".join(title.split()) for title, _ in panels)
    return described(figure, f"{len(panels)} planes, blue where a network answers 1: {titles}.")


def polygon(count: Decide, corners: Array, sides: int) -> Figure:
    """How many half planes hold each point of the plane; all of them in the middle."""
    figure, ax = plt.subplots(figsize=(4.6, 3.4))
    grid, extent = _grid((-2.2, 2.2))
    shades = ListedColormap([tint(BLUE, 0.9 * k / sides) for k in range(sides + 1)])
    image = ax.imshow(
        count(grid).reshape(200, 200), origin="lower", extent=extent, cmap=shades, vmin=-0.5, vmax=sides + 0.5
    )
    ax.plot(*np.vstack([corners, corners[:1]]).T, color=INK, linewidth=1)
    ax.set(xlabel="x[0]", ylabel="x[1]")
    figure.colorbar(image, ticks=range(sides + 1), label="half planes that hold the point")
    return described(
        figure,
        f"The plane, shaded by how many of {sides} half planes hold each point. All {sides} hold the points of a "
        "polygon in the middle; fewer hold the points around it.",
    )


def bent(x: Array, t: Array, panels: Sequence[tuple[str, Decide]]) -> Figure:
    """The same two classes, and the boundary that each network draws between them."""
    figure, axes = plt.subplots(1, len(panels), figsize=(1.9 * len(panels), 2.1), sharey=True)
    figure.subplots_adjust(wspace=0.12)
    for ax, (title, decide) in zip(axes, panels, strict=True):
        _region(ax, decide, (-1.2, 1.2))
        ax.scatter(x[:, 0], x[:, 1], c=_class_colours(t), s=3)
        ax.set_title(title, fontsize=10)
    for ax in axes[1:]:
        ax.set_ylabel("")
    titles = "; ".join(" ".join(title.split()) for title, _ in panels)
    return described(
        figure, f"Two spirals wound around each other, and the regions of {len(panels)} networks: {titles}."
    )


def planes(x: Array, t: Array, stages: Sequence[tuple[str, Decide, Array, float]]) -> Figure:
    """The points where they are, and where the hidden units put them: before and after learning.

    Args:
        x, t: points (N, 2) and their classes.
        stages: for each a title, the function that makes hidden points (N, 2) of points, and the output's weights
            (2,) and bias. A single one stands alone.
    """
    identity = ("where the points are", lambda points: points, None, 0.0)
    panels = [identity, *stages] if len(stages) > 1 else stages
    figure, axes = plt.subplots(1, len(panels), figsize=(2.6 * len(panels), 2.4), squeeze=False)
    figure.subplots_adjust(wspace=0.45)
    rows = np.linspace(-0.5, 1.5, 7)
    along = np.linspace(-0.5, 1.5, 60)
    mesh = [np.stack([along, np.full(60, r)], 1) for r in rows] + [np.stack([np.full(60, r), along], 1) for r in rows]
    for ax, (title, place, w2, b2) in zip(axes[0], panels, strict=True):
        if w2 is not None:
            _region(ax, partial(_above, w2, b2), (-1.3, 1.3))
        for stretch in mesh:
            ax.plot(*place(stretch).T, color=GREY, linewidth=0.8, zorder=1)
        if w2 is None:
            ax.set(xlim=(-0.6, 1.6), ylim=(-0.6, 1.6))
        _points(ax, place(x), t, names=x)
        letter = "x" if w2 is None else "a"
        ax.set(title=title, xlabel=f"{letter}[0]", ylabel=f"{letter}[1]", aspect="equal")
    return described(
        figure,
        "The four points of XOR in a square mesh, then the same points and mesh in the plane of two hidden units, "
        "before and after learning. Before, no line parts the classes; after, the mesh is folded and a "
        "straight line does."
        if len(stages) > 1
        else "The four points of XOR and a square mesh around them, in the plane of two hidden units. Two points of "
        "different classes lie on one spot.",
    )


def lifted(x: Array, t: Array, panels: Sequence[tuple[str, Array, Array, float]]) -> Figure:
    """The points where they are, and where the hidden units of several networks put them.

    Args:
        x, t: points (N, 2) and their classes, 0 or 1.
        panels: for each a title, the hidden points (N, M), and the output's weights (M,) and bias. Two hidden units are
            shown as a plane; more from the side, with the distance from the output's plane to the right.
    """
    figure, axes = plt.subplots(1, 1 + len(panels), figsize=(6.4, 2.3), layout="constrained")
    axes[0].set(title="where the points are", xlabel="x[0]", ylabel="x[1]", aspect="equal")
    _dots(axes[0], x, t)
    for ax, (title, a, w2, b2) in zip(axes[1:], panels, strict=True):
        length = float(np.linalg.norm(w2))
        ax.set(title=title, xlabel="a[0]", ylabel="a[1]")
        if a.shape[1] == 2:
            _dots(ax, a, t)
            foot, along = -b2 * w2 / length**2, np.array([-w2[1], w2[0]])
            ax.axline(tuple(foot), tuple(foot + along), color=INK, linewidth=1.2)
            ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal")
        else:
            away = (a @ w2 + b2) / length
            flat = a - a.mean(0) - np.outer(away - away.mean(), w2 / length)
            _dots(ax, np.stack([away, flat @ np.linalg.svd(flat)[2][0]], axis=1), t)
            ax.axvline(0, color=INK, linewidth=1.2)
            ax.set(xlabel="distance from the plane", ylabel="along it")
    return described(
        figure,
        "A disc of one class in a ring of the other. In the plane of two hidden units the disc still lies within the "
        "ring, and a straight line cuts through both. With three units, seen from the side, disc and ring lie on two "
        "sides of a plane.",
    )


def _dots(ax: Axes, places: Array, t: Array) -> None:
    ax.scatter(places[:, 0], places[:, 1], c=_class_colours(t), s=4)


def _above(w2: Array, b2: float, a: Array) -> Array:
    return a @ w2 + b2 > 0


def _region(ax: Axes, decide: Decide, limits: tuple[float, float]) -> None:
    """Shade the square where the answer is 1."""
    grid, extent = _grid(limits)
    shown = np.asarray(decide(grid), float).reshape(200, 200)
    ax.imshow(shown, origin="lower", extent=extent, cmap=PALE, vmin=0, vmax=1, aspect="equal")
    ax.set(xlabel="x[0]", ylabel="x[1]")


def _grid(limits: tuple[float, float]) -> tuple[Array, tuple[float, float, float, float]]:
    side = np.linspace(*limits, 200)
    first, second = np.meshgrid(side, side)
    return np.stack([first.ravel(), second.ravel()], axis=1), (*limits, *limits)


def _points(ax: Axes, places: Array, t: Array, names: Array | None = None) -> None:
    """Points in the colours of their classes; those on one spot share a label, one below the other."""
    ax.scatter(places[:, 0], places[:, 1], c=_class_colours(t), s=70, edgecolor=INK, zorder=3)
    texts = [f"({', '.join(map(signed, name))})" for name in (places if names is None else names)]
    left, right = ax.get_xlim()
    for n, place in enumerate(places):
        near = np.linalg.norm(places - place, axis=1) < 0.1
        if near[:n].any():
            continue
        side = "right" if place[0] > left + 0.8 * (right - left) else "left"
        box = {"boxstyle": "round,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.7}
        ax.annotate(
            "\n".join(text for text, close in zip(texts, near, strict=True) if close),
            place,
            (-7 if side == "right" else 7, 7),
            textcoords="offset points",
            fontsize=8,
            ha=side,
            bbox=box,
            zorder=4,
        )


def _class_colours(t: Array) -> list[str]:
    return [CLASSES[int(value > 0)] for value in t]


def _lines(ax: Axes, w: Array, b: Array, limits: tuple[float, float]) -> None:
    """The line w · x + b = 0 of each hidden unit."""
    for (across, up), bias in zip(w, b, strict=True):
        ends = np.array(limits)
        if abs(up) > abs(across):
            ax.plot(ends, -(across * ends + bias) / up, "--", color=INK, linewidth=1)
        else:
            ax.plot(-(up * ends + bias) / across, ends, "--", color=INK, linewidth=1)
    ax.set(xlim=limits, ylim=limits)


def _diagram(ax: Axes, network: Threshold, inputs: list[str]) -> None:
    """Inputs, hidden units and the output from left to right: weights on the lines, biases in the units."""
    D, M = len(inputs), len(network.w1)
    ax.set(xlim=(-0.25, 2.45), ylim=(-0.95, 1.2))
    ax.axis("off")
    places = [[(0.0, y) for y in _spread(D)], [(1.0, y) for y in _spread(M)]]
    output = (2.0, 0.0)
    lines = [(places[0][d], places[1][j], network.w1[j, d]) for j in range(M) for d in range(D)]
    lines += [(places[1][j], output, network.w2[j]) for j in range(M)]
    if network.direct is not None:
        lines += [(places[0][d], output, network.direct[d]) for d in range(D)]
    for (x0, y0), (x1, y1), weight in lines:
        ax.plot((x0, x1), (y0, y1), color=BLUE if weight > 0 else VERMILION, linewidth=1.4, zorder=1)
        at = 0.5 if y0 == y1 else 0.32 if x1 - x0 == 1 else 0.72  # where no other line passes
        box = {"boxstyle": "round,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
        where = x0 + at * (x1 - x0), y0 + at * (y1 - y0)
        centred(ax, *where, signed(weight), 9, bbox=box, zorder=2)
    labels = [*inputs, *(signed(b) for b in network.b1), signed(network.b2)]
    for (x, y), label in zip([*places[0], *places[1], output], labels, strict=True):
        ax.add_patch(Circle((x, y), 0.23, facecolor=PAPER, edgecolor=INK, zorder=3))
        centred(ax, x, y, label, 8.5, zorder=4)
    for j, (x, y) in enumerate(places[1]):
        if network.direct is None:
            ax.text(x, y + 0.27, f"a[{j}]", ha="center", va="bottom", fontsize=9)
        else:  # the direct lines pass above and below
            ax.text(x - 0.28, y, f"a[{j}]", ha="right", va="center", fontsize=9)
    ax.text(2.28, 0, "y", va="center", fontsize=10)
    ax.set_aspect("equal")


def _spread(count: int) -> list[float]:
    return [0.0] if count == 1 else list(np.linspace(0.7, -0.7, count))
