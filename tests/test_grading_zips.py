"""Zips as people make them: a folder around everything, a student's zip in a platform's."""

import pytest
from test_grading_input import EXPECTED, METADATA, files_of, zipped

from cnnlib.grading.submissions import submissions_in


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
    assert [one.problem for one in found if one.member == "class/../../out.ipynb"] == [
        "not read: its name leads out of the zip"
    ]


@pytest.mark.parametrize("name", ["smithjohn_4711_1_work.zip", "Ann Lee_77_assignsubmission_file/work.zip"])
def test_a_student_s_zip_in_a_platform_s_says_what_to_do(tmp_path, name):
    inner = zipped(tmp_path / "inner.zip", {"05.ipynb": "right"}).read_bytes()
    folder = tmp_path / "in"
    folder.mkdir()
    [found] = submissions_in(zipped(folder / "all.zip", {name: inner}))
    assert found.problem == "not read: a zip in the platform's zip; unpack that one, and grade the folder"
    (folder / "all.zip").unlink()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(inner)
    [unpacked] = submissions_in(folder)
    assert (unpacked.student, unpacked.read()) == (found.student, b"right")


def test_gradescope_s_people_are_known_below_an_outer_folder(tmp_path):
    files = {
        "x/assignment_8_export/submission_12/a.ipynb": "1",
        "x/assignment_8_export/submission_metadata.yml": METADATA,
    }
    [found] = submissions_in(zipped(tmp_path / "all.zip", files))
    assert (found.student, found.uploaded > 0) == ("Ann Lee_007", True)
