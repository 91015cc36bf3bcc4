"""The pictures of lecture 05, backpropagation through a 1-D convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.plotting import (
    BLUE,
    CYCLE,
    GREY,
    INK,
    PAPER,
    VERMILION,
    canvas,
    cells,
    colours,
    described,
    listed,
    signed,
    tint,
)


def sliding(x: Array, w: Array, y: Array) -> Figure:
    """The kernel under each stretch of the signal that it meets, and the output it makes there."""
    L, K, T = len(x), len(w), len(y)
    figure, ax = canvas(L + T + 5, 1.6 * T + 0.4)
    for t in range(T):
        top = 0.6 + 1.6 * t
        fill = [tint(BLUE) if t <= m < t + K else PAPER for m in range(L)]
        cells(ax, x, 1.5, top, name="x" if t == 0 else "", fill=colours(fill))
        for k in range(K):
            ax.text(2 + t + k, top + 1.22, f"×{signed(w[k])}", ha="center", va="center", color=BLUE, size=9)
        ax.annotate("", (L + 3.4, top + 0.5), (L + 2, top + 0.5), arrowprops={"arrowstyle": "->", "color": GREY})
        shown = np.where(np.arange(T) <= t, y, np.nan)
        cells(ax, shown, L + 4.5, top, name="y", fill=colours([tint(BLUE) if i == t else PAPER for i in range(T)]))
    return described(
        figure,
        f"The kernel {listed(w)} lies under one stretch of the signal {listed(x)} after another; the "
        f"outputs are {listed(y)}.",
    )


def products(x: Array, w: Array, dy: Array, tap: int) -> Figure:
    """dy laid under the inputs that each tap met; one tap in colour, the others in grey."""
    L, K, T = len(x), len(w), len(dy)
    figure, ax = canvas(L + 8, 1.7 + 1.5 * K)
    touched = [tint(VERMILION) if tap <= m < tap + T else PAPER for m in range(L)]
    cells(ax, x, 3, 0.2, name="x", fill=colours(touched))
    for k in range(K):
        top, colour = 1.6 + 1.5 * k, VERMILION if k == tap else GREY
        cells(ax, dy, 3 + k, top, name=f"dy under tap {k}", fill=tint(colour))
        dw = dy @ x[k : k + T]
        ax.text(3.4 + L, top + 0.53, f"multiply, add: dw[{k}] = {signed(dw)}", va="center", color=INK)
    return described(
        figure,
        f"x, and below it dy = {listed(dy)} once for each tap, moved on by one step a tap. The row of tap {tap} and "
        f"the inputs above it are in colour; their products add up to dw[{tap}] = {signed(dy @ x[tap : tap + T])}.",
    )


def three_sums(x: Array, w: Array, dy: Array) -> Figure:
    """One table of (output t, tap k) for y, dw and dx: squares of one colour are added up."""
    K, T = len(w), len(dy)
    t, k = np.mgrid[:T, :K]
    tables = (
        ("w[k] x[t+k], added by rows:", "y", w[k] * x[t + k], t),
        ("dy[t] x[t+k], added by columns:", "dw", dy[t] * x[t + k], k),
        ("dy[t] w[k], added by diagonals:", "dx", dy[t] * w[k], t + k),
    )
    figure, axes = plt.subplots(1, 3, figsize=(3.1 * 3, 0.55 * T + 1.2))
    for ax, (title, name, values, group) in zip(axes, tables, strict=True):
        ax.set(xlim=(-0.7, K), ylim=(T, -0.7), aspect="equal")
        ax.axis("off")
        sums = [values[group == g].sum() for g in range(group.max() + 1)]
        ax.set_title(f"{title}\n{name} = {', '.join(map(signed, sums))}", fontsize=10)
        cells(ax, values, 0, 0, fill=colours([[tint(CYCLE[g], 0.45) for g in row] for row in group]))
        _label(ax, [f"t={i}" for i in range(T)], [f"k={i}" for i in range(K)])
    return described(
        figure,
        f"Three tables with {T} rows for t and {K} columns for k. The products w[k] x[t+k] are coloured by "
        "row, the products dy[t] x[t+k] by column, the products dy[t] w[k] by diagonal.",
    )


def jacobians(by_weight: Array, by_input: Array) -> Figure:
    """Both Jacobians side by side, equal entries in equal colours, zeros grey."""
    figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), width_ratios=(by_weight.shape[1] + 1, by_input.shape[1] + 1))
    for ax, matrix, name, column in (
        (axes[0], by_weight, "∂y/∂w: stretches of x", "w"),
        (axes[1], by_input, "∂y/∂x: the kernel, shifted", "x"),
    ):
        rows, columns = matrix.shape
        ax.set(xlim=(-1.2, columns), ylim=(rows, -1), aspect="equal", title=name)
        ax.axis("off")
        offset = np.subtract.outer(np.arange(rows), -np.arange(columns)) if column == "w" else _band(matrix)
        cells(ax, matrix, 0, 0, fill=colours([[_shade(g) for g in row] for row in offset]))
        _label(ax, [f"y[{i}]" for i in range(rows)], [f"{column}[{i}]" for i in range(columns)])
    return described(
        figure,
        f"Two tables. Left, {by_weight.shape[0]} rows and {by_weight.shape[1]} columns: the stretches of "
        f"x, equal inputs in equal colours. Right, {by_input.shape[0]} rows and {by_input.shape[1]} "
        "columns: the kernel, one step further right in every row, zeros elsewhere.",
    )


def padded(dy: Array, w: Array, dx: Array) -> Figure:
    """dy between zeros, the reversed kernel under each stretch, and the entry of dx it makes."""
    K, L = len(w), len(dx)
    spread = np.concatenate([np.zeros(K - 1), dy, np.zeros(K - 1)])
    figure, ax = canvas(len(spread) + L + 5.2, 1.6 * L + 0.2)
    for m in range(L):
        top = 0.4 + 1.6 * m
        rim = np.r_[[True] * (K - 1), [False] * len(dy), [True] * (K - 1)]
        fill = [tint(VERMILION) if m <= i < m + K else tint(GREY, 0.5) if rim[i] else PAPER for i in range(len(spread))]
        cells(ax, spread, 2, top, name="dy, padded" if m == 0 else "", fill=colours(fill))
        for k in range(K):
            text = f"×{signed(w[K - 1 - k])}"
            ax.text(2.5 + m + k, top + 1.22, text, ha="center", va="center", color=VERMILION, size=9)
        at = len(spread) + 2.4
        ax.annotate("", (at + 1.4, top + 0.5), (at, top + 0.5), arrowprops={"arrowstyle": "->", "color": GREY})
        shown = np.where(np.arange(L) <= m, dx, np.nan)
        highlight = colours([tint(VERMILION) if i == m else PAPER for i in range(L)])
        cells(ax, shown, at + 2.6, top, name="dx", fill=highlight)
    return described(
        figure,
        f"dy = {listed(dy)} with {K - 1} zero at either end; the reversed kernel slides over it in {L} "
        f"steps and makes dx = {listed(dx)}.",
    )


def strided(x: Array, w: Array, dy: Array, dx_padded: Array, stride: int, padding: int) -> Figure:
    """The padded signal and its windows; dy spread out among zeros; dx with the rim that is cut off."""
    K, T, length = len(w), len(dy), len(x) + 2 * padding
    spread = np.zeros(length - K + 1)
    spread[::stride] = dy
    figure, ax = canvas(length + 4.2, 7.9 + 0.6 * T)
    rim = [tint(GREY, 0.5) if m < padding or m >= length - padding else PAPER for m in range(length)]
    cells(ax, np.pad(x, padding), 4, 0.2, name="x⁰ (x, padded)", fill=colours(rim))
    for t in range(T):
        left, level, colour = 4 + stride * t, 1.6 + 0.6 * t, CYCLE[t % len(CYCLE)]
        ax.plot([left + 0.1, left + K - 0.1], [level, level], color=colour, linewidth=5, solid_capstyle="butt")
        ax.text(left - 0.1, level, f"y[{t}] ", ha="right", va="center", fontsize=9)
    top = 1.8 + 0.6 * T
    kept = [i % stride == 0 and i // stride < T for i in range(len(spread))]
    fill = [tint(CYCLE[i // stride % len(CYCLE)]) if on else tint(GREY, 0.5) for i, on in enumerate(kept)]
    cells(ax, dy, 4, top, name="dy", fill=colours([tint(CYCLE[t % len(CYCLE)]) for t in range(T)]))
    cells(ax, spread, 4, top + 2.1, name="dy, spread", fill=colours(fill))
    cells(ax, dx_padded, 4, top + 4.3, name="dx⁰ (grey: cut off)", fill=colours(rim))
    for t in range(T):
        ax.plot([4.5 + t, 4.5 + stride * t], [top + 1, top + 2.1], color=INK, linewidth=0.8)
    return described(
        figure,
        f"{len(x)} inputs with padding {padding} at either end. {T} windows of {K} samples start {stride} samples "
        f"apart. Below, dy = {listed(dy)} is spread to {listed(spread)}, and dx⁰ = {listed(dx_padded)} loses its "
        "ends.",
    )


def descent(losses: Array, kernels: Array, truth: Array) -> Figure:
    """Left the loss after every step, on a log axis; right each tap on its way to the true kernel."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    left.semilogy(losses, color=BLUE)
    left.set(xlabel="step", ylabel="mean squared error", title="the loss falls")
    for k in range(kernels.shape[1]):
        right.plot(kernels[:, k], color=CYCLE[k], label=f"w[{k}]")
        right.axhline(truth[k], color=CYCLE[k], linestyle=":", linewidth=1)
    right.set(xlabel="step", ylabel="weight", title="each tap reaches the true kernel (dotted)")
    right.legend(loc="center right", fontsize=9)
    return described(
        figure,
        f"Left, the mean squared error falls from {losses[0]:.2g} to {losses[-1]:.1g} in {len(losses)} "
        f"steps. Right, the taps go from 0 to {listed(truth)}.",
    )


def scanlines(image: Array, x: Array, y: Array) -> Figure:
    """A digit, its rows laid end to end as one signal, and what the edge kernel makes of it."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), width_ratios=(1, 3), layout="constrained")
    left.imshow(image, cmap="gray_r")
    left.set(xlabel="column", ylabel="row", title="the digit")
    right.plot(x, color=GREY, label="x: ink")
    right.plot(np.arange(len(y)) + (len(x) - len(y)) / 2, y, color=VERMILION, label="teacher's output")
    right.set(xlabel="sample (an output stands at the middle of its window)", title="its rows, laid end to end")
    right.set(ylabel="value", xticks=range(0, len(x) + 1, image.shape[1]))
    right.legend(fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return described(
        figure,
        f"Left, a handwritten digit of {image.shape[0]} by {image.shape[1]} pixels. Right, its rows end to "
        "end: ink comes and goes once or twice a row, and the teacher's output jumps where it does.",
    )


def _band(matrix: Array) -> Array:
    rows, columns = matrix.shape
    offset = np.arange(columns) - np.arange(rows)[:, None]
    return np.where((offset >= 0) & (offset <= columns - rows), offset, -1)


def _shade(group: int) -> object:
    return tint(GREY, 0.4) if group < 0 else tint(CYCLE[group % len(CYCLE)], 0.45)


def _label(ax: Axes, rows: list[str], columns: list[str]) -> None:
    for i, text in enumerate(rows):
        ax.text(-0.15, i + 0.5, text, ha="right", va="center", fontsize=9)
    for j, text in enumerate(columns):
        ax.text(j + 0.5, -0.15, text, ha="center", va="bottom", fontsize=9)
