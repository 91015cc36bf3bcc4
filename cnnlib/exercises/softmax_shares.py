"""Lecture 08, from scores to shares: what is asked, and the mistakes that are known.

(8.1)  y[n, j] = exp(z[n, j]) / sum over r of exp(z[n, r])
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.softmax_properties import shifted, sums_to


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def z_cases(rng: Rng) -> list[Inputs]:
    """A row, rows, a square, then logits that are large, far apart in a row, and far apart between rows."""
    return [
        {"z": numbers(2, 0, 1).reshape(1, 3)},
        {"z": numbers(0, 1, 3, 1, 2, 2).reshape(3, 2)},
        {"z": numbers(0, 1, 3, 0).reshape(2, 2)},
        {"z": numbers(5).reshape(1, 1)},
        {"z": rng.normal(size=(3, 4))},
        {"z": numbers(500, 501).reshape(1, 2)},
        {"z": numbers(1000, 1001, 999).reshape(1, 3)},
        {"z": numbers(-1000, -1001, -999, -1000).reshape(2, 2)},
        {"z": numbers(0, 900, 0, 2000).reshape(2, 2)},
        {"z": numbers(0, 1, 800, 802).reshape(2, 2)},
        *in_other_layouts({"z": 2 * rng.normal(size=(4, 3))}),
        {"z": np.array([[1, 2, 0], [90, 91, 93]], np.float32)},
    ]


def apart(z: Array) -> float:
    """The largest gap within a row."""
    return float((z.max(-1) - z.min(-1)).max())


Z_FEATURES: dict[str, Callable[..., bool]] = {
    "a logit beyond 700": lambda z, **_: bool(z.max() > 700),
    "logits below −700 alone in a row": lambda z, **_: bool(z.max(-1).min() < -700),
    "a logit beyond 80": lambda z, **_: bool(z.max() > 80),
    "a logit beyond −80 or 80": lambda z, **_: bool(np.abs(z).max() > 80),
    "a gap of more than 700 within a row": lambda z, **_: apart(z) > 700,
    "several rows": lambda z, **_: z.ndim > 1 and len(z) > 1,
    "rows far from each other": lambda z, **_: z.ndim > 1 and float(np.ptp(z.max(-1))) > 80,
    "as many rows as classes": lambda z, **_: z.ndim > 1 and z.shape[0] == z.shape[1],
    "a largest logit other than 0": lambda z, **_: bool(np.any(z.max(-1) != 0)),
    **LAYOUTS,
}


def plain(z: Array) -> Array:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


SOFTMAX = Exercise(
    name="softmax",
    parts={"y": 2},
    reference=softmax,
    cases=z_cases,
    features=Z_FEATURES,
    properties=(sums_to(1, "y"), shifted()),
    grows="z",
    hints=(
        "One row first. Which constant may you add to its logits, and which one makes every exponential harmless?",
        "Take the largest logit of each row off that row. Then exp is at most 1. Sums run along a row: axis 1; "
        "keepdims=True keeps them a column, so that each row meets its own.",
        "e = exp(z − z.max(axis=1, keepdims=True));  y = e / e.sum(axis=1, keepdims=True)",
    ),
    after=(("before you start", "(0.5, 0.5): equal logits, equal shares, however large they are"),),
    slips={
        "exp(z) over its sum, as it stands. "
        "Far from 0 that is inf / inf or 0 / 0: which constant may you add to a row first?": plain,
        "the largest logit of the whole batch taken off. A row far below it becomes 0 / 0: "
        "each row has its own largest.": instead(softmax, "z.max(axis=1, keepdims=True)", "z.max()"),
        "the smallest logit of each row taken off. Then the largest may still overflow.": instead(
            softmax, "z.max", "z.min"
        ),
        "the mean of each row taken off. Then the largest may still overflow.": instead(softmax, "z.max", "z.mean"),
        "the largest of each column taken off: the logits of a row lost different constants, "
        "and that changes their shares.": instead(softmax, "z.max(axis=1, keepdims=True)", "z.max(axis=0)"),
        "each column divided by its sum. The shares of one example stand in a row: axis 1.": instead(
            softmax, "e.sum(axis=1, keepdims=True)", "e.sum(axis=0)"
        ),
        "everything divided by the sum over the batch. Each row adds up to 1 by itself.": instead(
            softmax, "e.sum(axis=1, keepdims=True)", "e.sum()"
        ),
        "exponentials over their mean, so that a row adds up to M.": instead(softmax, "e.sum", "e.mean"),
        "the exponentials alone. What must a row add up to?": instead(softmax, " / e.sum(axis=1, keepdims=True)", ""),
        "z over its sum. A negative score would get a negative share: take exp first.": lambda z: (
            z / z.sum(axis=1, keepdims=True)
        ),
        "the size of each logit, after the largest was taken off, over their sum: where is exp?": instead(
            softmax, "np.exp", "np.abs"
        ),
        "a sigmoid of each logit by itself. The shares of a row share one sum.": lambda z: 1 / (1 + np.exp(-z)),
        "1 for the largest and 0 for the others: the maximum, not the soft one.": lambda z: (
            (z == z.max(axis=1, keepdims=True)) / (z == z.max(axis=1, keepdims=True)).sum(1, keepdims=True)
        ),
        "exp(−z) over its sum: the largest logit got the smallest share.": lambda z: softmax(-z),
        "the logarithms of the shares.": lambda z: np.log(softmax(z)),
    },
)


def temperature(z: Array, tau: float) -> Array:
    return softmax(z / tau)


def temperature_cases(rng: Rng) -> list[Inputs]:
    z = rng.normal(size=(2, 3))
    return [
        {"z": numbers(2, 0, 1).reshape(1, 3), "tau": 2},
        {"z": numbers(1, 3, 0, 2, 2, 5).reshape(2, 3), "tau": 0.5},
        {"z": z, "tau": 1.0},
        {"z": z, "tau": 4.0},
        {"z": numbers(1, 3, 2, 2).reshape(2, 2), "tau": 0.005},
        {"z": numbers(1, 3, 2, 2).reshape(2, 2), "tau": 0.001},
        {"z": numbers(-500, 700, 3, 4).reshape(2, 2), "tau": 100.0},
        *in_other_layouts({"z": 2 * rng.normal(size=(3, 4)), "tau": 1.5}),
    ]


TEMPERATURE = Exercise(
    name="temperature",
    parts={"y": 1},
    reference=temperature,
    cases=temperature_cases,
    properties=(sums_to(1, "y"), shifted()),
    grows="z",
    features={
        "tau other than 1": lambda z, tau: tau != 1,
        "tau below 1": lambda z, tau: tau < 1,
        "tau above 1": lambda z, tau: tau > 1,
        "a z / tau beyond 700": lambda z, tau: bool((z / tau).max() > 700),
        **LAYOUTS,
    },
    hints=(
        "You have a softmax that cannot overflow. What must go into it?",
        "Divide the logits first, then take shares. Leave z as it was.",
        "(8.2)  y = softmax(z / τ)",
    ),
    after=(("before you start", "flatter: the logits come nearer to each other"),),
    slips={
        "the softmax of z times tau. A hot softmax is a flat one: divide.": lambda z, tau: softmax(z * tau),
        "the softmax at temperature 1.": lambda z, tau: softmax(z),
        "the shares divided by tau: a row no longer adds up to 1. It is the logits that are divided.": lambda z, tau: (
            softmax(z) / tau
        ),
        "exp(z / tau) over its sum, as it stands. That overflows for a small tau: use your softmax.": lambda z, tau: (
            plain(z / tau)
        ),
        "the shares to the power 1 / tau, over their sum. "
        "For a small tau all powers are 0: divide the logits.": lambda z, tau: (
            softmax(z) ** (1 / tau) / (softmax(z) ** (1 / tau)).sum(axis=1, keepdims=True)
        ),
        "the shares to the power 1 / tau, whose rows no longer add up to 1.": lambda z, tau: softmax(z) ** (1 / tau),
    },
)
