"""Later deadlines of single students: whose file has one, by the name that an instructor wrote into the policy."""

from collections.abc import Sequence

from cnnlib.grading.marking import Graded
from cnnlib.grading.policy import Deadline, Policy
from cnnlib.grading.roster import Roster, handed_in_by
from cnnlib.grading.sheets import nearest


def extensions(
    policy: Policy, graded: Sequence[Graded], known: Roster | None = None
) -> tuple[dict[int, Deadline], list[str]]:
    """Place in `graded` -> the deadline that is its own; and sentences about the names that fit nobody, or two.

    It is for all attempts of a student. Of a team each member's holds, and the latest counts.
    """
    found: dict[int, Deadline] = {}
    said = []
    for lecture, students in policy.extensions.items():
        files = {n: one.submission for n, one in enumerate(graded) if one.lecture == lecture}
        for name, until in students.items():
            fits = handed_in_by(name, files, known)
            whose = sorted({files[n].student for n in fits})
            if len(whose) > 1 and not (known and known.person(name)):
                said.append(f'extension for {lecture}: "{name}" fits {", ".join(whose)}. Write one of these names.')
            elif fits:
                found |= {n: max(until, found.get(n, until)) for n in fits}
            elif known and known.person(name):
                said.append(f"extension for {lecture}: {known.person(name)} has handed in nothing.")
            else:
                near = nearest(name, {submission.student for submission in files.values()})
                meant = f"; {near} may be meant" if near else ""
                said.append(f'extension for {lecture}: "{name}" fits nobody who handed it in{meant}.')
    return found, said
