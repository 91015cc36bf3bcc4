"""Lecture 09, the way back in nine steps: what is asked, and the mistakes that are known.

(9.4)   dz4 = (y − t) / N         dw4 = dz4ᵀ a3         dz3 = dz4 w4 · a3 (1 − a3)
        dw3 = dz3ᵀ r2 as rows     dr2 = dz3 w3 as maps                              with r2 = pool(a2)
(9.5)   dz2 = dr2 to the winners · a2 (1 − a2)          dw2 from dz2 and r1         with r1 = pool(a1)
        dz1 = dr1 to the winners · a1 (1 − a1)          dw1 from dz1 and x
"""

from collections.abc import Callable, Sequence

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng
from cnnlib.checks.edits import instead
from cnnlib.exercises.network_forward import cnn_forward, network_cases, tiny
from cnnlib.exercises.network_labels import one_hot
from cnnlib.exercises.network_parts import Params, conv_backward, pool, pool_backward, sigmoid

Kept = tuple[Array, Array, Array, Array, Array]
Flat = tuple[Array, Array, Array, Array, Array]
Maps = tuple[Array, Array, Array, Array]


def flat_backward(t: Array, kept: Kept, params: Params) -> Flat:
    x, _, a2, a3, y = kept
    r2 = pool(a2)
    dz4 = (y - t) / len(x)
    dw4 = dz4.T @ a3
    dz3 = dz4 @ params["w4"] * a3 * (1 - a3)
    dw3 = dz3.T @ r2.reshape(len(x), -1)
    dr2 = (dz3 @ params["w3"]).reshape(r2.shape)
    return dz4, dw4, dz3, dw3, dr2


def onward_flat(results: Sequence[Array], t: Array, kept: Kept, params: Params) -> Flat:
    """Each step fed with what came out of the steps before it."""
    (_, _, a2, a3, y), (dz4, _, dz3, _, _) = kept, results
    r2 = pool(a2)
    rows = r2.reshape(len(r2), -1)
    back = dz4 @ params["w4"] * a3 * (1 - a3)
    return (y - t) / len(y), dz4.T @ a3, back, dz3.T @ rows, (dz3 @ params["w3"]).reshape(r2.shape)


def maps_backward(dr2: Array, kept: Kept, params: Params) -> Maps:
    x, a1, a2, _, _ = kept
    dz2 = pool_backward(dr2, a2) * a2 * (1 - a2)
    dr1, dw2 = conv_backward(dz2, pool(a1), params["w2"])
    dz1 = pool_backward(dr1, a1) * a1 * (1 - a1)
    _, dw1 = conv_backward(dz1, x, params["w1"])
    return dz2, dw2, dz1, dw1


def onward_maps(results: Sequence[Array], dr2: Array, kept: Kept, params: Params) -> Maps:
    """Each step fed with what came out of the steps before it."""
    (x, a1, a2, _, _), (dz2, _, dz1, _) = kept, results
    dr1, dw2 = conv_backward(dz2, pool(a1), params["w2"])
    _, dw1 = conv_backward(dz1, x, params["w1"])
    return pool_backward(dr2, a2) * a2 * (1 - a2), dw2, pool_backward(dr1, a1) * a1 * (1 - a1), dw1


# ---------------------------------------------------------------- cases


def flat_case(rng: Rng, x: Array, params: Params) -> Inputs:
    a1, a2, a3, y = cnn_forward(x, params)
    return {"t": one_hot(rng.integers(0, y.shape[1], len(x)), y.shape[1]), "kept": (x, a1, a2, a3, y), "params": params}


def flat_cases(rng: Rng) -> list[Inputs]:
    first = flat_case(rng, **tiny()) | {"t": np.array([[0.0, 0, 1]])}
    return [first, *(flat_case(rng, **inputs) for inputs in network_cases(rng)[1:])]


def maps_case(rng: Rng, x: Array, params: Params) -> Inputs:
    kept = (x, *cnn_forward(x, params))
    return {"dr2": 30 * rng.normal(size=pool(kept[2]).shape), "kept": kept, "params": params}


def maps_cases(rng: Rng) -> list[Inputs]:
    first = maps_case(rng, **tiny()) | {"dr2": np.array([[[[100.0, -200]]]])}
    return [first, *(maps_case(rng, **inputs) for inputs in network_cases(rng)[1:])]


KEPT_FEATURES: dict[str, Callable[..., bool]] = {
    "several examples": lambda kept, **_: len(kept[0]) > 1,
    "several maps": lambda kept, **_: kept[1].shape[1] > 1,
    "kernels wider than one pixel": lambda params, **_: params["w1"].shape[2:] != (1, 1),
}


# ---------------------------------------------------------------- mistakes


def to_all(dr: Array, a: Array) -> Array:
    return dr.repeat(2, axis=2).repeat(2, axis=3)


def to_ties(dr: Array, a: Array) -> Array:
    return to_all(dr, a) * (a == to_all(pool(a), a))


def slope_of_slope(a: Array) -> Array:
    return sigmoid(a) * (1 - sigmoid(a))


NO_SLOPE = "{} without the slope of the sigmoid, a (1 − a). Whatever passes a bend is multiplied by its slope there."
HALF_SLOPE = "the slope taken as {}. The sigmoid's slope is a product of two, a (1 − a)."
SLOPE_OF_TANH = "the slope taken as 1 − {0} · {0}, which is that of tanh. The sigmoid's is a (1 − a)."
SLOPE_OF_A = (
    "a slope taken as σ(a) (1 − σ(a)). a is what came *out* of the sigmoid already: its slope is a (1 − a), without "
    "another σ."
)

FLAT_BACKWARD = Exercise(
    name="flat_backward",
    parts={"dz4": 1, "dw4": 1, "dz3": 1, "dw3": 1, "dr2": 1},
    reference=flat_backward,
    onward=onward_flat,
    sources={
        "dz4": "y and t",
        "dw4": "dz4 and a3",
        "dz3": "dz4, w4 and a3",
        "dw3": "dz3 and pool(a2)",
        "dr2": "dz3 and w3",
    },
    cases=flat_cases,
    features=KEPT_FEATURES,
    hints=(
        "Write the four products of the forward pass below each other, the last one first. What comes back to each?",
        "dz4 is y − t over N, from lecture 08. For the others: dw is dz of the same layer with what came in; the "
        "slope goes on through "
        "w, then through the bend. Check shapes: dw4 has that of w4.",
        "(9.4)  dz4 = (y − t) / N;  dw4 = dz4ᵀ a3;  dz3 = dz4 w4, times a3 (1 − a3);  dw3 = dz3ᵀ and the rows of "
        "pool(a2);  dr2 = dz3 w3 in the shape of pool(a2)",
    ),
    after=(("before you start", "that of w4, (M, units); it does not know how many examples there were"),),
    slips={
        "the slope of the *sum* of the losses. The loss is a mean over the batch: divide by N, once, here.": instead(
            flat_backward, " / len(x)", ""
        ),
        "y − t over N · M. The loss adds over classes, and takes the mean over examples only: divide by N.": instead(
            flat_backward, "/ len(x)", "/ y.size"
        ),
        "(t − y) / N, which has the sign of a step downhill. "
        "The slope is y − t; the minus comes with the step.": instead(flat_backward, "(y - t)", "(t - y)"),
        "y − t times y (1 − y). Softmax and cross-entropy together leave y − t, and nothing else.": instead(
            flat_backward, "(y - t)", "(y - t) * y * (1 - y)"
        ),
        "−t / y over N, the slope at y. dz4 stands before the softmax: together the two leave y − t.": instead(
            flat_backward, "(y - t)", "-t / y"
        ),
        NO_SLOPE.format("dz3"): instead(flat_backward, " * a3 * (1 - a3)", ""),
        SLOPE_OF_TANH.format("a3"): instead(flat_backward, "a3 * (1 - a3)", "(1 - a3**2)"),
        HALF_SLOPE.format("a3"): instead(flat_backward, " * (1 - a3)", ""),
        HALF_SLOPE.format("1 − a3"): instead(flat_backward, "a3 * (1 - a3)", "(1 - a3)"),
        SLOPE_OF_A: instead(flat_backward, "a3 * (1 - a3)", "slope(a3)", slope=slope_of_slope),
        "weights' slopes that are divided by N once more. dz4 is already: a layer only adds up.": instead(
            flat_backward, ".T @ a3", ".T @ a3 / len(x)", "dz3.T @", "1 / len(x) * dz3.T @"
        ),
        "dw on its side: dw[j, d] belongs to w[j, d], a row for each output.": instead(
            flat_backward,
            "dz4.T @ a3",
            "(dz4.T @ a3).T",
            "dz3.T @ r2.reshape(len(x), -1)",
            "(dz3.T @ r2.reshape(len(x), -1)).T",
        ),
        "dr2 as rows. Fold them into maps again: the shape of pool(a2).": instead(
            flat_backward, ".reshape(r2.shape)", ""
        ),
        "dr2 folded as if the maps stood innermost in a row. "
        "A row was laid out map by map: reshape to the shape of pool(a2), and no transpose.": instead(
            flat_backward, ".reshape(r2.shape)", ".reshape(r2.transpose(0, 2, 3, 1).shape).transpose(0, 3, 1, 2)"
        ),
    },
)

MAPS_BACKWARD = Exercise(
    name="maps_backward",
    parts={"dz2": 1, "dw2": 1, "dz1": 1, "dw1": 1},
    reference=maps_backward,
    onward=onward_maps,
    sources={"dz2": "dr2 and a2", "dw2": "dz2 and pool(a1)", "dz1": "dz2, w2 and a1", "dw1": "dz1 and x"},
    cases=maps_cases,
    features=KEPT_FEATURES,
    hints=(
        "What lies between z2 and r2, in the order in which one meets it on the way back?",
        "First the pooling, pool_backward(dr2, a2), then the bend. The same two lie between z1 and r1. What came into "
        "the second convolution is pool(a1).",
        "(9.5)  dz2 = pool_backward(dr2, a2) * a2 * (1 − a2);  dr1, dw2 = conv_backward(dz2, pool(a1), w2);  and once "
        "more with a1, x, w1",
    ),
    after=(("before you start", "(N, F, 2 OH, 2 OW), that of a2; three of four entries of each block are 0"),),
    slips={
        NO_SLOPE.format("dz"): instead(maps_backward, " * a2 * (1 - a2)", "", " * a1 * (1 - a1)", ""),
        HALF_SLOPE.format("a"): instead(maps_backward, " * (1 - a2)", "", " * (1 - a1)", ""),
        HALF_SLOPE.format("1 − a"): instead(maps_backward, "a2 * (1 - a2)", "(1 - a2)", "a1 * (1 - a1)", "(1 - a1)"),
        SLOPE_OF_TANH.format("a"): instead(
            maps_backward, "a2 * (1 - a2)", "(1 - a2**2)", "a1 * (1 - a1)", "(1 - a1**2)"
        ),
        SLOPE_OF_A: instead(
            maps_backward, "a2 * (1 - a2)", "slope(a2)", "a1 * (1 - a1)", "slope(a1)", slope=slope_of_slope
        ),
        NO_SLOPE.format("dz1"): instead(maps_backward, " * a1 * (1 - a1)", ""),
        "the slope of a block given to all four of its entries. "
        "Only the largest went on, so it alone gets it.": instead(maps_backward, pool_backward=to_all),
        "a quarter of the slope for each entry of a block. That is the way back of a mean; "
        "a maximum gives all to the winner.": instead(maps_backward, pool_backward=lambda dr, a: to_all(dr, a) / 4),
        "a slope for *every* largest entry of a block. "
        "On blank paper all four are equal: the first one gets it.": instead(maps_backward, pool_backward=to_ties),
        "dr1 with the kernel as it stands. What went forward by [u, v] comes back by it: "
        "conv_backward turns w.": instead(maps_backward, 'params["w2"]', 'params["w2"][:, :, ::-1, ::-1]'),
        "dw as a mean over the examples. dz4 was divided by N already: a layer only adds up.": instead(
            maps_backward, "return dz2, dw2, dz1, dw1", "return dz2, dw2 / len(x), dz1, dw1 / len(x)"
        ),
    },
)
