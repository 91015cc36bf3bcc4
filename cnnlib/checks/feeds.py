"""Which products make one entry of a result? Asked of the reference itself, one nudge at a time."""

import itertools
from typing import Any

import numpy as np

from cnnlib.checks.exercise import Exercise, Inputs
from cnnlib.checks.show import Index, entry, number

MOST_PROBES = 4000
MOST_TERMS = 6


def terms(exercise: Exercise, part: int, name: str, inputs: Inputs, index: Index) -> str:
    """`dw[1] = dy[0] x[1] + dy[1] x[2] = 5 * 0 + 7 * 1`, or "" where it cannot be told.

    A convolution and its gradients are sums of products, one factor from each argument in a group of `exercise.feeds`.
    With a single 1 in each of them and 0 elsewhere, the reference returns the term's coefficient, once what comes from
    the arguments apart is taken away again.
    """
    names, values = [], []
    for group in exercise.feeds:
        arrays = [np.asarray(inputs[argument], float) for argument in group]
        if np.prod([array.size for array in arrays]) > MOST_PROBES:
            return ""
        for spot in np.ndindex(*(n for array in arrays for n in array.shape)):
            at = _split(spot, arrays)
            coefficient = _probe(exercise, part, inputs, group, at, index)
            if coefficient:
                factor = "" if coefficient == 1 else f"{number(coefficient)} "
                names.append(factor + " ".join(entry(a, i) for a, i in zip(group, at, strict=True)))
                numbers = [number(array[i]) for array, i in zip(arrays, at, strict=True)]
                values.append(factor + " * ".join(f"({n})" if n.startswith("-") else n for n in numbers))
    if not names:
        return f"{entry(name, index)} = 0: nothing reaches it"
    more = f" + … ({len(names)} terms)" if len(names) > MOST_TERMS else ""
    sums = [" + ".join(texts[:MOST_TERMS]) + more for texts in (names, values)]
    total = number(np.asarray(_output(exercise, part, inputs))[index])
    return " = ".join(dict.fromkeys([entry(name, index), *sums, total]))  # db = dy = 4, not db = dy = 4 = 4


def _split(spot: Index, arrays: list[np.ndarray]) -> list[Index]:
    indices, start = [], 0
    for array in arrays:
        indices.append(spot[start : start + array.ndim])
        start += array.ndim
    return indices


def _probe(
    exercise: Exercise, part: int, inputs: Inputs, group: tuple[str, ...], at: list[Index], index: Index
) -> float:
    """What the product of these entries counts: by inclusion and exclusion of each of them."""
    linear = {argument for names in exercise.feeds for argument in names}
    coefficient = 0.0
    for switched in itertools.product((True, False), repeat=len(group)):
        nudged = inputs | {argument: np.zeros(np.shape(inputs[argument])) for argument in linear}
        for argument, spot, on in zip(group, at, switched, strict=True):
            nudged[argument][spot] = float(on)
        sign = (-1) ** switched.count(False)
        coefficient += sign * float(np.asarray(_output(exercise, part, nudged))[index])
    return coefficient


def _output(exercise: Exercise, part: int, inputs: Inputs) -> Any:
    args, kwargs = exercise.call(inputs)
    result = exercise.reference(*args, **kwargs)
    return result[part] if exercise.results > 1 else result
