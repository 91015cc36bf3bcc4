"""Lecture 01, training in passes: what is asked, and the mistakes that are known.

(1.6)   after a mistake: w + t x, b + t
"""

from collections.abc import Sequence
from operator import mul
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.perceptron_unit import CORNERS, TABLES, XOR, in_layouts, threshold_unit, unit_of

Learned = tuple[Array, float, list[int]]


def train_perceptron(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        count = 0
        for n in range(len(x)):
            if (1 if w @ x[n] + b > 0 else -1) != t[n]:
                w, b = w + t[n] * x[n], b + t[n]
                count += 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


def train_together(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        mistakes.append(int((threshold_unit(x, w, b) != t).sum()))
        if not mistakes[-1]:
            break
        w, b = w + t @ x, b + t.sum()
    return w, b, mistakes


def train_in_batches(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = threshold_unit(x, w, b) != t
        mistakes.append(int(wrong.sum()))
        if not mistakes[-1]:
            break
        w, b = w + t[wrong] @ x[wrong], b + t[wrong].sum()
    return w, b, mistakes


def fair(x: Array, t: Array, epochs: int) -> bool:
    """Is there a line, and are there so many passes that the rule finds it in any order of the examples?"""
    return 8 * len(train_perceptron(x, t, epochs)[2]) <= epochs


def seen(unit: tuple[float, ...], r: tuple[float, ...], t: float, made: int) -> tuple[tuple[float, ...], int]:
    """The unit and the count of mistakes, once it has seen example r = (x, 1)."""
    if (sum(map(mul, unit, r)) > 0) == (t > 0):
        return unit, made
    return tuple(weight + t * value for weight, value in zip(unit, r, strict=True)), made + 1


def reachable(x: Array, t: Array, counts: Sequence[int], w: Array, b: float) -> bool:
    """Is there an order of the examples in each pass that makes so many mistakes and ends at w, b?"""
    rows = [(*row, 1.0) for row in x.tolist()]
    units = {(0.0,) * len(rows[0])}
    for count in counts:
        states = {(unit, 0, frozenset(range(len(x)))) for unit in units}  # unit, mistakes so far, examples to come
        for _ in rows:
            states = {
                after
                for unit, made, left in states
                for n in left
                if (after := (*seen(unit, rows[n], t[n].item(), made), left - {n}))[1] <= count
            }
        units = {unit for unit, made, _ in states if made == count}
    return any(np.allclose(unit, (*w, b)) for unit in units)


def accept_training(answer: Any, x: Array, t: Array, epochs: int) -> str:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        count = f"{len(answer)} results" if isinstance(answer, tuple | list) else f"one {type(answer).__name__}"
        return f"returned {count}, expected three: w, b, mistakes"
    unit = unit_of(answer[:2], x.shape[1:])
    if isinstance(unit, str):
        return unit
    counts = answer[2].tolist() if isinstance(answer[2], np.ndarray) else answer[2]
    if not isinstance(counts, list | tuple) or not all(isinstance(k, int | np.integer) and k >= 0 for k in counts):
        return "mistakes must be a list of whole numbers, one for each pass"
    (w, b), passes = unit, len(counts)
    if not 1 <= passes <= epochs:
        return f"mistakes tells of {passes} passes; expected 1 to {epochs}, one entry a pass"
    if 0 in counts[:-1]:
        return f"mistakes[{list(counts).index(0)}] is 0: that is where it should stop, not after {passes} passes"
    wrong = np.flatnonzero(threshold_unit(x, w, b) != t)
    at = f"example {wrong[0]}, x = {x[wrong[0]]}, is still wrong" if len(wrong) else ""
    if counts[-1] == 0 and at:
        return f"the last pass counts no mistake, but {at}"
    if counts[-1] > 0 and passes < epochs:
        return f"it stopped after {passes} of {epochs} passes, though the last one counts {counts[-1]} mistakes"
    if at and fair(x, t, epochs):
        return f"a line separates these examples, but after {passes} passes {at}"
    total = sum(counts)
    if abs(b) > total or (total - b) % 2:
        return f"each mistake moves b by +1 or −1, from 0; {total} mistakes cannot make it {b:g}"
    if max(counts) > len(x):
        return f"mistakes[{list(counts).index(max(counts))}] is {max(counts)}, but a pass has {len(x)} examples"
    if len(x) <= FEW and total <= MANY and not reachable(x, t, counts, w, b):
        return "in whatever order the examples come, (1.6) makes other mistakes, or ends at other w and b"
    return ""


FEW, MANY = 4, 30  # examples and mistakes, of which all orders can be tried


def train_cases(rng: Rng) -> list[Inputs]:
    points = rng.normal(size=(10, 2))
    t = np.where(points @ [0.6, 0.8] > 0, 1.0, -1.0)
    apart = points + 1.2 * t[:, None] * [0.6, 0.8]
    t[0], apart[0], t[1], apart[1] = 1.0, (1.0, 2.0), -1.0, (-1.0, -2.0)  # so that both classes occur
    return [
        {"x": TABLES["NOT"][0], "t": TABLES["NOT"][1], "epochs": 40},
        {"x": np.array([[1.0, 2], [2, 1]]), "t": numbers(-1, -1), "epochs": 40},  # right from the start, on the line
        {"x": np.array([[1.0, 2], [2, 1], [1, 1]]), "t": numbers(1, 1, 1), "epochs": 40},  # one mistake mends all
        {"x": np.array([[3.0], [1]]), "t": numbers(1, -1), "epochs": 60},  # one step is not enough for x = 1
        *({"x": TABLES[name][0], "t": TABLES[name][1], "epochs": 50} for name in ("OR", "AND", "NAND")),
        {"x": CORNERS.astype(int), "t": np.array([1, -1, -1, -1]), "epochs": 50},
        {"x": np.array([[1.0, 2, 0], [0, 1, 3], [2, 0, 1]]), "t": numbers(1, -1, -1), "epochs": 60},
        XOR | {"epochs": 1},
        XOR | {"epochs": 7},
        {"x": np.array([[1.0], [2], [3]]), "t": numbers(1, -1, 1), "epochs": 6},
        *in_layouts({"x": apart + np.array([2, 1]), "t": t, "epochs": 60}),
        XOR | {"x": CORNERS * rng.integers(2, 9, 2), "epochs": 3},  # nobody can know this one's answer beforehand
    ]


TRAIN = Exercise(
    name="train_perceptron",
    parts={"settles": 2, "gives up": 1},
    groups={"settles": fair, "gives up": lambda x, t, epochs: not fair(x, t, epochs)},
    reference=train_perceptron,
    cases=train_cases,
    accept=accept_training,
    codes=("t",),
    features=LAYOUTS,
    hints=(
        "Two loops: over the passes, and inside over the examples. What must be set to 0 where?",
        "w and b start at 0 before the first pass. The count of mistakes starts at 0 in every pass.",
        "at most `epochs` times:  count = 0;  for each n: a mistake adds t[n] x[n] to w, t[n] to b, 1 to count;  "
        "append count;  stop if it is 0",
    ),
    after=(("before you start", "only if every target is −1: the unit that starts from 0 says −1 to all"),),
    slips={
        "the result of one pass. A later example may spoil an earlier one: "
        "go on until a pass makes no mistake.": instead(train_perceptron, "range(epochs)", "range(1)"),
        "all the passes, also after one without a mistake. Nothing can change any more: stop there.": instead(
            train_perceptron, "        if count == 0:\n            break\n", ""
        ),
        "a start from zeros in every pass, which forgets what the last one learned. Set w and b to 0 once.": instead(
            train_perceptron, "        count = 0", "        w, b, count = np.zeros(x.shape[1]), 0.0, 0"
        ),
        "training in which b stays 0. All such lines go through the origin.": instead(
            train_perceptron, "b + t[n]", "b"
        ),
        "training in which examples with t = −1 move nothing. Is 0 taken for their target?": instead(
            train_perceptron, "t[n] * x[n], b + t[n]", "(t[n] > 0) * x[n], b + (t[n] > 0)"
        ),
        "training in which every mistake pushes the line the wrong way.": instead(
            train_perceptron, "w + t[n] * x[n], b + t[n]", "w - t[n] * x[n], b - t[n]"
        ),
        "training in which right examples move the line, too. Only mistakes count.": instead(
            train_perceptron,
            "            if (",
            "            count += (",
            "t[n]:\n    ",
            "t[n]\n",
            "                count += 1\n",
            "",
        ),
        "all examples added up at once, t @ x, in each pass. "
        "Only mistakes count, and each is seen by the unit that the one before has left behind.": train_together,
        "all mistakes of a pass judged by one unit, and added up at its end. Step at each mistake: "
        "the next example is judged by the unit that this step has left behind.": train_in_batches,
        "passes that end at their first mistake. A pass goes through all examples.": instead(
            train_perceptron, "count += 1", "count += 1\n                break"
        ),
        "steps for one example until it is right. One mistake is one step; then comes the next example.": instead(
            train_perceptron, "if (1", "while (1"
        ),
        "training in which examples of class −1 on the line count as mistakes. "
        "There z = 0, the unit says −1, and it is right.": instead(
            train_perceptron, "(1 if w @ x[n] + b > 0 else -1) != t[n]", "(w @ x[n] + b) * t[n] <= 0"
        ),
        "training in which examples of class +1 on the line count as right. There z = 0, and the unit says −1. "
        "At w = 0, b = 0 all examples are on it.": instead(
            train_perceptron, "(1 if w @ x[n] + b > 0 else -1) != t[n]", "(w @ x[n] + b) * t[n] < 0"
        ),
        "counts that run on from pass to pass. Set the count to 0 at the start of each pass.": instead(
            train_perceptron, "    for _", "    count = 0\n    for _", "        count = 0\n        for", "        for"
        ),
    },
)
