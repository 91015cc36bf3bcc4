"""The pictures of lecture 03, backpropagation on computational graphs."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlib.arguments import Array
from cnnlib.graph import Graph, gradients
from cnnlib.plotting import balanced, canvas, cells, centred, described, tile
from cnnlib.plotting.graph_places import Place, along, bend_of, node_places
from cnnlib.plotting.palette import BLUE, CYCLE, GREEN, GREY, INK, PAPER, VERMILION, colours, tint

# ---------------------------------------------------------------- graphs


def graph(graph: Graph, target: str | None = None) -> Figure:
    """A graph from left to right, each node with its value, every node right of its parents.

    Args:
        target: without it each edge shows its local derivative. With it, the value that goes forward stands above an
            edge, what comes back along it below, and under each node its slope: d target / d node.

    Raises:
        ValueError: target is not in the graph.
    """
    places = node_places(graph)
    columns, rows = (np.array(side) for side in zip(*places.values(), strict=True))
    bent = any(bend_of(name, child, places) for name, children in graph.children.items() for child, _ in children)
    low, high = min(rows) - (0.6 if target else 0.35), max(rows) + (0.6 if bent else 0.35)
    left, right = min(columns) - 0.6, max(columns) + 0.6
    figure, axes = plt.subplots(figsize=(right - left, high - low))  # a unit is an inch
    axes.set_position((0, 0, 1, 1))
    slopes = {} if target is None else gradients(graph, target)[0]

    def written(value: float) -> str:
        return f"{value + 0.0:.3g}".replace("-", "−")

    for parent, children in graph.children.items():
        for n, (child, derivative) in enumerate(children):
            bend = bend_of(parent, child, places) - 0.35 * sum(name == child for name, _ in children[:n])
            _arrow(axes, places[parent], places[child], bend)
            at = along(places[parent], places[child], bend)
            if slopes:
                _label(axes, at, written(graph.values[parent]), BLUE, 7)
                _label(axes, at, written(derivative * slopes[child]), VERMILION, -7)
            else:
                _label(axes, at, written(derivative), GREEN, 0)
    for name, (x, y) in places.items():
        circle = {"boxstyle": "circle,pad=0.3", "facecolor": PAPER, "edgecolor": INK}
        text = f"{name}\n{written(graph.values[name])}"
        centred(axes, x, y, text, 9, color=INK, bbox=circle, zorder=3)
        if slopes:
            below = f"d{name} = {written(slopes[name])}"
            centred(axes, x, y - 0.45, below, 9, color=VERMILION)
    axes.set(xlim=(left, right), ylim=(low, high))
    axes.set_axis_off()
    nodes = (
        f"{name} = {written(value)}" + (f" with slope {written(slopes[name])}" if slopes else "")
        for name, value in graph.values.items()
    )
    arrows = (f"{u} to {v} {written(s)}" for u, children in graph.children.items() for v, s in children)
    alt = f"A graph. Nodes: {', '.join(nodes)}. Arrows with their local derivatives: {', '.join(arrows)}."
    return described(figure, alt)


def _arrow(axes: Axes, start: Place, end: Place, bend: float) -> None:
    style = {"arrowstyle": "-|>", "color": INK, "shrinkA": 17, "shrinkB": 17, "linewidth": 0.8}
    axes.annotate("", end, start, arrowprops=style | {"connectionstyle": f"arc3,rad={bend}"})


def _label(axes: Axes, at: Place, text: str, colour: str, up: float) -> None:
    box = {"boxstyle": "round,pad=0.08", "facecolor": PAPER, "edgecolor": "none"}
    place = axes.annotate(text, at, (0, up), textcoords="offset points", color=colour, fontsize=8, bbox=box)
    place.set(ha="center", va="center")


# ---------------------------------------------------------------- counts and measurements


def cost(depths: Array, edges: Array, products: Array, seconds: Mapping[str, Array]) -> Figure:
    """Multiplications and measured time by depth, path by path and in one backward pass.

    Args:
        depths: layers of two nodes each.
        edges: multiplications of the backward pass, one an edge.
        products: multiplications path by path, one for each edge of each path.
        seconds: by name what was measured, for the first depths; shorter where a way was given up.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3), layout="constrained")
    by_paths, once = seconds["path by path"], seconds["once back"]
    left.semilogy(depths, products, color=VERMILION, label="path by path")
    left.semilogy(depths, edges, color=BLUE, label="once back")
    left.axvline(depths[len(by_paths) - 1], color=GREY, linestyle=":")
    left.set(xlabel="layers of two nodes", ylabel="multiplications")
    right.semilogy(depths[: len(by_paths)], by_paths, ".-", color=VERMILION, label="path by path")
    right.semilogy(depths, once, ".-", color=BLUE, label="once back")
    right.axvline(depths[len(by_paths) - 1], color=GREY, linestyle=":", label="given up here")
    right.set(xlabel="layers of two nodes", ylabel="seconds, measured")
    right.legend(loc="center right", fontsize=8)
    return described(
        figure,
        "Two charts with logarithmic scales. Path by path, multiplications and seconds grow by a factor of two or more "
        "with every layer, a straight line upwards; in one backward pass both stay low and nearly flat.",
    )


def v_curve(steps: Array, errors: Mapping[str, Array]) -> Figure:
    """The error of numerical slopes against the step, on logarithmic axes, the best step of each marked."""
    figure, ax = plt.subplots(figsize=(6.4, 3.3), layout="constrained")
    told = []
    for (name, error), colour in zip(errors.items(), CYCLE, strict=False):
        error = np.where(error > 0, error, np.nan)
        best = np.nanargmin(error)
        ax.loglog(steps, error, color=colour, label=name)
        ax.plot(steps[best], error[best], "o", color=colour)
        told.append(f"{name} is best near {steps[best]:.0e}, with {error[best]:.0e}")
    ax.set(xlabel="step h", ylabel="relative error of the slope")
    ax.legend(fontsize=8)
    return described(
        figure, f"A V for each way of measuring: {'; '.join(told)}. Too small a step is as bad as too large."
    )


def suspects() -> str:
    """The table of the bug hunt: slopes in o = e c, e = c + a, c = a b at a = 3, b = 2, by right and wrong programs."""
    edges = {"a": [], "b": [], "c": [("a", 2), ("b", 3)], "e": [("c", 1), ("a", 1)], "o": [("e", 6), ("c", 9)]}
    unswapped = edges | {"c": [("a", 3), ("b", 2)], "o": [("e", 9), ("c", 6)]}

    def back(edges: dict, order: str, slopes: dict | None = None, overwrite: bool = False) -> dict[str, float]:
        slopes = dict.fromkeys(edges, 0.0) if slopes is None else slopes
        slopes["o"] = 1.0
        for node in order:
            for parent, s in edges[node]:
                slopes[parent] = s * slopes[node] + (0 if overwrite else slopes[parent])
        return slopes

    def o(a: float, b: float, c: float = 0.0, e: float = 0.0) -> float:
        c += a * b
        return (c + a + e) * c

    def measured(h: float) -> dict[str, float]:
        nudged = {"e": (3, 2, 0, h), "c": (3, 2, h, 0), "a": (3 + h, 2), "b": (3, 2 + h)}
        lower = {"e": (3, 2, 0, -h), "c": (3, 2, -h, 0), "a": (3 - h, 2), "b": (3, 2 - h)}
        return {name: (o(*nudged[name]) - o(*lower[name])) / (2 * h) for name in nudged}

    columns = {
        "right": back(edges, "oec"),
        "h = 1e-5": measured(1e-5),
        "h = 1e-13": measured(1e-13),
        "1": back(edges, "oec", overwrite=True),
        "2": back(unswapped, "oec"),
        "3": back(edges, "oec", back(edges, "oec")),
        "4": back(edges, "oce"),
    }
    lines = ["    " + "".join(f"{name:>11}" for name in columns)]
    return "\n".join(lines + [f"d{n}  " + "".join(f"{c[n]:>11.5g}" for c in columns.values()) for n in "ecab"])


# ---------------------------------------------------------------- layers


def jacobians(tables: Mapping[str, Array]) -> Figure:
    """Jacobians side by side, with their numbers: blue above 0, red below; zeros are left white and empty."""
    columns, rows = (max(table.shape[side] for table in tables.values()) for side in (1, 0))
    figure, ax = canvas((columns + 1.6) * len(tables), rows + 2.2)
    for n, (name, table) in enumerate(tables.items()):
        left = 1.2 + n * (columns + 1.6)
        ink = [[tint(BLUE if value > 0 else VERMILION, 0.3) if value else PAPER for value in row] for row in table]
        cells(ax, np.where(table == 0, np.nan, table.round(2)), left, 1, fill=colours(ink))
        ax.text(left, 0.6, name, fontsize=10)
        for d in range(table.shape[1]):
            centred(ax, left + d + 0.5, 1.35 + len(table), str(d), 8, color=INK)
        for j in range(len(table)):
            ax.text(left - 0.2, 1.5 + j, str(j), ha="right", va="center", fontsize=8, color=INK)
    ax.text(1.2, rows + 2, "rows: outputs j, columns: inputs d", fontsize=8, color=INK)
    _small(ax)
    told = "; ".join(f"{name}: {int((table != 0).sum())} of {table.size}" for name, table in tables.items())
    return described(figure, f"Tables of local derivatives. Entries that are not 0: {told}.")


def pulled_back(J: Array, dy: Array) -> Figure:
    """dx = Jᵀ dy in two steps: each row of J times its dy, then the sum of each column."""
    M, D = J.shape
    figure, ax = canvas(2 * D + 6.6, M + 3.4)
    cells(ax, dy[:, None], 1, 0.8, fill=tint(VERMILION))
    cells(ax, J.round(2), 3, 0.8)
    cells(ax, (dy[:, None] * J).round(2), D + 5, 0.8, fill=tint(GREY))
    cells(ax, (J.T @ dy).round(2), D + 5, M + 1.6, name="add up: dx", fill=tint(VERMILION))
    for x, y, text in ((1, 0.5, "dy"), (3, 0.5, "J"), (D + 5, 0.5, "dy[j] J[j, d]")):
        ax.text(x, y, text)
    for x, sign in ((2.5, "·"), (D + 4, "=")):
        centred(ax, x, 0.8 + M / 2, sign, 14)
    _small(ax)
    told = f"dy[j] J[j, d] is {_rows(dy[:, None] * J)}; the sums of its columns are dx = {_rows(J.T @ dy)}"
    return described(figure, f"Each row of J is multiplied by its dy, then the columns are added: {told}.")


def outer_sum(dy: Array, x: Array) -> Figure:
    """dw of a linear layer as a sum over the examples: dy[n, j] x[n, d] as a table for each, and their sum."""
    (N, M), D = dy.shape, x.shape[1]
    figure, ax = canvas((D + 2.4) * (N + 1) + 0.4, M + 2.4)
    for n in range(N + 1):
        left, last = 1.8 + n * (D + 2.4), n == N
        table = dy.T @ x if last else np.outer(dy[n], x[n])
        cells(ax, table, left, 1.6, fill=tint(VERMILION) if last else PAPER)
        ax.text(left, 0.4, "dw" if last else f"example {n}")
        if not last:
            cells(ax, x[n], left, 0.6, name=f"x[{n}]", fill=tint(BLUE))
            cells(ax, dy[n][:, None], left - 1.1, 1.6, fill=tint(VERMILION, 0.2))
            ax.text(left - 1.1, 1.9 + M, f"dy[{n}]")
        if n:
            centred(ax, left - (0.7 if last else 1.7), 1.6 + M / 2, "=" if last else "+", 14)
    _small(ax)
    tables = "; ".join(f"example {n} gives {_rows(np.outer(dy[n], x[n]))}" for n in range(N))
    return described(
        figure, f"x above and dy to the left of a table of their products: {tables}; dw = {_rows(dy.T @ x)}."
    )


def _small(ax: Axes) -> None:
    for text in ax.texts:
        text.set_fontsize(min(9.0, text.get_fontsize()) if text.get_text() not in "+=·" else 14.0)


def _rows(table: Array) -> str:
    return str(table.round(2).tolist()).replace("-", "−").replace(".0", "")


def pixel_slopes(images: Array, slopes: Mapping[str, Array]) -> Figure:
    """Digits, and under each the slope of scores by its pixels: blue pixels raise the score if they darken.

    Args:
        images: (N, 8, 8).
        slopes: by name (N, 8, 8) each.
    """
    figure, axes = plt.subplots(1 + len(slopes), len(images), figsize=(1.15 * len(images), 1.2 * (1 + len(slopes))))
    for n, image in enumerate(images):
        tile(axes[0, n], image)
    for row, slope in zip(axes[1:], slopes.values(), strict=True):
        top = np.abs(slope).max()
        for ax, one in zip(row, slope, strict=True):
            drawn = balanced(ax, one, top=top)
        figure.colorbar(drawn, ax=list(row), fraction=0.02, pad=0.02)
    for ax, name in zip(axes[:, 0], ("digit", *slopes), strict=True):
        ax.set_ylabel(name, fontsize=9)
    return described(
        figure,
        f"{len(images)} handwritten digits; under each the slope of a score by every pixel ({', '.join(slopes)}): blue "
        "where more ink raises it, red where more ink lowers it.",
    )


# ---------------------------------------------------------------- downhill


def bowls(paths: Sequence[tuple[str, Array, Mapping[str, Array]]], size: float = 1.25) -> Figure:
    """Paths downhill on bowls (curvature · x²) / 2, seen from above.

    Args:
        paths: for each bowl its title, its two curvatures, and paths (steps + 1, 2) by name.
        size: half the width of what is seen.
    """
    figure, axes = plt.subplots(1, len(paths), figsize=(3.4 * len(paths), 3.9), layout="constrained")
    grid = np.linspace(-size, size, 121)
    for ax, (title, curvature, walks) in zip(axes, paths, strict=True):
        height = (curvature[0] * grid**2 + curvature[1] * grid[:, None] ** 2) / 2
        ax.contour(grid, grid, height, levels=np.linspace(0.2, 2.2, 6) ** 2, colors=GREY, linewidths=0.7)
        for (name, walk), colour, mark in zip(walks.items(), CYCLE, ".s^", strict=False):
            ax.plot(*walk.T, mark, linestyle="-", color=colour, markersize=4, linewidth=1, label=name)
        ax.set(xlim=(-size, size), ylim=(-size, size), aspect="equal", title=title, xlabel="x", ylabel="y")
        ax.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    ends = {
        title: ", ".join(f"{name} ends {np.hypot(*walk[-1]):.2g} from the bottom" for name, walk in walks.items())
        for title, _, walks in paths
    }
    told = "; ".join(f"{title}: {says}" for title, says in ends.items())
    return described(figure, f"Bowls from above as rings of equal height, with paths downhill. {told}.")


# ---------------------------------------------------------------- depth


def depth(sizes: Mapping[str, Mapping[str, Array]]) -> Figure:
    """The size of the gradient on its way down: a panel for each scale of the weights, a line for each activation.

    Args:
        sizes: scale -> activation -> rms of the slope by each layer's input, first layer first.
    """
    figure, axes = plt.subplots(1, len(sizes), figsize=(8, 2.7), sharey=True, layout="constrained")
    told = []
    for ax, (scale, lines) in zip(axes, sizes.items(), strict=True):
        for (name, size), colour, style in zip(lines.items(), CYCLE, ("-", "--", "-", ":"), strict=False):
            ax.semilogy(np.arange(len(size)), size, style, color=colour, label=name)
            told.append(f"{name} with {scale} {size[0]:.0e}")
        ax.set(title=f"weights of size {scale}", xlabel="layer")
        ax.axhline(1, color=GREY, linewidth=0.7, zorder=0)
    axes[0].set_ylabel("size of the gradient (rms)")
    axes[0].legend(fontsize=8)
    last = len(next(iter(next(iter(sizes.values())).values()))) - 1
    return described(
        figure, f"From layer {last} down to layer 0 the gradient, of size 1 on top, becomes: {', '.join(told)}."
    )
