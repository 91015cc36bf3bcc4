"""The commands: python -m cnnlib COMMAND --help.

Each command is one function that adds its parser; what it runs is imported only then, so that --help is quick.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MISUSE = 2  # argparse's exit code for it, too
Subparsers = Any  # argparse's own type is private


def grade(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "grade",
        help="give every notebook in a folder or zip its points, with reasons",
        description="Run every notebook in SUBMISSIONS, each in a process of its own, and give it the points and "
        "reasons that check() gives in the notebook. Prints a table and a summary of the class. Writes grades.csv (a "
        "row for each part of an exercise), totals.csv (a row for each notebook), results.json (all) into FOLDER.",
        epilog="SUBMISSIONS is a folder with a folder for each student, or with loose notebooks; a zip as Canvas, "
        "Moodle or Gradescope packs it, or a folder of such zips; or one notebook. Of several attempts at a lecture "
        "the latest counts. Which lecture a notebook is shows in its content, not in its name. A file that cannot be "
        "graded gets no points and a reason, and never stops the rest. Students' code runs in bubblewrap; the last "
        "line but one says what else holds it. A run that was stopped goes on with the same command: only what "
        "is not in FOLDER/records is graded. So is a notebook that has changed; and all, under another seed or limit.",
    )
    add = parser.add_argument
    add("submissions", metavar="SUBMISSIONS", type=Path, help="nothing is written in here")
    add("--out", metavar="FOLDER", type=Path, required=True, help="where the tables go; made if need be")
    for name, said in (
        ("force", "grade everything anew, and keep the tables of an earlier run as grades.1.csv ..."),
        ("html", "write class.html and a page for each student, in students/, as well"),
        ("unsandboxed", "run students' code with your own rights, where there is no sandbox"),
    ):
        add(f"--{name}", action="store_true", help=said)
    for name, metavar, said in (
        ("moodle", "WORKSHEET", "Moodle's grading worksheet of the assignment: a copy, moodle.csv, gets the grades"),
        ("policy", "FILE.toml", "points or weights of exercises, deadlines, what being late costs"),
        ("manual", "FILE.csv", "points and comments of yours: student, exercise or lecture, points, comment"),
        (
            "roster",
            "FILE.csv",
            "the class, from Canvas, Moodle or Gradescope, or a name a line: who is absent, unknown",
        ),
        ("nbgrader", "gradebook.db", "nbgrader's gradebook, which gets the points; made if need be"),
    ):
        add(f"--{name}", metavar=metavar, type=Path, help=said)
    calls = "for one call of a student's function (2.5); a cell gets twice, a notebook eight times as much"
    inputs = "of the random inputs, to repeat a run; by default new ones every time"
    add("--jobs", metavar="N", type=_at_least(int, 1), default=0, help="notebooks at once; one a processor")
    add("--scheduler", metavar="ADDRESS", help="of a Dask cluster that does the work, like tcp://192.0.2.1:8786")
    add("--timeout", metavar="SECONDS", type=_at_least(float, 0.1), default=2.5, help=calls)
    add("--seed", metavar="N", type=_at_least(int, 0), help=inputs)

    def run(asked: argparse.Namespace) -> int:
        from cnnlib.grading.batch import grade
        from cnnlib.grading.instructor import Files
        from cnnlib.grading.report import Refused

        options = {"jobs": asked.jobs, "seconds": asked.timeout, "seed": asked.seed, "force": asked.force}
        options |= {"plain": asked.unsandboxed, "html": asked.html, "scheduler": asked.scheduler}
        files = Files(asked.policy, asked.manual, asked.roster, asked.moodle, asked.nbgrader)
        try:
            return grade(asked.submissions, asked.out, files=files, **options)
        except Refused as problem:
            print(f"{parser.prog}: {problem}", file=sys.stderr)
            return MISUSE

    parser.set_defaults(run=run)


def release(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "release",
        help="write the students' notebooks from the solved ones",
        description="Write lectures/ from solutions/: stubs instead of answers, executed, outputs saved. The solved "
        "notebooks get fresh outputs too. A lecture that was edited by hand is never overwritten.",
    )
    add, which = parser.add_argument, "05 or 05_conv1d_backprop, any number of them; by default all"
    add("names", metavar="LECTURE", nargs="*", help=which)
    add("--check", action="store_true", help="write nothing; exit 1 and name what is out of date")
    for name, said in (("solutions", "the solved notebooks"), ("lectures", "the students' notebooks")):
        add(f"--{name}", metavar="FOLDER", type=Path, default=Path(name), help=said)

    def run(asked: argparse.Namespace) -> int:
        from cnnlib.release.notebooks import Edited, release

        try:
            changed = release(asked.solutions, asked.lectures, asked.names, check=asked.check)
        except (Edited, ValueError) as problem:
            parser.error(str(problem))
        for path in changed:
            print(f"{'out of date' if asked.check else 'written'}: {path}")
        return 1 if asked.check and changed else 0

    parser.set_defaults(run=run)


COMMANDS = (grade, release)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0, or 2 for misuse."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a student's name that this terminal cannot show
    parser = argparse.ArgumentParser(prog="python -m cnnlib", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands)
    asked = parser.parse_args(arguments)
    return int(asked.run(asked))


def _at_least(kind: type, least: float) -> Any:
    def number(text: str) -> Any:
        value = kind(text)
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f"{text} is not {least} or more")
        return value

    number.__name__ = kind.__name__  # argparse says "invalid int value"
    return number


if __name__ == "__main__":
    sys.exit(main())
