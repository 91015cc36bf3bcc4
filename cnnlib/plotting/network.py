"""The pictures of lecture 09, a convolutional network: what happens in it, and how it learns."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from cnnlib.arguments import Array
from cnnlib.plotting import balanced, centred, described, tile
from cnnlib.plotting.palette import BLUE, CYCLE, DIVERGING, GREY, INK, VERMILION

BETWEEN = "#dbe4ee"  # behind maps, so that a white one has an end
Curve = tuple[Array, Array]


# ---------------------------------------------------------------- what is in the network


def through(stages: Sequence[tuple[str, Array]], label: int) -> Figure:
    """All arrays of one picture on its way through the network, with their shapes.

    Args:
        stages: name and array: (C, H, W) maps, or (D,) a row; the last one holds the shares of the classes.
        label: the true class.
    """
    widths = [1.0 if a.ndim == 3 else 0.5 for _, a in stages[:-1]] + [1.5]
    figure, axes = plt.subplots(
        1, len(stages), figsize=(10.5, 3.4), gridspec_kw={"width_ratios": widths}, layout="constrained"
    )
    for ax, (name, values) in zip(axes[:-1], stages[:-1], strict=True):
        title = f"{name}\n{' × '.join(map(str, values.shape))}"
        _framed(tile(ax, _tiled(values), title, low=None, top=None, cmap="Greys"), BETWEEN)
    _shares(axes[-1], stages[-1][1], label)
    axes[-1].set_title(f"{stages[-1][0]}\n{len(stages[-1][1])}", fontsize=9)
    shapes = "; ".join(f"{name} {' by '.join(map(str, a.shape))}" for name, a in stages)
    best = int(stages[-1][1].argmax())
    return described(
        figure,
        f"A handwritten {label} on its way through the network, every array of it as a picture: {shapes}. "
        f"The largest share, {stages[-1][1].max():.2f}, has class {best}.",
    )


def back(stages: Sequence[tuple[str, Array]], label: int) -> Figure:
    """The slopes of one picture's loss on their way back: red below 0, blue above, each array on its own scale."""
    figure, axes = plt.subplots(1, len(stages), figsize=(10.5, 3.3), layout="constrained")
    for ax, (name, values) in zip(axes, stages, strict=True):
        size = np.abs(values).max()
        _framed(balanced(ax, _tiled(values), f"{name}\nup to {size:.1g}", top=size))
    return described(
        figure,
        f"The slopes of the loss of a handwritten {label}, from the logits on the left back to the pixels on the "
        "right. After a pooling only one pixel of each block of four has a slope: three quarters of dz2 and of dz1 "
        "are blank.",
    )


def parameters(counts: Mapping[str, int]) -> Figure:
    """How many parameters each layer has."""
    figure, ax = plt.subplots(figsize=(7, 0.5 * len(counts) + 0.8), layout="constrained")
    bars = ax.barh(list(counts), list(counts.values()), color=[BLUE, BLUE, VERMILION, VERMILION])
    total = sum(counts.values())
    ax.bar_label(bars, [f"{n:,}   {n / total:.0%}" for n in counts.values()], padding=4, fontsize=9)
    ax.set(xlabel="parameters", xlim=(0, max(counts.values()) * 1.25))
    ax.invert_yaxis()
    return described(figure, f"Bars. {'; '.join(f'{name}: {count:,}' for name, count in counts.items())}.")


# ---------------------------------------------------------------- how it learns


def curves(
    lines: Mapping[str, Curve],
    xlabel: str,
    ylabel: str = "loss",
    *,
    log: bool = False,
    chance: float | None = None,
    top: float | None = None,
    told: str = "",
) -> Figure:
    """Lines with a key, and the value of chance.

    Args:
        lines: x and y by name.
        told: what the alternative text says beyond the ends of the lines.
    """
    figure, ax = plt.subplots(figsize=(7.5, 3.3), layout="constrained")
    for colour, (name, (x, y)) in zip(CYCLE, lines.items(), strict=False):
        ax.plot(x, y, color=colour, linewidth=1.6, label=name)
    if chance is not None:
        ax.axhline(chance, color=GREY, linestyle="--", linewidth=1, label=f"chance: {chance:.3f}")
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if top is not None:
        ax.set_ylim(top=top)
    ax.legend(frameon=False, fontsize=9)
    ends = "; ".join(f"{name} from {y[0]:.2g} to {y[-1]:.1g}" for name, (_, y) in lines.items())
    return described(figure, f"{ylabel} over {xlabel}. {ends}. {told}")


def signs(slopes: Array, labels: Array) -> Figure:
    """Which way each example pulls each weight: a row an example, a column a weight, and their mean below."""
    table = np.vstack([slopes, slopes.mean(axis=0)])
    table = table / np.abs(table).max(axis=1, keepdims=True)
    figure, ax = plt.subplots(figsize=(7, 0.3 * len(table) + 0.9), layout="constrained")
    ax.imshow(table, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
    for (n, d), value in np.ndenumerate(table):
        centred(ax, d, n, "+" if value > 0 else "−", 9, color=INK)
    ax.axhline(len(slopes) - 0.5, color=INK, linewidth=1.2)
    ax.set_yticks(range(len(table)), [f"a {label}" for label in labels] + ["mean"])
    ax.set_xticks(range(table.shape[1]), [f"[{d // 3}, {d % 3}]" for d in range(table.shape[1])], fontsize=8)
    ax.set(xlabel="weight of kernel 0 of w1")
    mixed = int((np.abs(np.sign(slopes).sum(axis=0)) < len(slopes)).sum())
    return described(
        figure,
        f"The signs of the slopes of {table.shape[1]} weights, for each of {len(slopes)} examples; each row on its own "
        f"scale. For {mixed} of the weights the examples disagree. The last row is the mean.",
    )


def suspects(runs: Sequence[tuple[Array, Array, Array]]) -> Figure:
    """Loss curves of programs with a fault each: on the digits that it learns from, and on others.

    Args:
        runs: epochs, loss on its own digits, loss on the others.
    """
    figure, axes = plt.subplots(1, len(runs), figsize=(11, 2.6), sharey=True, layout="constrained")
    for number, (ax, (epochs, own, others)) in enumerate(zip(axes, runs, strict=True), 1):
        ax.plot(epochs, own, color=BLUE, label="its own digits")
        ax.plot(epochs, others, color=VERMILION, linestyle="--", label="other digits")
        ax.axhline(np.log(10), color=GREY, linewidth=0.8)
        ax.set_title(f"program {number}\nends at {_end(own)}, {_end(others)}", fontsize=9)
        ax.set(xlabel="epochs", ylim=(0, 6))
    axes[0].set_ylabel("loss")
    axes[0].legend(frameon=False, fontsize=8, loc="lower left")
    told = "; ".join(
        f"program {n}: own digits from {own[0]:.1f} to {_end(own)}, others to {_end(others)}"
        for n, (_, own, others) in enumerate(runs, 1)
    )
    return described(figure, f"Five pairs of loss curves, a grey line at 2.30. {told}. Program 5 goes up and down.")


# ---------------------------------------------------------------- what it learned


def kernels(w1: Array, w2: Array) -> Figure:
    """The kernels of both layers, each layer on one scale: red below 0, blue above."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), gridspec_kw={"width_ratios": [1, 2.1]}, layout="constrained")
    grids = _tiled(w1[:, 0], columns=4), _tiled(w2.transpose(1, 0, 2, 3).reshape(-1, *w2.shape[2:]), columns=len(w2))
    titles = f"w1: {len(w1)} kernels", f"w2: {len(w2)} filters (columns) of {w2.shape[1]} planes (rows)"
    for ax, grid, title, w in zip(axes, grids, titles, (w1, w2), strict=True):
        _framed(balanced(ax, grid, title, top=np.abs(w).max(), size=10))
    return described(
        figure,
        f"The {len(w1)} learned kernels of the first layer, some of them blue on one side and red on another, "
        f"and the {w2.size // 9} planes of the second layer, in which no such order is to be seen.",
    )


def excite(rows: Sequence[tuple[str, Array, Array]]) -> Figure:
    """For each unit the pictures that excite it most, and where in them.

    Args:
        rows: name, pictures (B, H, W), and for each the (row, column, rows, columns) of what the unit sees; what lies
            beyond the picture is left out.
    """
    (count, H, W), gap = rows[0][1].shape, 2
    figure, ax = plt.subplots(figsize=(0.95 * count, 0.85 * len(rows)), layout="constrained")
    grid = np.full((len(rows) * (H + gap), count * (W + gap)), np.nan)
    for line, (_, pictures, places) in enumerate(rows):
        for column, (picture, (top, left, height, width)) in enumerate(zip(pictures, places, strict=True)):
            row, start = line * (H + gap) + 1, column * (W + gap) + 1
            grid[row : row + H, start : start + W] = picture
            up, down, first, last = max(0, top), min(H, top + height), max(0, left), min(W, left + width)
            corner = start + first - 0.5, row + up - 0.5
            ax.add_patch(Rectangle(corner, last - first, down - up, fill=False, edgecolor=VERMILION, linewidth=1.8))
    ax.imshow(grid, cmap="Greys", vmin=0, vmax=1)
    ax.set_facecolor(BETWEEN)
    ax.set_yticks(
        [line * (H + gap) + H / 2 + 0.5 for line in range(len(rows))], [name for name, *_ in rows], fontsize=9
    )
    ax.set_xticks([])
    return described(
        figure,
        f"For {len(rows)} units the {count} held-out digits that excite each most, with the part of the picture that "
        "the unit sees in a frame: small for units of the first layer, which answer to pieces of different digits, "
        "and the whole picture for units of the last hidden layer, whose five digits are mostly of one kind.",
    )


def confusion(counts: Array) -> Figure:
    """The table of labels and answers; what is off the diagonal stands out."""
    M = len(counts)
    figure, ax = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    off = counts * (1 - np.eye(M))
    ax.imshow(off, cmap="Oranges", norm=TwoSlopeNorm(max(off.max(), 2) / 2, 0, max(off.max(), 2)))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            ax.text(
                column, row, f"{count:g}", ha="center", va="center", fontsize=9, color=GREY if row == column else INK
            )
    ax.set_xticks(range(M))
    ax.set_yticks(range(M))
    ax.set(xlabel="answer", ylabel="label")
    wrong = [f"{int(counts[r, c])} of label {r} read as {c}" for r, c in np.argwhere(off > 0)]
    return described(
        figure, f"{M} by {M} counts. On the diagonal {int(np.trace(counts))} right answers. Off it: {'; '.join(wrong)}."
    )


def mistakes(pictures: Array, labels: Array, shares: Array) -> Figure:
    """Pictures with what they are, what they were read as, and how surely."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(1.25 * len(pictures) + 0.3, 1.9), layout="constrained")
    for ax, image, label, share in zip(np.atleast_1d(axes), pictures, labels, shares, strict=True):
        title = f"a {label}\nread as {share.argmax()}\n{share.max():.1f} sure"
        _framed(tile(ax, image, title, cmap="Greys"))
    told = "; ".join(f"a {label} read as {share.argmax()}" for label, share in zip(labels, shares, strict=True))
    return described(figure, f"{len(pictures)} digits that are read wrongly, as 8 by 8 pixels: {told}.")


def by_shift(lines: Mapping[str, Sequence[float]]) -> Figure:
    """Accuracy by how far the digits are moved."""
    figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    for colour, (name, values) in zip((BLUE, VERMILION), lines.items(), strict=True):
        ax.plot(range(len(values)), [100 * v for v in values], "o-", color=colour, label=name)
    ax.axhline(10, color=GREY, linestyle="--", linewidth=1, label="chance")
    ax.set(xlabel="pixels moved", ylabel="% of held-out digits right", xticks=range(len(values)), ylim=(0, 103))
    ax.legend(frameon=False, fontsize=9)
    told = "; ".join(f"{name}: {', '.join(f'{100 * v:.0f}' for v in values)}" for name, values in lines.items())
    return described(figure, f"Per cent right after moving the digits by 0, 1, 2 pixels. {told}.")


# ---------------------------------------------------------------- pieces


def _end(losses: Array) -> str:
    return f"{losses[-1]:.2f}" if losses[-1] < 6 else "above 6"


def _framed(image: AxesImage, between: str = GREY) -> None:
    """A thin frame, and a colour behind the picture, which shows in its gaps."""
    image.axes.set_facecolor(between)
    for side in image.axes.spines.values():
        side.set_color(GREY)


def _tiled(values: Array, columns: int | None = None) -> Array:
    """Maps (C, H, W) beside and below each other with gaps between; a row (D,) as a column, or in rows of four."""
    if len(values) <= 12 and values.ndim == 1:
        return values[:, None]
    if values.ndim == 1:
        return np.pad(values, (0, -len(values) % 4), constant_values=np.nan).reshape(-1, 4)
    C, H, W = values.shape
    columns = columns or min(C, 2 if C <= 8 else 4)
    grid = np.full((-(-C // columns) * (H + 1) - 1, columns * (W + 1) - 1), np.nan)
    for c in range(C):
        top, left = c // columns * (H + 1), c % columns * (W + 1)
        grid[top : top + H, left : left + W] = values[c]
    return grid


def _shares(ax: Axes, y: Array, label: int) -> None:
    ax.barh(range(len(y)), y, color=[BLUE if j == label else GREY for j in range(len(y))])
    ax.set(yticks=range(len(y)), xlim=(0, 1), xlabel="share")
    ax.invert_yaxis()
