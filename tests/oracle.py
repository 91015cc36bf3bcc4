"""Oracles for the operations: random awkward arguments in any memory layout, PyTorch, and central differences."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from hypothesis import settings

from cnnlib.arguments import Array
from cnnlib.gradients import check_operation

DTYPES = (np.float32, np.float64)
TOLERANCE = {np.float32: 1e-4, np.float64: 1e-9}
CASES = 300

# The same examples on every run, and no deadline: a busy machine is no failure.
steady = settings(derandomize=True, deadline=None)

Make = Callable[[np.random.Generator], tuple[list[Array], dict[str, Any]]]


def disguise(array: Array, rng: np.random.Generator) -> Array:
    """The same numbers in another memory layout, and not to be written to."""
    kind = rng.integers(5)
    if kind == 1:
        array = np.asfortranarray(array)
    elif kind == 2:
        array = np.flip(np.flip(array).copy())
    elif kind == 3:
        wide = np.full(tuple(2 * n for n in array.shape), np.nan, array.dtype)
        view = wide[tuple(slice(1, None, 2) for _ in array.shape)]
        view[...] = array
        array = view
    elif kind == 4 and array.ndim > 1:
        array = np.moveaxis(np.moveaxis(array, 0, -1).copy(), -1, 0)
    array = array.view()
    array.flags.writeable = False
    return array


def near(ours: Any, theirs: Any, tolerance: float) -> bool:
    """Whether two arrays of one shape differ by at most `tolerance` of the largest entry."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        return False
    return bool(np.all(np.abs(ours - theirs) <= tolerance * max(np.abs(theirs).max(initial=0.0), 1e-3)))


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def agrees_with_torch(
    torch: ModuleType,
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    make: Make,
    *,
    cases: int = CASES,
) -> None:
    """Value and every gradient agree, in both dtypes; inputs stay as they are; the pullback repeats itself."""
    torch.set_num_threads(1)  # for arrays this small more of them only get into each other's way
    for seed in range(cases):
        for dtype in DTYPES:
            rng = np.random.default_rng(seed)
            arrays, options = make(rng)
            arrays = [disguise(array.astype(dtype), rng) for array in arrays]
            kept = [array.copy() for array in arrays]
            case = f"seed {seed}, {dtype.__name__}, shapes {[a.shape for a in arrays]}, {options}"

            y, backward = ours(*arrays, **options)
            leaves = [torch.tensor(array.copy(), requires_grad=True) for array in arrays]
            expected = theirs(*leaves, **options)
            assert np.asarray(y).dtype == dtype, case
            assert near(y, expected.detach().numpy(), TOLERANCE[dtype]), case

            dy = disguise(rng.standard_normal(y.shape).astype(dtype), rng)
            expected.backward(torch.tensor(dy.copy()))
            first, second = as_tuple(backward(dy)), as_tuple(backward(dy))
            assert len(first) == len(arrays), case
            for found, again, leaf in zip(first, second, leaves, strict=True):
                assert found.dtype == dtype, case
                assert near(found, leaf.grad.numpy(), TOLERANCE[dtype]), case
                assert np.array_equal(found, again), case
            assert all(np.array_equal(array, copy) for array, copy in zip(arrays, kept, strict=True)), case


def agrees_with_differences(operation: Callable[..., Any], make: Make, *, cases: int = 25) -> None:
    """Every gradient agrees with central differences in float64."""
    for seed in range(cases):
        arrays, options = make(np.random.default_rng(1000 + seed))
        check = check_operation(operation, *arrays, **options, tolerance=1e-5)
        assert check.ok, f"seed {seed}, shapes {[a.shape for a in arrays]}, {options}: {check}"


def apart(rng: np.random.Generator, *shape: int) -> Array:
    """Random numbers that keep away from 0 and from each other, so that no kink or tie lies within a nudge."""
    ranks = rng.permutation(int(np.prod(shape))) + 1.0
    signs = rng.choice([-1.0, 1.0], ranks.shape)
    return (signs * ranks / len(ranks)).reshape(shape)


def int_or_pair(rng: np.random.Generator, low: int, high: int) -> int | tuple[int, int]:
    """A whole number from low to high, or a pair of them."""
    rows, columns = (int(n) for n in rng.integers(low, high + 1, 2))
    return rows if rng.random() < 0.4 else (rows, columns)


def both(value: int | Sequence[int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])
