"""The explorers without a browser: every number of a frame, what is refused, what is sent, what is saved."""

import base64
import html
import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from cnnlib import correlate2d
from cnnlib.explorers import boards, conv1d_board, conv2d_board, kernel_explorer, kernels, still, widget
from cnnlib.explorers.messages import message
from cnnlib.explorers.widget import Explorer
from cnnlib.jupyter.pictures import taken_out

RNG = np.random.default_rng(5)
GEOMETRY = [(1, 0), (2, 0), (1, 1), (2, 1), (3, 2), (4, 4)]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    ipywidgets.Widget.close_all()


def whole(*shape: int) -> Any:
    """An array of small whole numbers, never symmetric by accident of being constant."""
    return RNG.integers(-9, 10, shape).astype(float)


def values(frame: dict[str, Any]) -> dict[str, Any]:
    return {panel["id"]: panel["values"] for panel in frame["panels"]}


def by_loops(x: Any, w: Any, b: float, dy: Any, stride: int, padding: int) -> Any:
    """y, and the gradients with the padding's share, from the definition, one product at a time."""
    x = np.pad(x, padding)
    y, dx, dw = np.full(dy.shape, b), np.zeros_like(x), np.zeros_like(w)
    for i, j, u, v in np.ndindex(*dy.shape, *w.shape):
        at = i * stride + u, j * stride + v
        y[i, j] += x[at] * w[u, v]
        dx[at] += dy[i, j] * w[u, v]
        dw[u, v] += dy[i, j] * x[at]
    return y, dx, dw


@pytest.mark.parametrize(("stride", "padding"), GEOMETRY)
@pytest.mark.parametrize("shape", [(3, 2), (1, 3), (2, 1)])
def test_a_board_in_two_dimensions_shows_the_right_numbers(stride: int, padding: int, shape: tuple[int, int]) -> None:
    x, w = whole(5, 7), whole(*shape)
    size = [(n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape, shape, strict=True)]
    dy = whole(*size)
    frame = boards.view(x, w, 3, dy, stride, padding)
    y, dx, dw = by_loops(x, w, 3, dy, stride, padding)
    shown = values(frame)
    for name, right in {"x": np.pad(x, padding), "w": w, "y": y, "dy": dy, "dx": dx, "dw": dw}.items():
        np.testing.assert_allclose(shown[name], right, atol=1e-12, err_msg=name)
    assert shown["db"].item() == dy.sum()
    assert [s["y"] for s in frame["arithmetic"]["link"]["sides"]] == size


@pytest.mark.parametrize(("stride", "padding"), GEOMETRY)
def test_a_board_in_one_dimension_shows_the_right_numbers(stride: int, padding: int) -> None:
    x, w = whole(8), whole(3)
    dy = whole((8 + 2 * padding - 3) // stride + 1)
    shown = values(boards.view(x, w, -2, dy, stride, padding, ndim=1))
    columns = [np.pad(x, padding)[stride * i + np.arange(3)] for i in range(len(dy))]
    np.testing.assert_allclose(shown["y"], [[c @ w - 2 for c in columns]], atol=1e-12)
    np.testing.assert_allclose(shown["dw"], [sum(g * c for g, c in zip(dy, columns, strict=True))], atol=1e-12)
    dx = np.zeros(8 + 2 * padding)
    for i, g in enumerate(dy):
        dx[stride * i : stride * i + 3] += g * w
    np.testing.assert_allclose(shown["dx"], [dx], atol=1e-12)


@pytest.mark.parametrize(("stride", "padding"), GEOMETRY)
@pytest.mark.parametrize("shape", [(3, 2), (1, 4)])
def test_dx_is_the_spread_dy_correlated_with_the_flipped_kernel(
    stride: int, padding: int, shape: tuple[int, int]
) -> None:
    frame = boards.view(whole(5, 6), whole(*shape), 0, [[3, 1], [4, 1]], stride, padding, True)
    panels = {p["id"]: p for p in frame["panels"]}
    dypad, wflip, dx = (panels[name]["values"] for name in ("dypad", "wflip", "dx"))
    np.testing.assert_allclose(correlate2d(dypad, wflip), dx, atol=1e-12)
    for n in np.ndindex(*panels["dy"]["shape"]):  # where dypad says that it keeps dy
        at = tuple(k * i + o for k, i, o in zip(panels["dypad"]["scale"], n, panels["dypad"]["offset"], strict=True))
        assert dypad[at] == panels["dy"]["values"][n]
    assert np.count_nonzero(dypad) == np.count_nonzero(panels["dy"]["values"])


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 3, 1), (3, 1, 2), (1, 8, 4)])
@pytest.mark.parametrize("flip", [False, True])
def test_the_kernel_explorer_shows_the_right_output(stride: int, padding: int, dilation: int, flip: bool) -> None:
    image, kernel = RNG.random((20, 17)), whole(3, 4)
    shown = values(kernels.view(image, kernel, stride, padding, dilation, flip))
    used = kernel[::-1, ::-1] if flip else kernel
    padded = np.pad(image, padding)
    rows, columns = (n - dilation * (k - 1) for n, k in zip(padded.shape, kernel.shape, strict=True))
    right = sum(
        used[u, v] * padded[dilation * u :, dilation * v :][:rows:stride, :columns:stride] for u, v in np.ndindex(3, 4)
    )
    np.testing.assert_allclose(shown["y"], right, atol=1e-12)
    np.testing.assert_array_equal(shown["w"], kernel)  # as it was typed
    np.testing.assert_array_equal(shown["x"], padded)


def test_a_frame_depends_on_its_knobs_alone() -> None:
    x, w, dy = whole(4, 4), whole(2, 2), whole(3, 3)
    before = x.copy(), w.copy(), dy.copy()
    first, second = (message(boards.view(x, w, 0, dy, 1, 0, True)) for _ in range(2))
    assert first == second
    for array, kept in zip((x, w, dy), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    image = RNG.random((9, 9))
    assert message(kernels.view(image, w, 1, 1, 1, False)) == message(kernels.view(image.copy(), w, 1, 1, 1, False))


def test_dy_is_cut_or_continued_with_ones_where_y_changes_its_shape() -> None:
    board = conv1d_board()
    board.padding = 1
    np.testing.assert_array_equal(board.dy, [5, 7, 11, 1, 1])
    board.stride = 3
    np.testing.assert_array_equal(board.dy, [5, 7])
    board.stride, board.padding = 1, 0
    np.testing.assert_array_equal(board.dy, [5, 7, 11])


def test_the_default_board_is_the_one_of_the_lecture() -> None:
    board = conv1d_board()
    np.testing.assert_array_equal(board.y, [2, -1, -2])
    np.testing.assert_array_equal(board.dw, [21, 40])
    np.testing.assert_array_equal(board.dx, [5, 2, 4, -11])
    assert (board.b, board.db) == (0, 23)
    assert board.shown["arithmetic"]["start"] == {"panel": "dw", "at": [0, 1]}


def test_arrays_of_the_notebook_follow_and_lead() -> None:
    board = conv2d_board([[1, 2, 3], [4, 5, 6]], [[1, 0], [0, -1]], 0.5, [[2, 3]])
    assert board.x.shape == (2, 3)
    np.testing.assert_array_equal(board.y, [[1 - 5 + 0.5, 2 - 6 + 0.5]])
    board.w = [[1, 1], [1, 1]]
    np.testing.assert_array_equal(board.y, [[12.5, 16.5]])
    board.dy, board.b = [[1, -1]], 2
    np.testing.assert_array_equal(board.dx, [[1, 0, -1], [1, 0, -1]])
    assert (board.b, board.db) == (2, 0)
    board.padding = np.int64(1)
    assert board.y.shape == (3, 4)
    json.dumps(dict(board.knobs))
    with pytest.raises(ValueError, match="read-only"):
        board.w[0, 0] = 7
    with pytest.raises(AttributeError, match="dx is computed"):
        board.dx = [[1]]

    explorer = kernel_explorer("step edge", "identity")
    np.testing.assert_array_equal(explorer.output, explorer.image[1:-1, 1:-1])
    explorer.kernel = [[2]]
    np.testing.assert_array_equal(explorer.output, 2 * explorer.image)
    explorer.image = np.eye(5)
    np.testing.assert_array_equal(explorer.output, 2 * np.eye(5))
    explorer.image = "checkerboard"
    assert explorer.image.shape == (16, 16)
    explorer.stride, explorer.padding, explorer.dilation, explorer.flip = 2, 1, 3, True
    assert explorer.output.shape == (9, 9)
    json.dumps(dict(explorer.knobs))


def test_pictures_come_in_grey_and_in_colour() -> None:
    colour = RNG.random((6, 5, 3))
    grey = colour @ [0.299, 0.587, 0.114]
    for image in (colour, colour.transpose(2, 0, 1), np.dstack([colour, np.ones((6, 5))])):
        np.testing.assert_allclose(kernel_explorer(image, [[1]]).output, grey)
    assert kernel_explorer(np.ones((1, 4, 4))).image.shape == (4, 4)
    np.testing.assert_array_equal(kernel_explorer(np.full((3, 3), 200, np.uint8), [[-1]]).output, np.full((3, 3), -200))
    assert kernel_explorer().image.shape == (96, 96)
    for name, picture in kernels.pictures().items():
        assert 0 <= picture.min() < picture.max() <= 1, name
        assert max(picture.shape) <= 96, name


def test_the_explorer_opens_where_there_is_something_to_tell() -> None:
    image = np.zeros((12, 15))
    image[1, 2] = 1
    arithmetic = kernel_explorer(image, np.ones((3, 3)), padding=1).shown["arithmetic"]
    i, j = arithmetic["start"]["at"]
    assert abs(i - 1) <= 1
    assert abs(j - 2) <= 1
    assert kernel_explorer(np.zeros((4, 6))).shown["arithmetic"]["start"]["at"] == [0, 0]
    assert kernel_explorer(np.ones((5, 9)), [[1]]).shown["arithmetic"]["start"]["at"] == [2, 4]


def test_presets_are_what_they_are_called() -> None:
    presets = {name: np.array(kernel) for name, kernel in kernels.PRESETS.items()}
    assert presets["blur"].sum() == pytest.approx(1, abs=2e-3)  # as the deck prints it
    for name in ("identity", "sharpen", "emboss", "Gaussian 5 × 5", "smear 1 × 7", "shift"):
        assert presets[name].sum() == pytest.approx(1), name
    for name in ("vertical edge", "horizontal edge", "Laplacian"):
        assert presets[name].sum() == 0, name
    np.testing.assert_array_equal(presets["vertical edge"], presets["horizontal edge"].T)
    step = kernel_explorer("step edge", "vertical edge")
    assert np.unique(np.nonzero(step.output)[1]).tolist() == [6, 7]
    step.kernel = "horizontal edge"
    assert not step.output.any()


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (lambda: conv1d_board(x="abc"), TypeError, "x must hold numbers"),
        (lambda: conv1d_board(x=[]), ValueError, r"x must have .* got shape \(0,\)"),
        (lambda: conv1d_board(x=[[1, 2], [3, 4]]), ValueError, r"x must have 1 to 12 numbers, got shape \(2, 2\)"),
        (lambda: conv1d_board(x=range(13)), ValueError, r"1 to 12 numbers, got shape"),
        (lambda: conv1d_board(w=[1, np.nan]), ValueError, "w must be finite, got nan"),
        (lambda: conv1d_board(w=[1, 2, 3, 4, 5]), ValueError, "does not fit"),
        (lambda: conv1d_board(dy=[1, 2]), ValueError, r"dy must have the shape of y, \(3,\), got \(2,\)"),
        (lambda: conv1d_board(stride=0), ValueError, "stride must be at least 1, got 0"),
        (lambda: conv1d_board(stride=1.5), TypeError, "stride must be a whole number, got 1.5"),
        (lambda: conv1d_board(padding=9), ValueError, "padding must be 0 to 4, got 9"),
        (lambda: conv2d_board(b=[1, 2]), ValueError, "b must be one number, got shape"),
        (lambda: conv2d_board(x=[[1, 2], [3]]), TypeError, "x must hold numbers, in rows of equal length"),
        (lambda: kernel_explorer("a cat"), ValueError, "image must be an array or one of photograph.*'a cat'"),
        (lambda: kernel_explorer(kernel="blurr"), ValueError, "kernel must be an array or one of identity.*'blurr'"),
        (lambda: kernel_explorer(kernel=np.ones((8, 2))), ValueError, "kernel must have 1 to 7 rows"),
        (lambda: kernel_explorer(np.ones((600, 512))), ValueError, r"too big: 256 x 256 fits.*\[::3, ::3\]"),
        (lambda: kernel_explorer(np.ones((4, 4)), dilation=4), ValueError, "does not fit"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(make: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        make()


@pytest.mark.parametrize(
    ("name", "value"), [("w", [[1] * 9]), ("x", "no"), ("dy", [1]), ("stride", -1), ("padding", 0.5)]
)
def test_a_refused_change_leaves_a_board_as_it_was(name: str, value: Any) -> None:
    board = conv1d_board()
    before = board.knobs, board.frame, board.y.tolist()
    with pytest.raises((TypeError, ValueError)):
        setattr(board, name, value)
    assert (board.knobs, board.frame, board.y.tolist()) == before


def test_a_refused_picture_leaves_the_explorer_as_it_was() -> None:
    explorer = kernel_explorer("digit 3", np.ones((7, 7)))
    before = explorer.knobs, explorer.frame, explorer.spec
    for image in (np.ones((3, 3)), np.ones((300, 300)), "a cat", [["x"]]):
        with pytest.raises((TypeError, ValueError)):
            explorer.image = image
        assert (explorer.knobs, explorer.frame, explorer.spec) == before
    explorer.stride = 2
    assert "from the notebook" not in explorer.spec[0]["options"]


@pytest.mark.parametrize(
    "news",
    [
        {"stride": 0},
        {"stride": None},
        {"w": [[1, "x"]]},
        {"w": []},
        {"w": [[1] * 12]},
        {"x": [[None]]},
    ],
)
def test_nonsense_from_the_page_is_answered_beside_the_last_good_frame(news: dict[str, Any]) -> None:
    board = conv1d_board(w=[1, 1, 1])
    good, knobs, y = board.frame, board.knobs, board.y.tolist()
    board.set_state(news | {"asked": 7})
    assert board.frame["note"]
    assert board.frame | {"note": "", "answered": 0} == good
    assert board.frame["answered"] == 7
    assert board.knobs == knobs  # as it was: numbers, knobs and what is shown agree
    assert board.y.tolist() == y
    board.set_state({"asked": 8})
    assert board.frame == good | {"answered": 8}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], int]]:
    """What widgets send from here on: the names of the traits, and the bytes."""
    messages: list[tuple[set[str], int]] = []

    def send(self: Explorer, msg: Any, buffers: Any = None) -> None:
        messages.append((set(msg["state"]), len(json.dumps(msg)) + sum(map(len, buffers or []))))

    monkeypatch.setattr(Explorer, "_send", send)
    return messages


def test_an_edit_is_answered_by_one_small_message(sent: list[tuple[set[str], int]]) -> None:
    explorer = kernel_explorer()
    sent.clear()
    explorer.set_state({"kernel": [[1.0, 2.0], [3.0, 4.0]]})
    ((names, size),) = sent
    assert names == {"frame", "output"}  # neither the input picture nor a palette
    assert size < 95 * 95 * 8 + 4000
    sent.clear()
    explorer.stride = 2
    ((names, size),) = sent
    assert names == {"frame", "output", "stride"}
    sent.clear()
    explorer.padding = 3
    ((names, size),) = sent
    assert names == {"frame", "output", "padding", "assets"}  # with a rim, the input is another picture


def test_nothing_is_sent_when_nothing_changed(sent: list[tuple[set[str], int]]) -> None:
    board = conv2d_board()
    sent.clear()
    board.set_state(dict(board.knobs))
    board.stride = board.stride
    assert sent == []


def noise(*shape: int) -> Any:
    return np.random.default_rng(1).random(shape)


EXPLORERS = {
    "photograph": lambda: kernel_explorer(),
    "photograph, padded": lambda: kernel_explorer(padding=8, kernel=np.ones((7, 7)) / 49),
    "noise": lambda: kernel_explorer(noise(96, 96)),
    "flat": lambda: kernel_explorer(noise(2, 256), [[1]]),
    "largest picture": lambda: kernel_explorer(noise(256, 256)),
    "one dimension": lambda: conv1d_board(stride=2, padding=1),
    "two dimensions": lambda: conv2d_board(),
    "with dypad and wflip": lambda: conv2d_board(stride=2, padding=1, spread=True),
    "largest board": lambda: conv2d_board(noise(12, 12), noise(3, 3) - 0.5, padding=1, spread=True),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_saved_notebook_shows_a_small_picture_that_is_always_the_same(name: str) -> None:
    (data, _), (again, _) = (EXPLORERS[name]()._repr_mimebundle_() for _ in range(2))
    assert data["text/html"] == again["text/html"]
    assert data["text/plain"] == again["text/plain"]
    assert f'alt="{html.escape(data["text/plain"])}"' in data["text/html"]
    assert "\n" not in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data
    png = base64.b64decode(taken_out(data)[1])
    assert len(png) < 25_000
    with Image.open(BytesIO(png)) as picture:
        assert 200 < picture.width <= 1200
        assert picture.height <= 1500


def test_the_line_of_text_says_what_is_shown() -> None:
    data, _ = conv1d_board()._repr_mimebundle_()
    assert data["text/plain"] == (
        "conv1d_board, stride 1, padding 0: x = 2 0 1 3, w = 1 -1, b = 0, y = 2 -1 -2, dy = 5 7 11, dx = 5 2 4 -11, "
        "dw = 21 40, db = 23"
    )
    data, _ = kernel_explorer(padding=1, flip=True)._repr_mimebundle_()
    assert data["text/plain"] == (
        "kernel_explorer: picture 96 × 96 ∗ kernel 3 × 3, stride 1, padding 1, dilation 1 = 96 × 96"
    )


def test_the_line_of_text_shows_the_numbers_as_they_were_given() -> None:
    board = conv1d_board([1e6, -99999, 1.25e-7, 123456.789], [0, -1], padding=1)
    assert "x = 1000000 -99999 1.25e-07 123456.789, w = 0 -1," in repr(board)
    assert "dx = -1 -1 -1 -1, dw" in repr(board)  # without the rim, and never -0
    assert "x = 4 × 4," in repr(conv2d_board(padding=2))
    assert repr(board) == board._repr_mimebundle_()[0]["text/plain"]


@pytest.mark.parametrize("value", [0, -0.0, 3, -99999, 1e6, 1.25e-7, -2.5e-9, 1e12, -1e-300, 1 / 3, -0.04999, 99999.5])
@pytest.mark.parametrize("side", [22, 34])
def test_a_number_fits_its_square_in_the_still_picture(value: float, side: int) -> None:
    text, font = still._number(value, side)
    assert font.getlength(text) <= side - 2
    assert float(text.replace("−", "-")) == pytest.approx(value, rel=0.34)
    assert text != "−0"


def test_padding_is_marked_in_the_still_picture() -> None:
    def corner(explorer: Explorer, rim: tuple[int, int]) -> Any:
        (shown,) = (p for p in explorer.shown["panels"] if p["id"] == "x")
        draw = still._pixels if shown.get("picture") else still._squares
        pixels = np.array(draw(shown | {"rim": rim}, widget.ASSETS))
        return pixels[:20, :20]

    for explorer in (kernel_explorer("digit 3", padding=1), conv2d_board(padding=1)):
        assert (corner(explorer, (1, 1)) != corner(explorer, (0, 0))).any()


def test_the_two_signs_are_large_and_differ_in_the_still_picture() -> None:
    star, asterisk, dot = (np.array(still._text(sign, 12)) < 200 for sign in "⋆∗·")
    assert min(star.sum(), asterisk.sum()) > 4 * dot.sum()
    assert star.shape != asterisk.shape or (star != asterisk).any()


@pytest.mark.parametrize(
    ("make", "signs"),
    [
        (lambda: kernel_explorer(), ["⋆"]),
        (lambda: kernel_explorer(flip=True), ["∗"]),
        (lambda: conv1d_board(), ["⋆", "∗"]),
        (lambda: conv2d_board(stride=2), ["⋆", "∗", "dyup"]),
        (lambda: conv1d_board(stride=3), ["⋆", "∗", "dyup"]),
    ],
)
def test_the_signs_that_occur_are_explained(make: Any, signs: list[str]) -> None:
    shown = make().shown
    assert list(shown["signs"]) == signs
    seen = str([panel["title"] for panel in shown["panels"]])
    assert all(sign in seen for sign in signs)
    assert all(len(meaning) > 10 for meaning in shown["signs"].values())


def test_the_relation_is_told_in_the_letters_of_the_lecture() -> None:
    assert conv1d_board().shown["caption"].startswith("y[i] reads x[m] = x[i + k] at tap k;")
    assert conv1d_board(stride=2, padding=1).shown["caption"].startswith("y[i] reads x[m] = x[2i + k − 1] at tap k;")
    for explorer in (conv2d_board(stride=2, padding=1), kernel_explorer(stride=2, padding=1)):
        assert "y[i, j] reads x[2i + u − 1, 2j + v − 1] at weight [u, v];" in explorer.shown["caption"]
    for make in EXPLORERS.values():
        shown = make().shown
        assert ("tap" in str(shown["caption"])) == (shown["arithmetic"]["link"]["ndim"] == 1)


def test_sizes_are_those_without_the_rim_which_is_named() -> None:
    def extents(explorer: Explorer) -> dict[str, str]:
        return {panel["id"]: panel["extent"] for panel in explorer.shown["panels"]}

    board = extents(conv2d_board(padding=2, spread=True))
    assert board["x"] == board["dx"] == "4 × 4, its rim dashed"
    assert (board["w"], board["y"], board["b"], board["dypad"]) == ("2 × 2", "7 × 7", "", "9 × 9")
    assert extents(conv2d_board())["dx"] == "4 × 4"
    assert extents(conv1d_board(padding=1))["x"] == "length 4, its rim dashed"
    assert extents(conv1d_board())["y"] == "length 3"
    assert extents(kernel_explorer(padding=3))["x"] == "96 × 96, its rim hatched"
    titles = [group["title"] for p in (0, 1) for group in conv2d_board(padding=p, spread=True).shown["layout"][2:]]
    assert titles == ["dx as a correlation", "dx as a correlation, its rim cut off"]


def test_zero_has_no_sign() -> None:
    explorer = kernel_explorer(np.zeros((3, 3)), [[-1]])
    board = conv1d_board([0.0, -0.0], [-1.0], b=-0.0)
    assert not np.signbit(explorer.output).any()
    assert not np.signbit([board.b, board.db]).any()
    assert "-0" not in repr(board)


class Shell:
    """The part of ipykernel's shell that knows which cell runs."""

    cell, run = "a", 0

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": {"cellId": self.cell}, "header": {"msg_id": str(self.run)}}


def test_running_a_cell_again_closes_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell()
    monkeypatch.setattr(widget, "get_ipython", lambda: shell)
    other = conv1d_board()
    shell.cell = "b"
    for run in range(1, 20):
        shell.run = run
        pair = conv1d_board(), conv2d_board()
    assert set(ipywidgets.widgets.widget._instances.values()) == {
        *(other, *pair),
        *(explorer.layout for explorer in (other, *pair)),
    }
    assert all(explorer.comm is not None for explorer in (other, *pair))


def test_importing_the_package_imports_no_widget() -> None:
    code = "import cnnlib, sys; print({'anywidget', 'ipywidgets', 'matplotlib', 'IPython'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_every_panel_of_a_frame_is_placed_and_told() -> None:
    for make in EXPLORERS.values():
        frame = make().shown
        ids = {panel["id"] for panel in frame["panels"]}
        placed = [name for group in frame["layout"] for row in group["rows"] for name in row]
        assert sorted(ids) == sorted(name for name in placed if name in ids)
        for name in ids:
            for told in frame["arithmetic"]["reads"][name]:
                total = frame["arithmetic"]["sums"][told]
                assert {total["of"], *total["factors"], *total.get("plus", [])} <= ids


@pytest.mark.parametrize("make", [lambda: conv1d_board(stride=2), lambda: conv2d_board(padding=1, stride=2)])
def test_a_single_1_in_dy_goes_from_place_to_place(make: Any) -> None:
    board = make()
    for place in (*range(board.y.size), 0):
        board._handle_custom_msg({"action": "one", "number": 1}, [])
        assert board.dy.shape == board.y.shape
        assert np.flatnonzero(board.dy).tolist() == [place]
        assert board.dy.sum() == 1
    np.testing.assert_array_equal(board.db, 1)


def test_a_random_dy_has_the_shape_of_y_and_is_another_each_time() -> None:
    board, seen = conv2d_board(padding=2), set[str]()
    for _ in range(5):
        board._handle_custom_msg({"action": "random", "number": 1}, [])
        assert board.dy.shape == board.y.shape
        assert (board.dy == board.dy.round()).all()
        seen.add(repr(board.dy))
    assert len(seen) == 5


def test_relu_follows_the_convolution() -> None:
    explorer = kernel_explorer(after="ReLU")
    panel = next(panel for panel in explorer.shown["panels"] if panel["id"] == "a")
    np.testing.assert_array_equal(panel["values"], np.maximum(explorer.output, 0))
    assert (panel["values"] > 0).any()
    assert panel["limits"][0] <= 0
    explorer.after = "nothing"
    assert "a" not in values(explorer.shown)
    with pytest.raises(ValueError, match="after must be one of nothing, ReLU, max pooling; got 'GELU'"):
        explorer.after = "GELU"


@pytest.mark.parametrize("shape", [(9, 12), (8, 7), (3, 40)])
def test_max_pooling_follows_the_convolution(shape: tuple[int, int]) -> None:
    explorer = kernel_explorer(RNG.random(shape), whole(2, 3), after="max pooling")
    y = explorer.output
    panel = next(panel for panel in explorer.shown["panels"] if panel["id"] == "a")
    assert panel["shape"] == (y.shape[0] // 2, y.shape[1] // 2)
    for place, (i, j) in enumerate(np.ndindex(*panel["shape"])):
        window = y[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        assert panel["values"][i, j] == window.max() == y.flat[panel["winners"][place]]
    explorer.kernel = np.ones((min(7, shape[0]), 1))  # where y may be too low to be pooled
    assert ("a" in values(explorer.shown)) == (explorer.output.shape[0] > 1)


def test_a_picture_in_colour_is_shown_so_and_its_lightness_is_convolved() -> None:
    colour = RNG.random((6, 5, 3))
    for image in (colour, colour.transpose(2, 0, 1), (colour * 255).astype(np.uint8)):
        explorer = kernel_explorer(image, [[1]], padding=2)
        panel = next(panel for panel in explorer.shown["panels"] if panel["id"] == "x")
        assert panel["colours"].shape == (10, 9, 3)
        np.testing.assert_allclose(panel["colours"][2:-2, 2:-2] / 255, colour, atol=0.005)
        assert not panel["colours"][0].any()
    assert "colours" not in kernel_explorer(colour[..., 0]).shown["panels"][0]
    explorer = kernel_explorer(colour)
    assert explorer.image.shape == (6, 5)
    explorer.image = explorer.image  # the lightness, from here on
    assert "colours" not in explorer.shown["panels"][0]
