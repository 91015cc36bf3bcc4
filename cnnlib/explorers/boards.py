"""The boards of lectures 05 and 06: one convolution forward and backward, every number on its square.

Each gradient stands beside what it is the gradient of, and has its shape. Point at a square to see what it touches.
"""

from functools import partial
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.convolution import conv1d, conv2d
from cnnlib.explorers import frames
from cnnlib.explorers.controls import Control
from cnnlib.explorers.dy import ACTIONS, fit, outputs
from cnnlib.explorers.frames import Cells, Frame, Group, Panel, Place, Sum, inside, link
from cnnlib.explorers.key import describe, legend
from cnnlib.explorers.traits import Knob, Values
from cnnlib.explorers.widget import Explorer, Knobs, count, rows

MOST = 12  # rows and columns that still can be read as numbers
NUMBERS = partial(rows, height=MOST, width=MOST)
STRIDE, PADDING = partial(count, least=1, most=4), partial(count, least=0, most=4)
CONTROLS: list[Control] = [
    {"kind": "size", "name": "x", "label": "x", "max": MOST},
    {"kind": "size", "name": "w", "label": "w", "max": MOST},
    {"kind": "range", "name": "stride", "label": "stride", "min": 1, "max": 4},
    {"kind": "range", "name": "padding", "label": "padding", "min": 0, "max": 4},
    {"kind": "button", "action": "random", "label": "random dy"},
    {"kind": "button", "action": "one", "label": "a single 1 in dy"},
    {"kind": "toggle", "name": "spread", "label": "dx as a correlation"},
]
SUMS: dict[str, Sum] = {
    "y": {"of": "y", "factors": ["x", "w"], "plus": ["b"]},
    "dx": {"of": "dx", "factors": ["dy", "w"]},
    "dw": {"of": "dw", "factors": ["dy", "x"]},
    "db": {"of": "db", "factors": ["dy"]},
}
AS_CORRELATION: Sum = {"of": "dx", "factors": ["dypad", "wflip"], "zeros": True}
READS = {  # which sums are told for which panel
    **{"x": ["y", "dx"], "w": ["y", "dw"], "b": ["db"], "y": ["y"], "dy": ["dx", "dw", "db"]},
    **{"dx": ["dx"], "dw": ["dw"], "db": ["db"]},
}


def view(x: Any, w: Any, b: Any, dy: Any, stride: int, padding: int, spread: bool = False, *, ndim: int = 2) -> Frame:
    """The frame of a board.

    Args:
        x: input (H, W), or (W,).
        w: kernel (KH, KW), or (KW,).
        b: bias, a number.
        dy: gradient of the loss by y; cut, or continued with ones, where its shape is not y's.
        stride, padding: of the columns and, in two dimensions, of the rows.
        spread: show dx a second time, as a correlation: dy with zeros between and around, with the flipped kernel.
        ndim: 1 or 2.

    Returns:
        a frame, see frames.py, with the panels x, w, b, y, dx, dw, db, dy, and dypad (dy or dyup in a rim of zeros) and
        wflip (w flipped).

    Raises:
        TypeError, ValueError: not numbers, too many, or the kernel does not fit.
    """
    high = MOST if ndim == 2 else 1
    x, w, b = rows("x", x, high, MOST), rows("w", w, high, MOST), rows("b", b, 1, 1)
    stride, padding = STRIDE("stride", stride), PADDING("padding", padding)
    step, rim = ((1, stride), (0, padding)) if ndim == 1 else ((stride, stride), (padding, padding))
    if ndim == 1:  # refuse what does not fit, in terms of x itself
        conv1d(x[None], w[None], stride=stride, padding=padding)
    else:
        conv2d(x[None, None], w[None, None], stride=stride, padding=padding)
    padded = np.pad(x, [(n, n) for n in rim])
    y4, backward = conv2d(padded[None, None], w[None, None], b[0], stride=step)
    y = y4[0, 0]
    dy = fit(rows("dy", dy, MOST + 8, MOST + 8), y.shape)

    (dx,), (dw,) = (gradient[0] for gradient in backward(dy[None, None])[:2])
    db = np.array([[dy.sum()]])
    up, panel = "dyup" if stride > 1 else "dy", partial(frames.cells, ndim=ndim)
    panels: list[Panel] = [
        panel("x", "x", padded, "input", edit="x", rim=rim),
        panel("dx", "x", dx, f"= {up} ∗ w", rim=rim),
        panel("w", "w", w, "kernel", edit="w"),
        panel("dw", "w", dw, f"= x ⋆ {up}"),
        panel("b", "b", b, "bias", edit="b"),
        panel("db", "b", db, "= Σ dy"),
        panel("y", "y", y, "= x ⋆ w + b", computed=True),
        panel("dy", "y", dy, "gradient of the loss", edit="dy"),
    ]
    layout: list[Group] = [
        {"title": "forward ↓", "abreast": 2, "rows": [["x"], ["w", "b"], ["y"]]},
        {"title": "backward ↑", "abreast": 2, "rows": [["dx"], ["dw", "db"], ["dy"]]},
    ]
    if spread:
        panels += correlation(up, dy, w, padded.shape, step)
        title = "dx as a correlation" + ", its rim cut off" * (padding > 0)
        layout.append({"title": title, "rows": [["dypad", "⋆", "wflip"]]})
    relation = link(ndim, x, w, y, step, rim)
    signs = legend(panels, layout) | {"∗": "convolution: w is flipped, and hangs over the ends of dy"}
    if stride > 1:
        signs[up] = f"dy with {stride - 1} zero{'s' * (stride > 2)} between neighbours, for stride {stride}"
    sums, reads = dict(SUMS), dict(READS)
    if spread:
        sums["as a correlation"] = AS_CORRELATION
        reads |= {"dx": ["dx", "as a correlation"], "dypad": ["dx"], "wflip": ["dw"]}
    shown = {panel["id"]: inside(panel) for panel in panels if panel["kind"] == "cells"}
    if ndim == 1:
        reads |= {"y": ["y", "dx", "dw", "db"]}
        start, lines = Place(panel="dw", at=[0, min(1, w.shape[1] - 1)]), 3 + 2 * min(6, w.shape[1])
        values = {name: " ".join(f"{v:.10g}" for v in array.ravel()) for name, array in shown.items()}
    else:
        start = Place(panel="dx", at=[min(1, n - 1) for n in x.shape])
        lines = 3 + 4 * min(5, max(len(w), len(y) * (y.size <= 49)))
        shapes = {name: " × ".join(map(str, array.shape)) for name, array in shown.items()}
        values = shapes | {"b": f"{b.item():.10g}", "db": f"{db.item() + 0.0:.10g}"}
    return {
        "panels": panels,
        "layout": layout,
        "arithmetic": {
            "link": relation,
            "sums": sums,
            "reads": reads,
            "start": start,
            "sweep": "y" if ndim == 1 else "dy",
            "lines": lines,
        },
        "caption": describe(relation),
        "signs": signs,
        "summary": f"conv{ndim}d_board, stride {stride}, padding {padding}: "
        + ", ".join(f"{name} = {values[name]}" for name in ("x", "w", "b", "y", "dy", "dx", "dw", "db")),
    }


def correlation(name: str, dy: Array, w: Array, size: tuple[int, ...], step: tuple[int, int]) -> list[Cells]:
    """The panels whose correlation is dx, of this size: dy spread by the step in a rim of zeros, and w flipped."""
    last = w.shape[0] - 1, w.shape[1] - 1
    dypad = np.zeros([n + k for n, k in zip(size, last, strict=True)])
    dypad[np.ix_(*(k + s * np.arange(n) for k, s, n in zip(last, step, dy.shape, strict=True)))] = dy
    return [
        frames.cells("dypad", "y", dypad, f"{name} in a rim of zeros", scale=step, offset=last, stretched=True),
        frames.cells("wflip", "w", w[::-1, ::-1], "w flipped", scale=(-1, -1), offset=last, stretched=True),
    ]


class Board(Explorer):
    """A convolution whose every number can be read, changed and traced.

    Attributes:
        x, w, b, dy: inputs, as read-only arrays; assign a whole array to change one.
        stride, padding: whole numbers, to be assigned likewise.
        y, dx, dw, db: what follows from them.
    """

    x, w, dy, b = Values("x", NUMBERS), Values("w", NUMBERS), Values("dy", NUMBERS), Values("b", NUMBERS, 0)
    y, dx, dw, db = Values("y"), Values("dx"), Values("dw"), Values("db", None, 0)
    stride, padding = Knob(STRIDE), Knob(PADDING)

    def __init__(self, ndim: int, start: Any, x: Any, w: Any, b: Any, dy: Any, **knobs: Any) -> None:
        usual = start[2] if x is None and w is None else 1.0  # what is missing is continued with ones
        inputs: Knobs = {"x": start[0] if x is None else x, "w": start[1] if w is None else w, "dy": usual}
        arrays = {name: rows(name, value, MOST if ndim == 2 else 1, MOST) for name, value in inputs.items()}
        self.ndim = ndim
        knobs |= self.natural(arrays | {"b": rows("b", b, 1, 1)})
        super().__init__(partial(view, ndim=ndim), CONTROLS[: 5 + ndim], ACTIONS, **knobs)
        if dy is not None:
            self.dy = dy

    def natural(self, knobs: Knobs) -> Knobs:
        """With lists as deep as their arrays: what another widget would be linked with."""
        arrays = {name: np.array(knobs[name]) for name in ("x", "w", "dy")}
        flat = {name: (array.ravel() if self.ndim == 1 else array).tolist() for name, array in arrays.items()}
        return knobs | flat | {"b": np.ravel(knobs["b"]).item()}

    def meant(self, changes: Knobs) -> Knobs:
        knobs = self.natural(super().meant(changes))
        if "dy" in changes and (got := np.shape(knobs["dy"])) != (shape := outputs(knobs)):
            raise ValueError(f"dy must have the shape of y, {shape}, got {got}")
        return knobs


def conv1d_board(
    x: Any = None, w: Any = None, b: float = 0.0, dy: Any = None, *, stride: int = 1, padding: int = 0
) -> Board:
    """Lecture 05: a one-dimensional convolution forward and backward, to point at, change and step through.

    Args:
        x: input (L,), at most 12 numbers; by default 2, 0, 1, 3.
        w: kernel (K,); by default 1, -1.
        b: bias.
        dy: gradient of the loss by y, (T,) with T = floor((L + 2 padding - K) / stride) + 1; by default 5, 7, 11, or
            ones for an x or w of your own.
        stride: 1 to 4.
        padding: zeros at each end, 0 to 4.

    Returns:
        the board, with the attributes x, w, b, dy, stride, padding, y, dx, dw, db.

    Raises:
        TypeError, ValueError: not numbers, too many, or they do not fit each other.
    """
    start = [2, 0, 1, 3], [1, -1], [5, 7, 11]
    return Board(1, start, x, w, b, dy, stride=stride, padding=padding)


def conv2d_board(
    x: Any = None,
    w: Any = None,
    b: float = 0.0,
    dy: Any = None,
    *,
    stride: int = 1,
    padding: int = 0,
    spread: bool = False,
) -> Board:
    """Lecture 06: a two-dimensional convolution forward and backward, to point at, change and step through.

    Args:
        x: input (H, W), at most 12 x 12; by default a small one of 4 x 4.
        w: kernel (KH, KW); by default one of 2 x 2.
        b: bias.
        dy: gradient of the loss by y, of y's shape; by default small numbers, or ones for an x or w of your own.
        stride: 1 to 4.
        padding: zeros on each side, 0 to 4.
        spread: show dx as a correlation, too: dy with zeros between and around, with the flipped kernel.

    Returns:
        the board, with the attributes x, w, b, dy, stride, padding, y, dx, dw, db.

    Raises:
        TypeError, ValueError: not numbers, too many, or they do not fit each other.
    """
    picture = [[2, 0, 1, 3], [1, 3, 2, 0], [0, 1, 2, 1], [3, 2, 0, 1]]
    start = picture, [[1, -1], [2, 0]], [[5, 7, 11], [2, 3, 1], [4, 1, 6]]
    return Board(2, start, x, w, b, dy, stride=stride, padding=padding, spread=spread)
