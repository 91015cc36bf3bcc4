"""Lecture 09, a network that reaches the bar: what is asked, and how it is measured.

Nothing is trained here. The answer is a trained network as text (cnnlib.recipe); it is read, run once on the held-out
digits, and what it did is said. The reference is such a text, in reach.txt beside this file.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnnlib.checks import Exercise
from cnnlib.data import digits
from cnnlib.recipe import build, pack, unpack
from cnnlib.training import predict

MOST = 20_000  # parameters
BAR = 0.985
MOST_TEXT = 10_000  # characters of one text that a grader's sandbox lets through
NEIGHBOUR = "98.6 %, with all 1,442 pictures at hand: 92,288 numbers"  # a cell of the notebook measures it


def reach() -> list[str]:
    return Path(__file__).with_name("reach.txt").read_text().splitlines()


@lru_cache(maxsize=64)
def measure(lines: tuple[str, ...]) -> tuple[str, int, int, int]:
    """Recipe, parameters, held-out digits that are right, and held-out digits. Raises ValueError."""
    data = digits()
    recipe, network = unpack(lines, data.x_test.shape[1:], most=MOST)
    shape = predict(network, data.x_test[:1]).shape[1:]
    if shape != (10,):
        raise ValueError(f"the network must end with a logit for each of the ten digits, but gives {shape}")
    outputs = predict(network, data.x_test, batch_size=32)
    right = int((outputs.argmax(axis=1) == data.t_test).sum())
    return recipe, sum(p.size for p in network.parameters.values()), right, len(data.t_test)


def lines_of(answer: Any) -> tuple[str, ...] | str:
    """The lines of an answer, or what is wrong with it."""
    if isinstance(answer, str):
        if len(answer) >= MOST_TEXT:
            return f"the text has {MOST_TEXT:,} characters or more: give its lines, with .splitlines() behind it"
        return tuple(answer.splitlines())
    if isinstance(answer, list | tuple) and answer and all(isinstance(line, str) for line in answer):
        return tuple(answer)
    kind = "None: is a return missing?" if answer is None else f"a {type(answer).__name__}"
    return f"expected the text that pack printed, or a list of its lines, got {kind}"


def accept_network(answer: Any) -> str:
    lines = lines_of(answer)
    if isinstance(lines, str):
        return lines
    try:
        _, count, right, all_of_them = measure(lines)
    except ValueError as problem:
        return str(problem)
    if right >= BAR * all_of_them:
        return ""
    due = next(n for n in range(all_of_them + 1) if n >= BAR * all_of_them)
    return (
        f"with {count:,} parameters it reads {right} of {all_of_them} held-out digits, {right / all_of_them:.1%}; "
        f"{BAR:.1%} are asked, which is {due}. The nearest neighbour reads {NEIGHBOUR}"
    )


def measured(answer: Any) -> tuple[tuple[str, str], ...]:
    recipe, count, right, all_of_them = measure(tuple(lines_of(answer)))
    return (
        ("your network", recipe),
        ("measured", f"{right} of {all_of_them} held-out digits, {right / all_of_them:.1%}; {count:,} parameters"),
        ("nearest neighbour", NEIGHBOUR),
    )


def other_text(change: Callable[[list[str]], Any]) -> Any:
    """The reference's lines, changed."""

    def answer() -> Any:
        return change(reach())

    return answer


def untrained(lines: list[str]) -> list[str]:
    return pack(lines[0], build(lines[0])).splitlines()


REACH = Exercise(
    name="reach",
    parts={"98.5 %": 3},
    reference=reach,
    cases=lambda rng: [{}],
    accept=accept_network,
    measured=measured,
    hints=(
        "What made the last step from 97 to 98? More maps, another bend, or more epochs? Change one thing at a time.",
        "ReLU, 16 and 32 maps, and a rate that falls: 20 epochs at 0.05, then 5 at 0.005. One seed in three or so may "
        "miss the bar: train more than one.",
        "build(recipe, seed=...), fit twice, print(pack(recipe, network)), and return that text's lines",
    ),
    slips={
        "a network of these layers as it was drawn, before training.": other_text(untrained),
        "trained weights with a tanh where they were trained with a ReLU: the recipe must be the "
        "one that was trained.": other_text(lambda lines: [lines[0].replace("relu", "tanh"), *lines[1:]]),
    },
)
