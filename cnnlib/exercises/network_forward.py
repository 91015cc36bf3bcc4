"""Lecture 09, the forward pass: what is asked, and the mistakes that are known.

(9.1)   a1 = σ(w1 ⋆ x + b1),  a2 = σ(w2 ⋆ pool(a1) + b2),  a3 = σ(flat(pool(a2)) w3ᵀ + b3),  y = softmax(a3 w4ᵀ + b4)
"""

from collections.abc import Callable, Sequence

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng, stepping
from cnnlib.checks.edits import instead
from cnnlib.exercises.network_parts import Params, conv, fours, pool, sigmoid, softmax

Steps = tuple[Array, Array, Array, Array]


def cnn_forward(x: Array, params: Params) -> Steps:
    a1 = sigmoid(conv(x, params["w1"], params["b1"]))
    a2 = sigmoid(conv(pool(a1), params["w2"], params["b2"]))
    a3 = sigmoid(pool(a2).reshape(len(x), -1) @ params["w3"].T + params["b3"])
    y = softmax(a3 @ params["w4"].T + params["b4"])
    return a1, a2, a3, y


def onward(results: Sequence[Array], x: Array, params: Params) -> Steps:
    """Each line fed with what came out of the line before it."""
    a1, a2, a3, _ = results
    return (
        sigmoid(conv(x, params["w1"], params["b1"])),
        sigmoid(conv(pool(a1), params["w2"], params["b2"])),
        sigmoid(pool(a2).reshape(len(x), -1) @ params["w3"].T + params["b3"]),
        softmax(a3 @ params["w4"].T + params["b4"]),
    )


def network_params(
    rng: Rng, maps: tuple[int, int], kernel: tuple[int, int], units: int, M: int, x: Array
) -> dict[str, Array]:
    """Random parameters for pictures like x; biases other than 0."""
    (F1, F2), (C, H, W) = maps, x.shape[1:]
    shapes = {"1": (F1, C, *kernel), "2": (F2, F1, *kernel), "3": (units, F2 * (H // 4) * (W // 4)), "4": (M, units)}
    weights = {f"w{name}": 2 * rng.normal(size=shape) / np.prod(shape[1:]) ** 0.5 for name, shape in shapes.items()}
    return weights | {f"b{name}": rng.normal(size=shape[0]) for name, shape in shapes.items()}


def tiny() -> Inputs:
    """One picture of one row of blocks, kernels of one weight: to be followed by hand."""
    x = np.array([[[[1.0, 0, 2, 1, 0, 0, 1, 3], [0, 1, 0, 0, 2, 0, 0, 0], [0] * 8, [0, 0, 0, 1, 0, 0, 4, 0]]]])
    w1, w2 = np.array([[[[1.0]]]]), np.array([[[[2.0]]]])
    params = {"w1": w1, "b1": np.array([-1.0]), "w2": w2, "b2": np.array([1.0])}
    params |= {"w3": np.array([[1.0, -2]]), "b3": np.array([0.5])}
    return {"x": x, "params": params | {"w4": np.array([[2.0], [-1], [0]]), "b4": np.array([0.0, 1, -1])}}


def network(
    rng: Rng, N: int, C: int, H: int, W: int, maps: tuple[int, int], kernel: tuple[int, int], units: int, M: int
) -> Inputs:
    x = rng.normal(size=(N, C, H, W))
    return {"x": x, "params": network_params(rng, maps, kernel, units, M, x)}


def network_cases(rng: Rng) -> list[Inputs]:
    random = network(rng, 2, 1, 4, 8, (2, 3), (3, 1), 2, 4)
    blank = network(rng, 3, 1, 8, 4, (2, 2), (1, 3), 3, 2)
    blank["x"][:, :, :5] = 0  # much paper: blocks of equal numbers
    return [
        tiny(),
        network(rng, 1, 1, 4, 4, (1, 2), (1, 3), 2, 3),
        random,
        blank,
        network(rng, 4, 2, 8, 8, (3, 2), (3, 3), 5, 3),
        random | {"x": random["x"].astype(np.float32)},
        random | {"x": stepping(random["x"])},
        random | {"x": np.asfortranarray(random["x"])},
        random | {"x": np.round(3 * random["x"]).astype(int)},
    ]


CASE_FEATURES: dict[str, Callable[..., bool]] = {
    "several examples": lambda x, params: len(x) > 1,
    "several maps": lambda x, params: len(params["w1"]) > 1,
    "kernels wider than one pixel": lambda x, params: params["w1"].shape[2:] != (1, 1),
}

CNN_FORWARD = Exercise(
    name="cnn_forward",
    parts={"a1": 1, "a2": 1, "a3": 1, "y": 1},
    reference=cnn_forward,
    onward=onward,
    sources={"a1": "x, w1 and b1", "a2": "a1, w2 and b2", "a3": "a2, w3 and b3", "y": "a3, w4 and b4"},
    cases=network_cases,
    features=CASE_FEATURES,
    hints=(
        "Four lines, one for each of a1, a2, a3 and y. Each is a product with weights, a bias, and a bend.",
        "The second and the third line begin with pool. The third also lays the maps out as rows: reshape(len(x), -1).",
        '(9.1)  a1 = sigmoid(conv(x, params["w1"], params["b1"]));  a2 the same of pool(a1);  '
        "a3 = sigmoid(rows @ w3.T + b3);  y = softmax(a3 @ w4.T + b4)",
    ),
    after=(("before you start", "as many as the features that are left: maps times rows times columns of pool(a2)"),),
    slips={
        "the first two lines without their sigmoid. Two convolutions in a row without a bend between them "
        "could be a single one.": instead(cnn_forward, "sigmoid(conv", "(conv"),
        "a3 without its sigmoid.": instead(cnn_forward, "sigmoid(pool", "(pool"),
        "the network without any bias: add b1 to b4.": instead(cnn_forward, 'params["b', '0 * params["b'),
        "the logits without b4.": instead(cnn_forward, ' + params["b4"]', ""),
        "the logits, before softmax: y must be shares that add up to 1.": instead(cnn_forward, "softmax(", "("),
        "a sigmoid of each logit on its own. Shares of the classes must add up to 1: softmax.": instead(
            cnn_forward, "softmax", "sigmoid"
        ),
        "a softmax over the examples: its columns add up to 1. "
        "Each example has its own shares, so each row must.": instead(cnn_forward, softmax=lambda z: softmax(z.T).T),
        "pooling by the mean of each block. This network takes the largest.": instead(
            cnn_forward, pool=lambda a: fours(a).mean(axis=-1)
        ),
        "the first entry of each block, whatever it is. The largest is asked.": instead(
            cnn_forward, pool=lambda a: fours(a)[..., 0]
        ),
        "the features place by place, with the maps innermost. reshape(len(x), -1) lays out map by map.": instead(
            cnn_forward, ".reshape(", ".transpose(0, 2, 3, 1).reshape("
        ),
    },
)
