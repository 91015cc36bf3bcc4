"""The pictures of lecture 01, the perceptron."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from cnnlib.arguments import Array
from cnnlib.plotting import arrow, balanced, canvas, centred, described, signed, tile
from cnnlib.plotting.palette import BLUE, GREEN, GREY, INK, PURPLE, VERMILION, tint

Unit = tuple[Array, float]


def drawn(*lines: str) -> Array:
    """Weights from a picture of characters: # is +1, - is −1, a dot is 0."""
    return np.array([["-.#".index(c) - 1.0 for c in text] for text in lines])


BLANK = "." * 8
RING = drawn(*[BLANK] * 4, "..####..", "..#--#..", "..#--#..", "..####..")
GALLERY = (
    drawn(BLANK, BLANK, ".------.", ".######.", ".######.", ".------.", BLANK, BLANK),
    RING[::-1],
    drawn(*["##----.."] * 8),
    drawn(*[BLANK] * 5, ".------.", ".######.", ".######."),
)
ROWS = (2, 0, 3, 1)  # the unit whose digits stand in each row of the quiz

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
BOLD: dict[str, Any] = {"arrowstyle": "-|>", "linewidth": 2}
# Class +1 is a blue square, class -1 a red disc, everywhere in this lecture, as in the explorer.
MARKS = ((1, BLUE, "s", "t = +1"), (-1, VERMILION, "o", "t = −1"))


def unit(x: Array, w: Array, b: float, names: Sequence[str]) -> Figure:
    """One unit at work: each input times its weight, the constant 1 times b, the sum, the step, the answer."""
    D, z = len(x), float(x @ w + b)
    figure, ax = canvas(15, 1.3 * (D + 1))
    middle = 0.65 * (D + 1)
    for d, (value, weight, name) in enumerate([*zip(x, w, names, strict=True), (1.0, b, "constant")]):
        at = 0.65 + 1.3 * d
        ax.add_patch(Circle((4, at), 0.45, facecolor=tint(GREY, 0.5), edgecolor=INK))
        ax.text(4, at, signed(value), ha="center", va="center")
        ax.text(3.3, at, name, ha="right", va="center", fontsize=10)
        arrow(ax, (4.5, at), (8.1, middle), GREY)
        ax.text(5.9, at + 0.46 * (middle - at), f"×{signed(weight)}", color=BLUE, ha="center", va="center", bbox=WHITE)
    _box(ax, 9, middle, f"z = {signed(z)}")
    _box(ax, 12, middle, "above 0?")
    for left, right in ((9.95, 11), (12.95, 13.7)):
        arrow(ax, (left, middle), (right, middle))
    ax.text(13.8, middle, f"y = {'+1' if z > 0 else '−1'}", va="center", fontsize=11)
    terms = ", ".join(f"{name} {signed(v)} times {signed(k)}" for v, k, name in zip(x, w, names, strict=True))
    return described(
        figure,
        f"A unit drawn as a graph. Arrows lead from its inputs to the sum: {terms}, and the constant 1 times "
        f"{signed(b)}. The sum z is {signed(z)}, so the answer y is {'+1' if z > 0 else '−1'}.",
    )


def plane(ax: Axes, x: Array, t: Array, w: Array | None = None, b: float = 0.0, pad: float = 0.5) -> None:
    """Points of two classes, and behind them the half plane where the unit says +1."""
    low, high = x.min(0) - pad, x.max(0) + pad
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", xlabel="x[0]", ylabel="x[1]")
    if w is not None:
        grid = np.meshgrid(*(np.linspace(a, c, 200) for a, c in zip(low, high, strict=True)))
        z = w[0] * grid[0] + w[1] * grid[1] + b
        ax.contourf(*grid, z > 0, levels=[-0.5, 0.5, 1.5], colors=[tint(VERMILION, 0.13), tint(BLUE, 0.2)])
        line(ax, w, b)
    for target, colour, marker, label in MARKS:
        across, up = x[t == target].T
        ax.scatter(
            across, up, color=colour, marker=marker, label=label, s=42, edgecolor="white", linewidth=0.6, zorder=3
        )


def line(ax: Axes, w: Array, b: float, **style: Any) -> None:
    """Where z = 0, as far as the axes reach; nothing for a unit without weights."""
    length = float(w @ w)
    if length:
        foot, along = -b * w / length, np.array([-w[1], w[0]])
        look: dict[str, Any] = {"color": INK, "linewidth": 1.6} | style
        ax.axline(tuple(foot), tuple(foot + along), **look)


def gates(tables: Mapping[str, tuple[Array, Array]], weights: Mapping[str, Unit]) -> Figure:
    """The line of each gate, the side where it says +1 in blue; NOT has one input, so its line is a point."""
    figure, axes = plt.subplots(1, len(tables), figsize=(2.6 * len(tables), 3.1), layout="constrained")
    for ax, (name, (x, t)) in zip(axes, tables.items(), strict=True):
        w, b = weights[name]
        flat = x.shape[1] == 1
        plane(ax, np.column_stack([x, 0 * x]) if flat else x, t, np.append(w, 0) if flat else w, b)
        ax.set(title=name, xticks=(0, 1), yticks=() if flat else (0, 1), ylabel="" if flat else "x[1]")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9)
    told = "; ".join(f"{n}: w = ({', '.join(map(signed, w))}), b = {signed(b)}" for n, (w, b) in weights.items())
    return described(
        figure,
        f"The plane of the two inputs, once for each gate ({told}). The unit's line has the points where "
        "the gate says +1 on its blue side, the others on its red side.",
    )


def distances(x: Array, t: Array, w: Array, b: float) -> Figure:
    """The line, the arrow w across it, and each point's shortest way to the line; the shortest of all is thick."""
    figure, ax = plt.subplots(figsize=(5.2, 4.2), layout="constrained")
    plane(ax, x, t, w, b, pad=1.3)
    length = np.sqrt(w @ w)
    signed_distances = t * (x @ w + b) / length
    for n, point in enumerate(x):
        foot = point - (point @ w + b) / length**2 * w
        worst = n == signed_distances.argmin()
        look: dict[str, Any] = (
            {"color": PURPLE, "linewidth": 3, "label": "the margin"} if worst else {"color": GREY, "linewidth": 1.2}
        )
        ax.plot(*np.transpose([point, foot]), zorder=2, **look)
        ax.annotate(f"{signed_distances[n]:.2g}", point, (7, 5), textcoords="offset points", fontsize=9)
    foot = -b * w / length**2
    arrow(ax, foot, foot + w / length, GREEN, **BOLD)
    ax.annotate("w / |w|", foot + w / length, (-4, 4), textcoords="offset points", ha="right", color=GREEN)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
    return described(
        figure,
        f"{len(x)} points of two classes and a line between them. The arrow w stands at a right angle on the line and "
        f"points to the side of class +1. The nearest point lies {signed_distances.min():.2g} from the line: that is "
        "the margin.",
    )


def detectors(images: Mapping[str, Array], best: Mapping[str, Array], labels: Mapping[str, Array]) -> Figure:
    """Weight images, and beside each the digits that it answers to most strongly."""
    columns = 1 + len(next(iter(best.values())))
    figure, axes = plt.subplots(
        len(images), columns, figsize=(1.12 * columns, 1.45 * len(images)), layout="constrained", squeeze=False
    )
    for row, (name, w) in zip(axes, images.items(), strict=True):
        shown = balanced(row[0], w, name, size=12)
        for ax, image, label in zip(row[1:], best[name], labels[name], strict=True):
            tile(ax, image, f"a {label}", low=-1, size=12)
    figure.colorbar(shown, ax=axes[:, -1], label="weight", ticks=(-1, 0, 1))
    told = " ".join(f"{name}: {', '.join(map(str, labels[name]))}." for name in images)
    return described(
        figure,
        f"{len(images)} weight images of 8 by 8, each followed by the digits to which it answers most strongly. {told}",
    )


def gallery(rows: Sequence[Array], labels: Sequence[Array]) -> Figure:
    """Weight images, and below them, in another order, the pictures that each of their units answers to most strongly.

    Args:
        rows: for each unit of GALLERY its pictures.
        labels: which digits they are, for the description.
    """
    figure = plt.figure(figsize=(5.8, 6), layout="constrained")
    grid = figure.add_gridspec(2, 1, height_ratios=(1.35, 4))
    above, below = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
    columns = above.subplots(1, len(GALLERY))
    for unit, (ax, w) in enumerate(zip(columns, GALLERY, strict=True)):
        shown = balanced(ax, w, f"unit {unit}", size=12)
    above.colorbar(shown, ax=columns, label="weight", ticks=(-1, 0, 1))
    for row, (line_of_axes, unit) in enumerate(zip(below.subplots(len(ROWS), len(rows[0])), ROWS, strict=True)):
        for ax, image in zip(line_of_axes, rows[unit], strict=True):
            tile(ax, image, low=-1)
        line_of_axes[0].set_ylabel(f"row {row}")
    told = "; ".join(f"row {row} {', '.join(map(str, labels[unit]))}" for row, unit in enumerate(ROWS))
    return described(
        figure,
        "Four weight images of 8 by 8. Unit 0: +1 on a bar across the middle, −1 above and below it. Unit 1: +1 on a "
        "small ring on top, −1 inside it. Unit 2: +1 on the two columns at the left edge, −1 on the four beside them. "
        f"Unit 3: +1 on a bar at the bottom, −1 above it. Below stand four rows of handwritten digits: {told}.",
    )


def quiz(w: Array) -> Figure:
    """One weight image, with its key."""
    figure, ax = plt.subplots(figsize=(3.2, 2.5), layout="constrained")
    shown = balanced(ax, w)
    ax.set(xticks=range(8), yticks=range(8), xlabel="column", ylabel="row")
    figure.colorbar(shown, label="weight", ticks=(-1, 0, 1))
    return described(
        figure,
        "A weight image of 8 by 8. Weights +1 form a ring in rows 4 to 7 and columns 2 to 5; the 2 by 2 pixels inside "
        "it have weights −1; all other weights are 0.",
    )


def one_step(x: Array, t: Array, before: Unit, after: Unit, n: int) -> Figure:
    """The line before and after one mistake, and the arrow t x that was added to w."""
    figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.6), layout="constrained", sharey=True)
    for ax, (w, b), title in zip(axes, (before, after), ("a mistake", "after the step"), strict=True):
        plane(ax, x, t, w, b, pad=1)
        ax.scatter(*x[n], s=190, facecolor="none", edgecolor=INK, linewidth=1.8, zorder=4)
        ax.set_title(f"{title}: w = ({signed(w[0])}, {signed(w[1])}), b = {signed(b)}", fontsize=10)
        ax.axhline(0, color=GREY, linewidth=0.6, zorder=0)
        ax.axvline(0, color=GREY, linewidth=0.6, zorder=0)
    arrow(axes[0], (0, 0), before[0], GREEN, **BOLD)
    arrow(axes[1], (0, 0), before[0], GREEN, alpha=0.4, **BOLD)
    arrow(axes[1], before[0], after[0], PURPLE, **BOLD)
    arrow(axes[1], (0, 0), after[0], GREEN, **BOLD)
    axes[0].annotate("w", before[0], (4, 4), textcoords="offset points", color=GREEN)
    axes[1].annotate("t x", (before[0] + after[0]) / 2, (-2, 8), textcoords="offset points", color=PURPLE)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    return described(
        figure,
        f"Left, the ringed point of class {int(t[n]):+d} lies on the wrong side of the line. Right, t x was added to "
        "the arrow w, and t to b: the line has turned and moved, and the point lies on its right side.",
    )


def learning(x: Array, t: Array, path: Sequence[Unit], best: Unit) -> Figure:
    """Left the lines on the way, the last in ink; right the two curves of the proof, which must meet.

    Args:
        path: (w, b) at the start and after each mistake.
        best: a unit that separates the examples, for the lower curve.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9), layout="constrained", width_ratios=(1, 1.3))
    mistakes = len(path) - 1
    plane(left, x, t, *path[-1], pad=1)
    for number, (w, b) in enumerate(path[1:-1]):
        line(left, w, b, color=PURPLE, linewidth=1.1, alpha=0.3 + 0.7 * number / mistakes)
    left.set_title(f"the line after each of {mistakes} mistakes, pale to dark", fontsize=10)
    left.legend(loc="lower left", fontsize=8)
    learners, ones = np.array([np.append(w, b) for w, b in path]), np.column_stack([x, np.ones(len(x))])
    goal = np.append(*best) / np.linalg.norm(np.append(*best))
    gamma, radius = (t * (ones @ goal)).min(), np.sqrt((ones**2).sum(1).max())
    meet = (radius / gamma) ** 2
    count = np.linspace(0, meet * 1.06, 300)
    right.plot(count, radius * np.sqrt(count), color=VERMILION, label="R √μ: |s| is at most this")
    right.plot(np.linalg.norm(learners, axis=1), color=VERMILION, linestyle=":", linewidth=2.2, label="|s|, measured")
    right.plot(learners @ goal, color=BLUE, linestyle=":", linewidth=2.2, label="s · g, measured")
    right.plot(count, gamma * count, color=BLUE, label="γ μ: s · g is at least this")
    right.plot(meet, gamma * meet, "o", color=INK)
    right.annotate(
        f"they meet at μ = {meet:.3g}", (meet, gamma * meet), (-6, 5), textcoords="offset points", ha="right"
    )
    right.set(xlabel="mistakes, μ", ylabel="length", xlim=(0, None), ylim=(0, None))
    right.legend(loc="lower right", fontsize=8)
    return described(
        figure,
        f"Left, the line moves {mistakes} times until it separates both classes. Right, against the number μ of "
        f"mistakes: the straight line γ μ and the curve R √μ meet at μ = {meet:.3g}. The measured s · g and |s| run "
        f"between them and end at μ = {mistakes}.",
    )


def weight_space(x: Array, t: Array, path: Sequence[Unit]) -> Figure:
    """For one input: every unit is a point (w, b), every example forbids a half plane, learning walks out of both."""
    figure, ax = plt.subplots(figsize=(4.9, 3.8), layout="constrained")
    reach = 2.5
    w, b = np.meshgrid(np.linspace(-reach, reach, 300), np.linspace(-reach, reach, 300))
    for value, target, colour, hatch in zip(x[:, 0], t, (VERMILION, BLUE), ("//", "\\\\"), strict=True):
        wrong = (w * value + b > 0) != (target > 0)
        ax.contourf(w, b, wrong, levels=[0.5, 1.5], colors=[tint(colour, 0.3)], hatches=[hatch], alpha=0.5)
        ax.fill(
            [], [], color=tint(colour, 0.3), label=f"wrong for x = {signed(value)}, t = {'+1' if target > 0 else '−1'}"
        )
    walked = np.array([(weights[0], bias) for weights, bias in path])
    for start, end in pairwise(walked):
        arrow(ax, start, end, PURPLE, **BOLD)
    ax.plot(*walked[0], "o", color=PURPLE)
    ax.annotate("start", walked[0], (6, -12), textcoords="offset points")
    ax.plot(*walked[-1], "*", color=INK, markersize=13)
    ax.set(xlabel="w[0]", ylabel="b", aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
    return described(
        figure,
        f"The plane of all units with one weight w[0] and a bias b. Each example forbids the units of one half plane. "
        f"A path of {len(path) - 1} arrows leads from (0, 0) to a place that neither example forbids.",
    )


def loop(x: Array, t: Array, path: Sequence[Unit]) -> Figure:
    """XOR's closed loop: the line after each of the four mistakes of one pass, and the mistake that follows."""
    figure, axes = plt.subplots(1, len(path), figsize=(2.7 * len(path), 3.5), layout="constrained")
    for n, (ax, (w, b)) in enumerate(zip(axes, path, strict=True)):
        plane(ax, x, t, w, b)
        ax.scatter(*x[n], s=230, facecolor="none", edgecolor=INK, linewidth=1.8, zorder=4)
        ax.set(xticks=(0, 1), yticks=(0, 1), title=f"w = ({signed(w[0])}, {signed(w[1])}), b = {signed(b)}")
        ax.title.set_fontsize(10)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9)
    return described(
        figure,
        f"{len(path)} pictures of XOR's four points, each with a line and one ringed point on its wrong side. The "
        "step for that point gives the next picture, and the step of the last gives the first again.",
    )


def passes(counts: Mapping[str, Sequence[int]]) -> Figure:
    """Mistakes in each pass: what settles falls to 0 and ends, what does not goes on."""
    figure, ax = plt.subplots(figsize=(7.4, 2.9), layout="constrained")
    for (name, mistakes), colour, marker in zip(counts.items(), (BLUE, VERMILION, GREEN, PURPLE), "osD^", strict=False):
        every = max(1, len(mistakes) // 12)
        ax.plot(mistakes, color=colour, marker=marker, markevery=every, markersize=5, label=name, linewidth=1.2)
    ax.set(xlabel="pass", ylabel="mistakes in the pass", xscale="symlog", yscale="symlog", ylim=(-0.3, None))
    ax.set_yticks([0, 1, 3, 10, 30, 100, 300], ["0", "1", "3", "10", "30", "100", "300"])
    ax.set_xticks([0, 1, 3, 10, 30, 100, 300], ["0", "1", "3", "10", "30", "100", "300"])
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
    told = "; ".join(f"{name}: {m[-1]} mistakes in the last of {len(m)} passes" for name, m in counts.items())
    return described(figure, f"Mistakes in each pass, on axes that stretch small numbers. {told}.")


def pairs(mistakes: Array, images: Mapping[str, Array]) -> Figure:
    """Left how many mistakes each pair of digits takes, right the weight images of some pairs."""
    figure = plt.figure(figsize=(10, 3.9), layout="constrained")
    grid = figure.add_gridspec(2, 4, width_ratios=(2.4, 1, 1, 1))
    table = figure.add_subplot(grid[:, 0])
    table.imshow(np.where(mistakes > 0, np.log(np.maximum(mistakes, 1)), np.nan), cmap="Blues", vmax=7)
    for (i, j), count in np.ndenumerate(mistakes):
        if count:
            centred(table, j, i, count, 7.5)
    table.set(xticks=range(10), yticks=range(10), xlabel="digit for no", ylabel="digit for yes")
    table.set_title("mistakes until it settled")
    for number, (name, w) in enumerate(images.items()):
        ax = figure.add_subplot(grid[number // 3, 1 + number % 3])
        shown = balanced(ax, w / np.abs(w).max(), name, size=12)
    figure.colorbar(shown, ax=figure.axes[1:], label="weight, of its largest", ticks=(-1, 0, 1))
    few, many = (np.unravel_index(k, mistakes.shape) for k in (_few(mistakes), mistakes.argmax()))
    return described(
        figure,
        f"Left, a table of all pairs of digits: from {mistakes[few]} mistakes for {few[0]} and {few[1]} to "
        f"{mistakes[many]} for {many[0]} and {many[1]}. Right, weight images: blue pixels speak for the first digit of "
        "the pair, red ones for the second.",
    )


def _few(mistakes: Array) -> int:
    return int(np.where(mistakes > 0, mistakes, mistakes.max() + 1).argmin())


def _box(ax: Axes, x: float, y: float, text: str) -> None:
    look: dict[str, Any] = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": INK}
    ax.add_patch(FancyBboxPatch((x - 0.85, y - 0.45), 1.7, 0.9, **look))
    centred(ax, x, y, text)
