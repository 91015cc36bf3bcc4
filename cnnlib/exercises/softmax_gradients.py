"""Lecture 08, the way back: what is asked, and the mistakes that are known.

(8.9)   ∂y[j]/∂z[r] = y[j] (1 − y[j]) for r = j, else −y[j] y[r]
(8.10)  dz[n, j] = y[n, j] (dy[n, j] − sum over r of dy[n, r] y[n, r])
"""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers, stepping
from cnnlib.checks.edits import instead
from cnnlib.exercises.softmax_properties import measured, shifted, sums_to, unchanged
from cnnlib.exercises.softmax_shares import Z_FEATURES, plain, softmax


def softmax_jacobian(z: Array) -> Array:
    y = softmax(z[None])[0]
    return np.diag(y) - np.outer(y, y)


def one_row_cases(rng: Rng) -> list[Inputs]:
    return [
        {"z": numbers(1, 1)},
        {"z": numbers(2, 0, 1)},
        {"z": numbers(4)},
        {"z": rng.normal(size=4)},
        {"z": numbers(500, 501)},
        {"z": numbers(1000, 1001, 1000)},
        {"z": numbers(-1000, -1001, -1000)},
        {"z": numbers(0, 900, 899)},
        *in_other_layouts({"z": rng.normal(size=5)}),
        {"z": np.array([90, 91, 93], np.float32)},
    ]


SOFTMAX_JACOBIAN = Exercise(
    name="softmax_jacobian",
    parts={"J": 2},
    reference=softmax_jacobian,
    forward=Forward("softmax", ("z",), lambda z: {"z": z[None]}, loss=lambda y, **inputs: y[0]),
    cases=one_row_cases,
    features=Z_FEATURES,
    properties=(
        sums_to(0, "J"),
        measured("J is what the shares answer to a small step", lambda z: softmax(z[None])[0]),
        shifted(),
    ),
    grows="z",
    hints=(
        "First the shares y. On the diagonal: how does a share answer to its own logit?",
        "Off the diagonal stand −y[j] y[r]: np.outer(y, y) makes all products at once. The diagonal has y[j] more.",
        "(8.9)  J = diag(y) − y yᵀ:  np.diag(y) − np.outer(y, y)",
    ),
    after=(("before you start", "1/4 on the diagonal, −1/4 beside it: the slope of the sigmoid at 0"),),
    slips={
        "y (1 − y) on the diagonal and 0 elsewhere. Raise one logit, and the *other* shares fall: −y[j] y[r].": instead(
            softmax_jacobian, "np.diag(y) - np.outer(y, y)", "np.diag(y * (1 - y))"
        ),
        "+y[j] y[r] off the diagonal. When one share grows, the others must shrink: a column adds up to 0.": instead(
            softmax_jacobian, "np.diag(y) - np.outer(y, y)", "np.diag(y * (1 - 2 * y)) + np.outer(y, y)"
        ),
        "y[j] on the diagonal. It is y[j] (1 − y[j]): the sum below the fraction grows, too.": instead(
            softmax_jacobian, "np.diag(y)", "np.diag(y + y * y)"
        ),
        "1 − y[j] y[r]: 1 for y[j] on the diagonal.": instead(softmax_jacobian, "np.diag(y)", "np.eye(len(y))"),
        "how log y answers to z. Multiply row j by y[j].": instead(
            softmax_jacobian, "np.diag(y) - np.outer(y, y)", "np.eye(len(y)) - y"
        ),
        "how log y answers to z, transposed. Multiply by y[j], too.": instead(
            softmax_jacobian, "np.diag(y) - np.outer(y, y)", "np.eye(len(y)) - y[:, None]"
        ),
        "−y[j] y[r] everywhere. The diagonal has y[j] more.": instead(softmax_jacobian, "np.diag(y) - ", "-"),
        "y (1 − y), one number for each class. That is the diagonal: what do the other shares do?": instead(
            softmax_jacobian, "np.diag(y) - np.outer(y, y)", "y * (1 - y)"
        ),
        "the Jacobian with the naive softmax, nan far from 0.": instead(softmax_jacobian, softmax=plain),
        "diag(z) − z zᵀ. (8.9) is made of the shares y.": instead(softmax_jacobian, "softmax(z[None])[0]", "z"),
    },
)


def softmax_backward(dy: Array, y: Array) -> Array:
    mean = (dy * y).sum(axis=1, keepdims=True)
    return y * (dy - mean)


def dyy_cases(rng: Rng) -> list[Inputs]:
    def case(N: int, M: int) -> Inputs:
        return {"dy": rng.normal(size=(N, M)) + 1, "y": softmax(rng.normal(size=(N, M)))}

    random = case(3, 4)
    return [
        {"dy": numbers(4, 0, 0).reshape(1, 3), "y": numbers(0.5, 0.25, 0.25).reshape(1, 3)},
        {"dy": numbers(1, 2, 3, 5, 8, 0).reshape(3, 2), "y": numbers(0.5, 0.5, 0.25, 0.75, 1, 0).reshape(3, 2)},
        case(1, 5),
        case(3, 3),
        {"dy": np.array([[3, -2], [4, 8]]), "y": numbers(0.25, 0.75, 0.5, 0.5).reshape(2, 2)},
        {"dy": numbers(7, 7, 7).reshape(1, 3), "y": numbers(0.5, 0.25, 0.25).reshape(1, 3)},
        {"dy": numbers(3, 0, 1, 2, 2, 4).reshape(2, 3), "y": np.array([[1, 0, 0], [0, 0, 1]])},
        {name: value.astype(np.float32) for name, value in random.items()},
        {name: stepping(value) for name, value in random.items()},
        {name: np.asfortranarray(value) for name, value in random.items()},
    ]


SOFTMAX_BACKWARD = Exercise(
    name="softmax_backward",
    parts={"dz": 3},
    reference=softmax_backward,
    forward=Forward("softmax", ("z",), lambda dy, y: {"z": np.log(np.maximum(y, 1e-300, dtype=float))}),
    cases=dyy_cases,
    properties=(
        sums_to(0, "dz"),
        unchanged("1 more for every dy changes nothing", lambda dy, y: {"dy": dy + 1, "y": y}),
    ),
    features={
        "several rows": lambda dy, y: len(dy) > 1,
        "dy not the same for all classes": lambda dy, y: bool(np.any(np.ptp(dy, axis=1) > 0)),
        "a share of 0": lambda dy, y: bool(np.any(y == 0)),
        "as many rows as classes": lambda dy, y: dy.shape[0] == dy.shape[1],
        **LAYOUTS,
    },
    hints=(
        "Each share answers to each logit. So dz[n, j] collects from all dy of its row: which ones with a minus?",
        "Write out the sum over r of dy[r] ∂y[r]/∂z[j] with (8.9). y[j] can be taken out; what is left is dy[j] minus "
        "one number that the whole row shares.",
        "(8.10)  dz = y (dy − (dy · y).sum(axis=1, keepdims=True))",
    ),
    after=(("before you start", "0, 0 and 0: all shares are pulled alike, and they must add up to 1"),),
    slips={
        "dy y (1 − y), as for a sigmoid. Each share answers to *every* logit: where is −y[j] y[r]?": instead(
            softmax_backward, "(dy - mean)", "dy * (1 - y)"
        ),
        "dy minus its mean, without the y in front: multiply by y[n, j].": instead(
            softmax_backward, "y * (dy - mean)", "dy - mean"
        ),
        "y dy − sum. The sum is multiplied by y[n, j], too: put brackets round the difference.": instead(
            softmax_backward, "y * (dy - mean)", "y * dy - mean"
        ),
        "y times (dy − mean of dy). In this mean each class counts as much as its share y.": instead(
            softmax_backward, "(dy * y).sum", "dy.mean"
        ),
        "y times (dy − sum of dy). In this sum each dy[n, r] is multiplied by y[n, r].": instead(
            softmax_backward, "(dy * y).sum", "dy.sum"
        ),
        "dy − y times the sum of dy: the way back through log_softmax.": instead(
            softmax_backward, "y * (dy - mean)", "dy - y * dy.sum(axis=1, keepdims=True)"
        ),
        "y dy. The other classes pull as well: −y[j] times the sum of dy y.": instead(
            softmax_backward, "(dy - mean)", "dy"
        ),
        "the sum over the whole batch. Examples have nothing to do with each other: sum along a row.": instead(
            softmax_backward, ".sum(axis=1, keepdims=True)", ".sum()"
        ),
        "the sum over each column. Examples have nothing to do with each other: sum along a row, axis 1.": instead(
            softmax_backward, ".sum(axis=1, keepdims=True)", ".sum(axis=0)"
        ),
        "y times (dy + sum). The other classes pull *down*: a minus.": instead(
            softmax_backward, "dy - mean", "dy + mean"
        ),
        "dz / N. The loss divides by N; a layer does not.": instead(
            softmax_backward, "(dy - mean)", "(dy - mean) / len(y)"
        ),
        "dz for the softmax of y. But y are the shares already.": lambda dy, y: softmax_backward(dy, softmax(y)),
        "y times (dy − mean of dy y): divided by M. The shares y are weights already, and add up to 1.": instead(
            softmax_backward, ".sum", ".mean"
        ),
    },
)
