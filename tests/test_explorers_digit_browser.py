"""The digit explorer in a real browser: drawing, pointing and reading by mouse, touch and keys; and in JupyterLab."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser.front_end import View, seen
from browser.lab import jupyterlab
from playwright.sync_api import Browser, Locator, expect

from cnnlib.explorers import digit_explorer
from cnnlib.explorers.frames import find

Opens = Callable[..., View]


def canvas(view: View, panel: str) -> Locator:
    return view.page.locator(f"#a [data-panel={panel}] .lm-picture canvas")


def spot(view: View, panel: str, at: tuple[float, float]) -> tuple[float, float]:
    """Where on the screen a place of a panel is, in cells from its upper left corner."""
    box = canvas(view, panel).bounding_box()
    rows, columns = find(view.explorer.shown, panel)["shape"]
    assert box
    return box["x"] + at[1] * box["width"] / columns, box["y"] + at[0] * box["height"] / rows


def stroke(view: View, *path: tuple[float, float]) -> None:
    view.page.mouse.move(*spot(view, "x", path[0]))
    view.page.mouse.down()
    for at in path[1:]:
        view.page.mouse.move(*spot(view, "x", at))
    view.page.mouse.up()
    view.settle()


def blank(opens: Opens, **options: Any) -> View:
    view = opens(digit_explorer(), **options)
    view.page.get_by_label("digits", exact=True).select_option("blank sheet")
    view.settle()
    return view


def pixel(view: View, panel: str, at: tuple[int, int]) -> list[int]:
    """Red, green, blue and opacity near the upper left corner of a cell, where no number stands."""
    rows, columns = find(view.explorer.shown, panel)["shape"]
    return view.page.evaluate(
        """([c, x, y]) => [...c.getContext("2d").getImageData(x * c.width, y * c.height, 1, 1).data]""",
        [canvas(view, panel).element_handle(), (at[1] + 0.15) / columns, (at[0] + 0.15) / rows],
    )


def told(view: View, panel: str) -> str:
    return view.page.locator(f"#a [data-panel={panel}]").inner_text()


def sent(view: View) -> list[Any]:
    found: list[Any] = view.page.evaluate("() => model.sent")
    return found


# --- drawing --------------------------------------------------------------------------------------------------------


def test_a_stroke_of_the_mouse_is_seen_and_answered(opens: Opens) -> None:
    view = blank(opens)
    before = told(view, "says")
    stroke(view, (1.5, 3), (0.8, 4.5), (3, 4.5), (5, 4.5), (7, 4.5))
    assert view.explorer.picture[1:7, 4].min() > 0.9
    assert view.explorer.picture[:, 0].max() == 0
    assert pixel(view, "x", (2, 4)) == [0, 0, 0, 255]
    assert pixel(view, "x", (6, 1)) == [255, 255, 255, 255]
    assert told(view, "says") != before
    assert told(view, "says").startswith("It says 1.")
    bars = view.page.locator("#a [data-panel=p] .lm-bar")
    assert bars.nth(1).get_attribute("aria-label") == f"y[1] = {view.explorer.probabilities[1]:.3f}"


def test_one_frame_is_asked_for_at_a_time_and_the_stroke_misses_nothing(opens: Opens) -> None:
    view = blank(opens)
    path = [(4 + 3 * np.sin(k / 6), 4 - 3 * np.cos(k / 6)) for k in range(38)]
    stroke(view, *path)
    strokes = [message for message in sent(view) if message["action"] == "stroke"]
    assert [message["on"] for message in strokes] == [False] + [True] * (len(strokes) - 1)
    walked = [at for n, message in enumerate(strokes) for at in message["path"][n > 0 :]]
    np.testing.assert_allclose(walked, path, atol=0.03)
    assert len(view.explorer.knobs["edits"][1]) == 1
    stroke(view, (1, 1), (1, 2))
    assert len(view.explorer.knobs["edits"][1]) == 2


def test_undo_clear_erase_and_shift(opens: Opens) -> None:
    view = blank(opens)
    stroke(view, (2.5, 1), (2.5, 6))
    drawn = view.explorer.picture
    for name in ("shift down", "undo", "clear", "undo"):
        view.page.get_by_role("button", name=name).click()
        view.settle()
        if name == "shift down":
            np.testing.assert_array_equal(view.explorer.picture[1:], drawn[:-1])
    np.testing.assert_array_equal(view.explorer.picture, drawn)
    view.page.get_by_label("erase").check()
    view.settle()
    stroke(view, (2.5, 3), (2.5, 4))
    assert view.explorer.picture[2, 3] == 0
    assert view.explorer.picture[2, 1] == drawn[2, 1]


def test_a_finger_draws_and_the_page_stays(opens: Opens) -> None:
    view = blank(opens, has_touch=True)
    session = view.page.context.new_cdp_session(view.page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", *spot(view, "x", (1, 4)))
    for row in (2, 4, 6, 7):
        touch("touchMove", *spot(view, "x", (row, 4)))
    touch("touchEnd")
    view.settle()
    assert view.explorer.picture[1:7, 3:5].min() > 0.7
    assert view.page.evaluate("() => window.scrollY") == 0
    x, y = spot(view, "stage0", (4.5, 4.5))
    for _ in range(5):  # on a busy machine a tap may last so long that it is no click
        view.page.touchscreen.tap(x, y)
        view.settle()
        if any(message["action"].startswith("hold") for message in sent(view)):
            break
    assert view.explorer.knobs["unit"] == [0, 0, 4, 4]
    assert view.explorer.knobs["held"]


def test_the_keys_draw(opens: Opens) -> None:
    view = blank(opens)
    canvas(view, "x").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Space", "ArrowRight", "ArrowRight"):
        view.page.keyboard.press(key)
    view.settle()
    x = view.explorer.picture
    assert (x[1, 2], x[1, 3] < 1, x[1, 4]) == (1, True, 0)
    for _ in range(3):
        view.page.keyboard.press("Shift+ArrowDown")
    view.settle()
    assert view.explorer.picture[1:5, 4].min() == 1
    assert view.explorer.picture[5, 4] < 1
    assert len(view.explorer.knobs["edits"][1]) == 2
    assert view.page.locator("#a [data-panel=x] [role=status]").inner_text() == "x[4,4] = 1"
    expect(canvas(view, "x")).to_be_focused()


# --- pointing -------------------------------------------------------------------------------------------------------


def test_a_unit_is_pointed_at_and_held(opens: Opens) -> None:
    view = opens(digit_explorer())
    view.page.mouse.move(*spot(view, "stage0", (9 + 2.5, 18 + 5.5)))
    view.settle()
    assert told(view, "unit").startswith("[10, 2, 5] of stage 0: Conv2d, ReLU")
    view.page.mouse.move(*spot(view, "stage0", (8.5, 18 + 5.5)))  # a gap
    view.settle()
    assert view.explorer.knobs["unit"] == [0, 10, 2, 5]
    view.page.mouse.click(*spot(view, "stage2", (6.5, 5.5)))
    view.settle()
    assert view.explorer.knobs["unit"] == [2, 17, 1, 0]
    held = view.page.get_by_label("hold the unit")
    expect(held).to_be_checked()
    view.page.mouse.move(*spot(view, "stage0", (2.5, 2.5)))
    canvas(view, "adds").hover(position={"x": 2.5 * 34, "y": 1.5 * 34})  # its terms can be pointed at now
    view.settle()
    assert view.explorer.knobs["unit"] == [2, 17, 1, 0]
    assert "window in map 10" in told(view, "in")
    held.uncheck()
    view.settle()
    view.page.mouse.move(*spot(view, "stage0", (3.5, 2.5)))
    view.settle()
    assert view.explorer.knobs["unit"] == [0, 0, 3, 2]


def test_pointing_sends_no_maps(opens: Opens) -> None:
    view = opens(digit_explorer())
    assets = view.explorer.assets
    view.page.mouse.move(*spot(view, "stage0", (3.5, 2.5)))
    view.settle()
    assert view.explorer.knobs["unit"] == [0, 0, 3, 2]
    assert view.explorer.assets == assets
    assert {"stage0", "stage5"} <= assets.keys()


def test_the_keys_walk_over_the_maps_and_their_gaps(opens: Opens) -> None:
    view = opens(digit_explorer())
    view.page.mouse.move(*spot(view, "stage1", (3.5, 3.5)))
    canvas(view, "stage1").focus()
    for key in ("ArrowRight", "ArrowDown"):
        view.page.keyboard.press(key)
    view.settle()
    assert view.explorer.knobs["unit"] == [1, 9, 0, 0]
    view.page.keyboard.press("Enter")
    view.settle()
    assert view.explorer.knobs["held"]
    view.page.keyboard.press("Enter")
    view.settle()
    assert not view.explorer.knobs["held"]


def test_what_the_unit_looks_at_is_outlined(opens: Opens) -> None:
    view = blank(opens)
    view.page.mouse.move(*spot(view, "stage0", (3.5, 4.5)))
    view.settle()
    assert pixel(view, "x", (6, 1)) == [255, 255, 255, 255]
    picture = seen(canvas(view, "x"))
    height, width, _ = picture.shape
    assert picture[round(2 * height / 8 - 2.8), round(4.5 * width / 8)].tolist() == [0, 0, 0]


def test_the_gradient_comes_and_goes(opens: Opens) -> None:
    view = opens(digit_explorer())
    box = view.page.get_by_label("gradient by the picture")
    box.check()
    view.settle()
    expect(canvas(view, "dx")).to_be_visible()
    view.page.get_by_label("for label").select_option("8")
    view.settle()
    assert "slope of −ln y[8]" in told(view, "dx")
    view.page.mouse.move(*spot(view, "dx", (1.5, 6.5)))
    assert told(view, "dx").split("\n")[-1].startswith("dx[1,6] = ")
    box.uncheck()
    view.settle()
    expect(canvas(view, "dx")).to_have_count(0)


# --- to be read by everyone -----------------------------------------------------------------------------------------


def test_what_takes_the_focus_has_a_name_and_keeps_its_keys(opens: Opens) -> None:
    view = opens(digit_explorer())
    found = view.stops()
    assert len(found) > 20
    assert [stop for stop in found if not all(stop)] == []
    assert [name for name, _ in found if name in ("←", "↑", "→", "↓")] == []
    buttons = view.page.evaluate(
        """() => [...document.querySelectorAll("#a button")].map(e => e.ariaLabel || e.textContent)"""
    )
    assert len(set(buttons)) == len(buttons)


@pytest.mark.parametrize("width", [380, 500, 1000])
def test_nothing_is_cut_off(opens: Opens, width: int) -> None:
    view = opens(digit_explorer(), width)
    wide = """() => [...document.querySelectorAll("#a *")].filter(
        e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest("svg svg, .lm-wide"))
        .map(e => e.outerHTML.slice(0, 80))"""
    assert view.page.evaluate(wide) == []
    assert view.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_on_a_narrow_page_the_answer_stands_beside_the_picture(opens: Opens) -> None:
    view = opens(digit_explorer(), 500)
    x, p = (view.page.locator(f"#a [data-panel={id}]").bounding_box() for id in ("x", "p"))
    assert x
    assert p
    assert p["x"] > x["x"] + 0.9 * x["width"]
    assert abs(p["y"] - x["y"]) < 30


def test_on_a_narrow_page_two_stages_share_a_line_and_long_ones_keep_theirs(opens: Opens) -> None:
    view = opens(digit_explorer(), 500)
    boxes = [view.page.locator(f"#a [data-panel=stage{k}]").bounding_box() for k in range(6)]
    tops = [box["y"] for box in boxes if box]
    assert tops[0] == tops[1]  # 16 maps each, in rows of eight
    assert len(set(tops[1:])) == 5
    assert canvas(view, "stage2").bounding_box()["width"] > 1.5 * canvas(view, "stage0").bounding_box()["width"]


@pytest.mark.parametrize("dark", [False, True])
def test_gaps_between_maps_show_the_paper(opens: Opens, dark: bool) -> None:
    view = opens(digit_explorer(), dark=dark)
    assert pixel(view, "stage0", (8, 2))[3] == 0
    assert pixel(view, "stage0", (7, 2))[3] == 255


def test_lab_a_drawing_is_answered_and_leaves_no_state(browser: Browser, tmp_path_factory: Any) -> None:
    with jupyterlab(tmp_path_factory.mktemp("lab"), browser) as lab:
        code = "from cnnlib.explorers import digit_explorer\nexplorer = digit_explorer()\nexplorer"
        page = lab.open("digit", code)
        lab.run(page)
        page.get_by_label("digits", exact=True).select_option("blank sheet")
        expect(page.get_by_text("A sheet of your own.")).to_be_visible()
        picture = page.locator("[data-panel=x] canvas.lm-paint")
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + box["height"] - 20, steps=5)
        page.mouse.up()
        pointed = page.locator("[data-panel=x] [role=status]")  # told anew by the frame that answers the last move
        expect(pointed).to_have_text(re.compile(r"x\[7,4\] = (1|0\.[5-9]\d*)"))
        expect(page.get_by_text("It says 1.")).to_be_visible()
        assert lab.python(page, "print(explorer.picture[:, 4].min() > .5)") == "True\n"
        picture.focus()
        page.keyboard.press("x")  # does not cut the cell
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)
        live = "import ipywidgets\nprint(len(ipywidgets.widgets.widget._instances))"
        before = lab.python(page, live)
        lab.run(page)
        lab.run(page)
        assert lab.python(page, live) == before
        lab.command(page, "docmanager:save")
        page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
        saved = (lab.folder / "digit.ipynb").read_text("utf-8")
        assert "widget-state" not in saved
        assert "test digit 0 of 355, a 5; the network says 5" in saved
        assert "image/png" in saved
