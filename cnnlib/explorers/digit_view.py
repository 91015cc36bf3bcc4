"""What the digit explorer shows: a picture, what a network's stages make of it, its answer, and one unit explained.

A reader draws over a test digit, or on a blank sheet; what was done to it is a list of edits, so that each can be
undone. Everything else follows from the picture and the network as it is at that moment.
"""

from typing import Any, NamedTuple

import numpy as np

from cnnlib.arguments import Array
from cnnlib.explorers import drawing
from cnnlib.explorers.frames import Frame, Group, Panel, cells, text
from cnnlib.explorers.network_maps import Stage, Tiling, as_maps, passes, stages
from cnnlib.explorers.plots import axis, bars, plot
from cnnlib.explorers.unit import SIDE, explain, numbered, outlines, unit_panels
from cnnlib.explorers.widget import Knobs
from cnnlib.losses import cross_entropy, softmax
from cnnlib.training import predict

ALL, WRONG, BLANK, ITS = "all test digits", "answered wrongly", "blank sheet", "its own"
WIDTH = 400  # pixels of the screen, of all maps of a stage


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
    x = x.astype(next((p.dtype for p in network.parameters.values()), x.dtype))
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
    """The picture (H, W) after the edits and the noise, and the number of the test digit that it comes from, if any."""
    if source not in about.sources and source != BLANK:
        raise ValueError(f"source must be one of {', '.join(about.sources)}, {BLANK}; got {source!r}")
    number = None if source == BLANK else int(about.sources[source][n % len(about.sources[source])])
    seen: Array = np.zeros(about.x.shape[2:]) if number is None else about.x[number, 0].astype(float)
    for name, *how in done({"source": source, "n": n, "edits": edits}):
        seen = drawing.EDITS[name](seen, *how)
        number = None if name in ("clear", "given") else number
    return drawing.noisy(seen, noise) if noise else seen, number


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
        edits: [source, n] of the digit that they belong to, and a list of [name, ...], see drawing.py.
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
    runs = passes(about.parts, seen[None].astype(about.x.dtype))
    p = softmax(runs[-1].a[None].astype(float))[0][0]
    answer, label = int(p.argmax()), wanted(about, seen, number, target)
    own = answer if number is None else int(about.t[number])
    verdict, *lines = said(p, answer, None if number is None else own, label if gradient else None)
    found = explain(about.parts, runs, unit)
    boxes = outlines(about.parts, runs, unit, found)
    explained, rows = unit_panels(about.parts, runs, unit, found, part)
    pen = "drag to wipe" if erase else "drag to draw"
    how: Any = {"picture": True, "size": SIDE * 8, "paint": "stroke", "boxes": boxes[0]}
    panels: list[Panel] = [
        cells("x", "", seen, f"{pen}; ink from 0 to 1", limits=(0.0, 1.0), palette="gray_r", **how),
        *([slope(about, seen, label)] if gradient else []),
        text("says", verdict, lines, live=True),
        answers(p, answer, None if number is None else own),
        *(stage_panel(k, about, run.a, boxes[k + 1], held) for k, run in enumerate(runs)),
    ]
    layout: list[Group] = [
        {"title": "the picture and the answer", "rows": [["x"] + ["dx"] * gradient, ["p"], ["says"]], "flow": True},
        {"title": "what every stage makes of it", "rows": [[f"stage{k}"] for k in range(len(runs))], "flow": True},
        {"title": "one unit", "rows": rows, "flow": True},
    ]
    what = "a sheet of your own" if number is None else f"test digit {number} of {len(about.x)}, a {own}"
    drawn = ", changed by hand" if number is not None and done({"source": source, "n": n, "edits": edits}) else ""
    return {
        "panels": [*panels, *explained],
        "layout": layout,
        "caption": f"{what}{drawn}{f', noise {noise:g}' if noise else ''}. ".capitalize()
        + "A stroke inks a pixel by the share of it that it covers.",
        "summary": f"digit_explorer: {what}; the network says {answer}",
    }


def wanted(about: Setting, seen: Array, number: int | None, target: Any) -> int:
    """The label of the loss: the digit's own unless another is chosen; on a blank sheet what the network answers."""
    if target != ITS:
        return int(target)
    if number is not None:
        return int(about.t[number])
    return int(about.network(seen[None, None].astype(about.x.dtype))[0].argmax())


def gradient_by(about: Setting, seen: Array, label: int) -> Array:
    """The gradient (H, W) of the loss by every pixel, for this label."""
    z, backward = about.network(seen[None, None].astype(about.x.dtype))
    _, loss_backward = cross_entropy(z, np.array([label]))
    dx: Array = backward(loss_backward())[0][0, 0].astype(float)
    return dx


def slope(about: Setting, seen: Array, label: int) -> Panel:
    dx = gradient_by(about, seen, label)
    return cells("dx", "", dx, f"slope of −ln y[{label}]", palette="RdBu", picture=True, size=SIDE * 8)


def stage_panel(k: int, about: Setting, a: Array, boxes: list[list[int]], held: bool) -> Panel:
    """All maps of a stage; colours are those of the test digits, so that they mean the same while a reader draws."""
    shown = as_maps(a)
    pixels, (low, high) = Tiling(*shown.shape).picture(shown), about.tops[k]
    many = f"{shown.shape[0]} maps of {shown.shape[1]} × {shown.shape[2]}"
    size = min(WIDTH, 36 * max(pixels.shape))
    how: Any = {"picture": True, "size": size, "asset": f"stage{k}", "click": f"hold {k}", "boxes": boxes}
    return cells(
        *(f"stage{k}", "", pixels, f"{about.parts[k].name}, {f'±{high:.2g}' if low else f'0 to {high:.2g}'}"),
        name=f"stage {k}",
        extent=f"{a.size} numbers" if a.ndim == 1 else many,
        limits=(low, high),
        palette="RdBu" if low else "viridis",
        **how if held else how | {"point": f"point {k}"},
    )


def answers(p: Array, answer: int, own: int | None) -> Panel:
    """The probabilities as bars: the answer's is filled blue, the label's, if it is another, orange."""
    ticks = {str(j): float(j) for j in range(len(p))}
    hues = [1 if j == answer else 0 if j == own else -1 for j in range(len(p))]
    texts = [f"y[{j}] = {numbered(v)}" for j, v in enumerate(p)]
    across, up = axis("class", -0.6, len(p) - 0.4, ticks=ticks), axis("p", 0, 1, ticks=2)
    return plot("p", "", across, up, [bars(np.arange(len(p)), p, hues=hues, texts=texts)], size=(228, 96))


def said(p: Array, answer: int, own: int | None, label: int | None) -> list[str]:
    """What the network answers, in words; with a label, the loss whose gradient is shown."""
    verdict = "" if own is None else ", which is right" if answer == own else f"; the label is {own} (orange)"
    best = ", ".join(f"y[{j}] ≈ {p[j]:.4f}" for j in p.argsort()[::-1][:3])
    lines = [f"It says {answer}{verdict}.", best]
    if label is not None:
        lines += [f"loss −ln y[{label}] = {numbered(-np.log(max(p[label], 1e-300)))}"]
        lines += ["More ink at a red pixel lowers it, at a blue one raises it."]
    return lines
