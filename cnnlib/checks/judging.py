"""From a function's answers to a verdict: which parts hold, the smallest failing case, and which mistake it is."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnnlib.checks import asking, causes, diagnosis, evidence, properties, shapes
from cnnlib.checks.calling import INTERRUPTED, UNWRITTEN, Answer, Ask, attempt
from cnnlib.checks.cases import Inputs, copy_of, whole_numbers
from cnnlib.checks.causes import ELSEWHERE, Cause
from cnnlib.checks.compare import numbers_of
from cnnlib.checks.conduct import called_again, misconduct, remarks
from cnnlib.checks.evidence import Rows
from cnnlib.checks.exercise import Exercise
from cnnlib.checks.own_forward import Another, fits_own_forward, nobody
from cnnlib.checks.part import Part, Trial, parts
from cnnlib.checks.reading import Reading
from cnnlib.checks.verdict import Finding, Verdict

DECIMALS = " (in every case whose arrays hold decimals; where one holds whole numbers, more is wrong)"


def asks(function: Callable[..., Any], course: str = "") -> Ask:
    """Put the calls to a function of this process (the grader has an `ask` whose function lives in a sandbox)."""
    return lambda calls: (attempt(function, args, kwargs, course) for args, kwargs in calls)


def judge(exercise: Exercise, ask: Ask, seed: int = 0, another: Another = nobody) -> Verdict:
    """Run every case and say what holds and what does not.

    Args:
        exercise: what is asked.
        ask: answers a list of (args, kwargs) in order; it is the only way to the student's code. It is asked once and,
            where the answer is wrong and more can be learned about the mistake, once more.
        seed: moves the values in the random cases. A function's verdict is the same under any seed.
        another: another("conv1d_forward") is the way to that function of the same student, or None.

    Returns:
        A verdict; whatever the student's function does, this does not raise.
    """
    cases = list(exercise.cases(np.random.default_rng(seed)))
    again = [cases[called_again(exercise, cases)]]  # once more at the end: an answer may not depend on earlier calls
    answers = _answers(exercise, ask, cases + again)
    if answers[0].kind == UNWRITTEN:
        if answers[0].unwritten not in ("", exercise.name):
            return _all_wrong(exercise, f"calls {answers[0].unwritten}, which is not written yet")
        return _all_wrong(exercise, "not written yet", status="not written yet")
    for inputs, answer in zip(cases + again, answers, strict=True):
        if answer.kind == INTERRUPTED:
            where = ("it ran on", evidence.case(inputs))
            return _all_wrong(exercise, f"interrupted after {answer.seconds:.0f} s", where)
    if problem := misconduct(exercise, cases, answers):
        return _all_wrong(exercise, *problem)
    return _verdict(exercise, trials_of(exercise, cases, answers), ask, another)


def _answers(exercise: Exercise, ask: Ask, asked: Sequence[Inputs]) -> list[Answer]:
    """One for each of the inputs; what did not come back says so."""
    answers: list[Answer] = []
    for answer in ask([exercise.call(inputs) for inputs in asked]) if asked else ():
        answers.append(answer)
        if answer.kind == INTERRUPTED or answers[0].kind == UNWRITTEN:
            break
    return answers + [Answer(error="nothing came back")] * (len(asked) - len(answers))


def trials_of(exercise: Exercise, cases: Sequence[Inputs], answers: Sequence[Answer]) -> list[Trial]:
    """Cases and answers, beside what the reference answers."""
    pairs = zip(cases, answers, strict=False)
    return [Trial(inputs, _due(exercise, inputs, a), a, exercise.known(**inputs)) for inputs, a in pairs]


def _verdict(exercise: Exercise, trials: list[Trial], ask: Ask, another: Another) -> Verdict:
    failing = {part: part.failing(trials) for part in parts(exercise)}
    wrong = {part: numbers for part, numbers in failing.items() if numbers}
    looks = look_closer(exercise, trials, wrong, ask, another) if wrong else {}
    findings = tuple(
        evidence.finding(part, trials[numbers[0]], looks[part].cause, looks[part].tables, looks[part].on_the_way)
        if numbers
        else Finding(part.name, part.points, part.points, "right")
        for part, numbers in failing.items()
    )
    notes = remarks(exercise, trials)
    if not wrong:
        found = exercise.measured(trials[0].answer.value)
        return Verdict(exercise.name, "right", findings, notes + found + exercise.after)
    points = sum(finding.points for finding in findings)
    unanswered = exercise.unanswered(trials[0].answer.value)
    status = "not written yet" if unanswered else "partly right" if points else "wrong"
    return Verdict(exercise.name, status, findings, notes, exercise.hints)


@dataclass(frozen=True)
class Look:
    """What a second look at one result came to."""

    cause: Cause | None
    tables: Sequence[Reading]
    on_the_way: Rows


def look_closer(
    exercise: Exercise,
    trials: Sequence[Trial],
    wrong: Mapping[Part, Sequence[int]],
    ask: Ask,
    another: Another = nobody,
) -> dict[Part, Look]:
    """Ask once more what tells the mistakes apart, and name each part's.

    Args:
        wrong: for each part that is not right, the numbers of the cases that it fails.
    """
    first = {_result(part): (part, numbers) for part, numbers in reversed(list(wrong.items()))}
    asked = {result: asking.questions(part, trials, numbers) for result, (part, numbers) in first.items()}
    shown = exercise.shows(**trials[next(iter(wrong.values()))[0]].inputs)
    wanted = [inputs for questions in asked.values() for question in questions for inputs in question.calls]
    answers = iter(_answers(exercise, ask, [*(one.inputs for one in shown), *wanted]))
    rows, astray = evidence.on_the_way(exercise, shown, list(itertools.islice(answers, len(shown))))
    looks = {}
    for result, (part, numbers) in first.items():
        told = [replace(one, answers=list(itertools.islice(answers, len(one.calls)))) for one in asked[result]]
        tables, failing = asking.readings(part, told), [trials[n] for n in numbers]
        cause = next(fits_own_forward(part, failing, another), None)
        cause = cause or _cause(part, trials, failing[0], tables, properties.violated(part, failing, told))
        cause = cause or next(asking.at_zero(part, told), None) or next(asking.responses(part, told), None)
        looks[result] = Look(cause or astray, tables, rows)
    return {part: _apart(part, looks[_result(part)], trials) for part in wrong}


def _apart(part: Part, look: Look, trials: Sequence[Trial]) -> Look:
    """Of a part that stands for cases a mistake may be known, though it does not explain the other parts' cases."""
    if not part.exercise.groups or (look.cause and (look.cause.general or look.cause.label == ELSEWHERE)):
        return look
    counts = part.exercise.groups[part.name]

    def own(trials: Sequence[Trial]) -> list[Trial]:
        return [trial for trial in trials if counts(**trial.inputs)]

    known = causes.first_true(causes.slips(part, own(trials)), own(trials))
    return replace(look, cause=replace(known, holds=lambda trials: known.holds(own(trials)))) if known else look


def _result(part: Part) -> int:
    """Parts that stand for cases share the one result."""
    return 0 if part.exercise.results == 1 else part.number


def _cause(
    part: Part,
    trials: Sequence[Trial],
    first: Trial,
    tables: Sequence[Reading],
    violated: Iterable[Cause],
) -> Cause | None:
    """The first statement that is true of every case, or of every case with decimals; else one about some case."""
    if stop := next((trial for trial in trials if trial.answer.error), None):
        known = causes.first_true(causes.slips(part, trials), trials)
        here = causes.first_true(
            itertools.chain(shapes.other_shape(part, [first]), diagnosis.facts(first, tables)), trials
        )
        tail = f"; in other cases it stops with {stop.answer.error}"
        stopped = causes.stopped(part, stop)
        stopped = replace(stopped, text=stopped.text.replace("it stops", "in another case it stops", 1), row=True)
        return known or (replace(here, text=here.text + tail) if here else stopped)
    plain = _decimals(trials)
    both = (trials, plain) if 0 < len(plain) < len(trials) else (trials,)
    twice = itertools.tee(diagnosis.readings_explained(part, tables))  # found once, tested on either
    for tried, explained in zip(both, twice, strict=False):
        for statements in (causes.slips, causes.relations, diagnosis.rules, shapes.other_shape):
            if cause := causes.first_true(statements(part, tried, explained), tried):
                of_decimals = replace(cause, text=cause.text + DECIMALS, holds=partial(_of_decimals, cause.holds))
                return of_decimals if tried is plain else cause
    last = (
        violated,
        causes.refused(part, first),
        causes.wrong_where(part, trials),
        diagnosis.facts(first, tables),
        causes.step_astray(part, trials),
    )
    return causes.first_true(itertools.chain(*last), trials)


def _of_decimals(holds: Callable[[Sequence[Trial]], bool], trials: Sequence[Trial]) -> bool:
    return holds(_decimals(trials))


def _decimals(trials: Sequence[Trial]) -> list[Trial]:
    """Those without an array of whole numbers."""
    return [trial for trial in trials if not whole_numbers(**trial.inputs)]


def _all_wrong(exercise: Exercise, reason: str, *rows: tuple[str, str], status: str = "wrong") -> Verdict:
    blank = status == "not written yet"
    told = () if blank else (("your function", reason), *rows)
    cause = "" if blank else f"your function {reason}"
    findings = tuple(Finding(name, 0, possible, reason, told, cause) for name, possible in exercise.parts.items())
    return Verdict(exercise.name, status, findings, hints=exercise.hints)


def _due(exercise: Exercise, inputs: Inputs, answer: Answer) -> Any:
    """What is expected. Of steps in a row each is judged by the ones before it, as far as they came back in shape."""
    due, came = exercise.expected(inputs), answer.value
    if exercise.onward is None or not isinstance(came, tuple | list) or len(came) != len(due):
        return due
    arrays = [numbers_of(one) for one in came]
    sound = [
        one is not None and one.shape == np.shape(right) and np.isfinite(one).all()
        for one, right in zip(arrays, due, strict=True)
    ]
    results = tuple(one if fits else right for one, right, fits in zip(arrays, due, sound, strict=True))
    return exercise.onward(results, **copy_of(inputs))
