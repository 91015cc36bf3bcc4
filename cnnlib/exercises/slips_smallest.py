"""Lecture 11, a counterexample made small: what is asked, and the mistakes that are known."""

import itertools
from collections.abc import Callable

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts, numbers
from cnnlib.checks.edits import instead
from cnnlib.exercises.slips_deciding import handed

Shows = Callable[[Array], bool]


def shrink(x: Array, shows: Shows) -> Array:
    n = 0
    while n < len(x) > 1:
        less = np.delete(x, n)
        n, x = (0, less) if shows(less) else (n + 1, x)
    return x


def shows_a_tie(x: Array) -> bool:
    return bool(np.sum(x == np.max(x)) > 1)


def shows_a_sign(x: Array) -> bool:
    return bool(np.any(x < 0))


def shows_a_shared_winner(x: Array) -> bool:
    return bool(np.any((x[1:-1] >= x[:-2]) & (x[1:-1] > x[2:])))


def shows_a_large_sum(x: Array) -> bool:
    return bool(np.sum(x) > 5)


def shows_a_small_sum(x: Array) -> bool:
    return bool(np.sum(x) < 5)


def shows_a_fall(x: Array) -> bool:
    return bool(np.any(x[1:] < x[:-1]))


def shrink_cases(rng: Rng) -> list[Inputs]:
    def case(x: Array, shows: Shows) -> Inputs:
        return {"x": x, "shows": handed(shows)}

    drawn = case(np.append(rng.permutation(np.arange(-4.0, 5)) + rng.uniform(0, 0.4, 9), -5), shows_a_fall)
    ties = np.append(rng.integers(0, 9, 6), [9, 9])
    return [
        case(numbers(2, -1), shows_a_sign),
        case(numbers(-4, 1, -2), shows_a_sign),
        case(numbers(3), shows_a_small_sum),
        case(numbers(2, 1), shows_a_small_sum),
        case(numbers(1, 3, 3, 2), shows_a_tie),
        case(numbers(3, 3, 1, 2, 2), shows_a_tie),
        case(numbers(3, 2, 3, 3, 1), shows_a_tie),
        case(numbers(0, 2, 1, 4, 3), shows_a_shared_winner),
        case(numbers(4, -2, 6), shows_a_large_sum),
        case(numbers(6, 3, 3), shows_a_large_sum),
        case(numbers(6, 7, 8), shows_a_large_sum),
        case(numbers(2, 0, 3, -1, 0, 1, 2), shows_a_large_sum),
        case(numbers(1, 2, 3, 1.5, 2.5), shows_a_fall),
        case(rng.permutation(ties).astype(float), shows_a_tie),
        drawn,
        *in_other_layouts(drawn),
    ]


def smallest_of_all(x: Array, shows: Shows) -> Array:
    for count in range(1, len(x) + 1):
        for kept in itertools.combinations(range(len(x)), count):
            if shows(x[list(kept)]):
                return x[list(kept)]
    return x


def each_by_itself(x: Array, shows: Shows) -> Array:
    return x[[len(x) == 1 or not shows(np.delete(x, n)) for n in range(len(x))]]


def one_alone(x: Array, shows: Shows) -> Array:
    return next((x[n : n + 1] for n in range(len(x)) if shows(x[n : n + 1])), x)


SHRINK = Exercise(
    name="shrink",
    parts={"x": 3},
    reference=shrink,
    cases=shrink_cases,
    features=LAYOUTS
    | {
        "an x of one entry": lambda x, shows: len(x) == 1,
        "an x that cannot be made smaller": lambda x, shows: len(shrink(x, shows)) == len(x),
    },
    hints=(
        "Leave out one entry. Does the slip still show? Then you have a smaller x: what now?",
        "np.delete(x, n) is x without entry n. From n = 0 on: if the slip shows in it, that is the new x, and n begins "
        "at 0 again; else go on to the next n.",
        "while n < len(x) and len(x) > 1:  if shows(np.delete(x, n)), that is x and n is 0; else n = n + 1",
    ),
    after=(("before you start", "[3, 3]: leaving out the 1 and the 2 keeps the tie, leaving out a 3 does not"),),
    slips={
        "one pass from left to right. After 6 − 2 has become 6, "
        "what stood before it may go as well: begin again.": instead(shrink, "(0, less)", "(n, less)"),
        "a pass that skips an entry after each one that it leaves out: the next one has moved to its place.": instead(
            shrink, "(0, less)", "(n + 1, less)"
        ),
        "the search from the last entry on. Entry 0 is asked first.": instead(
            shrink, "np.delete(x, n)", "np.delete(x, len(x) - 1 - n)"
        ),
        "the first smaller x. Go on with it until no entry can be left out.": instead(
            shrink, "(0, less)", "(len(x), less)"
        ),
        "x with its first entries taken off. An entry in the middle can go as well.": instead(
            shrink, "(n + 1, x)", "(len(x), x)"
        ),
        "x with its ends taken off. An entry in the middle can go as well.": instead(
            shrink,
            "n < len(x) > 1",
            "n < 2 <= len(x)",
            "np.delete(x, n)",
            "(x[1:], x[:-1])[n]",
            "(0, less)",
            "(n, less)",
        ),
        "one entry less than the slip needs. Keep the last x that shows it.": instead(
            shrink, "return x", "return x[1:]"
        ),
        "what is left when entries go as long as the slip does *not* show. Leave one out if it still shows.": instead(
            shrink, "if shows", "if not shows"
        ),
        "zeros in the place of entries. A 0 is an entry, too: np.delete makes x shorter.": instead(
            shrink,
            "len(x) > 1",
            "len(x)",
            "np.delete(x, n)",
            "np.where(np.arange(len(x)) == n, 0, x)",
            "(0, less)",
            "(n + 1, less)",
        ),
        "the entries that cannot go from the *first* x. "
        "Of two that do the same, either can go, but not both: go on from the smaller x.": each_by_itself,
        "the smallest of all parts of x that show it. "
        "Asked is one step after another; of L entries there are 2^L parts.": smallest_of_all,
        "an entry that shows the slip by itself, or else x as it was. "
        "Mostly it takes several: leave out one at a time.": one_alone,
    },
)
