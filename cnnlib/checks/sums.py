"""The products behind one entry, written out: `dx[1] = dy[0] w[1] + dy[1] w[0] = 5 * -1 + 7 * 1 = 2`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnlib.checks.equation import Equation, Place, split
from cnnlib.checks.reading import NOWHERE, Reading
from cnnlib.checks.show import Index, number

MOST_TERMS = 6


def entry(place: Place, index: Index) -> str:
    """dx[1, 0], M[(0, 1), (1, 2)], or just db for a single number."""
    return f"{place.name}[{place.spelled(index)}]" if index else place.name


def named(equation: Equation, spots: Sequence[Index]) -> str:
    """dy[0] w[1]"""
    return " ".join(entry(place, spot) for place, spot in _seen(equation, spots))


def _seen(equation: Equation, spots: Sequence[Index]) -> list[tuple[Place, Index]]:
    """The factors of a product, without those that are known but stand nowhere in it (see `reading.tabulated`)."""
    return [(p, spot) for p, spot in zip(equation.factors, spots, strict=True) if NOWHERE not in spot]


def written_out(readings: Sequence[Reading], index: Index, value: Any) -> str:
    """What is added up in one entry.

    Args:
        readings: the terms of the result, each with its products in one case.
        value: the entry itself; what no product explains is added as a number.
    """
    names, values, total = [], [], 0.0
    name = entry(readings[0].equation.target, index)
    for reading in readings:
        equation = reading.equation
        mine = (reading.rows[:, : len(index)] == index).all(1)
        for row, count in zip(reading.rows[mine], reading.counts[mine], strict=True):
            spots = split(equation, row)[1:]
            factors = [float(np.asarray(reading.scene.values[p.name])[spot]) for p, spot in _seen(equation, spots)]
            often = "" if abs(abs(count) - 1) < 1e-9 else f"{number(abs(count))} "
            names.append(("− " if count < 0 else "") + often + named(equation, spots))
            worth = [*([] if abs(abs(count) - 1) < 1e-9 else [abs(count)]), *factors]
            product = " * ".join(f"({f})" if f.startswith("-") else f for f in map(number, worth))
            values.append(("− " if count < 0 else "") + product)
            total += float(count * np.prod(factors))
    apart = float(value) - total
    shown, counted = _capped(names), _capped(values)
    if not names:
        return f"{name} = {number(value)}" + (": nothing reaches it" if not apart else "")
    if abs(apart) > 1e-6 * max(1.0, abs(total)) and np.isfinite(apart):
        counted += f" {'+' if apart > 0 else '−'} {number(abs(apart))}"
        shown += " + …"
    return " = ".join(dict.fromkeys([name, shown, counted, number(value)]))  # db = dy = 4, not … = 4 = 4


def _capped(terms: list[str]) -> str:
    more = f" + … ({len(terms)} terms)" if len(terms) > MOST_TERMS else ""
    return " + ".join(terms[:MOST_TERMS]).replace("+ − ", "− ") + more
