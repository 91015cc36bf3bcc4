"""Lecture 03, linear layers as nodes of a graph: what is asked, and the mistakes that are known.

(3.10)  dx[d]    = sum_j dy[j] J[j, d]
(3.12)  dx[n, d] = sum_j dy[n, j] w[j, d],  dw[j, d] = sum_n dy[n, j] x[n, d],  db[j] = sum_n dy[n, j]
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers


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
    slips={
        "J dy: it runs forwards, from inputs to outputs. Only a square J lets you. "
        "Backwards it is Jᵀ dy.": lambda J, dy: J @ dy,
        "the products, not yet added up. Input d hears from all outputs: sum over the rows.": lambda J, dy: (
            J * dy[:, None]
        ),
        "the sums of J's columns: every dy is taken as 1.": lambda J, dy: J.sum(axis=0),
    },
)


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
    slips={
        "dw divided by the number of examples. A layer adds up; if a mean is wanted, the loss takes it.": linear_with(
            dw=lambda dy, x, w: dy.T @ x / len(dy)
        ),
        "db divided by the number of examples. A layer adds up; if a mean is wanted, the loss takes it.": linear_with(
            db=lambda dy, x, w: dy.mean(axis=0)
        ),
        "the number of examples, for every output: db forgot dy. Each example pulls at "
        "the bias with its dy.": linear_with(db=lambda dy, x, w: np.full(dy.shape[1], float(len(dy)))),
    },
)
