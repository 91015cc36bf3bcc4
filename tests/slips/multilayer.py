"""Wrong answers to lecture 02's exercises that check the checks: no sentence is written for them."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.exercises import forward as lecture


def xor_and_or() -> list:
    """OR of both inputs, whatever the other unit says."""
    return [(np.array([[1.0, 1], [1, 1]]), np.array([-0.5, -1.5])), (np.array([[1.0, 0]]), np.array([-0.5]))]


def xor_as_printed() -> list:
    """Arora's right-hand network without its inner threshold, as transcribed."""
    return [(np.array([[1.0, 1]]), np.array([-1.5])), (np.array([[-2.0]]), np.array([2.0]))]


def xor_on_the_line() -> list:
    """A threshold of 1 where the sum is 1: z is 0, and 0 is not above 0."""
    return [(np.array([[1.0, 1], [1, 1]]), np.array([-1.0, -1.5])), (np.array([[1.0, -1]]), np.array([-0.5]))]


def xor_flat() -> list:
    """The output's weights as a row without its axis."""
    return [(np.array([[1.0, 1], [1, 1]]), np.array([-0.5, -1.5])), (np.array([1.0, -1]), np.array([-0.5]))]


def count_first_layer(sizes: tuple[int, ...]) -> int:
    return sizes[0] * sizes[1] + sizes[1]


def planes_one_line(x: Array, w: Array, b: Array) -> Array:
    return np.where(x @ w.T + b[0] > 0, 1.0, 0.0)


def polygon_first_two(x: Array, w: Array, b: Array) -> Array:
    return np.where(np.all(x @ w[:2].T + b[:2] > 0, axis=1), 1.0, 0.0)


def sigmoid_clipped(z: Array) -> tuple[Array, Array]:
    a = 1 / (1 + np.exp(-np.clip(z, -1, 1)))
    return a, a * (1 - a)


def sigmoid_first_axis(z: Array) -> tuple[Array, Array]:
    a = np.array([1 / (1 + np.exp(-z[0]))])
    return a, a * (1 - a)


def tanh_of_sigmoid(z: Array) -> tuple[Array, Array]:
    a = 1 / (1 + np.exp(-np.abs(z)))
    return a, 1 - a**2


def relu_leaky(z: Array) -> tuple[Array, Array]:
    return np.where(z > 0, z, 0.01 * z), np.where(z > 0, 1, 0.01)


def hardtanh_scaled(z: Array) -> tuple[Array, Array]:
    return np.clip(z / 2, -1, 1), np.where(np.abs(z) <= 2, 0.5, 0.0)


def mlp_two_layers(x: Array, weights: lecture.Weights, activation: object) -> Array:
    return lecture.mlp_forward(x, (weights[0], weights[-1]) if len(weights) > 1 else weights, activation)


def mlp_first_bias(x: Array, weights: lecture.Weights, activation: object) -> Array:
    return lecture.mlp_forward(x, tuple((w, b[:1]) for w, b in weights), activation)


def mlp_popped(x: Array, weights: list, activation: object) -> Array:
    """Takes the last layer out of the student's own list: right once, wrong at the next call."""
    last = weights.pop()
    return lecture.mlp_forward(x, (*weights, last), activation)


def mlp_bias_in_place(x: Array, weights: list, activation: object) -> Array:
    for _, b in weights:
        b += 1
    return lecture.mlp_forward(x, tuple((w, b - 1) for w, b in weights), activation)


def best_off_by_one(w: Array, x: Array, count: int) -> Array:
    return np.argsort(-(x @ w), kind="stable")[1 : count + 1]


def best_of_normed(w: Array, x: Array, count: int) -> Array:
    return np.argsort(-(x @ w) / (np.linalg.norm(x, axis=1) + 1e-9), kind="stable")[:count]


SLIPS = {
    "parameter_count": [count_first_layer],
    "half_planes": [planes_one_line],
    "xor_weights": [xor_and_or, xor_as_printed, xor_on_the_line, xor_flat],
    "inside_polygon": [polygon_first_two],
    "sigmoid": [sigmoid_clipped, sigmoid_first_axis],
    "tanh": [tanh_of_sigmoid],
    "relu": [relu_leaky],
    "hardtanh": [hardtanh_scaled],
    "mlp_forward": [mlp_two_layers, mlp_first_bias, mlp_popped, mlp_bias_in_place],
    "best_inputs": [best_off_by_one, best_of_normed],
}
