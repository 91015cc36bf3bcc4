"""Lecture 01, the perceptron: its exercises in order, and its polls."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import poll
from cnnlib.exercises.perceptron_digits import TELL_APART
from cnnlib.exercises.perceptron_line import LINE, MARGIN
from cnnlib.exercises.perceptron_rule import ALWAYS, BIAS_STILL, BOUND, STEP, ZERO_ONE
from cnnlib.exercises.perceptron_training import TRAIN
from cnnlib.exercises.perceptron_unit import GATES, TABLES, UNIT

LECTURE = "01_perceptron"


def faulty_runs() -> dict[str, list[tuple[Array, float]]]:
    """Three faulty programs learn AND, from 0, the rows of its table in order: (w, b) after each of eight steps."""
    (x, t), runs = TABLES["AND"], dict[str, list[tuple[Array, float]]]()
    for name, step in (("Ida", ZERO_ONE), ("Lea", BIAS_STILL), ("Max", ALWAYS)):
        w, b, runs[name] = np.zeros(2), 0.0, []
        for n in (*range(4), *range(4)):
            w, b = step(w, b, x[n], t[n])
            runs[name].append((w, b))
    return runs


POLL_BUG = poll(
    "poll_perceptron_bug",
    points=2,
    options={
        "A": (True, "after step 3 the unit says +1 to every row, so rows 0 to 2 are mistakes, and nothing moves."),
        "B": (False, "the one step that it takes, for row 3, does what (1.6) says: + x and + 1."),
        "C": (True, "w moves in steps 3, 5, 6 and 7; b stays 0 in all of them."),
        "D": (False, "in step 4 the unit is right, z = 0 and t = −1, and nothing moves."),
        "E": (True, "in step 0 z = 0, so the unit says −1 and is right; yet b moves."),
        "F": (False, "in step 3 t is +1, and (1, 1) is added to w, as (1.6) says."),
    },
    hints=(
        "Work out the first pass of a right program on paper, then lay each list beside it.",
        "In every line ask: was the unit right before this step? Then nothing may move. Was it wrong? Then what must?",
        "(1.6)  z = w · x + b of the line before;  mistake: w + t x, b + t;  no mistake: as before",
    ),
)

POLL_IMAGES = poll(
    "poll_weight_images",
    options={
        "A": (False, "unit 0 wants ink across the middle. The zeros of row 0 have paper there."),
        "B": (True, "a bar across the middle, with paper above and below it."),
        "C": (False, "unit 1 wants a closed ring. The head of a 2 is open below."),
        "D": (True, "a small ring on top, with paper inside it."),
        "E": (True, "a stroke at the left edge, with paper beside it."),
        "F": (True, "a bar at the bottom, with paper above it."),
        "G": (False, "the four, the seven and the five of row 1 share a bar across the middle. Row 0 is mixed, too."),
    },
    hints=(
        "Blue wants ink, red wants paper, white does not care. Where has each weight image its blue?",
        "Cover all but the blue and red pixels of a unit. Which row has ink on the blue ones, and paper on the red?",
        "z = (how many pixels agree) − (how many disagree); for the last statement read the digits of each row",
    ),
)

POLL_DETECTS = poll(
    "poll_unit_detects",
    options={
        "A": (True, "ink on the ring and paper inside is what agrees with all 16 weights that are not 0."),
        "B": (False, "ink inside the ring counts against it: z is 12 − 4 = 8, and 16 for ink on the ring alone."),
        "C": (True, "the weights up there are 0, so z does not change."),
        "D": (False, "both have a small loop at the bottom; what tells them apart is above, where the weights are 0."),
    },
    hints=(
        "Ink is +1, paper is −1. Which pixel values make every product positive?",
        "The largest z comes from the picture that has the sign of the weight everywhere. What does it look like?",
        "z = sum over all pixels of w[u, v] x[u, v]: a weight of 0 adds nothing, whatever the pixel is",
    ),
)

POLL_XOR = poll(
    "poll_xor",
    options={
        "A": (True, "add their left sides and their right sides."),
        "B": (True, "both are at most 0, so their sum is."),
        "C": (True, "leave out any one row, and a line separates the other three."),
        "D": (False, "A and B follow from the signs alone, however large w[0], w[1] and b are."),
        "E": (False, "then the second and third sum to at least 0, the others to less than 0: the same contradiction."),
    },
    hints=(
        "Add inequalities that point the same way.",
        "The middle two say what is above 0, the outer two what is not. What is the sum of each pair?",
        "(w[1] + b) + (w[0] + b) = w[0] + w[1] + 2 b = b + (w[0] + w[1] + b)",
    ),
)

EXERCISES = (
    UNIT,
    POLL_IMAGES,
    POLL_DETECTS,
    GATES,
    LINE,
    MARGIN,
    STEP,
    TRAIN,
    POLL_BUG,
    BOUND,
    POLL_XOR,
    TELL_APART,
)
