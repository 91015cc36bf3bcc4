"""A trained network taken apart for the eye: its stages, their maps side by side, what one unit looks at and sums.

A stage is a layer with the activations behind it. Whatever the layer is, its own pullback says what a unit does with
what comes in: of a sum w·x + b the slope is w, of a mean 1 / count, of a maximum 1 at the winner and else 0. So the
products of slope and input sum to the unit, up to its bias.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from cnnlib.arguments import Array, pair
from cnnlib.network import GAINS

APART = ("MaxPool2d", "AvgPool2d", *GAINS)  # every map for itself
Box = tuple[int, int, int, int]  # rows and columns: first, first, behind the last, behind the last


class Stage(NamedTuple):
    """Layers that are shown as one: perhaps a Flatten, then what sums, then its activations."""

    name: str
    layers: list[Any]
    activations: list[Any]


class Pass(NamedTuple):
    """One example through a stage: x in, z summed, a out, each (C, H, W) or (D,); slope: dz -> dx."""

    x: Array
    z: Array
    a: Array
    slope: Callable[[Array], Array]


def stages(network: Any) -> list[Stage]:
    """A network's stages; a Residual, or any layer that is no list, stays whole."""
    found: list[Stage] = []
    waiting: list[Any] = []
    for layer in flat(network):
        name = getattr(layer, "name", type(layer).__name__)
        if name == "Flatten":
            waiting.append(layer)
        elif name in GAINS and found and not waiting:
            last = found[-1]
            found[-1] = Stage(f"{last.name}, {name}", last.layers, [*last.activations, layer])
        else:
            found.append(Stage(name, [*waiting, layer], []))
            waiting = []
    return [*found, Stage("Flatten", waiting, [])] if waiting else found


def flat(network: Any) -> list[Any]:
    if getattr(network, "name", "") != "Sequential":
        return [network]
    return [layer for part in network.layers for layer in flat(part)]


def passes(parts: list[Stage], x: Array) -> list[Pass]:
    """What every stage makes of one example x (C, H, W)."""
    found, batch = [], x[None]
    for part in parts:
        z, pullbacks = batch, []
        for layer in part.layers:
            z, pullback = layer(z)
            pullbacks.append(pullback)
        a = z
        for layer in part.activations:
            a = layer(a)[0]

        def slope(dz: Array, pullbacks: list[Any] = pullbacks) -> Array:
            dx = dz[None]
            for pullback in reversed(pullbacks):
                dx = pullback(dx)[0]
            inner: Array = dx[0]
            return inner

        found.append(Pass(batch[0], z[0], a[0], slope))
        batch = a
    return found


def reach(part: Stage, box: Box, shape: tuple[int, ...]) -> Box:
    """The part of a stage's input (C, H, W), or (D,), that a part of its output is computed from.

    It may hang over, into the padding: output i reads inputs S i - P to S i - P + K - 1.
    """
    layer = part.layers[-1]
    name = getattr(layer, "name", "")
    if name in GAINS:
        return box
    if name not in ("Conv2d", "MaxPool2d", "AvgPool2d"):
        return 0, 0, *laid_out(shape)[1:]
    how = layer.operation.keywords
    size = layer.shapes["weight"][2:] if name == "Conv2d" else pair("kernel_size", how["kernel_size"])
    stride = size if how["stride"] is None else pair("stride", how["stride"])
    padding = pair("padding", how["padding"], 0)
    top, left = (n * s - p for n, s, p in zip(box[:2], stride, padding, strict=True))
    bottom, right = ((n - 1) * s - p + k for n, s, p, k in zip(box[2:], stride, padding, size, strict=True))
    return top, left, bottom, right


def laid_out(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """How values of this shape are laid out as maps: a vector (D,) as one map, in rows of at most 16."""
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    return 1, -(-shape[0] // 16), min(shape[0], 16)


def as_maps(values: Array) -> Array:
    """(C, H, W) as it is; a vector (D,) as it is laid out, filled up with nan."""
    shape = laid_out(values.shape)
    spare = [(0, int(np.prod(shape)) - values.size)] if values.ndim == 1 else 0
    return np.pad(values.astype(float), spare, constant_values=np.nan).reshape(shape)


class Tiling(NamedTuple):
    """Maps (C, H, W) side by side as one picture, with a gap of one pixel between them."""

    maps: int
    height: int
    width: int

    @property
    def columns(self) -> int:
        return min(self.maps, 8 if self.maps <= 16 else 16)

    def picture(self, values: Array) -> Array:
        """(rows, columns) of pixels, of values (C, H, W); the gaps are nan."""
        rows = -(-self.maps // self.columns)
        spare = rows * self.columns - self.maps
        tiles = np.pad(values, ((0, spare), (0, 1), (0, 1)), constant_values=np.nan)
        tiles = tiles.reshape(rows, self.columns, self.height + 1, self.width + 1).swapaxes(1, 2)
        return tiles.reshape(rows * (self.height + 1), -1)[:-1, :-1]

    def unit(self, row: int, column: int) -> tuple[int, int, int] | None:
        """Map, row and column of what lies at a pixel; None in a gap."""
        (down, i), (right, j) = divmod(row, self.height + 1), divmod(column, self.width + 1)
        map = down * self.columns + right
        return (map, i, j) if i < self.height and j < self.width and map < self.maps else None

    def boxes(self, maps: Iterable[int], box: Box) -> list[list[int]]:
        """A part of each of some maps, as far as it lies within: row, column, height, width of each."""
        top, left, bottom, right = clipped(box, (self.height, self.width))
        corners = [(map // self.columns * (self.height + 1), map % self.columns * (self.width + 1)) for map in maps]
        return [[down + top, across + left, bottom - top, right - left] for down, across in corners]


def clipped(box: Box, shape: tuple[int, ...]) -> Box:
    """As much of a box as lies within a shape (H, W)."""
    return max(0, box[0]), max(0, box[1]), min(shape[0], box[2]), min(shape[1], box[3])
