"""A wrong gradient may be the right one of a wrong forward function: then that function is named."""

import importlib
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import SEED, graded, solved

from cnnlib.checks import asks, judge
from cnnlib.exercises import check, find, lecture_of, lectures

GRADIENTS = [e for asked in lectures().values() for e in asked if e.forward]
FLIPPED = "def conv1d_forward(x, w, b):\n    return np.convolve(x, w, 'valid') + b\ncheck(conv1d_forward)"
ITS_SLOPE = (
    "def conv1d_weight_gradient(dy, x):\n    return np.correlate(x, dy, 'valid')[::-1]\ncheck(conv1d_weight_gradient)"
)


def twice(function):
    def doubled(*args, **kwargs):
        given = function(*args, **kwargs)
        return tuple(2 * np.asarray(one) for one in given) if isinstance(given, tuple) else 2 * np.asarray(given)

    return doubled


def causes(exercise, gradient, forward):
    verdict = judge(exercise, asks(gradient), another={exercise.forward.name: asks(forward)}.get)
    return {finding.part: finding.cause for finding in verdict.findings if finding.points < finding.possible}


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.name)
def test_the_slope_of_a_wrong_function_of_ones_own_is_told_from_a_wrong_slope(exercise):
    forward = find(exercise.forward.name)
    assert lecture_of(forward) == lecture_of(exercise)  # or the notebook does not know it
    both = causes(exercise, twice(exercise.reference), twice(forward.reference))
    assert set(both) == set(exercise.parts)
    assert all(f"your own {forward.name}" in cause for cause in both.values())
    alone = causes(exercise, twice(exercise.reference), forward.reference)
    assert set(alone) == set(exercise.parts)
    assert not any("your own" in cause for cause in alone.values())


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.name)
def test_a_right_forward_function_is_never_to_blame(exercise):
    rows = importlib.import_module(f"slips.{lecture_of(exercise).split('_', 1)[1]}").SLIPS
    for wrong in [*exercise.slips.values(), *rows[exercise.name]]:
        told = causes(exercise, wrong, find(exercise.forward.name).reference)
        assert told
        assert not any("your own" in cause for cause in told.values())


def test_where_the_largest_tie_there_is_no_slope():
    """Differences to both sides of a tie between two come to half a dy each, which is what an even split gives."""

    def shared(dy, x, KH, KW, stride):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(*dy.shape):
            window = np.s_[i * stride : i * stride + KH, j * stride : j * stride + KW]
            largest = x[window] == x[window].max()
            dx[window] += dy[i, j] * largest / largest.sum()
        return dx

    exercise = find("max_pool_backward")
    pairs = replace(exercise, cases=lambda rng: [inputs for inputs in exercise.cases(rng) if inputs["x"].size == 2])
    told = causes(pairs, shared, find("max_pool").reference)
    assert set(told) == {"ties"}
    assert "your own" not in told["ties"]


@pytest.mark.parametrize("broken", [lambda *args: 1 / 0, lambda *args: None, lambda *args: "y", lambda *args: args])
@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.name)
def test_a_forward_function_that_does_anything_harms_nothing(exercise, broken):
    found = causes(exercise, twice(exercise.reference), broken)
    assert found == causes(exercise, twice(exercise.reference), find(exercise.forward.name).reference)


def test_the_notebook_and_the_grader_say_the_same(launcher, tmp_path, capsys):
    names = {"np": np, "check": check}
    exec(FLIPPED + "\n" + ITS_SLOPE, names)
    printed = capsys.readouterr().out
    assert "your dw is the slope of your own conv1d_forward" in " ".join(printed.split())
    done = graded(solved(conv1d_forward=FLIPPED, conv1d_weight_gradient=ITS_SLOPE), launcher, tmp_path)
    (verdict,) = (one for one in done.verdicts if one.exercise == "conv1d_weight_gradient")
    exercise = find("conv1d_weight_gradient")
    here = judge(
        exercise, asks(names["conv1d_weight_gradient"]), SEED, {"conv1d_forward": asks(names["conv1d_forward"])}.get
    )
    assert verdict.findings == here.findings
    assert "your own conv1d_forward" in here.findings[0].cause
