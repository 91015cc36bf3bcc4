"""The pictures of lecture 07 about lattices: dropping, spreading, stamping, and the checkerboard."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.plotting import canvas, cells, centred, described, tile
from cnnlib.plotting.palette import BLUE, GREY, ORANGE, PAPER, colours, tint, wheel


def there_and_back(x: Array, down: Array, small: Array, up: Array) -> Figure:
    """x, what downsampling keeps of it; a small map, and what upsampling makes of it."""
    (H, W), (OH, OW) = x.shape, down.shape
    step = -(-H // OH), -(-W // OW)
    kept = [[tint(BLUE) if m % step[0] == q % step[1] == 0 else PAPER for q in range(W)] for m in range(H)]
    grown = up.shape[0] // small.shape[0], up.shape[1] // small.shape[1]
    put = [
        [tint(ORANGE) if m % grown[0] == q % grown[1] == 0 else tint(GREY, 0.35) for q in range(up.shape[1])]
        for m in range(up.shape[0])
    ]
    figure, ax = canvas(W + OW + small.shape[1] + up.shape[1] + 8.5, max(H, len(up)) + 1.4)
    left, top = 0.4, 1.1
    for values, fill, title in (
        (x, colours(kept), "x"),
        (down, tint(BLUE), "downsampled"),
        (small, tint(ORANGE), "x"),
        (up, colours(put), "upsampled"),
    ):
        cells(ax, values, left, top + (max(H, len(up)) - len(values)) / 2, fill=fill)
        centred(ax, left + values.shape[1] / 2, 0.5, title)
        left += values.shape[1] + (3.2 if title == "downsampled" else 1.9)
    return described(
        figure,
        f"Left: a map of {H} by {W}, and the {OH} by {OW} that downsampling keeps, every second row and column. Right: "
        f"a map of {small.shape[0]} by {small.shape[1]}, and the {up.shape[0]} by {up.shape[1]} that upsampling makes: "
        "its entries with zeros after each.",
    )


def stamps(x: Array, w: Array, stride: int) -> Figure:
    """One row for the stamp of each entry of x, and their sum."""
    L, K = len(x), len(w)
    T = stride * (L - 1) + K
    figure, ax = canvas(T + 9.5, L + 2.6)
    for m, value in enumerate(x):
        row = np.full(T, np.nan)
        row[stride * m : stride * m + K] = value * w
        fill = [tint(wheel(m)) if not np.isnan(entry) else PAPER for entry in row]
        cells(ax, np.array([value]), 3.2, 0.3 + m, fill=tint(wheel(m)))
        centred(ax, 5.2, 0.83 + m, "stamps", 9)
        cells(ax, row, 6.6, 0.3 + m, fill=colours(fill), edge="#999999")
    ax.text(2.9, 0.3 + L / 2, "x", ha="right", va="center", fontsize=11)
    y = np.array([sum(x[m] * w[i - stride * m] for m in range(L) if 0 <= i - stride * m < K) for i in range(T)])
    often = [sum(0 <= i - stride * m < K for m in range(L)) for i in range(T)]
    ax.text(6.6, L + 2.15, "grey: more than one stamp", va="center", fontsize=9)
    cells(ax, y, 6.6, L + 0.9, name="y", fill=colours([tint(GREY, 0.6) if n > 1 else PAPER for n in often]))
    return described(
        figure,
        f"{L} rows: each entry of x times the kernel of {K}, begun {stride} further right than the one above. Below "
        f"them their sum, y of {T} entries; {sum(n > 1 for n in often)} of these, in grey, got more than one stamp.",
    )


def boards(counts: dict[int, Array]) -> Figure:
    """How many stamps reach each place, for kernels of several sizes."""
    figure, axes = plt.subplots(1, len(counts), figsize=(2.3 * len(counts), 2.5), layout="constrained")
    top = max(int(count.max()) for count in counts.values())
    for ax, (K, count) in zip(axes, counts.items(), strict=True):
        drawn = tile(ax, count, f"K = {K}", top=top, cmap="viridis", size=10)
    figure.colorbar(drawn, ax=axes, shrink=0.8, label="stamps on a place")
    return described(
        figure,
        f"Stamps on each place, for stride 2 and square kernels of {', '.join(map(str, counts))}. Odd sizes make a "
        "checkerboard; even ones are level away from the rim.",
    )
