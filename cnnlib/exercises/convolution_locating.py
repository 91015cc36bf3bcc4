"""Finding a digit in a picture (lecture 04)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs, Shown
from cnnlib.checks.cases import Rng, given
from cnnlib.checks.edits import instead


def locate(picture: Array, template: Array, correlate: Callable[..., Array]) -> tuple[int, int]:
    response = correlate(picture, template - template.mean())
    row, column = np.unravel_index(response.argmax(), response.shape)
    return int(row), int(column)


def locate_cases(rng: Rng) -> list[Inputs]:
    correlate = given(cross_correlate_by_loops)

    def hidden(H: int, W: int, size: tuple[int, int], row: int, column: int, light: float) -> Inputs:
        """A template pasted into noise, beside a bright patch that fools a plain sum."""
        template = 0.2 * (np.abs(rng.normal(size=size)) + np.eye(*size) * 2)
        picture = 0.02 * rng.random((H, W))
        picture[row : row + size[0], column : column + size[1]] += template
        picture[-size[0] :, : size[1]] += light
        return {"picture": picture, "template": template, "correlate": correlate}

    small = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 3]])
    return [
        {"picture": small, "template": np.array([[1.0, 0], [0, 3]]), "correlate": correlate},
        {
            "picture": np.array([[9.0, 9, 0, 0], [9, 9, 0, 1], [0, 0, 1, 0]]),
            "template": np.array([[0.0, 1], [1, 0]]),
            "correlate": correlate,
        },
        *(
            {"picture": np.pad(bar, ((1, 0), (2, 0))), "template": bar, "correlate": correlate}
            for bar in (np.array([[0.0, 3], [0, 3]]), np.array([[0.0, 0], [3, 3]]))
        ),
        hidden(9, 12, (3, 3), 2, 7, 5.0),
        hidden(12, 9, (4, 2), 1, 5, 6.0),
        hidden(3, 9, (3, 2), 0, 5, 6.0),
        hidden(9, 3, (2, 3), 1, 0, 6.0),
        hidden(7, 9, (2, 3), 0, 6, 0.0),
        hidden(7, 9, (2, 3), 5, 0, 0.0),
        *(
            {
                "picture": rng.normal(size=(7, 9)),
                "template": np.abs(rng.normal(size=size)) + 0.1,
                "correlate": correlate,
            }
            for size in 2 * ((2, 3), (3, 2), (1, 3), (2, 1), (3, 3))
        ),
    ]


def cross_correlate_by_loops(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    z = np.zeros((x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1))
    for u in range(w.shape[0]):
        for v in range(w.shape[1]):
            z += w[u, v] * x[u : u + z.shape[0], v : v + z.shape[1]]
    return z


def searched(picture: Array, template: Array, correlate: Callable[..., Array]) -> list[Shown]:
    """The response that was searched, with its value at the place that was found."""
    response = correlate(picture, template - template.mean())
    inputs = {"picture": picture, "template": template, "correlate": correlate}

    def at(place: Any) -> float:
        return float(response[tuple(int(n) for n in place)])

    return [Shown("the response at the place found", inputs, at)]


LOCATE = Exercise(
    name="locate",
    parts={"row": 1, "column": 1},
    reference=locate,
    cases=locate_cases,
    shows=searched,
    hints=(
        "What would a kernel have to sum to, so that a bright empty patch gives no response?",
        "Subtract the template's mean, slide it over the picture, and look for the largest response.",
        "r = correlate(picture, template - template.mean());  row, column = np.unravel_index(r.argmax(), r.shape)",
    ),
    slips={
        "the place of the smallest response. The best match has the largest.": instead(locate, "argmax", "argmin"),
        "the place of the flipped template: this is a true convolution. "
        "Cross-correlate to find a thing as it is.": instead(
            locate, "template - template.mean()", "(template - template.mean())[::-1, ::-1]"
        ),
        "the column first, then the row.": instead(locate, "int(row), int(column)", "int(column), int(row)"),
        "one index into the flattened response. np.unravel_index turns it into a row and a column.": instead(
            locate, "int(row), int(column)", "int(response.argmax()), 0"
        ),
    },
)
