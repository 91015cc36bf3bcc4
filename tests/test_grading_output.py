"""What an instructor gets: the summary, the JSON, and that an earlier run's files stay."""

import csv
import inspect
import json
import re
import statistics
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from grading.notebooks import ASKED, LECTURE, POSSIBLE, SEED, solved, text

from cnnlib.__main__ import main
from cnnlib.checks import Verdict, asks, judge
from cnnlib.grading import platforms, records, report, summary
from cnnlib.grading.batch import remarked
from cnnlib.grading.marking import Graded, nothing
from cnnlib.grading.pages import pages
from cnnlib.grading.submissions import Submission

NAME = "conv1d_forward"
HOSTILE = "<script>alert(1)</script>\x1b[2J &amp; \"'\x02=1+1"


def flipped(x, w, b):
    """A common mistake, whose cause the check names."""
    return np.convolve(x, w, mode="valid") + b


def raising(x, w, b):
    raise ValueError(HOSTILE)


def student(name: str, answer=None, possible: bool = True, **more) -> Graded:
    """A student with a right notebook, or with this answer to one exercise, or with nothing."""
    verdicts = {n: judge(exercise, asks(exercise.reference), SEED) for n, exercise in ASKED.items()}
    if answer:
        verdicts[NAME] = judge(ASKED[NAME], asks(answer), SEED)
    if not possible:
        verdicts = {n: nothing(exercise, "not a notebook: not JSON") for n, exercise in ASKED.items()}
    submission = Submission(name, f"{LECTURE}.ipynb", path=Path(name), **more)
    return Graded(submission, "graded", LECTURE, tuple(verdicts.values()))


@pytest.fixture(scope="module")
def class_of_four() -> list[Graded]:
    """Two with the same mistake, one without any, one without a notebook; and an attempt that does not count."""
    ann = [student("ann", raising, number=1, time=0.0), student("ann", flipped, number=2, time=0.0)]
    return remarked([*ann, student("bo", flipped), student("cy"), student("di", possible=False)], sandboxed=True)


def verdict_of(one: Graded, name: str = NAME) -> Verdict:
    return next(verdict for verdict in one.verdicts if verdict.exercise == name)


def test_the_summary_counts_one_attempt_of_each_student(class_of_four):
    [found] = summary.summaries(class_of_four)
    points = [one.points for one in class_of_four if one.counts]
    assert len(points) == found.students == 4
    assert (found.mean, found.median) == (statistics.mean(points), statistics.median(points))
    assert list(found.distribution) == list(np.histogram(points, bins=10, range=(0, POSSIBLE))[0])


def test_mistakes_are_counted_by_students_and_not_by_parts(class_of_four):
    [found] = summary.summaries(class_of_four)
    causes = {f.cause for f in verdict_of(class_of_four[1]).findings if not f.right}
    assert "" not in causes
    assert {(n, exercise) for n, exercise, _ in found.causes} == {(2, NAME)}
    assert {cause for _, _, cause in found.causes} == causes


def test_the_hardest_exercise_is_first(class_of_four):
    [found] = summary.summaries(class_of_four)
    assert found.exercises[0].name == NAME
    assert (found.exercises[0].right, found.exercises[0].unwritten) == (1, 1)
    shares = [asked.mean / asked.possible for asked in found.exercises]
    assert shares == sorted(shares)


def test_the_summary_on_the_terminal(class_of_four):
    [found] = summary.summaries(class_of_four)
    said = summary.in_words(found)
    for text_ in (f"mean {found.mean:.1f}", f"median {found.median:g}", NAME, found.causes[0][2]):
        assert text_ in said
    assert said.count("#") >= 40


def test_texts_of_students_do_nothing_on_the_terminal():
    [found] = summary.summaries([student("ann", raising)])
    said = summary.in_words(found)
    assert "alert" in said
    assert "\x1b" not in said
    assert "\x02" not in said


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_is_a_formula_whichever_sign_separates_them(sign):
    told = list(csv.reader(report.in_csv([[f"{sign}1", f" {sign}1", f"a;{sign}1", f"a\t{sign}1"]]).splitlines()))
    assert not any(cell.lstrip("\ufeff").startswith(sign) or f";{sign}" in cell or "\t" in cell for cell in told[0])


def test_excel_reads_every_letter():
    """It takes a file without a mark for one of the machine's old encoding."""
    assert report.in_csv([["née", 1]]).encode() == "née,1\n".encode("utf-8-sig")
    assert report.in_csv([["ann", 1]]) == "ann,1\n"


def test_files_without_a_lecture_have_no_summary():
    lost = Graded(Submission("ann", "a.ipynb", path=Path("a")), "not a notebook: not JSON")
    assert summary.summaries([lost]) == []
    [found] = summary.summaries([lost, student("bo")])
    assert found.students == 1


def test_json_holds_every_part(class_of_four):
    found = json.loads(json.dumps(summary.to_json(class_of_four)))
    for told, one in zip(found["submissions"], class_of_four, strict=True):
        assert told["points"] == sum(part["points"] for verdict in told["exercises"] for part in verdict["parts"])
        assert (told["student"], told["counts"]) == (one.submission.student, one.counts)
    assert found["lectures"][0]["mean"] == pytest.approx(np.mean([g.points for g in class_of_four if g.counts]))


def test_an_earlier_run_s_files_stay_and_a_full_disk_changes_nothing(class_of_four, tmp_path, monkeypatch):
    report.write(report.texts(class_of_four, {"results.json": "first"}), tmp_path)
    report.write(report.texts(class_of_four[:1], {"results.json": "second"}), tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert (before["results.1.json"], before["results.json"]) == ("first", "second")
    with pytest.raises(OSError, match=r"missing"):
        report.write(report.texts(class_of_four, {"results.json": "third", "missing/folder/x": ""}), tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_the_command_prints_the_summary_and_writes_the_json(bwrap, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text(text(solved(last="conv1d_forward = None")))
    assert main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--seed", str(SEED)]) == 0
    said = capsys.readouterr().out
    assert "hardest exercises" in said
    assert re.search(r", seed 7, bubblewrap, .*filter of system calls, .*control group", said)  # what held it
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert (found["seed"], found["submissions"][0]["student"]) == (SEED, "ann")


# ---------------------------------------------------------------- pages


class Page(HTMLParser):
    """The elements of a page, its links and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_student_s_page_shows_the_verdicts_of_the_notebook_and_the_hints(class_of_four):
    made = pages(class_of_four)
    [ann] = [source for name, source in made.items() if name.endswith("_ann.html")]
    for one in class_of_four[:2]:
        for verdict in one.verdicts:
            assert verdict.to_html() in ann
    assert all(hint in Page(ann).text for hint in ASKED[NAME].hints)
    [cy] = [source for name, source in made.items() if name.endswith("_cy.html")]
    assert "Hint" not in cy
    [di] = [source for name, source in made.items() if name.endswith("_di.html")]
    assert "not a notebook: not JSON" in Page(di).text


def test_no_page_holds_a_line_of_a_reference_s_code(class_of_four):
    text_of_all = " ".join(Page(source).text for source in pages(class_of_four).values())
    lines = [line.strip() for exercise in ASKED.values() for line in code_of(exercise.reference)]
    assert len(lines) > 10
    assert [line for line in lines if line in text_of_all] == []


def code_of(function) -> list[str]:
    """The lines of its body that say how, not those that say what."""
    source = inspect.getsource(function)
    documented = f'"""{function.__doc__}"""'
    body = source.partition(documented)[2] if function.__doc__ else source
    return [line for line in body.splitlines() if len(line.strip()) > 20]


def test_the_class_s_page_counts_causes_and_links_every_student(class_of_four):
    made = pages(class_of_four)
    page = Page(made["class.html"])
    inside, outside = ({link for link in page.links if link.startswith("#") is here} for here in (True, False))
    assert outside == set(made) - {"class.html"}
    assert inside == {f"#{LECTURE}", "#Students"}
    assert all(f'id="{link[1:]}"' in made["class.html"] for link in inside)
    assert len(made) == 5
    [found] = summary.summaries(class_of_four)
    for _, exercise, cause in found.causes:
        assert exercise in page.text
        assert f"2{cause}" in page.text
    assert page.text.index(found.exercises[0].name) < page.text.index(found.exercises[1].name)


def test_whatever_a_student_chose_is_escaped(class_of_four):
    plain_pages = [Page(source) for source in pages(class_of_four).values()]
    tags = {tag for page in plain_pages for tag in page.tags}
    attributes = {name for page in plain_pages for name in page.attributes}
    hostile = student(f"../{HOSTILE}\udcff", raising)
    hostile = replace(hostile, submission=replace(hostile.submission, notebook=HOSTILE), status=f"graded, {HOSTILE}")
    made = pages([hostile])
    for source in made.values():
        page = Page(source)
        assert page.tags <= tags
        assert page.attributes <= attributes
        assert "<script>alert(1)" in page.text
        source.encode()
    assert all(name == "class.html" or name.removeprefix("students/").isascii() for name in made)
    assert not any(".." in name or name.count("/") > 1 for name in made)


def test_every_row_of_the_class_s_page_has_all_columns(class_of_four):
    """Points by hand count for one student; the others' stand in the same column."""
    ann, *others = class_of_four
    page = pages([replace(ann, mark=ann.final), *others])["class.html"]
    [table] = re.findall(r'<h2 id="Students">.*?</table>', page, re.DOTALL)
    assert {row.count("<td") for row in re.findall(r"<tr><td.*?</tr>", table)} == {table.count("<th>")} == {5}


def test_students_whose_names_look_alike_have_pages_of_their_own():
    made = pages([student("née"), student("n/e"), student("n e"), student("\N{ARABIC LETTER ALEF}")])
    assert len({name.lower() for name in made}) == 5


# ---------------------------------------------------------------- Canvas and Moodle

WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (grade),Feedback
Participant 7,"Lee, Ann",a@example.org,Submitted,,100.00,Yes,-,"two
lines"
Participant 77,Bo,b@example.org,Submitted,,100.00,Yes,-,
Participant 8,Cy,c@example.org,Submitted,3.00,100.00,No,-,
Participant 9,Di,d@example.org,No submission,,100.00,Yes,-,
"""


def rows_of(text_: str, sign: str = ",") -> list[list[str]]:
    return list(csv.reader(text_.splitlines(keepends=True), delimiter=sign))


def test_canvas_gets_the_attempt_that_counts():
    told = {"system": "canvas", "account": "4711"}
    ann = [
        student("leeann_4711", raising, number=1, time=0, **told),
        student("leeann_4711", flipped, number=2, time=0, **told),
    ]
    other = replace(ann[0], lecture="other", verdicts=ann[0].verdicts[:1])
    bo = student("=bo_12", system="canvas", account="12")
    done = remarked([*ann, other, bo, student("nobody")], sandboxed=True)
    header, possible, *rows = rows_of(platforms.canvas(done))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LECTURE, "other"]
    assert possible == ["    Points Possible", "", "", "", "", str(POSSIBLE), str(other.possible)]
    assert rows == [
        ["leeann", "4711", "", "", "", str(ann[1].points), str(other.points)],
        ["'=bo", "12", "", "", "", str(POSSIBLE), ""],
    ]


def test_without_canvas_there_is_no_file_for_it():
    assert platforms.canvas([student("ann"), student("anon_12")]) == ""


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_moodle_s_worksheet_is_filled_in_and_nothing_else_changes(tmp_path, sign, mark):
    path = tmp_path / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(mark)
        csv.writer(file, delimiter=sign).writerows(rows_of(WORKSHEET))
    before = path.read_bytes()
    ann = student("Lee, Ann_7", flipped, system="moodle", account="7")
    cy = student("Cy_8", system="moodle", account="8")
    new = student("New_10", system="moodle", account="10")
    filled, said = platforms.moodle(platforms.worksheet(path), [ann, cy, new, student("nobody")])
    expected = rows_of(WORKSHEET)
    expected[1][4] = f"{100 * ann.points / POSSIBLE:.2f}"
    assert filled.startswith(mark)
    assert rows_of(filled.removeprefix(mark), sign) == expected
    assert path.read_bytes() == before
    assert "1 of 4 rows" in said
    assert "Cy_8, New_10" in said


def test_moodle_s_decimal_comma_and_scales_of_words(tmp_path):
    for maximum, grade in (("40,00", "40,00"), ("Excellent", ""), (str(POSSIBLE), f"{POSSIBLE}.00")):
        path = tmp_path / "sheet.csv"
        path.write_text(WORKSHEET.replace("100.00", maximum.replace(",", "@")).replace(",", ";").replace("@", ","))
        ann = student("Lee, Ann_77", system="moodle", account="77")
        filled, _ = platforms.moodle(platforms.worksheet(path), [ann])
        assert rows_of(filled, ";")[2][4] == grade


@pytest.mark.parametrize("content", [b"", b"Name,Points\nAnn,3\n", b"\xff\xfe", None])
def test_what_is_no_worksheet_is_refused_before_anything_is_graded(tmp_path, capsys, content):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    if content is not None:
        (tmp_path / "sheet.csv").write_bytes(content)
    options = ["--out", str(tmp_path / "out"), "--moodle", str(tmp_path / "sheet.csv")]
    assert main(["grade", str(tmp_path / "in"), *options]) == 2
    assert "worksheet" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_the_command_writes_all_that_is_asked_for(bwrap, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "leeann_4711_1_a.ipynb").write_text(text(solved()))
    (tmp_path / "in" / "Bo_77_assignsubmission_file_").mkdir()
    (tmp_path / "in" / "Bo_77_assignsubmission_file_" / "a.ipynb").write_text(text(solved()))
    (tmp_path / "sheet.csv").write_text(WORKSHEET)
    out = tmp_path / "out"
    options = ["--out", str(out), "--html", "--moodle", str(tmp_path / "sheet.csv")]
    assert main(["grade", str(tmp_path / "in"), *options]) == 0
    assert "moodle.csv: 1 of 4 rows filled in" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {*report.WRITTEN, records.FOLDER}
    assert len(list((out / "students").iterdir())) == 2
    assert rows_of((out / "canvas.csv").read_text())[2][1] == "4711"
    assert rows_of((out / "moodle.csv").read_text())[2][4] == "100.00"
    assert main(["grade", str(tmp_path / "in"), *options, "--force"]) == 0
    assert "Nothing changed since the earlier run." in capsys.readouterr().out
    assert len(list(out.iterdir())) == 2 * len(report.WRITTEN) + 1
