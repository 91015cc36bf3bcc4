"""Who is in the class: a CSV from Canvas, Moodle or Gradescope, or one name a line; and who of them handed in what.

A file belongs to a person by the number that the platform put into its name, by a login, or by the name, in any order
of its words: Canvas writes "leeann" for "Lee, Ann". A name that fits two people fits nobody.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cnnlib.grading.marking import Graded
from cnnlib.grading.marks import number
from cnnlib.grading.report import Refused, Row
from cnnlib.grading.sheets import Sheet, entry, folded, perhaps, read_sheet
from cnnlib.grading.submissions import Submission

FULL = ("Student", "Full name", "Student name", "Display name", "Vollständiger Name", "Nom complet", "Nombre completo")
FIRST = ("First name", "Given name", "Vorname", "Prénom", "Nombre")
LAST = ("Last name", "Surname", "Family name", "Nachname", "Nom de famille", "Nom", "Apellido(s)", "Apellidos")
PLAIN = ("Name",)
CANVAS_IDS = ("SIS User ID", "SIS Login ID")  # beside these, ID is Canvas's own number
IDS = re.compile(
    r"(student|sis user|sis login|login|user|matriculation)? ?(id|number|nummer)|sid|id number|username|login|"
    r"matrikelnummer|anmeldename|nom d.utilisateur|nombre de usuario|.*(e-?mail|courriel|correo).*"
)
PARTICIPANT = re.compile(r"\D*[^\d\s]\D*?(\d+)")  # "Participant 77": Moodle's number in the names of files
NO_STUDENTS = ("points possible", "student, test", "test student")  # rows that Canvas adds

Key = tuple[str, str]  # a platform or "", an id; or "name", a name


@dataclass(frozen=True)
class Roster:
    """The class, in the order of the file."""

    people: Sequence[str]
    keys: dict[Key, set[str]] = field(default_factory=dict)  # what a file may say -> people whom it fits

    def who(self, submission: Submission) -> tuple[list[str], list[str]]:
        """The people whose file this is, more than one for a team; and the names in it that are nobody's here."""
        if found := self.person(submission.student, submission.system, submission.account):
            return [found], []
        team = {name: self.person(name) for name in submission.student.split(" and ")}
        if not any(team.values()):
            return [], [submission.student]
        return [person for person in team.values() if person], [name for name, person in team.items() if not person]

    def person(self, student: str, system: str = "", account: str = "") -> str:
        """Who of the class is meant by a name, a login or a number; "" if nobody, or two."""
        if not system and student in self.people:
            return student
        name, _, tail = student.rpartition("_")
        keys = [(system, account)] if system else [("", folded(student))]
        keys += [("", folded(tail))] if name not in ("", "anon") and not system and " and " not in name else []
        keys += [("name", _joined(student)), ("name", _joined(_bare(student)))]
        for key in keys:
            if len(people := self.keys.get(key, ())) == 1:
                return next(iter(people))
        return ""


NO_ROSTER = Roster(())


def handed_in_by(name: str, files: Mapping[int, Submission], known: Roster) -> list[int]:
    """Which files are of the one whom a person calls so, alone or in a team.

    It is the name in the tables, with or without the number behind it, or that number alone; or what the roster has.
    """
    exactly = [n for n, submission in files.items() if submission.student == name]
    return exactly or [n for n, submission in files.items() if _goes_by(name, submission, known)]


def _goes_by(name: str, submission: Submission, known: Roster) -> bool:
    if person := known.person(name):
        return person in known.who(submission)[0]
    students = submission.student.split(" and ")
    return name in {*students, *map(_bare, students), submission.account} - {""}


def misfit(name: str, lecture: str, files: Mapping[int, Submission], whose: Sequence[str], known: Roster) -> str:
    """Why a row for this name is of no use: it fits several, or somebody without a file, or nobody."""
    if whose:
        return f'"{name}" fits {", ".join(whose)}. Write one of these names.'
    if person := known.person(name):
        return f"{person} has handed in no {lecture}."
    return f'"{name}" fits nobody with {lecture}{perhaps(name, {one.student for one in files.values()})}.'


def _bare(student: str) -> str:
    """Without the number that a platform puts behind the name: Gradescope's may begin with letters."""
    return re.sub(r"(?<=.)_[^_\d]*\d[^_]*$", "", student)


def roster(path: Path) -> Roster:
    """Read it; raises Refused if it holds nobody."""
    sheet = read_sheet(path, "a roster")
    columns = [sheet.column(*names) for names in (FULL, FIRST, LAST, PLAIN)]
    ids = [at for at, heading in enumerate(sheet.header) if IDS.fullmatch(folded(heading))]
    if all(column is None for column in columns) and not ids:  # no headings at all
        return _made(path, [(line, [("", folded(line))]) for line in _lines([sheet.header, *sheet.rows], sheet.sign)])
    return _made(path, list(_people(sheet, columns, ids)))


def _lines(rows: list[list[str]], sign: str) -> list[str]:
    """One name a line, with commas in it or not."""
    return [line for row in rows if (line := f"{sign} ".join(part.strip() for part in row if part.strip()))]


def _people(sheet: Sheet, columns: Sequence[int | None], ids: Sequence[int]) -> Iterator[tuple[str, list[Key]]]:
    full, first, last, plain = columns
    canvas = sheet.column(*CANVAS_IDS) is not None
    role = sheet.column("Role", "Roles")
    teachers = any("student" in folded(entry(row, role)) for row in sheet.rows)  # the file tells them apart
    participant = sheet.column("Identifier", "Identifiant", "Identificador", "ID")
    for row in sheet.rows:
        name = entry(row, full) or " ".join(filter(None, [entry(row, first), entry(row, last)])) or entry(row, plain)
        told = {sheet.header[at]: entry(row, at) for at in ids if entry(row, at)}
        if (teachers and "student" not in folded(entry(row, role))) or folded(name) in NO_STUDENTS:
            continue
        keys: list[Key] = []
        for heading, text in told.items():
            system = "canvas" if canvas and folded(heading) == "id" else ""
            keys.append((system, folded(text)))
            keys += [("", folded(text.partition("@")[0]))] if "@" in text else []
        if moodle := PARTICIPANT.fullmatch(entry(row, participant)):
            keys.append(("moodle", moodle[1]))
        if name or told:
            yield name or next(iter(told.values())), keys


def _made(path: Path, told: list[tuple[str, list[Key]]]) -> Roster:
    """People of one name are told apart by their first id."""
    twice = {name for name, times in Counter(name for name, _ in told).items() if times > 1}
    found = Roster([f"{name} ({keys[0][1]})" if name in twice and keys else name for name, keys in told])
    if not found.people:
        raise Refused(f"{path} is no roster: it holds nobody. It needs a heading and a row for each, or a name a line.")
    if again := [name for name, times in Counter(found.people).items() if times > 1]:
        raise Refused(f"{path} holds {', '.join(again)} twice, with nothing that tells them apart. Add a column ID.")
    for person, (name, keys) in zip(found.people, told, strict=True):
        words = re.findall(r"\w+", folded(name))
        turned = {("name", "".join(words[at:] + words[:at])) for at in range(len(words))}
        for key in {*keys, *turned}:
            found.keys.setdefault(key, set()).add(person)
    return found


def _joined(name: str) -> str:
    return "".join(re.findall(r"\w+", folded(name)))


def sums(known: Roster, graded: Sequence[Graded]) -> tuple[list[Row], list[str]]:
    """A row for each person with the points of all lectures, and sentences about who is missing."""
    lectures = sorted({one.lecture for one in graded if one.lecture})
    possible = {one.lecture: one.final.possible for one in graded if one.lecture}
    of: dict[str, list[Graded]] = {person: [] for person in known.people}
    unknown = dict[str, None]()
    for one in graded:
        people, strangers = known.who(one.submission) if known.people else ([one.submission.student], [])
        unknown |= dict.fromkeys(strangers)
        for person in people + strangers:
            of.setdefault(person, []).append(one)
    absent = [
        person for person, files in of.items() if not any(one.submission.notebook or one.lecture for one in files)
    ]
    rows: list[Row] = [["student", "roster", *lectures, "sum", "out_of", "late", "attempts"]]
    for person, files in of.items():
        state = "unknown" if person in unknown else "absent" if person in absent else "present"
        counted = {one.lecture: one for one in sorted(files, key=lambda one: one.rank) if one.counts and one.lecture}
        points = [number(counted[lecture].final.points) if lecture in counted else "" for lecture in lectures]
        total = sum(one.final.points for one in counted.values())
        late = sum(one.submission.late or one.final.days > 0 for one in counted.values())
        row: Row = [person, state if known.people else "", *points, number(total), number(sum(possible.values())), late]
        rows.append([*row, sum(one.lecture is not None for one in files)])
    said = [f"sums.csv: {len(of)} students. Of several attempts at a lecture the latest counts, late or not."]
    if known.people:
        said.append(f"Absent, {len(absent)} of {len(known.people)}: {_listed(absent)}.")
        for lecture in lectures if len(lectures) > 1 else ():
            without = [row[0] for row in rows[1:] if row[1] == "present" and row[2 + lectures.index(lecture)] == ""]
            said += [f"Present, but without {lecture}, {len(without)}: {_listed(without)}."] if without else []
        said.append(f"Not on the roster, {len(unknown)}: {_listed(list(unknown))}.")
    return rows, said


def _listed(names: Sequence[str]) -> str:
    """Names with a comma in them are kept apart, too."""
    return "; ".join(names) or "nobody"
