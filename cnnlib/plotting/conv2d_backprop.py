"""The pictures of lecture 06, backpropagation through a 2-D convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
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
    tint,
)

Pair = tuple[int, int]


def reach(x: Array, w: Array, pixel: Pair) -> Figure:
    """One pixel, the outputs that saw it, and the weight it met in each, in one colour."""
    (H, W), (KH, KW) = x.shape, w.shape
    OH, OW = H - KH + 1, W - KW + 1
    figure, ax = canvas(W + KW + OW + 7, max(H, KH, OH) + 1.2)
    top = max(H, KH, OH) + 0.8
    colour = {(u, v): tint(_colour(u * KW + v), 0.55) for u, v in np.ndindex(KH, KW)}
    marked = [[tint(INK, 0.35) if (i, j) == pixel else PAPER for j in range(W)] for i in range(H)]
    cells(ax, x, 1, 0.4, name="x", fill=colours(marked))
    cells(ax, w, W + 3, 0.4, name="w", fill=colours([[colour[u, v] for v in range(KW)] for u in range(KH)]))
    met = [[colour.get((pixel[0] - i, pixel[1] - j), PAPER) for j in range(OW)] for i in range(OH)]
    cells(ax, np.full((OH, OW), np.nan), W + KW + 5.5, 0.4, name="y", fill=colours(met))
    for i, j in np.ndindex(OH, OW):
        u, v = pixel[0] - i, pixel[1] - j
        if (u, v) in colour:
            ax.text(W + KW + 6 + j, 0.93 + i, f"w[{u},{v}]", ha="center", va="center", fontsize=8)
    text = f"x[{pixel[0]}, {pixel[1]}] meets w[u, v] at output ({pixel[0]} − u, {pixel[1]} − v)"
    ax.text(1, top, text, fontsize=10, va="center")
    count = sum((pixel[0] - i, pixel[1] - j) in colour for i, j in np.ndindex(OH, OW))
    return described(
        figure,
        f"A {H} by {W} picture with pixel {pixel} marked, a {KH} by {KW} kernel whose weights have colours of their "
        f"own, and the {OH} by {OW} outputs: {count} of them saw the pixel, each coloured as the weight that met it.",
    )


def padded(dy: Array, w: Array, dx: Array, at: Pair) -> Figure:
    """dy with zeros around, the flipped kernel on one window of it, and the entry of dx that comes out."""
    (KH, KW), (H, W) = w.shape, dx.shape
    wide = np.pad(dy, ((KH - 1, KH - 1), (KW - 1, KW - 1)))
    figure, ax = canvas(wide.shape[1] + KW + W + 7.5, max(len(wide), H) + 0.6)

    def shade(i: int, j: int) -> object:
        inside = KH - 1 <= i < KH - 1 + len(dy) and KW - 1 <= j < KW - 1 + dy.shape[1]
        covered = at[0] <= i < at[0] + KH and at[1] <= j < at[1] + KW
        return tint(VERMILION) if covered else PAPER if inside else tint(GREY, 0.5)

    fill = [[shade(i, j) for j in range(wide.shape[1])] for i in range(len(wide))]
    cells(ax, wide, 2, 0.3, name="dy,\npadded", fill=colours(fill))
    cells(ax, w[::-1, ::-1], wide.shape[1] + 4.3, 0.3, name="w,\nflipped", fill=tint(ORANGE))
    marked = [[tint(VERMILION) if (i, j) == at else PAPER for j in range(W)] for i in range(H)]
    cells(ax, dx, wide.shape[1] + KW + 6.5, 0.3, name="dx", fill=colours(marked))
    return described(
        figure,
        f"dy of {dy.shape[0]} by {dy.shape[1]} with {KH - 1} rows and {KW - 1} columns of zeros on every side; the "
        f"kernel, flipped, lies on the window at {at}; the entry of dx at {at} is {dx[at]:g}.",
    )


def planes(filters: int, channels: int, c: int) -> Figure:
    """Which planes of which filters feed the gradient of one input map."""
    height = 0.8 * filters + 0.5
    figure, ax = plt.subplots(figsize=(7.6, height))
    ax.axis("off")
    ax.set(xlim=(0, 10.4), ylim=(-filters + 0.25, 1.15))
    left = 3.4
    ax.text(1.2, 0.9, "dy[f]", ha="center", fontsize=10)
    ax.text(left + channels / 2 * 0.95, 0.9, "w[f, c]: one plane for every input map c", ha="center", fontsize=10)
    ax.text(9.4, 0.9, f"dx[{c}]", ha="center", fontsize=10)
    for f in range(filters):
        _tile(ax, 0.8, -f, tint(_colour(f), 0.55), f"f={f}")
        ax.text(2.4, 0.32 - f, "convolved with", ha="center", va="center", fontsize=8)
        for plane in range(channels):
            fill = tint(_colour(f), 0.55) if plane == c else PAPER
            _tile(ax, left + 0.95 * plane, -f, fill, f"[{f},{plane}]")
        middle, below, right = left + 0.95 * c + 0.4, -f - 0.17, left + 0.95 * channels + 0.1
        ax.plot([middle, middle, right], [-f, below, below], color=_colour(f))  # past the planes that do not take part
        arrow = {"arrowstyle": "->", "color": _colour(f)}
        ax.annotate("", (8.95, -(filters - 1) / 2 + 0.33), (right, below), arrowprops=arrow)
    _tile(ax, 9.0, -(filters - 1) / 2, tint(GREY, 0.5), "sum")
    return described(
        figure,
        f"{filters} rows, one for each filter f: its map of dy, and its {channels} planes. From plane {c} of every "
        f"filter, in colour, an arrow leads to the sum: each is convolved with its own map of dy, and the {filters} "
        f"results make dx of input map {c}.",
    )


def _tile(ax: Axes, left: float, bottom: float, fill: object, text: str) -> None:
    ax.add_patch(Rectangle((left, bottom), 0.8, 0.65, facecolor=fill, edgecolor=INK, linewidth=0.8))
    ax.text(left + 0.4, bottom + 0.32, text, ha="center", va="center", fontsize=8)


def spread(dy: Array, wide: Array, stride: int) -> Figure:
    """dy, and dy with zeros between its entries."""
    figure, ax = canvas(dy.shape[1] + wide.shape[1] + 6.5, len(wide) + 0.6)
    own = [[tint(_colour(i * dy.shape[1] + j), 0.5) for j in range(dy.shape[1])] for i in range(len(dy))]
    put = [[tint(GREY, 0.5)] * wide.shape[1] for _ in range(len(wide))]
    for i, j in np.ndindex(*dy.shape):
        put[stride * i][stride * j] = own[i][j]
    cells(ax, dy, 1.2, 0.3, name="dy", fill=colours(own))
    cells(ax, wide, dy.shape[1] + 4.6, 0.3, name="dy, spread", fill=colours(put))
    return described(
        figure,
        f"dy of {dy.shape[0]} by {dy.shape[1]} and its spread form of {wide.shape[0]} by {wide.shape[1]}: the "
        f"entries stand {stride} apart, with zeros between.",
    )


def batch(images: Array, pulls: Array, gradients: Array, after: Array, teacher: Array) -> Figure:
    """For each digit its picture, its dy and its gradient; then the mean, the kernel after the step, and the "
    "teacher."""
    N = len(images)
    figure, axes = plt.subplots(3, N + 2, figsize=(1.25 * (N + 2), 4.2), layout="constrained")
    for n in range(N):
        _map(axes[0, n], images[n], np.abs(images).max(), f"digit {n}", "gray_r", 0.0)
        _map(axes[1, n], pulls[n], np.abs(pulls).max())
        _map(axes[2, n], gradients[n], np.abs(gradients).max())
    for row, name in enumerate(("x", "dy", "dw")):
        axes[row, 0].set_ylabel(name, rotation=0, labelpad=14, va="center")
        axes[row, N].axis("off")
        axes[row, N + 1].axis("off")
    _map(axes[2, N], gradients.mean(0), np.abs(gradients).max(), "mean of dw")
    _map(axes[1, N + 1], teacher, np.abs(teacher).max(), "teacher")
    _map(axes[2, N + 1], after, np.abs(after).max(), "w, one step")
    bar = figure.colorbar(axes[2, 0].images[0], ax=axes[0, N:], orientation="horizontal", fraction=0.3, aspect=12)
    bar.set_ticks([-np.abs(gradients).max(), 0, np.abs(gradients).max()], labels=["−", "0", "+"])
    return described(
        figure,
        f"{N} digits, under each the map of its dy, and under that its gradient of the kernel, blue for positive and "
        "red for negative: all have blue on the left and red on the right. Then the mean of the gradients, the "
        "kernel after one step and the teacher's, both with red on the left and blue on the right.",
    )


def _map(
    ax: Axes, values: Array, top: float, title: str = "", colour: str = DIVERGING, low: float | None = None
) -> None:
    ax.axis("on")
    ax.imshow(values, cmap=colour, vmin=-top if low is None else low, vmax=top)
    ax.set_title(title, fontsize=9)
    ax.set(xticks=[], yticks=[])


def times(sizes: list[int], seconds: dict[str, list[float]]) -> Figure:
    """Time of a backward pass against the picture's side, on log axes."""
    figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
    for (name, values), colour, marker in zip(seconds.items(), (VERMILION, BLUE, GREEN), "osD", strict=True):
        ax.loglog(sizes[: len(values)], [1e3 * s for s in values], color=colour, marker=marker, label=name)
    ax.set(xlabel="side of the picture, pixels", ylabel="milliseconds")
    ax.set_xticks(sizes, [str(n) for n in sizes])
    ax.minorticks_off()
    ax.legend(fontsize=9)
    ax.grid(alpha=0.3)
    return described(
        figure,
        f"Lines on log axes: the time of {', '.join(seconds)} against the side of the picture, from {sizes[0]} to "
        f"{sizes[-1]} pixels. All grow with the number of pixels; naive loops are the slowest by far.",
    )


def _colour(n: int) -> str:
    wheel = (*CYCLE, "#999999", "#882255", "#44aa99", "#117733", "#332288")
    return wheel[n % len(wheel)]
