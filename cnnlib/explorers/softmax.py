"""Lecture 08: five scores to drag, and what follows: shares, the loss, and its pull on each score."""

import numpy as np

from cnnlib.arguments import Array, real
from cnnlib.explorers.controls import Control
from cnnlib.explorers.frames import Frame, text
from cnnlib.explorers.plots import Axis, Mark, Plot, arrows, axis, bars, curve, handle, line, plot, points
from cnnlib.explorers.widget import Action, Explorer, Knobs
from cnnlib.losses import log_softmax, softmax

NAMES = ("penguin", "building", "chair", "person", "bird")
FIVE = (3.0, -1.0, 1.0, 2.0, 1.0)
TOP = 6.0  # how far a score can be dragged from the shift
FARTHEST = 10_000
SIZE = (250, 200)


def view(z: list[float], shift: float, tau: float, target: str, classes: int) -> Frame:
    """Scores z + shift at temperature tau, of which the first `classes` count, and the loss if the target is true.

    Returns:
        a frame with the plots logits, shares, pulls and curve, and the texts reading and naive.
    """
    if target not in NAMES[:classes]:
        raise ValueError(f"the target must be one of the {classes} classes: {', '.join(NAMES[:classes])}; got {target}")
    names, label = NAMES[:classes], NAMES.index(target)
    scores, t = np.array(z[:classes]), np.eye(classes)[label]
    y, dz, loss = learned(scores, tau, label)
    classes_axis = axis("", -0.5, classes - 0.5, ticks={name: float(j) for j, name in enumerate(names)})
    return {
        "panels": [
            _logits(classes_axis, names, scores, shift),
            _shares(classes_axis, names, y, t),
            _pulls(classes_axis, names, dz),
            _sigmoid(scores, tau) if classes == 2 else _loss_curve(names, scores, shift, tau, label),
            text("reading", "in numbers", _reading(names, scores + shift, tau, label, y, dz, loss)),
            text("naive", "exp over its sum, as it stands", _as_it_stands((scores + shift) / tau)),
        ],
        "layout": [
            {"title": "", "rows": [["logits", "shares", "pulls"]]},
            {"title": "", "rows": [["curve"]]},
            {"title": "", "rows": [["reading"], ["naive"]]},
        ],
        "caption": "Drag the tops of the bars on the left. Learning moves each score along its arrow.",
        "summary": f"softmax_explorer: logits {_list(scores + shift, 1)}, loss {loss:.3f} if it was the {target}",
    }


def learned(z: Array, tau: float, label: int) -> tuple[Array, Array, float]:
    """Shares y of softmax(z / tau), the slope dz of the loss by z, and the loss −log y[label]."""
    y, _ = softmax(z / tau)
    return y, (y - np.eye(len(z))[label]) / tau, float(-log_softmax(z / tau)[0][label])


def naive(z: Array) -> tuple[Array, str]:
    """exp(z) / sum as it stands, and what went wrong on the way, if anything."""
    with np.errstate(all="ignore"):
        e, total = np.exp(z), np.exp(z).sum()
        y = e / total
    highest = f"exp({z.max():g})".replace("-", "−")
    if np.isinf(e).any():
        return y, f"{highest} is inf"
    if not total:
        return y, f"{highest} is 0"
    return y, "the sum is inf" if np.isinf(total) else ""


def _scores_axis(label: str, shift: float) -> Axis:
    """From shift − TOP to shift + TOP, as the reader sees it; the marks on it are where they were without the shift."""
    ticks = {f"{shift + v:g}".replace("-", "−"): float(v) for v in (-4, -2, 0, 2, 4)}
    return axis(label, -TOP, TOP, ticks=ticks, step=0.1)


def _logits(across: Axis, names: tuple[str, ...], z: Array, shift: float) -> Plot:
    texts = [f"{name}: z = {_number(score + shift, 1)}" for name, score in zip(names, z, strict=True)]
    marks: list[Mark] = [
        bars(range(len(z)), z, hues=[1] * len(z), texts=texts, width=0.6),
        line([[-0.5, 0], [len(z) - 0.5, 0]], thin=True),
        points(
            np.column_stack([np.arange(len(z)), z]),
            classes=[-1],
            texts=texts,
            drag="drag",
            along="y",
            look="handle",
        ),
    ]
    return plot("logits", "logits z: drag them", across, _scores_axis("", shift), marks, size=SIZE)


def _shares(across: Axis, names: tuple[str, ...], y: Array, t: Array) -> Plot:
    texts = [f"{name}: y = {share:.4g}" for name, share in zip(names, y, strict=True)]
    marks: list[Mark] = [
        bars(range(len(y)), y, hues=[1] * len(y), texts=texts, width=0.6),
        points(
            np.column_stack([np.arange(len(y)), t]),
            classes=[0],
            texts=[f"{name}: target t = {due:g}" for name, due in zip(names, t, strict=True)],
            names={"target t": 0},
        ),
    ]
    return plot("shares", "shares y = softmax(z / τ)", across, axis("", 0, 1.05, ticks=5), marks, size=SIZE)


def _pulls(across: Axis, names: tuple[str, ...], dz: Array) -> Plot:
    reach = max(1.0, float(np.ceil(np.abs(dz).max())))
    at, seen = np.arange(len(dz)), np.abs(dz) > 0.004 * reach
    told = [f"{name}: −dz = {_number(-slope, 3)}" for name, slope in zip(names, dz, strict=True)]
    marks: list[Mark] = [
        line([[-0.5, 0], [len(dz) - 0.5, 0]], thin=True),
        bars(at, -dz, hues=[1] * len(dz), texts=told, width=0.04 * len(dz) / 5),
        arrows(np.column_stack([at, 0 * at])[seen], np.column_stack([at, -dz])[seen], hue=1),
    ]
    numbered: Axis = {**across, "ticks": [(float(j), _number(-slope, 2)) for j, slope in enumerate(dz)]}
    return plot("pulls", "where learning moves z: −dz", numbered, axis("", -1.1 * reach, 1.1 * reach), marks, size=SIZE)


def _loss_curve(names: tuple[str, ...], z: Array, shift: float, tau: float, label: int) -> Plot:
    """The loss if only the target's score moved, with its slope."""
    across = _scores_axis(f"z of the {names[label]}", shift)

    def losses(at: Array) -> Array:
        moved = np.tile(z, (len(at), 1))
        moved[:, label] = at
        return -log_softmax(moved / tau)[0][:, label]

    _, dz, loss = learned(z, tau, label)
    top = float(losses(np.array([-TOP]))[0])
    reach = np.array([-1.5, 1.5])
    tangent = np.column_stack([z[label] + reach, loss + dz[label] * reach])
    marks: list[Mark] = [
        curve(losses, across, name="loss", hue=1),
        line(tangent, name="its slope, dz", dashed=True),
        handle([z[label], loss], f"{names[label]}: loss {loss:.3f}, slope {dz[label]:.3f}", drag="along", along="x"),
    ]
    return plot("curve", "the loss, if this score moves", across, axis("", 0, 1.05 * top), marks, size=SIZE)


def _sigmoid(z: Array, tau: float) -> Plot:
    across = axis("z[0] − z[1]", -2 * TOP, 2 * TOP)

    def first(gap: Array) -> Array:
        return softmax(np.column_stack([gap, 0 * gap]) / tau)[0][:, 0]

    gap = float(z[0] - z[1])
    y = float(first(np.array([gap]))[0])
    marks: list[Mark] = [
        curve(first, across, name="σ((z[0] − z[1]) / τ)", hue=1),
        line([[gap, 0], [gap, y], [-2 * TOP, y]], dashed=True),
        points([[gap, y]], classes=[-1], texts=[f"z[0] − z[1] = {_number(gap, 1)}: y[0] = {y:.4g}"]),
    ]
    return plot("curve", "two classes: the sigmoid", across, axis("y[0]", 0, 1.05), marks, size=SIZE)


def _reading(names: tuple[str, ...], z: Array, tau: float, label: int, y: Array, dz: Array, loss: float) -> list[str]:
    divided = "" if tau == 1 else f" / τ, τ = {tau:g}"
    lines = [
        f"logits  {_list(z, 1)}",
        f"shares  {_list(y, 3)}   together {y.sum():.3f}",
        f"target  {names[label]}: loss = −log y = {loss:.3f}",
        f"dz = (y − t){divided}:  {_list(dz, 3)}   together {_number(dz.sum(), 3)}",
    ]
    if len(z) == 2:
        lines.append(f"sigmoid of the difference: σ({_number((z[0] - z[1]) / tau, 2)}) = {y[0]:.3f} = y[0]")
    return lines


def _as_it_stands(z: Array) -> list[str]:
    y, trouble = naive(z)
    return [trouble or "no exp overflows", f"shares  {_list(y, 3)}"]


def _number(value: float, digits: int) -> str:
    return f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "−")


def _list(values: Array, digits: int) -> str:
    return "  ".join(_number(value, digits) for value in values)


def _drag(knobs: Knobs, at: list[float], index: int) -> Knobs:
    z = list(knobs["z"])
    z[index] = float(np.clip(at[1], -TOP, TOP))
    return {"z": z}


def _along(knobs: Knobs, at: list[float], index: int) -> Knobs:
    return _drag(knobs, [0.0, at[0]], NAMES.index(knobs["target"]))


def _raised(by: float) -> Action:
    return lambda knobs: {"shift": float(np.clip(knobs["shift"] + by, -FARTHEST, FARTHEST))}


CONTROLS: list[Control] = [
    {"kind": "choice", "name": "classes", "label": "classes", "options": [5, 2]},
    {"kind": "choice", "name": "target", "label": "target", "options": list(NAMES)},
    {"kind": "range", "name": "tau", "label": "temperature τ", "min": 0.2, "max": 5, "step": 0.1},
    {"kind": "button", "action": "hundred", "label": "+100 to all"},
    {"kind": "button", "action": "thousand", "label": "+1000 to all"},
    {"kind": "button", "action": "less", "label": "−1000 to all"},
    {"kind": "button", "action": "restart", "label": "restart"},
]


def softmax_explorer(
    z: tuple[float, ...] = FIVE, target: str = "penguin", tau: float = 1.0, classes: int = 5
) -> Explorer:
    """Lecture 08: scores to drag, their shares, the loss, and where learning would move each score.

    Args:
        z: five scores, −6 to 6.
        target: the class that is true: penguin, building, chair, person or bird.
        tau: the temperature, 0.2 to 5.
        classes: 5, or 2 for the first two alone.

    Raises:
        ValueError: z is not five numbers of that range, tau is out of range, classes is neither; there is no such
            target among the classes.
        TypeError: a number is none.
    """
    if len(z) != len(NAMES):
        raise ValueError(f"z must have {len(NAMES)} scores, one a class, got {len(z)}")
    scores = [real("z", score, -TOP) for score in z]
    if max(scores) > TOP:
        raise ValueError(f"z must be −6 to 6, got {max(scores):g}")
    if not 0.2 <= real("tau", tau) <= 5:
        raise ValueError(f"tau must be 0.2 to 5, got {tau}")
    if classes not in (2, 5):
        raise ValueError(f"classes must be 2 or 5, got {classes}")
    start = {"z": scores, "shift": 0.0, "tau": tau, "target": target, "classes": classes}
    actions: dict[str, Action] = {
        "drag": _drag,
        "along": _along,
        "hundred": _raised(100),
        "thousand": _raised(1000),
        "less": _raised(-1000),
        "restart": lambda knobs: start,
    }
    return Explorer(view, CONTROLS, actions, **start)
