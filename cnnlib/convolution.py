"""The convolution layer and its pullback, in one, two and (transposed) two dimensions.

As in every library, a "convolution" layer computes a cross-correlation: the kernel is not flipped. With stride S, and
with xpad for x with its rim of P zeros,

    y[n, f, i, j]      = b[f] + sum over c, u, v of  w[f, c, u, v] xpad[n, c, i S + u, j S + v]

The indices of output and tap add up to the input's. Read for each factor in turn, the same sentence gives

    db[f]              = sum over n, i, j of  dy[n, f, i, j]
    dw[f, c, u, v]     = sum over n, i, j of  dy[n, f, i, j] xpad[n, c, i S + u, j S + v]
    dxpad[n, c, m, q]  = sum over f, i, j of  dy[n, f, i, j] w[f, c, m - i S, q - j S]

`plain_conv2d` writes these four sums down as they stand: read it first. `conv2d` gives the same numbers much faster,
by the matrix products of products.py.
"""

from typing import Any

import numpy as np

from cnnlib import products
from cnnlib.arguments import Array, Pullback, Sides, Size, WeightedPullback, floats, pair, upstream, weights, whole
from cnnlib.layout import batch_first, batch_last, places, windows


def plain_conv2d(
    x: Array, w: Array, b: Array | None = None, *, stride: Sides = 1, padding: Sides = 0
) -> tuple[Array, Pullback[tuple[Array, ...]]]:
    """Correlate a batch of images with a bank of filters: conv2d, to be read rather than used.

    Args, Returns, Raises: as conv2d, without `input_gradient`.

    Equations at the head of this file. The dy that one pixel meets lie in a window, too: of dyup, which is dy with
    S - 1 zeros between its entries, inside a rim of KH - 1 and KW - 1 zeros. They meet the taps in reverse.
    """
    x, w, b, steps, rim = _checked(x, w, b, stride, padding)
    (height, width), (top, left), size = x.shape[2:], rim, w.shape[2:]
    seen = windows(x, size, steps, rim)  # seen[n, c, i, j, u, v] = xpad[n, c, i S + u, j S + v]
    y = np.einsum("ncijuv,fcuv->nfij", seen, w)
    if b is not None:
        y += b[:, None, None]

    def backward(dy: Array) -> tuple[Array, ...]:
        dy = upstream(dy, y)
        dyup = np.zeros((*y.shape[:2], *places(x.shape[2:], size, (1, 1), rim)), y.dtype)
        dyup[:, :, :: steps[0], :: steps[1]] = dy
        around = windows(dyup, size, padding=(size[0] - 1, size[1] - 1))
        dxpad = np.einsum("nfmquv,fcuv->ncmq", around, w[:, :, ::-1, ::-1])
        dx, dw = dxpad[:, :, top : top + height, left : left + width], np.einsum("ncijuv,nfij->fcuv", seen, dy)
        return (dx, dw) if b is None else (dx, dw, dy.sum((0, 2, 3)))

    return y, backward


def conv2d(
    x: Array, w: Array, b: Array | None = None, *, stride: Sides = 1, padding: Sides = 0
) -> tuple[Array, WeightedPullback[tuple[Array, ...]]]:
    """Correlate a batch of images with a bank of filters.

    Args:
        x: images (N, C, H, W).
        w: filters (F, C, KH, KW).
        b: one bias a filter (F,), or None.
        stride: step between places, an int or a pair (rows, columns).
        padding: zeros around the image on each side, an int or a pair (rows, columns).

    Returns:
        y: (N, F, OH, OW) with OH = floor((H + 2 P - KH) / S) + 1, likewise OW.
        backward: maps dy, of y's shape, to (dx, dw, db); to (dx, dw) without b. With `input_gradient=False`, as fits
            a first layer, dx is None and costs nothing.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; stride or padding is not whole.
        ValueError: shapes do not match, the kernel does not fit into the padded image, stride < 1, padding < 0.

    Equations at the head of this file. Source: Mahmoud, Introduction to Neural Networks, "Two Dimension CNN"; Raj,
    Convolutional Networks III, "But this too is a convolution"; Lee, Backpropagation, equations 13 and 20.
    """
    return _convolve(*_checked(x, w, b, stride, padding))


def conv1d(
    x: Array, w: Array, b: Array | None = None, *, stride: int = 1, padding: int = 0
) -> tuple[Array, WeightedPullback[tuple[Array, ...]]]:
    """Correlate a batch of signals with a bank of filters: a scan along time, or conv2d on images of one row.

    Args:
        x: signals (N, C, L).
        w: filters (F, C, K).
        b: one bias a filter (F,), or None.
        stride: step between places.
        padding: zeros at each end.

    Returns:
        y: (N, F, T) with T = floor((L + 2 P - K) / S) + 1.
        backward: maps dy, of y's shape, to (dx, dw, db); to (dx, dw) without b. With `input_gradient=False` dx is None.

    Raises:
        TypeError, ValueError: as conv2d.

    y[n, f, i] = b[f] + sum over c, k of w[f, c, k] xpad[n, c, i S + k]. Source: Mahmoud, Introduction to Neural
    Networks, "One dimensional CNN".
    """
    x = floats("x", x, "N", "C", "L")
    w, b = weights(x, w, b, "F", "C", "K", inputs="C", outputs="F")
    steps, rim = (whole("stride", stride),), (whole("padding", padding, 0),)
    places(x.shape[2:], w.shape[2:], steps, rim)
    y, backward2d = _convolve(x[:, :, None], w[:, :, None], b, (1, *steps), (0, *rim))
    value = y[:, :, 0]

    def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, ...]:
        dx, dw, *db = backward2d(upstream(dy, value)[:, :, None], input_gradient)
        return dx if dx is None else dx[:, :, 0], dw[:, :, 0], *db

    return value, backward


def conv_transpose2d(
    x: Array, w: Array, b: Array | None = None, *, stride: Sides = 1, padding: Sides = 0
) -> tuple[Array, Pullback[tuple[Array, ...]]]:
    """Add the kernel, times each pixel, into the output: conv2d's input gradient, used as a layer of its own.

    It equals zeros inserted between the pixels (upsampling by the stride), then a correlation with the flipped kernel.

    Args:
        x: images (N, C, H, W).
        w: filters (C, F, KH, KW), the axes in PyTorch's order: those of the conv2d that it transposes.
        b: one bias a filter (F,), or None.
        stride: step between the places of neighbouring pixels' kernels, an int or a pair (rows, columns).
        padding: rim cut off the output on each side, an int or a pair (rows, columns).

    Returns:
        y: (N, F, OH, OW) with OH = (H - 1) S + KH - 2 P, likewise OW.
        backward: maps dy, of y's shape, to (dx, dw, db); to (dx, dw) without b.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; stride or padding is not whole.
        ValueError: shapes do not match, the padding leaves no output, stride < 1, padding < 0.

    y[n, f, i, j] = b[f] + sum over c and m S + u = i + P, q S + v = j + P of x[n, c, m, q] w[c, f, u, v].
    Source: Raj, Convolutional Networks III, "The Upsampling Layer".
    """
    x = floats("x", x, "N", "C", "H", "W")
    w, b = weights(x, w, b, "C", "F", "KH", "KW", inputs="C", outputs="F")
    steps, rim = pair("stride", stride), pair("padding", padding, 0)
    size = tuple((n - 1) * s + k for n, s, k in zip(x.shape[2:], steps, w.shape[2:], strict=True))
    if min(size) < 1 or any(2 * cells >= n for n, cells in zip(size, rim, strict=True)):
        raise ValueError(f"padding {rim} leaves nothing of an output of {size}: it may be less than half of it")
    above = batch_last(x)
    y = products.input_gradient(above, w, size, steps)
    if b is not None:
        y += b[:, None, None, None]
    value = batch_first(y, rim)

    def backward(dy: Array) -> tuple[Array, ...]:
        dy = upstream(dy, value)
        bands = products.lay_bands(batch_last(dy, rim), w.shape[2:], steps)
        dx = batch_first(products.output(bands, w, x.shape[3], len(x)))
        dw = products.weight_gradient(bands, above, w.shape)
        return (dx, dw) if b is None else (dx, dw, dy.sum((0, 2, 3)))

    return value, backward


def _checked(
    x: object, w: object, b: object, stride: object, padding: object
) -> tuple[Array, Array, Array | None, Size, Size]:
    """The arguments of a layer on images, once they fit together."""
    x = floats("x", x, "N", "C", "H", "W")
    w, b = weights(x, w, b, "F", "C", "KH", "KW", inputs="C", outputs="F")
    return x, w, b, pair("stride", stride), pair("padding", padding, 0)


def _convolve(
    x: Array, w: Array, b: Array | None, stride: Size, padding: Size
) -> tuple[Array, WeightedPullback[tuple[Array, ...]]]:
    """The fast layer and its pullback on images, arguments already checked."""
    xpad, width = batch_last(x, padding), places(x.shape[2:], w.shape[2:], stride, padding)[1]
    bands = products.lay_bands(xpad, w.shape[2:], stride)
    y = products.output(bands, w, width, len(x))
    if b is not None:
        y += b[:, None, None, None]
    value = batch_first(y)

    def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, ...]:
        dy = batch_last(upstream(dy, value))
        dw = products.weight_gradient(bands, dy, w.shape)
        dx = batch_first(products.input_gradient(dy, w, xpad.shape[1:3], stride), padding) if input_gradient else None
        return (dx, dw) if b is None else (dx, dw, dy.sum((1, 2, 3)))

    return value, backward
