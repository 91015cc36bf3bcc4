"""The explorer of lecture 07: a transposed convolution, whose every stamp can be pointed at."""

from functools import partial
from typing import Any

import numpy as np

from cnnlib.convolution import conv_transpose2d
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, cells, link
from cnnlib.explorers.traits import Knob, Values
from cnnlib.explorers.widget import Explorer, count, rows

PICTURE, KERNEL = partial(rows, height=6, width=6), partial(rows, height=5, width=5)
STRIDE, PADDING = partial(count, least=1, most=4), partial(count, least=0, most=3)
CONTROLS: list[Control] = [
    {"kind": "size", "name": "w", "label": "kernel", "max": 5},
    {"kind": "range", "name": "stride", "label": "stride", "min": 1, "max": 4},
    {"kind": "range", "name": "padding", "label": "padding (cut off)", "min": 0, "max": 3},
]


def view(x: Any, w: Any, stride: int, padding: int) -> Frame:
    """The frame of the explorer of transposed convolutions.

    Args:
        x: (H, W), at most 6 x 6.
        w: kernel (KH, KW), at most 5 x 5.
        stride: how far apart the stamps begin, 1 to 4.
        padding: rows and columns that are cut off every side of y, 0 to 3.

    Returns:
        a frame, see frames.py, with the panels x, w, y with the rim that is cut off, and n, the stamps on each place.

    Raises:
        TypeError, ValueError: not numbers, too many, or nothing is left of y.
    """
    x, w = PICTURE("x", x), KERNEL("w", w)
    stride, padding = STRIDE("stride", stride), PADDING("padding", padding)

    def stamped(x: Any, w: Any) -> Any:
        return conv_transpose2d(x[None, None], w[None, None], stride=stride)[0][0, 0]

    y, rim = stamped(x, w), (padding, padding)
    if min(y.shape) <= 2 * padding:
        raise ValueError(f"padding must leave something of y, which has {y.shape[0]} × {y.shape[1]}: got {padding}")
    often = stamped(np.ones(x.shape), np.ones(w.shape))
    cut = y[padding : len(y) - padding, padding : y.shape[1] - padding]
    size = ";  ".join(
        f"{name} {stride}·({n} − 1) + {k} − 2·{padding} = {stride * (n - 1) + k - 2 * padding}"
        for name, n, k in zip(("rows", "columns"), x.shape, w.shape, strict=True)
    )
    step, less = ("" if stride == 1 else str(stride)), f" − {padding}" * bool(padding)
    return {
        "panels": [
            cells("x", "y", x, "input", edit="x"),
            cells("w", "w", w, "kernel", edit="w"),
            cells("y", "x", y, "the stamps added up", rim=rim),
            cells("n", "x", often, "how many reach each place", name="stamps", rim=rim),
        ],
        "layout": [
            {"title": "", "abreast": 2, "rows": [["x", "w"]]},
            {"title": "", "rows": [["y", "n"]]},
        ],
        "arithmetic": {
            "link": link(2, cut, w, x, (stride, stride), rim),
            "sums": {"y": {"of": "y", "factors": ["x", "w"]}},
            "reads": {"x": ["y"], "w": ["y"], "y": ["y"], "n": ["y"]},
            "start": {"panel": "x", "at": [n // 2 for n in x.shape]},
            "sweep": "x",
            "lines": 3 + 2 * max(3, len(w)),
        },
        "caption": f"x[m, q] stamps y[{step}m + u{less}, {step}q + v{less}] with weight [u, v];  {size}",
        "summary": f"transposed_explorer, stride {stride}, padding {padding}: x {x.shape[0]} × {x.shape[1]}, "
        f"w {w.shape[0]} × {w.shape[1]}, y {cut.shape[0]} × {cut.shape[1]}",
    }


class TransposedExplorer(Explorer):
    """A transposed convolution.

    Attributes:
        x, w: inputs, as read-only arrays; assign a whole array to change one.
        stride, padding: whole numbers, to be assigned likewise.
        y: what follows from them.
    """

    x, w, y = Values("x", PICTURE), Values("w", KERNEL), Values("y")
    stride, padding = Knob(STRIDE), Knob(PADDING)


def transposed_explorer(x: Any = None, w: Any = None, *, stride: int = 2, padding: int = 0) -> TransposedExplorer:
    """Lecture 07: a transposed convolution, to point at and change.

    Args:
        x: (H, W), at most 6 x 6; by default ones.
        w: kernel (KH, KW), at most 5 x 5; by default ones.
        stride: 1 to 4.
        padding: what is cut off every side, 0 to 3.

    Returns:
        the explorer, with the attributes x, w, stride, padding, y.

    Raises:
        TypeError, ValueError: not numbers, too many, or nothing is left of y.
    """
    inputs = {
        "x": np.ones((4, 4)) if x is None else PICTURE("x", x),
        "w": np.ones((3, 3)) if w is None else KERNEL("w", w),
    }
    return TransposedExplorer(view, CONTROLS, **inputs, stride=stride, padding=padding)
