"""The checks, checked: every known mistake and every mechanical mutant is rejected, every right answer accepted.

Prints a table by exercise. It grows by itself: an exercise without slips, hints or enough right variants fails.
"""

import dataclasses
import importlib
import itertools

import numpy as np
import pytest
from mutants import mutants
from solved import answers, lecture_names

from cnnlib.checks import Exercise, asks, attempt, judge, stepping
from cnnlib.checks.compare import equal
from cnnlib.exercises import lecture_of, lectures

SEEDS = range(20)
EXERCISES = [exercise for asked in lectures().values() for exercise in asked]
POLLS = [e for e in EXERCISES if e.name.startswith("poll_")]
WRITTEN = [e for e in EXERCISES if e not in POLLS]

LAYOUTS = {
    "contiguous": np.ascontiguousarray,
    "view": stepping,
    "Fortran": np.asfortranarray,
    "float32": lambda array: array.astype(np.float32),
}


def variants(exercise: Exercise) -> list:
    """All right answers: the reference, the solved notebook's, and those written in other ways."""
    module = importlib.import_module(f"variants.{lecture_of(exercise).split('_', 1)[1]}")
    return [exercise.reference, answers(lecture_of(exercise))[exercise.name], *module.VARIANTS[exercise.name]]


def battery(exercise: Exercise):
    module = importlib.import_module(f"variants.{lecture_of(exercise).split('_', 1)[1]}")
    return module.BATTERY[exercise.name]


def plain(exercise: Exercise) -> Exercise:
    """The same check without diagnosis: for counting verdicts fast."""
    return dataclasses.replace(exercise, slips=(), features={}, feeds=())


def accepted(exercise: Exercise, answer: object, seed: int) -> bool:
    """Is every case right? Case by case, since a wrong answer mostly fails at once."""
    for case in exercise.cases(np.random.default_rng(seed)):
        one = dataclasses.replace(exercise, cases=lambda rng, case=case: [case])
        if not judge(one, asks(answer)).right:
            return False
    return True


def equivalent(exercise: Exercise, mutant: object) -> bool:
    """Does the mutant give the reference's answer on 300 inputs of random shapes?"""
    rng = np.random.default_rng(0)
    for _ in range(300):
        inputs = battery(exercise)(rng)
        args, kwargs = exercise.call(inputs)
        mine, right = attempt(mutant, args, kwargs), attempt(exercise.reference, args, kwargs)
        if mine.error:
            return False
        if exercise.accept and exercise.accept(mine.value, **inputs):
            return False
        if not exercise.accept and not same_parts(exercise, mine.value, right.value, inputs):
            return False
    return True


def same_parts(exercise: Exercise, mine: object, right: object, inputs: dict) -> bool:
    if exercise.results == 1:
        return equal(mine, right, inputs, exercise.tolerance)
    if not isinstance(mine, tuple) or len(mine) != len(right):
        return False
    return all(equal(a, b, inputs, exercise.tolerance) for a, b in zip(mine, right, strict=True))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_an_exercise_is_complete(exercise):
    gradient_or_layer = any(word in exercise.name for word in ("gradient", "layer", "backward"))
    assert len(exercise.hints) == 3
    assert all(exercise.hints)
    assert exercise.possible in range(1, 9)
    assert len(variants(exercise)) >= (4 if gradient_or_layer else 2)
    assert exercise in POLLS or len(exercise.slips) >= 4
    assert len({slip.name for slip in exercise.slips}) == len(exercise.slips)


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_every_case_counts_for_a_part(exercise):
    for inputs in exercise.cases(np.random.default_rng(0)):
        assert not exercise.groups or any(counts(**inputs) for counts in exercise.groups.values()), inputs


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_mistakes_are_rejected_and_right_answers_accepted(exercise, record_property):
    bare, slips = plain(exercise), [slip.answer for slip in exercise.slips]
    made = [pair for answer in (exercise.reference, *variants(exercise)[2:]) for pair in mutants(answer)]
    wrong = [(name, mutant) for name, mutant in made if not equivalent(exercise, mutant)]
    for answer, seed in itertools.product(slips, SEEDS):
        assert not accepted(bare, answer, seed), f"slip accepted with seed {seed}"
    for (name, mutant), seed in itertools.product(wrong, SEEDS):
        assert not accepted(bare, mutant, seed), f"mutant accepted with seed {seed}: {name} of {mutant.__name__}"
    for answer, seed in itertools.product(variants(exercise), SEEDS):
        verdict = judge(exercise, asks(answer), seed)
        assert verdict.right, f"right answer rejected with seed {seed}:\n{verdict}"
    counts = (len(slips), len(wrong), len(made) - len(wrong), len(variants(exercise)), len(SEEDS))
    record_property("checked", (lecture_of(exercise), exercise.name, exercise.possible, *counts))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_right_answers_are_accepted_in_every_memory_layout(exercise, layout):
    def cases(rng):
        return [
            {n: LAYOUTS[layout](v) if isinstance(v, np.ndarray) and v.ndim else v for n, v in inputs.items()}
            for inputs in exercise.cases(rng)
        ]

    laid_out = dataclasses.replace(exercise, cases=cases)
    for answer, seed in itertools.product(variants(exercise), SEEDS):
        verdict = judge(laid_out, asks(answer), seed)
        assert verdict.right, verdict


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_each_slip_is_diagnosed_as_itself(exercise):
    for slip, seed in itertools.product(exercise.slips, SEEDS[:3]):
        verdict = judge(exercise, asks(slip.answer), seed)
        said = [text for finding in verdict.findings for label, text in finding.rows if label == "your answer equals"]
        assert said, f"{slip.name} is not diagnosed:\n{verdict}"
        assert set(said) == {slip.says}, f"{slip.name} is taken for something else:\n{verdict}"


@pytest.mark.parametrize("exercise", POLLS, ids=lambda e: e.name)
def test_a_poll_accepts_its_letters_and_no_others(exercise, record_property):
    right = exercise.reference()
    letters = [letter for letter, _ in exercise.after]
    subsets = [set(some) for n in range(len(letters) + 1) for some in itertools.combinations(letters, n)]
    assert [some for some in subsets if accepted(exercise, some, 0)] == [right]
    for answer in variants(exercise):
        assert accepted(exercise, answer if not callable(answer) else answer(), 0)
    for nonsense in ({"Z"}, 7, None, {1, 2}, lambda: right):
        verdict = judge(exercise, asks(nonsense))
        assert not verdict.right or callable(nonsense)
    row = (lecture_of(exercise), exercise.name, exercise.possible, len(subsets) - 1, 0, 0, len(variants(exercise)), 1)
    record_property("checked", row)


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_the_verdict_does_not_depend_on_the_seed(exercise):
    for slip in exercise.slips:
        verdicts = [judge(plain(exercise), asks(slip.answer), seed) for seed in SEEDS]
        assert len({tuple(finding.points for finding in verdict.findings) for verdict in verdicts}) == 1


@pytest.mark.parametrize("lecture", lecture_names())
def test_untouched_scores_nothing_and_the_solution_everything(lecture):
    for exercise in lectures()[lecture]:
        assert judge(exercise, asks(answers(lecture, "lectures")[exercise.name])).points == 0
        assert judge(exercise, asks(answers(lecture)[exercise.name])).points == exercise.possible
