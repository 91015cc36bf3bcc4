"""Lecture 03: more wrong answers, as students write them. They only check the checks."""

import math

import numpy as np

# ---------------------------------------------------------------- paths


def path_sum_longest_only(paths):
    return float(np.prod(max(paths, key=len))) if paths else 0.0


def path_sum_rectangular(paths):
    return float(np.array(paths).prod(axis=1).sum())


def path_sum_starts_at_zero(paths):
    total = 0.0
    for path in paths:
        product = 0.0
        for s in path:
            product *= s
        total += product
    return total


def path_sum_one_too_much(paths):
    total = 1.0
    for path in paths:
        total += math.prod(path)
    return total


def count_layers(graph):
    return float(2 ** sum(len(edges) > 1 for edges in graph.values()))


def count_no_second_input(graph):
    counts = {}
    for node, edges in graph.items():
        counts[node] = sum(counts[p] for p, _ in edges) or 1
    return counts[node]


def count_local_derivatives(graph):
    counts = {}
    for node, edges in graph.items():
        counts[node] = sum(s * counts[p] for p, s in edges) if counts else 1.0
    return counts[node]


def count_all_nodes(graph):
    counts = {}
    for node, edges in graph.items():
        counts[node] = sum(counts[p] for p, _ in edges) if counts else 1
    return sum(counts.values())


def count_assigned(graph):
    counts = dict.fromkeys(graph, 0)
    counts[next(iter(graph))] = 1
    for node, edges in graph.items():
        for parent, _ in edges:
            counts[node] = counts[parent]
    return counts[node]


# ---------------------------------------------------------------- measuring


def difference_flat_only(f, x, h):
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


def difference_shared_copy(f, x, h):
    up, down, slope = x.astype(float), x.astype(float), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up[i] += h
        down[i] -= h
        slope[i] = (f(up) - f(down)) / (2 * h)
    return slope


def difference_without_brackets(f, x, h):
    slope = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        slope[i] = (f(x + nudge) - f(x - nudge)) / 2 * h
    return slope


def difference_own_step(f, x, h):
    slope = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = 1e-5
        slope[i] = (f(x + nudge) - f(x - nudge)) / 2e-5
    return slope


def difference_summed(f, x, h):
    total = 0.0
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        total += (f(x + nudge) - f(x - nudge)) / (2 * h)
    return total


def error_of_norms(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b))


def error_max_of_all(a, b):
    return np.abs(a - b) / max(np.abs(a).max(), np.abs(b).max())


def error_smaller(a, b):
    scale = np.minimum(np.abs(a), np.abs(b))
    return np.abs(a - b) / np.where(scale == 0, 1, scale)


def error_mean(a, b):
    scale = (np.abs(a) + np.abs(b)) / 2
    return np.abs(a - b) / np.where(scale == 0, 1, scale)


# ---------------------------------------------------------------- the graph


def gradients_twice(graph):
    slopes = dict.fromkeys(graph, 0.0)
    for _ in range(2):
        slopes[list(graph)[-1]] = 1.0
        for node in reversed(graph):
            for parent, s in graph[node]:
                slopes[parent] += s * slopes[node]
    return slopes


def gradients_mean(graph):
    slopes, arrived = dict.fromkeys(graph, 0.0), dict.fromkeys(graph, 0)
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        slopes[node] /= max(arrived[node], 1)
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
            arrived[parent] += 1
    return slopes


def gradients_forward_mode(graph):
    slopes = {}
    for node, edges in graph.items():
        slopes[node] = sum(s * slopes[p] for p, s in edges) if slopes else 1.0
    return slopes


def gradients_inputs_only(graph):
    slopes = dict.fromkeys(graph, 0.0)
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
    return {node: slopes[node] for node in graph if not graph[node]}


def gradients_all_ones(graph):
    slopes = dict.fromkeys(graph, 1.0)
    for node in reversed(graph):
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
    return slopes


def gradients_dict_of_edges(graph):
    slopes = dict.fromkeys(graph, 0.0)
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        for parent, s in dict(graph[node]).items():
            slopes[parent] += s * slopes[node]
    return slopes


# ---------------------------------------------------------------- layers


def linear_w_transposed(dy, x, w):
    return dy @ w.T, dy.T @ x, dy.sum(0)


def linear_keepdims(dy, x, w):
    return dy @ w, dy.T @ x, dy.sum(0, keepdims=True)


def linear_dy_twice(dy, x, w):
    return dy @ w, dy.T @ dy, dy.sum(0)


def linear_last_example(dy, x, w):
    return dy @ w, np.outer(dy[-1], x[-1]), dy[-1]


def activation_sigmoid_of_y(name, dy, z):
    if name == "sigmoid":
        y = 1 / (1 + np.exp(-np.clip(z, -700, 700)))
        y = 1 / (1 + np.exp(-y))
        return dy * y * (1 - y)
    return {"tanh": dy * (1 - np.tanh(z) ** 2), "relu": dy * (z > 0), "hardtanh": dy * (abs(z) <= 1)}[name]


def activation_leaky(name, dy, z):
    e = np.exp(-np.abs(z))
    slopes = {"sigmoid": e / (1 + e) ** 2, "tanh": 1 - np.tanh(z) ** 2, "hardtanh": abs(z) <= 1}
    return dy * slopes.get(name, np.where(z > 0, 1, 0.01))


def activation_whole_numbers(name, dy, z):
    e = np.exp(-np.abs(z))
    dz = np.zeros_like(z)
    slopes = {"sigmoid": e / (1 + e) ** 2, "tanh": 1 - np.tanh(z) ** 2, "relu": z > 0, "hardtanh": abs(z) <= 1}
    dz[...] = dy * slopes[name]
    return dz


def activation_clips_dy(name, dy, z):
    e = np.exp(-np.abs(z))
    slopes = {"sigmoid": e / (1 + e) ** 2, "tanh": 1 - np.tanh(z) ** 2, "relu": z > 0, "hardtanh": 1.0}
    return np.clip(dy, -1, 1) if name == "hardtanh" else dy * slopes[name]


def vjp_outer(J, dy):
    return np.outer(dy, J)


def vjp_first_row(J, dy):
    return J[0] * dy[0]


def vjp_mean(J, dy):
    return J.T @ dy / len(dy)


# ---------------------------------------------------------------- downhill, pixels


def descend_sign(grad, x, rate, momentum=0.0, steps=1):
    path = [np.array(x, float)]
    for _ in range(steps):
        path.append(path[-1] - rate * np.sign(grad(path[-1])))
    return np.array(path)


def descend_nesterov(grad, x, rate, momentum=0.0, steps=1):
    path, v = [np.array(x, float)], 0.0
    for _ in range(steps):
        v = momentum * v + grad(path[-1] - rate * momentum * v)
        path.append(path[-1] - rate * v)
    return np.array(path)


def descend_one_too_many(grad, x, rate, momentum=0.0, steps=1):
    path, v = [np.array(x, float)], 0.0
    for _ in range(steps + 1):
        v = momentum * v + grad(path[-1])
        path.append(path[-1] - rate * v)
    return np.array(path)


def descend_rate_shrinks(grad, x, rate, momentum=0.0, steps=1):
    path, v = [np.array(x, float)], 0.0
    for n in range(steps):
        v = momentum * v + grad(path[-1])
        path.append(path[-1] - rate / (n + 1) * v)
    return np.array(path)


def descend_momentum_on_places(grad, x, rate, momentum=0.0, steps=1):
    path = [np.array(x, float)]
    for _ in range(steps):
        path.append(momentum * path[-1] + (1 - momentum) * (path[-1] - rate * grad(path[-1])))
    return np.array(path)


def pixel_first_example(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    dy = np.zeros((len(x), len(w2)))
    dy[0, j] = 1
    return linear_backward(activation_backward("tanh", linear_backward(dy, np.tanh(z), w2)[0], z), x, w1)[0]


def pixel_weights(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    dy = np.zeros((len(x), len(w2)))
    dy[:, j] = 1
    return linear_backward(activation_backward("tanh", linear_backward(dy, np.tanh(z), w2)[0], z), x, w1)[1]


def pixel_sigmoid(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    dy = np.zeros((len(x), len(w2)))
    dy[:, j] = 1
    return linear_backward(activation_backward("sigmoid", linear_backward(dy, np.tanh(z), w2)[0], z), x, w1)[0]


def pixel_row_for_column(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    dy = np.zeros((len(x), len(w2)))
    dy[j] = 1
    return linear_backward(activation_backward("tanh", linear_backward(dy, np.tanh(z), w2)[0], z), x, w1)[0]


SLIPS = {
    "path_sum": [path_sum_longest_only, path_sum_rectangular, path_sum_starts_at_zero, path_sum_one_too_much],
    "count_paths": [count_layers, count_no_second_input, count_local_derivatives, count_all_nodes, count_assigned],
    "central_difference": [
        *(difference_flat_only, difference_shared_copy, difference_without_brackets, difference_own_step),
        difference_summed,
    ],
    "relative_error": [error_of_norms, error_max_of_all, error_smaller, error_mean],
    "graph_gradients": [
        *(gradients_twice, gradients_mean, gradients_forward_mode, gradients_inputs_only, gradients_all_ones),
        gradients_dict_of_edges,
    ],
    "linear_backward": [linear_w_transposed, linear_keepdims, linear_dy_twice, linear_last_example],
    "activation_backward": [
        *(activation_sigmoid_of_y, activation_leaky, activation_whole_numbers, activation_clips_dy),
    ],
    "vjp": [vjp_outer, vjp_first_row, vjp_mean],
    "descend": [
        *(descend_sign, descend_nesterov, descend_one_too_many, descend_rate_shrinks, descend_momentum_on_places),
    ],
    "pixel_gradient": [pixel_first_example, pixel_weights, pixel_sigmoid, pixel_row_for_column],
}
