"""Activations: what bends the line. Each pullback multiplies by the slope, entry by entry."""

import numpy as np

from cnnlib.arguments import Array, Pullback, floats, upstream


def step(x: Array) -> Array:
    """Fire or do not: the hard threshold of the perceptron. It has no pullback, for its slope is 0 wherever it exists.

    Args:
        x: any shape.

    Returns:
        y: same shape, +1 where x > 0, else -1.

    Raises:
        TypeError: x is not float32 or float64.

    Source: Arora, Neural Networks, "Simple network (AND)".
    """
    x = floats("x", x)
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(-1))


def sigmoid(x: Array) -> tuple[Array, Pullback]:
    """Squash into (0, 1): the logistic function.

    Args:
        x: any shape.

    Returns:
        y: same shape, 1 / (1 + exp(-x)), computed from exp(-|x|), which cannot overflow.
        backward: maps dy to dx = dy y (1 - y).

    Raises:
        TypeError: x is not float32 or float64.

    Source: Arora, Neural Networks, "Standard activation functions"; Lee, "Forward & Backward propagation".
    """
    x = floats("x", x)
    small = np.exp(-np.abs(x))
    y = np.where(x < 0, small, x.dtype.type(1)) / (1 + small)

    def backward(dy: Array) -> Array:
        return upstream(dy, y) * y * (1 - y)

    return y, backward


def tanh(x: Array) -> tuple[Array, Pullback]:
    """Squash into (-1, 1), symmetrically.

    Args:
        x: any shape.

    Returns:
        y: same shape, (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
        backward: maps dy to dx = dy (1 - y^2).

    Raises:
        TypeError: x is not float32 or float64.

    Source: Arora, Neural Networks, "Standard activation functions"; Lee, "Forward & Backward propagation".
    """
    y = np.tanh(floats("x", x))

    def backward(dy: Array) -> Array:
        return upstream(dy, y) * (1 - y * y)

    return y, backward


def relu(x: Array) -> tuple[Array, Pullback]:
    """Pass what is positive.

    Args:
        x: any shape.

    Returns:
        y: same shape, max(0, x).
        backward: maps dy to dx = dy where x > 0, else 0; the slope at the kink is taken as 0.

    Raises:
        TypeError: x is not float32 or float64.

    Source: Arora, Neural Networks, "Standard activation functions"; Lee, "Forward & Backward propagation".
    """
    y = np.clip(floats("x", x), 0, np.inf)  # three times as fast as np.maximum(x, 0)

    def backward(dy: Array) -> Array:
        return upstream(dy, y) * (y > 0)  # several times as fast as np.where

    return y, backward


def hardtanh(x: Array) -> tuple[Array, Pullback]:
    """Pass what lies within [-1, 1], and cut off the rest: tanh drawn with a ruler.

    Args:
        x: any shape.

    Returns:
        y: same shape, min(max(x, -1), 1).
        backward: maps dy to dx = dy where -1 <= x <= 1, else 0.

    Raises:
        TypeError: x is not float32 or float64.

    Source: Lee, Backpropagation, "Forward & Backward propagation".
    """
    x = floats("x", x)
    y = np.clip(x, -1, 1)

    def backward(dy: Array) -> Array:
        return upstream(dy, y) * (x == y)

    return y, backward
