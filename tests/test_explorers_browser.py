"""The explorers in a real browser: the front end alone with a fake model, and a few whole ways in a real JupyterLab."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from browser.front_end import View, seen
from browser.lab import Lab, jupyterlab
from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from cnnlib import correlate2d
from cnnlib.explorers import (
    conv1d_board,
    conv2d_board,
    kernel_explorer,
    perceptron_explorer,
    pooling_explorer,
    transposed_explorer,
)
from cnnlib.explorers.frames import Frame, cells, find, link
from cnnlib.explorers.widget import Explorer
from cnnlib.jupyter.pictures import as_output, taken_out

Opens = Callable[..., View]


def cell(view: View, label: str) -> Locator:
    return view.page.locator(f"#a .lm-cell[aria-label='{label}'], #a .lm-cell[aria-label^='{label}, ']")


def canvas(view: View, name: str) -> Locator:
    return view.page.locator(f"#a [data-panel={name}] .lm-picture canvas")


def at(view: View, name: str, row: int, column: int) -> dict[str, float]:
    """Where in a canvas the middle of a cell is, counted with its rim."""
    shape = next(p["shape"] for p in view.explorer.shown["panels"] if p["id"] == name)
    box = canvas(view, name).bounding_box()
    assert box
    return {"x": (column + 0.5) * box["width"] / shape[1], "y": (row + 0.5) * box["height"] / shape[0]}


def numbers(view: View, name: str, where: str = "#a") -> list[str]:
    return view.page.locator(f"{where} [data-panel={name}] .lm-cell").evaluate_all("all => all.map(c => c.textContent)")


def marked(view: View, name: str, kind: str = "lm-on") -> list[str]:
    """The labels of a panel's cells that carry a mark."""
    return view.page.locator(f"#a [data-panel={name}] .lm-cell.{kind}").evaluate_all("all => all.map(c => c.ariaLabel)")


def said(view: View) -> list[str]:
    """The lines of the readout."""
    return view.page.locator("#a [role=status] p").evaluate_all("all => all.map(p => p.textContent)")


def products(view: View) -> list[list[str]]:
    """The readout's table, each cell as [symbols, numbers]."""
    return view.page.locator("#a [role=status] td").evaluate_all(
        "all => all.map(td => [...td.children].map(s => s.textContent))"
    )


def slide(view: View, name: str, value: int) -> None:
    view.page.locator(f"#a input[type=range][aria-label='{name}']").fill(str(value))
    view.settle()


def minus(text: str) -> str:
    return text.replace("-", "−")


def shown(values: Any) -> list[str]:
    return [minus(f"{v:.3f}".rstrip("0").rstrip(".")) for v in np.ravel(values)]


# --- the relation ---------------------------------------------------------------------------------------------------


def test_the_lists_of_terms_are_all_the_terms_that_meet_a_cell(opens: Opens) -> None:
    view = opens(conv1d_board())
    rng = np.random.default_rng(3)
    for _ in range(60):
        x, w, s, d, p = (int(n) for n in rng.integers([4, 1, 1, 1, 0], [10, 4, 5, 4, 4]))
        y = (x + 2 * p - (d * (w - 1) + 1)) // s + 1
        if y < 1:
            continue
        side = {"x": x, "w": w, "y": y, "stride": s, "dilation": d, "padding": p}
        everything = [[s * i + d * u - p, u, i] for i in range(y) for u in range(w)]
        for role, axis, places in (("x", 0, range(-p, x + p)), ("w", 1, range(w)), ("y", 2, range(y))):
            for place in places:
                found = view.page.evaluate(
                    "([role, at, side]) => module.terms(role, at, side).filter(t => module.live(t, side))",
                    [role, place, side],
                )
                assert found == [t for t in everything if t[axis] == place], (role, place, side)


def test_a_number_is_read_as_people_type_it(opens: Opens) -> None:
    page = opens(conv1d_board()).page
    for text, value in {"3": 3, " −2,5 ": -2.5, "-.5": -0.5, "1/8": 0.125, "1e3": 1000, "+4": 4}.items():
        assert page.evaluate("text => module.parse(text)", text) == value
    for text in ("", "-", "abc", "1/0", "1/2/3", "1e999", "NaN", "Infinity", "1 2", "1,2,3"):
        assert np.isnan(page.evaluate("text => module.parse(text)", text)), text
    for value, text in {0.107: "0.107", 12: "12", -0.5: "−0.5", 0.00001: "1e−5", 1234.5678: "1234.568"}.items():
        assert page.evaluate("v => module.fmt(v)", value) == text
    for value, text in {1e6: "1000000", 1.25e-7: "1.25e−7", -2.5e-9: "−2.5e−9", 1e12: "1e12", -0.0: "0"}.items():
        assert page.evaluate("v => module.fmt(v)", value) == text


def test_a_number_is_shortened_to_its_square(opens: Opens) -> None:
    page = opens(conv1d_board()).page
    six = {1e6: "1e6", -99999: "−99999", 1.25e-7: "1.2e−7", 123456.789: "123457", -0.125: "−0.125", -0.0: "0"}
    five = {1e6: "1e6", -99999: "−1e5", 1e-7: "1e−7", 1234.5: "1235", -0.125: "−0.13", 0.0004: "4e−4", -2e-9: "−2e−9"}
    for room, texts in ((6, six), (5, five)):
        for value, text in texts.items():
            assert page.evaluate("([v, room]) => module.short(v, room)", [value, room]) == text


# --- pointing, with the mouse and with the keys ---------------------------------------------------------------------


def test_pointing_at_an_output_pixel_tells_its_window_and_sum(opens: Opens) -> None:
    view = opens(kernel_explorer(stride=2, padding=1))
    canvas(view, "y").hover(position=at(view, "y", 3, 5))
    x, w, y = view.explorer.image, view.explorer.kernel, view.explorer.output
    assert said(view) == [f"y[3,5] = Σ x·w = {shown(y[3, 5])[0]}"]
    told = products(view)
    for k, (u, v) in enumerate(np.ndindex(3, 3)):
        r, c = 2 * 3 + u - 1, 2 * 5 + v - 1
        one, weight, product = shown([x[r, c], w[u, v], x[r, c] * w[u, v]])
        factor = f"({weight})" if weight.startswith("−") else weight
        exact = shown(float(one) * w[u, v]) == [product]  # the digits that are shown say so
        assert told[k] == [f"x[{r},{c}]·w[{u},{v}]", f"{one}·{factor} {'=' if exact else '≈'} {product}"]


def test_pointing_at_a_corner_shows_the_padding(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", "Laplacian", padding=1))
    canvas(view, "y").hover(position=at(view, "y", 0, 0))
    padded = view.page.locator("#a [role=status] .lm-pad").all_text_contents()
    assert minus(padded[0]) == "x[−1,−1]·w[0,0]"
    assert len(padded) == 5
    assert products(view)[1] == ["x[−1,0]·w[0,1]", "0 (padding)·1 = 0"]
    assert products(view)[4] == ["x[0,0]·w[1,1]", "0·(−4) = 0"]  # a zero of the picture


def test_pointing_at_an_input_pixel_tells_what_it_adds_to_each_output(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
    canvas(view, "x").hover(position=at(view, "x", 3, 4))
    one = shown(view.explorer.image[3, 4])[0]
    assert said(view) == [f"x[3,4] = {one} adds to 9 cells of y"]
    assert [top for top, _ in products(view)] == [f"y[{i},{j}] += " for i in (1, 2, 3) for j in (2, 3, 4)]
    assert products(view)[0][1].startswith(f"{one}·9 ≈ ")  # one is 11/16
    canvas(view, "x").hover(position=at(view, "x", 0, 0))
    assert said(view)[0].startswith("y[0,0] += x[0,0]·w[0,0]")


def test_the_rim_of_a_picture_can_be_pointed_at(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", [[1, 2], [3, 4]], padding=2))
    canvas(view, "x").hover(position=at(view, "x", 2, 4))
    assert said(view)[0].startswith("y[1,3] += x[0,2]·w[1,1]")
    canvas(view, "x").hover(position=at(view, "x", 0, 1))
    assert said(view) == [
        "y[0,0] += x[−2,−1]·w[0,1] = 0 (padding)·2 = 0,  y[0,1] += x[−2,−1]·w[0,0] = 0 (padding)·1 = 0"
    ]


def test_pointing_at_a_kernel_cell_counts_what_it_touches(opens: Opens) -> None:
    view = opens(kernel_explorer())
    cell(view, "w[1,0]").hover()
    assert said(view) == ["w[1,0] = −2 takes part in 8836 cells of y"]
    assert marked(view, "w", "lm-at") == ["w[1,0]"]


def test_a_true_convolution_meets_the_kernel_from_its_other_end(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
    view.page.get_by_label("flip (true convolution)").check()
    view.settle()
    canvas(view, "y").hover(position=at(view, "y", 0, 0))
    assert [top for top, _ in products(view)][:3] == ["x[0,0]·w[2,2]", "x[0,1]·w[2,1]", "x[0,2]·w[2,0]"]
    assert view.explorer.flip is True
    total = sum(float(re.split(" [=≈] ", n)[1]) for _, n in products(view))
    assert total == pytest.approx(view.explorer.output[0, 0], abs=5e-3)


def test_dilation_leaves_gaps(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", [[1, 1], [1, 1]]))
    slide(view, "dilation", 4)
    canvas(view, "y").hover(position=at(view, "y", 1, 2))
    assert "x[1,2]·w[0,0] + x[1,6]·w[0,1] + x[5,2]·w[1,0] + x[5,6]·w[1,1]" in said(view)[0]


def test_the_window_is_outlined_in_black_and_white(opens: Opens) -> None:
    view = opens(kernel_explorer(np.full((12, 12), 0.5), np.ones((3, 3))))
    canvas(view, "y").hover(position=at(view, "y", 2, 2))
    lights = seen(canvas(view, "x"))[..., 0]  # of a picture that is grey all over
    assert (lights < 40).sum() > 300
    assert (lights > 230).sum() > 300


def test_arrow_keys_walk_and_stop_at_the_edge(opens: Opens) -> None:
    view = opens(kernel_explorer())
    canvas(view, "y").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowUp"):
        view.page.keyboard.press(key)
    assert said(view)[0].startswith("y[40,49] = ")
    for _ in range(9):
        view.page.keyboard.press("Shift+ArrowLeft")
    assert said(view)[0].startswith("y[40,0] = ")
    board = opens(conv2d_board())
    cell(board, "x[0,0]").focus()
    board.page.keyboard.press("ArrowRight")
    board.page.keyboard.press("ArrowDown")
    board.page.keyboard.press("ArrowDown")
    assert marked(board, "x", "lm-at") == ["x[2,1]"]
    expect(cell(board, "x[2,1]")).to_be_focused()


def test_a_pin_holds_until_it_is_let_go(opens: Opens) -> None:
    view = opens(conv2d_board())
    cell(view, "dx[1,2]").click()
    cell(view, "dw[0,0]").hover()
    assert marked(view, "dx", "lm-at") == ["dx[1,2]"]
    expect(view.page.get_by_text("pinned:")).to_be_visible()
    view.page.keyboard.press("ArrowDown")  # the keys take it along
    cell(view, "dw[0,0]").hover()
    assert marked(view, "dx", "lm-at") == ["dx[2,2]"]
    view.page.keyboard.press("Escape")
    expect(view.page.get_by_text("pinned:")).to_be_hidden()
    cell(view, "dw[0,1]").hover()
    assert marked(view, "dw", "lm-at") == ["dw[0,1]"]
    cell(view, "dw[0,1]").click()
    cell(view, "dw[0,1]").click()  # a second click lets go, too
    cell(view, "y[0,0]").hover()
    assert marked(view, "y", "lm-at") == ["y[0,0]"]
    view.page.keyboard.press("Enter")
    expect(view.page.get_by_text("pinned:")).to_be_visible()


def test_escape_lets_go_where_the_pointer_is_too(opens: Opens) -> None:
    view = opens(conv2d_board())
    pinned = view.page.get_by_text("pinned:")
    cell(view, "dx[1,2]").click()
    view.page.evaluate("() => document.activeElement.blur()")
    view.page.mouse.move(5, 890)  # away from the board
    view.page.keyboard.press("Escape")
    expect(pinned).to_be_visible()
    cell(view, "dw[0,0]").hover()
    view.page.keyboard.press("Escape")
    expect(pinned).to_be_hidden()


def test_enter_ends_typing_and_pins_only_where_nothing_is_typed(opens: Opens) -> None:
    view = opens(conv1d_board())
    pinned = view.page.get_by_text("pinned:")
    box = cell(view, "x[1]")
    box.click()
    view.page.keyboard.type("1/8")
    view.page.keyboard.press("Enter")
    view.settle()
    assert view.explorer.x[1] == 0.125
    expect(box).to_have_text("0.125")
    expect(box).to_be_focused()
    expect(pinned).to_be_hidden()
    cell(view, "y[0]").hover()
    assert marked(view, "y", "lm-at") == ["y[0]"]
    view.page.keyboard.type("4")  # over the number, which is selected
    view.page.keyboard.press("Enter")
    view.settle()
    assert view.explorer.x[1] == 4
    view.page.keyboard.press("Enter")  # nothing is being typed now
    expect(pinned).to_be_visible()
    assert marked(view, "x", "lm-at") == ["x[1]"]
    cell(view, "dw[1]").click()
    assert marked(view, "dw", "lm-at") == ["dw[1]"]
    view.page.keyboard.press("Escape")
    expect(pinned).to_be_hidden()


def test_enter_keeps_what_is_no_number_and_escape_drops_it(opens: Opens) -> None:
    view = opens(conv1d_board())
    box, alert = cell(view, "w[1]"), view.page.get_by_role("alert").first
    box.fill("abc")
    view.page.keyboard.press("Enter")
    expect(box).to_have_text("abc")
    expect(alert).to_contain_text("is not a number")
    expect(view.page.get_by_text("pinned:")).to_be_hidden()
    view.page.keyboard.press("Escape")
    expect(box).to_have_text("−1")
    expect(alert).to_have_text("")


def test_an_edit_keeps_the_pin(opens: Opens) -> None:
    view = opens(conv1d_board())
    cell(view, "dw[1]").click()
    cell(view, "x[1]").click()
    view.page.keyboard.type("4")
    view.settle()
    assert said(view) == ["dw[1] = dy[0]·x[1] + dy[1]·x[2] + dy[2]·x[3] = 5·4 + 7·1 + 11·3 = 60"]
    view.page.keyboard.press("Escape")
    cell(view, "w[0]").click()  # a number to be changed is not pinned by the click
    cell(view, "y[0]").hover()
    assert marked(view, "y", "lm-at") == ["y[0]"]


def test_pointing_sends_nothing(opens: Opens) -> None:
    view = opens(kernel_explorer())
    for k in range(30):
        canvas(view, "xy"[k % 2]).hover(position=at(view, "xy"[k % 2], 3 * k, 2 * k))
    canvas(view, "y").click(position=at(view, "y", 9, 9))
    for key in ("ArrowRight", "Enter", "Escape", "Tab"):
        view.page.keyboard.press(key)
    slide(view, "position", 500)
    assert view.page.evaluate("() => [model.saved.length, model.sent.length]") == [0, 0]


# --- the sentences of a board ---------------------------------------------------------------------------------------

SENTENCES = {
    "dw[1]": ["dw[1] = dy[0]·x[1] + dy[1]·x[2] + dy[2]·x[3] = 5·0 + 7·1 + 11·3 = 40"],
    "dw[0]": ["dw[0] = dy[0]·x[0] + dy[1]·x[1] + dy[2]·x[2] = 5·2 + 7·0 + 11·1 = 21"],
    "dx[0]": ["dx[0] = dy[0]·w[0] = 5·1 = 5"],
    "dx[1]": ["dx[1] = dy[0]·w[1] + dy[1]·w[0] = 5·(−1) + 7·1 = 2"],
    "db": ["db = dy[0] + dy[1] + dy[2] = 5 + 7 + 11 = 23"],
    "b": ["db = dy[0] + dy[1] + dy[2] = 5 + 7 + 11 = 23"],
    "x[3]": ["y[2] += x[3]·w[1] = 3·(−1) = −3", "dx[3] = dy[2]·w[1] = 11·(−1) = −11"],
    "w[0]": [
        "y[0] += x[0]·w[0] = 2·1 = 2,  y[1] += x[1]·w[0] = 0·1 = 0,  y[2] += x[2]·w[0] = 1·1 = 1",
        "dw[0] = dy[0]·x[0] + dy[1]·x[1] + dy[2]·x[2] = 5·2 + 7·0 + 11·1 = 21",
    ],
    "y[1]": [
        "y[1] = x[1]·w[0] + x[2]·w[1] + b = 0·1 + 1·(−1) + 0 = −1",
        "dx[1] += dy[1]·w[0] = 7·1 = 7,  dx[2] += dy[1]·w[1] = 7·(−1) = −7",
        "dw[0] += dy[1]·x[1] = 7·0 = 0,  dw[1] += dy[1]·x[2] = 7·1 = 7",
        "db += dy[1] = 7",
    ],
    "dy[1]": [
        "dx[1] += dy[1]·w[0] = 7·1 = 7,  dx[2] += dy[1]·w[1] = 7·(−1) = −7",
        "dw[0] += dy[1]·x[1] = 7·0 = 0,  dw[1] += dy[1]·x[2] = 7·1 = 7",
        "db += dy[1] = 7",
    ],
}
TOUCHED = {  # for each, what is marked in which panel
    "dw[1]": {"x": "1 2 3", "dy": "0 1 2", "w": "1", "dw": "1", "y": "0 1 2", "dx": "1 2 3"},
    "dx[1]": {"dx": "1", "x": "1", "dy": "0 1", "w": "0 1", "dw": "0 1", "y": "0 1"},
    "y[1]": {"x": "1 2", "w": "0 1", "y": "1", "dy": "1", "dx": "1 2", "dw": "0 1"},
}


def test_a_board_says_the_arithmetic_of_every_cell(opens: Opens) -> None:
    view = opens(conv1d_board())
    assert said(view) == SENTENCES["dw[1]"]  # before anything is touched
    for label, sentences in SENTENCES.items():
        cell(view, label).hover()
        assert said(view) == sentences


def test_a_board_marks_what_a_cell_touches_in_all_panels(opens: Opens) -> None:
    view = opens(conv1d_board())
    for label, touched in TOUCHED.items():
        cell(view, label).hover()
        for name, places in touched.items():
            assert marked(view, name) == [f"{name}[{n}]" for n in places.split()], (label, name)
    cell(view, "y[0]").hover()
    assert (marked(view, "b"), marked(view, "db")) == (["b"], ["db"])
    cell(view, "x[0]").hover()
    assert (marked(view, "b"), marked(view, "db")) == ([], [])


def test_letters_join_the_factors_of_a_product(opens: Opens) -> None:
    view = opens(conv2d_board())
    cell(view, "dx[1,1]").hover()
    tag = "c => c.dataset.tag"
    pairs = {
        (cell(view, f"dy[{i},{j}]").evaluate(tag), cell(view, f"w[{1 - i},{1 - j}]").evaluate(tag))
        for i in (0, 1)
        for j in (0, 1)
    }
    assert pairs == {("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")}  # the kernel runs the other way
    assert [cell(view, label).evaluate(tag) for label in ("dy[2,2]", "dx[1,1]", "x[1,1]")] == ["", "", ""]
    assert said(view)[0].startswith("dx[1,1] = dy[0,0]·w[1,1] + dy[0,1]·w[1,0] + dy[1,0]·w[0,1] + dy[1,1]·w[0,0] = ")


def test_padding_and_stride_show_in_a_board(opens: Opens) -> None:
    view = opens(conv1d_board())
    slide(view, "padding", 1)
    assert numbers(view, "x") == ["0", "2", "0", "1", "3", "0"]
    cell(view, "dw[0]").hover()
    assert said(view)[0].startswith("dw[0] = dy[0]·x[−1] + dy[1]·x[0] + ")
    assert view.page.locator("#a [role=status] .lm-pad").all_inner_texts() == ["dy[0]·x[−1]", "5·0 (padding)"]
    assert " = 5·0 (padding) + 7·2 + 11·0 + " in said(view)[0]  # x[1] is a zero, too
    cell(view, "dx[−1]").hover()
    assert said(view) == ["dx[−1] = dy[0]·w[0] = 5·1 = 5, on the padding: cut off"]
    slide(view, "padding", 0)
    slide(view, "stride", 3)
    cell(view, "x[2]").hover()
    assert said(view) == ["x[2] = 1: no window reaches it", "dx[2] = 0: no window reaches it"]


def test_dx_as_a_correlation_shows_the_zeros_between(opens: Opens) -> None:
    view = opens(conv2d_board(stride=2))
    view.page.get_by_label("dx as a correlation").check()
    view.settle()
    shape = view.explorer.shown["panels"][-2]["values"]
    assert numbers(view, "dypad") == shown(shape)
    cell(view, "dx[1,2]").hover()
    terms = "dypad[1,2]·wflip[0,0] + dypad[1,3]·wflip[0,1] + dypad[2,2]·wflip[1,0] + dypad[2,3]·wflip[1,1]"
    assert said(view)[1].startswith(f"dx[1,2] = {terms} = ")
    assert said(view)[1].split(" = ")[-1] == said(view)[0].split(" = ")[-1] == numbers(view, "dx")[4 + 2]
    assert marked(view, "dypad") == ["dypad[1,2], put in", "dypad[1,3]", "dypad[2,2], put in", "dypad[2,3], put in"]
    assert " = 0 (put in)·0 + 7·2 + 0 (put in)·(−1) + 0 (put in)·1 = " in said(view)[1]
    cell(view, "dypad[0,0]").hover()
    assert said(view) == ["dypad[0,0] = 0 (put in)"]
    cell(view, "dypad[1,1]").hover()
    assert marked(view, "dy") == ["dy[0,0]"]
    view.page.get_by_label("dx as a correlation").uncheck()
    view.settle()
    expect(view.page.locator("[data-panel=z]")).to_have_count(0)


# --- changing things ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "value"), [("x[1]", -4), ("w[0]", 0.5), ("b", 2), ("dy[2]", 1 / 8)])
def test_an_edit_is_followed_by_all_numbers(opens: Opens, label: str, value: float) -> None:
    view = opens(conv1d_board())
    cell(view, label).click()
    view.page.keyboard.type("1/8" if value == 1 / 8 else str(value))
    view.settle()
    board = view.explorer
    name, place = label.rstrip("]").split("[") if "[" in label else (label, "0")
    assert np.ravel(getattr(board, name))[int(place)] == value
    view.page.keyboard.press("Tab")
    for name in ("x", "w", "b", "y", "dy", "dx", "dw", "db"):
        assert numbers(view, name) == shown(getattr(board, name)), name


def test_page_keys_change_a_number_by_one(opens: Opens) -> None:
    view = opens(conv1d_board())
    cell(view, "w[1]").click()
    for key in ("PageUp", "PageUp", "PageUp", "Shift+PageDown"):
        view.page.keyboard.press(key)
    view.settle()
    assert view.explorer.w.tolist() == [1, 1.9]
    cell(view, "y[0]").click()
    view.page.keyboard.press("PageUp")
    view.page.keyboard.type("7")
    assert view.page.evaluate("() => model.sent.length") == 4  # what Python computes cannot be typed over


def test_the_caret_moves_inside_a_number_that_is_being_typed(opens: Opens) -> None:
    view = opens(conv1d_board())
    cell(view, "x[1]").click()
    view.page.keyboard.type("12")
    view.page.keyboard.press("ArrowLeft")
    view.page.keyboard.type("5")
    view.settle()
    assert view.explorer.x[1] == 152
    view.page.keyboard.press("End")
    view.page.keyboard.press("ArrowRight")
    expect(cell(view, "x[2]")).to_be_focused()


def test_panels_that_come_while_a_square_has_the_focus_are_shown(opens: Opens) -> None:
    view = opens(pooling_explorer())
    square = view.page.locator("#a [data-panel=x] .lm-edit").first
    square.click()
    view.choose(pool="mean")  # from another cell: the square is moved, loses the focus, and all numbers are filled in
    expect(view.page.locator("#a [data-panel=w] .lm-cell").first).not_to_be_empty()
    expect(square).to_be_focused()


def test_numbers_typed_one_after_the_other_all_arrive(opens: Opens) -> None:
    view = opens(conv1d_board())
    for label, value in {"x[1]": "12.5", "w[1]": "−3", "b": "1/2", "dy[0]": "4,5"}.items():
        cell(view, label).click()
        view.page.keyboard.type(value)
        expect(cell(view, label)).to_have_text(value)
    view.page.keyboard.press("Tab")
    expect(cell(view, "dy[0]")).to_have_text("4.5")
    view.settle()
    board = view.explorer
    assert (board.x[1], board.w[1], board.b, board.dy[0]) == (12.5, -3, 0.5, 4.5)
    view.choose(x=[7, 8, 9, 10])  # Python leads again
    for name in ("x", "w", "b", "y", "dy", "dx", "dw", "db"):
        assert numbers(view, name) == shown(getattr(board, name)), name


def test_a_preset_turns_to_custom_and_back(opens: Opens) -> None:
    view = opens(kernel_explorer())
    preset = view.page.get_by_label("kernel", exact=True)
    expect(preset).to_have_value("vertical edge")
    preset.select_option("sharpen")
    view.settle()
    assert numbers(view, "w") == shown([0, -1, 0, -1, 5, -1, 0, -1, 0])
    assert view.explorer.kernel[1, 1] == 5
    cell(view, "w[1,1]").click()
    view.page.keyboard.type("9")
    expect(preset).to_have_value("custom")
    view.settle()
    assert view.explorer.kernel[1, 1] == 9
    cell(view, "w[1,1]").fill("5")
    expect(preset).to_have_value("sharpen")


def test_points_keep_their_name_while_a_unit_learns_them(opens: Opens) -> None:
    view = opens(perceptron_explorer())
    preset = view.page.get_by_label("points", exact=True)
    preset.select_option("XOR")
    view.settle()
    view.page.get_by_role("button", name="step").click()
    view.settle()
    assert view.explorer.knobs["mistakes"] == 1
    expect(preset).to_have_value("XOR")
    view.page.get_by_label("w[0]", exact=True).fill("3")
    view.settle()
    expect(preset).to_have_value("XOR")


def test_the_kernel_grows_and_shrinks_about_its_middle(opens: Opens) -> None:
    view = opens(kernel_explorer(kernel=[[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
    view.page.get_by_label("size, rows").select_option("5")
    view.page.get_by_label("size, columns").select_option("1")
    view.settle()
    np.testing.assert_array_equal(view.explorer.kernel, [[0], [2], [5], [8], [0]])
    assert numbers(view, "w") == ["0", "2", "5", "8", "0"]
    assert view.explorer.output.shape == (92, 96)
    view.page.get_by_label("size, rows").select_option("7")
    view.page.get_by_label("size, columns").select_option("7")
    view.settle()
    assert view.explorer.kernel.shape == (7, 7)
    assert view.explorer.kernel[3, 3] == 5


def test_a_change_of_the_picture_changes_the_canvas(opens: Opens) -> None:
    view = opens(kernel_explorer())
    pixels = "c => c.toDataURL()"
    before = canvas(view, "x").evaluate(pixels), canvas(view, "y").evaluate(pixels)
    view.page.get_by_label("picture", exact=True).select_option("checkerboard")
    view.settle()
    after = canvas(view, "x").evaluate(pixels), canvas(view, "y").evaluate(pixels)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert view.explorer.image.shape == (16, 16)


def test_a_picture_of_ones_own_can_be_opened(opens: Opens, tmp_path: Path) -> None:
    Image.fromarray(np.full((300, 200, 3), (255, 0, 0), np.uint8)).save(tmp_path / "red.png")
    (tmp_path / "no.png").write_text("this is no picture")
    view = opens(kernel_explorer())
    files = view.page.get_by_label("open a picture of your own")
    files.set_input_files(tmp_path / "no.png")
    expect(view.page.get_by_role("alert").first).to_have_text("no.png cannot be read as a picture")
    expect(scale(view, "x")).to_have_text("01")
    files.set_input_files(tmp_path / "red.png")
    expect(view.page.get_by_label("picture", exact=True)).to_have_value("your own")
    assert view.explorer.image.shape == (192, 128)
    np.testing.assert_allclose(view.explorer.image, 0.299, atol=0.005)
    middle = "c => [...c.getContext('2d').getImageData(c.width / 4, c.height / 4, 1, 1).data]"
    assert canvas(view, "x").evaluate(middle) == [255, 0, 0, 255]
    expect(scale(view, "x")).to_be_hidden()  # colours of its own have no scale


def test_a_file_that_is_too_large_to_be_sent_is_named(opens: Opens, tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(bytes(8_000_001))
    view = opens(kernel_explorer())
    view.page.get_by_label("open a picture of your own").set_input_files(tmp_path / "large.png")
    expect(view.page.get_by_role("alert").first).to_have_text(
        "large.png is empty or too large: at most 8 MB can be opened"
    )
    assert view.explorer.knobs["picture"] == "photograph"


def test_what_is_too_large_to_be_a_number_stays_told(opens: Opens) -> None:
    view = opens(conv1d_board())
    cell(view, "x[0]").click()
    view.page.keyboard.type("1e99")
    view.settle()
    view.page.keyboard.type("9")
    view.choose(b=1.0)  # another frame
    expect(view.page.get_by_role("alert").first).to_contain_text("“1e999” is not a number: x[0] stays 1e99")


def test_a_dark_host_of_another_kind_is_readable(opens: Opens) -> None:
    view = opens(conv2d_board())
    view.page.evaluate("() => { document.body.style = 'background: #111; color: #eee'; close_a(); }")
    view.page.evaluate("() => { module.default.render({ model, el: document.getElementById('b') }); }")
    for name in (".lm-cell", ".lm-caption", ".lm-read p", "select", "figcaption b"):
        expect(view.page.locator(f"#b {name}").first).to_have_css(
            "color", re.compile(r"238, 238, 238|0\.93\d* 0\.93\d*")
        )


def test_the_frame_of_a_window_is_whole_at_the_edge(opens: Opens) -> None:
    view = opens(kernel_explorer(np.full((12, 12), 0.5), np.ones((3, 3))))
    view.page.add_style_tag(content="body { background: black }")
    whites = []
    for place in (5, 0):
        canvas(view, "y").hover(position=at(view, "y", place, place))
        whites.append((seen(canvas(view, "x"), around=4)[..., 0] > 230).sum())
    assert whites[1] > 0.9 * whites[0]


def scale(view: View, name: str) -> Locator:
    return view.page.locator(f"#a [data-panel={name}] .lm-bar-of-colours")


def test_a_picture_has_a_scale_of_its_colours(opens: Opens) -> None:
    view = opens(kernel_explorer("step edge", [[3]]))
    expect(scale(view, "y")).to_have_text("03")
    ends = "c => [0, c.width - 1].map(x => [...c.getContext('2d').getImageData(x, 0, 1, 1).data].slice(0, 3))"
    assert scale(view, "y").locator("canvas").evaluate(ends) == [[0, 0, 0], [255, 255, 255]]
    view.choose(kernel=[[-2]])
    expect(scale(view, "y")).to_have_text("−22")
    red, blue = scale(view, "y").locator("canvas").evaluate(ends)
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_undo_and_reset_are_buttons(opens: Opens) -> None:
    view = opens(conv1d_board())
    undo, reset = (view.page.locator("#a").get_by_role("button", name=name) for name in ("undo", "reset"))
    expect(undo).to_be_disabled()
    cell(view, "x[0]").fill("9")
    view.settle()
    slide(view, "stride", 2)
    undo.click()
    view.settle()
    assert (view.explorer.stride, numbers(view, "x")[0]) == (1, "9")
    reset.click()
    view.settle()
    assert numbers(view, "x") == ["2", "0", "1", "3"]
    undo.click()
    view.settle()
    undo.click()
    view.settle()
    assert numbers(view, "x") == ["2", "0", "1", "3"]
    expect(undo).to_be_disabled()
    expect(reset).to_be_disabled()


def test_blocks_of_numbers_are_read_as_they_are_copied(opens: Opens) -> None:
    page = opens(conv1d_board()).page
    blocks = {
        "1\t2\n3\t4": [[1, 2], [3, 4]],
        "[[1, -2.5], [3, 4]]": [[1, -2.5], [3, 4]],
        repr(np.array([[1.0, 2.0], [3.0, -4e-7]])): [[1, 2], [3, -4e-7]],
        str(np.array([[1.0, 2.0], [3.0, 4.0]])): [[1, 2], [3, 4]],
        "array([1, 2, 3], dtype=int32)": [[1, 2, 3]],
        "1,5 2,5; 3 1/4": [[1.5, 2.5], [3, 0.25]],
        "1, 2, 3": [[1, 2, 3]],
    }
    for text, block in blocks.items():
        assert page.evaluate("text => module.blockOf(text)", text) == block, text


def paste(view: View, label: str, text: str) -> None:
    cell(view, label).evaluate(
        """(input, text) => {
            const clipboardData = new DataTransfer(); clipboardData.setData("text", text);
            input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )
    view.settle()


def test_a_block_is_pasted_from_a_cell_on(opens: Opens) -> None:
    view, alert = opens(conv2d_board()), None
    alert = view.page.get_by_role("alert").first
    paste(view, "x[1,2]", "7\t8\n9\t10")
    assert view.explorer.x[1:3, 2:].tolist() == [[7, 8], [9, 10]]
    assert view.explorer.x[0].tolist() == [2, 0, 1, 3]
    paste(view, "w[0,0]", "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]")  # which is larger
    np.testing.assert_array_equal(view.explorer.w, np.arange(1, 10).reshape(3, 3))
    assert numbers(view, "w") == [str(n) for n in range(1, 10)]
    paste(view, "dy[1,1]", "1 2\n3 4")
    expect(alert).to_have_text("dy must have the shape of y, (2, 2), got (3, 3)")
    before = view.explorer.x.tolist()
    paste(view, "x[0,0]", "1 2 three")
    expect(alert).to_contain_text("no number")
    paste(view, "x[0,0]", "\n".join(["1 " * 13] * 2))
    expect(alert).to_contain_text("x must have 1 to 12 rows and 1 to 12 columns")
    assert view.explorer.x.tolist() == before
    line = opens(conv1d_board())
    paste(line, "x[2]", "5 6 7 8")
    assert line.explorer.x.tolist() == [2, 0, 5, 6, 7, 8]


def test_sizes_are_chosen_on_the_page(opens: Opens) -> None:
    view = opens(conv2d_board())
    view.page.get_by_label("x, rows").select_option("5")
    view.page.get_by_label("w, columns").select_option("3")
    view.settle()
    assert (view.explorer.x.shape, view.explorer.w.shape, view.explorer.y.shape) == ((5, 4), (2, 3), (4, 2))
    assert view.explorer.x[:4].tolist() == [[2, 0, 1, 3], [1, 3, 2, 0], [0, 1, 2, 1], [3, 2, 0, 1]]  # stay in place
    view.page.get_by_label("w, rows").select_option("6")
    view.settle()
    expect(view.page.get_by_role("alert").first).to_contain_text("does not fit")
    expect(view.page.get_by_label("w, rows")).to_have_value("2")
    line = opens(conv1d_board())
    line.page.get_by_label("x, length").select_option("6")
    line.settle()
    assert line.explorer.x.tolist() == [2, 0, 1, 3, 0, 0]


def test_what_follows_the_convolution_is_linked_with_it(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", after="max pooling"))
    canvas(view, "a").hover(position=at(view, "a", 1, 2))
    i, j = np.unravel_index(view.explorer.output[2:4, 4:6].argmax(), (2, 2))
    assert said(view)[0].startswith(f"y[{2 + i},{4 + j}] = ")
    assert said(view)[0].endswith(f" = {shown(view.explorer.output[2:4, 4:6].max())[0]}")
    first = seen(canvas(view, "a"))
    canvas(view, "y").hover(position=at(view, "y", 5, 0))
    second = seen(canvas(view, "a"))
    canvas(view, "y").hover(position=at(view, "y", 4, 1))  # of the same window
    assert (first != second).any()
    np.testing.assert_array_equal(second, seen(canvas(view, "a")))
    view.page.get_by_label("then").select_option("ReLU")
    view.settle()
    canvas(view, "a").hover(position=at(view, "a", 3, 1))
    assert said(view)[0].startswith("y[3,1] = ")
    view.page.get_by_label("then").select_option("nothing")
    view.settle()
    expect(view.page.locator("#a [data-panel=a]")).to_have_count(0)
    assert said(view)[0].startswith("y[")


def test_a_finger_points_with_every_tap(opens: Opens) -> None:
    view = opens(conv2d_board(), has_touch=True)
    pinned = view.page.get_by_text("pinned:")
    for label in ("dx[1,2]", "x[0,1]", "dw[0,0]", "w[1,1]"):
        cell(view, label).tap()
        assert marked(view, label[: label.index("[")], "lm-at") == [label]
        expect(pinned).to_be_hidden()
    picture = opens(kernel_explorer("digit 3"), has_touch=True)
    for row, column in ((1, 2), (4, 5)):
        canvas(picture, "y").tap(position=at(picture, "y", row, column))
        assert said(picture)[0].startswith(f"y[{row},{column}] = ")


def test_the_readout_stays_in_sight_and_nothing_moves(opens: Opens) -> None:
    view = opens(conv2d_board(padding=4))
    view.page.set_viewport_size({"width": 1000, "height": 500})
    readout = view.page.locator("#a .lm-read")
    cell(view, "x[0,0]").hover()
    expect(readout).to_have_class(re.compile("afloat"))
    box = readout.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 501
    assert box["height"] < 210
    place = cell(view, "x[0,0]").bounding_box()
    cell(view, "dx[0,0]").hover()
    assert cell(view, "x[0,0]").bounding_box() == place
    view.page.set_viewport_size({"width": 1000, "height": 2000})
    expect(readout).not_to_have_class(re.compile("afloat"))
    assert view.page.locator("#a .lm-hole .lm-read").count() == 1


def test_the_sweep_has_a_speed(opens: Opens) -> None:
    reached = {}
    for speed in ("slow", "usual", "fast"):
        view = opens(conv1d_board(range(12), [1, 1]))
        view.page.clock.install()
        view.page.get_by_label("speed of the sweep").select_option(speed)
        view.page.locator("#a .lm-sweep button").click()
        view.page.clock.run_for(2000)
        reached[speed] = int(view.page.get_by_label("position").input_value())
    assert reached["slow"] < reached["usual"] < reached["fast"]


def test_a_bad_number_is_answered_and_changes_nothing(opens: Opens) -> None:
    view = opens(conv1d_board())
    box = cell(view, "w[1]")
    box.fill("abc")
    expect(view.page.get_by_role("alert").first).to_have_text("“abc” is not a number: w[1] stays −1")
    expect(box).to_have_attribute("aria-invalid", "true")
    assert view.page.evaluate("() => model.sent.length") == 0
    box.fill("2")
    view.settle()
    expect(view.page.get_by_role("alert").first).to_have_text("")
    assert view.explorer.w.tolist() == [1, 2]
    box.fill("-")
    cell(view, "x[0]").focus()
    expect(box).to_have_text("2")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(view.page.get_by_role("alert").first).to_have_text("")
    assert view.explorer.w.tolist() == [1, 2]


def test_what_cannot_be_is_answered_beside_the_last_good_frame(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3"))
    before = canvas(view, "y").evaluate("c => c.toDataURL()")
    slide(view, "dilation", 4)
    expect(view.page.get_by_role("alert").first).to_contain_text("does not fit")
    expect(view.page.get_by_label("dilation")).to_have_value("1")  # as it was
    assert canvas(view, "y").evaluate("c => c.toDataURL()") == before
    canvas(view, "y").hover(position=at(view, "y", 1, 1))
    assert said(view)[0].startswith("y[1,1] = ")
    cell(view, "w[0,0]").fill("no")
    expect(view.page.get_by_role("alert").first).to_contain_text("is not a number")
    canvas(view, "x").focus()  # the number is as it was; what Python said still holds
    expect(view.page.get_by_role("alert").first).to_contain_text("does not fit")
    slide(view, "padding", 4)
    expect(view.page.get_by_role("alert").first).to_have_text("")
    slide(view, "dilation", 4)
    assert view.explorer.output.shape == (8, 8)


def test_a_refused_size_leaves_the_numbers_and_the_sums_true(opens: Opens) -> None:
    view = opens(kernel_explorer("digit 3", [[1, 2], [3, 4]], dilation=2))
    view.page.get_by_label("size, rows").select_option("7")
    view.settle()
    expect(view.page.get_by_role("alert").first).to_contain_text("does not fit")
    assert numbers(view, "w") == ["1", "2", "3", "4"]
    expect(view.page.get_by_label("size, rows")).to_have_value("2")
    cell(view, "w[1,1]").fill("5")
    view.settle()
    np.testing.assert_array_equal(view.explorer.kernel, [[1, 2], [3, 5]])


def test_a_kernel_that_does_not_answer_is_named(opens: Opens) -> None:
    view = opens(conv1d_board())
    view.page.clock.install()
    view.page.evaluate("() => { window.answers = window.custom; window.custom = () => new Promise(() => {}); }")
    cell(view, "x[0]").fill("5")
    expect(view.page.get_by_role("alert").first).to_have_text("")
    view.page.clock.run_for(700)
    expect(view.page.get_by_role("alert").first).to_contain_text("Waiting for Python.")
    view.page.evaluate("() => { window.custom = window.answers; }")
    cell(view, "x[0]").fill("6")
    view.settle()
    view.page.clock.run_for(5000)
    expect(view.page.get_by_role("alert").first).to_have_text("")
    assert view.explorer.x[0] == 6


def test_python_leads_the_page(opens: Opens) -> None:
    view = opens(kernel_explorer())
    cell(view, "w[0,0]").click()  # even while the reader stands on the number
    view.choose(kernel=[[7, 8], [9, 10]], stride=3)
    assert numbers(view, "w") == ["7", "8", "9", "10"]
    expect(view.page.locator("#a input[aria-label=stride]")).to_have_value("3")
    expect(view.page.get_by_label("kernel", exact=True)).to_have_value("custom")
    expect(view.page.get_by_label("size, columns")).to_have_value("2")
    view.choose(image=np.eye(9))
    expect(view.page.get_by_label("picture", exact=True)).to_have_value("from the notebook")
    view.choose(kernel="blur")
    expect(view.page.get_by_label("kernel", exact=True)).to_have_value("blur")


# --- the sweep ------------------------------------------------------------------------------------------------------


def test_the_sweep_builds_the_gradients_up(opens: Opens) -> None:
    view = opens(conv1d_board())
    slide(view, "position", 1)
    assert (numbers(view, "y"), numbers(view, "dw")) == (["2", "", ""], ["10", "0"])
    assert (numbers(view, "dx"), numbers(view, "db")) == (["5", "−5", "0", "0"], ["5"])
    assert said(view)[0].startswith("y[0] = ")
    slide(view, "position", 2)
    assert (numbers(view, "y"), numbers(view, "dw")) == (["2", "−1", ""], ["10", "7"])
    cell(view, "dx[0]").hover()  # the position is pinned
    assert marked(view, "y", "lm-at") == ["y[1]"]
    view.page.keyboard.press("Escape")
    assert (numbers(view, "dw"), numbers(view, "dx")) == (["21", "40"], ["5", "2", "4", "−11"])
    expect(view.page.locator("#a .lm-sweep output")).to_have_text("all of 3 positions")


def test_the_sweep_pushes_each_dy_to_what_it_feeds(opens: Opens) -> None:
    view = opens(conv2d_board())
    slide(view, "position", 5)
    assert marked(view, "dy", "lm-at") == ["dy[1,1]"]
    assert said(view) == [
        "dx[1,1] += dy[1,1]·w[0,0] = 3·1 = 3,  dx[1,2] += dy[1,1]·w[0,1] = 3·(−1) = −3,  "
        "dx[2,1] += dy[1,1]·w[1,0] = 3·2 = 6,  dx[2,2] += dy[1,1]·w[1,1] = 3·0 = 0",
        "dw[0,0] += dy[1,1]·x[1,1] = 3·3 = 9,  dw[0,1] += dy[1,1]·x[1,2] = 3·2 = 6,  "
        "dw[1,0] += dy[1,1]·x[2,1] = 3·1 = 3,  dw[1,1] += dy[1,1]·x[2,2] = 3·2 = 6",
        "db += dy[1,1] = 3",
    ]
    board = view.explorer
    dy = np.where(np.arange(9).reshape(3, 3) < 5, board.dy, 0)
    assert numbers(view, "dw") == shown(correlate2d(board.x, dy))
    assert numbers(view, "db") == shown(dy.sum())


RNG = np.random.default_rng(4)
SWEPT: dict[str, tuple[Callable[[], Explorer], str]] = {
    "stride, padding": (lambda: conv2d_board(INPUT, WEIGHTS, dy=DY, stride=2, padding=1, spread=True), "dy"),
    "one dimension": (lambda: conv1d_board(INPUT[0], WEIGHTS[0], stride=3, padding=2), "dy"),
    "max": (lambda: pooling_explorer(INPUT, np.ones((4, 2)), KH=2, KW=3, stride=1), "dy"),
    "mean": (lambda: pooling_explorer(INPUT, pool="mean", KH=3, KW=2, stride=2), "dy"),
    "powers": (lambda: pooling_explorer(INPUT, pool="L^p", p=3, KH=2, KW=2, stride=1), "dy"),
    "stamps": (lambda: transposed_explorer(INPUT[:3], WEIGHTS, stride=2, padding=1), "x"),
}
INPUT, WEIGHTS = RNG.integers(-9, 10, (5, 4)).astype(float), RNG.integers(-9, 10, (2, 3)).astype(float)
DY = RNG.integers(-9, 10, (3, 2)).astype(float)


@pytest.mark.parametrize("name", SWEPT)
def test_the_sweep_adds_one_position_at_a_time(opens: Opens, name: str) -> None:
    make, swept = SWEPT[name]
    view = opens(make())
    whole = find(view.explorer.shown, swept)["values"]
    grow = {"dx", "dw", "db"} if swept == "dy" else {"y"}
    grow &= {panel["id"] for panel in view.explorer.shown["panels"]}
    for step in (1, whole.size // 2, whole.size - 1):
        slide(view, "position", step)
        done = np.where(np.arange(whole.size).reshape(whole.shape) < step, whole, 0)  # Python, asked for so much only
        expected = view.explorer.look(**view.explorer.chosen | {swept: done})
        for panel in grow:
            assert numbers(view, panel) == squares(find(expected, panel)["values"]), (panel, step)


def squares(values: Any) -> list[str]:
    """As `shown`, in the room that a square has."""
    texts = zip(np.ravel(values), shown(values), strict=True)
    return [text if len(text) <= 6 else minus(f"{value:.2f}") for value, text in texts]


def test_the_sweep_plays_and_pauses(opens: Opens) -> None:
    view = opens(conv1d_board())
    view.page.clock.install()
    button = view.page.locator("#a .lm-sweep button")
    button.click()
    expect(button).to_have_text("❚❚ pause")
    expect(view.page.locator("#a [role=status]")).to_have_attribute("aria-live", "off")
    assert marked(view, "y", "lm-at") == ["y[0]"]
    view.page.clock.run_for(950)
    assert marked(view, "y", "lm-at") == ["y[1]"]
    button.click()
    view.page.clock.run_for(5000)
    assert marked(view, "y", "lm-at") == ["y[1]"]
    button.click()
    view.page.clock.run_for(950)
    assert marked(view, "y", "lm-at") == ["y[2]"]
    expect(button).to_have_text("▶ sweep")
    expect(view.page.get_by_text("pinned:")).to_be_hidden()  # when it is over, all can be pointed at
    cell(view, "dx[0]").hover()
    assert marked(view, "dx", "lm-at") == ["dx[0]"]


def test_a_click_lets_go_of_a_pin(opens: Opens) -> None:
    view = opens(conv1d_board())
    slide(view, "position", 2)
    view.page.get_by_role("button", name="pinned").click()
    expect(view.page.locator("#a .lm-sweep output")).to_have_text("all of 3 positions")
    cell(view, "dx[0]").hover()
    assert marked(view, "dx", "lm-at") == ["dx[0]"]


@pytest.mark.parametrize("width", [1000, 1200, 1400, 1800])
def test_all_products_can_be_seen(opens: Opens, width: int) -> None:
    view = opens(kernel_explorer(padding=1), width)
    canvas(view, "y").hover(position=at(view, "y", 40, 33))
    assert view.page.locator("#a .lm-read").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_rounded_numbers_are_no_equalities(opens: Opens) -> None:
    view = opens(conv1d_board([1 / 22, 0.5], [2, 1], b=0))
    cell(view, "y[0]").hover()
    assert said(view)[0] == "y[0] = x[0]·w[0] + x[1]·w[1] + b = 0.045·2 + 0.5·1 + 0 ≈ 0.591"
    cell(view, "x[0]").hover()
    assert said(view)[0] == "y[0] += x[0]·w[0] = 0.045·2 ≈ 0.091"


@pytest.mark.parametrize(("name", "value"), [("stride", 2), ("padding", 1), ("dilation", 2), ("size, rows", 2)])
def test_a_change_of_geometry_ends_a_paused_sweep(opens: Opens, name: str, value: int) -> None:
    view = opens(kernel_explorer(np.ones((10, 10)), np.ones((3, 3))))
    full = corner(view)
    slide(view, "position", 9)
    assert corner(view) != full
    control = view.page.get_by_label(name, exact=True)
    control.select_option(str(value)) if "size" in name else control.fill(str(value))
    view.settle()
    expect(view.page.locator("#a .lm-sweep output")).to_have_text(f"all of {view.explorer.output.size} positions")
    expect(view.page.get_by_label("position")).to_have_value(str(view.explorer.output.size))
    expect(view.page.get_by_text("pinned:")).to_be_hidden()
    again = opens(kernel_explorer(np.ones((10, 10)), view.explorer.kernel, **geometry(view)))
    canvas(again, "y").hover(position=at(again, "y", 0, 0))
    canvas(view, "y").hover(position=at(view, "y", 0, 0))
    np.testing.assert_array_equal(seen(canvas(view, "y")), seen(canvas(again, "y")))


def corner(view: View) -> list[int]:
    """Red, green and blue of the output's last pixel."""
    found: list[int] = seen(canvas(view, "y"))[-4, -4].tolist()
    return found


def geometry(view: View) -> dict[str, int]:
    return {name: getattr(view.explorer, name) for name in ("stride", "padding", "dilation")}


def test_a_change_of_geometry_ends_the_sweep_of_a_board(opens: Opens) -> None:
    view = opens(conv1d_board([2, 0, 1, 3, 4], [1, -1, 2]))
    for name, value in (("stride", 2), ("padding", 1), ("stride", 3), ("padding", 2)):  # from 3 to 2, 3, 2, 3 outputs
        slide(view, "position", 1)
        assert numbers(view, "y")[1] == ""
        slide(view, name, value)
        for part in ("y", "dx", "dw", "db"):
            inside = [v for v, label in zip(numbers(view, part), labels(view, part), strict=True) if "," not in label]
            assert inside == shown(getattr(view.explorer, part)), (name, value, part)
    slide(view, "position", 1)
    cell(view, "w[0]").fill("7")  # a number is no geometry
    view.settle()
    assert numbers(view, "y")[1] == ""


def labels(view: View, name: str) -> list[str]:
    return view.page.locator(f"#a [data-panel={name}] .lm-cell").evaluate_all("all => all.map(c => c.ariaLabel)")


def test_the_sweep_hides_what_is_not_computed_yet(opens: Opens) -> None:
    view = opens(kernel_explorer(np.ones((10, 10)), [[1]]))
    assert corner(view) == [255, 255, 255]
    slide(view, "position", 42)
    assert max(corner(view)) < 180
    assert said(view)[0].startswith("y[4,1] = ")


def test_who_wants_no_motion_gets_none(opens: Opens) -> None:
    view = opens(conv1d_board(), reduced_motion="reduce")
    view.page.clock.install()
    button = view.page.locator("#a .lm-sweep button")
    expect(button).to_have_text("▸ next")
    button.click()
    view.page.clock.run_for(5000)
    assert marked(view, "y", "lm-at") == ["y[0]"]
    button.click()
    assert marked(view, "y", "lm-at") == ["y[1]"]


# --- one front end for all ------------------------------------------------------------------------------------------


def test_the_same_front_end_serves_max_pooling(opens: Opens) -> None:
    x = np.array([[1.0, 5, 5], [2, 3, 4], [0, 6, 1]])  # 2 x 2 windows at stride 1, with a tie; the first wins
    y, dy = np.array([[5.0, 5], [6, 6]]), np.array([[1.0, 10], [100, 1000]])
    dx = np.array([[0.0, 11, 0], [0, 0, 0], [0, 1100, 0]])

    def view_of(**knobs: Any) -> Frame:
        return {
            "panels": [
                cells("x", "x", x, "input"),
                cells("y", "y", y, "= max"),
                cells("dx", "x", dx, "gradient"),
                cells("dy", "y", dy, "gradient", edit="dy"),
            ],
            "layout": [{"title": "forward", "rows": [["x"], ["y"]]}, {"title": "backward", "rows": [["dx"], ["dy"]]}],
            "arithmetic": {
                "link": link(2, x, np.ones((2, 2)), y, (1, 1), (0, 0)),
                "sums": {
                    "y": {"of": "y", "factors": ["x"], "op": "max"},
                    "dx": {"of": "dx", "factors": ["dy"], "winner": True},
                },
                "reads": {"x": ["dx"], "y": ["y"], "dx": ["dx"], "dy": ["dx"]},
                "winner": [1, 1, 7, 7],
                "start": {"panel": "y", "at": [0, 0]},
                "sweep": "y",
                "lines": 3,
            },
            "caption": "",
            "summary": "",
        }

    view = opens(Explorer(view_of, [], dy=dy))
    assert said(view) == ["y[0,0] = max(x[0,0], x[0,1], x[1,0], x[1,1]) = max(1, 5, 2, 3) = 5"]
    assert view.page.locator("#a .lm-won").all_text_contents() == ["x[0,1]", "5"]
    cell(view, "dx[0,1]").hover()
    assert said(view) == ["dx[0,1] = dy[0,0] + dy[0,1] = 1 + 10 = 11"]
    cell(view, "dx[1,1]").hover()
    assert said(view) == ["dx[1,1] = 0: it wins no window"]
    cell(view, "dy[1,0]").hover()
    assert said(view) == ["dx[2,1] += dy[1,0] = 100"]


def test_two_views_of_one_model_share_numbers_but_not_the_pointer(opens: Opens) -> None:
    view = opens(conv1d_board())
    view.page.evaluate("() => { window.close_b = module.default.render({ model, el: document.getElementById('b') }); }")
    cell(view, "y[0]").hover()
    other = view.page.locator("#b [role=status] p").first
    expect(other).to_have_text(SENTENCES["dw[1]"][0])
    cell(view, "x[0]").fill("9")
    view.settle()
    assert numbers(view, "x", "#b") == ["9", "0", "1", "3"]
    assert numbers(view, "y", "#b") == shown(view.explorer.y)


def test_a_closed_view_leaves_nothing_behind(opens: Opens) -> None:
    view = opens(conv1d_board())
    view.page.clock.install()
    view.page.locator("#a .lm-sweep button").click()
    assert view.page.evaluate("() => model.heard.length") > 3
    view.page.evaluate("() => close_a()")
    assert view.page.evaluate("() => model.heard.length") == 0
    reached = said(view)
    view.page.clock.run_for(10_000)
    assert said(view) == reached


# --- to be read by everyone -----------------------------------------------------------------------------------------

ALL = {
    "kernel": lambda: kernel_explorer(padding=2),
    "kernel 7 x 7": lambda: kernel_explorer("digit 3", np.full((7, 7), -0.125)),
    "one dimension": lambda: conv1d_board(stride=2, padding=1),
    "two dimensions": lambda: conv2d_board(stride=2, padding=1, spread=True),
    "broad numbers": lambda: conv1d_board(BROAD, [1e3, -2.5e-9], 1e12, [-1e6, 0.125, 1e-7], padding=0),
    "many broad numbers": lambda: conv2d_board(np.resize([*BROAD, -0.125], (3, 9)), [[-99999.5, 1e-7]], padding=1),
}
BROAD = [1e6, -99999, 1.25e-7, 123456.789]


@pytest.mark.parametrize("name", ALL)
def test_every_control_has_a_name_and_keeps_its_keys(opens: Opens, name: str) -> None:
    view = opens(ALL[name]())
    found = view.stops()
    assert len(found) > 10
    assert [stop for stop in found if not all(stop)] == []
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [380, 500, 1000])
def test_nothing_is_cut_off(opens: Opens, name: str, width: int) -> None:
    view = opens(ALL[name](), width)
    wide = """() => [...document.querySelectorAll("#a *:not(.lm-wide *)")].filter(e => e.closest(".lm-read") === null)
        .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    assert view.page.evaluate(wide) == []
    assert view.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    rolls = "all => all.filter(e => e.scrollHeight > e.clientHeight || e.scrollWidth > e.clientWidth).length"
    assert view.page.locator("#a .lm-wide").evaluate_all(rolls) == 0 or "many" in name
    cut = """() => [...document.querySelectorAll("#a .lm-grid .lm-cell")].filter(c => {
        const text = new Range(); text.selectNodeContents(c);
        return text.getBoundingClientRect().width > c.clientWidth + 1;
    }).map(c => [c.textContent, c.clientWidth])"""
    assert view.page.evaluate(cut) == []


def test_a_board_that_is_too_wide_scrolls_by_itself(opens: Opens) -> None:
    view = opens(conv2d_board(np.full((12, 12), -1.125), np.ones((5, 5)), padding=4, spread=True), 380)
    assert view.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    cell(view, "x[0,−4]").focus()
    for _ in range(2):
        view.page.keyboard.press("Shift+ArrowRight")
    seen = "i => { const b = i.getBoundingClientRect(); return b.left >= 0 && b.right <= window.innerWidth; }"
    assert cell(view, "x[0,12]").evaluate(seen)


def test_a_shortened_number_is_told_in_full(opens: Opens) -> None:
    view = opens(ALL["broad numbers"]())
    assert numbers(view, "x") == ["1e6", "−99999", "1.2e−7", "123457"]
    titles = view.page.locator("#a [data-panel=x] .lm-cell").evaluate_all("all => all.map(c => c.title)")
    assert titles == ["1000000", "", "1.25e−7", "123456.789"]
    for label, number in {"x[0]": "1000000", "x[2]": "1.25e−7", "x[3]": "123456.789"}.items():
        cell(view, label).hover()
        assert f"·w[0] = {number}·1000 = " in said(view)[0] or f"·w[1] = {number}·(−2.5e−9) = " in said(view)[0]
    cell(view, "x[3]").click()
    view.page.keyboard.press("PageUp")
    view.settle()
    assert view.explorer.x[3] == 123457.789  # what is shown was counted up from the number itself


def test_a_size_and_its_rim_stand_in_the_title(opens: Opens) -> None:
    view = opens(conv2d_board(stride=2, padding=1), 500)
    title = view.page.locator("#a [data-panel=x] figcaption")
    assert " ".join(title.inner_text().split()) == "x input 4 × 4, its rim dashed"
    expect(title.locator("small")).to_be_visible()
    assert "full" not in view.page.locator("#a").inner_text()


def test_the_letters_are_those_of_the_lecture(opens: Opens) -> None:
    board = opens(conv1d_board(stride=2))
    assert "y[i] reads x[m] = x[2i + k] at tap k" in board.page.locator("#a .lm-caption").inner_text()
    for explorer in (conv2d_board(), kernel_explorer()):
        text = opens(explorer).page.locator("#a").inner_text()
        assert "at weight [u, v]" in text
        assert "tap" not in text


def key(view: View) -> list[str]:
    return [text.strip() for text in view.page.locator("#a .lm-key span").all_inner_texts()]


def test_a_key_explains_frames_and_signs(opens: Opens) -> None:
    view = opens(conv1d_board(stride=2, padding=1))
    assert key(view) == [
        *("can be changed", "pointed at", "touched", "touched, not in this sum"),
        *("above zero", "below zero", "padding"),
        *("⋆ cross-correlation: nothing is flipped", "∗ convolution: w is flipped, and hangs over the ends of dy"),
        "dyup dy with 1 zero between neighbours, for stride 2",
    ]
    slide(view, "stride", 1)
    slide(view, "padding", 0)
    assert key(view)[6:] == [text for text in key(view) if text[0] in "⋆∗"]
    assert key(opens(conv2d_board(spread=True)))[6] == "zero put in"
    assert key(opens(conv2d_board(spread=True, padding=1)))[6] == "padding or zero put in"
    view = opens(kernel_explorer(padding=1))
    frames = ["can be changed", "pointed at", "touched", "above zero", "below zero"]
    assert key(view) == [*frames, "⋆ cross-correlation: nothing is flipped"]
    view.page.get_by_label("flip (true convolution)").check()
    view.settle()
    assert key(view) == [*frames, "∗ convolution: the kernel is flipped"]


THEMES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"dark": True},
    "forced": {"forced_colors": "active"},
    "forced, dark": {"forced_colors": "active", "color_scheme": "dark"},
}


@pytest.mark.parametrize("theme", THEMES)
def test_what_can_be_changed_does_not_look_like_what_is_touched(opens: Opens, theme: str) -> None:
    view = opens(conv1d_board(padding=1), **THEMES[theme])

    outline = "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor]; }"

    def frame(label: str) -> tuple[str, float, str]:
        style, width, ink = cell(view, label).evaluate(outline)
        return style, float(width.removesuffix("px")), ink

    cell(view, "y[1]").hover()
    assert frame("x[2]")[:2] == frame("dy[0]")[:2] == ("solid", 1)  # can be changed
    assert frame("dx[2]")[1] == frame("y[0]")[1] == 0  # can not
    assert frame("x[0]")[:2] == frame("dw[1]")[:2] == ("solid", 3)
    assert frame("y[1]")[:2] == ("double", 5)
    assert frame("x[−1]")[:2] == ("dashed", 1)
    cell(view, "dx[−1]").hover()
    assert frame("dx[−1]")[:2] == ("double", 5)
    assert frame("dy[0]")[1] == frame("x[−1]")[1] == 3
    assert frame("x[−1]")[0] == "dashed"
    assert frame("dy[0]")[2] != frame("y[0]")[2]  # in the sum, or not
    samples = [
        tuple(s)
        for s in view.page.locator("#a .lm-key i:not(.lm-plus, .lm-minus)").evaluate_all(f"all => all.map({outline})")
    ]
    told = [
        (style, f"{width:g}px", ink) for style, width, ink in map(frame, ("x[2]", "dx[−1]", "dy[0]", "y[0]", "x[4]"))
    ]
    assert samples == told  # the key shows what the board does


WORDS = (
    ".lm-grid .lm-cell:not(.lm-pad), .lm-caption, .lm-key, .lm-hint, .lm-read p, "
    "h4, figcaption, figcaption b, figcaption small"
)
LAYERS = """words => [...document.querySelector("#a").querySelectorAll(words)].map(e => {
    const below = [];
    for (let p = e; p.id !== "a"; p = p.parentElement) below.unshift(getComputedStyle(p).backgroundColor);
    return [getComputedStyle(e).color, ...below];
})"""


def channels(colour: str) -> list[float]:
    found = [float(v) for v in re.findall(r"[\d.]+", colour)]
    return [255 * v for v in found[:3]] + found[3:] if "srgb" in colour else found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [lambda: conv2d_board(stride=2, padding=1, spread=True), kernel_explorer])
def test_every_number_and_every_word_stands_out_from_what_is_below(
    opens: Opens, make: Callable[[], Explorer], dark: bool
) -> None:
    view = opens(make(), dark=dark)
    colours = view.page.evaluate(LAYERS, WORDS)
    assert len(colours) > 20
    assert view.page.locator("#a").evaluate("e => getComputedStyle(e).colorScheme") == ("dark" if dark else "normal")
    paper = 0x11 if dark else 0xFF

    def light(rgb: Any) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.array(rgb[:3]) / 255]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    for ink, *layers in colours:
        under = [float(paper)] * 3
        for layer in filter(None, layers):
            r, g, b, *alpha = channels(layer)
            depth = alpha[0] if alpha else 1
            under = [depth * c + (1 - depth) * below for c, below in zip((r, g, b), under, strict=True)]
        bright, faint = sorted([light(channels(ink)), light(under)], reverse=True)
        assert (bright + 0.05) / (faint + 0.05) > 4.5, (ink, layers)


def test_the_readout_keeps_its_height(opens: Opens) -> None:
    view = opens(conv1d_board(range(12), [1, 2, 3, 4, 5, 6]), 380)  # whose y has more to tell than fits
    heights = set()
    for label in ("y[3]", "x[3]", "w[0]", "dy[1]", "dx[0]", "dw[1]", "db"):
        cell(view, label).hover()
        heights.add(view.page.locator("#a [role=status]").evaluate("e => e.offsetHeight"))
    assert len(heights) == 1


# --- in a real JupyterLab -------------------------------------------------------------------------------------------

IMPORT = "from cnnlib.explorers import conv1d_board, conv2d_board, kernel_explorer"
PIXELS = "c => c.toDataURL()"


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyterlab(tmp_path_factory.mktemp("lab"), browser) as lab:
        yield lab


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[Page]:
    """One notebook with a kernel explorer and a board, run; the tests below share it."""
    page = lab.open("explorers", IMPORT, "explorer = kernel_explorer()\nexplorer", "board = conv1d_board()\nboard")
    lab.run(page)
    page.locator(".lm-stage").nth(1).wait_for()
    yield page
    page.close()


def test_lab_an_edit_changes_the_picture_and_the_array(lab: Lab, notebook: Page) -> None:
    canvas, box = notebook.locator("[data-panel=y] canvas").first, notebook.get_by_label("w[1,1]", exact=True)
    before = canvas.evaluate(PIXELS)
    box.fill("6")
    notebook.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas.element_handle(), before])
    assert lab.python(notebook, "print(explorer.kernel[1, 1], explorer.output.shape)") == "6.0 (94, 94)\n"
    notebook.locator("[data-panel=dy] .lm-cell").first.fill("50")
    expect(notebook.locator("[data-panel=db] .lm-cell")).to_have_text("68")


def test_lab_python_changes_the_page(lab: Lab, notebook: Page) -> None:
    lab.python(notebook, "explorer.kernel = [[3, -2]]; board.stride = 2")
    expect(notebook.locator("[data-panel=w] .lm-cell").nth(1)).to_have_text("−2")
    expect(notebook.locator("[data-panel=w]").first.locator(".lm-cell")).to_have_count(2)
    expect(notebook.locator("[data-panel=y] .lm-cell")).to_have_count(2)
    assert "got 9" in lab.python(notebook, "explorer.padding = 9")
    expect(notebook.locator("[data-panel=w] .lm-cell").first).to_have_text("3")


def test_lab_pointing_sends_no_message(lab: Lab, notebook: Page) -> None:
    canvas = notebook.locator("[data-panel=y] canvas").first
    canvas.scroll_into_view_if_needed()
    lab.python(notebook, "")  # what was on its way has arrived
    lab.messages.clear()
    for k in range(40):
        canvas.hover(position={"x": 5 * k + 4, "y": 4 * k + 4})
    said = notebook.get_by_role("status").filter(has_text="y[")
    expect(said.first).to_contain_text("y[53,66] = ")
    for key in ("ArrowLeft", "Enter", "Shift+ArrowDown", "Escape"):
        canvas.press(key)
    before = canvas.evaluate(PIXELS)
    notebook.get_by_label("w[0,0]", exact=True).fill("4")
    notebook.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas.element_handle(), before])
    assert [way for way, widget, _ in lab.messages if widget].count("sent") == 1  # the number, and no pointing before


def test_lab_no_key_reaches_the_notebook(lab: Lab, notebook: Page) -> None:
    order = "() => jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.sharedModel.getSource())"
    cells = notebook.evaluate(order)
    for name in ("[data-panel=y] canvas", "[data-panel=w] .lm-cell", "[data-panel=y] .lm-cell", ".lm-presets select"):
        notebook.locator(name).first.focus()
        for key in "abxddzmy":
            notebook.keyboard.press(key)
    for control in (".lm-range input", ".lm-toggle input", ".lm-sweep button", ".lm-upload input", ".lm-size select"):
        notebook.locator(control).first.focus()
        for key in "abxddz":
            notebook.keyboard.press(key)
    assert notebook.evaluate(order) == cells
    notebook.locator(".jp-InputArea-prompt").first.click()  # the same keys, elsewhere, do act
    notebook.keyboard.press("b")
    notebook.wait_for_function(f"n => ({order})().length === n + 1", arg=len(cells))
    notebook.keyboard.press("d")
    notebook.keyboard.press("d")


def test_lab_a_restarted_kernel_is_named_until_the_cell_runs_again(lab: Lab) -> None:
    page = lab.open("restarted", IMPORT, "board = conv1d_board()\nboard")
    lab.run(page)
    page.locator(".lm-stage").wait_for()
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'")
    page.locator("[data-panel=x] .lm-cell").first.fill("5")
    expect(page.get_by_role("alert").first).to_contain_text("If its kernel was restarted, run this cell again.")
    lab.run(page)
    page.locator("[data-panel=x] .lm-cell").first.fill("6")
    expect(page.locator("[data-panel=y] .lm-cell").first).to_have_text("6")
    page.close()


def test_lab_running_a_cell_again_leaves_no_widgets_behind(lab: Lab, notebook: Page) -> None:
    count = "import ipywidgets; print(len(ipywidgets.widgets.widget._instances))"
    before = lab.python(notebook, count)
    for _ in range(6):
        lab.run(notebook)
    assert lab.python(notebook, count) == before == "4\n"  # two explorers, each with its layout
    notebook.locator("[data-panel=dy] .lm-cell").first.fill("40")
    expect(notebook.locator("[data-panel=db] .lm-cell")).to_have_text("58")
    assert lab.python(notebook, "print(board.db)") == "58.0\n"


def pictures(page: Page) -> Locator:
    return page.locator(".jp-OutputArea .jp-RenderedHTML img")


def png_of(explorer: Explorer) -> str:
    return f"data:image/png;base64,{taken_out(explorer._repr_mimebundle_()[0])[1]}"


def test_lab_a_reopened_notebook_shows_the_pictures(lab: Lab, notebook: Page) -> None:
    lab.command(notebook, "docmanager:save")
    notebook.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    notebook.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    assert "widgets" not in json.loads((lab.folder / "explorers.ipynb").read_text())["metadata"]
    again = lab.show("explorers")
    expect(pictures(again)).to_have_count(2)
    expect(pictures(again).first).to_have_attribute("src", png_of(kernel_explorer()))
    expect(pictures(again).last).to_have_attribute("src", png_of(conv1d_board()))
    again.close()


def test_lab_a_notebook_from_elsewhere_shows_the_picture(lab: Lab) -> None:
    data, metadata = conv2d_board()._repr_mimebundle_()  # with the number of a widget that no kernel here knows
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    lab.write("elsewhere", nbformat.v4.new_code_cell("conv2d_board()", outputs=[output]))
    page = lab.show("elsewhere")
    expect(pictures(page)).to_have_attribute("src", png_of(conv2d_board()))
    page.close()


def test_lab_an_alternative_text_is_heard_also_where_the_notebook_is_not_trusted(lab: Lab, browser: Browser) -> None:
    png = base64.b64decode(taken_out(conv1d_board()._repr_mimebundle_()[0])[1])
    alt = 'The slope "dx" of x & w: 2 < 3, and it\'s drawn'
    output = nbformat.v4.new_output("display_data", as_output(png, alt))
    lab.write("heard", nbformat.v4.new_code_cell("1", outputs=[output]))
    page = lab.show("heard")
    assert not page.evaluate("() => jupyterapp.shell.currentWidget.content.activeCell.model.trusted")
    shown = page.get_by_role("img", name=alt, exact=True)
    expect(shown).to_be_visible()
    assert shown.evaluate("async i => { await i.decode(); return i.naturalWidth; }") > 200
    page.close()
    body = HTMLExporter().from_filename(str(lab.folder / "heard.ipynb"))[0]
    assert "No description" not in body
    page = browser.new_page()
    page.set_content(body, wait_until="commit")
    expect(page.get_by_role("img", name=alt, exact=True)).to_be_visible()
    page.close()


@pytest.mark.parametrize("dark", [False, True])
def test_lab_a_figure_is_ink_on_the_colour_of_the_page(lab: Lab, dark: bool) -> None:
    code = """
import matplotlib.pyplot as plt
from cnnlib.plotting import described, show
figure, ax = plt.subplots()
ax.plot([0, 1], color="red")
show(described(figure, "a red line"))
figure, ax = plt.subplots()
ax.imshow([[0, 1]], cmap="gray")
show(described(figure, "black beside white"))"""
    page = lab.open("dark" if dark else "light", code, dark=dark)
    lab.run(page)
    line, shades = (page.get_by_role("img", name=name) for name in ("a red line", "black beside white"))
    expect(line).to_be_visible()
    middle = "i => getComputedStyle(i).filter"
    assert [line.evaluate(middle), shades.evaluate(middle)] == (
        ["invert(0.93) hue-rotate(180deg)", "brightness(0.82)"] if dark else ["none", "none"]
    )
    with Image.open(io.BytesIO(line.screenshot())) as seen:
        colours = np.array(seen.convert("RGB")).reshape(-1, 3).astype(int)
    paper, red = colours[0], colours[(colours[:, 0] - colours[:, 1:].max(1)).argmax()]
    assert paper.max() < 40 if dark else paper.min() > 240
    assert red[0] > red[1] + 60
    assert red[0] > red[2] + 60
    page.close()
