"""The pictures of lecture 05 where stride, padding, channels, filters and a batch come in, and a kernel is learned."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.plotting import canvas, cells, centred, described, listed
from cnnlib.plotting.palette import BLUE, CYCLE, GREY, INK, PAPER, VERMILION, colours, tint

Nodes = dict[str, tuple[Array, Array]]  # name -> its numbers, and the slope of the loss with respect to them
Edges = list[tuple[str, str, str, Array, Array]]  # from, to, name of the weights, the weights, their share of dw


def backward_steps(x: Array, w: Array, dy: Array, stride: int, padding: int) -> Figure:
    """xpad, under it the kernel times dy[i] where output i stood, and their sum, dxpad, its rim in grey."""
    K, T, length = len(w), len(dy), len(x) + 2 * padding
    figure, ax = canvas(length + 5.6, 1.2 * T + 4.1)
    rim = [tint(GREY, 0.5) if m < padding or m >= length - padding else PAPER for m in range(length)]
    cells(ax, np.pad(x, padding), 5.4, 0.2, name="xpad" if padding else "x", fill=colours(rim))
    dxpad = np.zeros(length)
    for i in range(T):
        share, top = dy[i] * w, 1.7 + 1.2 * i
        dxpad[stride * i : stride * i + K] += share
        cells(ax, share, 5.4 + stride * i, top, fill=tint(CYCLE[i % len(CYCLE)]))
        ax.text(5.15, top + 0.53, f"dy[{i}] = {dy[i]:g}, times w", ha="right", va="center", fontsize=10)
    top = 1.2 * T + 2.2
    name = "added up: dxpad" if padding else "added up: dx"
    cells(ax, dxpad, 5.4, top, name=name, fill=colours(rim))
    if padding:
        centred(ax, 5.4 + length / 2, top + 1.5, "grey: cut off", 9)
    figure.set_size_inches(*(0.85 * figure.get_size_inches()))
    return described(
        figure,
        f"{len(x)} inputs, padding {padding}, stride {stride}. Under them, one row for each output: the kernel "
        f"{listed(w)} times its dy, {stride} further right each time. The columns add up to {listed(dxpad)}"
        + (f", of which {padding} at either end are cut off." if padding else "."),
    )


def layer_graph(inputs: Nodes, outputs: Nodes, edges: Edges) -> Figure:
    """Maps and the weights that join them: numbers of the forward pass in black, slopes in red below."""
    tall = max(len(inputs), len(outputs))
    figure, ax = plt.subplots(figsize=(8.2, 0.95 * tall + 0.2))
    ax.axis("off")
    ax.set(xlim=(-0.2, 10.2), ylim=(-tall + 0.4, 0.6))
    places = {}
    for left, nodes in ((1.0, inputs), (9.0, outputs)):
        for n, (name, (values, slopes)) in enumerate(nodes.items()):
            places[name] = left, -n - (tall - len(nodes)) / 2
            _two_lines(ax, places[name], f"{name} = {_row(values)}", f"d{name} = {_row(slopes)}", boxed=True)
    for start, end, name, weights, share in edges:
        (x0, y0), (x1, y1) = places[start], places[end]
        ax.plot([x0, x1], [y0, y1], color=GREY, linewidth=1.4, zorder=0)  # the boxes cover its ends
        along = 0.5 + 0.18 * (len(inputs) < len(outputs)) - 0.18 * (len(inputs) > len(outputs))  # where lines part
        at = x0 + along * (x1 - x0), y0 + along * (y1 - y0)
        _two_lines(ax, at, f"{name} = {_row(weights)}", f"d{name}: {_row(share)}", boxed=False)
    return described(
        figure,
        "Left the inputs, right the outputs, lines between them with their weights; below each its slope. "
        + " ".join(
            f"{start} goes to {end} through {name}, which hears {_row(share)}." for start, end, name, _, share in edges
        ),
    )


def _two_lines(ax: Axes, at: tuple[float, float], upper: str, lower: str, *, boxed: bool) -> None:
    box = {"boxstyle": "round,pad=0.45", "facecolor": PAPER, "edgecolor": INK if boxed else "none", "linewidth": 0.8}
    ax.text(*at, f"{upper}\n{lower}", ha="center", va="center", fontsize=9.5, color=PAPER, bbox=box)  # the box
    for text, colour, rise in ((upper, INK, 7), (lower, VERMILION, -7)):
        ax.annotate(
            text, at, (0, rise), textcoords="offset points", ha="center", va="center", fontsize=9.5, color=colour
        )


def _row(values: Array) -> str:
    return "[" + ", ".join(f"{value + 0.0:g}".replace("-", "−") for value in values) + "]"


def descent(losses: Array, kernels: Array, truth: Array) -> Figure:
    """Left the loss after every step, on a log axis; right each tap on its way to the true kernel."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 2.7), layout="constrained")
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


def recording(x: Array, y: Array) -> Figure:
    """A signal, and what an unknown kernel makes of it."""
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(8.5, 2.9), layout="constrained", sharex=True)
    upper.plot(x, color=GREY)
    lower.plot(y, color=VERMILION)
    upper.set(ylabel="x")
    lower.set(ylabel="target", xlabel="sample")
    return described(
        figure,
        f"Above, {len(x)} samples of a brain's electric signal: irregular waves. Below, what the teacher makes of it, "
        f"{len(y)} samples that swing faster and further.",
    )
