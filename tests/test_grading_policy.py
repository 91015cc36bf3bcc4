"""An instructor's policy: what counts, what being late costs, and what is refused."""

import csv
import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from grading.notebooks import ASKED, LECTURE, POSSIBLE, ROOT, SEED, solved, text
from test_grading_output import WORKSHEET, Page, flipped, rows_of, student

from cnnlib.__main__ import main
from cnnlib.grading import platforms, report, summary
from cnnlib.grading.batch import remarked
from cnnlib.grading.naming import uploads
from cnnlib.grading.pages import pages
from cnnlib.grading.policy import by_policy, extensions, policy
from cnnlib.grading.roster import NO_ROSTER, roster

NAME, OTHER = "conv1d_forward", "conv1d_weight_gradient"
DEADLINE = datetime(2026, 11, 12, 20, tzinfo=timezone(timedelta(hours=1)))


def written(folder: Path, content: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(content, encoding="utf-8")
    return path


def final(folder: Path, content: str, answer=None, **more):
    """What a student's notebook counts for by this policy."""
    [one] = by_policy(policy(written(folder, content)), remarked([student("ann", answer, **more)], sandboxed=True))
    return one


@pytest.mark.parametrize("answer", [None, flipped])
def test_points_and_weights_scale_an_exercise_and_no_other(tmp_path, answer):
    before = student("ann", answer).final
    one = final(tmp_path, f"[points]\n{NAME} = 7.5\n[weights]\n{OTHER} = 3", answer)
    for old, new in zip(before.lines, one.final.lines, strict=True):
        times = {NAME: 7.5 / old.possible, OTHER: 3}.get(old.exercise, 1)
        assert (new.points, new.possible) == pytest.approx((times * old.points, times * old.possible))
    assert one.final.points == pytest.approx(sum(line.points for line in one.final.lines), abs=0.006)
    assert (one.points, one.possible) == (sum(line.points for line in before.lines), POSSIBLE)


def test_an_exercise_may_count_nothing(tmp_path):
    one = final(tmp_path, f"[points]\n{NAME} = 0", flipped)
    assert one.final.points == one.final.possible == POSSIBLE - ASKED[NAME].possible


@pytest.mark.parametrize(
    ("late", "days"),
    [(-1, 0), (0, 0), (1, 1), (24 * 3600, 1), (24 * 3600 + 1, 2), (30 * 24 * 3600, 30)],
)
def test_each_day_that_has_begun_costs_up_to_the_most(tmp_path, late, days):
    content = f"[deadlines]\n05 = {DEADLINE.isoformat()}\n[late]\npercent = 10\nmost = 45"
    one = final(tmp_path, content, uploaded=DEADLINE.timestamp() + late)
    lost = min(10 * days, 45)
    assert (one.final.days, one.final.percent) == (days, lost)
    assert one.final.points == pytest.approx(POSSIBLE * (100 - lost) / 100)
    assert (f"{lost} % less" in one.status) == (days > 0)


def test_a_deadline_at_the_end_of_the_calendar_is_none(tmp_path):
    content = "[deadlines]\n05 = 9999-12-31\n[late]\npercent = 10"
    assert final(tmp_path, content, uploaded=DEADLINE.timestamp()).final.days == 0


def test_a_deadline_of_another_lecture_costs_nothing(tmp_path):
    content = "[deadlines]\n06_conv2d_backprop = 2000-01-01\n[late]\npercent = 10"
    assert final(tmp_path, content, uploaded=DEADLINE.timestamp()).final.points == POSSIBLE


def test_a_date_is_over_when_its_day_is(tmp_path):
    content = "[deadlines]\n05 = 2026-11-12\n[late]\npercent = 10"
    for moment, days in ((datetime(2026, 11, 12, 23, 59), 0), (datetime(2026, 11, 13, 0, 1), 1)):
        assert final(tmp_path, content, uploaded=moment.timestamp()).final.days == days


def test_a_late_marker_is_one_day_with_or_without_a_deadline(tmp_path):
    for deadline in ("", f"[deadlines]\n05 = {DEADLINE.isoformat()}\n"):
        one = final(tmp_path, f"{deadline}[late]\npercent = 10", late=True)
        assert one.final.points == pytest.approx(0.9 * POSSIBLE)
        assert one.status == "graded, late, by its marker, as one day: 10 % less"


def test_a_file_s_own_time_counts_only_if_the_policy_says_so(tmp_path):
    changed = DEADLINE.timestamp() + 3 * 24 * 3600
    content = f"[deadlines]\n05 = {DEADLINE.isoformat()}\n[late]\npercent = 10"
    assert final(tmp_path, content, time=changed).final.days == 0
    one = final(tmp_path, f'{content}\ntime = "file"', time=changed)
    assert one.final.days == 3
    assert "by the file's time" in one.status
    known = final(tmp_path, f'{content}\ntime = "file"', time=changed, uploaded=DEADLINE.timestamp())
    assert known.final.days == 0


def test_gradescope_s_times_are_read_from_its_own_file():
    told = """\
submission_12:
  :submitters:
  - :name: Ann
  :created_at: 2026-09-01 19:40:26.131287000 Z
  :history:
  - :id: 11
    :name: nobody
    :created_at: 2020-01-01 00:00:00 Z
submission_13:
  :created_at: 2026-09-01 21:40:26 +02:00
  :submitters:
  - :name: Bo
submission_14:
  :submitters:
  - :name: Cy
  :created_at: 2026-13-41 99:40:26 Z
"""
    moment = datetime(2026, 9, 1, 19, 40, 26, tzinfo=timezone.utc).timestamp()  # noqa: UP017
    assert uploads(told) == {"12": ("Ann", moment), "13": ("Bo", moment), "14": ("Cy", 0.0)}
    assert uploads("  :created_at: 2026-09-01 19:40:26 Z\n{[") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[point]\na = 1", '"points" may be meant'),
        ("[points]\nconv1d_foward = 1", '"conv1d_forward" may be meant'),
        ("[weights]\nconv1d_foward = 1", '"conv1d_forward" may be meant'),
        ("[points]\nconv1d_forward = -1", "conv1d_forward = -1 is no number from 0 to 1,000,000"),
        ("[points]\nconv1d_forward = 1e308", "is no number from 0 to 1,000,000"),
        ("[points]\nconv1d_forward = true", "True is no number"),
        ("[points]\nconv1d_forward = nan", "nan is no number"),
        ("[points]\nconv1d_forward = 1\n[weights]\nconv1d_forward = 1", "has points and a weight"),
        ("[deadlines]\n05_conv1d = 2026-11-12", '"05_conv1d_backprop" may be meant'),
        ("[deadlines]\n05_conv1d_backprop = '2026-11-12'", "without quotes"),
        ("[late]\npercent = 101", "no number from 0 to 100"),
        ("[late]\npercnt = 10", '"percent" may be meant'),
        ("[late]\nmost = 10", "says no percent"),
        ("[late]\npercent = 10\ntime = 'mtime'", 'neither "platform" nor "file"'),
        ("[extensions]\nann = 2026-11-12", 'there is no lecture "ann" in [extensions]'),
        ("[extensions]\n05 = 2026-11-12", "is for nobody"),
        ("[extensions.05]\nann = '2026-11-12'", "without quotes"),
        ("[deadlines]\n05 = 2026-11-12\n[extensions.05]\nann = 2026-11-12", "no later than the deadline"),
        ("percent = 10", 'no part "percent"'),
        ("points = 10", "Write a heading, [points]"),
        ("[points", "cannot be read as a policy"),
        (None, "cannot be read as a policy"),
    ],
)
def test_what_is_no_policy_is_refused_before_anything_is_graded(tmp_path, capsys, content, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text("{")
    path = written(tmp_path, content) if content is not None else tmp_path / "none.toml"
    assert main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--policy", str(path)]) == 2
    refused = capsys.readouterr().err
    assert said in refused
    assert path.name in refused
    assert not list((tmp_path / "out").iterdir())


def test_the_example_of_the_readme_is_a_policy(tmp_path):
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    told = policy(written(tmp_path, example))
    assert (told.points[NAME], told.percent, told.most, told.by_file) == (6, 10, 50, False)
    assert told.deadlines[LECTURE] == DEADLINE.timestamp()
    assert told.extensions[LECTURE]["Ann Lee"].moment > DEADLINE.timestamp()


MANY = "[deadlines]\n05 = 2026-11-12\n[late]\npercent = 10\n[extensions.05]\n"


def extended(folder: Path, content: str, graded, names: str = ""):
    """What these come to with the policy above and these extensions, and what is said."""
    rules = policy(written(folder, MANY + content))
    (folder / "names.csv").write_text(names, encoding="utf-8")
    known = roster(folder / "names.csv") if names else NO_ROSTER
    found, said = extensions(rules, graded, known)
    return by_policy(rules, graded, found), said


@pytest.mark.parametrize("who", ["Ann Lee_U7", "Ann Lee", "7", "Lee, Ann", "ANN LEE"])
def test_an_extension_is_for_one_student_and_said_everywhere(tmp_path, who):
    late = {"uploaded": datetime(2026, 11, 14, 12).timestamp(), "account": "7"}
    both = [student("Ann Lee_U7", **late), student("Bo_8", **late | {"account": "8"})]
    names = "Lee, Ann\nBo\n" if who in ("Lee, Ann", "ANN LEE") else ""
    [ann, bo], said = extended(tmp_path, f'"{who}" = 2026-11-14', both, names)
    assert said == []
    assert (ann.final.percent, bo.final.percent) == (0, 20)
    assert (ann.status, bo.status) == ("graded, extension to 2026-11-14", "graded, 2 days late: 20 % less")
    assert "extension to 2026-11-14" in Page(pages([ann])["students/1_Ann_Lee_U7.html"]).text
    head, *rows = report.totals([ann, bo])
    assert [row[head.index("extension")] for row in rows] == ["2026-11-14", ""]
    assert summary.to_json([ann])["submissions"][0]["final"]["extension"] == "2026-11-14"


@pytest.mark.parametrize(("hours", "days"), [(-1, 0), (1, 1), (25, 2)])
def test_after_an_extension_each_day_costs_again(tmp_path, hours, days):
    until = DEADLINE + timedelta(days=5)
    one = student("ann", uploaded=(until + timedelta(hours=hours)).timestamp())
    [done], _ = extended(tmp_path, f"ann = {until.isoformat()}", [one])
    assert (done.final.days, done.final.percent) == (days, 10 * days)


def test_an_extension_holds_for_all_attempts_and_for_no_other_lecture(tmp_path):
    late = {"uploaded": datetime(2026, 11, 14, 12).timestamp()}
    attempts = [student("ann", **late), student("ann", flipped, **late)]
    done, _ = extended(tmp_path, "ann = 2026-11-14", attempts)
    assert [one.final.percent for one in done] == [0, 0]
    rules = policy(written(tmp_path, MANY.replace("extensions.05", "extensions.06") + "ann = 2026-11-30"))
    found, said = extensions(rules, attempts)
    assert [one.final.percent for one in by_policy(rules, attempts, found)] == [20, 20]
    assert said == ['extension for 06_conv2d_backprop: "ann" fits nobody with 06_conv2d_backprop.']


def test_a_late_marker_tells_of_the_platform_s_deadline_not_of_an_extension(tmp_path):
    [one], _ = extended(tmp_path, "ann = 2026-11-14", remarked([student("ann", late=True)], sandboxed=True))
    assert one.final.points == POSSIBLE
    assert one.status == "graded, late, extension to 2026-11-14"


def test_the_latest_extension_of_a_team_counts(tmp_path):
    team = student("Ann_7 and Bo_8", uploaded=datetime(2026, 11, 17, 12).timestamp())
    [done], _ = extended(tmp_path, "Ann = 2026-11-20\nBo = 2026-11-14", [team])
    assert (done.final.days, done.final.extension) == (0, "2026-11-20")


def test_an_extension_that_fits_nobody_or_two_changes_nothing_and_is_named(tmp_path):
    late = {"uploaded": datetime(2026, 11, 14, 12).timestamp()}
    three = [student("Bo_1", **late), student("Bo_2", **late), student("Ann_3", **late)]
    content = "Bo = 2026-11-20\nAnna = 2026-11-20\nDi = 2026-11-20"
    done, said = extended(tmp_path, content, three, names="Ann\nDi\n")
    assert [one.final.percent for one in done] == [20, 20, 20]
    assert [sentence.partition(": ")[2] for sentence in said] == [
        '"Bo" fits Bo_1, Bo_2. Write one of these names.',
        '"Anna" fits nobody with 05_conv1d_backprop; Ann_3 may be meant.',
        "Di has handed in no 05_conv1d_backprop.",
    ]


def test_what_goes_to_the_platforms_and_pages_is_what_counts(tmp_path):
    content = f"[points]\n{NAME} = 6\n[late]\npercent = 25"
    canvas = final(tmp_path, content, system="canvas", account="7", late=True)
    moodle = final(tmp_path, content, system="moodle", account="7", late=True)
    possible = POSSIBLE - ASKED[NAME].possible + 6
    points = f"{0.75 * possible:.2f}".rstrip("0").rstrip(".")
    _, head, row = rows_of(platforms.canvas([canvas]))
    assert (head[-1], row[-1]) == (str(possible), points)
    (tmp_path / "sheet.csv").write_text(WORKSHEET)
    filled, _ = platforms.moodle(platforms.worksheet(tmp_path / "sheet.csv"), [moodle])
    assert rows_of(filled)[1][4] == "75.00"
    for source in pages([canvas]).values():
        assert f"{points} of {possible}" in Page(source).text
    told = json.loads(json.dumps(summary.to_json([canvas])))["submissions"][0]["final"]
    assert (told["points"], told["possible"], told["percent"]) == (float(points), possible, 25)


def test_a_policy_by_which_nothing_counts_gives_no_grade_to_moodle(tmp_path):
    content = "[points]\n" + "\n".join(f"{name} = 0" for name in ASKED)
    (tmp_path / "sheet.csv").write_text(WORKSHEET)
    one = final(tmp_path, content, system="moodle", account="7")
    filled, said = platforms.moodle(platforms.worksheet(tmp_path / "sheet.csv"), [one])
    assert rows_of(filled) == rows_of(WORKSHEET)
    assert "no row to fill in for ann" in said


def test_the_command_s_tables_have_the_points_before_and_after(bwrap, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "leeann_LATE_4711_1_a.ipynb").write_text(text(solved()))
    (tmp_path / "in" / "lost_4712_2_a.ipynb").write_text("{")
    path = written(tmp_path, f"[weights]\n{NAME} = 2\n[late]\npercent = 10")
    out = tmp_path / "out"
    options = ["--out", str(out), "--seed", str(SEED), "--policy", str(path)]
    assert main(["grade", str(tmp_path / "in"), *options]) == 0
    with (out / "totals.csv").open(encoding="utf-8-sig", newline="") as file:
        ann, lost = csv.DictReader(file)
    weighted = POSSIBLE + ASKED[NAME].possible
    assert list(ann)[: len(report.TOTALS)] == report.TOTALS
    assert (ann["points"], ann["weighted"], ann["days_late"]) == (str(POSSIBLE), str(weighted), "1")
    assert float(ann["final"]) == pytest.approx(0.9 * weighted)
    assert (lost["final"], lost["out_of"]) == ("0", "0")
    assert ann["final"] in capsys.readouterr().out
    with (out / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["exercise"]: row for row in csv.DictReader(file)}
    assert rows[NAME]["final"] == str(2 * ASKED[NAME].possible)
    assert set(rows) == set(ASKED)
