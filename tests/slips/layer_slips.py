"""Wrong layers, forward and backward, that check the checks of lectures 04, 05 and 06."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.exercises.layers import backward, cut, forward, padded, pair, windows


def padded_at_one_end(x: Array, w: Array, b: Array, stride: Any = 1, padding: Any = 0) -> Array:
    (top, left) = pair(padding)
    return forward(np.pad(x, ((0, 0), (0, 0), (0, 2 * top), (0, 2 * left))), w, b, stride)


def with_one(part: int, change: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """A slip that has one of dx, dw and db wrong: change(dy, x, w, stride, padding)."""

    def slipped(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Any, ...]:
        right = backward(dy, x, w, stride, padding)
        return *right[:part], change(dy, x, w, stride, padding), *right[part + 1 :]

    return slipped


with_dx, with_dw = partial(with_one, 0), partial(with_one, 1)


def with_db(change: Callable[[Array], Any]) -> Callable[..., tuple[Any, ...]]:
    return with_one(2, lambda dy, x, w, stride, padding: change(dy))


def first_channel_of(array: Array) -> Array:
    kept = np.zeros_like(array)
    kept[:, 0] = array[:, 0]
    return kept


def overwritten(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    (rows, columns), (OH, OW) = pair(stride), dy.shape[2:]
    dxpad = np.zeros(padded(x, padding).shape)
    for u, v in np.ndindex(*w.shape[2:]):
        met = (slice(u, u + rows * (OH - 1) + 1, rows), slice(v, v + columns * (OW - 1) + 1, columns))
        dxpad[:, :, *met] = np.einsum("nfij,fc->ncij", dy, w[:, :, u, v])
    return cut(dxpad, x, padding)


def overwritten_by_places(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    (rows, columns), (KH, KW) = pair(stride), w.shape[2:]
    dxpad = np.zeros(padded(x, padding).shape)
    for i, j in np.ndindex(*dy.shape[2:]):
        window = (slice(rows * i, rows * i + KH), slice(columns * j, columns * j + KW))
        dxpad[:, :, *window] = np.einsum("nf,fcuv->ncuv", dy[:, :, i, j], w)
    return cut(dxpad, x, padding)


def in_another_order(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
    dx, dw, db = backward(dy, x, w, stride, padding)
    return dw, dx, db


def last_window(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    seen = windows(x, w, stride, padding)[:, :, dy.shape[2] - 1, dy.shape[3] - 1]
    return np.einsum("nf,ncuv->fcuv", dy[:, :, -1, -1], seen)


FORWARD = [
    # stride ignored
    lambda x, w, b, stride=1, padding=0: forward(x, w, b, 1, padding),
    # padding ignored
    lambda x, w, b, stride=1, padding=0: forward(x, w, b, stride, 0),
    # stride and padding ignored
    lambda x, w, b, stride=1, padding=0: forward(x, w, b),
    # padded at one end
    padded_at_one_end,
    # bias missing
    lambda x, w, b, stride=1, padding=0: forward(x, w, 0 * b, stride, padding),
    # bias added twice
    lambda x, w, b, stride=1, padding=0: forward(x, w, 2 * b, stride, padding),
    # one bias for all filters
    lambda x, w, b, stride=1, padding=0: forward(x, w, np.full_like(b, b[0]), stride, padding),
    # first channel only
    lambda x, w, b, stride=1, padding=0: forward(x[:, :1], w[:, :1], b, stride, padding),
    # channels averaged
    lambda x, w, b, stride=1, padding=0: forward(x, w / x.shape[1], b, stride, padding),
    # first example only
    lambda x, w, b, stride=1, padding=0: forward(np.repeat(x[:1], len(x), 0), w, b, stride, padding),
]

BACKWARD = [
    # = for +=
    with_dx(overwritten),
    # = for +=, place by place
    with_dx(overwritten_by_places),
    # dx of the first channel only
    with_dx(lambda dy, x, w, stride, padding: first_channel_of(backward(dy, x, w, stride, padding)[0])),
    # dx from the first filter only
    with_dx(lambda dy, x, w, stride, padding: backward(dy[:, :1], x, w[:1], stride, padding)[0]),
    # dy reversed
    with_dw(lambda dy, x, w, stride, padding: backward(dy[:, :, ::-1, ::-1], x, w, stride, padding)[1]),
    # dw reversed
    with_dw(lambda dy, x, w, stride, padding: backward(dy, x, w, stride, padding)[1][:, :, ::-1, ::-1]),
    # = for += in dw
    with_dw(last_window),
    # dw from the first example only
    with_dw(lambda dy, x, w, stride, padding: backward(dy[:1], x[:1], w, stride, padding)[1]),
    # dw of the first channel only
    with_dw(lambda dy, x, w, stride, padding: first_channel_of(backward(dy, x, w, stride, padding)[1])),
    # one bias for all filters
    with_db(lambda dy: dy.sum()),
    # db of each example
    with_db(lambda dy: dy.sum((2, 3))),
    # mean for sum
    with_db(lambda dy: dy.mean((0, 2, 3))),
    # mean over the places
    with_db(lambda dy: dy.mean((2, 3)).sum(0)),
    # dx and dw in the wrong order
    in_another_order,
]
