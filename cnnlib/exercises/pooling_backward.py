"""The way back through a window: to the winner, or in equal shares to all (lecture 07)."""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward, Inputs
from cnnlib.checks.cases import Rng, in_other_layouts
from cnnlib.checks.edits import instead
from cnnlib.exercises.pooling_windows import FEATURES, TIED, shares, tied, windows

Choice = Callable[[Array], Array]  # a window -> how much of dy each of its entries takes


def spread(dy: Array, x: Array, KH: int, KW: int, stride: int, share: Choice) -> Array:
    """dx, where each window takes `share` of its dy."""
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        rows, columns = slice(stride * i, stride * i + KH), slice(stride * j, stride * j + KW)
        dx[rows, columns] += dy[i, j] * share(x[rows, columns])
    return dx


def one_hot(index: int, window: Array) -> Array:
    taken = np.zeros(window.size)
    taken[index] = 1
    return taken.reshape(window.shape)


def first(window: Array) -> Array:
    return one_hot(int(window.argmax()), window)


def last(window: Array) -> Array:
    return one_hot(window.size - 1 - int(window.ravel()[::-1].argmax()), window)


def by_columns(window: Array) -> Array:
    return first(window.T).T


def every(window: Array) -> Array:
    return np.asarray(window == window.max(), float)


def shared(window: Array) -> Array:
    return every(window) / every(window).sum()


def equal(window: Array) -> Array:
    return np.full(window.shape, 1 / window.size)


def by_share(share: Choice) -> Callable[..., Array]:
    return lambda dy, x, KH, KW, stride: spread(dy, x, KH, KW, stride, share)


def max_pool_backward(dy: Array, x: Array, KH: int, KW: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        window = x[stride * i : stride * i + KH, stride * j : stride * j + KW]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[stride * i + u, stride * j + v] += dy[i, j]
    return dx


def winners(dy: Array, x: Array, KH: int, KW: int, stride: int) -> Inputs:
    """won[i, j, u, v] is 1 where entry (u, v) won window (i, j)."""
    return {"won": np.array([[first(window) for window in row] for row in windows(x, KH, KW, stride)])}


def case(x: Array, KH: int, KW: int, stride: int, rng: Rng | None = None) -> Inputs:
    """x with a dy that fits: primes, or random."""
    shape = windows(x, KH, KW, stride).shape[:2]
    dy = np.resize(np.array([5.0, 7, 11, 13, 2, 3]), shape) if rng is None else rng.normal(size=shape)
    return {"dy": dy, "x": x, "KH": KH, "KW": KW, "stride": stride}


def apart(rng: Rng, H: int, W: int) -> Array:
    """Random numbers without ties, rounded to whole ones or not: whether maxima tie must not hang on the seed."""
    return (rng.permutation(H * W).reshape(H, W) - H * W / 2) * 0.37


def one_each(rng: Rng) -> list[Inputs]:
    """Windows side by side, then windows that overlap; no ties."""
    return [
        case(np.array([[2.0, 7, 4]]), 1, 3, 1),
        case(np.array([[2.0, 7, 4, 1], [3, 5, 8, 0]]), 2, 2, 2),
        case(np.array([[2.0, 7, 4, 1, 3, 9, 6]]), 1, 3, 3),
        case(np.array([[1.0, 4], [6, 2], [8, 3], [0, 5]]), 2, 1, 2),
        case(np.array([[-9.0, 4, 2]]), 1, 3, 1),
        case(np.array([[-2.0, -7, -4, -1], [-3, -5, -8, -6]]), 2, 2, 2),
        case(rng.normal(size=(5, 8)), 1, 2, 3, rng),
        case(apart(rng, 7, 6), 3, 2, 3, rng),
        case(np.array([[2.0, 7, 4]]), 1, 2, 1),
        case(np.array([[2.0, 7, 4, 1, 9]]), 1, 3, 2),
        case(np.array([[2.0, 7, 4], [9, 1, 5], [3, 8, 6]]), 2, 2, 1),
        case(rng.normal(size=(4, 5)), 2, 3, 1, rng),
        case(apart(rng, 6, 9), 3, 4, 2, rng),
    ]


def backward_cases(rng: Rng) -> list[Inputs]:
    made = one_each(rng)
    return [
        *made,
        case(np.array([[4.0, 4]]), 1, 2, 2),
        case(np.array([[3.0, 8], [8, 8]]), 2, 2, 2),
        case(np.array([[8.0, 5, 2, 8], [3, 1, 6, 8]]), 2, 2, 2),
        case(np.zeros((4, 6)), 2, 2, 2, rng),
        case(np.zeros((4, 6)), 2, 3, 2, rng),
        *in_other_layouts(made[7]),
        *in_other_layouts(made[-1]),
    ]


MAX_POOL_BACKWARD = Exercise(
    name="max_pool_backward",
    parts={"plain": 2, "overlap": 1, "ties": 1},
    groups={
        "plain": lambda x, KH, KW, stride, **_: stride >= max(KH, KW) and not tied(x, KH, KW, stride),
        "overlap": lambda KH, KW, stride, **_: stride < max(KH, KW),
        "ties": lambda x, KH, KW, stride, **_: tied(x, KH, KW, stride),
    },
    reference=max_pool_backward,
    forward=Forward("max_pool", ("x",), lambda dy, **inputs: inputs),
    cases=backward_cases,
    features=FEATURES | TIED,
    feeds=("dx[S i + u, S j + v] += dy[i, j] won[i, j, u, v]",),
    known=winners,
    hints=(
        "Which entry of its window does y[i, j] come from? Only that one hears dy[i, j].",
        "window.argmax() counts row by row, and takes the first of equals. np.unravel_index(…, window.shape) turns it "
        "into (u, v). Add the window's corner.",
        "(7.3)  dx[S i + u, S j + v] += dy[i, j],  (u, v) the first largest entry of the window of (i, j)",
    ),
    after=(("before you start", "each dy[i, j] goes to one place: the sums agree"),),
    slips={
        "a gradient in which every one of tied maxima takes all of dy: more comes out than went in. "
        "The first of them, row by row, takes it.": by_share(every),
        "a gradient that tied maxima share. "
        "That is a way, too, but not the one asked for: the first, row by row, takes it all.": by_share(shared),
        "a gradient that goes to the last of tied maxima. It is due to the first.": by_share(last),
        "a gradient that goes to the first of tied maxima column by column. Count row by row.": by_share(by_columns),
        "a gradient with = for +=. An entry that wins in several windows hears from all of them.": instead(
            max_pool_backward, "+=", "="
        ),
        "a gradient that stands where the winner stands in its window. Add the window's corner, (S i, S j).": instead(
            max_pool_backward, "stride * i + u, stride * j + v", "u, v"
        ),
        "a gradient whose winner is looked up in rows as long as x's. argmax counts inside the window: "
        "its rows have KW entries.": instead(max_pool_backward, "window.shape)", "x.shape)"),
        "a gradient that goes to the first entry of all of x that equals y[i, j]. "
        "Look inside the window only.": instead(
            max_pool_backward,
            "np.unravel_index(window.argmax(), window.shape)",
            "np.argwhere(x == window.max())[0]",
            "stride * i + u, stride * j + v",
            "u, v",
        ),
        "a gradient that goes to the smallest entry of each window.": instead(max_pool_backward, "argmax", "argmin"),
        "a gradient that goes to every entry of the window. Only the winner moves y.": by_share(
            lambda window: np.ones(window.shape)
        ),
        "the gradient of mean pooling.": by_share(equal),
    },
)


def mean_pool_backward(dy: Array, shape: tuple[int, int], KH: int, KW: int, stride: int) -> Array:
    dx = np.zeros(shape)
    for i, j in np.ndindex(*dy.shape):
        dx[stride * i : stride * i + KH, stride * j : stride * j + KW] += dy[i, j] / (KH * KW)
    return dx


def averaged(dy: Array, shape: tuple[int, int], KH: int, KW: int, stride: int) -> Array:
    taken = instead(mean_pool_backward, " / (KH * KW)", "")
    return taken(dy, shape, KH, KW, stride) / np.maximum(taken(np.ones(dy.shape), shape, KH, KW, stride), 1)


def mean_cases(rng: Rng) -> list[Inputs]:
    made = [{"shape": inputs["x"].shape} | inputs for inputs in one_each(rng)]
    cases = [{name: inputs[name] for name in ("dy", "shape", "KH", "KW", "stride")} for inputs in made]
    return [*cases, *in_other_layouts(cases[-1])]


MEAN_POOL_BACKWARD = Exercise(
    name="mean_pool_backward",
    parts={"plain": 1, "overlap": 1},
    groups={
        "plain": lambda KH, KW, stride, **_: stride >= max(KH, KW),
        "overlap": lambda KH, KW, stride, **_: stride < max(KH, KW),
    },
    reference=mean_pool_backward,
    forward=Forward("mean_pool", ("x",), lambda dy, shape, **sizes: {"x": np.zeros(shape), **sizes}),
    cases=mean_cases,
    features=FEATURES,
    feeds=("dx[S i + u, S j + v] += dy[i, j] share[u, v]",),
    known=shares,
    hints=(
        "Raise one entry of a window by a little. By how much does its mean rise?",
        "Each entry of the window of (i, j) hears the same: dy[i, j] over the number of entries. Add it, since windows "
        "may overlap.",
        "(7.4)  dx[S i + u, S j + v] += dy[i, j] / (KH KW)  for all u and v",
    ),
    slips={
        "all of dy for every entry of the window. Each moves the mean by 1 / (KH KW) only.": instead(
            mean_pool_backward, " / (KH * KW)", ""
        ),
        "dy times KH KW, as one deck has it, as transcribed. The mean divides, so its slope does.": instead(
            mean_pool_backward, "/ (KH", "* (KH"
        ),
        "dy over KH². A window has KH KW entries.": instead(mean_pool_backward, "(KH * KW)", "KH**2"),
        "dy over KW². A window has KH KW entries.": instead(mean_pool_backward, "(KH * KW)", "KW**2"),
        "a gradient with = for +=. An entry that lies in several windows hears from all of them.": instead(
            mean_pool_backward, "+=", "="
        ),
        "the mean of dy over the windows that an entry lies in. Their pulls add up, each over KH KW.": averaged,
        "a gradient that ends with the last window. "
        "Rows and columns that no window reached have gradient 0, and stand in dx.": instead(
            mean_pool_backward, "return dx", "return dx[: stride * i + KH, : stride * j + KW]"
        ),
    },
)
