"""Lecture 11, before and instead of running: shapes that fit, and how many draws a search needs.

(11.2)  (1 − share)^n ≤ risk, for the smallest n
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Property
from cnnlib.checks.cases import Rng

Shape = tuple[int, int]


# ---------------------------------------------------------------- which products fit


def products_that_fit(left: Shape, right: Shape, wanted: Shape) -> int:
    count = 0
    for rows, inner in (left, left[::-1]):
        for other, columns in (right, right[::-1]):
            count += inner == other and (rows, columns) == wanted
    return count


def shape_cases(rng: Rng) -> list[Inputs]:
    def case(left: Shape, right: Shape, wanted: Shape) -> Inputs:
        return {"left": left, "right": right, "wanted": wanted}

    rows, inner, columns = (int(size) for size in rng.permutation(np.arange(11, 90))[:3])
    return [
        case((2, 1), (2, 3), (1, 3)),
        case((1, 3), (3, 2), (1, 2)),
        case((1, 3), (3, 4), (3, 4)),
        case((1, 3), (3, 4), (4, 1)),
        case((2, 3), (2, 3), (3, 3)),
        case((2, 3), (2, 3), (2, 2)),
        case((3, 2), (3, 3), (2, 3)),
        case((3, 3), (2, 3), (3, 2)),
        case((3, 3), (3, 3), (3, 3)),
        case((2, 2), (2, 2), (1, 4)),
        case((4, 2), (3, 4), (2, 3)),
        case((3, 4), (5, 3), (4, 5)),
        case((1, 5), (5, 1), (1, 1)),
        case((5, 1), (5, 1), (1, 1)),
        case((2, 3), (3, 2), (3, 3)),
        case((2, 6), (3, 4), (2, 4)),
        case((inner, rows), (columns, inner), (rows, columns)),
        case((rows, inner), (inner, rows), (rows, rows)),
    ]


def counted(
    fits: Callable[[Shape, Shape, Shape], bool] = lambda a, b, wanted: a[1] == b[0] and (a[0], b[1]) == wanted,
    turn_left: bool = True,
    turn_right: bool = True,
    together: Callable[[list[Any]], int] = len,
) -> Callable[[Shape, Shape, Shape], int]:
    """`products_that_fit` with another rule, with fewer forms, or added up otherwise."""

    def slipped(left: Shape, right: Shape, wanted: Shape) -> int:
        lefts = [left, left[::-1]] if turn_left else [left]
        rights = [right, right[::-1]] if turn_right else [right]
        return together([(a, b) for a in lefts for b in rights if fits(a, b, wanted)])

    return slipped


def turned_together(left: Shape, right: Shape, wanted: Shape) -> int:
    pairs = ((left, right), (left[::-1], right[::-1]))
    return sum(a[1] == b[0] and (a[0], b[1]) == wanted for a, b in pairs)


def not_these(count: Any, left: Shape, right: Shape, wanted: Shape) -> str:
    """Name the products that fit, where another number of them was counted."""
    forms = {"a b": (left, right), "aᵀ b": (left[::-1], right), "a bᵀ": (left, right[::-1])}
    forms["aᵀ bᵀ"] = (left[::-1], right[::-1])
    fitting = [form for form, shapes in forms.items() if counted(turn_left=False, turn_right=False)(*shapes, wanted)]
    return "" if count == len(fitting) else f"here that is {', '.join(fitting) or 'none of them'}"


PRODUCTS_THAT_FIT = Exercise(
    name="products_that_fit",
    parts={"count": 1},
    reference=products_that_fit,
    cases=shape_cases,
    properties=(Property("of a b, aᵀ b, a bᵀ and aᵀ bᵀ those count that exist and have the wanted shape", not_these),),
    features={
        "a square factor": lambda left, right, wanted: left[0] == left[1] or right[0] == right[1],
        "sizes that are all equal": lambda left, right, wanted: len({*left, *right, *wanted}) == 1,
    },
    hints=(
        "When can two matrices be multiplied, and what shape has their product?",
        "Four products: left and right as they stand, either one turned, both turned. Turned, (A, B) is (B, A).",
        "for each a of left, left[::-1] and each b of right, right[::-1]:  a[1] = b[0], and (a[0], b[1]) is what is "
        "wanted",
    ),
    after=(("before you start", "4: where all sizes are equal, shapes tell nothing"),),
    slips={
        "the products that can be formed at all. "
        "Does their shape, (a[0], b[1]), also have to be the one wanted?": counted(lambda a, b, wanted: a[1] == b[0]),
        "the products whose outer sizes are right. A product exists only if the inner two, "
        "a[1] and b[0], agree.": counted(lambda a, b, wanted: (a[0], b[1]) == wanted),
        "left times right as they stand, 1 or 0. A transpose may be missing on either: try all four.": counted(
            turn_left=False, turn_right=False
        ),
        "the two products in which right stands as it is. It may be turned as well.": counted(turn_right=False),
        "the two products in which left stands as it is. It may be turned as well.": counted(turn_left=False),
        "neither factor turned, or both. Each may be turned without the other: four products.": turned_together,
        "1 if anything fits, and 0 if nothing does. A square matrix and its transpose have one shape, "
        "but are two things: count both.": counted(together=lambda fitting: min(len(fitting), 1)),
        "products that have the wanted shape, or that shape turned. A turned result is another result.": counted(
            lambda a, b, wanted: a[1] == b[0] and (a[0], b[1]) in (wanted, wanted[::-1])
        ),
        "products with as many entries as are wanted. (1, 4) and (2, 2) have as many: compare the shapes.": counted(
            lambda a, b, wanted: a[1] == b[0] and a[0] * b[1] == wanted[0] * wanted[1]
        ),
        "pairs with a[0] = b[0], which is the rule for aᵀ b. In a b the *second* size of a "
        "meets the first of b.": counted(lambda a, b, wanted: a[0] == b[0] and (a[0], b[1]) == wanted),
    },
)


# ---------------------------------------------------------------- how many draws


def tries_needed(share: float, risk: float) -> float:
    if share == 1:
        return 1.0
    return float(np.ceil(np.log(risk) / np.log(1 - share)))


def tries_cases(rng: Rng) -> list[Inputs]:
    half = [(0.5, 0.5), (0.5, 0.25), (0.75, 1 / 16), (0.5, 0.3)]
    dice = [(1 / 6, 0.01), (1 / 6, 0.5), (1 / 36, 0.05), (0.9, 0.2), (0.9, 0.05), (0.01, 0.01), (1.0, 0.01)]
    drawn = [(float(rng.uniform(0.03, 0.3)), float(rng.uniform(0.001, 0.1))) for _ in range(3)]
    return [{"share": share, "risk": risk} for share, risk in [*half, *dice, *drawn]]


def rounded(count: Callable[[float, float], Any]) -> Callable[[float, float], Any]:
    """The smallest whole number from `count` on; 1 where every draw shows it."""
    return lambda share, risk: 1.0 if share == 1 else np.ceil(count(share, risk))


def exact(share: float, risk: float) -> Any:
    return np.log(risk) / np.log(1 - share) if share < 1 else 0.0


def too_few_or_too_many(n: Any, share: float, risk: float) -> str:
    if (missed := (1 - share) ** n) > risk:
        return f"with n = {n:g} that is {missed:.4g}, above the risk of {risk:.4g}"
    if (missed := (1 - share) ** (n - 1)) <= risk:
        return f"with n = {n - 1:g} it is {missed:.4g} already, and the risk may be {risk:.4g}"
    return ""


TRIES_NEEDED = Exercise(
    name="tries_needed",
    parts={"n": 2},
    reference=tries_needed,
    cases=tries_cases,
    properties=(Property("n is the smallest number for which (1 − share)^n ≤ risk", too_few_or_too_many),),
    features={
        "a share of 1": lambda share, risk: share == 1,
        "a risk that is met exactly": lambda share, risk: share in (0.5, 0.75) and risk in (0.5, 0.25, 1 / 16),
    },
    hints=(
        "What is the chance that *one* draw misses the slip? And that two draws in a row miss it?",
        "n draws all miss with the chance (1 − share)^n. Raise n from 0 until that is no more than the risk.",
        "(11.2)  the smallest whole n with (1 − share)^n ≤ risk, that is n ≥ log(risk) / log(1 − share)",
    ),
    after=(("before you start", "26: (5/6)^25 is 0.0105, (5/6)^26 is 0.0087"),),
    slips={
        "log(risk) / log(1 − share) as it comes out. Draws are whole: round up.": exact,
        "the number rounded down: with so many draws the risk is still too large. Round up.": lambda share, risk: (
            max(1.0, np.floor(exact(share, risk) + 1e-9)) if share == 1 else np.floor(exact(share, risk))
        ),
        "the nearest whole number, where one more draw may be due. Round up.": lambda share, risk: (
            1.0 if share == 1 else np.round(exact(share, risk))
        ),
        "the smallest n with a chance *below* the risk. Where it equals the "
        "risk, that is enough: ≤.": lambda share, risk: 1.0 if share == 1 else np.floor(exact(share, risk)) + 1,
        "0 draws where every draw shows the slip. No draw shows nothing: one is needed.": lambda share, risk: np.ceil(
            exact(share, risk)
        ),
        "the smallest n with share^n ≤ risk. Missed is it with the chance 1 − share: take "
        "that to the power n.": lambda share, risk: np.inf if share == 1 else np.ceil(np.log(risk) / np.log(share)),
        "1 / share, rounded up: how long one waits on average. "
        "One wait in three is longer: ask for the risk.": lambda share, risk: np.ceil(1 / share),
        "(1 − risk) / share, rounded up: shares added up, "
        "as if no draw could find what another one found.": lambda share, risk: np.ceil((1 - risk) / share),
        "the smallest n with (1 − share)^n ≤ 1 − risk. The risk is that of missing: ≤ risk.": rounded(
            lambda share, risk: np.log(1 - risk) / np.log(1 - share)
        ),
        "log(1 − share) / log(risk), the fraction upside down. n log(1 − share) ≤ log(risk): what is n?": rounded(
            lambda share, risk: np.log(1 - share) / np.log(risk)
        ),
        "the smallest n with share · n ≥ 1 / risk. "
        "Chances of misses in a row multiply: (1 − share)^n.": lambda share, risk: np.ceil(1 / (share * risk)),
    },
)
