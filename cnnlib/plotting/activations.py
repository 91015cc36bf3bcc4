"""More pictures of lecture 02: activations and their slopes, and what hidden units of a network look for."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.plotting import balanced, described, tile
from cnnlib.plotting.palette import BLUE, CYCLE, INK, VERMILION

WithSlope = Callable[[Array], tuple[Array, Array]]


def curves(activations: dict[str, WithSlope]) -> Figure:
    """Each activation, and below it its slope."""
    z = np.linspace(-3.5, 3.5, 701)
    figure, axes = plt.subplots(2, len(activations), figsize=(2.2 * len(activations), 3.8), sharex=True, sharey="row")
    for (above, below), (name, function) in zip(axes.T, activations.items(), strict=True):
        a, slope = function(z)
        for ax, values, colour in ((above, a, BLUE), (below, slope, VERMILION)):
            broken = np.where(np.abs(np.diff(values, append=values[-1])) > 0.5, np.nan, values)  # no line at a jump
            ax.axhline(0, color=INK, linewidth=0.5)
            ax.axvline(0, color=INK, linewidth=0.5)
            ax.plot(z, broken, color=colour, linewidth=1.8)
        above.set(title=name, ylim=(-1.3, 2.2))
        below.set(xlabel="z", ylim=(-0.1, 1.15))
    axes[0, 0].set_ylabel("value a")
    axes[1, 0].set_ylabel("slope")
    return described(
        figure,
        f"The curves of {', '.join(activations)}, and below each its slope. The slope of the threshold is 0, that of "
        "the sigmoid has a peak of 1/4 at 0, that of tanh a peak of 1; those of relu and hard tanh are 0 or 1.",
    )


def slope_bugs() -> Figure:
    """Four curves that should be slopes, and are not."""
    z = np.linspace(-3, 3, 601)
    sigmoid, a = 1 / (1 + np.exp(-z)), np.tanh(z)
    again = 1 / (1 + np.exp(-sigmoid))
    wrong = (1 - z**2, a * (1 - a), again * (1 - again), np.where(z <= 1, 1.0, np.where(z > 1.01, 0.0, np.nan)))
    meant = ("slope of tanh?", "slope of tanh?", "slope of the sigmoid?", "slope of hard tanh?")
    figure, axes = plt.subplots(1, 4, figsize=(10, 2.2))
    figure.subplots_adjust(wspace=0.3)
    for number, (ax, values, title) in enumerate(zip(axes, wrong, meant, strict=True), 1):
        ax.axhline(0, color=INK, linewidth=0.5)
        ax.plot(z, values, color=CYCLE[number - 1], linewidth=2)
        ax.set(
            title=f"curve {number}: {title}",
            xlabel="z",
            ylim=((-4, 1.5), (-2.2, 0.6), (0, 0.4), (-0.1, 1.2))[number - 1],
        )
        ax.title.set_fontsize(9)
        ax.grid(alpha=0.3)
    return described(
        figure,
        "Four wrong slopes. Curve 1 is a parabola with its peak of 1 at z = 0, 0 at −1 and 1. Curve 2 is −2 far to the "
        "left, 0 at z = 0, 1/4 at its peak, and 0 far to the right. Curve 3 falls slowly from 1/4 to 0.2. Curve 4 is 1 "
        "up to z = 1, and 0 beyond.",
    )


def units(w: Array, best: Array, x: Array, size: int = 8) -> Figure:
    """Each unit's weights as a picture, and beside it the digits that it answers most strongly to.

    Args:
        w: weights (M, D), best: indices (M, count), x: pictures (N, D), D = size * size.
    """
    M, count = best.shape
    figure, axes = plt.subplots(
        M, count + 2, figsize=(0.72 * (count + 2), 0.76 * M), width_ratios=[1, 0.2, *[1] * count]
    )
    largest = np.abs(w).max()
    for j, row in enumerate(axes):
        balanced(row[0], w[j].reshape(size, size), top=largest)
        row[0].set_ylabel(f"unit {j}", rotation=0, ha="right", va="center", fontsize=9)
        row[1].axis("off")
        for ax, n in zip(row[2:], best[j], strict=True):
            tile(ax, x[n].reshape(size, size))
    axes[0, 0].set_title("weights", fontsize=9)
    axes[0, 2].set_title("strongest answers", fontsize=9, loc="left")
    return described(
        figure,
        f"{M} rows. Each begins with the weights of one hidden unit as a picture of 8 by 8, blue above zero and red "
        f"below, followed by the {count} digits that it answers most strongly to.",
    )


def combined(w1: Array, w2: Array, classes: Sequence[int], count: int = 3, size: int = 8) -> Figure:
    """For some classes, the hidden units whose answers speak most for them, and most against."""
    figure, axes = plt.subplots(len(classes), 2 * count + 1, figsize=(0.85 * (2 * count + 1), 1.05 * len(classes)),
                                width_ratios=[*[1] * count, 0.4, *[1] * count])  # fmt: skip
    largest = np.abs(w1).max()
    for row, j in zip(axes, classes, strict=True):
        order = np.argsort(w2[j])
        for ax, d in zip(np.delete(row, count), [*order[::-1][:count], *order[:count]], strict=True):
            balanced(ax, w1[d].reshape(size, size), top=largest)
            ax.set_title(f"unit {d}: {w2[j, d]:+.1f}".replace("-", "−"), fontsize=7, pad=2)
        row[count].axis("off")
        row[0].set_ylabel(f"class {j}", rotation=0, ha="right", va="center", fontsize=9)
    figure.text(0.3, 0.97, "speak for it", ha="center", fontsize=9)
    figure.text(0.72, 0.97, "speak against it", ha="center", fontsize=9)
    return described(
        figure,
        f"For the classes {', '.join(map(str, classes))}: weight images of the {count} hidden units with the largest "
        f"weights to the class, and of the {count} with the most negative ones.",
    )
