"""A picture that moves (lecture 07)."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts


def moved(x: Array, steps: int) -> Array:
    H, W = x.shape
    y = np.zeros((H, W))
    for q in range(W):
        if 0 <= q - steps < W:
            y[:, q] = x[:, q - steps]
    return y


def moved_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(3, 5)), "steps": 2}
    return [
        {"x": np.array([[5.0, 7, 11]]), "steps": 1},
        {"x": np.array([[5.0, 7, 11]]), "steps": -1},
        {"x": np.array([[5.0, 7, 11], [2, 3, 1]]), "steps": 0},
        {"x": np.array([[5.0, 7, 11, 13], [2, 3, 1, 4]]), "steps": -2},
        {"x": np.array([[5.0, 7, 11], [2, 3, 1]]), "steps": 3},
        {"x": np.array([[5.0, 7], [2, 3], [1, 4]]), "steps": -5},
        {"x": rng.normal(size=(6, 4)), "steps": -3},
        random,
        *in_other_layouts(random),
    ]


def edge_repeated(x: Array, steps: int) -> Array:
    W = x.shape[1]
    return x[:, np.clip(np.arange(W) - steps, 0, W - 1)]


MOVED = Exercise(
    name="moved",
    parts={"y": 1},
    reference=moved,
    cases=moved_cases,
    features={
        "a move to the left": lambda steps, **_: steps < 0,
        "a move by 0": lambda steps, **_: steps == 0,
        "a move out of the picture": lambda x, steps: abs(steps) >= x.shape[1],
        **LAYOUTS,
    },
    hints=(
        "Begin with zeros of x's shape. Which column of x stands in column q of the result?",
        "Column q − steps, if there is one. Mind Python: x[:, −1] is not outside, it is the last column.",
        "y[m, q] = x[m, q − steps] where 0 <= q − steps < W, else 0",
    ),
    after=(("before you start", "a move by W or more leaves nothing but zeros"),),
    slips={
        "a picture whose columns come in again on the other side, as np.roll does. "
        "What leaves is gone; zeros come in.": lambda x, steps: np.roll(x, steps, axis=1),
        "a move to the other side. A positive number moves to the right: to larger columns.": lambda x, steps: moved(
            x, -steps
        ),
        "rows moved for columns. The second index counts columns.": lambda x, steps: moved(x.T, steps).T,
        "a picture whose edge is drawn out. Zeros come in.": edge_repeated,
        "a picture that moves to the right whatever the sign. Below 0 it moves to the left.": lambda x, steps: moved(
            x, abs(steps)
        ),
    },
)
