"""Lecture 10, roads around layers: what is asked, and the mistakes that are known.

(10.1)  y = x + f(x)
(10.2)  dx = dy + Jᵀ dy, J the Jacobian of f
(10.5)  y = [x, f(x)], along the channels
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, given, in_other_layouts, numbers

Operation = Callable[[Array], Array]


def threefold(x: Array) -> Array:
    return 3 * x


def half(x: Array) -> Array:
    return x / 2


def five_minus(x: Array) -> Array:
    return 5 - x


def square_minus_one(x: Array) -> Array:
    return x * x - 1


def mirrored(x: Array) -> Array:
    return 2 * x[..., ::-1]


# ---------------------------------------------------------------- x + f(x)


def residual(x: Array, f: Operation) -> Array:
    return x + f(x)


def residual_cases(rng: Rng) -> list[Inputs]:
    return [
        {"x": numbers(2, 0, -1), "f": given(threefold)},
        {"x": numbers(1, 4), "f": given(square_minus_one)},
        {"x": numbers(3, -2, 1), "f": given(five_minus)},
        {"x": np.array([[1, 2, 5]]), "f": given(half)},
        {"x": rng.normal(size=(2, 3)), "f": given(mirrored)},
        {"x": rng.normal(size=(2, 3, 2, 4)), "f": given(square_minus_one)},
        *in_other_layouts({"x": rng.normal(size=(3, 2)), "f": given(mirrored)}),
    ]


RESIDUAL = Exercise(
    name="residual",
    parts={"y": 1},
    reference=residual,
    cases=residual_cases,
    features=LAYOUTS,
    hints=(
        "The input goes two ways, and both arrive at the output.",
        "One way is f, the other changes nothing. Where two ways meet, add.",
        "(10.1)  y = x + f(x)",
    ),
    after=(("before you start", "[3, 6]: x itself, and half of it"),),
    slips={
        "f(x) alone. The input itself arrives, too.": lambda x, f: f(x),
        "x alone. What f makes of it is to be added.": lambda x, f: x * 1.0,
        "x times f(x). The two ways are added.": lambda x, f: x * f(x),
        "f(x) − x. The input is added, not taken away.": lambda x, f: f(x) - x,
        "half of the sum. A road is an addition; nothing divides.": lambda x, f: (x + f(x)) / 2,
        "x + f(f(x)): f is applied twice.": lambda x, f: x + f(f(x)),
        "f(x + f(x)). The addition comes last.": lambda x, f: f(x + f(x)),
        "the sum with its negative entries cut off. A ReLU there would stand on the road itself.": lambda x, f: (
            np.maximum(x + f(x), 0)
        ),
    },
)

# ---------------------------------------------------------------- back


def times_three(dy: Array) -> Array:
    return 3 * dy


def times_minus_one(dy: Array) -> Array:
    return -dy


def a_quarter(dy: Array) -> Array:
    return dy / 4


def turned_round(dy: Array) -> Array:
    return 2 * dy[..., ::-1]


def to_both_neighbours(dy: Array) -> Array:
    return np.roll(dy, 1, axis=-1) + 3 * np.roll(dy, -1, axis=-1)


def residual_backward(dy: Array, f_back: Operation) -> Array:
    return dy + f_back(dy)


def residual_back_cases(rng: Rng) -> list[Inputs]:
    return [
        {"dy": numbers(2, 0, 5), "f_back": given(times_three)},
        {"dy": numbers(2, -1), "f_back": given(times_minus_one)},
        {"dy": numbers(1, -2, 4), "f_back": given(turned_round)},
        {"dy": np.array([[1, 2, 7]]), "f_back": given(a_quarter)},
        {"dy": rng.normal(size=(2, 3)), "f_back": given(to_both_neighbours)},
        {"dy": rng.normal(size=(2, 3, 2, 4)), "f_back": given(turned_round)},
        *in_other_layouts({"dy": rng.normal(size=(3, 4)), "f_back": given(to_both_neighbours)}),
    ]


RESIDUAL_BACKWARD = Exercise(
    name="residual_backward",
    parts={"dx": 2},
    reference=residual_backward,
    cases=residual_back_cases,
    features=LAYOUTS,
    hints=(
        "x has two children: the sum, and f. What does lecture 03 say about a node with two children?",
        "The slopes that come back over the two roads add up. Over the straight road dy comes as it is.",
        "(10.2)  dx = dy + Jᵀ dy,  and f_back(dy) is Jᵀ dy",
    ),
    after=(("before you start", "0: where f' is −1 the two roads cancel, and nothing arrives"),),
    slips={
        "what comes back over f alone. "
        "x reaches y over a second road: its slope is 1, and paths add.": lambda dy, f_back: f_back(dy),
        "dy alone: what came over the straight road. What comes back over f is to be added.": lambda dy, f_back: (
            dy * 1.0
        ),
        "dy times what comes over f. Along a road slopes multiply; two roads add.": lambda dy, f_back: dy * f_back(dy),
        "1 + f_back(dy). The slope of the straight road is 1, but it carries dy: 1 times dy.": lambda dy, f_back: (
            1 + f_back(dy)
        ),
        "dy times (1 + f_back(dy)). f_back(dy) is Jᵀ dy, not J: dy is in it already.": lambda dy, f_back: (
            dy * (1 + f_back(dy))
        ),
        "the difference of the two roads. They add.": lambda dy, f_back: dy - f_back(dy),
        "the mean of the two roads. They add.": lambda dy, f_back: (dy + f_back(dy)) / 2,
        "dy + f_back(f_back(dy)): over f it came back once.": lambda dy, f_back: dy + f_back(f_back(dy)),
        "f_back(dy + f_back(dy)). Both roads end at x: the addition comes last.": lambda dy, f_back: f_back(
            dy + f_back(dy)
        ),
        "the larger of dy and dy + f_back(dy). The skip promises nothing: the roads may cancel.": lambda dy, f_back: (
            np.maximum(dy, dy + f_back(dy))
        ),
    },
)

# ---------------------------------------------------------------- [x, f(x)]


def sum_and_opposite(x: Array) -> Array:
    return np.stack([x.sum(axis=1), -x[:, 0]], axis=1)


def dense_join(x: Array, f: Operation) -> Array:
    return np.concatenate([x, f(x)], axis=1)


def join_cases(rng: Rng) -> list[Inputs]:
    both, three, half_of = given(sum_and_opposite), given(threefold), given(half)
    return [
        {"x": numbers(2, 5).reshape(1, 2, 1, 1), "f": three},
        {"x": np.arange(6.0).reshape(1, 2, 1, 3), "f": three},
        {"x": np.arange(3.0).reshape(1, 3, 1, 1), "f": both},
        {"x": np.array([[1, 2, 5]]), "f": half_of},
        {"x": rng.normal(size=(2, 3, 2, 4)), "f": both},
        {"x": rng.normal(size=(3, 1, 4, 2)), "f": given(square_minus_one)},
        *in_other_layouts({"x": rng.normal(size=(2, 2, 3, 1)), "f": both}),
    ]


DENSE_JOIN = Exercise(
    name="dense_join",
    parts={"y": 1},
    reference=dense_join,
    cases=join_cases,
    features=LAYOUTS,
    hints=(
        "Nothing is added here. How many channels come out?",
        "np.concatenate puts arrays one after the other along an axis. Channels are axis 1.",
        "(10.5)  y[:, :C] = x,  y[:, C:] = f(x)",
    ),
    after=(("before you start", "channels 3 and 4: x keeps 0 to 2"),),
    slips={
        "f(x) before x. In (10.5) the input comes first: who reads y[:, :C] wants x.": lambda x, f: np.concatenate(
            [f(x), x], axis=1
        ),
        "f(x) alone. The input is to stay readable beside it.": lambda x, f: f(x),
        "x alone. What f makes of it comes behind it.": lambda x, f: x * 1.0,
        "x and x again. Behind x comes f(x).": lambda x, f: np.concatenate([x, x], axis=1),
        "x + f(x) behind x. Here nothing is added: f(x) itself stands behind x.": lambda x, f: np.concatenate(
            [x, x[:, :1] + f(x)], axis=1
        ),
        "the channels in reverse order. Behind x[:, C − 1] comes the first channel of f(x).": lambda x, f: (
            np.concatenate([x, f(x)], axis=1)[:, ::-1]
        ),
    },
)
