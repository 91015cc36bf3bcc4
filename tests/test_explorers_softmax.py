"""The view of lecture 08, without a browser: the numbers that it shows, and what it refuses."""

from typing import Any

import ipywidgets
import numpy as np
import pytest

from cnnlib.explorers import softmax, softmax_explorer
from cnnlib.explorers.frame_checks import check_frame
from cnnlib.gradients import central_difference

KNOBS: dict[str, Any] = {"z": list(softmax.FIVE), "shift": 0.0, "tau": 1.0, "target": "penguin", "classes": 5}


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    ipywidgets.Widget.close_all()


def panel(frame: Any, id: str) -> Any:
    return next(panel for panel in frame["panels"] if panel["id"] == id)


def marks(frame: Any, id: str, kind: str) -> list[Any]:
    return [mark for mark in panel(frame, id)["marks"] if mark["kind"] == kind]


@pytest.mark.parametrize("tau", [0.2, 1.0, 3.5])
@pytest.mark.parametrize(("classes", "target"), [(5, "chair"), (5, "penguin"), (2, "building")])
def test_arrows_are_the_slope_of_the_loss_downhill(tau: float, classes: int, target: str) -> None:
    frame = softmax.view(**(KNOBS | {"tau": tau, "classes": classes, "target": target}))
    check_frame(frame)
    label, z = softmax.NAMES.index(target), np.array(softmax.FIVE[:classes])
    slope = central_difference(lambda z: -np.log(np.exp(z / tau)[label] / np.exp(z / tau).sum()), z)
    (told,) = marks(frame, "pulls", "bars")
    (drawn,) = marks(frame, "pulls", "arrows")
    np.testing.assert_allclose(told["heights"], -slope, atol=1e-8)
    assert set(drawn["heads"][:, 1]) <= set(told["heights"])
    assert panel(frame, "pulls")["x"]["ticks"][label][1] == f"{-slope[label]:.2f}"
    (shares,) = marks(frame, "shares", "bars")
    np.testing.assert_allclose(shares["heights"], np.exp(z / tau) / np.exp(z / tau).sum())


@pytest.mark.parametrize("shift", [-3000.0, -100.0, 100.0, 5000.0])
def test_a_shift_changes_the_labels_and_the_naive_form_only(shift: float) -> None:
    here, there = softmax.view(**KNOBS), softmax.view(**(KNOBS | {"shift": shift}))
    for id in ("shares", "pulls", "curve"):
        for a, b in zip(panel(here, id)["marks"], panel(there, id)["marks"], strict=True):
            for key in {"xy", "heights", "heads"} & set(a):
                np.testing.assert_allclose(a[key], b[key], atol=1e-9)
    trouble, shares = panel(there, "naive")["lines"]
    assert (trouble == "no exp overflows") == (abs(shift) < 700)
    assert ("nan" in shares) == (abs(shift) > 700)


def test_two_classes_are_the_sigmoid_of_the_difference() -> None:
    frame = softmax.view(**(KNOBS | {"classes": 2, "tau": 2.0}))
    (point,) = marks(frame, "curve", "points")
    np.testing.assert_allclose(point["xy"], [[4.0, 1 / (1 + np.exp(-2.0))]])
    assert "σ(2.00) = 0.881 = y[0]" in panel(frame, "reading")["lines"][4]


def test_the_naive_form_says_what_fails() -> None:
    assert softmax.naive(np.array([710.0, 0]))[1] == "exp(710) is inf"
    assert softmax.naive(np.array([-800.0, -746]))[1] == "exp(−746) is 0"
    assert softmax.naive(np.full(10, 709.0))[1] == "the sum is inf"
    assert softmax.naive(np.array([700.0, 1]))[1] == ""


def test_bars_are_dragged_and_buttons_add_to_all() -> None:
    explorer = softmax_explorer()
    explorer.receive({"action": "drag", "at": [0.2, 5.5], "index": 1, "number": 1}, [])
    assert explorer.knobs["z"] == [3, 5.5, 1, 2, 1]
    explorer.receive({"action": "drag", "at": [3.0, -99.0], "index": 3, "number": 2}, [])
    assert explorer.knobs["z"][3] == -softmax.TOP
    explorer.choose(target="bird")
    explorer.receive({"action": "along", "at": [4.0, 0.1], "index": 0, "number": 3}, [])
    assert explorer.knobs["z"][4] == 4
    for number, action in enumerate(("hundred", "thousand", "less", "less"), 4):
        explorer.receive({"action": action, "number": number}, [])
    assert explorer.knobs["shift"] == -900
    assert "−896" in str(panel(explorer.shown, "logits")["y"]["ticks"])
    explorer.receive({"action": "restart", "number": 8}, [])
    assert explorer.knobs == KNOBS


def test_what_it_cannot_show_it_refuses() -> None:
    with pytest.raises(ValueError, match="one of the 2 classes: penguin, building; got bird"):
        softmax_explorer(target="bird", classes=2)
    with pytest.raises(ValueError, match="5 scores, one a class, got 2"):
        softmax_explorer(z=(1.0, 2.0))
    with pytest.raises(ValueError, match="z must be −6 to 6, got 8"):
        softmax_explorer(z=(8.0, 0, 0, 0, 0))
    with pytest.raises(ValueError, match=r"tau must be 0.2 to 5, got 0"):
        softmax_explorer(tau=0)
    with pytest.raises(ValueError, match="classes must be 2 or 5, got 3"):
        softmax_explorer(classes=3)
