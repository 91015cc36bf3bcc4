"""The fully connected layer, and the way to it from a stack of maps."""

import math
from typing import Any

import numpy as np

from cnnlib.arguments import Array, Pullback, WeightedPullback, floats, upstream, weights


def linear(x: Array, w: Array, b: Array | None = None) -> tuple[Array, WeightedPullback[tuple[Array, ...]]]:
    """Weigh all inputs of every example, once for each output.

    Args:
        x: examples (N, D).
        w: weights (M, D), one row an output.
        b: biases (M,), or None.

    Returns:
        y: (N, M), y[n, j] = sum over d of w[j, d] x[n, d] + b[j]; in matrices y = x w^T + b.
        backward: maps dy (N, M) to (dx, dw, db) = (dy w, dy^T x, sum over n of dy[n]); to (dx, dw) without b. With
            `input_gradient=False` dx is None and costs nothing.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ.
        ValueError: shapes do not match.

    Source: Lee, Backpropagation, "Forward & Backward propagation"; Shi, Video 12.4, "Fully Connected Layers".
    """
    x = floats("x", x, "N", "D")
    w, b = weights(x, w, b, "M", "D", inputs="D", outputs="M")
    y = (w @ x.T).T  # the batch last in memory, as everywhere
    if b is not None:
        y += b

    def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, ...]:
        dy = upstream(dy, y)
        dx = (w.T @ dy.T).T if input_gradient else None
        return (dx, dy.T @ x) if b is None else (dx, dy.T @ x, dy.sum(0))

    return y, backward


def flatten(x: Array) -> tuple[Array, Pullback[Array]]:
    """Lay the maps of every example out as one row.

    Args:
        x: (N, ...), at least two axes.

    Returns:
        y: (N, D), D the product of all axes but the first; the last axis runs fastest.
        backward: maps dy (N, D) to dx of x's shape.

    Raises:
        TypeError: x is not float32 or float64.
        ValueError: x has fewer than two axes.

    Source: Raj, Convolutional Networks III, "Recap: A CNN, end-to-end".
    """
    x = floats("x", x)
    if x.ndim < 2:
        raise ValueError(f"x must have at least two axes (N, ...), got shape {x.shape}")
    # Reshaped with the batch last, so that maps that lie so in memory are not copied.
    y = np.moveaxis(x, 0, -1).reshape(math.prod(x.shape[1:]), len(x)).T

    def backward(dy: Array) -> Array:
        return np.moveaxis(upstream(dy, y).T.reshape(*x.shape[1:], len(x)), -1, 0)

    return y, backward
