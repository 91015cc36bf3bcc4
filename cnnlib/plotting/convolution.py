"""The pictures of lecture 04, convolution: one kernel."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array
from cnnlib.plotting import canvas, cells, centred, described, signed
from cnnlib.plotting.palette import BLUE, CYCLE, DIVERGING, GREY, INK, ORANGE, PAPER, VERMILION, colours, tint, wheel

SEQUENTIAL = "gray"


def sharing(H: int, W: int, w: Array) -> Figure:
    """The weight matrix of a layer from an H x W picture: full, only near pixels, near pixels with tied weights."""
    (KH, KW), (OH, OW) = w.shape, (H - w.shape[0] + 1, W - w.shape[1] + 1)
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


def worked(x: Array, w: Array, y: Array) -> Figure:
    """A small picture, a kernel, and the result; the first window and the first output in colour."""
    (H, W), (KH, KW) = x.shape, w.shape
    figure, ax = canvas(W + KW + y.shape[1] + 7, max(H, KH) + 0.6)
    inside = [[tint(BLUE) if i < KH and j < KW else PAPER for j in range(W)] for i in range(H)]
    cells(ax, x, 1, 0.3, name="x", fill=colours(inside))
    cells(ax, w, W + 3, 0.3, name="w", fill=tint(ORANGE))
    first = [[tint(BLUE) if i == j == 0 else PAPER for j in range(y.shape[1])] for i in range(y.shape[0])]
    cells(ax, y, W + KW + 5, 0.3, name="y", fill=colours(first))
    return described(
        figure,
        f"A {H} by {W} picture, a {KH} by {KW} kernel and the output of {y.shape[0]} by {y.shape[1]}, empty but for "
        f"y[0, 0] = {signed(y[0, 0])}. The first window and the first output are in colour.",
    )


def gallery(images: dict[str, Array], *, like: str = "", columns: int = 0) -> Figure:
    """Pictures side by side: those with negative numbers from red (negative) to blue, the others in grey."""
    columns = columns or len(images)
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.8 * columns, 2.2 * rows), layout="constrained", squeeze=False)
    for ax in axes.flat[len(images) :]:
        ax.axis("off")
    for ax, (title, image) in zip(axes.flat, images.items(), strict=False):
        top = float(np.abs(image).max()) or 1.0
        if image.min() < -1e-6:
            drawn = ax.imshow(image, cmap=DIVERGING, vmin=-top, vmax=top, interpolation="nearest")
            bar = figure.colorbar(drawn, ax=ax, orientation="horizontal", fraction=0.06, pad=0.1)
            bar.set_ticks([-top, 0, top], labels=[f"−{top:.2g}", "0", f"{top:.2g}"])
            bar.ax.tick_params(labelsize=8)
        else:
            ax.imshow(image, cmap=SEQUENTIAL, vmin=0, vmax=max(top, 1.0), interpolation="nearest")
        ax.set_title(title, fontsize=10)
        ax.set(xticks=[], yticks=[])
    return described(figure, f"{like} Side by side: {', '.join(title.replace(chr(10), ' ') for title in images)}.")


def puzzle(picture: Array, rows: int, columns: int, corner: tuple[int, int], side: int) -> Figure:
    """A part of a picture as very few pixels."""
    top, left = corner
    part = picture[top : top + rows * side, left : left + columns * side]
    coarse = part.reshape(rows, side, columns, side).mean(axis=(1, 3))
    figure, ax = plt.subplots(figsize=(5.4, 1.1))
    ax.imshow(coarse, cmap=SEQUENTIAL, vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    return described(
        figure,
        f"{rows} rows of {columns} grey pixels: bright in the middle, with a dark spot on either side of it.",
    )


def diagonals(first: Array, second: Array, names: tuple[str, str]) -> Figure:
    """The table of all products of two rows of numbers, its diagonals in colour, and what each adds up to."""
    table = np.outer(first, second)
    step = np.add.outer(np.arange(len(first)), np.arange(len(second)))
    sums = np.convolve(first, second)
    figure, ax = canvas(len(second) + len(sums) + 7.5, len(first) + 1.4)
    cells(ax, table, 2.2, 1.2, fill=colours([[tint(CYCLE[n], 0.5) for n in row] for row in step]))
    for i, value in enumerate(first):
        ax.text(2.0, i + 1.75, f"{names[0]}[{i}] = {signed(value)}", ha="right", va="center", fontsize=10)
    for k, value in enumerate(second):
        ax.text(k + 2.7, 1.0, f"{names[1]}[{k}]\n= {signed(value)}", ha="center", va="bottom", fontsize=9)
    left = len(second) + 6
    cells(ax, sums, left, 2.2, name="added up", fill=colours([tint(CYCLE[n], 0.5) for n in range(len(sums))]))
    for n in range(len(sums)):
        ax.text(left + n + 0.5, 2.0, f"sum {n}", ha="center", va="bottom", fontsize=8)
    return described(
        figure,
        f"A table of all products of {first.tolist()} and {second.tolist()}. Entries whose two indices have the same "
        f"sum lie on a diagonal and share a colour. The diagonals add up to {sums.tolist()}.",
    )


def places(axes: list[tuple[int, int, int, int]]) -> Figure:
    """For each length, kernel, stride and padding: the pixels of one axis, and a bar for every place of the kernel."""
    counts = [(L + 2 * P - K) // S + 1 for L, K, S, P in axes]
    width = max(L + 2 * P for L, _, _, P in axes)
    figure, ax = canvas(width + 6.5, sum(0.42 * count + 1.9 for count in counts))
    figure.set_size_inches(*(0.75 * figure.get_size_inches()))
    top = 0.3
    for (L, K, S, P), count in zip(axes, counts, strict=True):
        seen = {S * i + k for i in range(count) for k in range(K)}
        rim = [
            tint(GREY, 0.5) if not P <= m < P + L else PAPER if m in seen else tint(VERMILION, 0.6)
            for m in range(L + 2 * P)
        ]
        values = np.pad(np.full(L, np.nan), P)
        cells(ax, values, 5.5, top, name=f"K = {K}, S = {S}, P = {P}", fill=colours(rim))
        for i in range(count):
            level, left = top + 1.25 + 0.42 * i, 5.5 + S * i
            ax.plot([left + 0.08, left + K - 0.08], [level, level], color=BLUE, linewidth=4, solid_capstyle="butt")
        top += 0.42 * count + 1.9
    return described(
        figure,
        f"Rows of {axes[0][0]} pixels, one for each kernel length, stride and padding, and under each a bar for every "
        "place of the kernel. Zeros of the padding are grey. A pixel that no bar covers is orange.",
    )


def bell(time: Array, struck: Array, ringing: Array, heard: Array, at: float) -> Figure:
    """Left the strokes, how one rings on, and what is heard; right the product under the integral at one moment."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 2.5), layout="constrained", sharey=True)
    for values, colour, name in (
        (struck, GREY, "g: strokes"),
        (ringing, ORANGE, "r: one ringing"),
        (heard, BLUE, "s: heard"),
    ):
        left.plot(time, values, color=colour, label=name)
    left.set(xlabel="time τ", ylabel="value")
    backwards = np.interp(at - time, time, ringing, left=0, right=0)
    right.plot(time, struck, color=GREY, label="g(τ′)")
    right.plot(time, backwards, color=ORANGE, label=f"r({at:g} − τ′): back to front")
    right.fill_between(time, struck * backwards, color=BLUE, alpha=0.5, label=f"their product; its area is s({at:g})")
    right.set(xlabel="time τ′")
    left.legend(fontsize=8, loc="upper right")
    right.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return described(
        figure,
        "Left, two strokes g, a ringing r that fades, and s: after each stroke it rises and fades. Right, g and the "
        f"ringing turned back to front, ending at time {at:g}; the area under their product is what is heard then.",
    )


def matrix(A: Array, shape: tuple[int, int], out: tuple[int, int]) -> Figure:
    """The Toeplitz matrix of a kernel, the same weight in the same colour, picture rows set apart."""
    rows, columns = A.shape
    figure, ax = canvas(columns + 3.6, rows + 1.4)
    fill = [[PAPER] * columns for _ in range(rows)]
    for row, column in np.argwhere(A):
        u, v = column // shape[1] - row // out[1], column % shape[1] - row % out[1]
        fill[row][column] = tint(wheel(u * (shape[1] - out[1] + 1) + v), 0.5)
    cells(ax, np.where(A == 0, np.nan, A), 3.2, 1.1, fill=colours(fill), edge="#888888")
    for n in range(rows):
        ax.text(3.0, n + 1.6, f"y[{n // out[1]}, {n % out[1]}]", ha="right", va="center", fontsize=10)
    for i in range(shape[0]):
        left = 3.2 + i * shape[1]
        ax.plot([left, left + shape[1]], [0.9, 0.9], color=INK, linewidth=1.5)
        centred(ax, left + shape[1] / 2, 0.5, f"x[{i}, :]")
        ax.plot([left, left], [1.1, 1.1 + rows], color=INK, linewidth=1.5)
    return described(
        figure,
        f"A matrix of {rows} rows and {columns} columns. Row 0 holds the kernel's rows with zeros between; each "
        "further row is the same, moved right by one, or by one picture row.",
    )


def equivariance(panels: dict[str, Array]) -> Figure:
    """Filter, then shift; shift, then filter; where the two differ."""
    figure = gallery(panels, columns=len(panels) // 2)
    figure.set_size_inches(1.9 * (len(panels) // 2), 4.7)
    return described(
        figure,
        "Two rows, stride 1 above and stride 2 below. Each shows the picture filtered and then shifted, shifted and "
        "then filtered, and the difference. With stride 1 the difference is zero except for columns at the left rim; "
        "with stride 2 it is not zero at most edges.",
    )


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
