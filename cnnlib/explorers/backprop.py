"""The explorers of lecture 03: descent on a bowl, the gradient by depth, and a graph that is walked back by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.activations import hardtanh, relu, sigmoid, tanh
from cnnlib.arguments import Array, Pullback
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Mark, arrows, axis, bars, contours, grid, handle, line, plot, points
from cnnlib.explorers.widget import Explorer, Knobs, count
from cnnlib.graph import Graph, cosine, edges, larger, plus, sine, square, times

# ---------------------------------------------------------------- descent on a bowl

X, Y = axis("x", -2, 2), axis("y", -2, 2)
MOST_STEPS = 60
RINGS = np.array([0.05, 0.25, 0.6, 1.1, 1.6, 2.2]) ** 2
STEPS, DISTANCE = axis("step", 0, MOST_STEPS), axis("size, as a power of 10", -7, 2)
FAR = 1e6  # where a walk that flies off is given up


def descent_view(start: Any, rate: float, steepness: float, momentum: float, steps: int, newton: bool) -> Frame:
    """The frame of a walk downhill on x² + steepness y².

    Args:
        start: x and y.
        rate, momentum: of (3.14), v <- momentum v + slope, place <- place - rate v.
        steps: how many.
        newton: whether a Newton step follows them, place <- place - slope / curvature.

    Raises:
        TypeError, ValueError: steps is not a whole number from 0 to 60.
    """
    curvature = np.array([2.0, 2.0 * steepness])
    path, v = [np.array(start, float)], np.zeros(2)
    for _ in range(count("steps", steps, 0, MOST_STEPS)):
        v = momentum * v + curvature * path[-1]
        path.append(np.clip(path[-1] - rate * v, -FAR, FAR))
    places, slope = np.array(path), curvature * path[-1]
    seen = (np.abs(places) <= 2).all(1)
    shown = np.where(np.abs(places) <= 4, places, np.nan)
    surface = (curvature / 2 * grid(X, Y) ** 2).sum(-1)
    marks: list[Mark] = [
        *contours(surface, X, Y, (RINGS * max(1.0, steepness / 2)).tolist()),
        line(shown, name="path", hue=1),
        points(places[seen], classes=[1], texts=[told(n, path[n]) for n in np.flatnonzero(seen)]),
    ]
    if newton and seen[-1]:
        marks.append(arrows([path[-1]], [[0, 0]], name="Newton's step", hue=2))
    marks.append(handle(start, f"start ({start[0]:g}, {start[1]:g})", drag="start"))
    each = np.arange(len(path))
    small = np.log10(np.maximum(np.abs(places), 1e-9))
    curves = [line(np.column_stack([each, small[:, k]]), name=f"|{name}|", hue=k) for k, name in enumerate("xy")]
    lines = [update(name, places[-1][k], slope[k], v[k], rate, momentum) for k, name in enumerate("xy")]
    lines += [verdict(name, 1 - rate * curvature[k]) for k, name in enumerate("xy") if not momentum]
    if newton:
        lines.append(f"Newton: x − {slope[0]:.3g}/2 = 0, y − {slope[1]:.3g}/{curvature[1]:g} = 0: at the bottom")
    away = float(np.hypot(*places[-1]))
    bowl = "x² + y²" if steepness == 1 else f"x² + {steepness:g} y²"
    return {
        "panels": [
            plot("bowl", f"ℓ = {bowl} from above", X, Y, marks),
            plot("sizes", "how far from the bottom, x and y apart", STEPS, DISTANCE, curves),
            text("update", "the next step", lines),
        ],
        "layout": [{"title": "", "rows": [["bowl", "sizes"]]}, {"title": "", "rows": [["update"]]}],
        "caption": f"After {steps} steps {away:.2g} from the bottom." + " Newton's step: 0 from it." * newton,
        "summary": f"descent_explorer: {bowl}, rate {rate:g}, momentum {momentum:g}: after {steps} steps "
        f"{away:.2g} from the bottom",
        "finished": steps >= MOST_STEPS or newton,
    }


def told(n: Any, place: Array) -> str:
    return f"after {n} steps: ({place[0]:.3g}, {place[1]:.3g})"


def update(name: str, place: float, slope: float, v: float, rate: float, momentum: float) -> str:
    kept = f"({momentum:g}·{v:.3g} + {slope:.3g})" if momentum else f"{slope:.3g}"
    return f"{name} ← {place:.3g} − {rate:g}·{kept} = {place - rate * (momentum * v + slope):.3g}".replace("-", "−")


def verdict(name: str, factor: float) -> str:
    """What a step does to x or y, from the factor by which it multiplies it."""
    if abs(factor) > 1 + 1e-9:
        says = "it flies off"
    elif abs(factor) > 1 - 1e-9:
        says = "it never gets nearer"
    elif factor < -1e-9:
        says = "it jumps across, and comes nearer"
    else:
        says = "it comes nearer" if factor > 1e-9 else "one step is enough"
    return f"each step: {name} times {factor:.3g}: {says}".replace("-", "−")


def descent_explorer(start: Any = (-1.8, 1.6), rate: float = 0.22, steepness: float = 4, steps: int = 12) -> Explorer:
    """Descent on a bowl: drag the start, choose rate, steepness and momentum, step, or take one Newton step."""
    controls: list[Control] = [
        {"kind": "range", "name": "rate", "label": "rate η", "min": 0, "max": 1.1, "step": 0.01},
        {"kind": "range", "name": "steepness", "label": "y steeper by", "min": 1, "max": 25, "step": 1},
        {"kind": "range", "name": "momentum", "label": "momentum μ", "min": 0, "max": 0.95, "step": 0.05},
        {"kind": "play", "action": "step", "label": "descend"},
        {"kind": "button", "action": "newton", "label": "one Newton step"},
        {"kind": "button", "action": "restart", "label": "restart"},
    ]
    actions: dict[str, Callable[..., Knobs]] = {
        "step": lambda knobs: {"steps": min(knobs["steps"] + 1, MOST_STEPS), "newton": False},
        "newton": lambda knobs: {"newton": True},
        "restart": lambda knobs: {"steps": 0, "newton": False},
    }
    knobs = {"rate": rate, "steepness": steepness, "momentum": 0.0, "steps": steps, "newton": False}
    return Explorer(descent_view, controls, actions, start=list(start), **knobs)


# ---------------------------------------------------------------- the gradient by depth

ACTIVATIONS: dict[str, Callable[[Array], tuple[Array, Pullback]]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "ReLU": relu,
    "hard tanh": hardtanh,
}
WIDTH, BATCH = 64, 32
SCALES = {"0.01": 0.01, "1/√n": WIDTH**-0.5, "√(2/n)": (2 / WIDTH) ** 0.5, "1": 1.0}
MOST_LAYERS = 50
TALLEST = 2.0


def sizes_by_layer(layers: int, activation: str, scale: str) -> Array:
    """rms of the slope by each layer's input, the lowest first, for a random slope of size 1 on top: (layers + 1,)."""
    rng, pullbacks = np.random.default_rng(0), []
    x = rng.standard_normal((BATCH, WIDTH))
    for _ in range(layers):
        w = SCALES[scale] * rng.standard_normal((WIDTH, WIDTH))
        x, pullback = ACTIVATIONS[activation](x @ w.T)
        pullbacks.append((pullback, w))
    dx = rng.standard_normal(x.shape)
    dx /= np.sqrt(np.mean(dx**2))
    sizes = [1.0]
    for pullback, w in reversed(pullbacks):
        dx = pullback(dx) @ w
        sizes.append(float(np.sqrt(np.mean(dx**2))))
    return np.array(sizes[::-1])


def depth_view(layers: int, activation: str, scale: str) -> Frame:
    """The frame of a network of so many layers: what is left of the gradient at each of them.

    Raises:
        TypeError, ValueError: layers is not a whole number from 1 to 50, or there is no such activation or scale.
    """
    layers = count("layers", layers, 1, MOST_LAYERS)
    if activation not in ACTIVATIONS or scale not in SCALES:
        raise ValueError(f"choose one of {', '.join(ACTIVATIONS)}, and of {', '.join(SCALES)}")
    sizes = sizes_by_layer(layers, activation, scale)
    each, powers = np.arange(layers + 1), np.log10(np.maximum(sizes, 1e-300))
    texts = [f"at layer {n}: {size:.2g}" for n, size in enumerate(sizes)]
    low, high = min(-2.0, float(powers.min()) - 0.5), max(2.0, float(powers.max()) + 0.5)
    where = axis("layer", -0.6, layers + 0.6)
    columns = bars(each, np.minimum(sizes, TALLEST), texts=texts)
    factor = float((sizes[0] / sizes[-1]) ** (1 / layers))
    return {
        "panels": [
            plot("bars", "size of the gradient", where, axis("rms", 0, TALLEST), [columns], size=(300, 220)),
            plot(
                "powers",
                "the same, as powers of 10",
                where,
                axis("power of 10", low, high),
                [
                    line([[0, 0], [layers, 0]], thin=True),
                    points(np.column_stack([each, powers]), classes=[1], texts=texts),
                ],
                size=(300, 220),
            ),
        ],
        "layout": [{"title": "", "rows": [["bars", "powers"]]}],
        "caption": f"A slope of size 1 enters on top, at layer {layers}. At layer 0 {sizes[0]:.2g} arrives: "
        f"times {factor:.2g} a layer on average.",
        "summary": f"depth_explorer: {layers} layers, {activation}, weights of size {scale}: "
        f"{sizes[0]:.1e} arrives at layer 0",
    }


def depth_explorer(layers: int = 20, activation: str = "sigmoid", scale: str = "1/√n") -> Explorer:
    """The size of the gradient at each layer: choose the depth, the activation and the size of the first weights."""
    controls: list[Control] = [
        {
            "kind": "presets",
            "label": "see",
            "options": {
                "20 sigmoid layers": {"layers": 20, "activation": "sigmoid", "scale": "1/√n"},
                "ReLU with √(2/n)": {"layers": 20, "activation": "ReLU", "scale": "√(2/n)"},
                "ReLU with 1": {"layers": 20, "activation": "ReLU", "scale": "1"},
                "tanh with 1/√n": {"layers": 20, "activation": "tanh", "scale": "1/√n"},
            },
        },
        {"kind": "range", "name": "layers", "label": "layers", "min": 1, "max": MOST_LAYERS},
        {"kind": "choice", "name": "activation", "label": "activation", "options": list(ACTIVATIONS)},
        {"kind": "choice", "name": "scale", "label": f"size of the weights, n = {WIDTH}", "options": list(SCALES)},
    ]
    return Explorer(depth_view, controls, layers=layers, activation=activation, scale=scale)


# ---------------------------------------------------------------- a graph, walked back by hand


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
        build({"w": 1}, {"y": (square, "w"), "p": (sine, "y"), "q": (cosine, "y"), "o": (plus, "p", "q")}),
        {"w": (0, 1), "y": (1.7, 1), "p": (3.4, 2), "q": (3.4, 0), "o": (5, 1)},
    ),
    "o = p s, p = s + a, s = a b": (
        build({"a": 3, "b": 2}, {"s": (times, "a", "b"), "p": (plus, "s", "a"), "o": (times, "p", "s")}),
        {"a": (0, 2), "b": (0, 0), "s": (1.7, 0.6), "p": (3.4, 2), "o": (5, 0.6)},
    ),
    "o = r g + max(p, q)": (
        build(
            {"r": 3, "g": -4, "p": 2, "q": -1},
            {"s": (times, "r", "g"), "m": (larger, "p", "q"), "o": (plus, "s", "m")},
        ),
        {"r": (0, 2.2), "g": (0, 1.4), "p": (0, 0.6), "q": (0, -0.2), "s": (2.5, 1.8), "m": (2.5, 0.2), "o": (5, 1)},
    ),
}
ACROSS = axis("values go forward →", -0.3, 6, ticks={"inputs": 0, "output": 5}, step=0.25)
UP = axis("", -0.6, 2.6, ticks={"": 1}, step=0.25)
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
    """Walk back the edge that was clicked on."""
    graph, places = GRAPHS[knobs["which"]]
    ends = np.array([(places[parent], places[child]) for parent, child, _ in arrows_back(graph)], float)
    along = ends[:, 1] - ends[:, 0]
    share = np.clip(((np.array(at) - ends[:, 0]) * along).sum(1) / (along**2).sum(1), 0, 1)
    away = np.linalg.norm(ends[:, 0] + share[:, None] * along - at, axis=1)
    if away.min() > NEAR:
        raise ValueError("click on an arrow: the slope at its head goes back along it")
    return send(knobs, int(away.argmin()))


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
    slopes, marks = slopes_so_far(graph, walk), []
    for number, (parent, child, s) in enumerate(order):
        tail, head = np.array(places[parent], float), np.array(places[child], float)
        reach = 0.22 * (head - tail) / np.linalg.norm(head - tail)
        ends = (head - reach, tail + reach) if number in walk else (tail + reach, head - reach)
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
        "caption": "Click on an arrow: the slope at its head goes back along it, times the local derivative.",
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
