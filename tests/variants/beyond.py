"""Lecture 10: right answers written in other ways."""

import numpy as np
import scipy.ndimage

from cnnlib.checks.cases import given
from cnnlib.exercises import beyond_carried, beyond_depth, beyond_roads, beyond_turning
from cnnlib.warping import read

# ---------------------------------------------------------------- roads


def residual_named(x, f):
    added = f(x)
    y = x + added
    return y


def residual_filled(x, f):
    y = np.array(x, float)
    y += f(x)
    return y


def residual_stacked(x, f):
    return np.sum([x, f(x)], axis=0)


def back_named(dy, f_back):
    straight, round_about = dy, f_back(dy)
    return straight + round_about


def back_filled(dy, f_back):
    dx = dy.astype(float)
    dx += f_back(dy)
    return dx


def back_stacked(dy, f_back):
    return np.stack([f_back(dy), dy]).sum(axis=0)


def join_filled(x, f):
    added = f(x)
    C = x.shape[1]
    y = np.zeros((len(x), C + added.shape[1], *x.shape[2:]))
    y[:, :C] = x
    y[:, C:] = added
    return y


def join_examples(x, f):
    return np.array([[*x[n], *f(x)[n]] for n in range(len(x))])


def join_hstack(x, f):
    return np.hstack((x, f(x)))


# ---------------------------------------------------------------- depth


def depth_filled(dy, backs):
    sizes = np.zeros(len(backs) + 1)
    sizes[-1] = np.sqrt((dy * dy).mean())
    for n in range(len(backs) - 1, -1, -1):
        dy = backs[n](dy)
        sizes[n] = (dy**2).mean() ** 0.5
    return sizes


def depth_list(dy, backs):
    sizes = [np.linalg.norm(dy) / np.sqrt(dy.size)]
    for back in backs[::-1]:
        dy = back(dy)
        sizes.insert(0, np.linalg.norm(dy) / np.sqrt(dy.size))
    return sizes


def depth_recursive(dy, backs):
    here = np.sqrt(np.sum(np.square(dy)) / np.size(dy))
    if not backs:
        return np.array([here])
    *lower, last = backs
    return np.append(depth_recursive(last(dy), lower), here)


# ---------------------------------------------------------------- maps


def mean_loops(x):
    N, C, _, _ = x.shape
    y = np.zeros((N, C))
    for n in range(N):
        for c in range(C):
            y[n, c] = np.mean(x[n, c])
    return y


def mean_flat(x):
    return x.reshape(*x.shape[:2], -1).sum(axis=-1) / (x.shape[2] * x.shape[3])


def mean_twice(x):
    return x.mean(axis=3).mean(axis=2)


def map_loop(maps, w, j):
    found = np.zeros(maps.shape[1:])
    for c in range(len(maps)):
        found += w[j, c] * maps[c]
    return found


def map_einsum(maps, w, j):
    return np.einsum("c,cmq->mq", w[j], maps)


def map_broadcast(maps, w, j):
    return (w[j][:, None, None] * maps).sum(axis=0)


def map_all_classes(maps, w, j):
    C, H, W = maps.shape
    return (w @ maps.reshape(C, H * W))[j].reshape(H, W)


def dilate_loops(w, dilation):
    F, C, KH, KW = w.shape
    dilated = np.zeros((F, C, dilation * (KH - 1) + 1, dilation * (KW - 1) + 1))
    for u in range(KH):
        for v in range(KW):
            dilated[:, :, dilation * u, dilation * v] = w[:, :, u, v]
    return dilated


def dilate_kron(w, dilation):
    tile = np.zeros((dilation, dilation))
    tile[0, 0] = 1
    gap = dilation - 1
    wide = np.kron(w, tile)
    return wide[:, :, : wide.shape[2] - gap, : wide.shape[3] - gap]


def dilate_insert(w, dilation):
    for axis in (2, 3):
        places = np.repeat(np.arange(1, w.shape[axis]), dilation - 1)
        w = np.insert(w * 1.0, places, 0, axis=axis)
    return w


# ---------------------------------------------------------------- turning


def rotate_matrix(x, degrees, read):
    H, W = x.shape[-2:]
    angle = np.pi * degrees / 180
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = np.array([(H - 1) / 2, (W - 1) / 2])[:, None]
    rows, columns = turn @ (np.indices((H, W)).reshape(2, -1) - centre) + centre
    return read(x, rows.reshape(H, W), columns.reshape(H, W))


def rotate_complex(x, degrees, read):
    H, W = x.shape[-2:]
    right, up = np.meshgrid(np.arange(W) - (W - 1) / 2, (H - 1) / 2 - np.arange(H))
    place = (right + 1j * up) * np.exp(-1j * np.radians(degrees))
    return read(x, (H - 1) / 2 - place.imag, place.real + (W - 1) / 2)


def rotate_loops(x, degrees, read):
    H, W = x.shape[-2:]
    s, c = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    rows, columns = np.zeros((H, W)), np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            down, right = i - H / 2 + 0.5, j - W / 2 + 0.5
            rows[i, j] = c * down + s * right + H / 2 - 0.5
            columns[i, j] = c * right - s * down + W / 2 - 0.5
    return read(x, rows, columns)


def rotate_scipy(x, degrees, read):
    return scipy.ndimage.rotate(
        x.astype(float), degrees, axes=(-1, -2), reshape=False, order=1, mode="grid-constant", prefilter=False
    )


def angle_arrays(net, x, t, angles, rotate):
    upright = np.argmax(net(x), 1)
    answers = np.array([np.argmax(net(rotate(x, degrees)), 1) for degrees in angles])
    return (answers == t).mean(axis=1), (answers == upright).mean(axis=1)


def angle_counts(net, x, t, angles, rotate):
    N, first = len(x), net(x)
    right, same = np.zeros(len(angles)), np.zeros(len(angles))
    for r, degrees in enumerate(angles):
        z = net(rotate(x, degrees))
        for n in range(N):
            right[r] += (np.argmax(z[n]) == t[n]) / N
            same[r] += (np.argmax(z[n]) == np.argmax(first[n])) / N
    return right, same


def angle_at_once(net, x, t, angles, rotate):
    seen = np.concatenate([x, *(rotate(x, degrees) for degrees in angles)])
    answers = net(seen).argmax(axis=1).reshape(len(angles) + 1, len(x))
    return (answers[1:] == t).mean(axis=1), (answers[1:] == answers[0]).mean(axis=1)


def angle_lists(net, x, t, angles, rotate):
    def answers(pictures):
        return [max(range(len(z)), key=list(z).__getitem__) for z in net(pictures)]

    upright = answers(x)
    seen = [answers(rotate(x, degrees)) for degrees in angles]
    right = [sum(a == b for a, b in zip(one, t, strict=True)) / len(x) for one in seen]
    same = [sum(a == b for a, b in zip(one, upright, strict=True)) / len(x) for one in seen]
    return right, same


# ---------------------------------------------------------------- weights from elsewhere


def carried_loops(kernels, flat):
    KH, KW, C, F = kernels.shape
    w, w_flat, places = np.zeros((F, C, KH, KW)), np.zeros(flat.shape[::-1]), len(flat) // F
    for f, c, u, v in np.ndindex(w.shape):
        w[f, c, u, v] = kernels[u, v, c, f]
    for j, f, s in np.ndindex(len(w_flat), F, places):
        w_flat[j, f * places + s] = flat[s * F + f, j]
    return w, w_flat


def carried_einsum(kernels, flat):
    F, (D, M) = len(kernels.T), flat.shape
    maps = np.einsum("sfj->jfs", flat.reshape(D // F, F, M))
    return [np.einsum("uvcf->fcuv", kernels), maps.reshape(M, D)]


def carried_map_by_map(kernels, flat):
    F = kernels.shape[3]
    return np.moveaxis(kernels, (3, 2), (0, 1)), np.concatenate([flat[f::F] for f in range(F)]).T


VARIANTS = {
    "residual": [residual_named, residual_filled, residual_stacked],
    "residual_backward": [back_named, back_filled, back_stacked],
    "gradient_by_depth": [depth_filled, depth_list, depth_recursive],
    "dense_join": [join_filled, join_examples, join_hstack],
    "poll_skip": [["A", "C", "E"], "ace"],
    "global_mean": [mean_loops, mean_flat, mean_twice],
    "class_map": [map_loop, map_einsum, map_broadcast, map_all_classes],
    "poll_blank": [["A", "C", "E"], "A C E"],
    "rotate": [rotate_matrix, rotate_complex, rotate_loops, rotate_scipy],
    "by_angle": [angle_arrays, angle_at_once, angle_counts, angle_lists],
    "dilate": [dilate_loops, dilate_kron, dilate_insert],
    "to_torch": [carried_loops, carried_einsum, carried_map_by_map],
}


# ---------------------------------------------------------------- random inputs


def some(rng, *shapes):
    return rng.normal(size=shapes or tuple(rng.integers(1, 4, rng.integers(1, 4))))


def a_block(rng):
    f = (beyond_roads.threefold, beyond_roads.square_minus_one, beyond_roads.mirrored, beyond_roads.five_minus)
    return {"x": some(rng), "f": given(f[rng.integers(4)])}


BACKS = (
    beyond_roads.times_three,
    beyond_roads.a_quarter,
    beyond_roads.turned_round,
    beyond_roads.to_both_neighbours,
    beyond_roads.times_minus_one,
    beyond_depth.minus_its_first,
)


def a_way_back(rng):
    return {"dy": some(rng), "f_back": given(BACKS[rng.integers(5)])}


def a_stack(rng):
    return {"dy": some(rng), "backs": [given(BACKS[n]) for n in rng.integers(0, len(BACKS), rng.integers(0, 5))]}


def maps_to_join(rng):
    f = (beyond_roads.threefold, beyond_roads.sum_and_opposite)[rng.integers(2)]
    return {"x": some(rng, *rng.integers(1, 4, 4)), "f": given(f)}


def maps_of_a_class(rng):
    C, H, W, M = rng.integers(1, 5, 4)
    return {"maps": rng.normal(size=(C, H, W)), "w": rng.normal(size=(M, C)), "j": int(rng.integers(M))}


def a_turn(rng):
    H, W = rng.integers(1, 6, 2)
    degrees = float(rng.choice((0, 90, 180, -90, rng.uniform(-180, 180))))
    return {"x": rng.uniform(1, 2, (H, W)), "degrees": degrees, "read": given(read)}


def turned_pictures(rng):
    N, side = rng.integers(2, 6, 2)
    net, M = ((beyond_turning.corners, 4), (beyond_turning.edges, 3))[rng.integers(2)]
    return {
        "net": given(net),
        "x": rng.normal(size=(N, 1, side, side)),
        "t": rng.integers(0, M, N),
        "angles": rng.choice((0.0, 90, 180, -90), rng.integers(1, 5)),
        "rotate": given(beyond_turning.quarter_turn),
    }


BATTERY = {
    "residual": a_block,
    "residual_backward": a_way_back,
    "gradient_by_depth": a_stack,
    "dense_join": maps_to_join,
    "global_mean": lambda rng: {"x": some(rng, *rng.integers(1, 5, 4))},
    "class_map": maps_of_a_class,
    "rotate": a_turn,
    "by_angle": turned_pictures,
    "to_torch": lambda rng: beyond_carried.drawn(rng, *(int(n) for n in rng.integers(1, 4, 6))),
    "dilate": lambda rng: {"w": some(rng, *rng.integers(1, 4, 4)), "dilation": int(rng.integers(1, 4))},
}
