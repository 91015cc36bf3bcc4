"""Who is in the class, who is absent, who is unknown; sums over lectures; points and comments by hand."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from grading.notebooks import ASKED, LECTURE, POSSIBLE, ROOT, SEED, solved, text
from test_grading_output import Page, flipped, raising, student

from cnnlib.__main__ import main
from cnnlib.exercises import lectures
from cnnlib.grading import report
from cnnlib.grading.batch import remarked
from cnnlib.grading.by_hand import by_hand, notes
from cnnlib.grading.marking import Graded, nothing
from cnnlib.grading.pages import pages
from cnnlib.grading.policy import Policy, by_policy
from cnnlib.grading.roster import NO_ROSTER, roster, sums
from cnnlib.grading.submissions import Submission

NAME, OTHER = "conv1d_forward", "06_conv2d_backprop"

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,05 (1)
    Points Possible,,,,,20
"Lee, Ann",4711,U1,ann.lee,A,
"Cruz, Bo de la",4712,U2,bo@example.org,A,
"Student, Test",9,,,A,
"""
MOODLE = """\
First name,Last name,Email address,Groups
Ann,Lee,ann.lee@example.org,
Bo,de la Cruz,bo@example.org,
"""
WORKSHEET = """\
ID;Vollständiger Name;E-Mail-Adresse;Status
Teilnehmer/in4711;Ann Lee;a@example.org;
Teilnehmer/in4712;Bo de la Cruz;b@example.org;
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Role
Ann,Lee,007,ann.lee@example.org,Student
Bo,de la Cruz,008,bo@example.org,Student
Tea,Cher,001,ann@example.org,Instructor
"""
PLAIN = "Lee, Ann\nBo de la Cruz\n"
COLUMN = "name\nAnn Lee\nBo de la Cruz\n"


def on_disk(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(content.encode(encoding))
    return path


def whose(folder: Path, content: str, name: str, system: str = "", account: str = "") -> tuple[list[str], list[str]]:
    return roster(on_disk(folder, content)).who(
        Submission(name, "a.ipynb", path=Path(), system=system, account=account)
    )


@pytest.mark.parametrize("content", [CANVAS, MOODLE, WORKSHEET, GRADESCOPE, PLAIN, COLUMN])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_kind_of_roster_is_read(tmp_path, content, encoding):
    known = roster(on_disk(tmp_path, content, encoding))
    assert len(known.people) == 2
    for n, names in enumerate([("Ann Lee", "leeann_99", "ann lee_007"), ("delacruzbo_4_2", "Bo de la Cruz_55")]):
        for name in names:
            if not (content == GRADESCOPE and name == "delacruzbo_4_2"):
                assert known.who(Submission(name.replace("_4_2", "_42"), "", path=Path())) == ([known.people[n]], [])
    assert known.who(Submission("Zoe", "", path=Path())) == ([], ["Zoe"])


@pytest.mark.parametrize(
    ("content", "name", "system", "account", "found"),
    [
        (CANVAS, "renamed_4712", "canvas", "4712", ["Cruz, Bo de la"]),
        (CANVAS, "Any_4712", "moodle", "4712", []),  # another platform's numbers
        (WORKSHEET, "Any_4712", "moodle", "4712", ["Bo de la Cruz"]),
        (CANVAS, "ann.lee", "", "", ["Lee, Ann"]),
        (CANVAS, "bo", "", "", ["Cruz, Bo de la"]),
        (CANVAS, "anon_4712", "", "", []),
        (GRADESCOPE, "B. Cruz_008", "", "", ["Bo de la Cruz"]),
        (MOODLE, "ANN  Léé", "", "", ["Ann Lee"]),
    ],
)
def test_a_file_is_known_by_its_number_its_login_or_its_name(tmp_path, content, name, system, account, found):
    assert whose(tmp_path, content, name, system, account) == (found, [] if found else [name])


def test_a_team_s_file_is_everybody_s(tmp_path):
    assert whose(tmp_path, GRADESCOPE, "Ann Lee_007 and Bo de la Cruz_008") == (["Ann Lee", "Bo de la Cruz"], [])
    assert whose(tmp_path, GRADESCOPE, "Ann Lee_007 and Zoe_9") == (["Ann Lee"], ["Zoe_9"])
    assert whose(tmp_path, "Bonnie and Clyde\nBonnie\n", "Bonnie and Clyde") == (["Bonnie and Clyde"], [])


def test_a_name_that_fits_two_people_fits_nobody(tmp_path):
    content = "name,ID\nAnn Lee,1\nLee Ann,2\n"
    assert whose(tmp_path, content, "leeann_3") == ([], ["leeann_3"])
    assert whose(tmp_path, content, "leeann_2") == (["Lee Ann"], [])
    twice = roster(on_disk(tmp_path, "name,ID\nAnn Lee,1\nAnn Lee,2\n"))
    assert twice.people == ["Ann Lee (1)", "Ann Lee (2)"]


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "holds nobody"), ("name\n\n", "holds nobody"), ("name\nAnn\nAnn\n", "Ann twice"), ("name\n\xff", "UTF-8")],
)
def test_what_is_no_roster_is_refused_before_anything_is_graded(tmp_path, capsys, content, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    path = on_disk(tmp_path, content, "latin-1")
    assert main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--roster", str(path)]) == 2
    assert said in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_sums_are_by_person_over_lectures_and_name_who_is_missing(tmp_path):
    known = roster(on_disk(tmp_path, CANVAS + '"Away, Al",4713,U3,al,A,\n'))
    told = {"system": "canvas", "account": "4711"}
    first = [
        student("leeann_4711", raising, number=1, time=0, **told),
        student("leeann_4711", flipped, number=2, time=0, **told),
    ]
    asked = lectures()[OTHER]
    second = replace(student("Ann Lee"), lecture=OTHER, verdicts=tuple(nothing(one, "no") for one in asked))
    done = remarked([*first, second, student("bo", late=True), student("zoe")], sandboxed=True)
    rows, said = sums(known, done)
    possible = POSSIBLE + sum(one.possible for one in asked)
    assert rows == [
        ["student", "roster", LECTURE, OTHER, "sum", "out_of", "late", "attempts"],
        ["Lee, Ann", "present", str(first[1].points), "0", str(first[1].points), str(possible), 0, 3],
        ["Cruz, Bo de la", "present", str(POSSIBLE), "", str(POSSIBLE), str(possible), 1, 1],
        ["Away, Al", "absent", "", "", "0", str(possible), 0, 0],
        ["zoe", "unknown", str(POSSIBLE), "", str(POSSIBLE), str(possible), 0, 1],
    ]
    assert "the latest counts" in said[0]
    assert said[1:] == [
        "Absent, 1 of 3: Away, Al.",
        f"Present, but without {OTHER}, 1: Cruz, Bo de la.",
        "Not on the roster, 1: zoe.",
    ]


def test_absent_people_with_commas_in_their_names_are_kept_apart(tmp_path):
    known = roster(on_disk(tmp_path, CANVAS))
    _, said = sums(known, [])
    assert said[1] == "Absent, 2 of 2: Lee, Ann; Cruz, Bo de la."


def test_attempts_of_one_person_under_two_names_are_attempts_of_one_person(tmp_path):
    both = [student("leeann_4711", number=7, time=0), student("Ann Lee_77", flipped, number=9, time=0)]
    known = roster(on_disk(tmp_path, PLAIN))
    assert [one.counts for one in remarked(both, sandboxed=True)] == [True, True]
    first, second = remarked(both, sandboxed=True, known=known)
    assert (first.counts, second.counts) == (False, True)
    assert first.status == "graded, one of 2 for this lecture, does not count"
    rows, _ = sums(known, [first, second])
    assert rows[1][2] == str(second.points)


def test_without_a_roster_sums_are_by_the_names_of_the_files():
    done = [student("ann"), student("bo", flipped)]
    rows, said = sums(NO_ROSTER, remarked(done, sandboxed=True))
    assert [row[0] for row in rows[1:]] == ["ann", "bo"]
    assert len(said) == 1


# ---------------------------------------------------------------- points and comments by hand


def noted(folder: Path, content: str, graded: list[Graded], policy: Policy | None = None, names: str = ""):
    """What comes of a file of notes."""
    path = folder / "manual.csv"
    path.write_text(content, encoding="utf-8-sig")
    known = roster(on_disk(folder, names)) if names else NO_ROSTER
    policy = policy or Policy()
    done = by_policy(policy, remarked(graded, sandboxed=True))
    return by_hand(notes(path, policy), done, known)


def test_points_by_hand_replace_those_of_one_exercise(tmp_path):
    content = f"student,exercise,points,comment\nann,{NAME},1,right idea\nbo,{NAME},,see me\n"
    [ann, bo, cy], said = noted(tmp_path, content, [student(name, flipped) for name in ("ann", "bo", "cy")])
    lines = {line.exercise: line for line in ann.final.lines}
    assert (lines[NAME].points, lines[NAME].comment, lines[NAME].by_hand) == (1, "right idea", True)
    assert ann.final.points - 1 == sum(v.points for v in ann.verdicts if v.exercise != NAME)
    assert (bo.final.points, cy.final.points) == (bo.points, cy.points)
    assert said == ["by hand: 2 of 2 rows used."]
    rows = [row for row in report.marks([ann, bo]) if row[2] == NAME]
    assert [row[5:] for row in rows] == [
        ["1", str(ASKED[NAME].possible), "yes", "right idea"],
        [str(bo.verdicts[0].points), str(ASKED[NAME].possible), "no", "see me"],
    ]
    assert "right idea" in Page(pages([ann])["students/1_ann.html"]).text


def test_points_for_a_whole_lecture_are_the_last_word(tmp_path):
    policy = Policy(percent=50, weights={NAME: 2})
    whole = POSSIBLE + ASKED[NAME].possible
    late = [student("ann", late=True), student("bo", late=True)]
    content = f"student,exercise,points,comment\nann,{LECTURE},{whole},was ill\nbo,{NAME},1,\n"
    [ann, bo], _ = noted(tmp_path, content, late, policy)
    assert (ann.final.points, ann.final.comment) == (whole, "was ill")
    assert ann.status.endswith("points by hand")
    assert bo.final.points == pytest.approx((whole - 2 * ASKED[NAME].possible + 1) / 2)


def test_a_note_goes_to_the_attempt_that_counts_and_is_known_by_number_or_name(tmp_path):
    told = {"system": "moodle", "account": "77"}
    for who in ("Ann Lee_77", "Ann Lee", "77", "Lee, Ann"):
        both = [student("Ann Lee_77", number=n, **told) for n in (1, 2)]
        content = f'student,exercise,points\n"{who}",{NAME},0\n'
        [first, second], _ = noted(tmp_path, content, both, names="Lee, Ann\nBo\n")
        assert (first.final.points, second.final.points) == (POSSIBLE, POSSIBLE - ASKED[NAME].possible)


@pytest.mark.parametrize("who", ["Ann Lee", "ann.lee", "Lee, Ann", "leeann_4711"])
def test_a_note_may_use_any_name_of_the_roster(tmp_path, who):
    content = f'student,exercise,points\n"{who}",{NAME},0\n'
    told = {"system": "canvas", "account": "4711"}
    [one, _], said = noted(tmp_path, content, [student("leeann_4711", **told), student("bo")], names=CANVAS)
    assert (one.final.points, said) == (POSSIBLE - ASKED[NAME].possible, ["by hand: 1 of 1 rows used."])
    content = f'student,exercise,points\n"{who}",{LECTURE},3\n'
    if who != "leeann_4711":
        [_, paper], said = noted(tmp_path, content, [student("bo")], names=CANVAS)
        assert (paper.submission.student, paper.final.points) == ("Lee, Ann", 3)


def test_two_rows_for_one_student_under_two_names_are_named(tmp_path):
    content = f"student,exercise,points\nAnn Lee_77,{NAME},1\nAnn Lee,{NAME},0\nAnn Lee,fit_kernel,0\n"
    [one], said = noted(tmp_path, content, [student("Ann Lee_77")])
    assert {line.exercise: line.points for line in one.final.lines}[NAME] == 1
    assert said == [
        "by hand: 2 of 3 rows used.",
        f'by hand: "Ann Lee" is "Ann Lee_77", whose row for {NAME} counts. Keep one of them.',
    ]


def test_a_note_on_one_in_a_team_goes_to_the_own_file_if_that_is_named(tmp_path):
    content = f'student,exercise,points\n"Ann Lee_007",{NAME},0\n'
    both = [student("Ann Lee_007 and Bo_8"), student("Ann Lee_007")]
    done, _ = noted(tmp_path, content, both, names=GRADESCOPE)
    assert [one.final.points for one in done] == [POSSIBLE, POSSIBLE - ASKED[NAME].possible]


def test_a_note_that_fits_nobody_or_two_changes_nothing_and_is_named(tmp_path):
    content = f"student,exercise,points\nann lee,{NAME},0\nBo,{NAME},0\n"
    three = [student("Ann Lee_77"), student("Bo_1"), student("Bo_2")]
    done, said = noted(tmp_path, content, three)
    assert [one.final.points for one in done] == [POSSIBLE] * 3
    assert said == [
        "by hand: 0 of 2 rows used.",
        f'by hand: "ann lee" fits nobody with {LECTURE}; Ann Lee_77 may be meant.',
        'by hand: "Bo" fits Bo_1, Bo_2. Write one of these names.',
    ]


def test_what_was_handed_in_on_paper_counts_for_a_student_of_the_roster(tmp_path):
    content = f"student,exercise,points,comment\nDi,{LECTURE},12.5,on paper\n"
    [_, paper], _ = noted(tmp_path, content, [student("ann")], names="ann\nDi\n")
    assert (paper.submission.student, paper.final.points, paper.points) == ("Di", 12.5, 0)
    rows, said = sums(roster(on_disk(tmp_path, "ann\nDi\n")), [student("ann"), paper])
    assert rows[2][:4] == ["Di", "present", "12.5", "12.5"]
    assert said[1] == "Absent, 0 of 2: nobody."


def test_of_two_with_one_name_each_is_called_by_the_name_with_the_number(tmp_path):
    names = "name,ID\nAnn Lee,1\nAnn Lee,2\n"
    content = f"student,exercise,points\nAnn Lee (2),{LECTURE},12\n"
    [_, paper], _ = noted(tmp_path, content, [student("bo")], names=names)
    rows, said = sums(roster(on_disk(tmp_path, names)), [paper])
    assert [row[:3] for row in rows[1:]] == [["Ann Lee (1)", "absent", ""], ["Ann Lee (2)", "present", "12"]]
    assert said[-1] == "Not on the roster, 0: nobody."


def test_the_example_of_the_readme_is_read(tmp_path):
    [example] = re.findall(r"```csv\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    found = notes(on_disk(tmp_path, example), Policy())
    assert [(note.student, note.exercise, note.points) for note in found] == [
        ("Ann Lee_77", NAME, 1),
        ("Ann Lee_77", "fit_kernel", None),
        ("Bo", "", 17),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,exercise\nann,x\n", "no column student"),
        (f"student,exercise,points\nann,{NAME}s,1\n", f'row 2: there is no exercise or lecture "{NAME}s"'),
        (f"student,exercise,points\n\nann,{NAME},99\n", 'row 3: "99" is no number of points from 0 to'),
        (f"student,exercise,points\nann,{NAME},-1\n", '"-1" is no number'),
        (f"student,exercise,points\nann,{NAME},nan\n", '"nan" is no number'),
        (f"student,exercise,points\nann,{NAME},\n", "neither points nor a comment"),
        (f"student,exercise,points\n,{NAME},1\n", "no student"),
        (f"student,exercise,points\nann,{NAME},1\nann,{NAME},0\n", "row 3: ann has an earlier row"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_before_anything_is_graded(tmp_path, capsys, content, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    path = on_disk(tmp_path, content)
    assert main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--manual", str(path)]) == 2
    assert said in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_the_command_reads_both_and_changes_neither(bwrap, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "leeann_4711_1_a.ipynb").write_text(text(solved()))
    (tmp_path / "names.csv").write_text(CANVAS)
    (tmp_path / "manual.csv").write_text(f'student,exercise,points\n"Lee, Ann",{NAME},0\n')
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    options = ["--roster", str(tmp_path / "names.csv"), "--manual", str(tmp_path / "manual.csv"), "--seed", str(SEED)]
    assert main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), *options]) == 0
    printed = capsys.readouterr().out
    assert "by hand: 1 of 1 rows used." in printed
    assert "Absent, 1 of 2: Cruz, Bo de la." in printed
    with (tmp_path / "out" / "sums.csv").open(encoding="utf-8-sig", newline="") as file:
        ann, bo = csv.DictReader(file)
    assert (ann["sum"], bo["roster"]) == (str(POSSIBLE - ASKED[NAME].possible), "absent")
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
