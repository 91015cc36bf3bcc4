"""Lecture 01, the threshold unit and its gates: what is asked, and the mistakes that are known.

(1.3)   z = w . x + b,  y = +1 if z > 0, else -1
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
TABLES = {
    "OR": (CORNERS, numbers(-1, 1, 1, 1)),
    "AND": (CORNERS, numbers(-1, -1, -1, 1)),
    "NAND": (CORNERS, numbers(1, 1, 1, -1)),
    "NOT": (numbers(0, 1)[:, None], numbers(1, -1)),
}
XOR = {"x": CORNERS, "t": numbers(-1, 1, 1, -1)}


def in_layouts(inputs: Inputs) -> list[Inputs]:
    """The same case in other layouts, none of them rounded: targets stay -1 and +1, what is separable stays so."""
    same = in_other_layouts(inputs)
    return [case for case in same if all(np.allclose(case[name], inputs[name], atol=1e-6) for name in inputs)]


def threshold_unit(x: Array, w: Array, b: float) -> Array:
    return np.where(x @ w + b > 0, 1.0, -1.0)


def unit_cases(rng: Rng) -> list[Inputs]:
    return [
        {"x": numbers(3)[None], "w": numbers(2), "b": -5.0},
        {"x": numbers(1, 4)[None], "w": numbers(3, -1), "b": -2.0},
        {"x": np.array([[1.0, 2], [2, 1], [0, 0]]), "w": numbers(3, -1), "b": -2.0},
        {"x": np.array([[0.0, 2, 1], [2, 1, 1]]), "w": numbers(1, -2, 3), "b": 2.0},
        {"x": np.array([[0.5, 0.25], [0.25, 0.5]]), "w": numbers(1, -1), "b": 0.0},
        {"x": np.array([[1, 2, 0], [2, 1, 1]]), "w": np.array([1, -2, 3]), "b": 3},  # the first lies on the line
        *in_other_layouts({"x": rng.normal(size=(9, 4)), "w": rng.normal(size=4), "b": 0.3}),
    ]


UNIT = Exercise(
    name="threshold_unit",
    parts={"y": 1},
    reference=threshold_unit,
    cases=unit_cases,
    features=LAYOUTS
    | {
        "an example on the line": lambda x, w, b: bool((x @ w + b == 0).any()),
        "an example above the line, where +1 is due": lambda x, w, b: bool((x @ w + b > 0).any()),
        "an example below or on the line, where −1 is due": lambda x, w, b: bool((x @ w + b <= 0).any()),
    },
    hints=(
        "Two stages: first a sum for each example, then a decision.",
        "x @ w makes the sums of all examples at once. np.where decides entry by entry.",
        "(1.3)  z[n] = w[0] x[n, 0] + ... + w[D - 1] x[n, D - 1] + b,  y[n] = +1 if z[n] > 0, else -1",
    ),
    after=(("before you start", "−1: only a z above 0 fires"),),
    slips={
        "the sign of z. It is 0 where z is 0, and 0 is neither answer: on the line the unit says −1.": instead(
            threshold_unit, "np.where(x @ w + b > 0, 1.0, -1.0)", "np.sign(x @ w + b)"
        ),
        "+1 on the line, where z = 0. The unit fires only where z is above 0.": instead(threshold_unit, "> 0", ">= 0"),
        "0 where −1 is due. The truth tables' inputs are 0 and 1; the unit's answers are −1 and +1.": instead(
            threshold_unit, "-1.0", "0.0"
        ),
        "w · x compared with b. That makes b a threshold; a threshold θ is the bias −θ, and a bias is added.": instead(
            threshold_unit, "+ b > 0", "> b"
        ),
        "w · x compared with 0. Where does b enter (1.3)?": instead(threshold_unit, "+ b ", ""),
        "z itself, not yet the answer +1 or −1.": instead(
            threshold_unit, "np.where(x @ w + b > 0, 1.0, -1.0)", "x @ w + b"
        ),
        "+1 where z is 0 or below. The unit fires above its line.": instead(threshold_unit, "1.0, -1.0", "-1.0, 1.0"),
        "z with b added once for every input. It is added once for every example.": instead(
            threshold_unit, "x @ w + b", "(x * w + b).sum(axis=1)"
        ),
        "the sum without the last input. d goes up to D − 1, and range(D) ends there.": instead(
            threshold_unit, "x @ w", "x[:, :-1] @ w[:-1]"
        ),
        "a sum that runs on from example to example. Begin anew for each one.": instead(
            threshold_unit, "x @ w", "np.cumsum(x @ w)"
        ),
        "the answer to the first example, and 0 for the others. Does the loop return too early?": instead(
            threshold_unit, "-1.0)", "-1.0) * (np.arange(len(x)) == 0)"
        ),
    },
)


def gate_weights(name: str) -> tuple[Array, float]:
    by_hand = {"OR": ([1, 1], -0.5), "AND": ([1, 1], -1.5), "NAND": ([-1, -1], 1.5), "NOT": ([-1], 0.5)}
    w, b = by_hand[name]
    return np.array(w, float), b


def unit_of(answer: Any, shape: tuple[int, ...]) -> tuple[Array, float] | str:
    """The weights and the bias in a student's answer, or what is wrong with it."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        count = f"{len(answer)} results" if isinstance(answer, tuple | list) else f"one {type(answer).__name__}"
        return f"returned {count}, expected two: w, b"
    try:
        w, b = np.asarray(answer[0], float), np.asarray(answer[1], float)
    except (TypeError, ValueError, OverflowError):
        return "w must be an array of numbers, and b a number"
    if w.shape != shape:
        return f"w has the shape {w.shape}, expected {shape}"
    if b.size != 1 or not np.isfinite(w).all() or not np.isfinite(b).all():
        return "b must be one number" if b.size != 1 else "w and b must be finite numbers"
    return w, b.item()


def accept_gate(answer: Any, name: str) -> str:
    x, t = TABLES[name]
    unit = unit_of(answer, x.shape[1:])
    if isinstance(unit, str):
        return unit
    w, b = unit
    for row, due in zip(x, t, strict=True):
        z = row @ w + b
        if (z > 0) != (due > 0):
            at = ", ".join(f"{value:g}" for value in row)
            return f"at x = [{at}] z is {z:g}, so y = {1 if z > 0 else -1:+d}; {name} wants {due:+g}"
    return ""


def gates_but(**wrong: tuple[list[float], float]) -> Callable[[str], tuple[Array, float]]:
    """Right weights for all gates but some."""

    def answer(name: str) -> tuple[Array, float]:
        w, b = wrong.get(name, gate_weights(name))
        return np.array(w, float), b

    return answer


GATES = Exercise(
    name="gate_weights",
    parts={"OR and AND": 1, "NOT and NAND": 1},
    groups={
        "OR and AND": lambda name: name in ("OR", "AND"),
        "NOT and NAND": lambda name: name in ("NOT", "NAND"),
    },
    reference=gate_weights,
    cases=lambda rng: [{"name": name} for name in ("OR", "AND", "NOT", "NAND")],
    accept=accept_gate,
    hints=(
        "Choose w first: which inputs speak for +1, which against? Then b decides how many of them it takes.",
        "With w = (1, 1) the sum w · x counts the ones: 0, 1, 1, 2. Between which two counts must the step lie?",
        "Four signs are asked for. OR: b <= 0, w[1] + b > 0, w[0] + b > 0, w[0] + w[1] + b > 0; the others likewise",
    ),
    after=(("other answers", "any weights with the right four signs count, for example twice or half of yours"),),
    slips={
        "thresholds where biases are due. A threshold θ is the bias −θ.": gates_but(
            OR=([1, 1], 0.5), AND=([1, 1], 1.5), NAND=([-1, -1], -1.5), NOT=([-1], -0.5)
        ),
        "OR's unit for AND, and AND's for OR. AND needs both ones, so its line lies further out.": gates_but(
            OR=([1, 1], -1.5), AND=([1, 1], -0.5)
        ),
        "AND with only its bias turned round, for NAND. "
        "The opposite answer needs the opposite z: turn w as well.": gates_but(NAND=([1, 1], 1.5)),
        "a unit that copies its input, for NOT. The input must speak against firing: a weight below 0.": gates_but(
            NOT=([1], -0.5)
        ),
        "NOT OR, for NAND. NAND still fires with one 1 among its inputs.": gates_but(NAND=([-1, -1], 0.5)),
    },
)
