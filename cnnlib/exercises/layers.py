"""A convolution layer with stride and padding, and the mistakes people make in it: shared by lectures 04, 05 and 06.

All of it is written for two dimensions, x (N, C, H, W) and w (F, C, KH, KW), with stride and padding as pairs
(rows, columns); `flat` turns any of it into one dimension, where the height is 1.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.arguments import Array, Pair
from cnnlib.checks import Inputs, Slips
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts


def pair(value: int | Pair) -> Pair:
    return value if isinstance(value, tuple) else (value, value)


# ---------------------------------------------------------------- the layer, by its index equations


def padded(x: Array, padding: int | Pair) -> Array:
    (top, left) = pair(padding)
    return np.pad(x, ((0, 0), (0, 0), (top, top), (left, left))) if top or left else x


def windows(x: Array, w: Array, stride: int | Pair, padding: int | Pair) -> Array:
    """What each output sees: (N, C, OH, OW, KH, KW)."""
    seen = sliding_window_view(padded(x, padding), w.shape[2:], (2, 3))
    return seen[:, :, :: pair(stride)[0], :: pair(stride)[1]]


def forward(x: Array, w: Array, b: Array, stride: int | Pair = 1, padding: int | Pair = 0) -> Array:
    """y[n, f, i, j] = sum_c,u,v w[f, c, u, v] xpad[n, c, s i + u, s j + v] + b[f]."""
    return np.einsum("ncijuv,fcuv->nfij", windows(x, w, stride, padding), w) + b[:, None, None]


def spread(dy: Array, w: Array, stride: int | Pair, shape: Pair) -> Array:
    """dxpad[n, c, s i + u, s j + v] += dy[n, f, i, j] w[f, c, u, v], before the rim is cut off."""
    (rows, columns), (OH, OW) = pair(stride), dy.shape[2:]
    dx = np.zeros((len(dy), w.shape[1], *shape), np.result_type(dy, w))
    for u, v in np.ndindex(*w.shape[2:]):
        met = dx[:, :, u : u + rows * OH : rows, v : v + columns * OW : columns]
        met[:, :, :OH, :OW] += np.einsum("nfij,fc->ncij", dy, w[:, :, u, v])
    return dx


def backward(
    dy: Array, x: Array, w: Array, stride: int | Pair = 1, padding: int | Pair = 0
) -> tuple[Array, Array, Array]:
    """dx, dw and db of `forward`."""
    dxpad = spread(dy, w, stride, padded(x, padding).shape[2:])
    seen = windows(x, w, stride, padding)[:, :, : dy.shape[2], : dy.shape[3]]
    return cut(dxpad, x, padding), np.einsum("nfij,ncijuv->fcuv", dy, seen), dy.sum((0, 2, 3))


def cut(dxpad: Array, x: Array, padding: int | Pair) -> Array:
    """The gradient of x inside that of the padded x."""
    (top, left), (H, W) = pair(padding), x.shape[2:]
    return dxpad[:, :, top : top + H, left : left + W]


# ---------------------------------------------------------------- cases


def make(sizes: tuple[int, ...], kernel: Pair, stride: int, padding: int, rng: Rng | None = None) -> Inputs:
    """Arrays for one case: sizes N, C, H, W, F; small whole numbers, or random ones from a generator."""
    N, C, H, W, F = sizes
    OH, OW = ((n + 2 * padding - k) // stride + 1 for n, k in zip((H, W), kernel, strict=True))
    shapes = {"dy": (N, F, OH, OW), "x": (N, C, H, W), "w": (F, C, *kernel), "b": (F,)}
    if rng is None:
        series = {
            "dy": (5, 7, 11, 13, 2, 3, 1, 4, 6, 8, 9, 12),
            "x": (2, 0, 1, 3, 4, 6, 5, 8, 7, 9, 3, 2, 1, 6, 4, 5, 8, 2, 7, 3, 9, 1, 0, 4, 6),
            "w": (1, -1, 2, 3, 5, -2, 4, 7),
            "b": (1, -2),
        }
        arrays = {name: np.resize(np.array(series[name], float), shape) for name, shape in shapes.items()}
    else:
        arrays = {name: rng.normal(size=shape) + (name == "b") for name, shape in shapes.items()}
    return arrays | {"stride": stride, "padding": padding}


def layer_cases(*names: str) -> Callable[[Rng], list[Inputs]]:
    """Cases for a two-dimensional layer with these arguments: one thing more at a time, then everything at once."""

    def cases(rng: Rng) -> list[Inputs]:
        random = make((2, 3, 7, 10, 4), (2, 3), 2, 1, rng)
        made = [
            make((1, 1, 2, 3, 1), (1, 2), 1, 0),
            make((1, 1, 3, 4, 1), (2, 3), 1, 0),
            make((1, 1, 4, 3, 1), (2, 1), 2, 0),
            make((1, 1, 1, 3, 1), (1, 2), 1, 1),
            make((1, 1, 1, 2, 1), (1, 2), 1, 2),
            make((1, 3, 2, 3, 1), (1, 2), 1, 0),
            make((2, 1, 2, 3, 1), (1, 2), 1, 0),
            make((1, 1, 2, 3, 2), (1, 2), 1, 0),
            make((1, 3, 1, 2, 1), (1, 2), 1, 3),
            random,
            make((3, 2, 7, 4, 2), (4, 1), 3, 3, rng),
            make((2, 2, 5, 6, 3), (3, 2), 1, 2, rng),
            make((1, 2, 8, 5, 2), (1, 1), 3, 0, rng),
            *in_other_layouts(random),
            make((1, 1, 4, 5, 1), (3, 2), 1, 0, rng),  # one thing alone, of which nobody can know the numbers
            make((1, 1, 5, 6, 1), (2, 1), 2, 0, rng),
            make((1, 1, 3, 2, 1), (2, 2), 1, 1, rng),
            make((2, 2, 3, 4, 2), (2, 3), 1, 0, rng),
        ]
        return [{name: inputs[name] for name in names} for inputs in made]

    return cases


def flat_cases(*names: str) -> Callable[[Rng], list[Inputs]]:
    """The same for a one-dimensional layer: x (N, C, L), w (F, C, K), dy (N, F, T)."""

    def line(sizes: tuple[int, ...], K: int, stride: int, padding: int, rng: Rng | None = None) -> Inputs:
        N, C, L, F = sizes
        inputs = make((N, C, K, L, F), (K, K), stride, padding, rng)  # square first, then one row of it
        T = (L + 2 * padding - K) // stride + 1
        return inputs | {
            "dy": np.ascontiguousarray(inputs["dy"][:, :, 0, :T]),
            "x": np.ascontiguousarray(inputs["x"][:, :, 0]),
            "w": np.ascontiguousarray(inputs["w"][:, :, 0]),
        }

    def cases(rng: Rng) -> list[Inputs]:
        random = line((2, 3, 10, 4), 3, 2, 1, rng)
        made = [
            line((1, 1, 3, 1), 2, 1, 0),
            line((1, 1, 5, 1), 3, 1, 0),
            line((1, 1, 6, 1), 3, 2, 0),
            line((1, 1, 3, 1), 2, 1, 1),
            line((1, 1, 3, 1), 1, 1, 2),
            line((1, 4, 3, 1), 2, 1, 0),
            line((2, 1, 3, 1), 2, 1, 0),
            line((1, 1, 3, 2), 2, 1, 0),
            line((1, 3, 2, 1), 2, 1, 3),
            random,
            line((3, 2, 7, 2), 4, 3, 3, rng),
            line((2, 2, 5, 3), 5, 1, 0, rng),
            line((1, 2, 8, 2), 1, 3, 0, rng),
            *in_other_layouts(random),
            line((1, 1, 8, 1), 3, 2, 0, rng),  # one thing alone, of which nobody can know the numbers
            line((1, 1, 4, 1), 2, 1, 1, rng),
        ]
        return [{name: inputs[name] for name in names} for inputs in made]

    return cases


def left_over(x: Array, w: Array, stride: int, padding: int) -> bool:
    return any((n + 2 * padding - k) % stride for n, k in zip(x.shape[2:], w.shape[2:], strict=True))


FEATURES: dict[str, Callable[..., bool]] = {
    "a stride above 1": lambda stride, **_: stride > 1,
    "padding": lambda padding, **_: padding > 0,
    "a stride and padding": lambda stride, padding, **_: stride > 1 and padding > 0,
    "several channels": lambda x, **_: x.shape[1] > 1,
    "several examples in the batch": lambda x, **_: len(x) > 1,
    "several filters": lambda w, **_: len(w) > 1,
    "several channels or several filters": lambda x, w, **_: x.shape[1] > 1 or len(w) > 1,
    "a kernel that is not square": lambda w, **_: w.ndim == 4 and w.shape[2] != w.shape[3],
    "an input that is not square": lambda x, **_: x.ndim == 4 and x.shape[2] != x.shape[3],
    "a stride that leaves entries over": lambda x, w, stride, padding, **_: left_over(x, w, stride, padding),
    **LAYOUTS,
}

# Parts of a forward pass: what each of them is about. A case may be about several, see `Part.failing`.
GROUPS: dict[str, Callable[..., bool]] = {
    "plain": lambda x, w, stride, padding, **_: (stride, padding) == (1, 0) or len(x) + x.shape[1] + len(w) > 3,
    "one map": lambda x, w, stride, padding, **_: (stride, padding) == (1, 0) and len(x) + x.shape[1] + len(w) == 3,
    "many maps": lambda x, w, **_: len(x) + x.shape[1] + len(w) > 3,
    "stride": lambda stride, **_: stride > 1,
    "padding": lambda padding, **_: padding > 0,
}


# ---------------------------------------------------------------- one dimension


def flat(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of two-dimensional arrays, for one-dimensional ones: the height is 1, its stride 1, its padding 0."""

    def flattened(*given: Any, stride: int = 1, padding: int = 0) -> Any:
        arrays = [array[:, :, None] if array.ndim == 3 else array for array in given if isinstance(array, np.ndarray)]
        step, rim = [*given, *(stride, padding)[len(given) - len(arrays) :]][-2:]
        result = function(*arrays, stride=(1, step), padding=(0, rim))
        return tuple(map(_line, result)) if isinstance(result, tuple) else _line(result)

    return flattened


def _line(array: Any) -> Any:
    return array[:, :, 0] if isinstance(array, np.ndarray) and array.ndim == 4 else array


def flat_slips(slips: Slips) -> Slips:
    """The same mistakes for one dimension; their sentences name no letter of an axis."""
    return {says: flat(slipped) for says, slipped in slips.items()}
