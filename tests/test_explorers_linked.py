"""An explorer as an ipywidget: its knobs and results as traits, from Python and from the page."""

from collections.abc import Iterator
from typing import Any

import ipywidgets
import numpy as np
import pytest
from ipywidgets import FloatSlider, HBox, IntSlider, dlink, jslink, link

from cnnlib.convolution import conv2d
from cnnlib.explorers import activation_explorer, conv1d_board, conv2d_board, kernel_explorer, widget, xor_trainer
from cnnlib.explorers.shapes import Misshapen
from cnnlib.explorers.traits import Fixed
from cnnlib.explorers.widget import Explorer


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock: `later()` makes the next change one of its own."""
    now = [0.0]
    monkeypatch.setattr(widget, "monotonic", lambda: now[0])

    def later(seconds: float = 2.0) -> None:
        now[0] += seconds

    return later


def test_what_follows_is_observed_when_all_of_it_holds() -> None:
    board, seen = conv1d_board(), list[Any]()

    def told(change: Any) -> None:
        assert change.owner is board
        assert len(board.dy) == len(board.y) == 2  # whichever is told of first
        seen.append((change.name, change.old, change.new))

    board.observe(told, ["stride", "y", "dw", "w", "padding"])
    board.stride = 2
    assert {name for name, *_ in seen} == {"stride", "y", "dw"}
    (old, new) = next(rest for name, *rest in seen if name == "dw")
    np.testing.assert_array_equal(old, [21, 40])
    np.testing.assert_array_equal(new, board.dw)
    seen.clear()
    board.stride = 2
    board.w = [1, -1]
    assert seen == []


@pytest.mark.parametrize("make", [kernel_explorer, conv1d_board, conv2d_board, xor_trainer, activation_explorer])
def test_every_knob_is_a_trait_that_the_page_knows(make: Any) -> None:
    explorer = make()
    state = explorer.get_state()
    assert set(explorer.names) == set(explorer.knobs) <= set(explorer.traits(sync=True))
    assert {name: state[name] for name in explorer.names} == dict(explorer.knobs)
    HBox([explorer, IntSlider()])


def test_a_knob_is_set_by_its_name_alone_or_with_others() -> None:
    trainer = xor_trainer()
    trainer.units = 4
    trainer.knobs = {"steps": 40, "seed": 3}
    assert (trainer.units, trainer.steps, trainer.knobs["seed"]) == (4, 40, 3)
    assert "after 40 steps" in str(trainer.frame)
    for change in ({"units": 9, "steps": 60}, {"steps": -1}, {"step": 60}):
        before = dict(trainer.knobs), trainer.frame
        with pytest.raises(ValueError, match=r"units must be|steps must be|no knob 'step'; there are units, "):
            trainer.knobs = change
        assert (dict(trainer.knobs), trainer.frame) == before
    with pytest.raises(TypeError, match="item assignment"):
        trainer.knobs["units"] = 2  # would not reach the page


@pytest.mark.parametrize("name", ["frame", "layout", "keys", "view", "knobs", "undo"])
def test_a_knob_cannot_take_the_name_of_a_widgets_part(name: str) -> None:
    good = conv1d_board()
    with pytest.raises(Misshapen, match=f"'{name}' is a part of every explorer"):
        Explorer(lambda **_: good.shown, [], **{name: 1})


def test_explorers_are_linked_with_each_other_and_with_sliders() -> None:
    one, other = kernel_explorer(kernel="blur"), kernel_explorer("digit 3", kernel="vertical edge", padding=1)
    link((one, "kernel"), (other, "kernel"))
    np.testing.assert_array_equal(other.kernel, one.kernel)
    other.kernel = [[1, 2, 3], [4, 5, 6]]
    np.testing.assert_array_equal(one.kernel, other.kernel)
    slider, board = FloatSlider(2.5, min=-5), conv1d_board()
    link((slider, "value"), (board, "b"))
    assert (board.b, board.y[0]) == (2.5, 4.5)
    board.b = -1
    assert slider.value == -1
    total = FloatSlider(max=50)
    dlink((board, "db"), (total, "value"))
    assert total.value == 23


def test_two_convolutions_one_after_the_other() -> None:
    blur, edges = kernel_explorer(kernel="blur"), kernel_explorer(kernel="vertical edge")
    dlink((blur, "output"), (edges, "image"))
    blur.stride, edges.padding = 2, 1
    image, first, second = (array[None, None] for array in (blur.image, blur.kernel, edges.kernel))
    both = conv2d(conv2d(image, first, stride=2)[0], second, padding=1)[0][0, 0]
    np.testing.assert_allclose(edges.output, both)
    assert list(edges.stock).count("from the notebook") == 1


def test_what_another_widget_sets_on_the_page_is_a_choice() -> None:
    board, other = conv1d_board(), kernel_explorer("digit 3")
    board.set_state({"stride": 2})  # as jslink sends it
    assert (board.stride, board.y.shape) == (2, (2,))
    board.set_state({"b": 1.5, "padding": 1})
    assert (board.b, board.padding) == (1.5, 1)
    bytes_of = kernel_explorer().get_state(["output"])["output"]
    other.set_state({"image": bytes_of})
    np.testing.assert_array_equal(other.image, kernel_explorer().output)
    for result in ("y", "dw", "db"):
        before = board.get_state()
        board.set_state({result: board.get_state([result])[result]})
        assert "is computed" in board.frame["note"]
        assert board.get_state() | {"frame": 0} == before | {"frame": 0}
    assert isinstance(jslink((IntSlider(1), "value"), (board, "stride")), ipywidgets.Widget)


def test_what_is_refused_goes_back_to_the_widget_that_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    board, sent = conv1d_board(), dict[str, Any]()
    monkeypatch.setattr(Explorer, "_send", lambda self, msg, buffers=None: sent.update(msg["state"]))
    board.set_state({"stride": 9})
    assert sent["stride"] == board.stride == 1
    assert "got 9" in sent["frame"]["note"]


def test_who_observes_may_turn_a_knob_in_turn_and_may_fail() -> None:
    board = conv1d_board()
    board.observe(lambda change: setattr(board, "padding", change.new - 1), "stride")
    board.set_state({"stride": 3})
    assert (board.stride, board.padding, board.y.shape) == (3, 2, (3,))

    def fail(change: Any) -> None:
        raise ZeroDivisionError

    board.observe(fail, "b")
    with pytest.raises(ZeroDivisionError):
        board.set_state({"b": 7})
    assert (board.b, board.frame["note"]) == (7, "")  # a choice that stands: the mistake is the observer's


def test_an_array_of_an_explorer_is_an_array_as_any_other() -> None:
    board = conv1d_board()
    assert repr(board.dw) == "array([21., 40.])"
    assert type(board.dw * 2) is type(board.dw + board.dw) is np.ndarray
    assert board.dw.sum() == 61
    np.testing.assert_array_equal(board.dw == [21, 41], [True, False])
    np.testing.assert_array_equal(board.dw != [21, 41], [False, True])
    assert isinstance(board.dw, Fixed)


def test_undo_goes_back_one_change_at_a_time_and_reset_to_the_start(later: Any) -> None:
    board = conv2d_board()
    start = dict(board.knobs)
    board.undo()
    assert dict(board.knobs) == start
    for value in (1, 2, 3):  # a drag
        board.stride = value
        later(0.1)
    later()
    board.w = [[1, 2], [3, 4]]
    board.b = 5.0
    later()
    board.b = 6.0
    assert board.frame["past"]
    found = []
    while board.frame["past"]:
        board.undo()
        found.append((board.b, board.w[0, 1], board.stride))
    assert found == [(5, 2, 3), (0, 2, 3), (0, -1, 3), (0, -1, 1)]
    board.b = 7.0
    board.reset()
    assert dict(board.knobs) == start
    board.undo()
    assert board.b == 7


def test_undo_brings_back_the_picture(later: Any) -> None:
    explorer = kernel_explorer(np.eye(7))
    explorer.image = np.ones((5, 4))
    later()
    explorer.image = np.zeros((6, 6))
    explorer.undo()
    np.testing.assert_array_equal(explorer.image, np.ones((5, 4)))
    explorer.undo()
    np.testing.assert_array_equal(explorer.image, np.eye(7))
    explorer.image = "digit 3"
    explorer.reset()
    np.testing.assert_array_equal(explorer.image, np.eye(7))


def test_the_page_asks_to_undo() -> None:
    board = conv1d_board()
    board.w = [1, 2]
    board._handle_custom_msg({"action": "undo", "number": 4}, [])
    assert (board.w.tolist(), board.frame["answered"], board.frame["past"]) == ([1, -1], 4, False)
    board.w = [1, 2]
    board._handle_custom_msg({"action": "reset", "number": 5}, [])
    assert board.w.tolist() == [1, -1]
