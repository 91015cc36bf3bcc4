"""Pooling and resampling: what a window, or a lattice, keeps of a map.

The taps of a window are views of x, x_uv[i, j] = x[i S + u, j S + v], for every map of every image alike. Then

    max    y = max over u, v of x_uv                dx_uv += dy at the first maximum of each window
    mean   y = mean over u, v of x_uv               dx_uv += dy / (KH KW)
    L^p    y = (sum over u, v of |x_uv|^p)^(1/p)    dx_uv += dy sign(x_uv) (|x_uv| / y)^(p - 1)

with += because windows may overlap. Sources: Arora, Neural Networks, "Pooling Layer: Subsampling Equations"; Raj,
Convolutional Networks III, "Derivative of max pooling layer", "Derivative of mean pooling layer", "Recap: Resampling".
"""

from functools import reduce

import numpy as np

from cnnlib.arguments import Array, Pullback, Sides, Size, floats, pair, real, upstream
from cnnlib.layout import batch_first, batch_last, places, taps


def max_pool2d(
    x: Array, kernel_size: Sides, *, stride: Sides | None = None, padding: Sides = 0
) -> tuple[Array, Pullback[Array]]:
    """Keep the largest entry of every window.

    Args:
        x: maps (N, C, H, W).
        kernel_size: size of the window, an int or a pair (rows, columns).
        stride: step between windows, an int or a pair; by default the size of the window.
        padding: rim that never wins, at most half of the window, an int or a pair.

    Returns:
        y: (N, C, OH, OW) with OH = floor((H + 2 P - KH) / S) + 1, likewise OW.
        backward: maps dy, of y's shape, to dx. The first of tied maxima, row by row, takes it all.

    Raises:
        TypeError: x is not float32 or float64; a size is not a whole number.
        ValueError: x does not have four axes, a size is too small, the padding too large, the window does not fit.
    """
    x, size, steps, rim = _checked(x, kernel_size, stride, padding)
    xpad = batch_last(x, rim, -np.inf)
    seen = taps(xpad, size, steps)
    highest = np.maximum(seen[0], seen[-1])
    for tap in seen[1:-1]:
        np.maximum(highest, tap, out=highest)
    y = batch_first(highest)

    def backward(dy: Array) -> Array:
        dy, dxpad = batch_last(upstream(dy, y)), np.zeros_like(xpad)
        waiting = np.ones(dy.shape, bool)
        for (u, v), tap, dtap in zip(np.ndindex(*size), seen, taps(dxpad, size, steps), strict=True):
            first = (tap == highest) & waiting
            waiting ^= first
            if u < steps[0] and v < steps[1]:  # no tap before this one met these pixels: nothing to add to, so faster
                np.multiply(dy, first, out=dtap)
            else:
                dtap += dy * first
        return batch_first(dxpad, rim)

    return y, backward


def avg_pool2d(
    x: Array, kernel_size: Sides, *, stride: Sides | None = None, padding: Sides = 0
) -> tuple[Array, Pullback[Array]]:
    """Keep the mean of every window; the zeros of the padding count.

    Args:
        x: maps (N, C, H, W).
        kernel_size: size of the window, an int or a pair (rows, columns).
        stride: step between windows, an int or a pair; by default the size of the window.
        padding: rim of zeros, at most half of the window, an int or a pair.

    Returns:
        y: (N, C, OH, OW), as max_pool2d.
        backward: maps dy, of y's shape, to dx.

    Raises:
        TypeError, ValueError: as max_pool2d.
    """
    x, size, steps, rim = _checked(x, kernel_size, stride, padding)
    xpad = batch_last(x, rim)
    share = x.dtype.type(1 / (size[0] * size[1]))
    y = batch_first(reduce(np.add, taps(xpad, size, steps)) * share)

    def backward(dy: Array) -> Array:
        dy, dxpad = batch_last(upstream(dy, y)) * share, np.zeros_like(xpad)
        for dtap in taps(dxpad, size, steps):
            dtap += dy
        return batch_first(dxpad, rim)

    return y, backward


def lp_pool2d(x: Array, p: float, kernel_size: Sides, *, stride: Sides | None = None) -> tuple[Array, Pullback[Array]]:
    """Keep the L^p norm of every window: p = 1 adds up, a large p comes close to the largest.

    Args:
        x: maps (N, C, H, W).
        p: the power, a finite number of at least 1.
        kernel_size: size of the window, an int or a pair (rows, columns).
        stride: step between windows, an int or a pair; by default the size of the window.

    Returns:
        y: (N, C, OH, OW), as max_pool2d. Each window is first divided by its largest |x|, so that no power overflows.
        backward: maps dy, of y's shape, to dx; where a whole window is 0, so is its gradient.

    Raises:
        TypeError, ValueError: as max_pool2d; p is not a number, or is below 1 or infinite.
    """
    x, size, steps, _ = _checked(x, kernel_size, stride, 0)
    power = real("p", p, 1)
    stored = batch_last(x)
    seen = taps(stored, size, steps)
    scale = reduce(np.maximum, map(np.abs, seen))
    scale[scale == 0] = 1
    norm = scale * reduce(np.add, (np.abs(tap / scale) ** power for tap in seen)) ** (1 / power)
    y = batch_first(norm)

    def backward(dy: Array) -> Array:
        dy, dx = batch_last(upstream(dy, y)), np.zeros_like(stored)
        for tap, dtap in zip(seen, taps(dx, size, steps), strict=True):
            dtap += dy * np.sign(tap) * np.abs(tap / np.where(norm > 0, norm, scale)) ** (power - 1)
        return batch_first(dx)

    return y, backward


def downsample(x: Array, stride: Sides) -> tuple[Array, Pullback[Array]]:
    """Drop all rows and columns but every `stride`-th.

    Args:
        x: maps (N, C, H, W).
        stride: an int or a pair (rows, columns).

    Returns:
        y: (N, C, ceil(H / S), ceil(W / S)), y[i, j] = x[i S, j S].
        backward: maps dy, of y's shape, to dx: dy on the lattice, zeros between. A strided layer is a dense one, and
            then this.

    Raises:
        TypeError: x is not float32 or float64; stride is not a whole number.
        ValueError: x does not have four axes; stride < 1.
    """
    x, (rows, columns) = floats("x", x, "N", "C", "H", "W"), pair("stride", stride)
    y = x[:, :, ::rows, ::columns].copy()

    def backward(dy: Array) -> Array:
        dx = np.zeros_like(x)
        dx[:, :, ::rows, ::columns] = upstream(dy, y)
        return dx

    return y, backward


def upsample(x: Array, stride: Sides) -> tuple[Array, Pullback[Array]]:
    """Put stride - 1 rows and columns of zeros after every one.

    Args:
        x: maps (N, C, H, W).
        stride: an int or a pair (rows, columns).

    Returns:
        y: (N, C, H S, W S), y[m S, q S] = x[m, q], 0 elsewhere: the pullback of downsample.
        backward: maps dy, of y's shape, to dx[m, q] = dy[m S, q S].

    Raises:
        TypeError, ValueError: as downsample.
    """
    x, (rows, columns) = floats("x", x, "N", "C", "H", "W"), pair("stride", stride)
    y = np.zeros((*x.shape[:2], x.shape[2] * rows, x.shape[3] * columns), x.dtype)
    y[:, :, ::rows, ::columns] = x

    def backward(dy: Array) -> Array:
        return upstream(dy, y)[:, :, ::rows, ::columns].copy()

    return y, backward


def _checked(x: object, kernel_size: object, stride: object, padding: object) -> tuple[Array, Size, Size, Size]:
    """The arguments of a pooling layer; a window must stand on at least half of its length of real cells."""
    x, size = floats("x", x, "N", "C", "H", "W"), pair("kernel_size", kernel_size)
    steps, rim = size if stride is None else pair("stride", stride), pair("padding", padding, 0)
    if any(2 * cells > length for cells, length in zip(rim, size, strict=True)):
        raise ValueError(f"padding must be at most half of kernel_size {size}, got {rim}")
    places(x.shape[2:], size, steps, rim)
    return x, size, steps, rim
