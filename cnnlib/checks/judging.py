"""From a function's answers to a verdict: which parts hold, the smallest failing case, and which mistake it is."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnnlib.checks import asking, causes, diagnosis, properties, shapes, show
from cnnlib.checks.calling import INTERRUPTED, UNWRITTEN, Answer, Ask, attempt
from cnnlib.checks.cases import copy_of
from cnnlib.checks.causes import EQUALS, Cause
from cnnlib.checks.compare import Difference, numbers_of
from cnnlib.checks.equation import Equation
from cnnlib.checks.exercise import NOTHING_CHOSEN, Exercise, Inputs, Shown
from cnnlib.checks.part import Part, Trial, parts
from cnnlib.checks.reading import Reading
from cnnlib.checks.sums import written_out
from cnnlib.checks.verdict import CASE, Finding, Verdict, mark, unmarked

SLOW_SECONDS, SLOW_RATIO = 2.0, 50
DECIMALS = " (in every case whose arrays hold decimals; where one holds whole numbers, more is wrong)"
Rows = list[tuple[str, str]]


def asks(function: Callable[..., Any], course: str = "") -> Ask:
    """Put the calls to a function of this process (the grader has an `ask` whose function lives in a sandbox)."""
    return lambda calls: (attempt(function, args, kwargs, course) for args, kwargs in calls)


def judge(exercise: Exercise, ask: Ask, seed: int = 0) -> Verdict:
    """Run every case and say what holds and what does not.

    Args:
        exercise: what is asked.
        ask: answers a list of (args, kwargs) in order; it is the only way to the student's code. It is asked once and,
            where the answer is wrong and more can be learned about the mistake, once more.
        seed: moves the values in the random cases. A function's verdict is the same under any seed.

    Returns:
        A verdict; whatever the student's function does, this does not raise.
    """
    cases = list(exercise.cases(np.random.default_rng(seed)))
    again = cases[:1]  # the first case once more at the end: an answer may not depend on earlier calls
    calls = [exercise.call(copy_of(inputs)) for inputs in cases + again]
    answers: list[Answer] = []
    for answer in ask(calls):
        answers.append(answer)
        if answer.kind == INTERRUPTED or answers[0].kind == UNWRITTEN:
            break
    if not answers or answers[0].kind == UNWRITTEN:
        if answers and answers[0].unwritten not in ("", exercise.name):
            return _all_wrong(exercise, f"calls {answers[0].unwritten}, which is not written yet")
        return _all_wrong(exercise, "not written yet", status="not written yet")
    if stop := next((a for a in answers if a.kind == INTERRUPTED), None):
        case = _case(cases[min(len(answers), len(cases)) - 1])
        return _all_wrong(exercise, f"interrupted after {stop.seconds:.0f} s", ("it ran on", case))
    answers += [Answer(error="nothing came back")] * (len(calls) - len(answers))
    if problem := _misconduct(exercise, cases, answers):
        return _all_wrong(exercise, *problem)
    return _verdict(exercise, trials_of(exercise, cases, answers), ask)


def trials_of(exercise: Exercise, cases: Sequence[Inputs], answers: Sequence[Answer]) -> list[Trial]:
    """Cases and answers, beside what the reference answers."""
    known = exercise.known or (lambda **inputs: {})
    return [
        Trial(inputs, _due(exercise, inputs, a), a, known(**inputs)) for inputs, a in zip(cases, answers, strict=False)
    ]


def _verdict(exercise: Exercise, trials: list[Trial], ask: Ask) -> Verdict:
    failing = {part: part.failing(trials) for part in parts(exercise)}
    wrong = {part: numbers for part, numbers in failing.items() if numbers}
    looks = look_closer(exercise, trials, wrong, ask) if wrong else {}
    findings = tuple(
        _finding(part, trials[numbers[0]], looks[part])
        if numbers
        else Finding(part.name, part.points, part.points, "right")
        for part, numbers in failing.items()
    )
    notes = _notes(exercise, trials)
    if not wrong:
        found = exercise.measured(trials[0].answer.value) if exercise.measured else ()
        return Verdict(exercise.name, "right", findings, notes + found + exercise.after)
    points = sum(finding.points for finding in findings)
    status = "not written yet" if findings[0].reason == NOTHING_CHOSEN else "partly right" if points else "wrong"
    return Verdict(exercise.name, status, findings, notes, exercise.hints)


@dataclass(frozen=True)
class Look:
    """What a second look at one result came to."""

    cause: Cause | None
    tables: dict[Equation, list[Reading]]
    on_the_way: Rows


def look_closer(
    exercise: Exercise, trials: Sequence[Trial], wrong: Mapping[Part, Sequence[int]], ask: Ask
) -> dict[Part, Look]:
    """Ask once more what tells the mistakes apart, and name each part's.

    Args:
        wrong: for each part that is not right, the numbers of the cases that it fails.
    """
    first = {_result(part): (part, numbers) for part, numbers in reversed(list(wrong.items()))}
    asked = {result: asking.questions(part, trials, numbers) for result, (part, numbers) in first.items()}
    shown = exercise.shows(**trials[next(iter(wrong.values()))[0]].inputs) if exercise.shows else ()
    wanted = [inputs for questions in asked.values() for question in questions for inputs in question.calls]
    wanted += [one.inputs for one in shown]
    answers = iter(ask([exercise.call(copy_of(inputs)) for inputs in wanted]) if wanted else ())
    looks = {}
    for result, (part, numbers) in first.items():
        given = [list(itertools.islice(answers, len(question.calls))) for question in asked[result]]
        tables = asking.readings(part, asked[result], given)
        violated = properties.violated(part, [trials[n] for n in numbers], asked[result], given)
        cause = _cause(part, trials, trials[numbers[0]], tables, violated)
        last = itertools.chain(asking.at_zero(part, asked[result], given), asking.responses(part, asked[result], given))
        looks[result] = Look(cause or next(last, None), tables, [])
    rows = _on_the_way(exercise, shown, list(answers))
    astray = next((causes.astray(label, text) for label, text in rows if text.startswith("yours")), None)
    for result, look in looks.items():
        looks[result] = replace(look, cause=look.cause or astray, on_the_way=rows)
    return {part: _apart(part, looks[_result(part)], trials) for part in wrong}


def _apart(part: Part, look: Look, trials: Sequence[Trial]) -> Look:
    """Of a part that stands for cases a mistake may be known, though it does not explain the other parts' cases."""
    if not part.exercise.groups or (look.cause and look.cause.general):
        return look
    counts = part.exercise.groups[part.name]

    def own(trials: Sequence[Trial]) -> list[Trial]:
        return [trial for trial in trials if counts(**trial.inputs)]

    known = causes.first_true(causes.slips(part, own(trials)), own(trials))
    return replace(look, cause=replace(known, holds=lambda trials: known.holds(own(trials)))) if known else look


def _result(part: Part) -> int:
    """Parts that stand for cases share the one result."""
    return 0 if part.exercise.results == 1 else part.number


def _finding(part: Part, first: Trial, look: Look) -> Finding:
    """No points, the reason and the evidence of the first failing case."""
    found, cause = part.difference(first), look.cause
    assert found is not None
    if first.answer.error and not (cause and cause.label == EQUALS):
        cause = causes.stopped(part, first)
    rows: Rows = [(CASE, _case(first.inputs))] if first.inputs else []
    rows += [*_evidence(part, first, found, look.tables), *look.on_the_way]
    if cause and cause.row:
        rows.append((cause.label, cause.text))
    reason = found.what
    if first.answer.error:
        reason = first.answer.error + (f" ({first.answer.line})" if first.answer.line else "")
    elif cause and cause.row:
        reason = f"{found.what}: {cause.sentence}"
    said = " ".join(cause.sentence.split()) if cause else ""
    return Finding(part.name, 0, part.points, " ".join(reason.split()), tuple(rows), said)


def _cause(
    part: Part,
    trials: Sequence[Trial],
    first: Trial,
    tables: dict[Equation, list[Reading]],
    violated: Iterable[Cause],
) -> Cause | None:
    """The first statement that is true of every case, or of every case with decimals; else one about some case."""
    if stop := next((trial for trial in trials if trial.answer.error), None):
        known = causes.first_true(causes.slips(part, trials), trials)
        here = causes.first_true(
            itertools.chain(shapes.shapes(part, [first]), diagnosis.facts(part, first, tables)), trials
        )
        tail = f"; in other cases it stops with {stop.answer.error}"
        stopped = causes.stopped(part, stop)
        stopped = replace(stopped, text=stopped.text.replace("it stops", "in another case it stops", 1), row=True)
        return known or (replace(here, text=here.text + tail) if here else stopped)
    plain = _decimals(trials)
    twice = iter(itertools.tee(diagnosis.readings_explained(part, tables)))  # found once, tested on either
    for tried, where in ((trials, ""), (plain, DECIMALS)):
        if tried is trials or 0 < len(plain) < len(trials):
            explained = next(twice)
            for statements in (causes.slips, causes.relations, diagnosis.rules, shapes.shapes):
                if cause := causes.first_true(statements(part, tried, explained), tried):
                    holds = cause.holds if tried is trials else partial(_of_decimals, cause.holds)
                    return replace(cause, text=cause.text + where, holds=holds)
    last = (
        violated,
        causes.refused(part, first),
        causes.wrong_where(part, trials),
        diagnosis.facts(part, first, tables),
        causes.step(part, trials),
    )
    return causes.first_true(itertools.chain(*last), trials)


def _of_decimals(holds: Callable[[Sequence[Trial]], bool], trials: Sequence[Trial]) -> bool:
    return holds(_decimals(trials))


def _decimals(trials: Sequence[Trial]) -> list[Trial]:
    """Those without an array of whole numbers."""

    def whole(value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype.kind == "i"

    return [trial for trial in trials if not any(map(whole, trial.inputs.values()))]


def _evidence(
    part: Part, trial: Trial, found: Difference, read: dict[Equation, list[Reading]]
) -> Iterable[tuple[str, str]]:
    """Got beside expected, and what feeds the first entry that differs."""
    answer = trial.answer
    name = f"{part.result}, {part.name}" if part.exercise.groups else part.result
    if answer.error:
        yield "it stopped with", answer.error
        if answer.line:
            yield "your code", answer.line
    elif part.exercise.accept:
        if trial.inputs:
            yield name, f"got {show.value(answer.value)}"
        yield "that is wrong since" if trial.inputs else name, found.what
    elif found.index is None:
        yield name, found.what
    else:
        got, expected = np.asarray(part.got(answer.value)[0]), np.asarray(part.expected(trial))
        where = f"\nfirst difference at {list(found.index)}" if found.index else ""
        mine, right = (show.value(values, found.index, mark) for values in (got, expected))
        yield name, f"got      {mine}\nexpected {right}{where}"
        if unmarked(mine) == unmarked(right):
            apart = abs(float(got[found.index]) - float(expected[found.index]))
            yield "", f"they are {apart:.1e} apart, more than float64 rounds: is something rounded, or in float32?"
        if found.kind in ("nan", "dtype"):
            yield "", f"it {found.what}"
    if found.kind in ("values", "shape", "dtype"):
        yield from _feeds(part, trial, found, read)
    if answer.printed:
        yield "it printed", answer.printed.strip()[:200]


def _feeds(
    part: Part, trial: Trial, found: Difference, read: dict[Equation, list[Reading]]
) -> Iterable[tuple[str, str]]:
    """The same entry twice: what feeds it, and what feeds it in the student's answer."""
    if not part.equations:
        return
    got, expected = part.array(trial), part.unfolded(np.asarray(part.expected(trial), float), trial.inputs)
    due, here = diagnosis.due(part, trial), diagnosis.here(trial, read)
    got = None if got is None else part.unfolded(got, trial.inputs)
    if found.index is None:
        index = diagnosis.first_apart(due, here, expected, got)
    else:
        spots = np.arange(expected.size).reshape(np.shape(part.expected(trial)))
        index = tuple(int(n) for n in np.unravel_index(spots[found.index], expected.shape))
    if index is not None:
        yield "what feeds it", written_out(due, index, expected[index])
        if here and got is not None:
            yield "in your answer", written_out(here, index, got[index])


def _on_the_way(exercise: Exercise, shown: Sequence[Shown], answers: Sequence[Answer]) -> Rows:
    """The numbers on the way to the result, the student's beside the expected ones."""
    rows = []
    for one, answer in zip(shown, answers, strict=True):
        if answer.error:
            continue
        try:
            mine = show.value(one.read(answer.value))
        except Exception:  # whatever came back, it cannot be read
            continue
        right = show.value(one.read(_reference(exercise, one.inputs)))
        rows.append((one.label, f"yours    {mine}\nexpected {right}" if mine != right else f"{right}, as expected"))
    return rows


def _misconduct(exercise: Exercise, cases: list[Inputs], answers: list[Answer]) -> tuple[Any, ...] | None:
    """What makes every part wrong, whatever the numbers are."""
    for inputs, answer in zip(cases, answers, strict=False):
        if answer.uses:
            said = f"calls the course's own {answer.uses}: use NumPy and your own functions"
            return said, ("in the case", _case(inputs))
        if answer.changed:
            key = answer.changed[0]
            name = key if isinstance(key, str) else list(inputs)[key]
            return f"changes its argument {name} in place: work on a copy", ("in the case", _case(inputs))
    first, last = answers[0], answers[-1]
    if first.error or last.error:
        return None
    if (accept := exercise.accept) and (accept(first.value, **cases[0]) or not accept(last.value, **cases[0])):
        return None  # of many right answers it may give another one each time
    for part in parts(exercise)[: exercise.results]:
        before, after = part.got(first.value)[0], part.got(last.value)[0]
        if before is not None and after is not None and (accept or not _repeats(before, after)):
            seen = f"first {show.value(before)}, later {show.value(after)}"
            what = "gives another answer when called again: does it keep something between calls"
            said = f"{part.result} {what}, or add to an np.empty array?"
            return said, ("the same call", _case(cases[0])), (part.result, seen)
    return None


def _repeats(before: Any, after: Any) -> bool:
    try:
        if np.shape(before) != np.shape(after):  # broadcasting two large arrays would take all memory
            return False
        return bool(np.allclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True))
    except (TypeError, ValueError, OverflowError):
        return True  # not numbers: the comparison with the expected answer says so


def _all_wrong(exercise: Exercise, reason: str, *rows: tuple[str, str], status: str = "wrong") -> Verdict:
    blank = status == "not written yet"
    told = () if blank else (("your function", reason), *rows)
    cause = "" if blank else f"your function {reason}"
    findings = tuple(Finding(name, 0, possible, reason, told, cause) for name, possible in exercise.parts.items())
    return Verdict(exercise.name, status, findings, hints=exercise.hints)


def _notes(exercise: Exercise, trials: list[Trial]) -> tuple[tuple[str, str], ...]:
    notes = []
    if warned := next((trial.answer.warned for trial in trials if trial.answer.warned), ""):
        notes.append(("note", f"NumPy warned: {warned}"))
    for part in parts(exercise)[: exercise.results]:
        got, _ = part.got(trials[0].answer.value)
        if isinstance(got, list | tuple) and not exercise.accept and part.array(trials[0]) is not None:
            notes.append(("note", f"{part.result} is a {type(got).__name__}; np.array(...) makes an array of it"))
    seconds = sum(trial.answer.seconds for trial in trials)
    if seconds > SLOW_SECONDS:
        own = sum(attempt(exercise.reference, *exercise.call(copy_of(trial.inputs))).seconds for trial in trials)
        if seconds > SLOW_RATIO * own:
            spare = "is there a loop inside a loop to spare?"
            notes.append(("note", f"it took {seconds:.1f} s, the course's own {own:.2f} s: {spare}"))
    return tuple(notes)


def _reference(exercise: Exercise, inputs: Inputs) -> Any:
    args, kwargs = exercise.call(copy_of(inputs))
    return exercise.reference(*args, **kwargs)


def _due(exercise: Exercise, inputs: Inputs, answer: Answer) -> Any:
    """What is expected. Of steps in a row each is judged by the ones before it, as far as they came back in shape."""
    due, came = _reference(exercise, inputs), answer.value
    if exercise.onward is None or not isinstance(came, tuple | list) or len(came) != len(due):
        return due
    arrays = [numbers_of(one) for one in came]
    sound = [
        one is not None and one.shape == np.shape(right) and np.isfinite(one).all()
        for one, right in zip(arrays, due, strict=True)
    ]
    results = tuple(one if fits else right for one, right, fits in zip(arrays, due, sound, strict=True))
    return exercise.onward(results, **copy_of(inputs))


def _case(inputs: Inputs) -> str:
    # A function is shown where its name tells more than the argument's: activation = square.
    shown = {name: value for name, value in inputs.items() if getattr(value, "__name__", "") != name}
    return "\n".join(f"{name} = {show.value(value)}{show.layout(value)}" for name, value in shown.items())
