"""The perceptron explorer without a browser: what it shows, what the reader does to it, what it refuses."""

from typing import Any

import numpy as np
import pytest

from cnnlib import threshold_unit, train_perceptron
from cnnlib.data import gate
from cnnlib.explorers import PerceptronExplorer, perceptron_explorer
from cnnlib.explorers.perceptron import ACTIONS, tables, view

TABLES = ("AND", "OR", "NAND", "XOR")


def marks(explorer: PerceptronExplorer, kind: str) -> list[Any]:
    return [mark for mark in explorer.shown["panels"][0]["marks"] if mark["kind"] == kind]


def points(explorer: PerceptronExplorer, look: str) -> Any:
    return next((mark for mark in marks(explorer, "points") if mark["look"] == look), None)


def lines(explorer: PerceptronExplorer) -> list[str]:
    return explorer.shown["panels"][3]["lines"]


def act(explorer: PerceptronExplorer, action: str, **what: Any) -> None:
    explorer.choose(**explorer.actions[action](dict(explorer.knobs), **what))


def learn(explorer: PerceptronExplorer, most: int = 200) -> int:
    """Steps until nothing is wrong."""
    for step in range(most):
        if explorer.shown["finished"]:
            return step
        act(explorer, "learn")
    return most


def test_at_first_sight_a_wrong_point_is_ringed_and_its_step_is_shown():
    explorer = perceptron_explorer()
    (ringed,) = points(explorer, "ring")["xy"]
    x, t = np.array(explorer.points)[:, :2], np.array(explorer.points)[:, 2]
    n = int(np.flatnonzero((x == ringed).all(1))[0])
    assert threshold_unit(x, explorer.w, explorer.b)[n] != t[n]
    before, arrow = marks(explorer, "arrows")
    assert np.allclose(arrow["heads"] - arrow["tails"], t[n] * ringed)
    assert np.allclose(before["heads"], arrow["tails"])
    line, ghost = marks(explorer, "line")
    assert (line["dashed"], ghost["dashed"]) == (False, True)
    assert np.allclose(line["xy"] @ explorer.w + explorer.b, 0, atol=1e-9)
    assert np.allclose(ghost["xy"] @ (explorer.w + t[n] * ringed) + explorer.b + t[n], 0, atol=1e-9)


def test_every_mistake_is_marked_and_no_other_point():
    explorer = perceptron_explorer()
    x, t = np.array(explorer.points)[:, :2], np.array(explorer.points)[:, 2]
    wrong = threshold_unit(x, explorer.w, explorer.b) != t
    assert 1 < wrong.sum() < len(t)
    assert [label == "✗" for label in points(explorer, "marker")["labels"]] == wrong.tolist()
    assert lines(explorer)[-1].startswith(f"{wrong.sum()} of {len(t)} points are wrong")


@pytest.mark.parametrize("name", ["AND", "OR", "NAND"])
def test_it_learns_a_gate_by_the_rule_of_the_lecture(name):
    explorer, (x, t) = perceptron_explorer(name), gate(name)
    mistakes, w, b = 0, np.zeros(2), 0.0
    for n in [*range(4)] * 10:
        if threshold_unit(x[n : n + 1], w, b)[0] != t[n]:
            w, b, mistakes = w + t[n] * x[n], b + t[n], mistakes + 1
    assert learn(explorer) == mistakes
    assert explorer.w.tolist() == w.tolist()
    assert explorer.b == b
    assert f"{mistakes} mistakes" in lines(explorer)[-1]
    assert points(explorer, "ring") is None


def test_the_clouds_are_learned_and_xor_never():
    assert 0 < learn(perceptron_explorer()) < 100
    assert learn(perceptron_explorer("XOR"), most=60) == 60


def test_the_update_is_written_out_as_sums():
    explorer = perceptron_explorer([[2, -1], [3, 3]], [-1, 1], w=[1, 1], b=-0.5)
    assert lines(explorer) == [
        "Example 0: x = (2, −1), t = −1",
        "z = 1·2 + 1·(−1) − 0.5 = 0.5, so y = +1: a mistake",
        "w − x = (1, 1) − (2, −1) = (−1, 2)",
        "b − 1 = −0.5 − 1 = −1.5",
        "t z goes from −0.5 to 5.5: up by |x|² + 1 = 6",
        "1 of 2 points are wrong. Learned from so far: 0 mistakes.",
    ]
    act(explorer, "learn")
    assert explorer.w.tolist() == [-1, 2]
    assert explorer.b == -1.5
    assert lines(explorer)[0] == "All 2 points are right: nothing moves."


def test_the_line_and_the_arrow_follow_what_is_dragged():
    explorer = perceptron_explorer("OR", w=[1.0, 2.0], b=-1.0)
    act(explorer, "shift", at=[2.0, 1.0], index=0)
    assert explorer.w.tolist() == [1, 2]
    assert explorer.b == -4
    act(explorer, "aim", at=[-1.0, 0.5], index=0)
    assert explorer.w.tolist() == [-1, 0.5]
    assert explorer.b == -4
    act(explorer, "from zero")
    assert (explorer.w.tolist(), explorer.b) == ([0, 0], 0)
    assert marks(explorer, "line")[0]["xy"].shape == (0, 2)  # w = 0 has no line


def test_points_are_added_with_the_chosen_class_and_all_can_go():
    explorer = perceptron_explorer("OR")
    act(explorer, "add", at=[2.0, 2.5])
    explorer.choose(adds="−1")
    act(explorer, "add", at=[-1.0, 0.5])
    assert explorer.points[-2:] == [[2, 2.5, 1], [-1, 0.5, -1]]
    explorer.points = []
    assert explorer.shown["finished"]
    act(explorer, "add", at=[0.0, 0.5])
    assert explorer.points == [[0, 0.5, -1]]


def test_the_next_mistake_is_looked_for_from_the_last_one_on_and_round_again():
    explorer = perceptron_explorer([[1, 1], [2, 2], [3, 3]], [1, 1, 1], w=[0, 0], b=0)
    assert points(explorer, "ring")["xy"].tolist() == [[1, 1]]
    for turn, ringed in ((1, [2, 2]), (2, [3, 3]), (3, [1, 1])):
        explorer.choose(turn=turn)
        assert points(explorer, "ring")["xy"].tolist() == [ringed]


def test_handles_outside_the_frame_are_not_shown():
    explorer = perceptron_explorer("AND", w=[50, 0], b=-25)
    assert [told["texts"][0] for told in marks(explorer, "points") if told["look"] == "handle"] == [
        "the line, (0.5, 0.5)"
    ]
    explorer.w = [1, 0]
    explorer.b = 9
    assert [told["texts"][0] for told in marks(explorer, "points") if told["look"] == "handle"] == [
        "the tip of w, (1, 0)"
    ]


@pytest.mark.parametrize("name", ["two clouds", *TABLES])
def test_every_table_can_be_chosen_on_the_page(name):
    explorer = perceptron_explorer("AND")
    explorer.choose(**tables()[name])
    assert explorer.points == perceptron_explorer(name).points
    low, high = explorer.knobs["reach"]
    assert all(low < value < high for row in explorer.points for value in row[:2])


def test_own_points_are_all_in_sight():
    x = np.array([[10.0, 200.0], [40.0, -7.0]])
    low, high = perceptron_explorer(x, [1, -1]).knobs["reach"]
    assert low < -7
    assert high > 200


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"points": [[0, 0, 0]]}, "t must be -1 or \\+1, got 0"),
        ({"points": [[0, 1]]}, "rows x\\[0\\], x\\[1\\], t, got 2 numbers"),
        ({"points": [[0, np.nan, 1]]}, "points must be finite"),
        ({"points": [[0, 0, 1]] * 201}, "1 to 200 rows"),
        ({"w": [[1, 2, 3]]}, "w must have 1 to 2 numbers"),
        ({"w": [[1]]}, "w must have 2 numbers, got 1"),
        ({"b": [["x"]]}, "b must hold numbers"),
    ],
)
def test_what_does_not_fit_is_refused_and_all_stays(change, says):
    explorer = perceptron_explorer("OR", w=[1, 1], b=-0.5)
    before, shown = dict(explorer.knobs), repr(explorer)
    with pytest.raises((TypeError, ValueError), match=says):
        explorer.choose(**change)
    assert (explorer.knobs, repr(explorer)) == (before, shown)


@pytest.mark.parametrize(
    ("x", "t", "says"), [("NOR", None, "one of two clouds, AND"), ([[1, 2]], [1, 1], r"\(1, 2\) and \(2,\)")]
)
def test_a_wrong_start_is_refused(x, t, says):
    with pytest.raises(ValueError, match=says):
        perceptron_explorer(x, t)


def test_the_view_is_pure():
    knobs = {**tables()["XOR"], "adds": "+1"}
    first, again = view(**knobs), view(**knobs)
    assert first["summary"] == again["summary"]
    assert ACTIONS["learn"](knobs)["mistakes"] == 1
    assert knobs["mistakes"] == 0
    assert train_perceptron(*gate("XOR"), epochs=3).mistakes[-1] > 0
