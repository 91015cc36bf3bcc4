"""Pictures turned, grown and shrunk: every output pixel is told where in the input to look."""

import numpy as np

from cnnlib.arguments import Array


def read(x: Array, rows: Array, columns: Array) -> Array:
    """Read pictures between their pixels: bilinear, and 0 beyond the rim.

    Args:
        x: pictures (..., H, W).
        rows, columns: where to look, (OH, OW) each; 1.25 lies a quarter of the way from row 1 to row 2.

    Returns:
        y: (..., OH, OW), the four pixels around each place, each weighted by its nearness.
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


def from_centre(x: Array) -> tuple[Array, Array]:
    """How far down and to the right of the centre each pixel of pictures (..., H, W) stands: two of (H, W)."""
    H, W = x.shape[-2:]
    rows, columns = np.mgrid[:H, :W]
    return rows - (H - 1) / 2, columns - (W - 1) / 2


def rotate(x: Array, degrees: float) -> Array:
    """Pictures (..., H, W) turned about their centre, against the clock, in a frame of the same size."""
    down, right = from_centre(x)
    H, W = x.shape[-2:]
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return read(x, c * down + s * right + (H - 1) / 2, c * right - s * down + (W - 1) / 2)


def resize(x, factor):
    down, right = from_centre(x)
    H, W = x.shape[-2:]
    return read(x, down / factor + (H - 1) / 2, right / factor + (W - 1) / 2)
