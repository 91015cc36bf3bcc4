"""A network in words, and a trained one as plain text that can be kept in a notebook.

"conv 8, relu, pool, conv 16, relu, pool, flatten, linear 32, relu, linear 10"

conv 8      8 kernels of 3 x 3, with a rim of zeros so that the maps keep their size; `conv 8 5` has 5 x 5
pool        the largest of each 2 x 2 block
flatten     maps to rows; needed once, before the first linear
linear 32   32 units
relu, sigmoid, tanh
"""

import base64
import binascii
import itertools
import math
import re
import struct
from collections.abc import Iterable, Sequence

import numpy as np

from cnnlib.arguments import Size
from cnnlib.network import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh

BENDS = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
STEP = re.compile(r"(conv) (\d{1,4})(?: (\d{1,2}))?|(linear) (\d{1,5})|(pool|flatten|relu|sigmoid|tanh)")
KNOWN = "conv 8 (or conv 8 5), pool, flatten, linear 32, relu, sigmoid, tanh"
WIDTH = 112  # characters a line
MOST_LAYERS = 100
BETWEEN = 10  # layers without parameters take time and memory, too


def build(
    recipe: str, shape: Size = (1, 8, 8), *, seed: int = 0, dtype: type = np.float32, most: float = math.inf
) -> Sequential:
    """Make a network from its recipe.

    Args:
        recipe: layers, separated by commas; see above.
        shape: of one input, (C, H, W).
        seed: fixes the weights to be drawn.
        dtype: np.float32 or np.float64.
        most: how many parameters there may be; and BETWEEN times as many numbers between its layers, for one input.

    Raises:
        ValueError: a word is unknown, a layer does not fit what comes before it, there are too many parameters or
            numbers.
    """
    layers: list[Layer] = []
    steps, count, between = [part.strip() for part in recipe.split(",")], 0, 0
    if len(steps) > MOST_LAYERS:
        raise ValueError(f"a recipe has at most {MOST_LAYERS} layers, this one {len(steps):,}")
    for step in steps:
        layer, shape = _layer(step, shape)
        count += sum(math.prod(size) for size in layer.shapes.values())
        if count > most:
            raise ValueError(f"the recipe makes more than {most:,} parameters: with {step!r} there are {count:,}")
        between += math.prod(shape)
        if between > BETWEEN * most:
            raise ValueError(f"the layers make more than {BETWEEN * most:,} numbers of one input, up to {step!r}")
        layers.append(layer)
    return Sequential(*layers, seed=seed, dtype=dtype)


def _layer(step: str, shape: Size) -> tuple[Layer, Size]:
    """The layer of one step of a recipe, and the shape that it makes of `shape`."""
    if not (read := STEP.fullmatch(step)):
        raise ValueError(f"a recipe holds {KNOWN}, separated by commas; got {step[:40]!r}")
    convolution, filters, size, _, units, word = read.groups()
    if units or filters:
        if int(units or filters) < 1:
            raise ValueError(f"{step!r} must make at least one output")
        if bool(units) != (len(shape) == 1):
            raise ValueError(f"{step!r} takes {'rows' if units else 'maps'}, but gets {shape}: where is flatten due?")
    if units:
        return Linear(shape[0], int(units)), (int(units),)
    if convolution:
        width = int(size or 3)
        if width % 2 == 0:
            raise ValueError(f"{step!r}: a kernel of {width} x {width} has no middle; odd sizes keep the maps' size")
        if width > (most := 2 * max(shape[1:]) - 1):
            raise ValueError(
                f"{step!r}: on maps of {shape[1:]} a kernel beyond {most} x {most} meets nothing but the rim"
            )
        return Conv2d(shape[0], int(filters), width, padding=width // 2), (int(filters), *shape[1:])
    if word == "flatten":
        return Flatten(), (math.prod(shape),)
    if word == "pool":
        if len(shape) != 3 or min(shape[1:]) < 2:
            raise ValueError(f"pool needs maps of at least 2 x 2, but gets {shape}")
        return MaxPool2d(2), (shape[0], shape[1] // 2, shape[2] // 2)
    return BENDS[word](), shape


def pack(recipe: str, network: Sequential) -> str:
    """A trained network as text: its recipe, then its weights, one byte each.

    Of each array the largest entry becomes 127 or -127 and the others whole numbers between, so a weight is off by at
    most a 254th of its array's largest: what is unpacked is nearly the same network. Measure it again.

    Args:
        recipe: what `build` made the network from.
        network: that network, trained.

    Returns:
        text: lines of at most 112 characters, or of the recipe's length if that is more.

    Raises:
        ValueError: a weight is inf or nan.
    """
    data = bytearray()
    for name, array in network.parameters.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds inf or nan: this training went astray")
        scale = float(np.abs(array).max()) / 127 or 1.0
        data += struct.pack("<f", scale) + np.round(array / scale).astype(np.int8).tobytes()
    text = base64.b85encode(bytes(data)).decode()
    return "\n".join([recipe, *(text[start : start + WIDTH] for start in range(0, len(text), WIDTH))])


def unpack(lines: str | Iterable[str], shape: Size = (1, 8, 8), *, most: float = math.inf) -> tuple[str, Sequential]:
    """The network in a text that `pack` made.

    Args:
        lines: the text, or its lines. Spaces around a line and empty lines do not matter.
        shape, most: as in `build`.

    Returns:
        recipe, network.

    Raises:
        ValueError: the text is no network, or not all of one.
    """
    split: Sequence[str] = lines.splitlines() if isinstance(lines, str) else list(lines)
    recipe, *rest = [line.strip() for line in split if line.strip()] or [""]
    network = build(recipe, shape, most=most)
    sizes = [leaf.shapes[key] for leaf in network.leaves for key in leaf.shapes]
    try:
        data = base64.b85decode("".join(rest))
    except (ValueError, binascii.Error):
        raise ValueError("the lines below the recipe are not what pack printed: is a character missing?") from None
    due = sum(4 + math.prod(size) for size in sizes)
    if len(data) != due:
        raise ValueError(
            f"this recipe has {due:,} bytes of weights, but the text holds {len(data):,}: is a line missing?"
        )
    ends = itertools.accumulate((4 + math.prod(size) for size in sizes), initial=0)
    for array, start in zip(network.parameters.values(), ends, strict=False):
        (scale,) = struct.unpack_from("<f", data, start)
        if not math.isfinite(scale):
            raise ValueError("the weights hold inf or nan: this training went astray")
        array[...] = scale * np.frombuffer(data, np.int8, array.size, start + 4).reshape(array.shape)
    return recipe, network
