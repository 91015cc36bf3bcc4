"""Lecture 10, beyond the decks: its exercises in order, and its polls."""

from cnnlib.checks import poll
from cnnlib.exercises.beyond_carried import TO_TORCH
from cnnlib.exercises.beyond_depth import GRADIENT_BY_DEPTH
from cnnlib.exercises.beyond_maps import CLASS_MAP, DILATE, GLOBAL_MEAN
from cnnlib.exercises.beyond_roads import DENSE_JOIN, RESIDUAL, RESIDUAL_BACKWARD
from cnnlib.exercises.beyond_turning import BY_ANGLE, ROTATE

LECTURE = "10_beyond"

POLL_SKIP = poll(
    "poll_skip",
    options={
        "A": (True, "then J is 0, and dx = dy + 0."),
        "B": (False, "at f' = −1 the factor 1 + f' is 0. Between −2 and 0 a block shrinks the slope."),
        "C": (True, "x + f(x) adds entry by entry: f(x) needs the shape of x."),
        "D": (False, "x also went straight to y[:, :C]: dy[:, :C] is to be added."),
        "E": (True, "1 + 1 = 2 a block, and 2²⁰ is a million."),
    },
    hints=(
        "Write the factor of one block for a single number: what is it for f' = 0, 1, −1?",
        "The factor is 1 + f'. In a dense connection x has two children as well: where in y do they stand?",
        "(10.2)  dx = dy + Jᵀ dy;  (10.6)  dx = dy[:, :C] + f_back(dy[:, C:])",
    ),
)

POLL_BLANK = poll(
    "poll_blank",
    options={
        "A": (True, "row 1 of w is (−2, −1): its map is negative everywhere, and the cut leaves 0."),
        "B": (False, "w[0] weighs the maps to (3, 3, 1), (0, 3, 0): the cut at 0 changes nothing there."),
        "C": (True, "the slope of a probability near 1 is y (1 − y), near 0. The places are right, the size is lost."),
        "D": (False, "one map alone has another pattern, such as (2, 2, 0), (0, 1, 0); and no number is so small."),
        "E": (True, "one mean for each map has no place left: the same number everywhere."),
        "F": (False, "the bias adds the same everywhere, but the differences between places stay."),
    },
    hints=(
        "Work out the map of class 0 by hand: w[0, 0] times the first map plus w[0, 1] times the second.",
        "Which program kept the pattern, and only lost its size? Which lost the pattern?",
        "(10.9)  map[m, q] = sum over c of w[j, c] maps[c, m, q]",
    ),
)

EXERCISES = (
    RESIDUAL,
    RESIDUAL_BACKWARD,
    GRADIENT_BY_DEPTH,
    DENSE_JOIN,
    POLL_SKIP,
    GLOBAL_MEAN,
    CLASS_MAP,
    POLL_BLANK,
    ROTATE,
    BY_ANGLE,
    DILATE,
    TO_TORCH,
)
