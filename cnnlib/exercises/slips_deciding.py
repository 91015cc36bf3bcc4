"""Lecture 11, deciding a claim by numbers: what is asked, and the mistakes that are known."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng, build, given
from cnnlib.checks.edits import instead
from cnnlib.exercises.slips_distance import distance


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
