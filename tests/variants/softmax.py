"""Lecture 08: right answers written in other ways."""

import numpy as np

from cnnlib.exercises.softmax_shares import softmax

# ---------------------------------------------------------------- shares


def softmax_loop(z):
    y = np.zeros(z.shape)
    for n in range(len(z)):
        e = np.exp(z[n] - max(z[n]))
        y[n] = e / sum(e)
    return y


def softmax_transposed(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T


def softmax_pairs(z):
    """1 / sum over r of exp(z[r] - z[j]): overflow there is a share of 0."""
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


def softmax_of_logarithms(z):
    return np.exp(log_softmax_logaddexp(z))


def temperature_loop(z, tau):
    return np.stack([softmax_loop(row[None] / tau)[0] for row in z])


def temperature_powers(z, tau):
    y = np.exp((z - z.max(axis=1, keepdims=True)) / tau)
    return y / np.sum(y, axis=1)[:, None]


# ---------------------------------------------------------------- odds


def odds_difference(y):
    log_y = np.log(y)
    return log_y[:, :-1] - log_y[:, -1:]


def odds_loop(y):
    N, M = y.shape
    s = np.zeros((N, M - 1))
    for n in range(N):
        for r in range(M - 1):
            s[n, r] = np.log(y[n, r]) - np.log(y[n, M - 1])
    return s


def from_odds_padded(s):
    return softmax(np.pad(s, ((0, 0), (0, 1))))


def from_odds_shifted(s):
    top = np.maximum(s.max(axis=1, keepdims=True), 0)
    e, pivot = np.exp(s - top), np.exp(-top)
    return np.hstack([e, pivot]) / (e.sum(axis=1, keepdims=True) + pivot)


def from_odds_loop(s):
    return np.array([softmax(np.array([[*row, 0.0]]))[0] for row in s])


# ---------------------------------------------------------------- losses


def log_softmax_logaddexp(z):
    total = z[:, 0] * 1.0
    for column in z.T[1:]:
        total = np.logaddexp(total, column)
    return z - total[:, None]


def log_softmax_loop(z):
    rows = []
    for row in z:
        top = row.max()
        rows.append(row - top - np.log(np.exp(row - top).sum()))
    return np.array(rows)


def log_softmax_in_one(z):
    top = np.max(z, axis=-1, keepdims=True)
    return z - (top + np.log(np.sum(np.exp(z - top), axis=-1, keepdims=True)))


def entropy_one_hot(z, t):
    if t.ndim == 1:
        t = np.eye(z.shape[1])[t]
    return -np.sum(t * log_softmax_in_one(z)) / len(z)


def entropy_loop(z, t):
    log_y, total = log_softmax_loop(z), 0.0
    for n in range(len(z)):
        if t.ndim == 1:
            total -= log_y[n, t[n]]
        else:
            total -= np.dot(t[n], log_y[n])
    return total / len(z)


def entropy_taken(z, t):
    log_y = log_softmax_logaddexp(z)
    if np.ndim(t) == 2:
        return np.mean(np.einsum("nj,nj->n", -log_y, t))
    return np.mean(-np.take_along_axis(log_y, t[:, None], axis=1))


# ---------------------------------------------------------------- gradients


def jacobian_loop(z):
    e = np.exp(z - z.max())
    y = e / e.sum()
    J = np.zeros((len(z), len(z)))
    for j in range(len(z)):
        for r in range(len(z)):
            if j == r:
                J[j, r] = y[j] * (1 - y[j])
            else:
                J[j, r] = -y[j] * y[r]
    return J


def jacobian_rows(z):
    y = softmax(z[None])
    return y.T * (np.eye(z.size) - y)


def jacobian_complex(z):
    """Measured exactly: a step along the imaginary axis."""
    M = len(z)
    steps = z - z.max() + 1e-30j * np.eye(M)
    e = np.exp(steps)
    return (e / e.sum(axis=1, keepdims=True)).imag.T / 1e-30


def backward_jacobians(dy, y):
    dz = np.zeros(dy.shape)
    for n in range(len(dy)):
        J = np.diag(y[n]) - np.outer(y[n], y[n])
        dz[n] = J.T @ dy[n]
    return dz


def backward_einsum(dy, y):
    g = dy * y
    return g - y * np.einsum("nj->n", g)[:, None]


def backward_loop(dy, y):
    N, M = dy.shape
    dz = np.zeros((N, M))
    for n in range(N):
        for j in range(M):
            for r in range(M):
                dz[n, j] += dy[n, r] * y[n, r] * ((r == j) - y[n, j])
    return dz


def combined_one_hot(z, t):
    if t.ndim == 1:
        t = np.eye(z.shape[1])[t]
    return (softmax(z) - t) / z.shape[0]


def combined_chain(z, t):
    """Back through the logarithm's softmax."""
    hot = np.eye(z.shape[1])[t] if t.ndim == 1 else t
    dlog = -hot / len(z)
    return dlog - softmax(z) * dlog.sum(axis=1, keepdims=True)


def combined_loop(z, t):
    N, M = z.shape
    dz = softmax_loop(z)
    for n in range(N):
        for j in range(M):
            dz[n, j] -= t[n, j] if t.ndim == 2 else j == t[n]
            dz[n, j] /= N
    return dz


# ---------------------------------------------------------------- digits


def doubtful_sorted(z, t, count):
    log_y = log_softmax_loop(z)
    losses = [-log_y[n, t[n]] for n in range(len(z))]
    return sorted(range(len(z)), key=lambda n: -losses[n])[:count]


def doubtful_backwards(z, t, count):
    log_y = log_softmax_logaddexp(z)
    return np.argsort(np.take_along_axis(log_y, t[:, None], 1)[:, 0])[:count]


def doubtful_from_the_end(z, t, count):
    losses = -log_softmax_in_one(z)[np.arange(len(t)), t]
    return np.argsort(losses)[::-1][:count]


VARIANTS = {
    "softmax": [softmax_loop, softmax_transposed, softmax_pairs, softmax_of_logarithms],
    "temperature": [temperature_loop, temperature_powers],
    "log_odds": [odds_difference, odds_loop],
    "from_log_odds": [from_odds_padded, from_odds_shifted, from_odds_loop],
    "poll_odds": [["A", "D", "E"], "ade"],
    "log_softmax": [log_softmax_logaddexp, log_softmax_loop, log_softmax_in_one],
    "cross_entropy": [entropy_one_hot, entropy_loop, entropy_taken],
    "poll_first_losses": [("A", "B", "D", "E"), "A, B, D, E"],
    "softmax_jacobian": [jacobian_loop, jacobian_rows, jacobian_complex],
    "softmax_backward": [backward_jacobians, backward_einsum, backward_loop],
    "cross_entropy_backward": [combined_one_hot, combined_chain, combined_loop],
    "poll_saturated": [["A", "B", "D"], "abd"],
    "most_doubtful": [doubtful_sorted, doubtful_backwards, doubtful_from_the_end],
}


def logits(rng, M=0):
    """Small ones, or some that are far from 0 and from each other."""
    N, M = int(rng.integers(1, 5)), M or int(rng.integers(2, 6))
    z = 2 * rng.normal(size=(N, M))
    return z if rng.random() < 0.5 else z + 900 * rng.integers(-1, 2, size=(N, M))


def with_targets(rng):
    z = logits(rng)
    N, M = z.shape
    return {"z": z, "t": rng.integers(0, M, N) if rng.random() < 0.6 else softmax(rng.normal(size=(N, M)))}


def shares(rng):
    return softmax(rng.normal(size=(int(rng.integers(1, 5)), int(rng.integers(2, 6)))))


def pulls(rng):
    y = shares(rng)
    return {"dy": rng.normal(size=y.shape), "y": y}


def doubts(rng):
    """Gaps of a few: no two losses are both rounded to 0."""
    N, M = int(rng.integers(1, 7)), int(rng.integers(2, 6))
    z = 2 * rng.normal(size=(N, M)) + 900 * rng.integers(-1, 2, size=(N, 1))
    return {"z": z, "t": rng.integers(0, M, N), "count": int(rng.integers(1, N + 1))}


BATTERY = {
    "softmax": lambda rng: {"z": logits(rng)},
    "temperature": lambda rng: {"z": logits(rng), "tau": float(rng.choice([0.001, 0.3, 2.5, 40]))},
    "log_odds": lambda rng: {"y": shares(rng)},
    "from_log_odds": lambda rng: {"s": logits(rng)},
    "log_softmax": lambda rng: {"z": logits(rng)},
    "cross_entropy": with_targets,
    "softmax_jacobian": lambda rng: {"z": logits(rng)[0]},
    "softmax_backward": pulls,
    "cross_entropy_backward": with_targets,
    "most_doubtful": doubts,
}
