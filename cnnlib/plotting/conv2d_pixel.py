"""The pictures of lecture 06 that follow one weight or one pixel."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib.arguments import Array, Pair
from cnnlib.plotting import canvas, cells, centred, described, signed
from cnnlib.plotting.palette import GREY, INK, ORANGE, PAPER, VERMILION, colours, tint, wheel


def laid(x: Array, dy: Array, weights: list[Pair]) -> Figure:
    """dy laid on the picture, once for each of these weights, and the entry of dw that it makes."""
    (H, W), (OH, OW) = x.shape, dy.shape
    figure, ax = canvas((W + 1.6) * len(weights) + OW + 2.2, H + 2.2)
    cells(ax, dy, 1.4, 1.2, name="dy", fill=tint(ORANGE))
    for n, (u, v) in enumerate(weights):
        left = OW + 3.2 + n * (W + 1.6)
        under = [[tint(ORANGE) if u <= i < u + OH and v <= j < v + OW else PAPER for j in range(W)] for i in range(H)]
        cells(ax, x, left, 1.2, fill=colours(under))
        ax.add_patch(Rectangle((left + v, 1.2 + u), OW, OH, fill=False, edgecolor=VERMILION, linewidth=2.5))
        value = float(np.sum(dy * x[u : u + OH, v : v + OW]))
        centred(ax, left + W / 2, 0.6, f"dw[{u}, {v}] = {signed(value)}", 11)
    told = "; ".join(f"for w[{u}, {v}] at row {u}, column {v}" for u, v in weights)
    return described(figure, f"dy of {OH} by {OW}, laid on the picture of {H} by {W}: {told}.")


def reach(x: Array, w: Array, pixel: Pair) -> Figure:
    """One pixel, the outputs that saw it, and the weight it met in each, in one colour."""
    (H, W), (KH, KW) = x.shape, w.shape
    OH, OW = H - KH + 1, W - KW + 1
    figure, ax = canvas(W + KW + OW + 7, max(H, KH, OH) + 1.2)
    top = max(H, KH, OH) + 0.8
    colour = {(u, v): tint(wheel(u * KW + v), 0.55) for u, v in np.ndindex(KH, KW)}
    marked = [[tint(INK, 0.35) if (i, j) == pixel else PAPER for j in range(W)] for i in range(H)]
    cells(ax, x, 1, 0.4, name="x", fill=colours(marked))
    cells(ax, w, W + 3, 0.4, name="w", fill=colours([[colour[u, v] for v in range(KW)] for u in range(KH)]))
    met = [[colour.get((pixel[0] - i, pixel[1] - j), PAPER) for j in range(OW)] for i in range(OH)]
    cells(ax, np.full((OH, OW), np.nan), W + KW + 5.5, 0.4, name="y", fill=colours(met))
    for i, j in np.ndindex(OH, OW):
        u, v = pixel[0] - i, pixel[1] - j
        if (u, v) in colour:
            centred(ax, W + KW + 6 + j, 0.93 + i, f"w[{u},{v}]", 8)
    text = f"x[{pixel[0]}, {pixel[1]}] meets w[u, v] at output ({pixel[0]} − u, {pixel[1]} − v)"
    ax.text(1, top, text, fontsize=10, va="center")
    count = sum((pixel[0] - i, pixel[1] - j) in colour for i, j in np.ndindex(OH, OW))
    return described(
        figure,
        f"A {H} by {W} picture with pixel {pixel} marked, a {KH} by {KW} kernel whose weights have colours of their "
        f"own, and the {OH} by {OW} outputs: {count} of them saw the pixel, each coloured as the weight that met it.",
    )


def row_and_column(A: Array, shape: Pair, out: Pair, output: Pair, pixel: Pair) -> Figure:
    """The matrix of a kernel; one row laid out as a picture, and one column laid out as a map of outputs."""
    (H, W), (OH, OW) = shape, out
    row, column = output[0] * OW + output[1], pixel[0] * W + pixel[1]
    figure, ax = canvas(H * W + 2.5, OH * OW + max(H, OH) + 3.8)
    faint = tint(GREY, 0.35)

    def shade(n: int, m: int) -> object:
        return tint(ORANGE) if n == row else tint(VERMILION) if m == column else faint if A[n, m] else PAPER

    fill = [[shade(n, m) for m in range(H * W)] for n in range(OH * OW)]
    fill[row][column] = tint(VERMILION, 0.8)
    cells(ax, np.where(A == 0, np.nan, A), 2.2, 0.9, fill=colours(fill), edge="#999999")
    ax.text(2.0, row + 1.45, f"row y{[*output]}", ha="right", va="center", fontsize=10)
    centred(ax, column + 2.7, 0.45, f"column x{[*pixel]}")
    top = OH * OW + 2.9
    centred(ax, 2.2 + W / 2, top - 0.5, f"row y{[*output]}, laid out {H} × {W}")
    cells(ax, _bare(A[row].reshape(shape)), 2.2, top, fill=tint(ORANGE))
    left = W + 8.5
    title = f"column x{[*pixel]}, laid out {OH} × {OW}"
    centred(ax, left + OW / 2, top - 0.5, title)
    cells(ax, A[:, column].reshape(out), left, top, fill=tint(VERMILION))
    figure.set_size_inches(*(0.68 * figure.get_size_inches()))
    for text in ax.texts:
        text.set_fontsize(8)
    return described(
        figure,
        f"A matrix of {OH * OW} rows and {H * W} columns. Row {row}, laid out as a picture, is the kernel among zeros. "
        f"Column {column}, laid out as {OH} by {OW}, is the kernel turned by half a turn.",
    )


def _bare(values: Array) -> Array:
    return np.where(values == 0, np.nan, values)
