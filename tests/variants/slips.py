"""Lecture 11: right answers written in other ways."""

import numpy as np

from cnnlib.checks.cases import build
from cnnlib.exercises.slips_deciding import (
    cube_claim,
    distance,
    handed,
    product_claim,
    product_truth,
    same_truth,
    size_claim,
)

# ---------------------------------------------------------------- how far two answers are apart


def distance_loop(got, due):
    got, due = np.array(got, dtype=float), np.array(due, dtype=float)
    if got.shape != due.shape:
        return float("inf")
    largest = 0.0
    for a, b in zip(got.ravel(), due.ravel(), strict=True):
        if a != a:
            return float("inf")
        largest = max(largest, abs(a - b) / max(1.0, abs(b)))
    return largest


def distance_where(got, due):
    if np.asarray(got).shape != np.asarray(due).shape or np.isnan(got).any():
        return np.inf
    size = np.where(np.abs(due) > 1, np.abs(due), 1.0)
    return (np.abs(np.asarray(due) - got) / size).max()


def refuted_by_index(claim, truth, draw, tries, distance):
    wrong = []
    for drawn in map(draw, range(tries)):
        due = truth(*drawn)
        try:
            wrong.append(bool(distance(claim(*drawn), due) > 1e-6))
        except ValueError:
            wrong.append(True)
    return wrong.index(True) if any(wrong) else -1


def refuted_list(claim, truth, draw, tries, distance):
    def wrong(n):
        inputs = draw(n)
        try:
            return not distance(claim(*inputs), truth(*inputs)) <= 1e-6
        except ValueError:
            return True

    return next((n for n in range(tries) if wrong(n)), -1)


def blind_centre(KH, KW):
    w = np.zeros((KH, KW))
    w[0, 0] = w[-1, -1] = 1
    return w


def blind_random(KH, KW):
    w = np.random.default_rng(5).normal(size=(KH, KW))
    return (w + w[::-1, ::-1]).tolist()


def blind_bell(KH, KW):  # linspace rounds, and so the two sides differ in the last digit
    w = np.exp(-(np.linspace(-1, 1, KH)[:, None] ** 2) - 2 * np.linspace(-1, 1, KW) ** 2)
    w[0, 0] += 1
    w[-1, -1] += 1
    return w


VARIANTS = {
    "distance": [distance_loop, distance_where],
    "refuted": [refuted_by_index, refuted_list],
    "blind_kernel": [blind_centre, blind_random, blind_bell],
    "poll_formulas": ["BE", ["b", "e"]],
    "poll_culprits": ["A, C, E", ("E", "C", "A")],
    "poll_proof": ["ac", ("C", "A")],
}


# ---------------------------------------------------------------- random inputs, for judging mutants


def distance_inputs(rng):
    shape = tuple(rng.integers(1, 4, rng.integers(1, 3)))
    got, due = 3 * rng.normal(size=shape), 3 * rng.normal(size=shape)
    if rng.random() < 0.3:
        got, due = np.round(got), np.round(due)
    if rng.random() < 0.2:
        got = got[None]
    elif rng.random() < 0.2:
        got.flat[0] = np.nan
    return {"got": got, "due": due}


def refuted_inputs(rng):
    first, tries = int(rng.integers(0, 9)), int(rng.integers(0, 12))
    claim, truth, drawn = [
        (size_claim, same_truth, f"(np.array([1.0, {first} - n]),)"),
        (cube_claim, same_truth, f"(np.array([1.0, 1.0 + (n == {first}), 1 + 1e-9 * n]),)"),
        (product_claim, product_truth, f"(np.ones(2), np.ones(2 + (n > {first})))"),
    ][rng.integers(3)]
    draw = build(f"def draw(n):\n    return {drawn}", "draw")
    functions = {"claim": handed(claim), "truth": handed(truth), "draw": draw}
    return functions | {"tries": tries, "distance": handed(distance)}


def kernel_inputs(rng):
    KH, KW = rng.integers(1, 5), rng.integers(3, 6)
    return {"KH": int(KH), "KW": int(KW)}


BATTERY = {"distance": distance_inputs, "refuted": refuted_inputs, "blind_kernel": kernel_inputs}
