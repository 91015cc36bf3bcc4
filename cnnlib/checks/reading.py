"""Read a function that adds up products: which product does it add to which entry, and how often?

Put a single 1 into each factor and 0 elsewhere, and the answer shows where this one product goes. From the whole table
comes the rule of the indices, as a Model in the letters of the exercise's equation.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from cnnlib.checks.equation import Equation, Sizes, evaluate, pulled, sizes_of
from cnnlib.checks.model import Model, products

Inputs = dict[str, Any]
Frozen = tuple[tuple[tuple[str, int], ...], ...]
MOST_SPELLINGS = 4  # of one index, where the sizes measured do not tell K − 1 from 1


@dataclass(frozen=True)
class Reading:
    """What one term of the student's function does in one case."""

    inputs: Inputs
    due: tuple[int, ...]  # the shape that the result should have
    shape: tuple[int, ...]  # the shape that it has
    rows: np.ndarray  # (products, axes of all places): where the factors stand and where their product goes
    counts: np.ndarray  # (products,): how often it counts there
    more: Sizes
    cache: dict[str, np.ndarray] = field(default_factory=dict)

    def expected(self, model: Model) -> np.ndarray:
        """The same rows, of a model."""
        if (key := repr(model)) not in self.cache:
            self.cache[key] = self._expected(model)
        return self.cache[key]

    def _expected(self, model: Model) -> np.ndarray:
        found = products(model, self.inputs, self.shape, self.due, self.more)
        index = [axis for place in found.at for axis in place]
        return np.stack(index, 1)[found.left] if index else np.zeros((int(found.left.sum()), 0), int)


def calls(equation: Equation, inputs: Inputs, linear: Sequence[str]) -> list[Inputs]:
    """The inputs to ask: all factors 0, then a single 1 in one of them, then in all."""
    zeros = {name: np.zeros(np.shape(inputs[name])) for name in linear}

    def nudged(spots: Mapping[str, tuple[int, ...]]) -> Inputs:
        arrays = {name: zero.copy() for name, zero in zeros.items()}
        for name, spot in spots.items():
            arrays[name][spot] = 1.0
        return inputs | {name: array if array.ndim else float(array) for name, array in arrays.items()}

    names = [place.name for place in equation.factors]
    spots = {name: list(np.ndindex(np.shape(inputs[name]))) for name in names}
    alone = [nudged({name: spot}) for name in names for spot in spots[name]]
    pairs = itertools.product(*spots.values()) if len(names) > 1 else []
    return [nudged({}), *alone, *(nudged(dict(zip(names, spot, strict=True))) for spot in pairs)]


def cost(equation: Equation, inputs: Inputs) -> int:
    """How many calls that is."""
    sizes = [int(np.size(inputs[place.name])) for place in equation.factors]
    return 1 + sum(sizes) + (int(np.prod(sizes)) if len(sizes) > 1 else 0)


def read(equation: Equation, inputs: Inputs, due: Sequence[int], answers: Sequence[Any], more: Sizes) -> Reading | None:
    """The table of one case from the answers to `calls`, or None where they are not arrays of one shape."""
    try:
        values = np.array([np.asarray(answer, float) for answer in answers])
    except (TypeError, ValueError):
        return None
    shapes = [np.shape(inputs[place.name]) for place in equation.factors]
    sizes = [int(np.prod(shape)) for shape in shapes]
    if len(values) != cost(equation, inputs) or not np.isfinite(values).all() or values.dtype == object:
        return None
    shape = values.shape[1:]
    zero, alone, rest = values[0], values[1 : 1 + sum(sizes)], values[1 + sum(sizes) :]
    if len(sizes) == 1:
        counts = alone - zero
    else:
        first, second = alone[: sizes[0], None], alone[None, sizes[0] :]
        counts = rest.reshape(*sizes, *shape) - first - second + zero
    found = np.argwhere(np.abs(counts) > 1e-9)
    spots = [np.stack(np.unravel_index(found[:, n], s), 1) for n, s in enumerate(shapes) if s]
    rows = np.concatenate([found[:, len(sizes) :], *spots], axis=1).astype(int)
    return Reading(inputs, tuple(due), shape, rows, counts[tuple(found.T)], more)


def models(equation: Equation, readings: Sequence[Reading]) -> Iterator[Model]:
    """What the function might do, simplest first; each agrees with all that was read."""
    if not any(len(reading.rows) for reading in readings):
        yield Model(equation, absent=True)
        return
    if all(_same(reading.expected(Model(equation)), reading.rows) for reading in readings):
        yield from (Model(equation, scale=scale) for scale in _scales(equation, readings))
        return
    later = []
    for model, scales in _unscaled(equation, readings):
        yield from (replace(model, scale=scale) for scale in scales[:1])
        later += [replace(model, scale=scale) for scale in scales[1:]]
    yield from later


def _unscaled(equation: Equation, readings: Sequence[Reading]) -> Iterator[tuple[Model, list[str]]]:
    """Models, and how often their products may count."""
    turned = pulled(equation)
    tried: set[str] = set()
    for wraps in ("", "below", "around"):
        for form in (equation, turned) if turned else (equation,):
            for rule in _rules(form, readings, wraps):
                if f"{rule} {wraps}" not in tried:
                    tried.add(f"{rule} {wraps}")
                    yield from _complete(Model(rule, wraps=wraps), readings)


def _complete(model: Model, readings: Sequence[Reading]) -> Iterator[tuple[Model, list[str]]]:
    """The model, scaled, cut short or overwritten, if that makes it agree with what was read."""
    plain = replace(model, wraps="")
    if model.wraps and all(_same(reading.expected(plain), reading.expected(model)) for reading in readings):
        return
    missing = [_missing(reading.expected(model), reading.rows) for reading in readings]
    if any(gaps is None for gaps in missing):
        return
    scales = _scales(model.equation, readings)
    if not any(gaps.any() for gaps in missing if gaps is not None):
        yield model, scales
        return
    for made in itertools.chain(_cut_short(model, readings), _overwritten(model, readings)):
        if all(_same(reading.expected(made), reading.rows) for reading in readings):
            yield made, scales


def _keys(rows: np.ndarray, like: np.ndarray) -> np.ndarray:
    base = int(max(rows.max(initial=0), like.max(initial=0))) + 1
    return np.asarray(rows @ (base ** np.arange(rows.shape[1], dtype=float)))


def _missing(expected: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
    """Which of the expected rows were not seen; None if one was seen that was not expected."""
    due, seen = _keys(expected, rows), _keys(rows, expected)
    return ~np.isin(due, seen) if np.isin(seen, due).all() else None


def _same(expected: np.ndarray, rows: np.ndarray) -> bool:
    gaps = _missing(expected, rows)
    return gaps is not None and not gaps.any()


# ---------------------------------------------------------------- the rule of the indices


def _rules(equation: Equation, readings: Sequence[Reading], wraps: str) -> Iterator[Equation]:
    """The equation with other indices where the table has others."""
    anchored = set(equation.anchors.values())
    dependent = [number for number in range(len(equation.axes)) if number not in anchored]
    spellings = []
    for number in dependent:
        p, axis = equation.axes[number]
        found = _spellings(equation, number, readings) if not wraps else _wrapped(equation, number, readings)
        spellings.append(list(itertools.islice(found, MOST_SPELLINGS)) or [equation.places[p].at[axis]])
    for texts in itertools.product(*spellings):
        rule = equation
        for number, text in zip(dependent, texts, strict=True):
            rule = rule.with_axis(number, text)
        yield rule


def _spellings(equation: Equation, number: int, readings: Sequence[Reading]) -> Iterator[str]:
    """Texts for one index that agree with every row: the one that is due first, a letter of its own last."""
    p, axis = equation.axes[number]
    due = equation.places[p].at[axis]
    sizes = [_sizes(equation, reading) for reading in readings]
    letters = [{name: reading.rows[:, n] for name, n in equation.anchors.items()} for reading in readings]
    seen = [reading.rows[:, number] for reading in readings]
    if all(np.array_equal(_at(due, s | v, len(o)), o) for s, v, o in zip(sizes, letters, seen, strict=True)):
        yield due
        return
    fits = [_fit(v, o) for v, o in zip(letters, seen, strict=True)]
    if any(fit is None for fit in fits):
        own = next(letter for letter in "grs" if letter not in equation.letters)
        if all(len(np.unique(o)) > 1 or len(o) < 2 for o in seen):
            yield own
        return
    texts, steps = {}, {}
    names, _ = common(sizes)
    for letter in equation.anchors:
        known = [(s, fit[letter]) for s, fit in zip(sizes, fits, strict=True) if fit and letter in fit]
        text = next((t for t in _factors(due, letter, names) if all(evaluate(t, s) == c for s, c in known)), None)
        if text is None:
            return
        texts[letter], steps[letter] = text, [evaluate(text, s) for s in sizes]
    rest = [
        _only(o - sum(steps[a][n] * v[a] for a in steps), len(o))
        for n, (v, o) in enumerate(zip(letters, seen, strict=True))
    ]
    known_rest = [(s, r) for s, r in zip(sizes, rest, strict=True) if r is not None]
    for constant, values in constants(*common(sizes)):
        if all(values[n] == r for n, r in enumerate(rest) if r is not None) and known_rest:
            yield _spell(due, texts, constant)


def _wrapped(equation: Equation, number: int, readings: Sequence[Reading]) -> Iterator[str]:
    """Texts for one index that agree with every row once what runs off an end comes back at the other."""
    p, axis = equation.axes[number]
    due = equation.places[p].at[axis]
    letters = [letter for letter in equation.anchors if letter in due.split()]
    sizes = [_sizes(equation, reading) for reading in readings]
    names, values = common(sizes)
    for signs in itertools.product(("1", "-1"), repeat=len(letters)):
        for constant, _ in constants(names, values)[: 3 + 2 * len(names)]:
            text = _spell(due, dict(zip(letters, signs, strict=True)), constant)
            if all(_agrees(equation, number, text, s, reading) for s, reading in zip(sizes, readings, strict=True)):
                yield text


def _agrees(equation: Equation, number: int, text: str, sizes: Sizes, reading: Reading) -> bool:
    """Does this index agree with every row, up to full rounds?"""
    p, axis = equation.axes[number]
    shape = reading.shape if p == 0 else np.shape(reading.inputs[equation.places[p].name])
    values = {letter: reading.rows[:, n] for letter, n in equation.anchors.items()}
    at = _at(text, sizes | values, len(reading.rows))
    return axis < len(shape) and bool(((at - reading.rows[:, number]) % max(1, shape[axis]) == 0).all())


def _sizes(equation: Equation, reading: Reading) -> Sizes:
    return sizes_of(equation, reading.inputs, reading.due, reading.more)


def _at(text: str, values: Mapping[str, Any], count: int) -> np.ndarray:
    return np.full(count, evaluate(text, values), int)


def _only(values: Any, count: int) -> int | None:
    """The one value, or None where there is none."""
    array = np.unique(np.full(count, values))
    return int(array[0]) if len(array) == 1 else None


def _fit(letters: Mapping[str, np.ndarray], seen: np.ndarray) -> dict[str, int] | None:
    """Letter -> its factor in `seen`, for those that vary; None if no such sum of letters gives it."""
    varying = [name for name, values in letters.items() if len(np.unique(values)) > 1]
    columns = np.stack([*(letters[name] for name in varying), np.ones(len(seen))], 1)
    found = np.linalg.lstsq(columns, seen, rcond=None)[0] if len(seen) else np.zeros(len(varying) + 1)
    whole = np.round(found)
    if not np.allclose(columns @ whole, seen):
        return None
    return {name: int(c) for name, c in zip(varying, whole, strict=False)}


def _factors(due: str, letter: str, known: Sequence[str]) -> list[str]:
    """What may stand before a letter, what is due first."""
    own = due.split(f" {letter}")[0].split(" + ")[-1].split(" - ")[-1] if f" {letter}" in due else ""
    usual = "1" if letter in due.split() else "0"
    own = own if own and all(word in known for word in own.split()) else usual
    sizes = [own, *(name for name in known if name != own)]
    return list(dict.fromkeys([own, usual, "0", "1", "-1", "2", "-2", *sizes, *(f"-{name}" for name in known)]))


def common(sizes: Sequence[Sizes]) -> tuple[tuple[str, ...], Frozen]:
    """The capitals that all cases have, and their values, for `constants`."""
    names = tuple(sorted(name for name in set.intersection(*map(set, sizes)) if name[0].isupper()))
    return names, tuple(tuple((name, one[name]) for name in names) for one in sizes)


@cache
def constants(names: tuple[str, ...], cases: Frozen) -> list[tuple[str, tuple[int, ...]]]:
    """Texts of whole numbers made of sizes, simplest first, each with its value in every case."""
    values = {name: np.array([dict(case)[name] for case in cases]) for name in names}
    one = np.ones(len(cases), int)
    found = [("0", 0 * one), ("1", one), ("-1", -one)]
    found += [(f"{a} - 1", v - 1) for a, v in values.items()] + [(f"1 - {a}", 1 - v) for a, v in values.items()]
    found += [*values.items(), *((f"- {a}", -v) for a, v in values.items()), ("2", 2 * one), ("-2", -2 * one)]
    for step in (1, -2, 2):
        found += [(f"{a} {'+' if step > 0 else '-'} {abs(step)}", v + step) for a, v in values.items()]
    pairs = [(f"{a} + {b}", values[a] + values[b]) for a, b in itertools.combinations(names, 2)]
    pairs += [(f"{a} - {b}", values[a] - values[b]) for a, b in itertools.permutations(names, 2)]
    for tail, step in (("", 0), (" - 1", -1), (" + 1", 1)):
        found += [(text + tail, v + step) for text, v in pairs]
    return [(text, tuple(map(int, v))) for text, v in found]


def _spell(due: str, factors: Mapping[str, str], constant: str) -> str:
    """`i - k + K - 1` from the factors of its letters and the constant; what is added stands before what is taken away."""
    order = sorted(factors, key=lambda a: (due.find(a) if a in due.split() else 99, a))
    terms = []
    for letter in order:
        if factors[letter] != "0":
            factor = factors[letter].removeprefix("-")
            terms.append(
                ("- " if factors[letter][0] == "-" else "+ ") + (letter if factor == "1" else f"{factor} {letter}")
            )
    if constant != "0":
        terms.append(
            constant
            if constant[0] == "-" and constant[1:2] == " "
            else f"- {constant[1:]}"
            if constant[0] == "-"
            else f"+ {constant}"
        )
    terms.sort(key=lambda term: term[0] == "-")
    text = " ".join(terms) or "0"
    return text.removeprefix("+ ")


# ---------------------------------------------------------------- products that are missing


def _cut_short(model: Model, readings: Sequence[Reading]) -> Iterator[Model]:
    """Letters that start late or stop early."""
    equation = model.equation
    sizes = [_sizes(equation, reading) for reading in readings]
    bounds: list[list[dict[str, str]]] = []
    for letter, number in equation.anchors.items():
        full = [reading.expected(model)[:, number] for reading in readings]
        seen = [reading.rows[:, number] for reading in readings]
        if any(len(rows) == 0 for rows in seen):
            return
        starts = _bound(sizes, [int(o.min()) for o in seen], [int(f.min()) for f in full], late=True)
        stops = _bound(sizes, [int(o.max()) + 1 for o in seen], [int(f.max()) + 1 for f in full], late=False)
        bounds.append([{"letter": letter, "start": a, "stop": z} for a in starts for z in stops])
    for chosen in itertools.islice(itertools.product(*bounds), 24):
        yield replace(
            model,
            starts={one["letter"]: one["start"] for one in chosen if one["start"]},
            stops={one["letter"]: one["stop"] for one in chosen if one["stop"]},
        )


def _bound(sizes: Sequence[Sizes], seen: Sequence[int], full: Sequence[int], *, late: bool) -> list[str]:
    """Texts for a first value, or one more than a last one; "" where it is what it should be."""
    if seen == full:
        return [""]
    limit = max if late else min
    fitting = [
        text
        for text, values in constants(*common(sizes))
        if all(limit(v, f) == s for v, f, s in zip(values, full, seen, strict=True))
    ]
    return fitting[:MOST_SPELLINGS]


def _overwritten(model: Model, readings: Sequence[Reading]) -> Iterator[Model]:
    """What is left when the products of one entry overwrite each other: those with the last values of some letters."""
    equation = model.equation
    free = [a for a, number in equation.anchors.items() if equation.axes[number][0] > 0]
    for count in range(1, len(free) + 1):
        for letters in itertools.combinations(free, count):
            for order in itertools.permutations(letters) if count <= 3 else [letters]:
                yield replace(model, last_of=order)


# ---------------------------------------------------------------- how often each product counts


def _scales(equation: Equation, readings: Sequence[Reading]) -> list[str]:
    """Texts for how often every product counts, if all count alike in each case."""
    found = [np.unique(np.round(reading.counts, 9)) for reading in readings]
    if any(len(counts) > 1 for counts in found):
        return []
    sizes = [_sizes(equation, reading) for reading in readings]
    names = [name for name in common(sizes)[0] if all(one[name] > 0 for one in sizes)]
    plain = ["1", "-1", "2", "1 / 2", "-2"]
    texts = [*plain, *(f"1 / {a}" for a in names), *names]
    texts += [f"1 / ({a} {b})" for a, b in itertools.combinations(names, 2)] + [
        f"{a} {b}" for a, b in itertools.combinations(names, 2)
    ]
    number = next((float(counts[0]) for counts in found if len(counts)), 1.0)
    texts.append(f"{number:.9g}")

    def fits(text: str) -> bool:
        return all(
            not len(counts) or abs(evaluate(text, one) - counts[0]) < 1e-7
            for one, counts in zip(sizes, found, strict=True)
        )

    return [text for text in texts if fits(text)][:MOST_SPELLINGS]
