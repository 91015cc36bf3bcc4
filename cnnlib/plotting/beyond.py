"""The pictures of lecture 10, beyond the decks."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array
from cnnlib.plotting import arrow, balanced, centred, described, signed, tile
from cnnlib.plotting.palette import BLUE, CYCLE, GREEN, GREY, INK, PAPER, VERMILION, tint

STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")


def losses(found: Mapping[str, Mapping[int, Sequence[float]]]) -> Figure:
    """Training loss against depth: a dot for each rate, a line through the best of each depth.

    Args:
        found: kind of network -> number of convolutions -> loss for each rate.
    """
    figure, ax = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    for (kind, by_depth), colour, style, marker in zip(found.items(), CYCLE, STYLES, MARKERS, strict=False):
        depths = list(by_depth)
        ax.plot(depths, [min(by_depth[d]) for d in depths], style, color=colour, label=f"{kind}, best rate")
        for d in depths:
            ax.plot([d] * len(by_depth[d]), by_depth[d], marker, color=colour, alpha=0.5, markersize=5)
    ax.axhline(np.log(10), color=GREY, linewidth=0.8)
    ax.text(depths[0], np.log(10) + 0.05, "chance: ln 10", color=INK, fontsize=8)
    ax.set(xlabel="convolutions", ylabel="loss on the training set", xticks=depths, ylim=(0, 2.6))
    ax.legend(fontsize=8, loc="center left")
    kinds = " and ".join(found)
    return described(
        figure, f"Loss on the training set against the number of convolutions, {kinds}: a mark for each learning rate."
    )


def road(x: float, f: float, slope: float) -> Figure:
    """A block with a road around it, for single numbers: in blue what goes forward, in red what comes back.

    Args:
        x: input.
        f: what the block makes of it.
        slope: of f at x.
    """
    figure, ax = plt.subplots(figsize=(5.2, 2), layout="constrained")
    places = {"x": (0, 0), "f": (2, 0.9), "y": (4, 0)}
    values = {"x": (x, 1 + slope), "f": (f, 1), "y": (x + f, 1)}
    for name, at in places.items():
        circle = {"boxstyle": "circle,pad=0.3", "facecolor": PAPER, "edgecolor": INK}
        centred(ax, *at, f"{name}\n{signed(values[name][0])}", 9, bbox=circle, zorder=3)
        beside = 0.42 if name == "f" else -0.62
        ax.text(at[0], at[1] + beside, f"d{name} = {signed(values[name][1])}", ha="center", color=VERMILION, size=9)
    for tail, head, forward, back in (("x", "f", x, slope), ("f", "y", f, 1), ("x", "y", x, 1)):
        (x0, y0), (x1, y1) = places[tail], places[head]
        arrow(ax, (x0, y0), (x1, y1), shrinkA=17, shrinkB=17)
        ax.text((x0 + x1) / 2, (y0 + y1) / 2 + 0.12, signed(forward), ha="center", color=BLUE, size=9)
        ax.text((x0 + x1) / 2, (y0 + y1) / 2 - 0.26, signed(back), ha="center", color=VERMILION, size=9)
    ax.set(xlim=(-0.6, 4.6), ylim=(-0.75, 1.5))
    ax.axis("off")
    return described(
        figure,
        f"Two ways from x = {signed(x)} to y = {signed(x + f)}: over f = {signed(f)}, where {signed(slope)} comes "
        f"back, and straight, where 1 comes back. They add up to dx = {signed(1 + slope)}.",
    )


def factors() -> Figure:
    """What one block makes of a slope: |f'| without the road round it, |1 + f'| with it."""
    slope = np.linspace(-2.5, 1.5, 161)
    figure, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
    ax.plot(slope, np.abs(slope), "--", color=VERMILION, label="without the road: |f′|")
    ax.plot(slope, np.abs(1 + slope), color=BLUE, label="with it: |1 + f′|")
    ax.plot([-1, 0], [0, 0], linestyle="", marker="o", color=INK)
    ax.text(-1, -0.12, "f′ = −1: the roads cancel", ha="center", va="top", fontsize=9)
    ax.text(0, -0.12, "f′ = 0: nothing without the road", ha="left", va="top", fontsize=9)
    ax.axhline(1, color=GREY, linewidth=0.8)
    ax.set(xlabel="f′, the slope of what is added", ylabel="factor of the slope", ylim=(-0.45, 2.6))
    ax.legend(fontsize=8, loc="upper center")
    return described(
        figure,
        "The factor of a block against f′. Without the road it is the size of f′, 0 at f′ = 0. With the road it is the "
        "size of 1 + f′: 1 at f′ = 0, and 0 at f′ = −1.",
    )


def sizes_by_depth(panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Size of the gradient at each depth, a panel for each pile of layers, a line for each way to build it."""
    figure, axes = plt.subplots(1, len(panels), figsize=(4 * len(panels), 2.9), layout="constrained")
    for ax, (title, lines) in zip(np.ravel(axes), panels.items(), strict=True):
        for (name, sizes), colour, style in zip(lines.items(), CYCLE, STYLES, strict=False):
            ax.semilogy(np.arange(len(sizes)), sizes / sizes[-1], style, color=colour, label=name)
        ax.axhline(1, color=GREY, linewidth=0.7, zorder=0)
        ax.set(title=title, xlabel="blocks below", ylabel="gradient, top = 1")
        ax.legend(fontsize=8)
    told = "; ".join(f"{title}: {', '.join(lines)}" for title, lines in panels.items())
    return described(
        figure,
        f"Size of the gradient against the blocks below, on a logarithmic axis, the topmost set to 1. {told}.",
    )


def channels(start: int, growth: int, blocks: int) -> Figure:
    """The channels of a stack of dense connections: what came before stays, each block adds its own."""
    figure, ax = plt.subplots(figsize=(6.5, 2.2), layout="constrained")
    for block in range(blocks + 1):
        for c in range(start + growth * block):
            origin = 0 if c < start else 1 + (c - start) // growth
            colour = CYCLE[origin % len(CYCLE)]
            square = Rectangle((1.6 * block, c), 1, 0.86, facecolor=tint(colour, 0.75), edgecolor=INK, linewidth=0.6)
            ax.add_patch(square)
        if block < blocks:
            arrow(ax, (1.6 * block + 1.05, start / 2), (1.6 * block + 1.55, start / 2))
        ax.text(1.6 * block + 0.5, -0.5, f"{start + growth * block}", ha="center", va="top", fontsize=9)
    top = start + growth * blocks
    ax.set(xlim=(-0.2, 1.6 * blocks + 1.2), ylim=(-1.8, top + 0.2))
    ax.axis("off")
    return described(
        figure,
        f"{blocks + 1} piles of channels. The first has {start}. Each next one has all of the one before below, and "
        f"{growth} new ones on top: {start + growth * blocks} at the end.",
    )


def located(canvas: Array, maps: Mapping[str, Array], boxes: Mapping[str, tuple[int, int]], size: int = 8) -> Figure:
    """A canvas, and beside it signed maps over it, all with one colour scale.

    Args:
        canvas: (H, W).
        maps: title -> map (H, W).
        boxes: what stands where: name -> row and column of its upper left pixel.
    """
    figure, axes = plt.subplots(1, 1 + len(maps), figsize=(2.7 * (1 + len(maps)), 2.8), layout="constrained")
    tile(axes[0], canvas, "canvas", low=canvas.min(), top=canvas.max(), size=10)
    most = max(float(np.abs(found).max()) for found in maps.values())
    for ax, (title, found) in zip(axes[1:], maps.items(), strict=True):
        drawn = balanced(ax, found, title, top=most, size=10)
    for ax in axes:
        for top, left in boxes.values():
            ax.add_patch(Rectangle((left - 0.5, top - 0.5), size, size, fill=False, edgecolor=INK, linewidth=1.2))
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8)
    bar.set_label("against ← → for the class", fontsize=8)
    names = " and ".join(boxes)
    return described(
        figure,
        f"A canvas with {names}, framed, and class maps over it: {', '.join(maps)}. Blue speaks for the class, red "
        "against it.",
    )


def pictures(shown: Mapping[str, Array]) -> Figure:
    """Small pictures in a row, each under its title."""
    figure, axes = plt.subplots(1, len(shown), figsize=(1.15 * len(shown), 1.5), layout="constrained")
    for ax, (title, image) in zip(np.ravel(axes), shown.items(), strict=True):
        tile(ax, image, title)
    return described(figure, f"Pictures in a row, on paper of white: {', '.join(shown)}.")


def robustness(panels: Sequence[tuple[str, Array, Mapping[str, Array], tuple[float, float]]]) -> Figure:
    """Accuracy of several networks against how far the pictures were changed.

    Args:
        panels: label of the axis, the changes, network -> share right at each of them, range that training showed.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(8.2, 3), sharey=True, layout="constrained")
    for ax, (label, changes, lines, (low, high)) in zip(axes, panels, strict=True):
        ax.axvspan(low, high, color=tint(GREEN, 0.15), zorder=0)
        for (name, shares), colour, style, marker in zip(lines.items(), CYCLE, STYLES, MARKERS, strict=False):
            ax.plot(changes, shares, style, marker=marker, markersize=4, color=colour, label=name)
        ax.axhline(0.1, color=GREY, linewidth=0.8)
        ax.set(xlabel=label, ylim=(0, 1.03))
    axes[0].set_ylabel("share of held-out digits right")
    axes[0].legend(fontsize=8, loc="lower center")
    told = " and ".join(label for label, *_ in panels)
    return described(
        figure,
        f"Share of held-out digits that are right, against {told}: {', '.join(panels[0][2])}. A band marks what the "
        "augmented training set holds; a grey line marks chance.",
    )


def reach(stacks: Mapping[str, Sequence[int]]) -> Figure:
    """Which inputs one unit on top looks at, layer by layer, for kernels of three weights with these dilations."""
    figure, axes = plt.subplots(1, len(stacks), figsize=(4.2 * len(stacks), 2.3), layout="constrained")
    widest = max(1 + 2 * sum(dilations) for dilations in stacks.values())
    for ax, (title, dilations) in zip(np.ravel(axes), stacks.items(), strict=True):
        _reach(ax, list(dilations), widest)
        ax.set_title(f"{title}: {1 + 2 * sum(dilations)} inputs", fontsize=10)
    told = "; ".join(f"{title}: {1 + 2 * sum(dilations)} inputs" for title, dilations in stacks.items())
    return described(figure, f"Rows of units, and which of them the topmost one looks at through its layers. {told}.")


def _reach(ax: Axes, dilations: list[int], widest: int) -> None:
    places = np.arange(widest) - widest // 2
    seen = {0}
    for level in range(len(dilations), -1, -1):
        colours = [BLUE if place in seen else "#eeeeee" for place in places]
        ax.scatter(places, np.full(widest, level), c=colours, s=34, edgecolors=GREY, linewidths=0.6, zorder=3)
        if level:
            step = dilations[level - 1]
            below = {place + move * step for place in seen for move in (-1, 0, 1)}
            for place in seen:
                for move in (-1, 0, 1):
                    ax.plot([place, place + move * step], [level, level - 1], color=tint(BLUE, 0.6), linewidth=0.8)
            seen = below
    ax.set(yticks=range(len(dilations) + 1), yticklabels=["input", *(f"δ = {d}" for d in dilations)], xticks=[])
    for side in ax.spines.values():
        side.set_visible(False)
    ax.tick_params(length=0, labelsize=8)
