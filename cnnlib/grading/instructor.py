"""What an instructor gives along with the submissions: read before anything is graded, used when all of it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlib.grading import gradebook, platforms
from cnnlib.grading.by_hand import Note, by_hand, notes
from cnnlib.grading.marking import Graded
from cnnlib.grading.policy import Policy, by_policy, extensions, policy
from cnnlib.grading.report import Refused, in_csv
from cnnlib.grading.roster import NO_ROSTER, Roster, roster, sums
from cnnlib.grading.sheets import Sheet


@dataclass(frozen=True)
class Files:
    """Where it stands; None for what was not given."""

    policy: Path | None = None
    manual: Path | None = None
    roster: Path | None = None
    moodle: Path | None = None
    nbgrader: Path | None = None


@dataclass(frozen=True)
class Given:
    """What was in them."""

    policy: Policy | None = None
    notes: Sequence[Note] = ()
    roster: Roster = NO_ROSTER
    sheet: Sheet | None = None


def read(files: Files, submissions: Path) -> Given:
    """All of it; raises report.Refused for the first file that cannot be used."""
    if files.nbgrader:
        if files.nbgrader.resolve().is_relative_to(submissions.resolve()):
            raise Refused(f"{files.nbgrader} lies in the folder of submissions, where nothing is written.")
        gradebook.ready(files.nbgrader)
    rules = policy(files.policy) if files.policy else None
    return Given(
        rules,
        notes(files.manual, rules or Policy()) if files.manual else (),
        roster(files.roster) if files.roster else NO_ROSTER,
        platforms.worksheet(files.moodle) if files.moodle else None,
    )


def marked(given: Given, graded: Sequence[Graded]) -> tuple[list[Graded], list[str]]:
    """With what every submission counts for, and sentences for the terminal."""
    done, said = list(graded), list[str]()
    if given.policy:
        extended, said = extensions(given.policy, graded, given.roster)
        done = by_policy(given.policy, graded, extended)
    if given.notes:
        done, more = by_hand(given.notes, done, given.roster)
        said += more
    return done, said


def tables(given: Given, graded: Sequence[Graded]) -> tuple[dict[str, str], list[str]]:
    """File -> text, and sentences for the terminal."""
    files, said = {}, list[str]()
    if given.roster.people or len({one.lecture for one in graded if one.lecture}) > 1:
        rows, said = sums(given.roster, graded)
        files["sums.csv"] = in_csv(rows)
    if gradebook := platforms.canvas(graded):
        files["canvas.csv"] = gradebook
    if given.sheet:
        files["moodle.csv"], sentence = platforms.moodle(given.sheet, graded)
        said.append(sentence)
    return files, said


def elsewhere(files: Files, graded: Sequence[Graded]) -> list[str]:
    """Write what goes beside the tables, last of all; returns sentences about it. Raises report.Refused."""
    if not files.nbgrader:
        return []
    try:
        return gradebook.fill(files.nbgrader, graded)
    except Exception as problem:  # SQLAlchemy's, SQLite's, the disk's: the tables are written all the same
        raise Refused(f"{files.nbgrader} could not be filled in: {problem}. The tables are complete.") from None
