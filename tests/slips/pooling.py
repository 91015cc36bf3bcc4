"""Wrong answers to this lecture's exercises that check the checks: no sentence is written for them."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.exercises.pooling_backward import first, max_pool_backward, mean_pool_backward, spread
from cnnlib.exercises.pooling_powers import lp_pool
from cnnlib.exercises.pooling_shift import moved
from cnnlib.exercises.pooling_windows import max_pool, mean_pool
from cnnlib.exercises.resampling import conv_transpose, upsample


def window_exchanged(x: Array, KH: int, KW: int, stride: int) -> Array:
    return max_pool(x, KW, KH, stride)


def one_too_few(x: Array, KH: int, KW: int, stride: int) -> Array:
    y = max_pool(x, KH, KW, stride)
    return y[: max(1, len(y) - 1), : max(1, y.shape[1] - 1)]


def whole_numbers(dy: Array, x: Array, KH: int, KW: int, stride: int) -> Array:
    return max_pool_backward(dy, x, KH, KW, stride).astype(x.dtype)


def step_of_one(dy: Array, x: Array, KH: int, KW: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        window = x[i : i + KH, j : j + KW]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[i + u, j + v] += dy[i, j]
    return dx


def largest(x: Array, p: float, KH: int, KW: int, stride: int) -> Array:
    return max_pool(np.abs(x), KH, KW, stride)


def by_slices(x, steps):
    y = np.zeros(x.shape)
    if steps >= 0:
        y[:, steps:] = x[:, :-steps]
    else:
        y[:, :steps] = x[:, -steps:]
    return y


SLIPS = {
    "moved": [by_slices, lambda x, steps: x.copy(), lambda x, steps: moved(x, 1)],
    "max_pool": [window_exchanged, one_too_few],
    "mean_pool": [
        lambda x, KH, KW, stride: np.floor(mean_pool(x, KH, KW, stride)),
        lambda x, KH, KW, stride: mean_pool(x, KW, KH, stride),
    ],
    "max_pool_backward": [
        whole_numbers,
        step_of_one,
        lambda dy, x, KH, KW, stride: spread(dy, x, KH, KW, stride, lambda w: first(np.abs(w))),
    ],
    "mean_pool_backward": [
        lambda dy, shape, KH, KW, stride: mean_pool_backward(dy, shape, KW, KH, stride),
        lambda dy, shape, KH, KW, stride: mean_pool_backward(dy, shape, KH, KW, 1),
    ],
    "lp_pool": [
        largest,
        lambda x, p, KH, KW, stride: (lp_pool if p < 10 else largest)(x, p, KH, KW, stride),
        lambda x, p, KH, KW, stride: lp_pool(np.maximum(x, 0), p, KH, KW, stride),
        lambda x, p, KH, KW, stride: np.abs(mean_pool(x, KH, KW, stride)),
    ],
    "lp_pool_backward": [
        lambda dy, x, p, KH, KW, stride: spread(dy, x, KH, KW, stride, lambda w: np.sign(w)),
    ],
    "downsample": [lambda x, stride: x[:stride, :stride], lambda x, stride: x.copy()],
    "upsample": [lambda x, stride: np.repeat(x, stride, axis=1), lambda x, stride: upsample(x.T, stride)],
    "conv_transpose": [
        lambda x, w, stride, padding: conv_transpose(x, w.T, stride, padding),
        lambda x, w, stride, padding: conv_transpose(x, w, 1, padding),
        lambda x, w, stride, padding: conv_transpose(x, w, stride, 0),
    ],
}
