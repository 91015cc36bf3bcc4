"""Lecture 09, a convolutional network, end to end: its exercises in order, and its polls."""

from cnnlib.checks import poll
from cnnlib.exercises.network_backward import FLAT_BACKWARD, MAPS_BACKWARD
from cnnlib.exercises.network_batches import MINIBATCHES
from cnnlib.exercises.network_forward import CNN_FORWARD
from cnnlib.exercises.network_labels import ACCURACY, CONFUSION, ONE_HOT
from cnnlib.exercises.network_reach import REACH
from cnnlib.exercises.network_training import OVERFIT, SGD_STEP

LECTURE = "09_network"

POLL_WHERE = poll(
    "poll_where",
    options={
        "A": (True, "w3 has 32 · 16 · 7 · 7 = 25,088 of 26,632."),
        "B": (True, "a kernel does not know how large the picture is: 8 · 1 · 3 · 3 and 16 · 8 · 3 · 3."),
        "C": (False, "twice the rows and twice the columns make four times the features, so four times the weights."),
        "D": (
            False,
            "each weight of w2 is used at 14 · 14 places: 1,152 · 196 = 225,792 products, beside 25,088 in w3. "
            "Few weights, much work.",
        ),
    },
    hints=(
        "Follow the sizes: 28 rows, then 14, then 7. How many features come out of the last pooling?",
        "A kernel: F · C · KH · KW weights, wherever it goes. A flat layer: every unit with every feature.",
        "w1 8 · 1 · 9,  w2 16 · 8 · 9,  w3 32 · (16 · 7 · 7),  w4 10 · 32",
    ),
)

POLL_BATCHES = poll(
    "poll_batches",
    options={
        "A": (True, "an epoch is all examples once; each batch is a step."),
        "B": (True, "the loss is a mean over examples, so its slope is the mean of theirs."),
        "C": (False, "some pull up and some down, but seldom equally hard: their mean need not be 0."),
        "D": (False, "what comes back is y − t: about 0.001 for the first one, up to 1 for the second."),
        "E": (False, "a single example may point anywhere: its steps must be shorter. The cell below measures it."),
    },
    hints=(
        "What is divided by N, and where does it stand in the way back?",
        "The slope of a mean is the mean of the slopes. And how large is y − t once an example is read with 0.999?",
        "dw = (1/N) · the sum over n of example n's dw, with dz4[n] = y[n] − t[n]",
    ),
)

POLL_CURVES = poll(
    "poll_curves",
    options={
        "A": (True, "nothing can be learned: it stays at ln 10 = 2.30, on what it learns from, too."),
        "B": (False, "it learns its own digits to a loss near 0. It has seen too few: the others get worse."),
        "C": (True, "it falls, steadily and hardly at all: the steps are far too short."),
        "D": (
            False,
            "a rate that is too large makes it jump. This one climbs from the first step on: the slope is added.",
        ),
        "E": (True, "a wave in every epoch: whatever digit comes, it forgets the ones before."),
        "F": (False, "all five start at 2.30, the loss of ten equal shares."),
    },
    hints=(
        "Begin with the first value: which loss has a network that knows nothing? Then: does it fall, on the digits "
        "that it learns from?",
        "If the loss on its own digits falls and that on the others rises, it learns by heart. If it does not fall, "
        "think of the step and of the labels.",
        "1 flat on both; 2 falls on its own, rises on the others; 3 a nearly straight line; 4 rises; 5 a wave an epoch",
    ),
)

EXERCISES = (
    CNN_FORWARD,
    POLL_WHERE,
    ONE_HOT,
    ACCURACY,
    FLAT_BACKWARD,
    MAPS_BACKWARD,
    SGD_STEP,
    OVERFIT,
    MINIBATCHES,
    POLL_BATCHES,
    POLL_CURVES,
    CONFUSION,
    REACH,
)
