"""A computational graph with named nodes, and the gradient on it by two routes that agree and differ in price.

Every edge from node i to node j carries the local derivative ∂j/∂i. The pathwise aggregation lemma says

    do/dw = sum over all paths from w to o of the product of ∂j/∂i along the path

and the same sum, with what the paths have in common taken out, is the recursion of backpropagation

    do/do = 1,    do/di = sum over the children j of i of ∂j/∂i do/dj

Source: Lee, Backpropagation, "Path-wise Aggregation Lemma", "Dynamic programming update".
"""

import math
from collections.abc import Callable, Iterator

from cnnlib.arguments import real, whole

Operation = Callable[..., tuple[float, tuple[float, ...]]]


class Graph:
    """Nodes in the order in which they were added, parents before children: that order is a topological one.

    Attributes:
        values: value of each node by name.
        children: for each node the edges that leave it, (child, local derivative) each.
    """

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.children: dict[str, list[tuple[str, float]]] = {}

    def variable(self, name: str, value: float) -> str:
        """Add an input, and return its name.

        Raises:
            TypeError: value is not a number.
            ValueError: the name is taken.
        """
        if name in self.values:
            raise ValueError(f"name must be new, but {name!r} is a node already")
        self.values[name] = real("value", value)
        self.children[name] = []
        return name

    def node(self, name: str, operation: Operation, *parents: str) -> str:
        """Add a node computed from its parents, with an edge from each, and return its name.

        Args:
            name: name of the new node.
            operation: takes the parents' values, returns its value and its derivative by each of them.
            parents: names of the parents; one that is named twice gets two edges.

        Raises:
            ValueError: the name is taken, a parent is not in the graph, or the derivatives are not one for each parent.
        """
        for parent in parents:
            _known("parent", parent, self)
        value, derivatives = operation(*(self.values[parent] for parent in parents))
        if len(derivatives) != len(parents):
            raise ValueError(f"operation must give {len(parents)} derivatives, one a parent, got {len(derivatives)}")
        self.variable(name, value)
        for parent, derivative in zip(parents, derivatives, strict=True):
            self.children[parent].append((name, derivative))
        return name


def edges(graph: Graph) -> dict[str, list[tuple[str, float]]]:
    """The graph as plain data: for each node the edges that lead to it, (parent, local derivative) each.

    Nodes stand in the order of the graph, parents before children.
    """
    into: dict[str, list[tuple[str, float]]] = {name: [] for name in graph.values}
    for name in graph.values:
        for child, derivative in graph.children[name]:
            into[child].append((name, derivative))
    return into


def paths(graph: Graph, source: str, target: str) -> Iterator[tuple[tuple[str, ...], tuple[float, ...]]]:
    """All paths from one node to another: the nodes on each, and the local derivatives along it.

    Raises:
        ValueError: a name is not in the graph.
    """
    _known("source", source, graph)
    _known("target", target, graph)
    stack: list[tuple[tuple[str, ...], tuple[float, ...]]] = [((source,), ())]
    while stack:
        nodes, derivatives = stack.pop()
        if nodes[-1] == target:
            yield nodes, derivatives
        else:
            stack += [((*nodes, child), (*derivatives, slope)) for child, slope in reversed(graph.children[nodes[-1]])]


def gradient_by_paths(graph: Graph, source: str, target: str) -> tuple[float, int]:
    """d target / d source, path by path: the price grows with the number of paths, exponentially in depth.

    Returns:
        The gradient, and the number of multiplications: one for each edge of each path.

    Raises:
        ValueError: a name is not in the graph.
    """
    gradient, multiplications = 0.0, 0
    for _, derivatives in paths(graph, source, target):
        gradient += math.prod(derivatives)
        multiplications += len(derivatives)
    return gradient, multiplications


def gradients(graph: Graph, target: str) -> tuple[dict[str, float], int]:
    """d target / d node for every node at once, by dynamic programming: backpropagation.

    Returns:
        The gradients by name, and the number of multiplications: one for each edge.

    Raises:
        ValueError: target is not in the graph.
    """
    _known("target", target, graph)
    found, multiplications = dict.fromkeys(graph.values, 0.0), 0
    found[target] = 1.0
    before = list(graph.values)[: list(graph.values).index(target)]
    for name in reversed(before):
        found[name] = sum(slope * found[child] for child, slope in graph.children[name])
        multiplications += len(graph.children[name])
    return found, multiplications


def product_graph(w: float, *, depth: int = 5, width: int = 2) -> Graph:
    """Lee's example: layers of nodes that each multiply all nodes of the layer before, from "w" to "o".

    With the default sizes o = w^32, so d o / d w = 32 w^31, one w^31 for each of the 2^5 paths.

    Raises:
        TypeError, ValueError: w is not a number; depth or width is not a whole number of at least 1.

    Source: Lee, Backpropagation, "Deep computational graph with product nodes".
    """
    graph, layer = Graph(), ["w"]
    graph.variable("w", w)
    for i in range(1, whole("depth", depth) + 1):
        layer = [graph.node(f"h({i},{j})", times, *layer) for j in range(1, whole("width", width) + 1)]
    graph.node("o", times, *layer)
    return graph


def times(*x: float) -> tuple[float, tuple[float, ...]]:
    """The product; its derivative by each factor is the product of the others."""
    return math.prod(x), tuple(math.prod(x[:i] + x[i + 1 :]) for i in range(len(x)))


def plus(*x: float) -> tuple[float, tuple[float, ...]]:
    """The sum; its derivatives are 1."""
    return math.fsum(x), (1.0,) * len(x)


def square(x: float) -> tuple[float, tuple[float, ...]]:
    """x^2, with the derivative 2 x."""
    return x * x, (2 * x,)


def sine(x: float) -> tuple[float, tuple[float, ...]]:
    """sin x, with the derivative cos x."""
    return math.sin(x), (math.cos(x),)


def cosine(x: float) -> tuple[float, tuple[float, ...]]:
    """cos x, with the derivative -sin x."""
    return math.cos(x), (-math.sin(x),)


def logistic(x: float) -> tuple[float, tuple[float, ...]]:
    """1 / (1 + exp(-x)), with the derivative y (1 - y)."""
    small = math.exp(-abs(x))
    y = (small if x < 0 else 1.0) / (1 + small)
    return y, (y * (1 - y),)


def larger(*x: float) -> tuple[float, tuple[float, ...]]:
    """The largest; its derivative is 1 by the first of the largest, 0 by the others."""
    first = x.index(max(x))
    return x[first], tuple(float(i == first) for i in range(len(x)))


def _known(role: str, name: str, graph: Graph) -> None:
    if name not in graph.values:
        raise ValueError(f"{role} must be a node of the graph ({', '.join(graph.values)}), got {name!r}")
