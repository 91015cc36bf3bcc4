"""Numbers and letters that cannot be: some are slips of the deck, most were misread by whoever typed it."""

import numpy as np

from cnnlib.activations import sigmoid
from cnnlib.gradients import central_difference
from cnnlib.kernels import correlate2d
from cnnlib.losses import softmax
from cnnlib.perceptron import perceptron_step
from cnnlib.slips.claim import Trial, claim, outcome
from cnnlib.slips.words import CORNERS, XOR


@claim(
    "Arora",
    "Simple network; Training Perceptrons",
    printed="a unit that says −1 and 1, a table for its training with outputs 0 and 1",
    right="targets −1 and 1 for such a unit",
    why="Taken as t in the rule w + t x, a 0 moves nothing.",
    kind="wording",
    lecture="01_perceptron",
)
def two_codes() -> Trial:
    t = np.array([-1.0, -1, -1, 1])

    def rows_right(pull: np.ndarray) -> int:
        w, b = np.zeros(2), 0.0
        for n in [0, 1, 2, 3] * 10:
            if (w @ CORNERS[n] + b > 0) != (t[n] > 0):
                w, b = w + pull[n] * CORNERS[n], b + pull[n]
        return int(np.sum((CORNERS @ w + b > 0) == (t > 0)))

    w, b = np.zeros(2), 0.0
    for n in [0, 1, 2, 3] * 10:
        w, b = perceptron_step(w, b, CORNERS[n].astype(float), t[n])
    return Trial(
        asked="rows of AND that are right after ten passes",
        printed=rows_right((t + 1) / 2),
        right=rows_right(t),
        measured=int(np.sum((CORNERS @ w + b > 0) == (t > 0))),
    )


@claim(
    "Arora",
    "Multilayer Perceptrons, the network on the right",
    printed="x + y − 2(x + y − 1.5) > 0 → 0.5 > 0",
    right="x + y − 2 [x + y > 1.5] − 0.5 > 0",
    why="The inner unit must decide before it is taken off twice. All signs stand there, in another order.",
    kind="transcript",
    lecture="02_multilayer",
    section="XOR",
)
def xor_without_a_threshold() -> Trial:
    s = CORNERS.sum(axis=1)
    return Trial(
        asked="the truth table: (0,0), (0,1), (1,0), (1,1)",
        printed=s - 2 * (s - 1.5) > 0,
        right=s - 2 * (s > 1.5) - 0.5 > 0,
        measured=XOR,
    )


@claim(
    "Arora",
    "Softmax for 2 classes",
    printed="1 / (1 + e⁻²)",
    right="1 / (1 + e^(−z))",
    why="A z was read as a 2. A slide on, it is right.",
    kind="transcript",
    lecture="02_multilayer",
)
def two_for_z() -> Trial:
    z = np.array([-1.0, 0, 3])
    return Trial(
        asked="the sigmoid at −1, 0 and 3",
        printed=np.full(3, 1 / (1 + np.exp(-2))),
        right=1 / (1 + np.exp(-z)),
        measured=sigmoid(z)[0],
    )


@claim(
    "Arora",
    "Neural Networks as Feature detectors",
    printed="MNIST, “72x72”",
    right="28 × 28 (Mahmoud)",
    why="MNIST's pictures have 784 pixels.",
    kind="transcript",
    lecture="02_multilayer",
)
def size_of_mnist() -> Trial:
    without = (100 * 784, 100)  # weights and biases: 78,500 parameters for 100 units
    return Trial(
        asked="inputs of a unit, if 100 units have 78,500 parameters",
        printed=72 * 72,
        right=28 * 28,
        measured=(78_500 - without[1]) / 100,
    )


@claim(
    "Shi",
    "Video 12.1",
    printed="10 billion × 1000 × 100 × 356 × 24 × 60 × 60 × 30 = 10²⁴",
    right="365; the product is 9.5 · 10²³",
    why="It still rounds to 10²⁴. His point stands: 10¹³⁰ is out of reach.",
    kind="misprint",
    lecture="04_convolution",
)
def days_in_a_year() -> Trial:
    rest = 1e10 * 1000 * 100 * 24 * 60 * 60 * 30
    first, last = np.datetime64("2021-01-01"), np.datetime64("2022-01-01")
    return Trial(
        asked="the product, in units of 10²³",
        printed=rest * 356 / 1e23,
        right=rest * 365 / 1e23,
        measured=rest * (last - first).astype(int) / 1e23,
    )


@claim(
    "Shi",
    "Video 12.3",
    printed="ŷ = (0.5, 0, 0.1, 0.2, 0.1)",
    right="five numbers above 0 that add up to 1",
    why="So ŷ − y adds up to −0.1. A gradient through a softmax adds up to 0. And −y/ŷ is 0/0 for the building.",
    kind="formula",
    lecture="08_softmax",
)
def probabilities_short_of_one() -> Trial:
    z, t = np.array([2.0, -1, 0.3, 1, 0.4]), np.array([1.0, 0, 0, 0, 0])
    slopes = central_difference(lambda z: -np.log(softmax(z[None])[0][0, 0]), z)
    return Trial(
        asked="sum of the gradient over the five scores",
        printed=np.sum([0.5, 0, 0.1, 0.2, 0.1] - t),
        right=np.sum(softmax(z[None])[0][0] - t),
        measured=slopes.sum(),
    )


@claim(
    "Arora",
    "an edge kernel",
    printed="(−1 −1 1; 0 0 0; 1 1 1)",
    right="(−1 −1 −1; 0 0 0; 1 1 1)",
    why="An edge kernel adds up to 0, so that even areas leave it cold.",
    kind="transcript",
    lecture="04_convolution",
)
def edge_kernel() -> Trial:
    printed = np.array([[-1.0, -1, 1], [0, 0, 0], [1, 1, 1]])
    edge = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])
    even = np.full((3, 3), 5.0)
    return Trial(
        asked="its answer to an even area of fives",
        printed=correlate2d(even, printed)[0, 0],
        right=correlate2d(even, edge)[0, 0],
        measured=even[2].sum() - even[0].sum(),
    )


@claim(
    "Arora",
    "the convolution integral",
    printed="s(t) = ∫ f(t) K(t − τ) dτ",
    right="s(t) = ∫ f(τ) K(t − τ) dτ",
    why="With f(t) the integral does not see f. On the slide the t is crossed out.",
    kind="transcript",
    lecture="04_convolution",
)
def t_for_tau() -> Trial:
    tau = np.linspace(0, 1, 10_001)  # f(τ) = τ and K = 1 on 0 … 1: s(1) is the area below f
    step = tau[1] - tau[0]
    middles = (tau[1:] + tau[:-1]) / 2
    return Trial(
        asked="s(1) for f(τ) = τ and K = 1, both on 0 … 1",
        printed=np.sum(np.full_like(middles, 1.0)) * step,
        right=np.sum(middles) * step,
        measured=0.5,
    )


@claim(
    "Arora",
    "Cross Entropy",
    printed="CE(P, q) = − Σ q_(i,i) log(P_i)",
    right="− Σ q_i log P_i",
    why="q has one probability for each class, and so one index.",
    kind="transcript",
    lecture="08_softmax",
)
def an_index_twice() -> Trial:
    P, q = np.array([0.5, 0.25, 0.25]), np.array([0.0, 1, 0])
    return Trial(
        asked="cross-entropy of q = (0, 1, 0) and P = (1/2, 1/4, 1/4)",
        printed=outcome(lambda: -sum(q[i, i] * np.log(P[i]) for i in range(3))),
        right=-sum(q[i] * np.log(P[i]) for i in range(3)),
        measured=np.log(4),
    )
