"""From a function's answers to a verdict: which parts hold, the smallest failing case, and which mistake it is."""

import copy
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnlib.checks import feeds, show
from cnnlib.checks.attempt import Answer, attempt
from cnnlib.checks.compare import Difference, difference, equal
from cnnlib.checks.exercise import Exercise, Inputs, Slip
from cnnlib.checks.verdict import CASE, Finding, Verdict, mark, unmarked

Call = tuple[tuple[Any, ...], dict[str, Any]]
Ask = Callable[[Sequence[Call]], Iterable[Answer]]

RESULT = "result"  # the name of the one result, where parts stand for cases
UNWRITTEN = "NotImplementedError"
INTERRUPTED = "KeyboardInterrupt"
SLOW_SECONDS, SLOW_RATIO = 2.0, 50


def asks(function: Callable[..., Any], course: str = "") -> Ask:
    """Put the calls to a function of this process (the grader has an `ask` whose function lives in a sandbox)."""
    return lambda calls: (attempt(function, args, kwargs, course) for args, kwargs in calls)


@dataclass(frozen=True)
class Trial:
    """One case, what was expected, and what came back."""

    inputs: Inputs
    expected: Any
    answer: Answer


def judge(exercise: Exercise, ask: Ask, seed: int = 0) -> Verdict:
    """Run every case and say what holds and what does not.

    Args:
        exercise: what is asked.
        ask: answers a list of (args, kwargs) in order; it is the only way to the student's code.
        seed: moves the values in the random cases. A function's verdict is the same under any seed.

    Returns:
        A verdict; whatever the student's function does, this does not raise.
    """
    cases = list(exercise.cases(np.random.default_rng(seed)))
    again = cases[:1]  # the first case once more at the end: an answer may not depend on earlier calls
    calls = [exercise.call(_copy(inputs)) for inputs in cases + again]
    answers = []
    for answer in ask(calls):
        answers.append(answer)
        if _name(answer.error) == INTERRUPTED or _name(answers[0].error) == UNWRITTEN:
            break
    if not answers or _name(answers[0].error) == UNWRITTEN:
        called = re.match(rf"{UNWRITTEN}: (\w+) is not written yet$", answers[0].error) if answers else None
        if called and called[1] != exercise.name:
            return _all_wrong(exercise, f"calls {called[1]}, which is not written yet")
        return _all_wrong(exercise, "not written yet", status="not written yet")
    if stop := next((a for a in answers if _name(a.error) == INTERRUPTED), None):
        case = _case(cases[min(len(answers), len(cases)) - 1])
        return _all_wrong(exercise, f"interrupted after {stop.seconds:.0f} s", ("it ran on", case))
    answers += [Answer(error="nothing came back")] * (len(calls) - len(answers))
    if problem := _misconduct(exercise, cases, answers):
        return _all_wrong(exercise, *problem)
    trials = [Trial(inputs, _reference(exercise, inputs), a) for inputs, a in zip(cases, answers, strict=False)]
    return _verdict(exercise, trials)


def _verdict(exercise: Exercise, trials: list[Trial]) -> Verdict:
    findings = tuple(_finding(exercise, trials, part) for part in range(len(exercise.parts)))
    points = sum(finding.points for finding in findings)
    if points == exercise.possible:
        return Verdict(exercise.name, "right", findings, _notes(exercise, trials) + exercise.after)
    unchosen = exercise.accept is not None and findings[0].reason == "no letter chosen yet"
    status = "not written yet" if unchosen else "partly right" if points else "wrong"
    return Verdict(exercise.name, status, findings, _notes(exercise, trials), exercise.hints)


def _finding(exercise: Exercise, trials: list[Trial], part: int) -> Finding:
    """Points, reason and evidence of one part: all cases must hold."""
    name, possible = list(exercise.parts.items())[part]
    differences = [_difference(exercise, trial, part) for trial in trials]
    counts = exercise.groups.get(name, lambda **inputs: True)
    failing = [n for n, found in enumerate(differences) if found and counts(**trials[n].inputs)]
    if not failing:
        return Finding(name, possible, possible, "right")
    first, found = trials[failing[0]], differences[failing[0]]
    assert found is not None
    label, says = _diagnosis(exercise, trials, part, [n for n, one in enumerate(differences) if one])
    rows = [(CASE, _case(first.inputs))] if first.inputs else []
    rows += _evidence(exercise, first, part, f"{RESULT}, {name}" if exercise.groups else name, found)
    if says:
        rows.append((label, says))
    reason = f"{found.what}: {label} {says}" if says else found.what
    if first.answer.error:
        reason = first.answer.error + (f" ({first.answer.line})" if first.answer.line else "")
    return Finding(name, 0, possible, " ".join(reason.split()), tuple(rows))


def _difference(exercise: Exercise, trial: Trial, part: int) -> Difference | None:
    if trial.answer.error:
        return Difference(trial.answer.error, "error")
    if exercise.accept:
        wrong = exercise.accept(trial.answer.value, **trial.inputs)
        return Difference(wrong) if wrong else None
    got, missing = _entry(exercise, trial.answer.value, part)
    if missing:
        return Difference(missing, "type")
    expected = _expected(exercise, trial, part)
    found = difference(got, expected, trial.inputs, exercise.tolerance)
    if found and found.kind == "shape" and exercise.results > 1 and _swapped(trial):
        return Difference(f"has the shape of another result; the order is {', '.join(exercise.parts)}", "type")
    return found


def _swapped(trial: Trial) -> bool:
    """Have several results the expected shapes, but in another order? Only arrays and numbers have one."""
    if not all(isinstance(one, np.ndarray | np.generic | int | float) for one in trial.answer.value):
        return False
    return sorted(map(np.shape, trial.answer.value)) == sorted(map(np.shape, trial.expected))


def _expected(exercise: Exercise, trial: Trial, part: int) -> Any:
    return trial.expected[part] if exercise.results > 1 else trial.expected


def _entry(exercise: Exercise, value: Any, part: int) -> tuple[Any, str]:
    """The part's entry of a returned value, or why there is none."""
    wanted = exercise.results
    if wanted == 1 or value is None:
        return value, ""
    if not isinstance(value, tuple | list):
        return (
            None,
            f"returned one {type(value).__name__}, expected {wanted} results: {', '.join(exercise.parts)}",
        )
    if len(value) != wanted:
        return None, f"returned {len(value)} results, expected {wanted}: {', '.join(exercise.parts)}"
    return value[part], ""


def _evidence(exercise: Exercise, trial: Trial, part: int, name: str, found: Difference) -> Iterable[tuple[str, str]]:
    """Got beside expected, and what feeds the first entry that differs."""
    answer = trial.answer
    if answer.error:
        yield "it stopped with", answer.error
        if answer.line:
            yield "your code", answer.line
    elif exercise.accept:
        if trial.inputs:
            yield name, f"got {show.value(answer.value)}"
        yield "that is wrong since" if trial.inputs else name, found.what
    elif found.index is None:
        yield name, found.what
    else:
        got, _ = _entry(exercise, answer.value, part)
        expected = _expected(exercise, trial, part)
        where = f"\nfirst difference at {list(found.index)}" if found.index else ""
        mine, right = (show.value(np.asarray(values), found.index, mark) for values in (got, expected))
        yield name, f"got      {mine}\nexpected {right}{where}"
        if unmarked(mine) == unmarked(right):
            apart = abs(float(np.asarray(got)[found.index]) - float(np.asarray(expected)[found.index]))
            yield "", f"they are {apart:.1e} apart, more than float64 rounds: is something rounded, or in float32?"
        if found.kind in ("nan", "dtype"):
            yield "", f"it {found.what}"
        elif exercise.feeds and (sum_ := feeds.terms(exercise, part, name, trial.inputs, found.index)):
            yield "what feeds it", sum_
    if answer.printed:
        yield "it printed", answer.printed.strip()[:200]


def _diagnosis(exercise: Exercise, trials: list[Trial], part: int, failing: list[int]) -> tuple[str, str]:
    """Label and sentence that name the mistake, or two empty strings."""
    known = [slip for slip in exercise.slips if _explains(slip, exercise, trials, part)]
    if len(known) == 1:
        return "your answer equals", known[0].says
    if known:
        about = {slip.about for slip in known}
        common = f" They have in common: {about.pop()}." if len(about) == 1 and "" not in about else ""
        return (
            "your answer equals",
            f"more than one known mistake: {'; '.join(s.name for s in known)}.{common}",
        )
    for says, change in RELATIVES.items():
        if all(_relative(exercise, trial, part, change) for trial in trials):
            return "your answer equals", f"the expected one {says}, in every case"
    fitting = [name for name, holds in exercise.features.items() if _having(holds, trials) == failing]
    if fitting and len(failing) < len(trials):
        return "it fails only", f"with {', or '.join(fitting)}, and in every such case"
    return "", ""


def _having(holds: Callable[..., bool], trials: list[Trial]) -> list[int]:
    return [n for n, trial in enumerate(trials) if holds(**trial.inputs)]


RELATIVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "with the sign reversed": lambda e: -e,
    "reversed from end to end": lambda e: np.flip(e),
    "transposed": lambda e: e.T,
    "twice over": lambda e: 2 * e,
    "halved": lambda e: e / 2,
}


def _relative(exercise: Exercise, trial: Trial, part: int, change: Callable[[np.ndarray], np.ndarray]) -> bool:
    got, missing = _entry(exercise, trial.answer.value, part)
    expected = _expected(exercise, trial, part)
    if missing or trial.answer.error or not isinstance(expected, np.ndarray | np.generic | int | float):
        return False
    return equal(got, change(np.asarray(expected)), trial.inputs, exercise.tolerance)


def _explains(slip: Slip, exercise: Exercise, trials: list[Trial], part: int) -> bool:
    """Does this slip give the student's answer in every case, and not the right one in every case?"""
    wrong_somewhere = False
    for trial in trials:
        args, kwargs = exercise.call(_copy(trial.inputs))
        slipped = attempt(slip.answer, args, kwargs)
        if bool(slipped.error) != bool(trial.answer.error):
            return False
        if slipped.error:
            wrong_somewhere = True
            continue
        (got, missing), (like, lacking) = (_entry(exercise, a.value, part) for a in (trial.answer, slipped))
        if missing or lacking or not equal(got, like, trial.inputs, exercise.tolerance):
            return False
        wrong_somewhere |= _difference(exercise, replace(trial, answer=slipped), part) is not None
    return wrong_somewhere


def _misconduct(exercise: Exercise, cases: list[Inputs], answers: list[Answer]) -> tuple[Any, ...] | None:
    """What makes every part wrong, whatever the numbers are."""
    for inputs, answer in zip(cases, answers, strict=False):
        if answer.uses:
            return f"calls the course's own {answer.uses}: use NumPy and your own functions", (
                "in the case",
                _case(inputs),
            )
        if answer.changed:
            key = answer.changed[0]
            name = key if isinstance(key, str) else [n for n in inputs if n not in exercise.defaults][key]
            return f"changes its argument {name} in place: work on a copy", ("in the case", _case(inputs))
    first, last = answers[0], answers[-1]
    if first.error or last.error or exercise.accept:
        return None
    for part, name in enumerate([RESULT] if exercise.groups else exercise.parts):
        before, after = _entry(exercise, first.value, part)[0], _entry(exercise, last.value, part)[0]
        if before is not None and after is not None and not _repeats(before, after):
            seen = f"first {show.value(before)}, later {show.value(after)}"
            what = "gives another answer when called again: does it keep something between calls"
            return f"{name} {what}, or add to an np.empty array?", ("the same call", _case(cases[0])), (name, seen)
    return None


def _repeats(before: Any, after: Any) -> bool:
    try:
        if np.shape(before) != np.shape(after):  # broadcasting two large arrays would take all memory
            return False
        return bool(np.allclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True))
    except (TypeError, ValueError, OverflowError):
        return True  # not numbers: the comparison with the expected answer says so


def _all_wrong(exercise: Exercise, reason: str, *rows: tuple[str, str], status: str = "wrong") -> Verdict:
    told = () if status == "not written yet" else (("your function", reason), *rows)
    findings = tuple(Finding(name, 0, possible, reason, told) for name, possible in exercise.parts.items())
    return Verdict(exercise.name, status, findings, hints=exercise.hints)


def _notes(exercise: Exercise, trials: list[Trial]) -> tuple[tuple[str, str], ...]:
    notes = []
    if warned := next((trial.answer.warned for trial in trials if trial.answer.warned), ""):
        notes.append(("note", f"NumPy warned: {warned}"))
    seconds = sum(trial.answer.seconds for trial in trials)
    if seconds > SLOW_SECONDS:
        own = sum(attempt(exercise.reference, *exercise.call(_copy(trial.inputs))).seconds for trial in trials)
        if seconds > SLOW_RATIO * own:
            spare = "is there a loop inside a loop to spare?"
            notes.append(("note", f"it took {seconds:.1f} s, the course's own {own:.2f} s: {spare}"))
    return tuple(notes)


def _reference(exercise: Exercise, inputs: Inputs) -> Any:
    args, kwargs = exercise.call(_copy(inputs))
    return exercise.reference(*args, **kwargs)


def _copy(inputs: Inputs) -> Inputs:
    """A case of its own for every call. Layout is part of a case: a view stays a view."""
    return {name: _twin(value) for name, value in inputs.items()}


def _twin(value: Any) -> Any:
    """A copy; of an array with the same memory layout: C, Fortran, or a view whose last axis steps backwards."""
    if isinstance(value, np.ndarray):
        return _twin_array(value)
    return copy.deepcopy(value) if isinstance(value, list | dict) else value


def _twin_array(array: np.ndarray) -> np.ndarray:
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return array.copy(order="K")
    return stepping(array)


def stepping(array: np.ndarray) -> np.ndarray:
    """The same numbers as a view that owns every second cell of its memory, last one first."""
    return np.repeat(array[..., ::-1], 2, axis=-1)[..., ::-2]


def _case(inputs: Inputs) -> str:
    shown = {name: value for name, value in inputs.items() if getattr(value, "__name__", "") != name}
    return "\n".join(f"{name} = {show.value(value)}{show.layout(value)}" for name, value in shown.items())


def _name(error: str) -> str:
    return error.split(":")[0]
