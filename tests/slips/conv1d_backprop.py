"""Wrong answers to this lecture's exercises that check the checks: no sentence is written for them."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.exercises.conv1d_line import input_jacobian, weight_jacobian
from cnnlib.exercises.layers import flat
from slips import layer_slips


def weight_gradient_last(dy: Array, x: Array) -> Array:
    return dy[-1] * x[len(dy) - 1 :]


def input_gradient_overwritten(dy: Array, w: Array) -> Array:
    dx = np.zeros(len(dy) + len(w) - 1)
    for t in range(len(dy)):
        dx[t : t + len(w)] = dy[t] * w
    return dx


def input_gradient_overwritten_by_taps(dy: Array, w: Array) -> Array:
    dx = np.zeros(len(dy) + len(w) - 1)
    for k in range(len(w)):
        dx[k : k + len(dy)] = dy * w[k]
    return dx


def input_gradient_wrapped(dy: Array, w: Array) -> Array:
    T, K = len(dy), len(w)
    return np.array([sum(dy[m - k] * w[k] for k in range(K) if m - k < T) for m in range(T + K - 1)])


def square_band(w: Array, L: int) -> Array:
    return sum((w[k] * np.eye(L, L, k) for k in range(len(w))), np.zeros((L, L)))


def input_jacobian_wrapped(w: Array, L: int) -> Array:
    K = len(w)
    return np.array([[w[m - t] if m - t < K else 0.0 for m in range(L)] for t in range(L - K + 1)])


SLIPS = {
    "conv1d_forward": [
        # bias missing
        lambda x, w, b: np.correlate(x, w, "valid"),
        # bias once a tap
        lambda x, w, b: np.correlate(x, w, "valid") + len(w) * b,
        # one output short
        lambda x, w, b: (np.correlate(x, w, "valid") + b)[:-1],
        # = for +=
        lambda x, w, b: w[-1] * x[len(w) - 1 :] + b,
        # padded
        lambda x, w, b: np.convolve(x, w[::-1], "full") + b,
    ],
    "conv1d_bias_gradient": [
        # not summed
        lambda dy: dy.copy(),
        # last entry only
        lambda dy: dy[-1],
        # first entry only
        lambda dy: dy[0],
    ],
    "conv1d_weight_gradient": [
        # dy reversed
        lambda dy, x: np.convolve(x, dy, "valid"),
        # = for +=
        weight_gradient_last,
        # minus for plus
        lambda dy, x: np.array([dy @ np.roll(x, k)[: len(dy)] for k in range(len(x) - len(dy) + 1)]),
        # shift forgotten
        lambda dy, x: np.full(len(x) - len(dy) + 1, dy @ x[: len(dy)]),
        # padded
        lambda dy, x: np.convolve(x, dy[::-1], "full"),
    ],
    "conv1d_input_gradient": [
        # negative index wrapped
        input_gradient_wrapped,
        # = for +=, output by output
        input_gradient_overwritten,
        # = for +=, tap by tap
        input_gradient_overwritten_by_taps,
        # dy reversed
        lambda dy, w: np.convolve(dy[::-1], w, "full"),
        # mean over the taps
        lambda dy, w: np.convolve(dy, w, "full") / len(w),
    ],
    "conv1d_weight_jacobian": [
        # taps reversed
        lambda x, K: weight_jacobian(x, K)[:, ::-1],
        # window not moved
        lambda x, K: np.tile(x[:K], (len(x) - K + 1, 1)),
        # one row short
        lambda x, K: weight_jacobian(x, K)[:-1],
        # windows that do not overlap
        lambda x, K: x[: len(x) // K * K].reshape(-1, K),
    ],
    "conv1d_input_jacobian": [
        # band on the wrong side
        lambda w, L: input_jacobian(w, L)[::-1],
        # negative index wrapped
        input_jacobian_wrapped,
        # too many rows
        square_band,
        # window not moved
        lambda w, L: np.tile(np.append(w, np.zeros(L - len(w))), (L - len(w) + 1, 1)),
    ],
    "conv1d_layer_forward": list(map(flat, layer_slips.FORWARD)),
    "conv1d_layer_backward": list(map(flat, layer_slips.BACKWARD)),
}
