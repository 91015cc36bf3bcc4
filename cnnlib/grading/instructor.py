"""What an instructor gives along with the submissions: read before anything is graded, used when all of it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlib.grading import platforms
from cnnlib.grading.marking import Graded
from cnnlib.grading.policy import Policy, by_policy, policy


@dataclass(frozen=True)
class Given:
    """What was read; None for what was not given."""

    policy: Policy | None = None
    sheet: platforms.Worksheet | None = None


def read(*, policy_file: Path | None = None, moodle: Path | None = None) -> Given:
    """All of it; raises report.Refused for the first file that cannot be used."""
    return Given(policy(policy_file) if policy_file else None, platforms.worksheet(moodle) if moodle else None)


def marked(given: Given, graded: Sequence[Graded]) -> list[Graded]:
    """With what every submission counts for."""
    return by_policy(given.policy, graded) if given.policy else list(graded)


def tables(given: Given, graded: Sequence[Graded]) -> tuple[dict[str, str], list[str]]:
    """File -> text, and sentences for the terminal."""
    files, said = {}, []
    if gradebook := platforms.canvas(graded):
        files["canvas.csv"] = gradebook
    if given.sheet:
        files["moodle.csv"], sentence = platforms.moodle(given.sheet, graded)
        said.append(sentence)
    return files, said
