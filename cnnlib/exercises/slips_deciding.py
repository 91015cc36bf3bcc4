"""Lecture 11, deciding a claim by numbers: what is asked, and the mistakes that are known.

(11.1)  distance = max |got - due| / max(1, |due|), infinite where nothing can be compared
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, build, given, in_other_layouts, numbers
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


def refuted(
    claim: Callable[..., Any],
    truth: Callable[..., Any],
    draw: Callable[[int], tuple[Any, ...]],
    tries: int,
    distance: Callable[[Any, Any], float],
) -> int:
    for n in range(tries):
        inputs = draw(n)
        try:
            got = claim(*inputs)
        except ValueError:
            return n
        if distance(got, truth(*inputs)) > 1e-6:
            return n
    return -1


def square_claim(x: Array) -> Any:
    return x * x


def cube_claim(x: Array) -> Any:
    return x**3


def size_claim(x: Array) -> Any:
    return np.abs(x)


def near_claim(x: Array) -> Any:
    return x * (1 + 1e-9)


def row_claim(x: Array) -> Any:
    return x[None] if x[0] > 1 else x


def same_truth(x: Array) -> Any:
    return 1.0 * x


def product_claim(x: Array, w: Array) -> Any:
    return x @ w  # raises ValueError where their lengths differ


def product_truth(x: Array, w: Array) -> Any:
    return np.sum(x) * w[0]


handed = cache(given)  # the same functions in every case: made once


def refuted_cases(rng: Rng) -> list[Inputs]:
    def case(claim: Any, truth: Any, draw: str, tries: int) -> Inputs:
        made = build(f"def draw(n):\n    return {draw}", "draw")
        functions = {"claim": handed(claim), "truth": handed(truth), "draw": made}
        return functions | {"tries": tries, "distance": handed(distance)}

    first, later = int(rng.integers(3, 7)), int(rng.integers(7, 12))
    return [
        case(size_claim, same_truth, "(np.array([-1.0 - n]),)", 1),
        case(size_claim, same_truth, "(np.array([1.0 + n]),)", 3),
        case(size_claim, same_truth, f"(np.array([1.0, {first} - n]),)", 14),
        case(size_claim, same_truth, f"(np.array([1.0, {first} - n]),)", first + 1),
        case(size_claim, same_truth, f"(np.array([1.0, {first} - n]),)", first + 2),
        case(square_claim, same_truth, f"(np.array([1.0 * (n >= {later})]),)", 14),
        case(square_claim, same_truth, f"(np.array([1.0, 1.0 + 1e-3 * (n >= {first})]),)", 14),
        case(square_claim, same_truth, f"(np.array([1.0 + 1e-9 * n, 1.0 + (n == {later})]),)", 14),
        case(square_claim, same_truth, f"(np.array([1 + 5e-7 * (n == 1), 1 + 5e-6 * (n == {first})]),)", 14),
        case(near_claim, same_truth, f"(np.array([1.0, {first}e5 + n]),)", 14),
        case(row_claim, same_truth, f"(np.ones(2) + (n > {later}),)", 14),
        case(cube_claim, square_claim, f"(np.array([0.0, 1.0, 1.0 * (n < {first})]),)", 14),
        case(cube_claim, square_claim, f"(np.array([1.0 - 3 * (n == {later}), 1.0 - 3 * (n == {first})]),)", 14),
        case(product_claim, product_truth, f"(np.ones(2), np.ones(2 + (n > {first})))", 14),
        case(size_claim, same_truth, "(np.array([-1.0 - n]),)", 0),
        case(
            product_claim,
            product_truth,
            f"(np.ones(2 + (n == {later})), np.array([1.0, 1.0 + (n > {later}), 1.0][: 2 + (n == {first})]))",
            14,
        ),
    ]


REFUTED = Exercise(
    name="refuted",
    parts={"n": 3},
    reference=refuted,
    cases=refuted_cases,
    whole=True,
    features={"a claim that raises": lambda claim, **inputs: claim.__name__ == "product_claim"},
    hints=(
        "Which is the first draw that shows a difference? A loop that returns as soon as it knows.",
        "In turn n: inputs = draw(n), then claim(*inputs) and truth(*inputs), then their distance. And what if the "
        "claim raises a ValueError?",
        "return n if the claim raises ValueError or the distance is above 1e-6; after the loop, return -1",
    ),
    after=(("before you start", "−1: nothing was drawn that could refute it"),),
    slips={
        "nothing, where the claim raises. "
        "A claim whose shapes do not fit is refuted by that: try, and except ValueError.": instead(
            refuted, "try:", "if True:", "        except ValueError:\n            return n\n", ""
        ),
        "−1 as soon as the first draw agrees. `return -1` stands inside the loop: "
        "take it out, below the loop.": instead(refuted, "    return -1", "        return -1"),
        "what draw(0) alone says. Does each turn take its own draw(n)? Does −1 come back only after the loop?": instead(
            refuted, "range(tries)", "range(min(tries, 1))"
        ),
        "what comes of claim(draw(n)). draw(n) is a tuple of inputs: unpack it with a star, claim(*draw(n)).": instead(
            refuted, "*inputs", "inputs"
        ),
        "the search with max |got − due| for a distance. It forgets shapes and sizes: call `distance`.": instead(
            refuted, "distance(got, truth(*inputs))", "np.max(np.abs(got - truth(*inputs)))"
        ),
        "the first draw above 10⁻⁵. In Python 10⁻⁶ is 1e-6; 10e-6 is ten times that.": instead(
            refuted, "1e-6", "10e-6"
        ),
        "the first draw with a distance below 10⁻⁶. That one agrees; above 10⁻⁶ it refutes.": instead(
            refuted, "> 1e-6", "< 1e-6"
        ),
        "the first of the draws 1 to `tries`. They are numbered 0 to tries − 1: range(tries).": instead(
            refuted, "range(tries)", "range(1, tries + 1)"
        ),
        "the search over one draw more. `tries` draws are numbered 0 to tries − 1: range(tries).": instead(
            refuted, "range(tries)", "range(tries + 1)"
        ),
        "the next difference, where the claim raised an error. The error refutes it already.": instead(
            refuted, "return n\n        if", "continue\n        if"
        ),
        "the last draw that refutes. The first is enough; return there.": instead(
            refuted, "range(tries)", "reversed(range(tries))"
        ),
        "the number of draws that it took. Asked is n, and n begins at 0.": instead(
            refuted, "return n", "return n + 1"
        ),
        "how many draws refute. Asked is which is the first.": instead(
            refuted,
            "    for n",
            "    found = 0\n    for n",
            "return n\n        if",
            "found += 1\n            continue\n        if",
            "return n\n    return -1",
            "found += 1\n    return found or -1",
        ),
        "`tries` where nothing refutes. Asked is −1: no draw has that number.": instead(
            refuted, "return -1", "return tries"
        ),
        "−2 where nothing refutes. Asked is −1.": instead(refuted, "return -1", "return -2"),
        "0 for every claim, a right one included. Return n only where the distance is above 1e-6.": instead(
            refuted, "> 1e-6", "> -1"
        ),
        "the first difference from n = 1 on. draw(0) may refute already.": instead(
            refuted, "range(tries)", "range(1, tries)"
        ),
        "the first difference before the last draw. range(tries) ends with tries − 1 by itself.": instead(
            refuted, "range(tries)", "range(tries - 1)"
        ),
        "the first draw with any difference at all. "
        "Of 10⁻⁹, rounding may be the cause: ask for more than 1e-6.": instead(refuted, "> 1e-6", "> 0"),
    },
)
