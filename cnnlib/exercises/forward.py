"""Layers of units in lecture 02: the whole network, and what excites a unit."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, given, in_other_layouts, numbers
from cnnlib.checks.edits import instead

Weights = tuple[tuple[Array, Array], ...]

ADDED_OVER_UNITS = "x @ w: that adds up over the units. w[j, d] leads from input d to unit j: add up over d."


def mlp_forward(x: Array, weights: Weights, activation: Callable[[Array], Array]) -> Array:
    for w, b in weights[:-1]:
        x = activation(x @ w.T + b)
    w, b = weights[-1]
    return x @ w.T + b


def square(z: Array) -> Array:
    return z * z


def ramp(z: Array) -> Array:
    return np.maximum(z, 0)


def bump(z: Array) -> Array:
    return np.exp(-z * z)


def layers(sizes: tuple[int, ...], rng: Rng) -> Weights:
    return tuple((rng.normal(size=(M, D)), rng.normal(size=M) + 1) for D, M in pairwise(sizes))


def mlp_cases(rng: Rng) -> list[Inputs]:
    one, two = ((numbers(2, -1)[None], numbers(3)),), ((np.array([[-1.0], [2]]), numbers(4, -3)),)
    square_layer = ((np.array([[1.0, 2], [0, -1]]), numbers(1, 3)),)  # where forgotten things have a fitting shape
    x, weights = rng.normal(size=(5, 3)), layers((3, 4, 2), rng)
    single = tuple((w.astype(np.float32), b.astype(np.float32)) for w, b in weights)
    cases: list[Inputs] = [
        {"x": numbers(1, 3)[None], "weights": one, "activation": given(square)},
        {"x": numbers(1, 3)[None], "weights": one + two, "activation": given(square)},
        {"x": numbers(1, 3)[None], "weights": one + two, "activation": given(ramp)},
        {"x": np.array([[1, 0], [0, 2], [3, 1]]), "weights": one + two, "activation": given(ramp)},
        {"x": numbers(1, 3)[None], "weights": square_layer + one, "activation": given(square)},
        {"x": numbers(1, 2)[None], "weights": square_layer + square_layer, "activation": given(ramp)},
        {"x": x, "weights": weights, "activation": given(bump)},
        {"x": rng.normal(size=(1, 2)), "weights": layers((2, 3, 3, 2, 1), rng), "activation": given(bump)},
        {"x": x.astype(np.float32), "weights": single, "activation": given(bump)},
    ]
    return [case | {"weights": list(case["weights"])} for case in cases]


MLP_FEATURES: dict[str, Callable[..., bool]] = {
    "hidden layers": lambda weights, **_: len(weights) > 1,
    "more than one hidden layer": lambda weights, **_: len(weights) > 2,
    "several examples": lambda x, **_: len(x) > 1,
}


MLP_FORWARD = Exercise(
    name="mlp_forward",
    parts={"z": 3},
    reference=mlp_forward,
    cases=mlp_cases,
    features=MLP_FEATURES,
    hints=(
        "Two layers first: what does the second one take as its input?",
        "Go through the pairs (w, b). What one layer puts out is the next one's input. One layer is treated apart.",
        "(2.10)  x ← φ(x wᵀ + b) for every layer but the last; the last returns x wᵀ + b",
    ),
    after=(("before you start", "with one pair there is no hidden layer, so the activation is never called"),),
    slips={
        "the output with the activation on top. In (2.10) the last layer returns z.": instead(
            mlp_forward, "return x @ w.T + b", "return activation(x @ w.T + b)"
        ),
        "a network without its activation: all its layers together are one.": instead(
            mlp_forward, "activation(x @", "(x @"
        ),
        "the activation of each layer's input. "
        "In (2.10) it comes after the sum, and the input x itself is never activated.": instead(
            mlp_forward, "activation(x @ w.T + b)", "x @ w.T + b", "x @", "activation(x) @"
        ),
        "the network without its biases.": instead(mlp_forward, " + b", ""),
        "the network with −b for b. In (2.10) the biases are added.": instead(mlp_forward, "+ b", "- b"),
        "the network without the biases of its hidden layers.": instead(mlp_forward, " + b)", ")"),
        "the network without the bias of its last layer.": instead(mlp_forward, "return x @ w.T + b", "return x @ w.T"),
        "a bias added after the activation. It belongs to z, which the activation gets.": instead(
            mlp_forward, " + b)", ") + b"
        ),
        "a network whose first layer alone is activated. All layers are, but the last.": instead(
            mlp_forward,
            "[:-1]",
            "[:1]",
            "w, b = weights[-1]",
            "for w, b in weights[1:]:",
            "    return x @ w.T + b",
            "        x = x @ w.T + b\n    return x",
        ),
        "a network of tanh units. Call the `activation` that you are given, whatever it is.": instead(
            mlp_forward, "activation(x @", "np.tanh(x @"
        ),
        "the network with activation(z)[0] for activation(z). "
        "It returns a alone, so [0] is the first row of a.": instead(mlp_forward, " + b)", " + b)[0]"),
        "the last layer's answer to x. It must get what the layer before it puts out: is x replaced?": instead(
            mlp_forward, "x = activation", "a = activation"
        ),
        ADDED_OVER_UNITS: instead(mlp_forward, "w.T", "w"),
    },
)


def best_inputs(w: Array, x: Array, count: int) -> Array:
    return np.argsort(-(x @ w), kind="stable")[:count]


def best_cases(rng: Rng) -> list[Inputs]:
    random = {"w": rng.normal(size=64), "x": rng.uniform(size=(40, 64)), "count": 6}
    return [
        {"w": numbers(1, -1), "x": np.array([[2.0, 1], [3, 0], [1, 2]]), "count": 1},
        {"w": numbers(1, -1), "x": np.array([[2.0, 1], [3, 0], [1, 2], [0, 9]]), "count": 2},
        {"w": np.array([2, -1, 1]), "x": np.array([[0, 5, 1], [3, 0, 0], [1, 1, 3], [2, 2, -1]]), "count": 3},
        {"w": numbers(20, -10), "x": np.array([[1.0, 0], [3, 1], [2, 0]]), "count": 2},  # where tanh(z) is 1 for all
        {"w": rng.normal(size=3), "x": rng.normal(size=(5, 3)), "count": 5},
        random,
        *in_other_layouts(random),
    ]


BEST_INPUTS = Exercise(
    name="best_inputs",
    parts={"indices": 2},
    reference=best_inputs,
    whole=True,
    cases=best_cases,
    features=LAYOUTS,
    hints=(
        "First the answers of the unit: one number for each picture.",
        "np.argsort gives the order from the smallest to the largest. You want the other end, largest first.",
        "indices = the first `count` of the order in which Σ_d w[d] x[n, d] falls",
    ),
    after=(("before you start", "the same bias is added for every picture, so it does not change their order"),),
    slips={
        "the pictures that the unit answers least to. np.argsort begins with the smallest.": instead(
            best_inputs, "-(x @ w)", "x @ w"
        ),
        "the right pictures, strongest last. Turn them round.": instead(best_inputs, "[:count]", "[:count][::-1]"),
        "the right pictures in the order of their numbers, not of the unit's answers.": instead(
            best_inputs, "np.argsort", "np.sort(np.argsort", "[:count]", "[:count])"
        ),
        "the unit's largest answers. Which pictures gave them?": instead(best_inputs, "np.argsort", "-np.sort"),
        "the pictures themselves. Their numbers n are asked.": instead(
            best_inputs, "np.argsort", "x[np.argsort", "[:count]", "[:count]]"
        ),
        "the strongest answers of either sign. A large negative one is the weakest of all.": instead(
            best_inputs, "(x @ w)", "np.abs(x @ w)"
        ),
        "the right numbers as floats. x[1.0] is an error: fill np.zeros(count, int), or a list.": instead(
            best_inputs, "[:count]", "[:count].astype(float)"
        ),
        "the order of tanh(z). For large z tanh is 1 in the computer: use z.": instead(
            best_inputs, "(x @ w)", "np.tanh(x @ w)"
        ),
        "all pictures in order. Only the first `count` are asked.": instead(best_inputs, "[:count]", ""),
        "the place that each picture takes, of the first pictures: one argsort too many.": instead(
            best_inputs, "np.argsort(", "np.argsort(np.argsort(", '"stable")', '"stable"))'
        ),
        "the pictures nearest to w. A unit adds up the products w[d] x[n, d].": instead(
            best_inputs, "-(x @ w)", "((x - w) ** 2).sum(axis=1)"
        ),
        "the order of z divided by the length of each picture. The unit answers to z.": instead(
            best_inputs, "(x @ w)", "(x @ w) / np.linalg.norm(x, axis=1)"
        ),
        "the pictures with the largest sums, whatever the weights say.": instead(
            best_inputs, "(x @ w)", "x.sum(axis=1)"
        ),
    },
)
