"""The kernel explorer of lecture 04: a picture, a kernel that can be edited, and what it makes of the picture."""

from functools import partial
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.convolution import conv2d
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import CellOptions, Frame, Group, Panel, cells, link
from cnnlib.explorers.images import LARGEST, coloured, colours, kept, opened, picture, pictures
from cnnlib.explorers.key import describe, legend
from cnnlib.explorers.traits import Knob, Values
from cnnlib.explorers.widget import Action, Explorer, Knobs, count, rows

OPENED, GIVEN = "your own", "from the notebook"  # what a picture is called that the reader opened, or a cell gave
PRESETS: dict[str, list[list[float]]] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur": [[0.107, 0.113, 0.107], [0.113, 0.119, 0.113], [0.107, 0.113, 0.107]],  # Shi, Video 12.1
    "vertical edge": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],  # Shi, Video 12.1
    "horizontal edge": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "corner": [[-1, -1, 1], [-1, -1, 1], [1, 1, 1]],
    "shift": [[0, 0, 0], [0, 0, 0], [0, 0, 1]],
    "Gaussian 5 × 5": (np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256).tolist(),
    "smear 1 × 7": [[1 / 7] * 7],
}
AFTER = ("nothing", "ReLU", "max pooling")
STRIDE, PADDING, DILATION = (partial(count, least=a, most=b) for a, b in ((1, 8), (0, 8), (1, 4)))
WIDTH = 288  # pixels of the screen


def view(
    image: Any, kernel: Any, stride: int, padding: int, dilation: int, flip: bool, after: str = "nothing"
) -> Frame:
    """The frame of the kernel explorer.

    Args:
        image: (H, W), or in colour (3, H, W) or (H, W, 3), of which the lightness is convolved.
        kernel: (KH, KW), at most 7 x 7.
        stride, padding, dilation: whole numbers, for rows and columns.
        flip: true convolution, where the kernel is flipped, instead of correlation.
        after: what follows the convolution, one of AFTER.

    Returns:
        a frame, see frames.py, with the panels x, w and y, and a, what follows.

    Raises:
        TypeError, ValueError: not numbers, too many, or the kernel does not fit.
    """
    x, w = picture("image", image), weights("kernel", kernel)
    stride, padding = STRIDE("stride", stride), PADDING("padding", padding)
    dilation = DILATION("dilation", dilation)
    dilated = np.zeros([dilation * (n - 1) + 1 for n in w.shape])
    dilated[::dilation, ::dilation] = w[::-1, ::-1] if flip else w
    y = conv2d(x[None, None], dilated[None, None], stride=stride, padding=padding)[0][0, 0]
    padded, rim = np.pad(x, padding), (padding, padding)
    start = [n // 2 for n in y.shape]
    window = padded[stride * start[0] :, stride * start[1] :][: len(dilated), : dilated.shape[1]]
    if not (window * dilated).any():  # nothing but zeros to tell
        start = [int(n) for n in np.unravel_index(abs(y).argmax(), y.shape)]
    scale, offset = ((-1, -1), (len(w) - 1, w.shape[1] - 1)) if flip else ((1, 1), (0, 0))
    limits = (min(0.0, float(x.min())), max(1.0, float(x.max())))
    shades = None if y.min() < 0 else (0.0, max(limits[1], float(y.max())))
    width = max(WIDTH // 2, WIDTH * max(y.shape) // max(padded.shape))
    sign = "∗" if flip else "⋆"
    own: CellOptions = {"picture": True, "size": WIDTH, "asset": "x"}
    if coloured(image):
        own["colours"] = np.pad(colours(image), [rim, rim, (0, 0)])
    relation = link(2, x, w, y, (stride, stride), rim, (dilation, dilation))
    panels: list[Panel] = [
        cells("x", "x", padded, "picture", rim=rim, limits=limits, **own),
        cells("w", "w", w, "kernel", edit="kernel", scale=scale, offset=offset),
        cells("y", "y", y, f"= x {sign} w", picture=True, size=width, limits=shades, computed=True),
    ]
    layout: list[Group] = [{"title": "", "rows": [["x", sign, "w", "=", "y"]]}]
    panels += followed(y, after, shades, width)
    if len(panels) > 3:
        layout.append({"title": "", "rows": [["a"]]})
    return {
        "panels": panels,
        "layout": layout,
        "arithmetic": {
            "link": relation,
            "sums": {"y": {"of": "y", "factors": ["x", "w"]}},
            "reads": {panel["id"]: ["y"] for panel in panels},
            "start": {"panel": "y", "at": start},
            "sweep": "y",
            "lines": 2 + 2 * max(2, len(w), len(y) * (y.size <= 49)),
        },
        "caption": describe(relation),
        "signs": legend(panels, layout),
        "summary": f"kernel_explorer: picture {x.shape[0]} × {x.shape[1]} {sign} kernel {w.shape[0]} × {w.shape[1]}, "
        f"stride {stride}, padding {padding}, dilation {dilation} = {y.shape[0]} × {y.shape[1]}",
    }


def followed(y: Array, after: str, shades: tuple[float, float] | None, width: int) -> list[Panel]:
    """The panel a, what follows the convolution: none, max(0, y), or of every 2 x 2 outputs the greatest."""
    if after == "ReLU":
        a = np.maximum(y, 0)
        return [cells("a", "y", a, "= max(0, y)", picture=True, size=width, limits=shades, computed=True)]
    if after == "max pooling" and min(y.shape) > 1:
        rows, columns = (n // 2 for n in y.shape)
        windows = y[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).swapaxes(1, 2).reshape(rows, columns, 4)
        which = windows.argmax(2)
        won = (2 * np.arange(rows)[:, None] + which // 2) * y.shape[1] + 2 * np.arange(columns) + which % 2
        options: CellOptions = {"picture": True, "size": width // 2, "winners": won.ravel().tolist()}
        title = "= the greatest of each 2 × 2 of y"
        return [cells("a", "y", windows.max(2), title, scale=(0.5, 0.5), limits=shades, **options)]
    if after not in AFTER:
        raise ValueError(f"after must be one of {', '.join(AFTER)}; got {after!r}")
    return []


def weights(name: str, value: Any) -> Array:
    """A kernel of at most 7 x 7, or a preset by its name."""
    if isinstance(value, str):
        if value not in PRESETS:
            raise ValueError(f"{name} must be an array or one of {', '.join(PRESETS)}; got {value!r}")
        value = PRESETS[value]
    return rows(name, value, 7, 7)


class KernelExplorer(Explorer):
    """A picture, a kernel and the output, linked.

    Attributes:
        image, kernel: read-only arrays; assign a whole array, or the name of a picture or preset, to change one.
        stride, padding, dilation, flip, after: to be assigned likewise.
        output: what follows from them.
    """

    kernel, output = Values("w", weights, 2), Values("y")
    image = Values("x", lambda name, value: value if isinstance(value, str) else picture(name, value))
    stride, padding, dilation = Knob(STRIDE), Knob(PADDING), Knob(DILATION)
    flip = Knob(lambda name, value: bool(value))

    def __init__(self, image: Any, **knobs: Any) -> None:
        self.stock = pictures() | ({} if isinstance(image, str) else {GIVEN: kept("image", image)})
        knobs |= {"picture": image if isinstance(image, str) else GIVEN, "kernel": weights("kernel", knobs["kernel"])}
        actions: dict[str, Action] = {"open": lambda _, file, data: {"image": opened(file, data), "called": OPENED}}
        super().__init__(self._show, controls(self.stock), actions, **knobs)

    def _show(self, picture: str, **knobs: Any) -> Frame:
        if picture not in self.stock:
            raise ValueError(f"image must be an array or one of {', '.join(self.stock)}; got {picture!r}")
        return view(self.stock[picture], **knobs)

    def meant(self, changes: Knobs) -> Knobs:
        """`image` names a picture, or brings one along; `called` is how that is called then."""
        image, called = changes.get("image"), changes.get("called", GIVEN)
        changes = {name: value for name, value in changes.items() if name not in ("image", "called")}
        if isinstance(image, str):
            changes["picture"] = image
        elif image is not None:
            changes["picture"], self.stock = called, self.stock | {called: kept("image", image)}
        return super().meant(changes)

    def replace(self, knobs: Knobs, shown: Frame) -> None:
        with self.hold_sync():
            self.spec = controls(self.stock)
            super().replace(knobs, shown)


def controls(pictures: dict[str, Array]) -> list[Control]:
    presets = {name: {"kernel": kernel} for name, kernel in PRESETS.items()}
    return [
        {"kind": "choice", "name": "picture", "label": "picture", "options": list(pictures)},
        {"kind": "upload", "action": "open", "label": "open …", "most": LARGEST},
        {"kind": "presets", "label": "kernel", "options": presets},
        {"kind": "size", "name": "kernel", "label": "size", "max": 7, "middle": True},
        {"kind": "range", "name": "stride", "label": "stride", "min": 1, "max": 8},
        {"kind": "range", "name": "padding", "label": "padding", "min": 0, "max": 8},
        {"kind": "range", "name": "dilation", "label": "dilation", "min": 1, "max": 4},
        {"kind": "toggle", "name": "flip", "label": "flip (true convolution)"},
        {"kind": "choice", "name": "after", "label": "then", "options": list(AFTER)},
    ]


def kernel_explorer(
    image: Any = "photograph",
    kernel: Any = "vertical edge",
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    flip: bool = False,
    after: str = "nothing",
) -> KernelExplorer:
    """Lecture 04: any picture, any kernel, and the arithmetic under every pixel.

    Args:
        image: an array (H, W), (3, H, W) or (H, W, 3) of at most 256 x 256, or the name of a bundled picture.
        kernel: an array (KH, KW) of at most 7 x 7, or the name of a preset.
        stride: 1 to 8.
        padding: zeros on each side, 0 to 8.
        dilation: 1 to 4.
        flip: true convolution instead of correlation.
        after: what follows it, "nothing", "ReLU" or "max pooling" of 2 x 2.

    Returns:
        the explorer, with the attributes image, kernel, output, stride, padding, dilation, flip, after.

    Raises:
        TypeError, ValueError: not numbers, too many, an unknown name, or the kernel does not fit.
    """
    return KernelExplorer(
        image, kernel=kernel, stride=stride, padding=padding, dilation=dilation, flip=flip, after=after
    )
