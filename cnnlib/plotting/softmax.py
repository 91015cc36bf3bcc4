"""The pictures of lecture 08, softmax and cross-entropy: shares, their logarithms, and what each pulls."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.losses import cross_entropy, log_softmax, softmax
from cnnlib.plotting import centred, described, listed, signed
from cnnlib.plotting.palette import BLUE, DIVERGING, GREEN, GREY, INK, ORANGE, VERMILION


def shares(names: Sequence[str], z: Array) -> Figure:
    """Logits, their exponentials, and the shares of these."""
    y, _ = softmax(z)
    figure, axes = plt.subplots(1, 3, figsize=(11, 2.6))
    figure.subplots_adjust(wspace=0.28)
    for ax, values, title, digits in zip(
        axes, (z, np.exp(z), y), ("logits z", "exp(z)", "shares y"), (0, 1, 3), strict=True
    ):
        _bars(ax, names, values, BLUE, digits)
        ax.set_title(title, fontsize=10)
    axes[0].set_ylabel("value")
    return described(
        figure,
        f"Three bar charts of the classes {', '.join(names)}. The logits are {listed(z)}; their exponentials are all "
        f"above 0; the shares are {listed(y.round(3))}, with the same heights beside each other as the exponentials.",
    )


def _bars(ax: Axes, names: Sequence[str], values: Array, colour: str, digits: int) -> None:
    ax.bar(names, values, color=colour)
    ax.axhline(0, color=INK, linewidth=0.8)
    room = 0.14 * np.ptp([*values, 0])
    ax.set_ylim(min(values.min(), 0) - (room if values.min() < 0 else 0), values.max() + room)
    for j, value in enumerate(values):
        text = signed(round(float(value), digits))
        ax.text(j, value, text, ha="center", va="bottom" if value >= 0 else "top", fontsize=8)
    ax.tick_params(axis="x", labelsize=7.5)
    ax.spines[["top", "right"]].set_visible(False)


def temperatures(names: Sequence[str], by_temperature: dict[float, Array]) -> Figure:
    """The shares of the same logits at several temperatures."""
    figure, axes = plt.subplots(1, len(by_temperature), figsize=(2.1 * len(by_temperature), 2.2), sharey=True)
    figure.subplots_adjust(wspace=0.1)
    for ax, (tau, y) in zip(axes, by_temperature.items(), strict=True):
        ax.bar(range(len(y)), y, color=BLUE)
        ax.axhline(1 / len(y), color=INK, linewidth=0.8, linestyle=":")
        ax.set_title(f"τ = {tau:g}", fontsize=10)
        ax.set_xticks(range(len(y)), [name[:4] for name in names], fontsize=7)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set(ylabel="share", ylim=(0, 1.05))
    tops = ", ".join(f"{y.max():.2f} at τ = {tau:g}" for tau, y in by_temperature.items())
    return described(
        figure, f"Shares of five classes at several temperatures. The largest is {tops}. Dotted: 1 / {len(names)}."
    )


def two_classes() -> Figure:
    """The share of class 0 over both logits, and along a line across: the sigmoid."""
    at = np.linspace(-4, 4, 161)
    z0, z1 = np.meshgrid(at, at)
    y0 = softmax(np.stack([z0, z1], axis=-1))[0][..., 0]
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), width_ratios=(1.15, 1))
    figure.subplots_adjust(wspace=0.35)
    image = left.imshow(y0, origin="lower", extent=(-4, 4, -4, 4), cmap=DIVERGING, vmin=0, vmax=1)
    lines = left.contour(at, at, y0, levels=[0.1, 0.3, 0.5, 0.7, 0.9], colors=INK, linewidths=0.8)
    left.clabel(lines, fontsize=7)
    left.set(xlabel="z[0]", ylabel="z[1]", title="y[0] = share of class 0")
    figure.colorbar(image, ax=left)
    right.plot(at, 1 / (1 + np.exp(-at)), color=BLUE, linewidth=2)
    right.axvline(0, color=INK, linewidth=0.6)
    right.set(xlabel="z[0] − z[1]", ylabel="y[0]", title="across the lines: the sigmoid", ylim=(0, 1))
    for ax in (left, right):
        ax.title.set_fontsize(10)
    return described(
        figure,
        "Left, the share of class 0 over both logits. The lines of equal share are straight and all run along the "
        "diagonal, where both logits grow alike. Right, the share against the difference of the logits: the S of the "
        "sigmoid, 1/2 at 0.",
    )


def surprise(rain: float) -> Figure:
    """−log y, and the cross-entropy of a mixture (rain, 1 − rain) for every forecast."""
    y = np.linspace(0.004, 0.996, 400)
    entropy = -(rain * np.log(rain) + (1 - rain) * np.log(1 - rain))
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 2.8))
    figure.subplots_adjust(wspace=0.25)
    left.plot(y, -np.log(y), color=BLUE, linewidth=2)
    left.set(xlabel="probability given to what happened", ylabel="surprise  −log y", ylim=(0, 5.5), xlim=(0, 1))
    right.plot(y, -rain * np.log(y) - (1 - rain) * np.log(1 - y), color=VERMILION, linewidth=2, label="cross-entropy")
    right.axhline(entropy, color=INK, linestyle=":", label=f"entropy of t, {entropy:.3f}")
    right.plot([rain], [entropy], "o", color=INK)
    right.set(xlabel="forecast y[0]", ylim=(0, 3), xlim=(0, 1), ylabel=f"mean surprise at t[0] = {rain:g}")
    right.legend(fontsize=8)
    for ax in (left, right):
        ax.grid(alpha=0.3)
    return described(
        figure,
        "Left, surprise against probability: 0 at 1, 0.69 at one half, and without bound towards 0. Right, the "
        f"cross-entropy of a truth of {rain:g} against the forecast: a bowl whose lowest point, {entropy:.3f}, lies at "
        f"the forecast {rain:g} and is the entropy of t.",
    )


def jacobian(names: Sequence[str], J: Array) -> Figure:
    """The Jacobian of the softmax as a heat map with its numbers."""
    figure, ax = plt.subplots(figsize=(4.6, 3.4))
    largest = np.abs(J).max()
    image = ax.imshow(J, cmap=DIVERGING, vmin=-largest, vmax=largest)
    for (j, r), value in np.ndenumerate(J):
        ink = "#ffffff" if abs(value) > 0.6 * largest else INK
        centred(ax, r, j, signed(round(float(value), 3)), 8, color=ink)
    ax.set_xticks(range(len(names)), [f"z {name}" for name in names], fontsize=7, rotation=30)
    ax.set_yticks(range(len(names)), [f"y {name}" for name in names], fontsize=7)
    ax.set_title("slope of the share (row) by the logit (column)", fontsize=9)
    figure.colorbar(image)
    return described(
        figure,
        f"The Jacobian of the softmax of {', '.join(names)}, 5 by 5. The diagonal is positive, largest at the "
        f"{names[int(np.diag(J).argmax())]} with {np.diag(J).max():.3f}; all other entries are negative, the most "
        f"negative, {signed(round(float(J.min()), 3))}, between the two largest shares. It is symmetric.",
    )


def weighed(dy: Array, y: Array) -> Figure:
    """Pulls as bars as wide as the shares; dz is the area between a bar's end and the mean."""
    mean, left = float(dy @ y), np.concatenate([[0], np.cumsum(y)[:-1]])
    figure, ax = plt.subplots(figsize=(6.4, 3))
    for j in range(len(y)):
        colour = BLUE if dy[j] > mean else VERMILION
        ax.bar(left[j], dy[j] - mean, y[j], bottom=mean, align="edge", color=colour, alpha=0.55)
        ax.bar(left[j], dy[j], y[j], align="edge", fill=False, edgecolor=INK)
        text = f"dy = {dy[j]:g}\ndz = {signed(round(float(y[j] * (dy[j] - mean)), 3))}"
        ax.text(left[j] + y[j] / 2, max(dy[j], mean) + 0.25, text, ha="center", fontsize=9)
    ax.axhline(mean, color=INK, linestyle="--", linewidth=1)
    ax.text(1.01, mean, f"mean {mean:g}", va="center", fontsize=9)
    ax.set_xticks(left + y / 2, [f"class {j}\ny = {share:g}" for j, share in enumerate(y)], fontsize=9)
    ax.set(ylabel="pull dy", xlim=(0, 1), ylim=(min(0, dy.min()), dy.max() + 2.2))
    ax.spines[["top", "right"]].set_visible(False)
    return described(
        figure,
        f"{len(y)} bars as wide as the shares {listed(y)} and as high as the pulls {listed(dy)}. A dashed line marks "
        f"the mean {mean:g}. The areas between bar and line are dz: {listed((y * (dy - mean)).round(3))}.",
    )


def pulls(names: Sequence[str], z: Array, label: int) -> Figure:
    """Shares beside the target, and the step against dz as arrows at the logits."""
    y, _ = softmax(z)
    t = np.eye(len(z))[label]
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 2.8))
    figure.subplots_adjust(wspace=0.22)
    at = np.arange(len(z))
    left.bar(at - 0.2, y, 0.4, color=BLUE, label="share y")
    left.bar(at + 0.2, t, 0.4, color=GREY, label="target t")
    left.set(ylabel="probability")
    left.legend(fontsize=8)
    right.bar(at, t - y, 0.5, color=[GREEN if pull > 0 else ORANGE for pull in t - y])
    right.axhline(0, color=INK, linewidth=0.8)
    for j, pull in enumerate(t - y):
        right.text(j, pull, signed(round(float(pull), 3)), ha="center", va="bottom" if pull > 0 else "top", fontsize=8)
    right.set(ylabel="step of the score, −dz", ylim=(-0.33, 0.52))
    for ax in (left, right):
        ax.set_xticks(at, names, fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    return described(
        figure,
        f"Left, the shares {listed(y.round(3))} beside the target, 1 for the {names[label]}. Right, minus dz: the "
        f"{names[label]} is pulled up by {t[label] - y[label]:.3f}, each other class down by its share.",
    )


def first_losses() -> str:
    """What five programs with a bug each print for the same three batches of 16 examples."""
    t = np.arange(16) % 10
    hot, right, wrong = np.eye(10)[t], 1000 * np.eye(10)[t], 50 * np.eye(10)[(t + 1) % 10]

    def naive(z: Array) -> Array:
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)

    programs: tuple[Callable[[Array], float], ...] = (
        lambda z: float(np.mean(-hot * log_softmax(z)[0])),
        lambda z: float(cross_entropy(softmax(z)[0], t)[0]),
        lambda z: float(-np.log(naive(z)[np.arange(16), t]).mean()),
        lambda z: float(-np.log(softmax(z)[0][np.arange(16), t] + 1e-12).mean()),
        lambda z: float(-log_softmax(z.T)[0].T[np.arange(16), t].mean()),
    )
    lines = ["           all logits 0   1000 at the right class   50 at a wrong class"]
    with np.errstate(all="ignore"):
        for number, program in enumerate(programs, 1):
            first, second, third = (program(z) + 0.0 for z in (np.zeros((16, 10)), right, wrong))
            lines.append(f"program {number} {first:>14.3f} {second:>25.3f} {third:>21.3f}".replace("-0.000", " 0.000"))
    return "\n".join(lines)
