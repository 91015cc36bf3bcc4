"""What the grader reads: zips of three learning platforms, folders of them, loose notebooks, and what hides in them."""

import os
import stat
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from grading.notebooks import LECTURE, POSSIBLE, SEED, solved, text

from cnnlib.__main__ import main
from cnnlib.grading import batch, packed
from cnnlib.grading.marking import Graded
from cnnlib.grading.naming import uploads
from cnnlib.grading.notebook import MOST_BYTES
from cnnlib.grading.reading import Unreadable
from cnnlib.grading.submissions import Submission, submissions_in

METADATA = """\
---
submission_12:
  :submitters:
  - :name: Ann Lee
    :sid: '007'
    :email: ann@example.org
  :created_at: 2026-09-01 19:40:26.131287000 Z
  :score: 3.0
  :history:
  - :id: 11
    :name: nobody
submission_13:
  :submitters:
  - :name: 'Bo O''Hara'
    :sid:
  - :name: Cy
    :sid: 9
  :status: processed
"""

CANVAS = ["smithjohn_LATE_4711_12345_05.ipynb", "smithjohn_4711_12399_05-1.ipynb", "anon_815_12345_05.ipynb"]
MOODLE = ["Ann de la Cruz_77_assignsubmission_file_/a.ipynb", "Bo_78_assignsubmission_onlinetext/onlinetext.html"]
GRADESCOPE = [
    "assignment_8_export/submission_12/a.ipynb",
    "assignment_8_export/submission_13/deep/a.ipynb",
    "assignment_8_export/submission_14/a.ipynb",
]


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return path


def laid_out(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def files_of(platform: str) -> dict[str, str]:
    if platform == "gradescope":
        return {name: name for name in GRADESCOPE} | {"assignment_8_export/submission_metadata.yml": METADATA}
    return {name: name for name in (CANVAS if platform == "canvas" else MOODLE)}


EXPECTED = {
    "canvas": [
        ("anon_815", "05.ipynb", False),
        ("smithjohn_4711", "05-1.ipynb", False),
        ("smithjohn_4711", "05.ipynb", True),
    ],
    "moodle": [("Ann de la Cruz_77", "a.ipynb", False), ("Bo_78", "", False)],
    "gradescope": [
        ("Ann Lee_007", "a.ipynb", False),
        ("Bo O'Hara and Cy_9", "deep/a.ipynb", False),
        ("submission_14", "a.ipynb", False),
    ],
}


@pytest.fixture(params=["zip", "folder", "folder of zips"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    return request.param, tmp_path


@pytest.mark.parametrize("platform", EXPECTED)
def test_names_of_a_platform_are_read_alike_wherever_they_lie(place, platform):
    way, folder = place
    files = files_of(platform)
    if way == "folder":
        path = laid_out(folder, files)
    else:
        path = zipped(folder / "submissions_2026_11_12.zip", files)
    found = submissions_in(folder if way == "folder of zips" else path)
    assert [(one.student, one.notebook, one.late) for one in found] == EXPECTED[platform]
    for one in found:
        if one.notebook:
            assert one.read().decode() in files
        else:
            with pytest.raises(Unreadable, match="no notebook in the folder"):
                one.read()


def test_gradescope_s_names_come_only_from_its_own_file(tmp_path):
    forged = METADATA.replace("Ann Lee", "Mallory")
    files = files_of("gradescope") | {"assignment_8_export/submission_14/submission_metadata.yml": forged}
    assert [one.student for one in submissions_in(zipped(tmp_path / "a.zip", files))] == [
        student for student, *_ in EXPECTED["gradescope"]
    ]


def test_people_are_listed_once_for_each_submission():
    found = {number: upload.students for number, upload in uploads(METADATA).items()}
    assert found == {"12": "Ann Lee_007", "13": "Bo O'Hara and Cy_9"}
    assert uploads("- :name: x\n{[") == {}


def test_several_exports_are_read_together(tmp_path):
    for platform in EXPECTED:
        zipped(tmp_path / f"{platform}.zip", files_of(platform))
    found = {(one.student, one.notebook, one.late) for one in submissions_in(tmp_path)}
    assert found == {one for expected in EXPECTED.values() for one in expected}


@pytest.mark.parametrize("name", ["mallory.zip", "mallory_66_9_work.zip", "mallory/work.zip"])
def test_a_student_s_zip_is_never_another_student_s(tmp_path, name):
    laid_out(tmp_path, {"smithjohn_4711_1_05.ipynb": "{}"})
    (tmp_path / name).parent.mkdir(exist_ok=True)
    zipped(tmp_path / name, {"smithjohn_4711_99999_05.ipynb": "forged", "../smithjohn_4711/05.ipynb": "forged"})
    found = submissions_in(tmp_path)
    assert [one.read() for one in found if one.student == "smithjohn_4711"] == [b"{}"]
    assert {one.student.partition("_")[0] for one in found} == {"smithjohn", "mallory"}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../out.ipynb", "its name leads out of the zip"),
        ("a/../../out.ipynb", "its name leads out of the zip"),
        ("/etc/out.ipynb", "its name leads out of the zip"),
        ("/".join(["d"] * 30) + "/a.ipynb", "folders more than 20 deep"),
        ("more.zip", "a zip in a zip; unpack the outer one, and grade the folder"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name, problem):
    folder = tmp_path / "in"
    folder.mkdir()
    path = zipped(folder / "all.zip", {name: "x", "alice/a.ipynb": "right"})
    found = submissions_in(path)
    assert [one.problem for one in found if one.members == (name,)] == [f"not read: {problem}"]
    assert [one.read() for one in found if one.student == "alice"] == [b"right"]
    assert [one.name for one in tmp_path.rglob("*")] == ["in", "all.zip"]


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    link = zipfile.ZipInfo("alice/a.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as pack:
        pack.writestr(link, "/etc/passwd")
    [found] = submissions_in(tmp_path / "all.zip")
    with pytest.raises(Unreadable, match="not read: a link"):
        found.read()


def test_a_zip_bomb_is_read_up_to_the_limit(tmp_path):
    path = zipped(tmp_path / "all.zip", {"a/a.ipynb": bytes(MOST_BYTES + 9), "b/b.ipynb": "right"})
    bomb, right = submissions_in(path)
    with pytest.raises(Unreadable, match="larger than 100 MB"):
        bomb.read()
    assert right.read() == b"right"


@pytest.mark.parametrize("damage", ["cut", "encrypted", "a bit"])
def test_a_damaged_zip_says_so(tmp_path, damage):
    path = zipped(tmp_path / "all.zip", {"alice/a.ipynb": os.urandom(1000)})
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[500:]
    elif damage == "a bit":
        data[200] ^= 1
    else:
        data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    [found] = submissions_in(path)
    with pytest.raises(Unreadable, match=r"not read: (a broken zip|its zip is broken|encrypted)"):
        found.read()


def test_a_zip_of_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "MOST_FILES_IN_ZIP", 3)
    monkeypatch.setattr(packed, "MOST_PACKED", 2000)
    many = zipped(tmp_path / "many.zip", {f"{n}/a.ipynb": "" for n in range(4)})
    assert [one.problem for one in submissions_in(many)] == ["not read: more than 3 files in the zip"]
    (tmp_path / "class" / "alice").mkdir(parents=True)
    zipped(tmp_path / "class" / "alice" / "big.zip", {"a.ipynb": os.urandom(3000)})
    (tmp_path / "class" / "bob").mkdir()
    zipped(tmp_path / "class" / "bob" / "many.zip", {f"{n}/a.ipynb": "" for n in range(4)})
    assert [(one.student, one.problem) for one in submissions_in(tmp_path / "class")] == [
        ("alice", "not read: a zip of more than 0 MB"),
        ("bob", "not read: more than 3 files in the zip"),
    ]


def test_odd_names_are_seen(tmp_path):
    files = {"a.ipynb.txt": "1", "b (1).ipynb.json": "2", ".dot/a.ipynb": "3", "bob/1.ipynb": "4", "bob /2.ipynb": "5"}
    laid_out(tmp_path, files | {"née/x.ipynb": "6", "ne\u0301e/y.ipynb": "7", "z/.ipynb_checkpoints/z.ipynb": "8"})
    found = [(one.student, one.problem or one.read().decode()) for one in submissions_in(tmp_path)]
    empty = ("z", "no notebook in the folder")
    students = [(".dot", "3"), ("a", "1"), ("b", "2"), ("bob", "4"), ("bob", "5"), ("née", "6"), ("née", "7")]
    assert sorted(found) == sorted([*students, empty])


def attempt(order: tuple[int, float], name: str, status: str = "graded", read: bool = True) -> Graded:
    return Graded(
        Submission("alice", name, path=Path(name), number=order[0], time=order[1]), status, LECTURE, read=read
    )


@pytest.mark.parametrize(
    ("attempts", "counts"),
    [
        ([attempt((7, 2.0), "a"), attempt((9, 1.0), "b")], "b"),  # the upload's number says more than a date
        ([attempt((0, 2.0), "a"), attempt((0, 1.0), "b")], "a"),
        ([attempt((0, 1.0), "a"), attempt((0, 1.0), "b")], "b"),
        ([attempt((7, 1.0), "a"), attempt((9, 2.0), "b", "not a notebook: not JSON", read=False)], "a"),
        ([attempt((7, 1.0), "a"), attempt((9, 2.0), "b", "stopped: out of time")], "b"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_latest_attempt_that_can_be_read_counts(attempts, counts, turned):
    done = batch.remarked(attempts[::-1] if turned else attempts, sandboxed=True)
    assert [one.submission.notebook for one in done if one.counts] == [counts]
    for one in done:
        assert one.status.endswith("2 for this lecture, " + ("counts" if one.counts else "does not count"))


def test_attempts_at_two_lectures_both_count():
    done = [attempt((0, 0.0), "a"), Graded(Submission("alice", "b", path=Path("b")), "graded", "other")]
    assert [one.counts for one in batch.remarked(done, sandboxed=True)] == [True, True]


@pytest.mark.parametrize("name", ["all.zip", "alice.ipynb"])
def test_one_file_is_graded_and_stays_as_it_is(bwrap, tmp_path, capsys, name):
    content, path = text(solved()), tmp_path / name
    if name == "all.zip":
        zipped(path, {"alice_LATE_12_34_x.ipynb": content})
    else:
        path.write_text(content)
    before = path.read_bytes()
    assert main(["grade", str(path), "--out", str(tmp_path / "out"), "--seed", str(SEED)]) == 0
    assert f"{POSSIBLE}" in capsys.readouterr().out
    row = (tmp_path / "out" / "totals.csv").read_text().splitlines()[1]
    late = ", late" if name == "all.zip" else ""
    assert f"{POSSIBLE},{POSSIBLE}," in row
    assert row.endswith(f'"graded{late}",{LECTURE},yes' if late else f"graded,{LECTURE},yes")
    assert path.read_bytes() == before


def test_a_file_s_name_does_not_make_it_another_student_s(tmp_path):
    """Moodle without folders puts all that tells whose it is before the name that the student gave it."""
    name = "Mallory_66_assignsubmission_file_Ann Lee_77_assignsubmission_file_05.ipynb"
    [found] = submissions_in(zipped(tmp_path / "all.zip", {name: "{}"}))
    assert (found.student, found.account) == ("Mallory_66", "66")


@pytest.mark.parametrize("way", ["zip", "folder"])
def test_who_sent_something_else_is_told_so(tmp_path, way):
    names = [
        "leeann_4711_1_05.pdf",
        "bo_12_2_notes.docx",
        "bo_12_3_05.ipynb",
        "Cy_9_assignsubmission_file_a.py",
        "notes.txt",
    ]
    files = dict.fromkeys(names, "{}")
    path = zipped(tmp_path / "all.zip", files) if way == "zip" else laid_out(tmp_path, files)
    other = "not a notebook: its name does not end in .ipynb"
    assert [(one.student, one.notebook, one.problem) for one in submissions_in(path)] == [
        ("Cy_9", "a.py", other),
        ("bo_12", "05.ipynb", ""),
        ("leeann_4711", "05.pdf", other),
    ]


def test_names_of_very_many_parts_take_little(tmp_path):
    (tmp_path / "mallory").mkdir()
    zipped(tmp_path / "mallory" / "a.zip", {"ab/" * 20_000 + f"{n}.ipynb": "" for n in range(100)})
    started = time.process_time()
    found = submissions_in(tmp_path)
    assert time.process_time() - started < 2
    assert {one.problem for one in found} == {"not read: folders more than 20 deep"}


@pytest.mark.parametrize("name", ["students", "records"])
def test_submissions_where_the_tables_go_are_never_moved(tmp_path, capsys, name):
    path = laid_out(tmp_path, {f"{name}/ann/05.ipynb": "{}"}) / name
    for _ in range(2):
        assert main(["grade", str(path), "--out", str(tmp_path), "--html", "--force"]) == 2
        assert f"lies where this command keeps its own {name}" in capsys.readouterr().err
    assert [one.read_text() for one in tmp_path.rglob("*.ipynb")] == ["{}"]
