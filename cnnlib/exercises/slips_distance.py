"""Lecture 11, how far two answers are apart: what is asked, and the mistakes that are known.

(11.1)  distance = max |got - due| / max(1, |due|), infinite where nothing can be compared
"""

from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead


def distance(got: Any, due: Any) -> float:
    if np.shape(got) != np.shape(due):
        return np.inf
    apart = np.max(np.abs(got - due) / np.maximum(1, np.abs(due)))
    return np.inf if np.isnan(apart) else float(apart)


def distance_cases(rng: Rng) -> list[Inputs]:
    random = {"got": 3 * rng.normal(size=(4, 3)), "due": 5 * rng.normal(size=(4, 3))}
    return [
        {"got": numbers(3), "due": numbers(3.25)},
        {"got": numbers(1, 2), "due": numbers(1, 2)},
        {"got": numbers(0, 8), "due": numbers(0.5, 8)},
        {"got": numbers(-2, 90), "due": numbers(-4, 100)},
        {"got": numbers(7, 3), "due": numbers(2, 3)},
        {"got": numbers(-3, 0, 5), "due": numbers(5, 0, -2)},
        {"got": numbers(2), "due": numbers(2, 2)},
        {"got": np.ones((1, 3)), "due": np.ones(3)},
        {"got": np.ones((2, 3)), "due": np.ones((3, 2))},
        {"got": numbers(np.nan, 1), "due": numbers(1, 1)},
        {"got": 2.0, "due": 2.5},
        {"got": np.array([7, -2]), "due": np.array([3, 2])},
        random,
        *in_other_layouts(random),
    ]


def broadcast(got: Any, due: Any) -> float:
    try:
        apart = np.max(np.abs(got - due) / np.maximum(1, np.abs(due)))
    except ValueError:
        return np.inf
    return np.inf if np.isnan(apart) else float(apart)


DISTANCE = Exercise(
    name="distance",
    parts={"distance": 2},
    reference=distance,
    cases=distance_cases,
    features=LAYOUTS
    | {
        "shapes that differ": lambda got, due: np.shape(got) != np.shape(due),
        "a nan": lambda got, due: bool(np.isnan(got).any()),
        "large numbers": lambda got, due: bool(np.max(np.abs(due)) > 1),
    },
    hints=(
        "What could go wrong before you subtract? NumPy subtracts (1, 3) and (3,) without a word.",
        "First compare the shapes. Then the largest of |got − due|, each divided by max(1, |due|). At last: is it nan?",
        "(11.1)  max |got − due| / max(1, |due|);  np.inf if the shapes differ or if the maximum is nan",
    ),
    after=(("before you start", "infinite: the shapes differ, though NumPy would subtract them"),),
    slips={
        "(11.1) alone. Before it: are the shapes the same? After it: is the result nan? "
        "Both times np.inf is due.": instead(
            distance, "np.shape(got) != np.shape(due)", "False", "np.isnan(apart)", "False"
        ),
        "the distance of two flat lists. "
        "As many entries are not yet the same shape: compare np.shape of both.": instead(
            distance,
            "np.shape(got) != np.shape(due)",
            "np.size(got) != np.size(due)",
            "    apart",
            "    got, due = np.ravel(got), np.ravel(due)\n    apart",
        ),
        "the distance of what NumPy makes of two shapes. "
        "It stretches (1, 3) to fit (3,), and so a wrong shape passes: compare the shapes first.": broadcast,
        "nan where an entry is nan. Every comparison with nan is False, "
        "so `distance > tolerance` would let it pass: return np.inf.": instead(distance, "np.isnan(apart)", "False"),
        "the largest |got − due| itself. Of 10⁶, six digits are all that many formulas give: "
        "divide by max(1, |due|).": instead(distance, " / np.maximum(1, np.abs(due))", ""),
        "the mean over the entries. One wrong entry among a thousand must not be averaged "
        "away: take the largest.": instead(distance, "np.max(", "np.mean("),
        "the largest of got − due, without the bars. An entry that is too small counts as "
        "much as one too large.": instead(distance, "np.abs(got - due)", "(got - due)"),
        "differences divided by max(1, |got|). What is due is the measure, not what came out.": instead(
            distance, "np.maximum(1, np.abs(due))", "np.maximum(1, np.abs(got))"
        ),
        "the error (3.4), which divides by the larger of |got| and |due|. Here max(1, |due|) stands below.": instead(
            distance,
            "np.maximum(1, np.abs(due))",
            "np.maximum(np.abs(got), np.abs(due))",
            "np.isnan(apart)",
            "np.isnan(got).any()",
        ),
        "differences divided by 1 + |due|. Asked is the larger of 1 and |due|, not their sum.": instead(
            distance, "np.maximum(1, np.abs(due))", "(1 + np.abs(due))"
        ),
        "differences divided by min(1, |due|). Never less than 1: that is max(1, |due|).": instead(
            distance, "np.maximum", "np.minimum", "np.isnan(apart)", "np.isnan(got).any()"
        ),
        "differences divided by max(1, due). −100 is large, too: take |due|.": instead(
            distance, "np.maximum(1, np.abs(due))", "np.maximum(1, due)"
        ),
        "the largest difference over the largest max(1, |due|). Divide entry by entry, then take the largest.": instead(
            distance,
            "np.max(np.abs(got - due) / np.maximum(1, np.abs(due)))",
            "np.max(np.abs(got - due)) / max(1, np.max(np.abs(due)))",
        ),
    },
)
