"""An explorer's front end in headless Chromium without Jupyter: a fake model in the page, the real widget in Python."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from cnnlib.arguments import Array
from cnnlib.explorers.widget import Explorer

FLAGS = [  # a browser that asks for nothing from outside
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
FAKE_MODEL = Path(__file__).with_name("fake_model.js").read_text("utf-8")
# What JupyterLab's themes set, as far as an explorer looks at it.
DARK = "--jp-layout-color1: #111; --jp-ui-font-color1: #fff; --jp-ui-font-color2: #bbb; --jp-border-color1: #555"


@contextmanager
def chrome(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)
        try:
            yield browser
        finally:
            browser.close()


def seen(element: Locator, around: int = 0) -> Array:
    """What is on the screen where an element is, and so many pixels around it: red, green and blue, (H, W, 3)."""
    box = element.bounding_box()
    assert box
    corner = {"x": box["x"] - around, "y": box["y"] - around}
    size = {"width": box["width"] + 2 * around, "height": box["height"] + 2 * around}
    png = element.page.screenshot(clip={**corner, **size})
    with Image.open(io.BytesIO(png)) as picture:
        return np.array(picture.convert("RGB")).astype(int)


def pack(value: Any) -> Any:
    """State as JSON: bytes become base64."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: pack(part) for key, part in value.items()}
    return [pack(part) for part in value] if isinstance(value, (list, tuple)) else value


class View:
    """A page that shows one explorer."""

    def __init__(self, page: Page, explorer: Explorer, dark: bool = False) -> None:
        self.page, self.explorer, self.errors = page, explorer, list[str]()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.expose_function("python", self._save)
        page.expose_function("custom", self._send)
        theme = f"data-jp-theme-light='false' style='{DARK}; background: #111'" if dark else ""
        page.set_content(
            f"<!doctype html><body {theme}><style>{explorer._css}</style><div id='a'></div><div id='b'></div></body>"
        )
        page.add_script_tag(content=FAKE_MODEL)
        page.evaluate(
            """async ([code, state]) => {
                const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
                window.module = await import(url); window.model = new FakeModel(state);
                window.close_a = module.default.render({ model, el: document.getElementById("a") });
            }""",
            [explorer._esm, pack(self.state())],
        )

    def state(self) -> dict[str, Any]:
        return {name: value for name, value in self.explorer.get_state().items() if name[0] != "_"}

    def _changes(self, before: dict[str, Any]) -> Any:
        return pack({name: value for name, value in self.state().items() if value != before[name]})

    def _save(self, news: dict[str, Any]) -> Any:
        before = self.state() | news
        self.explorer.set_state(news)
        return self._changes(before)

    def _send(self, content: Any, buffers: list[list[int]]) -> Any:
        before = self.state()
        self.explorer._handle_custom_msg(content, [bytes(b) for b in buffers])
        return self._changes(before)

    def choose(self, **changes: Any) -> None:
        """What a cell of the notebook does."""
        before = self.state()
        for name, value in changes.items():
            setattr(self.explorer, name, value)
        self.page.evaluate("state => model.follow(state)", self._changes(before))

    def settle(self) -> None:
        """Wait for Python's answer to the last change, and to what was asked meanwhile."""
        self.page.evaluate("async () => { for (let last; last !== model.answered;) await (last = model.answered); }")

    def stops(self) -> list[tuple[str, bool]]:
        """The names of all that can take the focus, and whether JupyterLab's keys leave it alone while it has it."""
        found: list[tuple[str, bool, bool]] = self.page.evaluate(
            """() => [...document.querySelectorAll("#a input, #a select, #a button, #a [tabindex]")].map(e => {
                e.focus();
                const focused = document.activeElement === e, able = e.checkVisibility() && !e.disabled;
                return [e.ariaLabel || e.textContent, focused === able, e.dataset.lmSuppressShortcuts || !able];
            })"""
        )
        assert [name for name, focused, _ in found if not focused] == []
        return [(name, kept) for name, _, kept in found]

    @property
    def said(self) -> str:
        return self.page.locator("#a [role=status]").inner_text()
