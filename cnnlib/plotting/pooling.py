"""The pictures of lecture 07 that show windows: what wins, what is shared, what a shift and a window leave."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array, Pair
from cnnlib.plotting import arrow, balanced, canvas, cells, centred, described, signed, tile
from cnnlib.plotting.palette import BLUE, CYCLE, GREEN, GREY, INK, PAPER, VERMILION, colours, tint, wheel

Change = Callable[[Array], Array]


def shifted(before: Array, after: Array) -> Figure:
    """A black and white digit, the same one moved, and which pixels turned white or black."""
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.9), layout="constrained")
    turned = after - before
    for ax, image, title in zip(axes, (before, after), ("before", "after"), strict=False):
        tile(ax, image, title, size=10)
    white, black = int((turned < 0).sum()), int((turned > 0).sum())
    balanced(axes[2], turned, f"red: {white} turned white\nblue: {black} turned black", top=1.4, size=10)
    return described(
        figure,
        f"A digit before and after the move, and the pixels that changed: {white} turned from black to white, {black} "
        "from white to black, along the left and right edges of the strokes.",
    )


def corners(shape: Pair, KH: int, KW: int, stride: int) -> list[tuple[int, int, int, int]]:
    """For every window in order: its output (i, j), and where it begins."""
    rows, columns = ((n - k) // stride + 1 for n, k in zip(shape, (KH, KW), strict=True))
    return [(i, j, stride * i, stride * j) for i, j in np.ndindex(rows, columns)]


def winner(x: Array, top: int, left: int, KH: int, KW: int) -> Pair:
    """Where the first of the largest entries of a window stands in x."""
    u, v = divmod(int(x[top : top + KH, left : left + KW].argmax()), KW)
    return top + u, left + v


def windows(x: Array, KH: int, KW: int, stride: int) -> Figure:
    """Windows side by side in one colour each, the winners framed, and the map that they make."""
    placed = corners(x.shape, KH, KW, stride)
    OH, OW = placed[-1][0] + 1, placed[-1][1] + 1
    fill = [[PAPER] * x.shape[1] for _ in range(x.shape[0])]
    for n, (_, _, top, left) in enumerate(placed):
        for u, v in np.ndindex(KH, KW):
            fill[top + u][left + v] = tint(wheel(n))
    y = np.array([x[winner(x, top, left, KH, KW)] for _, _, top, left in placed]).reshape(OH, OW)
    figure, ax = canvas(x.shape[1] + OW + 5, x.shape[0] + 0.6)
    cells(ax, x, 1.2, 0.3, name="x", fill=colours(fill))
    for _, _, top, left in placed:
        frame(ax, 1.2, 0.3, winner(x, top, left, KH, KW))
    shade = [[tint(wheel(i * OW + j)) for j in range(OW)] for i in range(OH)]
    cells(ax, y, x.shape[1] + 4, 0.3 + (x.shape[0] - OH) / 2, name="y", fill=colours(shade))
    return described(
        figure,
        f"A map of {x.shape[0]} by {x.shape[1]} in windows of {KH} by {KW}, each in a colour of its own, the largest "
        f"entry of each framed; beside it the {OH} by {OW} map of these largest entries.",
    )


def frame(ax: Axes, left: float, top: float, at: Pair, colour: str = VERMILION) -> None:
    ax.add_patch(Rectangle((left + at[1], top + at[0]), 1, 1, fill=False, edgecolor=colour, linewidth=2.5, zorder=5))


def maps(images: dict[str, Array]) -> Figure:
    """Pictures side by side, dark where they are large, all on one scale."""
    figure, axes = plt.subplots(1, len(images), figsize=(1.9 * len(images), 2.2), layout="constrained")
    top = max(float(image.max()) for image in images.values())
    for ax, (title, image) in zip(axes, images.items(), strict=True):
        drawn = tile(ax, image, f"{title}\n{image.shape[0]} × {image.shape[1]}", top=top)
    figure.colorbar(drawn, ax=axes, shrink=0.7, label="ink")
    return described(
        figure,
        f"{', '.join(images)}: the pooled pictures have fewer and larger squares; max pooling is darker than mean "
        "pooling, and its strokes are wider.",
    )


def way_back(dy: Array, x: Array, dx: Array, KH: int, KW: int, stride: int) -> Figure:
    """Every entry of dy in a colour, and an arrow from it to the winner of its window in dx."""
    (H, W), (OH, OW) = x.shape, dy.shape
    at_x, at_dy, at_dx, top = 0.4, W + 2.4, W + OW + 6.4, 1.1
    figure, ax = canvas(at_dx + W + 0.4, max(H, OH) + top + 0.3)
    placed = corners(x.shape, KH, KW, stride)
    won = {winner(x, m, q, KH, KW) for _, _, m, q in placed}
    marked = [[tint(GREY, 0.6) if (m, q) in won else PAPER for q in range(W)] for m in range(H)]
    shade = [[tint(wheel(i * OW + j)) for j in range(OW)] for i in range(OH)]
    low = top + (H - OH) / 2
    cells(ax, x, at_x, top, fill=colours(marked))
    cells(ax, dy, at_dy, low, fill=colours(shade))
    cells(ax, dx, at_dx, top, fill=colours(marked))
    for left, width, name in ((at_x, W, "x, winners grey"), (at_dy, OW, "dy"), (at_dx, W, "dx")):
        centred(ax, left + width / 2, 0.5, name, 11)
    for i, j, m, q in placed:
        row, column = winner(x, m, q, KH, KW)
        style = {"arrowstyle": "->", "color": wheel(i * OW + j), "lw": 1.5, "connectionstyle": "arc3,rad=-0.12"}
        ends = (at_dx + column + 0.12, top + row + 0.5), (at_dy + j + 0.88, low + i + 0.5)
        ax.annotate("", *ends, arrowprops=style, zorder=2)
    several = int((dx != 0).sum())
    return described(
        figure,
        f"x of {H} by {W} with its winners in grey, dy of {OH} by {OW}, and dx. From each entry of dy an arrow leads "
        f"to the winner of its window. {dy.size} arrows end in {several} entries of dx: where some meet, dy adds up.",
    )


def two_ways(x: Array, dy: Array, ways: dict[str, Array], KH: int, KW: int, stride: int) -> Figure:
    """x, dy and the gradients that two poolings send back, each window in its colour."""
    (H, W), (OH, OW) = x.shape, dy.shape
    tiles = [[tint(wheel((m // stride) * OW + q // stride)) for q in range(W)] for m in range(H)]
    figure, ax = canvas(3 * (W + 1.2) + OW + 3.4, H + 1.5)
    panels = {
        "x": (x, colours(tiles)),
        "dy": (dy, colours([[tint(wheel(i * OW + j)) for j in range(OW)] for i in range(OH)])),
    }
    for name, dx in ways.items():
        faint = [[tiles[m][q] if dx[m, q] else PAPER for q in range(W)] for m in range(H)]
        panels[name] = (dx, colours(faint))
    left = 0.6
    for name, (values, fill) in panels.items():
        cells(ax, values, left, 1.2 + (H - len(values)) / 2, fill=fill)
        centred(ax, left + values.shape[1] / 2, 0.6, name, 11)
        left += values.shape[1] + 1.3
    return described(
        figure,
        f"x in windows of {KH} by {KW}, dy with one entry for each, and two gradients. That of max pooling has each dy "
        "once, where the largest stood, and zeros else; that of mean pooling has a share of it in every entry.",
    )


def powers(window: Array) -> Figure:
    """Left: the L^p norm of one window against p. Right: its slope by each entry, for four p."""
    sizes = np.abs(window)
    figure, (curve, bars) = plt.subplots(1, 2, figsize=(8.6, 3.0), layout="constrained")
    p = np.geomspace(1, 60, 200)
    y = np.array([sizes.max() * ((sizes / sizes.max()) ** power).sum() ** (1 / power) for power in p])
    curve.plot(p, y, color=BLUE, label="(sum of |x|^p)^(1/p)")
    curve.plot(p, y / sizes.size ** (1 / p), color=GREEN, linestyle="--", label="mean for sum")
    curve.axhline(sizes.max(), color=INK, linewidth=0.8, linestyle=":")
    curve.annotate(
        f"largest |x| = {signed(sizes.max())}", (1, sizes.max()), xytext=(3, -12), textcoords="offset points"
    )
    curve.set(xscale="log", xlabel="p", ylabel="y", ylim=(0, 1.08 * sizes.sum()))
    curve.set_xticks([1, 2, 5, 10, 20, 50], labels=["1", "2", "5", "10", "20", "50"])
    curve.legend(fontsize=8)
    at = np.arange(len(window))
    for n, power in enumerate((1, 2, 4, 20)):
        top = (sizes**power).sum() ** (1 / power)
        slope = np.sign(window) * (sizes / top) ** (power - 1)
        bars.bar(at + 0.2 * (n - 1.5), slope, 0.18, color=CYCLE[n], label=f"p = {power}")
    bars.axhline(0, color=INK, linewidth=0.8)
    bars.set_xticks(at, labels=[f"x = {signed(value)}" for value in window])
    bars.set(ylabel="slope of y", ylim=(-1.15, 1.15))
    bars.legend(fontsize=8, ncols=2, loc="lower left")
    return described(
        figure,
        f"Left: y falls from the sum of |x|, {signed(sizes.sum())}, at p = 1 to the largest, {signed(sizes.max())}; "
        "with the mean for the sum it rises to the same from below. Right: at p = 1 all slopes are 1 or −1; the "
        "larger p, the more of the slope is left to the entry that is largest in size, which is negative here.",
    )


def responses(picture: Array, pool: Change, move: Callable[[Array, int], Array]) -> Figure:
    """A picture moved by 0, 1 and 2 columns, what pooling makes of it, and how that differs from the first."""
    figure, axes = plt.subplots(3, 3, figsize=(5.6, 5.2), layout="constrained")
    still = pool(picture)
    for column, steps in zip(axes.T, (0, 1, 2), strict=True):
        there = move(picture, steps)
        tile(column[0], there, f"moved by {steps}", size=10)
        tile(column[1], pool(there))
        drawn = balanced(column[2], pool(there) - still)
    for ax, name in zip(axes[:, 0], ("picture", "pooled", "pooled, less\nthat of move 0"), strict=True):
        ax.set_ylabel(name)
    figure.colorbar(drawn, ax=axes[2], shrink=0.8)
    return described(
        figure,
        "A digit moved by 0, 1 and 2 columns; the pooled maps; and how they differ from the first. After one column "
        "the map has another shape. After two it is the first map, moved by one.",
    )


def accuracies(values: dict[str, Sequence[float]], right: dict[str, dict[str, list[float]]]) -> Figure:
    """Right answers of several networks against what was done to the pictures, a panel for each thing."""
    figure, axes = plt.subplots(1, len(values), figsize=(9.4, 3.3), layout="constrained", sharey=True)
    markers = "osD^v"
    for ax, (what, at) in zip(axes, values.items(), strict=True):
        for n, (name, found) in enumerate(right.items()):
            ax.plot(at, 100 * np.array(found[what]), color=CYCLE[n], marker=markers[n], markersize=4, label=name)
        ax.axhline(10, color=GREY, linestyle=":")
        ax.set(xlabel=what, ylim=(0, 103), xticks=at)
    axes[0].set_ylabel("right, in %")
    axes[0].annotate("guessing", (0, 10), xytext=(0, 3), textcoords="offset points", fontsize=8, color="#666666")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(right), fontsize=9)
    told = "; ".join(
        f"{what}: "
        + ", ".join(f"{name} {found[what][0]:.0%} to {found[what][-1]:.0%}" for name, found in right.items())
        for what in values
    )
    return described(figure, f"Right answers on held-out digits, from the first to the last value. {told}.")


def lost(pictures: Sequence[Array], pooled: Array) -> Figure:
    """Several pictures of dots, and the one map that max pooling makes of them all."""
    side = len(pictures[0])
    figure, ax = canvas((side + 1) * len(pictures) + 2 + pooled.shape[1] + 1, side + 0.8)
    for n, picture in enumerate(pictures):
        fill = [[tint(BLUE, 0.8) if value else PAPER for value in row] for row in picture]
        cells(ax, np.full(picture.shape, np.nan), 0.3 + n * (side + 1), 0.4, fill=colours(fill))
        ax.add_patch(Rectangle((0.3 + n * (side + 1), 0.4), 2, 2, fill=False, edgecolor=VERMILION, linewidth=2))
    left = 0.3 + len(pictures) * (side + 1)
    arrow(ax, (left - 0.2, side / 2 + 0.4), (left + 1.6, side / 2 + 0.4), "black")
    cells(ax, pooled, left + 2, 0.4 + (side - len(pooled)) / 2)
    return described(
        figure,
        f"{len(pictures)} pictures: a dot in a corner of the first window, two dots in it, one dot in its other corner."
        " Max pooling makes the same map of all: a single 1.",
    )
