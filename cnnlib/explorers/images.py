"""The pictures of the kernel explorer: what is bundled, and what a reader brings along."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits, sample_picture
from cnnlib.explorers.widget import rows


def coloured(image: Any) -> bool:
    """Whether it has colours, (3, H, W) or (H, W, 3)."""
    return np.ndim(image) == 3 and channels_last(image).shape[2] > 1


def colours(image: Any) -> Array:
    """A coloured picture as bytes (H, W, 3)."""
    array = channels_last(image)
    shown: Array = np.clip(array[:, :, :3] * (1.0 if array.max() > 1 else 255.0), 0, 255).round().astype(np.uint8)
    return shown


def channels_last(image: Any) -> Array:
    """(H, W, C) from (C, H, W), where C is 1 or 3; anything else as it is."""
    array = np.asarray(image)
    return np.moveaxis(array, 0, 2) if array.ndim == 3 and array.shape[0] in (1, 3) else array


def picture(name: str, value: Any) -> Array:
    """A picture (H, W) of float64, at most 256 x 256, from (H, W), or in colour from (3, H, W) or (H, W, 3)."""
    array = channels_last(value)
    if array.ndim == 3 and array.shape[2] in (3, 4):
        array = array[:, :, :3] @ [0.299, 0.587, 0.114]
    elif array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2 and max(array.shape) > 256:
        every = -(-max(array.shape) // 256)
        raise ValueError(
            f"{name} of {array.shape} is too big: 256 x 256 fits, for example {name}[::{every}, ::{every}]"
        )
    return rows(name, array, 256, 256)


def kept(name: str, value: Any) -> Array:
    """A picture as it is kept: with its colours, if it has any."""
    grey = picture(name, value)
    return np.array(value) if coloured(value) else grey


def pictures() -> dict[str, Array]:
    """The bundled pictures: a photograph of 96 x 96, digits of 8 x 8, and three whose outputs can be foreseen."""
    hopper = sample_picture()[12:492, 16:496].reshape(96, 5, 96, 5).mean((1, 3))
    written, labels, *_ = digits()
    at = np.arange(16)
    return {
        "photograph": hopper.astype(float),
        **{f"digit {n}": written[labels == n][0, 0].astype(float) for n in (0, 3, 4, 7)},
        "step edge": np.tile(at >= 8, (16, 1)).astype(float),
        "diagonal": (abs(at[:, None] - at) < 2).astype(float),
        "checkerboard": (at[:, None] // 2 + at // 2) % 2.0,
    }
