"""Activations a = φ(z): what bends the line. Each pullback multiplies by the slope, entry by entry: dz = da φ'(z)."""

import numpy as np

from cnnlib.arguments import Array, Pullback, floats, upstream


def step(z: Array) -> Array:
    """Fire or do not: the hard threshold of the perceptron. It has no pullback, for its slope is 0 wherever it exists.

    Args:
        z: any shape.

    Returns:
        a: same shape, +1 where z > 0, else -1.

    Raises:
        TypeError: z is not float32 or float64.

    Source: Arora, Neural Networks, "Simple network (AND)".
    """
    z = floats("z", z)
    return np.where(z > 0, z.dtype.type(1), z.dtype.type(-1))


def sigmoid(z: Array) -> tuple[Array, Pullback[Array]]:
    """Squash into (0, 1): the logistic function.

    Args:
        z: any shape.

    Returns:
        a: same shape, 1 / (1 + exp(-z)), computed from exp(-|z|), which cannot overflow.
        backward: maps da to dz = da a (1 - a).

    Raises:
        TypeError: z is not float32 or float64.

    Source: Arora, Neural Networks, "Standard activation functions"; Lee, "Forward & Backward propagation".
    """
    z = floats("z", z)
    small = np.exp(-np.abs(z))
    a = np.where(z < 0, small, z.dtype.type(1)) / (1 + small)

    def backward(da: Array) -> Array:
        return upstream(da, a, "da") * a * (1 - a)

    return a, backward


def tanh(z: Array) -> tuple[Array, Pullback[Array]]:
    """Squash into (-1, 1), symmetrically.

    Args:
        z: any shape.

    Returns:
        a: same shape, (exp(z) - exp(-z)) / (exp(z) + exp(-z)).
        backward: maps da to dz = da (1 - a^2).

    Raises:
        TypeError: z is not float32 or float64.

    Source: Arora, Neural Networks, "Standard activation functions"; Lee, "Forward & Backward propagation".
    """
    a = np.tanh(floats("z", z))

    def backward(da: Array) -> Array:
        return upstream(da, a, "da") * (1 - a * a)

    return a, backward


def relu(z: Array) -> tuple[Array, Pullback[Array]]:
    """Pass what is positive.

    Args:
        z: any shape.

    Returns:
        a: same shape, max(0, z).
        backward: maps da to dz = da where z > 0, else 0; the slope at the kink is taken as 0.

    Raises:
        TypeError: z is not float32 or float64.

    Source: Arora, Neural Networks, "Standard activation functions"; Lee, "Forward & Backward propagation".
    """
    a = np.clip(floats("z", z), 0, np.inf)  # three times as fast as np.maximum(z, 0)

    def backward(da: Array) -> Array:
        return upstream(da, a, "da") * (a > 0)  # several times as fast as np.where

    return a, backward


def hardtanh(z: Array) -> tuple[Array, Pullback[Array]]:
    """Pass what lies within [-1, 1], and cut off the rest: tanh drawn with a ruler.

    Args:
        z: any shape.

    Returns:
        a: same shape, min(max(z, -1), 1).
        backward: maps da to dz = da where -1 <= z <= 1, else 0.

    Raises:
        TypeError: z is not float32 or float64.

    Source: Lee, Backpropagation, "Forward & Backward propagation".
    """
    z = floats("z", z)
    a = np.clip(z, -1, 1)

    def backward(da: Array) -> Array:
        return upstream(da, a, "da") * (z == a)

    return a, backward
