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


def pulled(dy: Array, w: Array, shape: tuple[int, int]) -> Array:
    """dx of a correlation, measured."""
    return central_difference(lambda x: np.sum(dy * correlate2d(x, w)), np.zeros(shape))
