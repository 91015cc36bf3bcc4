"""Gradient checks: nudge every entry up and down, and compare what the function does with what the pullback says.

    numerical[i] = (f(x + h e_i) - f(x - h e_i)) / 2 h,    |error| about h^2 f''' / 6 + eps |f| / h

Too large a step bends, too small a one drowns in rounding; the cube root of eps is the best of both in float64.
Source: Arora, Neural Networks, "Backpropagation in General Cases", which takes every local derivative as known: this
is how one comes to know it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from cnnlib.arguments import Array, Pullback, floats, positive
from cnnlib.network import Network


class Check(NamedTuple):
    """The verdict of a gradient check, and its worst entry."""

    ok: bool
    error: float
    name: str
    entry: tuple[int, ...]
    analytic: float
    numerical: float

    def __str__(self) -> str:
        verdict = "agrees" if self.ok else "DISAGREES"
        where = f"{self.name}[{', '.join(map(str, self.entry))}]" if self.name else "no entry"
        return (
            f"{verdict}: largest relative error {self.error:.1e} at {where}, "
            f"analytic {self.analytic:.9g}, numerical {self.numerical:.9g}"
        )


def central_difference(f: Callable[[Array], Any], x: Array, *, h: float = 6e-6) -> Array:
    """The gradient of a function, measured; the Jacobian, where its value is an array.

    Args:
        f: takes an array like x, returns a number, or an array of any shape.
        x: where, any shape; float64, for float32 has too few digits to subtract.
        h: size of the nudge.

    Returns:
        gradient: of x's shape, or (*shape of the value, *shape of x): entry [j, i] is the slope of value j by x[i].

    Raises:
        TypeError: x is not float64; h is not a number.
        ValueError: h is not above 0.
    """
    x = _double("x", x).copy()
    h = positive("h", h)
    gradient = np.empty((*np.shape(f(x)), *x.shape))
    for i in np.ndindex(*x.shape):
        kept = x[i]
        x[i] = kept + h
        up = np.array(f(x))  # a copy: f may give x itself
        x[i] = kept - h
        gradient[..., *i] = (up - f(x)) / (2 * h)
        x[i] = kept
    return gradient


def jacobian(operation: Callable[[Array], tuple[Array, Pullback[Array]]], x: Array) -> Array:
    """The matrix that an operation's pullback multiplies by: dx.ravel() == jacobian.T @ dy.ravel().

    Args:
        operation: of one array, as relu or softmax: returns (y, backward).
        x: where, any shape.

    Returns:
        jacobian: (y.size, x.size), row j the gradient of entry j of y, both read row by row.

    Raises:
        TypeError, ValueError: as the operation.

    Source: Lee, Backpropagation, "The Jacobian matrix": g_i = J^T g_(i+1).
    """
    y, backward = operation(x)
    rows = [backward(unit.reshape(y.shape)) for unit in np.eye(y.size, dtype=y.dtype)]
    return np.array(rows).reshape(y.size, np.size(x))


def relative_error(a: Array, b: Array, *, floor: float = 0.0) -> Array:
    """|a - b| / max(|a|, |b|, floor), entry by entry.

    Args:
        a, b: arrays of one shape.
        floor: entries smaller than this are measured against it.

    Returns:
        error: that shape; 0 where a and b are equal.

    Raises:
        TypeError, ValueError: the arrays do not hold floats, or their shapes differ.
    """
    a, b = floats("a", a), floats("b", b)
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape, got {a.shape} and {b.shape}")
    return np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), max(floor, np.finfo(a.dtype).tiny))


def check_operation(
    operation: Callable[..., tuple[Any, Pullback[Any]]],
    *arrays: Array,
    tolerance: float = 1e-6,
    seed: int = 0,
    **options: Any,
) -> Check:
    """Check every gradient of an operation at once, under a random upstream gradient.

    Args:
        operation: returns (value, backward), as all of this package do. What is not to be nudged is bound beforehand:
            `lambda x: cross_entropy(x, labels)`.
        arrays: its array arguments, float64.
        tolerance: the largest relative error that passes.
        seed: fixes the upstream gradient.
        options: passed on, such as stride=2.

    Returns:
        check: its `ok`, its worst entry; as text it says both. The arguments are called x0, x1, ... in order.

    Raises:
        TypeError: an array is not float64.
        ValueError: backward gives another number of gradients than there are arrays, or one of another shape.
    """
    arrays = tuple(_double(f"arrays[{i}]", array) for i, array in enumerate(arrays))
    value, backward = operation(*arrays, **options)
    dy = np.asarray(np.random.default_rng(seed).standard_normal(np.shape(value)))
    found = backward(dy)
    gradients = found if isinstance(found, tuple) else (found,)
    if len(gradients) != len(arrays):
        raise ValueError(f"backward must give {len(arrays)} gradients, one an array, got {len(gradients)}")

    def loss(i: int, x: Array) -> float:
        return float(np.sum(operation(*arrays[:i], x, *arrays[i + 1 :], **options)[0] * dy))

    numerical = [central_difference(partial(loss, i), x) for i, x in enumerate(arrays)]
    return _worst({f"x{i}": both for i, both in enumerate(zip(gradients, numerical, strict=True))}, tolerance)


def check_network(network: Network, x: Array, *, tolerance: float = 1e-6, seed: int = 0) -> Check:
    """Check the gradients of all parameters of a network, and of its input, under a random upstream gradient.

    Args:
        network: a layer or Sequential of dtype float64.
        x: a small batch, float64.
        tolerance: the largest relative error that passes.
        seed: fixes the upstream gradient.

    Returns:
        check: its `ok`, its worst entry by the parameter's name, or "x".

    Raises:
        TypeError: x or a parameter is not float64.
    """
    value, backward = network(_double("x", x))
    dy = np.asarray(np.random.default_rng(seed).standard_normal(value.shape))
    dx, found = backward(dy)

    def loss(parameter: Array, changed: Array) -> float:
        kept = parameter.copy()
        parameter[...] = changed
        total = float((network(x)[0] * dy).sum())
        parameter[...] = kept
        return total

    compared = {"x": (dx, central_difference(lambda changed: (network(changed)[0] * dy).sum(), x))}
    for name, parameter in network.parameters.items():
        compared[name] = found[name], central_difference(partial(loss, parameter), _double(name, parameter))
    return _worst(compared, tolerance)


def _double(name: str, x: Array) -> Array:
    x = floats(name, x)
    if x.dtype != np.float64:
        raise TypeError(f"{name} must hold float64, since differences of float32 have no digits left, got {x.dtype}")
    return x


def _worst(compared: dict[str, tuple[Array, Array]], tolerance: float) -> Check:
    worst = Check(True, 0.0, "", (), 0.0, 0.0)
    for name, (analytic, numerical) in compared.items():
        if np.shape(analytic) != numerical.shape:
            raise ValueError(f"the gradient by {name} must have shape {numerical.shape}, got {np.shape(analytic)}")
        # Rounding alone puts about 1e-10 into a difference, and more where the other entries are large.
        floor = max(1e-4, 1e-3 * float(np.abs(numerical).max(initial=0.0)))
        error = np.nan_to_num(relative_error(analytic, numerical, floor=floor), nan=np.inf)
        i = np.unravel_index(error.argmax(), error.shape) if error.size else ()
        if error.size and error[i] >= worst.error:
            index = tuple(int(k) for k in i)
            ok = worst.ok and bool(error[i] <= tolerance)
            worst = Check(ok, float(error[i]), name, index, float(analytic[i]), float(numerical[i]))
    return worst
