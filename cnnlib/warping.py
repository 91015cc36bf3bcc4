"""Pictures turned and resized: every output pixel is told where in the input to look."""

import numpy as np

from cnnlib.arguments import Array, positive


def read(x: Array, rows: Array, columns: Array) -> Array:
    """Read pictures between their pixels: bilinear, and 0 beyond the rim.

    Args:
        x: pictures (..., H, W).
        rows, columns: where to look, (OH, OW) each; row 1.25 lies a quarter of the way from row 1 to row 2.

    Returns:
        y: (..., OH, OW), each the mean of the four pixels around its place, weighted by how near they are.
    """
    xpad = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(1, 1), (1, 1)])
    rows = np.clip(rows + 1, 0, xpad.shape[-2] - 1)
    columns = np.clip(columns + 1, 0, xpad.shape[-1] - 1)
    top = np.minimum(rows.astype(int), xpad.shape[-2] - 2)
    left = np.minimum(columns.astype(int), xpad.shape[-1] - 2)
    down, right = rows - top, columns - left
    upper = (1 - right) * xpad[..., top, left] + right * xpad[..., top, left + 1]
    lower = (1 - right) * xpad[..., top + 1, left] + right * xpad[..., top + 1, left + 1]
    return (1 - down) * upper + down * lower


def resize(x: Array, factor: float) -> Array:
    """Pictures grown or shrunk about their centre, in a frame of the same size.

    Args:
        x: pictures (..., H, W).
        factor: above 1 they grow, below 1 they shrink; above 0.

    Returns:
        y: (..., H, W), of the dtype of x.

    Raises:
        TypeError, ValueError: factor is not a number, or not above 0.
    """
    factor = positive("factor", factor)
    H, W = x.shape[-2:]
    i, j = np.indices((H, W))
    rows, columns = (i - (H - 1) / 2) / factor + (H - 1) / 2, (j - (W - 1) / 2) / factor + (W - 1) / 2
    return read(x, rows, columns).astype(x.dtype)
