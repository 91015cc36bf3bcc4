"""The exercises of the small lecture: one part, two parts, and a poll."""

import numpy as np

from cnnlib.checks import Exercise, poll

LECTURE = "05_small"


def cases(rng: np.random.Generator) -> list[dict[str, np.ndarray]]:
    return [{"x": np.array([2.0])}, {"x": np.array([2.0, 3])}, {"x": rng.normal(size=5) + 2}]


ADD_UP = Exercise(
    name="add_up",
    parts={"total": 2},
    reference=lambda x: x.sum(),
    cases=cases,
    hints=("Look at the smallest case.", "Every entry counts once.", "total = x[0] + x[1] + ..."),
    slips={"the mean of x. Nothing is divided here.": lambda x: x.mean()},
)

ENDS = Exercise(
    name="ends",
    parts={"first": 1, "last": 2},
    reference=lambda x: (x[0], x[-1]),
    cases=cases,
    hints=("Two numbers.", "One index is negative.", "x[0], x[-1]"),
    slips={"both ends in the other order.": lambda x: (x[-1], x[0])},
)

LENGTH = poll(
    "poll_length",
    {"A": (False, "one number comes out"), "B": (True, "a sum is one number"), "C": (True, "so is a mean")},
    hints=("Count.", "Count again.", "One."),
)

EXERCISES = (ADD_UP, ENDS, LENGTH)
