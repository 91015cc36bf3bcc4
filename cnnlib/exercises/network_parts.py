"""The parts of lecture 09's network in a few lines each, as the notebook has them; no exercise, only helpers."""

import numpy as np

from cnnlib.arguments import Array

Params = dict[str, Array]


def windows(x: Array, KH: int, KW: int) -> Array:
    """Every window of x (N, C, H, W) with a rim of zeros: (N, C, H, W, KH, KW), for odd KH and KW."""
    xpad = np.pad(x, ((0, 0), (0, 0), (KH // 2, KH // 2), (KW // 2, KW // 2)))
    return np.lib.stride_tricks.sliding_window_view(xpad, (KH, KW), axis=(2, 3))


def conv(x: Array, w: Array, b: Array | float) -> Array:
    """x (N, C, H, W), w (F, C, KH, KW), b (F,) -> (N, F, H, W), padded so that the size stays."""
    y = np.tensordot(windows(x, w.shape[2], w.shape[3]), w, ((1, 4, 5), (1, 2, 3)))
    return np.asarray(y + b).transpose(0, 3, 1, 2)


def conv_backward(dy: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """-> dx, dw."""
    dx = conv(dy, w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3), 0.0)
    dw = np.tensordot(dy, windows(x, w.shape[2], w.shape[3]), ((0, 2, 3), (0, 2, 3)))
    return dx, dw


def fours(a: Array) -> Array:
    """Each 2 x 2 block of a (N, C, H, W) as a row: (N, C, H/2, W/2, 4)."""
    N, C, H, W = a.shape
    return a.reshape(N, C, H // 2, 2, W // 2, 2).swapaxes(3, 4).reshape(N, C, H // 2, W // 2, 4)


def pool(a: Array) -> Array:
    """a (N, C, H, W), H and W even -> the largest of each 2 x 2 block."""
    return np.asarray(fours(a).max(axis=-1))


def pool_backward(dr: Array, a: Array) -> Array:
    """-> da: the slope of each block goes to its first largest entry."""
    N, C, H, W = a.shape
    won = fours(a).argmax(axis=-1)[..., None] == np.arange(4)
    shares = (won * dr[..., None]).reshape(N, C, H // 2, W // 2, 2, 2)
    return np.asarray(shares.swapaxes(3, 4).reshape(a.shape))


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -500, 500))))


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))
