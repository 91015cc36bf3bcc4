"""The checks, checked: every known mistake and every mechanical mutant is rejected and named, every right one accepted.

Prints a table by exercise. It grows by itself: an exercise without slips, hints or enough right variants fails. Of the
rejected it tells how many are named, and how many of the names are true: a statement about an answer is tested again on
cases of other seeds and of random shapes, none of which it was made from.
"""

import dataclasses
import functools
import importlib
import itertools
import pickle

import numpy as np
import pytest
from conftest import IN_CI
from mutants import TOO_LATE, mutants
from solved import answers, lecture_names

from cnnlib.checks import Answer, Exercise, asks, attempt, judge, stepping
from cnnlib.checks.cases import copy_of
from cnnlib.checks.causes import EQUALS, Cause
from cnnlib.checks.compare import equal
from cnnlib.checks.judging import look_closer, trials_of
from cnnlib.checks.model import Model, total
from cnnlib.checks.part import Trial, parts
from cnnlib.exercises import lecture_of, lectures

# In CI all of it; on a student's machine a sample, so that the tests take minutes.
SEEDS = range(20 if IN_CI else 4)  # one at least for each memory layout
FEW = range(5 if IN_CI else 2)  # for mutants, of which there are many
EVERY = 1 if IN_CI else 24  # one in so many mutants
UNSEEN = 12  # cases of random shapes on which a cause is tested
RANDOM = 120  # inputs on which an answer is as good as the reference, if they agree on all
NAMED = 0.85  # of an exercise's mistakes; over all exercises together 0.95
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
    return dataclasses.replace(exercise, slips={}, features={}, feeds=(), shows=lambda **_: ())


def accepted(exercise: Exercise, answer: object, seed: int) -> bool:
    """Is every case right? Case by case, since a wrong answer mostly fails at once."""
    for case in exercise.cases(np.random.default_rng(seed)):
        one = dataclasses.replace(exercise, cases=lambda rng, case=case: [case])
        if not judge(one, asks(answer)).right:
            return False
    return True


def equivalent(exercise: Exercise, mutant: object) -> bool:
    """Does the mutant give the reference's answer on inputs of random shapes?"""
    for number in range(RANDOM):
        inputs, right = known_answer(exercise, number)
        mine = attempt(mutant, *exercise.call(copy_of(inputs)))
        if mine.error:
            return False
        if exercise.accept and exercise.accept(mine.value, **inputs):
            return False
        if not exercise.accept and not same_parts(exercise, mine.value, right.value, inputs):
            return False
    return True


@functools.cache
def known_answer(exercise: Exercise, number: int) -> tuple[dict, Answer]:
    """Random inputs, and what is right for them."""
    inputs = battery(exercise)(np.random.default_rng(number))
    return inputs, attempt(exercise.reference, *exercise.call(copy_of(inputs)))


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
    module = importlib.import_module(f"slips.{lecture_of(exercise).split('_', 1)[1]}")
    assert exercise in POLLS or len(exercise.slips) + len(module.SLIPS.get(exercise.name, [])) >= 4


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_every_case_counts_for_a_part(exercise):
    for inputs in exercise.cases(np.random.default_rng(0)):
        assert not exercise.groups or any(counts(**inputs) for counts in exercise.groups.values()), inputs


def wrong_answers(exercise: Exercise) -> tuple[list, list]:
    """Slips, and mutants with their names; those that are right on everything, or the same as others, are left out."""
    module = importlib.import_module(f"slips.{lecture_of(exercise).split('_', 1)[1]}")
    slips = [*exercise.slips.values(), *module.SLIPS.get(exercise.name, [])]
    made = [pair for answer in (exercise.reference, *variants(exercise)[2:]) for pair in mutants(answer, EVERY)]
    different = {fingerprint(exercise, mutant): (name, mutant) for name, mutant in reversed(made)}
    return slips, [(name, mutant) for name, mutant in different.values() if not equivalent(exercise, mutant)]


def fingerprint(exercise: Exercise, answer: object) -> object:
    """What comes back in all cases and for some random inputs; the answer itself where that cannot be compared."""
    cases = [*exercise.cases(np.random.default_rng(0)), *(known_answer(exercise, n)[0] for n in range(UNSEEN))]
    answers = []
    for inputs in cases:
        answers.append(attempt(answer, *exercise.call(copy_of(inputs))))
        if answers[-1].error == TOO_LATE:
            return answer  # it may be so in every case, a second each time, and fill the memory
    try:
        return pickle.dumps([(a.error, a.value, a.changed) for a in answers])
    except (pickle.PicklingError, AttributeError, TypeError):
        return answer


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_mistakes_are_rejected_and_named_and_right_answers_accepted(exercise, record_property):
    bare, (slips, wrong) = plain(exercise), wrong_answers(exercise)
    for answer, seed in itertools.product(slips, SEEDS):
        assert not accepted(bare, answer, seed), f"slip accepted with seed {seed}"
    for (name, mutant), seed in itertools.product(wrong, FEW):
        assert not accepted(bare, mutant, seed), f"mutant accepted with seed {seed}: {name} of {mutant.__name__}"
    for answer, seed in itertools.product(variants(exercise), SEEDS):
        verdict = judge(exercise, asks(answer), seed)
        assert verdict.right, f"right answer rejected with seed {seed}:\n{verdict}"
    named, unnamed, untrue = 0, [], []
    for name, answer in [*(("slip", answer) for answer in slips), *wrong]:
        causes = causes_of(exercise, answer)
        named += all(causes)
        unnamed += [] if all(causes) else [name]
        untrue += [
            f"{name}: {cause.text}"
            for cause in {id(c): c for c in causes if c}.values()
            if not still_true(exercise, answer, cause)
        ]
    count = len(slips) + len(wrong)
    row = (len(slips), len(wrong), f"{named / count:.0%}", f"{1 - len(untrue) / count:.0%}", len(variants(exercise)))
    record_property("checked", (lecture_of(exercise), exercise.name, exercise.possible, *row))
    assert not untrue, "\n".join(untrue)
    assert named >= NAMED * count or not IN_CI, f"{named} of {count} named; not named: {unnamed}"


def causes_of(exercise: Exercise, answer: object) -> list[Cause | None]:
    """What is said of each wrong part; where the whole answer is refused, one sentence says it of all parts."""
    trials = tried(exercise, answer, exercise.cases(np.random.default_rng(0)))
    wrong = {part: numbers for part in parts(exercise) if (numbers := part.failing(trials))}
    if wrong and not any(trial.answer.changed for trial in trials):
        return [look.cause for look in look_closer(exercise, trials, wrong, asks(answer)).values()]
    return [Cause(f.cause, lambda trials: True) if f.cause else None for f in judge(exercise, asks(answer)).findings]


def tried(exercise: Exercise, answer: object, cases: list) -> list[Trial]:
    return trials_of(exercise, cases, [attempt(answer, *exercise.call(copy_of(inputs))) for inputs in cases])


def still_true(exercise: Exercise, answer: object, cause: Cause) -> bool:
    """On the cases of another seed and, if it speaks of every case, on cases of random shapes?"""
    other = tried(exercise, answer, exercise.cases(np.random.default_rng(99)))
    if not cause.general:
        return cause.holds(other)
    rng = np.random.default_rng(7)
    unseen = tried(exercise, answer, [battery(exercise)(rng) for _ in range(UNSEEN)])
    return cause.holds([*other, *(trial for trial in unseen if not trial.answer.error)])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_right_answers_are_accepted_in_every_memory_layout(exercise, layout):
    """Each layout under seeds of its own; labels, by which arrays are indexed, stay whole numbers."""
    labels = exercise.codes if layout == "float32" else ()

    def cases(rng):
        return [
            {
                n: LAYOUTS[layout](v) if isinstance(v, np.ndarray) and v.ndim and n not in labels else v
                for n, v in inputs.items()
            }
            for inputs in exercise.cases(rng)
        ]

    laid_out = dataclasses.replace(exercise, cases=cases)
    for answer, seed in itertools.product(variants(exercise), SEEDS[list(LAYOUTS).index(layout) :: len(LAYOUTS)]):
        verdict = judge(laid_out, asks(answer), seed)
        assert verdict.right, verdict


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_each_slip_is_diagnosed_as_itself(exercise):
    for (says, slip), seed in itertools.product(exercise.slips.items(), SEEDS[:3]):
        verdict = judge(exercise, asks(slip), seed)
        said = [text for finding in verdict.findings for label, text in finding.rows if label == EQUALS]
        causes = {finding.cause for finding in verdict.findings if finding.cause}
        assert set(said) <= {says}, f"{says}\nis taken for something else:\n{verdict}"
        assert causes == {f"{EQUALS} {says}"}, f"{says}\nis not diagnosed:\n{verdict}"


@pytest.mark.parametrize("exercise", [e for e in WRITTEN if e.feeds], ids=lambda e: e.name)
def test_the_equations_say_what_the_reference_does(exercise):
    rng = np.random.default_rng(3)
    for inputs in [*exercise.cases(rng), *(battery(exercise)(rng) for _ in range(UNSEEN))]:
        (trial,) = tried(exercise, exercise.reference, [inputs])
        for part in parts(exercise)[: exercise.results]:
            due = part.unfolded(np.asarray(part.expected(trial), float), inputs)
            like = sum(total(Model(e), part.scene(trial), due.shape) for e in part.equations)
            np.testing.assert_allclose(like, due, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("exercise", [e for e in WRITTEN if e.properties], ids=lambda e: e.name)
def test_properties_hold_of_right_answers(exercise):
    for answer, seed in itertools.product(variants(exercise), FEW):
        for inputs in exercise.cases(np.random.default_rng(seed)):
            for claim, part in itertools.product(exercise.properties, parts(exercise)[: exercise.results]):
                asked = [claim.changed(**copy_of(inputs)), inputs] if claim.changed else [inputs]
                values = [attempt(answer, *exercise.call(copy_of(one))).value for one in asked]
                wrong = claim.wrong(*(part.got(value)[0] for value in values), **inputs)
                assert not wrong, f"{claim.says}; {wrong}\n{inputs}"


@pytest.mark.parametrize("exercise", POLLS, ids=lambda e: e.name)
def test_a_poll_accepts_its_letters_and_no_others(exercise, record_property):
    right = exercise.reference()
    letters = [letter for letter, _ in exercise.after]
    subsets = [set(some) for n in range(len(letters) + 1) for some in itertools.combinations(letters, n)]
    assert [some for some in subsets if accepted(exercise, some, 0)] == [right]
    for answer in variants(exercise):
        assert accepted(exercise, answer if not callable(answer) else answer(), 0)
    for nonsense in ({"Z"}, 7, None, {1, 2}):
        assert not judge(exercise, asks(nonsense)).right
    row = (lecture_of(exercise), exercise.name, exercise.possible, len(subsets) - 1, 0, 0, len(variants(exercise)), 1)
    record_property("checked", row)


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda e: e.name)
def test_the_verdict_does_not_depend_on_the_seed(exercise):
    for slip in exercise.slips.values():
        verdicts = [judge(plain(exercise), asks(slip), seed) for seed in FEW]
        assert len({tuple(finding.points for finding in verdict.findings) for verdict in verdicts}) == 1


@pytest.mark.parametrize("lecture", lecture_names())
def test_untouched_scores_nothing_and_the_solution_everything(lecture):
    for exercise in lectures()[lecture]:
        assert judge(exercise, asks(answers(lecture, "lectures")[exercise.name])).points == 0
        assert judge(exercise, asks(answers(lecture)[exercise.name])).points == exercise.possible
