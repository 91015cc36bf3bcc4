"""Lecture 07: right answers written in other ways."""

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

import cnnlib
from variants import floats

# ---------------------------------------------------------------- a move


def moved_padded(x, steps):
    rim = abs(steps)
    wide = np.pad(x, ((0, 0), (rim, rim)))
    return wide[:, rim - steps : rim - steps + x.shape[1]]


def moved_matrix(x, steps):
    return x @ np.eye(x.shape[1], k=steps)


def moved_rolled(x, steps):
    y = np.roll(x, steps, axis=1)
    if steps > 0:
        y[:, :steps] = 0
    elif steps < 0:
        y[:, steps:] = 0
    return y


# ---------------------------------------------------------------- windows


def max_loops(x, KH, KW, stride):
    OH, OW = (x.shape[0] - KH) // stride + 1, (x.shape[1] - KW) // stride + 1
    y = np.zeros((OH, OW))
    for i in range(OH):
        for j in range(OW):
            y[i, j] = np.max(x[stride * i : stride * i + KH, stride * j : stride * j + KW])
    return y


def max_by_taps(x, KH, KW, stride):
    OH, OW = (x.shape[0] - KH) // stride + 1, (x.shape[1] - KW) // stride + 1
    y = np.full((OH, OW), -np.inf)
    for u in range(KH):
        for v in range(KW):
            y = np.maximum(y, x[u:, v:][: stride * (OH - 1) + 1 : stride, : stride * (OW - 1) + 1 : stride])
    return y


@floats
def max_cnnlib(x, KH, KW, stride):
    return cnnlib.max_pool2d(x[None, None], (KH, KW), stride=stride)[0][0, 0]


def mean_loops(x, KH, KW, stride):
    OH, OW = (x.shape[0] - KH) // stride + 1, (x.shape[1] - KW) // stride + 1
    y = np.zeros((OH, OW))
    for i in range(OH):
        for j in range(OW):
            y[i, j] = np.sum(x[stride * i : stride * i + KH, stride * j : stride * j + KW]) / (KH * KW)
    return y


def mean_convolved(x, KH, KW, stride):
    return scipy.signal.correlate2d(x, np.full((KH, KW), 1 / (KH * KW)), mode="valid")[::stride, ::stride]


# ---------------------------------------------------------------- their ways back


def max_back_scan(dy, x, KH, KW, stride):
    dx = np.zeros(x.shape)
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            best = (stride * i, stride * j)
            for u in range(KH):
                for v in range(KW):
                    if x[stride * i + u, stride * j + v] > x[best]:
                        best = (stride * i + u, stride * j + v)
            dx[best] += dy[i, j]
    return dx


def max_back_divmod(dy, x, KH, KW, stride):
    dx = np.zeros(x.shape)
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            top, left = stride * i, stride * j
            u, v = divmod(int(np.argmax(x[top : top + KH, left : left + KW])), KW)
            dx[top + u, left + v] += dy[i, j]
    return dx


def max_back_at(dy, x, KH, KW, stride):
    seen = sliding_window_view(x, (KH, KW))[::stride, ::stride].reshape(*dy.shape, KH * KW)
    u, v = np.divmod(seen.argmax(axis=2), KW)
    i, j = np.indices(dy.shape)
    dx = np.zeros(x.shape)
    np.add.at(dx, (stride * i + u, stride * j + v), dy)
    return dx


@floats
def max_back_cnnlib(dy, x, KH, KW, stride):
    return cnnlib.max_pool2d(x[None, None], (KH, KW), stride=stride)[1](dy.astype(x.dtype)[None, None])[0, 0]


def mean_back_taps(dy, shape, KH, KW, stride):
    dx = np.zeros(shape)
    for u in range(KH):
        for v in range(KW):
            for i in range(dy.shape[0]):
                for j in range(dy.shape[1]):
                    dx[stride * i + u, stride * j + v] += dy[i, j] / (KH * KW)
    return dx


def mean_back_transposed(dy, shape, KH, KW, stride):
    spread = np.zeros((shape[0] - KH + 1, shape[1] - KW + 1))
    spread[::stride, ::stride] = dy
    return scipy.signal.convolve2d(spread, np.ones((KH, KW)) / (KH * KW))


@floats
def mean_back_cnnlib(dy, shape, KH, KW, stride):
    x = np.zeros((1, 1, *shape), dy.dtype)
    return cnnlib.avg_pool2d(x, (KH, KW), stride=stride)[1](dy[None, None])[0, 0]


# ---------------------------------------------------------------- powers


def lp_loops(x, p, KH, KW, stride):
    OH, OW = (x.shape[0] - KH) // stride + 1, (x.shape[1] - KW) // stride + 1
    y = np.zeros((OH, OW))
    for i in range(OH):
        for j in range(OW):
            window = np.abs(x[stride * i : stride * i + KH, stride * j : stride * j + KW])
            largest = window.max()
            if largest > 0:
                y[i, j] = largest * np.sum((window / largest) ** p) ** (1 / p)
    return y


def lp_logarithms(x, p, KH, KW, stride):
    with np.errstate(divide="ignore"):
        logs = p * np.log(np.abs(sliding_window_view(np.asarray(x, float), (KH, KW))[::stride, ::stride]))
    return np.exp(np.logaddexp.reduce(logs.reshape(*logs.shape[:2], -1), axis=2) / p)


@floats
def lp_cnnlib(x, p, KH, KW, stride):
    return cnnlib.lp_pool2d(x[None, None], p, (KH, KW), stride=stride)[0][0, 0]


def lp_back_loops(dy, x, p, KH, KW, stride):
    dx, y = np.zeros(x.shape), lp_loops(x, p, KH, KW, stride)
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            for m in range(stride * i, stride * i + KH):
                for q in range(stride * j, stride * j + KW):
                    if x[m, q] != 0:
                        dx[m, q] += dy[i, j] * np.sign(x[m, q]) * (abs(x[m, q]) / y[i, j]) ** (p - 1)
    return dx


def lp_back_taps(dy, x, p, KH, KW, stride):
    dx, y = np.zeros(x.shape), lp_loops(x, p, KH, KW, stride)
    OH, OW = dy.shape
    for u in range(KH):
        for v in range(KW):
            tap = slice(u, u + stride * (OH - 1) + 1, stride), slice(v, v + stride * (OW - 1) + 1, stride)
            share = np.abs(x[tap]) / np.where(y > 0, y, 1)
            dx[tap] += dy * np.sign(x[tap]) * share ** (p - 1)
    return dx


@floats
def lp_back_cnnlib(dy, x, p, KH, KW, stride):
    return cnnlib.lp_pool2d(x[None, None], p, (KH, KW), stride=stride)[1](dy.astype(x.dtype)[None, None])[0, 0]


# ---------------------------------------------------------------- resampling


def down_slice(x, stride):
    return x[::stride, ::stride]


def down_take(x, stride):
    H, W = x.shape
    return x[np.ix_(np.arange(0, H, stride), np.arange(0, W, stride))]


def down_matrix(x, stride):
    return np.eye(x.shape[0])[::stride] @ x @ np.eye(x.shape[1])[::stride].T


def up_kron(x, stride):
    corner = np.zeros((stride, stride))
    corner[0, 0] = 1
    return np.kron(x, corner)


def up_loops(x, stride):
    y = np.zeros((stride * x.shape[0], stride * x.shape[1]))
    for m in range(x.shape[0]):
        for q in range(x.shape[1]):
            y[stride * m, stride * q] = x[m, q]
    return y


def transpose_loops(x, w, stride, padding):
    (H, W), (KH, KW), P = x.shape, w.shape, padding
    wide = np.zeros((stride * (H - 1) + KH, stride * (W - 1) + KW))
    for m in range(H):
        for q in range(W):
            for u in range(KH):
                for v in range(KW):
                    wide[stride * m + u, stride * q + v] += x[m, q] * w[u, v]
    return wide[P : len(wide) - P, P : wide.shape[1] - P]


def transpose_by_weights(x, w, stride, padding):
    (H, W), (KH, KW) = x.shape, w.shape
    wide = np.zeros((stride * (H - 1) + KH, stride * (W - 1) + KW))
    for u, v in np.ndindex(KH, KW):
        wide[u : u + stride * (H - 1) + 1 : stride, v : v + stride * (W - 1) + 1 : stride] += w[u, v] * x
    return wide[padding : wide.shape[0] - padding, padding : wide.shape[1] - padding]


def transpose_scipy(x, w, stride, padding):
    wide = scipy.signal.convolve2d(up_kron(x, stride)[: stride * (len(x) - 1) + 1, : stride * (x.shape[1] - 1) + 1], w)
    return wide[padding : len(wide) - padding, padding : wide.shape[1] - padding]


@floats
def transpose_cnnlib(x, w, stride, padding):
    return cnnlib.conv_transpose2d(x[None, None], w[None, None], stride=stride, padding=padding)[0][0, 0]


VARIANTS = {
    "moved": (moved_padded, moved_matrix, moved_rolled),
    "max_pool": (max_loops, max_by_taps, max_cnnlib),
    "mean_pool": (mean_loops, mean_convolved),
    "max_pool_backward": (max_back_scan, max_back_divmod, max_back_at, max_back_cnnlib),
    "mean_pool_backward": (mean_back_taps, mean_back_transposed, mean_back_cnnlib),
    "lp_pool": (lp_loops, lp_logarithms, lp_cnnlib),
    "lp_pool_backward": (lp_back_loops, lp_back_taps, lp_back_cnnlib),
    "downsample": (down_slice, down_take, down_matrix),
    "upsample": (up_kron, up_loops),
    "conv_transpose": (transpose_loops, transpose_by_weights, transpose_scipy, transpose_cnnlib),
    "poll_bug_pool": ("B", {"b"}),
    "poll_sizes": ("AB", ["b", "a"]),
    "poll_kept": ("AC", {"C", "A"}),
}


def pooled(rng):
    """Windows of 1 to 4, that overlap, touch or leave gaps, over a map with and without ties."""
    KH, KW, stride = (int(n) for n in rng.integers(1, 5, 3))
    H, W = KH + int(rng.integers(0, 7)), KW + int(rng.integers(0, 7))
    OH, OW = (H - KH) // stride + 1, (W - KW) // stride + 1
    x = rng.normal(size=(H, W)) if rng.random() < 0.6 else rng.integers(-2, 3, (H, W)).astype(float)
    size = {"KH": KH, "KW": KW, "stride": stride}
    return {"dy": rng.normal(size=(OH, OW)), "x": x, "shape": (H, W), "p": float(rng.choice([1, 1.5, 2, 3, 7])), **size}


def some(*names):
    def inputs(rng):
        made = pooled(rng)
        return {name: made[name] for name in names}

    return inputs


def picture(rng):
    x = rng.normal(size=tuple(rng.integers(1, 7, 2)))
    return {"x": x, "steps": int(rng.integers(-7, 8))}


def resampled(rng):
    return {"x": rng.normal(size=tuple(rng.integers(1, 8, 2))), "stride": int(rng.integers(1, 5))}


def transposed(rng):
    KH, KW = (int(n) for n in rng.integers(1, 6, 2))
    most = (min(KH, KW) - 1) // 2
    w, padding = rng.normal(size=(KH, KW)), int(rng.integers(0, most + 1))
    return resampled(rng) | {"w": w} | {"stride": int(rng.integers(1, 5)), "padding": padding}


def transposed_in_order(rng):
    made = transposed(rng)
    return {name: made[name] for name in ("x", "w", "stride", "padding")}


WINDOW = ("KH", "KW", "stride")
BATTERY = {
    "moved": picture,
    "max_pool": some("x", *WINDOW),
    "mean_pool": some("x", *WINDOW),
    "max_pool_backward": some("dy", "x", *WINDOW),
    "mean_pool_backward": some("dy", "shape", *WINDOW),
    "lp_pool": some("x", "p", *WINDOW),
    "lp_pool_backward": some("dy", "x", "p", *WINDOW),
    "downsample": resampled,
    "upsample": resampled,
    "conv_transpose": transposed_in_order,
}
