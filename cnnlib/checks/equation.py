"""The equation of an exercise as data: `dx[i + k] += dy[i] w[k]`, and what its letters stand for.

Small letters are indices, capital letters count (see `sizes_of`); each lower-case letter that stands alone in a place,
as i in dy[i], runs over that axis. What is written side by side is multiplied.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import CodeType
from typing import Any

import numpy as np

PLACE = re.compile(r"(\w+)(?:\[([^\]]*)\])?")
AXIS = re.compile(r"\(([^)]*)\)|([^,()]+)")  # several indices that share an axis stand in brackets
LETTER = re.compile(r"\b[a-z]\b")
Sizes = dict[str, int]


@dataclass(frozen=True)
class Place:
    """An entry of an array, such as dx[n, c, S i + k - P]; a number has no index.

    In M[(i, j), (m, q)] two indices share an axis: it counts rows by rows, (i, j) is number OW i + j.
    """

    name: str
    at: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()  # how many indices share each axis

    def __str__(self) -> str:
        return f"{self.name}[{self.spelled(map(pretty, self.at))}]" if self.at else self.name

    def spelled(self, index: Iterable[object]) -> str:
        """An index as text, with brackets round what shares an axis."""
        texts = list(map(str, index))
        axes, start = [], 0
        for count in self.groups:
            some = ", ".join(texts[start : start + count])
            axes.append(f"({some})" if count > 1 else some)
            start += count
        return ", ".join(axes)


@dataclass(frozen=True)
class Equation:
    """target += the product of the factors, for all values of the letters."""

    target: Place
    factors: tuple[Place, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.target, *self.factors)

    @cached_property
    def axes(self) -> tuple[tuple[int, int], ...]:
        """Every axis of every place, as (number of the place, axis)."""
        return tuple((p, axis) for p, place in enumerate(self.places) for axis in range(len(place.at)))

    @cached_property
    def anchors(self) -> dict[str, int]:
        """Letter -> the first of `axes` where it stands alone: that axis says how far it runs."""
        found: dict[str, int] = {}
        for number, (p, axis) in enumerate(self.axes):
            if LETTER.fullmatch(text := self.places[p].at[axis]):
                found.setdefault(text, number)
        return found

    @cached_property
    def letters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(LETTER.findall(" ".join(text for place in self.places for text in place.at))))

    def index(self, number: int) -> str:
        """What stands in one of its axes."""
        p, axis = self.axes[number]
        return self.places[p].at[axis]

    def with_axis(self, number: int, text: str) -> "Equation":
        """The same with another index in one of its axes."""
        p, axis = self.axes[number]
        places = list(self.places)
        places[p] = replace(places[p], at=(*places[p].at[:axis], text, *places[p].at[axis + 1 :]))
        return Equation(places[0], tuple(places[1:]))

    @property
    def product(self) -> str:
        return " ".join(map(str, self.factors))

    def __str__(self) -> str:
        return f"{self.target} += {self.product}"


@cache
def parse(text: str) -> Equation:
    """`dx[i + k] += dy[i] w[k]` as an Equation."""
    target, _, product = text.partition("+=")
    places = []
    for name, at in PLACE.findall(target) + PLACE.findall(product):
        axes = [[one.strip() for one in (several or alone).split(",")] for several, alone in AXIS.findall(at)]
        axes = [axis for axis in axes if axis != [""]]
        places.append(Place(name, tuple(one for axis in axes for one in axis), tuple(map(len, axes))))
    if not product or len(places) < 2:
        raise ValueError(f"an equation reads like 'dx[i + k] += dy[i] w[k]', got {text!r}")
    return Equation(places[0], tuple(places[1:]))


def split(equation: Equation, row: np.ndarray) -> list[tuple[int, ...]]:
    """The index of the target, then of each factor."""
    found, start = [], 0
    for place in equation.places:
        found.append(tuple(int(n) for n in row[start : start + len(place.at)]))
        start += len(place.at)
    return found


@cache
def _code(text: str) -> CodeType:
    return compile(re.sub(r"(?<=[\w)])\s+(?=[\w(])", " * ", text), "<equation>", "eval")


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """An index or a factor such as `S i + k - P`, with numbers or arrays for its letters."""
    return eval(_code(text), {"__builtins__": {}}, dict(values))


def pretty(text: str) -> str:
    return text.replace("-", "−")


def pulled(equation: Equation) -> Equation | None:
    """dx[i + k] += dy[i] w[k] seen from its target, dx[m] += dy[m - k] w[k]; None where there is nothing to turn."""
    turned, names = equation, iter("mq")
    for number, (p, axis) in enumerate(equation.axes):
        text = equation.places[p].at[axis]
        letter = text.split(" + ")[0]
        if p or " + " not in text or not LETTER.fullmatch(letter) or equation.anchors.get(letter, 0) < number:
            continue
        own = next(names)
        rest = text.split(" + ", 1)[1]
        turned = turned.with_axis(equation.anchors[letter], f"{own} - {rest}").with_axis(number, own)
    return None if turned is equation else turned


@cache
def named_sizes(equation: Equation) -> dict[str, str]:
    """Letter -> the capital that counts it: i is counted by T in one dimension, by OH in two; j without i is a unit."""
    letters = set(equation.letters)
    named = {"n": "N", "c": "C", "f": "F", "d": "D", "k": "K", "u": "KH", "v": "KW"}
    if "d" in letters or ("j" in letters and not letters & set("imuv")):
        return named | {"j": "M"}
    return named | ({"i": "OH", "j": "OW", "m": "H", "q": "W"} if letters & set("jvq") else {"i": "T", "m": "L"})


def sizes_of(equation: Equation, inputs: Mapping[str, Any], result: Sequence[int], more: Sizes) -> Sizes:
    """What the capital letters stand for in one case.

    N, C, F, D, K, KH and KW count n, c, f, d, k, u and v; T or OH, OW count the outputs i, j (M the units j); L or H, W
    count the entries m, q of x, D those of a fully connected layer's; S is the stride, P the padding. A number among
    the inputs that is called by a capital counts too. `more` adds to them, or says otherwise.
    """
    named = named_sizes(equation)
    sizes = {name: value for name, value in inputs.items() if name.isupper() and isinstance(value, int)}
    sizes |= {name: inputs[word] for name, word in (("S", "stride"), ("P", "padding")) if word in inputs}
    axes = ("H", "W") if "q" in named else ("L",) if "m" in named else ("N", "D")
    if np.ndim(inputs.get("x", 0)) >= len(axes):
        sizes |= dict(zip(axes, np.shape(inputs["x"])[-len(axes) :], strict=True))
    lengths = _lengths(equation, inputs, result)
    return sizes | {named[letter]: lengths[letter] for letter in reversed(lengths) if letter in named} | more


def ranges_of(equation: Equation, inputs: Mapping[str, Any], result: Sequence[int], more: Sizes) -> dict[str, int]:
    """How far each letter runs in one case: along the axis where it stands alone, or 0 where there is no such axis."""
    runs = dict.fromkeys(equation.anchors, 0) | _lengths(equation, inputs, result)
    return runs | {letter: size for letter, size in more.items() if letter in equation.letters}


def _lengths(equation: Equation, inputs: Mapping[str, Any], result: Sequence[int]) -> dict[str, int]:
    """Letter -> the length of the axis where it stands alone."""
    shapes = [tuple(result), *(np.shape(inputs[place.name]) for place in equation.factors)]
    at = [(letter, *equation.axes[number]) for letter, number in equation.anchors.items()]
    return {letter: shapes[p][axis] for letter, p, axis in at if axis < len(shapes[p])}
