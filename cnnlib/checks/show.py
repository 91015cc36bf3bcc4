"""Numbers as a reader wants them: 3 rather than 3.0, nested brackets, one entry marked."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

MOST_ENTRIES = 48  # larger arrays are shown by the neighbourhood of the marked entry

Index = tuple[int, ...]


def number(value: Any) -> str:
    """At most six significant digits, no trailing zeros."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    try:
        text = f"{float(value):.6g}"
    except OverflowError:
        return f"{'-' if value < 0 else ''}1e+{int(math.log10(abs(value)))}"
    return "0" if text == "-0" else text


def value(item: Any, index: Index | None = None, mark: Callable[[str], str] = str) -> str:
    """Any argument or result as text, the entry at `index` passed through `mark`."""
    try:
        return _text(item, index, mark)
    except Exception:  # what a student's function returned may refuse to be shown
        return f"one {type(item).__name__}"


def _text(item: Any, index: Index | None, mark: Callable[[str], str]) -> str:
    if isinstance(item, np.ndarray | np.generic) and np.asarray(item).dtype.kind in "biuf":
        array = np.asarray(item)
        if not array.size and array.ndim > 1:
            return f"nothing, of shape {array.shape}"
        if array.size > MOST_ENTRIES:
            return _part(array, index or (0,) * array.ndim, mark if index is not None else str)
        return _nested(array, (), index, mark)
    if isinstance(item, int | float) and not isinstance(item, bool):
        return mark(number(item)) if index is not None else number(item)
    if callable(item):
        return getattr(item, "__name__", "a function")
    if isinstance(item, set | frozenset):
        return _short("{" + ", ".join(sorted(map(str, item))) + "}")
    if type(item) in (tuple, list):
        inside = ", ".join(value(part) for part in item)
        return _short(f"({inside})" if type(item) is tuple else f"[{inside}]")
    if type(item) is dict:
        return _short("{" + ", ".join(f"{value(key)}: {value(part)}" for key, part in item.items()) + "}")
    return _short(repr(item))


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + " …"


def layout_of(item: Any) -> str:
    """What its numbers do not show: "  (float32)", "  (Fortran order)", "  (a view)"."""
    if not isinstance(item, np.ndarray):
        return ""
    order = "" if item.flags.c_contiguous else "Fortran order" if item.flags.f_contiguous else "a view"
    kind = "float32" if item.dtype == np.float32 else ""
    return f"  ({', '.join(filter(None, (kind, order)))})" if kind or order else ""


def _nested(array: np.ndarray, at: Index, index: Index | None, mark: Callable[[str], str]) -> str:
    if len(at) == array.ndim:
        text = number(array[at])
        return mark(text) if at == index else text
    return "[" + ", ".join(_nested(array, (*at, i), index, mark) for i in range(array.shape[len(at)])) + "]"


def _part(array: np.ndarray, index: Index, mark: Callable[[str], str]) -> str:
    """Shape, and the stretch of the last axis around one entry."""
    *row, at = index
    first, last = max(0, at - 2), min(array.shape[-1], at + 3)
    texts = [mark(number(array[(*row, i)])) if i == at else number(array[(*row, i)]) for i in range(first, last)]
    dots = ("… " if first else "", " …" if last < array.shape[-1] else "")
    where = ", ".join([*map(str, row), f"{first}:{last}"])
    return f"shape {array.shape}, [{where}] = [{dots[0]}{', '.join(texts)}{dots[1]}]"
