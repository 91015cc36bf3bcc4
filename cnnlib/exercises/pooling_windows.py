"""Windows: the largest and the mean of each (lecture 07)."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.checks.edits import instead


def windows(x: Array, KH: int, KW: int, stride: int) -> Array:
    """What each output sees: (OH, OW, KH, KW)."""
    return sliding_window_view(x, (KH, KW))[::stride, ::stride]


def tied(x: Array, KH: int, KW: int, stride: int) -> bool:
    seen = windows(x, KH, KW, stride)
    return bool(((seen == seen.max((2, 3), keepdims=True)).sum((2, 3)) > 1).any())


FEATURES: dict[str, Callable[..., bool]] = {
    "windows that overlap": lambda KH, KW, stride, **_: stride < max(KH, KW),
    "gaps between the windows": lambda KH, KW, stride, **_: stride > min(KH, KW),
    "several windows": lambda KH, KW, **inputs: max(_shape(inputs)) > max(KH, KW),
    "windows that are not square": lambda KH, KW, **_: KH != KW,
    "rows or columns left over": lambda KH, KW, stride, **inputs: any(
        (n - k) % stride for n, k in zip(_shape(inputs), (KH, KW), strict=True)
    ),
    "a largest entry below 0": lambda KH, KW, stride, x=None, **_: (
        x is not None and bool((windows(x, KH, KW, stride).max((2, 3)) < 0).any())
    ),
    **LAYOUTS,
}


def _shape(inputs: Inputs) -> tuple[int, int]:
    return inputs["x"].shape if "x" in inputs else inputs["shape"]


TIED = {"tied maxima": lambda x, KH, KW, stride, **_: tied(x, KH, KW, stride)}


def forward_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(6, 9)), "KH": 2, "KW": 3, "stride": 2}
    return [
        {"x": np.array([[2.0, 7, 4]]), "KH": 1, "KW": 3, "stride": 1},
        {"x": np.array([[2.0, 7, 4, 1]]), "KH": 1, "KW": 2, "stride": 2},
        {"x": np.array([[2.0, 7, 4], [9, 1, 5]]), "KH": 2, "KW": 1, "stride": 1},
        {"x": np.array([[2.0, 7, 4], [9, 1, 5], [3, 8, 6]]), "KH": 2, "KW": 2, "stride": 1},
        {"x": np.array([[-2.0, -7, -4], [-9, -1, -5]]), "KH": 1, "KW": 2, "stride": 1},
        {"x": np.array([[2.0, 7, 4, 1, 3, 0, 8]]), "KH": 1, "KW": 3, "stride": 3},
        {"x": rng.normal(size=(8, 5)), "KH": 2, "KW": 2, "stride": 3},
        {"x": rng.normal(size=(4, 3)) - 9, "KH": 4, "KW": 3, "stride": 2},
        {"x": rng.normal(size=(7, 5)), "KH": 3, "KW": 2, "stride": 1},
        random,
        *in_other_layouts(random),
    ]


def max_pool(x: Array, KH: int, KW: int, stride: int) -> Array:
    return windows(x, KH, KW, stride).max((2, 3))


def one_apart(x: Array, KH: int, KW: int, stride: int) -> Array:
    OH, OW = max_pool(x, KH, KW, stride).shape
    return max_pool(x, KH, KW, 1)[:OH, :OW]


def hanging(reduce: Callable[[Array], float]) -> Callable[..., Array]:
    """Pooling that also keeps the windows that hang over the end, as far as they go."""

    def pooled(x: Array, KH: int, KW: int, stride: int) -> Array:
        H, W = x.shape
        return np.array([[reduce(x[m : m + KH, q : q + KW]) for q in range(0, W, stride)] for m in range(0, H, stride)])

    return pooled


STEPS = (
    "Where does the window of output (i, j) begin? At row S i and column S j.",
    "Count the outputs first: (H − KH) // stride + 1 rows, and columns likewise.",
)

MAX_POOL = Exercise(
    name="max_pool",
    parts={"y": 2},
    reference=max_pool,
    cases=forward_cases,
    features=FEATURES,
    hints=(
        *STEPS,
        "(7.1)  y[i, j] = x[S i : S i + KH, S j : S j + KW].max(),  for i = 0 ... (H − KH) // S",
    ),
    after=(("before you start", "with a window of 1 × 1 and stride 1, y is x"),),
    slips={
        "the mean of each window. Keep the largest entry alone.": instead(max_pool, ".max", ".mean"),
        "the largest of each window and 0. A maximum that starts from 0 is wrong where all entries lie below: "
        "start from the first entry.": instead(max_pool, "(2, 3)", "(2, 3), initial=0"),
        "windows that stand side by side: their step is their own size. It is `stride`.": instead(
            max_pool, "windows(x, KH, KW, stride)", "sliding_window_view(x, (KH, KW))[::KH, ::KW]"
        ),
        "windows at every place. The next one begins `stride` further on.": instead(max_pool, "KW, stride)", "KW, 1)"),
        "as many windows as are due, but each begins 1 after the one before. "
        "Output (i, j) begins at (S i, S j).": one_apart,
        "the largest of the four corners of each window. All that lies between them counts as well.": instead(
            max_pool, "KW, stride)", "KW, stride)[:, :, :: KH - 1 or 1, :: KW - 1 or 1]"
        ),
        "more windows than fit: those that hang over the end count as well. Only whole windows do.": hanging(np.max),
        "the largest |x| of each window. −9 is not larger than 2.": instead(max_pool, "windows(x", "windows(np.abs(x)"),
        "the smallest entry of each window.": instead(max_pool, ".max", ".min"),
    },
)


def mean_pool(x: Array, KH: int, KW: int, stride: int) -> Array:
    return windows(x, KH, KW, stride).mean((2, 3))


def shares(KH: int, KW: int, **_: object) -> Inputs:
    """The share of each entry of a window."""
    return {"share": np.full((KH, KW), 1 / (KH * KW))}


MEAN_POOL = Exercise(
    name="mean_pool",
    parts={"y": 1},
    reference=mean_pool,
    cases=forward_cases,
    features=FEATURES,
    feeds=("y[i, j] += x[S i + u, S j + v] share[u, v]",),
    known=shares,
    hints=(
        "Your max_pool, with another word in one place.",
        "The mean is the sum of the window over the number of its entries, KH KW.",
        "(7.2)  y[i, j] = (sum over u and v of x[S i + u, S j + v]) / (KH KW)",
    ),
    slips={
        "the sum of each window. Divide by KH KW.": instead(mean_pool, ".mean", ".sum"),
        "the sum over KH². A window has KH KW entries.": instead(mean_pool, ".mean((2, 3))", ".sum((2, 3)) / KH**2"),
        "the sum over KW². A window has KH KW entries.": instead(mean_pool, ".mean((2, 3))", ".sum((2, 3)) / KW**2"),
        "the sum over KH + KW. A window has KH KW entries.": instead(
            mean_pool, ".mean((2, 3))", ".sum((2, 3)) / (KH + KW)"
        ),
        "the mean of |x|. Numbers below 0 are numbers like others.": instead(
            mean_pool, "windows(x", "windows(np.abs(x)"
        ),
        "the largest entry of each window. Here all of them count.": max_pool,
        "more windows than fit: those that hang over the end count as well. Only whole windows do.": hanging(np.mean),
        "windows at every place. The next one begins `stride` further on.": instead(mean_pool, "KW, stride)", "KW, 1)"),
    },
)
