"""Is this answer the expected one, and if not, in which way is it different?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.checks.show import Index


@dataclass(frozen=True)
class Difference:
    """The way in which an answer is not the expected one."""

    what: str  # one sentence
    kind: str = "values"  # "nothing", "type", "shape", "dtype", "nan" or "values"; "error" or "refused"
    index: Index | None = None  # the first differing entry, where the shapes agree


def difference(got: Any, expected: Any, inputs: Mapping[str, Any], tolerance: float) -> Difference | None:
    """None if `got` is `expected` up to rounding, else how it differs.

    Args:
        got: what the student's function returned.
        expected: a number or an array, any shape.
        inputs: the arguments of the call, by name.
        tolerance: relative to the largest expected entry, for float64; float32 inputs and answers get 1e-4.
    """
    if got is None:
        return Difference("returned None: is a return missing?", "nothing")
    whole, expected = isinstance(expected, int), np.asarray(expected)
    if (array := as_array(got)) is None:
        return Difference(f"returned {_a_type(got)}, expected {_kind(expected)}", "type")
    if array.dtype.kind not in "iuf":
        return Difference(f"returned values of type {array.dtype}, expected real numbers", "type")
    if array.shape != expected.shape:
        return Difference(f"shape {array.shape}, expected {expected.shape}", "shape")
    if whole and array.dtype.kind == "f":
        return Difference(f"returned {array}, a float; expected a whole number, which range and np.zeros take", "type")
    close = close_to(array, expected, inputs, tolerance)
    if close.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~close)[0]) if close.ndim else ()
    if np.isnan(array[index]) or np.isinf(array[index]):
        return Difference(f"holds {array[index]}", "nan", index)
    if array.dtype.kind in "iu" and not np.array_equal(expected, np.round(expected)):
        like = next((name for name, v in inputs.items() if isinstance(v, np.ndarray) and v.dtype == array.dtype), "")
        why = f"; {like} has that type too, and np.zeros_like({like}) takes it over" if like else ""
        return Difference(f"holds whole numbers ({array.dtype}) where decimals are due{why}", "dtype", index)
    return Difference("holds other values", "values", index)


def as_array(got: Any) -> np.ndarray | None:
    """A number, an array or a list of numbers as an array, else None."""
    if not isinstance(got, np.ndarray | np.generic | int | float | list | tuple):
        return None
    try:
        array = np.asarray(got)
    except Exception:  # rows of unequal length, or entries that refuse to be numbers
        return None
    return None if isinstance(got, list | tuple) and array.dtype.kind not in "iuf" else array


def numbers_of(got: Any) -> np.ndarray | None:
    """What `as_array` makes of it as float64, or None where that holds anything but real numbers."""
    array = as_array(got)
    return array.astype(float) if array is not None and array.dtype.kind in "iufb" else None


def equal(got: Any, expected: Any, inputs: Mapping[str, Any], tolerance: float) -> bool:
    """Are two answers the same, up to rounding? Answers may be tuples, sets or None as well."""
    if isinstance(expected, tuple | list):
        alike = isinstance(got, tuple | list) and len(got) == len(expected)
        return alike and all(equal(a, b, inputs, tolerance) for a, b in zip(got, expected, strict=True))
    if isinstance(expected, dict):
        alike = isinstance(got, dict) and got.keys() == expected.keys()
        return alike and all(equal(got[key], expected[key], inputs, tolerance) for key in expected)
    if expected is None or isinstance(expected, str | set | frozenset):
        return type(got) is type(expected) and bool(got == expected)
    return difference(got, expected, inputs, tolerance) is None


def close_to(got: np.ndarray, expected: np.ndarray, inputs: Mapping[str, Any], tolerance: float) -> np.ndarray:
    """Entry by entry; relative to the largest expected one, and at most to 1e-4 where anything is float32."""
    if any(isinstance(v, np.ndarray) and v.dtype == np.float32 for v in (got, *inputs.values())):
        tolerance = max(tolerance, 1e-4)
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
    return np.asarray(np.isclose(got, expected, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def _a_type(value: Any) -> str:
    name = type(value).__name__
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _kind(expected: np.ndarray) -> str:
    return f"an array of shape {expected.shape}" if expected.ndim else "a single number"
