"""Lecture 03: right answers written in other ways."""

import math
from collections import Counter, defaultdict

import numpy as np
import scipy.special

from cnnlib.checks.cases import given
from cnnlib.exercises import backprop_activations, backprop_descent, backprop_layers, backprop_measured

# ---------------------------------------------------------------- paths


def path_sum_loops(paths):
    total = 0
    for path in paths:
        product = 1
        for s in path:
            product *= s
        total += product
    return total


def path_sum_math(paths):
    return math.fsum(map(math.prod, paths))


def path_sum_list(paths):
    return np.sum([np.prod(path) for path in paths])


def count_paths_recursive(graph):
    first, last = next(iter(graph)), list(graph)[-1]

    def to(node):
        return 1 if node == first else sum(to(parent) for parent, _ in graph[node])

    return to(last)


def count_paths_backwards(graph):
    counts = dict.fromkeys(graph, 0)
    *_, last = graph
    counts[last] = 1
    for node, edges in reversed(graph.items()):
        for parent, _ in edges:
            counts[parent] += counts[node]
    return counts[next(iter(graph))]


def count_paths_matrix(graph):
    names = list(graph)
    edges = np.zeros((len(names), len(names)))
    for node in graph:
        for parent, _ in graph[node]:
            edges[names.index(parent), names.index(node)] += 1
    return np.linalg.inv(np.eye(len(names)) - edges)[0, -1].round()


# ---------------------------------------------------------------- measuring


def difference_flat(f, x, h):
    flat = x.astype(float).ravel()
    slopes = []
    for i in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[i] += h
        down[i] -= h
        slopes.append((f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * h))
    return np.array(slopes).reshape(x.shape)


def difference_in_place(f, x, h):
    x = x.astype(float)
    slope = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        kept = x[i]
        x[i] = kept + h
        up = f(x)
        x[i] = kept - h
        slope[i] = (up - f(x)) / h / 2
        x[i] = kept
    return slope


def difference_eye(f, x, h):
    nudges = h * np.eye(x.size).reshape(-1, *x.shape)
    return np.reshape([(f(x + nudge) - f(x - nudge)) / (2 * h) for nudge in nudges], x.shape)


def error_where(a, b):
    scale = np.where(np.abs(a) > np.abs(b), np.abs(a), np.abs(b))
    return np.divide(np.abs(a - b), scale, out=np.zeros(np.shape(a)), where=scale > 0)


def error_loop(a, b):
    error = np.zeros(a.shape)
    for i in np.ndindex(a.shape):
        if a[i] != b[i]:
            error[i] = abs(a[i] - b[i]) / max(abs(a[i]), abs(b[i]))
    return error


def error_tiny(a, b):
    return np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-30)


# ---------------------------------------------------------------- the graph


def gradients_children(graph):
    children = {node: [] for node in graph}
    for node, edges in graph.items():
        for parent, s in edges:
            children[parent].append((node, s))
    slopes, last = {}, list(graph)[-1]
    for node in reversed(list(graph)):
        slopes[node] = 1 if node == last else sum(s * slopes[child] for child, s in children[node])
    return slopes


def gradients_paths(graph):
    slopes = dict.fromkeys(graph, 0.0)

    def back(node, product):
        slopes[node] += product
        for parent, s in graph[node]:
            back(parent, product * s)

    back(list(graph)[-1], 1.0)
    return slopes


def gradients_defaultdict(graph):
    slopes = defaultdict(float)
    names = list(graph)
    slopes[names[-1]] = np.float64(1)
    for node in names[::-1]:
        own = slopes[node]
        for parent, s in graph[node]:
            slopes[parent] = slopes[parent] + own * s
    return slopes


def gradients_counter(graph):
    slopes = Counter(dict.fromkeys(graph, 0))
    slopes[list(graph)[-1]] = 1
    for node in list(graph)[::-1]:
        slopes.update({})
        for parent, s in graph[node]:
            slopes[parent] += slopes[node] * s
    return dict(slopes)


# ---------------------------------------------------------------- layers


def linear_einsum(dy, x, w):
    return np.einsum("nj,jd->nd", dy, w), np.einsum("nj,nd->jd", dy, x), np.einsum("nj->j", dy)


def linear_loops(dy, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    for n in range(x.shape[0]):
        for j in range(w.shape[0]):
            db[j] += dy[n, j]
            for d in range(x.shape[1]):
                dx[n, d] += dy[n, j] * w[j, d]
                dw[j, d] += dy[n, j] * x[n, d]
    return dx, dw, db


def linear_examples(dy, x, w):
    dw = sum(np.outer(dy[n], x[n]) for n in range(len(x)))
    return [np.array([w.T @ row for row in dy]), dw, np.ones(len(dy)) @ dy]


def linear_transposed(dy, x, w):
    return (w.T @ dy.T).T, (x.T @ dy).T, np.sum(dy, 0)


def activation_scipy(name, dy, z):
    if name == "sigmoid":
        y = scipy.special.expit(z)
        return dy * y * scipy.special.expit(-z)
    if name == "tanh":
        y = np.tanh(z)
        return dy * (1 - y) * (1 + y)
    if name == "relu":
        return np.where(z > 0, dy, 0.0)
    return np.where((z < -1) | (z > 1), 0.0, dy)


def activation_table(name, dy, z):
    def sigmoid(z):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-z))

    slopes = {
        "sigmoid": lambda: sigmoid(z) * (1 - sigmoid(z)),
        "tanh": lambda: 1 - np.tanh(z) ** 2,
        "relu": lambda: (z > 0).astype(float),
        "hardtanh": lambda: ((z >= -1) & (z <= 1)).astype(float),
    }
    return dy * slopes[name]()


def activation_copies(name, dy, z):
    dz = dy.astype(float)
    if name == "relu":
        dz[z <= 0] = 0
    elif name == "hardtanh":
        dz[np.abs(z) > 1] = 0
    elif name == "tanh":
        dz *= 1 - np.square(np.tanh(z))
    elif name == "sigmoid":
        y = 0.5 + 0.5 * np.tanh(z / 2)
        dz *= y * (1 - y)
    return dz


def activation_entries(name, dy, z):
    dz = np.zeros(z.shape)
    for i in np.ndindex(z.shape):
        v = float(z[i])
        if name == "sigmoid":
            y = 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))
            slope = y * (1 - y)
        elif name == "tanh":
            slope = 1 - math.tanh(v) ** 2
        elif name == "relu":
            slope = 1 if v > 0 else 0
        else:
            slope = 1 if -1 <= v <= 1 else 0
        dz[i] = dy[i] * slope
    return dz


def vjp_row(J, dy):
    return dy @ J


def vjp_loops(J, dy):
    dx = np.zeros(J.shape[1])
    for j in range(J.shape[0]):
        for d in range(J.shape[1]):
            dx[d] += dy[j] * J[j, d]
    return dx


def vjp_sum(J, dy):
    return (J * dy[:, None]).sum(axis=0)


# ---------------------------------------------------------------- downhill


def descend_rows(grad, x, rate, momentum=0.0, steps=1):
    path = np.zeros((steps + 1, len(x)))
    path[0] = x
    v = 0.0
    for n in range(steps):
        v = momentum * v + grad(path[n])
        path[n + 1] = path[n] - rate * v
    return path


def descend_steps(grad, x, rate, momentum=0.0, steps=1):
    path, step = [x], 0
    for _ in range(steps):
        step = momentum * step - rate * grad(x)
        x = x + step
        path.append(x)
    return np.stack(path)


def descend_copies(grad, x, rate, momentum=0.0, steps=1):
    x = x.astype(float)
    v, path = np.zeros(len(x)), [x.copy()]
    while len(path) <= steps:
        v *= momentum
        v += grad(x)
        x -= rate * v
        path.append(x.copy())
    return np.array(path)


# ---------------------------------------------------------------- pixels


def pixel_one_hot(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    dy = np.tile(np.eye(len(w2))[j], (len(x), 1))
    da = linear_backward(dy, np.tanh(z), w2)[0]
    return linear_backward(activation_backward("tanh", da, z), x, w1)[0]


def pixel_by_hand(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    return (w2[j] * (1 - np.tanh(x @ w1.T + b1) ** 2)) @ w1


def pixel_examples(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    dx = np.zeros(x.shape)
    for n in range(len(x)):
        slope = 1 - np.tanh(w1 @ x[n] + b1) ** 2
        dx[n] = w1.T @ (w2[j] * slope)
    return dx


def pixel_jacobians(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    return np.array([(w2 @ np.diag(1 - np.tanh(row) ** 2) @ w1)[j] for row in z])


VARIANTS = {
    "path_sum": [path_sum_loops, path_sum_math, path_sum_list],
    "central_difference": [difference_flat, difference_in_place, difference_eye],
    "relative_error": [error_where, error_loop, error_tiny],
    "count_paths": [count_paths_recursive, count_paths_backwards, count_paths_matrix],
    "poll_routes": [["A", "C"], "A C"],
    "graph_gradients": [gradients_children, gradients_paths, gradients_defaultdict, gradients_counter],
    "poll_traffic": [["A", "C"], "CA"],
    "poll_bug_hunt": [["A", "B", "D", "E"], "abde"],
    "vjp": [vjp_row, vjp_loops, vjp_sum],
    "activation_backward": [activation_scipy, activation_table, activation_copies, activation_entries],
    "linear_backward": [linear_einsum, linear_loops, linear_examples, linear_transposed],
    "pixel_gradient": [pixel_one_hot, pixel_by_hand, pixel_examples, pixel_jacobians],
    "descend": [descend_rows, descend_steps, descend_copies],
}


# ---------------------------------------------------------------- random inputs


def some_paths(rng):
    return {"paths": [[float(s) for s in rng.normal(size=rng.integers(1, 5))] for _ in range(rng.integers(0, 4))]}


def a_graph(rng):
    names = ["w", *(f"h{i}" for i in range(rng.integers(0, 6))), "o"]
    graph = {"w": []}
    for n, name in enumerate(names[1:], 1):
        parents = rng.choice(names[:n], rng.integers(1, 4))
        graph[name] = [(str(parent), round(float(rng.normal()), 2)) for parent in parents]
    return {"graph": graph}


def a_difference(rng):
    f = (backprop_measured.sum_of_cubes, backprop_measured.product_of_all, backprop_measured.sine_of_the_weighted_sum)[
        rng.integers(3)
    ]
    shape = tuple(rng.integers(1, 4, rng.integers(1, 3)))
    return {"f": given(f), "x": rng.normal(size=shape) + 1, "h": float(rng.choice((0.5, 0.25)))}


def two_arrays(rng):
    shape = tuple(rng.integers(1, 4, rng.integers(1, 3)))
    a, b = rng.integers(-3, 4, shape).astype(float), rng.integers(-3, 4, shape).astype(float)
    return {"a": a, "b": b}


def a_layer(rng):
    n, d, m = rng.integers(1, 5, 3)
    return {"dy": rng.normal(size=(n, m)), "x": rng.normal(size=(n, d)), "w": rng.normal(size=(m, d))}


def an_activation(rng):
    shape = tuple(rng.integers(1, 5, 2))
    z = np.where(rng.random(shape) < 0.5, rng.normal(size=shape), rng.integers(-2, 3, shape))
    return {"name": str(rng.choice(backprop_activations.NAMES)), "dy": rng.normal(size=shape), "z": z.astype(float)}


def a_jacobian(rng):
    m, d = rng.integers(1, 5, 2)
    return {"J": rng.normal(size=(m, d)), "dy": rng.normal(size=m)}


def a_descent(rng):
    grad = (backprop_descent.round_bowl, backprop_descent.ripples)[rng.integers(2)]
    rates = {"rate": float(rng.uniform(0.1, 0.4)), "momentum": float(rng.choice((0, 0.5, 0.9)))}
    return {"grad": given(grad), "x": rng.normal(size=rng.integers(1, 4)), **rates, "steps": int(rng.integers(0, 5))}


def a_network(rng):
    n, d, h, m = rng.integers(1, 5, 4)
    functions = {
        f.__name__: given(f) for f in (backprop_layers.linear_backward, backprop_activations.activation_backward)
    }
    arrays = {"x": (n, d), "w1": (h, d), "b1": (h,), "w2": (m, h), "b2": (m,)}
    drawn = {name: rng.normal(size=shape) for name, shape in arrays.items()}
    return {**drawn, "j": int(rng.integers(m)), **functions}


BATTERY = {
    "path_sum": some_paths,
    "central_difference": a_difference,
    "relative_error": two_arrays,
    "count_paths": a_graph,
    "graph_gradients": a_graph,
    "vjp": a_jacobian,
    "activation_backward": an_activation,
    "linear_backward": a_layer,
    "pixel_gradient": a_network,
    "descend": a_descent,
}
