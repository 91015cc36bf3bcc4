"""One submission: run its cells in order, ask each exercise where the notebook checks it, and let `judge` decide."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnlib.checks import Answer, Ask, Call, Exercise, Finding, Verdict, judge
from cnnlib.checks.calling import UNDEFINED
from cnnlib.exercises import lectures
from cnnlib.grading.marks import Line, Mark
from cnnlib.grading.notebook import Cell, Notebook, Shingles
from cnnlib.grading.process import Limits
from cnnlib.grading.reading import Unreadable
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
    doubtful: bool = False  # may other notebooks have cost it something?
    others: Sequence[str] = ()  # lectures that are in it as well, and not graded
    counts: bool = True  # of several attempts at one lecture, the latest that could be read
    shingles: Shingles = ()  # what its code is made of
    mark: Mark | None = None  # what an instructor's policy or hand made of the points
    read: bool = True  # could it be read, and judged?
    failed: bool = False  # is it a fault of the grader, which another run may not have?
    seconds: float = 0.0  # that it took

    @property
    def points(self) -> int:
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def possible(self) -> int:
        return sum(verdict.possible for verdict in self.verdicts)

    @property
    def rank(self) -> tuple[bool, int, float, str]:
        """Larger for an attempt that counts rather: one that could be read, uploaded later, changed later."""
        return self.read, self.submission.number, self.submission.time, self.submission.notebook

    @property
    def final(self) -> Mark:
        """What it counts for: the checks' points, where no instructor said otherwise."""
        return self.mark or Mark(tuple(Line(v.exercise, v.points, v.possible) for v in self.verdicts))


def grade_notebook(submission: Submission, launcher: Launcher, limits: Limits, seed: int, data: bytes) -> Graded | None:
    """Verdicts on what is in a file, or a status that says why there are none; None if `limits.stop` came first.

    Never raises.
    """
    started, verdicts = time.monotonic(), dict[str, Verdict]()
    lecture, others, shingles = submission.lecture, list[str](), Shingles()
    read, failed = True, False
    student = Student(launcher, limits)
    try:
        notebook = student.read(data)
        if notebook.lecture is None:
            raise Unreadable("not graded: no exercise of this course in it")
        lecture, others, shingles = notebook.lecture, notebook.others, notebook.shingles
        status = _verdicts(notebook, student, seed, verdicts)
    except Unreadable as problem:
        status, read = str(problem), False
    except Interrupted:
        return None
    except Stopped as problem:
        status = f"stopped: {problem}"
    except Exception as problem:  # a fault of ours: it must not cost the others their grades
        status, read, failed = failure(problem), False, True
    finally:
        student.close()
    kept = {"doubtful": student.doubtful, "others": others, "shingles": shingles, "read": read, "failed": failed}
    return outcome(submission, status, lecture, verdicts, seconds=time.monotonic() - started, **kept)


def failure(problem: Exception) -> str:
    return f"not graded: the grader failed ({problem!r})"


def outcome(
    submission: Submission, status: str, lecture: str | None, verdicts: Mapping[str, Verdict], **more: Any
) -> Graded:
    """With a verdict on every exercise of the lecture: no points for what has none, and the status says why.

    Args:
        more: other fields of Graded.
    """
    asked = lectures()[lecture] if lecture else ()
    found = tuple(verdicts.get(exercise.name) or nothing(exercise, status) for exercise in asked)
    return Graded(submission, status, lecture, found, **more)


def ungraded(submission: Submission, status: str, **more: Any) -> Graded:
    """No points, and why; the name of the file says what was possible."""
    return outcome(submission, status, submission.lecture, {}, read=False, **more)


def _verdicts(notebook: Notebook, student: Student, seed: int, verdicts: dict[str, Verdict]) -> str:
    """Fill in the verdicts, exercise by exercise, and return the status. Raises Stopped."""
    failed: list[tuple[Cell, str]] = []
    again: list[Exercise] = []  # they, or what they call, are not defined where they are checked: perhaps further down
    for cell, asked in notebook.plan():
        if cell and (error := student.run(cell.number, cell.source)):
            failed.append((cell, error))
        for exercise in asked if cell else dict.fromkeys([*again, *asked]):
            earlier = verdicts.get(exercise.name)
            if earlier and earlier.right:
                continue
            try:
                found, undefined = verdict(exercise, student, seed)
            except Missing:
                found, undefined = nothing(exercise, _why_missing(exercise, failed)), True
            if undefined:
                again.append(exercise)
            if not earlier or found.points >= earlier.points:
                verdicts[exercise.name] = found
    return FAULTY if any(one.status == FAULT for one in verdicts.values()) else "graded"


def verdict(exercise: Exercise, student: Student, seed: int) -> tuple[Verdict, bool]:
    """The verdict that the notebook would give, on answers from the student's process; and did a name fail it?

    Raises:
        Missing, Stopped: there are no answers.
    """
    kinds = set[str]()

    def answers(name: str, calls: Sequence[Call]) -> list[Answer] | None:
        _judging.release()  # other notebooks are judged while this one computes
        try:
            return student.answers(name, calls)
        finally:
            _judging.acquire()

    def ask(calls: Sequence[Call]) -> list[Answer]:
        if (given := answers(exercise.name, calls)) is None:
            raise Missing
        kinds.update(answer.kind for answer in given)
        return given

    def another(name: str) -> Ask:
        return lambda calls: answers(name, calls) or []

    with _judging:
        try:
            return judge(exercise, ask, seed, another), UNDEFINED in kinds
        except (Missing, Stopped):
            raise
        except Exception as problem:
            return nothing(exercise, f"{FAULT}: {problem!r}; please report it", status=FAULT), False


def nothing(exercise: Exercise, reason: str, status: str = "not written yet") -> Verdict:
    """No points, and why."""
    said = (("your notebook", reason),)
    findings = tuple(Finding(part, 0, possible, reason, said) for part, possible in exercise.parts.items())
    return Verdict(exercise.name, status, findings, hints=exercise.hints)


def _why_missing(exercise: Exercise, failed: list[tuple[Cell, str]]) -> str:
    for cell, error in reversed(failed):
        if exercise.name in cell.defines:
            why = "it needs the course's code, not here meanwhile" if "Placeholder" in error else error
            return f"not defined: its cell [{cell.number}] stopped: {why}"
    return "not defined in the notebook"
