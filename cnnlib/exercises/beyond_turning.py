"""Lecture 10, pictures that turn: what is asked, and the mistakes that are known.

(10.10)  rows = cos θ · down + sin θ · right + (H − 1) / 2,  columns = cos θ · right − sin θ · down + (W − 1) / 2
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, given, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.warping import read

Read = Callable[[Array, Array, Array], Array]

# ---------------------------------------------------------------- one picture


def rotate(x: Array, degrees: float, read: Read) -> Array:
    H, W = x.shape[-2:]
    i, j = np.indices((H, W))
    down, right = i - (H - 1) / 2, j - (W - 1) / 2
    angle = np.deg2rad(degrees)
    rows = np.cos(angle) * down + np.sin(angle) * right + (H - 1) / 2
    columns = np.cos(angle) * right - np.sin(angle) * down + (W - 1) / 2
    return read(x, rows, columns)


def rotate_cases(rng: Rng) -> list[Inputs]:
    look = given(read)
    return [
        {"x": np.arange(1.0, 7).reshape(2, 3), "degrees": 180.0, "read": look},
        {"x": np.arange(1.0, 10).reshape(3, 3), "degrees": 90.0, "read": look},
        {"x": np.arange(1.0, 5).reshape(2, 2), "degrees": 90.0, "read": look},
        {"x": np.arange(1.0, 7).reshape(3, 2), "degrees": 0.0, "read": look},
        {"x": np.arange(1, 17).reshape(4, 4), "degrees": 30.0, "read": look},
        {"x": rng.uniform(1, 2, (3, 5)), "degrees": -50.0, "read": look},
        {"x": rng.uniform(1, 2, (2, 3, 4, 3)), "degrees": 20.0, "read": look},
        *in_other_layouts({"x": rng.uniform(1, 2, (3, 4)), "degrees": 70.0, "read": look}),
    ]


ROTATE = Exercise(
    name="rotate",
    parts={"turned": 4},
    reference=rotate,
    cases=rotate_cases,
    features=LAYOUTS
    | {
        "a picture that is not square": lambda x, degrees, read: x.shape[-1] != x.shape[-2],
        "an angle that is no quarter turn": lambda x, degrees, read: degrees % 90 != 0,
        "a picture of whole numbers": lambda x, degrees, read: x.dtype.kind == "i",
    },
    hints=(
        "For each output pixel: how far below and to the right of the centre does it stand? The centre of 8 rows is "
        "at 3.5.",
        "Turn that distance back by the angle, then add the centre again: that is where to read. np.indices gives i "
        "and j.",
        "(10.10)  down = i − (H − 1)/2,  right = j − (W − 1)/2;  rows = cos θ · down + sin θ · right + (H − 1)/2,  "
        "columns = cos θ · right − sin θ · down + (W − 1)/2",
    ),
    after=(("before you start", "(0, 2): the upper right corner comes to the upper left one"),),
    slips={
        "a turn about (H/2, W/2). Rows are counted from 0 to H − 1, so the middle is at (H − 1)/2.": instead(
            rotate, "(H - 1)", "H", "(W - 1)", "W"
        ),
        "a turn about the pixel (H // 2, W // 2). The middle of 8 rows lies between two of them, at 3.5.": instead(
            rotate, "(H - 1) / 2", "H // 2", "(W - 1) / 2", "W // 2"
        ),
        "a turn about pixel (0, 0). Count from the centre.": instead(rotate, "(H - 1) / 2", "0", "(W - 1) / 2", "0"),
        "a turn about ((W − 1)/2, (H − 1)/2). Rows belong to H, columns to W.": instead(
            rotate, "H, W = ", "W, H = ", "(H, W)", "x.shape[-2:]"
        ),
        "a turn with the clock. The output pixel is turned *back* to find where it comes from; "
        "in a picture rows count downwards.": instead(rotate, "np.deg2rad", "-np.deg2rad"),
        "a turn by so many radians. np.cos and np.sin take radians: np.deg2rad.": instead(
            rotate, "np.deg2rad(degrees)", "degrees"
        ),
        "a shear: the two sines need opposite signs.": instead(rotate, "- np.sin", "+ np.sin"),
        "a shear: both sines have a minus here. They need opposite signs.": instead(rotate, "+ np.sin", "- np.sin"),
        "places counted from the centre. Add (H − 1)/2 and (W − 1)/2 before you read.": instead(
            rotate, " + (H - 1) / 2", "", " + (W - 1) / 2", ""
        ),
        "rows read for columns. read takes the rows first.": instead(rotate, "rows, columns)", "columns, rows)"),
        "a turn by half the angle.": instead(rotate, "(degrees)", "(degrees) / 2"),
        "places rounded to whole pixels. read looks between pixels by itself: hand it the places as they are.": instead(
            rotate, "rows, columns)", "np.round(rows), np.round(columns))"
        ),
        "columns made from rows that are turned already. Keep i and j until both places are computed.": instead(
            rotate, "np.sin(angle) * down", "np.sin(angle) * (rows - (H - 1) / 2)"
        ),
        "places beyond the rim moved onto it. read makes 0 of them by itself: hand it the places as they are.": instead(
            rotate, "rows, columns)", "rows.clip(0, H - 1), columns.clip(0, W - 1))"
        ),
        "places with their decimals cut off. read looks between pixels by itself.": instead(
            rotate, "rows, columns)", "np.floor(rows + 1e-9), np.floor(columns + 1e-9))"
        ),
    },
)

# ---------------------------------------------------------------- a network, by angle


def by_angle(net: Any, x: Array, t: Array, angles: Array, rotate: Any) -> tuple[Array, Array]:
    upright = net(x).argmax(axis=1)
    right, same = [], []
    for degrees in angles:
        answers = net(rotate(x, degrees)).argmax(axis=1)
        right.append(np.mean(answers == t))
        same.append(np.mean(answers == upright))
    return np.array(right), np.array(same)


def corners(x: Array) -> Array:
    return np.stack([x[:, 0, 0, 0], x[:, 0, 0, -1], x[:, 0, -1, 0], x[:, 0, -1, -1]], axis=1)


def edges(x: Array) -> Array:
    return np.stack([x[:, 0, 0].sum(axis=1), 1.01 * x[:, 0, -1].sum(axis=1), x[:, 0, :, 0].sum(axis=1)], axis=1)


def quarter_turn(x: Array, degrees: float) -> Array:
    return np.rot90(x, round(degrees / 90), axes=(-2, -1))


def rolled(x: Array, degrees: float) -> Array:
    return np.roll(x, round(degrees / 10), axis=-1)


def angle_cases(rng: Rng) -> list[Inputs]:
    """Pictures of which some, never all, are taken for another after each turn."""
    turn, roll, at_corners, at_edges = given(quarter_turn), given(rolled), given(corners), given(edges)
    four = np.array([[9.0, 1, 2, 3], [1, 8, 3, 5], [4, 2, 7, 1], [6, 5, 1, 2]]).reshape(4, 1, 2, 2)
    labels = np.array([0, 1, 2, 3])
    wide = np.array([[[9.0, 1, 2], [0, 0, 3]], [[9, 0, 7], [1, 2, 1]]])[:, None]
    some = 1.0 * rng.permutation(90).reshape(10, 1, 3, 3)  # square: a turned picture keeps its frame
    many = 1.0 * rng.permutation(84).reshape(7, 1, 3, 4)
    return [
        {"net": at_corners, "x": four, "t": labels, "angles": numbers(0), "rotate": turn},
        {"net": at_corners, "x": four, "t": labels, "angles": numbers(90, 180), "rotate": turn},
        {"net": at_corners, "x": four, "t": np.array([3, 2, 1, 3]), "angles": numbers(90, 0, 90), "rotate": turn},
        {"net": at_corners, "x": wide, "t": np.array([2, 2]), "angles": numbers(10, 20), "rotate": roll},
        {"net": at_edges, "x": some, "t": rng.integers(0, 3, 10), "angles": numbers(90, 180, -90, 0), "rotate": turn},
        {"net": at_corners, "x": many, "t": rng.integers(0, 4, 7), "angles": numbers(10, 20, 30), "rotate": roll},
    ]


BY_ANGLE = Exercise(
    name="by_angle",
    parts={"right": 2, "same": 1},
    reference=by_angle,
    cases=angle_cases,
    features={
        "several angles": lambda net, x, t, angles, rotate: len(angles) > 1,
        "upright pictures that are taken for others": lambda net, x, t, angles, rotate: bool(
            (net(x).argmax(axis=1) != t).any()
        ),
    },
    codes=("t",),
    hints=(
        "For each angle: turn all pictures, ask the network, compare its answers with t, and with those to the "
        "upright pictures.",
        "The answer to picture n is where row n of net(…) is largest: argmax along axis 1. A share is the mean of "
        "True and False.",
        "right[r] = mean over n of [answer n = t[n]];  same[r] = mean over n of [answer n = answer to upright n]",
    ),
    after=(("before you start", "same is 1 at 0 degrees whatever the network says; right is the accuracy"),),
    slips={
        "what comes of x = rotate(x, …): each turn begins where the last one ended. "
        "Turn the upright pictures.": instead(by_angle, "net(rotate", "net(x := rotate"),
        "in `same` a comparison with the answers at the angle before. "
        "Compare with those to the upright pictures.": instead(
            by_angle, "(answers == upright))", "(answers == upright))\n        upright = answers"
        ),
        "in `same` the share that is right. Consistency asks for no label: compare with the upright answers.": instead(
            by_angle, "answers == upright", "answers == t"
        ),
        "in `same` the share that is right upright as well as turned. Consistency asks for no label.": instead(
            by_angle, "answers == upright", "(answers == t) & (upright == t)"
        ),
        "in `right` the share that stays the same. Being right needs the labels t.": instead(
            by_angle, "answers == t", "answers == upright"
        ),
        "in `right` the shares for the *smallest* outputs. The answer is the class with the largest one.": instead(
            by_angle, "answers == t", "net(rotate(x, degrees)).argmin(axis=1) == t"
        ),
        "in `same` the shares for the *smallest* outputs. The answer is the class with the largest one.": instead(
            by_angle, "answers == upright", "net(rotate(x, degrees)).argmin(axis=1) == net(x).argmin(axis=1)"
        ),
        "in `same` a comparison with the smallest output for each upright picture. "
        "Take the largest there, too.": instead(by_angle, "upright = net(x).argmax", "upright = net(x).argmin"),
        "in `same` a comparison of the smallest output for each turned picture with the largest for the upright one. "
        "Take the largest there, too.": instead(
            by_angle, "answers == upright", "net(rotate(x, degrees)).argmin(axis=1) == upright"
        ),
        "1/N or 0: only the last picture is counted. Add up, +=, over all of them.": instead(
            by_angle,
            "np.mean(answers == t)",
            "(answers == t)[-1] / len(t)",
            "np.mean(answers == upright)",
            "(answers == upright)[-1] / len(t)",
        ),
        "counts times N. Divide by N.": instead(by_angle, "np.mean(", "len(t) * np.sum("),
        "turns by minus the angle.": instead(by_angle, "rotate(x, degrees)", "rotate(x, -degrees)"),
        "counts, not shares: divide by the number of pictures.": instead(by_angle, "np.mean", "np.sum"),
        "the shares of the others: those that are wrong, and those that change.": instead(
            by_angle, "answers ==", "answers !="
        ),
        "the upright pictures at every angle.": instead(by_angle, "rotate(x, degrees)", "x"),
        "an argmax along axis 0: it says which picture has the most of a class. "
        "Each *row* belongs to a picture.": instead(by_angle, "degrees)).argmax(axis=1)", "degrees)).argmax(axis=0)"),
    },
)
