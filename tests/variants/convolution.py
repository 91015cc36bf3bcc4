"""Lecture 04: right answers written in other ways."""

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

import cnnlib
from cnnlib.checks.cases import given
from cnnlib.exercises.convolution_locating import cross_correlate_by_loops
from variants import floats

# ---------------------------------------------------------------- sliding


def correlate_loops(x, k):
    z = np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1))
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            for u in range(k.shape[0]):
                for v in range(k.shape[1]):
                    z[i, j] += k[u, v] * x[i + u, j + v]
    return z


def correlate_windows(x, k):
    return np.einsum("ijuv,uv->ij", sliding_window_view(x, k.shape), k)


def correlate_scipy(x, k):
    return scipy.signal.correlate2d(x, k, mode="valid")


def convolve_loops(x, k):
    KH, KW = k.shape
    z = np.zeros((x.shape[0] - KH + 1, x.shape[1] - KW + 1))
    for u in range(KH):
        for v in range(KW):
            z += k[KH - 1 - u, KW - 1 - v] * x[u : u + z.shape[0], v : v + z.shape[1]]
    return z


def convolve_scipy(x, k):
    return scipy.signal.convolve2d(x, k, mode="valid")


def convolve_rotated(x, k):
    return correlate_windows(x, np.rot90(k, 2))


# ---------------------------------------------------------------- counting


def size_floor(n, k, stride=1, padding=0):
    return int(np.floor((n + 2 * padding - k) / stride)) + 1


def size_counted(n, k, stride=1, padding=0):
    return len(range(0, n + 2 * padding - k + 1, stride))


def parameters_added(C, F, KH, KW):
    return F * C * KH * KW + F


def parameters_counted(C, F, KH, KW):
    return sum(array.size for array in (np.zeros((F, C, KH, KW)), np.zeros(F)))


# ---------------------------------------------------------------- the layer


def layer_loops(x, w, b, stride=1, padding=0):
    (N, C, H, W), (F, _, KH, KW) = x.shape, w.shape
    y = np.zeros((N, F, (H + 2 * padding - KH) // stride + 1, (W + 2 * padding - KW) // stride + 1))
    for n, f, i, j in np.ndindex(*y.shape):
        y[n, f, i, j] = b[f]
        for c, u, v in np.ndindex(C, KH, KW):
            row, column = stride * i + u - padding, stride * j + v - padding
            if 0 <= row < H and 0 <= column < W:
                y[n, f, i, j] += w[f, c, u, v] * x[n, c, row, column]
    return y


def layer_tensordot(x, w, b, stride=1, padding=0):
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    seen = sliding_window_view(xpad, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.tensordot(seen, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b[:, None, None]


def layer_scipy(x, w, b, stride=1, padding=0):
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    maps = [
        [scipy.signal.correlate(image, filter_, mode="valid", method="direct")[0] for filter_ in w] for image in xpad
    ]
    return np.array(maps)[:, :, ::stride, ::stride] + b.reshape(1, -1, 1, 1)


@floats
def layer_cnnlib(x, w, b, stride=1, padding=0):
    return cnnlib.conv2d(x, w, b, stride=stride, padding=padding)[0]


def layer_by_taps(x, w, b, stride=1, padding=0):
    (N, _, H, W), (F, _, KH, KW) = x.shape, w.shape
    OH, OW = (H + 2 * padding - KH) // stride + 1, (W + 2 * padding - KW) // stride + 1
    xpad = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    y = np.zeros((N, F, OH, OW)) + b[:, None, None]
    for u in range(KH):
        for v in range(KW):
            met = xpad[:, :, u : u + stride * OH : stride, v : v + stride * OW : stride][:, :, :OH, :OW]
            y += np.einsum("ncij,fc->nfij", met, w[:, :, u, v])
    return y


# ---------------------------------------------------------------- matrices


@floats
def toeplitz_cnnlib(k, H, W):
    return cnnlib.toeplitz(k, (H, W))


def toeplitz_by_columns(k, H, W):
    basis = np.eye(H * W).reshape(H * W, H, W)
    return np.stack([correlate_windows(one, k).ravel() for one in basis], axis=1)


def toeplitz_loops(k, H, W):
    (KH, KW), OW = k.shape, W - k.shape[1] + 1
    M = np.zeros(((H - KH + 1) * OW, H * W))
    for row in range(len(M)):
        i, j = divmod(row, OW)
        for u in range(KH):
            for v in range(KW):
                M[row, (i + u) * W + j + v] = k[u, v]
    return M


@floats
def im2col_cnnlib(x, KH, KW, stride=1, padding=0):
    return cnnlib.im2col(x, (KH, KW), stride=stride, padding=padding)


def im2col_loops(x, KH, KW, stride=1, padding=0):
    xpad = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    OH, OW = (xpad.shape[2] - KH) // stride + 1, (xpad.shape[3] - KW) // stride + 1
    columns = np.zeros((len(x), x.shape[1] * KH * KW, OH * OW))
    for i in range(OH):
        for j in range(OW):
            window = xpad[:, :, stride * i : stride * i + KH, stride * j : stride * j + KW]
            columns[:, :, i * OW + j] = window.reshape(len(x), -1)
    return columns


def split_svd(k):
    u, s, v = np.linalg.svd(np.asarray(k, float))
    if len(s) > 1 and s[1] > 1e-5 * s[0]:
        return None
    return u[:, 0] * s[0], v[0]


def split_rows(k):
    best = k[np.abs(k).sum(axis=1).argmax()]
    column = k @ best / (best @ best or 1)
    if np.abs(np.outer(column, best) - k).max() > 1e-5 * np.abs(k).max():
        return None
    return [column, best]


def locate_loops(picture, template, correlate):
    z = correlate(picture, template - np.sum(template) / template.size)
    best = (0, 0)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            if z[i, j] > z[best]:
                best = (i, j)
    return best


def locate_where(picture, template, correlate):
    z = correlate(picture, template) - template.mean() * correlate(picture, np.ones_like(template))
    rows, columns = np.where(z == z.max())
    return np.int64(rows[0]), columns[0]


VARIANTS = {
    "cross_correlate": (correlate_loops, correlate_windows, correlate_scipy),
    "convolve": (convolve_loops, convolve_scipy, convolve_rotated),
    "conv_output_size": (size_floor, size_counted),
    "conv_parameters": (parameters_added, parameters_counted),
    "conv2d_forward": (layer_loops, layer_tensordot, layer_scipy, layer_cnnlib, layer_by_taps),
    "toeplitz_matrix": (toeplitz_cnnlib, toeplitz_by_columns, toeplitz_loops),
    "im2col": (im2col_cnnlib, im2col_loops),
    "split_kernel": (split_svd, split_rows),
    "locate": (locate_loops, locate_where),
    "poll_filters": (["D", "A"], "AD", "a, d"),
    "poll_equivariance": ("ACD", ("D", "C", "A")),
    "poll_brightness": ("BC", {"c", "b"}),
    "poll_reach": ("BD", ["d", "b"]),
}


def picture(rng):
    KH, KW = (int(n) for n in rng.integers(1, 4, 2))
    H, W = KH + int(rng.integers(0, 5)), KW + int(rng.integers(0, 5))
    return {"x": rng.normal(size=(H, W)), "w": rng.normal(size=(KH, KW)), "H": H, "W": W}


def layer(rng):
    N, C, F, KH, KW, s, p = (int(v) for v in rng.integers((1, 1, 1, 1, 1, 1, 0), (4, 4, 4, 4, 4, 5, 4)))
    H, W = (int(rng.integers(max(1, k - 2 * p), k + 6)) for k in (KH, KW))
    OH, OW = (H + 2 * p - KH) // s + 1, (W + 2 * p - KW) // s + 1
    arrays = {"dy": (N, F, OH, OW), "x": (N, C, H, W), "w": (F, C, KH, KW), "b": (F,)}
    made = {name: rng.normal(size=shape) for name, shape in arrays.items()}
    return made | {"KH": KH, "KW": KW, "stride": s, "padding": p}


def hidden(rng):
    made = picture(rng)
    while made["w"].size == 1:  # minus its mean it is 0, and every place responds alike
        made = picture(rng)
    template = np.abs(made["w"]) + 0.1
    return {"picture": made["x"], "template": template, "correlate": given(cross_correlate_by_loops)}


def kernel(rng):
    made = rng.normal(size=tuple(rng.integers(1, 5, 2)))
    if rng.random() < 0.6:
        made = np.outer(made[:, 0], made[0])
    return {"w": made * (rng.random() < 0.9 or np.eye(*made.shape) + 1)}


def some(make, *names):
    return lambda rng: (lambda made: {name: made[name] for name in names})(make(rng))


def whole_numbers(**ranges):
    return lambda rng: {name: int(rng.integers(*ends)) for name, ends in ranges.items()}


BATTERY = {
    "cross_correlate": some(picture, "x", "w"),
    "convolve": some(picture, "x", "w"),
    "conv_output_size": whole_numbers(n=(7, 30), k=(1, 7), stride=(1, 6), padding=(0, 5)),
    "conv_parameters": whole_numbers(C=(1, 9), F=(1, 9), KH=(1, 8), KW=(1, 8)),
    "conv2d_forward": some(layer, "x", "w", "b", "stride", "padding"),
    "toeplitz_matrix": some(picture, "w", "H", "W"),
    "im2col": some(layer, "x", "KH", "KW", "stride", "padding"),
    "split_kernel": kernel,
    "locate": hidden,
}
