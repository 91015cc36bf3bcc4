"""What operations take and give: their types, and checks that refuse the rest.

Every refusal names the argument, what was given, and what would fit.
"""

from typing import Any, Protocol, TypeVar, overload

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Pair = tuple[int, int]
Sides = int | Pair  # rows and columns: one number for both, or two
Size = tuple[int, ...]
Gradients = TypeVar("Gradients", covariant=True)


class Pullback(Protocol[Gradients]):
    """The way back, which every operation returns beside its value: `y, backward = relu(x)`, then `dx = backward(dy)`.

    It takes dy, the slope of the loss with respect to y, of y's shape. It gives one gradient for each array argument,
    of that argument's shape: one by itself, several as a tuple in the order of the arguments. It changes nothing, so a
    second call gives the same. Where weights or a loss are at hand it takes a little more, as the next two say; with
    dy alone all are called alike.
    """

    def __call__(self, dy: Array, /) -> Gradients: ...


class WeightedPullback(Pullback[Gradients], Protocol[Gradients]):
    """That of an operation with weights, or of a layer: `input_gradient=False` saves the price of dx, which is None."""

    @overload
    def __call__(self, dy: Array, /) -> Gradients: ...
    @overload
    def __call__(self, dy: Array, /, input_gradient: bool) -> Any: ...


class LossPullback(Pullback[Array], Protocol):
    """That of a loss, which is a number: dy is 1 where the loss is the end, so that `backward()` will do."""

    def __call__(self, dloss: Array | float = 1.0, /) -> Array: ...


def _ranked(name: str, array: Array, axes: tuple[str, ...]) -> Array:
    if axes and array.ndim != len(axes):
        raise ValueError(f"{name} must have the axes ({', '.join(axes)}), got shape {array.shape}")
    return array


def floats(name: str, value: object, *axes: str) -> Array:
    """The array behind `value`, which must hold float32 or float64 in one axis for each of `axes`.

    Without `axes` any shape will do. Lists are taken, too; integers are not: a picture of bytes that is
    forgotten to be scaled is a common mistake, and integer gradients would be cut off.
    """
    array = np.asarray(value)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name} must hold float32 or float64, got dtype {array.dtype}: convert it first, "
            f"for example {name}.astype(np.float32)"
        )
    return _ranked(name, array, axes)


def numeric(name: str, value: object, *axes: str) -> Array:
    """The array behind `value`, of whole numbers (as int64, which no byte can overflow) or real ones."""
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(np.int64)
    elif array.dtype not in (np.float32, np.float64):
        raise TypeError(f"{name} must hold whole or real numbers, got dtype {array.dtype}")
    return _ranked(name, array, axes)


def same_dtype(**arrays: Array | None) -> None:
    """Refuse a mixture: float64 weights would silently turn a float32 network into a slow one."""
    found = {name: array.dtype for name, array in arrays.items() if array is not None}
    if len(set(found.values())) > 1:
        listed = ", ".join(f"{name} {dtype}" for name, dtype in found.items())
        raise TypeError(f"the arrays must share one dtype, got {listed}: convert with .astype")


def shaped(name: str, array: Array, shape: tuple[int, ...], why: str) -> None:
    """Refuse an array of any other shape than `shape`."""
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape} ({why}), got {array.shape}")


def upstream(value: object, like: Array, name: str = "dy") -> Array:
    """The gradient that arrives from above, in the shape and dtype of the output it belongs to."""
    array = np.asarray(value)
    if not np.can_cast(array.dtype, like.dtype, "same_kind"):
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    shaped(name, array, like.shape, "that of the output")
    return array.astype(like.dtype, copy=False)


def whole(name: str, value: object, least: int = 1) -> int:
    """A whole number of at least `least`, as a Python int."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return int(value)


def real(name: str, value: object, least: float = -np.inf) -> float:
    """A finite number of at least `least`, as a Python float."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    number = float(value)
    if not (least <= number and abs(number) < np.inf):
        raise ValueError(f"{name} must be finite{f' and at least {least:g}' if least > -np.inf else ''}, got {value}")
    return number


def positive(name: str, value: object) -> float:
    """A finite number above 0, as a Python float."""
    if (number := real(name, value)) <= 0:
        raise ValueError(f"{name} must be above 0, got {value}")
    return number


def pair(name: str, value: object, least: int = 1) -> Pair:
    """Rows and columns from an int (both alike) or a pair (rows, columns)."""
    if not isinstance(value, (tuple, list)):
        size = whole(name, value, least)
        return size, size
    if len(value) != 2:
        raise ValueError(f"{name} must be a whole number or a pair (rows, columns), got {value!r}")
    return whole(f"{name}[0]", value[0], least), whole(f"{name}[1]", value[1], least)


def weights(x: Array, w: object, b: object, *axes: str, inputs: str, outputs: str) -> tuple[Array, Array | None]:
    """Weights and biases that go with `x`: the axis `inputs` of w is as long as axis 1 of x, `outputs` of w as b."""
    w, b = floats("w", w, *axes), None if b is None else floats("b", b, outputs)
    same_dtype(x=x, w=w, b=b)
    found, fitting = w.shape[axes.index(inputs)], x.shape[1]
    if found != fitting:
        raise ValueError(
            f"w must have {inputs} = {fitting}, as x of shape {x.shape} has, "
            f"got {inputs} = {found} in shape {w.shape} ({', '.join(axes)})"
        )
    if not w.size:
        raise ValueError(f"w must hold at least one weight, got shape {w.shape}")
    if b is not None:
        shaped("b", b, (w.shape[axes.index(outputs)],), f"one bias for each of the {outputs} outputs of w")
    return w, b


def labels(name: str, value: Array, count: int, classes: int) -> Array:
    """One whole number from 0 to classes - 1 for each of `count` examples."""
    if value.dtype.kind not in "iu":
        raise TypeError(f"{name} of one axis are labels and must be whole numbers, got dtype {value.dtype}")
    shaped(name, value, (count,), "one label an example")
    outside = value[(value < 0) | (value >= classes)]
    if outside.size:
        raise ValueError(f"{name} must be labels from 0 to {classes - 1}, got {outside[0]}")
    return value


def probabilities(name: str, value: Array, shape: Size) -> Array:
    """Rows of probabilities: none negative, each row adding up to 1."""
    value = floats(name, value)
    shaped(name, value, shape, "that of the logits, or one label an example")
    if (value < 0).any():
        raise ValueError(f"{name} must not be negative, got {value.min()}")
    totals = value.sum(-1)
    wrong = np.abs(totals - 1) > 1e-3
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{name} must add up to 1 in each row, but row {row} adds up to {totals[row]:.6g}")
    return value
