"""Lecture 02, the regions that threshold units make, and XOR: what is asked, and the mistakes that are known."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.exercises.forward import ADDED_OVER_UNITS, Weights

# ---------------------------------------------------------------- regions


def half_planes(x: Array, w: Array, b: Array) -> Array:
    return np.where(x @ w.T + b > 0, 1.0, 0.0)


TRIANGLE = np.array([[1.0, 0], [0, 1], [-1, -1]])  # with b = 0, 0, 4; its sides are all needed


def polygon_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(20, 2)), "w": rng.normal(size=(3, 2)), "b": rng.normal(size=3) + 1}
    return [
        {"x": numbers(1, 2)[None], "w": numbers(3, -1)[None], "b": numbers(0)},
        {"x": numbers(1, 2)[None], "w": numbers(-3, 1)[None], "b": numbers(2)},
        {"x": numbers(1, 2)[None], "w": numbers(3, -1)[None], "b": numbers(-1)},
        {"x": np.array([[1, 2], [0, 0], [2, 1.0]]), "w": numbers(1, -1)[None], "b": numbers(2)},
        {"x": np.array([[0, 0], [2, 1], [1, 3.0]]), "w": np.array([[1, 0], [0, 1.0]]), "b": numbers(-1, -2)},
        {"x": np.array([[1.0, 1], [5, 1], [-1, 1], [1, -1]]), "w": TRIANGLE, "b": numbers(0, 0, 4)},
        {"x": np.array([[2, 2], [2, 0], [0, 0], [3, 1]]), "w": np.array([[1, -2], [1, 1]]), "b": np.array([1, -2])},
        {"x": rng.normal(size=(12, 2)), "w": rng.normal(size=(5, 2)) / 3, "b": np.ones(5)},
        random,
        *in_other_layouts(random),
    ]


def region_cases(rng: Rng) -> list[Inputs]:
    """Those of the plane, and one with four inputs."""
    space = {"x": rng.normal(size=(9, 4)), "w": rng.normal(size=(3, 4)), "b": rng.normal(size=3)}
    return [*polygon_cases(rng), space]


REGION_FEATURES: dict[str, Callable[..., bool]] = {
    "a point on a line": lambda x, w, b: bool(np.any(x @ w.T + b == 0)),
    "several points": lambda x, **_: len(x) > 1,
    "several half planes": lambda w, **_: len(w) > 1,
    "more than two half planes": lambda w, **_: len(w) > 2,
    "other than two inputs": lambda w, **_: w.shape[1] != 2,
    **LAYOUTS,
}


HALF_PLANES = Exercise(
    name="half_planes",
    parts={"a": 1},
    reference=half_planes,
    cases=region_cases,
    features=REGION_FEATURES,
    hints=(
        "First the table of all z, one row for each example, one column for each unit.",
        "The table is one matrix product, plus the bias of each column. Then ask every entry whether it is above 0.",
        "(2.2)  a[n, j] = 1 if w[j, 0] x[n, 0] + ... + w[j, D - 1] x[n, D - 1] + b[j] > 0, else 0",
    ),
    slips={
        "a unit that also fires where z is exactly 0. "
        "In (2.2) z must be above 0: is there a >= for a > ?": lambda x, w, b: np.where(x @ w.T + b >= 0, 1.0, 0.0),
        "−1 where a unit does not fire. In this lecture it answers 0.": lambda x, w, b: np.where(
            x @ w.T + b > 0, 1.0, -1.0
        ),
        "np.sign(z), which is −1 where z is below 0. "
        "In this lecture a unit that does not fire answers 0.": lambda x, w, b: np.sign(x @ w.T + b),
        "1/2 for a point on the line. In (2.2) z must be above 0: such a unit answers 0.": lambda x, w, b: np.heaviside(
            x @ w.T + b, 0.5
        ),
        "units without a bias: all their lines go through the origin.": lambda x, w, b: np.where(x @ w.T > 0, 1.0, 0.0),
        "units that fire above a threshold of b. In (2.2) the bias is added.": lambda x, w, b: np.where(
            x @ w.T > b, 1.0, 0.0
        ),
        "1 on the other side of each line: z below 0.": lambda x, w, b: np.where(x @ w.T + b < 0, 1.0, 0.0),
        "0 for every point and unit. Which number does a unit answer where z is above 0?": lambda x, w, b: np.zeros(
            (len(x), len(w))
        ),
        "z itself. Ask of each z whether it is above 0.": lambda x, w, b: x @ w.T + b,
        ADDED_OVER_UNITS: lambda x, w, b: np.where(x @ w + b > 0, 1.0, 0.0),
    },
)


def inside_polygon(x: Array, w: Array, b: Array) -> Array:
    return np.where(np.all(x @ w.T + b > 0, axis=1), 1.0, 0.0)


def fires(x: Array, w: Array, b: Array) -> Array:
    """How many of the half planes hold each point."""
    return np.sum(x @ w.T + b > 0, axis=1)


INSIDE_POLYGON = Exercise(
    name="inside_polygon",
    parts={"y": 2},
    reference=inside_polygon,
    cases=polygon_cases,
    features=REGION_FEATURES,
    hints=(
        "Your half_planes says for every point in which half planes it lies. How many must that be?",
        "All M of them. Add up each row. The sum is a whole number, so which threshold is only passed by M?",
        "y[n] = 1 if a[n, 0] + ... + a[n, M - 1] − (M − 1/2) > 0, else 0",
    ),
    after=(("before you start", "with one half plane the answer is that half plane"),),
    slips={
        "an OR: the points of any half plane. Inside the polygon are those of all of them.": lambda x, w, b: np.where(
            fires(x, w, b) > 0, 1.0, 0.0
        ),
        "the points of all half planes but one, too. All M must fire: "
        "the threshold lies between M − 1 and M.": lambda x, w, b: np.where(fires(x, w, b) > len(w) - 1.5, 1.0, 0.0),
        "the points of more than half of the half planes. All M must fire.": lambda x, w, b: np.where(
            fires(x, w, b) > len(w) / 2, 1.0, 0.0
        ),
        "0 for every point. No sum of M answers is above M: where must the threshold lie?": lambda x, w, b: np.zeros(
            len(x)
        ),
        "a threshold of 1.5, which is right for two half planes. What is it for M?": lambda x, w, b: np.where(
            fires(x, w, b) > 1.5, 1.0, 0.0
        ),
        "a threshold of N − 1/2, with the number of points for N. "
        "A point must lie in all M half planes.": lambda x, w, b: np.where(fires(x, w, b) > len(x) - 0.5, 1.0, 0.0),
        "how many half planes hold each point. Compare that number: are they all?": fires,
        "a polygon with its rim: z = 0 counts as inside. In (2.2) a point on the line is outside.": lambda x, w, b: (
            np.where(np.all(x @ w.T + b >= 0, axis=1), 1.0, 0.0)
        ),
        "the sign of the sum of all z. One large z then makes up for a negative one: "
        "threshold first, then add.": lambda x, w, b: np.where((x @ w.T + b).sum(axis=1) > 0, 1.0, 0.0),
        "the table of all half planes. One number for each point is asked: do all in its row fire?": half_planes,
    },
)


# ---------------------------------------------------------------- XOR


CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR = (0, 1, 1, 0)


def xor_weights() -> Weights:
    return (np.array([[1.0, 1], [1, 1]]), np.array([-0.5, -1.5])), (np.array([[1.0, -1]]), np.array([-0.5]))


def xor_holds(answer: Any) -> str:
    """What is wrong with these weights, or ""."""
    try:
        layers = [[np.array(part, float) for part in layer] for layer in answer]
        (w1, b1), (w2, b2) = layers
    except (TypeError, ValueError):
        return "two layers are wanted, each a pair of weights and biases: [(w, b), (w, b)], all of them numbers"
    M = len(np.atleast_1d(w1))
    wanted = {"the hidden w": (w1, (M, 2)), "the hidden b": (b1, (M,)), "the output w": (w2, (1, M))}
    wanted["the output b"] = (b2, (1,))
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            return f"{name} has shape {array.shape}, expected {shape}" + f", for {M} hidden units" * (name[4] == "o")
        if not np.isfinite(array).all():
            return f"{name} holds {array[~np.isfinite(array)][0]}"
    for x, t in zip(CORNERS, XOR, strict=True):
        a = half_planes(x[None], w1, b1)
        z = (a @ w2.T + b2).item()
        if (z > 0) != t:
            found = f"for x = {x.astype(int).tolist()} the hidden units answer {a[0].astype(int).tolist()}"
            return f"{found}, so the output has z = {z:g} and answers {int(z > 0)}; XOR is {t}"
    return ""


XOR_WEIGHTS = Exercise(
    name="xor_weights",
    parts={"weights": 2},
    reference=xor_weights,
    cases=lambda rng: [{}],
    accept=xor_holds,
    hints=(
        "XOR only asks for the sum of both inputs: 0, 1 or 2. For which of them is it 1?",
        "Let one hidden unit fire from the sum 1 on, and one from 2 on. What must the output make of the second?",
        "one way: a[0] = [x[0] + x[1] − 0.5 > 0], a[1] = [x[0] + x[1] − 1.5 > 0], and a[1] counts against a[0]",
    ),
)
