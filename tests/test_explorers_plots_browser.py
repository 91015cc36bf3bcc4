"""Plots in a real browser: dragging, adding, removing, playing, reading; and every explorer opened once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import plot_explorers
import pytest
from browser.front_end import View
from browser.lab import jupyterlab
from playwright.sync_api import Browser, Locator, expect

from cnnlib import explorers
from cnnlib.explorers import markup
from cnnlib.explorers.frames import Frame
from cnnlib.explorers.plots import arrows, axis, bars, line, plot, points
from cnnlib.explorers.widget import Explorer
from cnnlib.locating import locator

Opens = Callable[..., View]


def point(view: View, key: str) -> Locator:
    """A point by its key: "which mark of points,index"."""
    return view.page.locator(f"#a [data-key='{key}']").first


def spot(view: View, panel: str, at: tuple[float, float]) -> tuple[float, float]:
    """Where on the screen a place of the data is."""
    (spec,) = (p for p in view.explorer.shown["panels"] if p["id"] == panel)
    box = view.page.locator(f"#a [data-panel={panel}] .lm-frame").bounding_box()
    assert box
    (left, right), (low, high) = spec["x"]["limits"], spec["y"]["limits"]
    across, up = (at[0] - left) / (right - left), (at[1] - low) / (high - low)
    return box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]


def drag(view: View, panel: str, start: tuple[float, float], *stops: tuple[float, float]) -> None:
    view.page.mouse.move(*spot(view, panel, start))
    view.page.mouse.down()
    for stop in stops:
        view.page.mouse.move(*spot(view, panel, stop))
    view.page.mouse.up()
    view.settle()


def told(view: View, panel: str) -> str:
    return view.page.locator(f"#a [data-panel={panel}] [role=status]").inner_text()


def asked(view: View) -> list[Any]:
    found: list[Any] = view.page.evaluate("() => model.sent.map(sent => sent.action)")
    return found


# --- dragging -------------------------------------------------------------------------------------------------------


def test_numbers_are_printed_as_on_the_rest_of_the_page(opens: Opens) -> None:
    page = opens(plot_explorers.slope()).page
    for value in (0.0, 2.0, -0.5, 1 / 3, 0.0005, -0.00049996, -1e-9, 999999.5, 123456789.125, 1.25e9, -7e11):
        assert markup.number(value) == page.evaluate("v => module.fmt(v)", value)


def test_a_point_is_dragged_with_the_mouse(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    drag(view, "plane", (1, 2), (0, 1), (-1, 0.5), (-1.5, -0.5))
    assert view.explorer.knobs["data"] == [[-1, 0, -1], [-1.5, -0.5, 1], [0, 2, -1]]
    x, y = spot(view, "plane", (-1.5, -0.5))
    box = point(view, "0,1").locator("path").last.bounding_box()
    assert box
    assert abs(box["x"] + box["width"] / 2 - x) < 1.5
    assert abs(box["y"] + box["height"] / 2 - y) < 1.5
    assert told(view, "plane") == "x = (-1.5, -0.5), t = +1"


def test_a_point_stays_within_the_axes_and_on_readable_numbers(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    drag(view, "plane", (1, 2), (1.234, 1.777))
    x, y, _ = view.explorer.knobs["data"][1]
    assert (x, y) == (1.25, 1.8) or (abs(x - 1.234) < 0.03 and abs(y - 1.777) < 0.03)
    assert [round(v / 0.05, 6) % 1 for v in (x, y)] == [0, 0]
    drag(view, "plane", (x, y), (5, 9))
    assert view.explorer.knobs["data"][1] == [2, 3, 1]


def test_a_drag_asks_python_for_one_frame_at_a_time_and_ends_at_the_last_place(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    stops = [(0.9 - 0.05 * k, 2) for k in range(30)]
    drag(view, "plane", (1, 2), *stops)
    assert view.explorer.knobs["data"][1] == [pytest.approx(0.9 - 0.05 * 29), 2, 1]
    numbers = view.page.evaluate("() => model.sent.map(sent => sent.number)")
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_handle_is_moved_with_the_keys_and_keeps_the_focus(opens: Opens) -> None:
    view = opens(plot_explorers.bowl())
    start = view.page.get_by_role("slider", name="start")
    start.focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowDown"):
        view.page.keyboard.press(key)
        view.settle()
    assert view.explorer.knobs["start"] == [pytest.approx(2.4), pytest.approx(1.0)]
    expect(start).to_be_focused()
    assert start.get_attribute("aria-valuetext") == "(2.4, 1)"


def test_a_handle_along_one_axis_sets_a_number(opens: Opens) -> None:
    view = opens(plot_explorers.slope())
    drag(view, "curve", (0.5, np.tanh(0.5)), (1, 0.9), (-2, 1))
    assert view.explorer.knobs["z"] == pytest.approx(-2)
    box, (x, y) = point(view, "0,0").locator("path").last.bounding_box(), spot(view, "curve", (-2, np.tanh(-2)))
    assert box
    assert abs(box["x"] + box["width"] / 2 - x) < 1.5
    assert abs(box["y"] + box["height"] / 2 - y) < 1.5  # Python's frame put it on the curve again
    handle = view.page.get_by_role("slider", name="z = −2").or_(view.page.get_by_role("slider", name="z = -2"))
    handle.focus()
    view.page.keyboard.press("ArrowUp")  # not along this axis
    view.page.keyboard.press("ArrowRight")
    view.settle()
    assert view.explorer.knobs["z"] == pytest.approx(-1.9)


def test_rows_are_counted_from_above(opens: Opens) -> None:
    view = opens(explorers.class_map_explorer(locator()))
    drag(view, "canvas", (6, 7), (9, 5))
    assert view.explorer.knobs["at_a"] == [9, 5]
    point(view, "0,0").focus()
    view.page.keyboard.press("ArrowUp")
    view.settle()
    assert view.explorer.knobs["at_a"] == [9, 4]
    top, bottom = (spot(view, "canvas", (9, row))[1] for row in (0, 24))
    assert top < bottom


def test_an_action_may_follow_a_drag_and_refuse_it(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    drag(view, "plane", (1, 0.5), (0.5, 1.5))
    assert view.explorer.knobs["w"] == [[0.5, 1.5]]
    drag(view, "plane", (0.5, 1.5), (0, 0))
    expect(view.page.get_by_role("alert").first).to_have_text("w = 0 has no line")
    assert view.explorer.knobs["w"] == [[0.5, 1.5]]
    box, (x, _) = point(view, "2,0").locator("path").last.bounding_box(), spot(view, "plane", (0.5, 1.5))
    assert box
    assert abs(box["x"] + box["width"] / 2 - x) < 1.5
    drag(view, "plane", (0.5, 1.5), (1, 1))
    expect(view.page.get_by_role("alert").first).to_have_text("")


def test_a_point_is_dragged_by_touch(opens: Opens) -> None:
    view = opens(plot_explorers.bowl(), has_touch=True)
    session = view.page.context.new_cdp_session(view.page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", *spot(view, "bowl", (2.5, 1.5)))
    for place in ((2, 1), (1, 0), (0, -1)):
        touch("touchMove", *spot(view, "bowl", place))
    touch("touchEnd")
    view.settle()
    assert view.explorer.knobs["start"] == [pytest.approx(0), pytest.approx(-1)]


# --- adding and removing --------------------------------------------------------------------------------------------


def test_a_click_on_empty_space_adds_a_point(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    view.page.mouse.click(*spot(view, "plane", (-1.5, 2.5)))
    view.settle()
    assert view.explorer.knobs["data"][3:] == [[-1.5, 2.5, 1]]
    expect(point(view, "0,3")).to_be_visible()
    view.page.mouse.click(*spot(view, "plane", (-1.5, 2.5)))  # there is a point now
    view.settle()
    assert len(view.explorer.knobs["data"]) == 4


def test_the_keys_add_a_point(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    view.page.get_by_role("button", name="an empty place").focus()
    for key in ("Shift+ArrowRight", "ArrowUp", "Enter"):
        view.page.keyboard.press(key)
    view.settle()
    assert view.explorer.knobs["data"][3:] == [[0.5, 1.05, 1]]


def test_a_double_click_or_a_key_removes_a_point(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    view.page.mouse.dblclick(*spot(view, "plane", (1, 2)))
    view.settle()
    assert view.explorer.knobs["data"] == [[-1, 0, -1], [0, 2, -1]]
    point(view, "0,0").focus()
    view.page.keyboard.press("Delete")
    view.settle()
    assert view.explorer.knobs["data"] == [[0, 2, -1]]
    view.page.keyboard.press("Backspace")
    view.settle()
    assert view.explorer.knobs["data"] == []
    view.page.mouse.dblclick(*spot(view, "plane", (-1, 1)))  # adds, and takes nothing away again
    view.settle()
    assert view.explorer.knobs["data"][0] == [-1, 1, 1]


# --- reading --------------------------------------------------------------------------------------------------------


def test_what_is_pointed_at_is_told(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    view.page.mouse.move(*spot(view, "plane", (0, 2)))
    assert told(view, "plane") == "x = (0, 2), t = -1"
    view.page.mouse.move(*spot(view, "plane", (-1, 1)))
    assert told(view, "plane").startswith("z = −0.")
    assert told(view, "plane").endswith(" at (−1, 1)")
    view.page.mouse.move(*spot(view, "plane", (1.5, 1)))
    assert told(view, "plane").startswith("z = 2")
    assert asked(view) == []
    view.page.mouse.move(2, 2)
    assert told(view, "plane") == ""


def test_points_and_bars_are_walked_with_the_keys(opens: Opens) -> None:
    view = opens(plot_explorers.slope())
    assert view.page.locator("#a [data-panel=bars] [tabindex='0']").count() == 1
    view.page.locator("#a [data-panel=bars] [tabindex='0']").focus()
    assert told(view, "bars") == "y[0] = 0.09"
    for key, said in (("ArrowRight", "y[1] = 0.24"), ("ArrowRight", "y[2] = 0.67"), ("ArrowRight", "y[0] = 0.09")):
        view.page.keyboard.press(key)
        assert told(view, "bars") == said


def test_the_heat_map_lies_as_its_axes_do(opens: Opens) -> None:
    view = opens(plot_explorers.plane())  # z grows to the right and up: blue there, red below on the left
    corner = """([c, x, y]) => [...c.getContext("2d").getImageData(x, y, 1, 1).data]"""
    canvas = view.page.locator("#a [data-panel=plane] canvas").element_handle()
    red, blue = (view.page.evaluate(corner, [canvas, *at]) for at in ((0, 59), (59, 0)))
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    box, frame = (view.page.locator(f"#a [data-panel=plane] {e}").bounding_box() for e in ("canvas", ".lm-frame"))
    assert box
    assert frame
    assert all(abs(box[side] - frame[side]) < 2 for side in ("x", "y", "width", "height"))


def test_numbers_beside_a_plot_can_be_changed(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    box = view.page.get_by_label("w[0,1]", exact=True)
    box.fill("-1.5")
    view.settle()
    assert view.explorer.knobs["w"] == [[1, -1.5]]
    assert view.page.locator("#a [data-panel=count] p").all_inner_texts() == ["1 of 3 are misclassified"]
    box.press("ArrowLeft")
    box.press("Enter")


def test_a_plot_of_awkward_input_shows_what_there_is(opens: Opens) -> None:
    """Gaps, points outside, rows counted from above, nothing to draw; the shapes stand where the data are."""
    nan, x, y = np.nan, axis("x", -1, 1), axis("row", 4, 0)
    marks = [
        line([[-1, 1], [0, nan], [0, 2], [nan, 3], [1, 4]]),
        line([]),
        points([[0, 1], [nan, 1], [0.5, 5], [1, 4]], texts=["inside", "nowhere", "outside", "corner"]),
        points([[2, -1], [nan, 0]], texts=["far", "lost"], drag="place"),
        points([]),
        bars([], []),
        arrows([[0, 0], [nan, 0], [1, 1]], [[0.5, 3], [1, 1], [1, 1]]),
    ]
    frame: Frame = {
        "panels": [plot("odd", "odd", x, y, marks, size=(300, 150))],
        "layout": [{"title": "", "rows": [["odd"]]}],
        "caption": "",
        "summary": "",
    }
    view = opens(Explorer(lambda place: frame, [], place=[0, 0]))
    keys = view.page.locator("#a [data-key]").evaluate_all("all => all.map(e => e.dataset.key)")
    assert keys == ["0,0", "0,3", "1,0"]
    paths = view.page.locator("#a .lm-line:not(.lm-arrow) path:not(.lm-halo)").evaluate_all(
        "all => all.map(e => e.getAttribute('d'))"
    )
    assert paths == ["M0.0 37.5M150.0 75.0M300.0 150.0", ""]
    assert view.page.locator("#a .lm-arrow path:not(.lm-halo)").count() == 1
    for key, at in (("0,0", (0, 1)), ("0,3", (1, 4)), ("1,0", (2, -1))):
        box, (across, down) = point(view, key).locator("path").last.bounding_box(), spot(view, "odd", at)
        assert box
        assert abs(box["x"] + box["width"] / 2 - across) < 1
        assert abs(box["y"] + box["height"] / 2 - down) < 1


# --- play -----------------------------------------------------------------------------------------------------------


def stop_clock(view: View) -> None:
    view.page.clock.install(time=0)
    view.page.clock.pause_at(1000)


def play_until(view: View, done: Callable[[], bool]) -> None:
    for _ in range(100):
        if done():
            return
        view.page.clock.run_for(50)
        view.settle()
    raise AssertionError("the play goes on for ever")


def test_play_goes_on_until_python_says_that_it_is_finished(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    stop_clock(view)
    button = view.page.locator("#a .lm-play button").first
    button.click()
    assert button.inner_text() == "❚❚ pause"
    play_until(view, lambda: bool(view.explorer.shown.get("finished")))
    expect(button).to_have_text("▶ learn")
    count = len(asked(view))
    assert count > 1
    view.page.clock.run_for(2000)
    view.settle()
    assert len(asked(view)) == count


def test_play_pauses_steps_and_restarts(opens: Opens) -> None:
    view = opens(plot_explorers.bowl())
    stop_clock(view)
    button = view.page.get_by_role("button", name="▶ descend")
    button.click()
    for _ in range(3):
        view.page.clock.run_for(50)
        view.settle()
    view.page.get_by_role("button", name="pause").click()
    reached = view.explorer.knobs["steps"]
    assert reached == 4
    view.page.clock.run_for(1000)
    view.settle()
    assert view.explorer.knobs["steps"] == reached
    view.page.get_by_role("button", name="step").click()
    view.settle()
    assert view.explorer.knobs["steps"] == reached + 1
    view.page.get_by_role("button", name="restart").click()
    view.settle()
    assert view.explorer.knobs["steps"] == 0


def test_play_asks_at_most_twenty_times_a_second_and_never_before_the_answer(opens: Opens) -> None:
    view = opens(plot_explorers.bowl())
    stop_clock(view)
    view.page.get_by_role("button", name="▶ descend").click()
    for _ in range(10):
        view.page.clock.run_for(50)
        view.settle()
    assert len(asked(view)) <= 11
    view.page.evaluate(
        "() => { window.python = window.custom = () => new Promise(() => {}); }"
    )  # a kernel that is busy
    view.page.clock.run_for(50)
    count = len(asked(view))
    view.page.clock.run_for(5000)
    assert len(asked(view)) == count


@pytest.mark.parametrize("way", ["closed", "out of sight", "another tab", "refused"])
def test_play_stops_where_nobody_looks(opens: Opens, way: str) -> None:
    view = opens(plot_explorers.bowl())
    button = view.page.get_by_role("button", name="▶ descend")
    stop_clock(view)
    button.click()
    view.page.clock.run_for(50)
    view.settle()
    if way == "closed":
        view.page.evaluate("() => close_a()")
    elif way == "out of sight":
        view.page.evaluate("() => { document.getElementById('a').style.marginTop = '5000px'; }")
        expect(view.page.locator("#a button").first).to_have_text("▶ descend")
    elif way == "another tab":
        view.page.evaluate(
            """() => { Object.defineProperty(document, "hidden", { value: true });
                       document.dispatchEvent(new Event("visibilitychange")); }"""
        )
    else:
        view.explorer.actions["step"] = lambda knobs: {"steps": "many"}
        view.page.clock.run_for(50)
        view.settle()
    count = len(asked(view))
    view.page.clock.run_for(3000)
    view.settle()
    assert len(asked(view)) == count


def test_who_wants_no_motion_steps(opens: Opens) -> None:
    view = opens(plot_explorers.bowl(), reduced_motion="reduce")
    stop_clock(view)
    view.page.get_by_role("button", name="next").click()
    view.page.clock.run_for(3000)
    view.settle()
    assert view.explorer.knobs["steps"] == 1


# --- to be read by everyone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", plot_explorers.ALL)
def test_what_takes_the_focus_has_a_name_and_keeps_its_keys(opens: Opens, name: str) -> None:
    view = opens(plot_explorers.ALL[name]())
    found = view.stops()
    assert len(found) > 3
    assert [stop for stop in found if not all(stop)] == []


def test_touch_scrolls_the_page_and_clicks_where_nothing_is_dragged(opens: Opens) -> None:
    view = opens(plot_explorers.plane(), has_touch=True)
    x, y = spot(view, "plane", (-1.5, 2.5))
    view.page.touchscreen.tap(x, y)
    view.settle()
    assert view.explorer.knobs["data"][3:] == [[-1.5, 2.5, 1]]
    held = """() => document.querySelector("#a .lm-empty").dispatchEvent(
        new Event("touchstart", { bubbles: true, cancelable: true }))"""
    assert view.page.evaluate(held) is True  # nobody kept the browser from scrolling


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", plot_explorers.ALL)
def test_words_and_lines_stand_out_in_both_themes(opens: Opens, name: str, dark: bool) -> None:
    view = opens(plot_explorers.ALL[name](), dark=dark)
    lights = """() => {
        const c = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const light = colour => {
            c.clearRect(0, 0, 1, 1); c.fillStyle = colour; c.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...c.getImageData(0, 0, 1, 1).data].map(
                v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b;
        };
        const all = s => [...document.querySelectorAll(`#a .lm-plot ${s}`)];
        return [...all("text").map(e => getComputedStyle(e).fill), ...all(".lm-line:not(.lm-halo)").map(
            e => getComputedStyle(e).stroke), ...all("p, figcaption").map(e => getComputedStyle(e).color)].map(light);
    }"""
    paper = 0.0056 if dark else 1.0
    for light in view.page.evaluate(lights):
        bright, faint = max(light, paper), min(light, paper)
        assert (bright + 0.05) / (faint + 0.05) > 3.9


@pytest.mark.parametrize("name", plot_explorers.ALL)
@pytest.mark.parametrize("width", [380, 500, 1000])
def test_no_plot_is_cut_off(opens: Opens, name: str, width: int) -> None:
    view = opens(plot_explorers.ALL[name](), width)
    wide = """() => [...document.querySelectorAll("#a *")].filter(
        e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest("svg svg"))
        .map(e => e.outerHTML.slice(0, 80))"""
    assert view.page.evaluate(wide) == []
    assert view.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_a_change_of_a_plot_leaves_what_stays(opens: Opens) -> None:
    view = opens(plot_explorers.plane())
    view.page.evaluate("() => { document.querySelector('#a [data-key=\"0,0\"]').mark = true; }")
    view.choose(knobs=view.explorer.knobs)
    drag(view, "plane", (1, 2), (0, 1))
    assert view.page.evaluate("() => document.querySelector('#a [data-key=\"0,0\"]').mark") is True


EXPLORERS = [name for name in explorers.__all__ if not isinstance(getattr(explorers, name), type)]


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_explorer_opens_without_an_error_or_an_empty_panel(opens: Opens, name: str) -> None:
    view = opens(getattr(explorers, name)())
    for panel in view.explorer.shown["panels"]:
        shown = view.page.locator(f"#a [data-panel={panel['id']}]")
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        assert box
        assert min(box["width"], box["height"]) > 20
        assert shown.locator(".lm-cell, canvas, svg, p").count() > 0
    assert "undefined" not in view.page.locator("#a").inner_text()
    assert "NaN" not in view.page.locator("#a").inner_html()


def test_lab_a_drag_and_play_reach_python(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with jupyterlab(tmp_path_factory.mktemp("lab"), browser) as lab:
        code = plot_explorers.bowl_code().replace("Explorer(view", "explorer = Explorer(view")
        page = lab.open("plots", code, "explorer")
        lab.run(page)
        frame = page.locator("[data-panel=bowl] .lm-frame")
        frame.wait_for()
        start = page.get_by_role("slider", name="start")
        start.focus()
        page.keyboard.press("ArrowLeft")
        expect(start).to_have_attribute("aria-valuetext", "(2.45, 1.5)")
        start.press("Shift+ArrowDown")
        expect(start).to_have_attribute("aria-valuetext", "(2.45, 1)")
        for key in "abxdd":  # they do not reach the notebook, also after a frame came
            page.keyboard.press(key)
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(2)
        page.get_by_role("button", name="▶ descend").click()
        expect(page.get_by_role("button", name="▶ descend")).to_be_visible(timeout=20_000)  # after 50 steps
        assert lab.python(page, "print(explorer.knobs['steps'], explorer.knobs['start'])") == "50 [2.45, 1]\n"
        lab.python(page, "explorer.choose(start=[1.0, -1.0], steps=3)")
        expect(start).to_have_attribute("aria-valuetext", "(1, −1)")
        expect(page.locator("[data-panel=bowl] [role=img]")).to_have_count(4)
