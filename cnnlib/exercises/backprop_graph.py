"""Lecture 03, the walk back through a graph: what is asked, and the mistakes that are known.

(3.6)   do = 1,  dα = sum over the edges (α, β) of s(α, β) dβ
"""

from typing import Any

import numpy as np

from cnnlib.checks import Exercise
from cnnlib.checks.edits import instead
from cnnlib.exercises.backprop_count import Graph, graph_cases


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
        return f"1: {node} moves as much as {node} does"
    if not edges:
        return "0: no edge leads on from it"
    terms = " + ".join(
        f"{s:g}·{f'({right[child]:g})' if right[child] < 0 else f'{right[child]:g}'}" for child, s in edges
    )
    return f"{terms} = {right[node]:g}: s times the child's slope, over its edges to {', '.join(c for c, _ in edges)}"


def breadth_first(graph: Graph) -> list[str]:
    queue = [list(graph)[-1]]
    for node in queue:
        queue += [parent for parent in dict.fromkeys(p for p, _ in graph[node]) if parent not in queue]
    return queue


def forward(graph: Graph) -> dict[str, float]:
    slopes = dict.fromkeys(graph, 0.0)
    slopes[next(iter(graph))] = 1.0
    for node, edges in graph.items():
        slopes[node] += sum(s * slopes[parent] for parent, s in edges)
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
    slips={
        "what is left when every road overwrites the one before it. "
        "Where a node has two children both pull: +=.": instead(graph_gradients, "+=", "="),
        "what the first road brings. Where a node has two children both pull: add the second.": instead(
            graph_gradients,
            "slopes = dict.fromkeys(graph, 0.0)",
            "slopes, first = dict.fromkeys(graph, 0.0), {}",
            "+= s * slopes[node]",
            "= first.setdefault(parent, s * slopes[node])",
        ),
        "the number of paths to the output: every edge is taken as 1. Multiply by the local derivative.": instead(
            graph_gradients, "s * slopes", "slopes"
        ),
        "zero everywhere. The way back has to start from something: do = 1.": instead(
            graph_gradients, "= 1.0", "= 0.0"
        ),
        "what comes of walking from front to back: a node sends its slope on before it has one. "
        "Start at the output.": instead(graph_gradients, "reversed(graph)", "graph"),
        "the slopes when each node is visited as soon as it is met: a node must wait for all its children. "
        "The order of the dictionary, backwards, sees to that.": instead(graph_gradients, reversed=breadth_first),
        "what two walks leave behind if the slopes of the first are kept. Every walk starts from zeros.": instead(
            graph_gradients, "reversed(graph)", "[*reversed(graph), *reversed(graph)]"
        ),
        "the slopes of the nodes by the *first* node: you walked forward. "
        "Asked for are those of the last node.": forward,
        "what comes of a 1 in every node. Only the output begins with 1, all others with 0.": instead(
            graph_gradients, "graph, 0.0", "graph, 1.0"
        ),
        "the slopes with two edges between the same nodes taken for one. A dictionary keeps "
        "only the last of them.": instead(graph_gradients, "in graph[node]", "in dict(graph[node]).items()"),
        "products where roads meet. They add: each road moves the output by its own share.": instead(
            graph_gradients, "+= s *", "= (slopes[parent] or 1) * s *"
        ),
    },
)
