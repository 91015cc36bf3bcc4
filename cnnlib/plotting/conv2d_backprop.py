"""The pictures of lecture 06, backpropagation through a 2-D convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array, Pair
from cnnlib.plotting import arrow, balanced, canvas, cells, centred, described, tile
from cnnlib.plotting.palette import BLUE, GREEN, GREY, INK, ORANGE, PAPER, VERMILION, colours, tint, wheel


def padded(dy: Array, w: Array, dx: Array, at: Pair) -> Figure:
    """dy with zeros around, the flipped kernel on one window of it, and the entry of dx that comes out."""
    (KH, KW), (H, W) = w.shape, dx.shape
    dypad = np.pad(dy, ((KH - 1, KH - 1), (KW - 1, KW - 1)))
    figure, ax = canvas(dypad.shape[1] + KW + W + 7.5, max(len(dypad), H) + 0.6)

    def shade(i: int, j: int) -> object:
        inside = KH - 1 <= i < KH - 1 + len(dy) and KW - 1 <= j < KW - 1 + dy.shape[1]
        covered = at[0] <= i < at[0] + KH and at[1] <= j < at[1] + KW
        return tint(VERMILION) if covered else PAPER if inside else tint(GREY, 0.5)

    fill = [[shade(i, j) for j in range(dypad.shape[1])] for i in range(len(dypad))]
    cells(ax, dypad, 2, 0.3, name="dypad", fill=colours(fill))
    cells(ax, w[::-1, ::-1], dypad.shape[1] + 4.3, 0.3, name="w,\nflipped", fill=tint(ORANGE))
    marked = [[tint(VERMILION) if (i, j) == at else PAPER for j in range(W)] for i in range(H)]
    cells(ax, dx, dypad.shape[1] + KW + 6.5, 0.3, name="dx", fill=colours(marked))
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
        _tile(ax, 0.8, -f, tint(wheel(f), 0.55), f"f={f}")
        centred(ax, 2.4, 0.32 - f, "convolved with", 8)
        for plane in range(channels):
            fill = tint(wheel(f), 0.55) if plane == c else PAPER
            _tile(ax, left + 0.95 * plane, -f, fill, f"[{f},{plane}]")
        middle, below, right = left + 0.95 * c + 0.4, -f - 0.17, left + 0.95 * channels + 0.1
        ax.plot([middle, middle, right], [-f, below, below], color=wheel(f))  # past the planes that do not take part
        arrow(ax, (right, below), (8.95, -(filters - 1) / 2 + 0.33), wheel(f))
    _tile(ax, 9.0, -(filters - 1) / 2, tint(GREY, 0.5), "sum")
    return described(
        figure,
        f"{filters} rows, one for each filter f: its map of dy, and its {channels} planes. From plane {c} of every "
        f"filter, in colour, an arrow leads to the sum: each is convolved with its own map of dy, and the {filters} "
        f"results make dx of input map {c}.",
    )


def _tile(ax: Axes, left: float, bottom: float, fill: object, text: str) -> None:
    ax.add_patch(Rectangle((left, bottom), 0.8, 0.65, facecolor=fill, edgecolor=INK, linewidth=0.8))
    centred(ax, left + 0.4, bottom + 0.32, text, 8)


def spread(dy: Array, dyup: Array, stride: int) -> Figure:
    """dy, and dy with zeros between its entries."""
    figure, ax = canvas(dy.shape[1] + dyup.shape[1] + 6.5, len(dyup) + 0.6)
    own = [[tint(wheel(i * dy.shape[1] + j), 0.5) for j in range(dy.shape[1])] for i in range(len(dy))]
    put = [[tint(GREY, 0.5)] * dyup.shape[1] for _ in range(len(dyup))]
    for i, j in np.ndindex(*dy.shape):
        put[stride * i][stride * j] = own[i][j]
    cells(ax, dy, 1.2, 0.3, name="dy", fill=colours(own))
    cells(ax, dyup, dy.shape[1] + 4.6, 0.3, name="dyup", fill=colours(put))
    return described(
        figure,
        f"dy of {dy.shape[0]} by {dy.shape[1]} and its spread form of {dyup.shape[0]} by {dyup.shape[1]}: the "
        f"entries stand {stride} apart, with zeros between.",
    )


def batch(images: Array, pulls: Array, gradients: Array, after: Array, teacher: Array) -> Figure:
    """For each digit its picture, its dy and its gradient; beside them the teacher, the mean and the kernel's step."""
    N = len(images)
    figure, axes = plt.subplots(3, N + 1, figsize=(1.2 * (N + 1) + 1.4, 4.0), layout="constrained")
    top = np.abs(gradients).max()
    for n in range(N):
        tile(axes[0, n], images[n], f"digit {n}", top=np.abs(images).max())
        balanced(axes[1, n], pulls[n], top=np.abs(pulls).max())
        balanced(axes[2, n], gradients[n], top=top)
    for row, name in enumerate(("x", "dy", "dw")):
        axes[row, 0].set_ylabel(name, rotation=0, labelpad=14, va="center")
    balanced(axes[0, N], teacher, "teacher", top=np.abs(teacher).max())
    balanced(axes[1, N], after, "w, one step", top=np.abs(after).max())
    balanced(axes[2, N], gradients.mean(0), "mean of dw", top=top)
    for row, limit in ((1, np.abs(pulls).max()), (2, top)):
        bar = figure.colorbar(axes[row, 0].images[0], ax=axes[row, N], shrink=0.9, aspect=10, pad=0.12)
        bar.set_ticks([-limit, 0, limit], labels=[f"−{limit:.2g}", "0", f"{limit:.2g}"])
        bar.ax.tick_params(labelsize=8)
        bar.ax.set_title(("dy", "dw")[row - 1], fontsize=8)
    return described(
        figure,
        f"{N} digits, under each the map of its dy, and under that its gradient of the kernel, blue for positive and "
        "red for negative: all have blue on the left and red on the right. In the last column the teacher's kernel and "
        "the kernel after one step, both with red on the left and blue on the right, and the mean of the gradients.",
    )


def times(sizes: list[int], seconds: dict[str, list[float]]) -> Figure:
    """Time of a backward pass against the picture's side, on log axes."""
    figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
    for (name, values), colour, marker in zip(seconds.items(), (VERMILION, BLUE, GREEN), "osD", strict=True):
        ax.loglog(sizes[: len(values)], [1e3 * s for s in values], color=colour, marker=marker, label=name)
    slow = np.array([1e3 * seconds[name][-1] for name in seconds if len(seconds[name]) == len(sizes)]).max()
    ax.loglog(sizes[-2:], [2 * slow * (n / sizes[-1]) ** 2 for n in sizes[-2:]], color=INK, linestyle=":")
    ax.text(sizes[-2], 2 * slow / 3, "slope 2 ", ha="right", va="center", fontsize=9)
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
