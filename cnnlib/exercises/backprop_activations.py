"""Lecture 03, activations as nodes of a graph: what is asked, and the mistakes that are known.

(3.11)  dz = dy φ'(z), entry by entry
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead


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


def value_for_slope(name: str, dy: Array, z: Array) -> Array:
    values: dict[str, Callable[[Array], Array]] = {
        "sigmoid": squash,
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0),
        "hardtanh": lambda z: np.clip(z, -1, 1),
    }
    return dy * values[name](z)


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
    slips={
        "z (1 - z) for the sigmoid. The formula wants its output y = σ(z).": only("sigmoid", lambda z: z * (1 - z)),
        "1 - z² for tanh. The formula wants its output y = tanh z.": only("tanh", lambda z: 1 - z**2),
        "1 - y for tanh. The slope is 1 - y².": only("tanh", lambda z: 1 - np.tanh(z)),
        "1 - y² for the sigmoid. That is the slope of tanh; the sigmoid has y (1 - y).": only(
            "sigmoid", lambda z: 1 - squash(z) ** 2
        ),
        "y (1 - y) for tanh. That is the slope of the sigmoid; tanh has 1 - y².": only(
            "tanh", lambda z: np.tanh(z) * (1 - np.tanh(z))
        ),
        "dy where dy is positive. The gate was set by z on the way forward: dy may have any sign.": instead(
            activation_backward, "z > 0", "dy > 0"
        ),
        "dy let through at z = 0 as well. The table has z > 0: at the kink the slope is taken as 0.": only(
            "relu", lambda z: z >= 0
        ),
        "dy stopped at z = -1 and z = 1. The table lets dy through within [-1, 1], the ends included.": only(
            "hardtanh", lambda z: np.abs(z) < 1
        ),
        "dy stopped at z = -1, but let through at z = 1. Both ends are included.": only(
            "hardtanh", lambda z: (z > -1) & (z <= 1)
        ),
        "dy let through for z from 0 to 1 alone. Hard tanh climbs from -1 to 1.": only(
            "hardtanh", lambda z: (z >= 0) & (z <= 1)
        ),
        "dy let through for all z above -1. Hard tanh is flat on either side.": only("hardtanh", lambda z: z >= -1),
        "the slopes alone. The chain rule multiplies them by dy.": instead(activation_backward, "dy * ", "1.0 * "),
        "dy itself: nothing was stopped. (Do you ask for y < 0? y = max(0, z) is never below 0: ask for z.)": only(
            "relu", np.ones_like
        ),
        "a ReLU that lets a hundredth through below 0. This one is shut there.": only(
            "relu", lambda z: np.where(z > 0, 1, 0.01)
        ),
        "dy cut to [−1, 1]. It is z that decides: dy passes whole or not at all.": instead(
            activation_backward, "dy * (np.abs(z) <= 1)", "np.clip(dy, -1, 1)"
        ),
        "the slope at y: σ was applied twice. If y = σ(z) is at hand already, the slope is y (1 - y).": only(
            "sigmoid", lambda z: squash(squash(z)) * (1 - squash(squash(z)))
        ),
        "dy times the activation's value. On the way back it is the slope that counts.": value_for_slope,
        "exp(z) over (1 + exp(z))²: that is ∞ / ∞ for large z. "
        "Use exp(-|z|), which is never above 1: the slope is the same at z and -z.": instead(
            activation_backward, "dy * e / (1 + e)", "dy * np.exp(z) / (1 + np.exp(z))"
        ),
    },
)
