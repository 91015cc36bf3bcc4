"""Lecture 03, measuring a slope: what is asked, and the mistakes that are known.

(3.3)   slope[m] = (f(x with x[m] + h) - f(x with x[m] - h)) / 2 h
(3.4)   error    = |a - b| / max(|a|, |b|), and 0 where a = b = 0
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, given, in_other_layouts, numbers
from cnnlib.checks.edits import instead


def sum_of_cubes(x: Array) -> Any:
    return np.sum(x**3)


def product_of_all(x: Array) -> Any:
    return np.prod(x)


def sine_of_the_weighted_sum(x: Array) -> Any:
    return np.sin(np.sum(x * np.linspace(0.5, 2, x.size).reshape(x.shape)))


def central_difference(f: Callable[[Array], float], x: Array, h: float) -> Array:
    slope = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        slope[i] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return slope


def difference_cases(rng: Rng) -> list[Inputs]:
    cubes, product, sine = given(sum_of_cubes), given(product_of_all), given(sine_of_the_weighted_sum)
    return [
        {"f": cubes, "x": numbers(2), "h": 1.0},
        {"f": cubes, "x": numbers(2, 0, -1), "h": 1.0},
        {"f": product, "x": numbers(2, 3, 5), "h": 0.5},
        {"f": cubes, "x": np.array([2, 1]), "h": 0.5},
        {"f": product, "x": numbers(2, 3, 5, 7, 1, -1).reshape(2, 3), "h": 0.5},
        {"f": sine, "x": rng.normal(size=(3, 2)), "h": 0.25},
        {"f": sine, "x": rng.normal(size=4), "h": 0.125},
    ]


CENTRAL_DIFFERENCE = Exercise(
    name="central_difference",
    parts={"slope": 2},
    reference=central_difference,
    cases=difference_cases,
    features={
        "an x of whole numbers": lambda f, x, h: x.dtype.kind == "i",
        "an x of two axes": lambda f, x, h: x.ndim > 1,
    },
    hints=(
        "Nudge one entry of a copy of x up, then down. What does f say each time?",
        "np.ndindex(x.shape) gives the index of every entry, for any number of axes. Put an entry back before the "
        "next.",
        "(3.3)  slope[m] = (f(x with x[m] + h) - f(x with x[m] - h)) / (2 h),  the other entries as they were",
    ),
    after=(("before you start", "(4^3 - 2^3) / 2 = 28; the slope of x^3 at 3 is 27, and h = 1 is too coarse for it"),),
    slips={
        "the step upwards alone: (f(x + h) - f(x)) / h. Its error shrinks like h, "
        "that of the central difference like h².": instead(central_difference, "f(x - nudge)) / (2 * h)", "f(x)) / h"),
        "the step downwards alone: (f(x) - f(x - h)) / h. Take both sides: from x - h to x + h.": instead(
            central_difference, "f(x + nudge)", "f(x)", "(2 * h)", "h"
        ),
        "twice the slope. From x - h to x + h is a step of 2 h.": instead(central_difference, "(2 * h)", "h"),
        "the slope with its sign reversed: f(x + h) comes first.": instead(
            central_difference, "f(x + nudge) - f(x - nudge)", "f(x - nudge) - f(x + nudge)"
        ),
        "the slope along all entries together, in every place. Nudge one entry at a time.": instead(
            central_difference, "nudge[i]", "nudge[:]"
        ),
        "differences for whole rows of x: x[i] with one index is a row, where x has two axes. np.ndindex(x.shape) "
        "gives the index of every single entry.": instead(central_difference, "np.ndindex(x.shape)", "range(len(x))"),
        "what comes of entries that stay nudged: after x[i] -= 2 h the entry is still h too low when its neighbour's "
        "turn comes. Put it back.": instead(central_difference, "(2 * h)", "(2 * h)\n        x = x - nudge"),
        "what comes of two copies that keep all their nudges: at each entry those before it are still nudged. "
        "Take a fresh copy for each entry.": instead(
            central_difference,
            "        nudge = np.zeros(x.shape)\n",
            "",
            "slope = np.zeros(x.shape)",
            "slope, nudge = np.zeros(x.shape), np.zeros(x.shape)",
        ),
        "the difference divided by 2 and then *multiplied* by h: "
        "Python reads / 2 * h from left to right. Write / (2 * h).": instead(central_difference, "(2 * h)", "2 * h"),
        "the difference for a tiny step of your own. Use the h that is given.": lambda f, x, h: central_difference(
            f, x, 1e-5
        ),
        "the difference with a nudge that was cut off: writing 2.5 into an array of whole numbers stores 2. "
        "Work on a copy of floats.": instead(
            central_difference, "x + nudge", "(x + nudge).astype(x.dtype)", "x - nudge", "(x - nudge).astype(x.dtype)"
        ),
    },
)


def relative_error(a: Array, b: Array) -> Array:
    scale = np.maximum(np.abs(a), np.abs(b))
    return np.abs(a - b) / np.where(scale == 0, 1, scale)


def error_cases(rng: Rng) -> list[Inputs]:
    a = rng.uniform(0.5, 2, (2, 3)) * rng.choice((-1, 1), (2, 3))
    b = a + rng.uniform(-0.2, 0.2, (2, 3))
    return [
        {"a": numbers(4), "b": numbers(5)},
        {"a": numbers(5, -2), "b": numbers(4, -2)},
        {"a": numbers(1, -1, 3), "b": numbers(-1, -4, 0)},
        {"a": np.array([[4, 0, 0]]), "b": np.array([[5, 0, 2]])},
        {"a": a, "b": b},
        {"a": numbers(0.5, 0, 0.25), "b": numbers(0.75, 0, 0)},
        {"a": 1e-12 * a, "b": 1e-12 * b},
        *in_other_layouts({"a": 1000 * a, "b": 1000 * b}),
    ]


def over(scale: str) -> Callable[..., Array]:
    """The error with another scale."""
    return instead(relative_error, "np.maximum(np.abs(a), np.abs(b))", scale)


RELATIVE_ERROR = Exercise(
    name="relative_error",
    parts={"error": 1},
    reference=relative_error,
    cases=error_cases,
    features=LAYOUTS,
    hints=(
        "An error of 1 is small beside 1000, large beside 2. What is it to be compared with?",
        "With the larger of the two, in size. np.maximum takes the larger of each pair. What if both are 0?",
        "(3.4)  error = |a - b| / max(|a|, |b|),  and 0 where a = b = 0",
    ),
    after=(("before you start", "1/5 = 0.2 both times: the error does not ask which of the two is right"),),
    slips={
        "the difference over |b|. Then the error depends on which of the two comes first; take the larger one.": over(
            "np.abs(b)"
        ),
        "the difference over |a|. Then the error depends on which of the two comes first; take the larger one.": over(
            "np.abs(a)"
        ),
        "the difference over |a| + |b|. Some courses use it; (3.4) divides by the larger of the two.": over(
            "np.abs(a) + np.abs(b)"
        ),
        "the difference over the larger of a and b, signs and all. Take sizes first: max(|a|, |b|).": over(
            "np.maximum(a, b)"
        ),
        "the difference over the smaller of the two. (3.4) divides by the larger one.": over(
            "np.minimum(np.abs(a), np.abs(b))"
        ),
        "the difference over the mean of the two sizes. (3.4) divides by the larger one.": over(
            "(np.abs(a) + np.abs(b)) / 2"
        ),
        "the differences over the largest entry of all. Every pair has a scale of its own: "
        "np.maximum goes entry by entry.": over("max(np.abs(a).max(), np.abs(b).max())"),
        "the error with a sign. An error is a size: take the absolute value of the difference.": instead(
            relative_error, "np.abs(a - b)", "(a - b)"
        ),
        "the absolute error |a - b|. Divide by the larger of |a| and |b|, "
        "or 0.001 passes for small where both are 0.001.": lambda a, b: np.abs(a - b),
        "the error over a lower part that is kept from being 0 by a small number. Errors of slopes near 1e-12 are lost "
        "by that: ask where both are 0.": over("np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-8)"),
        "0 wherever one of the two is 0. There the error is 1; it is 0 only where both are.": lambda a, b: np.where(
            a * b == 0, 0, relative_error(a, b)
        ),
        "right but for nan where both are 0. Equal numbers have the error 0: divide by something else there.": instead(
            relative_error, "np.where(scale == 0, 1, scale)", "scale"
        ),
    },
)
