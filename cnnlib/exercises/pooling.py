"""Lecture 07, pooling and resampling: what is asked, and the mistakes that are known.

Index equations, counted from 0:

    (7.1)   y[i, j] = max over u, v of x[S i + u, S j + v]                       (deck R, Max Pooling)
    (7.2)   y[i, j] = sum over u, v of x[S i + u, S j + v] / (KH KW)             (deck R, Mean Pooling)
    (7.3)   dx[S i + u, S j + v] += won[i, j, u, v] dy[i, j]                     (deck R, Derivative of Max Pooling)
    (7.4)   dx[S i + u, S j + v] += dy[i, j] / (KH KW)                           (deck R, Derivative of Mean Pooling)
    (7.5)   y[i, j] = (sum over u, v of |x[S i + u, S j + v]|^p)^(1/p)           (deck A, Subsampling Equations)
    (7.6)   dx[S i + u, S j + v] += dy[i, j] sign(x) (|x| / y[i, j])^(p - 1)
    (7.7)   y[i, j] = x[S i, S j]                                                (deck R, Recap: Resampling)
    (7.8)   y[S m, S q] = x[m, q], zeros elsewhere
    (7.9)   ypad[S m + u, S q + v] += x[m, q] w[u, v]
"""

from cnnlib.checks import poll
from cnnlib.exercises.pooling_backward import MAX_POOL_BACKWARD, MEAN_POOL_BACKWARD
from cnnlib.exercises.pooling_powers import LP_POOL, LP_POOL_BACKWARD
from cnnlib.exercises.pooling_shift import MOVED
from cnnlib.exercises.pooling_windows import MAX_POOL, MEAN_POOL
from cnnlib.exercises.resampling import CONV_TRANSPOSE, DOWNSAMPLE, UPSAMPLE

LECTURE = "07_pooling"

POLL_BUG = poll(
    "poll_bug_pool",
    options={
        "A": (False, "then 11 would read 10, and 1100 would read 1000: each winner won twice."),
        "B": (True, "the window on the upper right holds two fives, and 10 went to both: 1121 went out for 1111."),
        "C": (False, "the last of the two fives would have 10 alone, and the first 1."),
        "D": (False, "then every entry of a window would have something, 2 and 3 as well."),
    },
    hints=(
        "Add up dy, and add up dx. Which dy was given out more than once?",
        "Go through the four windows: which entry is the largest, and is it the only one?",
        "window (0, 1) is [[5, 5], [3, 4]]: by (7.3) its first 5 takes 10, and the second takes nothing",
    ),
)

POLL_SIZES = poll(
    "poll_sizes",
    options={
        "A": (True, "⌊(7 + 2 − 3) / 2⌋ + 1 = 4 and ⌊(8 + 2 − 3) / 2⌋ + 1 = 4."),
        "B": (True, "2 · (4 − 1) + 3 − 2 = 7."),
        "C": (False, "a shape says nothing of the numbers: it undoes the size, and only where nothing was left over."),
        "D": (False, "here padding takes away: P rows and columns are cut off every side."),
    },
    hints=(
        "Two formulas: the size of a convolution, and the size of its way back.",
        "Forward ⌊(H + 2 P − KH) / S⌋ + 1, back S (H − 1) + KH − 2 P. Put in K = 3, S = 2, P = 1.",
        "7 → 4 → 7, and 8 → 4 → 7: one of the two is not met again",
    ),
)

POLL_KEPT = poll(
    "poll_kept",
    points=2,
    options={
        "A": (
            True,
            "a move by as many columns as the stride is long moves the map by one, and changes nothing else.",
        ),
        "B": (
            False,
            "a move by one column puts other pixels together in each window: no place of the map fits.",
        ),
        "C": (True, "the largest of all does not ask where it stands, as long as no ink leaves the picture."),
        "D": (False, "the wider the window, the less is left, but even 4 × 4 windows change."),
    },
    hints=(
        "Move the digits with your `moved`, pool both with your `max_pool`, and look at the difference, one window "
        "size after the other.",
        "For A and B move the pooled map as well, by one column, and compare with np.array_equal.",
        "after 2 columns, with windows of 2 × 2 and stride 2:  moved(max_pool(x), 1) beside max_pool(moved(x, 2))",
    ),
)

EXERCISES = (
    MOVED,
    MAX_POOL,
    MEAN_POOL,
    MAX_POOL_BACKWARD,
    POLL_BUG,
    MEAN_POOL_BACKWARD,
    LP_POOL,
    LP_POOL_BACKWARD,
    DOWNSAMPLE,
    UPSAMPLE,
    CONV_TRANSPOSE,
    POLL_SIZES,
    POLL_KEPT,
)
