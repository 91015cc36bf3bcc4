"""Known mistakes in a convolution layer, forward and backward, each with its diagnosis. See `layers` for the shapes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.checks import Slip
from cnnlib.exercises.layers import Array, backward, cut, forward, padded, pair, spread, windows

# ---------------------------------------------------------------- forward


def taps_apart(x: Array, w: Array, b: Array, stride: Any = 1, padding: Any = 0) -> Array:
    """Dilation: the stride between the taps, the outputs next to each other."""
    (rows, columns), (F, C, KH, KW) = pair(stride), w.shape
    dilated = np.zeros((F, C, rows * (KH - 1) + 1, columns * (KW - 1) + 1), w.dtype)
    dilated[:, :, ::rows, ::columns] = w
    return forward(x, dilated, b, 1, padding)


def rounded_up(x: Array, w: Array, b: Array, stride: Any = 1, padding: Any = 0) -> Array:
    missing = [
        -(n + 2 * p - k) % s for n, k, s, p in zip(x.shape[2:], w.shape[2:], pair(stride), pair(padding), strict=True)
    ]
    longer = np.pad(padded(x, padding), ((0, 0), (0, 0), (0, missing[0]), (0, missing[1])))
    return forward(longer, w, b, stride)


def padded_at_one_end(x: Array, w: Array, b: Array, stride: Any = 1, padding: Any = 0) -> Array:
    (top, left) = pair(padding)
    return forward(np.pad(x, ((0, 0), (0, 0), (0, 2 * top), (0, 2 * left))), w, b, stride)


FORWARD_SLIPS = (
    Slip(
        "kernel reversed",
        "a true convolution, which reverses the kernel. A layer does not: the index of w and the index of x grow "
        "together.",
        lambda x, w, b, stride=1, padding=0: forward(x, w[:, :, ::-1, ::-1], b, stride, padding),
    ),
    Slip(
        "stride ignored",
        "the outputs at every position. With stride s only every s-th of them is kept.",
        lambda x, w, b, stride=1, padding=0: forward(x, w, b, 1, padding),
    ),
    Slip(
        "stride between the taps",
        "taps that are a stride apart: that is a dilated convolution. The stride is the step between outputs.",
        taps_apart,
    ),
    Slip(
        "padding ignored",
        "the outputs without padding.",
        lambda x, w, b, stride=1, padding=0: forward(x, w, b, stride, 0),
    ),
    Slip(
        "stride and padding ignored",
        "the outputs of stride 1 without padding. Both arguments are to be used.",
        lambda x, w, b, stride=1, padding=0: forward(x, w, b),
    ),
    Slip(
        "padded at one end",
        "all the padding behind the data. Half of it belongs in front: `padding` zeros at either end.",
        padded_at_one_end,
    ),
    Slip(
        "size rounded up",
        "one output more where the stride leaves entries over. A kernel that hangs out at the end gives no output: "
        "the size is rounded down.",
        rounded_up,
    ),
    Slip(
        "bias missing",
        "the sum without the bias.",
        lambda x, w, b, stride=1, padding=0: forward(x, w, 0 * b, stride, padding),
    ),
    Slip(
        "bias added twice",
        "the sum with the bias added twice.",
        lambda x, w, b, stride=1, padding=0: forward(x, w, 2 * b, stride, padding),
    ),
    Slip(
        "one bias for all filters",
        "the first bias for every filter. Each filter has its own.",
        lambda x, w, b, stride=1, padding=0: forward(x, w, np.full_like(b, b[0]), stride, padding),
    ),
    Slip(
        "first channel only",
        "the first channel alone. An output adds up all channels of its window.",
        lambda x, w, b, stride=1, padding=0: forward(x[:, :1], w[:, :1], b, stride, padding),
    ),
    Slip(
        "channels averaged",
        "the mean over the channels. They are added.",
        lambda x, w, b, stride=1, padding=0: forward(x, w / x.shape[1], b, stride, padding),
    ),
    Slip(
        "first example only",
        "the answer for the first example, repeated for the whole batch.",
        lambda x, w, b, stride=1, padding=0: forward(np.repeat(x[:1], len(x), 0), w, b, stride, padding),
    ),
)

# ---------------------------------------------------------------- backward: each slip spoils one gradient


def with_dx(change: Callable[..., Array]) -> Callable[..., tuple[Array, Array, Array]]:
    """A slip whose dx alone is wrong: change(dy, x, w, stride, padding)."""

    def slipped(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
        _, dw, db = backward(dy, x, w, stride, padding)
        return change(dy, x, w, stride, padding), dw, db

    return slipped


def with_dw(change: Callable[..., Array]) -> Callable[..., tuple[Array, Array, Array]]:
    """A slip whose dw alone is wrong: change(dy, x, w, stride, padding)."""

    def slipped(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
        dx, _, db = backward(dy, x, w, stride, padding)
        return dx, change(dy, x, w, stride, padding), db

    return slipped


def with_db(change: Callable[[Array], Any]) -> Callable[..., tuple[Array, Array, Any]]:
    """A slip whose db alone is wrong: change(dy)."""

    def slipped(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Any]:
        dx, dw, _ = backward(dy, x, w, stride, padding)
        return dx, dw, change(dy)

    return slipped


def first_channel_of(array: Array) -> Array:
    kept = np.zeros_like(array)
    kept[:, 0] = array[:, 0]
    return kept


def cut_with_minus_p(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    """dxpad[..., p:-p], as in one dimension where the height has no padding to cut."""
    dxpad, (top, left) = spread(dy, w, stride, padded(x, padding).shape[2:]), pair(padding)
    rows = slice(None) if x.shape[2] == 1 else slice(top, -top)
    return dxpad[:, :, rows, left:-left]


def overwritten(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    (rows, columns), (OH, OW) = pair(stride), dy.shape[2:]
    dxpad = np.zeros_like(padded(x, padding))
    for u, v in np.ndindex(*w.shape[2:]):
        met = (slice(u, u + rows * (OH - 1) + 1, rows), slice(v, v + columns * (OW - 1) + 1, columns))
        dxpad[:, :, *met] = np.einsum("nfij,fc->ncij", dy, w[:, :, u, v])
    return cut(dxpad, x, padding)


def overwritten_by_places(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    (rows, columns), (KH, KW) = pair(stride), w.shape[2:]
    dxpad = np.zeros_like(padded(x, padding))
    for i, j in np.ndindex(*dy.shape[2:]):
        window = (slice(rows * i, rows * i + KH), slice(columns * j, columns * j + KW))
        dxpad[:, :, *window] = np.einsum("nf,fcuv->ncuv", dy[:, :, i, j], w)
    return cut(dxpad, x, padding)


def in_another_order(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
    dx, dw, db = backward(dy, x, w, stride, padding)
    return dw, dx, db


def stride_ignored(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
    return backward(dy, x, w, 1, padding)


def divided_by_batch(dy: Array, x: Array, w: Array, stride: Any = 1, padding: Any = 0) -> tuple[Array, Array, Array]:
    dx, dw, db = backward(dy, x, w, stride, padding)
    return dx, dw / len(x), db / len(x)


def last_window(dy: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    seen = windows(x, w, stride, padding)[:, :, dy.shape[2] - 1, dy.shape[3] - 1]
    return np.einsum("nf,ncuv->fcuv", dy[:, :, -1, -1], seen)


BACKWARD_SLIPS = (
    Slip(
        "kernel the wrong way round",
        "the gradient with the kernel the wrong way round. Output i and tap u meet at stride * i + u. Where you add to "
        "dx with +=, nothing is reversed; where you slide over a padded dy, the kernel is reversed exactly once.",
        with_dx(lambda dy, x, w, stride, padding: backward(dy, x, w[:, :, ::-1, ::-1], stride, padding)[0]),
    ),
    Slip(
        "stride ignored",
        "the gradient of a layer with stride 1. Output i started at stride * i: "
        "put stride - 1 zeros between the entries of dy.",
        stride_ignored,
    ),
    Slip(
        "padding left on",
        "the gradient of the padded x. Nobody asked for the gradient of zeros: cut `padding` entries off every end.",
        with_dx(lambda dy, x, w, stride, padding: spread(dy, w, stride, padded(x, padding).shape[2:])),
    ),
    Slip(
        "cut with [p:-p]",
        "what [p:-p] leaves: nothing at all when p is 0, since -0 is the start. Cut from p to p + length instead.",
        with_dx(cut_with_minus_p),
    ),
    Slip(
        "= for +=",
        "what is left when every tap overwrites the gradients of the one before. Is there an = where += is meant?",
        with_dx(overwritten),
    ),
    Slip(
        "= for +=, place by place",
        "what is left when every output overwrites the gradients of the one before. Is there an = where += is meant?",
        with_dx(overwritten_by_places),
    ),
    Slip(
        "dx of the first channel only",
        "the first channel's dx, and zeros for the others. Every channel met its own plane of the filter.",
        with_dx(lambda dy, x, w, stride, padding: first_channel_of(backward(dy, x, w, stride, padding)[0])),
    ),
    Slip(
        "dx from the first filter only",
        "the part of dx that comes back through the first filter. An input takes part in every filter's map.",
        with_dx(lambda dy, x, w, stride, padding: backward(dy[:, :1], x, w[:1], stride, padding)[0]),
    ),
    Slip(
        "mean over the batch",
        "the gradients divided by the number of examples. A layer adds up; only the loss divides.",
        divided_by_batch,
    ),
    Slip(
        "dy reversed",
        "x with dy laid on it back to front. The index of x grows as that of dy grows.",
        with_dw(lambda dy, x, w, stride, padding: backward(dy[:, :, ::-1, ::-1], x, w, stride, padding)[1]),
    ),
    Slip(
        "dw reversed",
        "dw back to front. Nothing is reversed for the filters: the indices of x and dy grow together.",
        with_dw(lambda dy, x, w, stride, padding: backward(dy, x, w, stride, padding)[1][:, :, ::-1, ::-1]),
    ),
    Slip(
        "= for += in dw",
        "the products with the last entry of dy alone. A filter collects from all places: "
        "is there an = where += is meant?",
        with_dw(last_window),
    ),
    Slip(
        "dw from the first example only",
        "the dw of the first example. A filter collects from the whole batch.",
        with_dw(lambda dy, x, w, stride, padding: backward(dy[:1], x[:1], w, stride, padding)[1]),
    ),
    Slip(
        "dw of the first channel only",
        "the first channel's dw, and zeros for the others.",
        with_dw(lambda dy, x, w, stride, padding: first_channel_of(backward(dy, x, w, stride, padding)[1])),
    ),
    Slip(
        "one bias for all filters",
        "one number. Each filter has its own bias: sum over the batch and over all places, not over the filters.",
        with_db(lambda dy: dy.sum()),
    ),
    Slip(
        "db of each example",
        "one db for each example. The same bias served the whole batch: sum over it too.",
        with_db(lambda dy: dy.sum((2, 3))),
    ),
    Slip(
        "mean for sum",
        "the mean of dy over the batch and all places. Contributions add up; nothing divides.",
        with_db(lambda dy: dy.mean((0, 2, 3))),
    ),
    Slip(
        "mean over the places",
        "the mean over the outputs of a map. Contributions add up; nothing divides.",
        with_db(lambda dy: dy.mean((2, 3)).sum(0)),
    ),
    Slip(
        "dx and dw in the wrong order",
        "the other gradient. The order is dx, dw, db: that of the arguments x, w, b.",
        in_another_order,
    ),
)
