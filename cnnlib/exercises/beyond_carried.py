"""Lecture 10, weights carried over from a framework with channels last: what is asked, and the mistakes that are known.

(10.13)  w[f, c, u, v] = kernels[u, v, c, f]        w_flat[j, f H W + s] = flat[s F + f, j], s a place
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts


def to_torch(kernels: Array, flat: Array) -> tuple[Array, Array]:
    F, M = kernels.shape[3], flat.shape[1]
    return kernels.transpose(3, 2, 0, 1), flat.reshape(-1, F, M).transpose(2, 1, 0).reshape(M, -1)


def counted(KH: int, KW: int, C: int, F: int, places: int, M: int) -> Inputs:
    """Weights that are numbered from 1, so that each can be followed by hand."""
    kernels, flat = (np.arange(1.0, np.prod(shape) + 1).reshape(shape) for shape in ((KH, KW, C, F), (places * F, M)))
    return {"kernels": kernels, "flat": flat}


def drawn(rng: Rng, KH: int, KW: int, C: int, F: int, places: int, M: int) -> Inputs:
    return {"kernels": rng.normal(size=(KH, KW, C, F)), "flat": rng.normal(size=(places * F, M))}


def carried_cases(rng: Rng) -> list[Inputs]:
    return [
        counted(1, 2, 1, 2, 2, 1),
        counted(2, 1, 2, 1, 2, 2),
        counted(2, 2, 2, 2, 4, 8),
        drawn(rng, 3, 3, 1, 4, 1, 3),
        drawn(rng, 3, 2, 2, 4, 6, 5),
        drawn(rng, 3, 3, 3, 3, 9, 27),
        *in_other_layouts(drawn(rng, 1, 3, 2, 3, 8, 2)),
    ]


def carried_by(
    kernels_by: Callable[[Array], Array] = lambda k: k.transpose(3, 2, 0, 1),
    flat_by: Callable[[Array, int], Array] = lambda maps, M: maps.transpose(2, 1, 0).reshape(M, -1),
) -> Any:
    """The way over with one of its halves exchanged; flat_by gets the flat layer's weights as (H W, F, M)."""

    def carried(kernels: Array, flat: Array) -> tuple[Array, Array]:
        F, M = kernels.shape[3], flat.shape[1]
        return kernels_by(kernels), flat_by(flat.reshape(-1, F, M), M)

    return carried


def maps_first(maps: Array, M: int) -> Array:
    """As if the rows of `flat` ran map by map already, and had to be mixed."""
    places, F, _ = maps.shape
    return maps.reshape(F, places, M).transpose(2, 1, 0).reshape(M, -1)


TO_TORCH = Exercise(
    name="to_torch",
    parts={"w": 1, "w_flat": 1},
    reference=to_torch,
    cases=carried_cases,
    features=LAYOUTS
    | {
        "several maps of several pixels": lambda kernels, flat: 1 < kernels.shape[3] < len(flat),
        "kernels larger than one pixel": lambda kernels, flat: kernels.shape[:2] != (1, 1),
    },
    hints=(
        "Write the axes of what you have and of what is asked below each other. Which axis goes where?",
        "kernels: one transpose. flat: its first axis is two in one, places and maps. Take them apart with reshape, "
        "put all three in the new order, and only then lay them out again.",
        "(10.13)  w = kernels, axes in the order 3, 2, 0, 1;  flat as (H · W, F, M), axes in the order 2, 1, 0, then "
        "as (M, F · H · W)",
    ),
    after=(("before you start", "yes, flat.T has the right shape: no error would ever tell"),),
    slips={
        "flat.T: the right shape, and yet weights meet the wrong pixels. Its columns still run place by place, "
        "with the maps innermost.": carried_by(flat_by=lambda maps, M: maps.reshape(-1, M).T),
        "flat with another shape, in the old order: reshape moves no number. "
        "Outputs must come first: transpose.": carried_by(flat_by=lambda maps, M: maps.reshape(M, -1)),
        "the way from channels first to channels last. Here it goes from last to first.": carried_by(
            flat_by=maps_first
        ),
        "(F · H · W, M), a column for each output. Here a row belongs to each: (M, F · H · W).": carried_by(
            flat_by=lambda maps, M: maps.swapaxes(0, 1).reshape(-1, M)
        ),
        "kernels.T, which turns all axes round: rows and columns of each kernel are exchanged, too.": carried_by(
            kernels_by=lambda k: k.T
        ),
        "(C, F, KH, KW), input maps before filters. A filter comes first, and then what it reads.": carried_by(
            kernels_by=lambda k: k.transpose(2, 3, 0, 1)
        ),
        "kernels with another shape, in the old order: reshape moves no number. Use transpose.": carried_by(
            kernels_by=lambda k: k.reshape(k.shape[::-1][:2] + k.shape[:2])
        ),
        "kernels turned by half. Both sides correlate: the order of the axes is all that changes.": carried_by(
            kernels_by=lambda k: k[::-1, ::-1].transpose(3, 2, 0, 1)
        ),
    },
)
