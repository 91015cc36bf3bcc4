"""The explorers of lecture 07 without a browser: every number, the winners, what is told, what is refused."""

from collections.abc import Iterator
from typing import Any

import ipywidgets
import numpy as np
import pytest

from cnnlib.explorers import pooling, pooling_explorer, transposed, transposed_explorer
from cnnlib.explorers.frame_checks import check_frame
from cnnlib.explorers.frames import find, inside

RNG = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    ipywidgets.Widget.close_all()


def looked(x: Any, dy: Any, pool: str, p: float, KH: int, KW: int, stride: int, shift: int = 0) -> Any:
    frame = pooling.view(x, dy, pool, p, KH, KW, stride, shift)
    check_frame(frame)
    return frame


def by_loops(x: Any, dy: Any, pool: str, p: float, KH: int, KW: int, stride: int) -> tuple[Any, Any]:
    """y and dx from their definition, a window at a time."""
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        at = slice(stride * i, stride * i + KH), slice(stride * j, stride * j + KW)
        window = x[at]
        if pool == "max":
            y[i, j] = window.max()
            slope = np.eye(window.size)[window.argmax()].reshape(window.shape)
        elif pool == "mean":
            y[i, j] = window.mean()
            slope = np.full(window.shape, 1 / window.size)
        else:
            y[i, j] = np.linalg.norm(window.ravel(), p)
            slope = np.sign(window) * np.abs(window / y[i, j]) ** (p - 1)
        dx[at] += dy[i, j] * slope
    return y, dx


@pytest.mark.parametrize("pool", pooling.KINDS)
@pytest.mark.parametrize(("KH", "KW", "stride"), [(2, 2, 2), (3, 2, 1), (1, 4, 3), (2, 1, 4)])
def test_the_numbers_are_those_of_the_definition(pool: str, KH: int, KW: int, stride: int) -> None:
    x = RNG.integers(-5, 6, (5, 7)) + 0.5
    dy = RNG.integers(1, 9, ((5 - KH) // stride + 1, (7 - KW) // stride + 1)).astype(float)
    frame = looked(x, dy, pool, 3.0, KH, KW, stride)
    y, dx = by_loops(x, dy, pool, 3.0, KH, KW, stride)
    np.testing.assert_allclose(find(frame, "y")["values"], y)
    np.testing.assert_allclose(find(frame, "dx")["values"], dx)
    assert [side["y"] for side in frame["arithmetic"]["link"]["sides"]] == list(dy.shape)


@pytest.mark.parametrize("pool", pooling.KINDS)
def test_the_sums_that_are_told_add_up_to_the_numbers_shown(pool: str) -> None:
    x, dy = RNG.normal(size=(5, 6)), RNG.normal(size=(2, 3))
    frame = looked(x, dy, pool, 2.5, 3, 2, 2)
    sums, link = frame["arithmetic"]["sums"], frame["arithmetic"]["link"]["sides"]
    won = frame["arithmetic"].get("winner")
    for total in sums.values():
        panel = find(frame, total["of"])
        made = np.full(panel["shape"], -np.inf if total.get("op") == "max" else 0.0)
        for i, u in np.ndindex(link[0]["y"], link[0]["w"]):
            for j, v in np.ndindex(link[1]["y"], link[1]["w"]):
                at = {"x": (2 * i + u, 2 * j + v), "w": (u, v), "y": (i, j)}
                if total.get("winner") and won[3 * i + j] != 6 * at["x"][0] + at["x"][1]:
                    continue
                parts = [find(frame, name) for name in total["factors"]]
                worth = np.prod([part["values"][at[part["role"]]] for part in parts])
                place = at[panel["role"]]
                made[place] = max(made[place], worth) if total.get("op") == "max" else made[place] + worth
        np.testing.assert_allclose(made, panel["values"], atol=1e-12)


def test_the_first_of_tied_maxima_wins_row_by_row() -> None:
    frame = looked([[1, 7], [7, 2]], [[5]], "max", 2, 2, 2, 1)
    assert frame["arithmetic"]["winner"] == [1]
    np.testing.assert_array_equal(find(frame, "dx")["values"], [[0, 5], [0, 0]])


def test_a_window_of_zeros_has_no_powers_to_divide_by() -> None:
    frame = looked(np.zeros((2, 2)), [[5]], "L^p", 1.5, 2, 2, 1)
    for name in ("dx", "g", "r"):
        np.testing.assert_array_equal(find(frame, name)["values"].ravel(), 0)


def test_a_move_by_the_stride_moves_the_map_and_the_caption_says_so() -> None:
    x = np.pad(RNG.integers(1, 9, (4, 4)), ((0, 0), (2, 2)))
    captions = [looked(x, [[1]], "max", 2, 2, 2, 2, shift)["caption"] for shift in (-2, -1, 1, 2)]
    assert "moved by -1." in captions[0]
    assert "moved by 1." in captions[3]
    assert all("another map" in caption for caption in captions[1:3])
    frame = looked(x, [[1]], "max", 2, 2, 2, 2, 2)
    np.testing.assert_array_equal(find(frame, "x")["values"][:, 2:], x[:, :-2])
    np.testing.assert_array_equal(find(frame, "y0")["values"][:, :-1], find(frame, "y")["values"][:, 1:])


def test_only_a_picture_that_stands_still_can_be_changed_on_the_page() -> None:
    assert "edit" in find(looked(np.eye(4), [[1]], "max", 2, 2, 2, 2, 0), "x")
    assert "edit" not in find(looked(np.eye(4), [[1]], "max", 2, 2, 2, 2, 1), "x")


def test_attributes_turn_the_knobs_and_what_does_not_fit_is_refused() -> None:
    explorer = pooling_explorer()
    explorer.pool, explorer.stride = "mean", 1
    assert explorer.y.shape == (7, 7)
    with pytest.raises(ValueError, match="pool must be one of max, mean, L\\^p; got 'min'"):
        explorer.pool = "min"
    with pytest.raises(ValueError, match="p must be 1 to 10, got 11"):
        explorer.p = 11
    explorer.x = np.eye(3)
    with pytest.raises(ValueError, match="does not fit"):
        explorer.KH = 4
    assert explorer.KH == 2


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (3, 1), (4, 2)])
def test_a_transposed_convolution_shows_every_stamp(stride: int, padding: int) -> None:
    x, w = RNG.normal(size=(3, 2)), RNG.normal(size=(4, 5))
    frame = transposed.view(x, w, stride, padding)
    check_frame(frame)
    y, often = (np.zeros((stride * 2 + 4, stride + 5)) for _ in range(2))
    for m, q, u, v in np.ndindex(*x.shape, *w.shape):
        y[stride * m + u, stride * q + v] += x[m, q] * w[u, v]
        often[stride * m + u, stride * q + v] += 1
    np.testing.assert_allclose(find(frame, "y")["values"], y)
    np.testing.assert_allclose(find(frame, "n")["values"], often)
    sides = frame["arithmetic"]["link"]["sides"]
    assert [side["x"] for side in sides] == list(inside(find(frame, "y")).shape)


def test_the_weights_1_2_1_leave_no_board() -> None:
    explorer = transposed_explorer(w=np.outer([1, 2, 1], [1, 2, 1]))
    assert set(explorer.y[1:-1, 1:-1].ravel()) == {4.0}
    with pytest.raises(ValueError, match="padding must leave something of y, which has 3 × 3: got 2"):
        transposed_explorer([[1]], padding=2)
