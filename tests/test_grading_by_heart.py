"""What a function was asked under other seeds does not tell what it will be asked."""

from typing import Any

import numpy as np
import pytest

from cnnlib.checks import Answer, Exercise, judge
from cnnlib.checks.cases import copy_of
from cnnlib.exercises import lectures

NO_MORE_THAN_NAMES = {"gate_weights", "xor_weights", "reach"}  # the answer is the weights themselves
FUNCTIONS = [
    exercise
    for asked in lectures().values()
    for exercise in asked
    if not exercise.name.startswith("poll_") and exercise.name not in NO_MORE_THAN_NAMES
]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
def test_answers_learned_by_heart_are_worth_nothing(exercise):
    """Whatever was asked under other seeds, each part asks something else under this one."""
    learned: dict[Any, Any] = {}
    for seed in range(5):
        for args, kwargs in calls(exercise, seed):
            learned[as_key((args, kwargs))] = exercise.reference(*args, **kwargs)
    found = judge(exercise, lambda asked: [Answer(value=learned.get(as_key(call))) for call in asked], seed=99)
    assert [one.part for one in found.findings if one.points] == []


def calls(exercise: Exercise, seed: int) -> list[Any]:
    return [exercise.call(copy_of(inputs)) for inputs in exercise.cases(np.random.default_rng(seed))]


def as_key(value: Any) -> Any:
    """Something that a dictionary takes, the same for the same arguments."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, list | tuple):
        return tuple(map(as_key, value))
    if isinstance(value, dict):
        return tuple((name, as_key(part)) for name, part in value.items())
    return getattr(value, "source", repr(value))
