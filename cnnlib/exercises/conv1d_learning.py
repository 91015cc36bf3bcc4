"""Learning a kernel: the last exercise of lecture 05."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs, Shown, show
from cnnlib.checks.cases import Rng, given, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.conv1d_line import forward, weight_gradient
from cnnlib.exercises.one_map import bias_gradient


def fit_kernel(
    x: Array,
    target: Array,
    w: Array,
    b: float,
    forward: Callable[..., Array],
    weight_gradient: Callable[..., Array],
    bias_gradient: Callable[..., float],
    rate: float = 0.1,
    steps: int = 1,
) -> tuple[Array, float]:
    for _ in range(steps):
        y = forward(x, w, b)
        dy = 2 * (y - target) / len(y)
        w, b = w - rate * weight_gradient(dy, x), b - rate * bias_gradient(dy)
    return w, b


def fit_cases(rng: Rng) -> list[Inputs]:
    functions = {
        "forward": given(forward),
        "weight_gradient": given(weight_gradient),
        "bias_gradient": given(bias_gradient),
    }

    def case(x: Array, target: Array, w: Array, b: float, rate: float, steps: int) -> Inputs:
        return {"x": x, "target": target, "w": w, "b": b, **functions, "rate": rate, "steps": steps}

    return [
        case(numbers(2, 3), numbers(1), numbers(1, 0), 0.0, 0.5, 1),
        case(numbers(2, 0, 1, 3), numbers(2, -1, -2), numbers(0, 0), 0.0, 0.1, 1),
        case(numbers(2, 0, 1, 3), numbers(2, -1, -2), numbers(0, 0), 0.0, 0.1, 3),
        case(rng.normal(size=9), rng.normal(size=7), rng.normal(size=3), 0.5, 0.05, 4),
    ]


def first_step(x: Array, target: Array, w: Array, b: float, rate: float, **functions: Any) -> list[Shown]:
    """The first step's dy, dw and db, read off where it leads; a "gradient" that hands dy on shows dy."""
    one = {"x": x, "target": target, "w": w, "b": b, **functions, "rate": rate, "steps": 1}
    pulls = one | {"x": np.resize(x, 2 * len(w) - 1), "target": np.resize(target, len(w))}
    pulls |= {"weight_gradient": given(hand_on)}  # as many outputs as taps, so that dy has the shape of w
    return [
        Shown(f"dy of a first step, x = {show.value(pulls['x'])}", pulls, lambda after: (w - after[0]) / rate),
        Shown("dw of the first step", one, lambda after: (w - after[0]) / rate),
        Shown("db of the first step", one, lambda after: (b - after[1]) / rate),
    ]


def hand_on(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    return dy


FIT_KERNEL = Exercise(
    name="fit_kernel",
    parts={"w": 1, "b": 1},
    reference=fit_kernel,
    cases=fit_cases,
    shows=first_step,
    hints=(
        "One step has three lines: predict, ask how the loss answers to each output, move w and b against it.",
        "The loss is the mean of (y - target)^2. Its slope with respect to y[i] is 2 (y[i] - target[i]) / T.",
        "(5.13)  dy = 2 (y - target) / T,  w <- w - rate dw,  b <- b - rate db; repeat `steps` times",
    ),
    after=(("before you start", "zeros: a perfect prediction moves nothing"),),
    slips={
        "the way up the loss. The gradient points uphill, so the step goes against it.": instead(
            fit_kernel, "2 * (y", "-2 * (y"
        ),
        "steps of half the size. The slope of a square holds a factor 2.": instead(fit_kernel, "2 * (y", "(y"),
        "steps that are T times too long. The loss is a mean, so its slope is divided by T.": instead(
            fit_kernel, " / len(y)", ""
        ),
        "the result of one step, for any number of steps. Is there a loop, is the return behind it, and does every "
        "step start from the w and b of the one before?": instead(fit_kernel, "range(steps)", "range(1)"),
        "the old b. It has a gradient too.": instead(fit_kernel, "b - rate * bias_gradient(dy)", "b"),
        "steps along the first slope. Predict anew in every step: w and b have moved.": instead(
            fit_kernel,
            "    for _ in range(steps):\n        y = forward(x, w, b)\n",
            "    y = forward(x, w, b)\n    for _ in range(steps):\n",
        ),
        "steps that are divided by the number of inputs. The mean is over the outputs.": instead(
            fit_kernel, "len(y)", "len(x)"
        ),
        "steps along y - target itself. The mean of squares gives 2 (y - target) / T.": instead(
            fit_kernel, "2 * (y - target) / len(y)", "y - target"
        ),
    },
)
