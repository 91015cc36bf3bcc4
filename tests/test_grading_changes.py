"""A regrade says what changed, and loses nothing."""

import json

import pytest
from grading.notebooks import ASKED, LECTURE, POSSIBLE, SEED, solved, text
from test_grading_output import flipped, rows_of, student

from cnnlib.__main__ import main
from cnnlib.grading import summary
from cnnlib.grading.batch import remarked
from cnnlib.grading.changes import changes, earlier, points
from cnnlib.grading.policy import Policy, by_policy

NAME = "conv1d_forward"


def results(graded, policy=None):
    done = remarked(graded, sandboxed=True)
    return json.loads(json.dumps(summary.to_json(by_policy(policy, done) if policy else done)))


def test_each_change_is_a_row_and_what_stayed_is_none():
    before = points(results([student("ann", flipped), student("bo"), student("gone")]))
    after = points(results([student("ann"), student("bo", flipped), student("new")]))
    rows, said = changes(before, after)
    lost = student("ann", flipped)
    wrong, right = str(next(v.points for v in lost.verdicts if v.exercise == NAME)), str(ASKED[NAME].possible)
    of = {tuple(row[:2]): row[2:] for row in rows[1:]}
    assert of["ann", NAME] == [wrong, right]
    assert of["ann", LECTURE] == [str(lost.points), str(POSSIBLE)]
    assert of["bo", NAME] == [right, wrong]
    assert of["gone", LECTURE] == [str(POSSIBLE), ""]
    assert of["new", LECTURE] == ["", str(POSSIBLE)]
    assert len([key for key in of if key[0] in ("ann", "bo")]) == 4
    assert len([key for key in of if key[0] in ("gone", "new")]) == 2  # a whole notebook is one change
    assert "4 students" in said[0]
    assert f"ann, {NAME}: {wrong} before, {right} now" in said


def test_a_policy_changes_what_counts_and_an_attempt_that_does_not_count_is_no_change():
    before = results([student("ann", late=True)])
    both = [student("ann", late=True, number=2, time=0), student("ann", flipped, number=1, time=0)]
    assert changes(points(before), points(results(both)))[1] == ["Nothing changed since the earlier run."]
    rows, _ = changes(points(before), points(results(both, Policy(percent=50))))
    assert rows[1:] == [["ann", LECTURE, str(POSSIBLE), f"{POSSIBLE / 2:g}"]]


def test_an_exercise_that_is_new_in_a_notebook_is_a_change():
    before = points(results([student("ann")]))
    fewer = {key: value for key, value in before.items() if key != ("ann", NAME)}
    assert changes(fewer, before)[0][1:] == [["ann", NAME, "", str(ASKED[NAME].possible)]]


def test_results_of_before_there_were_policies_are_compared():
    old = results([student("ann", flipped)])
    for one in old["submissions"]:
        del one["final"]
    rows, _ = changes(points(old), points(results([student("ann")])))
    assert [row[:2] for row in rows[1:]] == [["ann", LECTURE], ["ann", NAME]]


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"submissions": [{}]}', '{"submissions": 3}', "[" * 100_000]
)
def test_without_results_that_can_be_read_nothing_is_compared(tmp_path, content):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    assert earlier(tmp_path) is None


def test_the_last_run_that_came_to_its_end_is_what_is_compared(tmp_path):
    def put(name, finished, *graded):
        (tmp_path / name).write_text(json.dumps(results(list(graded)) | {"finished": finished}))

    put("results.json", False, student("stopped"))
    assert earlier(tmp_path) is None
    for number, name in (("2", "old"), ("10", "last"), ("x", "mine")):
        put(f"results.{number}.json", True, student(name))
    put("results.11.json", False, student("stopped"))
    assert {who for who, _ in earlier(tmp_path)} == {"last"}
    put("results.json", True, student("now"))
    assert {who for who, _ in earlier(tmp_path)} == {"now"}


def test_the_command_says_what_a_regrade_changed(bwrap, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text(text(solved(last=f"{NAME} = None")))
    out = tmp_path / "out"
    options = ["grade", str(tmp_path / "in"), "--out", str(out), "--seed", str(SEED)]
    assert main(options) == 0
    assert "since the earlier run" not in capsys.readouterr().out
    assert not (out / "changes.csv").exists()
    (tmp_path / "manual.csv").write_text(f"student,exercise,points\nann,{NAME},0\n")
    assert main([*options, "--manual", str(tmp_path / "manual.csv")]) == 0
    now = str(POSSIBLE - ASKED[NAME].possible)
    assert f"ann, {LECTURE}: {POSSIBLE} before, {now} now" in capsys.readouterr().out
    assert rows_of((out / "changes.csv").read_text())[1:] == [
        ["ann", LECTURE, str(POSSIBLE), now],
        ["ann", NAME, str(ASKED[NAME].possible), "0"],
    ]
    assert (out / "totals.1.csv").exists()
