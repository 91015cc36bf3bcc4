"""One submission: run its cells in order, ask each exercise where the notebook checks it, and let `judge` decide."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cnnlib.checks import Answer, Call, Exercise, Finding, Verdict, judge
from cnnlib.exercises import lectures
from cnnlib.grading.notebook import Cell, Notebook, Unreadable
from cnnlib.grading.process import Limits
from cnnlib.grading.sandbox import Launcher
from cnnlib.grading.student import Interrupted, Stopped, Student
from cnnlib.grading.submissions import Submission

# judge() calls attempt() on the course's own functions, and that swaps sys.stdout, which all threads share.
_judging = threading.Lock()

FAULT = "a check failed, not the answer"
FAULTY = f"graded, but {FAULT}"


class Missing(Exception):
    """The notebook has no function or letters of this name."""


@dataclass(frozen=True)
class Graded:
    """What one submission came to."""

    submission: Submission
    status: str
    lecture: str | None = None
    verdicts: tuple[Verdict, ...] = ()  # in the order of the lecture's exercises

    @property
    def points(self) -> int:
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def possible(self) -> int:
        return sum(verdict.possible for verdict in self.verdicts)


def grade_notebook(submission: Submission, launcher: Launcher, limits: Limits, seed: int) -> Graded | None:
    """Verdicts, or a status that says why there are none; None if `limits.stop` came first. Never raises."""
    verdicts: dict[str, Verdict] = {}
    lecture = submission.lecture
    try:
        notebook = submission.read()
        if notebook.lecture is None:
            raise Unreadable("not graded: no exercise of this course in it")
        lecture = notebook.lecture
        status, verdicts = _verdicts(notebook, launcher, limits, seed)
    except Unreadable as problem:
        status = str(problem)
    except Interrupted:
        return None
    except Exception as problem:  # a fault of ours: it must not cost the others their grades
        status = f"not graded: the grader failed ({problem!r})"
    asked = lectures()[lecture] if lecture else ()
    return Graded(submission, status, lecture, tuple(verdicts.get(e.name) or nothing(e, status) for e in asked))


def _verdicts(notebook: Notebook, launcher: Launcher, limits: Limits, seed: int) -> tuple[str, dict[str, Verdict]]:
    student = Student(launcher, limits)
    verdicts: dict[str, Verdict] = {}
    failed: list[tuple[Cell, str]] = []
    again: list[Exercise] = []  # not defined where they are checked: perhaps further down
    try:
        for cell, asked in notebook.plan():
            if cell and (error := student.run(cell.number, cell.source)):
                failed.append((cell, error))
            for exercise in asked if cell else [*again, *asked]:
                try:
                    verdicts[exercise.name] = verdict(exercise, student, seed)
                except Missing:
                    again.append(exercise)
                    verdicts[exercise.name] = nothing(exercise, _why_missing(exercise, failed))
    except Interrupted:
        raise
    except Stopped as problem:
        return f"stopped: {problem}", verdicts
    finally:
        student.close()
    return FAULTY if any(one.status == FAULT for one in verdicts.values()) else "graded", verdicts


def verdict(exercise: Exercise, student: Student, seed: int) -> Verdict:
    """The verdict that the notebook would give, on answers from the student's process. Raises Missing and Stopped."""

    def ask(calls: Sequence[Call]) -> list[Answer]:
        _judging.release()  # other notebooks are judged while this one computes
        try:
            answers = student.answers(exercise.name, calls)
        finally:
            _judging.acquire()
        if answers is None:
            raise Missing
        return answers

    with _judging:
        try:
            return judge(exercise, ask, seed)
        except (Missing, Stopped):
            raise
        except Exception as problem:
            return nothing(exercise, f"{FAULT}: {problem!r}; please report it", status=FAULT)


def nothing(exercise: Exercise, reason: str, status: str = "not written yet") -> Verdict:
    """No points, and why."""
    findings = tuple(Finding(part, 0, possible, reason) for part, possible in exercise.parts.items())
    return Verdict(exercise.name, status, findings)


def _why_missing(exercise: Exercise, failed: list[tuple[Cell, str]]) -> str:
    for cell, error in reversed(failed):
        if exercise.name in cell.defines:
            return f"not defined: its cell [{cell.number}] stopped: {error}"
    return "not defined in the notebook"
