"""The pictures of the kernel explorer: what is bundled, and what a reader brings along."""

import io
import warnings
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from cnnlib.arguments import Array
from cnnlib.data import digits, sample_picture
from cnnlib.explorers.widget import rows

LARGEST = 8_000_000  # bytes of a file: a message of more than 10 MiB would end the connection with the kernel
SIDE = 192  # of a picture that was opened, small enough to be looked at pixel by pixel


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


def opened(name: str, data: bytes) -> Array:
    """The picture (3, H, W) in a file's bytes, upright, made small, from 0 to 1; what is clear is white.

    Raises:
        ValueError: naming the file, if it is too large, so that no bytes were sent, or nothing that Pillow reads.
    """
    if not data:
        raise ValueError(f"{name} is empty or too large: at most {LARGEST // 10**6} MB can be opened")
    if b"<svg" in data[:4096]:
        raise ValueError(f"{name} is an SVG drawing, which has no pixels: save it as PNG, and open that")
    bomb = Image.DecompressionBombWarning, Image.DecompressionBombError
    try:
        with warnings.catch_warnings(action="error", category=bomb[0]), Image.open(io.BytesIO(data)) as file:
            file.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded no larger than need be
            upright = ImageOps.exif_transpose(file)
            if upright.mode.startswith("I;16"):  # of 16 bits the upper 8 are shown
                upright = Image.fromarray((np.asarray(upright) // 257).astype(np.uint8))
            image = upright.convert("RGBA")
    except bomb:
        raise ValueError(f"{name} has too many pixels: at most {Image.MAX_IMAGE_PIXELS} can be opened") from None
    except Exception:  # the bytes may be anything, and so may be what a decoder stumbles over
        raise ValueError(f"{name} cannot be read as a picture") from None
    image.thumbnail((SIDE, SIDE))
    shown = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return np.moveaxis(np.asarray(shown) / 255, -1, 0)


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
