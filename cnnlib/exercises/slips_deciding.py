"""Lecture 11, deciding a claim by numbers: what is asked, and the mistakes that are known.

(11.1)  distance = max |got - due| / max(1, |due|), infinite where nothing can be compared
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, build, given, in_other_layouts, numbers

Rng = np.random.Generator


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


def of_shapes(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Infinite where the shapes differ or something is no number, else what is compared."""

    def slipped(got: Any, due: Any) -> Any:
        if np.shape(got) != np.shape(due) or np.isnan(got).any():
            return np.inf
        return compare(np.asarray(got, float), np.asarray(due, float))

    return slipped


def broadcast(got: Any, due: Any) -> float:
    try:
        apart = np.max(np.abs(got - due) / np.maximum(1, np.abs(due)))
    except ValueError:
        return np.inf
    return np.inf if np.isnan(apart) else float(apart)


def unguarded(got: Any, due: Any) -> float:
    return float(np.max(np.abs(got - due) / np.maximum(1, np.abs(due))))


def by_the_larger(got: Array, due: Array) -> Any:
    with np.errstate(invalid="ignore"):  # 0 / 0
        return np.max(np.abs(got - due) / np.maximum(np.abs(got), np.abs(due)))


def by_the_smaller(got: Array, due: Array) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.max(np.abs(got - due) / np.minimum(1, np.abs(due)))


def of_sizes(got: Any, due: Any) -> Any:
    if np.size(got) != np.size(due) or np.isnan(got).any():
        return np.inf
    return unguarded(np.ravel(got), np.ravel(due))


def nan_let_through(got: Any, due: Any) -> float:
    if np.shape(got) != np.shape(due):
        return np.inf
    return unguarded(got, due)


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
        "Both times np.inf is due.": unguarded,
        "the distance of two flat lists. "
        "As many entries are not yet the same shape: compare np.shape of both.": of_sizes,
        "the distance of what NumPy makes of two shapes. "
        "It stretches (1, 3) to fit (3,), and so a wrong shape passes: compare the shapes first.": broadcast,
        "nan where an entry is nan. Every comparison with nan is False, "
        "so `distance > tolerance` would let it pass: return np.inf.": nan_let_through,
        "the largest |got − due| itself. Of 10⁶, six digits are all that many formulas give: "
        "divide by max(1, |due|).": of_shapes(lambda got, due: np.max(np.abs(got - due))),
        "the mean over the entries. One wrong entry among a thousand must not be averaged "
        "away: take the largest.": of_shapes(lambda got, due: np.mean(np.abs(got - due) / np.maximum(1, np.abs(due)))),
        "the largest of got − due, without the bars. An entry that is too small counts as "
        "much as one too large.": of_shapes(lambda got, due: np.max((got - due) / np.maximum(1, np.abs(due)))),
        "differences divided by max(1, |got|). What is due is the measure, not what came out.": of_shapes(
            lambda got, due: np.max(np.abs(got - due) / np.maximum(1, np.abs(got)))
        ),
        "the error (3.4), which divides by the larger of |got| and |due|. Here max(1, |due|) stands below.": of_shapes(
            by_the_larger
        ),
        "differences divided by 1 + |due|. Asked is the larger of 1 and |due|, not their sum.": of_shapes(
            lambda got, due: np.max(np.abs(got - due) / (1 + np.abs(due)))
        ),
        "differences divided by min(1, |due|). Never less than 1: that is max(1, |due|).": of_shapes(by_the_smaller),
        "differences divided by max(1, due). −100 is large, too: take |due|.": of_shapes(
            lambda got, due: np.max(np.abs(got - due) / np.maximum(1, due))
        ),
        "the largest difference over the largest max(1, |due|). Divide entry by entry, "
        "then take the largest.": of_shapes(lambda got, due: np.max(np.abs(got - due)) / max(1, np.max(np.abs(due)))),
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


def search(
    wrong: Callable[[float], bool] = lambda apart: apart > 1e-6,
    start: int = 0,
    less: int = 0,
    answer: Callable[[list[int], int], Any] = lambda found, tries: found[0] if found else -1,
    raising: bool = True,
) -> Callable[..., Any]:
    """`refuted` with one thing changed: what counts as a difference, which draws are made, what is returned."""

    def slipped(claim: Any, truth: Any, draw: Any, tries: int, distance: Any) -> Any:
        found = []
        for n in range(start, tries - less):
            inputs = draw(n)
            try:
                if wrong(distance(claim(*inputs), truth(*inputs))):
                    found.append(n)
            except ValueError:
                found += [n] if raising else []
        return answer(found, tries)

    return slipped


def first_only(claim: Any, truth: Any, draw: Any, tries: int, distance: Any) -> int:
    return refuted(claim, truth, draw, min(tries, 1), distance)


def left_at_once(claim: Any, truth: Any, draw: Any, tries: int, distance: Any) -> int | None:
    return refuted(claim, truth, draw, 1, distance) if tries else None


def not_unpacked(claim: Any, truth: Any, draw: Any, tries: int, distance: Any) -> int:
    return refuted(claim, truth, lambda n: (draw(n),), tries, distance)


def by_own_difference(claim: Any, truth: Any, draw: Any, tries: int, distance: Any) -> int:
    return refuted(claim, truth, draw, tries, lambda got, due: np.max(np.abs(got - due)))


def not_caught(claim: Any, truth: Any, draw: Any, tries: int, distance: Any) -> int:
    apart = (distance(claim(*draw(n)), truth(*draw(n))) for n in range(tries))
    return next((n for n, far in enumerate(apart) if far > 1e-6), -1)


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
        "A claim whose shapes do not fit is refuted by that: try, and except ValueError.": not_caught,
        "−1 as soon as the first draw agrees. "
        "`return -1` stands inside the loop: take it out, below the loop.": left_at_once,
        "what draw(0) alone says. Does each turn take its own draw(n)? "
        "Does −1 come back only after the loop?": first_only,
        "what comes of claim(draw(n)). "
        "draw(n) is a tuple of inputs: unpack it with a star, claim(*draw(n)).": not_unpacked,
        "the search with max |got − due| for a distance. "
        "It forgets shapes and sizes: call `distance`.": by_own_difference,
        "the first draw above 10⁻⁵. In Python 10⁻⁶ is 1e-6; 10e-6 is ten times that.": search(
            wrong=lambda apart: apart > 10e-6
        ),
        "the first draw with a distance below 10⁻⁶. That one agrees; above 10⁻⁶ it refutes.": search(
            wrong=lambda apart: apart < 1e-6
        ),
        "the first of the draws 1 to `tries`. They are numbered 0 to tries − 1: range(tries).": search(
            start=1, less=-1
        ),
        "the search over one draw more. `tries` draws are numbered 0 to tries − 1: range(tries).": search(less=-1),
        "the next difference, where the claim raised an error. The error refutes it already.": search(raising=False),
        "the last draw that refutes. The first is enough; return there.": search(
            answer=lambda found, tries: found[-1] if found else -1
        ),
        "the number of draws that it took. Asked is n, and n begins at 0.": search(
            answer=lambda found, tries: found[0] + 1 if found else -1
        ),
        "how many draws refute. Asked is which is the first.": search(answer=lambda found, tries: len(found) or -1),
        "`tries` where nothing refutes. Asked is −1: no draw has that number.": search(
            answer=lambda found, tries: found[0] if found else tries
        ),
        "−2 where nothing refutes. Asked is −1.": search(answer=lambda found, tries: found[0] if found else -2),
        "0 for every claim, a right one included. Return n only where the distance is above 1e-6.": search(
            wrong=lambda apart: True
        ),
        "the first difference from n = 1 on. draw(0) may refute already.": search(start=1),
        "the first difference before the last draw. range(tries) ends with tries − 1 by itself.": search(less=1),
        "the first draw with any difference at all. "
        "Of 10⁻⁹, rounding may be the cause: ask for more than 1e-6.": search(wrong=lambda apart: apart > 0),
    },
)
