"""Lecture 03, the sum over paths: what is asked, and the mistakes that are known.

(3.2)   do/dw = sum over the paths from w to o of the product of the local derivatives on the path
"""

from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng


def path_sum(paths: list[list[float]]) -> float:
    return float(sum(np.prod(path) for path in paths))


def wrong_sum(answer: Any, paths: list[list[float]]) -> str:
    """What is wrong with a sum over paths."""
    products = ", ".join(f"{np.prod(path):g}" for path in paths)
    says = f"along the paths the products are {products}; together {path_sum(paths):g}" if paths else "no path gives 0"
    return unequal(answer, path_sum(paths), says)


def unequal(answer: Any, right: float, says: str) -> str:
    """`says`, unless the answer is the right number; what it is if it is none."""
    if answer is None:
        return "it is None: is a return missing?"
    if not isinstance(answer, int | float | np.generic | np.ndarray) or np.ndim(answer):
        return f"expected a number, got a {type(answer).__name__}"
    if np.asarray(answer).dtype.kind not in "iuf":
        return f"expected a number, got one of type {np.asarray(answer).dtype}"
    return "" if np.isclose(float(answer), right, rtol=1e-9, atol=1e-12) else says


def path_cases(rng: Rng) -> list[Inputs]:
    def draw(*lengths: int) -> list[list[float]]:
        return [[round(float(s), 3) for s in rng.uniform(0.5, 2, n) * rng.choice((-1, 1), n)] for n in lengths]

    return [
        {"paths": [[2.0, 3.0]]},
        {"paths": [[2.0, 3.0], [5.0, 7.0]]},
        {"paths": [[2.0], [3.0, 5.0], [-1.0, 4.0, 2.0]]},
        {"paths": draw(3, 2, 4, 2)},
        {"paths": []},
    ]


def running_product(paths: list[list[float]]) -> float:
    total, product = 0.0, 1.0
    for path in paths:
        for s in path:
            product *= s
        total += product
    return total


PATH_SUM = Exercise(
    name="path_sum",
    parts={"slope": 1},
    reference=path_sum,
    cases=path_cases,
    accept=wrong_sum,
    hints=(
        "What does one path give? And what happens where two paths arrive?",
        "Along a path the local derivatives multiply. The paths add.",
        "(3.2)  do/dw = sum over paths of s · s · ... · s, one factor for each edge; no path at all leaves 0",
    ),
    after=(("before you start", "no path: the output does not hear of w, so the slope is 0"),),
    slips={
        "the product of all local derivatives, over all paths. Each path moves the output by its own share; "
        "shares that arrive together add.": lambda paths: float(np.prod([np.prod(path) for path in paths])),
        "the sum of all local derivatives. On a path each edge scales what the edge before it "
        "let through: multiply.": lambda paths: float(sum(sum(path) for path in paths)),
        "sums along the paths, multiplied. It is the other way round: "
        "products along a path, then the sum.": lambda paths: float(np.prod([sum(path) for path in paths])),
        "what comes of a product that runs on from path to path. Every path starts again from 1.": running_product,
        "the product along the last path. Is there an = where += is meant?": lambda paths: (
            float(np.prod(paths[-1])) if paths else 0.0
        ),
        "the product along the first path. Does the return stand within the loop?": lambda paths: (
            float(np.prod(paths[0])) if paths else 0.0
        ),
        "zero: a product that starts from 0 stays 0. Start every path from 1.": lambda paths: 0.0,
        "one too much. A sum starts from 0, a product from 1.": lambda paths: path_sum(paths) + 1,
        "the product along the longest path. The shorter ones bring their share, too.": lambda paths: (
            float(np.prod(max(paths, key=len))) if paths else 0.0
        ),
        "the mean over the paths. Nothing divides: every path moves the output.": lambda paths: (
            path_sum(paths) / max(len(paths), 1)
        ),
    },
)
