"""Lecture 11, where the decks slip: the polls, and a kernel that hides a flip."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, poll
from cnnlib.exercises.slips_counting import PRODUCTS_THAT_FIT, TRIES_NEEDED
from cnnlib.exercises.slips_deciding import REFUTED
from cnnlib.exercises.slips_distance import DISTANCE
from cnnlib.exercises.slips_measuring import SLOPE_VERDICT
from cnnlib.exercises.slips_smallest import SHRINK

LECTURE = "11_slips"


POLL_FORMULAS = poll(
    "poll_formulas",
    {
        "A": (False, "T is the number of places, and a kernel as long as the signal has one: L − K + 1."),
        "B": (True, "m and k fix the output, m − k: their indices add up to the input's."),
        "C": (False, "two tied entries would get dy each: twice what there is to hand out. One winner gets it all."),
        "D": (False, "a mean weighs each entry by 1 / K, so each gets its share of dy: divided, not multiplied."),
        "E": (True, "every score moves every probability; summed up, the slopes give y − t."),
    },
    hints=(
        "Give each of them the smallest numbers that it can take.",
        "A: K = L. C: K = 2, both entries 3, and raise both by 1. D: K = 2, and raise one entry by 1.",
        "How often does a kernel fit that is as long as the signal? By how much does max(3, 3) rise if both rise by 1?",
    ),
)

POLL_PROOF = poll(
    "poll_proof",
    {
        "A": (True, "a claim for all numbers says something of these numbers as well."),
        "B": (False, "they may all miss the place where it fails: a tie, a negative entry, a map that is not square."),
        "C": (True, "float64 holds some 16 digits, and a central difference about 10 of them."),
        "D": (False, "both may hold the same slip, as two sums over M + 1 rows do. What is measured decides."),
    },
    hints=(
        "A claim is about all numbers. What does one of them prove, what do a thousand?",
        "Think of max, and of numbers drawn by normal: how often are two of them equal?",
        "To refute, one example is enough. To prove takes a derivation.",
    ),
)

POLL_CULPRITS = poll(
    "poll_culprits",
    {
        "A": (True, "convolution flips by itself, and w was flipped before: two flips are none."),
        "B": (
            False,
            "then w[0, 0] and w[1, 1] would stay, and with them the first entry, 1, and the last, −5.",
        ),
        "C": (
            True,
            "first and last entry are those of dx; at [0, 1], w[1, 0] = 3 stands in place of w[0, 1] = 2: 5 for 4.",
        ),
        "D": (False, "with dy transposed, [0, 1] would be 1 · 2 + 0 · 1 = 2."),
        "E": (True, "every entry is a quarter of dx: the mean of the four outputs, which no layer takes."),
    },
    hints=(
        "Only one output touches a corner of the picture. Which product stands there?",
        "dx[0, 0] = dy[0, 0] w[0, 0] = 1 · 1, and dx[2, 2] = dy[1, 1] w[1, 1] = −1 · 5.",
        "dx[0, 1] = dy[0, 0] w[0, 1] + dy[0, 1] w[0, 0] = 1 · 2 + 2 · 1",
    ),
)


def blind_kernel(KH: int, KW: int) -> Array:
    count = np.arange(KH * KW, dtype=float)
    return np.minimum(count, count[::-1]).reshape(KH, KW)


def accept_blind(answer: Any, KH: int, KW: int) -> str:
    try:
        w = np.asarray(answer, float)
    except (TypeError, ValueError):
        return f"got {type(answer).__name__}; expected an array of shape ({KH}, {KW})"
    if w.shape != (KH, KW):
        return f"got shape {w.shape}; expected ({KH}, {KW})"
    if not np.isfinite(w).all():
        return "the kernel holds nan or inf; expected plain numbers"
    tiny = 1e-9 * np.max(np.abs(w))  # rounding neither makes entries differ nor breaks a symmetry
    if np.ptp(w) <= tiny:
        return f"all entries are {w.flat[0]:g}; expected at least two that differ"
    apart = np.argwhere(np.abs(w - w[::-1, ::-1]) > tiny)
    if len(apart):
        u, v = (int(index) for index in apart[0])
        return (
            f"half a turn changes it: w[{u}, {v}] is {w[u, v]:g}, and w[{KH - 1 - u}, {KW - 1 - v}], which the flip "
            f"puts there, is {w[KH - 1 - u, KW - 1 - v]:g}"
        )
    return ""


BLIND_KERNEL = Exercise(
    name="blind_kernel",
    parts={"w": 2},
    reference=blind_kernel,
    cases=lambda rng: [
        {"KH": KH, "KW": KW}
        for KH, KW in ((1, 3), (2, 2), (3, 3), (2, 4), (4, 1), (3, 5), rng.integers(4, 30, 2).tolist())
    ],
    accept=accept_blind,
    hints=(
        "What does a flip do to a kernel? When does that change nothing?",
        "Both axes are turned. So the first entry must equal the last, the second the last but one, and so on.",
        "w[u, v] = w[KH − 1 − u, KW − 1 − v] for all u, v, and not all entries equal",
    ),
    after=(("before you start", "no: [1, 2, 1] turned is [1, 2, 1]. A test with it tells nothing about flips"),),
)

EXERCISES = (
    POLL_FORMULAS,
    DISTANCE,
    SLOPE_VERDICT,
    REFUTED,
    TRIES_NEEDED,
    SHRINK,
    BLIND_KERNEL,
    POLL_PROOF,
    POLL_CULPRITS,
    PRODUCTS_THAT_FIT,
)
