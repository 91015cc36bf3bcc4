"""Lecture 03, graphs and the number of their paths: what is asked, and the mistakes that are known.

A graph is handed over as plain data, parents before children: {"w": [], "y": [("w", 2.0)], "o": [("y", -0.84)]} says
that y hangs on w with the local derivative 2, and o, the last node, on y with -0.84.

(3.5)   count(β) = sum over the edges (α, β) of count(α)
"""

from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng
from cnnlib.checks.edits import instead
from cnnlib.exercises.backprop_paths import unequal

Graph = dict[str, list[tuple[str, float]]]


def count_paths(graph: Graph) -> float:
    counts: dict[str, float] = {}
    for node, edges in graph.items():
        counts[node] = sum(counts[parent] for parent, _ in edges) if counts else 1
    return float(counts[node])


def wrong_count(answer: Any, graph: Graph) -> str:
    """What is wrong with a number of paths."""
    nodes = list(graph)
    counts = (f"{node} {count_paths({name: graph[name] for name in nodes[: n + 1]}):g}" for n, node in enumerate(nodes))
    return unequal(answer, count_paths(graph), f"so many paths lead to each node: {', '.join(counts)}")


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
    slips={
        "the number of edges. A path is a whole way from the first node to the last.": lambda graph: float(
            sum(map(len, graph.values()))
        ),
        "the number of edges into the last node. Each of them carries all the paths "
        "that lead to its parent.": lambda graph: float(len(list(graph.values())[-1])),
        "the number of paths from all inputs together. They are to start at the first node: "
        "every other input begins with 0.": instead(count_paths, "if counts", "if edges"),
        "the product of the numbers of edges into each node. A path need not meet every node: "
        "add up over parents.": lambda graph: float(np.prod([max(len(edges), 1) for edges in graph.values()])),
        "the count with a parent that is named twice taken once. Two edges are two ways, as in y · y.": instead(
            count_paths, "for parent, _ in edges", "for parent in {name for name, _ in edges}"
        ),
        "what the last edge into each node brings. Is there an = where += is meant?": instead(
            count_paths, "sum(counts[parent] for parent, _ in edges)", "(counts[edges[-1][0]] if edges else 0)"
        ),
        "the sum over paths of products, that is the slope. "
        "Here each path counts 1, whatever stands on its edges.": instead(
            count_paths, "counts[parent] for parent, _ in", "s * counts[parent] for parent, s in"
        ),
        "the number of paths to all nodes together. The count of the last node is asked for.": instead(
            count_paths, "float(counts[node])", "float(sum(counts.values()))"
        ),
        "the number of paths whose local derivatives are all other than 0. "
        "A path counts, whatever stands on it.": instead(count_paths, "_ in edges", "s in edges if s"),
        "the length of the longest path, not the number of paths.": instead(
            count_paths,
            "sum(counts[parent] for parent, _ in edges) if counts else 1",
            "max((counts[parent] + 1 for parent, _ in edges), default=0)",
        ),
    },
)
