"""Lecture 03's explorers in a real browser: an arrow clicked backwards, a start dragged, a preset chosen."""

from collections.abc import Callable

from browser.front_end import View
from test_explorers_plots_browser import drag, spot

from cnnlib.explorers import depth_explorer, descent_explorer, graph_explorer

Opens = Callable[..., View]
HINT = "A click on empty space sets a point there."


def click(view: View, at: tuple[float, float]) -> None:
    view.page.mouse.click(*spot(view, "graph", at))
    view.settle()


def lines(view: View, panel: str) -> str:
    return view.page.locator(f"#a [data-panel={panel}]").inner_text()


def test_an_arrow_is_walked_back_by_a_click_and_one_that_must_wait_says_so(opens: Opens) -> None:
    view = opens(graph_explorer())
    click(view, (1.2, 0))  # from d to b, but d waits for o
    assert "d must wait" in view.page.locator("#a .lm-note").inner_text()
    click(view, (3.3, 0.32))  # from o to d
    click(view, (1.2, 0))
    click(view, (1.2, 0.96))  # from c to b
    assert "db = 1·3 + 1·2 = 5" in lines(view, "sums").replace("\u00a0", " ")
    assert HINT not in view.page.locator("#a").inner_text()


def test_a_node_or_its_label_sends_its_slope_back_along_all_its_arrows(opens: Opens) -> None:
    view = opens(graph_explorer())
    label = view.page.locator("#a [data-panel=graph] text", has_text="o = 6")
    label.click()
    view.settle()
    assert "dd = 3·1 = 3" in lines(view, "sums").replace("\u00a0", " ")
    label.click()
    view.settle()
    assert "o has sent all its shares" in view.page.locator("#a .lm-note").inner_text()
    view.page.locator("#a [data-panel=graph] g", has=view.page.locator("text", has_text="c = 3")).last.focus()
    view.page.keyboard.press("Enter")
    view.settle()
    assert "da = 1·2 = 2" in lines(view, "sums").replace("\u00a0", " ")


def test_the_walk_can_be_stepped_by_its_button_to_its_end(opens: Opens) -> None:
    view = opens(graph_explorer())
    for _ in range(4):
        view.page.get_by_role("button", name="step").click()
        view.settle()
    assert view.explorer.shown["finished"]
    assert "…" not in lines(view, "sums")


def test_the_start_of_descent_is_dragged_or_set_by_a_key(opens: Opens) -> None:
    view = opens(descent_explorer())
    drag(view, "bowl", (-1.8, 1.6), (-1, 1), (0.5, -1))
    assert view.explorer.knobs["start"] == [0.5, -1]
    view.page.keyboard.press("ArrowRight")
    view.settle()
    assert view.explorer.knobs["start"][0] > 0.5


def test_one_choice_brings_the_gradient_back(opens: Opens) -> None:
    view = opens(depth_explorer())
    before = view.page.locator("#a .lm-caption").inner_text()
    view.page.get_by_label("see").select_option("ReLU with √(2/D)")
    view.settle()
    after = view.page.locator("#a .lm-caption").inner_text()
    assert before != after
    assert (view.explorer.knobs["activation"], view.explorer.knobs["scale"]) == ("ReLU", "√(2/D)")
