"""Whether data has the shape that a TypedDict promises: a key that is missing is said in Python, not in the page."""

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import numpy as np


class Misshapen(Exception):
    """A frame or a control is not what the page can show: a mistake in the explorer, not of its reader."""


def check_shape(value: Any, kind: Any, where: str) -> None:
    """Misshapen, naming the place and the key, unless the value is what the type says; an array may be any array."""
    origin, parts = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        check_keys(value, kind, where)
    elif origin in (Union, types.UnionType):
        check_one_of(value, parts, where)
    elif origin is Literal:
        expect(value in parts, value, " or ".join(map(repr, parts)), where)
    elif origin is list:
        expect(isinstance(value, list), value, "a list", where)
        for n, part in enumerate(value):
            check_shape(part, parts[0], f"{where}[{n}]")
    elif origin is tuple:
        expect(isinstance(value, tuple) and len(value) == len(parts), value, f"a tuple of {len(parts)}", where)
        for n, (part, its) in enumerate(zip(value, parts, strict=True)):
            check_shape(part, its, f"{where}[{n}]")
    elif origin is dict:
        expect(isinstance(value, dict), value, "a dict", where)
        for key, part in value.items():
            check_shape(part, parts[1], f"{where}[{key!r}]")
    elif kind in (float, int):
        number = (int, float, np.integer, np.floating) if kind is float else (int, np.integer)
        expect(isinstance(value, number), value, "a number" if kind is float else "a whole number", where)
    elif kind is bool:
        expect(isinstance(value, bool | np.bool_), value, "True or False", where)
    elif kind is not Any:
        expected = origin or kind
        expect(isinstance(value, expected), value, expected.__name__, where)


@cache
def hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def check_keys(value: Any, kind: Any, where: str) -> None:
    expect(isinstance(value, Mapping), value, f"a dict with the keys of {kind.__name__}", where)
    where = f"{where} ({value['kind']} {value['id']!r})" if {"kind", "id"} <= value.keys() else where
    if missing := sorted(kind.__required_keys__ - value.keys()):
        raise Misshapen(f"{where} lacks {', '.join(map(repr, missing))}")
    if unknown := [key for key in value if key not in hints(kind)]:
        known = ", ".join(map(repr, hints(kind)))
        raise Misshapen(f"{where} has {', '.join(map(repr, unknown))}; {kind.__name__} knows {known}")
    for key, part in value.items():
        check_shape(part, hints(kind)[key], f"{where}: {key}")


def check_one_of(value: Any, kinds: tuple[Any, ...], where: str) -> None:
    """One of several: of TypedDicts the one whose `kind` the value names, else any that fits."""
    if not all(map(is_typeddict, kinds)):
        names = " or ".join(getattr(kind, "__name__", str(kind)) for kind in kinds)
        return expect(any(fits(value, kind) for kind in kinds), value, names, where)
    by_name = {get_args(hints(kind)["kind"])[0]: kind for kind in kinds}
    if not isinstance(value, Mapping) or "kind" not in value:
        raise Misshapen(f"{where} lacks 'kind', one of {', '.join(map(repr, by_name))}")
    expect(value["kind"] in by_name, value["kind"], " or ".join(map(repr, by_name)), f"{where}: kind")
    check_shape(value, by_name[value["kind"]], where)


def fits(value: Any, kind: Any) -> bool:
    try:
        check_shape(value, kind, "")
    except Misshapen:
        return False
    return True


def expect(right: bool, value: Any, expected: str, where: str) -> None:
    if not right:
        text = repr(value)
        raise Misshapen(f"{where} must be {expected}, got {text if len(text) < 80 else text[:77] + '...'}")
