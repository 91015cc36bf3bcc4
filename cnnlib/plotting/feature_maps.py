"""The pictures of lecture 04, convolution: many maps, and what a unit of them sees."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array
from cnnlib.plotting import arrow, canvas, cells, centred, described, signed
from cnnlib.plotting.palette import BLUE, GREEN, GREY, ORANGE, PAPER, VERMILION, tint


def channels(maps: Array, planes: Array, shares: list[Array], bias: float) -> Figure:
    """Each plane of one filter slides over its own map; the results and the bias are added to one output map."""
    (C, H, W), (KH, KW), (OH, OW) = maps.shape, planes.shape[1:], shares[0].shape
    step = max(H, KH, OH) + 0.9
    figure, ax = canvas(W + KW + 2 * OW + 12.5, C * step)
    tints = [tint(BLUE), tint(ORANGE)]
    for c in range(C):
        top = c * step + 0.2
        cells(ax, maps[c], 2, top, name=f"x[{c}]", fill=tints[c % 2])
        cells(ax, planes[c], W + 5, top, name=f"w[{c}]", fill=tints[c % 2])
        cells(ax, shares[c], W + KW + 7.2, top, name="gives", fill=tints[c % 2])
    total = np.sum(shares, axis=0) + bias
    middle = (C * step - OH) / 2 - 0.2
    ax.text(W + KW + OW + 7.6, middle + OH / 2, f"add, + {signed(bias)}:", va="center", fontsize=10)
    cells(ax, total, W + KW + OW + 11, middle, name="y")
    return described(
        figure,
        f"{C} maps of {H} by {W}, and beside each its plane of the filter, {KH} by {KW}. The {C} results of {OH} by "
        f"{OW} and the bias {bias:g} add up to one output map, {total.ravel().tolist()}.",
    )


def parameter_counts(counts: dict[str, int]) -> Figure:
    """Numbers of parameters as bars on a log axis."""
    figure, ax = plt.subplots(figsize=(7.5, 0.45 * len(counts) + 1), layout="constrained")
    bars = ax.barh(list(counts), list(counts.values()), color=[BLUE if "kernel" in n else VERMILION for n in counts])
    ax.bar_label(bars, [f"{n:,}" for n in counts.values()], padding=4, fontsize=9)
    ax.set(xscale="log", xlabel="parameters (log axis)", xlim=(10, max(counts.values()) * 200))
    ax.invert_yaxis()
    told = "; ".join(f"{name}: {count:,}" for name, count in counts.items())
    return described(figure, f"Bars on a log axis. {told}.")


def scan(H: int, W: int, window: int, unit: int) -> Figure:
    """Two windows of a picture that share a hidden unit, the map of hidden units, and the map of answers."""
    span, (OH, OW) = window - unit + 1, (H - unit + 1, W - unit + 1)
    figure, ax = canvas(2 * W + OW + 6, H + 1.4)
    figure.set_size_inches(*(0.65 * figure.get_size_inches()))
    lefts = 0.5, W + 3.0, W + OW + 5.5
    sizes = (H, W), (OH, OW), (H - window + 1, W - window + 1)
    titles = "picture", "map of hidden units", "map of answers"
    for left, (rows, columns), title in zip(lefts, sizes, titles, strict=True):
        cells(ax, np.full((rows, columns), np.nan), left, 1.1, edge=GREY)
        centred(ax, left + columns / 2, 0.6, title)
    ax.add_patch(Rectangle((lefts[0] + 1, 2.1), unit, unit, facecolor=tint(GREEN, 0.5), edgecolor=GREEN))
    ax.add_patch(Rectangle((lefts[1] + 1, 2.1), 1, 1, facecolor=tint(GREEN, 0.5), edgecolor=GREEN))
    for shift, colour in ((0, BLUE), (1, VERMILION)):
        inset = 0.07 * (1 + shift)
        for left, side in zip(lefts, (window, span, 1), strict=True):
            corner = left + shift + inset, 1.1 + inset
            size = side - 2 * inset
            ax.add_patch(Rectangle(corner, size, size, fill=False, edgecolor=colour, linewidth=2.2))
    for left, width, right in ((lefts[0], W, lefts[1]), (lefts[1], OW, lefts[2])):
        arrow(ax, (left + width + 0.3, H / 2 + 1), (right - 0.3, H / 2 + 1))
    return described(
        figure,
        f"A picture with two windows of {window} by {window}, one column apart. Both cover the {unit} by {unit} pixels "
        f"of one hidden unit. In the map of hidden units each window is a block of {span} by {span}; that unit lies "
        "in both. In the map of answers each window is one entry.",
    )


def stack(layers: list[tuple[int, int]], width: int) -> Figure:
    """What one unit of the last layer sees, layer by layer down to the input (one axis)."""
    sizes = [width]
    for kernel, stride in layers:
        sizes.append((sizes[-1] - kernel) // stride + 1)
    figure, ax = plt.subplots(figsize=(8.5, 0.8 * len(sizes) + 0.4))
    ax.axis("off")
    jump, start, places = 1, 0.0, []
    for (kernel, stride), size in zip([(1, 1), *layers], sizes, strict=True):
        start += (kernel - 1) / 2 * jump
        jump *= stride
        places.append(start + jump * np.arange(size))
    seen = [len(places[-1]) // 2]
    for level in range(len(layers), -1, -1):
        kernel, stride = layers[level - 1] if level else (1, 1)
        marked = np.isin(np.arange(sizes[level]), seen)
        ax.scatter(places[level], np.full(sizes[level], level), s=70, color=[BLUE if m else PAPER for m in marked],
                   edgecolors=[BLUE if m else GREY for m in marked], zorder=3)  # fmt: skip
        name = f"layer {level}: kernel {kernel}, stride {stride}" if level else "input"
        ax.text(
            -1, level, f"{name}\nsees {_reach(layers[:level])}" if level else name, ha="right", va="center", fontsize=9
        )
        if level:
            below = {stride * i + u for i in seen for u in range(kernel)}
            for i in seen:
                for u in range(kernel):
                    ends = [places[level][i], places[level - 1][stride * i + u]]
                    ax.plot(ends, [level, level - 1], color=BLUE, linewidth=0.7)
            seen = sorted(below)
    ax.set(xlim=(-6.5, width), ylim=(-0.6, len(layers) + 0.5))
    return described(
        figure,
        f"Rows of dots, the input at the bottom. One dot of the top layer is joined with the dots it sees in each "
        f"layer below; in the input these are {len(seen)} neighbours.",
    )


def _reach(layers: list[tuple[int, int]]) -> int:
    reach, jump = 1, 1
    for kernel, stride in layers:
        reach, jump = reach + (kernel - 1) * jump, jump * stride
    return reach


def durations(seconds: dict[str, float]) -> Figure:
    """How long each way took, as bars."""
    figure, ax = plt.subplots(figsize=(7.5, 0.45 * len(seconds) + 0.9), layout="constrained")
    bars = ax.barh(list(seconds), [1e3 * s for s in seconds.values()], color=[VERMILION, BLUE, GREEN][: len(seconds)])
    ax.bar_label(bars, [f"{1e3 * s:.1f} ms" for s in seconds.values()], padding=4, fontsize=9)
    ax.set(xlabel="milliseconds")
    ax.margins(x=0.15)
    ax.invert_yaxis()
    return described(figure, f"Bars: the time of {' and of '.join(seconds)}, on the machine that ran this cell.")
