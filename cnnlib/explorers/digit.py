"""Draw a digit: a trained network answers every stroke with all its maps, its probabilities and its gradient.

A reader draws over a test digit, or on a blank sheet; what was done to it is a list of edits, so that each can be
undone. Everything else follows from the picture and the network as it is at that moment.
"""

from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.explorers import drawing
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, Group, Panel, cells, text
from cnnlib.explorers.network_maps import Stage, Tiling, as_maps, passes, stages
from cnnlib.explorers.plots import axis, bars, plot
from cnnlib.explorers.unit import SIDE, explain, numbered, outlines, unit_panels
from cnnlib.explorers.widget import Action, Explorer, Knobs
from cnnlib.losses import cross_entropy, softmax
from cnnlib.network import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnlib.training import fit, predict

ALL, WRONG, BLANK, ITS = "all test digits", "answered wrongly", "blank sheet", "its own"
WIDTH = 380  # pixels of the screen, of all maps of a stage


class Setting(NamedTuple):
    """What an explorer is about. sources: which examples of x (N, 1, H, W) there are to choose; tops: colour limits."""

    network: Any
    parts: list[Stage]
    x: Array
    t: Array
    sources: dict[str, Array]
    tops: list[tuple[float, float]]


def setting(network: Any, x: Array, t: Array) -> Setting:
    """Ask the network once about all the examples: which it gets wrong, and how large its maps become.

    Raises:
        ValueError: the network does not take such pictures, or does not answer with one number a class.
    """
    if x.ndim != 4 or x.shape[1] != 1 or not len(x) or max(x.shape[2:]) > 64:
        raise ValueError(f"x must be grey pictures (N, 1, H, W) of at most 64 x 64, got shape {x.shape}")
    if len(t) != len(x):
        raise ValueError(f"t must have one label for each of the {len(x)} pictures of x, got {len(t)}")
    try:
        answers = predict(network, x)
    except ValueError as refusal:
        size = f"{x.shape[2]} x {x.shape[3]}"
        raise ValueError(f"the network takes no pictures of {size}; give x and t that it takes. {refusal}") from None
    if answers.ndim != 2:
        raise ValueError(f"the network must answer with one number a class, (N, M), got shape {answers.shape}")
    parts, wrong = stages(network), np.flatnonzero(answers.argmax(1) != t)
    sources = {ALL: np.arange(len(x))}
    sources |= {f"label {label}": np.flatnonzero(t == label) for label in np.unique(t)}
    sources |= {WRONG: wrong} if len(wrong) else {}
    some = [[run.a for run in passes(parts, example)] for example in x[:: max(1, len(x) // 100)]]
    tops = []
    for outputs in zip(*some, strict=True):
        values = np.concatenate([a.ravel() for a in outputs])
        top = float(np.quantile(np.abs(values[values != 0]), 0.97)) if values.any() else 1.0  # a few may glare
        tops.append((-top if values.min() < 0 else 0.0, top))
    return Setting(network, parts, x, t, sources, tops)


def picture(about: Setting, source: str, n: int, edits: Any, noise: float) -> tuple[Array, int | None]:
    """The picture (H, W) after the edits and the noise, and the number of the test digit under it."""
    if source not in about.sources and source != BLANK:
        raise ValueError(f"source must be one of {', '.join(about.sources)}, {BLANK}; got {source!r}")
    number = None if source == BLANK else int(about.sources[source][n % len(about.sources[source])])
    seen: Array = np.zeros(about.x.shape[2:]) if number is None else about.x[number, 0].astype(float)
    for name, *how in done({"source": source, "n": n, "edits": edits}):
        seen = EDITS[name](seen, *how)
    return drawing.noisy(seen, noise) if noise else seen, number


EDITS: dict[str, Any] = {
    "draw": drawing.inked,
    "erase": drawing.erased,
    "shift": drawing.shifted,
    "clear": lambda seen: np.zeros_like(seen),
}


def done(knobs: Knobs) -> list[Any]:
    """The edits of the digit that is shown: they belong to it, and are there again when the reader comes back."""
    of, edits = knobs["edits"]
    return list(edits) if list(of) == [knobs["source"], knobs["n"]] else []


def view(
    about: Setting,
    *,
    source: str,
    n: int,
    edits: Any,
    noise: float,
    unit: list[int],
    part: int,
    held: bool,
    gradient: bool,
    target: Any,
    width: float,
    erase: bool,
) -> Frame:
    """The frame of the digit explorer.

    Args:
        about: network and examples.
        source: which examples, or BLANK.
        n: which of them; counted around.
        edits: [source, n] of the digit that they belong to, and a list of [name, ...] as in EDITS.
        noise: standard deviation of the noise that is added.
        unit: stage, map, row and column of the unit that is explained.
        part: the input map whose products are shown; -1 for the one that adds most.
        held: whether pointing leaves the unit as it is.
        gradient: whether the gradient of the loss by the picture is shown.
        target: the label of that loss, or ITS.
        width, erase: the pen's; a stroke takes them along.

    Returns:
        a frame with the panels x, p, says, one for every stage (stage0, ...), those of the unit, and dx.
    """
    seen, number = picture(about, source, n, edits, noise)
    dtype = next((p.dtype for p in about.network.parameters.values()), about.x.dtype)
    runs = passes(about.parts, seen[None].astype(dtype))
    z = runs[-1].a
    p = softmax(z[None].astype(float))[0][0]
    answer = int(p.argmax())
    own = answer if number is None else int(about.t[number])
    label = own if target == ITS else int(target)
    verdict, *lines = said(p, answer, None if number is None else own, label if gradient else None)
    found = explain(about.parts, runs, unit)
    boxes = outlines(about.parts, runs, unit, found)
    explained, rows = unit_panels(about.parts, runs, unit, found, part)
    panels: list[Panel] = [
        cells(
            "x",
            "",
            seen,
            "eraser: drag to wipe" if erase else "drag to draw; ink from 0 to 1",
            picture=True,
            size=SIDE * 8,
            limits=(0.0, 1.0),
            palette="gray_r",
            paint="stroke",
            boxes=boxes[0],
        ),
        *([slope(about, seen.astype(dtype), label)] if gradient else []),
        text("says", verdict, lines, live=True),
        answers(p, answer, None if number is None else own),
    ]
    for k, (stage, run) in enumerate(zip(about.parts, runs, strict=True)):
        shown = as_maps(run.a)
        tiling = Tiling(*shown.shape)
        pixels = tiling.picture(shown)
        many = f"{shown.shape[0]} maps of {shown.shape[1]} × {shown.shape[2]}"
        low, high = about.tops[k]
        how: dict[str, Any] = {} if held else {"point": f"point {k}"}
        panels.append(
            cells(
                *(f"stage{k}", "", pixels, f"{stage.name}, {f'±{high:.2g}' if low else f'0 to {high:.2g}'}"),
                name=f"stage {k}",
                extent=f"{run.a.size} numbers" if run.a.ndim == 1 else many,
                picture=True,
                size=min(WIDTH, 36 * max(pixels.shape)),
                asset=f"stage{k}",
                limits=(low, high),
                palette="RdBu" if low < 0 else "viridis",
                click=f"hold {k}",
                boxes=boxes[k + 1],
                **how,
            )
        )
    layout: list[Group] = [
        {"title": "the picture and the answer", "rows": [["x"] + ["dx"] * gradient, ["says"], ["p"]]},
        {"title": "what every stage makes of it", "rows": [[f"stage{k}"] for k in range(len(runs))]},
        {"title": "one unit", "rows": rows},
    ]
    what = "a blank sheet" if number is None else f"test digit {number} of {len(about.x)}, a {own}"
    drawn = ", changed by hand" if done({"source": source, "n": n, "edits": edits}) else ""
    return {
        "panels": [*panels, *explained],
        "layout": layout,
        "caption": f"{what}{drawn}{f', noise {noise:g}' if noise else ''}".capitalize() + ".",
        "summary": f"digit_explorer: {what}; the network says {answer}",
        "finished": number is not None and (n + 1) % len(about.sources[source]) == 0,
    }


def slope(about: Setting, seen: Array, label: int) -> Panel:
    """The gradient of the loss by every pixel."""
    z, backward = about.network(seen[None, None])
    _, loss_backward = cross_entropy(z, np.array([label]))
    dx = backward(loss_backward())[0][0, 0].astype(float)
    return cells("dx", "", dx, f"slope of −ln p[{label}]", picture=True, size=SIDE * 8)


def answers(p: Array, answer: int, own: int | None) -> Panel:
    """The probabilities as bars: the answer's is filled blue, the label's, if it is another, orange."""
    ticks = {str(j): float(j) for j in range(len(p))}
    hues = [1 if j == answer else 0 if j == own else -1 for j in range(len(p))]
    texts = [f"p[{j}] = {numbered(v)}" for j, v in enumerate(p)]
    across, up = axis("class", -0.6, len(p) - 0.4, ticks=ticks), axis("p", 0, 1, ticks=2)
    return plot("p", "", across, up, [bars(np.arange(len(p)), p, hues=hues, texts=texts)], size=(228, 96))


def said(p: Array, answer: int, own: int | None, label: int | None) -> list[str]:
    """What the network answers, in words; with a label, the loss whose gradient is shown."""
    verdict = "" if own is None else ", which is right" if answer == own else f"; the label is {own}"
    best = ", ".join(f"p[{j}] = {p[j]:.4f}" for j in p.argsort()[::-1][:3])
    lines = [f"It says {answer}{verdict}.", best]
    if label is not None:
        lines += [f"loss −ln p[{label}] = {numbered(-np.log(max(p[label], 1e-300)))}"]
        lines += ["More ink at a red pixel lowers it, at a blue one raises it."]
    return lines


class DigitExplorer(Explorer):
    """A network to draw for."""

    def __init__(self, about: Setting, unit: list[int]) -> None:
        super().__init__(
            partial(view, about),
            controls(about),
            actions(about),
            **{"source": ALL, "n": 0, "edits": [[ALL, 0], []], "noise": 0.0, "unit": unit, "part": -1, "held": False},
            **{"gradient": False, "target": ITS, "width": 1.5, "erase": False},
        )


def actions(about: Setting) -> dict[str, Action]:
    """What buttons, strokes and pointing do to the knobs."""
    shown = [as_maps(run.a).shape for run in passes(about.parts, about.x[0])]

    def edit(knobs: Knobs, *edits: Any) -> Knobs:
        return {"edits": [[knobs["source"], knobs["n"]], [*done(knobs), *edits]]}

    def stroke(knobs: Knobs, path: Any, on: bool) -> Knobs:
        name, edits = "erase" if knobs["erase"] else "draw", done(knobs)
        if on and edits and edits[-1][0] == name:  # the stroke goes on
            before, width = edits[-1][1:]
            return edit(knobs | {"edits": [knobs["edits"][0], edits[:-1]]}, [name, [*before, *path[1:]], width])
        return edit(knobs, [name, path, knobs["width"]])

    def undo(knobs: Knobs) -> Knobs:
        return {"edits": [knobs["edits"][0], done(knobs)[:-1]]}

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
        "clear": lambda knobs: edit(knobs, ["clear"]),
        "undo": undo,
        "map": point_map,
        "part": point_part,
    }
    found |= {name: lambda knobs, by=by: edit(knobs, ["shift", *by]) for name, by in moves.items()}
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
        {"kind": "choice", "name": "target", "label": "of label", "options": [ITS, *classes]},
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
    unit = np.unravel_index(np.nanargmax(as_maps(first[stage].a)), as_maps(first[stage].a).shape)
    return DigitExplorer(about, [stage, *map(int, unit)])
