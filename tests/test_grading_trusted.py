"""The grader's own side: whatever comes back, it is soon done with it, and holds no other notebook up."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cnnlib.checks import Answer, Call, judge
from cnnlib.exercises import find, lectures
from cnnlib.grading import messages
from cnnlib.grading.answers import answer_of
from cnnlib.grading.roster import Roster
from cnnlib.grading.submissions import Submission
from cnnlib.recipe import build, pack

SECONDS = 4.0  # of processor time


MANY = messages.ANSWER_LIMIT
ANSWERS = {  # exercise, and the shapes that it answers: all that may be sent
    "in one axis": ("conv1d_forward", [(MANY,)]),
    "in two axes": ("toeplitz_matrix", [(MANY // 256, 256)]),
    "three results": ("conv1d_layer_backward", [(20, 20, MANY // 1200)] * 3),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_any_answer_is_soon_judged(name):
    """The same in every case, and another one in every call of the second look."""
    exercise_name, shapes = ANSWERS[name]
    exercise, rng, rounds = find(exercise_name), np.random.default_rng(0), []
    assert exercise

    def drawn() -> Answer:
        arrays = tuple(rng.integers(1, 99, shape, np.int8) for shape in shapes)
        return Answer(value=arrays if len(arrays) > 1 else arrays[0])

    def ask(calls: Sequence[Call]) -> list[Answer]:
        rounds.append(len(calls))
        return [drawn()] * len(calls) if len(rounds) == 1 else [drawn() for _ in calls]

    started = time.process_time()
    assert judge(exercise, ask).points == 0
    assert time.process_time() - started < SECONDS
    assert len(rounds) == 2


@pytest.mark.parametrize("lecture", lectures())
def test_any_list_is_soon_judged(lecture):
    for exercise in lectures()[lecture]:
        for answer in (["a"] * 9_999, list(range(9_999)), [0.5] * 9_999):
            started = time.process_time()
            assert judge(exercise, lambda calls, answer=answer: [Answer(value=answer)] * len(calls)).points == 0
            assert time.process_time() - started < SECONDS, exercise.name


def test_a_poll_of_all_letters_has_a_short_page():
    exercise = find("poll_dw_length")
    assert exercise
    letters = {chr(number) for number in range(0x4E00, 0x4E00 + 20_000)}
    assert len(judge(exercise, lambda calls: [Answer(value=letters)]).to_html()) < 20_000


@pytest.mark.parametrize(
    "recipe",
    [
        "conv 9999 1, tanh, tanh, flatten",
        "conv 300 1, " + "tanh, " * 8 + "pool, pool, pool, flatten, linear 10",
        "flatten, linear 10" + ", tanh" * 20_000,
        "conv 1 99, conv 1 99, flatten, linear 1, linear 10",
    ],
)
def test_any_network_is_soon_measured(recipe, monkeypatch):
    with monkeypatch.context() as patch:  # as a student's own course would pack it
        patch.setattr("cnnlib.recipe.MOST_LAYERS", 10**6)
        patch.setattr("cnnlib.recipe.max", lambda numbers: 99, raising=False)
        lines = pack(recipe, build(recipe)).splitlines()
    exercise = find("reach")
    assert exercise
    started = time.process_time()
    assert judge(exercise, lambda calls: [Answer(value=lines) for _ in calls]).points == 0
    assert time.process_time() - started < SECONDS


def test_answers_may_be_a_few_times_as_large_as_right_ones():
    largest = max(
        sum(np.asarray(one).nbytes for one in (answer if isinstance(answer, tuple) else [answer]))
        for asked in lectures().values()
        for exercise in asked
        if not exercise.accept
        for inputs in exercise.cases(np.random.default_rng(0))
        for answer in [exercise.reference(**inputs)]
    )
    assert 4 * largest < messages.ANSWER_LIMIT


FORGED = {  # what only a process that was taken over sends
    "an array of 63 axes": {"array": ["<f8", [1] * 63, "F"]},
    "an array of 300,000 axes": {"array": ["<f8", [9] * 300_000, "C"]},
    "an empty array of as many": {"array": ["<f8", [0] + [9] * 300_000, "C"]},
    "axes with thousands of digits": {"array": ["<f8", [10**4299] * 60, "C"]},
    "a whole number of thousands of digits": 10**4299,
    "a text of a million letters": "A" * 1_000_000,
}


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("name", ["conv1d_forward", "poll_dw_length", "toeplitz_matrix"])
def test_a_forged_answer_is_soon_judged_and_no_fault_of_the_check(name, forged):
    exercise = find(name)
    assert exercise
    started = time.process_time()
    answer = answer_of({"answer": {"value": FORGED[forged]}}, bytes(8), ())
    verdict = judge(exercise, lambda calls: [answer for _ in calls])
    assert time.process_time() - started < 1
    assert verdict.points == 0
    assert len(answer.error) <= 2000
    assert "could not be read" in verdict.findings[0].reason


def test_whoever_has_a_long_name_is_soon_found():
    submission = Submission(f"ann_{'1' * 30_000}_x", "a.ipynb", path=Path())
    started = time.process_time()
    assert Roster(["Ann Lee"]).who(submission) == ([], [submission.student])
    assert time.process_time() - started < 1
