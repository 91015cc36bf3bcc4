"""Lecture 08, from shares to surprise: what is asked, and the mistakes that are known.

(8.7)  log y[n, j] = z[n, j] − log sum over r of exp(z[n, r])
(8.8)  ℓ = −1/N sum over n, j of t[n, j] log y[n, j]
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, numbers, stepping
from cnnlib.checks.edits import instead
from cnnlib.exercises.softmax_properties import EQUAL_LOGITS, NOT_NEGATIVE, SAME_GAPS, TWICE, shifted, sums_to
from cnnlib.exercises.softmax_shares import Z_FEATURES, plain, softmax, z_cases


def log_softmax(z: Array) -> Array:
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


LOG_SOFTMAX = Exercise(
    name="log_softmax",
    parts={"log y": 2},
    reference=log_softmax,
    cases=z_cases,
    features=Z_FEATURES,
    properties=(SAME_GAPS, sums_to(1, "exp(log y)", np.exp), shifted()),
    grows="z",
    hints=(
        "log of a quotient is a difference. Which exponential was the logarithm about to undo?",
        "log exp(z) is z: nothing is computed there. Only the sum needs exp, and a sum is safe once the largest logit "
        "of the row is taken off, everywhere.",
        "(8.7)  z = z − z.max(axis=1, keepdims=True);  log y = z − log(exp(z).sum(axis=1, keepdims=True))",
    ),
    after=(("before you start", "−1000 and 0, up to e⁻¹⁰⁰⁰"),),
    slips={
        "log(softmax(z)). Where a share is too small for a float it is 0, and log 0 is −inf: "
        "never go through the share.": lambda z: np.log(softmax(z)),
        "log(y + 1e-12). That hides −inf, and no surprise is ever above 27.6: never go through the share.": lambda z: (
            np.log(softmax(z) + 1e-12)
        ),
        "z − log of the sum of exp(z), as it stands. Far from 0 the sum is inf or 0: "
        "take the largest off first.": instead(log_softmax, " - z.max(axis=1, keepdims=True)", ""),
        "log(exp(z) / sum of exp(z)), which is nan far from 0.": lambda z: np.log(plain(z)),
        "z − log of the sum of exp(z − largest): the largest was taken off in one place only.": instead(
            log_softmax, "z = z", "e = z", "np.exp(z)", "np.exp(e)"
        ),
        "z − largest. That is right only where all other logits are far below.": instead(
            log_softmax, " - np.log(np.exp(z).sum(axis=1, keepdims=True))", ""
        ),
        "the largest logit of the whole batch taken off. Rows far below it get log 0: each row has its own.": instead(
            log_softmax, "z.max(axis=1, keepdims=True)", "z.max()"
        ),
        "the largest of each column taken off: the logits of a row lost different constants.": instead(
            log_softmax, "z.max(axis=1, keepdims=True)", "z.max(axis=0)"
        ),
        "the smallest logit of each row taken off. Then the largest may still overflow.": instead(
            log_softmax, "z.max", "z.min"
        ),
        "the shares, without the logarithm.": softmax,
        "z less the sum of the exponentials: the logarithm of that sum is due.": instead(log_softmax, "np.log", ""),
        "log of the *mean* of the exponentials taken off: log M too much. (8.7) has their sum.": instead(
            log_softmax, ".sum", ".mean"
        ),
        "the logarithm of the sum added. log of a quotient: take it off.": instead(
            log_softmax, "z - np.log", "z + np.log"
        ),
        "the sum over each column. The shares of one example stand in a row: axis 1.": instead(
            log_softmax, ".sum(axis=1, keepdims=True)", ".sum(axis=0)"
        ),
    },
)


def cross_entropy(z: Array, t: Array) -> float:
    log_y = log_softmax(z)
    if t.ndim == 1:
        log_y_at_t = log_y[np.arange(len(z)), t]
    else:
        log_y_at_t = (t * log_y).sum(axis=1)
    return float(-log_y_at_t.mean())


def hot(t: Array, M: int) -> Array:
    """Labels as rows of 0 with one 1; rows stay."""
    return np.eye(M)[t] if t.ndim == 1 else t


def zt_cases(rng: Rng) -> list[Inputs]:
    z, t = 2 * rng.normal(size=(4, 3)), softmax(rng.normal(size=(4, 3)))
    labels = rng.permutation(np.array([0, 1, 2, 2]))
    return [
        {"z": numbers(2, 0, 1).reshape(1, 3), "t": np.array([0])},
        {"z": numbers(0, 1, 3, 1, 2, 2).reshape(3, 2), "t": np.array([1, 1, 0])},
        {"z": z, "t": labels},
        {"z": rng.normal(size=(3, 3)), "t": np.array([2, 0, 0])},
        {"z": numbers(2, 0, 1).reshape(1, 3), "t": numbers(0.5, 0.5, 0).reshape(1, 3)},
        {"z": numbers(0, 1, 3, 1).reshape(2, 2), "t": numbers(0.25, 0.75, 1, 0).reshape(2, 2)},
        {"z": z, "t": t},
        {"z": numbers(1000, 0, 0, 1000, 1002, 1001).reshape(2, 3), "t": np.array([1, 2])},
        {"z": numbers(0, 900, 1000, -1000).reshape(2, 2), "t": numbers(0.5, 0.5, 0, 1).reshape(2, 2)},
        {"z": numbers(0, 1, 800, 802).reshape(2, 2), "t": np.array([1, 0])},
        {"z": np.array([[3, 1, 0], [0, 2, 2]]), "t": np.array([0, 2])},
        {"z": np.array([[3, 1, 0], [0, 2, 2]]), "t": np.array([[1, 0, 0], [0, 0, 1]])},
        {"z": z.astype(np.float32), "t": labels},
        {"z": stepping(z), "t": stepping(labels)},
        {"z": np.asfortranarray(z), "t": np.asfortranarray(t)},
        {"z": z.astype(np.float32), "t": t.astype(np.float32)},
    ]


KINDS: dict[str, Callable[..., bool]] = {
    "labels": lambda z, t: t.ndim == 1,
    "probabilities": lambda z, t: t.ndim == 2,
}
ZT_FEATURES: dict[str, Callable[..., bool]] = {
    "several examples": lambda z, t: len(z) > 1,
    "labels": KINDS["labels"],
    "probabilities": KINDS["probabilities"],
    "several rows of probabilities": lambda z, t: t.ndim == 2 and len(t) > 1,
    "several labels": lambda z, t: t.ndim == 1 and len(t) > 1,
    "a target that is no row of 0 with one 1": lambda z, t: t.ndim == 2 and bool(np.any((t > 0) & (t < 1))),
    **{name: Z_FEATURES[name] for name in ("a logit beyond 700", "a gap of more than 700 within a row")},
    **LAYOUTS,
}


def at_target(values: Array, t: Array) -> Array:
    """Of each example, the sum of t times the values."""
    with np.errstate(invalid="ignore"):
        return np.where(hot(t, values.shape[1]) > 0, hot(t, values.shape[1]) * values, 0).sum(axis=1)


def loss_of(values: Callable[[Array], Array]) -> Callable[[Array, Array], float]:
    """cross_entropy with something else in the place of log_softmax."""
    return lambda z, t: float(-at_target(values(z), t).mean())


def all_pairs(z: Array, t: Array) -> float:
    log_y = log_softmax(z)
    return float(-log_y[:, t].mean()) if t.ndim == 1 else cross_entropy(z, t)


CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    parts={"labels": 2, "probabilities": 1},
    groups=KINDS,
    reference=cross_entropy,
    cases=zt_cases,
    features=ZT_FEATURES,
    properties=(NOT_NEGATIVE, EQUAL_LOGITS, TWICE, shifted()),
    grows="z",
    codes=("t",),
    hints=(
        "One example with a label: which single entry of log_softmax(z) is wanted?",
        "log_y[np.arange(N), t] takes entry t[n] of row n. With rows of probabilities every entry counts, times its "
        "probability. Then the mean over the examples, and the minus. t.ndim tells the two kinds apart.",
        "(8.8)  −mean over n of log_y[n, t[n]],  or  −mean over n of sum over j of t[n, j] log_y[n, j]",
    ),
    after=(("before you start", "log 10 = 2.303: each class has a tenth"),),
    slips={
        "the mean of t · log y over all entries: divided by M as well. "
        "Sum over the classes, mean over the examples.": lambda z, t: cross_entropy(z, t) / z.shape[1],
        "the sum over the examples. The loss is their mean, so that it does not grow with the batch.": lambda z, t: (
            cross_entropy(z, t) * len(z)
        ),
        "the loss without its minus: log y is never above 0.": lambda z, t: -cross_entropy(z, t),
        "the loss of softmax(softmax(z)): shares were taken for logits. log_softmax wants z itself.": loss_of(
            lambda z: log_softmax(softmax(z))
        ),
        "log_y[:, t], the labels of all examples in every row: shape (N, N). "
        "Row n wants its own t[n]: log_y[np.arange(N), t].": all_pairs,
        "log(softmax(z)), which is −inf where a share is too small for a float. Use your log_softmax.": loss_of(
            lambda z: np.log(softmax(z))
        ),
        "log(y + 1e-12), which caps the surprise at 27.6. Use your log_softmax.": loss_of(
            lambda z: np.log(softmax(z) + 1e-12)
        ),
        "the naive softmax, nan far from 0. Use your log_softmax.": loss_of(lambda z: np.log(plain(z))),
        "1 minus the share of the target. The loss is −log of it.": lambda z, t: float(
            (1 - at_target(softmax(z), t)).mean()
        ),
        "the loss in bits, with log to base 2.": lambda z, t: cross_entropy(z, t) / np.log(2),
        "the logarithm of the mean share. Each example is surprised by itself: first log, then mean.": lambda z, t: (
            float(-np.log(at_target(softmax(z), t).mean()))
        ),
        "the loss at the likeliest class of t. Every class counts, with its probability t[n, j].": lambda z, t: (
            cross_entropy(z, t if t.ndim == 1 else t.argmax(axis=1))
        ),
        "a mean of squares of y − t. Asked for is the surprise, −log y.": lambda z, t: float(
            ((softmax(z) - hot(t, z.shape[1])) ** 2).sum(axis=1).mean()
        ),
        "the mean of −z at the target. Logits become log y when log of the sum of exp is taken off.": loss_of(
            lambda z: z
        ),
        "the loss of the first example. Take the mean over all.": lambda z, t: cross_entropy(z[:1], t[:1]),
    },
)
