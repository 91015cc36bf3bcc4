"""Whole numbers as texts in the letters of a lecture: is 3, 2 and 4 here and there T − 1, or K + 1?"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np

from cnnlib.checks.equation import Sizes

MOST_SPELLINGS = 3  # of one number, where the sizes measured do not tell K − 1 from 1
Cases = tuple[tuple[tuple[str, int], ...], ...]
PARTNERS = ({"T", "K", "L"}, {"OH", "KH", "H"}, {"OW", "KW", "W"})  # sizes that stand along one side


def common(sizes: Sequence[Sizes], only: Iterable[str] | None = None) -> tuple[tuple[str, ...], Cases]:
    """The capitals that all cases have, and their values, for `constants`; of those in `only`, if that is given."""
    shared = set.intersection(*map(set, sizes)) & set(sizes[0] if only is None else only)
    names = tuple(sorted(name for name in shared if name[0].isupper()))
    return names, tuple(tuple((name, one[name]) for name in names) for one in sizes)


def along(names: Iterable[str]) -> set[str]:
    """These sizes, those that stand along the same side of an array, and stride and padding."""
    found = {"S", "P", *names}
    return found.union(*(side for side in PARTNERS if side & found))


@cache
def constants(names: tuple[str, ...], cases: Cases) -> list[tuple[str, tuple[int, ...]]]:
    """Texts of whole numbers made of sizes, simplest first, each with its value in every case."""
    values = {name: np.array([dict(case)[name] for case in cases]) for name in names}
    one = np.ones(len(cases), int)
    plain = [name for name in names if name not in ("S", "P")]
    found = [("0", 0 * one), ("1", one), ("-1", -one)]
    found += [(f"{a} - 1", values[a] - 1) for a in plain] + [(f"1 - {a}", 1 - values[a]) for a in plain]
    found += [*values.items(), *((f"- {a}", -v) for a, v in values.items()), ("2", 2 * one), ("-2", -2 * one)]
    for step in (1, -2, 2):
        found += [(f"{a} {'+' if step > 0 else '-'} {abs(step)}", v + step) for a, v in values.items()]
    pairs = [(f"{a} + {b}", values[a] + values[b]) for a, b in itertools.combinations(names, 2)]
    pairs += [(f"{a} - {b}", values[a] - values[b]) for a, b in itertools.permutations(names, 2)]
    for tail, step in (("", 0), (" - 1", -1), (" + 1", 1), (" - 2", -2)):
        found += [(text + tail, v + step) for text, v in pairs]
    if "S" in names:
        S = values["S"]
        found += [(f"S {a} - S{tail}", S * values[a] - S - less) for a in plain for tail, less in _rims(values)]
    if "P" in names:
        P = values["P"]
        for a, b in itertools.permutations(plain, 2):
            found += [(f"{a} + 2 P - {b} + 1", values[a] + 2 * P - values[b] + 1)]
            found += [(f"{a} - {b} - P", values[a] - values[b] - P), (f"{a} - {b} + P", values[a] - values[b] + P)]
    return [(text, tuple(map(int, v))) for text, v in found]


def _rims(values: Mapping[str, np.ndarray]) -> list[tuple[str, np.ndarray | int]]:
    return [("", 0), (" - P", values["P"])] if "P" in values else [("", 0)]


def spelled(sizes: Sequence[Sizes], seen: Sequence[int | None], only: Iterable[str] | None = None) -> list[str]:
    """Texts of a number that is `seen` in these cases (None: any), simplest first."""
    return [
        text
        for text, values in constants(*common(sizes, only))
        if all(s is None or v == s for v, s in zip(values, seen, strict=True))
    ]


def sum_of(letters: Mapping[str, str], constant: str, like: str) -> str:
    """`i - k + K - 1`: letters times their factors, in the order of `like`, and a constant; a minus does not lead."""
    words = like.split()
    order = sorted(letters, key=lambda a: (words.index(a) if a in words else len(words), a))
    terms = [(letters[a], a) for a in order if letters[a] != "0"]
    texts = [("- " if f[0] == "-" else "+ ") + (a if f.strip("-") == "1" else f"{f.strip('-')} {a}") for f, a in terms]
    if constant != "0":
        texts.append(
            constant if constant[:2] == "- " else f"- {constant[1:]}" if constant[0] == "-" else f"+ {constant}"
        )
    texts.sort(key=lambda text: text[0] == "-")
    return (" ".join(texts) or "0").removeprefix("+ ")
