"""The perceptron explorer of lecture 01: points, a line between them, and the next step of the learning rule."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import clouds, gate
from cnnlib.explorers import plots
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, cells, text
from cnnlib.explorers.plots import Axis, Mark, Plot, arrows, axis, grid, handle, heat, plot
from cnnlib.explorers.traits import Knob, Values
from cnnlib.explorers.widget import Action, Explorer, Knobs, rows
from cnnlib.perceptron import perceptron_step, threshold_unit

MOST = 200  # points
FAR = 1000.0  # beyond every frame
ZERO: Knobs = {"w": [0.0, 0.0], "b": 0.0, "turn": 0, "mistakes": 0}


def view(points: Any, w: Any, b: Any, turn: int, mistakes: int, adds: str, reach: Any) -> Frame:
    """The frame of the perceptron explorer.

    Args:
        points: rows x[0], x[1], t, with t -1 or +1; as many as 200, or none.
        w: the weights (2,).
        b: the bias.
        turn: the example whose turn it is.
        mistakes: how many were learned from.
        adds: the class of a point that a click adds, "+1" or "−1".
        reach: the least and the greatest coordinate that are shown.

    Returns:
        a frame, see frames.py, with the panels plane, w, b and step.

    Raises:
        TypeError, ValueError: not numbers, too many, or a target that is neither -1 nor +1.
    """
    x, t = examples(points)
    weights, bias = rows("w", w, 1, 2)[0], rows("b", b, 1, 1).item()
    if len(weights) != 2:
        raise ValueError(f"w must have 2 numbers, got {len(weights)}")
    wrong = np.flatnonzero(threshold_unit(x, weights, bias) != t)
    n = following(wrong, turn)
    step = [f"All {len(x)} points are right: nothing moves."] if n is None else update(x[n], t[n], weights, bias, n)
    count = f"{len(wrong)} of {len(x)} points are wrong. Learned from so far: {mistakes} mistakes."
    return {
        "panels": [
            plane(x, t, weights, bias, wrong, n, *(axis(f"x[{d}]", *map(float, reach)) for d in (0, 1))),
            cells("w", "", weights[None], "weights", edit="w", ndim=1),
            cells("b", "b", np.array([[bias]]), "bias", edit="b", ndim=1),
            text("step", "the next mistake, and its step", [*step, count]),
        ],
        "layout": [{"title": "", "rows": [["plane"]]}, {"title": "", "rows": [["w", "b"], ["step"]]}],
        "caption": "Drag the points (✗: wrong), the tip of w, or the line. A click adds a point, a double click takes "
        "one away.",
        "summary": f"perceptron_explorer: {len(x)} points, {len(wrong)} wrong, "
        f"w = {vector(weights)}, b = {number(bias)}",
        "finished": n is None,
    }


def plane(x: Array, t: Array, w: Array, b: float, wrong: Array, n: int | None, across: Axis, up: Axis) -> Plot:
    """The side where the unit says +1, its line and the arrow w; of the next mistake the ring, t x and the ghost."""
    middle, half = np.mean(across["limits"]), np.ptp(across["limits"]) / 2
    center = np.array([middle, middle])
    side = np.where(grid(across, up, 120) @ w + b > 0, 1.0, -1.0)
    marks: list[Mark] = [heat(side, limits=(-3, 3), palette="RdBu")]
    marks.append(plots.line(border(w, b, center), name="the line: z = 0"))
    marks.append(arrows([(0, 0)], [w], name="w", hue=2))
    if n is not None:
        after, shifted = perceptron_step(w, b, x[n], t[n])
        marks.append(plots.line(border(after, shifted, center), name="the line after the step", dashed=True))
        marks.append(arrows([w], [after], name="t x, added to w", hue=3))
    marks.append(
        plots.points(
            x,
            classes=[int(target > 0) for target in t],
            texts=[
                f"x = {vector(p)}, t = {'+1' if target > 0 else '−1'}, z = {number(float(p @ w + b))}"
                for p, target in zip(x, t, strict=True)
            ],
            labels=["✗" if k in wrong else "" for k in range(len(x))],
            names={"t = −1": 0, "t = +1": 1},
            drag="points",
            remove="points",
        )
    )
    if n is not None:
        marks.append(plots.points([x[n]], look="ring", names={"the next mistake": -1}))
    held = [handle(w, f"the tip of w, {vector(w)}", drag="aim", label="w")]
    held += [handle(foot, f"the line, {vector(foot)}", drag="shift") for foot in border(w, b, center)[1:2]]
    marks += [one for one in held if (np.abs(one["xy"] - center) <= half).all()]
    return plot("plane", "the plane of the inputs", across, up, marks, size=(400, 400), click="add")


def update(x: Array, t: float, w: Array, b: float, n: int) -> list[str]:
    """The step for a mistake, written out as sums."""
    z, (after, shifted) = float(x @ w + b), perceptron_step(w, b, x, t)
    after_z = float(x @ after + shifted)
    terms = " + ".join(f"{factor(a)}·{factor(c)}" for a, c in zip(w, x, strict=True))
    add, bias = "+" if t > 0 else "−", f"{'−' if b < 0 else '+'} {number(abs(b))}"
    return [
        f"Example {n}: x = {vector(x)}, t = {t:+g}".replace("-", "−"),
        f"z = {terms} {bias} = {number(z)}, so y = {'+1' if z > 0 else '−1'}: a mistake",
        f"w {add} x = {vector(w)} {add} {vector(x)} = {vector(after)}",
        f"b {add} 1 = {number(b)} {add} 1 = {number(shifted)}",
        f"t z goes from {number(t * z)} to {number(t * after_z)}: up by |x|² + 1 = {number(float(x @ x) + 1)}",
    ]


def examples(data: Any) -> tuple[Array, Array]:
    """x (N, 2) and t (N,), also of no points at all."""
    table = rows("points", data, MOST, 3) if len(data) else np.empty((0, 3))
    if table.shape[1] != 3:
        raise ValueError(f"points must be rows x[0], x[1], t, got {table.shape[1]} numbers in a row")
    x, t = table[:, :2].copy(), table[:, 2].copy()
    if (np.abs(t) != 1).any():
        raise ValueError(f"t must be -1 or +1, got {t[np.abs(t) != 1][0]:g}")
    return x, t


def following(wrong: Array, turn: int) -> int | None:
    """The first mistake from the example on whose turn it is, going round; None if there is none."""
    return int(wrong[np.searchsorted(wrong, turn) % len(wrong)]) if len(wrong) else None


def border(w: Array, b: float, center: Array) -> Array:
    """Three points of the line, far off, nearest to the center, and far off (3, 2); none where w = 0 has no line."""
    if not w.any():
        return np.empty((0, 2))
    foot, along = center - (center @ w + b) / (w @ w) * w, np.array([-w[1], w[0]]) / np.hypot(*w)
    return foot + np.outer((-FAR, 0, FAR), along)


def number(value: float) -> str:
    """A number without rounding noise, with a true minus sign."""
    return f"{round(float(value), 9) + 0.0:.10g}".replace("-", "−")


def factor(value: float) -> str:
    """A number as a factor: in brackets if it is negative."""
    return f"({number(value)})" if value < 0 else number(value)


def vector(values: Array) -> str:
    return f"({', '.join(map(number, values))})"


# ---------------------------------------------------------------- what the reader does


def learn(knobs: Knobs) -> Knobs:
    """One step of the learning rule, for the next mistake."""
    (x, t), w, b = examples(knobs["points"]), np.array(knobs["w"]), knobs["b"]
    n = following(np.flatnonzero(threshold_unit(x, w, b) != t), knobs["turn"])
    if n is None:
        return {}
    w, b = perceptron_step(w, b, x[n], t[n])
    return {"w": w.tolist(), "b": b, "turn": (n + 1) % len(x), "mistakes": knobs["mistakes"] + 1}


def shift(knobs: Knobs, at: list[float], index: int) -> Knobs:
    """Move the line, without turning it, until it goes through a point."""
    return {"b": -float(np.dot(knobs["w"], at))}


ACTIONS: dict[str, Action] = {
    "learn": learn,
    "from zero": lambda knobs: ZERO,
    "aim": lambda knobs, at, index: {"w": at},
    "shift": shift,
    "add": lambda knobs, at: {"points": [*knobs["points"], [*at, 1.0 if knobs["adds"] == "+1" else -1.0]]},
}


def tables() -> dict[str, Knobs]:
    """What can be learned: two clouds away from the origin, met by a line that is wrong, and gates, from 0."""
    x, t = clouds(24, gap=0.8, seed=3)
    away = np.column_stack([np.round(x + np.array([3, 2]), 1), t]).tolist()
    gates = {name: np.column_stack(gate(name)).tolist() for name in ("AND", "OR", "NAND", "XOR")}
    return {
        "two clouds": {**ZERO, "points": away, "w": [-0.5, 1.5], "b": -2.0, "reach": [-3.0, 7.0]},
        **{name: {**ZERO, "points": table, "reach": [-2.0, 3.0]} for name, table in gates.items()},
    }


class PerceptronExplorer(Explorer):
    """Points, a unit, and the learning rule.

    Attributes:
        points: rows [x[0], x[1], t]; w: an array (2,); b: a number. Assign whole ones to change them.
    """

    points = Knob(lambda name, value: np.asarray(value, float).tolist())
    w = Values("w", lambda name, value: rows(name, value, 1, 2)[0], 1)
    b = Values("b", lambda name, value: rows(name, value, 1, 1).item(), 0)


def perceptron_explorer(x: Any = "two clouds", t: Any = None, *, w: Any = None, b: Any = None) -> PerceptronExplorer:
    """Lecture 01: points of two classes, a unit's line between them, and the learning rule, step by step.

    Args:
        x: points (N, 2), at most 200, or the name of a table: two clouds, AND, OR, NAND or XOR.
        t: their targets (N,), -1 or +1.
        w: weights (2,), and b: the bias, to start from; by default 0, and for two clouds a line that is wrong.

    Returns:
        the explorer, with the attributes points, w and b.

    Raises:
        TypeError, ValueError: not numbers, too many, an unknown name, or a target that is neither -1 nor +1.
    """
    known = tables()
    if isinstance(x, str):
        if x not in known:
            raise ValueError(f"x must be points (N, 2) or one of {', '.join(known)}; got {x!r}")
        knobs = known[x]
    else:
        if np.ndim(x) != 2 or np.shape(t) != np.shape(x)[:1]:
            raise ValueError(f"x must be (N, 2) and t (N,), got {np.shape(x)} and {np.shape(t)}")
        knobs = {**ZERO, "points": np.column_stack([x, t]), "reach": around(np.asarray(x, float))}
    knobs |= {} if w is None else {"w": rows("w", w, 1, 2)[0]}
    knobs |= {} if b is None else {"b": rows("b", b, 1, 1).item()}
    return PerceptronExplorer(view, controls(known), ACTIONS, **knobs, adds="+1")


def around(x: Array) -> list[float]:
    """Limits that all points and the origin lie between, with some room."""
    room = max(1.0, float(np.ptp([*x.ravel(), 0.0])) / 4)
    return [float(np.floor(min(x.min(initial=0), 0) - room)), float(np.ceil(max(x.max(initial=0), 0) + room))]


def controls(known: dict[str, Knobs]) -> list[Control]:
    return [
        {"kind": "presets", "label": "points", "options": known, "by": ["points"]},
        {"kind": "choice", "name": "adds", "label": "a click adds t =", "options": ["+1", "−1"]},
        {"kind": "play", "action": "learn", "label": "learn"},
        {"kind": "button", "action": "from zero", "label": "w = 0, b = 0"},
    ]
