"""One unit of a network, explained: what it looks at, what comes in, by which weights, and how that sums to it."""

from typing import Any, NamedTuple

import numpy as np

from cnnlib.arguments import Array
from cnnlib.explorers.frames import Panel, cells, text
from cnnlib.explorers.network_maps import APART, Box, Pass, Stage, Tiling, as_maps, clipped, reach

SIDE = 34  # pixels of a cell that is printed
MOST = 8  # maps that are summed a row; rows and columns of numbers on squares


WHOLE = {"MaxPool2d": "the greatest of its window", "AvgPool2d": "the mean of its window"}


class Unit(NamedTuple):
    """A unit's arithmetic, z = sum over c of adds[c], plus bias.

    at: of the unit in the stage's output. x, slopes: (C, H, W), what comes into the stage, and dz/dx. window: the
    part of each that the unit reads, picture: of the picture. reads: the input maps. adds: (C,). z, a: the unit.
    """

    at: tuple[int, ...]
    x: Array
    slopes: Array
    window: Box
    picture: Box
    reads: list[int]
    adds: Array
    bias: float
    z: float
    a: float


def explain(parts: list[Stage], runs: list[Pass], unit: list[int]) -> Unit:
    """The arithmetic of the unit [stage, map, row, column]; ValueError if there is none."""
    stage, map, i, j = unit
    shape = as_maps(runs[stage].a).shape if 0 <= stage < len(runs) else (0, 0, 0)
    run, layer = runs[stage if any(shape) else 0], parts[stage if any(shape) else 0].layers[-1]
    index = (map, i, j) if run.a.ndim == 3 else (i * shape[2] + j,)
    inside = all(0 <= n < size for n, size in zip((map, i, j), shape, strict=True))
    if not inside or (run.a.ndim == 1 and index[0] >= len(run.a)):
        raise ValueError(f"unit must be stage, map, row and column of one that there is, got {unit}")
    dz = np.zeros_like(run.z)
    dz[index] = 1
    x, slopes = as_maps(run.x), as_maps(run.slope(dz))
    picture = window = reach(parts[stage], (i, j, i + 1, j + 1), run.x.shape)
    for k in range(stage - 1, -1, -1):
        picture = reach(parts[k], picture, runs[k].x.shape)
    adds, z = np.nansum(x * slopes, (1, 2)), float(run.z[index])
    apart = getattr(layer, "name", "") in APART and run.a.ndim == 3
    bias = layer.parameters["bias"][index[0]] if "bias" in layer.parameters else z - adds.sum()
    return Unit(
        *(index, x, slopes, clipped(window, x.shape[1:]), clipped(picture, runs[0].x.shape[1:])),
        *([map] if apart else list(range(len(x))), adds, float(bias), z, float(run.a[index])),
    )


def outlines(parts: list[Stage], runs: list[Pass], unit: list[int], found: Unit) -> list[list[list[int]]]:
    """What is outlined in the picture, and in the maps of each stage: the unit, its window, what it sees."""
    stage, map, i, j = unit
    boxes: list[list[list[int]]] = [[] for _ in range(len(parts) + 1)]
    boxes[stage + 1] = tiling(runs[stage].a).boxes([map], (i, j, i + 1, j + 1))
    if found.window != (0, 0, *found.x.shape[1:]):  # frames around all would only hide them
        boxes[stage] = Tiling(*found.x.shape).boxes(found.reads, found.window)
    if found.picture != (0, 0, *runs[0].x.shape[1:]):
        boxes[0] = tiling(runs[0].x).boxes([0], found.picture)
    return boxes


def tiling(values: Array) -> Tiling:
    return Tiling(*as_maps(values).shape)


def unit_panels(
    parts: list[Stage], runs: list[Pass], unit: list[int], found: Unit, part: int
) -> tuple[list[Panel], list[list[str]]]:
    """The unit's map, what each input map adds, the window, weights and products of one of them, and the sum.

    Args:
        parts, runs, unit, found: as in `explain`, and what it returned.
        part: the input map whose products are shown; if the unit does not read it, the one that adds most.

    Returns:
        panels, and the rows in which they stand.
    """
    stage, map, i, j = unit
    most = max(found.reads, key=lambda c: abs(found.adds[c]))
    part = part if part in found.reads else most
    where = f"[{', '.join(str(n) for n in found.at)}]"
    title = f"{where} of stage {stage}: {parts[stage].name}"
    vector, flat = runs[stage].a.ndim == 1, runs[stage].x.ndim == 1
    panels: list[Panel] = [text("unit", title, sums(parts[stage], found, flat), live=True)]
    shown = as_maps(runs[stage].a)[map]
    if not vector or shown.size > 12:  # a few numbers are printed beside the maps already
        side = min(SIDE * max(shown.shape), SIDE * (16 if vector else MOST))
        palette = "viridis" if np.nanmin(shown) >= 0 else "RdBu"
        how: dict[str, Any] = {"picture": True, "size": side, "click": "map", "boxes": [[i, j, 1, 1]]}
        name = "all" if vector else f"map {map}"
        panels.append(cells("map", "", shown, f"{name} of stage {stage}", name="a", palette=palette, **how))
    if len(found.reads) > 1:
        table = np.pad(found.adds, (0, -len(found.adds) % MOST), constant_values=np.nan).reshape(-1, MOST)
        how = {"picture": True, "size": SIDE * max(table.shape), "boxes": [[part // MOST, part % MOST, 1, 1]]}
        how |= {"click": "part", "point": "part", "palette": "RdBu", "extent": f"{len(found.adds)} maps"}
        panels.append(cells("adds", "", table, "what each input map adds", name="Σ x·w", **how))
    rows = [["unit"], [panel["id"] for panel in panels[1:]], ["in", "·", "by", "=", "out"]]
    top, left, bottom, right = found.window
    x, w = (values[part, top:bottom, left:right] for values in (found.x, found.slopes))
    for id, name, values, title in (
        ("in", "x", x, "all that comes in" if flat else f"window in map {part}"),
        ("by", "w", w, "weights"),
        ("out", "x·w", x * w, f"sum {numbered(found.adds[part])}"),
    ):
        columns = values.shape[1]
        how = {"picture": True, "size": SIDE * (columns if flat else MOST)} if columns > MOST else {}
        panels.append(cells(id, "", values, title, name=name, palette=None if id != "in" else "viridis", **how))
    return panels, [row for row in rows if row]


def sums(stage: Stage, found: Unit, flat: bool) -> list[str]:
    """The unit as a sum over its input maps, or over the entries of the only one, the largest first; what it looks at.

    flat: what comes in is a vector (D,).
    """
    layer, adds, names = stage.layers[-1], found.adds[found.reads], [f"map {c}" for c in found.reads]
    if len(names) == 1:
        top, left, bottom, right = found.window
        adds = (found.x * found.slopes)[found.reads[0], top:bottom, left:right].ravel()
        places = [(i, j) for i in range(top, bottom) for j in range(left, right)]
        names = [f"x[{i * found.x.shape[2] + j}]" if flat else f"x[{i}, {j}]" for i, j in places]
    order = sorted(np.flatnonzero(~np.isnan(adds)), key=lambda c: -abs(adds[c]))
    terms = [f"{numbered(adds[c])} ({names[c]})" for c in order[:3]]
    if others := order[3:]:
        terms.append(f"{numbered(sum(adds[others]))} ({len(others)} others)")
    if abs(found.bias) > 1e-5:
        terms.append(f"{numbered(found.bias)} ({'bias' if 'bias' in layer.parameters else 'the rest'})")
    total = WHOLE.get(getattr(layer, "name", ""), " + ".join(terms).replace("+ −", "− "))
    parts = [*adds[order[:3]], sum(adds[others]), found.bias]
    exact = getattr(layer, "name", "") in WHOLE or numbered(sum(round(part, 3) for part in parts)) == numbered(found.z)
    lines = [f"z = {total} {'=' if exact else '≈'} {numbered(found.z)}"]
    if stage.activations:
        through = " of ".join(layer.name for layer in reversed(stage.activations))
        lines.append(f"a = {through} of z = {numbered(found.a)}")
    top, left, bottom, right = found.picture
    pixels = (bottom - top) * (right - left)
    lines.append(
        f"It looks at rows {top} to {bottom - 1}, columns {left} to {right - 1} of the picture: {pixels} pixels."
    )
    return lines


def numbered(value: float) -> str:
    """A number as the page prints it: three digits behind the point, a true minus."""
    shown = f"{value:.3g}" if 0 < abs(value) < 0.0005 else f"{round(value, 3) + 0.0:g}"
    return shown.replace("-", "−")
