"""What the dy of a board can be: fitted to y, random, or a single 1."""

import numpy as np

from cnnlib.arguments import Array
from cnnlib.explorers.widget import Action, Knobs


def outputs(knobs: Knobs) -> tuple[int, ...]:
    """The shape of y, floor((length + 2 padding - kernel) / stride) + 1 on each side."""
    lengths = zip(np.shape(knobs["x"]), np.shape(knobs["w"]), strict=True)
    return tuple((n + 2 * knobs["padding"] - k) // knobs["stride"] + 1 for n, k in lengths)


def fit(values: Array, shape: tuple[int, ...]) -> Array:
    """Cut to a shape, or continued with ones."""
    fitted = np.ones(shape)
    kept = tuple(slice(min(m, n)) for m, n in zip(values.shape, shape, strict=True))
    fitted[kept] = values[kept]
    return fitted


def one(knobs: Knobs) -> Knobs:
    """Zeros and a single 1, which goes on by one place each time."""
    dy = fit(np.array(knobs["dy"]), outputs(knobs))
    (places,) = np.nonzero(dy.ravel())
    place = (places[0] + 1) % dy.size if len(places) == 1 and dy.flat[places[0]] == 1 else 0
    return {"dy": np.eye(dy.size)[place].reshape(dy.shape)}


def random(knobs: Knobs) -> Knobs:
    """Small whole numbers, others each time."""
    return {"dy": np.random.default_rng().integers(-9, 10, outputs(knobs))}


ACTIONS: dict[str, Action] = {"one": one, "random": random}
