"""Right answers written in other ways, and random inputs for each exercise: one module a lecture.

A module has VARIANTS, exercise name -> functions that must be accepted (beside the reference and the notebook's own
answer), and BATTERY, exercise name -> a function of a random generator that makes inputs with random shapes, which
decides whether a mutant is equivalent to the reference.
"""

import functools

import numpy as np


def floats(answer):
    """The course's own operations refuse whole numbers; as an exercise's answer they get float64 instead."""

    @functools.wraps(answer)
    def with_floats(*args, **kwargs):
        made = [a * 1.0 if isinstance(a, np.ndarray) and a.dtype.kind == "i" else a for a in args]
        return answer(*made, **kwargs)

    return with_floats
