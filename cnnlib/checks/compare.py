"""Is this answer the expected one, and if not, in which way is it different?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Index = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """The way in which an answer is not the expected one."""

    what: str  # one sentence
    kind: str = "values"  # "nothing", "type", "shape", "dtype", "nan" or "values"
    index: Index | None = None  # the first differing entry, where the shapes agree


def difference(got: Any, expected: Any, inputs: Mapping[str, Any], tolerance: float) -> Difference | None:
    """None if `got` is `expected` up to rounding, else how it differs.

    Args:
        got: what the student's function returned.
        expected: a number or an array, any shape.
        inputs: the arguments of the call, by name: they tell a likely cause of a wrong shape.
        tolerance: relative to the largest expected entry, for float64; float32 inputs and answers get 1e-4.
    """
    if got is None:
        return Difference("returned None: is a return missing?", "nothing")
    whole, expected = isinstance(expected, int), np.asarray(expected)
    if not isinstance(got, np.ndarray | np.generic | int | float):
        return Difference(f"returned {_a_type(got)}, expected {_kind(expected)}", "type")
    if np.asarray(got).dtype.kind not in "iuf":
        return Difference(f"returned values of type {np.asarray(got).dtype}, expected real numbers", "type")
    array = np.asarray(got)
    if array.shape != expected.shape:
        because = _cause(array.shape, expected.shape, inputs)
        return Difference(f"shape {array.shape}, expected {expected.shape}{because}", "shape")
    if whole and array.dtype.kind == "f":
        return Difference(f"returned {array}, a float; expected a whole number, which range and np.zeros take", "type")
    close = _close(array, expected, _loosened([array, *inputs.values()], tolerance))
    if close.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~close)[0]) if close.ndim else ()
    if np.isnan(array[index]) or np.isinf(array[index]):
        return Difference(f"holds {array[index]}", "nan", index)
    if array.dtype.kind in "iu" and not np.array_equal(expected, np.round(expected)):
        return Difference(f"holds integers ({array.dtype}): decimals were cut off", "dtype", index)
    return Difference("holds other values", "values", index)


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


def _loosened(values: Iterable[Any], tolerance: float) -> float:
    single = any(isinstance(v, np.ndarray) and v.dtype == np.float32 for v in values)
    return max(tolerance, 1e-4) if single else tolerance


def _close(got: np.ndarray, expected: np.ndarray, tolerance: float) -> np.ndarray:
    finite = np.abs(expected[np.isfinite(expected)])
    scale = max(1.0, float(finite.max())) if finite.size else 1.0
    return np.asarray(np.isclose(got, expected, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def _a_type(value: Any) -> str:
    name = type(value).__name__
    if isinstance(value, list):
        return "a list (np.array(...) makes an array of it)"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _kind(expected: np.ndarray) -> str:
    return f"an array of shape {expected.shape}" if expected.ndim else "a single number"


def _cause(got: Index, expected: Index, inputs: Mapping[str, Any]) -> str:
    """A likely reason for a wrong shape, as the rest of a sentence."""
    if got == expected[::-1] and len(got) == 2:
        return ": it is transposed"
    if sorted(got) == sorted(expected):
        return ": the same lengths in another order"
    if not got:
        return ": a single number instead of an array"
    if _without_ones(got) == _without_ones(expected):
        return ": an axis of length 1 too many" if len(got) > len(expected) else ": an axis of length 1 is missing"
    if len(expected) > 2 and got == expected[1:]:
        return ": the first axis, the batch, is missing"
    if len(got) != len(expected):
        return f": {len(got)} {'axis' if len(got) == 1 else 'axes'} instead of {len(expected)}"
    if len(got) > 1 and expected[-2] != expected[-1] and got[-2] == got[-1] in expected[-2:]:
        return ": as high as wide; is the height taken for the width, or the width for the height?"
    if len(got) == 1 and np.ndim(inputs.get("dy", 0)) > 2 and got == np.shape(inputs["dy"])[:1]:
        return ": one entry for each example of the batch"
    like = [name for name, value in inputs.items() if np.shape(value) == got]
    return _off(got, expected, inputs) + (f" (as large as {' and '.join(like)})" if like else "")


def _off(got: Index, expected: Index, inputs: Mapping[str, Any]) -> str:
    """The same number of axes, too long or too short."""
    padding, stride = inputs.get("padding") or 0, inputs.get("stride") or 1
    off = [g - e for g, e in zip(got, expected, strict=True)]
    if padding and set(off) <= {0, 2 * padding}:
        return f": too many by a padding of {padding} at each end; is it added twice, or still to be cut off?"
    if set(off) <= {0, 1}:
        return f": one too many along axis {off.index(1)}; a size rounded up, or a + 1 too many"
    if padding and max(off) <= 0:
        return ": too few; is the padding added at both ends, or cut off too often?"
    if stride > 1 and max(off) <= 0:
        return ": what of the entries that the stride leaves over?"
    if set(off) <= {0, -1}:
        return f": one too few along axis {off.index(-1)}; is a + 1 missing?"
    return ""


def _without_ones(shape: Index) -> Index:
    return tuple(n for n in shape if n != 1)
