"""Wrong answers to lecture 08's exercises that check the checks: no sentence is written for them."""

import numpy as np

from cnnlib.exercises.softmax_losses import hot, log_softmax
from cnnlib.exercises.softmax_shares import softmax


def softmax_without_keepdims(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


def softmax_clipped(z):
    e = np.exp(np.clip(z, -50, 50))
    return e / e.sum(axis=1, keepdims=True)


def softmax_guarded(z):
    e = np.exp(z)
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


def softmax_in_place(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def softmax_whole_numbers(z):
    y = np.zeros_like(z)
    for n in range(len(z)):
        y[n] = softmax(z[n : n + 1])[0]
    return y


def temperature_root(z, tau):
    return softmax(z / np.sqrt(tau))


def odds_squeezed(y):
    return np.log(y[:, :-1] / y[:, -1])


def from_odds_rest(s):
    e = np.exp(np.minimum(s, 80))
    y = e / (1 + e.sum(axis=1, keepdims=True))
    return np.concatenate([y, 1 - y.max(axis=1, keepdims=True)], axis=1)


def log_softmax_clipped(z):
    return np.log(np.maximum(softmax(z), 1e-300))


def entropy_labels_from_one(z, t):
    return -log_softmax(z)[np.arange(len(z)), t - 1].mean() if t.ndim == 1 else -(t * log_softmax(z)).sum(1).mean()


def entropy_median(z, t):
    return float(np.median(-(hot(t, z.shape[1]) * log_softmax(z)).sum(axis=1)))


def entropy_without_that_of_t(z, t):
    rows = hot(t, z.shape[1])
    own = np.where(rows > 0, rows * np.log(np.where(rows > 0, rows, 1)), 0)
    return float((own - rows * log_softmax(z)).sum(axis=1).mean())


def jacobian_mean_square(z):
    y = softmax(z[None])[0]
    return np.diag(y) - np.outer(y, y).mean(axis=0)


def backward_first_row(dy, y):
    return y * (dy - (dy * y)[0].sum())


def backward_in_place(dy, y):
    dy -= (dy * y).sum(axis=1, keepdims=True)
    return dy * y


def combined_flat(z, t):
    return np.abs(softmax(z) - hot(t, z.shape[1])) / len(z)


def combined_last_label(z, t):
    rows = hot(t, z.shape[1])
    return (softmax(z) - rows[-1]) / len(z)


def doubtful_unsorted(z, t, count):
    return np.argpartition(log_softmax(z)[np.arange(len(z)), t], count - 1)[:count]


def doubtful_all_labels(z, t, count):
    return np.argsort(log_softmax(z)[:, t].mean(axis=1))[:count]


def doubtful_off_by_one(z, t, count):
    return np.argsort(log_softmax(z)[np.arange(len(z)), t])[1 : count + 1]


SLIPS = {
    "softmax": [
        *(softmax_without_keepdims, softmax_clipped, softmax_guarded, softmax_in_place, softmax_whole_numbers),
    ],
    "temperature": [temperature_root],
    "log_odds": [odds_squeezed],
    "from_log_odds": [from_odds_rest],
    "log_softmax": [log_softmax_clipped],
    "cross_entropy": [entropy_labels_from_one, entropy_median, entropy_without_that_of_t],
    "softmax_jacobian": [jacobian_mean_square],
    "softmax_backward": [backward_first_row, backward_in_place],
    "cross_entropy_backward": [combined_flat, combined_last_label],
    "most_doubtful": [doubtful_off_by_one, doubtful_unsorted, doubtful_all_labels],
}
