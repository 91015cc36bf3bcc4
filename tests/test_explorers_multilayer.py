"""The views of lecture 02, without a browser: the numbers that they show, and what they refuse."""

from typing import Any

import ipywidgets
import numpy as np
import pytest

from cnnlib.explorers import activation_explorer, activations, xor, xor_trainer
from cnnlib.explorers.frame_checks import check_frame
from cnnlib.gradients import central_difference
from cnnlib.multilayer import draw_net, learn, outputs

ALL = dict.fromkeys(activations.NAMES, True)


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    ipywidgets.Widget.close_all()


def panel(frame: Any, id: str) -> Any:
    return next(panel for panel in frame["panels"] if panel["id"] == id)


def marks(frame: Any, id: str, kind: str) -> list[Any]:
    return [mark for mark in panel(frame, id)["marks"] if mark["kind"] == kind]


# --- activations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", activations.NAMES)
@pytest.mark.parametrize("z", [-3.3, -0.4, 0.7, 2.0])
def test_the_slope_is_that_of_the_curve(name: str, z: float) -> None:
    _, slope = activations.value_and_slope(name, np.array([z]))
    measured = central_difference(lambda x: activations.value_and_slope(name, x)[0].sum(), np.array([z]))
    np.testing.assert_allclose(slope, measured, atol=1e-9)


@pytest.mark.parametrize("name", activations.NAMES)
def test_one_activation_shows_its_value_slope_and_chain_at_z(name: str) -> None:
    frame = activations.view(z=0.5, layers=6, **{name: True})
    a, slope = (part[0] for part in activations.value_and_slope(name, np.array([0.5])))
    assert [0.5, a] in marks(frame, "value", "points")[0]["xy"].tolist()
    assert [0.5, slope] in marks(frame, "slope", "points")[0]["xy"].tolist()
    chain = marks(frame, "chain", "points")[0]["xy"]
    expected = slope ** np.arange(7 if slope > 0 else 1)
    np.testing.assert_allclose(10.0 ** chain[:, 1], expected, rtol=1e-9)
    assert f"6 of them leave {activations.power(slope**6)}" in panel(frame, "reading")["lines"][0]


def test_a_chain_ends_where_the_plot_does() -> None:
    chain = marks(activations.view(z=4.0, layers=30, sigmoid=True), "chain", "points")[0]["xy"]
    assert 2 < len(chain) < 30
    assert chain[:, 1].min() >= activations.LEAST


def test_nothing_chosen_is_a_frame_too_and_z_stays_on_the_axis() -> None:
    check_frame(activations.view(z=9.0, layers=1))
    (grip,) = marks(activations.view(z=9.0, layers=1), "value", "points")
    assert grip["xy"][0, 0] == 4


def test_a_click_a_drag_and_a_toggle_turn_the_activation_explorer() -> None:
    explorer = activation_explorer()
    explorer.receive({"action": "place", "at": [-2.0, 0.3], "number": 1}, [])
    assert explorer.knobs["z"] == -2
    explorer.receive({"action": "z", "at": [1.5, -1.1], "index": 0, "along": "x", "number": 2}, [])
    assert explorer.knobs["z"] == 1.5
    explorer.choose(threshold=True, relu=False)
    assert "sigmoid, tanh, threshold" in repr(explorer)
    assert "slope = 0;" in panel(explorer.shown, "reading")["lines"][2]


def test_the_activation_explorer_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="got 'swish'"):
        activation_explorer(shown=("swish",))
    with pytest.raises(ValueError, match="layers must be 1 to 30, got 31"):
        activation_explorer(layers=31)


# --- XOR ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("units", [1, 2, 3, 8])
@pytest.mark.parametrize("steps", [0, 1, 47])
def test_the_trainer_shows_what_learning_gives(activation: str, units: int, steps: int) -> None:
    frame = xor.view(units=units, activation=activation, rate=0.7, seed=5, steps=steps)
    check_frame(frame)
    net = learn(draw_net(units, [5]), xor.CORNERS, xor.TARGETS, activation, 0.7, steps)
    a, y = (part[0] for part in outputs(net, xor.CORNERS, activation))
    lines = panel(frame, "state")["lines"]
    assert [float(line.split("→ ")[1].split(",")[0]) for line in lines[1:]] == pytest.approx(y, abs=0.0051)
    entropy = -np.mean(xor.TARGETS * np.log(y) + (1 - xor.TARGETS) * np.log(1 - y))
    assert marks(frame, "loss", "line")[-1]["xy"][-1] == pytest.approx([steps, entropy])
    (hidden,) = marks(frame, "hidden", "points")
    if units == 2:
        np.testing.assert_allclose(hidden["xy"], a)
    else:
        np.testing.assert_allclose(hidden["xy"][:, 0], a @ net.w2[0] + net.b2[0], atol=1e-9)


@pytest.mark.parametrize("units", [2, 4])
def test_both_boundaries_part_the_points_alike(units: int) -> None:
    """A point on the blue side of the left boundary lies on the blue side of the right one."""
    frame = xor.view(units=units, activation="tanh", rate=0.5, seed=18, steps=600)
    (heat,), (hidden,) = marks(frame, "hidden", "heat"), marks(frame, "hidden", "points")
    plot, size = panel(frame, "hidden"), len(heat["values"])
    for (across, up), target in zip(hidden["xy"], xor.TARGETS, strict=True):
        column, row = (
            int((value - low) / (high - low) * size)
            for value, (low, high) in zip((across, up), (plot["x"]["limits"], plot["y"]["limits"]), strict=True)
        )
        assert (heat["values"][row, column] > 0) == (target > 0)


def test_one_start_solves_xor_and_stops_another_is_stuck_and_says_so() -> None:
    solves, stuck = (xor.view(units=2, activation="tanh", rate=0.5, seed=seed, steps=2000) for seed in (18, 1))
    assert solves["finished"]
    assert panel(solves, "state")["title"] == "it solves XOR"
    assert not stuck["finished"]
    assert panel(stuck, "state")["title"].startswith("stuck: 2 of 4")


def test_points_on_one_spot_share_a_label() -> None:
    (mark,) = marks(xor.view(units=2, activation="tanh", rate=0.5, seed=1, steps=2000), "hidden", "points")
    assert sorted(filter(None, mark["labels"])) == ["(0, 0)", "(0, 1)", "(1, 0) (1, 1)"]


def test_every_start_is_one_that_the_controls_can_show() -> None:
    explorer = xor_trainer()
    for knobs in xor.STARTS.values():
        explorer.choose(**knobs)
        explorer.receive({"action": "step", "number": 1}, [])
        assert explorer.knobs["steps"] == xor.PACE
        explorer.receive({"action": "restart", "number": 2}, [])
        assert explorer.knobs["steps"] == 0
    seed = explorer.knobs["seed"]
    explorer.receive({"action": "other", "number": 3}, [])
    assert explorer.knobs["seed"] == seed + 1


def test_learning_ends_at_the_last_step() -> None:
    explorer = xor_trainer(seed=1, steps=xor.MOST)
    assert explorer.shown["finished"]
    explorer.receive({"action": "step", "number": 1}, [])
    assert explorer.knobs["steps"] == xor.MOST


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"units": 9}, "units must be 1 to 8, got 9"),
        ({"activation": "swish"}, "activation must be one of sigmoid, tanh, relu; got 'swish'"),
        ({"rate": 0}, "rate must be above 0 and at most 10, got 0"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_the_trainer_refuses_what_it_cannot_learn_with(knobs: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        xor_trainer(**knobs)


def test_a_frame_is_the_same_however_it_is_reached() -> None:
    """The step button goes through the cache of earlier frames; a jump does not."""
    xor.trained.cache_clear()
    jump = xor.trained(3, "sigmoid", 1.5, 7, 130)
    xor.trained.cache_clear()
    for steps in range(0, 131, 10):
        walked = xor.trained(3, "sigmoid", 1.5, 7, steps)
    for one, other in zip(jump, walked, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
