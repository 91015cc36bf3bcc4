"""A lecture as a student meets it: opened in JupyterLab, run to its end, an exercise got wrong and then right."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from browser.lab import PATIENCE, Lab, jupyterlab, own_homes
from conftest import IN_CI
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from solved import ROOT

from cnnlib.exercises import lectures

LECTURE = "05_conv1d_backprop"
POSSIBLE = sum(exercise.possible for exercise in lectures()[LECTURE])
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
FLAGS += " --disable-component-update --disable-sync"
STUB = 'raise NotImplementedError("your turn")'
WRONG, RIGHT = "return np.convolve(dy, w[::-1])", "return np.convolve(dy, w)"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("student")
    shutil.copy(ROOT / "lectures" / f"{LECTURE}.ipynb", folder)
    with jupyterlab(folder, browser) as lab:
        yield lab


@pytest.fixture(scope="module")
def lecture(lab: Lab) -> Iterator[Page]:
    """The lecture, all cells run, every cell in the page."""
    page = lab.show(LECTURE, height=1000)
    lab.run(page)
    yield page
    page.close()


def cell(page: Page, text: str) -> Locator:
    """The code cell that holds this text, scrolled to."""
    found = page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first
    number = page.evaluate(
        "text => jupyterapp.shell.currentWidget.content.widgets"
        ".findIndex(cell => cell.model.sharedModel.source.includes(text))",
        text,
    )
    page.evaluate(
        "async n => { const nb = jupyterapp.shell.currentWidget.content; nb.activeCellIndex = n; "
        "await nb.scrollToItem(n, 'center'); }",
        number,
    )
    found.wait_for()
    return found


def write(page: Page, name: str, old: str, new: str) -> None:
    """Put the cursor into the cell that defines `name`, and type `new` in the place of `old`."""
    editor = cell(page, f"def {name}(").locator(".cm-content")
    editor.get_by_text(old).first.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(new)
    page.keyboard.press("Escape")  # a completer that may have opened
    page.keyboard.press("Control+Enter")


def checked(page: Page, name: str) -> Locator:
    """Run the check cell of `name`; its outputs."""
    place = cell(page, f"check({name})")
    place.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return place.locator(".jp-OutputArea-output")


def picture(page: Page, name: str) -> None:
    """Keep a screenshot where whoever looks at these tests asked for one."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_an_untouched_lecture_runs_to_its_end(lecture: Page) -> None:
    outputs = lecture.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type == 'code')"
        ".map(c => [c.model.executionCount, c.model.outputs.toJSON().map(o => o.output_type)])"
    )
    assert all(count for count, _ in outputs)
    assert not [kinds for _, kinds in outputs if "error" in kinds]
    picture(lecture, "1_run_all")


def test_a_wrong_answer_is_diagnosed_and_a_right_one_earns_its_points(lecture: Page) -> None:
    write(lecture, "conv1d_input_gradient", STUB, WRONG)
    wrong = checked(lecture, "conv1d_input_gradient")
    expect(wrong.first).to_contain_text("the gradient with the kernel the wrong way round")
    expect(wrong.first).to_contain_text("dx 0 of 2")
    expect(wrong.last).to_contain_text("0 of 2 points here")
    picture(lecture, "2_wrong")
    write(lecture, "conv1d_input_gradient", WRONG, RIGHT)
    right = checked(lecture, "conv1d_input_gradient")
    expect(right.first).to_contain_text("dx 2 of 2")
    expect(right.last).to_contain_text(f"2 of 2 points here, 2 of {POSSIBLE} in this notebook so far")
    picture(lecture, "3_right")


def test_a_hint_opens_on_a_click(lecture: Page) -> None:
    verdict = checked(lecture, "conv1d_weight_gradient").first
    hint = verdict.locator("details").first
    expect(hint).not_to_have_attribute("open", "")
    hint.locator("summary").click()
    expect(hint).to_contain_text("Which input did it meet")
    picture(lecture, "4_hint")


def test_the_explorer_of_the_lecture_answers(lecture: Page) -> None:
    board = cell(lecture, "conv1d_board(")
    board.locator(".lm-stage").wait_for()
    expect(board).to_contain_text("dw[1]")
    picture(lecture, "5_explorer")


@pytest.mark.parametrize("changed", [False, True])
def test_only_a_changed_lecture_asks_when_it_is_closed(lab: Lab, browser: Browser, changed: bool) -> None:
    """In a JupyterLab of this environment that start.py did not start. Nothing speaks of news or updates there."""
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{lab.url}/lab/tree/{LECTURE}.ipynb?token=explorers&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
    page.wait_for_function("() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel", timeout=PATIENCE)
    version = page.evaluate(
        """async () => {  // what the kernel reports is in the notebook when these two are there
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            await kernel.spec; return (await kernel.info).language_info.version;
        }"""
    )
    assert version == sys.version.split()[0]
    if changed:
        lab.command(page, "notebook:insert-cell-below")
    lab.command(page, "application:close")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(int(changed))
    expect(page.locator(".jp-Dialog")).to_have_count(int(changed))
    expect(page.locator(".Toastify__toast")).to_have_count(0)
    assert not [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url]
    page.close()


def test_the_first_command_opens_the_first_lecture(browser: Browser, tmp_path: Path) -> None:
    """start.py in an environment that is set up already (CI sets it up with the same file), and our own browser."""
    if not (ROOT / ".venv" / "installed").exists() and not IN_CI:
        pytest.skip("start.py has not set up .venv here")
    asked, opener = tmp_path / "url", tmp_path / "opener.py"
    opener.write_text(f"import pathlib, sys\npathlib.Path({str(asked)!r}).write_text(sys.argv[1])\n")
    environment = os.environ | own_homes(tmp_path) | {"BROWSER": f"{sys.executable} {opener} %s"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        command = [sys.executable, "start.py", f"--port={free.getsockname()[1]}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE / 1000
        while not (asked.exists() and asked.read_text()):
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            assert server.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.2)
        first = min((ROOT / "lectures").glob("*.ipynb"))
        page = browser.new_page()
        page.goto(asked.read_text())  # a file that leads on to the server, with the token
        page.wait_for_url(f"**/lab/tree/{first.name}*", timeout=PATIENCE)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
        title = nbformat.read(first, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")
        expect(page.locator(".jp-Notebook h1").first).to_contain_text(title)
        expect(page.locator(".Toastify__toast")).to_have_count(0)
        picture(page, "0_first_command")
        page.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        with suppress(ProcessLookupError):  # start.py is gone; the server it started may still be ending
            os.killpg(server.pid, signal.SIGKILL)
