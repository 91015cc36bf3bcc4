"""Lecture 01, the perceptron: what is asked, and the mistakes that are known.

(1.3)   z = w . x + b,  y = +1 if z > 0, else -1
(1.4)   x[1] = -(w[0] / w[1]) x[0] - b / w[1]
(1.5)   margin = min over n of t[n] (w . x[n] + b) / |w|
(1.6)   after a mistake: w + t x, b + t
(1.10)  at most (R / gamma)^2 mistakes
"""

from collections.abc import Callable, Sequence
from operator import mul
from typing import Any

import numpy as np

from cnnlib.checks import Exercise, Inputs, Slip, poll
from cnnlib.checks.cases import LAYOUTS, in_other_layouts, numbers

LECTURE = "01_perceptron"

Array = np.ndarray
Rng = np.random.Generator
Step = Callable[[Array, float, Array, float], tuple[Array, float]]
Learned = tuple[Array, float, list[int]]

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
TABLES = {
    "OR": (CORNERS, numbers(-1, 1, 1, 1)),
    "AND": (CORNERS, numbers(-1, -1, -1, 1)),
    "NAND": (CORNERS, numbers(1, 1, 1, -1)),
    "NOT": (numbers(0, 1)[:, None], numbers(1, -1)),
}
XOR = {"x": CORNERS, "t": numbers(-1, 1, 1, -1)}


# ---------------------------------------------------------------- the unit and its line


def in_layouts(inputs: Inputs) -> list[Inputs]:
    """The same case in other layouts, none of them rounded: targets stay -1 and +1, what is separable stays so."""
    same = in_other_layouts(inputs)
    return [case for case in same if all(np.allclose(case[name], inputs[name], atol=1e-6) for name in inputs)]


def threshold_unit(x: Array, w: Array, b: float) -> Array:
    return np.where(x @ w + b > 0, 1.0, -1.0)


def unit_cases(rng: Rng) -> list[Inputs]:
    return [
        {"x": numbers(3)[None], "w": numbers(2), "b": -5.0},
        {"x": numbers(1, 4)[None], "w": numbers(3, -1), "b": -2.0},
        {"x": np.array([[1.0, 2], [2, 1], [0, 0]]), "w": numbers(3, -1), "b": -2.0},
        {"x": np.array([[0.0, 2, 1], [2, 1, 1]]), "w": numbers(1, -2, 3), "b": 2.0},
        {"x": np.array([[0.5, 0.25], [0.25, 0.5]]), "w": numbers(1, -1), "b": 0.0},
        {"x": np.array([[1, 2, 0], [2, 1, 1]]), "w": np.array([1, -2, 3]), "b": 3},  # the first lies on the line
        *in_other_layouts({"x": rng.normal(size=(9, 4)), "w": rng.normal(size=4), "b": 0.3}),
    ]


UNIT = Exercise(
    name="threshold_unit",
    parts={"y": 1},
    reference=threshold_unit,
    cases=unit_cases,
    features=LAYOUTS
    | {
        "an example on the line": lambda x, w, b: bool((x @ w + b == 0).any()),
        "an example above the line, where +1 is due": lambda x, w, b: bool((x @ w + b > 0).any()),
        "an example below or on the line, where −1 is due": lambda x, w, b: bool((x @ w + b <= 0).any()),
    },
    hints=(
        "Two stages: first a sum for each example, then a decision.",
        "x @ w makes the sums of all examples at once. np.where decides entry by entry.",
        "(1.3)  z[n] = w[0] x[n, 0] + ... + w[D - 1] x[n, D - 1] + b,  y[n] = +1 if z[n] > 0, else -1",
    ),
    after=(("before you start", "−1: only a z above 0 fires"),),
    slips=(
        Slip(
            "np.sign",
            "the sign of z. It is 0 where z is 0, and 0 is neither answer: on the line the unit says −1.",
            lambda x, w, b: np.sign(x @ w + b),
        ),
        Slip(
            ">= for >",
            "+1 on the line, where z = 0. The unit fires only where z is above 0.",
            lambda x, w, b: np.where(x @ w + b >= 0, 1.0, -1.0),
        ),
        Slip(
            "0 for -1",
            "0 where −1 is due. The truth tables' inputs are 0 and 1; the unit's answers are −1 and +1.",
            lambda x, w, b: np.where(x @ w + b > 0, 1.0, 0.0),
        ),
        Slip(
            "bias as a threshold",
            "w · x compared with b. That makes b a threshold; a threshold θ is the bias −θ, and a bias is added.",
            lambda x, w, b: np.where(x @ w > b, 1.0, -1.0),
        ),
        Slip(
            "bias missing",
            "w · x compared with 0. Where does b enter (1.3)?",
            lambda x, w, b: np.where(x @ w > 0, 1.0, -1.0),
        ),
        Slip("not decided", "z itself, not yet the answer +1 or −1.", lambda x, w, b: x @ w + b),
        Slip(
            "reversed",
            "+1 where z is 0 or below. The unit fires above its line.",
            lambda x, w, b: np.where(x @ w + b > 0, -1.0, 1.0),
        ),
        Slip(
            "b for every input",
            "z with b added once for every input. It is added once for every example.",
            lambda x, w, b: np.where((x * w + b).sum(axis=1) > 0, 1.0, -1.0),
        ),
        Slip(
            "last input left out",
            "the sum without the last input. d goes up to D − 1, and range(D) ends there.",
            lambda x, w, b: np.where(x[:, :-1] @ w[:-1] + b > 0, 1.0, -1.0),
        ),
        Slip(
            "sum not set back",
            "a sum that runs on from example to example. Begin anew for each one.",
            lambda x, w, b: np.where(np.cumsum(x @ w) + b > 0, 1.0, -1.0),
        ),
        Slip(
            "first example only",
            "the answer to the first example, and 0 for the others. Does the loop return too early?",
            lambda x, w, b: threshold_unit(x, w, b) * (np.arange(len(x)) == 0),
        ),
    ),
)


def gate_weights(name: str) -> tuple[Array, float]:
    by_hand = {"OR": ([1, 1], -0.5), "AND": ([1, 1], -1.5), "NAND": ([-1, -1], 1.5), "NOT": ([-1], 0.5)}
    w, b = by_hand[name]
    return np.array(w, float), b


def unit_of(answer: Any, shape: tuple[int, ...]) -> tuple[Array, float] | str:
    """The weights and the bias in a student's answer, or what is wrong with it."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        count = f"{len(answer)} results" if isinstance(answer, tuple | list) else f"one {type(answer).__name__}"
        return f"returned {count}, expected two: w, b"
    try:
        w, b = np.asarray(answer[0], float), np.asarray(answer[1], float)
    except (TypeError, ValueError, OverflowError):
        return "w must be an array of numbers, and b a number"
    if w.shape != shape:
        return f"w has the shape {w.shape}, expected {shape}"
    if b.size != 1 or not np.isfinite(w).all() or not np.isfinite(b).all():
        return "b must be one number" if b.size != 1 else "w and b must be finite numbers"
    return w, b.item()


def accept_gate(answer: Any, name: str) -> str:
    x, t = TABLES[name]
    unit = unit_of(answer, x.shape[1:])
    if isinstance(unit, str):
        return unit
    w, b = unit
    for row, due in zip(x, t, strict=True):
        z = row @ w + b
        if (z > 0) != (due > 0):
            at = ", ".join(f"{value:g}" for value in row)
            return f"at x = [{at}] z is {z:g}, so y = {1 if z > 0 else -1:+d}; {name} wants {due:+g}"
    return ""


def gates_but(**wrong: tuple[list[float], float]) -> Callable[[str], tuple[Array, float]]:
    """Right weights for all gates but some."""

    def answer(name: str) -> tuple[Array, float]:
        w, b = wrong.get(name, gate_weights(name))
        return np.array(w, float), b

    return answer


GATES = Exercise(
    name="gate_weights",
    parts={"OR and AND": 1, "NOT and NAND": 1},
    groups={
        "OR and AND": lambda name: name in ("OR", "AND"),
        "NOT and NAND": lambda name: name in ("NOT", "NAND"),
    },
    reference=gate_weights,
    cases=lambda rng: [{"name": name} for name in ("OR", "AND", "NOT", "NAND")],
    accept=accept_gate,
    hints=(
        "Choose w first: which inputs speak for +1, which against? Then b decides how many of them it takes.",
        "With w = (1, 1) the sum w · x counts the ones: 0, 1, 1, 2. Between which two counts must the step lie?",
        "Four signs are asked for. OR: b <= 0, w[1] + b > 0, w[0] + b > 0, w[0] + w[1] + b > 0; the others likewise",
    ),
    after=(("other answers", "any weights with the right four signs count, for example twice or half of yours"),),
    slips=(
        Slip(
            "thresholds for biases",
            "thresholds where biases are due. A threshold θ is the bias −θ.",
            gates_but(OR=([1, 1], 0.5), AND=([1, 1], 1.5), NAND=([-1, -1], -1.5), NOT=([-1], -0.5)),
        ),
        Slip(
            "OR and AND exchanged",
            "OR's unit for AND, and AND's for OR. AND needs both ones, so its line lies further out.",
            gates_but(OR=([1, 1], -1.5), AND=([1, 1], -0.5)),
        ),
        Slip(
            "only the bias turned",
            "AND with only its bias turned round, for NAND. The opposite answer needs the opposite z: turn w as well.",
            gates_but(NAND=([1, 1], 1.5)),
        ),
        Slip(
            "NOT with a positive weight",
            "a unit that copies its input, for NOT. The input must speak against firing: a weight below 0.",
            gates_but(NOT=([1], -0.5)),
        ),
        Slip(
            "NOR for NAND",
            "NOT OR, for NAND. NAND still fires with one 1 among its inputs.",
            gates_but(NAND=([-1, -1], 0.5)),
        ),
    ),
)


def decision_line(w: Array, b: float) -> tuple[float, float]:
    return -w[0] / w[1], -b / w[1]


LINE = Exercise(
    name="decision_line",
    parts={"slope": 1, "intercept": 1},
    reference=decision_line,
    cases=lambda rng: [
        {"w": numbers(1, 2), "b": -4.0},
        {"w": numbers(6, -2), "b": 8.0},
        {"w": np.array([-3, -2]), "b": 5},
        *in_other_layouts({"w": rng.uniform(1, 3, 2) * (-1, 1), "b": 0.7}),
    ],
    features=LAYOUTS,
    hints=(
        "Which points does the line consist of? Write down the equation that they satisfy.",
        "On the line z = 0. Solve w[0] x[0] + w[1] x[1] + b = 0 for x[1].",
        "(1.4)  x[1] = slope x[0] + intercept,  slope = -w[0] / w[1],  intercept = -b / w[1]",
    ),
    after=(("before you start", "(0, 2): with x[0] = 0, 2 x[1] − 4 must be 0"),),
    slips=(
        Slip(
            "sign lost",
            "the line with its signs lost. Bringing a term to the other side of = turns its sign.",
            lambda w, b: (w[0] / w[1], b / w[1]),
        ),
        Slip(
            "upside down",
            "the line solved for x[0]. Height is x[1] here: divide by w[1].",
            lambda w, b: (-w[1] / w[0], -b / w[0]),
        ),
        Slip(
            "direction of w",
            "the slope of the arrow w. The line is perpendicular to that arrow.",
            lambda w, b: (w[1] / w[0], -b / w[1]),
        ),
        Slip(
            "not divided",
            "−w[0] and −b, not yet divided by w[1]. On the line, w[1] x[1] = −w[0] x[0] − b.",
            lambda w, b: (-w[0], -b),
        ),
        Slip(
            "exchanged",
            "the intercept and the slope, exchanged. The slope comes first.",
            lambda w, b: (-b / w[1], -w[0] / w[1]),
        ),
    ),
)


def margin(x: Array, t: Array, w: Array, b: float) -> float:
    return (t * (x @ w + b)).min() / np.sqrt(w @ w)


def margin_cases(rng: Rng) -> list[Inputs]:
    random = {"x": rng.normal(size=(8, 3)), "t": numbers(1, -1, 1, 1, -1, -1, 1, -1), "w": rng.normal(size=3), "b": 0.4}
    return [
        {"x": numbers(2, 1)[None], "t": numbers(1), "w": numbers(3, 4), "b": -5.0},
        {"x": np.array([[5.0, 5], [1, 2], [-1, 3]]), "t": numbers(1, 1, -1), "w": numbers(3, 4), "b": -5.0},
        {"x": np.array([[4.0, 3], [3, 1], [0, 1]]), "t": numbers(1, 1, -1), "w": numbers(4, -3), "b": -2.0},
        {"x": np.array([[4, 3, 1], [0, 1, 0]]), "t": np.array([1, -1]), "w": np.array([1, 2, 2]), "b": -5},
        *in_layouts(random),
    ]


MARGIN = Exercise(
    name="margin",
    parts={"margin": 2},
    reference=margin,
    cases=margin_cases,
    features=LAYOUTS | {"an example on the wrong side": lambda x, t, w, b: bool((t * (x @ w + b) <= 0).any())},
    hints=(
        "First a distance for every example, then the smallest of them.",
        "z divided by the length of w is the distance, with a sign. Times t it is above 0 on the right side.",
        "(1.5)  margin = min over n of t[n] (w · x[n] + b) / sqrt(w[0]^2 + ... + w[D - 1]^2)",
    ),
    after=(("before you start", "it stays: z and |w| both double"),),
    slips=(
        Slip(
            "not divided by |w|",
            "the smallest t z. That doubles when w and b do, but the line does not move: divide by the length of w.",
            lambda x, t, w, b: (t * (x @ w + b)).min(),
        ),
        Slip(
            "targets left out",
            "the smallest z / |w|. For an example of class −1 the right side is the other one: t turns its sign.",
            lambda x, t, w, b: (x @ w + b).min() / np.sqrt(w @ w),
        ),
        Slip(
            "distance without a sign",
            "the smallest distance, on whichever side. An example on the wrong side must count as negative.",
            lambda x, t, w, b: np.abs(x @ w + b).min() / np.sqrt(w @ w),
        ),
        Slip(
            "divided by w . w",
            "t z divided by the square of the length. The length is a root.",
            lambda x, t, w, b: (t * (x @ w + b)).min() / (w @ w),
        ),
        Slip(
            "b counted into the length",
            "t z divided by the length of w and b together. Distances from the line in the plane need w only; "
            "the bound on mistakes is another matter.",
            lambda x, t, w, b: (t * (x @ w + b)).min() / np.sqrt(w @ w + b * b),
        ),
        Slip(
            "mean for min",
            "the mean over the examples. The margin is what the worst one has.",
            lambda x, t, w, b: (t * (x @ w + b)).mean() / np.sqrt(w @ w),
        ),
        Slip(
            "bias left out",
            "distances from a line through 0. Where is b?",
            lambda x, t, w, b: (t * (x @ w)).min() / np.sqrt(w @ w),
        ),
        Slip(
            "largest for smallest",
            "the largest distance, not the smallest. The margin is what the worst example has.",
            lambda x, t, w, b: (t * (x @ w + b)).max() / np.sqrt(w @ w),
        ),
        Slip(
            "nearest example",
            "the distance, with its sign, of the example nearest to the line. One further beyond it is worse.",
            lambda x, t, w, b: min(t * (x @ w + b), key=abs) / np.sqrt(w @ w),
        ),
        Slip(
            "b not times t",
            "t times w · x, and b added afterwards. t belongs to all of z, so to b as well.",
            lambda x, t, w, b: (t * (x @ w) + b).min() / np.sqrt(w @ w),
        ),
        Slip(
            "sum of sizes",
            "t z divided by the sum of the weights' sizes. The length |w| is the root of the sum of their squares.",
            lambda x, t, w, b: (t * (x @ w + b)).min() / np.abs(w).sum(),
        ),
    ),
)


# ---------------------------------------------------------------- learning


def perceptron_step(w: Array, b: float, x: Array, t: float) -> tuple[Array, float]:
    y = 1 if w @ x + b > 0 else -1
    if y != t:
        w, b = w + t * x, b + t
    return w, b


def rule(
    mistaken: Callable[[Any, Any], Any] = lambda z, t: (1 if z > 0 else -1) != t,
    pull: Callable[[Any], Any] = lambda t: t,
    bias: Callable[[Any], Any] = lambda t: t,
) -> Step:
    """The learning rule, with one thing or another changed: when it moves, how far, and what happens to b."""

    def step(w: Array, b: float, x: Array, t: float) -> tuple[Array, float]:
        if not mistaken(w @ x + b, t):
            return w, b
        return w + pull(t) * x, b + bias(pull(t))

    return step


# The faults of single steps, for this exercise, for training with them, and for the bug hunt.
UPHILL = rule(pull=lambda t: -t)
BIAS_STILL = rule(bias=lambda t: 0)
ALWAYS = rule(mistaken=lambda z, t: True)
ZERO_ONE = rule(pull=lambda t: (t + 1) / 2)
ON_THE_LINE = rule(mistaken=lambda z, t: z * t <= 0)
BEYOND_THE_LINE = rule(mistaken=lambda z, t: z * t < 0)


def until_right(w: Array, b: float, x: Array, t: float) -> tuple[Array, float]:
    while (1 if w @ x + b > 0 else -1) != t:
        w, b = w + t * x, b + t
    return w, b


def step_cases(rng: Rng) -> list[Inputs]:
    def case(w: list[float], b: float, x: list[float], t: float, dtype: type = float) -> Inputs:
        return {"w": np.array(w, dtype), "b": b, "x": np.array(x, dtype), "t": t}

    w, x = rng.normal(size=5), rng.normal(size=5)
    t = -1.0 if w @ x > 0 else 1.0
    return [
        case([1], 0.0, [3], -1.0),
        case([4, 3], 5.0, [1, -1], -1.0),  # still wrong after the step: z goes from 6 to 3
        case([2, 1], -12.0, [3, 4], 1.0),
        case([2, 1], -6.0, [3, 4], -1.0),
        case([0, 0], 0.0, [2, 5], 1.0),
        case([0, 0], 0.0, [2, 5], -1.0),
        case([1, -2, 3], 4.0, [4, 5, 1], 1.0, int),
        case([1, -2, 3], 2.0, [4, 1, 1], -1.0, int),
        case([1, -2], -3.0, [4, 5], -1.0),
        *(case([1, -1], b, [1.5, 2], t) for b in (-0.25, 0.75) for t in (-1.0, 1.0)),  # z is -0.75 or 0.25
        *in_other_layouts({"w": w, "b": -0.25 * t, "x": x, "t": t}),
    ]


STEP = Exercise(
    name="perceptron_step",
    parts={"w": 1, "b": 1},
    reference=perceptron_step,
    cases=step_cases,
    codes=("t",),
    features=LAYOUTS | {"an example on the line": lambda w, b, x, t: bool(w @ x + b == 0)},
    hints=(
        "Ask the unit first. If its answer is t, hand back what you were given.",
        "After a mistake t (w · x + b) should grow. What must be added to w, and what to b?",
        "(1.6)  if y is not t:  w + t x,  b + t.  Otherwise w and b as they were",
    ),
    after=(("before you start", "nothing moves: only a mistake does that"),),
    slips=(
        Slip(
            "wrong way",
            "the step away from what is due. After a mistake t (w · x + b) must have grown: add t x.",
            UPHILL,
        ),
        Slip("bias still", "the old b. It is a weight too, on a constant input 1, and moves by t.", BIAS_STILL),
        Slip("always", "a step for every example. Where the unit is right, nothing moves.", ALWAYS),
        Slip(
            "twice as far",
            "a step of double length. t − y is 2 or −2 after a mistake; the step is t.",
            rule(pull=lambda t: 2 * t),
        ),
        Slip(
            "class -1 does not move it",
            "no step for examples with t = −1. That comes of taking 0 for their target: 0 times x moves nothing.",
            ZERO_ONE,
        ),
        Slip(
            "a mistake only beyond the line",
            "no step for an example of class +1 on the line. There z = 0, so the unit says −1; with w = 0 and b = 0 "
            "it would never start.",
            BEYOND_THE_LINE,
        ),
        Slip(
            "on the line is wrong",
            "a step for an example of class −1 on the line. There z = 0, so the unit says −1, and it is right.",
            ON_THE_LINE,
        ),
        Slip(
            "when it is right",
            "a step where the unit is right, and none where it is wrong. Learn from mistakes.",
            rule(mistaken=lambda z, t: (1 if z > 0 else -1) == t),
        ),
        Slip(
            "x forgotten",
            "w + t, the same step for every weight. Each weight moves by t times its own input.",
            lambda w, b, x, t: (w + (perceptron_step(w, b, x, t)[1] - b), perceptron_step(w, b, x, t)[1]),
        ),
        Slip(
            "t forgotten",
            "x and 1 added after every mistake, whatever t is. For t = −1 they must be taken off.",
            rule(pull=lambda t: 1.0),
        ),
        Slip(
            "until it is right",
            "steps for one example until it is right. One mistake is one step; the next pass will bring the next.",
            until_right,
        ),
        Slip(
            "decided without b",
            "a decision by w · x alone, whether it is a mistake. The unit's answer depends on b as well.",
            lambda w, b, x, t: (w + t * x, b + t) if (1 if w @ x > 0 else -1) != t else (w, b),
        ),
        Slip(
            "z for the answer",
            "a step of t − z. The step is t after a mistake, however far off z was.",
            lambda w, b, x, t: (w + (t - (w @ x + b)) * x, b + t - (w @ x + b)),
        ),
    ),
)


def train_perceptron(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        count = 0
        for n in range(len(x)):
            if (1 if w @ x[n] + b > 0 else -1) != t[n]:
                w, b = w + t[n] * x[n], b + t[n]
                count += 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


def trainer(step: Step = perceptron_step, *, passes: int = 0, stops: bool = True, anew: bool = False) -> Any:
    """Training, with another step, with too few or too many passes, or begun anew in every pass."""

    def train(x: Array, t: Array, epochs: int) -> Learned:
        w, b, mistakes = np.zeros(x.shape[1]), 0.0, list[int]()
        for _ in range(passes or epochs):
            if anew:
                w, b = np.zeros(x.shape[1]), 0.0
            mistakes.append(0)
            for n in range(len(x)):
                mistakes[-1] += bool((1 if w @ x[n] + b > 0 else -1) != t[n])
                w, b = step(w, b, x[n], t[n])
            if stops and not mistakes[-1]:
                break
        return w, b, mistakes

    return train


def trainer_of(step: Step) -> Any:
    """Training that counts as a mistake whatever moves its step."""

    def train(x: Array, t: Array, epochs: int) -> Learned:
        w, b, mistakes = np.zeros(x.shape[1]), 0.0, list[int]()
        for _ in range(epochs):
            mistakes.append(0)
            for n in range(len(x)):
                before = b
                w, b = step(w, b, x[n], t[n])
                mistakes[-1] += round(abs(b - before))
            if not mistakes[-1]:
                break
        return w, b, mistakes

    return train


def train_together(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        mistakes.append(int((threshold_unit(x, w, b) != t).sum()))
        if not mistakes[-1]:
            break
        w, b = w + t @ x, b + t.sum()
    return w, b, mistakes


def train_in_batches(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = threshold_unit(x, w, b) != t
        mistakes.append(int(wrong.sum()))
        if not mistakes[-1]:
            break
        w, b = w + t[wrong] @ x[wrong], b + t[wrong].sum()
    return w, b, mistakes


def train_to_the_first_mistake(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = np.flatnonzero(threshold_unit(x, w, b) != t)
        mistakes.append(min(len(wrong), 1))
        if not mistakes[-1]:
            break
        w, b = w + t[wrong[0]] * x[wrong[0]], b + t[wrong[0]]
    return w, b, mistakes


def train_counting_on(x: Array, t: Array, epochs: int) -> Learned:
    w, b, mistakes = trainer(stops=False)(x, t, epochs)
    return w, b, np.cumsum(mistakes).tolist()


def fair(x: Array, t: Array, epochs: int) -> bool:
    """Is there a line, and are there so many passes that the rule finds it in any order of the examples?"""
    return 8 * len(train_perceptron(x, t, epochs)[2]) <= epochs


def seen(unit: tuple[float, ...], r: tuple[float, ...], t: float, made: int) -> tuple[tuple[float, ...], int]:
    """The unit and the count of mistakes, once it has seen example r = (x, 1)."""
    if (sum(map(mul, unit, r)) > 0) == (t > 0):
        return unit, made
    return tuple(weight + t * value for weight, value in zip(unit, r, strict=True)), made + 1


def reachable(x: Array, t: Array, counts: Sequence[int], w: Array, b: float) -> bool:
    """Is there an order of the examples in each pass that makes so many mistakes and ends at w, b?"""
    rows = [(*row, 1.0) for row in x.tolist()]
    units = {(0.0,) * len(rows[0])}
    for count in counts:
        states = {(unit, 0, frozenset(range(len(x)))) for unit in units}  # unit, mistakes so far, examples to come
        for _ in rows:
            states = {
                after
                for unit, made, left in states
                for n in left
                if (after := (*seen(unit, rows[n], t[n].item(), made), left - {n}))[1] <= count
            }
        units = {unit for unit, made, _ in states if made == count}
    return any(np.allclose(unit, (*w, b)) for unit in units)


def accept_training(answer: Any, x: Array, t: Array, epochs: int) -> str:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        count = f"{len(answer)} results" if isinstance(answer, tuple | list) else f"one {type(answer).__name__}"
        return f"returned {count}, expected three: w, b, mistakes"
    unit = unit_of(answer[:2], x.shape[1:])
    if isinstance(unit, str):
        return unit
    counts = answer[2].tolist() if isinstance(answer[2], np.ndarray) else answer[2]
    if not isinstance(counts, list | tuple) or not all(isinstance(k, int | np.integer) and k >= 0 for k in counts):
        return "mistakes must be a list of whole numbers, one for each pass"
    (w, b), passes = unit, len(counts)
    if not 1 <= passes <= epochs:
        return f"mistakes tells of {passes} passes; expected 1 to {epochs}, one entry a pass"
    if 0 in counts[:-1]:
        return f"mistakes[{list(counts).index(0)}] is 0: that is where it should stop, not after {passes} passes"
    wrong = np.flatnonzero(threshold_unit(x, w, b) != t)
    at = f"example {wrong[0]}, x = {x[wrong[0]]}, is still wrong" if len(wrong) else ""
    if counts[-1] == 0 and at:
        return f"the last pass counts no mistake, but {at}"
    if counts[-1] > 0 and passes < epochs:
        return f"it stopped after {passes} of {epochs} passes, though the last one counts {counts[-1]} mistakes"
    if at and fair(x, t, epochs):
        return f"a line separates these examples, but after {passes} passes {at}"
    total = sum(counts)
    if abs(b) > total or (total - b) % 2:
        return f"each mistake moves b by +1 or −1, from 0; {total} mistakes cannot make it {b:g}"
    if max(counts) > len(x):
        return f"mistakes[{list(counts).index(max(counts))}] is {max(counts)}, but a pass has {len(x)} examples"
    if len(x) <= FEW and total <= MANY and not reachable(x, t, counts, w, b):
        return "in whatever order the examples come, (1.6) makes other mistakes, or ends at other w and b"
    return ""


FEW, MANY = 4, 30  # examples and mistakes, of which all orders can be tried


def train_cases(rng: Rng) -> list[Inputs]:
    points = rng.normal(size=(10, 2))
    t = np.where(points @ [0.6, 0.8] > 0, 1.0, -1.0)
    apart = points + 1.2 * t[:, None] * [0.6, 0.8]
    t[0], apart[0], t[1], apart[1] = 1.0, (1.0, 2.0), -1.0, (-1.0, -2.0)  # so that both classes occur
    return [
        {"x": TABLES["NOT"][0], "t": TABLES["NOT"][1], "epochs": 40},
        {"x": np.array([[1.0, 2], [2, 1]]), "t": numbers(-1, -1), "epochs": 40},  # right from the start, on the line
        {"x": np.array([[1.0, 2], [2, 1], [1, 1]]), "t": numbers(1, 1, 1), "epochs": 40},  # one mistake mends all
        {"x": np.array([[3.0], [1]]), "t": numbers(1, -1), "epochs": 60},  # one step is not enough for x = 1
        *({"x": TABLES[name][0], "t": TABLES[name][1], "epochs": 50} for name in ("OR", "AND", "NAND")),
        {"x": CORNERS.astype(int), "t": np.array([1, -1, -1, -1]), "epochs": 50},
        {"x": np.array([[1.0, 2, 0], [0, 1, 3], [2, 0, 1]]), "t": numbers(1, -1, -1), "epochs": 60},
        XOR | {"epochs": 1},
        XOR | {"epochs": 7},
        {"x": np.array([[1.0], [2], [3]]), "t": numbers(1, -1, 1), "epochs": 6},
        *in_layouts({"x": apart + np.array([2, 1]), "t": t, "epochs": 60}),
    ]


TRAIN = Exercise(
    name="train_perceptron",
    parts={"settles": 2, "gives up": 1},
    groups={"settles": fair, "gives up": lambda x, t, epochs: not fair(x, t, epochs)},
    reference=train_perceptron,
    cases=train_cases,
    accept=accept_training,
    codes=("t",),
    features=LAYOUTS,
    hints=(
        "Two loops: over the passes, and inside over the examples. What must be set to 0 where?",
        "w and b start at 0 before the first pass. The count of mistakes starts at 0 in every pass.",
        "at most `epochs` times:  count = 0;  for each n: a mistake adds t[n] x[n] to w, t[n] to b, 1 to count;  "
        "append count;  stop if it is 0",
    ),
    after=(("before you start", "only if every target is −1: the unit that starts from 0 says −1 to all"),),
    slips=(
        Slip(
            "one pass",
            "the result of one pass. A later example may spoil an earlier one: go on until a pass makes no mistake.",
            trainer(passes=1),
        ),
        Slip(
            "never stops early",
            "all the passes, also after one without a mistake. Nothing can change any more: stop there.",
            trainer(stops=False),
        ),
        Slip(
            "anew in every pass",
            "a start from zeros in every pass, which forgets what the last one learned. Set w and b to 0 once.",
            trainer(anew=True),
        ),
        Slip(
            "bias still",
            "training in which b stays 0. All such lines go through the origin.",
            trainer(BIAS_STILL),
        ),
        Slip(
            "class -1 does not move it",
            "training in which examples with t = −1 move nothing. Is 0 taken for their target?",
            trainer(ZERO_ONE),
        ),
        Slip("wrong way", "training in which every mistake pushes the line the wrong way.", trainer(UPHILL)),
        Slip(
            "every example moves it",
            "training in which right examples move the line, too. Only mistakes count.",
            trainer(ALWAYS),
        ),
        Slip(
            "all examples at once",
            "all examples added up at once, t @ x, in each pass. Only mistakes count, and each is seen by the unit "
            "that the one before has left behind.",
            train_together,
        ),
        Slip(
            "mistakes added up at once",
            "all mistakes of a pass judged by one unit, and added up at its end. Step at each mistake: the next "
            "example is judged by the unit that this step has left behind.",
            train_in_batches,
        ),
        Slip(
            "first mistake ends the pass",
            "passes that end at their first mistake. A pass goes through all examples.",
            train_to_the_first_mistake,
        ),
        Slip(
            "steps until it is right",
            "steps for one example until it is right. One mistake is one step; then comes the next example.",
            trainer_of(until_right),
        ),
        Slip(
            "on the line is wrong",
            "training in which examples of class −1 on the line count as mistakes. There z = 0, the unit says −1, and "
            "it is right.",
            trainer_of(ON_THE_LINE),
        ),
        Slip(
            "a mistake only beyond the line",
            "training in which examples of class +1 on the line count as right. There z = 0, and the unit says −1. "
            "At w = 0, b = 0 all examples are on it.",
            trainer_of(BEYOND_THE_LINE),
        ),
        Slip(
            "count never set back",
            "counts that run on from pass to pass. Set the count to 0 at the start of each pass.",
            train_counting_on,
        ),
    ),
)


def mistake_bound(x: Array, t: Array, w: Array, b: float) -> float:
    gamma = (t * (x @ w + b)).min() / np.sqrt(w @ w + b * b)
    return ((x * x).sum(axis=1).max() + 1) / gamma**2


def bound_cases(rng: Rng) -> list[Inputs]:
    w, b = rng.uniform(1, 2, 3), 0.5
    x = rng.normal(size=(7, 3))
    z = x @ w + b
    x += (np.sign(z) * (0.2 + rng.random(7)) / (w @ w))[:, None] * w  # away from the line
    t = np.sign(x @ w + b)
    return [
        {"x": numbers(2)[None], "t": numbers(1), "w": numbers(3), "b": -4.0},
        {"x": CORNERS, "t": TABLES["OR"][1], "w": numbers(2, 2), "b": -1.0},
        {"x": np.array([[3.0, 1], [1, 2], [0, -2]]), "t": numbers(1, 1, -1), "w": numbers(1, 2), "b": -2.0},
        {"x": np.array([[3, 1, 1], [0, -2, 1]]), "t": np.array([1, -1]), "w": np.array([2, 1, 2]), "b": -4},
        *in_layouts({"x": x, "t": t, "w": w, "b": b}),
    ]


def bound_of(radius: Callable[[Array], Any], gamma: Callable[[Array, Array, float], Any]) -> Any:
    return lambda x, t, w, b: radius((x * x).sum(1)) / gamma(t * (x @ w + b), w, b) ** 2


BOUND = Exercise(
    name="mistake_bound",
    parts={"bound": 2},
    reference=mistake_bound,
    cases=bound_cases,
    features=LAYOUTS,
    hints=(
        "R comes from the longest example, γ from the worst one. Both count the constant 1 as an input.",
        "R^2 is the largest x · x, plus 1. γ is your margin, but divided by the length of w and b together.",
        "(1.10)  R^2 = max over n of x[n] · x[n] + 1,  γ = min over n of t[n] (w · x[n] + b) / sqrt(w · w + b^2)",
    ),
    after=(("before you start", "the bound falls to a quarter"),),
    slips=(
        Slip(
            "constant 1 forgotten in R",
            "R without the constant input. Each example has a 1 appended, which is what makes b a weight: add 1.",
            bound_of(lambda s: s.max(), lambda m, w, b: m.min() / np.sqrt(w @ w + b * b)),
        ),
        Slip(
            "b forgotten in gamma",
            "γ divided by the length of w alone. With the constant input, b is a weight: its square counts too.",
            bound_of(lambda s: s.max() + 1, lambda m, w, b: m.min() / np.sqrt(w @ w)),
        ),
        Slip(
            "constant 1 and b forgotten",
            "the bound for lines through the origin. Append the constant 1 to the examples, and b to the weights.",
            bound_of(lambda s: s.max(), lambda m, w, b: m.min() / np.sqrt(w @ w)),
        ),
        Slip(
            "not squared",
            "R / γ. The bound is its square.",
            lambda x, t, w, b: np.sqrt(mistake_bound(x, t, w, b)),
        ),
        Slip(
            "not divided by a length",
            "γ not divided by the length of (w, b). Then twice the weights would give a quarter of the bound.",
            bound_of(lambda s: s.max() + 1, lambda m, w, b: m.min()),
        ),
        Slip(
            "shortest example for R",
            "R from the shortest example. It must hold for all of them: take the longest.",
            bound_of(lambda s: s.min() + 1, lambda m, w, b: m.min() / np.sqrt(w @ w + b * b)),
        ),
        Slip(
            "largest margin",
            "γ from the example that lies furthest from the line. Take the one that lies nearest.",
            bound_of(lambda s: s.max() + 1, lambda m, w, b: m.max() / np.sqrt(w @ w + b * b)),
        ),
        Slip(
            "b counted twice",
            "γ in which b counts twice. With the constant 1 it is one of the weights: your margin's own b is 0.",
            lambda x, t, w, b: ((x * x).sum(1).max() + 1) * (w @ w + b * b) / (t * (x @ w + 2 * b)).min() ** 2,
        ),
        Slip(
            "all lengths for R",
            "R from all examples together, as np.linalg.norm(r) of the whole array gives it. Take the longest row.",
            bound_of(lambda s: (s + 1).sum(), lambda m, w, b: m.min() / np.sqrt(w @ w + b * b)),
        ),
        Slip(
            "only R squared",
            "R² / γ. γ is squared, too.",
            lambda x, t, w, b: ((x * x).sum(1).max() + 1) * np.sqrt(w @ w + b * b) / (t * (x @ w + b)).min(),
        ),
        Slip(
            "worst single example",
            "the largest ratio |r| / (t g · r) of one example. R and γ may come from two different examples.",
            lambda x, t, w, b: (((x * x).sum(1) + 1) * (w @ w + b * b) / (x @ w + b) ** 2).max(),
        ),
        Slip("upside down", "(γ / R)². The bound is (R / γ)².", lambda x, t, w, b: 1 / mistake_bound(x, t, w, b)),
    ),
)


# ---------------------------------------------------------------- digits


def tell_apart(yes: Array, no: Array) -> tuple[Array, float]:
    x = np.concatenate([yes, no]).reshape(len(yes) + len(no), -1)
    t = np.concatenate([np.ones(len(yes)), -np.ones(len(no))])
    w, bias, _ = train_perceptron(x, t, 1000)
    return w.reshape(yes.shape[1:]), bias


def accept_pictures(answer: Any, yes: Array, no: Array) -> str:
    unit = unit_of(answer, yes.shape[1:])
    if isinstance(unit, str):
        return f"{unit}, that of a picture" if "shape" in unit else unit
    w, bias = unit
    for name, pictures, due in (("yes", yes, 1), ("no", no, -1)):
        z = (pictures * w).sum(axis=(1, 2)) + bias
        wrong = np.flatnonzero((z > 0) != (due > 0))
        if len(wrong):
            n = wrong[0]
            return f"{name}[{n}] gets z = {z[n]:g}, so y = {-due:+d}; the pictures in {name} are due {due:+d}"
    return ""


def picture_cases(rng: Rng) -> list[Inputs]:
    return [
        {"yes": np.array([[[2.0, 2]]]), "no": np.array([[[1.0, 1]]])},
        {"yes": np.array([[[-0.5, 1]]]), "no": np.array([[[1.0, 0]]])},
        {
            "yes": np.array([[[1.0, -1, 1], [1, 1, -1]]]),
            "no": np.array([[[-1.0, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 1, 1]]]),
        },
        {
            "yes": np.array([[[1.0], [1], [0]]]),
            "no": np.array([[[-1.0], [-1], [1]], [[1], [-1], [0]], [[0], [0], [1]]]),
        },
        {"yes": np.array([[[1.0, -2]], [[1, 6]]]), "no": np.array([[[-1.0, 2]], [[-1, -6]]])},
        *in_other_layouts({"yes": rng.normal(size=(3, 3, 4)), "no": rng.normal(size=(5, 3, 4))}),
    ]


def from_means(yes: Array, no: Array, halfway: bool) -> tuple[Array, float]:
    w = yes.mean(0) - no.mean(0)
    return w, -float((w * (yes.mean(0) + no.mean(0))).sum() / 2) * halfway


TELL_APART = Exercise(
    name="tell_apart",
    parts={"unit": 3},
    reference=tell_apart,
    cases=picture_cases,
    accept=accept_pictures,
    features=LAYOUTS,
    hints=(
        "Your unit takes rows of numbers. What turns a picture into a row, and the weights back into a picture?",
        "Lay each picture out as a row, with reshape. The pictures in yes get t = +1, those in no get −1. Then train.",
        "x = all pictures as rows (A + B, H W);  t = A times +1, B times −1;  train;  w.reshape(H, W) and the bias",
    ),
    after=(("before you start", "a weight for each pixel: H · W of them"),),
    slips=(
        Slip(
            "exchanged",
            "the unit that fires for no and not for yes. The pictures in yes are class +1.",
            lambda yes, no: tell_apart(no, yes),
        ),
        Slip(
            "still a row",
            "the right weights, but in a row. Give them the shape of a picture.",
            lambda yes, no: (tell_apart(yes, no)[0].ravel(), tell_apart(yes, no)[1]),
        ),
        Slip(
            "one pass",
            "the unit after one pass. Go on until a pass makes no mistake.",
            lambda yes, no: _trained(yes, no, trainer(passes=1)),
        ),
        Slip(
            "bias still",
            "a unit whose bias stayed 0. Train it as well.",
            lambda yes, no: _trained(yes, no, trainer(BIAS_STILL)),
        ),
        Slip(
            "laid back as if it were square",
            "the weights laid back in other rows than the pictures have: H and W are not the root of H · W.",
            lambda yes, no: (tell_apart(yes, no)[0].reshape(int(np.sqrt(yes[0].size)), -1), tell_apart(yes, no)[1]),
        ),
        Slip(
            "pairs only",
            "a unit trained on as many pictures of the larger pile as the smaller one has, as zip leaves them.",
            lambda yes, no: tell_apart(yes[: len(no)], no[: len(yes)]),
        ),
        Slip(
            "difference of the means",
            "the mean of yes minus the mean of no, with bias 0. Some pictures of each kind can be nearer to the other "
            "kind's mean; learn from the mistakes instead.",
            lambda yes, no: from_means(yes, no, halfway=False),
        ),
        Slip(
            "nearest mean",
            "the line halfway between the two means. Some pictures of each kind can be nearer to the other kind's "
            "mean; learn from the mistakes instead.",
            lambda yes, no: from_means(yes, no, halfway=True),
        ),
    ),
)


def _trained(yes: Array, no: Array, train: Any) -> tuple[Array, float]:
    x = np.concatenate([yes, no]).reshape(len(yes) + len(no), -1)
    w, bias, _ = train(x, np.repeat([1.0, -1.0], (len(yes), len(no))), 1000)
    return w.reshape(yes.shape[1:]), bias


# ---------------------------------------------------------------- polls


def faulty_runs() -> dict[str, list[tuple[Array, float]]]:
    """Three faulty programs learn AND, from 0, the rows of its table in order: (w, b) after each of eight steps."""
    (x, t), runs = TABLES["AND"], dict[str, list[tuple[Array, float]]]()
    for name, step in (("Ida", ZERO_ONE), ("Lea", BIAS_STILL), ("Max", ALWAYS)):
        w, b, runs[name] = np.zeros(2), 0.0, []
        for n in (*range(4), *range(4)):
            w, b = step(w, b, x[n], t[n])
            runs[name].append((w, b))
    return runs


POLL_BUG = poll(
    "poll_perceptron_bug",
    points=2,
    options={
        "A": (True, "after step 3 the unit says +1 to every row, so rows 0 to 2 are mistakes, and nothing moves."),
        "B": (False, "the one step that it takes, for row 3, does what (1.6) says: + x and + 1."),
        "C": (True, "w moves in steps 3, 5, 6 and 7; b stays 0 in all of them."),
        "D": (False, "in step 4 the unit is right, z = 0 and t = −1, and nothing moves."),
        "E": (True, "in step 0 z = 0, so the unit says −1 and is right; yet b moves."),
        "F": (False, "in step 3 t is +1, and (1, 1) is added to w, as (1.6) says."),
    },
    hints=(
        "Work out the first pass of a right program on paper, then lay each list beside it.",
        "In every line ask: was the unit right before this step? Then nothing may move. Was it wrong? Then what must?",
        "(1.6)  z = w · x + b of the line before;  mistake: w + t x, b + t;  no mistake: as before",
    ),
)

QUIZ = np.zeros((8, 8))
QUIZ[4:, 2:6] = 1.0
QUIZ[5:7, 3:5] = -1.0

POLL_DETECTS = poll(
    "poll_unit_detects",
    options={
        "A": (True, "ink on the ring and paper inside is what agrees with all 16 weights that are not 0."),
        "B": (False, "ink inside the ring counts against it: z is 12 − 4 = 8, and 16 for ink on the ring alone."),
        "C": (True, "the weights up there are 0, so z does not change."),
        "D": (False, "both have a small loop at the bottom; what tells them apart is above, where the weights are 0."),
    },
    hints=(
        "Ink is +1, paper is −1. Which pixel values make every product positive?",
        "The largest z comes from the picture that has the sign of the weight everywhere. What does it look like?",
        "z = sum over all pixels of w[u, v] x[u, v]: a weight of 0 adds nothing, whatever the pixel is",
    ),
)

POLL_XOR = poll(
    "poll_xor",
    options={
        "A": (True, "add their left sides and their right sides."),
        "B": (True, "both are at most 0, so their sum is."),
        "C": (True, "leave out any one row, and a line separates the other three."),
        "D": (False, "A and B follow from the signs alone, however large w[0], w[1] and b are."),
        "E": (False, "then the second and third sum to at least 0, the others to less than 0: the same contradiction."),
    },
    hints=(
        "Add inequalities that point the same way.",
        "The middle two say what is above 0, the outer two what is not. What is the sum of each pair?",
        "(w[1] + b) + (w[0] + b) = w[0] + w[1] + 2 b = b + (w[0] + w[1] + b)",
    ),
)

EXERCISES = (
    UNIT,
    POLL_DETECTS,
    GATES,
    LINE,
    MARGIN,
    STEP,
    TRAIN,
    POLL_BUG,
    BOUND,
    POLL_XOR,
    TELL_APART,
)
