"""Lecture 09, mini-batches: what is asked, and the mistakes that are known.

(9.8)   all examples once, in random order, in batches of `size`
"""

import math
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng

Batches = list[tuple[Array, Array]]

FIXED = (0, 1, 42)  # seeds that people write down where the argument is due


def minibatches(x: Array, t: Array, size: int, seed: int) -> Batches:
    order = np.random.default_rng(seed).permutation(len(x))
    starts = range(0, len(x), size)
    return [(x[order[s : s + size]], t[order[s : s + size]]) for s in starts]


def accept_batches(answer: Any, x: Array, t: Array, size: int, seed: int) -> str:
    if not isinstance(answer, list | tuple):
        return (
            f"expected a list of pairs (x, t), got {'None: is a return missing?' if answer is None else _kind(answer)}"
        )
    for n, pair in enumerate(answer):
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(one, np.ndarray) for one in pair):
            return f"batch {n} must be a pair of arrays, (x, t), got {_kind(pair)}"
        inputs, targets = pair
        if inputs.shape[1:] != x.shape[1:] or targets.shape[1:] != t.shape[1:] or not inputs.ndim or not targets.ndim:
            asked = f"(B, {', '.join(map(str, x.shape[1:]))}) and {('B', *map(str, t.shape[1:]))}".replace("'", "")
            return f"batch {n} has the shapes {inputs.shape} and {targets.shape}; asked are {asked}"
        if len(inputs) != len(targets):
            return f"batch {n} holds {len(inputs)} inputs and {len(targets)} targets"
    sizes = [len(inputs) for inputs, _ in answer]
    due = [size] * (len(x) // size) + [len(x) % size] * (len(x) % size > 0)
    if sum(sizes) == len(x) and sizes != due:
        return f"the batches hold {sizes} examples; {size} each, and what is left in the last one: {due}"
    if sum(sizes) > len(x):
        return f"the batches hold {sum(sizes)} examples; each of the {len(x)} belongs into one of them, once"
    numbers = [_numbered(inputs, x) for inputs, _ in answer]
    flat = [n for batch in numbers for n in batch]
    if -1 in flat:
        return "a batch holds an input that x does not"
    if lost := sorted(set(range(len(x))) - set(flat)):
        return f"{len(lost)} of the {len(x)} examples are in no batch, the first of them x[{lost[0]}]"
    for batch, (_, targets) in zip(numbers, answer, strict=True):
        for n, target in zip(batch, targets, strict=True):
            if not np.array_equal(target, t[n]):
                return f"x[{n}] comes with the target {target}; its own is {t[n]}: move x and t by the same order"
    return _in_order(flat, size, seed)


def same_order(first: Batches, later: Batches, x: Array, t: Array, size: int, seed: int) -> str:
    if all(np.array_equal(one, other) for (one, _), (other, _) in zip(first, later, strict=True)):
        return ""
    return f"called twice with the seed {seed} gives two orders: draw with np.random.default_rng(seed)"


def _in_order(flat: list[int], size: int, seed: int) -> str:
    """Are so many examples shuffled, all of them, and by this seed?"""
    if len(flat) < 8:
        return ""
    old, steps = list(range(len(flat))), np.diff(flat)
    if flat == old:
        return "the examples come in the order in which they stand in x: shuffle them"
    if max((steps == 1).sum(), (steps == -1).sum()) >= len(flat) - 2:
        return "all but one example come right beside their neighbours of x: shuffle them"
    pieces = in_batches(old, size)
    ways = math.factorial(len(old)) // math.prod(math.factorial(len(piece)) for piece in pieces)
    if ways > 10_000 and [sorted(piece) for piece in in_batches(flat, size)] == pieces:  # never by chance
        return f"batch 0 holds x[0] to x[{size - 1}], only in another order, and so on: shuffle all examples, then cut"
    for other in FIXED:
        if other != seed and flat == np.random.default_rng(other).permutation(len(flat)).tolist():
            return f"the order is that of the seed {other}; the argument says {seed}"
    return ""


def _numbered(inputs: Array, x: Array) -> list[int]:
    """The places in x of each input of a batch, -1 for none. The inputs of the cases are all different."""
    places = []
    for one in inputs:
        same = [n for n in range(len(x)) if np.array_equal(one, x[n])]
        places.append(same[0] if same else -1)
    return places


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, list | tuple) else "")


def batch_cases(rng: Rng) -> list[Inputs]:
    def case(N: int, shape: tuple[int, ...], size: int, seed: int, *, hot: int = 0) -> Inputs:
        x = rng.permutation(N * int(np.prod(shape))).reshape(N, *shape) + 0.5
        t = np.eye(hot)[rng.integers(0, hot, N)] if hot else rng.permutation(N)
        return {"x": x, "t": t, "size": size, "seed": seed}

    return [
        case(2, (1,), 1, 3),
        case(5, (2,), 2, 7),
        case(4, (1,), 4, 5),
        case(3, (2, 1), 5, 2),
        case(12, (1, 2, 3), 4, 11),
        case(13, (3,), 5, 6, hot=4),
        case(12, (2,), 3, 0),
    ]


def in_batches(order: Any, size: int) -> list[Any]:
    return [order[start : start + size] for start in range(0, len(order), size)]


def _order(x: Array, seed: int) -> Array:
    return np.random.default_rng(seed).permutation(len(x))


def _apart(x: Array, t: Array, size: int, seed: int) -> Batches:
    shuffled = x[_order(x, seed)]
    return list(zip(in_batches(shuffled, size), in_batches(t, size), strict=True))


def _with_repeats(x: Array, t: Array, size: int, seed: int) -> Batches:
    rng = np.random.default_rng(seed)
    chosen = [rng.integers(0, len(x), min(size, len(x))) for _ in range(0, len(x), size)]
    return [(x[some], t[some]) for some in chosen]


def _within(x: Array, t: Array, size: int, seed: int) -> Batches:
    rng = np.random.default_rng(seed)
    pieces = [rng.permutation(some) for some in in_batches(np.arange(len(x)), size)]
    return [(x[some], t[some]) for some in pieces]


MINIBATCHES = Exercise(
    name="minibatches",
    parts={"batches": 2},
    reference=minibatches,
    cases=batch_cases,
    accept=accept_batches,
    repeats=same_order,
    codes=("t", "size", "seed"),
    hints=(
        "Draw one random order of the numbers 0 to N − 1. Then cut it into pieces.",
        "np.random.default_rng(seed).permutation(len(x)) is the order. Piece by piece, use it as an index of x and, "
        "the same piece, of t.",
        "(9.8)  for start in range(0, N, size):  some = order[start : start + size];  the pair (x[some], t[some])",
    ),
    after=(("before you start", "46: 45 batches of 32, and one of 2"),),
    slips={
        "shuffled inputs beside targets that stayed. Then nothing can be learned: use the same order for both.": _apart,
        "the examples in their old order. "
        "If that is sorted by class, a batch sees one class only.": lambda x, t, size, seed: [
            (x[some], t[some]) for some in in_batches(np.arange(len(x)), size)
        ],
        "only full batches. The examples that are left make one more, smaller batch.": lambda x, t, size, seed: [
            (a, b) for a, b in minibatches(x, t, size, seed) if len(a) == size
        ],
        "batches drawn anew each time, "
        "so that some examples come twice and some never. Each comes once.": _with_repeats,
        "the first batch alone. Go on until all examples have come.": lambda x, t, size, seed: minibatches(
            x, t, size, seed
        )[:1],
        "batches of neighbours in a random order. Shuffle the examples, then cut.": lambda x, t, size, seed: [
            (x[n * size : (n + 1) * size], t[n * size : (n + 1) * size])
            for n in np.random.default_rng(seed).permutation(-(-len(x) // size))
        ],
        "the old batches, each shuffled in itself: the same examples are always together. "
        "Shuffle all, then cut.": _within,
        "the order of a fixed seed. Take the argument: another epoch gets another order.": lambda x, t, size, seed: (
            minibatches(x, t, size, 0)
        ),
    },
)
