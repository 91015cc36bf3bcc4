"""More pictures of lecture 08: two losses on a saturated unit, and what digits pull up and push down."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.plotting import balanced, described, tile
from cnnlib.plotting.palette import BLUE, CYCLE, DIVERGING, GREY, INK, VERMILION


def saturated() -> Figure:
    """Both losses of a sigmoid unit with target 0, and both slopes."""
    z = np.linspace(-6, 12, 400)
    y = 1 / (1 + np.exp(-z))
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 2.8))
    figure.subplots_adjust(wspace=0.22)
    curves = (
        ("loss", y**2 / 2, np.logaddexp(0, z)),
        ("slope dz", y * y * (1 - y), y),
    )
    for ax, (name, squared, entropy) in zip(axes, curves, strict=True):
        ax.plot(z, entropy, color=BLUE, linewidth=2, label="cross-entropy")
        ax.plot(z, squared, color=VERMILION, linewidth=2, linestyle="--", label="squared error, ½ (y − t)²")
        ax.set(xlabel="z", ylabel=name)
        ax.grid(alpha=0.3)
    axes[0].set_ylim(-0.2, 6)
    axes[1].legend(fontsize=8, loc="center right")  # on the left it would hide the line
    return described(
        figure,
        "A sigmoid unit with target 0. Left, the losses against z: cross-entropy rises like a straight line to the "
        "right, squared error bends into a flat shelf at one half. Right, the slopes: that of the cross-entropy is the "
        "sigmoid itself and stays near 1; that of squared error has a bump of 0.15 near z = 0.7 and is nearly 0 from "
        "z = 6 on.",
    )


def outputs(runs: dict[str, dict[str, Array]]) -> Figure:
    """The unit's output while it learns: a panel for each loss, a line for each start."""
    figure, axes = plt.subplots(1, len(runs), figsize=(8.6, 2.8), sharey=True)
    figure.subplots_adjust(wspace=0.08)
    for ax, (name, lines) in zip(axes, runs.items(), strict=True):
        for colour, style, (start, values) in zip(CYCLE, ("-", "--"), lines.items(), strict=False):
            ax.plot(values, color=colour, linestyle=style, linewidth=2, label=start)
        ax.axhline(0.5, color=INK, linewidth=0.6)
        ax.set(xlabel="step", title=name, ylim=(0, 1.02))
        ax.title.set_fontsize(10)
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("output y, wanted: 0")
    axes[-1].legend(fontsize=8)
    crossings = "; ".join(
        f"{name}, {start}: {np.argmax(values < 0.5)} steps"
        for name, lines in runs.items()
        for start, values in lines.items()
    )
    return described(figure, f"The output of a unit that learns to say 0. Until it is below one half: {crossings}.")


def first_step(step: Array) -> Figure:
    """−dw for each of the ten classes as a picture."""
    figure, axes = plt.subplots(1, len(step), figsize=(0.95 * len(step), 1.3))
    largest = np.abs(step).max()
    for j, (ax, row) in enumerate(zip(axes, step, strict=True)):
        balanced(ax, row.reshape(8, 8), f"score {j}", top=largest, size=8)
    return described(
        figure,
        "Ten pictures of 8 by 8, the first step of each row of w. Blue where that digit has more ink than a tenth of "
        "all digits together: a ring for the 0, an upright stroke for the 1. Red where it has less.",
    )


def pulls_by_digit(before: Array, after: Array, t: Array) -> Figure:
    """y − t of some digits, a row each, before and after learning."""
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 4.6), sharey=True, layout="constrained")
    for ax, dz, title in zip(axes, (before, after), ("before the first step", "after 300 steps"), strict=True):
        image = ax.imshow(dz, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
        ax.set(xticks=range(dz.shape[1]), xlabel="class", title=title)
        ax.title.set_fontsize(10)
    axes[0].set_yticks(range(len(t)), [str(label) for label in t], fontsize=7)
    axes[0].set_ylabel("a digit a row, by its label")
    figure.colorbar(image, ax=axes, label="y − t")
    return described(
        figure,
        f"y − t of {len(t)} digits as a table of colours. Before learning each row is dark red at its label and pale "
        "blue at the nine other classes, all alike. After 300 steps nearly all of it is white, and a few rows have "
        "a red and a blue spot left.",
    )


def doubtful(pictures: Array, t: Array, y: Array) -> Figure:
    """Digits, and below each its ten shares: blue the label's, red the highest of the others."""
    figure, axes = plt.subplots(2, len(t), figsize=(1.35 * len(t), 2.7), height_ratios=(1, 0.8))
    figure.subplots_adjust(hspace=0.15, wspace=0.2)
    rivals = np.where(np.eye(y.shape[1], dtype=bool)[t], -1, y).argmax(axis=1)
    for above, below, image, label, rival, shares in zip(*axes, pictures, t, rivals, y, strict=True):
        tile(above, image, f"label {label}, loss {-np.log(shares[label]):.1f}", size=7.5)
        hues = [BLUE if j == label else VERMILION if j == rival else GREY for j in range(len(shares))]
        below.bar(range(len(shares)), shares, color=hues)
        below.set(ylim=(0, 1), yticks=[], xticks=range(len(shares)))
        below.tick_params(axis="x", labelsize=6, length=0)
        below.spines[["top", "right", "left"]].set_visible(False)
    axes[0, 0].set_ylabel("picture", fontsize=8)
    axes[1, 0].set_ylabel("shares, 0 to 1", fontsize=8)
    told = ", ".join(f"a {a} taken for a {b}" if y[n, b] > y[n, a] else f"a {a} near a {b}"
                     for n, (a, b) in enumerate(zip(t, rivals, strict=True)))  # fmt: skip
    return described(figure, f"{len(t)} digits with the shares of the ten classes below each: {told}.")
