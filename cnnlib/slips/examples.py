"""Small numbers that several trials share."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.gradients import central_difference
from cnnlib.kernels import correlate2d

# Arora's worked example: a picture, and a kernel that no half turn leaves as it is.
ARORA = (
    np.array([[4.0, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]]),
    np.array([[1.0, 4, 1], [1, 4, 3], [3, 3, 1]]),
)

DY, W = np.array([[1.0, 2], [0, -1]]), np.array([[1.0, 2], [3, 5]])
PADDED = np.pad(DY, 1)
SQUARES = np.arange(9.0).reshape(3, 3) ** 2


def by_hand(x: Array, w: Array) -> list[float]:
    """The correlation row after row, one product at a time: Σ w[u, v] x[i + u, j + v]."""
    (KH, KW), taps = w.shape, list(np.ndindex(w.shape))
    places = np.ndindex(x.shape[0] - KH + 1, x.shape[1] - KW + 1)
    return [sum(w[u, v] * x[i + u, j + v] for u, v in taps) for i, j in places]


def measured_dx(dy: Array, w: Array, shape: tuple[int, int]) -> Array:
    """dx of a correlation, by no formula."""
    return central_difference(lambda x: np.sum(dy * correlate2d(x, w)), np.zeros(shape))
