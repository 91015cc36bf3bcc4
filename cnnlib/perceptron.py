"""The perceptron: one linear threshold unit, the rule by which it learns, and the bound on its mistakes."""

from typing import NamedTuple

import numpy as np

from cnnlib.activations import step
from cnnlib.arguments import Array, floats, positive, real, same_dtype, shaped, whole


class Learned(NamedTuple):
    """What `train_perceptron` returns.

    Attributes:
        w, b: the unit, (D,) and a number.
        mistakes: how many in each pass over the examples.
        path: w and b before the first mistake and after each: sum(mistakes) + 1 lines, the last one (w, b).
        missed: which example each mistake was made on.
    """

    w: Array
    b: float
    mistakes: list[int]
    path: list[tuple[Array, float]]
    missed: list[int]


def threshold_unit(x: Array, w: Array, b: float) -> Array:
    """Decide on which side of a line each example lies.

    Args:
        x: examples (N, D).
        w: weights (D,).
        b: bias; a threshold T is the bias -T, or a weight w_0 = -T on a constant input 1.

    Returns:
        y: (N,), +1 where w . x + b > 0, else -1.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; b is not a number.
        ValueError: shapes do not match.

    Source: Arora, Neural Networks, "Simple network (AND)".
    """
    x, w = _examples(x, w)
    return step(x @ w + x.dtype.type(real("b", b)))


def perceptron_step(w: Array, b: float, x: Array, t: float, rate: float = 1.0) -> tuple[Array, float]:
    """Learn from one example: nothing where the unit is right, else move the line towards it.

    Args:
        w: weights (D,).
        b: bias.
        x: one example (D,).
        t: its target, -1 or +1.
        rate: size of the step, above 0.

    Returns:
        w, b: the new ones, w + η t x and b + η t with the rate η if the unit was wrong; the old ones if it was right.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; b, t or rate is not a number.
        ValueError: shapes do not match; t is neither -1 nor +1; rate is not above 0.

    Source: Arora, Neural Networks, "Training Algorithms".
    """
    x = floats("x", x, "D")
    examples, w = _examples(x[None], w)
    return _moved(w, real("b", b), examples[0], _target(real("t", t)), positive("rate", rate))


def train_perceptron(x: Array, t: Array, *, rate: float = 1.0, epochs: int = 100, seed: int = 0) -> Learned:
    """Show the examples in random order, again and again, until one pass brings no mistake or patience ends.

    Args:
        x: examples (N, D).
        t: targets (N,), -1 or +1.
        rate: size of the steps, above 0.
        epochs: the most passes over all examples.
        seed: fixes the order.

    Returns:
        What was learned, and the way there, see Learned. The mistakes of the last pass are 0 exactly if the unit
        settled: on separable examples it does, see mistake_bound; on XOR it never will.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ; a number is none.
        ValueError: shapes do not match; a target is neither -1 nor +1; rate is not above 0; epochs < 1.

    Source: Arora, Neural Networks, "Training Perceptrons".
    """
    x = floats("x", x, "N", "D")
    targets, rate, rng = _targets(t, x), positive("rate", rate), np.random.default_rng(seed)
    mistakes, path, missed = list[int](), [(np.zeros(x.shape[1], x.dtype), 0.0)], list[int]()
    for _ in range(whole("epochs", epochs)):
        before = len(missed)
        for n in rng.permutation(len(x)).tolist():
            w, b = _moved(*path[-1], x[n], targets[n], rate)
            if w is not path[-1][0]:
                path.append((w, b))
                missed.append(n)
        mistakes.append(len(missed) - before)
        if not mistakes[-1]:
            break
    return Learned(*path[-1], mistakes, path, missed)


def mistake_bound(x: Array, t: Array, w: Array, b: float) -> float:
    """The most mistakes that the learning rule can make, however the examples are ordered (Novikoff, 1962).

    Args:
        x: examples (N, D).
        t: targets (N,), -1 or +1.
        w, b: any unit that gets all of them right, with none on the line itself; (D,) and a number.

    Returns:
        (R / γ)^2, with the radius R the length of the longest example and the margin γ the smallest
        t (w . x + b) / |(w, b)|; each example has a constant 1 appended, which is what makes a bias a weight.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ.
        ValueError: shapes do not match; a target is neither -1 nor +1; the unit gets an example wrong.
    """
    x, w = _examples(x, w)
    margins = np.array(_targets(t, x), x.dtype) * (x @ w + real("b", b)) / np.sqrt(w @ w + b * b)
    if not (margins > 0).all():
        n = int(margins.argmin())
        raise ValueError(
            f"w and b must separate the examples, but example {n}, x = {x[n]}, t = {t[n]:g}, lies on the line or beyond"
        )
    return float(((x * x).sum(1).max() + 1) / margins.min() ** 2)


def _examples(x: Array, w: Array) -> tuple[Array, Array]:
    x, w = floats("x", x, "N", "D"), floats("w", w, "D")
    shaped("w", w, x.shape[1:], "one weight an input")
    same_dtype(x=x, w=w)
    return x, w


def _moved(w: Array, b: float, x: Array, t: float, rate: float) -> tuple[Array, float]:
    """The learning rule for arguments already checked; the very same w comes back where the unit was right."""
    if (x @ w + b > 0) == (t > 0):
        return w, b
    return w + x.dtype.type(rate * t) * x, b + rate * t


def _targets(t: Array, x: Array) -> list[float]:
    t = floats("t", t, "N")
    shaped("t", t, x.shape[:1], "one target an example")
    same_dtype(x=x, t=t)
    return [_target(target) for target in t.tolist()]


def _target(t: float) -> float:
    if t not in (-1, 1):
        raise ValueError(f"t must be -1 or +1, got {t}")
    return t
