"""Drawing of a computational graph: nodes with their values, edges with their local derivatives."""

from collections import defaultdict

from matplotlib.axes import Axes

from cnnlib.graph import Graph, gradients
from cnnlib.plotting import BLUE, INK, PAPER, VERMILION


def draw_graph(graph: Graph, axes: Axes, *, target: str | None = None, digits: int = 3) -> None:
    """Draw a graph from left to right, every node one column after the last of its parents.

    Args:
        graph: what to draw.
        axes: where; its frame and ticks are taken away.
        target: name of a node; where given, each node shows d target / d node below it.
        digits: significant digits of all numbers.

    Raises:
        ValueError: target is not in the graph.
    """
    slopes = {} if target is None else gradients(graph, target)[0]
    places = _places(graph)
    for parent, children in graph.children.items():
        for child, derivative in children:
            (x0, y0), (x1, y1) = places[parent], places[child]
            axes.annotate(
                "",
                (x1, y1),
                (x0, y0),
                arrowprops={"arrowstyle": "-|>", "color": INK, "shrinkA": 22, "shrinkB": 22},
            )
            # A third of the way along, where the labels of crossing edges do not meet.
            axes.text(
                x0 + (x1 - x0) * 0.36,
                y0 + (y1 - y0) * 0.36,
                f"{derivative:.{digits}g}",
                color=BLUE,
                ha="center",
                va="center",
                fontsize="small",
                bbox={"boxstyle": "round,pad=0.2", "facecolor": PAPER, "edgecolor": "none"},
            )
    for name, (x, y) in places.items():
        label = f"{name}\n{graph.values[name]:.{digits}g}"
        circle = {"boxstyle": "circle,pad=0.35", "facecolor": PAPER, "edgecolor": INK}
        axes.text(x, y, label, ha="center", va="center", color=INK, bbox=circle, zorder=3)
        if name in slopes:
            axes.annotate(
                f"{slopes[name]:.{digits}g}",
                (x, y),
                (0, -34),
                textcoords="offset points",
                ha="center",
                va="center",
                color=VERMILION,
            )
    columns, rows = zip(*places.values(), strict=True)
    axes.set(xlim=(min(columns) - 0.6, max(columns) + 0.6), ylim=(min(rows) - 0.8, max(rows) + 0.6))
    axes.set_axis_off()


def _places(graph: Graph) -> dict[str, tuple[float, float]]:
    """Column and row of every node: as far right as its longest path from an input, rows centred in each column."""
    column = dict.fromkeys(graph.values, 0)
    for name, children in graph.children.items():
        for child, _ in children:
            column[child] = max(column[child], column[name] + 1)
    rows = defaultdict(list)
    for name in graph.values:
        rows[column[name]].append(name)
    return {name: (float(x), (len(names) - 1) / 2 - i) for x, names in rows.items() for i, name in enumerate(names)}
