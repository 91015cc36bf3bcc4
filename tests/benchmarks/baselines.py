"""What the operations are measured against: convolution and pooling as they are usually written in NumPy."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def windows(x, kernel_size, stride, padding):
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)]) if padding else x
    return sliding_window_view(padded, kernel_size, axis=(2, 3))[:, :, ::stride, ::stride]


def spread(dwindows, shape, stride, padding):
    """Add the gradients of all windows (N, C, KH, KW, OH, OW) into the image that they overlap on."""
    n, c, h, w = shape
    dx = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dwindows.dtype)
    rows, columns = dwindows.shape[4:]
    for i, j in np.ndindex(*dwindows.shape[2:4]):
        dx[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += dwindows[:, :, i, j]
    return dx[:, :, padding : padding + h, padding : padding + w]


def conv2d_tensordot(x, w, b, *, stride=1, padding=0):
    """Sliding windows summed up with tensordot: of x for y and dw, of dy with zeros between and around it for dx."""
    height, width = w.shape[2:]
    seen = windows(x, (height, width), stride, padding)
    y = np.tensordot(seen, w, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + b[:, None, None]

    def backward(dy, input_gradient=True):
        dw = np.tensordot(dy, seen, ((0, 2, 3), (0, 2, 3)))
        dx = None
        if input_gradient:
            n, f, rows, columns = dy.shape
            high, wide = x.shape[2] + 2 * padding, x.shape[3] + 2 * padding
            around = np.zeros((n, f, high + height - 1, wide + width - 1), dy.dtype)
            lattice = around[:, :, height - 1 :: stride, width - 1 :: stride]
            lattice[:, :, :rows, :columns] = dy
            flipped = w[:, :, ::-1, ::-1]
            dx = np.tensordot(windows(around, (height, width), 1, 0), flipped, ((1, 4, 5), (0, 2, 3)))
            dx = dx.transpose(0, 3, 1, 2)[:, :, padding : high - padding, padding : wide - padding]
        return dx, dw, dy.sum((0, 2, 3))

    return y, backward


def conv2d_im2col(x, w, b, *, stride=1, padding=0):
    """All windows of all images as the columns of one matrix, (N, C, H, W) in memory, one matrix product."""
    images, filters = len(x), len(w)
    seen = windows(x, w.shape[2:], stride, padding)
    size, flat = seen.shape[2:4], w.reshape(filters, -1)
    matrix = seen.transpose(1, 4, 5, 0, 2, 3).reshape(flat.shape[1], -1)
    y = np.ascontiguousarray((flat @ matrix).reshape(filters, images, *size).swapaxes(0, 1)) + b[:, None, None]

    def backward(dy, input_gradient=True):
        rows = np.ascontiguousarray(dy.swapaxes(0, 1)).reshape(filters, -1)
        dx = None
        if input_gradient:
            dcolumns = (flat.T @ rows).reshape(*w.shape[1:], images, *size).transpose(3, 0, 1, 2, 4, 5)
            dx = spread(dcolumns, x.shape, stride, padding)
        return dx, (rows @ matrix.T).reshape(w.shape), dy.sum((0, 2, 3))

    return y, backward


def max_pool2d(x, size):
    """Windows that tile the map, as two more axes of it."""
    n, c, h, w = x.shape
    tiles = x.reshape(n, c, h // size, size, w // size, size)
    y = tiles.max((3, 5))

    def backward(dy):
        return ((tiles == y[:, :, :, None, :, None]) * dy[:, :, :, None, :, None]).reshape(x.shape)

    return y, backward


def relu(x):
    return np.maximum(x, 0), lambda dy: dy * (x > 0)
