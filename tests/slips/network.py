"""Lecture 09: wrong answers without a sentence of their own."""

import numpy as np

from cnnlib.exercises.network_batches import minibatches
from cnnlib.exercises.network_reach import reach
from cnnlib.recipe import build, pack


def no_text():
    return 3


def nothing_printed():
    return None


def a_line_lost():
    return reach()[:-1]


def a_character_lost():
    return [*reach()[:-1], reach()[-1][:-1]]


def too_large():
    recipe = "flatten, linear 300, relu, linear 10"
    return pack(recipe, build(recipe)).splitlines()


def eleven_classes():
    recipe = "flatten, linear 11"
    return pack(recipe, build(recipe)).splitlines()


def unknown_layer():
    return [reach()[0].replace("relu", "gelu"), *reach()[1:]]


def constant(z, t):
    return 0.5


def only_pairs_apart(x, t, size, seed):
    return [list(pair) for batch in minibatches(x, t, size, seed) for pair in zip(*batch, strict=True)]


def joined(x, t, size, seed):
    return [np.column_stack([a.reshape(len(a), -1), b.reshape(len(b), -1)]) for a, b in minibatches(x, t, size, seed)]


def rolled(x, t, size, seed):
    first = int(np.random.default_rng(seed).integers(1, max(2, len(x))))
    x, t = np.roll(x, first, axis=0), np.roll(t, first, axis=0)
    return [(x[s : s + size], t[s : s + size]) for s in range(0, len(x), size)]


def unseeded(x, t, size, seed):
    order = np.random.permutation(len(x))  # noqa: NPY002 - it draws without a seed
    return [(x[order[s : s + size]], t[order[s : s + size]]) for s in range(0, len(x), size)]


def even_pieces(x, t, size, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    return [(x[some], t[some]) for some in np.array_split(order, max(1, len(x) // size))]


def example_by_example(x, t, params, slopes, rate, steps):
    losses = []
    for step in range(steps + 1):
        n = step % len(x)
        loss, grads = slopes(x[[n]], t[[n]], params)
        losses.append(loss)
        params = {name: params[name] - rate * grads[name] for name in params}
    return np.array(losses)


SLIPS = {
    "reach": [
        no_text,
        nothing_printed,
        a_line_lost,
        a_character_lost,
        too_large,
        eleven_classes,
        unknown_layer,
    ],
    "accuracy": [constant],
    "minibatches": [only_pairs_apart, joined, rolled, unseeded, even_pieces],
    "overfit": [example_by_example],
}
