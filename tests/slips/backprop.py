"""Lecture 03: more wrong answers, as students write them. They only check the checks."""

import numpy as np

from cnnlib.exercises.backprop_activations import activation_backward as activation_right

# ---------------------------------------------------------------- paths


def path_sum_rectangular(paths):
    return float(np.array(paths).prod(axis=1).sum())


def count_layers(graph):
    return float(2 ** sum(len(edges) > 1 for edges in graph.values()))


def count_no_second_input(graph):
    counts = {}
    for node, edges in graph.items():
        counts[node] = sum(counts[p] for p, _ in edges) or 1
    return counts[node]


def count_from_w_to_o(graph):
    counts = {}
    for node, edges in graph.items():
        counts[node] = 1 if node == "w" else sum(counts[p] for p, _ in edges)
    return counts["o"]


def count_most_of_a_parent(graph):
    first, *rest = graph
    counts = {first: 1}
    for node in rest:
        counts[node] = max((counts[p] for p, _ in graph[node]), default=0)
    return counts[node]


# ---------------------------------------------------------------- measuring


def difference_flat_only(f, x, h):
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


def difference_summed(f, x, h):
    total = 0.0
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        total += (f(x + nudge) - f(x - nudge)) / (2 * h)
    return total


def error_of_norms(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b))


def error_with_a_guard(a, b):
    return abs(a - b) / (np.maximum(abs(a), abs(b)) + 1e-12)


# ---------------------------------------------------------------- the graph


def gradients_mean(graph):
    slopes, arrived = dict.fromkeys(graph, 0.0), dict.fromkeys(graph, 0)
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        slopes[node] /= max(arrived[node], 1)
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
            arrived[parent] += 1
    return slopes


def gradients_inputs_only(graph):
    slopes = dict.fromkeys(graph, 0.0)
    slopes[list(graph)[-1]] = 1.0
    for node in reversed(graph):
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
    return {node: slopes[node] for node in graph if not graph[node]}


# ---------------------------------------------------------------- layers


def linear_w_transposed(dy, x, w):
    return dy @ w.T, dy.T @ x, dy.sum(0)


def linear_keepdims(dy, x, w):
    return dy @ w, dy.T @ x, dy.sum(0, keepdims=True)


def linear_db_of_the_examples(dy, x, w):
    return dy @ w, dy.T @ x, dy.sum(1)


def linear_db_one_number(dy, x, w):
    return dy @ w, dy.T @ x, dy.sum()


def linear_db_is_dy(dy, x, w):
    return dy @ w, dy.T @ x, dy


def linear_dw_lying(dy, x, w):
    return dy @ w, x.T @ dy, dy.sum(0)


def linear_dy_twice(dy, x, w):
    return dy @ w, dy.T @ dy, dy.sum(0)


def linear_last_example(dy, x, w):
    return dy @ w, np.outer(dy[-1], x[-1]), dy[-1]


def activation_whole_numbers(name, dy, z):
    e = np.exp(-np.abs(z))
    dz = np.zeros_like(z)
    slopes = {"sigmoid": e / (1 + e) ** 2, "tanh": 1 - np.tanh(z) ** 2, "relu": z > 0, "hardtanh": abs(z) <= 1}
    dz[...] = dy * slopes[name]
    return dz


def activation_two_slips(name, dy, z):
    dz = dy * np.where(name == "relu", z >= 0, abs(z) < 1)
    return dz if name in ("relu", "hardtanh") else activation_right(name, dy, z)


def activation_relu_times_value(name, dy, z):
    return dy * np.maximum(z, 0) if name == "relu" else activation_right(name, dy, z)


def activation_tanh_alone(name, dy, z):
    return activation_right(name, dy**0 if name == "tanh" else dy, z)


def vjp_of_the_outputs(J, dy):
    return (J * dy[:, None]).sum(axis=1)


def vjp_outer(J, dy):
    return np.outer(dy, J)


def vjp_first_row(J, dy):
    return J[0] * dy[0]


def vjp_mean(J, dy):
    return J.T @ dy / len(dy)


# ---------------------------------------------------------------- downhill, pixels


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


def pixel_row_for_column(x, w1, b1, w2, b2, j, linear_backward, activation_backward):
    z = x @ w1.T + b1
    dy = np.zeros((len(x), len(w2)))
    dy[j] = 1
    return linear_backward(activation_backward("tanh", linear_backward(dy, np.tanh(z), w2)[0], z), x, w1)[0]


SLIPS = {
    "path_sum": [path_sum_rectangular],
    "count_paths": [count_layers, count_no_second_input, count_from_w_to_o, count_most_of_a_parent],
    "central_difference": [*(difference_flat_only,), difference_summed],
    "relative_error": [error_of_norms, error_with_a_guard],
    "graph_gradients": [*(gradients_mean, gradients_inputs_only)],
    "linear_backward": [
        *(linear_w_transposed, linear_keepdims, linear_dy_twice, linear_last_example, linear_db_is_dy),
        *(linear_db_of_the_examples, linear_db_one_number, linear_dw_lying),
    ],
    "activation_backward": [
        *(activation_whole_numbers, activation_two_slips, activation_relu_times_value, activation_tanh_alone),
    ],
    "vjp": [vjp_of_the_outputs, vjp_outer, vjp_first_row, vjp_mean],
    "descend": [*(descend_rate_shrinks, descend_momentum_on_places)],
    "pixel_gradient": [pixel_row_for_column],
}
