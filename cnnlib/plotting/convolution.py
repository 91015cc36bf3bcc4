"""The pictures of lecture 04, convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array
from cnnlib.plotting import (
    BLUE,
    CYCLE,
    DIVERGING,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    VERMILION,
    canvas,
    cells,
    colours,
    described,
    signed,
    tint,
)

SEQUENTIAL = "gray"


def sharing(H: int, W: int, k: Array) -> Figure:
    """The weight matrix of a layer from an H x W picture: full, only near pixels, near pixels with tied weights."""
    (KH, KW), (OH, OW) = k.shape, (H - k.shape[0] + 1, W - k.shape[1] + 1)
    tap = np.full((OH, OW, H, W), -1)
    for i, j in np.ndindex(OH, OW):
        tap[i, j, i : i + KH, j : j + KW] = np.arange(KH * KW).reshape(KH, KW)
    tap = tap.reshape(OH * OW, H * W)
    own = plt.get_cmap("YlGnBu")(np.random.default_rng(4).permutation(tap.size) / tap.size)[:, :3]  # no two alike
    random = own.reshape(*tap.shape, 3)
    tied = np.array([to_rgb(c) for c in CYCLE])
    white = np.ones(3)
    panels = (
        ("every pixel, own weights", random, tap.size),
        ("near pixels only", np.where(tap[..., None] < 0, white, random), int((tap >= 0).sum())),
        ("near pixels, tied weights", np.where(tap[..., None] < 0, white, tied[tap % len(tied)]), KH * KW),
    )
    figure, axes = plt.subplots(1, 3, figsize=(11, 2.6), layout="constrained")
    for ax, (title, image, count) in zip(axes, panels, strict=True):
        ax.imshow(image)
        ax.set_title(f"{title}: {count} weights", fontsize=10)
        ax.set(xlabel="pixel", ylabel="hidden unit", xticks=[0, H * W - 1], yticks=[0, OH * OW - 1])
        ax.set_xticks(np.arange(-0.5, H * W), minor=True)
        ax.set_yticks(np.arange(-0.5, OH * OW), minor=True)
        ax.grid(which="minor", color=GREY, linewidth=0.4)
        ax.tick_params(which="minor", length=0)
    return described(
        figure,
        f"Three weight matrices of {OH * OW} hidden units by {H * W} pixels. The first is full of different colours, "
        f"{tap.size} weights. The second keeps {KH * KW} colours a row. In the third every row holds the same "
        f"{KH * KW} colours, moved along: {KH * KW} weights.",
    )


def worked(x: Array, k: Array, z: Array) -> Figure:
    """A small picture, a kernel, and the result; the first window and the first output in colour."""
    (H, W), (KH, KW) = x.shape, k.shape
    figure, ax = canvas(W + KW + z.shape[1] + 7, max(H, KH) + 0.6)
    inside = [[tint(BLUE) if i < KH and j < KW else PAPER for j in range(W)] for i in range(H)]
    cells(ax, x, 1, 0.3, name="x", fill=colours(inside))
    cells(ax, k, W + 3, 0.3, name="k", fill=tint(ORANGE))
    first = [[tint(BLUE) if i == j == 0 else PAPER for j in range(z.shape[1])] for i in range(z.shape[0])]
    cells(ax, z, W + KW + 5, 0.3, name="z", fill=colours(first))
    return described(
        figure,
        f"A {H} by {W} picture, a {KH} by {KW} kernel and the result {z.ravel().tolist()}. "
        "The first window and the first output are in colour.",
    )


def gallery(images: dict[str, Array], *, like: str = "", columns: int = 0) -> Figure:
    """Pictures side by side: those with negative numbers from red (negative) to blue, the others in grey."""
    columns = columns or len(images)
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.6 * columns, 2.9 * rows), layout="constrained", squeeze=False)
    for ax in axes.flat[len(images) :]:
        ax.axis("off")
    for ax, (title, image) in zip(axes.flat, images.items(), strict=False):
        top = float(np.abs(image).max()) or 1.0
        if image.min() < -1e-6:
            ax.imshow(image, cmap=DIVERGING, vmin=-top, vmax=top, interpolation="nearest")
        else:
            ax.imshow(image, cmap=SEQUENTIAL, vmin=0, vmax=max(top, 1.0), interpolation="nearest")
        ax.set_title(title, fontsize=10)
        ax.set(xticks=[], yticks=[], xlabel=f"{image.shape[0]} × {image.shape[1]}")
    return described(figure, f"{like} Side by side: {', '.join(title.replace(chr(10), ' ') for title in images)}.")


def bell(t: Array, struck: Array, ringing: Array, heard: Array, at: float) -> Figure:
    """Left the strokes, how one rings on, and what is heard; right the product under the integral at one moment."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 2.7), layout="constrained", sharey=True)
    for values, colour, name in (
        (struck, GREY, "f: strokes"),
        (ringing, ORANGE, "K: one ringing"),
        (heard, BLUE, "s: heard"),
    ):
        left.plot(t, values, color=colour, label=name)
    left.set(xlabel="time t", ylabel="value")
    backwards = np.interp(at - t, t, ringing, left=0, right=0)
    right.plot(t, struck, color=GREY, label="f(τ)")
    right.plot(t, backwards, color=ORANGE, label=f"K({at:g} − τ): back to front")
    right.fill_between(t, struck * backwards, color=BLUE, alpha=0.5, label=f"their product; its area is s({at:g})")
    right.set(xlabel="time τ")
    left.legend(fontsize=8, loc="upper right")
    right.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return described(
        figure,
        "Left, two strokes f, a ringing K that fades, and s: after each stroke it rises and fades. Right, f and the "
        f"ringing turned back to front, ending at time {at:g}; the area under their product is what is heard then.",
    )


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


def matrix(M: Array, shape: tuple[int, int], out: tuple[int, int]) -> Figure:
    """The Toeplitz matrix of a kernel, the same weight in the same colour, picture rows set apart."""
    rows, columns = M.shape
    wheel = (*CYCLE, "#999999", "#882255", "#44aa99", "#117733", "#332288")
    figure, ax = canvas(columns + 3.6, rows + 1.4)
    fill = [[PAPER] * columns for _ in range(rows)]
    for row, column in np.argwhere(M):
        u, v = column // shape[1] - row // out[1], column % shape[1] - row % out[1]
        fill[row][column] = tint(wheel[(u * (shape[1] - out[1] + 1) + v) % len(wheel)], 0.5)
    cells(ax, np.where(M == 0, np.nan, M), 3.2, 1.1, fill=colours(fill), edge="#888888")
    for n in range(rows):
        ax.text(3.0, n + 1.6, f"z[{n // out[1]}, {n % out[1]}]", ha="right", va="center", fontsize=10)
    for i in range(shape[0]):
        left = 3.2 + i * shape[1]
        ax.plot([left, left + shape[1]], [0.9, 0.9], color=INK, linewidth=1.5)
        ax.text(left + shape[1] / 2, 0.5, f"x[{i}, :]", ha="center", va="center", fontsize=10)
        ax.plot([left, left], [1.1, 1.1 + rows], color=INK, linewidth=1.5)
    return described(
        figure,
        f"A matrix of {rows} rows and {columns} columns. Row 0 holds the kernel's rows with zeros between; each "
        "further row is the same, moved right by one, or by one picture row.",
    )


def equivariance(panels: dict[str, Array]) -> Figure:
    """Filter, then shift; shift, then filter; where the two differ."""
    figure = gallery(panels, columns=len(panels) // 2)
    figure.set_size_inches(2.3 * (len(panels) // 2), 5.0)
    return described(
        figure,
        "Two rows, stride 1 above and stride 2 below. Each shows the picture filtered and then shifted, shifted and "
        "then filtered, and the difference. With stride 1 the difference is zero except for columns at the left rim; "
        "with stride 2 it is not zero at most edges.",
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


def stack(layers: list[tuple[int, int]], width: int) -> Figure:
    """What one unit of the last layer sees, layer by layer down to the input (one axis)."""
    sizes = [width]
    for k, s in layers:
        sizes.append((sizes[-1] - k) // s + 1)
    figure, ax = plt.subplots(figsize=(10, 0.9 * len(sizes) + 0.4))
    ax.axis("off")
    jump, start, places = 1, 0.0, []
    for (k, s), size in zip([(1, 1), *layers], sizes, strict=True):
        start += (k - 1) / 2 * jump
        jump *= s
        places.append(start + jump * np.arange(size))
    seen = [len(places[-1]) // 2]
    for level in range(len(layers), -1, -1):
        k, s = layers[level - 1] if level else (1, 1)
        marked = np.isin(np.arange(sizes[level]), seen)
        ax.scatter(places[level], np.full(sizes[level], level), s=90, color=[BLUE if m else PAPER for m in marked],
                   edgecolors=[BLUE if m else GREY for m in marked], zorder=3)  # fmt: skip
        name = f"layer {level}: kernel {k}, stride {s}" if level else "input"
        ax.text(
            -1, level, f"{name}\nsees {_reach(layers[:level])}" if level else name, ha="right", va="center", fontsize=9
        )
        if level:
            below = {s * i + u for i in seen for u in range(k)}
            for i in seen:
                for u in range(k):
                    ax.plot(
                        [places[level][i], places[level - 1][s * i + u]], [level, level - 1], color=BLUE, linewidth=0.7
                    )
            seen = sorted(below)
    ax.set(xlim=(-6.5, width), ylim=(-0.6, len(layers) + 0.5))
    return described(
        figure,
        f"Rows of dots, the input at the bottom. One dot of the top layer is joined with the dots it sees in each "
        f"layer below; in the input these are {len(seen)} neighbours.",
    )


def _reach(layers: list[tuple[int, int]]) -> int:
    reach, jump = 1, 1
    for k, s in layers:
        reach, jump = reach + (k - 1) * jump, jump * s
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


def found(picture: Array, template: Array, response: Array, place: tuple[int, int]) -> Figure:
    """A picture with the place framed, the template, and the response with its peak marked."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3), width_ratios=(4, 1, 4), layout="constrained")
    axes[0].imshow(picture, cmap="gray_r")
    corner = (place[1] - 0.5, place[0] - 0.5)
    frame = Rectangle(corner, template.shape[1], template.shape[0], fill=False, edgecolor=VERMILION, linewidth=2)
    axes[0].add_patch(frame)
    axes[1].imshow(template, cmap=DIVERGING, vmin=-abs(template).max(), vmax=abs(template).max())
    axes[2].imshow(response, cmap=DIVERGING, vmin=-abs(response).max(), vmax=abs(response).max())
    axes[2].plot(place[1], place[0], "o", markersize=12, fillstyle="none", color=INK)
    for ax, title in zip(axes, ("found here", "template", "response"), strict=True):
        ax.set_title(title, fontsize=10)
        ax.set(xlabel="column", ylabel="row")
    return described(
        figure,
        f"A strip of handwritten digits with a frame at row {place[0]}, column {place[1]}; the template with its mean "
        "subtracted; and the response, whose largest value is marked at the same place.",
    )
