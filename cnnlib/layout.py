"""Windows and taps as views of an array, and the memory layout of this package.

Every array has the shape (N, C, H, W), but what the operations compute lies in memory as (C, H, W, N). With the batch
last, one pixel of all images is one run of memory: window copies move long runs, and additions vectorise.
"""

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.arguments import Array, Size


@cache
def keep_memory() -> None:
    """Once: glibc hands big freed blocks back to the system, and every later step pays for fresh pages.

    Freeing one big block raises that threshold: about 2000 page faults in a training step become next to none.
    """
    np.empty(30 << 20, np.uint8)


def batch_last(x: Array, padding: Size = (0, 0), value: float = 0.0) -> Array:
    """(N, C, H, W) -> (C, H + 2 rows, W + 2 columns, N), contiguous; free where x lies so already, unpadded."""
    keep_memory()
    rows, columns = padding
    x = x.transpose(1, 2, 3, 0)
    if not (rows or columns):
        return np.ascontiguousarray(x)
    channels, height, width, images = x.shape
    xpad = np.full((channels, height + 2 * rows, width + 2 * columns, images), value, x.dtype)
    xpad[:, rows : rows + height, columns : columns + width] = x
    return xpad


def batch_first(x: Array, padding: Size = (0, 0)) -> Array:
    """(C, H + 2 rows, W + 2 columns, N) -> (N, C, H, W), a view: new shape, same memory, the rim left out."""
    rows, columns = padding
    return x[:, rows : x.shape[1] - rows, columns : x.shape[2] - columns].transpose(3, 0, 1, 2)


def taps(x: Array, kernel_size: Size, stride: Size) -> list[Array]:
    """(C, H, W, N) -> for each tap (u, v), row by row, the view (C, OH, OW, N) whose (i, j) is x[i S + u, j S + v]."""
    (height, width), (rows, columns) = kernel_size, stride
    down, right = x.shape[1] - height + 1, x.shape[2] - width + 1
    return [x[:, u : u + down : rows, v : v + right : columns] for u in range(height) for v in range(width)]


def places(size: Size, kernel_size: Size, stride: Size, padding: Size) -> Size:
    """How many places a kernel finds along each axis: floor((size + 2 P - kernel) / S) + 1."""
    most = tuple(length + 2 * rim for length, rim in zip(size, padding, strict=True))
    if any(k > length for k, length in zip(kernel_size, most, strict=True)):
        raise ValueError(
            f"a kernel of size {kernel_size} does not fit into an input of size {size} with padding {padding}: "
            f"it may have at most {most}"
        )
    return tuple((n - k) // s + 1 for n, k, s in zip(most, kernel_size, stride, strict=True))


def windows(x: Array, kernel_size: Size, stride: Size = (1, 1), padding: Size = (0, 0)) -> Array:
    """(..., H, W) -> (..., OH, OW, KH, KW), whose [..., i, j, u, v] is xpad[..., i S + u, j S + v]: a view of xpad."""
    places(x.shape[-2:], kernel_size, stride, padding)
    xpad = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(cells, cells) for cells in padding])
    return sliding_window_view(xpad, kernel_size, (-2, -1))[..., :: stride[0], :: stride[1], :, :]
