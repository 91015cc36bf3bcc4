"""The kernel explorer beside the same one written with ipywidgets' interactive_output, in JupyterLab in Chromium.

    python tests/benchmarks/explorers.py

Prints, for each, in turns, on a picture of 96 x 96: the time from an edit of a kernel number to the new picture, what
becomes of 60 edits in 1.2 s, the bytes that an update brings, and the time from pointing at a pixel to its arithmetic.
The same for an edit on the largest board, of 1,961 numbers.
Then, for the digit explorer, the time from a stroke on the picture to the maps and probabilities that answer it, what
becomes of a stroke of 60 moves in 1.2 s, and the time from pointing at a unit to its sum.
"""

import itertools
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.front_end import chrome
from browser.lab import Lab, jupyterlab
from playwright.sync_api import Page

TURNS, EDITS, BURST = 3, 36, 60

OURS = """
from cnnlib.explorers import kernel_explorer
explorer = kernel_explorer()
explorer
"""
BOARD = """
import numpy as np
from cnnlib.explorers import conv2d_board
rng = np.random.default_rng(0)
board = conv2d_board(rng.integers(0, 9, (12, 12)), rng.integers(-3, 4, (3, 3)), padding=4, spread=True)
board
"""
THEIRS = """
import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from cnnlib import conv2d
from cnnlib.explorers.kernels import PRESETS, pictures

picture = pictures()["photograph"]
numbers = [widgets.FloatText(v, layout={"width": "5em"}) for v in np.ravel(PRESETS["vertical edge"])]
stride, padding = widgets.IntSlider(1, 1, 8), widgets.IntSlider(0, 0, 8)

def draw(stride, padding, **cells):
    kernel = np.array([cells[f"w{k}"] for k in range(9)]).reshape(1, 1, 3, 3)
    y, _ = conv2d(picture[None, None], kernel, stride=stride, padding=padding)
    figure, axes = plt.subplots(1, 3, figsize=(10, 4))
    for ax, shown in zip(axes, (picture, kernel[0, 0], y[0, 0])):
        ax.imshow(shown, cmap="gray" if shown is picture else "RdBu")
        ax.axis("off")
    plt.show()

knobs = {"stride": stride, "padding": padding} | {f"w{k}": number for k, number in enumerate(numbers)}
grid = widgets.GridBox(numbers, layout={"grid_template_columns": "repeat(3, 6em)"})
widgets.VBox([widgets.HBox([stride, padding]), grid, widgets.interactive_output(draw, knobs)])
"""

# In the page: `put` edits the number in the middle of the kernel, `edit` waits until the new picture is on screen.
TOOLS = """([box, shown, event]) => {
    const frame = async () => { await new Promise(requestAnimationFrame); await new Promise(r => setTimeout(r)); };
    let drawn = 0, last = 0, heard = () => {};
    new MutationObserver(async () => {
        if (!shown.querySelector("img") && !shown.matches("[role=status]")) return;    // cleared, not drawn yet
        drawn++;
        await Promise.all([...shown.querySelectorAll("img")].map(i => i.decode().catch(() => {})));
        await frame(); last = performance.now(); heard(last);
    }).observe(shown, { childList: true, subtree: true });
    const put = v => { box[box.value === undefined ? "textContent" : "value"] = v; box.dispatchEvent(new Event(event, { bubbles: true })); };
    window.edit = v => new Promise(done => {
        const start = performance.now();
        heard = end => { heard = () => {}; done(end - start); };
        put(v);
    });
    window.burst = async n => {
        const before = drawn; let end;
        for (let k = 0; k < n; k++) {
            put(k / 8 + 3); end = performance.now();
            await new Promise(r => setTimeout(r, 20));
        }
        await new Promise(r => setTimeout(r, 2500));
        return [drawn - before, last - end];
    };
}"""

POINT = """async ([canvas, n]) => {
    const box = canvas.getBoundingClientRect(), said = document.querySelector(".lm [role=status]");
    const work = [], times = [];
    for (let k = 0; k < n; k++) {
        const [y, x] = [11, 7].map(step => (step * k % 90 + 2) / 94), before = said.textContent;
        const start = performance.now();
        const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true };
        canvas.dispatchEvent(new PointerEvent("pointermove", at));
        work.push(performance.now() - start);
        if (said.textContent === before) throw Error("nothing was said");
        await new Promise(requestAnimationFrame); await new Promise(r => setTimeout(r));
        times.push(performance.now() - start);
        await new Promise(r => setTimeout(r, 20));
    }
    return [work, times];
}"""

DIGIT = """
from cnnlib.explorers import digit_explorer
digit_explorer()
"""

# In the page: a stroke, or pointing, at a place of a canvas; then the time until what is shown has changed on screen.
STROKES = """async ([canvas, shown, down, n, every]) => {
    let last = 0, heard = () => {}, drawn = 0;
    const watch = new MutationObserver(async () => {
        drawn++; await new Promise(requestAnimationFrame); await new Promise(r => setTimeout(r));
        last = performance.now(); heard(last);
    });
    watch.observe(shown, { childList: true, subtree: true, attributes: true, characterData: true });
    const send = (kind, x, y) => {
        const box = canvas.getBoundingClientRect(), clientX = box.left + x * box.width;
        const at = { clientX, clientY: box.top + y * box.height, pointerId: 1, bubbles: true };
        canvas.dispatchEvent(new PointerEvent(kind, at));
    };
    canvas.setPointerCapture = () => {};                           // no pointer is down in earnest
    const times = [], place = k => [(11 * k % 64 % 8 + .5) / 8, (Math.floor(11 * k % 64 / 8) + .5) / 8];
    if (every && down) send("pointerdown", ...place(0));
    for (let k = 0; k < n; k++) {
        const start = performance.now();
        const answered = new Promise(done => { heard = end => { heard = () => {}; done(end - start); }; });
        if (down && !every) { send("pointerdown", ...place(k)); send("pointerup", ...place(k)); }
        else send("pointermove", ...place(k));
        if (every) await new Promise(r => setTimeout(r, every));
        else { times.push(await answered); await new Promise(r => setTimeout(r, 60)); }
    }
    const end = performance.now(); await new Promise(r => setTimeout(r, 1000));
    send("pointerup", 0, 0); watch.disconnect();
    return [times, drawn, Math.max(0, last - end)];
}"""


def draw(lab: Lab) -> None:
    """Print what strokes and pointing take in the digit explorer."""
    page = lab.open("digit", DIGIT)
    lab.run(page)
    page.get_by_label("digits", exact=True).select_option("blank sheet")
    page.get_by_text("It says").wait_for()
    canvases = [page.locator(f"[data-panel={id}] canvas").element_handle() for id in ("x", "stage0")]
    answer, unit = (page.locator(f"[data-panel={id}]").element_handle() for id in ("p", "unit"))
    page.evaluate(STROKES, [canvases[0], answer, True, 5, 0])  # warm
    page.get_by_role("button", name="clear").click()
    page.wait_for_timeout(300)
    lab.messages.clear()
    times = page.evaluate(STROKES, [canvases[0], answer, True, EDITS, 0])[0]
    received = sum(size for way, _, size in lab.messages if way == "received") / EDITS
    print(f"digit_explorer: stroke to pixels {spread(times)}, {received / 1e3:.0f} KB an update")
    page.get_by_role("button", name="clear").click()
    page.wait_for_timeout(300)
    _, drawn, settled = page.evaluate(STROKES, [canvases[0], answer, True, BURST, 20])
    print(f"digit_explorer: a stroke of {BURST} moves in 1.2 s: {drawn} pictures, {settled:.0f} ms to settle")
    lab.messages.clear()
    times = page.evaluate(STROKES, [canvases[1], unit, False, EDITS, 0])[0]
    received = sum(size for way, _, size in lab.messages if way == "received") / EDITS
    print(f"digit_explorer: pointing at a unit to its sum {spread(times)}, {received / 1e3:.0f} KB an update")
    page.close()


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} / {sorted(times)[int(0.95 * len(times))]:.0f} ms (median / p95)"


def measure(lab: Lab, name: str, code: str, box: str, shown: str, event: str) -> tuple[list[float], list[str], Page]:
    """In a notebook of its own: the milliseconds of every edit, what else is printed, and the page."""
    page = lab.open(name, code)
    lab.run(page)
    page.locator(box).first.wait_for()
    page.locator(f"{shown} img, {shown} table, {shown} p").first.wait_for()
    handles: list[Any] = [page.locator(box).nth(4).element_handle(), page.locator(shown).first.element_handle(), event]
    page.evaluate(TOOLS, handles)
    for k in range(5):  # warm
        page.evaluate("v => edit(v)", 10 + k)
        page.wait_for_timeout(100)
    lab.messages.clear()
    times = []
    for k in range(EDITS):
        times.append(page.evaluate("v => edit(v)", 20 + k / 4))
        page.wait_for_timeout(60)
    received = sum(size for way, _, size in lab.messages if way == "received") / EDITS
    pictures, settled = page.evaluate("n => burst(n)", BURST)
    return times, [f"{pictures}, {settled:.0f}", f"{received / 1e3:.0f}"], page


def main() -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("needs Chromium")
    contenders = {
        "interactive_output": (THEIRS, ".widget-text input", ".jp-OutputArea .jp-OutputArea", "change"),
        "kernel_explorer": (OURS, "[data-panel=w] .lm-edit", ".lm [role=status]", "input"),
        "largest board": (BOARD, "[data-panel=x] .lm-edit", ".lm [role=status]", "input"),
    }
    edits: dict[str, list[float]] = {name: [] for name in contenders}
    others = {}
    with tempfile.TemporaryDirectory() as folder, chrome(program) as browser, jupyterlab(Path(folder), browser) as lab:
        for turn, (name, how) in itertools.product(range(TURNS), contenders.items()):
            times, others[name], page = measure(lab, f"{name}_{turn}", *how)
            edits[name] += times
            if (turn, name) == (TURNS - 1, "kernel_explorer"):
                pointed = page
            else:
                page.close()
        lab.messages.clear()
        work, times = pointed.evaluate(POINT, [pointed.locator("[data-panel=y] > canvas").element_handle(), 60])
        sent = sum(widget for _, widget, _ in lab.messages)
        draw(lab)
    pointing = {name: ["none", "none"] for name in contenders}
    pointing["kernel_explorer"] = [f"{statistics.median(work):.1f} / {statistics.median(times):.0f}", str(sent)]
    median = {name: statistics.median(times) for name, times in edits.items()}
    rows = [
        [name, f"{median[name]:.0f} / {sorted(edits[name])[int(0.95 * TURNS * EDITS)]:.0f}", *others[name], *cells]
        for name, cells in pointing.items()
    ]
    head = ["", "edit to pixels, ms: median / p95", "60 edits in 1.2 s: pictures, ms to settle", "KB an update"]
    head += ["pointing, ms: work / on screen", "messages of 60 pointings"]
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    print(f"times as fast: {median['interactive_output'] / median['kernel_explorer']:.1f}")


if __name__ == "__main__":
    main()
