"""L^p pooling, between the mean and the largest, and its way back (lecture 07)."""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.checks.edits import instead
from cnnlib.exercises.pooling_windows import FEATURES, windows

Formula = Callable[[Array, float], float]  # a window and p -> y


def large(x: Array, p: float, **_: object) -> bool:
    """Does |x|^p overflow, or vanish, for the largest |x| of a window? Both are far from what a float holds."""
    return bool(float(np.abs(x).max()) > 1e3 or 0 < float(np.abs(x).max()) < 1e-3)


def empty(x: Array, KH: int, KW: int, stride: int, **_: object) -> bool:
    return not windows(x, KH, KW, stride).any((2, 3)).all()


POWERS: dict[str, Callable[..., bool]] = {
    "entries so large or small that their powers overflow or vanish": large,
    "a window of zeros": empty,
    "entries below 0": lambda x, **_: bool((x < 0).any()),
    "a power that is not 2": lambda p, **_: p != 2,
    "p = 1": lambda p, **_: p == 1,
    "a 0 beside other entries": lambda x, KH, KW, stride, **_: bool(
        (~windows(x, KH, KW, stride).all((2, 3)) & windows(x, KH, KW, stride).any((2, 3))).any()
    ),
    **FEATURES,
}
GROUPS: dict[str, Callable[..., bool]] = {
    "plain": lambda x, p, KH, KW, stride, **_: not large(x, p) and not empty(x, KH, KW, stride),
    "stable": lambda x, p, KH, KW, stride, **_: large(x, p) or empty(x, KH, KW, stride),
}


def cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(5, 7)), "p": 3.0, "KH": 2, "KW": 3, "stride": 2}
    return [
        {"x": np.array([[3.0, 4]]), "p": 2.0, "KH": 1, "KW": 2, "stride": 1},
        {"x": np.array([[3.0, -4, 12]]), "p": 1.0, "KH": 1, "KW": 3, "stride": 1},
        {"x": np.array([[3.0, 0, -4]]), "p": 1.0, "KH": 1, "KW": 3, "stride": 1},
        {"x": np.array([[3.0, -3]]), "p": 20.0, "KH": 1, "KW": 2, "stride": 1},
        {"x": np.array([[1.0, -2, 2], [2, 4, -1]]), "p": 3.0, "KH": 2, "KW": 1, "stride": 1},
        {"x": np.array([[3.0, 4, -5, 12], [-8, 6, 7, 1]]), "p": 2.0, "KH": 1, "KW": 2, "stride": 2},
        {"x": rng.normal(size=(4, 3)), "p": 1.5, "KH": 2, "KW": 2, "stride": 1},
        {"x": rng.normal(size=(7, 4)), "p": 7.0, "KH": 2, "KW": 1, "stride": 3},
        random,
        *in_other_layouts(random)[:-1],
        random | {"x": np.array([[3, -4, 2, 1], [5, 12, -1, 6]]), "KH": 1, "KW": 2},
        {"x": np.array([[0.0, 0, 3, 4]]), "p": 2.0, "KH": 1, "KW": 2, "stride": 2},
        {"x": np.array([[300.0, 0], [0, -4000]]), "p": 200.0, "KH": 2, "KW": 2, "stride": 1},
        {"x": np.array([[3.0, 4, 300, -4000]]), "p": 200.0, "KH": 1, "KW": 2, "stride": 2},
        {"x": np.array([[400.0, 4000]], np.float32), "p": 20.0, "KH": 1, "KW": 2, "stride": 1},
        {"x": rng.normal(size=(3, 4)) * 1e-9, "p": 60.0, "KH": 2, "KW": 2, "stride": 1},
    ]


def lp_pool(x: Array, p: float, KH: int, KW: int, stride: int) -> Array:
    seen = np.abs(windows(x, KH, KW, stride))
    largest = seen.max((2, 3))
    scale = np.where(largest > 0, largest, 1)
    return scale * ((seen / scale[:, :, None, None]) ** p).sum((2, 3)) ** (1 / p)


LP_POOL = Exercise(
    name="lp_pool",
    parts={"plain": 1, "stable": 1},
    groups=GROUPS,
    reference=lp_pool,
    cases=cases,
    features=POWERS,
    hints=(
        "Three steps for each window: the p-th power of every |x|, their sum, the root 1 / p.",
        "Divide the window by its largest |x| first, and multiply y by it at the end. Then no power is above 1. A "
        "window of zeros has y = 0; divide it by 1.",
        "(7.5)  y = (sum of |x[S i + u, S j + v]|^p)^(1 / p) = s (sum of (|x[S i + u, S j + v]| / s)^p)^(1 / p)  "
        "for any s > 0",
    ),
    after=(("before you start", "with a window of 1 × 1, y is |x|, whatever p is"),),
    slips={
        "the sum of the powers. Take the root 1 / p of it.": instead(
            lp_pool, "np.where(largest > 0, largest, 1)", "np.ones_like(largest)", " ** (1 / p)", ""
        ),
        "the formula as it stands. For large p its powers overflow, or vanish: divide by the largest |x| "
        "of the window first.": instead(lp_pool, "np.where(largest > 0, largest, 1)", "np.ones_like(largest)"),
        "powers of |x| over the largest |x| of the whole map: in a window of small entries they vanish. Divide by the "
        "window's own largest.": instead(lp_pool, "seen.max((2, 3))", "np.full(seen.shape[:2], np.abs(x).max())"),
        "powers of x itself. Those of |x| are due.": instead(
            lp_pool, "np.abs", "", "np.where(largest > 0, largest, 1)", "np.ones_like(largest)"
        ),
        "0 / 0 in a window of zeros: its largest |x| is 0. Divide by 1 there.": instead(
            lp_pool, "np.where(largest > 0, largest, 1)", "largest"
        ),
        "the mean of the powers in place of their sum. With p = 1 that is the mean of |x|; (7.5) adds up.": instead(
            lp_pool, ".sum(", ".mean("
        ),
        "the root of the sum of squares, whatever p is.": instead(lp_pool, "** p", "**2", "(1 / p)", "(1 / 2)"),
        "y over the largest |x| of the window: what was divided out must be multiplied back in.": instead(
            lp_pool, "return scale * ", "return "
        ),
    },
)


# ---------------------------------------------------------------- the way back


def lp_pool_backward(dy: Array, x: Array, p: float, KH: int, KW: int, stride: int) -> Array:
    dx, y = np.zeros(x.shape), lp_pool(np.asarray(x, float), p, KH, KW, stride)
    for i, j in np.ndindex(*dy.shape):
        rows, columns = slice(stride * i, stride * i + KH), slice(stride * j, stride * j + KW)
        window = x[rows, columns]
        if y[i, j] > 0:
            dx[rows, columns] += dy[i, j] * np.sign(window) * np.abs(window / y[i, j]) ** (p - 1)
    return dx


def slopes(dy: Array, x: Array, p: float, KH: int, KW: int, stride: int) -> Inputs:
    """slope[i, j, u, v] of y[i, j] by entry (u, v) of its window."""
    y = lp_pool(np.asarray(x, float), p, KH, KW, stride)[:, :, None, None]
    seen = windows(x, KH, KW, stride)
    return {"slope": np.where(y > 0, np.sign(seen) * np.abs(seen / np.where(y > 0, y, 1)) ** (p - 1), 0)}


def backward_cases(rng: Rng) -> list[Inputs]:
    made = []
    for inputs in cases(rng):
        x = inputs["x"]
        shape = windows(x, inputs["KH"], inputs["KW"], inputs["stride"]).shape[:2]
        whole = not np.mod(x, 1).any()
        dy = np.resize(np.array([5.0, 7, 11, -13]), shape) if whole else rng.normal(size=shape)
        made.append({"dy": dy.astype(x.dtype) if x.dtype == np.float32 else dy, **inputs})
    return made


LP_POOL_BACKWARD = Exercise(
    name="lp_pool_backward",
    parts={"plain": 2, "stable": 1},
    groups=GROUPS,
    reference=lp_pool_backward,
    forward=Forward("lp_pool", ("x",), lambda dy, **inputs: inputs),
    cases=backward_cases,
    features=POWERS | LAYOUTS,
    feeds=("dx[S i + u, S j + v] += dy[i, j] slope[i, j, u, v]",),
    known=slopes,
    hints=(
        "Compute y again, as in lp_pool. Then the slopes of one window are one line.",
        "The slope is sign(x) times (|x| / y) to the power p − 1. No power is above 1 then. Windows of zeros get 0: "
        "leave them out, or y = 0 is divided by.",
        "(7.6)  dx[S i + u, S j + v] += dy[i, j] sign(x[S i + u, S j + v]) (|x[S i + u, S j + v]| / y[i, j])^(p − 1)",
    ),
    slips={
        "a gradient without the sign of x, as on a deck, as transcribed. "
        "Where x is below 0, raising it lowers |x|, and so y.": instead(lp_pool_backward, "np.sign(window) * ", ""),
        "the gradient with powers of x and of y by themselves. "
        "They overflow, or vanish: take the power of |x| / y.": instead(
            lp_pool_backward, "np.abs(window / y[i, j]) ** (p - 1)", "np.abs(window) ** (p - 1) * y[i, j] ** (1 - p)"
        ),
        "0 / 0 in a window of zeros, where y is 0. Its gradient is 0.": instead(
            lp_pool_backward, "if y[i, j] > 0", "if True"
        ),
        "a gradient that divides by the largest |x| of the window. Divide by y.": instead(
            lp_pool_backward, "window / y[i, j]", "window / np.abs(window).max()"
        ),
        "a gradient in which an entry of 0 counts as above 0. sign(0) is 0, and so is its "
        "slope, at p = 1 as well.": instead(lp_pool_backward, "np.sign(window)", "np.where(window < 0, -1, 1)"),
        "a gradient with the power p. The derivative of |x|^p has the power p − 1.": instead(
            lp_pool_backward, "(p - 1)", "p"
        ),
        "p times the gradient. The p of the power and the 1 / p of the root cancel.": instead(
            lp_pool_backward, "dy[i, j] * ", "p * dy[i, j] * "
        ),
        "a gradient with = for +=. An entry that lies in several windows hears from all of them.": instead(
            lp_pool_backward, "+=", "="
        ),
        "the slopes of y alone. The chain rule multiplies each by its dy.": instead(
            lp_pool_backward, "dy[i, j] * ", ""
        ),
    },
)
