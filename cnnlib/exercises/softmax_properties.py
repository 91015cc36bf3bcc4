"""Lecture 08, what is true of every right answer: sums, constants that change nothing, slopes that can be measured."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Inputs, Property
from cnnlib.checks.show import number


def sums_to(due: float, what: str, part: Callable[[Array], Array] = lambda y: y) -> Property:
    """Each row of what comes back adds up to `due`."""

    def wrong(answer: Any, **inputs: Any) -> str:
        totals = np.sum(part(np.asarray(answer, float)), axis=-1)
        off = np.argwhere(~np.isclose(totals, due, atol=1e-6))
        if not len(off):
            return ""
        at = tuple(off[0])
        return f"your row {at[0]} adds up to {number(float(totals[at]))}"

    return Property(f"each row of {what} adds up to {due:g}", wrong)


def unchanged(says: str, changed: Callable[..., Inputs]) -> Property:
    """The answer to changed inputs is the same."""

    def wrong(after: Any, before: Any, **inputs: Any) -> str:
        off = np.argwhere(~np.isclose(after, before, rtol=1e-4, atol=1e-4))  # as good as float32 at 100
        if not len(off):
            return ""
        at = tuple(off[0])
        was, now = (number(float(np.asarray(one, float)[at])) for one in (before, after))
        where = f"entry {[int(i) for i in at]}" if at else "answer"
        return f"your {where} goes from {was} to {now}"

    return Property(says, wrong, changed)


def shifted(name: str = "z") -> Property:
    """100 more for every logit."""
    return unchanged(
        f"100 more for every entry of {name} changes nothing", lambda **inputs: inputs | {name: inputs[name] + 100}
    )


def same_gaps(answer: Any, z: Array) -> str:
    gaps, due = (np.diff(np.asarray(values, float), axis=-1) for values in (answer, z))
    off = np.argwhere(~np.isclose(gaps, due, rtol=1e-6, atol=1e-4))
    if not len(off):
        return ""
    n, j = (int(i) for i in off[0])
    return f"yours in row {n}, from class {j} to {j + 1}: {number(gaps[n, j])}, where z has {number(float(due[n, j]))}"


SAME_GAPS = Property("log y has the same gaps within a row as z", same_gaps)


def not_log_m(after: Any, before: Any, z: Array, t: Array) -> str:
    due, M = np.log(z.shape[1]), z.shape[1]
    same = np.isclose(after, due, rtol=1e-4)
    return "" if same else f"with M = {M} that is {number(float(due))}, yours is {number(float(after))}"


EQUAL_LOGITS = Property(
    "where all logits are 0 the loss is log M", not_log_m, lambda z, t: {"z": np.zeros(z.shape), "t": t}
)
TWICE = unchanged(
    "each example given twice leaves the mean as it is",
    lambda z, t: {"z": np.concatenate([z, z]), "t": np.concatenate([t, t])},
)
NOT_NEGATIVE = Property(
    "a loss is never negative", lambda loss, z, t: f"yours is {number(float(loss))}" if loss < -1e-9 else ""
)


def measured(says: str, forward: Callable[..., Any], by: str = "z") -> Property:
    """The slopes are those that a small step on both sides finds.

    Args:
        forward: the value, (M,) or a number, from the same inputs.
        by: the argument that is moved.
    """

    def wrong(answer: Any, **inputs: Any) -> str:
        at, got = np.asarray(inputs[by], float), np.asarray(answer, float)
        for index in np.ndindex(at.shape):
            step = np.zeros(at.shape)
            step[index] = 1e-5
            up, down = (np.asarray(forward(**(inputs | {by: at + side * step}))) for side in (1, -1))
            slope, mine = (up - down) / 2e-5, got[(..., *index)]
            if not np.allclose(slope, mine, atol=1e-4):
                spot = int(np.argmax(~np.isclose(slope, mine, atol=1e-4)))
                due, yours = float(np.ravel(slope)[spot]), float(np.ravel(mine)[spot])
                which = f"by {by}{[int(i) for i in index]}"
                which = f"of y[{spot}] {which}" if slope.ndim else which
                return f"the slope {which} is measured as {number(round(due, 5))}, yours is {number(yours)}"
        return ""

    return Property(says, wrong)
