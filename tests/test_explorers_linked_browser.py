"""Explorers beside the controls of ipywidgets, as README shows them, in a real JupyterLab."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.lab import Lab, jupyterlab
from playwright.sync_api import Browser, Locator, Page, expect

README = Path(__file__).parents[1] / "README.md"
SHAPES = "print(blur.stride, blur.output.shape, edges.image.shape, edges.output.shape)"


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyterlab(tmp_path_factory.mktemp("lab"), browser) as lab:
        yield lab


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[Page]:
    (example,) = [
        code for code in re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.S) if "jslink" in code
    ]
    body = example.strip().split("\n\n")[1]
    assert len(body.splitlines()) <= 5
    page = lab.open("linked", example)
    lab.run(page)
    page.locator(".widget-vbox .lm-stage").nth(1).wait_for()
    yield page
    page.close()


def stride(page: Page, which: int) -> Locator:
    return page.locator(".lm").nth(which).get_by_label("stride", exact=True)


def caption(page: Page, which: int) -> Locator:
    return page.locator(".lm").nth(which).locator("[data-panel=x] figcaption")


def test_lab_a_slider_of_ipywidgets_turns_a_knob_and_the_next_explorer_follows(lab: Lab, notebook: Page) -> None:
    expect(caption(notebook, 1)).to_contain_text("94 × 94")
    notebook.locator(".widget-slider .noUi-handle").press("ArrowRight")
    expect(stride(notebook, 0)).to_have_value("2")
    expect(caption(notebook, 1)).to_contain_text("47 × 47")
    assert lab.python(notebook, SHAPES) == "2 (47, 47) (47, 47) (45, 45)\n"


def test_lab_a_knob_moves_the_slider(lab: Lab, notebook: Page) -> None:
    readout = notebook.locator(".widget-slider .widget-readout")
    stride(notebook, 0).fill("3")
    expect(readout).to_have_text("3")
    expect(caption(notebook, 1)).to_contain_text("32 × 32")
    lab.python(notebook, "blur.knobs = {'stride': 1, 'kernel': [[1.0]]}")
    expect(readout).to_have_text("1")
    expect(caption(notebook, 1)).to_contain_text("96 × 96")
    notebook.locator(".lm").first.get_by_role("button", name="undo").click()
    expect(readout).to_have_text("3")


def test_lab_results_are_linked_in_the_page(lab: Lab) -> None:
    code = """
from ipywidgets import FloatText, HBox, jslink
from cnnlib.explorers import conv1d_board, kernel_explorer
board, total, bias = conv1d_board(), FloatText(), FloatText()
one, other = kernel_explorer("digit 3"), kernel_explorer("digit 4")
jslink((board, "db"), (total, "value"))
jslink((bias, "value"), (board, "b"))
jslink((one, "output"), (other, "image"))
HBox([total, bias, board, one, other])"""
    page = lab.open("results", code)
    lab.run(page)
    total, bias = (page.locator(".widget-text input").nth(n) for n in (0, 1))
    board = page.locator(".lm").first
    board.locator("[data-panel=dy] .lm-cell").first.fill("50")
    expect(total).to_have_value("68")
    bias.fill("4")
    bias.press("Enter")
    expect(board.locator("[data-panel=y] .lm-cell").first).to_have_text("6")
    page.locator(".lm").nth(1).get_by_label("padding", exact=True).fill("1")
    expect(caption(page, 2)).to_contain_text("8 × 8")
    shapes = "print(board.b, one.output.shape, other.image.tolist() == one.output.tolist())"
    assert lab.python(page, shapes) == "4.0 (8, 8) True\n"
    page.close()


def test_lab_progress_leads_to_the_check(lab: Lab) -> None:
    checks = ["from cnnlib.exercises import check, progress", "conv1d_bias_gradient = 1\ncheck('conv1d_bias_gradient')"]
    page = lab.open("progress", *checks, *["'between'\n" * 12] * 4, "progress()")
    lab.run(page)
    link = page.get_by_role("link", name="conv1d_bias_gradient")
    link.scroll_into_view_if_needed()
    head = page.locator("#check-conv1d_bias_gradient")
    expect(head).not_to_be_in_viewport()
    link.click()
    expect(head).to_be_in_viewport()
    page.close()
