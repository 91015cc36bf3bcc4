"""Draw a digit: a trained network answers every stroke with all its maps, its probabilities and its gradient."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.explorers.controls import Control
from cnnlib.explorers.digit_view import ALL, BLANK, ITS, Setting, done, gradient_by, picture, setting, view, wanted
from cnnlib.explorers.network_maps import Tiling, as_maps, passes
from cnnlib.explorers.traits import Values
from cnnlib.explorers.widget import Action, Explorer, Knobs, rows
from cnnlib.network import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnlib.training import fit


class DigitExplorer(Explorer):
    """A network to draw for.

    Attributes:
        picture: (H, W), what the network sees, read-only; assign an array from 0 (paper) to 1 (ink) to show your own.
        probabilities: (M,), what it answers.
    """

    picture = Values("x", partial(rows, height=64, width=64))

    def __init__(self, about: Setting, unit: list[int]) -> None:
        super().__init__(
            partial(view, about),
            controls(about),
            actions(about),
            **{"source": ALL, "n": 0, "edits": [[ALL, 0], []], "noise": 0.0, "unit": unit, "part": -1, "held": False},
            **{"gradient": False, "target": ITS, "width": 1.5, "erase": False},
        )
        self.about = about

    def meant(self, changes: Knobs) -> Knobs:
        if "picture" in changes:
            given, shape = rows("picture", changes["picture"], 64, 64), self.about.x.shape[2:]
            if given.shape != shape:
                raise ValueError(f"picture must have the shape {shape} that the network takes, got {given.shape}")
            changes = {name: value for name, value in changes.items() if name != "picture"}
            changes |= edited(self.chosen, ["given", given.tolist()])
        return super().meant(changes)

    @property
    def probabilities(self) -> Array:
        (panel,) = (panel for panel in self.shown["panels"] if panel["kind"] == "plot")
        (mark,) = (mark for mark in panel["marks"] if mark["kind"] == "bars")
        return mark["heights"].copy()


def edited(knobs: Knobs, *edits: Any, undo: int = 0) -> Knobs:
    """The knobs after some more edits of the digit that is shown, instead of the last `undo`."""
    before = done(knobs)
    return {"edits": [[knobs["source"], knobs["n"]], [*before[: len(before) - undo], *edits]]}


def actions(about: Setting) -> dict[str, Action]:
    """What buttons, strokes and pointing do to the knobs."""
    shown = [as_maps(run.a).shape for run in passes(about.parts, about.x[0])]

    def stroke(knobs: Knobs, path: Any, on: bool) -> Knobs:
        name, edits = "erase" if knobs["erase"] else "draw", done(knobs)
        if on and edits and edits[-1][0] == name:  # the stroke goes on
            before, width = edits[-1][1:]
            return edited(knobs, [name, [*before, *path[1:]], width], undo=1)
        return edited(knobs, [name, path, knobs["width"]])

    def descend(knobs: Knobs) -> Knobs:
        """One step of the picture against the gradient that is shown, its largest entry a tenth; undone as one edit."""
        source, n, edits = knobs["source"], knobs["n"], knobs["edits"]
        seen, number = picture(about, source, n, edits, knobs["noise"])
        ink, _ = picture(about, source, n, edits, 0)
        label = wanted(about, seen, number, knobs["target"])
        dx = gradient_by(about, seen, label)
        moved = np.clip(ink - 0.1 * dx / (np.abs(dx).max() or 1.0), 0, 1).round(3)
        goes_on = [name for name, *_ in done(knobs)[-1:]] == ["descended"]
        return {"gradient": True, **edited(knobs, ["descended", moved.tolist()], undo=int(goes_on))}

    def point(knobs: Knobs, at: Any, index: int, stage: int) -> Knobs:
        found = Tiling(*shown[stage]).unit(*at)
        return {"unit": [stage, *found], "part": -1} if found else {}

    def hold(knobs: Knobs, at: Any, index: int, stage: int) -> Knobs:
        changes = point(knobs, at, index, stage)
        return changes | {"held": not (knobs["held"] and changes["unit"] == knobs["unit"])} if changes else {}

    def point_map(knobs: Knobs, at: Any, index: int) -> Knobs:
        return {"unit": [*knobs["unit"][:2], *at], "part": -1}

    def point_part(knobs: Knobs, at: Any, index: int) -> Knobs:
        return {"part": 8 * at[0] + at[1]}

    moves = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
    found: dict[str, Action] = {
        "next": lambda knobs: {"n": knobs["n"] + 1},
        "previous": lambda knobs: {"n": knobs["n"] - 1},
        "stroke": stroke,
        "descend": descend,
        "clear": lambda knobs: edited(knobs, ["clear"]),
        "undo": lambda knobs: edited(knobs, undo=min(1, len(done(knobs)))),
        "map": point_map,
        "part": point_part,
    }
    found |= {name: lambda knobs, by=by: edited(knobs, ["shift", *by]) for name, by in moves.items()}
    for k in range(len(about.parts)):
        found |= {f"point {k}": partial(point, stage=k), f"hold {k}": partial(hold, stage=k)}
    return found


def controls(about: Setting) -> list[Control]:
    classes = [int(label) for label in np.unique(about.t)]
    arrows = {"left": "←", "up": "↑", "down": "↓", "right": "→"}
    shifts: list[Control] = [
        {"kind": "button", "action": way, "label": sign, "says": f"shift {way}"} for way, sign in arrows.items()
    ]
    return [
        {"kind": "choice", "name": "source", "label": "digits", "options": [*about.sources, BLANK]},
        {"kind": "button", "action": "previous", "label": "◂ back"},
        {"kind": "play", "action": "next", "label": "through them"},
        {"kind": "button", "action": "clear", "label": "clear"},
        {"kind": "button", "action": "undo", "label": "undo"},
        {"kind": "range", "name": "width", "label": "pen", "min": 1, "max": 3, "step": 0.5},
        {"kind": "toggle", "name": "erase", "label": "erase"},
        *shifts,
        {"kind": "range", "name": "noise", "label": "noise", "min": 0, "max": 0.5, "step": 0.05},
        {"kind": "toggle", "name": "held", "label": "hold the unit"},
        {"kind": "toggle", "name": "gradient", "label": "gradient by the picture"},
        {"kind": "choice", "name": "target", "label": "for label", "options": [ITS, *classes]},
        {"kind": "play", "action": "descend", "label": "descend"},
    ]


@lru_cache
def course_network() -> Sequential:
    """The course's own small network: 13,706 weights, trained in about a second on the bundled digits.

    In every pass each digit is shifted by up to a pixel, as nobody draws quite in the middle.
    """
    known, rng = digits(), np.random.default_rng(0)
    network = Sequential(
        *(Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(2)),
        *(Conv2d(16, 32, 3, padding=1), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(128, 64), ReLU(), Linear(64, 10)),
    )
    for epoch in range(20):
        rim = np.pad(known.x_train, ((0, 0), (0, 0), (1, 1), (1, 1)))
        x = np.empty_like(known.x_train)
        where = rng.integers(9, size=len(x))
        for way in range(9):
            x[where == way] = rim[where == way, :, way // 3 :, way % 3 :][..., :8, :8]
        rate = 0.05 if epoch < 15 else 0.005
        fit(network, x, known.t_train, epochs=1, rate=rate, seed=epoch, progress=False)
    return network


def digit_explorer(network: Any = None, x: Any = None, t: Any = None) -> DigitExplorer:
    """Lecture 09: draw a digit, and every map and probability of a trained network answers.

    Args:
        network: takes grey pictures (N, 1, H, W) and answers (N, M), one number a class; by default a small one that
            is trained on the bundled digits, once. It is asked as it is: after more training it answers anew.
        x: pictures (N, 1, H, W) to load, from 0 (paper) to 1 (ink); by default the held-out ones of `digits`.
        t: their labels (N,).

    Returns:
        the explorer.

    Raises:
        TypeError, ValueError: the network does not take such pictures; x and t do not fit each other.
    """
    network = course_network() if network is None else network
    held_out = digits()
    about = setting(network, *(held_out.x_test, held_out.t_test) if x is None else (np.asarray(x), np.asarray(t)))
    first = passes(about.parts, about.x[0])
    stage = min(2, len(first) - 1)
    maps = as_maps(first[stage].a)
    i, j = (size // 2 for size in maps.shape[1:])
    return DigitExplorer(about, [stage, int(maps[:, i, j].argmax()), i, j])
