"""A sign, a factor, or one slope for another."""

import numpy as np

from cnnlib.activations import sigmoid
from cnnlib.arguments import Array
from cnnlib.gradients import central_difference
from cnnlib.losses import mse_loss, softmax
from cnnlib.slips.claim import Trial, claim


@claim(
    "Arora",
    "Pooling Layer: Subsampling Equations",
    printed="∂g/∂x_i = (Σ|x_k|^p)^(1/p − 1) · |x_i|^(p − 1)",
    right="the same, times the sign of x_i",
    why="A larger x_i makes |x_i| smaller where x_i is negative. After ReLU nothing is negative, and the slip hides.",
    kind="formula",
    lecture="07_pooling",
)
def power_without_a_sign() -> Trial:
    x, p = np.array([-3.0, 1, 2]), 3
    size = np.sum(np.abs(x) ** p) ** (1 / p - 1) * np.abs(x) ** (p - 1)
    return Trial(
        asked="slopes of L³ pooling at (−3, 1, 2)",
        printed=size,
        right=np.sign(x) * size,
        measured=central_difference(lambda x: np.sum(np.abs(x) ** p) ** (1 / p), x),
    )


@claim(
    "Arora",
    "Cross Entropy",
    printed="lim x log x (x → 0) = lim (log n)/n (n → ∞), then (1/n)/(−1/n²)",
    right="log x / (1/x) → (1/x)/(−1/x²) = −x → 0 as x → 0",
    why="The second step is L'Hôpital's rule for log x over 1/x, x read as n. With n growing it is −n.",
    kind="transcript",
    lecture="08_softmax",
)
def limit_of_x_log_x() -> Trial:
    n, x = 1000.0, np.array([0.001])
    return Trial(
        asked="the last fraction, said to go to 0: at n = 1000, and read for x = 1/1000",
        printed=(1 / n) / (-1 / n**2),
        right=-0.001,
        measured=(central_difference(np.log, x, h=1e-7) / central_difference(lambda x: 1 / x, x, h=1e-7)).item(),
    )


@claim(
    "Lee",
    "Pooling",
    printed="“error is multiplied by m=N × N”",
    right="divided by N × N",
    why="A mean weighs each entry by 1/N². Mahmoud's deck divides. “m =” may have been “1/”.",
    kind="transcript",
    lecture="07_pooling",
)
def times_for_divided() -> Trial:
    x, dy = np.arange(4.0).reshape(2, 2), 8.0
    return Trial(
        asked="what each entry of a 2 × 2 mean hears of dy = 8",
        printed=np.full((2, 2), dy * 4),
        right=np.full((2, 2), dy / 4),
        measured=central_difference(lambda x: dy * x.mean(), x),
    )


@claim(
    "Shi",
    "Video 12.4, Summary",
    printed="∂L/∂g_ij = ΣΣ ∂L/∂z_yx · f′(z_(y−i)(x−j))",
    right="f for f′: the layer's input",
    why="What meets the weight is the activation, not its slope. Video 12.5 has f.",
    kind="misprint",
    lecture="05_conv1d_backprop",
)
def slope_for_input() -> Trial:
    z, dy, w = np.array([0.5, -1, 2, 0]), np.array([5.0, 7, 11]), np.array([1.0, -1])
    a, _ = sigmoid(z)
    return Trial(
        asked="dw for x = σ(z), z = (0.5, −1, 2, 0), dy = (5, 7, 11)",
        printed=np.correlate(a * (1 - a), dy, "valid"),
        right=np.correlate(a, dy, "valid"),
        measured=central_difference(lambda w: dy @ np.correlate(a, w, "valid"), w),
    )


@claim(
    "Shi",
    "Video 12.4, one build on fully connected layers",
    printed="∂L/∂W_ij = f′(z_j) · ∂L/∂z_i",
    right="f for f′, as the build before it has",
    why="z_i of the next layer is Σ W_ij f(z_j). Its slope by W_ij is what meets W_ij there: f(z_j).",
    kind="transcript",
    lecture="05_conv1d_backprop",
)
def slope_in_a_full_layer() -> Trial:
    z, dy = np.array([0.5, -1]), np.array([5.0, 7])
    a, _ = sigmoid(z)
    return Trial(
        asked="dw for y = w σ(z), z = (0.5, −1), dy = (5, 7)",
        printed=np.outer(dy, a * (1 - a)),
        right=np.outer(dy, a),
        measured=central_difference(lambda w: dy @ (w @ a), np.zeros((2, 2))),
    )


@claim(
    "Lee",
    "Pre-activation variables",
    printed="for w from i to j: the “product of δ(i, o) and hidden variable at i”",
    right="δ(j, o) times the hidden variable at i",
    why="The weight acts where it arrives. With δ(i) there would be one slope too many on the road.",
    kind="transcript",
    lecture="03_backprop",
    section="What does a neuron look like on the graph",
)
def slope_of_the_wrong_end() -> Trial:
    def hidden(v: Array) -> Array:
        return sigmoid(v)[0]

    x, v, w = 1.0, 0.5, 2.0
    h = hidden(np.array(v * x))
    o = hidden(w * h)
    at_j = 2 * o * o * (1 - o)  # the loss is o²
    at_i = at_j * w * h * (1 - h)
    return Trial(
        asked="slope by the second weight: x = 1, weights 0.5 and 2, two sigmoids, loss o²",
        printed=at_i * h,
        right=at_j * h,
        measured=central_difference(lambda w: hidden(w[0] * h) ** 2, np.array([w]))[0],
    )


@claim(
    "Arora",
    "Backpropagation in General Cases, step 2",
    printed="δ = ∂J/∂f · J(θ; x, y)",
    right="δ = ∂/∂f of J",
    why="As in step 3, where ∂/∂θ stands in front of J. A J too many makes a small loss learn slowly.",
    kind="transcript",
    lecture="03_backprop",
)
def loss_times_its_slope() -> Trial:
    f = 3.0
    return Trial(
        asked="δ for J = f² at f = 3",
        printed=2 * f * f**2,
        right=2 * f,
        measured=central_difference(lambda f: f[0] ** 2, np.array([f]))[0],
    )


@claim(
    "Arora",
    "Alternate form of softmax; Logits = Log odds",
    printed="Pr(y = i) = e^(a_i) / (1 + Σ e^(a_j)), log odds = a_i",
    right="a_i − a_k for a_i: the k-th logit was taken off all others",
    why="Only if a_k is 0 already are the two the same. The slide chooses c for that, and then drops it.",
    kind="formula",
    lecture="08_softmax",
)
def pivot_not_taken_off() -> Trial:
    a = np.array([1.0, 2, 3])
    rest, moved = np.exp(a[:-1]), np.exp(a[:-1] - a[-1])
    return Trial(
        asked="the first two probabilities for a = (1, 2, 3)",
        printed=rest / (1 + rest.sum()),
        right=moved / (1 + moved.sum()),
        measured=softmax(a[None])[0][0, :-1],
    )


@claim(
    "Lee",
    "Backpropagation (1/9)",
    printed="“Assume to use MSE”, E = ½ Σ (t − y)²",
    right="half a sum of squares; the mean is Σ (t − y)² / P",
    why="Both have their minimum in the same place. But their slopes differ by P/2, and so does the rate that suits.",
    kind="wording",
    lecture="03_backprop",
)
def half_a_sum() -> Trial:
    t, y = np.ones(4), np.zeros(4)
    return Trial(
        asked="four errors of 1: the mean squared error",
        printed=np.sum((t - y) ** 2) / 2,
        right=np.mean((t - y) ** 2),
        measured=mse_loss(y, t)[0],
    )


@claim(
    "Shi",
    "Video 12.5, Parameter Update",
    printed="g = g − ∂L/∂g",
    right="g − η ∂L/∂g",
    why="The slope says which way, not how far. Videos 12.2 to 12.4 have the rate, α.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def step_without_a_rate() -> Trial:
    def loss(w: Array) -> float:
        return float(3 * w[0] ** 2)

    w = np.ones(1)
    dw = central_difference(loss, w)
    return Trial(
        asked="does a step from w = 1 lower the loss 3 w²? (η = 0.1)",
        printed=loss(w - dw) < loss(w),
        right=loss(w - 0.1 * dw) < loss(w),
        measured=bool(central_difference(lambda rate: loss(w - rate * dw), np.zeros(1))[0] < 0),
    )
