"""The convolution layer and its pullback, in one, two and (transposed) two dimensions.

As in every library, a "convolution" layer computes a cross-correlation: the kernel is not flipped.

    y[n, f, i, j]  = b[f] + sum over c, k, l of  w[f, c, k, l] x[n, c, i s + k, j s + l]          s: stride

The indices of output and tap add up to the input's. Read for each factor in turn, the same sentence gives

    db[f]          = sum over n, i, j of  dy[n, f, i, j]
    dw[f, c, k, l] = sum over n, i, j of  dy[n, f, i, j] x[n, c, i s + k, j s + l]
    dx[n, c, p, q] = sum over f, i, j of  dy[n, f, i, j] w[f, c, p - i s, q - j s]

Each is a matrix product once the windows lie side by side. Copying whole windows (im2col) stores a pixel KH KW times.
Here only the shifts along a row are copied, z[h, c, l, j, n] = x[n, c, h, j s + l], with the batch last: KW times.
The KH rows under an output row then follow each other in memory: they are the matrix already, without a copy (Cho and
Brand, MEC: Memory-efficient Convolution for Deep Neural Network, 2017).
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnlib.arguments import Array, Pair, Pullback, Size, filters, floats, pair, upstream, whole
from cnnlib.windows import batch_first, batch_last, places


def _shifts(x: Array, width: int, stride: int) -> Array:
    """(C, H, W, N) -> (H, C width, OW N): z[h, (c, l), (j, n)] = x[c, h, j s + l, n], a copy."""
    channels, height, length, images = x.shape
    columns, (c, h, v, n) = (length - width) // stride + 1, x.strides
    z = as_strided(x, (height, channels, width, columns, images), (h, c, v, stride * v, n))
    return np.ascontiguousarray(z).reshape(height, channels * width, columns * images)


def _bands(z: Array, height: int, stride: int) -> Array:
    """(H, R, S) -> (OH, height R, S): band i is rows i s to i s + height - 1 of z, as a view that overlaps itself."""
    count = (len(z) - height) // stride + 1
    return as_strided(z, (count, height * z.shape[1], z.shape[2]), (stride * z.strides[0], *z.strides[1:]))


def _parts(length: int, excess: float) -> int:
    """Into how many equal parts of an axis a matrix product is split: at least `excess`, or 1 if a few will not do.

    OpenBLAS multiplies small matrices at once, others after packing them for its threads: at half the speed, where they
    are not much larger. Small are up to 10^6 pairs of numbers and, if one factor is transposed, up to 1200 results.
    """
    return next((n for n in range(1, 5) if n >= excess and length % n == 0), 1)


def _multiply(matrix: Array, bands: Array, out: Array) -> None:
    """Put matrix @ bands[i] into out[i], for every i."""
    rows, taps, columns = bands.shape
    parts = _parts(columns, len(matrix) * taps * columns / 10**6)
    bands = bands.reshape(rows, taps, parts, columns // parts).swapaxes(1, 2)
    np.matmul(matrix, bands, out=out.reshape(rows, len(matrix), parts, columns // parts).swapaxes(1, 2))


def _output(bands: Array, w: Array, width: int, images: int) -> Array:
    """Bands of x and w (F, C, KH, KW) -> y (F, OH, OW, N), whose row i is w @ bands[i]."""
    rows, taps, columns = bands.shape
    y = np.empty((len(w), rows, columns), bands.dtype)
    _multiply(w.transpose(0, 2, 1, 3).reshape(len(w), taps), bands, y.swapaxes(0, 1))
    return y.reshape(len(w), rows, width, images)


def _weight_gradient(bands: Array, dy: Array, shape: tuple[int, ...]) -> Array:
    """Bands of x and dy (F, OH, OW, N) -> dw of shape (F, C, KH, KW), the sum of bands[i] @ dy[:, i].T."""
    filters, channels, height, width = shape
    rows, taps, columns = bands.shape
    parts = _parts(taps, max(taps * filters * columns / 10**6, taps * filters / 1200))
    bands = bands.reshape(rows, parts, taps // parts, columns)
    dw = (bands @ dy.reshape(filters, rows, 1, columns).transpose(1, 2, 3, 0)).sum(0)
    return dw.reshape(height, channels, width, filters).transpose(3, 1, 0, 2)


def _input_gradient(dy: Array, w: Array, size: Size, stride: Size) -> Array:
    """dy (F, OH, OW, N) and w (F, C, KH, KW) -> dx (C, H, W, N).

    Row p of x meets tap k where p = i s + k: the rows with p mod s = r meet every s-th tap from r on, and no others;
    likewise the columns. So a stride splits dx into lattices, each an input gradient of stride 1. That is a correlation
    of dy, between rows of zeros, with the taps of a column reversed; along a row, the shifts are added up.
    """
    filters, channels, height, width = w.shape
    _, rows, columns, images = dy.shape
    dx = np.zeros((channels, *size, images), dy.dtype)
    if stride != (1, 1):
        for r, q in np.ndindex(*stride):
            lattice, taps = dx[:, r :: stride[0], q :: stride[1]], w[:, :, r :: stride[0], q :: stride[1]]
            if taps.size:
                lattice[...] = _input_gradient(dy, taps, lattice.shape[1:3], (1, 1))
        return dx
    between = np.zeros((size[0] + height - 1, filters, columns * images), dy.dtype)
    between[height - 1 : height - 1 + rows] = dy.reshape(filters, rows, columns * images).transpose(1, 0, 2)
    dz = np.empty((size[0], channels * width, columns * images), dy.dtype)
    matrix = w[:, :, ::-1].transpose(1, 3, 2, 0).reshape(channels * width, height * filters)
    _multiply(matrix, _bands(between, height, 1), dz)
    dz = dz.reshape(size[0], channels, width, columns, images)
    for k in range(width):
        dx[:, :, k : k + columns] += dz[:, :, k].swapaxes(0, 1)
    return dx


def _convolve(x: Array, w: Array, b: Array | None, stride: Size, padding: Size) -> tuple[Array, Pullback]:
    """The layer and its pullback on images (N, C, H, W), arguments already checked."""
    size = places(x.shape[2:], w.shape[2:], stride, padding)
    padded = batch_last(x, padding)
    bands = _bands(_shifts(padded, w.shape[3], stride[1]), w.shape[2], stride[0])
    y = _output(bands, w, size[1], len(x))
    if b is not None:
        y += b[:, None, None, None]
    value = batch_first(y)

    def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, ...]:
        dy = batch_last(upstream(dy, value))
        dw = _weight_gradient(bands, dy, w.shape)
        dx = batch_first(_input_gradient(dy, w, padded.shape[1:3], stride), padding) if input_gradient else None
        return (dx, dw) if b is None else (dx, dw, dy.sum((1, 2, 3)))

    return value, backward


def conv2d(
    x: Array, w: Array, b: Array | None = None, *, stride: Pair = 1, padding: Pair = 0
) -> tuple[Array, Pullback]:
    """Correlate a batch of images with a bank of filters.

    Args:
        x: images (N, C, H, W).
        w: filters (F, C, KH, KW).
        b: one bias a filter (F,), or None.
        stride: step between places, an int or a pair (rows, columns).
        padding: zeros around the image on each side, an int or a pair (rows, columns).

    Returns:
        y: (N, F, OH, OW) with OH = floor((H + 2 padding - KH) / stride) + 1, likewise OW.
        backward: maps dy, of y's shape, to (dx, dw, db); to (dx, dw) without b. With `input_gradient=False`, as fits
            a first layer, dx is None and costs nothing.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; stride or padding is not whole.
        ValueError: shapes do not match, the kernel does not fit into the padded image, stride < 1, padding < 0.

    Equations at the head of this file. Source: Mahmoud, Introduction to Neural Networks, "Two Dimension CNN"; Raj,
    Convolutional Networks III, "But this too is a convolution"; Lee, Backpropagation, equations 13 and 20.
    """
    x = floats("x", x, "N", "C", "H", "W")
    w, b = filters(x, w, b, "F", "C", "KH", "KW")
    return _convolve(x, w, b, pair("stride", stride), pair("padding", padding, 0))


def conv1d(x: Array, w: Array, b: Array | None = None, *, stride: int = 1, padding: int = 0) -> tuple[Array, Pullback]:
    """Correlate a batch of signals with a bank of filters: a scan along time, or conv2d on images of one row.

    Args:
        x: signals (N, C, L).
        w: filters (F, C, K).
        b: one bias a filter (F,), or None.
        stride: step between places.
        padding: zeros at each end.

    Returns:
        y: (N, F, T) with T = floor((L + 2 padding - K) / stride) + 1.
        backward: maps dy, of y's shape, to (dx, dw, db); to (dx, dw) without b. With `input_gradient=False` dx is None.

    Raises:
        TypeError, ValueError: as conv2d.

    y[n, f, i] = b[f] + sum over c, k of w[f, c, k] x[n, c, i s + k]. Source: Mahmoud, Introduction to Neural
    Networks, "One dimensional CNN".
    """
    x = floats("x", x, "N", "C", "L")
    w, b = filters(x, w, b, "F", "C", "K")
    steps, rim = (whole("stride", stride),), (whole("padding", padding, 0),)
    places(x.shape[2:], w.shape[2:], steps, rim)
    y, backward2d = _convolve(x[:, :, None], w[:, :, None], b, (1, *steps), (0, *rim))
    value = y[:, :, 0]

    def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, ...]:
        dx, dw, *db = backward2d(upstream(dy, value)[:, :, None], input_gradient)
        return dx if dx is None else dx[:, :, 0], dw[:, :, 0], *db

    return value, backward


def conv_transpose2d(
    x: Array, w: Array, b: Array | None = None, *, stride: Pair = 1, padding: Pair = 0
) -> tuple[Array, Pullback]:
    """Spread every pixel over the output by the kernel: conv2d's input gradient, used as a layer of its own.

    It equals zeros inserted between the pixels (upsampling by the stride), then a correlation with the flipped kernel.

    Args:
        x: images (N, C, H, W).
        w: filters (C, F, KH, KW), the axes in PyTorch's order: those of the conv2d that it transposes.
        b: one bias a filter (F,), or None.
        stride: step between the places that neighbouring pixels are spread from, an int or a pair (rows, columns).
        padding: rim cut off the output on each side, an int or a pair (rows, columns).

    Returns:
        y: (N, F, OH, OW) with OH = (H - 1) stride + KH - 2 padding, likewise OW.
        backward: maps dy, of y's shape, to (dx, dw, db); to (dx, dw) without b.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; stride or padding is not whole.
        ValueError: shapes do not match, the padding leaves no output, stride < 1, padding < 0.

    y[n, f, p, q] = b[f] + sum over c and i s + k = p + padding, j s + l = q + padding of x[n, c, i, j] w[c, f, k, l].
    Source: Raj, Convolutional Networks III, "The Upsampling Layer".
    """
    x = floats("x", x, "N", "C", "H", "W")
    w, b = filters(x, w, b, "C", "F", "KH", "KW")
    steps, rim = pair("stride", stride), pair("padding", padding, 0)
    size = tuple((n - 1) * s + k for n, s, k in zip(x.shape[2:], steps, w.shape[2:], strict=True))
    if min(size) < 1 or any(2 * p >= n for n, p in zip(size, rim, strict=True)):
        raise ValueError(f"padding {rim} leaves nothing of an output of {size}: it may be less than half of it")
    above = batch_last(x)
    y = _input_gradient(above, w, size, steps)
    if b is not None:
        y += b[:, None, None, None]
    value = batch_first(y, rim)

    def backward(dy: Array) -> tuple[Any, ...]:
        dy = upstream(dy, value)
        bands = _bands(_shifts(batch_last(dy, rim), w.shape[3], steps[1]), w.shape[2], steps[0])
        dx = batch_first(_output(bands, w, x.shape[3], len(x)))
        dw = _weight_gradient(bands, above, w.shape)
        return (dx, dw) if b is None else (dx, dw, dy.sum((0, 2, 3)))

    return value, backward
