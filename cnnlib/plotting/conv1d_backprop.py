"""The pictures of lecture 05, backpropagation through a 1-D convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.plotting import arrow, canvas, cells, centred, described, listed, signed
from cnnlib.plotting.palette import BLUE, CYCLE, GREY, PAPER, VERMILION, colours, tint


def sliding(x: Array, w: Array, y: Array) -> Figure:
    """The kernel under each stretch of the signal that it meets, and the output it makes there."""
    L, K, T = len(x), len(w), len(y)
    figure, ax = canvas(L + T + 5, 1.6 * T + 0.4)
    for i in range(T):
        top = 0.6 + 1.6 * i
        fill = [tint(BLUE) if i <= m < i + K else PAPER for m in range(L)]
        cells(ax, x, 1.5, top, name="x" if i == 0 else "", fill=colours(fill))
        for k in range(K):
            centred(ax, 2 + i + k, top + 1.22, f"×{signed(w[k])}", 9, color=BLUE)
        arrow(ax, (L + 2, top + 0.5), (L + 3.4, top + 0.5), GREY)
        shown = np.where(np.arange(T) <= i, y, np.nan)
        made = colours([tint(BLUE) if j == i else PAPER for j in range(T)])
        cells(ax, shown, L + 4.5, top, name="y", fill=made)
    return described(
        figure,
        f"The kernel {listed(w)} lies under one stretch of the signal {listed(x)} after another; the "
        f"outputs are {listed(y)}.",
    )


def touches(x: Array, w: Array, dy: Array, what: str, at: int = 0) -> Figure:
    """x below, dy above, a line for every product of the forward pass; those of one bias, tap or input in colour.

    Args:
        what: "b", "w" or "x".
        at: which tap, or which input.
    """
    L, K, T = len(x), len(w), len(dy)
    figure, ax = canvas(L + 4.5, 4.6)
    hit = {"b": lambda i, k: False, "w": lambda i, k: k == at, "x": lambda i, k: i + k == at}[what]
    left = 2.6 + (L - T) / 2  # dy stands in the middle
    for i, k in np.ndindex(T, K):
        ends = [2.6 + i + k, left + i], [3.2, 1.5]
        colour, width = (VERMILION, 2.0) if hit(i, k) else (GREY, 0.8)
        ax.plot(*ends, color=colour, linewidth=width, zorder=2 if hit(i, k) else 1)
        if hit(i, k):
            strength = float(w[k] if what == "x" else x[i + k])
            middle = (0.3 * ends[0][0] + 0.7 * ends[0][1], 0.3 * 3.2 + 0.7 * 1.5)
            box = {"boxstyle": "round,pad=0.15", "facecolor": PAPER, "edgecolor": "none"}
            centred(ax, *middle, f"×{signed(strength)}", 9, color=VERMILION, bbox=box)
    heard = [what == "b" or any(hit(i, k) for k in range(K)) for i in range(T)]
    given = [(what == "x" and m == at) or (what == "w" and at <= m < at + T) for m in range(L)]
    cells(ax, dy, left - 0.5, 0.5, name="dy", fill=colours([tint(VERMILION) if on else PAPER for on in heard]))
    cells(ax, x, 2.1, 3.2, name="x", fill=colours([tint(VERMILION) if on else PAPER for on in given]))
    if what == "b":
        cells(ax, np.array([np.nan]), 0.3, 1.9, fill=tint(VERMILION))
        centred(ax, 0.8, 2.43, "b", 11)
        for i in range(T):
            ax.plot([1.3, left + i], [2.4, 1.5], color=VERMILION, linewidth=2.0, zorder=2)
    thing = what if what == "b" else f"{what}[{at}]"
    reached = listed(np.array([i for i in range(T) if heard[i]], float))
    return described(
        figure,
        f"The {L} inputs below, the {T} entries of dy above, joined by a line for every product of the forward pass. "
        f"In colour: what {thing} takes part in. It reaches the outputs {reached}.",
    )


def tied(x: Array, w: Array, dy: Array) -> Figure:
    """The slope of every use of a weight: left each use with a weight of its own, right tied and added up."""
    K, T = len(w), len(dy)
    i, k = np.mgrid[:T, :K]
    shares = dy[i] * x[i + k]
    figure, ax = canvas(2 * K + 12, T + 1.6)
    fill = colours([[tint(CYCLE[n], 0.45) for n in range(K)] for _ in range(T)])
    cells(ax, shares, 2.6, 1.3, fill=fill)
    for n in range(T):
        ax.text(2.4, n + 1.85, f"output {n}", ha="right", va="center", fontsize=10)
    for n in range(K):
        ax.text(n + 3.1, 1.15, f"tap {n}", ha="center", va="bottom", fontsize=9)
    centred(ax, 2.6 + K / 2, 0.35, "a weight for every use")
    start, left = 2.6 + K + 0.4, 2.6 + K + 6
    arrow(ax, (start, 1.3 + T / 2), (left - 1.6, 1.3 + T / 2))
    centred(ax, (start + left - 1.6) / 2, 0.9 + T / 2, "tie: add columns", 9)
    cells(ax, shares.sum(0), left, 0.8 + T / 2, name="dw", fill=fill[0])
    return described(
        figure,
        f"A table with {T} rows for outputs and {K} columns for taps: the slope of each use of a weight, dy times the "
        f"input it met. The columns add up to dw = {listed(shares.sum(0))}.",
    )


def three_sums(x: Array, w: Array, dy: Array) -> Figure:
    """One table of (output i, tap k) for y, dw and dx: squares of one colour are added up."""
    K, T = len(w), len(dy)
    i, k = np.mgrid[:T, :K]
    tables = (
        ("w[k] x[i+k], added by rows:", "y", w[k] * x[i + k], i),
        ("dy[i] x[i+k], added by columns:", "dw", dy[i] * x[i + k], k),
        ("dy[i] w[k], added by diagonals:", "dx", dy[i] * w[k], i + k),
    )
    figure, axes = plt.subplots(1, 3, figsize=(3.1 * 3, 0.55 * T + 1.2))
    for ax, (title, name, values, group) in zip(axes, tables, strict=True):
        ax.set(xlim=(-0.7, K), ylim=(T, -0.7), aspect="equal")
        ax.axis("off")
        sums = [values[group == g].sum() for g in range(group.max() + 1)]
        ax.set_title(f"{title}\n{name} = {', '.join(map(signed, sums))}", fontsize=10)
        cells(ax, values, 0, 0, fill=colours([[tint(CYCLE[g], 0.45) for g in row] for row in group]))
        _label(ax, [f"i={n}" for n in range(T)], [f"k={n}" for n in range(K)])
    return described(
        figure,
        f"Three tables with {T} rows for i and {K} columns for k. The products w[k] x[i+k] are coloured by "
        "row, the products dy[i] x[i+k] by column, the products dy[i] w[k] by diagonal.",
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
    dypad = np.pad(dy, K - 1)
    figure, ax = canvas(len(dypad) + L + 5.2, 1.6 * L + 0.2)
    for m in range(L):
        top = 0.4 + 1.6 * m
        rim = np.r_[[True] * (K - 1), [False] * len(dy), [True] * (K - 1)]
        fill = [tint(VERMILION) if m <= i < m + K else tint(GREY, 0.5) if rim[i] else PAPER for i in range(len(dypad))]
        cells(ax, dypad, 2, top, name="dypad" if m == 0 else "", fill=colours(fill))
        for k in range(K):
            text = f"×{signed(w[K - 1 - k])}"
            centred(ax, 2.5 + m + k, top + 1.22, text, 9, color=VERMILION)
        at = len(dypad) + 2.4
        arrow(ax, (at, top + 0.5), (at + 1.4, top + 0.5), GREY)
        shown = np.where(np.arange(L) <= m, dx, np.nan)
        highlight = colours([tint(VERMILION) if i == m else PAPER for i in range(L)])
        cells(ax, shown, at + 2.6, top, name="dx", fill=highlight)
    return described(
        figure,
        f"dy = {listed(dy)} with {K - 1} zero at either end; the reversed kernel slides over it in {L} "
        f"steps and makes dx = {listed(dx)}.",
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
