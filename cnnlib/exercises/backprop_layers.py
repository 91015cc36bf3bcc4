"""Lecture 03, layers as nodes of a graph: what is asked, and the mistakes that are known.

(3.10)  dx[d]    = sum_j dy[j] J[j, d]
(3.11)  dz       = dy φ'(z), entry by entry
(3.12)  dx[n, d] = sum_j dy[n, j] w[j, d],  dw[j, d] = sum_n dy[n, j] x[n, d],  db[j] = sum_n dy[n, j]
(3.13)  da = dy w2,  dz = da φ'(z),  dx = dz w1
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Slip
from cnnlib.checks.cases import LAYOUTS, given, in_other_layouts, numbers

Array = np.ndarray
Rng = np.random.Generator


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
    feeds=("dx[n, d] += dy[n, j] w[j, d]", "dw[j, d] += dy[n, j] x[n, d]", "db[j] += dy[n, j]"),
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


def clipped(name: str, dy: Array, z: Array) -> Array:
    return np.clip(dy, -1, 1) if name == "hardtanh" else activation_backward(name, dy, z)


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
            "relu always open",
            "dy itself: nothing was stopped. (Do you ask for y < 0? y = max(0, z) is never below 0: ask for z.)",
            only("relu", np.ones_like),
        ),
        Slip(
            "leaky",
            "a ReLU that lets a hundredth through below 0. This one is shut there.",
            only("relu", lambda z: np.where(z > 0, 1, 0.01)),
        ),
        Slip("hard tanh clips dy", "dy cut to [−1, 1]. It is z that decides: dy passes whole or not at all.", clipped),
        Slip(
            "sigmoid of the sigmoid",
            "the slope at y: σ was applied twice. If y = σ(z) is at hand already, the slope is y (1 - y).",
            only("sigmoid", lambda z: squash(squash(z)) * (1 - squash(squash(z)))),
        ),
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
    feeds=("dx[d] += dy[j] J[j, d]",),
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


def first_example(
    x: Array, w1: Array, b1: Array, w2: Array, b2: Array, j: int, linear_backward: Any, activation_backward: Any
) -> Array:
    dx = pixel_gradient(x, w1, b1, w2, b2, j, linear_backward, activation_backward)
    dx[1:] = 0
    return dx


def weights_for_pixels(
    x: Array, w1: Array, b1: Array, w2: Array, b2: Array, j: int, linear_backward: Any, activation_backward: Any
) -> Array:
    z = x @ w1.T + b1
    dw: Array = linear_backward(w2[j] * activation_backward("tanh", np.ones(z.shape), z), x, w1)[1]
    return dw


def through_sigmoid(
    x: Array, w1: Array, b1: Array, w2: Array, b2: Array, j: int, linear_backward: Any, activation_backward: Any
) -> Array:
    z = x @ w1.T + b1
    dx: Array = activation_backward("sigmoid", w2[j] * np.ones(z.shape), z) @ w1
    return dx


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
            "first example only",
            "right for the first example, 0 for the others: dy is 1 in column j of *every* row.",
            first_example,
        ),
        Slip(
            "weights for pixels",
            "the slopes of the weights. linear_backward gives dx, dw and db, in this order: take dx.",
            weights_for_pixels,
        ),
        Slip("slope of the sigmoid", "the way back through a sigmoid. The forward pass has tanh.", through_sigmoid),
        Slip(
            "bias forgotten",
            "the slope for a z without b1. A bias has no part in dx by itself, but it says where on the curve of "
            "tanh you stand.",
            pixel_with(slope_at=lambda z: z, bias=False),
        ),
    ),
)
