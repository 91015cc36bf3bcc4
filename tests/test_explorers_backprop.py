"""The views of lecture 03's explorers: every number and every sentence, without a browser."""

import math

import numpy as np
import pytest

from cnnlib.explorers import depth_explorer, descent_explorer, graph_explorer
from cnnlib.explorers.backprop import ACTIVATIONS, SCALES, depth_view, descent_view
from cnnlib.explorers.graph_walk import GRAPHS, arrows_back, graph_view, nearest, next_edge, send, waiting
from cnnlib.graph import gradients
from cnnlib.training import SGD

BOWL = {"start": [-1.5, 1.0], "rate": 0.1, "steepness": 4, "momentum": 0.0, "steps": 6, "newton": False}


def panel(frame, id):
    (found,) = (p for p in frame["panels"] if p["id"] == id)
    return found


def marks(frame, id, kind):
    return [mark for mark in panel(frame, id)["marks"] if mark["kind"] == kind]


def path(frame):
    (line,) = (mark for mark in marks(frame, "bowl", "line") if mark["name"] == "path")
    return line["xy"]


# ---------------------------------------------------------------- descent


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("steepness", [1, 3])
def test_the_path_is_that_of_the_course_s_descent(momentum, steepness):
    place = np.array([-1.5, 1.0])
    descent, expected = SGD({"place": place}, 0.05, momentum), [place.copy()]
    for _ in range(6):
        descent.step({"place": np.array([2, 2 * steepness]) * place})
        expected.append(place.copy())
    shown = path(descent_view(**BOWL | {"rate": 0.05, "momentum": momentum, "steepness": steepness}))
    assert np.allclose(shown, expected)


def test_the_update_is_written_out_as_a_sum_that_holds():
    for momentum in (0.0, 0.5):
        frame = descent_view(**BOWL | {"momentum": momentum})
        for line in panel(frame, "update")["lines"][:2]:
            sum_, result = line.split(" ← ")[1].replace("−", "-").replace("·", "*").split(" = ")
            assert math.isclose(eval(sum_), float(result), rel_tol=2e-2, abs_tol=2e-3), line
        after = descent_view(**BOWL | {"momentum": momentum, "steps": 7})
        following = [float(line.split(" = ")[1].replace("−", "-")) for line in panel(frame, "update")["lines"][:2]]
        assert np.allclose(path(after)[-1], following, rtol=5e-3, atol=5e-3)


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (0.05, ("comes nearer", "comes nearer")),
        (0.125, ("comes nearer", "one step is enough")),
        (0.2, ("comes nearer", "jumps across, and comes nearer")),
        (0.25, ("comes nearer", "never gets nearer")),
        (0.3, ("comes nearer", "flies off")),
        (0.5, ("one step is enough", "flies off")),
    ],
)
def test_what_a_rate_does_to_either_direction_is_said(rate, says):
    lines = panel(descent_view(**BOWL | {"rate": rate, "steepness": 4}), "update")["lines"]
    assert all(f": it {end}" in line or line.endswith(end) for line, end in zip(lines[2:], says, strict=True)), lines


def test_with_momentum_no_factor_is_claimed():
    assert len(panel(descent_view(**BOWL | {"momentum": 0.5}), "update")["lines"]) == 2


def test_a_walk_that_flies_off_is_shown_as_far_as_it_can_be_seen():
    frame = descent_view(**BOWL | {"rate": 1.1, "steepness": 25, "steps": 60})
    assert np.isfinite(marks(frame, "sizes", "line")[1]["xy"]).all()
    seen = [place for mark in marks(frame, "bowl", "points") if mark["look"] == "marker" for place in mark["xy"]]
    assert seen
    assert np.abs(seen).max() <= 2


def test_one_newton_step_lands_at_the_bottom_and_ends_the_walk():
    explorer = descent_explorer(steps=1)
    explorer.choose(**explorer.actions["newton"](dict(explorer.knobs)))
    (arrow,) = marks(explorer.shown, "bowl", "arrows")
    assert arrow["heads"].tolist() == [[0, 0]]
    assert explorer.shown["finished"]
    explorer.choose(**explorer.actions["restart"](dict(explorer.knobs)))
    assert (explorer.knobs["steps"], explorer.knobs["newton"]) == (0, False)


def test_the_start_can_be_dragged_and_too_many_steps_are_refused():
    explorer = descent_explorer()
    (handle,) = (mark for mark in marks(explorer.shown, "bowl", "points") if mark.get("drag"))
    assert handle["drag"] == "start"
    explorer.choose(start=[0.5, -0.5])
    assert path(explorer.shown)[0].tolist() == [0.5, -0.5]
    with pytest.raises(ValueError, match="0 to 60"):
        explorer.choose(steps=61)
    assert path(explorer.shown)[0].tolist() == [0.5, -0.5]


def test_the_first_sight_of_descent_is_a_walk_across_the_valley():
    shown = path(descent_explorer().shown)
    assert (np.diff(np.sign(shown[:8, 1])) != 0).all()
    assert (np.diff(np.abs(shown[:, 0])) < 0).all()


# ---------------------------------------------------------------- depth


def test_first_sight_is_a_gradient_that_is_gone_and_one_choice_brings_it_back():
    explorer = depth_explorer()
    (heights,) = (mark["heights"] for mark in marks(explorer.shown, "bars", "bars"))
    assert heights[-1] == 1
    assert heights[0] < 1e-10
    options = explorer.spec[0]["options"]
    explorer.choose(**options["ReLU with √(2/D)"])
    (heights,) = (mark["heights"] for mark in marks(explorer.shown, "bars", "bars"))
    assert heights.min() > 0.3
    assert heights.max() < 2


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("scale", SCALES)
def test_every_setting_has_one_bar_and_one_point_a_layer(activation, scale):
    for layers in (1, 7, 50):
        frame = depth_view(layers, activation, scale)
        (columns,), (dots,) = marks(frame, "bars", "bars"), marks(frame, "powers", "points")
        assert len(columns["heights"]) == len(dots["xy"]) == layers + 1
        assert np.isfinite(dots["xy"]).all()
        low, high = panel(frame, "powers")["y"]["limits"]
        assert ((dots["xy"][:, 1] >= low) & (dots["xy"][:, 1] <= high)).all()


def test_each_layer_multiplies_by_its_weights_and_slopes():
    """Small weights leave hard tanh in its straight part, so a layer multiplies by about size times sqrt(n) = 0.08."""
    for activation, factor in (("hard tanh", 0.08), ("sigmoid", 0.02)):
        (dots,) = marks(depth_view(6, activation, "0.01"), "powers", "points")
        assert np.allclose(np.diff(dots["xy"][:, 1]), -np.log10(factor), atol=0.05)
        assert dots["xy"][-1].tolist() == [6, 0]


@pytest.mark.parametrize(
    ("knobs", "needle"),
    [
        ((0, "tanh", "1"), "at least 1"),
        ((51, "tanh", "1"), "1 to 50"),
        ((5, "step", "1"), "sigmoid"),
        ((5, "tanh", "2"), "√"),
    ],
)
def test_what_there_is_not_is_refused(knobs, needle):
    with pytest.raises(ValueError, match=needle):
        depth_view(*knobs)


# ---------------------------------------------------------------- the graph


def walked(which, order=lambda left: left[0]):
    """All edges walked back, each time the one that `order` picks among those that may go."""
    knobs = {"which": which, "sent": {which: []}}
    graph, edges = GRAPHS[which][0], arrows_back(GRAPHS[which][0])
    while len(sent := knobs["sent"][which]) < len(edges):
        free = [n for n in range(len(edges)) if n not in sent]
        free = [n for n in free if not waiting(graph, sent, edges[n][1])]
        knobs |= send(knobs, order(free))
    return knobs


@pytest.mark.parametrize("which", GRAPHS)
def test_walked_back_in_any_order_that_waits_the_slopes_are_those_of_backpropagation(which):
    right, _ = gradients(GRAPHS[which][0], list(GRAPHS[which][0].values)[-1])
    for order in (min, max):
        frame = graph_view(**walked(which, order))
        assert frame["finished"]
        for name, slope in right.items():
            assert f"d{name} = {slope:.3g}" in frame["summary"]


@pytest.mark.parametrize("which", GRAPHS)
def test_every_sum_that_is_written_holds(which):
    for line in panel(graph_view(**walked(which)), "sums")["lines"][1:]:
        _, sum_, total = line.replace("−", "-").replace("·", "*").split(" = ")
        assert math.isclose(eval(sum_), float(total), rel_tol=1e-2), line


def test_a_node_waits_until_all_its_children_have_sent_their_share():
    knobs = {"which": "o = e c, e = c + a, c = a b", "sent": {}}
    edges = arrows_back(GRAPHS[knobs["which"]][0])
    straight = edges.index(("c", "o", 9.0))
    early = next(n for n, (parent, child, _) in enumerate(edges) if (parent, child) == ("b", "c"))
    knobs |= send(knobs, straight)
    with pytest.raises(ValueError, match="c must wait: its share from e"):
        send(knobs, early)
    with pytest.raises(ValueError, match="already"):
        send(knobs, straight)
    assert "dc = 9·1 + …" in panel(graph_view(**knobs), "sums")["lines"]


def test_a_click_takes_the_nearest_arrow_and_one_beside_all_is_refused():
    knobs = {"which": "o = (a + b)(b + 1)", "sent": {}}
    places = GRAPHS[knobs["which"]][1]
    middle = ((np.array(places["d"]) + places["o"]) / 2).tolist()
    (number,) = nearest(knobs, middle)["sent"][knobs["which"]]
    assert arrows_back(GRAPHS[knobs["which"]][0])[number][:2] == ("d", "o")
    with pytest.raises(ValueError, match="click on an arrow"):
        nearest(knobs, [places["o"][0], 2.5])


def test_each_graph_keeps_its_own_walk_and_play_ends():
    explorer = graph_explorer()
    for _ in range(20):
        explorer.choose(**next_edge(dict(explorer.knobs)))
    assert explorer.shown["finished"]
    first, other, *_ = GRAPHS
    explorer.choose(which=other)
    assert "1 of" in explorer.shown["summary"]
    explorer.choose(**explorer.actions["restart"](dict(explorer.knobs)))
    assert "0 of" in explorer.shown["summary"]
    explorer.choose(which=first)
    assert explorer.shown["finished"]


@pytest.mark.parametrize("make", [descent_explorer, depth_explorer, graph_explorer])
def test_the_saved_line_and_picture_are_the_same_every_time(make):
    first, second = make(), make()
    assert repr(first) == repr(second)
    assert first._repr_mimebundle_()[0]["text/html"] == second._repr_mimebundle_()[0]["text/html"]
