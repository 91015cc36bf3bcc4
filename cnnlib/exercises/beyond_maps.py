"""Lecture 10, maps: what is asked, and the mistakes that are known.

(10.7)   y[n, c] = mean over m and q of x[n, c, m, q]
(10.9)   map[m, q] = Σ_c w[j, c] maps[c, m, q]
(10.11)  dilated[f, c, δ u, δ v] = w[f, c, u, v], 0 elsewhere
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers

# ---------------------------------------------------------------- one number a map


def global_mean(x: Array) -> Array:
    return x.mean(axis=(2, 3))


def mean_cases(rng: Rng) -> list[Inputs]:
    return [
        {"x": numbers(1, 2, 9).reshape(1, 1, 1, 3)},
        {"x": np.arange(12.0).reshape(1, 2, 2, 3)},
        {"x": np.arange(12.0).reshape(3, 2, 1, 2) ** 2},
        {"x": np.array([1, 2, 2, 0]).reshape(1, 1, 4, 1)},
        {"x": rng.normal(size=(2, 3, 4, 5))},
        *in_other_layouts({"x": rng.normal(size=(3, 2, 2, 3))}),
    ]


GLOBAL_MEAN = Exercise(
    name="global_mean",
    parts={"y": 1},
    reference=global_mean,
    cases=mean_cases,
    features=LAYOUTS,
    hints=(
        "From (N, C, H, W) to (N, C): which two axes go?",
        "x.mean takes a tuple of axes.",
        "(10.7)  y[n, c] = 1 / (H W) · sum over m and q of x[n, c, m, q]",
    ),
    slips={
        "the sum over each map. Divide by H W, or a larger canvas says everything louder.": lambda x: x.sum(
            axis=(2, 3)
        ),
        "the largest of each map. That is max pooling.": lambda x: x.max(axis=(2, 3)),
        "means over channels and columns. The axes are counted from 0: N, C, H, W.": lambda x: x.mean(axis=(1, 3)),
        "means over the batch as well. Every example keeps its own.": lambda x: np.broadcast_to(
            x.mean(axis=(0, 2, 3)), x.shape[:2]
        ).copy(),
        "one mean for all maps of an example. Each map has its own.": lambda x: np.repeat(
            x.mean(axis=(1, 2, 3))[:, None], x.shape[1], axis=1
        ),
        "the sum divided by H alone. A map has H W places.": lambda x: x.sum(axis=(2, 3)) / x.shape[2],
        "the sum divided by W alone. A map has H W places.": lambda x: x.sum(axis=(2, 3)) / x.shape[3],
        "medians. Asked is the mean.": lambda x: np.median(x, axis=(2, 3)),
    },
)

# ---------------------------------------------------------------- where the class is


def class_map(maps: Array, w: Array, j: int) -> Array:
    return np.tensordot(w[j], maps, axes=1)


def map_cases(rng: Rng) -> list[Inputs]:
    return [
        {"maps": numbers(1, 2, 3).reshape(1, 1, 3), "w": numbers(2, -1).reshape(2, 1), "j": 0},
        {"maps": np.arange(6.0).reshape(2, 1, 3), "w": numbers(1, 0, 3, -2, -1, 5).reshape(3, 2), "j": 1},
        {"maps": np.arange(12.0).reshape(2, 3, 2), "w": numbers(1, 4, 3, -2, -1, -5).reshape(3, 2), "j": 2},
        {"maps": rng.normal(size=(3, 2, 4)), "w": rng.normal(size=(2, 3)), "j": 1},
        {"maps": rng.normal(size=(4, 3, 2)), "w": rng.normal(size=(6, 4)), "j": 3},
        *in_other_layouts({"maps": rng.normal(size=(3, 2, 3)), "w": rng.normal(size=(4, 3)), "j": 2}),
    ]


def weighing(change: Callable[[Array], Array]) -> Callable[..., Array]:
    return lambda maps, w, j: change(class_map(maps, w, j))


CLASS_MAP = Exercise(
    name="class_map",
    parts={"map": 3},
    reference=class_map,
    cases=map_cases,
    features=LAYOUTS | {"class 0": lambda maps, w, j: j == 0},
    hints=(
        "Class j has a weight for each map. At one place (m, q) each map has a number.",
        "Add up the maps, each times its weight w[j, c]. The result has the maps' rows and columns.",
        "(10.9)  map[m, q] = sum over c of w[j, c] maps[c, m, q]",
    ),
    after=(("before you start", "the sum of row j of w: each map brings its weight, once"),),
    slips={
        "the map with everything below 0 set to 0. What speaks against the class is lost, "
        "and a map that is negative everywhere becomes blank.": weighing(lambda found: np.maximum(found, 0)),
        "sizes without signs. A place may speak against the class.": weighing(np.abs),
        "the map divided by its largest entry. Then all maps look equally strong, and the mean is no logit.": weighing(
            lambda found: found / found.max()
        ),
        "the map divided by its largest size. Then all maps look equally strong, and the mean is no logit.": weighing(
            lambda found: found / np.abs(found).max()
        ),
        "the map divided by H W. In (10.8) that stands before the bracket: the map is what is inside.": weighing(
            lambda found: found / found.size
        ),
        "the mean of the map at every place. Weigh the maps as they are: "
        "where is the digit is in their places.": weighing(lambda found: np.full(found.shape, found.mean())),
        "the mean over the C maps. Asked is the sum.": lambda maps, w, j: class_map(maps, w, j) / len(maps),
        "the sum of all maps. Each has its weight w[j, c].": lambda maps, w, j: maps.sum(axis=0),
        "the map of the class before j: row j of w belongs to class j.": lambda maps, w, j: class_map(maps, w, j - 1),
        "the map of class 0. Use row j of w.": lambda maps, w, j: class_map(maps, w, 0),
        "the maps of all classes added up. Use row j of w.": lambda maps, w, j: np.tensordot(
            w.sum(axis=0), maps, axes=1
        ),
        "the weights in reverse order: w[j, c] belongs to map c.": lambda maps, w, j: np.tensordot(
            w[j, ::-1], maps, axes=1
        ),
        "map j times its weight. Class j listens to all maps.": lambda maps, w, j: (
            w[j, j % len(maps)] * maps[j % len(maps)]
        ),
    },
)

# ---------------------------------------------------------------- a kernel with gaps


def dilate(w: Array, dilation: int) -> Array:
    F, C, KH, KW = w.shape
    dilated = np.zeros((F, C, dilation * (KH - 1) + 1, dilation * (KW - 1) + 1))
    dilated[:, :, ::dilation, ::dilation] = w
    return dilated


def dilate_cases(rng: Rng) -> list[Inputs]:
    return [
        {"w": numbers(5, 7).reshape(1, 1, 1, 2), "dilation": 2},
        {"w": np.arange(1.0, 7).reshape(1, 1, 2, 3), "dilation": 1},
        {"w": np.arange(1.0, 7).reshape(1, 1, 2, 3), "dilation": 2},
        {"w": np.arange(1.0, 7).reshape(1, 1, 3, 2), "dilation": 3},
        {"w": numbers(3, 4).reshape(1, 2, 1, 1), "dilation": 4},
        {"w": rng.normal(size=(2, 3, 3, 2)), "dilation": 3},
        *in_other_layouts({"w": rng.normal(size=(3, 2, 2, 3)), "dilation": 2}),
    ]


def spread(w: Array, rows: int, columns: int, height: int, width: int) -> Array:
    """w on a lattice of such steps, in so many rows and columns."""
    made = np.zeros((*w.shape[:2], height, width))
    made[:, :, : rows * w.shape[2] : rows, : columns * w.shape[3] : columns] = w
    return made


def with_rim(w: Array, dilation: int) -> Array:
    return spread(w, dilation, dilation, dilation * w.shape[2], dilation * w.shape[3])


def rows_only(w: Array, dilation: int) -> Array:
    return spread(w, dilation, 1, dilation * (w.shape[2] - 1) + 1, w.shape[3])


def columns_only(w: Array, dilation: int) -> Array:
    return spread(w, 1, dilation, w.shape[2], dilation * (w.shape[3] - 1) + 1)


def repeated(w: Array, dilation: int) -> Array:
    return np.repeat(np.repeat(w, dilation, axis=2), dilation, axis=3)


DILATE = Exercise(
    name="dilate",
    parts={"dilated": 2},
    reference=dilate,
    cases=dilate_cases,
    features=LAYOUTS
    | {
        "dilation 1": lambda w, dilation: dilation == 1,
        "kernels of 1 × 1": lambda w, dilation: w.shape[2:] == (1, 1),
    },
    hints=(
        "Two neighbouring weights shall stand `dilation` pixels apart. How many zeros come between them?",
        "Make zeros of the right size, and write w on every `dilation`-th row and column. Behind the last weight "
        "comes nothing.",
        "(10.11)  δ (KH − 1) + 1 rows, δ (KW − 1) + 1 columns;  dilated[f, c, δ u, δ v] = w[f, c, u, v]",
    ),
    after=(("before you start", "9: 4 · 2 + 1"),),
    slips={
        "the right kernel with zeros behind its last weights. Between KH weights there are KH − 1 gaps.": with_rim,
        "gaps of δ zeros. Weights that stand δ apart have δ − 1 zeros between them.": lambda w, dilation: dilate(
            w, dilation + 1
        ),
        "gaps between rows, not between columns.": rows_only,
        "gaps between columns, not between rows.": columns_only,
        "every weight repeated. The gaps are zeros: a dilated kernel has no more weights than before.": repeated,
        "w itself, without gaps.": lambda w, dilation: w * 1.0,
        "a kernel that is flipped as well.": lambda w, dilation: dilate(w, dilation)[:, :, ::-1, ::-1],
    },
)
