"""The matrix products behind a fast convolution, on arrays with the batch last, (C, H, W, N).

Every sum of a convolution is a matrix product once its windows lie side by side. Copying whole windows (im2col) stores
a pixel KH KW times. Here only the shifts along a row are copied, KW times: shifts[m, c, v, j, n] = x[n, c, m, j S + v].
The KH rows under an output row then follow each other in memory. They are the windows of that row already, a band,
without another copy (Cho and Brand, MEC: Memory-efficient Convolution for Deep Neural Network, 2017).

    bands[i][(u, c, v), (j, n)] = x[n, c, i S + u, j S + v]
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnlib.arguments import Array, Size


def lay_bands(x: Array, kernel_size: Size, stride: Size) -> Array:
    """(C, H, W, N) -> (OH, KH C KW, OW N): a copy of the shifts along each row, and a view of it."""
    channels, height, length, images = x.shape
    columns, (channel, row, column, image) = (length - kernel_size[1]) // stride[1] + 1, x.strides
    shape = height, channels, kernel_size[1], columns, images
    shifts = as_strided(x, shape, (row, channel, column, stride[1] * column, image))
    shifts = np.ascontiguousarray(shifts).reshape(height, channels * kernel_size[1], columns * images)
    return _stack(shifts, kernel_size[0], stride[0])


def _stack(rows: Array, height: int, stride: int) -> Array:
    """(H, A, B) -> (OH, height A, B): entry i is rows i S to i S + height - 1, as a view that overlaps itself."""
    count = (len(rows) - height) // stride + 1
    shape, strides = (count, height * rows.shape[1], rows.shape[2]), (stride * rows.strides[0], *rows.strides[1:])
    return as_strided(rows, shape, strides)


def _parts(length: int, excess: float) -> int:
    """Into how many equal parts of an axis a matrix product is split: at least `excess`, or 1 if a few will not do.

    OpenBLAS multiplies small matrices at once, others after packing them for its threads: at half the speed, where they
    are not much larger. Small are up to 10^6 pairs of numbers and, if one factor is transposed, up to 1200 results.
    """
    return next((n for n in range(1, 5) if n >= excess and length % n == 0), 1)


def _multiply(matrix: Array, bands: Array, out: Array) -> None:
    """Put matrix @ bands[i] into out[i], for every i."""
    rows, terms, columns = bands.shape
    parts = _parts(columns, len(matrix) * terms * columns / 10**6)
    bands = bands.reshape(rows, terms, parts, columns // parts).swapaxes(1, 2)
    np.matmul(matrix, bands, out=out.reshape(rows, len(matrix), parts, columns // parts).swapaxes(1, 2))


def output(bands: Array, w: Array, width: int, images: int) -> Array:
    """Bands of x and w (F, C, KH, KW) -> y (F, OH, OW, N) of that width, whose row i is w @ bands[i]."""
    rows, terms, columns = bands.shape
    y = np.empty((len(w), rows, columns), bands.dtype)
    _multiply(w.transpose(0, 2, 1, 3).reshape(len(w), terms), bands, y.swapaxes(0, 1))
    return y.reshape(len(w), rows, width, images)


def weight_gradient(bands: Array, dy: Array, shape: Size) -> Array:
    """Bands of x and dy (F, OH, OW, N) -> dw of shape (F, C, KH, KW), the sum of bands[i] @ dy[:, i].T."""
    filters, channels, height, width = shape
    rows, terms, columns = bands.shape
    parts = _parts(terms, max(terms * filters * columns / 10**6, terms * filters / 1200))
    bands = bands.reshape(rows, parts, terms // parts, columns)
    dw = (bands @ dy.reshape(filters, rows, 1, columns).transpose(1, 2, 3, 0)).sum(0)
    return dw.reshape(height, channels, width, filters).transpose(3, 1, 0, 2)


def input_gradient(dy: Array, w: Array, size: Size, stride: Size) -> Array:
    """dy (F, OH, OW, N) and w (F, C, KH, KW) -> dx (C, H, W, N) of that size.

    Row m of x meets tap u where m = i S + u: the rows with m mod S = r meet every S-th tap from r on, and no others;
    likewise the columns. So a stride splits dx into lattices, each an input gradient of stride 1. That is a correlation
    of dy, between rows of zeros, with the taps of a column reversed; along a row, the shifts are added up.
    """
    filters, channels, height, width = w.shape
    _, rows, columns, images = dy.shape
    dx = np.zeros((channels, *size, images), dy.dtype)
    if stride != (1, 1):
        for r, s in np.ndindex(*stride):
            lattice, met = dx[:, r :: stride[0], s :: stride[1]], w[:, :, r :: stride[0], s :: stride[1]]
            if met.size:
                lattice[...] = input_gradient(dy, met, lattice.shape[1:3], (1, 1))
        return dx
    dypad = np.zeros((size[0] + height - 1, filters, columns * images), dy.dtype)
    dypad[height - 1 : height - 1 + rows] = dy.reshape(filters, rows, columns * images).transpose(1, 0, 2)
    dshifts = np.empty((size[0], channels * width, columns * images), dy.dtype)
    matrix = w[:, :, ::-1].transpose(1, 3, 2, 0).reshape(channels * width, height * filters)
    _multiply(matrix, _stack(dypad, height, 1), dshifts)
    dshifts = dshifts.reshape(size[0], channels, width, columns, images)
    for v in range(width):
        dx[:, :, v : v + columns] += dshifts[:, :, v].swapaxes(0, 1)
    return dx
