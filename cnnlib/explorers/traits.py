"""Knobs and results of an explorer as traits: to be assigned, observed and linked like those of any widget."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import traitlets

from cnnlib.explorers.frames import find, inside
from cnnlib.explorers.messages import as_bytes

Check = Callable[[str, Any], Any]  # takes a name and what is assigned, refuses or returns what is meant


class Computed(AttributeError, ValueError):
    """What follows from the knobs was to be set."""


class Derived(traitlets.TraitType[Any, Any]):
    """A trait that is read from what is shown, and set by turning knobs: no second copy that could disagree."""

    def set(self, obj: Any, value: object) -> None:
        obj.choose(**{str(self.name): value})


class AllKnobs(Derived):
    """What was chosen, by name."""

    def get(self, obj: Any, cls: Any = None) -> Any:
        return MappingProxyType(obj.chosen)

    def set(self, obj: Any, value: Any) -> None:
        obj.choose(**value)


class Knob(Derived):
    """What the reader chose; setting it turns the knob on the page, too."""

    def __init__(self, check: Check = lambda name, value: value) -> None:
        super().__init__()
        self.check = check
        self.tag(sync=True, echo_update=False, to_json=self.sent, from_json=received)

    def get(self, obj: Any, cls: Any = None) -> Any:
        return obj.chosen[self.name]

    def sent(self, value: Any, obj: Any) -> Any:
        return obj.chosen.get(self.name, value)


class Values(Knob):
    """The numbers of a panel, without its rim, as a read-only array; settable where they are a knob."""

    def __init__(self, panel: str, check: Check | None = None, ndim: int | None = None) -> None:
        super().__init__(check or self.refuse)
        self.panel, self.ndim, self.computed = panel, ndim, check is None

    def refuse(self, name: str, value: object) -> Any:
        raise Computed(f"{name} is computed: change what it is computed from")

    def get(self, obj: Any, cls: Any = None) -> Any:
        panel = find(obj.shown, self.panel)
        copy, ndim = inside(panel), panel["ndim"] if self.ndim is None else self.ndim
        copy = copy.reshape(copy.shape[copy.ndim - ndim :]).view(Fixed)
        copy.flags.writeable = False  # a change in place would not reach the page
        return copy if ndim else copy.item()

    def sent(self, value: Any, obj: Any) -> Any:
        if self.name in obj.chosen:
            return obj.chosen[self.name]
        if not find(obj.shown, self.panel).get("picture"):
            return np.asarray(value).tolist()
        return {"shape": value.shape, "data": as_bytes(value)}


def received(value: Any, obj: Any) -> Any:
    """What the page sends for a trait: a picture in bytes, see `Values.sent`, or the value itself."""
    if isinstance(value, Mapping) and value.keys() == {"shape", "data"}:
        return np.frombuffer(value["data"]).reshape(value["shape"])
    return value


class Fixed(np.ndarray):
    """Read-only numbers. Whether two of them differ is one truth value, as traitlets.link takes it."""

    def __ne__(self, other: object) -> Any:
        return np.not_equal(np.asarray(self), np.asarray(other)).view(Differences)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)  # what is computed from it is an array as any other

    def __repr__(self) -> str:
        return repr(np.asarray(self))


class Differences(np.ndarray):
    def __bool__(self) -> bool:
        return bool(np.asarray(self).any())


def same(one: Any, other: Any) -> bool:
    """Whether a trait has kept its value."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    return bool(one == other)
