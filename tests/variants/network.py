"""Lecture 09: right answers written in other ways, and random inputs."""

from pathlib import Path

import numpy as np

from cnnlib.checks.cases import given
from cnnlib.exercises.network_backward import flat_case, maps_case
from cnnlib.exercises.network_forward import network
from cnnlib.exercises.network_labels import logits
from cnnlib.exercises.network_parts import conv, conv_backward, pool, pool_backward, sigmoid, softmax
from cnnlib.exercises.network_reach import reach
from cnnlib.exercises.network_training import line, shares

# ---------------------------------------------------------------- labels


def hot_identity(t, M):
    return np.eye(M)[t.astype(int)]


def hot_compared(t, M):
    return (t[:, None] == np.arange(M)).astype(float)


def accuracy_loop(z, t):
    right = 0
    for row, label in zip(z, t, strict=True):
        right += np.argmax(row) == label
    return right / len(t)


def accuracy_counted(z, t):
    return np.count_nonzero(np.argmax(z, axis=-1) == t) / t.size


def confusion_add_at(z, t):
    counts = np.zeros((z.shape[1], z.shape[1]), int)
    np.add.at(counts, (t.astype(int), z.argmax(axis=1)), 1)
    return counts


def confusion_product(z, t):
    classes = np.arange(z.shape[1])
    return (t[:, None] == classes).T.astype(float) @ (z.argmax(axis=1)[:, None] == classes)


# ---------------------------------------------------------------- passes


def forward_by_names(x, params):
    w1, w2, w3, w4 = (params[f"w{i}"] for i in (1, 2, 3, 4))
    b1, b2, b3, b4 = (params[f"b{i}"] for i in (1, 2, 3, 4))
    z1 = conv(x, w1, b1)
    a1 = sigmoid(z1)
    r1 = pool(a1)
    z2 = conv(r1, w2, b2)
    a2 = sigmoid(z2)
    z3 = np.einsum("nd,jd->nj", pool(a2).reshape(len(x), -1), w3) + b3
    a3 = sigmoid(z3)
    return a1, a2, a3, softmax(a3 @ w4.T + b4)


def forward_pooled_first(x, params):
    def layer(x, name):
        return conv(x, params["w" + name], params["b" + name])

    z1 = layer(x, "1")
    z2 = layer(sigmoid(pool(z1)), "2")
    a3 = sigmoid(np.dot(sigmoid(pool(z2)).reshape(x.shape[0], -1), params["w3"].T) + params["b3"])
    return sigmoid(z1), sigmoid(z2), a3, softmax(np.dot(a3, params["w4"].T) + params["b4"])


def forward_one_by_one(x, params):
    kept = []
    for n in range(len(x)):
        kept.append(forward_by_names(x[n : n + 1], params))
    return tuple(np.concatenate(parts) for parts in zip(*kept, strict=True))


def flat_einsum(t, kept, params):
    x, _, a2, a3, y = kept
    r2 = pool(a2)
    dz4 = (y - t) / x.shape[0]
    dz3 = np.einsum("nj,jd->nd", dz4, params["w4"]) * (a3 - a3**2)
    dw3 = np.einsum("nj,nd->jd", dz3, r2.reshape(len(r2), -1))
    return dz4, np.einsum("nj,nd->jd", dz4, a3), dz3, dw3, np.dot(dz3, params["w3"]).reshape(r2.shape)


def flat_loops(t, kept, params):
    _, _, a2, a3, y = kept
    rows, w4, w3 = pool(a2).reshape(len(y), -1), params["w4"], params["w3"]
    dz4, dz3 = (y - t) / len(y), np.zeros(a3.shape)
    dw4, dw3, dr2 = np.zeros(w4.shape), np.zeros(w3.shape), np.zeros(rows.shape)
    for n in range(len(y)):
        dw4 += np.outer(dz4[n], a3[n])
        dz3[n] = (w4.T @ dz4[n]) * a3[n] * (1 - a3[n])
        dw3 += np.outer(dz3[n], rows[n])
        dr2[n] = w3.T @ dz3[n]
    return dz4, dw4, dz3, dw3, dr2.reshape(pool(a2).shape)


def flat_divided_late(t, kept, params):
    _, _, a2, a3, y = kept
    N, r2 = len(y), pool(a2)
    dz3 = (y - t) @ params["w4"] * (a3 * (1 - a3))
    dw3 = dz3.T @ r2.reshape(N, -1)
    return (y - t) / N, (y - t).T @ a3 / N, dz3 / N, dw3 / N, (dz3 @ params["w3"]).reshape(r2.shape) / N


def maps_by_names(dr2, kept, params):
    x, a1, a2, _, _ = kept
    r1, w2, w1 = pool(a1), params["w2"], params["w1"]
    da2 = pool_backward(dr2, a2)
    dz2 = da2 * (a2 - a2 * a2)
    dr1, dw2 = conv_backward(dz2, r1, w2)
    da1 = pool_backward(dr1, a1)
    dz1 = da1 * (a1 - a1 * a1)
    _, dw1 = conv_backward(dz1, x, w1)
    return dz2, dw2, dz1, dw1


def maps_slope_first(dr2, kept, params):
    def bent(dr, a):
        return pool_backward(dr * pool(a) * (1 - pool(a)), a)

    x, a1, a2, _, _ = kept
    dz2 = bent(dr2, a2)
    dr1, dw2 = conv_backward(dz2, pool(a1), params["w2"])
    dz1 = bent(dr1, a1)
    return dz2, dw2, dz1, conv_backward(dz1, x, params["w1"])[1]


def maps_one_by_one(dr2, kept, params):
    found = []
    for n in range(len(dr2)):
        found.append(maps_by_names(dr2[n : n + 1], [part[n : n + 1] for part in kept], params))
    dz2, dw2, dz1, dw1 = zip(*found, strict=True)
    return np.concatenate(dz2), sum(dw2), np.concatenate(dz1), sum(dw1)


# ---------------------------------------------------------------- training


def step_copied(params, grads, rate):
    new = {name: w.astype(float) for name, w in params.items()}
    for name, dw in grads.items():
        new[name] -= rate * dw
    return new


def step_in_copies(params, grads, rate):
    new = {name: w.copy() for name, w in params.items()}
    for name in new:
        new[name] -= rate * grads[name]
    return new


def step_zipped(params, grads, rate):
    return dict(zip(params, [params[name] + (-rate) * grads[name] for name in params], strict=True))


def overfit_list(x, t, params, slopes, rate, steps):
    losses = [slopes(x, t, params)[0]]
    while len(losses) <= steps:
        _, grads = slopes(x, t, params)
        params = {name: params[name] - rate * grads[name] for name in grads}
        losses.append(slopes(x, t, params)[0])
    return losses


def overfit_own_copy(x, t, params, slopes, rate, steps):
    now, losses = {name: w.copy() for name, w in params.items()}, np.zeros(steps + 1)
    for n in range(steps + 1):
        losses[n], grads = slopes(x, t, now)
        for name in now:
            now[name] -= rate * grads[name]
    return losses


def batches_split(x, t, size, seed):
    rng = np.random.default_rng(seed)
    order = np.arange(len(x))
    rng.shuffle(order)
    pieces = np.split(order, range(size, len(x), size))
    return tuple([x[some], t[some]] for some in pieces)


def batches_shuffled_both(x, t, size, seed):
    order = np.random.default_rng(seed + 1000).permutation(len(x))
    x, t = x[order], t[order]
    cuts = range(size, len(x), size)
    return list(zip(np.split(x, cuts), np.split(t, cuts), strict=True))


# ---------------------------------------------------------------- the bar


def reached_as_text():
    return "\n" + "\n\n".join("    " + line for line in reach()) + "\n"


def reached_from_the_file():
    return tuple((Path(__file__).parents[2] / "cnnlib" / "exercises" / "reach.txt").read_text().splitlines())


# ---------------------------------------------------------------- random inputs


def some_labels(rng):
    M = int(rng.integers(2, 7))
    return {"t": rng.integers(0, M, rng.integers(1, 9)), "M": M}


def some_logits(rng):
    return logits(rng, int(rng.integers(1, 12)), int(rng.integers(2, 6)), rng.uniform())


def a_network(rng):
    KH, KW = (int(2 * k + 1) for k in rng.integers(0, 2, 2))
    maps = tuple(int(n) for n in rng.integers(1, 4, 2))
    size = [int(4 * n) for n in rng.integers(1, 3, 2)]
    units, M = int(rng.integers(1, 5)), int(rng.integers(2, 5))
    return network(rng, int(rng.integers(1, 4)), int(rng.integers(1, 3)), *size, maps, (KH, KW), units, M)


def some_params(rng):
    shapes = {f"w{i}": tuple(int(n) for n in rng.integers(1, 5, rng.integers(1, 4))) for i in range(3)}
    params, grads = ({name: rng.normal(size=shape) for name, shape in shapes.items()} for _ in range(2))
    return {"params": params, "grads": grads, "rate": float(rng.uniform(0.01, 2))}


def some_batches(rng):
    N = int(rng.integers(1, 20))
    x = rng.permutation(2 * N).reshape(N, 2) + 0.5
    return {"x": x, "t": rng.permutation(N), "size": int(rng.integers(1, 8)), "seed": int(rng.integers(2, 40))}


def some_training(rng):
    N, D, M = (int(n) for n in rng.integers(1, 6, 3))
    x, rest = rng.normal(size=(N, D)), {"rate": float(rng.uniform(0.01, 0.1)), "steps": int(rng.integers(1, 5))}
    if rng.integers(2):
        params = {"w": rng.normal(size=D), "b": rng.normal(size=1)}
        return {"x": x, "t": rng.normal(size=N), "params": params, "slopes": given(line)} | rest
    params = {"w4": rng.normal(size=(M + 1, D)), "b4": rng.normal(size=M + 1)}
    t = np.eye(M + 1)[rng.integers(0, M + 1, N)]
    return {"x": x, "t": t, "params": params, "slopes": given(shares)} | rest


VARIANTS = {
    "one_hot": [hot_identity, hot_compared],
    "accuracy": [accuracy_loop, accuracy_counted],
    "confusion": [confusion_add_at, confusion_product],
    "cnn_forward": [forward_by_names, forward_pooled_first, forward_one_by_one],
    "flat_backward": [flat_einsum, flat_loops, flat_divided_late],
    "maps_backward": [maps_by_names, maps_slope_first, maps_one_by_one],
    "sgd_step": [step_copied, step_in_copies, step_zipped],
    "overfit": [overfit_list, overfit_own_copy],
    "minibatches": [batches_split, batches_shuffled_both],
    "reach": [reached_as_text, reached_from_the_file],
    "poll_where": ["AB", ["B", "A"]],
    "poll_batches": [("A", "B"), "ba"],
    "poll_curves": ["ACE", {"e", "c", "a"}],
}

BATTERY = {
    "one_hot": some_labels,
    "accuracy": some_logits,
    "confusion": some_logits,
    "cnn_forward": a_network,
    "flat_backward": lambda rng: flat_case(rng, **a_network(rng)),
    "maps_backward": lambda rng: maps_case(rng, **a_network(rng)),
    "sgd_step": some_params,
    "overfit": some_training,
    "minibatches": some_batches,
    "reach": lambda rng: {},
}
