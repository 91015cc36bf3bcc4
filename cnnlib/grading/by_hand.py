"""Points and comments that a person gives: a CSV that is only ever read, so that it holds for every regrade.

student,exercise,points,comment
Ann Lee_77,conv1d_forward,1,right idea
Ann Lee_77,05_conv1d_backprop,17,handed in on paper
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cnnlib.exercises import find, lecture_of, lectures
from cnnlib.grading.marking import Graded, outcome
from cnnlib.grading.marks import Line, number
from cnnlib.grading.naming import clean
from cnnlib.grading.policy import Policy, meant, worth
from cnnlib.grading.report import Refused
from cnnlib.grading.roster import NO_ROSTER, Roster, handed_in_by, misfit
from cnnlib.grading.sheets import entry, read_sheet
from cnnlib.grading.submissions import Submission

COLUMNS = ("student", "exercise", "points", "comment")


@dataclass(frozen=True)
class Note:
    """One row."""

    student: str
    lecture: str
    exercise: str  # "" for the whole lecture
    points: float | None  # None: a comment alone
    comment: str

    @property
    def about(self) -> str:
        return self.exercise or self.lecture


def notes(path: Path, policy: Policy) -> list[Note]:
    """Read them; raises Refused with the row that cannot be used."""
    sheet = read_sheet(path, "points by hand")
    at = {name: sheet.column(name) for name in COLUMNS}
    if missing := [name for name in ("student", "exercise") if at[name] is None]:
        raise Refused(f"{path} has no column {', '.join(missing)}. Its first row is {','.join(COLUMNS)}.")
    found: dict[tuple[str, str, str], Note] = {}
    for line, row in enumerate(sheet.rows, 2):
        told = {name: entry(row, column) for name, column in at.items()}
        if not any(told.values()):
            continue
        try:
            note = _note(told, policy)
            if found.setdefault((note.student, note.lecture, note.exercise), note) is not note:
                raise ValueError(f"{note.student} has an earlier row for {told['exercise']}. Keep one of them.")
        except ValueError as problem:
            raise Refused(f"{path}, row {line}: {problem}") from None
    return list(found.values())


def _note(told: Mapping[str, str], policy: Policy) -> Note:
    if not told["student"]:
        raise ValueError("no student.")
    names = [*lectures(), *(exercise.name for asked in lectures().values() for exercise in asked)]
    name = meant("exercise or lecture", told["exercise"], names)
    exercise = find(name)
    lecture = lecture_of(exercise) if exercise else name
    most = sum(worth(policy, one.name, one.possible) for one in ([exercise] if exercise else lectures()[lecture]))
    points = _points(told["points"], most) if told["points"] else None
    if points is None and not told["comment"]:
        raise ValueError("neither points nor a comment.")
    return Note(clean(told["student"]), lecture, exercise.name if exercise else "", points, told["comment"])


def _points(text: str, most: float) -> float:
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = -1
    if not 0 <= points <= most:
        raise ValueError(f'"{text}" is no number of points from 0 to {number(most)}.')
    return points


def by_hand(
    notes: Sequence[Note], graded: Sequence[Graded], known: Roster = NO_ROSTER
) -> tuple[list[Graded], list[str]]:
    """With what a person said, on the attempt that counts; and sentences about the rows that fit nobody.

    A row for a whole lecture makes up for a file that is missing, if the roster has this student.
    """
    done, said = list(graded), []
    used: dict[tuple[int, str], str] = {}  # file and exercise -> the name in the row
    for note in notes:
        files = {n: one.submission for n, one in enumerate(done) if one.counts and one.lecture == note.lecture}
        fits = handed_in_by(note.student, files, known)
        if not fits and note.points is not None and not note.exercise and (person := known.person(note.student)):
            fits = [len(done)]
            done.append(outcome(Submission(person, "", path=Path()), "no notebook", note.lecture, {}))
        whose = sorted({done[n].submission.student for n in fits})
        if len(whose) != 1:
            said.append(f"by hand: {misfit(note.student, note.lecture, files, whose, known)}")
        elif (first := used.setdefault((fits[0], note.exercise), note.student)) == note.student:
            done[fits[0]] = _with(done[fits[0]], note)
        else:
            said.append(f'by hand: "{note.student}" is "{first}", whose row for {note.about} counts. Keep one of them.')
    return done, [f"by hand: {len(used)} of {len(notes)} rows used.", *said]


def _with(one: Graded, note: Note) -> Graded:
    mark = one.final
    if note.exercise:
        lines = tuple(_line(line, note) if line.exercise == note.exercise else line for line in mark.lines)
        return replace(one, mark=replace(mark, lines=lines))
    status = one.status if note.points is None else f"{one.status}, points by hand"
    whole = mark.whole if note.points is None else note.points
    return replace(one, mark=replace(mark, whole=whole, comment=note.comment), status=status)


def _line(line: Line, note: Note) -> Line:
    if note.points is None:
        return replace(line, comment=note.comment)
    return replace(line, points=note.points, comment=note.comment, by_hand=True)
