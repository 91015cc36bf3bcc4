"""The activation explorer of lecture 02: curves, their slopes, and what a chain of them leaves of a gradient."""

from functools import partial

import numpy as np

from cnnlib import activations
from cnnlib.arguments import Array, real
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Line, Mark, axis, curve, handle, line, plot, points
from cnnlib.explorers.widget import Explorer, Knobs, count

NAMES = ("sigmoid", "tanh", "relu", "hardtanh", "threshold")  # in the order of their hues
FAR = 4.0  # z goes from −4 to 4
LAYERS = partial(count, least=1, most=30)
LEAST = -15  # powers of ten that are drawn
Z, A, SLOPE = axis("z", -FAR, FAR), axis("a", -1.25, 2.25), axis("slope", -0.05, 1.15)
POWERS = {f"1e{power}".replace("-", "−").replace("1e0", "1"): float(power) for power in range(LEAST, 1, 3)}


def value_and_slope(name: str, z: Array) -> tuple[Array, Array]:
    """An activation of z (N,) and its slope; the threshold answers 0 or 1, and its slope is 0."""
    if name == "threshold":
        return (z > 0) * 1.0, np.zeros(z.shape)
    a, backward = getattr(activations, name)(z)
    return a, backward(np.ones(z.shape))


def view(z: float, layers: int, **shown: bool) -> Frame:
    """The frame of the activation explorer.

    Args:
        z: where the curves are read; −4 to 4, else the nearer end.
        layers: how many slopes are multiplied, 1 to 30.
        shown: name of each activation -> whether it is drawn.

    Returns:
        a frame with the plots value, slope and chain, and the text reading.
    """
    z, layers = float(np.clip(real("z", z), -FAR, FAR)), LAYERS("layers", layers)
    names = [name for name in NAMES if shown.get(name)]
    read = {name: tuple(float(part[0]) for part in value_and_slope(name, np.array([z]))) for name in names}
    lines = [
        f"{name}: a = {a:.4g}, slope = {slope:.4g}; {layers} of them leave {power(slope**layers)}".replace("-", "−")
        for name, (a, slope) in read.items()
    ]
    upright = line([[z, -2], [z, 3]], thin=True)
    grip = handle([z, A["limits"][0] + 0.15], f"z = {z:.2f}".replace("-", "−"), drag="z", along="x", label="z")
    values = [mark for name in names for mark in _value(name, z, *read[name])]
    slopes = [mark for name in names for mark in _slope(name, z, read[name][1])]
    chain = [mark for name in names for mark in _chain(name, read[name][1], layers)]
    depth, left = axis("layers", 0, max(layers, 2)), axis("", LEAST - 0.5, 0.5, ticks=POWERS)
    size = (240, 220)
    return {
        "panels": [
            plot("value", "a = φ(z), tangents dashed", Z, A, [*values, upright, grip], size=size, click="place"),
            plot("slope", "slope φ′(z)", Z, SLOPE, [*slopes, upright], size=size, click="place"),
            plot("chain", "what is left of a gradient of 1", depth, left, chain, size=(200, 220)),
            text("reading", f"at z = {z:.2f}".replace("-", "−"), lines or ["choose an activation"]),
        ],
        "layout": [{"title": "", "rows": [["value", "slope", "chain"]]}, {"title": "", "rows": [["reading"]]}],
        "caption": "Drag z, or click into a plot. Going back through a layer, a gradient is multiplied by the slope.",
        "summary": f"activation_explorer: z = {z:g}, {layers} layers, {', '.join(names) or 'nothing shown'}",
    }


def _value(name: str, z: float, a: float, slope: float) -> list[Mark]:
    hue, reach = NAMES.index(name), np.array([-0.6, 0.6])
    graph = curve(lambda z: value_and_slope(name, z)[0], Z, name=name, hue=hue)
    tangent = line(np.column_stack([z + reach, a + slope * reach]), hue=hue, dashed=True)
    return [
        _unbroken(graph),
        tangent,
        points([[z, a]], classes=[hue], texts=[f"{name}({z:.2f}) = {a:.4g}".replace("-", "−")]),
    ]


def _slope(name: str, z: float, slope: float) -> list[Mark]:
    hue = NAMES.index(name)
    graph = curve(lambda z: value_and_slope(name, z)[1], Z, hue=hue)
    return [
        _unbroken(graph),
        points([[z, slope]], classes=[hue], texts=[f"slope of {name} at {z:.2f}: {slope:.4g}".replace("-", "−")]),
    ]


def _chain(name: str, slope: float, layers: int) -> list[Mark]:
    """The gradient left after 0, 1, ... layers, as powers of ten; a slope of 0 ends it after the first."""
    hue = NAMES.index(name)
    steps = np.arange(layers + 1 if slope > 0 else 1)
    powers = steps * np.log10(slope) if slope > 0 else np.zeros(1)
    inside = powers >= LEAST
    xy = np.column_stack([steps, powers])[inside]
    texts = [f"{name}: {power(slope**n)} after {n} layers" for n in steps[inside]]
    return [line(xy, hue=hue), points(xy, classes=[hue], texts=texts)]


def power(value: float) -> str:
    """Two digits: 8.6e−08."""
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−")


def _unbroken(graph: Line) -> Line:
    """A curve without the upright stroke at a jump."""
    jump = np.abs(np.diff(graph["xy"][:, 1], append=graph["xy"][-1, 1])) > 0.5
    graph["xy"][jump, 1] = np.nan
    return graph


def activation_explorer(
    z: float = 1.0, layers: int = 10, shown: tuple[str, ...] = ("sigmoid", "tanh", "relu")
) -> Explorer:
    """Lecture 02: activations and their slopes, to be read at any z, and chained.

    Args:
        z: where they are read, −4 to 4.
        layers: how many slopes are multiplied, 1 to 30.
        shown: which of sigmoid, tanh, relu, hardtanh and threshold.

    Raises:
        ValueError: a name is not one of these; layers is out of range.
        TypeError: z is no number, layers is not whole.
    """
    if unknown := [name for name in shown if name not in NAMES]:
        raise ValueError(f"shown must hold names among {', '.join(NAMES)}; got {unknown[0]!r}")
    toggles: list[Control] = [{"kind": "toggle", "name": name, "label": name} for name in NAMES]
    slider: Control = {"kind": "range", "name": "layers", "label": "layers", "min": 1, "max": 30, "step": 1}

    def place(knobs: Knobs, at: list[float]) -> Knobs:
        return {"z": at[0]}

    knobs = {name: name in shown for name in NAMES}
    return Explorer(view, [*toggles, slider], {"place": place}, z=z, layers=layers, **knobs)
