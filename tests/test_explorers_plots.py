"""Frames and plots without a browser: what is refused, what an action changes, what is sent, what is saved."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import ipywidgets
import numpy as np
import plot_explorers
import pytest
from conftest import need_module

from cnnlib.explorers import conv2d_board, frames, kernel_explorer
from cnnlib.explorers.frame_checks import check_frame
from cnnlib.explorers.plots import axis, contours, curve, grid, heat, points
from cnnlib.explorers.shapes import Misshapen
from cnnlib.explorers.widget import Explorer, turned
from cnnlib.jupyter.pictures import taken_out


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    ipywidgets.Widget.close_all()


def remove(*path: Any) -> Callable[[Any], None]:
    def spoil(frame: Any) -> None:
        *there, last = path
        for key in there:
            frame = frame[key]
        del frame[last]

    return spoil


def put(value: Any, *path: Any) -> Callable[[Any], None]:
    def spoil(frame: Any) -> None:
        *there, last = path
        for key in there:
            frame = frame[key]
        frame[last] = value

    return spoil


BOARD_FAULTS = [  # how a board's frame is spoilt, and what is said
    (remove("arithmetic", "start"), "frame: arithmetic lacks 'start'"),
    (remove("caption"), "frame lacks 'caption'"),
    (remove("panels", 0, "title"), r"frame: panels\[0\] \(cells 'x'\) lacks 'title'"),
    (remove("panels", 0, "kind"), r"frame: panels\[0\] lacks 'kind', one of 'cells', 'plot', 'text'"),
    (put("celle", "panels", 0, "kind"), r"panels\[0\]: kind must be 'cells' or 'plot' or 'text', got 'celle'"),
    (put(1, "panels", 1, "titel"), r"\(cells 'dx'\) has 'titel'; Cells knows .*'title'"),
    (put(3, "panels", 0, "rim"), r"\(cells 'x'\): rim must be a tuple of 2, got 3"),
    (put(np.ones((2, 9)), "panels", 0, "values"), r"cells 'x': shape is \(4, 4\), but values have \(2, 9\)"),
    (put("z", "panels", 0, "role"), r"\(cells 'x'\): role must be 'x' or 'w' or 'y' or 'b' or '', got 'z'"),
    (put("x", "panels", 1, "id"), "panels have different ids"),
    (put([["x", "quark"]], "layout", 0, "rows"), "layout names 'quark', the panels are x, dx, "),
    (put([["x"], ["w"]], "layout", 0, "rows"), "panel 'b' must stand in layout once, got 0 times"),
    (put(["Σ"], "arithmetic", "reads", "x"), r"reads\['x'\] names 'Σ', the sums are y, dx, dw, db"),
    (put(["y"], "arithmetic", "reads", "q"), "reads names 'q', the panels of cells are"),
    (remove("arithmetic", "reads", "dy"), r"reads lacks 'dy'; \[\] if no sum is told there"),
    (put("q", "arithmetic", "sweep"), "arithmetic: sweep names 'q'"),
    (put("q", "arithmetic", "start", "panel"), "arithmetic: start names 'q'"),
    (put(["dy", "q"], "arithmetic", "sums", "dx", "factors"), r"sums\['dx'\] names 'q'"),
    (put("many", "arithmetic", "lines"), "arithmetic: lines must be a whole number, got 'many'"),
    (remove("arithmetic", "link", "sides", 0, "stride"), r"link: sides\[0\] lacks 'stride'"),
]
PLOT_FAULTS = [
    (remove("panels", 0, "x"), r"\(plot 'plane'\) lacks 'x'"),
    (remove("panels", 0, "marks", 0, "limits"), r"\(plot 'plane'\): marks\[0\] lacks 'limits'"),
    (put("dots", "panels", 0, "marks", 0, "kind"), r"marks\[0\]: kind must be 'heat' or 'line' or .*, got 'dots'"),
    (put([0], "panels", 0, "marks", 3, "classes"), r"plot 'plane': marks\[3\] \(points\): 1 classes for 3"),
    (put((2.0, 1.0), "panels", 0, "x", "limits"), r"limits of x must rise, got \(2.0, 1.0\)"),
    (put("left", "panels", 0, "marks", 3, "along"), r"marks\[3\]: along must be 'x' or 'y' or 'xy', got 'left'"),
    (
        put("nowhere", "panels", 0, "marks", 3, "drag"),
        "plot 'plane': drag names 'nowhere', which is none of data, w, b",
    ),
    (put("nowhere", "panels", 0, "marks", 3, "remove"), "remove names 'nowhere'"),
    (put("nowhere", "panels", 0, "click"), "plot 'plane': click names 'nowhere'"),
    (put("learn", "panels", 1, "edit"), "cells 'w': edit names 'learn', which is none of data, w, b, label$"),
    (put("a line", "panels", 2, "lines"), r"\(text 'count'\): lines must be a list, got 'a line'"),
]


@pytest.mark.parametrize(("spoil", "said"), BOARD_FAULTS)
def test_a_wrong_frame_is_one_clear_error_in_python(spoil: Any, said: str) -> None:
    frame: Any = deepcopy(conv2d_board().shown)
    check_frame(frame)
    spoil(frame)
    with pytest.raises(Misshapen, match=said):
        check_frame(frame)


@pytest.mark.parametrize(("spoil", "said"), PLOT_FAULTS)
def test_a_wrong_plot_is_one_clear_error_in_python(spoil: Any, said: str) -> None:
    def view(**knobs: Any) -> Any:
        frame = deepcopy(plot_explorers.plane_view(**knobs))
        spoil(frame)
        return frame

    good = plot_explorers.plane()
    with pytest.raises(Misshapen, match=said):
        Explorer(view, good.spec, good.actions, **good.knobs)


def test_a_picture_needs_its_size() -> None:
    frame: Any = kernel_explorer().shown
    del frame["panels"][0]["size"]
    with pytest.raises(Misshapen, match="cells 'x' lacks 'size', which a picture needs"):
        check_frame(frame)


@pytest.mark.parametrize(
    ("control", "said"),
    [
        ({"kind": "range", "name": "b", "label": "b", "min": 0}, r"controls\[0\] lacks 'max'"),
        ({"kind": "slider"}, r"controls\[0\]: kind must be 'choice' or 'range' or .*, got 'slider'"),
        ({"kind": "toggle", "name": "q", "label": "q"}, "controls: toggle names 'q', the knobs are data, w, b, label"),
        ({"kind": "play", "action": "b", "label": "q"}, "controls: play names 'b', the actions are learn, turn, add"),
    ],
)
def test_a_wrong_control_is_one_clear_error_in_python(control: Any, said: str) -> None:
    good = plot_explorers.plane()
    with pytest.raises(Misshapen, match=said):
        Explorer(good.view, [control], good.actions, **good.knobs)


@pytest.mark.ci
def test_mypy_sees_a_missing_key() -> None:
    need_module("mypy")
    code = (
        "from cnnlib.explorers.frames import Frame, Place\n"
        "def view() -> Frame:\n"
        "    return {'panels': [], 'layout': [], 'summary': ''}\n"
        "def start() -> Place:\n"
        "    return {'panel': 'y'}\n"
    )
    run = [sys.executable, "-m", "mypy", "--config-file=", "--follow-imports=silent", "-c", code]
    said = subprocess.run(run, capture_output=True, text=True).stdout
    assert 'Missing key "caption" for TypedDict "Frame"' in said
    assert 'Missing key "at" for TypedDict "Place"' in said
    assert "Found 2 errors" in said


# --- what the reader does -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "what", "right"),
    [
        (1.0, {"along": "x", "at": [3, 4], "index": 0}, 3),
        (1.0, {"along": "y", "at": [3, 4], "index": 0}, 4),
        ([1, 2], {"along": "xy", "at": [3, 4], "index": 0}, [3, 4]),
        ([1, 2], {"along": "xy", "at": [3, 4]}, [3, 4]),
        ([[1, 2, -1], [5, 6, 1]], {"along": "xy", "at": [3, 4], "index": 1}, [[1, 2, -1], [3, 4, 1]]),
        ([[1, 2]], {"along": "xy", "at": [3, 4]}, [[1, 2], [3, 4]]),
        ([[1, 2], [3, 4], [5, 6]], {"along": "xy", "index": 1}, [[1, 2], [5, 6]]),
    ],
)
def test_a_knob_follows_a_drag_a_click_and_a_removal(value: Any, what: Any, right: Any) -> None:
    before = json.dumps(value)
    assert turned(value, **what) == right
    assert json.dumps(value) == before


def ask(explorer: Explorer, action: str, number: int = 1, **what: Any) -> None:
    explorer._handle_custom_msg({"action": action, "number": number, "along": "xy", **what}, [])


def test_an_action_is_answered_by_one_frame_that_counts_it() -> None:
    explorer = plot_explorers.plane()
    ask(explorer, "learn", 1)
    assert explorer.knobs["w"] == [[1.0, -1.5]]
    assert (explorer.knobs["b"], explorer.frame["answered"]) == (-1.0, 1)
    ask(explorer, "data", 2, at=[1.5, 2.5], index=1)
    assert explorer.knobs["data"][1] == [1.5, 2.5, 1]
    ask(explorer, "data", 3, index=0)
    assert [row[2] for row in explorer.knobs["data"]] == [1, -1]
    ask(explorer, "add", 4, at=[0.5, 0.5])
    assert explorer.knobs["data"][-1] == [0.5, 0.5, 1]
    assert explorer.frame["answered"] == 4


def test_a_refused_action_leaves_everything_and_is_answered() -> None:
    explorer = plot_explorers.plane()
    knobs, shown = explorer.knobs, explorer.shown
    ask(explorer, "turn", 7, at=[0.0, 0.0], index=0)
    assert (explorer.knobs, explorer.shown) == (knobs, shown)
    assert explorer.frame["note"] == "w = 0 has no line"
    assert explorer.frame["answered"] == 7


def test_a_mistake_in_an_explorer_is_said_on_the_page_and_raised() -> None:
    explorer = plot_explorers.plane()
    knobs = explorer.knobs
    explorer.actions["learn"] = lambda knobs: knobs["no such knob"]
    with pytest.raises(KeyError):
        explorer.receive({"action": "learn", "number": 3}, [])
    assert explorer.frame["note"] == "This explorer has a mistake. KeyError: 'no such knob'"
    assert (explorer.frame["answered"], explorer.knobs) == (3, knobs)
    explorer.view = lambda **knobs: {}
    with pytest.raises(Misshapen):
        explorer.set_state({"b": 1, "asked": 4})
    assert explorer.frame["note"].startswith("This explorer has a mistake. Misshapen: frame lacks 'caption'")
    assert explorer.knobs == knobs


def test_play_is_over_when_the_frame_says_so() -> None:
    explorer = plot_explorers.plane()
    for number in range(1, 50):
        if explorer.shown.get("finished"):
            break
        ask(explorer, "learn", number)
    assert explorer.shown["finished"]
    rows, w, b = np.array(explorer.knobs["data"]), np.ravel(explorer.knobs["w"]), explorer.knobs["b"]
    assert (rows[:, 2] * (rows[:, :2] @ w + b) > 0).all()


def test_what_is_sent_is_json_and_bytes() -> None:
    def no_bytes(value: Any) -> Any:
        if isinstance(value, bytes):
            return len(value)
        if isinstance(value, dict):
            return {key: no_bytes(part) for key, part in value.items()}
        return [no_bytes(part) for part in value] if isinstance(value, (list, tuple)) else value

    for make in plot_explorers.ALL.values():
        json.dumps(no_bytes(make().frame), allow_nan=False)


def test_numbers_of_numpy_are_sent_as_those_of_python() -> None:
    def view(points: Any, at: Any, z: float) -> Any:
        frame = plot_explorers.slope_view(float(at), [0.0, 1.0, 2.0])
        frame["finished"] = np.array(points).max() > 1
        frame["panels"][0]["size"] = (np.int64(300), np.int64(200))
        return frame

    explorer = Explorer(view, [], points=[(np.int64(1), np.float32(2.5))], at=np.int64(1), z=0.0)
    assert json.dumps(dict(explorer.knobs)) == '{"points": [[1, 2.5]], "at": 1, "z": 0.0}'
    assert json.dumps([explorer.frame["finished"], explorer.frame["panels"][0]["size"]]) == "[true, [300, 200]]"


# --- plots ----------------------------------------------------------------------------------------------------------


def test_a_heat_map_and_its_contours_lie_where_the_values_are() -> None:
    x, y = axis("x", -1, 3), axis("y", 0, 2)
    at = grid(x, y, 30)
    assert at.shape == (30, 30, 2)
    np.testing.assert_allclose(at[0, 0], [-1 + 4 / 60, 2 / 60])  # the lowest row first
    np.testing.assert_allclose(at[-1, 0], [-1 + 4 / 60, 2 - 2 / 60])
    (circle,) = contours(((at - [1, 1]) ** 2).sum(-1), x, y, [0.25])
    np.testing.assert_allclose(np.hypot(*(circle["xy"] - [1, 1]).T), 0.5, atol=0.01)
    assert circle["thin"]
    assert not contours(at[:, :, 0], x, y, [0.0], thin=False)[0]["thin"]


def test_an_axis_has_ticks_within_its_limits_and_a_readable_step() -> None:
    for low, high in [(-3, 3), (0, 1), (-0.02, 0.01), (1e5, 3e6)]:
        made = axis("x", low, high)
        values = [value for value, _ in made["ticks"]]
        assert 3 <= len(values) <= 8
        assert low - 1e-9 <= min(values) <= max(values) <= high + 1e-9
        assert all(float(text.replace("−", "-")) == pytest.approx(value) for value, text in made["ticks"])
        assert 50 <= (high - low) / made["step"] <= 200
    assert axis("c", 0, 2, ticks={"cat": 0, "dog": 1})["ticks"] == [(0, "cat"), (1, "dog")]
    assert axis("c", 0, 2, step=0.5)["step"] == 0.5


def test_a_heat_map_is_told_from_its_values() -> None:
    assert heat(np.array([[-1.0, 3]]))["limits"] == (-3, 3)
    assert heat(np.array([[-1.0, 3]]))["palette"] == "RdBu"
    assert heat(np.array([[1.0, 3]]))["limits"] == (0, 3)
    np.testing.assert_array_equal(curve(np.square, axis("x", -1, 1))["xy"][[0, -1]], [[-1, 1], [1, 1]])


@pytest.mark.parametrize("xy", [[1, 2], [[1, 2, 3]], [[[1, 2]]]])
def test_points_are_pairs(xy: Any) -> None:
    with pytest.raises(Misshapen, match=r"pairs \(N, 2\), got shape"):
        points(xy)
    assert points([])["xy"].shape == (0, 2)


@pytest.mark.parametrize("name", plot_explorers.ALL)
def test_a_saved_plot_is_a_small_picture_that_is_always_the_same(name: str) -> None:
    (data, _), (again, _) = (plot_explorers.ALL[name]()._repr_mimebundle_() for _ in range(2))
    assert data["text/html"] == again["text/html"]
    assert 0 < len(base64.b64decode(taken_out(data)[1])) < 25_000


def test_the_saved_picture_shows_what_the_plot_shows() -> None:
    def picture(**changes: Any) -> str:
        explorer = plot_explorers.plane()
        explorer.choose(**changes)
        return taken_out(explorer._repr_mimebundle_()[0])[1]

    shown = picture()
    for changes in ({"b": 0.5}, {"w": [[1.0, 0.6]]}, {"data": [[-1, 0, -1], [1, 2, 1], [0, 2, 1]]}, {"data": []}):
        assert picture(**changes) != shown
    assert frames.text("t", "title", ["one"])["lines"] == ["one"]
