"""Lecture 08, softmax and cross-entropy: its exercises in order, and its polls."""

from cnnlib.checks import poll
from cnnlib.exercises.softmax_combined import CROSS_ENTROPY_BACKWARD
from cnnlib.exercises.softmax_digits import MOST_DOUBTFUL
from cnnlib.exercises.softmax_gradients import SOFTMAX_BACKWARD, SOFTMAX_JACOBIAN
from cnnlib.exercises.softmax_losses import CROSS_ENTROPY, LOG_SOFTMAX
from cnnlib.exercises.softmax_odds import FROM_LOG_ODDS, LOG_ODDS
from cnnlib.exercises.softmax_shares import SOFTMAX, TEMPERATURE

LECTURE = "08_softmax"

POLL_ODDS = poll(
    "poll_odds",
    options={
        "A": (True, "log 2 more is a factor of 2 on exp(z[0]), and on every quotient y[0] / y[r]."),
        "B": (False, "twice 0.6 would be 1.2. The sum below grows, too: 1.2 / 1.6 = 0.75."),
        "C": (False, "doubling is a temperature of 1/2: the gaps double, and where there is a gap the shares move."),
        "D": (True, "exp of a finite number is above 0. A computer's exp rounds: there it may be 0."),
        "E": (True, "1 / (1 + exp(−0)) = 1/2."),
    },
    hints=(
        "Take M = 2 or 3 and small logits, and write the quotient of two shares.",
        "y[j] / y[r] = exp(z[j] − z[r]). Which of the changes touch a difference of logits?",
        "B: 0.6 and 0.4 have the quotient 1.5. Doubled it is 3, and the shares are 3/4 and 1/4",
    ),
)

POLL_FIRST_LOSSES = poll(
    "poll_first_losses",
    options={
        "A": (True, "2.303 / 10 and 50 / 10: a mean over the ten classes as well."),
        "B": (True, "a loss that cannot go below 1.461, however sure and right the network is."),
        "C": (False, "program 3 is nan where one logit is 1000: exp overflows. A missing minus gives −2.303."),
        "D": (True, "27.631 is −log(10⁻¹²), where 50 is due."),
        "E": (True, "with equal logits each of the 16 examples gets 1/16: log 16 = 2.773."),
        "F": (False, "log 10 is right for no knowledge. Only a network that has learned is below."),
    },
    hints=(
        "First say what a right program prints: for equal logits; for 1000 at the right class; for 50 at a wrong one.",
        "log 10 = 2.303, 0, and 50. Compare what each program prints with that. What is e / (e + 9)? What is log 16?",
        "−log(e / (e + 9)) = 1.461;  −log(10⁻¹²) = 27.63;  log 16 = 2.773;  2.303 / 10 = 0.230",
    ),
)

POLL_SATURATED = poll(
    "poll_saturated",
    options={
        "A": (True, "y − t is nearly 1, however far z is."),
        "B": (True, "y (1 − y) is 0.0000454 there, and it multiplies."),
        "C": (False, "it is nearly 1/2, the highest that it gets. The loss is large; its slope is not."),
        "D": (True, "ten times the rate is ten times the step: still less than a thousandth of the other's."),
        "E": (False, "there y is nearly t, and both slopes are nearly 0: nothing is left to learn."),
    },
    hints=(
        "Where is y at z = 10? And the slope of the sigmoid?",
        "Squared error: (y − t) y (1 − y). Cross-entropy: y − t. Put in y = 0.99995, t = 0.",
        "0.99995 · 0.99995 · 0.00005 = 0.00005 against 0.99995",
    ),
)

EXERCISES = (
    SOFTMAX,
    TEMPERATURE,
    LOG_ODDS,
    FROM_LOG_ODDS,
    POLL_ODDS,
    LOG_SOFTMAX,
    CROSS_ENTROPY,
    POLL_FIRST_LOSSES,
    SOFTMAX_JACOBIAN,
    SOFTMAX_BACKWARD,
    CROSS_ENTROPY_BACKWARD,
    POLL_SATURATED,
    MOST_DOUBTFUL,
)
