"""The XOR trainer of lecture 02: the boundary and the hidden space of a small network, side by side while it learns."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from cnnlib.arguments import Array, real
from cnnlib.data import gate
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Axis, Mark, axis, contours, grid, heat, line, plot, points
from cnnlib.explorers.widget import Explorer, Knobs, count
from cnnlib.multilayer import ACTIVATIONS, Net, draw_net, learn, outputs

CORNERS = gate("XOR")[0]
TARGETS = (gate("XOR")[1] > 0) * 1.0
X0, X1 = axis("x[0]", -0.5, 1.5), axis("x[1]", -0.5, 1.5)
PACE, MOST = 20, 4000  # steps a frame, and in all
FINE, PALE = 40, (-0.8, 0.8)  # cells of a heat map, and limits that keep its colours behind the points
SIZE = (240, 240)  # of the planes, on the screen
UNITS, SEED, STEPS = (
    partial(count, least=1, most=8),
    partial(count, least=0, most=999),
    partial(count, least=0, most=MOST),
)
STARTS: dict[str, Knobs] = {
    "solves it": {"units": 2, "activation": "tanh", "rate": 0.5, "seed": 18, "steps": 0},
    "gets stuck": {"units": 2, "activation": "tanh", "rate": 0.5, "seed": 1, "steps": 0},
    "four units, same seed": {"units": 4, "activation": "tanh", "rate": 0.5, "seed": 1, "steps": 0},
    "two ReLUs": {"units": 2, "activation": "relu", "rate": 0.5, "seed": 0, "steps": 0},
    "two sigmoids": {"units": 2, "activation": "sigmoid", "rate": 2.0, "seed": 0, "steps": 0},
}


@lru_cache(maxsize=2048)
def trained(units: int, activation: str, rate: float, seed: int, steps: int) -> Net:
    """The network after so many steps, from the one that a frame showed before."""
    if steps == 0:
        return Net(*(part[0] for part in draw_net(units, [seed])))
    before = (steps - 1) // PACE * PACE
    return learn(trained(units, activation, rate, seed, before), CORNERS, TARGETS, activation, rate, steps - before)


def loss(net: Net, activation: str) -> float:
    """The mean cross-entropy over the four points."""
    _, y = outputs(net, CORNERS, activation)
    return float(-np.log(np.maximum(np.where(TARGETS > 0, y, 1 - y), 1e-12)).mean())


def view(units: int, activation: str, rate: float, seed: int, steps: int) -> Frame:
    """The frame of the XOR trainer.

    Args:
        units: hidden units, 1 to 8.
        activation: of the hidden units, "sigmoid", "tanh" or "relu".
        rate: learning rate, above 0 and at most 10.
        seed: fixes the weights at the start.
        steps: how many were made, 0 to 4000.

    Returns:
        a frame with the plots input, hidden and loss, and the text state.
    """
    units, seed, steps = UNITS("units", units), SEED("seed", seed), STEPS("steps", min(steps, MOST))
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; got {activation!r}")
    if not 0 < real("rate", rate) <= 10:
        raise ValueError(f"rate must be above 0 and at most 10, got {rate:g}")
    past = sorted({*range(0, steps + 1, PACE), steps})
    nets = [trained(units, activation, rate, seed, step) for step in past]
    net, losses = nets[-1], np.array([loss(each, activation) for each in nets])
    _, y = outputs(net, CORNERS, activation)
    solved = bool(np.abs(y - TARGETS).max() < 0.1)
    state = _state(net, y, losses, steps, activation, rate)
    return {
        "panels": [
            _input_plane(net, y, activation),
            _hidden_plane(net, y, activation),
            _losses(past, losses),
            text("state", state[0], state[1:]),
        ],
        "layout": [{"title": "", "rows": [["input", "hidden", "loss"]]}, {"title": "", "rows": [["state"]]}],
        "caption": "Left the boundary bends around the points. In the middle the hidden units have moved the points "
        "and the mesh, and the boundary is straight.",
        "summary": f"xor_trainer: {units} {activation} units, rate {rate:g}, seed {seed}, {steps} steps: {state[0]}",
        "finished": steps >= MOST or (solved and float(losses[-1]) < 0.02),
    }


def _state(net: Net, y: Array, losses: Array, steps: int, activation: str, rate: float) -> list[str]:
    """How it stands, and what it answers to each point."""
    after = learn(net, CORNERS, TARGETS, activation, rate)
    slope = max(float(np.abs(old - new).max()) / rate for old, new in zip(net, after, strict=True))
    wrong = np.abs(y - TARGETS) >= 0.4
    if not wrong.any():
        head = "it solves XOR"
    elif steps and slope < 0.01:
        head = f"stuck: {wrong.sum()} of 4 are off by 0.4 or more, and no slope is above {slope:.1g}".replace("-", "−")
    else:
        head = f"{wrong.sum()} of 4 are off by 0.4 or more"
    answers = [
        f"({a:g}, {b:g}) → {value:.2f}, target {target:g}"
        for (a, b), value, target in zip(CORNERS, y, TARGETS, strict=True)
    ]
    return [head, f"after {steps} steps, loss {losses[-1]:.3f}", *answers]


def _input_plane(net: Net, y: Array, activation: str) -> Any:
    probabilities = outputs(net, grid(X0, X1, FINE).reshape(-1, 2), activation)[1].reshape(FINE, FINE)
    marks = [heat(probabilities - 0.5, limits=PALE), *_mesh(lambda x: x)]
    marks += contours(probabilities, X0, X1, [0.5], thin=False)
    return plot("input", "the points, and the output", X0, X1, [*marks, _corners(CORNERS, y)], size=SIZE)


def _hidden_plane(net: Net, y: Array, activation: str) -> Any:
    """Two hidden units as they are; more of them seen along the output's sum, and along the widest spread beside it."""
    (M,) = net.b1.shape

    def hidden(x: Array) -> Array:
        return outputs(net, x, activation)[0]

    if M == 2:
        low, high = {"sigmoid": (-0.15, 1.15), "tanh": (-1.3, 1.3), "relu": (-0.2, 1.2)}[activation]
        if activation == "relu":
            high = max(high, 1.2 * float(hidden(CORNERS).max()))
        A0, A1 = axis("a[0]", low, high), axis("a[1]", low, high)
        marks: list[Mark] = [heat(_above_half(grid(A0, A1, FINE) @ net.w2 + net.b2), limits=PALE)]
        marks += contours(grid(A0, A1, FINE) @ net.w2 + net.b2, A0, A1, [0.0], thin=False)
        return plot(
            "hidden",
            "where the hidden units put them",
            A0,
            A1,
            [*marks, *_mesh(hidden), _corners(hidden(CORNERS), y)],
            size=SIZE,
        )
    across = _across(hidden(CORNERS), net.w2)

    def seen(x: Array) -> Array:
        a = hidden(x)
        return np.column_stack([a @ net.w2 + net.b2, a @ across])

    Z, B = _around("z = w2·a + b2", seen(CORNERS)[:, 0]), _around("across", seen(CORNERS)[:, 1])
    marks = [heat(_above_half(grid(Z, B, FINE)[..., 0]), limits=PALE), line([[0, B["limits"][0]], [0, B["limits"][1]]])]
    return plot(
        "hidden",
        f"{M} hidden units, seen from the side",
        Z,
        B,
        [*marks, *_mesh(seen), _corners(seen(CORNERS), y)],
        size=SIZE,
    )


def _above_half(z: Array) -> Array:
    """σ(z) − 1/2."""
    return np.tanh(z / 2) / 2


def _across(a: Array, w2: Array) -> Array:
    """The direction of the widest spread of hidden points a (N, M) that the output's sum does not see."""
    centred = a - a.mean(0)
    if w2 @ w2 > 0:
        centred = centred - np.outer(centred @ w2, w2) / (w2 @ w2)
    direction: Array = np.linalg.svd(centred)[2][0]
    turned = direction @ (a[1] - a[2])  # (0, 1) stays above (1, 0)
    return -direction if turned < 0 else direction


def _around(label: str, values: Array) -> Axis:
    reach = max(1.0, 1.4 * float(np.abs(values).max()))
    return axis(label, -reach, reach)


def _mesh(place: Any) -> list[Mark]:
    along = np.linspace(-0.5, 1.5, 25)
    straight = [np.column_stack([along, np.full(25, at)]) for at in np.linspace(-0.5, 1.5, 5)]
    return [line(place(stretch), thin=True) for one in straight for stretch in (one, one[:, ::-1])]


def _corners(places: Array, y: Array) -> Mark:
    """The four points; those on one spot share a label."""
    names = [f"({a:g}, {b:g})" for a, b in CORNERS]
    texts = [f"x = {name}, target {t:g}, output {value:.3f}" for name, t, value in zip(names, TARGETS, y, strict=True)]
    spread = np.ptp(places, axis=0).max() or 1.0
    near = np.linalg.norm(places[:, None] - places, axis=2) < 0.08 * spread
    labels = [
        "" if near[n, :n].any() else " ".join(name for name, close in zip(names, near[n], strict=True) if close)
        for n in range(4)
    ]
    classes = [int(t) for t in TARGETS]
    return points(places, classes=classes, texts=texts, labels=labels, names={"target 0": 0, "target 1": 1})


def _losses(past: list[int], losses: Array) -> Any:
    steps, height = axis("steps", 0, max(200, past[-1])), axis("loss", 0, max(1.0, 1.05 * float(losses.max())))
    levels = [(np.log(2), "all four 0.5"), (np.log(2) / 2, "two right, two 0.5")]
    marks = [
        line([[0, at], [steps["limits"][1], at]], dashed=True, name=name, hue=hue)
        for hue, (at, name) in enumerate(levels, 2)
    ]
    return plot(
        "loss",
        "cross-entropy",
        steps,
        height,
        [*marks, line(np.column_stack([past, losses]), name="loss")],
        size=(200, 240),
    )


def xor_trainer(
    units: int = 2, activation: str = "tanh", rate: float = 0.5, seed: int = 18, steps: int = 0
) -> Explorer:
    """Lecture 02: a network with one hidden layer learns XOR, or gets stuck.

    Args:
        units: hidden units, 1 to 8.
        activation: "sigmoid", "tanh" or "relu".
        rate: learning rate, above 0 and at most 10.
        seed: fixes the weights at the start, 0 to 999.
        steps: how many are made at the start, 0 to 4000.

    Raises:
        TypeError, ValueError: a number is none, or out of range; there is no such activation.
    """
    controls: list[Control] = [
        {"kind": "play", "action": "step", "label": "learn"},
        {"kind": "button", "action": "restart", "label": "restart"},
        {"kind": "button", "action": "other", "label": "other weights"},
        {"kind": "presets", "label": "start", "options": STARTS, "by": ["units", "activation", "rate", "seed"]},
        {"kind": "choice", "name": "units", "label": "hidden units", "options": [1, 2, 3, 4, 8]},
        {"kind": "choice", "name": "activation", "label": "activation", "options": list(ACTIVATIONS)},
        {"kind": "range", "name": "rate", "label": "rate η", "min": 0.1, "max": 5, "step": 0.1},
    ]
    actions = {
        "step": lambda knobs: {"steps": min(knobs["steps"] + PACE, MOST)},
        "restart": lambda knobs: {"steps": 0},
        "other": lambda knobs: {"seed": (knobs["seed"] + 1) % 1000, "steps": 0},
    }
    return Explorer(view, controls, actions, units=units, activation=activation, rate=rate, seed=seed, steps=steps)
