"""Where the nodes, arrows and labels of a drawn graph go, in inches."""

from collections import defaultdict
from collections.abc import Mapping

from cnnlib.graph import Graph

Place = tuple[float, float]


def node_places(graph: Graph) -> dict[str, Place]:
    """Where each node goes, in inches: right of its last parent, an input just left of its first child."""
    column = dict.fromkeys(graph.values, 0)
    for name, children in graph.children.items():
        for child, _ in children:
            column[child] = max(column[child], column[name] + 1)
    inputs = set(graph.values) - {child for children in graph.children.values() for child, _ in children}
    for name in inputs:
        column[name] = min((column[child] - 1 for child, _ in graph.children[name]), default=0)
    rows = defaultdict(list)
    for name in graph.values:
        rows[column[name]].append(name)
    return {
        name: (1.45 * x, 1.05 * ((len(names) - 1) / 2 - i)) for x, names in rows.items() for i, name in enumerate(names)
    }


def bend_of(parent: str, child: str, places: Mapping[str, Place]) -> float:
    """Upwards where the straight arrow would run through another node."""
    (x0, y0), (x1, y1) = places[parent], places[child]
    between = [(x, y) for x, y in places.values() if x0 < x < x1]
    crossed = any(abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) < 0.3 for x, y in between)
    return -0.45 if crossed else 0.0


def along(start: Place, end: Place, bend: float) -> Place:
    """On the arrow: in the middle, or before it where the arrow is slanted and may cross another."""
    (x0, y0), (x1, y1) = start, end
    t = 0.38 if y0 != y1 else 0.5
    side = 2 * t * (1 - t) * bend  # arc3 draws a quadratic curve
    return x0 + t * (x1 - x0) + side * (y1 - y0), y0 + t * (y1 - y0) - side * (x1 - x0)
