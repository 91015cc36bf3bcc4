"""Lecture 02, multilayer perceptrons: its exercises in order, counting parameters, and its polls."""

from itertools import pairwise

import numpy as np

from cnnlib.checks import Exercise, poll
from cnnlib.checks.edits import instead
from cnnlib.exercises.activations import HARDTANH, RELU, SIGMOID, TANH
from cnnlib.exercises.forward import BEST_INPUTS, MLP_FORWARD
from cnnlib.exercises.multilayer_regions import HALF_PLANES, INSIDE_POLYGON, XOR_WEIGHTS

LECTURE = "02_multilayer"


# ---------------------------------------------------------------- counting


def parameter_count(sizes: tuple[int, ...]) -> int:
    return sum(D * M + M for D, M in pairwise(sizes))


PARAMETER_COUNT = Exercise(
    name="parameter_count",
    parts={"count": 1},
    reference=parameter_count,
    cases=lambda rng: [
        {"sizes": (2, 1)},
        {"sizes": (3, 2)},
        {"sizes": (3, 2, 1)},
        {"sizes": (2, 4, 3, 5)},
        {"sizes": tuple(int(size) for size in rng.integers(5, 40, 4))},
        {"sizes": (784, 100)},
    ],
    features={
        "several layers": lambda sizes: len(sizes) > 2,
        "more than two layers": lambda sizes: len(sizes) > 3,
        "several units in a layer": lambda sizes: max(sizes[1:]) > 1,
    },
    hints=(
        "Count one layer first: how many numbers does one of its units have?",
        "A unit has one weight for each of its D inputs, and one bias. The next layer's inputs are this layer's units.",
        "the sum of D M + M over all neighbours D, M in sizes",
    ),
    slips={
        "the weights alone. Every unit behind the inputs has a bias, too.": instead(
            parameter_count, "D * M + M", "D * M"
        ),
        "the weights and one bias for each layer. A layer has one bias for each of its units.": instead(
            parameter_count, "+ M", "+ 1"
        ),
        "the weights and one number for every entry of sizes. The inputs compute nothing: they have no bias.": instead(
            parameter_count, "(sizes))", "(sizes)) + sizes[0]"
        ),
        "D M + D a layer. A bias belongs to a unit, and a layer has M of them.": instead(parameter_count, "+ M", "+ D"),
        "the weights less the biases. Both are numbers to be found: add them.": instead(parameter_count, "+ M", "- M"),
        "the biases alone. Each unit also has a weight for each of its inputs.": instead(
            parameter_count, "D * M + M", "M"
        ),
        "D + M + M a layer. Each of the M units has D weights of its own: that is a product.": instead(
            parameter_count, "D * M", "D + M"
        ),
        "all but the biases of the last layer. Its units have one each, too.": instead(
            parameter_count, "(sizes))", "(sizes)) - sizes[-1]"
        ),
        "the last layer alone. The layers add up: is there an = where += is meant?": instead(
            parameter_count, "(sizes))", "(sizes[-2:]))"
        ),
        "the first layer alone. Go on through sizes.": instead(parameter_count, "(sizes))", "(sizes[:2]))"),
        "all layers but the first. The inputs are the first entry of sizes, "
        "so the first layer is its first pair.": instead(parameter_count, "(sizes))", "(sizes[1:]))"),
        "all layers but the last. Does your loop end one pair too early?": instead(
            parameter_count, "(sizes))", "(sizes[:-1]))"
        ),
        "one layer too many, from the last size back to the first: sizes[-1] is the last entry.": instead(
            parameter_count, "(sizes))", "((sizes[-1], *sizes)))"
        ),
        "all sizes multiplied. Only neighbouring layers are connected, so their products are added.": lambda sizes: int(
            np.prod(sizes)
        ),
    },
)


# ---------------------------------------------------------------- polls


POLL_COUNTS = poll(
    "poll_counts",
    options={
        "A": (False, "the 10 biases of the output stay 10: 159,010, while twice 79,510 is 159,020."),
        "B": (True, "784 · 200 + 200 · 10 weights are twice as many."),
        "C": (True, "3,136 · 100 weights in the first layer: 314,710 parameters, 3.96 times as many."),
        "D": (False, "the same weights serve every picture."),
    },
    hints=(
        "Write the number as weights and biases of both layers: 784 · 100 + 100 + 100 · 10 + 10.",
        "Which of these four terms change, and how?",
        "(2.1) has one w[j, d] for each pair of unit and input, one b[j] for each unit, and nothing for n",
    ),
)

POLL_CONVEX = poll(
    "poll_convex",
    options={
        "A": (False, "the points outside a triangle are such a region, and they are not convex."),
        "B": (True, "turn the sign of the output: it fires unless all three half planes hold."),
        "C": (True, "outside the band between two parallel lines there are two pieces: one unit for each, and an OR."),
        "D": (
            False,
            "the answer can only change where a point crosses the line of a hidden unit, and that is straight.",
        ),
    },
    hints=(
        "The output unit need not be an AND. What else can one unit make of the hidden answers?",
        "An OR, a NOT AND, any unit of lecture 01. Draw two parallel lines, and choose what to keep.",
        "y = [w2[0] a[0] + ... + w2[M − 1] a[M − 1] + b2 > 0], with any w2 and b2",
    ),
)

POLL_SLOPE_BUGS = poll(
    "poll_slope_bugs",
    points=2,
    options={
        "A": (True, "at z = 2 it is −3. No slope of tanh is negative: z stands where a belongs."),
        "B": (False, "z (1 − z) is 0 at z = 0; curve 1 is 1 there."),
        "C": (False, "1 − a is 1 at z = 0; curve 2 is 0 there."),
        "D": (True, "0 at z = 0, negative to the left: the sigmoid's slope formula with the value of tanh."),
        "E": (True, "far to the left σ(z) is 0, and σ(0) (1 − σ(0)) is 1/4: the slope was taken at a, not at z."),
        "F": (False, "the right slope goes to 0 on both sides; curve 3 stays near 0.2."),
        "G": (False, "that one is 0 below −1; curve 4 is 1 there."),
        "H": (True, "1 for every z up to 1: the lower end was forgotten."),
    },
    hints=(
        "Read off each curve at z = 0, and far to the left and right. Then put the same z into the formulas.",
        "At z = 0, a is 1/2 for the sigmoid and 0 for tanh. Far to the left a is 0 for the sigmoid and −1 for tanh.",
        "there is one true statement for each curve",
    ),
)

EXERCISES = (
    PARAMETER_COUNT,
    POLL_COUNTS,
    HALF_PLANES,
    XOR_WEIGHTS,
    INSIDE_POLYGON,
    POLL_CONVEX,
    SIGMOID,
    TANH,
    RELU,
    HARDTANH,
    POLL_SLOPE_BUGS,
    MLP_FORWARD,
    BEST_INPUTS,
)
