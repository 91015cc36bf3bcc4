"""Lecture 03, backpropagation on computational graphs: what is asked, and the mistakes that are known.

A graph is handed over as plain data, parents before children: {"w": [], "y": [("w", 2.0)], "o": [("y", "
    "-0.84)]} says that
y hangs on w with the local derivative 2, and o, the last node, on y with -0.84. Its equations:

    (3.2)   do/dw = sum over the paths from w to o of the product of the local derivatives on the path
    (3.3)   slope[i] = (f(x + h e_i) - f(x - h e_i)) / 2 h
    (3.5)   c(v) = sum over the edges (u, v) of c(u)
    (3.6)   du = sum over the edges (u, v) of s(u, v) dv
    (3.10)  dx[d] = sum_j J[j, d] dy[j]
    (3.14)  v <- momentum v + grad(x),  x <- x - rate v
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Slip, poll
from cnnlib.checks.cases import LAYOUTS, given, in_other_layouts, numbers

LECTURE = "03_backprop"

Array = np.ndarray
Rng = np.random.Generator
Graph = dict[str, list[tuple[str, float]]]


# ---------------------------------------------------------------- paths


def path_sum(paths: list[list[float]]) -> float:
    return float(sum(np.prod(path) for path in paths))


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
    features={"paths of different lengths": lambda paths: len({len(path) for path in paths}) > 1},
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
    features={
        "a parent that is named twice": lambda graph: any(len({p for p, _ in e}) < len(e) for e in graph.values()),
        "a second input": lambda graph: sum(not edges for edges in graph.values()) > 1,
    },
    hints=(
        "How many paths lead to a node, if you know how many lead to each of its parents?",
        "Walk through the dictionary from front to back: parents come before children. Each edge brings the parent's "
        "count.",
        "(3.5)  c(first) = 1,  c(v) = sum over the edges (u, v) of c(u);  other inputs have 0",
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
        Slip("longest path", "the length of the longest path, not the number of paths.", longest),
    ),
)


# ---------------------------------------------------------------- measuring


def sum_of_cubes(x: Array) -> Any:
    return np.sum(x**3)


def product_of_all(x: Array) -> Any:
    return np.prod(x)


def sine_of_the_weighted_sum(x: Array) -> Any:
    return np.sin(np.sum(x * np.linspace(0.5, 2, x.size).reshape(x.shape)))


def central_difference(f: Callable[[Array], float], x: Array, h: float) -> Array:
    slope = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        slope[i] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return slope


def difference_cases(rng: Rng) -> list[Inputs]:
    cubes, product, sine = given(sum_of_cubes), given(product_of_all), given(sine_of_the_weighted_sum)
    return [
        {"f": cubes, "x": numbers(2), "h": 1.0},
        {"f": cubes, "x": numbers(2, 0, -1), "h": 1.0},
        {"f": product, "x": numbers(2, 3, 5), "h": 0.5},
        {"f": cubes, "x": np.array([2, 1]), "h": 0.5},
        {"f": product, "x": numbers(2, 3, 5, 7, 1, -1).reshape(2, 3), "h": 0.5},
        {"f": sine, "x": rng.normal(size=(3, 2)), "h": 0.25},
        {"f": sine, "x": rng.normal(size=4), "h": 0.125},
    ]


def nudged_all(f: Callable[[Array], float], x: Array, h: float) -> Array:
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def nudged_rows(f: Callable[[Array], float], x: Array, h: float) -> Array:
    slope = np.zeros(x.shape)
    for i in range(len(x)):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        slope[i] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return slope


def not_put_back(f: Callable[[Array], float], x: Array, h: float) -> Array:
    x, slope = x.astype(float), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        slope[i] = (up - f(x)) / (2 * h)
    return slope


def in_whole_numbers(f: Callable[[Array], float], x: Array, h: float) -> Array:
    x, slope = x.copy(), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        up = f(x)
        x[i] = kept - h
        slope[i] = (up - f(x)) / (2 * h)
        x[i] = kept
    return slope


def one_sided(up: float, down: float, divisor: float) -> Callable[..., Array]:
    """A difference between f(x + up h) and f(x - down h), over divisor h."""

    def slipped(f: Callable[[Array], float], x: Array, h: float) -> Array:
        nudges = np.eye(x.size).reshape(x.size, *x.shape) * h
        found = [(f(x + up * nudge) - f(x - down * nudge)) / (divisor * h) for nudge in nudges]
        return np.array(found).reshape(x.shape)

    return slipped


CENTRAL_DIFFERENCE = Exercise(
    name="central_difference",
    parts={"slope": 2},
    reference=central_difference,
    cases=difference_cases,
    features={
        "an x of whole numbers": lambda f, x, h: x.dtype.kind == "i",
        "an x of two axes": lambda f, x, h: x.ndim > 1,
    },
    hints=(
        "Nudge one entry of a copy of x up, then down. What does f say each time?",
        "np.ndindex(x.shape) gives the index of every entry, for any number of axes. Put an entry back before the "
        "next.",
        "(3.3)  slope[i] = (f(x + h e_i) - f(x - h e_i)) / (2 h),  e_i being 1 at i and 0 elsewhere",
    ),
    after=(("before you start", "(3^3 - 1^3) / 2 = 13; the slope of x^3 at 2 is 12, and h = 1 is too coarse for it"),),
    slips=(
        Slip(
            "one-sided",
            "the step upwards alone: (f(x + h) - f(x)) / h. Its error shrinks like h, that of the central difference "
            "like h².",
            one_sided(1, 0, 1),
        ),
        Slip(
            "one-sided, downwards",
            "the step downwards alone: (f(x) - f(x - h)) / h. Take both sides: from x - h to x + h.",
            one_sided(0, 1, 1),
        ),
        Slip("divided by h", "twice the slope. From x - h to x + h is a step of 2 h.", one_sided(1, 1, 1)),
        Slip("down minus up", "the slope with its sign reversed: f(x + h) comes first.", one_sided(-1, -1, 2)),
        Slip(
            "all entries at once",
            "the slope along all entries together, in every place. Nudge one entry at a time.",
            nudged_all,
        ),
        Slip(
            "whole rows",
            "differences for whole rows of x: x[i] with one index is a row, where x has two axes. "
            "np.ndindex(x.shape) gives the index of every single entry.",
            nudged_rows,
        ),
        Slip(
            "not put back",
            "what comes of entries that stay nudged: after x[i] -= 2 h the entry is still h too low when its "
            "neighbour's turn comes. Put it back.",
            not_put_back,
        ),
        Slip(
            "decimals cut off",
            "the difference with a nudge that was cut off: writing 2.5 into an array of whole numbers stores 2. Work "
            "on a copy of floats.",
            in_whole_numbers,
        ),
    ),
)


def relative_error(a: Array, b: Array) -> Array:
    scale = np.maximum(np.abs(a), np.abs(b))
    return np.abs(a - b) / np.where(scale == 0, 1, scale)


def error_cases(rng: Rng) -> list[Inputs]:
    a = rng.uniform(0.5, 2, (2, 3)) * rng.choice((-1, 1), (2, 3))
    b = a + rng.uniform(-0.2, 0.2, (2, 3))
    return [
        {"a": numbers(4), "b": numbers(5)},
        {"a": numbers(5, -2), "b": numbers(4, -2)},
        {"a": numbers(1, -1, 3), "b": numbers(-1, -4, 0)},
        {"a": np.array([[4, 0, 0]]), "b": np.array([[5, 0, 2]])},
        {"a": a, "b": b},
        *in_other_layouts({"a": 1000 * a, "b": 1000 * b}),
    ]


def over(scale: Callable[[Array, Array], Array], top: Callable[[Array], Array] = np.abs) -> Callable[..., Array]:
    """Another fraction, 0 where its lower part is 0."""

    def slipped(a: Array, b: Array) -> Array:
        under = scale(a, b)
        return top(a - b) / np.where(under == 0, 1, under)

    return slipped


def without_care(a: Array, b: Array) -> Array:
    return np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))


RELATIVE_ERROR = Exercise(
    name="relative_error",
    parts={"error": 1},
    reference=relative_error,
    cases=error_cases,
    features=LAYOUTS,
    hints=(
        "An error of 1 is small beside 1000, large beside 2. What is it to be compared with?",
        "With the larger of the two, in size. np.maximum takes the larger of each pair. What if both are 0?",
        "(3.4)  error = |a - b| / max(|a|, |b|),  and 0 where a = b = 0",
    ),
    after=(("before you start", "1/5 = 0.2 both times: the error does not ask which of the two is right"),),
    slips=(
        Slip(
            "over |b|",
            "the difference over |b|. Then the error depends on which of the two comes first; take the larger one.",
            over(lambda a, b: np.abs(b)),
        ),
        Slip(
            "over |a|",
            "the difference over |a|. Then the error depends on which of the two comes first; take the larger one.",
            over(lambda a, b: np.abs(a)),
        ),
        Slip(
            "over the sum",
            "the difference over |a| + |b|. Some courses use it; (3.4) divides by the larger of the two.",
            over(lambda a, b: np.abs(a) + np.abs(b)),
        ),
        Slip(
            "sizes taken too late",
            "the difference over the larger of a and b, signs and all. Take sizes first: max(|a|, |b|).",
            over(np.maximum),
        ),
        Slip(
            "sign kept",
            "the error with a sign. An error is a size: take the absolute value of the difference.",
            over(lambda a, b: np.maximum(np.abs(a), np.abs(b)), lambda d: d),
        ),
        Slip(
            "absolute",
            "the absolute error |a - b|. Divide by the larger of |a| and |b|, or 0.001 passes for small where both "
            "are 0.001.",
            lambda a, b: np.abs(a - b),
        ),
        Slip(
            "zero over zero",
            "right but for nan where both are 0. Equal numbers have the error 0: divide by something else there.",
            without_care,
        ),
    ),
)


# ---------------------------------------------------------------- once back through the graph


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
) -> Callable[[Graph], dict[str, float]]:
    """The way back with another rule where edges meet, on an edge, at the output, or another order."""

    def slipped(graph: Graph) -> dict[str, float]:
        slopes = dict.fromkeys(graph, 0.0)
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
        "(3.6)  do = 1;  for every edge (u, v), from the last v to the first:  du += s(u, v) dv",
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
            "roads multiplied",
            "products where roads meet. They add: each road moves the output by its own share.",
            backwards(join=lambda old, new: old * new if old else new),
        ),
    ),
)


# ---------------------------------------------------------------- layers as nodes


def linear_backward(dy: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    return dy @ w, dy.T @ x, dy.sum(axis=0)


def linear_cases(rng: Rng) -> list[Inputs]:
    random = {"dy": rng.normal(size=(4, 3)), "x": rng.normal(size=(4, 5)), "w": rng.normal(size=(3, 5))}
    halves = {"dy": numbers(0.5, -0.5).reshape(2, 1), "x": np.array([[1, 2], [4, 8]]), "w": np.array([[3, 5]])}
    return [
        {"dy": numbers(5).reshape(1, 1), "x": numbers(2, 3).reshape(1, 2), "w": numbers(7, 1).reshape(1, 2)},
        {
            "dy": numbers(1, 0, 2, 3, -1, 0).reshape(3, 2),
            "x": numbers(2, 3, 5, 0, 1, 4, 7, 1, 1, 0, 2, 0).reshape(3, 4),
            "w": numbers(1, 2, 0, 3, 5, 1, -1, 0).reshape(2, 4),
        },
        halves,
        random,
        {"dy": rng.normal(size=(3, 3)), "x": rng.normal(size=(3, 3)), "w": rng.normal(size=(3, 3))},
        *in_other_layouts(random),
    ]


def linear_with(
    dx: Callable[..., Any] | None = None, dw: Callable[..., Any] | None = None, db: Callable[..., Any] | None = None
) -> Callable[..., tuple[Any, ...]]:
    """linear_backward with one of its results made in another way."""

    def slipped(dy: Array, x: Array, w: Array) -> tuple[Any, ...]:
        right = linear_backward(dy, x, w)
        return tuple(r if f is None else f(dy, x, w) for f, r in zip((dx, dw, db), right, strict=True))

    return slipped


LINEAR_BACKWARD = Exercise(
    name="linear_backward",
    parts={"dx": 1, "dw": 1, "db": 1},
    reference=linear_backward,
    cases=linear_cases,
    features=LAYOUTS,
    # feeds=("dx[n, d] += dy[n, j] w[j, d]", "dw[j, d] += dy[n, j] x[n, d]", "db[j] += dy[n, j]")
    feeds=(("dy", "w"), ("dy", "x"), ("dy",)),
    hints=(
        "Each product w[j, d] x[n, d] of the way forward has two factors. On the way back dy[n, j] comes to each of "
        "them, times the other.",
        "What the result's index lacks is summed over: dx lacks j, dw lacks n, db lacks n. The shapes leave one way "
        "to multiply.",
        "(3.12)  dx[n, d] = sum_j dy[n, j] w[j, d],  dw[j, d] = sum_n dy[n, j] x[n, d],  db[j] = sum_n dy[n, j]",
    ),
    after=(("before you start", "(M, D), as w: every weight has one slope, summed over the examples"),),
    slips=(
        Slip(
            "one db for all outputs",
            "the sum of all of dy, one number. Each output has a bias of its own: sum over the examples only, axis 0.",
            linear_with(db=lambda dy, x, w: dy.sum()),
        ),
        Slip(
            "db over the outputs",
            "a number for each example: summed over the outputs. There is one bias for each output: sum over axis 0.",
            linear_with(db=lambda dy, x, w: dy.sum(axis=1)),
        ),
        Slip(
            "dw transposed",
            "dw lying on its side. It has the shape of w: a row for each output.",
            linear_with(dw=lambda dy, x, w: x.T @ dy),
        ),
        Slip(
            "mean over the examples",
            "dw divided by the number of examples. A layer adds up; if a mean is wanted, the loss takes it.",
            linear_with(dw=lambda dy, x, w: dy.T @ x / len(dy)),
        ),
        Slip(
            "mean over the examples, db",
            "db divided by the number of examples. A layer adds up; if a mean is wanted, the loss takes it.",
            linear_with(db=lambda dy, x, w: dy.mean(axis=0)),
        ),
        Slip(
            "db lost dy",
            "the number of examples, for every output: db forgot dy. Each example pulls at the bias with its dy.",
            linear_with(db=lambda dy, x, w: np.full(dy.shape[1], float(len(dy)))),
        ),
    ),
)


def activation_backward(name: str, dy: Array, z: Array) -> Array:
    if name == "sigmoid":
        e = np.exp(-np.abs(z))  # the slope is the same on either side of 0
        return dy * e / (1 + e) ** 2
    if name == "tanh":
        return dy * (1 - np.tanh(z) ** 2)
    if name == "relu":
        return dy * (z > 0)
    return dy * (np.abs(z) <= 1)


NAMES = ("sigmoid", "tanh", "relu", "hardtanh")


def activation_cases(rng: Rng) -> list[Inputs]:
    around = numbers(-1.5, -1, -0.4, 0, 0.7, 1, 2.5).reshape(1, 7)
    shape = (3, 4)
    cases = []
    for values in (
        lambda: {"dy": numbers(5).reshape(1, 1), "z": numbers(2).reshape(1, 1)},
        lambda: {"dy": numbers(5, 7, -3).reshape(1, 3), "z": numbers(-3, 0.5, 0).reshape(1, 3)},
        lambda: {"dy": numbers(5, 7, 11, -3, 2, 4, -6).reshape(1, 7), "z": around},
        lambda: {"dy": numbers(0.5, 0.25).reshape(2, 1), "z": np.array([[1], [-2]])},
        lambda: {"dy": rng.normal(size=shape) + 2, "z": 2 * rng.normal(size=shape)},
        lambda: {"dy": numbers(1, 2, 3, 4).reshape(2, 2), "z": numbers(-800, 800, 30, -30).reshape(2, 2)},
    ):
        cases += [{"name": name, **values()} for name in NAMES]
    for name in NAMES:
        cases += in_other_layouts({"name": name, "dy": rng.normal(size=shape) + 2, "z": rng.normal(size=shape)})
    return cases


def only(changed: str, slope: Callable[[Array], Array]) -> Callable[..., Array]:
    """activation_backward with another slope for one activation."""

    def slipped(name: str, dy: Array, z: Array) -> Array:
        return dy * slope(z) if name == changed else activation_backward(name, dy, z)

    return slipped


def squash(z: Array) -> Array:
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1) / (1 + e)


def relu_by_dy(name: str, dy: Array, z: Array) -> Array:
    return dy * (dy > 0) if name == "relu" else activation_backward(name, dy, z)


def slope_alone(name: str, dy: Array, z: Array) -> Array:
    return activation_backward(name, np.ones(dy.shape), z)


def value_for_slope(name: str, dy: Array, z: Array) -> Array:
    values: dict[str, Callable[[Array], Array]] = {
        "sigmoid": squash,
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0),
        "hardtanh": lambda z: np.clip(z, -1, 1),
    }
    return dy * values[name](z)


def naive(name: str, dy: Array, z: Array) -> Array:
    return dy * np.exp(z) / (1 + np.exp(z)) ** 2 if name == "sigmoid" else activation_backward(name, dy, z)


ACTIVATION_BACKWARD = Exercise(
    name="activation_backward",
    parts=dict.fromkeys(NAMES, 1),
    groups={which: lambda name, dy, z, which=which: name == which for which in NAMES},
    reference=activation_backward,
    cases=activation_cases,
    features=LAYOUTS,
    hints=(
        "Each entry of z feeds one entry of the output. So nothing is summed: one local derivative for each entry.",
        "Sigmoid and tanh know their slope from their own output; ReLU and hard tanh let dy through, or stop it. "
        "Mind exp of a large number.",
        "(3.11)  dz = dy · φ'(z), entry by entry:  y (1 - y);  1 - y²;  1 where z > 0;  1 where -1 <= z <= 1",
    ),
    after=(("before you start", "relu: 0 at z = -3, 7 at z = 0.5, and 0 at the kink"),),
    slips=(
        Slip(
            "slope of the slope's input",
            "z (1 - z) for the sigmoid. The formula wants its output y = σ(z).",
            only("sigmoid", lambda z: z * (1 - z)),
        ),
        Slip(
            "tanh: 1 - z squared",
            "1 - z² for tanh. The formula wants its output y = tanh z.",
            only("tanh", lambda z: 1 - z**2),
        ),
        Slip("tanh: square forgotten", "1 - y for tanh. The slope is 1 - y².", only("tanh", lambda z: 1 - np.tanh(z))),
        Slip(
            "sigmoid: 1 - y squared",
            "1 - y² for the sigmoid. That is the slope of tanh; the sigmoid has y (1 - y).",
            only("sigmoid", lambda z: 1 - squash(z) ** 2),
        ),
        Slip(
            "relu looks at dy",
            "dy where dy is positive. The gate was set by z on the way forward: dy may have any sign.",
            relu_by_dy,
        ),
        Slip(
            "relu open at 0",
            "dy let through at z = 0 as well. The table has z > 0: at the kink the slope is taken as 0.",
            only("relu", lambda z: z >= 0),
        ),
        Slip(
            "hard tanh closed at its corners",
            "dy stopped at z = -1 and z = 1. Lee's table copies for z in [-1, 1], the ends included.",
            only("hardtanh", lambda z: np.abs(z) < 1),
        ),
        Slip(
            "hard tanh as ReLU",
            "dy let through for all z above -1. Hard tanh is flat on either side.",
            only("hardtanh", lambda z: z >= -1),
        ),
        Slip("dy forgotten", "the slopes alone. The chain rule multiplies them by dy.", slope_alone),
        Slip(
            "value for slope",
            "dy times the activation's value. On the way back it is the slope that counts.",
            value_for_slope,
        ),
        Slip(
            "sigmoid overflows",
            "exp(z) over (1 + exp(z))²: that is ∞ / ∞ for large z. Use exp(-|z|), which is never above 1: the slope "
            "is the same at z and -z.",
            naive,
        ),
    ),
)


def vjp(J: Array, dy: Array) -> Array:
    return J.T @ dy


def vjp_cases(rng: Rng) -> list[Inputs]:
    random = {"J": rng.normal(size=(3, 5)), "dy": rng.normal(size=3)}
    return [
        {"J": numbers(2, 3).reshape(1, 2), "dy": numbers(5)},
        {"J": numbers(2, 3, 0, 1, 4, -1).reshape(3, 2), "dy": numbers(5, 7, 1)},
        {"J": numbers(12, 4, 5, -1).reshape(2, 2), "dy": numbers(1, 10)},
        {"J": np.array([[2, 4], [1, 3], [5, 0]]), "dy": numbers(0.5, 0.25, -0.5)},
        random,
        *in_other_layouts(random),
    ]


VJP = Exercise(
    name="vjp",
    parts={"dx": 1},
    reference=vjp,
    cases=vjp_cases,
    features=LAYOUTS,
    # feeds=("dx[d] += dy[j] J[j, d]",)
    feeds=(("dy", "J"),),
    hints=(
        "Which outputs does input d reach, and how strongly? That is a column of J.",
        "Input d hears from every output j: dy[j] times J[j, d]. So the sum runs over the rows.",
        "(3.10)  dx[d] = sum_j dy[j] J[j, d],  that is dx = Jᵀ dy",
    ),
    after=(("before you start", "(D,): one slope for each input"),),
    slips=(
        Slip(
            "J not transposed",
            "J dy: it runs forwards, from inputs to outputs. Only a square J lets you. Backwards it is Jᵀ dy.",
            lambda J, dy: J @ dy,
        ),
        Slip(
            "not summed",
            "the products, not yet added up. Input d hears from all outputs: sum over the rows.",
            lambda J, dy: J * dy[:, None],
        ),
        Slip("dy forgotten", "the sums of J's columns: every dy is taken as 1.", lambda J, dy: J.sum(axis=0)),
        Slip(
            "summed over the inputs",
            "a number for each output. dx has one for each input: sum over the rows of J.",
            lambda J, dy: (J * dy[:, None]).sum(axis=1),
        ),
    ),
)


# ---------------------------------------------------------------- downhill


def descend(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
    path, v = [np.array(x, dtype=float)], np.zeros(np.shape(x))
    for _ in range(steps):
        v = momentum * v + grad(path[-1])
        path.append(path[-1] - rate * v)
    return np.array(path)


def round_bowl(x: Array) -> Array:
    return 2 * x


def long_bowl(x: Array) -> Array:
    return np.array([2.0, 8.0]) * x


def ripples(x: Array) -> Array:
    return x + np.sin(3 * x)


def descend_cases(rng: Rng) -> list[Inputs]:
    a_round, a_long, rippled = given(round_bowl), given(long_bowl), given(ripples)
    start = rng.normal(size=3) + 2
    return [
        {"grad": a_round, "x": numbers(1), "rate": 0.25},
        {"grad": a_long, "x": numbers(1, 1), "rate": 0.125},
        {"grad": a_long, "x": numbers(1, 1), "rate": 0.125, "steps": 3},
        {"grad": a_long, "x": np.array([4, 1]), "rate": 0.1, "steps": 2},
        {"grad": rippled, "x": start, "rate": 0.2, "steps": 5},
        {"grad": a_round, "x": numbers(1), "rate": 0.25, "momentum": 0.5, "steps": 2},
        {"grad": a_round, "x": numbers(1), "rate": 0.25, "momentum": 0.5, "steps": 3},
        {"grad": rippled, "x": start, "rate": 0.1, "momentum": 0.9, "steps": 6},
    ]


def descend_with(move: Callable[..., tuple[Any, Any]], whole: bool = True, anew: bool = True) -> Callable[..., Array]:
    """descend with another rule (x, v, g, rate, momentum) -> (x, v), without its start, or with one slope."""

    def slipped(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
        path, v = [np.array(x, dtype=float)], np.zeros(np.shape(x))
        for _ in range(steps):
            now, v = move(path[-1], v, grad(path[-1] if anew else path[0]), rate, momentum)
            path.append(now)
        return np.array(path if whole else path[1:])

    return slipped


def downhill(x: Array, v: Array, g: Array, rate: float, momentum: float) -> tuple[Array, Array]:
    v = momentum * v + g
    return x - rate * v, v


def same_array(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
    last = descend(grad, x, rate, momentum, steps)[-1]
    return np.array([last] * (steps + 1))


def last_only(grad: Callable[[Array], Array], x: Array, rate: float, momentum: float = 0.0, steps: int = 1) -> Array:
    return np.array(descend(grad, x, rate, momentum, steps)[-1])


DESCEND = Exercise(
    name="descend",
    parts={"plain": 1, "momentum": 2},
    groups={
        "plain": lambda momentum=0.0, **rest: momentum == 0,
        "momentum": lambda momentum=0.0, **rest: momentum != 0,
    },
    reference=descend,
    cases=descend_cases,
    features={"an x of whole numbers": lambda x, **rest: x.dtype.kind == "i"},
    hints=(
        "One step: ask grad where you stand, and walk against it. Then ask again: you stand elsewhere.",
        "Keep a velocity v, which starts at 0. Each step keeps `momentum` of it and adds the new slope; x moves by "
        "rate times v.",
        "(3.14)  v <- momentum v + grad(x),  x <- x - rate v;  collect x after every step, the start first",
    ),
    after=(("before you start", "1 - 0.25 · 2 = 0.5, then 0.25: half of what is left, every time"),),
    slips=(
        Slip(
            "uphill",
            "the way up. The slope points uphill, so the step goes against it.",
            descend_with(lambda x, v, g, rate, momentum: (x + rate * (momentum * v + g), momentum * v + g)),
        ),
        Slip(
            "start left out",
            "all places but the first. The path begins where you stand: steps + 1 rows.",
            descend_with(downhill, whole=False),
        ),
        Slip("last place only", "the last place alone. The whole path is asked for, a row for each place.", last_only),
        Slip(
            "one array, many times",
            "the last place in every row: x -= ... changes the one array that every entry of your list is. Make a "
            "new one, x = x - ..., or append a copy.",
            same_array,
        ),
        Slip(
            "slope asked once",
            "steps along the first slope. Ask grad again where you stand now.",
            descend_with(downhill, anew=False),
        ),
        Slip(
            "no momentum",
            "steps without momentum. Keep v from step to step, and momentum times it.",
            descend_with(lambda x, v, g, rate, momentum: (x - rate * g, v)),
        ),
        Slip(
            "v not kept",
            "steps whose velocity is never stored: v is 0 again in every step, or momentum times the slope.",
            descend_with(lambda x, v, g, rate, momentum: (x - rate * (1 + momentum) * g, v)),
        ),
        Slip(
            "new slope scaled down",
            "a mean of old and new, momentum v + (1 - momentum) slope. (3.14) adds the whole new slope.",
            descend_with(
                lambda x, v, g, rate, momentum: (
                    x - rate * (momentum * v + (1 - momentum) * g),
                    momentum * v + (1 - momentum) * g,
                )
            ),
        ),
        Slip(
            "old velocity used",
            "steps along the velocity before it was brought up to date: the first step stands still. Update v first.",
            descend_with(lambda x, v, g, rate, momentum: (x - rate * v, momentum * v + g)),
        ),
    ),
)


# ---------------------------------------------------------------- a score by the pixels


def pixel_gradient(
    x: Array,
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    j: int,
    linear_backward: Callable[..., tuple[Array, Array, Array]],
    activation_backward: Callable[..., Array],
) -> Array:
    z = x @ w1.T + b1
    a = np.tanh(z)
    dy = np.zeros((len(x), len(w2)))
    dy[:, j] = 1
    da, _, _ = linear_backward(dy, a, w2)
    dz = activation_backward("tanh", da, z)
    dx, _, _ = linear_backward(dz, x, w1)
    return dx


def pixel_cases(rng: Rng) -> list[Inputs]:
    functions = {"linear_backward": given(linear_backward), "activation_backward": given(activation_backward)}

    def case(N: int, D: int, hidden: int, M: int, j: int) -> Inputs:
        return {
            "x": rng.normal(size=(N, D)),
            "w1": rng.normal(size=(hidden, D)),
            "b1": rng.normal(size=hidden),
            "w2": rng.normal(size=(M, hidden)),
            "b2": rng.normal(size=M),
            "j": j,
            **functions,
        }

    small = {
        "x": numbers(1, 0).reshape(1, 2),
        "w1": numbers(1, 2).reshape(1, 2),
        "b1": numbers(0),
        "w2": numbers(3, 5).reshape(2, 1),
        "b2": numbers(0, 0),
        "j": 1,
        **functions,
    }
    return [small, case(1, 3, 2, 2, 0), case(4, 5, 3, 2, 1), case(2, 2, 4, 6, 5)]


def pixel_with(
    pull: Callable[..., Any] | None = None, slope_at: Callable[[Array], Array] | None = None, bias: bool = True
) -> Callable[..., Array]:
    """pixel_gradient with another dy, with the slope of tanh taken elsewhere, or without the first bias."""

    def slipped(
        x: Array, w1: Array, b1: Array, w2: Array, b2: Array, j: int, linear_backward: Any, activation_backward: Any
    ) -> Array:
        z = x @ w1.T + bias * b1
        dy = np.zeros((len(x), len(w2)))
        dy[:, j] = 1
        if pull:
            dy = pull(np.tanh(z) @ w2.T + b2, j)
        da = linear_backward(dy, np.tanh(z), w2)[0]
        dz = activation_backward("tanh", da, slope_at(z)) if slope_at else da
        dx: Array = linear_backward(dz, x, w1)[0]
        return dx

    return slipped


PIXEL_GRADIENT = Exercise(
    name="pixel_gradient",
    parts={"dx": 2},
    reference=pixel_gradient,
    cases=pixel_cases,
    hints=(
        "Forward first: z, then a. Which dy says “I ask for score j, and for no other”?",
        "dy is 1 in column j and 0 elsewhere. Send it through the second layer, through tanh, through the first layer.",
        "(3.13)  da = dy w2,  dz = da · φ'(z),  dx = dz w1: linear_backward, activation_backward, linear_backward",
    ),
    after=(("before you start", "1 in column j, 0 in all others, for every example"),),
    slips=(
        Slip(
            "all scores at once",
            "the slope of the sum of all scores. Only score j is asked for: dy is 0 for the others.",
            pixel_with(lambda y, j: np.ones(y.shape), lambda z: z),
        ),
        Slip(
            "the score for its slope",
            "score j times the slope. dy is the slope of what you ask for by the scores: 1 for score j.",
            pixel_with(lambda y, j: y * (np.arange(y.shape[1]) == j), lambda z: z),
        ),
        Slip(
            "activation left out",
            "the way back without the activation: the two weight matrices alone. tanh has a slope at every z.",
            pixel_with(),
        ),
        Slip(
            "slope at a",
            "the way back with the slope of tanh taken at its output a. activation_backward wants z, what went in.",
            pixel_with(slope_at=np.tanh),
        ),
        Slip(
            "bias forgotten",
            "the slope for a z without b1. A bias has no part in dx by itself, but it says where on the curve of "
            "tanh you stand.",
            pixel_with(slope_at=lambda z: z, bias=False),
        ),
    ),
)


# ---------------------------------------------------------------- polls

POLL_ROUTES = poll(
    "poll_routes",
    options={
        "A": (True, "each path picks one node of each layer: 3 · 4 · 2."),
        "B": (False, "9 is the number of nodes in the layers. A path picks one of each layer: multiply."),
        "C": (True, "3 + 3 · 4 + 4 · 2 + 2 = 25, each once."),
        "D": (False, "the paths are four times as many, 96; the edges are 3 + 12 + 8 + 2 · 4 + 4 = 35."),
    },
    hints=(
        "Draw the layers as columns of dots. How many choices does a path have in each column?",
        "Choices multiply. Edges between two neighbouring layers: each node of one with each of the other.",
        "Paths: 3 · 4 · 2.  Edges: 1 · 3 + 3 · 4 + 4 · 2 + 2 · 1",
    ),
)

POLL_TRAFFIC = poll(
    "poll_traffic",
    options={
        "A": (True, "its local derivatives are 1 and 1."),
        "B": (False, "it is the other one's value: ∂(u v)/∂u = v."),
        "C": (True, "the larger one passes with 1; a small nudge of the other changes nothing: 0."),
        "D": (False, "what its children send is added up. Nothing is divided."),
    },
    hints=(
        "Write down the local derivatives of u + v, of u · v and of max(u, v).",
        "An edge multiplies what comes from above by its local derivative. Where edges leave one node, what comes "
        "back adds.",
        "(3.6)  du = sum over the edges (u, v) of s(u, v) dv",
    ),
)

POLL_BUG_HUNT = poll(
    "poll_bug_hunt",
    options={
        "A": (
            True,
            "ds is 6: the road over p alone, written over the 9 that came straight from o. All that follows is too "
            "small.",
        ),
        "B": (True, "dp is 9, the value of p itself; the edge from p to o has the local derivative s = 6."),
        "C": (False, "then every slope would be doubled: dp = 12 and ds = 30. dp is doubled, ds is not."),
        "D": (True, "ds and dp are right, but db is 3 · 9: s sent on the 9 before the 6 over p had come."),
        "E": (
            True,
            "dp = 6 + 6, and what stood in ds from the first time is sent on once more: more than twice as much.",
        ),
        "F": (
            False,
            "differences of numbers near 54 keep 15 digits or so: with h = 1e-13 that leaves two. It is rounding.",
        ),
    },
    hints=(
        "Start at the output: dp is the first slope on the way back. In which program is it wrong already?",
        "Then ds = 9 + 6: 9 straight from o, 6 over p. Which programs have 15? What did they send on to b?",
        "db = 3 · ds. In P db is 3 · 6, in S it is 3 · 9; ds in R is 15 + 9 + 12",
    ),
)

EXERCISES = (
    PATH_SUM,
    CENTRAL_DIFFERENCE,
    RELATIVE_ERROR,
    COUNT_PATHS,
    POLL_ROUTES,
    GRAPH_GRADIENTS,
    POLL_TRAFFIC,
    POLL_BUG_HUNT,
    VJP,
    ACTIVATION_BACKWARD,
    LINEAR_BACKWARD,
    PIXEL_GRADIENT,
    DESCEND,
)
