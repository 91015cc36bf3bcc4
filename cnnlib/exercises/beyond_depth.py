"""Lecture 10, the gradient by depth: what is asked, and the mistakes that are known.

(10.4)  sizes[B] = rms of dy;  for α = B − 1 … 0: dy ← backs[α](dy), sizes[α] = rms of dy
"""

from collections.abc import Sequence

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs, Property
from cnnlib.checks.cases import LAYOUTS, Rng, given, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.checks.show import number
from cnnlib.exercises.beyond_roads import (
    Operation,
    a_quarter,
    times_three,
    to_both_neighbours,
    turned_round,
)


def gradient_by_depth(dy: Array, backs: Sequence[Operation]) -> Array:
    sizes = [np.sqrt(np.mean(dy**2))]
    for back in reversed(backs):
        dy = back(dy)
        sizes.append(np.sqrt(np.mean(dy**2)))
    return np.array(sizes[::-1])


def depth_cases(rng: Rng) -> list[Inputs]:
    three, quarter, mirror, spread = map(given, (times_three, a_quarter, turned_round, to_both_neighbours))
    shifted = given(minus_its_first)
    return [
        {"dy": numbers(1, -7), "backs": [three]},
        {"dy": numbers(3, 4, 0), "backs": [three, quarter]},
        {"dy": numbers(-2), "backs": []},
        {"dy": np.array([[1, 2, 7]]), "backs": [quarter, shifted, three]},
        {"dy": rng.normal(size=(2, 3)), "backs": [spread, quarter, mirror, shifted]},
        {"dy": rng.normal(size=(2, 3, 1, 2)), "backs": [shifted, spread]},
        *in_other_layouts({"dy": rng.normal(size=(3, 2)), "backs": [shifted, three, spread]}),
    ]


def minus_its_first(dy: Array) -> Array:
    return dy - dy[..., :1] / 2


def no_size(sizes: Array, **inputs: object) -> str:
    off = np.argwhere(~(np.asarray(sizes, float) >= 0))
    return f"your sizes[{off[0, 0]}] is {number(float(sizes[off[0, 0]]))}" if len(off) else ""


def not_doubled(after: Array, before: Array, **inputs: object) -> str:
    off = np.argwhere(~np.isclose(after, 2 * np.asarray(before), rtol=1e-4))
    if not len(off):
        return ""
    n = off[0, 0]
    return f"your sizes[{n}] goes from {number(float(before[n]))} to {number(float(after[n]))}"


GRADIENT_BY_DEPTH = Exercise(
    name="gradient_by_depth",
    parts={"sizes": 3},
    reference=gradient_by_depth,
    cases=depth_cases,
    features=LAYOUTS | {"no block at all": lambda dy, backs: not backs},
    properties=(
        Property("a size is a number and never below 0, since each entry is squared first", no_size),
        Property(
            "twice the dy has twice the sizes",
            not_doubled,
            lambda dy, backs: {"dy": 2 * dy, "backs": backs},
        ),
    ),
    hints=(
        "Walk back: which block does dy meet first?",
        "The last one. Note the size of dy before each step, and once more at the end. Then turn the list round.",
        "(10.4)  sizes[B] = rms of dy;  for α = B − 1 … 0: dy ← backs[α](dy), sizes[α] = rms of dy;  rms is the root "
        "of the mean of dy²",
    ),
    after=(("before you start", "the last one: on the way back the topmost block comes first"),),
    slips={
        "a walk that begins with the first block. On the way back the last one comes first.": instead(
            gradient_by_depth, "reversed(backs)", "backs"
        ),
        "the right sizes in the order in which they are found. "
        "sizes[0] is asked for the lowest: turn them round.": instead(gradient_by_depth, "[::-1]", ""),
        "a walk that begins with the first block, and its sizes from the top down.": instead(
            gradient_by_depth, "reversed(backs)", "backs", "[::-1]", ""
        ),
        "what each block would do to the dy on top. Each one gets what the block above it sent.": instead(
            gradient_by_depth,
            "        dy = back(dy)\n",
            "",
            "append(np.sqrt(np.mean(dy**2)))",
            "append(np.sqrt(np.mean(back(dy) ** 2)))",
        ),
        "mean squares. Take the root, so that twice the gradient is twice the size.": instead(
            gradient_by_depth, "np.sqrt", ""
        ),
        "roots of sums. They grow with the number of entries; the mean does not.": instead(
            gradient_by_depth, "np.mean", "np.sum"
        ),
        "the root of the sum of squares over the number of rows. Divide by the number of all entries.": instead(
            gradient_by_depth, "np.mean(dy**2)", "np.sum(dy**2) / len(dy)"
        ),
        "means of |dy|. Asked is the root of the mean square.": instead(
            gradient_by_depth, "np.sqrt(np.mean(dy**2))", "np.abs(dy).mean()"
        ),
        "the largest |dy|. Asked is the root of the mean square.": instead(
            gradient_by_depth, "np.sqrt(np.mean(dy**2))", "np.abs(dy).max()"
        ),
        "standard deviations: they take the mean away first. A gradient of 2 in every "
        "entry has size 2, not 0.": instead(gradient_by_depth, "np.sqrt(np.mean(dy**2))", "np.std(dy)"),
        "means of dy, where entries of two signs cancel. Square first.": instead(
            gradient_by_depth, "np.sqrt(np.mean(dy**2))", "dy.mean()"
        ),
    },
)
