"""Lecture 05: right answers written in other ways."""

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

import cnnlib
from cnnlib.checks.cases import given
from cnnlib.exercises import conv1d_line as lecture
from cnnlib.exercises.one_map import bias_gradient
from variants import floats

# ---------------------------------------------------------------- forward


def forward_loops(x, w, b):
    y = []
    for t in range(x.shape[0] - w.shape[0] + 1):
        total = 0.0
        for k in range(w.shape[0]):
            total += w[k] * x[t + k]
        y.append(total + b)
    return np.array(y)


def forward_windows(x, w, b):
    return sliding_window_view(x, len(w)) @ w + b


def forward_matrix(x, w, b):
    T = len(x) - len(w) + 1
    matrix = np.zeros((T, len(x)))
    for k, weight in enumerate(w):
        matrix[np.arange(T), np.arange(T) + k] = weight
    return matrix @ x + b


def forward_scipy(x, w, b):
    return scipy.signal.correlate(x, w, mode="valid", method="direct") + b


# ---------------------------------------------------------------- gradients


def bias_loop(dy):
    db = 0.0
    for value in dy:
        db += value
    return db


def bias_einsum(dy):
    return np.einsum("t->", dy)


def bias_array(dy):
    return np.array(dy @ np.ones(len(dy)))


def weight_loops(dy, x):
    dw = np.zeros(len(x) - len(dy) + 1)
    for t in range(len(dy)):
        for k in range(len(dw)):
            dw[k] += dy[t] * x[t + k]
    return dw


def weight_windows(dy, x):
    return np.einsum("t,kt->k", dy, sliding_window_view(x, len(dy)))


def weight_jacobian_product(dy, x):
    K = len(x) - len(dy) + 1
    return dy @ sliding_window_view(x, K)


def input_slices(dy, w):
    dx = np.zeros(len(dy) + len(w) - 1)
    for k, weight in enumerate(w):
        dx[k : k + len(dy)] += weight * dy
    return dx


def input_padded(dy, w):
    return np.correlate(np.pad(dy, len(w) - 1), w[::-1], "valid")


def input_scipy(dy, w):
    return scipy.signal.fftconvolve(dy, w)


def input_outer(dy, w):
    return np.array([np.fliplr(np.outer(dy, w)).trace(len(w) - 1 - m) for m in range(len(dy) + len(w) - 1)])


# ---------------------------------------------------------------- Jacobians


def weight_jacobian_windows(x, K):
    return sliding_window_view(x, K).copy()


def weight_jacobian_indices(x, K):
    return x[np.arange(len(x) - K + 1)[:, None] + np.arange(K)]


def input_jacobian_toeplitz(w, L):
    from scipy.linalg import toeplitz

    return toeplitz(np.r_[w[0], np.zeros(L - len(w))], np.r_[w, np.zeros(L - len(w))])


def input_jacobian_columns(w, L):
    T = L - len(w) + 1
    columns = [np.convolve(np.eye(L)[m], w[::-1])[len(w) - 1 : len(w) - 1 + T] for m in range(L)]
    return np.stack(columns, axis=1)


def input_jacobian_entries(w, L):
    T, K = L - len(w) + 1, len(w)
    return np.array([[w[m - t] if 0 <= m - t < K else 0.0 for m in range(L)] for t in range(T)])


# ---------------------------------------------------------------- the layer


def layer_forward_loops(x, w, b, stride=1, padding=0):
    (N, C, L), (F, _, K) = x.shape, w.shape
    y = np.zeros((N, F, (L + 2 * padding - K) // stride + 1))
    for n, f, t in np.ndindex(*y.shape):
        y[n, f, t] = b[f]
        for c in range(C):
            for k in range(K):
                m = stride * t + k - padding
                if 0 <= m < L:
                    y[n, f, t] += w[f, c, k] * x[n, c, m]
    return y


def layer_forward_tensordot(x, w, b, stride=1, padding=0):
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2))
    windows = sliding_window_view(xpad, w.shape[2], axis=2)[:, :, ::stride]
    return np.tensordot(windows, w, axes=([1, 3], [1, 2])).transpose(0, 2, 1) + b[:, None]


def layer_forward_scipy(x, w, b, stride=1, padding=0):
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2))
    one = [
        [sum(np.correlate(s, k, "valid") for s, k in zip(signal, taps, strict=True)) for taps in w] for signal in xpad
    ]
    return np.array(one)[:, :, ::stride] + b[None, :, None]


@floats
def layer_forward_cnnlib(x, w, b, stride=1, padding=0):
    return cnnlib.conv1d(x, w, b, stride=stride, padding=padding)[0]


def layer_backward_loops(dy, x, w, stride=1, padding=0):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[0])
    for n, f, t in np.ndindex(*dy.shape):
        db[f] += dy[n, f, t]
        for c in range(x.shape[1]):
            for k in range(w.shape[2]):
                m = stride * t + k - padding
                if 0 <= m < x.shape[2]:
                    dx[n, c, m] += dy[n, f, t] * w[f, c, k]
                    dw[f, c, k] += dy[n, f, t] * x[n, c, m]
    return dx, dw, db


def layer_backward_spread(dy, x, w, stride=1, padding=0):
    (N, C, L), (F, _, K) = x.shape, w.shape
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2))
    dense = np.zeros((N, F, L + 2 * padding - K + 1))
    dense[:, :, ::stride][:, :, : dy.shape[2]] = dy
    dx, dw = np.zeros(xpad.shape), np.zeros(w.shape)
    for n, f, c in np.ndindex(N, F, C):
        dx[n, c] += np.convolve(dense[n, f], w[f, c])
        dw[f, c] += np.correlate(xpad[n, c], dense[n, f], "valid")
    return dx[:, :, padding : L + padding], dw, dense.sum(axis=2).sum(axis=0)


@floats
def layer_backward_cnnlib(dy, x, w, stride=1, padding=0):
    _, backward = cnnlib.conv1d(x, w, np.zeros(len(w), x.dtype), stride=stride, padding=padding)
    return backward(dy)


# ---------------------------------------------------------------- descent


def fit_gradient_first(x, target, w, b, forward, weight_gradient, bias_gradient, rate=0.1, steps=1):
    w = w.copy()
    for _ in range(steps):
        error = forward(x, w, b) - target
        slope = error * 2 / error.size
        b = b - rate * bias_gradient(slope)
        w -= rate * weight_gradient(slope, x)
    return w, b


VARIANTS = {
    "conv1d_forward": (forward_loops, forward_windows, forward_matrix, forward_scipy),
    "conv1d_bias_gradient": (bias_loop, bias_einsum, bias_array),
    "conv1d_weight_gradient": (weight_loops, weight_windows, weight_jacobian_product),
    "conv1d_input_gradient": (input_slices, input_padded, input_scipy, input_outer),
    "conv1d_weight_jacobian": (weight_jacobian_windows, weight_jacobian_indices),
    "conv1d_input_jacobian": (input_jacobian_toeplitz, input_jacobian_columns, input_jacobian_entries),
    "conv1d_layer_forward": (
        layer_forward_loops,
        layer_forward_tensordot,
        layer_forward_scipy,
        layer_forward_cnnlib,
    ),
    "conv1d_layer_backward": (layer_backward_loops, layer_backward_spread, layer_backward_cnnlib),
    "fit_kernel": (fit_gradient_first,),
    "poll_dw_length": (["C", "B"], "BC", "b, c"),
    "poll_bug": ("B", ["b"]),
    "poll_stride_backward": (("A", "D"), "AD", "D A"),
}


def layer(rng):
    N, C, F, K, s, p = (int(v) for v in rng.integers((1, 1, 1, 1, 1, 0), (4, 4, 4, 5, 5, 4)))
    L = int(rng.integers(max(1, K - 2 * p), K + 9))
    x, w, b = rng.normal(size=(N, C, L)), rng.normal(size=(F, C, K)), rng.normal(size=F)
    dy = rng.normal(size=(N, F, (L + 2 * p - K) // s + 1))
    return {"dy": dy, "x": x, "w": w, "b": b, "stride": s, "padding": p}


def single(rng):
    K = int(rng.integers(1, 6))
    L = K + int(rng.integers(0, 8))
    x, w = rng.normal(size=L), rng.normal(size=K)
    return {"x": x, "w": w, "b": float(rng.normal()), "dy": rng.normal(size=L - K + 1), "K": K, "L": L}


def descent(rng):
    made = single(rng)
    functions = [given(f) for f in (lecture.forward, lecture.weight_gradient, bias_gradient)]
    return {
        **{"x": made["x"], "target": rng.normal(size=len(made["dy"])), "w": made["w"], "b": made["b"]},
        **dict(zip(("forward", "weight_gradient", "bias_gradient"), functions, strict=True)),
        **{"rate": 0.03, "steps": int(rng.integers(1, 5))},
    }


def some(make, *names):
    return lambda rng: {name: made for made_all in [make(rng)] for name, made in made_all.items() if name in names}


BATTERY = {
    "conv1d_forward": some(single, "x", "w", "b"),
    "conv1d_bias_gradient": some(single, "dy"),
    "conv1d_weight_gradient": lambda rng: {"dy": (made := single(rng))["dy"], "x": made["x"]},
    "conv1d_input_gradient": lambda rng: {"dy": (made := single(rng))["dy"], "w": made["w"]},
    "conv1d_weight_jacobian": some(single, "x", "K"),
    "conv1d_input_jacobian": some(single, "w", "L"),
    "conv1d_layer_forward": some(layer, "x", "w", "b", "stride", "padding"),
    "conv1d_layer_backward": some(layer, "dy", "x", "w", "stride", "padding"),
    "fit_kernel": descent,
}
