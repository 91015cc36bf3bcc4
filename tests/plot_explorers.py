"""Small explorers with plots, for the tests of the page and of the pictures."""

from typing import Any

import numpy as np

from cnnlib.explorers import plots
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, cells, text
from cnnlib.explorers.plots import arrows, axis, bars, contours, curve, grid, handle, heat, line, plot, points
from cnnlib.explorers.widget import Explorer

X0, X1 = axis("x[0]", -2, 2), axis("x[1]", -1, 3)


def bowl_code() -> str:
    """The smallest explorer, as it stands in the docstring that lectures copy it from."""
    lines = (plots.__doc__ or "").splitlines()
    return "\n".join(line[4:] for line in lines if line.startswith("    ")).split("\nan action   ")[0].strip()


def bowl() -> Explorer:
    *before, last = bowl_code().split("\n")
    names: dict[str, Any] = {}
    exec("\n".join(before), names)
    made: Explorer = eval(last, names)
    return made


def plane_view(data: Any, w: Any, b: float, label: int) -> Frame:
    rows, normal = np.array(data, float).reshape(-1, 3), np.ravel(w)
    surface = grid(X0, X1) @ normal + b
    wrong = [row for row in rows if row[2] * (row[:2] @ normal + b) <= 0]
    marks = [
        heat(surface, name="z"),
        *contours(surface, X0, X1, [0.0], name="z = 0", thin=False),
        arrows([[0, 0]], [normal]),
        points(
            rows[:, :2],
            classes=[int(t > 0) for t in rows[:, 2]],
            texts=[f"x = ({x:g}, {y:g}), t = {t:+g}" for x, y, t in rows],
            names={"t = −1": 0, "t = +1": 1},
            drag="data",
            remove="data",
        ),
        points([row[:2] for row in wrong], look="ring", names={"misclassified": -1}),
        handle(normal, "the tip of w", drag="turn", label="w"),
    ]
    return {
        "panels": [
            plot("plane", "decision line", X0, X1, marks, click="add"),
            cells("w", "", np.array([normal]), "weights", edit="w"),
            text("count", "so far", [f"{len(wrong)} of {len(rows)} are misclassified"]),
        ],
        "layout": [{"title": "", "rows": [["plane"]]}, {"title": "", "rows": [["w"], ["count"]]}],
        "caption": "w·x + b = 0 is the line.",
        "summary": f"{len(rows)} points",
        "finished": not wrong,
    }


def learn(knobs: dict[str, Any]) -> dict[str, Any]:
    w, b = np.ravel(knobs["w"]), knobs["b"]
    for x0, x1, t in knobs["data"]:
        if t * (np.array([x0, x1]) @ w + b) <= 0:
            return {"w": [(w + t * np.array([x0, x1])).tolist()], "b": b + t}
    return {}


def turn(knobs: dict[str, Any], at: list[float], index: int) -> dict[str, Any]:
    if not any(at):
        raise ValueError("w = 0 has no line")
    return {"w": [at]}


def plane(w: Any = ((1.0, 0.5),), data: Any = ((-1, 0, -1), (1, 2, 1), (0, 2, -1)), b: float = 0.0) -> Explorer:
    controls: list[Control] = [
        {"kind": "choice", "name": "label", "label": "a click adds t =", "options": [-1, 1]},
        {"kind": "range", "name": "b", "label": "b", "min": -3, "max": 3, "step": 0.1},
        {"kind": "play", "action": "learn", "label": "learn"},
    ]
    actions = {
        "learn": learn,
        "turn": turn,
        "add": lambda knobs, at: {"data": [*knobs["data"], [*at, knobs["label"]]]},
    }
    knobs = {"data": [list(row) for row in data], "w": [list(row) for row in w], "b": b, "label": 1}
    return Explorer(plane_view, controls, actions, **knobs)


def slope_view(z: float, logits: Any) -> Frame:
    zs, k = axis("z", -4, 4), 1 - np.tanh(z) ** 2
    marks = [
        curve(np.tanh, zs, name="tanh", hue=1),
        line([[z - 1, np.tanh(z) - k], [z + 1, np.tanh(z) + k]], name="tangent", dashed=True),
        line([[-4, 0], [0, np.nan], [4, 0]], thin=True),
        handle([z, np.tanh(z)], f"z = {z:.2f}, slope {k:.3f}", drag="z", along="x"),
    ]
    y = np.exp(logits) / np.exp(logits).sum()
    classes = axis("class", -0.5, 2.5, ticks={"cat": 0, "dog": 1, "bird": 2})
    chances = bars([0, 1, 2], y, hues=[0, 1, 2], texts=[f"y[{n}] = {v:.2f}" for n, v in enumerate(y)])
    return {
        "panels": [
            plot("curve", "a = tanh(z)", zs, axis("a", -1.2, 1.2), marks, size=(320, 200)),
            plot("bars", "softmax", classes, axis("y", 0, 1), [chances], size=(160, 200)),
        ],
        "layout": [{"title": "", "rows": [["curve", "bars"]]}],
        "caption": "",
        "summary": f"tanh at {z:g}",
    }


def slope() -> Explorer:
    return Explorer(slope_view, [], z=0.5, logits=[0.0, 1.0, 2.0])


ALL = {"bowl": bowl, "plane": plane, "slope": slope}
