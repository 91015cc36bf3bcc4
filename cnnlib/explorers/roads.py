"""An explorer of lecture 10: the same deep stack with and without a road around each block, while both learn."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Plot, axis, bars, line, plot
from cnnlib.explorers.widget import Explorer, Knobs, count
from cnnlib.losses import cross_entropy
from cnnlib.network import Linear, ReLU, Residual, Sequential
from cnnlib.training import SGD

WIDTH, EXAMPLES, RATE, MOMENTUM = 32, 64, 0.02, 0.9
MOST_BLOCKS, MOST_STEPS = 24, 60
TALLEST = 3.0
STARTS = {"identity": True, "after He": False}
HIGHEST = 5.0
STEPS, LOSS = axis("step", 0, MOST_STEPS), axis(f"loss, cut at {HIGHEST:g}", 0, HIGHEST)


class State(NamedTuple):
    """Before a step: the loss, and the size of its gradient at each depth, lowest first, (blocks + 1,)."""

    loss: float
    sizes: Array


def block() -> tuple:
    return ReLU(), Linear(WIDTH, WIDTH), ReLU(), Linear(WIDTH, WIDTH)


def stack(blocks: int, start: str) -> Sequential:
    """A fully connected stack for digits: start "plain" is without roads, else one of STARTS."""
    middle: list[Sequential] = []
    for _ in range(blocks):
        middle.append(Sequential(*block()) if start == "plain" else Residual(*block(), identity=STARTS[start]))
    return Sequential(Linear(64, WIDTH), *middle, ReLU(), Linear(WIDTH, 10))


@cache
def examples() -> tuple[Array, Array]:
    x, t, *_ = digits()
    return x[:: len(x) // EXAMPLES][:EXAMPLES].reshape(EXAMPLES, 64), t[:: len(t) // EXAMPLES][:EXAMPLES]


def learning(network: Sequential, blocks: int) -> Iterator[State]:
    """One state after the other, on the same few digits."""
    x, t = examples()
    optimizer = SGD(network.parameters, RATE, MOMENTUM)
    while True:
        y, pullbacks = x, []
        for layer in network.layers:
            y, pullback = layer(y)
            pullbacks.append(pullback)
        loss, loss_backward = cross_entropy(y, t)
        dy, gradients, sizes = loss_backward(), {}, []
        for n in reversed(range(len(network.layers))):
            if n <= blocks:
                sizes.append(np.sqrt(np.mean(dy * dy)))
            dy, found = pullbacks[n](dy)
            gradients.update({f"{n}.{key}": gradient for key, gradient in found.items()})
        yield State(float(loss), np.array(sizes[::-1]))
        optimizer.step(gradients)


@lru_cache(maxsize=64)
def course(blocks: int, start: str) -> tuple[list[State], Iterator[State]]:
    """What has been seen of a network's learning, and what is to come."""
    return [], learning(stack(blocks, start), blocks)


def states(blocks: int, start: str, steps: int) -> list[State]:
    """The states before step 0, 1, ..., steps."""
    seen, coming = course(blocks, start)
    with np.errstate(all="ignore"):  # a stack may explode: that is what there is to see
        while len(seen) <= steps:
            seen.append(next(coming))
    return seen[: steps + 1]


def road_view(blocks: int, start: str, steps: int) -> Frame:
    """The frame of two stacks after so many steps.

    Args:
        blocks: of two layers each.
        start: of the blocks with roads: "identity", their last weights 0, or "after He".
        steps: of gradient descent, the same for both.

    Raises:
        TypeError, ValueError: blocks or steps is out of range, or there is no such start.
    """
    blocks, steps = count("blocks", blocks, 1, MOST_BLOCKS), count("steps", steps, 0, MOST_STEPS)
    if start not in STARTS:
        raise ValueError(f"start must be one of {', '.join(STARTS)}, got {start!r}")
    plain, roads = states(blocks, "plain", steps), states(blocks, start, steps)
    curves = [
        line([[n, min(state.loss, HIGHEST)] for n, state in enumerate(seen)], name=name, hue=hue, dashed=hue == 0)
        for name, seen, hue in (("plain", plain, 0), ("with roads", roads, 1))
    ]
    chance = line([[0, np.log(10)], [MOST_STEPS, np.log(10)]], thin=True)
    lines = [told("plain", plain[-1]), told("with roads", roads[-1])]
    return {
        "panels": [
            sizes_plot("plain", "plain: gradient by depth", plain[-1].sizes, 0),
            sizes_plot("roads", "with roads: gradient by depth", roads[-1].sizes, 1),
            plot("loss", "the loss while they learn", STEPS, LOSS, [chance, *curves], size=(300, 200)),
            text("told", "now", lines),
        ],
        "layout": [{"title": "", "rows": [["plain", "roads"]]}, {"title": "", "rows": [["loss", "told"]]}],
        "caption": f"{2 * blocks} layers each, the same first weights but for the start of the roads, {steps} steps. "
        "The gradient on top is drawn as 1; the thin line is chance.",
        "summary": f"residual_explorer: {blocks} blocks, roads start {start}, after {steps} steps",
        "finished": steps >= MOST_STEPS,
    }


def sizes_plot(id: str, title: str, sizes: Array, hue: int) -> Plot:
    relative = np.nan_to_num(sizes / sizes[-1])
    texts = [f"below block {n}: {size:.2g}" for n, size in enumerate(relative[:-1])] + ["above the last block: 1"]
    where = axis("blocks below", -0.6, len(sizes) - 0.4)
    columns = bars(np.arange(len(sizes)), np.minimum(relative, TALLEST), hues=[hue] * len(sizes), texts=texts)
    return plot(id, title, where, axis("size, top = 1", 0, TALLEST), [columns], size=(260, 200))


def told(name: str, state: State) -> str:
    if not np.isfinite(state.loss):
        return f"{name}: no number is left: the steps were too long for such gradients"
    lowest = state.sizes[0] / state.sizes[-1]
    return f"{name}: loss {state.loss:.2f}, gradient at the bottom {lowest:.2g} times that on top"


def residual_explorer(blocks: int = 12, start: str = "identity", steps: int = 20) -> Explorer:
    """A plain stack beside one with roads: choose the depth and how the roads start, and let both learn digits."""
    controls: list[Control] = [
        {"kind": "range", "name": "blocks", "label": "blocks of two layers", "min": 1, "max": MOST_BLOCKS},
        {"kind": "choice", "name": "start", "label": "roads start", "options": list(STARTS)},
        {"kind": "play", "action": "step", "label": "learn"},
        {"kind": "button", "action": "restart", "label": "restart"},
    ]
    actions: dict[str, Callable[..., Knobs]] = {
        "step": lambda knobs: {"steps": min(knobs["steps"] + 1, MOST_STEPS)},
        "restart": lambda knobs: {"steps": 0},
    }
    return Explorer(road_view, controls, actions, blocks=blocks, start=start, steps=steps)
