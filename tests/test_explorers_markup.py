"""A plot drawn in Python: what is where, what can be touched, and that no text becomes markup."""

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from cnnlib.explorers import markup
from cnnlib.explorers.plots import arrows, axis, bars, handle, heat, line, plot, points

X, Y = axis("x", -2, 2), axis("row", 3, 0)  # rows are counted from above


def drawn(*marks: Any, x: Any = X, y: Any = Y, **options: Any) -> ElementTree.Element:
    """The figure as a tree; HTML's attributes without a value get one."""
    text = markup.plot(plot("p", "a < b", x, y, marks, size=(200, 90), **options))
    return ElementTree.fromstring(re.sub(r" hidden(?=[ >])", ' hidden=""', text))


def found(figure: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [element for element in figure.iter() if kind in element.get("class", "").split()]


def place(element: ElementTree.Element) -> list[float]:
    return [float(part) for part in re.findall(r"[-\d.]+", element.get("transform", ""))]


def test_points_stand_where_the_axes_say() -> None:
    (at,) = found(drawn(points([[1, 0.5]])), "lm-point")
    assert place(at) == [150, 15]


def test_a_line_is_interrupted_where_there_is_no_number() -> None:
    xy = [[-2, 3], [-1, 3], [0, np.nan], [1, 0], [np.inf, 1], [2, 0], [2, 3]]
    (stroke,) = found(drawn(line(xy, dashed=True)), "lm-dashed")
    assert [path.get("d") for path in stroke] == ["M0.0 90.0L50.0 90.0M150.0 0.0M200.0 0.0L200.0 90.0"] * 2


@pytest.mark.parametrize("nothing", [line([]), points([]), bars([], []), arrows([], []), arrows([[1, 1]], [[1, 1]])])
def test_of_nothing_nothing_is_drawn(nothing: Any) -> None:
    figure = drawn(nothing)
    for kind in ("lm-point", "lm-bar", "lm-arrow"):
        assert found(figure, kind) == []
    assert all(not path.get("d") for stroke in found(figure, "lm-line") for path in stroke)


def test_what_lies_outside_is_seen_only_where_it_can_be_dragged_back() -> None:
    figure = drawn(
        points([[3, 1], [0, 1], [0, np.nan]], texts=["far", "near", "nowhere"]), handle([3, 1], "grip", drag="move")
    )
    assert [at.get("aria-label") for at in found(figure, "lm-point")] == ["near", "grip"]


def test_keys_count_what_can_be_pointed_at() -> None:
    marks = [heat(np.ones((2, 3))), points([[0, 1], [1, 1]], texts=["a", "b"]), line([[0, 0], [1, 1]]), bars([0], [2])]
    keys = [element.get("data-key") for element in drawn(*marks, click="add").iter() if element.get("data-key")]
    assert sorted(keys) == ["0,0", "0,1", "1,0", "add"]


def test_a_point_to_drag_tells_what_it_does_and_where_it_is() -> None:
    (grip,) = found(drawn(handle([-0.5, 1.25], "", drag="move", along="y", label="w")), "lm-drag")
    told = {name: grip.get(name) for name in ("role", "aria-label", "aria-valuenow", "aria-valuetext")}
    assert told == {"role": "slider", "aria-label": "w", "aria-valuenow": "1.25", "aria-valuetext": "(−0.5, 1.25)"}
    assert [grip.get(f"data-{name}") for name in ("at", "drag", "along")] == ["-0.5 1.25", "move", "y"]


def test_bars_begin_at_zero_on_either_side() -> None:
    up, down = found(drawn(bars([-1, 1], [2, -1]), y=axis("y", -2, 2)), "lm-bar")
    boxes = [[float(bar[0].get(name, "nan")) for name in ("x", "width", "y", "height")] for bar in (up, down)]
    assert boxes == [[30, 40, 0, 45], [130, 40, 45, 22.5]]


def test_what_is_no_number_does_not_reach_the_page() -> None:
    marks = [
        bars([0, 1], [np.inf, np.nan], texts=["far", "unknown"]),
        arrows([[0, 0]] * 2, [[np.inf, 1], [np.nan, 1]]),
        bars([], [], name="none"),
    ]
    figure = drawn(*marks, y=axis("y", -2, 2))
    assert [bar[0].get("height") for bar in found(figure, "lm-bar")] == ["1.00", "1.00"]
    assert found(figure, "lm-arrow") == []
    assert not re.search(r"\b(nan|inf)\b", ElementTree.tostring(figure, "unicode"))


def test_no_text_becomes_markup() -> None:
    evil = '<img src=x onerror="x">&'
    figure = drawn(
        points([[0, 1]], texts=[evil], labels=[evil], names={evil: 0}),
        handle([1, 1], evil, drag='"onload'),
        line([], name=evil),
    )
    assert not list(figure.iter("img"))
    assert figure[0].text == "a < b"
    assert [element.text for element in figure.iter("text") if element.text == evil]
    assert evil in [element.get("aria-label") for element in figure.iter()]
    lines = ElementTree.fromstring(markup.text({"kind": "text", "id": evil, "title": evil, "lines": [evil]}))
    assert [element.text for element in lines] == [evil, evil]
    assert lines.get("data-panel") == evil
