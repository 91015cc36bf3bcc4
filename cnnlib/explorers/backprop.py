"""Two explorers of lecture 03: descent on a bowl, and the gradient by depth."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.activations import hardtanh, relu, sigmoid, tanh
from cnnlib.arguments import Array, Pullback
from cnnlib.descent import bowl, descend, gradient_sizes
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Mark, arrows, axis, bars, contours, grid, handle, line, plot, points
from cnnlib.explorers.widget import Explorer, Knobs, count

# ---------------------------------------------------------------- descent on a bowl

X, Y = axis("x", -2, 2), axis("y", -2, 2)
MOST_STEPS = 60
RINGS = np.array([0.05, 0.25, 0.6, 1.1, 1.6, 2.2]) ** 2
STEPS, DISTANCE = axis("step", 0, MOST_STEPS), axis("size, as a power of 10", -7, 2)


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
    curvature = (2.0, 2.0 * steepness)
    path = descend(
        lambda x: bowl(x, curvature)[1](),
        np.array(start, float),
        rate=rate,
        momentum=momentum,
        steps=count("steps", steps, 0, MOST_STEPS),
    )
    slope, v = np.array(curvature) * path[-1], (path[-2] - path[-1]) / rate if steps and rate else np.zeros(2)
    seen = np.abs(path).max(1) <= 2
    shown = np.where(np.abs(path) <= 4, path, np.nan)
    surface = grid(X, Y) ** 2 @ np.array(curvature) / 2
    marks: list[Mark] = [
        *contours(surface, X, Y, (RINGS * max(1.0, steepness / 2)).tolist()),
        line(shown, name="path", hue=1),
        points(path[seen], classes=[1], texts=[told(n, path[n]) for n in np.flatnonzero(seen)]),
    ]
    if newton and np.abs(path[-1]).max() <= 2:
        marks.append(arrows([path[-1]], [[0, 0]], name="Newton's step", hue=2))
    marks.append(handle(start, f"start ({start[0]:g}, {start[1]:g})", drag="start"))
    each = np.arange(len(path))
    small = np.log10(np.maximum(np.abs(path), 1e-9))
    curves = [line(np.column_stack([each, small[:, k]]), name=f"|{name}|", hue=k) for k, name in enumerate("xy")]
    lines = [update(name, path[-1][k], slope[k], v[k], rate, momentum) for k, name in enumerate("xy")]
    lines += [verdict(name, 1 - rate * curvature[k]) for k, name in enumerate("xy") if not momentum]
    if newton:
        lines.append(f"Newton: x − {slope[0]:.3g}/2 = 0, y − {slope[1]:.3g}/{curvature[1]:g} = 0: at the bottom")
    away = float(np.hypot(*path[-1]))
    shape = "x² + y²" if steepness == 1 else f"x² + {steepness:g} y²"
    return {
        "panels": [
            plot("bowl", f"ℓ = {shape} from above", X, Y, marks),
            plot("sizes", "how far from the bottom, x and y apart", STEPS, DISTANCE, curves),
            text("update", "the next step", lines),
        ],
        "layout": [{"title": "", "rows": [["bowl", "sizes"]]}, {"title": "", "rows": [["update"]]}],
        "caption": f"After {steps} steps {away:.2g} from the bottom." + " Newton's step: 0 from it." * newton,
        "summary": f"descent_explorer: {shape}, rate {rate:g}, momentum {momentum:g}: after {steps} steps "
        f"{away:.2g} from the bottom",
        "finished": steps >= MOST_STEPS or newton,
    }


def told(n: Any, place: Array) -> str:
    return f"after {n} steps: ({place[0]:.3g}, {place[1]:.3g})"


def update(name: str, place: float, slope: float, v: float, rate: float, momentum: float) -> str:
    kept = f"({momentum:g}·{v:.3g} + {slope:.3g})" if momentum else f"({slope:.3g})" if slope < 0 else f"{slope:.3g}"
    return f"{name} ← {place:.3g} − {rate:g}·{kept} = {place - rate * (momentum * v + slope):.3g}".replace(
        "-", "−"
    ).replace("+ −", "− ")


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
WIDTH = 64
SCALES = {"0.01": 0.01, "1/√D": WIDTH**-0.5, "√(2/D)": (2 / WIDTH) ** 0.5, "1": 1.0}
MOST_LAYERS = 50
TALLEST = 2.0


def depth_view(layers: int, activation: str, scale: str) -> Frame:
    """The frame of a network of so many layers: what is left of the gradient at each of them.

    Raises:
        TypeError, ValueError: layers is not a whole number from 1 to 50, or there is no such activation or scale.
    """
    layers = count("layers", layers, 1, MOST_LAYERS)
    if activation not in ACTIVATIONS or scale not in SCALES:
        raise ValueError(f"choose one of {', '.join(ACTIVATIONS)}, and of {', '.join(SCALES)}")
    sizes = gradient_sizes(ACTIVATIONS[activation], SCALES[scale], depth=layers, width=WIDTH)
    sizes /= sizes[-1]
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


def depth_explorer(layers: int = 20, activation: str = "sigmoid", scale: str = "1/√D") -> Explorer:
    """The size of the gradient at each layer: choose the depth, the activation and the size of the first weights."""
    controls: list[Control] = [
        {
            "kind": "presets",
            "label": "see",
            "options": {
                "20 sigmoid layers": {"layers": 20, "activation": "sigmoid", "scale": "1/√D"},
                "ReLU with √(2/D)": {"layers": 20, "activation": "ReLU", "scale": "√(2/D)"},
                "ReLU with 1": {"layers": 20, "activation": "ReLU", "scale": "1"},
                "tanh with 1/√D": {"layers": 20, "activation": "tanh", "scale": "1/√D"},
            },
        },
        {"kind": "range", "name": "layers", "label": "layers", "min": 1, "max": MOST_LAYERS},
        {"kind": "choice", "name": "activation", "label": "activation", "options": list(ACTIVATIONS)},
        {"kind": "choice", "name": "scale", "label": f"size of the weights, D = {WIDTH}", "options": list(SCALES)},
    ]
    return Explorer(depth_view, controls, layers=layers, activation=activation, scale=scale)
