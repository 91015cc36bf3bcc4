"""Lecture 02: right answers written in other ways."""

from itertools import pairwise

import numpy as np

from cnnlib.checks.cases import given
from cnnlib.exercises import forward as lecture

# ---------------------------------------------------------------- counting and regions


def count_loop(sizes):
    total = 0
    for D, M in pairwise(sizes):
        total += M * (D + 1)
    return total


def count_dot(sizes):
    return int(np.dot(sizes[1:], sizes[:-1])) + sum(sizes[1:])


def planes_loops(x, w, b):
    a = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        for j in range(len(w)):
            z = b[j]
            for d in range(x.shape[1]):
                z += w[j, d] * x[n, d]
            if z > 0:
                a[n, j] = 1
    return a


def planes_einsum(x, w, b):
    return (np.einsum("nd,jd->nj", x, w) + b > 0).astype(int)


def planes_threshold(x, w, b):
    return (x @ w.T > -b) * 1.0


def polygon_threshold(x, w, b):
    return np.where(planes_loops(x, w, b).sum(axis=1) - (len(w) - 0.5) > 0, 1, 0)


def polygon_product(x, w, b):
    return np.prod(planes_einsum(x, w, b), axis=1)


def polygon_least(x, w, b):
    return ((x @ w.T + b).min(axis=1) > 0).astype(float)


def polygon_of_coordinates(x, w, b):
    y = []
    for first, second in x:
        y.append(1)
        for j in range(len(w)):
            if first * w[j, 0] + second * w[j, 1] + b[j] <= 0:
                y[-1] = 0
    return np.array(y)


def xor_two_ands():
    return [(np.array([[1, -1], [-1, 1]]), np.array([-0.5, -0.5])), (np.array([[1, 1]]), np.array([-0.5]))]


def xor_lists():
    hidden = [[2, 2], [-3, -3], [0, 0]], [-1, 4, 0]
    return hidden, [[[1, 1, 5]], [-1.5]]


# ---------------------------------------------------------------- activations


def sigmoid_plain(z):
    a = 1 / (1 + np.exp(-z))  # overflows to inf, and 1 / inf is 0: NumPy warns, the answer is right
    return a, a * (1 - a)


def sigmoid_tanh(z):
    a = (1 + np.tanh(z / 2)) / 2
    return a, a - a**2


def sigmoid_where(z):
    a = np.where(z > 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
    return a, a * (1 - a)


def sigmoid_both_sides(z):
    def value(z):
        return np.exp(-np.logaddexp(0, -z))

    return value(z), value(z) * value(-z)


def tanh_from_sigmoid(z):
    s, slope = sigmoid_tanh(2 * z)
    return 2 * s - 1, 4 * slope


def tanh_cosh(z):
    return np.tanh(z), 1 / np.cosh(np.clip(z, -300, 300).astype(float)) ** 2


def tanh_factors(z):
    a = np.tanh(z)
    return a, (1 - a) * (1 + a)


def relu_mask(z):
    slope = (z > 0).astype(float)
    return z * slope, slope


def relu_where(z):
    return np.where(z > 0, z, 0), np.where(z <= 0, 0, 1)


def relu_copy(z):
    a, slope = z.copy(), np.ones(z.shape)
    a[z <= 0] = 0
    slope[z <= 0] = 0
    return a, slope


def hardtanh_nested(z):
    return np.minimum(np.maximum(z, -1), 1), ((z >= -1) & (z <= 1)).astype(int)


def hardtanh_same(z):
    a = np.clip(z, -1.0, 1.0)
    return a, np.where(a == z, 1, 0)


def hardtanh_relus(z):
    return np.maximum(z + 1, 0) - np.maximum(z - 1, 0) - 1, 1.0 * (z >= -1) - (z > 1)


# ---------------------------------------------------------------- networks


def mlp_index(x, weights, activation):
    for number in range(len(weights)):
        w, b = weights[number]
        z = x @ w.T + b
        x = activation(z)
    return z


def mlp_one_by_one(x, weights, activation):
    rows = []
    for example in x:
        a = example
        for w, b in weights[:-1]:
            a = activation(w @ a + b)
        rows.append(weights[-1][0] @ a + weights[-1][1])
    return np.array(rows)


def mlp_popped_from_a_copy(x, weights, activation):
    left = weights.copy()
    w, b = left.pop()
    for pair in left:
        x = activation(x @ pair[0].T + pair[1])
    return x @ w.T + b


def mlp_recursive(x, weights, activation):
    (w, b), rest = weights[0], weights[1:]
    z = np.einsum("nd,jd->nj", x, w) + b
    return mlp_recursive(activation(z), rest, activation) if rest else z


def best_reversed(w, x, count):
    return np.argsort(x @ w)[::-1][:count]


def best_one_by_one(w, x, count):
    left, chosen = list(x @ w), []
    for _ in range(count):
        chosen.append(int(np.argmax(left)))
        left[chosen[-1]] = -np.inf
    return np.array(chosen)


def best_sorted(w, x, count):
    return np.array(sorted(range(len(x)), key=lambda n: -(x[n] @ w))[:count])


VARIANTS = {
    "parameter_count": (count_loop, count_dot),
    "half_planes": (planes_loops, planes_einsum, planes_threshold),
    "inside_polygon": (polygon_threshold, polygon_product, polygon_least, polygon_of_coordinates),
    "xor_weights": (xor_two_ands, xor_lists),
    "sigmoid": (sigmoid_plain, sigmoid_tanh, sigmoid_where, sigmoid_both_sides),
    "tanh": (tanh_from_sigmoid, tanh_cosh, tanh_factors),
    "relu": (relu_mask, relu_where, relu_copy),
    "hardtanh": (hardtanh_nested, hardtanh_same, hardtanh_relus),
    "mlp_forward": (mlp_index, mlp_one_by_one, mlp_popped_from_a_copy, mlp_recursive),
    "best_inputs": (best_reversed, best_one_by_one, best_sorted),
    "poll_counts": (["C", "B"], "BC", "b, c"),
    "poll_convex": (("B", "C"), "BC", "C B"),
    "poll_slope_bugs": (["A", "D", "E", "H"], "ADEH", "h e d a"),
}


def layer(rng):
    N, D, M = (int(size) for size in rng.integers(1, 6, 3))
    x, w, b = (np.round(rng.normal(size=size) * 2) for size in ((N, D), (M, D), M))
    return {"x": x, "w": w, "b": b}


def plane(rng):
    inputs = layer(rng)
    return inputs | {name: np.round(rng.normal(size=(len(inputs[name]), 2)) * 2) for name in ("x", "w")}


def activation(rng):
    shape = tuple(int(size) for size in rng.integers(1, 5, int(rng.integers(1, 4))))
    return {
        "z": rng.normal(size=shape) * 10.0 ** rng.integers(-1, 4) if rng.random() < 0.7 else rng.integers(-2, 3, shape)
    }


def network(rng):
    sizes = tuple(int(size) for size in rng.integers(1, 5, int(rng.integers(2, 5))))
    function = (lecture.ramp, lecture.square, lecture.bump)[int(rng.integers(3))]
    x = rng.normal(size=(int(rng.integers(1, 5)), sizes[0]))
    return {"x": x, "weights": list(lecture.layers(sizes, rng)), "activation": given(function)}


def unit(rng):
    N, D = (int(size) for size in rng.integers(1, 9, 2))
    return {"w": rng.normal(size=D), "x": rng.normal(size=(N, D)), "count": int(rng.integers(1, N + 1))}


BATTERY = {
    "parameter_count": lambda rng: {"sizes": tuple(int(s) for s in rng.integers(1, 9, int(rng.integers(2, 5))))},
    "half_planes": layer,
    "inside_polygon": plane,
    "xor_weights": lambda rng: {},
    "sigmoid": activation,
    "tanh": activation,
    "relu": activation,
    "hardtanh": activation,
    "mlp_forward": network,
    "best_inputs": unit,
}
