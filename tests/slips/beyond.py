"""Lecture 10: more wrong answers, as students write them. They only check the checks."""

import numpy as np

from cnnlib.exercises.beyond_carried import to_torch


def residual_in_place(x, f):
    y = x
    y += f(x)
    return y


def residual_of_ones(x, f):
    return np.ones(x.shape) + f(x)


def back_in_place(dy, f_back):
    dx = dy
    dx += f_back(dy)
    return dx


def back_only_where_positive(dy, f_back):
    return dy + f_back(dy) * (f_back(dy) > 0)


def depth_without_the_top(dy, backs):
    sizes = []
    for back in reversed(backs):
        dy = back(dy)
        sizes.append(np.sqrt(np.mean(dy**2)))
    return np.array(sizes[::-1])


def depth_without_the_bottom(dy, backs):
    sizes = []
    for back in reversed(backs):
        sizes.append(np.sqrt(np.mean(dy**2)))
        dy = back(dy)
    return np.array(sizes[::-1])


def depth_by_emptying_the_list(dy, backs):
    sizes = np.zeros(len(backs) + 1)
    sizes[-1] = np.sqrt(np.mean(dy**2))
    while backs:
        dy = backs.pop()(dy)
        sizes[len(backs)] = np.sqrt(np.mean(dy**2))
    return sizes


def join_along_the_batch(x, f):
    return np.concatenate([x, f(x)], axis=0)


def join_along_columns(x, f):
    return np.concatenate([x, f(x)], axis=-1)


def join_as_residual(x, f):
    return x + f(x)


def mean_of_all(x):
    return x.mean()


def mean_over_channels(x):
    return x.mean(axis=1)


def map_of_the_column(maps, w, j):
    return np.tensordot(w[:, j], maps, axes=1)


def map_of_the_mean(maps, w, j):
    return w[j] @ maps.mean(axis=(1, 2))


def dilate_dense_zeros(w, dilation):
    return np.pad(w, [(0, 0), (0, 0), (dilation - 1, dilation - 1), (dilation - 1, dilation - 1)])


def dilate_in_whole_numbers(w, dilation):
    F, C, KH, KW = w.shape
    dilated = np.zeros((F, C, dilation * (KH - 1) + 1, dilation * (KW - 1) + 1), int)
    dilated[:, :, ::dilation, ::dilation] = w
    return dilated


def rotate_by_quarters(x, degrees, read):
    return np.rot90(x, round(degrees / 90), axes=(-2, -1))


def rotate_square_only(x, degrees, read):
    i, j = np.indices(x.shape[-2:]) - (len(x) - 1) / 2
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return read(x, c * i + s * j + (len(x) - 1) / 2, c * j - s * i + (len(x) - 1) / 2)


def angle_one_result(net, x, t, angles, rotate):
    return np.array([(net(rotate(x, degrees)).argmax(axis=1) == t).mean() for degrees in angles])


def angle_first_is_upright(net, x, t, angles, rotate):
    answers = np.array([net(rotate(x, degrees)).argmax(axis=1) for degrees in angles])
    return (answers == t).mean(axis=1), (answers == answers[0]).mean(axis=1)


def angle_exchanged(net, x, t, angles, rotate):
    upright = net(x).argmax(axis=1)
    answers = np.array([net(rotate(x, degrees)).argmax(axis=1) for degrees in angles])
    return (answers == upright).mean(axis=1), (answers == t).mean(axis=1)


def carried_in_the_other_order(kernels, flat):
    return to_torch(kernels, flat)[::-1]


def carried_with_the_channels_of_the_picture(kernels, flat):
    C, M = kernels.shape[2], flat.shape[1]
    return to_torch(kernels, flat)[0], flat.reshape(-1, C, M).transpose(2, 1, 0).reshape(M, -1)


SLIPS = {
    "residual": [residual_in_place, residual_of_ones],
    "residual_backward": [back_in_place, back_only_where_positive],
    "gradient_by_depth": [depth_without_the_top, depth_without_the_bottom, depth_by_emptying_the_list],
    "dense_join": [join_along_the_batch, join_along_columns, join_as_residual],
    "global_mean": [mean_of_all, mean_over_channels],
    "class_map": [map_of_the_column, map_of_the_mean],
    "dilate": [dilate_dense_zeros, dilate_in_whole_numbers],
    "to_torch": [
        carried_in_the_other_order,
        carried_with_the_channels_of_the_picture,
    ],
    "rotate": [rotate_by_quarters, rotate_square_only],
    "by_angle": [angle_one_result, angle_first_is_upright, angle_exchanged],
}
