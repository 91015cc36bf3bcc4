"""Lecture 03, graphs and their paths: what is asked, and the mistakes that are known.

A graph is handed over as plain data, parents before children: {"w": [], "y": [("w", 2.0)], "o": [("y", -0.84)]} says
that y hangs on w with the local derivative 2, and o, the last node, on y with -0.84.

    (3.2)   do/dw = sum over the paths from w to o of the product of the local derivatives on the path
    (3.5)   count(β) = sum over the edges (α, β) of count(α)
    (3.6)   dα = sum over the edges (α, β) of s(α, β) dβ
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Slip

Array = np.ndarray
Rng = np.random.Generator
Graph = dict[str, list[tuple[str, float]]]


def path_sum(paths: list[list[float]]) -> float:
    return float(sum(np.prod(path) for path in paths))


def wrong_sum(answer: Any, paths: list[list[float]]) -> str:
    """What is wrong with a sum over paths."""
    products = ", ".join(f"{np.prod(path):g}" for path in paths)
    says = f"along the paths the products are {products}; together {path_sum(paths):g}" if paths else "no path gives 0"
    return _unequal(answer, path_sum(paths), says)


def _unequal(answer: Any, right: float, says: str) -> str:
    """`says`, unless the answer is the right number; what it is if it is none."""
    if answer is None:
        return "it is None: is a return missing?"
    if not isinstance(answer, int | float | np.generic | np.ndarray) or np.ndim(answer):
        return f"expected a number, got a {type(answer).__name__}"
    if np.asarray(answer).dtype.kind not in "iuf":
        return f"expected a number, got one of type {np.asarray(answer).dtype}"
    return "" if np.isclose(float(answer), right, rtol=1e-9, atol=1e-12) else says


def path_cases(rng: Rng) -> list[Inputs]:
    def draw(*lengths: int) -> list[list[float]]:
        return [[round(float(s), 3) for s in rng.uniform(0.5, 2, n) * rng.choice((-1, 1), n)] for n in lengths]

    return [
        {"paths": [[2.0, 3.0]]},
        {"paths": [[2.0, 3.0], [5.0, 7.0]]},
        {"paths": [[2.0], [3.0, 5.0], [-1.0, 4.0, 2.0]]},
        {"paths": draw(3, 2, 4, 2)},
        {"paths": []},
    ]


def running_product(paths: list[list[float]]) -> float:
    total, product = 0.0, 1.0
    for path in paths:
        for s in path:
            product *= s
        total += product
    return total


PATH_SUM = Exercise(
    name="path_sum",
    parts={"slope": 1},
    reference=path_sum,
    cases=path_cases,
    accept=wrong_sum,
    hints=(
        "What does one path give? And what happens where two paths arrive?",
        "Along a path the local derivatives multiply. The paths add.",
        "(3.2)  do/dw = sum over paths of s · s · ... · s, one factor for each edge; no path at all leaves 0",
    ),
    after=(("before you start", "no path: the output does not hear of w, so the slope is 0"),),
    slips=(
        Slip(
            "product over the paths",
            "the product of all local derivatives, over all paths. Each path moves the output by its own share; "
            "shares that arrive together add.",
            lambda paths: float(np.prod([np.prod(path) for path in paths])),
        ),
        Slip(
            "sum along a path",
            "the sum of all local derivatives. On a path each edge scales what the edge before it let through: "
            "multiply.",
            lambda paths: float(sum(sum(path) for path in paths)),
        ),
        Slip(
            "product of sums",
            "sums along the paths, multiplied. It is the other way round: products along a path, then the sum.",
            lambda paths: float(np.prod([sum(path) for path in paths])),
        ),
        Slip(
            "product not started anew",
            "what comes of a product that runs on from path to path. Every path starts again from 1.",
            running_product,
        ),
        Slip(
            "last path only",
            "the product along the last path. Is there an = where += is meant?",
            lambda paths: float(np.prod(paths[-1])) if paths else 0.0,
        ),
        Slip(
            "starts from 0", "zero: a product that starts from 0 stays 0. Start every path from 1.", lambda paths: 0.0
        ),
        Slip(
            "sum starts from 1",
            "one too much. A sum starts from 0, a product from 1.",
            lambda paths: path_sum(paths) + 1,
        ),
        Slip(
            "longest path only",
            "the product along the longest path. The shorter ones bring their share, too.",
            lambda paths: float(np.prod(max(paths, key=len))) if paths else 0.0,
        ),
        Slip(
            "mean over the paths",
            "the mean over the paths. Nothing divides: every path moves the output.",
            lambda paths: path_sum(paths) / max(len(paths), 1),
        ),
    ),
)


def count_paths(graph: Graph) -> float:
    counts: dict[str, float] = {}
    for node, edges in graph.items():
        counts[node] = sum(counts[parent] for parent, _ in edges) if counts else 1
    return float(counts[node])


def wrong_count(answer: Any, graph: Graph) -> str:
    """What is wrong with a number of paths."""
    nodes = list(graph)
    counts = (f"{node} {count_paths({name: graph[name] for name in nodes[: n + 1]}):g}" for n, node in enumerate(nodes))
    return _unequal(answer, count_paths(graph), f"so many paths lead to each node: {', '.join(counts)}")


def layered(depth: int, width: int, s: float = 1.0) -> Graph:
    """w, then layers in which every node hangs on all nodes of the layer before, then o."""
    graph: Graph = {"w": []}
    before = ["w"]
    for i in range(1, depth + 1):
        names = [f"h{i}{'abcdefgh'[j]}" for j in range(width)]
        graph |= {name: [(parent, s) for parent in before] for name in names}
        before = names
    return graph | {"o": [(parent, s) for parent in before]}


SKIPPING: Graph = {
    "w": [],
    "b": [],
    "y": [("w", 2.0), ("b", 1.0)],
    "z": [("y", 3.0), ("w", 5.0)],
    "unused": [("z", 4.0)],
    "o": [("z", 1.0), ("y", -1.0), ("w", 7.0)],
}


OTHER_NAMES: Graph = {  # the first node is not w, the last not o; what comes last into a node starts elsewhere
    "start": [],
    "other": [],
    "middle": [("start", 0.0), ("other", 2.0)],
    "end": [("start", 5.0), ("middle", 3.0), ("other", 7.0)],
}


def drawn(rng: Rng) -> Graph:
    """A graph of seven nodes whose edges are fixed, with local derivatives drawn anew."""
    edges = {"w": "", "a": "w", "b": "wa", "c": "bb", "d": "ac", "e": "bcd", "o": "ewd"}
    return {n: [(p, round(float(rng.uniform(0.5, 2) * rng.choice((-1, 1))), 3)) for p in ps] for n, ps in edges.items()}


def graph_cases(rng: Rng) -> list[Inputs]:
    graphs: list[Graph] = [
        {"w": [], "o": [("w", 3.0)]},
        {"w": [], "y": [("w", 2.0)], "o": [("y", 5.0)]},
        {"w": [], "y": [("w", 2.0)], "p": [("y", 3.0)], "q": [("y", 5.0)], "o": [("p", 7.0), ("q", 1.0)]},
        {"w": [], "o": [("w", 3.0), ("w", 4.0)]},
        SKIPPING,
        OTHER_NAMES,
        layered(3, 2, 2.0),
        drawn(rng),
        layered(10, 2, 0.5),
    ]
    return [{"graph": graph} for graph in graphs]


def count_along_sets(graph: Graph) -> float:
    first, *rest = graph
    counts = {first: 1.0}
    for node in rest:
        counts[node] = sum(counts[parent] for parent in {parent for parent, _ in graph[node]})
    return counts[node]


def count_from_all_inputs(graph: Graph) -> float:
    counts: dict[str, float] = {}
    for node, edges in graph.items():
        counts[node] = sum(counts[parent] for parent, _ in edges) if edges else 1
    return float(counts[node])


def count_to_all(graph: Graph) -> float:
    return sum(count_paths(dict(list(graph.items())[: n + 1])) for n in range(len(graph)))


def count_assigned(graph: Graph) -> float:
    counts = dict.fromkeys(graph, 0.0)
    counts[next(iter(graph))] = 1.0
    for node, edges in graph.items():
        for parent, _ in edges:
            counts[node] = counts[parent]
    return counts[node]


def count_where_open(graph: Graph) -> float:
    return count_paths({node: [(parent, s) for parent, s in edges if s] for node, edges in graph.items()})


def longest(graph: Graph) -> float:
    reach: dict[str, int] = {}
    for node, edges in graph.items():
        reach[node] = max((reach[parent] + 1 for parent, _ in edges), default=0)
    return float(reach[node])


COUNT_PATHS = Exercise(
    name="count_paths",
    parts={"count": 2},
    reference=count_paths,
    cases=graph_cases,
    accept=wrong_count,
    features={
        "a parent that is named twice": lambda graph: any(len({p for p, _ in e}) < len(e) for e in graph.values()),
        "a second input": lambda graph: sum(not edges for edges in graph.values()) > 1,
    },
    hints=(
        "How many paths lead to a node, if you know how many lead to each of its parents?",
        "Walk through the dictionary from front to back: parents come before children. Each edge brings the parent's "
        "count.",
        "(3.5)  count(first) = 1,  count(β) = sum over the edges (α, β) of count(α);  other inputs have 0",
    ),
    after=(("before you start", "two more edges into o: each brings a path, so 2 become 4"),),
    slips=(
        Slip(
            "edges counted",
            "the number of edges. A path is a whole way from the first node to the last.",
            lambda graph: float(sum(map(len, graph.values()))),
        ),
        Slip(
            "edges into the last node",
            "the number of edges into the last node. Each of them carries all the paths that lead to its parent.",
            lambda graph: float(len(list(graph.values())[-1])),
        ),
        Slip(
            "all inputs",
            "the number of paths from all inputs together. They are to start at the first node: every other input "
            "begins with 0.",
            count_from_all_inputs,
        ),
        Slip(
            "edges multiplied",
            "the product of the numbers of edges into each node. A path need not meet every node: add up over parents.",
            lambda graph: float(np.prod([max(len(edges), 1) for edges in graph.values()])),
        ),
        Slip(
            "a double edge once",
            "the count with a parent that is named twice taken once. Two edges are two ways, as in y · y.",
            count_along_sets,
        ),
        Slip(
            "last edge only",
            "what the last edge into each node brings. Is there an = where += is meant?",
            count_assigned,
        ),
        Slip(
            "local derivatives",
            "the sum over paths of products, that is the slope. Here each path counts 1, whatever stands on its edges.",
            lambda graph: graph_gradients(graph)[next(iter(graph))],
        ),
        Slip(
            "all nodes",
            "the number of paths to all nodes together. The count of the last node is asked for.",
            count_to_all,
        ),
        Slip(
            "edges of 0 left out",
            "the number of paths whose local derivatives are all other than 0. A path counts, whatever stands on it.",
            count_where_open,
        ),
        Slip("longest path", "the length of the longest path, not the number of paths.", longest),
    ),
)


def graph_gradients(graph: Graph) -> dict[str, float]:
    slopes = dict.fromkeys(graph, 0.0)
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
    return slopes


def wrong_slope(answer: Any, graph: Graph) -> str:
    """What is wrong with the slopes of a graph's nodes, the first one on the way back."""
    if not isinstance(answer, dict):
        kind = "None: is a return missing?" if answer is None else f"a {type(answer).__name__}"
        return f"expected a dictionary, node -> slope, got {kind}"
    if missing := [node for node in graph if node not in answer]:
        return f"there is no slope for {', '.join(missing)}: every node has one, if only 0"
    if unknown := [node for node in answer if node not in graph]:
        return f"the graph has no node {str(unknown[0])[:40]}"
    right = graph_gradients(graph)
    for node in reversed(graph):
        got = answer[node]
        if (
            not isinstance(got, int | float | np.generic | np.ndarray)
            or np.ndim(got)
            or np.asarray(got).dtype.kind not in "iuf"
        ):
            return f"the slope of {node} must be a number, got a {type(got).__name__}"
        if not np.isclose(float(got), right[node], rtol=1e-9, atol=1e-12):
            return f"d{node} is {float(got):g}; it must be {_fed(node, graph, right)}"
    return ""


def _fed(node: str, graph: Graph, right: dict[str, float]) -> str:
    """The sum that makes a node's slope: "2·3 + 5·1 = 11, over its edges to p, q"."""
    edges = [(child, s) for child, parents in graph.items() for parent, s in parents if parent == node]
    if node == list(graph)[-1]:
        return "1: o moves as much as o does"
    if not edges:
        return "0: no edge leads on from it"
    terms = " + ".join(
        f"{s:g}·{f'({right[child]:g})' if right[child] < 0 else f'{right[child]:g}'}" for child, s in edges
    )
    return f"{terms} = {right[node]:g}: s times the child's slope, over its edges to {', '.join(c for c, _ in edges)}"


def backwards(
    join: Callable[[float, float], float] = lambda old, new: old + new,
    local: Callable[[float], float] = lambda s: s,
    start: float = 1.0,
    order: Callable[[Graph], list[str]] = lambda graph: list(graph)[::-1],
    first: float = 0.0,
) -> Callable[[Graph], dict[str, float]]:
    """The way back with another rule where edges meet, on an edge, at the output, another order, or other firsts."""

    def slipped(graph: Graph) -> dict[str, float]:
        slopes = dict.fromkeys(graph, first)
        slopes[list(graph)[-1]] = start
        for node in order(graph):
            for parent, s in graph[node]:
                slopes[parent] = join(slopes[parent], local(s) * slopes[node])
        return slopes

    return slipped


def breadth_first(graph: Graph) -> list[str]:
    queue = [list(graph)[-1]]
    for node in queue:
        queue += [parent for parent in dict.fromkeys(p for p, _ in graph[node]) if parent not in queue]
    return queue


def twice(graph: Graph) -> dict[str, float]:
    slopes = dict.fromkeys(graph, 0.0)
    for node in [*reversed(graph), *reversed(graph)]:
        if node == list(graph)[-1]:
            slopes[node] = 1.0
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
    return slopes


def forward(graph: Graph) -> dict[str, float]:
    slopes = dict.fromkeys(graph, 0.0)
    slopes[next(iter(graph))] = 1.0
    for node, edges in graph.items():
        slopes[node] += sum(s * slopes[parent] for parent, s in edges)
    return slopes


def along_first_edges(graph: Graph) -> dict[str, float]:
    slopes, seen = dict.fromkeys(graph, 0.0), set()
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        for parent, s in graph[node]:
            if parent not in seen:
                slopes[parent] = s * slopes[node]
                seen.add(parent)
    return slopes


GRAPH_GRADIENTS = Exercise(
    name="graph_gradients",
    parts={"slopes": 3},
    reference=graph_gradients,
    cases=graph_cases,
    accept=wrong_slope,
    hints=(
        "Which slope do you know before you start? Which one can you work out next?",
        "Walk through the dictionary from back to front. When a node's turn comes, all its children have had theirs, "
        "so its slope is complete: send it on to its parents.",
        "(3.6)  do = 1;  for every edge (α, β), from the last β to the first:  dα += s(α, β) dβ",
    ),
    after=(("before you start", "do = 1: o moves as much as o does"),),
    slips=(
        Slip(
            "= for +=",
            "what is left when every road overwrites the one before it. Where a node has two children both pull: +=.",
            backwards(join=lambda old, new: new),
        ),
        Slip(
            "first road only",
            "what the first road brings. Where a node has two children both pull: add the second.",
            along_first_edges,
        ),
        Slip(
            "local derivatives left out",
            "the number of paths to the output: every edge is taken as 1. Multiply by the local derivative.",
            backwards(local=lambda s: 1.0),
        ),
        Slip(
            "output not set to 1",
            "zero everywhere. The way back has to start from something: do = 1.",
            backwards(start=0.0),
        ),
        Slip(
            "front to back",
            "what comes of walking from front to back: a node sends its slope on before it has one. Start at the "
            "output.",
            backwards(order=list),
        ),
        Slip(
            "too early",
            "the slopes when each node is visited as soon as it is met: a node must wait for all its children. The "
            "order of the dictionary, backwards, sees to that.",
            backwards(order=breadth_first),
        ),
        Slip(
            "twice, not afresh",
            "what two walks leave behind if the slopes of the first are kept. Every walk starts from zeros.",
            twice,
        ),
        Slip(
            "forward",
            "the slopes of the nodes by the *first* node: you walked forward. Asked for are those of the last node.",
            forward,
        ),
        Slip(
            "every slope begins with 1",
            "what comes of a 1 in every node. Only the output begins with 1, all others with 0.",
            backwards(first=1.0),
        ),
        Slip(
            "a double edge once",
            "the slopes with two edges between the same nodes taken for one. A dictionary keeps only the last of them.",
            lambda graph: graph_gradients({node: list(dict(edges).items()) for node, edges in graph.items()}),
        ),
        Slip(
            "roads multiplied",
            "products where roads meet. They add: each road moves the output by its own share.",
            backwards(join=lambda old, new: old * new if old else new),
        ),
    ),
)
