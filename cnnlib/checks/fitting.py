"""From tables of products to the rules that explain them: Models in the letters of the exercise's equation.

Each model agrees with all that was read; which of them is true of every case is for others to test.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnnlib.checks.equation import Equation, Sizes, evaluate, named_sizes, pulled
from cnnlib.checks.model import Model
from cnnlib.checks.reading import Reading
from cnnlib.checks.spelling import MOST_SPELLINGS, along, common, constants, spelled, sum_of

MOST_RULES = 12  # of the indices
MOST_TRIED = 70  # models of one term
Tables = Sequence[Reading]


def models(equation: Equation, tables: Tables) -> Iterator[Model]:
    """What the function might do, simplest first; each agrees with all that was read."""
    if not any(len(table.rows) for table in tables):
        yield Model(equation, absent=True)
        return
    later, scales = [], _scales(equation, tables)
    for model in _unscaled(equation, tables) if scales else ():
        yield from (replace(model, scale=scale) for scale in scales[:1])
        later += [replace(model, scale=scale) for scale in scales[1:]]
    yield from later


def _unscaled(equation: Equation, tables: Tables) -> Iterator[Model]:
    if _agrees(Model(equation), tables):
        yield Model(equation)
    else:
        possible = itertools.islice(_possible(equation, tables), MOST_TRIED)
        yield from (model for model in possible if _agrees(model, tables))


def _possible(equation: Equation, tables: Tables) -> Iterator[Model]:
    """Rules of the indices as they are, and cut short or overwritten where more is due than was read."""
    turned = pulled(equation)
    tried: set[str] = set()
    for wraps in ("", "below", "around"):
        for form in (equation, turned) if turned else (equation,):
            for rule in itertools.islice(_rules(form, tables, wraps), MOST_RULES):
                model = Model(rule, wraps=wraps)
                if f"{rule} {wraps}" in tried:
                    continue
                tried.add(f"{rule} {wraps}")
                within = all(table.within(model) for table in tables)
                if wraps and (not within or all(table.same(model, Model(rule)) for table in tables)):
                    continue
                yield model
                if within and not _agrees(model, tables):
                    yield from _cut_short(model, tables, [1])
                    yield from (replace(model, last_of=letters) for letters in _summed_over(rule))
                    yield from _cut_short(model, tables, [2, 3])
                    yield from (replace(model, last_of=letters) for letters in _in_other_orders(rule))


def _agrees(model: Model, tables: Tables) -> bool:
    return all(table.agrees(model) for table in tables)


# ---------------------------------------------------------------- the rule of the indices


def _rules(equation: Equation, tables: Tables, wraps: str) -> Iterator[Equation]:
    """The equation with other indices where the tables have others."""
    anchored = set(equation.anchors.values())
    known = {p for p, place in enumerate(equation.places) if p and place.name in tables[0].scene.known}
    dependent = [n for n, (p, _) in enumerate(equation.axes) if n not in anchored and p not in known]
    find = _wrapped if wraps else _spellings
    texts = [list(itertools.islice(find(equation, number, tables), MOST_SPELLINGS)) for number in dependent]
    for chosen in itertools.product(*(found or [""] for found in texts)):
        rule = equation
        for number, text in zip(dependent, chosen, strict=True):
            rule = rule.with_axis(number, text) if text else rule
        yield rule


def _spellings(equation: Equation, number: int, tables: Tables) -> Iterator[str]:
    """Texts for one index that agree with every row: the one that is due, or others, or a letter of its own."""
    due = equation.index(number)
    sizes = [table.scene.sizes(equation) for table in tables]
    letters = [{name: table.rows[:, n] for name, n in equation.anchors.items()} for table in tables]
    seen = [table.rows[:, number] for table in tables]
    if all(np.array_equal(_at(due, s | v, len(o)), o) for s, v, o in zip(sizes, letters, seen, strict=True)):
        yield due
        return
    fits = [_fit(v, o) for v, o in zip(letters, seen, strict=True)]
    if any(fit is None for fit in fits):
        yield next(letter for letter in "grs" if letter not in equation.letters)
        return
    factors = {}
    for letter in equation.anchors:
        known = [(s, fit[letter]) for s, fit in zip(sizes, fits, strict=True) if fit and letter in fit]
        possible = _factors(due, letter, common(sizes)[0])
        factors[letter] = next((t for t in possible if all(evaluate(t, s) == c for s, c in known)), "")
    if "" in factors.values():
        return
    rest = [
        _only(o - sum(evaluate(factors[a], s) * v[a] for a in v), len(o))
        for s, v, o in zip(sizes, letters, seen, strict=True)
    ]
    named = named_sizes(equation)
    sides = {named[a] for a, factor in factors.items() if factor != "0" and a in named}
    flipped = {named[a] for a, factor in factors.items() if factor.startswith("-") and a in named}
    found = spelled(sizes, rest, along(sides))
    stretched = any(factor == "-S" for factor in factors.values())
    # What turns a letter round holds its size, and the stride if it goes in strides.
    found.sort(key=lambda text: (not flipped <= set(text.split()), stretched and "S" not in text.split()))
    yield from (sum_of(factors, constant, due) for constant in found)


def _wrapped(equation: Equation, number: int, tables: Tables) -> Iterator[str]:
    """Texts for one index that agree with every row once what runs off an end comes back at the other."""
    due = equation.index(number)
    letters = [letter for letter in equation.anchors if letter in due.split()]
    sizes = [table.scene.sizes(equation) for table in tables]
    named = named_sizes(equation)
    found = constants(*common(sizes, [named[letter] for letter in letters if letter in named]))[:12]
    for signs in itertools.product(("1", "-1"), repeat=len(letters)):
        for constant, _ in found:
            text = sum_of(dict(zip(letters, signs, strict=True)), constant, due)
            if all(_round(equation, number, text, s, table) for s, table in zip(sizes, tables, strict=True)):
                yield text


def _round(equation: Equation, number: int, text: str, sizes: Sizes, table: Reading) -> bool:
    """Does this index agree with every row, up to full rounds?"""
    p, axis = equation.axes[number]
    shape = table.shape if p == 0 else np.shape(table.scene.values[equation.places[p].name])
    values = {letter: table.rows[:, n] for letter, n in equation.anchors.items()}
    at = _at(text, sizes | values, len(table.rows))
    return axis < len(shape) and bool(((at - table.rows[:, number]) % max(1, shape[axis]) == 0).all())


def _at(text: str, values: Mapping[str, Any], count: int) -> np.ndarray:
    return np.full(count, evaluate(text, values), int)


def _only(values: Any, count: int) -> int | None:
    """The one value, or None where there is none."""
    array = np.unique(np.full(count, values))
    return int(array[0]) if len(array) == 1 else None


def _fit(letters: Mapping[str, np.ndarray], seen: np.ndarray) -> dict[str, int] | None:
    """Letter -> its factor in `seen`, for those that vary; None if no such sum of letters gives it.

    {} where letters vary together, so that many sums do.
    """
    if not len(seen):
        return {}
    varying = [name for name, values in letters.items() if values.min() < values.max()]
    columns = np.stack([*(letters[name] for name in varying), np.ones(len(seen))], 1)
    found, _, rank, _ = np.linalg.lstsq(columns, seen, rcond=None)
    if rank < len(varying) + 1 and np.allclose(columns @ found, seen):
        return {}
    whole = [int(c) for c in np.round(found).ravel()]
    if not np.allclose(columns @ whole, seen):
        return None
    return dict(zip(varying, whole, strict=False))


def _factors(due: str, letter: str, known: Sequence[str]) -> list[str]:
    """What may stand before a letter, what is due first."""
    words = due.split()
    usual = "1" if letter in words else "0"
    before = words[words.index(letter) - 1] if letter in words[1:] else ""
    own = before if before in known else usual
    return list(dict.fromkeys([own, usual, "0", "1", "-1", "2", "-2", *known, *(f"-{name}" for name in known)]))


# ---------------------------------------------------------------- products that are missing


def _cut_short(model: Model, tables: Tables, counts: Iterable[int]) -> Iterator[Model]:
    """So many letters start late or stop early; those that are summed over first."""
    tables = [table for table in tables if len(table.rows)]  # an empty one shows no first and no last value
    sizes = [table.scene.sizes(model.equation) for table in tables]
    named, anchors = named_sizes(model.equation), model.equation.anchors
    options: dict[str, list[tuple[str, str]]] = {}
    for letter in sorted(anchors, key=lambda letter: model.equation.axes[anchors[letter]][0] == 0):
        full = [table.expected(model)[:, anchors[letter]] for table in tables]
        seen = [table.rows[:, anchors[letter]] for table in tables]
        only = along([named[letter]] if letter in named else []) - {"P"}
        starts = _bounds(sizes, only, [int(o.min()) for o in seen], [int(f.min()) for f in full], max)
        stops = _bounds(sizes, only, [int(o.max()) + 1 for o in seen], [int(f.max()) + 1 for f in full], min)
        if (starts, stops) != ([""], [""]):
            options[letter] = [(a, z) for a in starts for z in stops]
    for count in counts:
        for letters in itertools.combinations(options, count):
            for chosen in itertools.islice(itertools.product(*(options[letter] for letter in letters)), 4):
                pairs = dict(zip(letters, chosen, strict=True))
                yield replace(
                    model,
                    starts={letter: start for letter, (start, _) in pairs.items() if start},
                    stops={letter: stop for letter, (_, stop) in pairs.items() if stop},
                )


def _bounds(sizes: Sequence[Sizes], only: set[str], seen: Sequence[int], full: Sequence[int], limit: Any) -> list[str]:
    """Texts for a first value, or for one more than a last one; "" where it is what it should be."""
    if seen == full:
        return [""]
    return [
        text
        for text, values in constants(*common(sizes, only))
        if all(limit(v, f) == s for v, f, s in zip(values, full, seen, strict=True))
    ][:MOST_SPELLINGS]


def _summed_over(equation: Equation) -> list[tuple[str, ...]]:
    """Some of the letters that are summed over: where products overwrite each other, those with their last values stay.

    The letters stand in the order of the loops, the outermost first.
    """
    free = [letter for letter, number in equation.anchors.items() if equation.axes[number][0] > 0]
    return [letters for count in range(1, len(free) + 1) for letters in itertools.combinations(free, count)]


def _in_other_orders(equation: Equation) -> Iterator[tuple[str, ...]]:
    """The same, where the loops are nested the other way round."""
    for letters in _summed_over(equation):
        if 1 < len(letters) <= 3:
            yield from itertools.islice(itertools.permutations(letters), 1, None)


# ---------------------------------------------------------------- how often each product counts


def _scales(equation: Equation, tables: Tables) -> list[str]:
    """Texts for how often every product counts, if all count alike in each case."""
    found = [np.unique(np.round(table.counts, 9)) for table in tables]
    if any(len(counts) > 1 for counts in found):
        return []
    sizes = [table.scene.sizes(equation) for table in tables]
    names = [name for name in common(sizes)[0] if all(one[name] > 0 for one in sizes)]
    products = [*names, *(" ".join(some) for count in (2, 3) for some in itertools.combinations(names, count))]
    number = next((float(counts[0]) for counts in found if len(counts)), 1.0)
    texts = ["1", "-1", "2", "1 / 2", "-2", *(f"1 / ({a})" if " " in a else f"1 / {a}" for a in products), *products]

    def fits(text: str) -> bool:
        return all(
            not len(counts) or abs(evaluate(text, one) - counts[0]) < 1e-7
            for one, counts in zip(sizes, found, strict=True)
        )

    return [text for text in [*texts, f"{number:.9g}"] if fits(text)][:MOST_SPELLINGS]
