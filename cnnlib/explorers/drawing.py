"""Drawing on a picture of few pixels: strokes of a pen or an eraser, shifts, noise; every edit returns a new picture.

The bundled digits were written on a tablet, kept as 32 x 32 black and white points, and counted in blocks of 4 x 4:
a pixel is the share of it that is ink. A stroke here does the same: it inks each pixel by the share that it covers.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array


def covered(shape: tuple[int, ...], path: Any, width: float) -> Array:
    """How much of each pixel a round pen covers.

    Args:
        shape: rows and columns (H, W).
        path: the pen's way (N, 2), row and column in pixels, (0, 0) the upper left corner.
        width: of the pen, in pixels, at least 1.

    Returns:
        share: (H, W) from 0 to 1: width / 2 + 1 / 2 less the distance of the pixel's middle from the way, which is
            exact for a straight edge along the pixels. A stroke in pieces covers what the whole one does.
    """
    way = np.asarray(path, float).reshape(-1, 2)
    tails, steps = way[:-1] if len(way) > 1 else way, np.diff(way, axis=0) if len(way) > 1 else np.zeros((1, 2))
    middles = np.moveaxis(np.indices(shape), 0, -1)[:, :, None] + 0.5
    along = ((middles - tails) * steps).sum(-1) / np.maximum((steps**2).sum(-1), 1e-12)
    nearest = tails + np.clip(along, 0, 1)[..., None] * steps
    distance = np.linalg.norm(middles - nearest, axis=-1).min(-1)
    share: Array = np.clip(width / 2 + 0.5 - distance, 0, 1)
    return share


def inked(picture: Array, path: Any, width: float) -> Array:
    """After a stroke of the pen."""
    return np.maximum(picture, covered(picture.shape, path, width))


def erased(picture: Array, path: Any, width: float) -> Array:
    """After a stroke of the eraser."""
    return np.minimum(picture, 1 - covered(picture.shape, path, width))


def shifted(picture: Array, down: int, right: int) -> Array:
    """Moved by so many pixels; paper comes in, and what leaves is lost."""
    height, width = picture.shape
    moved: Array = np.zeros_like(picture)
    moved[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)] = picture[
        max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)
    ]
    return moved


def noisy(picture: Array, strength: float) -> Array:
    """With normal noise of this standard deviation, always the same, cut off at paper (0) and ink (1)."""
    noise = np.random.default_rng(0).standard_normal(picture.shape)
    return np.clip(picture + strength * noise, 0, 1)


EDITS: dict[str, Callable[..., Array]] = {  # what can be done to a picture, by name; knobs keep [name, ...]
    "draw": inked,
    "erase": erased,
    "shift": shifted,
    "clear": lambda picture: np.zeros_like(picture),
    "given": lambda picture, values: np.array(values, float),
    "descended": lambda picture, values: np.array(values, float),
}
