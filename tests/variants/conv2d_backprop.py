"""Lecture 06: right answers written in other ways."""

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

import cnnlib
from cnnlib.checks.cases import given
from cnnlib.exercises.conv2d_learning import weight_gradient_by_loops
from variants import floats
from variants.convolution import layer, some

# ---------------------------------------------------------------- one map


def bias_loops(dy):
    db = 0.0
    for row in dy:
        for value in row:
            db += value
    return db


def bias_ones(dy):
    return np.ones(dy.shape[0]) @ dy @ np.ones(dy.shape[1])


def weight_loops(dy, x):
    dw = np.zeros((x.shape[0] - dy.shape[0] + 1, x.shape[1] - dy.shape[1] + 1))
    for i, j in np.ndindex(*dy.shape):
        for u, v in np.ndindex(*dw.shape):
            dw[u, v] += dy[i, j] * x[i + u, j + v]
    return dw


def weight_windows(dy, x):
    return np.einsum("uvij,ij->uv", sliding_window_view(x, dy.shape), dy)


def weight_scipy(dy, x):
    return scipy.signal.correlate2d(x, dy, mode="valid")


def input_loops(dy, w):
    dx = np.zeros((dy.shape[0] + w.shape[0] - 1, dy.shape[1] + w.shape[1] - 1))
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            for u in range(w.shape[0]):
                for v in range(w.shape[1]):
                    dx[i + u, j + v] += dy[i, j] * w[u, v]
    return dx


def input_padded(dy, w):
    rows, columns = w.shape[0] - 1, w.shape[1] - 1
    wide = np.pad(dy, ((rows, rows), (columns, columns)))
    return np.tensordot(sliding_window_view(wide, w.shape), w[::-1, ::-1], 2)


def input_scipy(dy, w):
    return scipy.signal.convolve2d(dy, w, mode="full")


@floats
def input_transposed_matrix(dy, w):
    H, W = dy.shape[0] + w.shape[0] - 1, dy.shape[1] + w.shape[1] - 1
    return (cnnlib.toeplitz(w, (H, W)).T @ dy.ravel()).reshape(H, W)


# ---------------------------------------------------------------- stride, channels, a batch


def spread_kron(dy, stride, shape):
    corner = np.zeros((stride, stride))
    corner[0, 0] = 1
    return np.kron(dy, corner)[: shape[0], : shape[1]]


def spread_indices(dy, stride, shape):
    made = np.zeros(shape)
    made[np.ix_(stride * np.arange(dy.shape[0]), stride * np.arange(dy.shape[1]))] = dy
    return made


def spread_loops(dy, stride, shape):
    made = np.zeros(shape)
    for i, j in np.ndindex(*dy.shape):
        made[stride * i, stride * j] = dy[i, j]
    return made


def backward_loops(dy, x, w, stride=1, padding=0):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    for n, f, i, j in np.ndindex(*dy.shape):
        db[f] += dy[n, f, i, j]
        for c, u, v in np.ndindex(*w.shape[1:]):
            row, column = stride * i + u - padding, stride * j + v - padding
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                dx[n, c, row, column] += dy[n, f, i, j] * w[f, c, u, v]
                dw[f, c, u, v] += dy[n, f, i, j] * x[n, c, row, column]
    return dx, dw, db


def backward_by_places(dy, x, w, stride=1, padding=0):
    (H, W), (KH, KW) = x.shape[2:], w.shape[2:]
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    dxpad, dw = np.zeros(xpad.shape), np.zeros(w.shape)
    for i, j in np.ndindex(*dy.shape[2:]):
        rows, columns = slice(stride * i, stride * i + KH), slice(stride * j, stride * j + KW)
        dxpad[:, :, rows, columns] += np.tensordot(dy[:, :, i, j], w, 1)
        dw += np.tensordot(dy[:, :, i, j].T, xpad[:, :, rows, columns], 1)
    return dxpad[:, :, padding : padding + H, padding : padding + W], dw, dy.sum(axis=(0, 2, 3))


def backward_by_maps(dy, x, w, stride=1, padding=0):
    """Raj: spread dz, convolve it with each plane, correlate each input map with it."""
    xpad = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    OH, OW = (n - k + 1 for n, k in zip(xpad.shape[2:], w.shape[2:], strict=True))
    dz = np.zeros((*dy.shape[:2], OH, OW))
    dz[:, :, ::stride, ::stride][:, :, : dy.shape[2], : dy.shape[3]] = dy
    dxpad, dw = np.zeros(xpad.shape), np.zeros(w.shape)
    for n, f, c in np.ndindex(len(x), *w.shape[:2]):
        dxpad[n, c] += scipy.signal.convolve2d(dz[n, f], w[f, c])
        dw[f, c] += scipy.signal.correlate2d(xpad[n, c], dz[n, f], mode="valid")
    return dxpad[:, :, padding:, padding:][:, :, : x.shape[2], : x.shape[3]], dw, dz.sum((0, 2, 3))


@floats
def backward_cnnlib(dy, x, w, stride=1, padding=0):
    return cnnlib.conv2d(x, w, np.zeros(len(w), x.dtype), stride=stride, padding=padding)[1](dy)


def step_loops(images, dys, w, rate, weight_gradient):
    gradients, mean = [], np.zeros(w.shape)
    for n in range(len(images)):
        gradients.append(weight_gradient(dys[n], images[n]))
        mean += gradients[n] / len(images)
    return np.stack(gradients), w - rate * mean


VARIANTS = {
    "conv2d_bias_gradient": (bias_loops, bias_ones),
    "conv2d_weight_gradient": (weight_loops, weight_windows, weight_scipy),
    "conv2d_input_gradient": (input_loops, input_padded, input_scipy, input_transposed_matrix),
    "spread_gradient": (spread_kron, spread_indices, spread_loops),
    "conv2d_backward": (backward_loops, backward_by_places, backward_by_maps, backward_cnnlib),
    "kernel_step": (step_loops,),
    "poll_contributions": ("AC", {"c", "a"}),
    "poll_input_derivative": ("ABC", ["C", "B", "A"]),
    "poll_filter_derivative": ("AC", ("A", "C")),
    "poll_rim": ("AB", ["b", "a"]),
    "poll_bug_2d": ("B", {"b"}),
    "poll_batch": ("BD", {"D", "B"}),
}


def one_map(rng):
    KH, KW, OH, OW = (int(n) for n in rng.integers(1, 5, 4))
    made = {"dy": (OH, OW), "x": (OH + KH - 1, OW + KW - 1), "w": (KH, KW)}
    return {name: rng.normal(size=shape) for name, shape in made.items()} | {"stride": int(rng.integers(1, 6))}


def strided(rng):
    made = one_map(rng)
    dy, stride = made["dy"], made["stride"]
    return {
        "dy": dy,
        "stride": stride,
        "shape": tuple(int(stride * (n - 1) + 1 + rng.integers(stride)) for n in dy.shape),
    }


def digits(rng):
    N, made = int(rng.integers(1, 5)), one_map(rng)
    return {
        "images": rng.normal(size=(N, *made["x"].shape)),
        "dys": rng.normal(size=(N, *made["dy"].shape)),
        "w": made["w"],
        "rate": 0.2,
        "weight_gradient": given(weight_gradient_by_loops),
    }


BATTERY = {
    "conv2d_bias_gradient": some(one_map, "dy"),
    "conv2d_weight_gradient": some(one_map, "dy", "x"),
    "conv2d_input_gradient": some(one_map, "dy", "w"),
    "spread_gradient": strided,
    "conv2d_backward": some(layer, "dy", "x", "w", "stride", "padding"),
    "kernel_step": digits,
}
