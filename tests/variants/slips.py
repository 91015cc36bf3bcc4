"""Lecture 11: right answers written in other ways."""

import contextlib

import numpy as np

from cnnlib.checks.cases import build
from cnnlib.exercises.slips_deciding import (
    cube_claim,
    handed,
    product_claim,
    product_truth,
    same_truth,
    size_claim,
)
from cnnlib.exercises.slips_distance import distance
from cnnlib.exercises.slips_measuring import (
    cubes,
    every_winner,
    first_alone,
    first_winner,
    largest,
    once,
    rounded_squares,
    squares,
    three_sizes,
    three_squares,
    twice,
)
from cnnlib.exercises.slips_smallest import (
    shows_a_fall,
    shows_a_large_sum,
    shows_a_shared_winner,
    shows_a_sign,
    shows_a_small_sum,
    shows_a_tie,
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


def measured_in_a_copy(printed, right, f, x, distance):
    up, down = (np.array(x, dtype=float) for _ in range(2))
    slope = np.zeros(np.shape(x))
    for i in np.ndindex(*np.shape(x)):
        up[i], down[i] = x[i] + 1e-5, x[i] - 1e-5
        slope[i] = (f(up) - f(down)) / (up[i] - down[i])
        up[i] = down[i] = x[i]
    if not distance(right(x), slope) <= 1e-6:
        return "open"
    return "holds" if distance(printed(x), slope) <= 1e-6 else "refuted"


def measured_in_a_list(printed, right, f, x, distance):
    h = 1e-5
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    slope = np.array([f(x + step) - f(x - step) for step in steps]).reshape(x.shape) / (2 * h)
    ours, theirs = (distance(formula(x), slope) > 1e-6 for formula in (right, printed))
    return ("open" if ours else "refuted") if ours or theirs else "holds"


def tries_by_table(share, risk):
    missed = (1 - share) ** np.arange(5000.0)
    return int(np.argmax(missed <= risk))


def tries_one_by_one(share, risk):
    missed = 1.0
    for n in range(5000):
        if missed <= risk:
            return n
        missed *= 1 - share
    return None


def fitting_by_products(left, right, wanted):
    a, b = np.zeros(left), np.zeros(right)
    count = 0
    for product in ((a, b), (a.T, b), (a, b.T), (a.T, b.T)):
        with contextlib.suppress(ValueError):
            count += np.matmul(*product).shape == tuple(wanted)
    return count


def fitting_one_by_one(left, right, wanted):
    (A, B), (C, D) = left, right
    forms = [((A, B), (C, D)), ((B, A), (C, D)), ((A, B), (D, C)), ((B, A), (D, C))]
    return len([1 for (m, n), (q, r) in forms if n == q and [m, r] == list(wanted)])


def shrink_again(x, shows):
    for n in range(len(x)):
        less = np.concatenate([x[:n], x[n + 1 :]])
        if len(x) > 1 and shows(less):
            return shrink_again(less, shows)
    return x


def shrink_with_a_mask(x, shows):
    smaller = True
    while smaller and len(x) > 1:
        smaller = False
        for n in range(len(x)):
            keep = np.arange(len(x)) != n
            if shows(x[keep]):
                x, smaller = x[keep], True
                break
    return x


VARIANTS = {
    "slope_verdict": [measured_in_a_copy, measured_in_a_list],
    "tries_needed": [tries_by_table, tries_one_by_one],
    "products_that_fit": [fitting_by_products, fitting_one_by_one],
    "shrink": [shrink_again, shrink_with_a_mask],
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


def verdict_inputs(rng):
    shape = tuple(rng.integers(1, 4, rng.integers(1, 3)))
    printed, right, f = [
        (twice, twice, squares),
        (once, twice, squares),
        (twice, once, squares),
        (three_sizes, three_squares, cubes),
        (rounded_squares, three_squares, cubes),
        (three_squares, first_alone, cubes),
        (every_winner, first_winner, largest),
    ][rng.integers(7)]
    x = rng.integers(-3, 4, shape) if rng.random() < 0.5 else rng.normal(size=shape)
    functions = {"printed": handed(printed), "right": handed(right), "f": handed(f)}
    return functions | {"x": x, "distance": handed(distance)}


def tries_inputs(rng):
    return {"share": float(rng.uniform(0.02, 1)), "risk": float(rng.uniform(0.001, 0.9))}


def shape_inputs(rng):
    left, right, wanted = (tuple(int(size) for size in rng.integers(1, 4, 2)) for _ in range(3))
    return {"left": left, "right": right, "wanted": wanted}


def shrink_inputs(rng):
    x = rng.integers(-3, 7, rng.integers(1, 9)) * 1.0
    ways = (shows_a_tie, shows_a_sign, shows_a_shared_winner, shows_a_large_sum, shows_a_small_sum, shows_a_fall)
    showing = [shows for shows in ways if shows(x)]
    return {"x": x, "shows": handed(showing[rng.integers(len(showing))])} if showing else shrink_inputs(rng)


BATTERY = {
    "distance": distance_inputs,
    "slope_verdict": verdict_inputs,
    "refuted": refuted_inputs,
    "tries_needed": tries_inputs,
    "shrink": shrink_inputs,
    "blind_kernel": kernel_inputs,
    "products_that_fit": shape_inputs,
}
