"""Zips as people make them: a folder around everything, a student's zip in a platform's."""

import os
import zipfile
from pathlib import Path

import pytest
from test_grading_input import EXPECTED, METADATA, files_of, laid_out, zipped

from cnnlib.grading import packed
from cnnlib.grading.notebook import MOST_BYTES
from cnnlib.grading.reading import Unreadable
from cnnlib.grading.submissions import Submission, submissions_in


@pytest.mark.parametrize("platform", EXPECTED)
def test_a_folder_around_a_platform_s_files_changes_nothing(tmp_path, platform):
    files = {f"Submissions (2)/{name}": content for name, content in files_of(platform).items()}
    files |= {"__MACOSX/Submissions (2)/._x.ipynb": "", "Submissions (2)/.DS_Store": ""}
    path = zipped(tmp_path / "all.zip", {"Submissions (2)/": "", **files})
    for way in (path, tmp_path):
        found = submissions_in(way)
        assert [(one.student, one.notebook, one.late) for one in found] == EXPECTED[platform]
        assert all(one.read().decode() in files_of(platform) for one in found if not one.problem)


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["class/ann/05.ipynb", "class/bo/05.ipynb", "class/cy/notes.txt"], ["ann", "bo", "cy"]),
        (["class/ann/work.zip", "class/bo/work.zip"], ["ann", "bo"]),
        (["class/ann/deep/05.ipynb", "class/bo/05.ipynb"], ["ann", "bo"]),
        (["ann/05.ipynb"], ["ann"]),
        (["ann/05.ipynb", "ann/06.ipynb"], ["ann"]),
        (["ann/first/05.ipynb", "ann/second/06.ipynb"], ["ann"]),
        (["ann/05.ipynb", "ann/old/05.ipynb", "ann/older/05.ipynb"], ["ann"]),
        (["ann/05.ipynb", "bo/05.ipynb"], ["ann", "bo"]),
        (["smithjohn_4711_1_work/a/05.ipynb", "smithjohn_4711_1_work/b/05.ipynb"], ["smithjohn_4711"]),
        (["submission_12/a/05.ipynb", "submission_12/b/05.ipynb"], ["submission_12"]),
    ],
)
def test_a_student_s_own_folder_is_no_folder_around_everything(tmp_path, names, students):
    found = submissions_in(zipped(tmp_path / "all.zip", {name: f"in {name}" for name in names}))
    assert sorted({one.student for one in found}) == students


def test_a_hostile_name_below_the_outer_folder_stays_refused(tmp_path):
    files = {"class/ann/05.ipynb": "a", "class/bo/05.ipynb": "b", "class/../../out.ipynb": "c"}
    found = submissions_in(zipped(tmp_path / "all.zip", files))
    assert [one.problem for one in found if one.members == ("class/../../out.ipynb",)] == [
        "not read: its name leads out of the zip"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "smithjohn_4711_1_work.zip",
        "Ann Lee_77_assignsubmission_file/work.zip",
        "submission_12/work.zip",
        "ann/work.zip",
    ],
)
def test_a_student_s_zip_in_the_zip_of_all_is_opened_as_in_a_folder(tmp_path, name):
    files = {"deep/05.ipynb": "right", "__MACOSX/deep/._05.ipynb": "", "smithjohn_9999_9_06.ipynb": "its own"}
    inner = zipped(tmp_path / "inner.zip", files).read_bytes()
    folder = tmp_path / "in"
    folder.mkdir()
    both = submissions_in(zipped(tmp_path / "all.zip", {name: inner}))
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(inner)
    for found in (both, submissions_in(folder)):
        assert [one.read() for one in found] == [b"right", b"its own"]
        assert len({one.student for one in found}) == 1
    assert [(one.student, one.notebook, one.number, one.time) for one in both] == [
        (one.student, one.notebook, one.number, one.time) for one in submissions_in(folder)
    ]


def nested(folder: Path, inner: bytes) -> list[Submission]:
    return submissions_in(zipped(folder / "all.zip", {"ann/work.zip": inner, "bo/05.ipynb": "right"}))


def test_what_lies_deeper_than_a_zip_in_a_zip_is_not_opened(tmp_path):
    deepest = zipped(tmp_path / "deepest.zip", {"05.ipynb": ""}).read_bytes()
    ann, bo = nested(tmp_path, zipped(tmp_path / "deeper.zip", {"more.zip": deepest}).read_bytes())
    assert (ann.problem, bo.read()) == ("not read: a zip in a zip", b"right")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"../bo/05.ipynb": "forged"}, "not read: its name leads out of the zip"),
        ({f"{n}/a.ipynb": "" for n in range(4)}, "not read: more than 3 files in the zip"),
        ({"a.ipynb": os.urandom(3000)}, "not read: a zip of more than 0 MB"),
        ({"notes.txt": ""}, "no notebook in the zip"),
        (None, "not read: a broken zip"),
    ],
)
def test_a_zip_in_a_zip_has_the_limits_of_any_other(tmp_path, monkeypatch, files, problem):
    monkeypatch.setattr(packed, "MOST_FILES_IN_ZIP", 3)
    monkeypatch.setattr(packed, "MOST_PACKED", 2000)
    inner = b"PK no zip at all" if files is None else zipped(tmp_path / "inner.zip", files).read_bytes()
    ann, bo = nested(tmp_path, inner)
    assert (ann.student, ann.problem, bo.read()) == ("ann", problem, b"right")


def test_a_bomb_in_a_zip_in_a_zip_is_read_up_to_the_limits(tmp_path):
    bomb = zipped(tmp_path / "inner.zip", {"05.ipynb": bytes(MOST_BYTES + 9)}).read_bytes()
    ann, bo = nested(tmp_path, bomb)
    with pytest.raises(Unreadable, match="larger than 100 MB"):
        ann.read()
    zeros = zipped(tmp_path / "zeros.zip", {"zeros.zip": bytes(packed.MOST_PACKED + 9)})
    with zipfile.ZipFile(zeros) as pack:
        ann, bo = nested(tmp_path, pack.read("zeros.zip"))
    assert (ann.problem, bo.read()) == ("not read: a zip of more than 32 MB", b"right")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_unpacking_knows_no_limit_is_refused(tmp_path, method):
    """zipfile unpacks all of these at once: a few kilobytes become as many gigabytes as their writer likes."""
    with zipfile.ZipFile(tmp_path / "inner.zip", "w", method) as pack:
        pack.writestr("05.ipynb", bytes(1 << 20))
    ann, bo = nested(tmp_path, (tmp_path / "inner.zip").read_bytes())
    assert (ann.problem, bo.read()) == ("not read: a zip made by another method than deflate", b"right")
    (tmp_path / "in" / "ann").mkdir(parents=True)
    (tmp_path / "inner.zip").rename(tmp_path / "in" / "ann" / "work.zip")
    [ann] = submissions_in(tmp_path / "in")
    with pytest.raises(Unreadable, match="another method than deflate"):
        ann.read()


def test_of_many_zips_in_the_zip_of_all_a_few_are_opened(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"05.ipynb": "right"}).read_bytes()
    files = {f"ann/{n:02}.zip": inner for n in range(packed.MOST_ZIPS + 1)} | {"bo/a.zip": inner}
    *ann, bo = submissions_in(zipped(tmp_path / "all.zip", files))
    assert [one.problem for one in ann] == [""] * packed.MOST_ZIPS + ["not read: more than 10 zips of one student"]
    assert bo.read() == b"right"


@pytest.mark.parametrize("way", ["zip", "folder"])
def test_what_is_no_notebook_is_named_where_canvas_names_the_student(tmp_path, way):
    files = {"leeann_4711_1_05.pdf": "", "bo_4712_2_05.html": "", "bo_4712_3_05.ipynb": "right", "notes.txt": ""}
    found = submissions_in(zipped(tmp_path / "all.zip", files) if way == "zip" else laid_out(tmp_path / "in", files))
    assert [(one.student, one.notebook, one.problem) for one in found] == [
        ("bo_4712", "05.ipynb", ""),
        ("leeann_4711", "05.pdf", "not a notebook: its name does not end in .ipynb"),
    ]


def test_gradescope_s_people_are_known_below_an_outer_folder(tmp_path):
    files = {
        "x/assignment_8_export/submission_12/a.ipynb": "1",
        "x/assignment_8_export/submission_metadata.yml": METADATA,
    }
    [found] = submissions_in(zipped(tmp_path / "all.zip", files))
    assert (found.student, found.uploaded > 0) == ("Ann Lee_007", True)
