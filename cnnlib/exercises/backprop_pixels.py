"""Lecture 03, a slope sent back to the pixels: what is asked, and the mistakes that are known.

(3.13)  da = dy w2,  dz = da φ'(z),  dx = dz w1
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng, given, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.backprop_activations import activation_backward
from cnnlib.exercises.backprop_layers import linear_backward


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
    slips={
        "the slope of the sum of all scores. Only score j is asked for: dy is 0 for the others.": instead(
            pixel_gradient, "dy[:, j] = 1", "dy[:] = 1"
        ),
        "score j times the slope. dy is the slope of what you ask for by the scores: 1 for score j.": instead(
            pixel_gradient, "= 1", "= (a @ w2.T + b2)[:, j]"
        ),
        "the way back without the activation: the two weight matrices alone. tanh has a slope at every z.": instead(
            pixel_gradient, 'activation_backward("tanh", da, z)', "da"
        ),
        "the way back with the slope of tanh taken at its output a. "
        "activation_backward wants z, what went in.": instead(pixel_gradient, "da, z)", "da, a)"),
        "right for the first example, 0 for the others: dy is 1 in column j of *every* row.": instead(
            pixel_gradient, "dy[:, j]", "dy[0, j]"
        ),
        "the slopes of the weights. linear_backward gives dx, dw and db, in this order: take dx.": instead(
            pixel_gradient, "dx, _, _", "_, dx, _"
        ),
        "the way back through a sigmoid. The forward pass has tanh.": instead(pixel_gradient, '"tanh"', '"sigmoid"'),
        "the way back through ReLU. The forward pass has tanh.": instead(pixel_gradient, '"tanh"', '"relu"'),
        "the slope of the highest score of each example. "
        "Asked for is score j, whether it is the highest or not.": instead(
            pixel_gradient, "dy[:, j]", "dy[np.arange(len(x)), (a @ w2.T + b2).argmax(axis=1)]"
        ),
        "the slope for a z without b1. A bias has no part in dx by itself, "
        "but it says where on the curve of tanh you stand.": instead(pixel_gradient, " + b1", ""),
    },
)
