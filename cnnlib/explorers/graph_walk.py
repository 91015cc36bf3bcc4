"""An explorer of lecture 03: a graph that is walked back by hand, edge by edge."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Mark, arrows, axis, plot, points
from cnnlib.explorers.widget import Explorer, Knobs
from cnnlib.graph import Graph, cosine, edges, larger, plus, sine, square, times


def build(inputs: dict[str, float], nodes: dict[str, tuple[Any, ...]]) -> Graph:
    graph = Graph()
    for name, value in inputs.items():
        graph.variable(name, value)
    for name, (operation, *parents) in nodes.items():
        graph.node(name, operation, *parents)
    return graph


def one_more(x: float) -> tuple[float, tuple[float, ...]]:
    return x + 1, (1.0,)


GRAPHS: dict[str, tuple[Graph, dict[str, tuple[float, float]]]] = {  # and where each node stands
    "o = (a + b)(b + 1)": (
        build({"a": 2, "b": 1}, {"c": (plus, "a", "b"), "d": (one_more, "b"), "o": (times, "c", "d")}),
        {"a": (0, 2), "b": (0, 0), "c": (2.5, 2), "d": (2.5, 0), "o": (5, 1)},
    ),
    "o = sin w² + cos w²": (
        build({"w": 1}, {"y": (square, "w"), "sin": (sine, "y"), "cos": (cosine, "y"), "o": (plus, "sin", "cos")}),
        {"w": (0, 1), "y": (1.7, 1), "sin": (3.4, 2), "cos": (3.4, 0), "o": (5, 1)},
    ),
    "o = e c, e = c + a, c = a b": (
        build({"a": 3, "b": 2}, {"c": (times, "a", "b"), "e": (plus, "c", "a"), "o": (times, "e", "c")}),
        {"a": (0, 2), "b": (0, 0), "c": (1.7, 0.6), "e": (3.4, 2), "o": (5, 0.6)},
    ),
    "o = r g + max(a, b)": (
        build(
            {"r": 3, "g": -4, "a": 2, "b": -1},
            {"rg": (times, "r", "g"), "max": (larger, "a", "b"), "o": (plus, "rg", "max")},
        ),
        {"r": (0, 2.2), "g": (0, 1.4), "a": (0, 0.6), "b": (0, -0.2), "rg": (2.5, 1.8), "max": (2.5, 0.2), "o": (5, 1)},
    ),
}
ACROSS = axis("values go forward →", -0.3, 6, ticks={"inputs": 0, "output": 5}, step=0.25)
UP = axis("", -0.6, 2.6, ticks={}, step=0.25)
NEAR = 0.3


def arrows_back(graph: Graph) -> list[tuple[str, str, float]]:
    """All edges (parent, child, local derivative) in an order in which they can be walked back."""
    into = edges(graph)
    return [(parent, child, s) for child in reversed(into) for parent, s in into[child]]


def slopes_so_far(graph: Graph, sent: list[int]) -> dict[str, float]:
    """The slope of each node, from the edges that were walked back, in their order."""
    order, slopes = arrows_back(graph), dict.fromkeys(graph.values, 0.0)
    slopes[list(graph.values)[-1]] = 1.0
    for number in sent:
        parent, child, s = order[number]
        slopes[parent] += s * slopes[child]
    return slopes


def waiting(graph: Graph, sent: list[int], node: str) -> list[str]:
    """The children whose share a node still waits for."""
    return [child for n, (parent, child, _) in enumerate(arrows_back(graph)) if parent == node and n not in sent]


def send(knobs: Knobs, number: int) -> Knobs:
    """Walk one edge back: ValueError if its child still waits for a share."""
    which = knobs["which"]
    graph, sent = GRAPHS[which][0], knobs["sent"].get(which, [])
    parent, child, _ = arrows_back(graph)[number]
    if number in sent:
        raise ValueError(f"{child} has sent its share to {parent} already: it is counted once")
    if missing := waiting(graph, sent, child):
        raise ValueError(f"{child} must wait: its share from {', '.join(missing)} is still to come")
    return {"sent": knobs["sent"] | {which: [*sent, number]}}


def nearest(knobs: Knobs, at: list[float]) -> Knobs:
    """Walk back the edge that was clicked on, or all that lead to the node that was."""
    graph, places = GRAPHS[knobs["which"]]
    node = next((name for name, place in places.items() if np.allclose(place, at)), None)
    if node is not None:
        return send_all(knobs, node)
    ends = np.array([(places[parent], places[child]) for parent, child, _ in arrows_back(graph)], float)
    along = ends[:, 1] - ends[:, 0]
    share = np.clip(((np.array(at) - ends[:, 0]) * along).sum(1) / (along**2).sum(1), 0, 1)
    away = np.linalg.norm(ends[:, 0] + share[:, None] * along - at, axis=1)
    if away.min() > NEAR:
        raise ValueError("click on an arrow: the slope at its head goes back along it")
    return send(knobs, int(away.argmin()))


def send_all(knobs: Knobs, node: str) -> Knobs:
    """Walk back every edge into a node: ValueError if there is none, or none left."""
    into = [n for n, (_, child, _) in enumerate(arrows_back(GRAPHS[knobs["which"]][0])) if child == node]
    left = [n for n in into if n not in knobs["sent"].get(knobs["which"], [])]
    if not left:
        raise ValueError(
            f"{node} is an input: nothing comes before it" if not into else f"{node} has sent all its shares"
        )
    for number in left:
        knobs = knobs | send(knobs, number)
    return {"sent": knobs["sent"]}


def next_edge(knobs: Knobs) -> Knobs:
    edges_back, sent = arrows_back(GRAPHS[knobs["which"]][0]), knobs["sent"].get(knobs["which"], [])
    left = [n for n in range(len(edges_back)) if n not in sent]
    return send(knobs, left[0]) if left else {}


def graph_view(which: str, sent: dict[str, list[int]]) -> Frame:
    """The frame of a graph and of the edges that were walked back so far.

    Args:
        which: one of GRAPHS.
        sent: for each graph the numbers of its edges, see `arrows_back`, in the order in which they were walked.
    """
    (graph, places), walk = GRAPHS[which], sent.get(which, [])
    order = arrows_back(graph)
    slopes = slopes_so_far(graph, walk)
    marks: list[Mark] = []
    for number, (parent, child, s) in enumerate(order):
        tail, head = np.array(places[parent], float), np.array(places[child], float)
        along = (head - tail) / np.linalg.norm(head - tail)
        tail_end = tail + (0.5 if head[1] > tail[1] else 0.22) * along  # an arrow upwards starts behind the label
        ends = (head - 0.22 * along, tail_end) if number in walk else (tail_end, head - 0.22 * along)
        marks.append(arrows([ends[0]], [ends[1]], hue=0 if number in walk else -1))
        label = product(s, slopes[child]) if number in walk else f"{s:.3g}"
        at = tail + 0.6 * (head - tail)
        says = f"from {parent} to {child}: local derivative {s:.3g}"
        marks.append(points([at], classes=[0 if number in walk else 2], texts=[says], labels=[label.replace("-", "−")]))
    done = {node: not waiting(graph, walk, node) for node in graph.values}
    for node, place in places.items():
        about = f"d{node} = {slopes[node]:.3g}" + ("" if done[node] else " so far")
        label = f"{node} = {graph.values[node]:.3g}" + (f",  {about}" if slopes[node] or done[node] else "")
        look = points([place], classes=[1], texts=[f"{node} = {graph.values[node]:.3g}, {about}"], labels=[label])
        marks.append(look)
    lines = [written(graph, walk, slopes, node) for node in reversed(graph.values)]
    names = list(graph.values)
    return {
        "panels": [
            plot("graph", which, ACROSS, UP, marks, size=(600, 270), click="nearest"),
            text("sums", "slopes so far", lines),
        ],
        "layout": [{"title": "", "rows": [["graph"]]}, {"title": "", "rows": [["sums"]]}],
        "caption": "Click on an arrow: the slope at its head goes back along it, times the local derivative. "
        "On a node: along all arrows that lead to it.",
        "summary": f"graph_explorer: {which}, {len(walk)} of {len(order)} edges walked back: "
        + ", ".join(f"d{name} = {slopes[name]:.3g}" for name in names),
        "finished": len(walk) == len(order),
    }


def written(graph: Graph, sent: list[int], slopes: dict[str, float], node: str) -> str:
    """ "db = 1·2 + 1·3 = 5", as far as it has come."""
    if node == list(graph.values)[-1]:
        return f"d{node} = 1"
    shares = [
        product(s, slopes[child]) if n in sent else "…"
        for n, (parent, child, s) in enumerate(arrows_back(graph))
        if parent == node
    ]
    total = "" if "…" in shares else f" = {slopes[node]:.3g}"
    return f"d{node} = {' + '.join(shares)}{total}".replace("-", "−").replace("+ −", "− ")


def product(s: float, slope: float) -> str:
    return f"{s:.3g}·({slope:.3g})" if slope < 0 else f"{s:.3g}·{slope:.3g}"


def graph_explorer(which: str = "o = (a + b)(b + 1)") -> Explorer:
    """A graph to be walked back by hand, edge by edge."""
    controls: list[Control] = [
        {"kind": "choice", "name": "which", "label": "graph", "options": list(GRAPHS)},
        {"kind": "play", "action": "next", "label": "walk back"},
        {"kind": "button", "action": "restart", "label": "restart"},
    ]
    actions: dict[str, Callable[..., Knobs]] = {
        "nearest": nearest,
        "next": next_edge,
        "restart": lambda knobs: {"sent": knobs["sent"] | {knobs["which"]: []}},
    }
    return Explorer(graph_view, controls, actions, which=which, sent={name: [0] for name in GRAPHS})
