"""Lecture 08, the digits that a network doubts most: what is asked, and the mistakes that are known."""

import itertools

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs, Property
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.show import number
from cnnlib.exercises.softmax_losses import log_softmax
from cnnlib.exercises.softmax_shares import softmax


def most_doubtful(z: Array, t: Array, count: int) -> Array:
    losses = -log_softmax(z)[np.arange(len(z)), t]
    return np.argsort(-losses)[:count]


def doubt_cases(rng: Rng) -> list[Inputs]:
    z = 2 * rng.normal(size=(8, 5))
    t = rng.permutation(np.array([0, 1, 2, 3, 4, 0, 2, 4]))
    return [
        {"z": numbers(0, 3, 0, 2, 0, 1).reshape(3, 2), "t": np.array([1, 0, 1]), "count": 2},
        {"z": numbers(5, 5, 5, 0, 1, 0, 9, 9, 0).reshape(3, 3), "t": np.array([0, 2, 1]), "count": 1},
        {"z": numbers(4, 0, 3, 0, 0, 1, 2, 0).reshape(4, 2), "t": np.array([0, 1, 1, 0]), "count": 4},
        {"z": z, "t": t, "count": 3},
        {"z": rng.normal(size=(5, 5)), "t": np.array([4, 0, 1, 2, 2]), "count": 5},
        {"z": numbers(0, 2000, 0, 3000, 0, 1000, 0, 1).reshape(4, 2), "t": np.array([0, 0, 0, 0]), "count": 3},
        {"z": np.array([[7, 0, 0], [0, 3, 9], [1, 2, 0], [5, 0, 8]]), "t": np.array([0, 1, 1, 2]), "count": 3},
        {"z": z.astype(np.float32), "t": t, "count": 6},
        *in_other_layouts({"z": z, "t": t, "count": 8})[1:3],
        _many(rng),
    ]


def _many(rng: Rng) -> Inputs:
    """So many examples that np.argpartition, which sorts short arrays on some machines, leaves them unsorted."""
    z = np.stack([np.zeros(600), (1 + rng.permutation(600)) / 100], axis=1)
    return {"z": z, "t": np.zeros(600, int), "count": 400}


def largest(doubt: Array, count: int) -> Array:
    return np.argsort(-doubt, kind="stable")[:count]


def at_t(values: Array, t: Array) -> Array:
    return values[np.arange(len(values)), t]


def second_best(z: Array) -> Array:
    y = np.sort(softmax(z), axis=1)
    return y[:, -2] - y[:, -1]


def out_of_order(answer: Array, z: Array, t: Array, count: int) -> str:
    losses = -at_t(log_softmax(z), t)
    order = [*answer, *(n for n in largest(losses, len(z)) if n not in answer)]
    for n, after in itertools.pairwise(order):
        if losses[n] < losses[after]:
            here, larger = (f"example {m}, whose loss is {number(float(losses[m]))}" for m in (n, after))
            return f"yours names {here}, before {larger}"
    return ""


MOST_DOUBTFUL = Exercise(
    name="most_doubtful",
    parts={"order": 2},
    reference=most_doubtful,
    cases=doubt_cases,
    whole=True,
    properties=(Property("the losses of the examples never rise along the order", out_of_order),),
    codes=("t",),
    features={
        "count below N": lambda z, t, count: count < len(z),
        "a count of 2 or more": lambda z, t, count: count > 1,
        "an example that is read wrongly": lambda z, t, count: bool(np.any(z.argmax(axis=1) != t)),
        "a gap of more than 700 within a row": lambda z, t, count: bool(np.ptp(z, axis=1).max() > 700),
        **LAYOUTS,
    },
    hints=(
        "You have the surprise of each example already, on the way to your cross_entropy.",
        "losses = −log_softmax(z) at the labels, one for each example. np.argsort gives the numbers of the examples, "
        "smallest first.",
        "losses[n] = −log y[n, t[n]];  np.argsort(−losses)[:count]",
    ),
    after=(("before you start", "0 first: the network finds its label less likely"),),
    slips={
        "the examples with the *smallest* losses. np.argsort sorts upwards.": lambda z, t, count: largest(
            at_t(log_softmax(z), t), count
        ),
        "the right examples, the largest loss last. Largest first.": lambda z, t, count: most_doubtful(z, t, count)[
            ::-1
        ],
        "those whose best share is smallest. A network may be sure and wrong: "
        "ask for the share of the label.": lambda z, t, count: largest(-softmax(z).max(axis=1), count),
        "those whose two best shares are nearest to each other. "
        "Ask for the surprise at the label.": lambda z, t, count: largest(second_best(z), count),
        "those with the largest entropy. A network may be sure and wrong: ask for "
        "the share of the label.": lambda z, t, count: largest(-(softmax(z) * log_softmax(z)).sum(axis=1), count),
        "those whose label's logit lies farthest below the best one. "
        "The loss counts the other classes as well.": lambda z, t, count: largest(z.max(axis=1) - at_t(z, t), count),
        "those with the smallest logit at the label. "
        "Logits of two examples cannot be compared: take log y.": lambda z, t, count: largest(-at_t(z, t), count),
        "the examples sorted by the share itself. Beyond a gap of 746 all shares are 0: "
        "sort by its logarithm.": lambda z, t, count: largest(-at_t(softmax(z), t), count),
        "the losses. Asked for are the numbers of the examples.": lambda z, t, count: (
            -np.sort(at_t(log_softmax(z), t))[:count]
        ),
        "all examples, in the right order. Only `count` of them are wanted.": lambda z, t, count: most_doubtful(
            z, t, len(z)
        ),
    },
)
