"""Lecture 08, softmax and loss in one step back: what is asked, and the mistakes that are known.

(8.11)  dz = (y − t) / N
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward
from cnnlib.exercises.softmax_gradients import softmax_backward
from cnnlib.exercises.softmax_losses import KINDS, ZT_FEATURES, cross_entropy, hot, zt_cases
from cnnlib.exercises.softmax_properties import measured, shifted, sums_to
from cnnlib.exercises.softmax_shares import plain, softmax


def cross_entropy_backward(z: Array, t: Array) -> Array:
    dz = softmax(z)
    if t.ndim == 1:
        dz[np.arange(len(z)), t] -= 1
    else:
        dz = dz - t
    return dz / len(z)


def gradient_of(
    change: Callable[[Array, Array], Array], shares: Callable[[Array], Array] = softmax
) -> Callable[[Array, Array], Array]:
    """A gradient made of y and of t as rows."""
    return lambda z, t: change(shares(z), hot(t, z.shape[1]))


def every_row(z: Array, t: Array) -> Array:
    """t of the whole batch used in every row."""
    dz = softmax(z)
    if t.ndim > 1:
        return (dz - t) / len(z)
    dz[:, t] -= 1
    return dz / len(z)


CROSS_ENTROPY_BACKWARD = Exercise(
    name="cross_entropy_backward",
    parts={"labels": 2, "probabilities": 1},
    groups=KINDS,
    reference=cross_entropy_backward,
    forward=Forward("cross_entropy", ("z",), lambda z, t: {"z": z, "t": t}, loss=lambda loss, **inputs: loss),
    cases=zt_cases,
    features=ZT_FEATURES,
    properties=(sums_to(0, "dz"), measured("dz is what the loss answers to a small step", cross_entropy), shifted()),
    grows="z",
    codes=("t",),
    hints=(
        "One example: what is left of dy = −t / y after (8.10)? What must a row of dz add up to?",
        "y − t. With labels, t is 1 at t[n] and 0 elsewhere: take 1 from that entry. And the loss is a mean over N.",
        "(8.11)  softmax(z), less 1 at [np.arange(N), t], or less t;  all of it / N",
    ),
    after=(("before you start", "−0.9 for the right class, 0.1 for each of the others"),),
    slips={
        "y − t. The loss is the mean over the batch, so its slope is divided by N.": gradient_of(lambda y, t: y - t),
        "(y − t) / N². Divide once.": gradient_of(lambda y, t: (y - t) / len(y) ** 2),
        "(y − t) divided by N and by M. The loss is a sum over the classes, a mean over the examples.": gradient_of(
            lambda y, t: (y - t) / y.size
        ),
        "(y − t) / M. It is the examples that the mean runs over.": gradient_of(lambda y, t: (y - t) / y.shape[1]),
        "t − y, over N: downhill. dz is the slope itself, and points uphill.": gradient_of(
            lambda y, t: (t - y) / len(y)
        ),
        "−t / y, over N: the slope of the loss by the shares. One step is left, back through the softmax.": gradient_of(
            lambda y, t: np.where(t > 0, -t / np.where(t > 0, y, 1), 0) / len(y)
        ),
        "right at the target's class, 0 at the others. Raising a wrong logit raises the loss: by y[j].": gradient_of(
            lambda y, t: (y - t) * t / len(y)
        ),
        "(y − t) y (1 − y), over N: what squared error sends through a sigmoid. Here the y cancels.": gradient_of(
            lambda y, t: (y - t) * y * (1 - y) / len(y)
        ),
        "(y − 1) / N: 1 was taken from every entry. Take it from entry t[n] of row n.": gradient_of(
            lambda y, t: (y - 1) / len(y)
        ),
        "1 taken from the columns of *all* labels in every row: dz[:, t]. "
        "Row n wants its own: dz[np.arange(N), t].": every_row,
        "y / N. The target is missing: y − t.": gradient_of(lambda y, t: y / len(y)),
        "(z − t) / N. (8.11) has the shares y.": lambda z, t: (z - hot(t, z.shape[1])) / len(z),
        "y − t with the naive softmax, nan far from 0. Use your softmax.": gradient_of(
            lambda y, t: (y - t) / len(y), plain
        ),
        "y − t with the softmax of the softmax: shares were taken for logits.": lambda z, t: (
            (softmax(softmax(z)) - hot(t, z.shape[1])) / len(z)
        ),
        "the slope of the squared error half (y − t)², over N. The loss is the surprise.": lambda z, t: (
            softmax_backward(softmax(z) - hot(t, z.shape[1]), softmax(z)) / len(z)
        ),
        "the slope for a target of the likeliest class alone. Every class counts, "
        "with its probability t[n, j].": lambda z, t: cross_entropy_backward(z, t if t.ndim == 1 else t.argmax(axis=1)),
    },
)
