"""Learning a kernel from a batch of digits: the last exercise of lecture 06."""

from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, given, in_other_layouts
from cnnlib.checks.edits import instead


def kernel_step(
    images: Array, dys: Array, w: Array, rate: float, weight_gradient: Callable[..., Array]
) -> tuple[Array, Array]:
    gradients = np.array([weight_gradient(dy, x) for dy, x in zip(dys, images, strict=True)])
    return gradients, w - rate * gradients.mean(0)


def weight_gradient_by_loops(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    dw = np.zeros((x.shape[0] - dy.shape[0] + 1, x.shape[1] - dy.shape[1] + 1))
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            dw += dy[i, j] * x[i : i + dw.shape[0], j : j + dw.shape[1]]
    return dw


def step_cases(rng: Rng) -> list[Inputs]:
    def case(images: Array, dys: Array, w: Array, rate: float) -> Inputs:
        return {"images": images, "dys": dys, "w": w, "rate": rate, "weight_gradient": given(weight_gradient_by_loops)}

    random = case(rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 4, 2)), rng.normal(size=(2, 3)), 0.3)
    return [
        case(np.array([[[2.0, 0]]]), np.array([[[1.0]]]), np.array([[1.0, -1]]), 0.5),
        case(np.array([[[2.0, 0]], [[4, 6]]]), np.array([[[1.0]], [[3]]]), np.array([[1.0, -1]]), 0.5),
        random,
        *in_other_layouts(random),
    ]


KERNEL_STEP = Exercise(
    name="kernel_step",
    parts={"gradients": 1, "w": 1},
    reference=kernel_step,
    cases=step_cases,
    features={"several digits in the batch": lambda images, **_: len(images) > 1, **LAYOUTS},
    hints=(
        "One gradient for each digit first. What is the gradient of a mean of losses?",
        "Stack the gradients of the digits, take their mean, and go a small way against it.",
        "(6.10)  w <- w - rate (1 / N) sum over n of dw_n",
    ),
    slips={
        "a step along the sum of the gradients. The loss is a mean over the batch, "
        "so the gradients are averaged.": instead(kernel_step, ".mean(0)", ".sum(0)"),
        "a step up the loss. The gradient points uphill, so the step goes against it.": instead(
            kernel_step, "- rate", "+ rate"
        ),
        "a step without the learning rate, as one of the decks prints it: see the slip box.": instead(
            kernel_step, "rate * ", ""
        ),
        "a step along the gradient of the first digit alone.": instead(kernel_step, ".mean(0)", "[0]"),
        "a step along the gradient of the last digit alone. Does the loop overwrite what it should add to?": instead(
            kernel_step, ".mean(0)", "[-1]"
        ),
        "every weight moved by the same amount. The mean is over the digits (axis 0), not over the weights.": instead(
            kernel_step, ".mean(0)", ".mean()"
        ),
        "the mean gradient. First return one gradient for each digit: shape (N, KH, KW).": instead(
            kernel_step, "return gradients", "return gradients.mean(0)"
        ),
    },
)
