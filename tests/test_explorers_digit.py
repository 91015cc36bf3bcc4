"""The digit explorer without a browser: every number it shows is the network's own."""

import re
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.explorers import digit_explorer, drawing, still
from cnnlib.explorers.digit import DigitExplorer
from cnnlib.explorers.frames import Frame, find
from cnnlib.explorers.messages import ASSETS
from cnnlib.explorers.network_maps import Tiling, as_maps, passes, reach, stages
from cnnlib.explorers.unit import explain
from cnnlib.losses import cross_entropy, softmax
from cnnlib.network import AvgPool2d, Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Residual, Sequential, Sigmoid
from cnnlib.recipe import build

HELD_OUT = digits()


def mixed() -> Sequential:
    """Nothing trained, nothing square, everything that a stage can be."""
    return Sequential(
        *(Conv2d(1, 5, (3, 2), padding=(1, 0)), Sigmoid(), AvgPool2d(2)),
        *(Sequential(Conv2d(5, 4, 2, stride=1, padding=1), ReLU()), MaxPool2d((2, 3), stride=1)),
        *(Residual(Conv2d(4, 4, 3, padding=1), ReLU()), Flatten(), Linear(32, 20), ReLU(), Linear(20, 10)),
        dtype=np.float64,
    )


@pytest.fixture(scope="module")
def untrained() -> Sequential:
    network = mixed()
    x = HELD_OUT.x_test[:1].astype(float)
    assert network(x)[0].shape == (1, 10)
    return network


@pytest.fixture
def explorer() -> Any:
    explorer = digit_explorer()
    yield explorer
    explorer.close()


def send(explorer: DigitExplorer, action: str, **what: Any) -> None:
    """What the page does."""
    explorer.receive({"action": action, "number": explorer.answered + 1, **what}, [])


def told(frame: Frame, id: str) -> str:
    (panel,) = (panel for panel in frame["panels"] if panel["id"] == id)
    return "\n".join([panel["title"], *panel.get("lines", [])])


def test_pictures_of_mnist_s_size_are_drawn_in_a_saved_notebook_too() -> None:
    x = np.pad(HELD_OUT.x_test[:9], ((0, 0), (0, 0), (10, 10), (10, 10)))
    recipe = "conv 8, sigmoid, pool, conv 16, sigmoid, pool, flatten, linear 32, sigmoid, linear 10"
    with closing(digit_explorer(build(recipe, x.shape[1:], dtype=np.float64), x, HELD_OUT.t_test[:9])) as explorer:
        data, _ = explorer._repr_mimebundle_()
        assert "<img" in data["text/html"]


# --- the pen --------------------------------------------------------------------------------------------------------

places = st.tuples(st.floats(0, 8), st.floats(0, 6))


@given(st.lists(places, min_size=2, max_size=6), st.integers(1, 4), st.sampled_from([1, 1.5, 3]))
def test_a_stroke_in_pieces_paints_what_the_whole_one_does(path: list[Any], cut: int, width: float) -> None:
    paper, cut = np.zeros((8, 6)), min(cut, len(path) - 1)
    pieces = drawing.inked(drawing.inked(paper, path[: cut + 1], width), path[cut:], width)
    np.testing.assert_allclose(pieces, drawing.inked(paper, path, width), atol=1e-9)


@given(places, st.sampled_from([1, 1.5, 2, 3]))
def test_a_dot_covers_about_its_disc(at: tuple[float, float], width: float) -> None:
    shares = drawing.covered((20, 20), [[at[0] + 6, at[1] + 6]], width)
    fine = (np.arange(400) + 0.5) / 20
    disc = np.hypot(fine[:, None] - at[0] - 6, fine - at[1] - 6) < width / 2
    np.testing.assert_allclose(shares, disc.reshape(20, 20, 20, 20).mean((1, 3)), atol=0.27)


def test_a_straight_stroke_covers_exactly() -> None:
    shares = drawing.covered((4, 5), [[1.75, -3], [1.75, 9]], 1.5)
    np.testing.assert_allclose(shares, np.repeat([[0.0], [1], [0.5], [0]], 5, axis=1))


@given(st.integers(-3, 3), st.integers(-3, 3))
def test_a_shift_moves_and_lets_paper_in(down: int, right: int) -> None:
    x = np.random.default_rng(0).random((5, 4)) + 1
    moved = drawing.shifted(x, down, right)
    for i, j in np.ndindex(5, 4):
        inside = 0 <= i - down < 5 and 0 <= j - right < 4
        assert moved[i, j] == (x[i - down, j - right] if inside else 0)


def test_the_eraser_takes_away_and_noise_stays_between_paper_and_ink() -> None:
    x = np.full((6, 6), 0.8)
    wiped = drawing.erased(x, [[3.0, 3.0]], 2)
    assert wiped[2:4, 2:4].max() < 0.5
    np.testing.assert_array_equal(wiped[0], x[0])
    noisy = drawing.noisy(x, 0.3)
    assert 0 <= noisy.min() < noisy.max() <= 1
    np.testing.assert_array_equal(noisy, drawing.noisy(x, 0.3))


# --- maps -----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 4), st.integers(1, 5))
def test_every_unit_is_found_where_the_maps_show_it(maps: int, height: int, width: int) -> None:
    values = np.arange(1.0, maps * height * width + 1).reshape(maps, height, width)
    tiling = Tiling(maps, height, width)
    picture = tiling.picture(values)
    for (row, column), value in np.ndenumerate(picture):
        unit = tiling.unit(row, column)
        assert (unit is None) == np.isnan(value)
        assert unit is None or values[unit] == value
    for unit in np.ndindex(maps, height, width):
        ((row, column, *size),) = tiling.boxes([unit[0]], (*unit[1:], unit[1] + 1, unit[2] + 1))
        assert (tiling.unit(row, column), size) == (unit, [1, 1])


def test_stages_make_what_the_network_makes(untrained: Sequential) -> None:
    x = HELD_OUT.x_test[3].astype(float)
    runs = passes(stages(untrained), x)
    np.testing.assert_allclose(runs[-1].a, untrained(x[None])[0][0])
    names = [stage.name for stage in stages(untrained)]
    assert names == ["Conv2d, Sigmoid", "AvgPool2d", "Conv2d, ReLU", "MaxPool2d", "Residual", "Linear, ReLU", "Linear"]


def every_unit(network: Any, x: Array) -> Any:
    parts, runs = stages(network), passes(stages(network), x)
    for stage, run in enumerate(runs):
        for unit in np.ndindex(*as_maps(run.a).shape):
            if not np.isnan(as_maps(run.a)[unit]):
                yield parts, runs, [stage, *unit]


def test_the_products_of_every_unit_sum_to_it(untrained: Sequential) -> None:
    for parts, runs, unit in every_unit(untrained, HELD_OUT.x_test[3].astype(float)):
        found = explain(parts, runs, unit)
        top, left, bottom, right = found.window
        products = (found.x * found.slopes)[found.reads, top:bottom, left:right]
        assert np.nansum(products) + found.bias == pytest.approx(found.z, abs=1e-9)
        layer = parts[unit[0]].layers[-1]
        assert (
            layer.name not in ("Conv2d", "Linear")
            or found.bias == layer.parameters["bias"][unit[1] if found.at[1:] else found.at[0]]
        )


def test_what_a_unit_looks_at_is_what_changes_it() -> None:
    def linear(*layers: Layer) -> Sequential:
        network = Sequential(*layers, dtype=np.float64)
        for parameter in network.parameters.values():
            parameter[...] = 1  # nothing cancels
        return network

    network = linear(Conv2d(1, 2, (3, 2), stride=(2, 1), padding=(1, 0)), AvgPool2d((2, 3), stride=1), Conv2d(2, 1, 2))
    x = HELD_OUT.x_test[0].astype(float)
    for parts, runs, unit in every_unit(network, x):
        seen = np.zeros((8, 8), bool)
        top, left, bottom, right = explain(parts, runs, unit).picture
        seen[top:bottom, left:right] = True
        dy = np.zeros_like(runs[unit[0]].a)
        dy[tuple(unit[1:])] = 1
        slope = dy
        for run in reversed(runs[: unit[0] + 1]):
            slope = run.slope(slope)
        np.testing.assert_array_equal(slope[0] != 0, seen)


def test_what_hangs_over_is_padding() -> None:
    (part,) = stages(Conv2d(1, 1, 3, padding=2))
    assert reach(part, (0, 0, 1, 1), (1, 8, 8)) == (-2, -2, 1, 1)


# --- the view -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["trained", "untrained", "perceptron"])
def test_every_number_shown_is_the_networks(untrained: Sequential, which: str) -> None:
    flat = Sequential(Flatten(), Linear(64, 12), Sigmoid(), Linear(12, 10))
    network = {"trained": None, "untrained": untrained, "perceptron": flat}[which]
    explorer = digit_explorer(network)
    about = explorer.about
    explorer.choose(n=7, gradient=True, target=2, noise=0.1)
    x = explorer.picture[None, None].astype(about.x.dtype)
    z, backward = about.network(x)
    np.testing.assert_allclose(explorer.probabilities, softmax(z.astype(float))[0][0], rtol=1e-4)
    loss, loss_backward = cross_entropy(z, np.array([2]))
    np.testing.assert_allclose(
        find(explorer.shown, "dx")["values"], backward(loss_backward())[0][0, 0], rtol=1e-3, atol=1e-6
    )
    assert f"−ln y[2] = {loss:.2g}"[:11] in told(explorer.shown, "says")
    for k, layer in enumerate(about.parts):
        for part in [*layer.layers, *layer.activations]:
            x = part(x)[0]
        shown, maps = find(explorer.shown, f"stage{k}")["values"], as_maps(x[0])
        np.testing.assert_allclose(np.sort(shown[~np.isnan(shown)]), np.sort(maps[~np.isnan(maps)]), atol=1e-6)
    explorer.close()


def test_it_opens_on_a_test_digit(explorer: DigitExplorer) -> None:
    assert explorer.shown["caption"].startswith("Test digit 0 of 355, a 5.")
    np.testing.assert_array_equal(explorer.picture, HELD_OUT.x_test[0, 0])
    assert explorer.probabilities.argmax() == 5
    assert str(explorer) == "digit_explorer: test digit 0 of 355, a 5; the network says 5"


def test_digits_are_chosen_by_label_and_by_what_went_wrong(explorer: DigitExplorer) -> None:
    for n in (0, 5, -1, 1000):
        explorer.choose(source="label 4", n=n)
        assert ", a 4." in explorer.shown["caption"]
    explorer.choose(source="answered wrongly", n=0)
    assert "; the label is " in told(explorer.shown, "says")
    with pytest.raises(ValueError, match=r"source must be one of all test digits, .* got 'twelve'"):
        explorer.choose(source="twelve")
    assert explorer.knobs["source"] == "answered wrongly"


def test_a_drawing_belongs_to_its_digit_and_each_edit_can_be_undone(explorer: DigitExplorer) -> None:
    before = explorer.picture
    send(explorer, "stroke", path=[[1.5, 6.5]], on=False)
    send(explorer, "stroke", path=[[1.5, 6.5], [6, 6.5]], on=True)
    send(explorer, "stroke", path=[[6, 6.5], [6, 7]], on=True)
    drawn = explorer.picture
    assert drawn[2:6, 6].min() == 1 > before[2:6, 6].min()
    send(explorer, "left")
    np.testing.assert_array_equal(explorer.picture[:, :-1], drawn[:, 1:])
    send(explorer, "next")
    np.testing.assert_array_equal(explorer.picture, HELD_OUT.x_test[1, 0])
    send(explorer, "previous")
    send(explorer, "undo")
    np.testing.assert_array_equal(explorer.picture, drawn)
    send(explorer, "undo")  # the stroke was one
    np.testing.assert_array_equal(explorer.picture, before)
    send(explorer, "undo")
    np.testing.assert_array_equal(explorer.picture, before)
    assert explorer.frame["note"] == ""


def test_a_digit_that_was_drawn_is_recognised(explorer: DigitExplorer) -> None:
    explorer.choose(source="blank sheet")
    assert not explorer.picture.any()
    turns = np.linspace(0, 2 * np.pi, 20)
    ring = np.stack([4 + 3 * np.cos(turns), 4 + 2.2 * np.sin(turns)], 1).tolist()
    for written, strokes in {
        0: [ring],
        1: [[[1.5, 3], [0.8, 4.5], [7, 4.5]]],
        7: [[[1, 1.2], [1, 6.4], [7, 3]], [[4, 2.5], [4, 6.5]]],
    }.items():
        for path in strokes:
            send(explorer, "stroke", path=path, on=False)
        assert explorer.probabilities.argmax() == written
        assert "the label" not in told(explorer.shown, "says")
        send(explorer, "clear")
        assert not explorer.picture.any()


def test_a_cleared_digit_has_no_label(explorer: DigitExplorer) -> None:
    send(explorer, "clear")
    assert explorer.shown["caption"].startswith("A sheet of your own.")
    assert "label" not in told(explorer.shown, "says")
    send(explorer, "undo")
    assert "which is right" in told(explorer.shown, "says")


def test_descending_the_gradient_lowers_the_loss_and_is_one_edit(explorer: DigitExplorer) -> None:
    before = explorer.picture
    explorer.choose(target=3)
    chances = [explorer.probabilities[3]]
    for _ in range(12):
        send(explorer, "descend")
        chances.append(explorer.probabilities[3])
    assert chances[-1] > 0.9 > 0.1 > chances[0]
    assert explorer.picture.min() >= 0
    assert explorer.picture.max() <= 1
    send(explorer, "undo")
    np.testing.assert_array_equal(explorer.picture, before)


def test_a_unit_is_pointed_at_held_and_let_go(explorer: DigitExplorer) -> None:
    send(explorer, "point 0", at=[9 + 2, 18 + 5], index=0)  # the second row of maps, the third of them
    assert explorer.knobs["unit"] == [0, 10, 2, 5]
    assert find(explorer.shown, "x")["boxes"] == [[1, 4, 3, 3]]
    assert told(explorer.shown, "unit").startswith("[10, 2, 5] of stage 0: Conv2d, ReLU\nz = ")
    assert "rows 1 to 3, columns 4 to 6 of the picture: 9 pixels" in told(explorer.shown, "unit")
    weight = explorer.about.network.parameters["0.weight"][10, 0]
    np.testing.assert_allclose(find(explorer.shown, "by")["values"], weight)
    np.testing.assert_array_equal(find(explorer.shown, "in")["values"], explorer.picture[1:4, 4:7])
    send(explorer, "point 0", at=[8, 3], index=0)  # a gap
    assert explorer.knobs["unit"] == [0, 10, 2, 5]
    send(explorer, "hold 2", at=[1, 1], index=0)
    assert explorer.knobs["held"]
    assert "point" not in find(explorer.shown, "stage2")
    send(explorer, "hold 2", at=[1, 1], index=0)
    assert not explorer.knobs["held"]
    assert explorer.knobs["unit"] == [2, 0, 1, 1]


def test_what_each_map_adds_is_shown_and_chosen(explorer: DigitExplorer) -> None:
    explorer.choose(unit=[2, 4, 1, 2])
    adds = find(explorer.shown, "adds")["values"].ravel()
    z = passes(explorer.about.parts, explorer.picture[None].astype(np.float32))[2].z[4, 1, 2]
    assert adds.sum() + explorer.about.network.parameters["3.bias"][4] == pytest.approx(z, abs=1e-5)
    assert f"window in map {abs(adds).argmax()}" == find(explorer.shown, "in")["title"]
    send(explorer, "part", at=[1, 3], index=0)
    assert find(explorer.shown, "in")["title"] == "window in map 11"
    assert find(explorer.shown, "out")["values"].sum() == pytest.approx(adds[11])


@pytest.mark.parametrize("unit", [[0, 3, 0, 7], [0, 3, 4, 4], [2, 4, 1, 2], [4, 0, 2, 3], [5, 0, 0, 9]])
def test_the_sum_in_words_is_the_units(explorer: DigitExplorer, unit: list[int]) -> None:
    explorer.choose(unit=unit, n=4)
    line = told(explorer.shown, "unit").split("\n")[1].replace("−", "-")
    terms = [float(sign.strip() + number) for sign, number in re.findall(r"(- |-|)([\d.e]+) \(", line)]
    found = re.fullmatch(r".* ([=≈]) (-?[\d.]+)", line)
    assert found
    z = float(found[2])
    assert len(terms) >= 4
    assert sum(terms) == pytest.approx(z, abs=0.003)
    assert (found[1] == "=") == (round(sum(terms), 3) == z)
    run = passes(explorer.about.parts, explorer.picture[None].astype(np.float32))[unit[0]]
    at = unit[1:] if run.z.ndim == 3 else [unit[2] * 16 + unit[3]]
    assert z == pytest.approx(run.z[tuple(at)], abs=0.0006)


@pytest.mark.parametrize(
    "unit", [[6, 0, 0, 0], [-1, 0, 0, 0], [0, 16, 0, 0], [0, 0, 8, 0], [5, 0, 0, 10], [0, 0, -1, 0]]
)
def test_a_unit_that_is_none_is_refused(explorer: DigitExplorer, unit: list[int]) -> None:
    with pytest.raises(ValueError, match="unit must be stage, map, row and column of one that there is, got"):
        explorer.choose(unit=unit)


def test_the_network_is_asked_as_it_is() -> None:
    network = Sequential(Flatten(), Linear(64, 10))
    explorer = digit_explorer(network)
    network.parameters["1.weight"][...] = 0
    network.parameters["1.bias"][...] = np.eye(10)[6] * 9
    send(explorer, "next")
    assert explorer.probabilities.argmax() == 6
    explorer.close()


def test_pictures_of_other_sizes_and_networks_that_take_them() -> None:
    rng = np.random.default_rng(0)
    x, t = rng.random((4, 1, 28, 26)).astype(np.float32), np.array([0, 1, 2, 2])
    network = Sequential(Conv2d(1, 20, 5, stride=2), Sigmoid(), AvgPool2d(2), Flatten(), Linear(20 * 6 * 5, 3))
    explorer = digit_explorer(network, x, t)
    for k, at in enumerate([[3, 3], [9, 9], [0, 2]]):
        send(explorer, f"point {k}", at=at, index=0)
        assert explorer.frame["note"] == ""
        assert explorer.knobs["unit"][0] == k
    send(explorer, "stroke", path=[[3, 3], [25, 20]], on=False)
    assert explorer.picture[14, 11] > 0.9
    with pytest.raises(
        ValueError, match=r"picture must have the shape \(28, 26\) that the network takes, got \(8, 8\)"
    ):
        explorer.picture = np.zeros((8, 8))
    explorer.picture = np.eye(28, 26)
    assert explorer.picture[3, 3] == 1
    explorer.close()
    with pytest.raises(ValueError, match="the network takes no pictures of 8 x 8; give x and t that it takes"):
        digit_explorer(network)
    with pytest.raises(ValueError, match="one label for each of the 4 pictures of x, got 3"):
        digit_explorer(network, x, t[:3])
    with pytest.raises(
        ValueError, match=r"grey pictures \(N, 1, H, W\) of at most 64 x 64, got shape \(4, 3, 28, 26\)"
    ):
        digit_explorer(network, np.zeros((4, 3, 28, 26), np.float32), t)
    with pytest.raises(ValueError, match=r"one number a class, \(N, M\), got shape \(4, 20, 12, 11\)"):
        digit_explorer(Sequential(Conv2d(1, 20, 5, stride=2)), x, t)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unit", [[0, 2, 0, 0], [3, 1, 1, 1], [4, 0, 3, 15], [5, 0, 0, 9]])
def test_the_still_picture_shows_it(explorer: DigitExplorer, unit: list[int]) -> None:
    explorer.choose(unit=unit, gradient=True)
    assert len(still.draw(explorer.shown, ASSETS)) < 24_000
