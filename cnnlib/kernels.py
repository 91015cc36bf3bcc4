"""Kernels on plain arrays: sliding, flipping, the matrix of a kernel, its parts, and what it reaches."""

import math
from collections.abc import Iterable

import numpy as np

from cnnlib.arguments import Array, Sides, floats, numeric, pair, whole
from cnnlib.layout import places, windows


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """The number of places that a kernel finds along one axis.

    Args:
        size: length of the input.
        kernel_size: length of the kernel or pooling window.
        stride: step between places.
        padding: cells added at *each* end.

    Returns:
        floor((size + 2 P - kernel_size) / S) + 1

    Raises:
        TypeError: an argument is not a whole number.
        ValueError: an argument is too small, or the kernel does not fit.

    Source: Mahmoud, Introduction to Neural Networks, "Padding" and "Stride"; Lee, Backpropagation (2/9).
    """
    lengths = whole("size", size), whole("kernel_size", kernel_size)
    steps = whole("stride", stride), whole("padding", padding, 0)
    return places(*((number,) for number in lengths + steps))[0]


def receptive_field(layers: Iterable[tuple[int, int]]) -> int:
    """How many input cells, along one axis, one cell of the last layer can see.

    Args:
        layers: (kernel_size, stride) of each layer, the first layer first; pooling layers count as well.

    Returns:
        1 + sum over layers l of (kernel_size_l - 1) stride_1 stride_2 ... stride_(l-1)

    Raises:
        TypeError, ValueError: a kernel size or stride is not a whole number, or is below 1.

    Source: Arora, Neural Networks, "Jargon".
    """
    reach, jump = 1, 1
    for kernel_size, stride in layers:
        reach += (whole("kernel_size", kernel_size) - 1) * jump
        jump *= whole("stride", stride)
    return reach


def correlate2d(x: Array, w: Array, *, stride: Sides = 1, padding: Sides = 0) -> Array:
    """Slide a kernel over a picture, as it stands: multiply, add up, move on.

    Args:
        x: picture (H, W), of whole or real numbers.
        w: kernel (KH, KW).
        stride: step between places, an int or a pair (rows, columns).
        padding: zeros around the picture on each side, an int or a pair (rows, columns).

    Returns:
        y: (OH, OW), see output_size.

    Raises:
        TypeError, ValueError: an array is not two-dimensional or not of numbers, the kernel does not fit.

    y[i, j] = sum over u, v of w[u, v] xpad[i S + u, j S + v]. Source: Lee, Backpropagation, equation 1.
    """
    x, w = numeric("x", x, "H", "W"), numeric("w", w, "KH", "KW")
    return np.tensordot(windows(x, w.shape, pair("stride", stride), pair("padding", padding, 0)), w, 2)


def convolve2d(x: Array, w: Array, *, stride: Sides = 1, padding: Sides = 0) -> Array:
    """Slide the flipped kernel over a picture: convolution as mathematics defines it.

    Args, Returns, Raises: as correlate2d.

    y[i, j] = sum over u, v of w[KH - 1 - u, KW - 1 - v] xpad[i S + u, j S + v]. The flip makes the operation
    commutative and associative, so that blur then edge is one kernel. Source: Lee, Backpropagation, equation 2.
    """
    return correlate2d(x, numeric("w", w, "KH", "KW")[::-1, ::-1], stride=stride, padding=padding)


def im2col(x: Array, kernel_size: Sides, *, stride: Sides = 1, padding: Sides = 0) -> Array:
    """Write every window of every image as a column, so that a convolution becomes one matrix product.

    Args:
        x: images (N, C, H, W).
        kernel_size: an int or a pair (rows, columns).
        stride, padding: as conv2d.

    Returns:
        columns: (N, C KH KW, OH OW), where w.reshape(F, -1) @ columns is y.reshape(N, F, -1). PyTorch's `unfold`.

    Raises:
        TypeError, ValueError: as conv2d.

    columns[n, (c, u, v), (i, j)] = xpad[n, c, i S + u, j S + v]. Source: Lee, "Convolution as a matrix multiplication".
    """
    x, size = floats("x", x, "N", "C", "H", "W"), pair("kernel_size", kernel_size)
    columns = windows(x, size, pair("stride", stride), pair("padding", padding, 0)).transpose(0, 1, 4, 5, 2, 3)
    return columns.reshape(len(x), math.prod(columns.shape[1:4]), math.prod(columns.shape[4:]))


def toeplitz(w: Array, size: Sides, *, stride: Sides = 1, padding: Sides = 0) -> Array:
    """The matrix that a kernel is: one row for every place, the same weights in each, shifted.

    Args:
        w: kernel (KH, KW).
        size: size of the picture, an int or a pair (H, W).
        stride, padding: as correlate2d.

    Returns:
        matrix: (OH OW, H W), with correlate2d(x, w).ravel() == matrix @ x.ravel(). Its transpose is the
            pullback: dx.ravel() == matrix.T @ dy.ravel().

    Raises:
        TypeError, ValueError: as correlate2d.

    matrix[(i, j), (i S + u, j S + v)] = w[u, v] for P = 0. Source: Arora, Neural Networks, "Convolution as Matrix
    Multiplication"; Mahmoud, Introduction to Neural Networks, the Jacobian of the one-dimensional case.
    """
    w, (height, width) = numeric("w", w, "KH", "KW"), pair("size", size)
    (rows, columns), (top, left) = pair("stride", stride), pair("padding", padding, 0)
    out = places((height, width), w.shape, (rows, columns), (top, left))
    matrix = np.zeros((*out, height + 2 * top, width + 2 * left), w.dtype)
    for i, j in np.ndindex(*out):
        matrix[i, j, i * rows : i * rows + len(w), j * columns : j * columns + w.shape[1]] = w
    return matrix[:, :, top : top + height, left : left + width].reshape(out[0] * out[1], height * width)


def separate(w: Array) -> tuple[Array, Array]:
    """Split a separable kernel into a column and a row: KH + KW products a pixel instead of KH KW.

    Args:
        w: kernel (KH, KW).

    Returns:
        column, row: (KH,) and (KW,), with np.outer(column, row) equal to w.

    Raises:
        TypeError: the kernel is not of numbers.
        ValueError: the kernel is not two-dimensional, or is no outer product: its rank is above 1.

    Every row of an outer product is a multiple of any other: take those through the largest entry. Source: Arora,
    Neural Networks, "Blur + Edge".
    """
    w = numeric("w", w, "KH", "KW").astype(float)
    if not w.size:
        raise ValueError(f"w must hold at least one weight, got shape {w.shape}")
    i, j = np.unravel_index(np.abs(w).argmax(), w.shape)
    largest = abs(w[i, j])
    column, row = np.sign(w[i, j]) * w[:, j], w[i] / (largest or 1.0)
    if not np.allclose(np.outer(column, row), w, rtol=0, atol=1e-6 * largest):
        rank = np.linalg.matrix_rank(w)
        raise ValueError(f"w is not separable: its rank is {rank}, and only rank 1 is a column times a row")
    return column, row
