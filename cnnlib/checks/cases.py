"""What cases are made of: plain numbers, other memory layouts, functions that are handed to the student's function."""

import copy
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

Inputs = dict[str, Any]
Rng = np.random.Generator  # draws the values of cases, never their shapes

GIVEN = "<given>"  # the file name of functions that the course hands out


def numbers(*values: float) -> np.ndarray:
    """A float64 array, as a reader would write it."""
    return np.array(values, dtype=float)


def copy_of(inputs: Inputs) -> Inputs:
    """A case of its own for every call. Layout is part of a case: a view stays a view."""
    return {name: _twin(value) for name, value in inputs.items()}


def _twin(value: Any) -> Any:
    """A copy; of an array with the same memory layout: C, Fortran, or a view whose last axis steps backwards."""
    if isinstance(value, np.ndarray):
        return _twin_array(value)
    return copy.deepcopy(value) if isinstance(value, list | dict) else value


def _twin_array(array: np.ndarray) -> np.ndarray:
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return array.copy(order="K")
    return stepping(array)


def stepping(array: np.ndarray) -> np.ndarray:
    """The same numbers as a view that owns every second cell of its memory, last one first."""
    return np.repeat(array[..., ::-1], 2, axis=-1)[..., ::-2]


def in_other_layouts(inputs: Inputs) -> list[Inputs]:
    """The same case in float32, as views, in Fortran order where an array has two axes or more, and in whole numbers.

    Of several arrays one at a time is of type int, beside others with decimals: zeros of its type cut them off.
    """
    arrays = {name: value for name, value in inputs.items() if isinstance(value, np.ndarray)}
    cases = [
        inputs | {name: value.astype(np.float32) for name, value in arrays.items()},
        inputs | {name: stepping(value) if value.ndim else value for name, value in arrays.items()},
    ]
    if any(value.ndim > 1 for value in arrays.values()):
        cases.append(inputs | {name: np.asfortranarray(value) for name, value in arrays.items()})
    return cases + [inputs | {name: np.round(3 * value).astype(int)} for name, value in arrays.items() if value.ndim]


def whole_numbers(**inputs: Any) -> bool:
    """Is there an array of whole numbers?"""
    return any(isinstance(value, np.ndarray) and value.dtype.kind == "i" for value in inputs.values())


LAYOUTS: dict[str, Callable[..., bool]] = {
    "an array of whole numbers": whole_numbers,
    "float32 numbers": lambda **inputs: any(getattr(v, "dtype", None) == np.float32 for v in inputs.values()),
    "arrays that are views": lambda **inputs: any(
        isinstance(v, np.ndarray) and not (v.flags.c_contiguous or v.flags.f_contiguous) for v in inputs.values()
    ),
}


def given(function: Callable[..., Any]) -> Callable[..., Any]:
    """A copy of a small NumPy function that may be handed to a student's function, here or in the grader's sandbox.

    It carries its own source, so that the sandbox can build it, and does not count as the course's own code.
    """
    source = textwrap.dedent(inspect.getsource(function))
    return build(source, function.__name__)


def build(source: str, name: str) -> Callable[..., Any]:
    """The function `name` that `source` defines; NumPy is there as np."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(f"from __future__ import annotations\n{source}", GIVEN, "exec"), namespace)
    namespace[name].source = source
    function: Callable[..., Any] = namespace[name]
    return function
