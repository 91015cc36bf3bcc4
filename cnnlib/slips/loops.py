"""Raj's loops for pooling, line by line as they are printed; only the counting starts at 0 here."""

from functools import partial

import numpy as np

from cnnlib.gradients import central_difference
from cnnlib.slips.claim import Trial, claim, outcome

raj = partial(claim, "Raj", lecture="07_pooling")
X = np.array([[1.0, 2, 9, 4], [5, 3, 6, 7], [8, 1, 2, 3], [4, 0, 5, 6]])
DY = np.array([[1.0, 2], [3, 4]])


def corners(size: int, K: int, S: int) -> range:
    """Where windows begin along one side."""
    return range(0, size - K + 1, S)


@raj(
    "Max Pooling with Downsampling; Mean Pooling with Downsampling",
    printed="n = n + 1 after the loop over y, m = m + 1 after the loop over x",
    right="each inside the loop that it counts",
    why="As indented, all results of a map go to one entry, and only the last stays.",
    kind="transcript",
)
def counted_outside() -> Trial:
    printed, right, K, S = np.zeros((2, 2)), np.zeros((2, 2)), 2, 2
    m = 0
    for x in corners(4, K, S):
        n = 0
        for y in corners(4, K, S):
            printed[m, n] = X[x : x + K, y : y + K].max()
        n = n + 1
    m = m + 1

    m = 0
    for x in corners(4, K, S):
        n = 0
        for y in corners(4, K, S):
            right[m, n] = X[x : x + K, y : y + K].max()
            n = n + 1
        m = m + 1
    return Trial(
        asked="maxima of a 4 × 4 map, windows of 2 × 2, stride 2",
        printed=printed,
        right=right,
        measured=X.reshape(2, 2, 2, 2).max(axis=(1, 3)),
    )


@raj(
    "Recap: Max Pooling layer",
    printed="u(l, j, x, y) = Y(l − 1, j, pidx(l, j, m, n))",
    right="pidx(l, j, x, y)",
    why="Nothing in this loop is called m or n. The slide in the second half has x and y.",
    kind="misprint",
)
def winner_of_nowhere() -> Trial:
    x, K = np.array([2.0, 7, 1]), 2
    pidx = [y + int(np.argmax(x[y : y + K])) for y in corners(3, K, 1)]
    return Trial(
        asked="maxima of (2, 7, 1), windows of two",
        printed=outcome(lambda: [x[pidx[letters["n"]]] for letters in ({"y": y} for y in corners(3, K, 1))]),
        right=[x[pidx[y]] for y in corners(3, K, 1)],
        measured=np.maximum(x[:-1], x[1:]),
    )


@raj(
    "Derivative of mean pooling",
    printed="dy(l − 1, m, k, n) += 1/K² · dy(l, m, k, n)",
    right="dy(l, m, i, j): of the window, not of the pixel",
    why="k and n are pixels of the input. The window that hears is (i, j).",
    kind="misprint",
)
def pixel_for_window() -> Trial:
    x, dy, K = np.array([2.0, 7, 1]), np.array([4.0, 6]), 2
    printed, right = np.zeros(3), np.zeros(3)
    windows = [(i, k) for i in range(2) for k in range(i, i + K)]
    for i, k in windows:
        printed[k] += dy[k] / K if k < len(dy) else 0
        right[k] += dy[i] / K
    return Trial(
        asked="slopes by (2, 7, 1), means of two, dy = (4, 6); a missing dy counts as 0",
        printed=printed,
        right=right,
        measured=central_difference(lambda x: dy @ (x[:-1] + x[1:]) / 2, x),
    )


@raj(
    "Derivative of mean pooling layer",
    printed="for i = 1:K, j = 1:K: dy(l − 1, k, p, x + i, y + j) += …",
    right="dy(l − 1, k, x + i − 1, y + j − 1), counting from 1",
    why="The window of (x, y) begins at (x, y); as printed, one row and one column later. And what is p?",
    kind="loop",
)
def window_one_late() -> Trial:
    printed, right = np.zeros((4, 4)), np.zeros((3, 3))  # the last row and column would be outside
    for x, y, i, j in np.ndindex(2, 2, 2, 2):
        printed[x + i + 1, y + j + 1] += DY[x, y] / 4
        right[x + i, y + j] += DY[x, y] / 4

    def loss(x: np.ndarray) -> float:
        return float(np.sum(DY * (x[:-1, :-1] + x[:-1, 1:] + x[1:, :-1] + x[1:, 1:]) / 4))

    return Trial(
        asked="slopes of a 3 × 3 map, means of 2 × 2, dy = (1 2; 3 4)",
        printed=printed[:3, :3],
        right=right,
        measured=central_difference(loss, np.zeros((3, 3))),
    )


@raj(
    "Max Pooling layer",
    printed="pidx = maxidx(Y(l − 1, j, x:x+K−1, y:y+K−1)), then Y(l − 1, j, pidx)",
    right="x and y added to the index within the segment",
    why="An index counted from the segment's corner points elsewhere in the map. NumPy's argmax counts so.",
    kind="loop",
)
def index_within_a_segment() -> Trial:
    x, K = np.array([2.0, 7, 1, 9]), 2
    within = [int(np.argmax(x[y : y + K])) for y in corners(4, K, 1)]
    return Trial(
        asked="maxima of (2, 7, 1, 9), windows of two, if maxidx counts within the window",
        printed=x[within],
        right=[x[y + winner] for y, winner in enumerate(within)],
        measured=np.maximum(x[:-1], x[1:]),
    )
