"""Lecture 08, log odds against a pivot: what is asked, and the mistakes that are known.

(8.4)  s[n, j] = log(y[n, j] / y[n, M − 1]) = z[n, j] − z[n, M − 1]
(8.5)  y[n, j] = exp(s[n, j]) / (1 + sum over r of exp(s[n, r])), and 1 / (1 + ...) for the pivot
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers, stepping
from cnnlib.exercises.softmax_properties import sums_to
from cnnlib.exercises.softmax_shares import softmax


def log_odds(y: Array) -> Array:
    return np.log(y[:, :-1] / y[:, -1:])


def shares_of(rng: Rng, N: int, M: int) -> Array:
    return softmax(1.5 * rng.normal(size=(N, M)))


def y_cases(rng: Rng) -> list[Inputs]:
    y = shares_of(rng, 4, 3)
    return [
        {"y": numbers(0.5, 0.25, 0.25).reshape(1, 3)},
        {"y": numbers(0.2, 0.8, 0.5, 0.5, 0.9, 0.1).reshape(3, 2)},
        {"y": shares_of(rng, 2, 5)},
        {"y": shares_of(rng, 3, 3)},
        {"y": numbers(1e-30, 1, 1, 1e-30).reshape(2, 2)},
        {"y": y.astype(np.float32)},
        {"y": stepping(y)},
        {"y": np.asfortranarray(y)},
    ]


LOG_ODDS = Exercise(
    name="log_odds",
    parts={"s": 1},
    reference=log_odds,
    cases=y_cases,
    features={
        "several rows": lambda y: len(y) > 1,
        "two classes": lambda y: y.shape[1] == 2,
        "more than two classes": lambda y: y.shape[1] > 2,
        **LAYOUTS,
    },
    hints=(
        "How often is class j as likely as the pivot, and what is the logarithm of that?",
        "The pivot is the last column. y[:, -1:] keeps it a column, so that each row meets its own.",
        "(8.4)  s = log(y[:, :-1] / y[:, -1:])",
    ),
    after=(("before you start", "log 2 = 0.693 for class 0, and log 1 = 0 for class 1"),),
    slips={
        "log(y / (1 − y)): the odds of j against all other classes together. "
        "Asked for are those against the pivot alone.": lambda y: np.log(y[:, :-1] / (1 - y[:, :-1])),
        "log odds against class 0. The pivot is the last class.": lambda y: np.log(y[:, 1:] / y[:, :1]),
        "the odds. Take their logarithm.": lambda y: y[:, :-1] / y[:, -1:],
        "log y. Divide by the pivot's share first.": lambda y: np.log(y[:, :-1]),
        "the right log odds, with a column of zeros for the pivot against itself. "
        "Leave that out: M − 1 are left.": lambda y: np.log(y / y[:, -1:]),
        "the logarithm to base 2. Here log is the natural one.": lambda y: np.log2(y[:, :-1] / y[:, -1:]),
        "the logarithm to base 10. Here log is the natural one.": lambda y: np.log10(y[:, :-1] / y[:, -1:]),
        "log y[j] over the log of the pivot's share. Asked for is the logarithm of their quotient.": lambda y: (
            np.log(y[:, :-1]) / np.log(y[:, -1:])
        ),
        "the odds against the pivot of the first row. Each row has its own.": lambda y: np.log(y[:, :-1] / y[0, -1]),
        "log of y[j] times the pivot's share. Odds are a quotient.": lambda y: np.log(y[:, :-1] * y[:, -1:]),
    },
)


def from_log_odds(s: Array) -> Array:
    z = np.concatenate([s, np.zeros((len(s), 1))], axis=1)
    return softmax(z)


def s_cases(rng: Rng) -> list[Inputs]:
    return [
        {"s": numbers(0, 1).reshape(1, 2)},
        {"s": numbers(0, 2, -1).reshape(3, 1)},
        {"s": rng.normal(size=(2, 4))},
        {"s": numbers(0, 1, 2, 0).reshape(2, 2)},
        {"s": numbers(1000, -1000, 999, 0).reshape(2, 2)},
        {"s": numbers(-2000, -900, 900, 30).reshape(4, 1)},
        *in_other_layouts({"s": 2 * rng.normal(size=(4, 3))}),
        {"s": np.array([[100, 99], [1, -100]], np.float32)},
    ]


def with_pivot(e: Callable[[Array], tuple[Array, Array]]) -> Callable[[Array], Array]:
    """Exponentials of the log odds and of the pivot, over their sum."""

    def slipped(s: Array) -> Array:
        others, pivot = e(s)
        both = np.concatenate([others, pivot], axis=1)
        return both / both.sum(axis=1, keepdims=True)

    return slipped


def ones(s: Array) -> Array:
    return np.ones((len(s), 1))


FROM_LOG_ODDS = Exercise(
    name="from_log_odds",
    parts={"y": 2},
    reference=from_log_odds,
    cases=s_cases,
    properties=(sums_to(1, "y"),),
    grows="s",
    features={
        "log odds beyond 80": lambda s: bool(s.max() > 80),
        "log odds beyond 700": lambda s: bool(s.max() > 700),
        "log odds below −700": lambda s: bool(s.min() < -700),
        "log odds above 0": lambda s: bool(s.max() > 0),
        "several rows": lambda s: len(s) > 1,
        **LAYOUTS,
    },
    hints=(
        "What are the log odds of the pivot against itself?",
        "They are 0. Put a column of zeros behind s: these are logits, and you have a softmax that cannot overflow.",
        "(8.5)  y = softmax of (s[n, 0], ..., s[n, M − 2], 0)",
    ),
    after=(("before you start", "1/2 and 1/2: even odds"),),
    slips={
        "(8.5) as it stands, which is inf / inf for large log odds. "
        "What are the logits of all M classes, the pivot's too?": with_pivot(lambda s: (np.exp(s), ones(s))),
        "the right shares but for the pivot: the largest was taken off s, its 1 stayed. "
        "Its logit 0 loses as much.": with_pivot(lambda s: (np.exp(s - s.max(axis=1, keepdims=True)), ones(s))),
        "the softmax of s alone: M − 1 shares. The pivot has a share, too.": lambda s: softmax(s),
        "the pivot's share in front. The pivot is the last class.": lambda s: softmax(
            np.concatenate([np.zeros((len(s), 1)), s], axis=1)
        ),
        "the pivot with a logit of 1. Its odds against itself are 1, so their logarithm is 0.": lambda s: softmax(
            np.concatenate([s, ones(s)], axis=1)
        ),
        "the pivot with a logit of −1. Its odds against itself are 1, so their logarithm is 0.": lambda s: softmax(
            np.concatenate([s, -ones(s)], axis=1)
        ),
        "a sigmoid of each, and the rest for the pivot. That is right for two classes alone: "
        "with more, the others take a share of the sum as well.": lambda s: _sigmoids(s),
        "exp(s) over their own sum, and the pivot over that sum. The pivot's 1 belongs into the sum.": lambda s: (
            _own_sum(s)
        ),
        "the right shares, but without the pivot's share: M of them are due.": lambda s: from_log_odds(s)[:, :-1],
        "s / (1 + sum of s). Log odds become odds by exp.": with_pivot(lambda s: (s, ones(s))),
        "the shares for −s. Large log odds speak for class j and against the pivot.": lambda s: from_log_odds(-s),
    },
)


def _sigmoids(s: Array) -> Array:
    a = 1 / (1 + np.exp(-s))
    return np.concatenate([a, 1 - a.sum(axis=1, keepdims=True)], axis=1)


def _own_sum(s: Array) -> Array:
    e = np.concatenate([np.exp(s), ones(s)], axis=1)
    return e / np.exp(s).sum(axis=1, keepdims=True)
