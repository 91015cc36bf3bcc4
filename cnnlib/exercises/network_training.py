"""Lecture 09, steps, batches and a first training: what is asked, and the mistakes that are known.

(9.6)   w − η dw, for every parameter
(9.7)   loss before the first step, after it, ..., after the last one
(9.8)   all examples once, in random order, in batches of `size`
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng, given, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.network_parts import Params

Slopes = Callable[[Array, Array, Params], tuple[float, Params]]


def sgd_step(params: Params, grads: Params, rate: float) -> Params:
    return {name: params[name] - rate * grads[name] for name in params}


def accept_step(answer: Any, params: Params, grads: Params, rate: float) -> str:
    if not isinstance(answer, dict):
        kind = "None: is a return missing?" if answer is None else f"a {type(answer).__name__}"
        return f"expected a dictionary of the parameters, by their names, got {kind}"
    if answer.keys() != params.keys():
        odd = sorted(map(str, answer.keys() ^ params.keys()))[0]
        return f"expected the names {', '.join(params)}; {odd[:40]} stands on one side only"
    for name, due in sgd_step(params, grads, rate).items():
        got = answer[name]
        if not isinstance(got, np.ndarray | np.generic | int | float | list) or np.asarray(got).dtype.kind not in "iuf":
            return f"{name} must be an array, got a {type(got).__name__}"
        if np.shape(got) != due.shape:
            return f"{name} must keep its shape {due.shape}, got {np.shape(got)}"
        if not np.allclose(got, due, rtol=1e-5, atol=1e-6):
            spot = tuple(int(i) for i in np.argwhere(~np.isclose(got, due, rtol=1e-5, atol=1e-6))[0])
            w, dw = params[name][spot], grads[name][spot]
            return (
                f"{name}{list(spot)} is {np.asarray(got)[spot]:g}; it must be {w:g} − {rate:g} · {dw:g} = {due[spot]:g}"
            )
    return ""


def step_cases(rng: Rng) -> list[Inputs]:
    shapes = {"w1": (2, 1, 3, 2), "b1": (2,), "w2": (3, 4), "b2": (3,)}
    params, grads = ({name: rng.normal(size=shape) for name, shape in shapes.items()} for _ in range(2))
    return [
        {"params": {"w": numbers(5, 3)}, "grads": {"w": numbers(2, -1)}, "rate": 0.5},
        {
            "params": {"w": np.array([[1.0, 2, 4]]), "b": numbers(7)},
            "grads": {"w": np.array([[3.0, 0, -1]]), "b": numbers(2)},
            "rate": 0.1,
        },
        {"params": params, "grads": grads, "rate": 0.3},
        {"params": params, "grads": dict(reversed(grads.items())), "rate": 2.0},
    ]


def weights_only(params: Params, grads: Params, rate: float) -> Params:
    return {name: w - rate * grads[name] * (not name.startswith("b")) for name, w in params.items()}


SGD_STEP = Exercise(
    name="sgd_step",
    parts={"step": 1},
    reference=sgd_step,
    cases=step_cases,
    accept=accept_step,
    hints=(
        "Each parameter has a slope under the same name. Which way is down?",
        "Against the slope, by rate times the slope, for every name in params, the biases too. Make a new dictionary.",
        "(9.6)  new[name] = params[name] − rate * grads[name]  for every name",
    ),
    after=(("before you start", "one whose slope is 0"),),
    slips={
        "a step along the slope. The slope points uphill: subtract it.": lambda params, grads, rate: sgd_step(
            params, grads, -rate
        ),
        "a step of the whole slope. How far one may go is said by rate.": lambda params, grads, rate: sgd_step(
            params, grads, 1
        ),
        "dw − rate · dw: the slope is stepped, and the parameter never moves. "
        "Subtract from params[name].": lambda params, grads, rate: sgd_step(
            {name: grads[name] for name in params}, grads, rate
        ),
        "a step of everything but the biases. They learn as well.": weights_only,
        "the steps, without the parameters they start from.": lambda params, grads, rate: {
            name: -rate * grads[name] for name in params
        },
        "a step divided by the number of entries of each array.": lambda params, grads, rate: {
            name: w - rate * grads[name] / w.size for name, w in params.items()
        },
    },
)


# ---------------------------------------------------------------- overfit


def overfit(x: Array, t: Array, params: Params, slopes: Slopes, rate: float, steps: int) -> Array:
    losses = []
    for _ in range(steps):
        loss, grads = slopes(x, t, params)
        losses.append(loss)
        params = sgd_step(params, grads, rate)
    losses.append(slopes(x, t, params)[0])
    return np.array(losses)


def line(x, t, params):  # type: ignore[no-untyped-def]  # its source goes to the sandbox as it stands
    missing = x @ params["w"] + params["b"] - t
    return (missing**2).mean(), {"w": 2 * x.T @ missing / len(x), "b": 2 * missing.mean(keepdims=True)}


def shares(x, t, params):  # type: ignore[no-untyped-def]
    e = np.exp(x @ params["w4"].T + params["b4"])
    y = e / e.sum(axis=1, keepdims=True)
    dz = (y - t) / len(x)
    return -np.log((y * t).sum(axis=1)).mean(), {"b4": dz.sum(axis=0), "w4": dz.T @ x}


def overfit_cases(rng: Rng) -> list[Inputs]:
    flat = {"w": numbers(1), "b": numbers(0)}
    three = {"w4": rng.normal(size=(3, 2)), "b4": rng.normal(size=3)}
    square, table = given(line), given(shares)
    one = {"x": np.array([[1.0]]), "t": numbers(3), "params": flat, "slopes": square, "rate": 0.25}
    labelled = {"x": rng.normal(size=(5, 2)), "t": np.eye(3)[[0, 2, 1, 1, 0]], "params": three, "slopes": table}
    return [
        one | {"steps": 1},
        one | {"steps": 3},
        {"x": np.array([[1.0, 2], [0, 1], [2, 0]]), "t": numbers(1, 0, 2), "steps": 4, "rate": 0.1, "slopes": square}
        | {"params": {"w": numbers(1, -1), "b": numbers(0.5)}},
        labelled | {"rate": 0.5, "steps": 6},
        labelled | {"rate": 2.0, "steps": 15},
    ]


def in_order(inputs: Inputs) -> Inputs:
    """The arguments in the order of the signature."""
    return {name: inputs[name] for name in ("x", "t", "params", "slopes", "rate", "steps")}


OVERFIT = Exercise(
    name="overfit",
    parts={"losses": 2},
    reference=overfit,
    cases=lambda rng: [in_order(inputs) for inputs in overfit_cases(rng)],
    features={"several steps": lambda steps, **_: steps > 1},
    hints=(
        "A loop of `steps` rounds. What happens in one round, and what must be kept of it?",
        "slopes(x, t, params) gives the loss and all slopes; keep the loss, then step. After the loop ask for the loss "
        "once more: steps + 1 losses.",
        "(9.7)  for each step: ask slopes for the loss and the slopes;  keep the loss;  let params be what sgd_step "
        "makes of them.  At the end the loss of the last params",
    ),
    after=(("before you start", "steps + 1: the one before the first step, and one after each step"),),
    slips={
        "the losses without the last one: the parameters after the last step have a loss, "
        "too. steps + 1 of them.": instead(overfit, "    losses.append(slopes(x, t, params)[0])\n", ""),
        "the losses without the first one, before any step. It has a known value: keep it.": instead(
            overfit, "np.array(losses)", "np.array(losses[1:])"
        ),
        "the losses after 1, 2, ..., steps + 1 steps: "
        "the one before any step is missing, one step is too many.": instead(
            overfit, "range(steps)", "range(steps + 1)", "np.array(losses)", "np.array(losses[1:])"
        ),
        "the loss after a single step, again and again: every step begins at the start. "
        "Step on from where the last one ended.": instead(
            overfit,
            "losses = []",
            "losses, start = [], params",
            "sgd_step(params, grads",
            "sgd_step(start, slopes(x, t, start)[1]",
        ),
        "training with the rate divided by the number of examples. The slopes are those of a mean already.": instead(
            overfit, "grads, rate", "grads, rate / len(x)"
        ),
        "the loss of the start, again and again: the parameters never move. "
        "Does sgd_step's result go into params?": instead(overfit, "params = sgd_step", "_ = sgd_step"),
        "training uphill: the loss rises. Step against the slope.": instead(overfit, "grads, rate", "grads, -rate"),
        "training with the slopes of the start in every step. After a step there are other slopes: ask anew.": instead(
            overfit,
            "losses = []",
            "losses, first = [], slopes(x, t, params)[1]",
            "sgd_step(params, grads",
            "sgd_step(params, first",
        ),
        "training in which the slopes of earlier steps stay in the sum. Each step has its own.": instead(
            overfit,
            "losses = []",
            "losses, total = [], dict.fromkeys(params, 0)",
            "params = sgd_step(params, grads",
            "total = {name: total[name] + grads[name] for name in grads}\n        params = sgd_step(params, total",
        ),
        "training in which the biases stay as they were.": instead(overfit, sgd_step=weights_only),
    },
)
