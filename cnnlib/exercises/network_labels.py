"""Lecture 09, from labels to counts: what is asked, and the mistakes that are known.

(9.2)   t[n, j] = 1 if j is the label of example n, else 0
(9.3)   accuracy = how many examples have their largest entry at the label, divided by N
(9.9)   counts[label, answer] += 1  for every example
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, stepping


def one_hot(t: Array, M: int) -> Array:
    rows = np.zeros((len(t), M))
    for n in range(len(t)):
        rows[n, int(t[n])] = 1
    return rows


def label_cases(rng: Rng) -> list[Inputs]:
    return [
        {"t": np.array([1]), "M": 2},
        {"t": np.array([2, 0]), "M": 3},
        {"t": np.array([0, 0, 1]), "M": 4},
        {"t": np.array([3, 1, 3, 2]), "M": 4},
        {"t": rng.integers(0, 10, 7), "M": 10},
        {"t": stepping(rng.integers(0, 5, 9)), "M": 5},
    ]


ONE_HOT = Exercise(
    name="one_hot",
    parts={"t": 1},
    reference=one_hot,
    cases=label_cases,
    codes=("t", "M"),
    features={"a class that nobody has": lambda t, M: len(set(t.tolist())) < M},
    hints=(
        "Start from a table of zeros, (N, M). Which entry of row n becomes 1?",
        "The one in the column that the label names: the label is an index.",
        "(9.2)  t[n, label[n]] = 1, all else 0",
    ),
    after=(("before you start", "each row holds a single 1, so its sum is 1"),),
    slips={
        "a table with a column up to the largest label that occurs. "
        "A batch need not hold every class: M says how many there are.": lambda t, M: one_hot(t, int(max(t)) + 1),
        "the table on its side: a row for each class. Examples are rows, as everywhere in the course.": lambda t, M: (
            one_hot(t, M).T
        ),
        "the 1 one place too early, as if classes were counted from 1.": lambda t, M: np.roll(
            one_hot(t, M), -1, axis=1
        ),
        "the label itself at its place. "
        "Put a 1 there: the row is a distribution, all of it on one class.": lambda t, M: one_hot(t, M) * t[:, None],
        "the columns of all labels filled, in every row: rows[:, t] = 1 names columns only. Row n gets a 1 at t[n] "
        "alone: give both indices.": lambda t, M: np.zeros((len(t), M)) + one_hot(t, M).max(axis=0),
        "a table of nothing but 1. Start from zeros.": lambda t, M: np.ones((len(t), M)),
        "the 1 one place too late.": lambda t, M: np.roll(one_hot(t, M), 1, axis=1),
        "a 0 at the label and 1 everywhere else. It is the other way round.": lambda t, M: 1 - one_hot(t, M),
    },
)


# ---------------------------------------------------------------- accuracy and confusion


def accuracy(z: Array, t: Array) -> float:
    return float(np.mean(z.argmax(axis=1) == t))


def confusion(z: Array, t: Array) -> Array:
    M = z.shape[1]
    counts = np.zeros((M, M))
    for n in range(len(t)):
        counts[int(t[n]), z[n].argmax()] += 1
    return counts


def logits(rng: Rng, N: int, M: int, right: float = 0.6) -> Inputs:
    """Logits without ties, of which a share is right."""
    t = rng.integers(0, M, N)
    z = rng.permutation(N * M).reshape(N, M) / 10 - N * M / 20
    hit = np.arange(N) < right * N
    z[hit, t[hit]] = z.max(axis=1)[hit] + 1
    return {"z": z, "t": t}


def logit_cases(rng: Rng) -> list[Inputs]:
    random = logits(rng, 12, 4)
    return [
        {"z": np.array([[1.0, 3, 2]]), "t": np.array([1])},
        {"z": np.array([[1.0, 3, 2], [5, -1, 0]]), "t": np.array([2, 0])},
        {"z": np.array([[3, 2, 1], [2, 1, 0], [1, 4, 3], [0, 2, 9], [7, 8, 6]]), "t": np.array([0, 0, 1, 1, 2])},
        {"z": np.array([[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]]), "t": np.array([1, 0])},
        {"z": np.array([[-4.0, -1], [-2, -3], [-5, -6]]), "t": np.array([0, 1, 1])},
        logits(rng, 7, 5, 0.3),
        {"z": random["z"].astype(np.float32), "t": random["t"]},
        {"z": stepping(random["z"]), "t": stepping(random["t"])},
        {"z": np.asfortranarray(random["z"]), "t": random["t"]},
    ]


LOGIT_FEATURES: dict[str, Callable[..., bool]] = {
    "several examples": lambda z, t: len(z) > 1,
    "a wrong answer": lambda z, t: accuracy(z, t) < 1,
    "a right answer": lambda z, t: accuracy(z, t) > 0,
    "no positive logit": lambda z, t: bool(z.max() < 0),
    **LAYOUTS,
}

ACCURACY = Exercise(
    name="accuracy",
    parts={"accuracy": 1},
    reference=accuracy,
    cases=logit_cases,
    codes=("t",),
    features=LOGIT_FEATURES,
    hints=(
        "What is the network's answer for one example, if z[n] holds a number for each class?",
        "The class with the largest entry, along the axis of classes. Compare with the labels, and take the mean.",
        "(9.3)  mean over n of (argmax of z[n] equals t[n])",
    ),
    after=(("before you start", "no: softmax keeps the order, so the largest logit has the largest share"),),
    slips={
        "how many are right. A share is asked: divide by the number of examples.": lambda z, t: float(
            np.sum(z.argmax(1) == t)
        ),
        "the share of wrong answers.": lambda z, t: 1 - accuracy(z, t),
        "a hundred times the share.": lambda z, t: 100 * accuracy(z, t),
        "the share where the *smallest* entry stands at the label.": lambda z, t: accuracy(-z, t),
        "the last example alone, over N: the count is overwritten where it should grow.": lambda z, t: (
            float(z[-1].argmax() == t[-1]) / len(t)
        ),
        "one right answer more than there are, over N. The count starts at 0.": lambda z, t: (
            accuracy(z, t) + 1 / len(t)
        ),
        "the number of right answers times N. Divide.": lambda z, t: accuracy(z, t) * len(t) ** 2,
        "the right answers divided by all entries of z, N · M. There are N examples.": lambda z, t: (
            accuracy(z, t) / z.shape[1]
        ),
        "the right answers divided by M, the number of classes. There are N examples.": lambda z, t: (
            accuracy(z, t) * len(t) / z.shape[1]
        ),
        "one place for the whole table, as z.argmax() gives it. "
        "Each row has its own: argmax along the axis of classes.": lambda z, t: float(np.mean(z.argmax() == t)),
    },
)


def normalised(z: Array, t: Array) -> Array:
    counts = confusion(z, t)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def quiet_shares(counts: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))


CONFUSION = Exercise(
    name="confusion",
    parts={"counts": 2},
    reference=confusion,
    cases=logit_cases,
    codes=("t",),
    features=LOGIT_FEATURES | {"one pair twice": lambda z, t: bool(confusion(z, t).max() > 1)},
    hints=(
        "A table of zeros, (M, M). Each example adds 1 somewhere. Where?",
        "Row: its label. Column: the network's answer. Go example by example, so that no pair gets lost.",
        "(9.9)  counts[t[n], argmax of z[n]] += 1  for every n",
    ),
    after=(("before you start", "the right answers, on the diagonal; all entries together make N"),),
    slips={
        "the table with rows and columns exchanged: rows are the labels, columns the answers.": lambda z, t: (
            confusion(z, t).T
        ),
        "1 for every pair that occurs, however often. counts[t, answers] += 1 with arrays as indices adds to each "
        "place once: go example by example, or use np.add.at.": lambda z, t: (confusion(z, t) > 0).astype(float),
        "each row divided by its sum. Counts are asked.": normalised,
        "each row divided by its sum, and a label that nobody has makes 0/0. Counts are asked.": lambda z, t: (
            quiet_shares(confusion(z, t))
        ),
        "all counts divided by N. Counts are asked.": lambda z, t: confusion(z, t) / len(t),
        "what z holds added up in the row of each label. An example counts once, for its largest entry.": lambda z, t: (
            one_hot(t, z.shape[1]).T @ z
        ),
        "the mistakes alone, with an empty diagonal. The right answers count as well.": lambda z, t: (
            confusion(z, t) * (1 - np.eye(z.shape[1]))
        ),
        "the counts of the class with the smallest entry. The answer is the largest one.": lambda z, t: confusion(
            -z, t
        ),
    },
)
