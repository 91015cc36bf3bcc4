"""The explorer of lecture 07: windows, their winners or shares, the gradient's way back, and a picture that moves."""

from functools import partial
from typing import Any

import numpy as np

from cnnlib.arguments import Array, real
from cnnlib.data import digits
from cnnlib.explorers.controls import Control
from cnnlib.explorers.dy import fit
from cnnlib.explorers.frames import Frame, Group, Panel, Place, Sum, cells, link
from cnnlib.explorers.traits import Knob, Values
from cnnlib.explorers.widget import Explorer, count, rows
from cnnlib.pooling import avg_pool2d, lp_pool2d, max_pool2d

MOST = 12  # rows and columns that still can be read as numbers
MAX, MEAN, POWER = KINDS = ["max", "mean", "L^p"]
NUMBERS = partial(rows, height=MOST, width=MOST)
SIZE, SHIFT = partial(count, least=1, most=4), 4
CONTROLS: list[Control] = [
    {"kind": "choice", "name": "pool", "label": "pool", "options": KINDS},
    {"kind": "range", "name": "p", "label": "p (of L^p)", "min": 1, "max": 10, "step": 0.5},
    {"kind": "range", "name": "KH", "label": "rows of a window", "min": 1, "max": 4},
    {"kind": "range", "name": "KW", "label": "columns", "min": 1, "max": 4},
    {"kind": "range", "name": "stride", "label": "stride", "min": 1, "max": 4},
    {"kind": "range", "name": "shift", "label": "move the picture", "min": -SHIFT, "max": SHIFT},
]


def view(x: Any, dy: Any, pool: str, p: float, KH: int, KW: int, stride: int, shift: int) -> Frame:
    """The frame of the pooling explorer.

    Args:
        x: picture (H, W).
        dy: gradient of the loss by y; cut, or continued with ones, where its shape is not y's.
        pool: "max", "mean" or "L^p".
        p: the power in L^p pooling, 1 to 10.
        KH, KW: rows and columns of a window, 1 to 4.
        stride: 1 to 4, of the rows and of the columns.
        shift: how many columns the picture is moved to the right, -4 to 4; zeros come in.

    Returns:
        a frame, see frames.py, with the panels x, y, dx, dy, and, where x has moved, y0: what y was before.

    Raises:
        TypeError, ValueError: not numbers, too many, no such pooling, or the window does not fit.
    """
    still, size = rows("x", x, MOST, MOST), (SIZE("KH", KH), SIZE("KW", KW))
    stride, shift, p = SIZE("stride", stride), count("shift", shift, -SHIFT, SHIFT), power("p", p)
    if pool not in KINDS:
        raise ValueError(f"pool must be one of {', '.join(KINDS)}; got {pool!r}")
    there = moved(still, shift)
    y, backward = pooled(there, pool, p, size, stride)
    before, _ = pooled(still, pool, p, size, stride)
    dy = fit(rows("dy", dy, MOST, MOST), y.shape)
    top = float(np.abs(still).max())
    picture = cells("x", "x", there, "the picture", limits=(-top if still.min() < 0 else 0.0, top))
    if shift:
        picture["title"] = "moved; move it back to change it"
    else:
        picture["edit"] = "x"
    panels: list[Panel] = [
        picture,
        cells("y", "y", y, f"= {pool} of each window", computed=True),
        *([cells("y0", "", before, "before the move", name="y")] if shift else []),
        cells("dx", "x", backward(dy), "way back"),
        cells("dy", "y", dy, "gradient of the loss", edit="dy"),
    ]
    layout: list[Group] = [
        {"title": "forward ↓", "abreast": 2, "rows": [["x"], ["y"], *[["y0"]] * bool(shift)]},
        {"title": "backward ↑", "abreast": 2, "rows": [["dx"], ["dy"]]},
    ]
    sums, reads, more, group = sums_told(pool, p, there, y, dy, size)
    arithmetic: Any = {
        "link": link(2, there, np.ones(size), y, (stride, stride), (0, 0)),
        "sums": sums,
        "reads": reads | ({"y0": []} if shift else {}),
        "start": Place(panel="y", at=[int(n) for n in np.unravel_index(np.abs(y).argmax(), y.shape)]),
        "sweep": "dy",
        "lines": 3 if size[0] * size[1] <= 4 else 3 + 2 * size[0],
    }
    if pool == MAX:
        arithmetic["winner"] = winners(there, y.shape, size, stride)
    return {
        "panels": panels + more,
        "layout": layout + group,
        "arithmetic": arithmetic,
        "caption": caption(still, there, before, y, shift, stride),
        "summary": f"pooling_explorer: {pool}{f', p = {p:g}' if pool == POWER else ''}, windows {size[0]} × {size[1]}, "
        f"stride {stride}, moved by {shift}: x {there.shape[0]} × {there.shape[1]}, y {y.shape[0]} × {y.shape[1]}",
    }


def sums_told(
    pool: str, p: float, x: Array, y: Array, dy: Array, size: tuple[int, int]
) -> tuple[dict[str, Sum], dict[str, list[str]], list[Panel], list[Group]]:
    """Which sums are told where; and the panels that hold their factors, if there are more, with their group."""
    both = {"x": ["y", "dx"], "y": ["y"], "dx": ["dx"], "dy": ["dx"]}
    if pool == MAX:
        sums: dict[str, Sum] = {
            "y": {"of": "y", "factors": ["x"], "op": "max"},
            "dx": {"of": "dx", "factors": ["dy"], "winner": True},
        }
        return sums, both, [], []
    if pool == MEAN:
        shares = cells("w", "w", np.full(size, 1 / (size[0] * size[1])), "= 1 / (rows × columns)")
        sums = {"y": {"of": "y", "factors": ["x", "w"]}, "dx": {"of": "dx", "factors": ["dy", "w"]}}
        return sums, both | {"w": ["y"]}, [shares], [{"title": "the share of each entry", "rows": [["w"]]}]
    scaled = np.divide(dy, y ** (p - 1), out=np.zeros(y.shape), where=y > 0)
    more: list[Panel] = [
        cells("a", "x", np.abs(x) ** p, "= |x|^p"),
        cells("s", "y", y**p, "= y^p = their sums", computed=True),
        cells("g", "x", np.sign(x) * np.abs(x) ** (p - 1), "= sign(x) |x|^(p−1)"),
        cells("r", "y", scaled, "= dy / y^(p−1)"),
    ]
    sums = {"y": {"of": "s", "factors": ["a"]}, "dx": {"of": "dx", "factors": ["g", "r"]}}
    reads = {"a": ["y"], "s": ["y"], "g": ["dx"], "r": ["dx"]}
    title = f"the powers, p = {p:g}: dx is g times the sum of r (0 where y is 0)"
    return sums, both | reads, more, [{"title": title, "rows": [["a", "s"], ["g", "r"]]}]


def pooled(x: Array, pool: str, p: float, size: tuple[int, int], stride: int) -> Any:
    """One map pooled, (OH, OW), and its way back, for arrays without batch and channels."""
    if pool == POWER:
        y, back = lp_pool2d(x[None, None], p, size, stride=stride)
    else:
        y, back = (max_pool2d if pool == MAX else avg_pool2d)(x[None, None], size, stride=stride)
    return y[0, 0], lambda dy: back(dy[None, None])[0, 0]


def winners(x: Array, out: tuple[int, int], size: tuple[int, int], stride: int) -> list[int]:
    """For each output the first of its largest entries, counted along the rows of x."""
    found = []
    for i, j in np.ndindex(*out):
        top, left = stride * i, stride * j
        u, v = divmod(int(x[top : top + size[0], left : left + size[1]].argmax()), size[1])
        found.append((top + u) * x.shape[1] + left + v)
    return found


def moved(x: Array, steps: int) -> Array:
    """The picture so many columns further to the right; zeros come in."""
    there, kept = np.zeros(x.shape), max(0, x.shape[1] - abs(steps))
    there[:, max(0, steps) :][:, :kept] = x[:, max(0, -steps) :][:, :kept]
    return there


def caption(still: Array, there: Array, before: Array, after: Array, shift: int, stride: int) -> str:
    """What the move changed; without one, which pixels an output reads."""
    if not shift:
        step = "" if stride == 1 else str(stride)
        return f"y[i, j] reads x[{step}i + u, {step}j + v], for all u and v in the window"

    def change(a: Array, b: Array) -> float:
        return float(np.linalg.norm(b - a) / (np.linalg.norm(a) or 1))

    pixels, entries = int((still != there).sum()), int((before != after).sum())
    return (
        f"Moved by {shift}: {pixels} of {still.size} pixels differ, and {entries} of {after.size} entries of y. "
        f"Change of x {change(still, there):.2f}, of y {change(before, after):.2f}. "
        + same(before, after, shift, stride)
    )


def same(before: Array, after: Array, shift: int, stride: int) -> str:
    """Is y what it was, or what it was moved along?"""
    steps = shift // stride
    if np.array_equal(before, after):
        return "y is as it was."
    if shift % stride == 0 and np.array_equal(moved(before, steps), after):
        return f"y is the old map, moved by {steps}."
    return "y is another map."


def power(name: str, value: object) -> float:
    if (number := real(name, value, 1)) > 10:
        raise ValueError(f"{name} must be 1 to 10, got {number:g}")
    return number


class PoolingExplorer(Explorer):
    """A picture, windows on it, and the gradient's way back.

    Attributes:
        x, dy: inputs, as read-only arrays; assign a whole array to change one.
        pool, p, KH, KW, stride, shift: to be assigned likewise.
        y, dx: what follows from them.
    """

    dy, y, dx = Values("dy", NUMBERS), Values("y"), Values("dx")
    pool, p = Knob(lambda name, value: value), Knob(power)
    KH, KW, stride = Knob(SIZE), Knob(SIZE), Knob(SIZE)
    shift = Knob(partial(count, least=-SHIFT, most=SHIFT))
    x = Values("x", NUMBERS)


def pooling_explorer(
    x: Any = None,
    dy: Any = None,
    *,
    pool: str = MAX,
    p: float = 2,
    KH: int = 2,
    KW: int = 2,
    stride: int = 2,
    shift: int = 0,
) -> PoolingExplorer:
    """Lecture 07: windows, winners and shares, forward and backward, on a picture that can be moved.

    Args:
        x: picture (H, W), at most 12 x 12; by default a handwritten digit of 8 x 8, ink 0 to 16.
        dy: gradient of the loss by y; by default ones.
        pool: "max", "mean" or "L^p".
        p: the power in L^p pooling, 1 to 10.
        KH, KW: rows and columns of a window, 1 to 4.
        stride: 1 to 4.
        shift: columns that the picture is moved to the right, -4 to 4.

    Returns:
        the explorer, with the attributes x, dy, pool, p, KH, KW, stride, shift, y, dx.

    Raises:
        TypeError, ValueError: not numbers, too many, or they do not fit each other.
    """
    picture = digits().x_train[25, 0] * 16 if x is None else NUMBERS("x", x)
    pull = [[1.0]] if dy is None else NUMBERS("dy", dy)
    return PoolingExplorer(view, CONTROLS, x=picture, dy=pull, pool=pool, p=p, KH=KH, KW=KW, stride=stride, shift=shift)
