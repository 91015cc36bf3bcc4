"""What a reader can choose above the panels, as data: an explorer's controls, in their order."""

from typing import Any, Literal, NotRequired, TypedDict

from cnnlib.explorers.shapes import Misshapen, check_shape


class Choice(TypedDict):
    """One of several texts or numbers for a knob."""

    kind: Literal["choice"]
    name: str
    label: str
    options: list[Any]


class Range(TypedDict):
    """A slider for a knob."""

    kind: Literal["range"]
    name: str
    label: str
    min: float
    max: float
    step: NotRequired[float]


class Toggle(TypedDict):
    kind: Literal["toggle"]
    name: str
    label: str


class Button(TypedDict):
    """A button that does an action, see plots.py. says: its name for those who do not see its label."""

    kind: Literal["button"]
    action: str
    label: str
    says: NotRequired[str]


class Play(TypedDict):
    """A button that does an action again and again until the frame is finished, and one that does it once."""

    kind: Literal["play"]
    action: str
    label: str


class Presets(TypedDict):
    """label of each -> the knobs it sets. None is a state of its own: it is shown while the knobs in `by` equal its."""

    kind: Literal["presets"]
    label: str
    options: dict[str, dict[str, Any]]
    by: NotRequired[list[str]]


class Size(TypedDict):
    """Rows and columns, or the length, of a knob that a panel edits; with `middle` its middle stays where it is."""

    kind: Literal["size"]
    name: str
    label: str
    max: int
    middle: NotRequired[bool]


class Upload(TypedDict):
    """Does an action with a file of the reader's own: its name, and its bytes, none if they are more than `most`."""

    kind: Literal["upload"]
    action: str
    label: str
    most: int


Control = Choice | Range | Toggle | Button | Play | Presets | Size | Upload


def check_controls(controls: list[Control], knobs: dict[str, Any], actions: dict[str, Any]) -> None:
    """Misshapen unless every control is whole and turns a knob, or does an action, that there is."""
    check_shape(controls, list[Control], "controls")
    for control in controls:
        name = control.get("name", control.get("action"))
        known, what = (actions, "actions") if "action" in control else (knobs, "knobs")
        if name is not None and name not in known:
            raise Misshapen(f"controls: {control['kind']} names {name!r}, the {what} are {', '.join(known) or 'none'}")
