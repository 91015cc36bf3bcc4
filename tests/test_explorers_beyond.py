"""The views of lecture 10's explorers: every number and every sentence, without a browser."""

import numpy as np
import pytest

from cnnlib.explorers import class_map_explorer, residual_explorer
from cnnlib.explorers.located import KINDS, SIDE, corner, digit, located_view
from cnnlib.explorers.roads import MOMENTUM, RATE, STARTS, examples, road_view, stack
from cnnlib.locating import class_maps, locator
from cnnlib.losses import cross_entropy
from cnnlib.training import SGD

PLACES = {"at_a": [6, 7], "at_b": [18, 17]}


def panel(frame, id):
    (found,) = (p for p in frame["panels"] if p["id"] == id)
    return found


def marks(frame, id, kind):
    return [mark for mark in panel(frame, id)["marks"] if mark["kind"] == kind]


# ---------------------------------------------------------------- roads


@pytest.mark.parametrize("start", STARTS)
def test_the_losses_are_those_of_the_course_s_descent(start):
    x, t = examples()
    frame = road_view(3, start, 5)
    for name, kind in (("plain", "plain"), ("with roads", start)):
        network = stack(3, kind)
        optimizer, expected = SGD(network.parameters, RATE, MOMENTUM), []
        for _ in range(6):
            y, backward = network(x)
            loss, loss_backward = cross_entropy(y, t)
            expected.append(loss)
            optimizer.step(backward(loss_backward())[1])
        (curve,) = (mark for mark in marks(frame, "loss", "line") if mark["name"] == name)
        assert np.allclose(curve["xy"][:, 1], np.minimum(expected, 5), rtol=1e-3)


def test_at_the_start_roads_hand_the_gradient_on_and_layers_alone_do_not():
    frame = road_view(10, "identity", 0)
    (roads,), (plain,) = marks(frame, "roads", "bars"), marks(frame, "plain", "bars")
    assert np.array_equal(roads["heights"], np.ones(11))
    assert plain["heights"][-1] == 1
    assert plain["heights"][0] < 0.5


def test_a_stack_that_explodes_says_so_and_stays_a_frame():
    frame = road_view(24, "after He", 20)
    assert "no number is left" in panel(frame, "told")["lines"][1]
    assert all(np.isfinite(mark["heights"]).all() for mark in marks(frame, "roads", "bars"))


def test_going_back_shows_what_was_seen_before():
    first = road_view(4, "identity", 3)
    road_view(4, "identity", 9)
    assert road_view(4, "identity", 3)["panels"][3]["lines"] == first["panels"][3]["lines"]


@pytest.mark.parametrize("knobs", [(0, "identity", 1), (25, "identity", 1), (3, "zero", 1), (3, "identity", 61)])
def test_roads_refuse_what_no_control_can_say(knobs):
    with pytest.raises(ValueError, match="must be"):
        road_view(*knobs)


def test_learning_goes_on_step_by_step_to_its_end():
    explorer = residual_explorer(blocks=2, steps=58)
    for _ in range(4):
        explorer.choose(**explorer.actions["step"](explorer.knobs))
    assert explorer.knobs["steps"] == 60
    assert explorer.shown["finished"]
    assert explorer.actions["restart"](explorer.knobs) == {"steps": 0}


# ---------------------------------------------------------------- located


def test_a_digit_lies_where_it_is_dragged_to_and_never_outside():
    for x, y in ((6, 17), (4.4, 12.7), (-30, 500), (24, 0)):
        top, left = corner([x, y])
        frame = located_view(locator(), "3", "none", [x, y], [4, 4], "3")
        (paper,) = marks(frame, "canvas", "heat")
        ink = 1 - paper["values"][::-1]
        assert np.allclose(ink[top : top + 8, left : left + 8], digit("3"))
        assert np.isclose(ink.sum(), digit("3").sum(), atol=1e-4)


def test_rows_are_counted_from_above():
    frame = located_view(locator(), "3", "7", [5, 6], [18, 20], "3")
    assert panel(frame, "canvas")["y"]["limits"] == (SIDE, 0)
    assert [mark["xy"].tolist() for mark in marks(frame, "canvas", "points")] == [[[5, 6]], [[18, 20]]]
    ink = 1 - marks(frame, "canvas", "heat")[0]["values"][::-1]  # a heat map begins at the lower edge
    assert np.allclose(ink[2:10, 1:9], digit("3"))


def test_the_map_is_the_network_s_and_its_sums_are_told():
    network = locator()
    frame = located_view(network, "6", "7", **PLACES, class_="2")
    canvas = 1 - marks(frame, "canvas", "heat")[0]["values"][::-1]
    expected = class_maps(network, canvas[None, None].astype(np.float32))[0]
    assert np.allclose(marks(frame, "map", "heat")[0]["values"][::-1], expected[2], atol=1e-5)
    top, left = corner(PLACES["at_b"])
    totals = expected[:, top : top + 8, left : left + 8].sum((1, 2)) / 144
    best = int(totals.argmax())
    assert f"on the 7, for or against: {best} {totals[best]:+.1f}".replace("-", "−") in panel(frame, "told")["lines"][1]


def test_two_digits_at_one_place_are_the_ink_of_both():
    frame = located_view(locator(), "1", "0", [12, 12], [12, 12], "0")
    ink = 1 - marks(frame, "canvas", "heat")[0]["values"][::-1]
    top, left = corner([12, 12])
    assert np.allclose(ink[top : top + 8, left : left + 8], np.maximum(digit("1"), digit("0")))


def test_an_empty_canvas_has_nothing_to_tell():
    frame = located_view(locator(), "none", "none", **PLACES, class_="0")
    assert panel(frame, "told")["lines"] == []
    assert marks(frame, "canvas", "heat")[0]["values"].shape == (SIDE, SIDE)


@pytest.mark.parametrize("change", [{"a": "10"}, {"b": "x"}, {"class_": "none"}])
def test_located_refuses_what_no_control_can_say(change):
    with pytest.raises(ValueError, match="must be one of"):
        located_view(locator(), **({"a": "1", "b": "2", "class_": "1"} | PLACES | change))


def test_the_explorer_takes_the_reader_s_own_network():
    explorer = class_map_explorer(locator())
    explorer.choose(class_="4", a=KINDS[5])
    assert panel(explorer.shown, "map")["title"] == "class map of 4"
