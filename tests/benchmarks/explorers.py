"""The kernel explorer beside the same one written with ipywidgets' interactive_output, in JupyterLab in Chromium.

    python tests/benchmarks/explorers.py [row ...] [--turns N] [--edits N]

A row is interactive_output, kernel_explorer, board, pointing or digit_explorer; without one, all: five minutes.
Prints, for each, in turns, on a picture of 96 x 96: the time from an edit of a kernel number to the new picture, what
becomes of 60 edits in 1.2 s, the bytes that an update brings, and the time from pointing at a pixel to its arithmetic.
The same for an edit on the largest board, of 1,961 numbers. A row is printed as soon as it is measured.
Then, for the digit explorer, the time from a stroke on the picture to the maps and probabilities that answer it, what
becomes of a stroke of 60 moves in 1.2 s, and the time from pointing at a unit to its sum.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.front_end import chrome
from browser.lab import Lab, jupyterlab
from playwright.sync_api import Page

BURST = 60

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
        if (!shown.querySelector("img") && !shown.closest(".lm")) return;    // cleared, not drawn yet
        drawn++;
        await Promise.all([...shown.querySelectorAll("img")].map(i => i.decode().catch(() => {})));
        await frame(); last = performance.now(); heard(last);
    }).observe(shown, { childList: true, subtree: true });
    const put = v => {
        box[box.isContentEditable ? "textContent" : "value"] = v;
        box.dispatchEvent(new Event(event, { bubbles: true }));
    };
    window.edit = v => new Promise((done, failed) => {
        const start = performance.now(), timer = setTimeout(() => failed(Error("no answer in 20 s")), 20000);
        heard = end => { heard = () => {}; clearTimeout(timer); done(end - start); };
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
        const answered = new Promise((done, failed) => {
            const timer = setTimeout(() => failed(Error("no answer in 20 s")), 20000);
            heard = end => { heard = () => {}; clearTimeout(timer); done(end - start); };
        });
        if (down && !every) { send("pointerdown", ...place(k)); send("pointerup", ...place(k)); }
        else send("pointermove", ...place(k));
        if (every) await new Promise(r => setTimeout(r, every));
        else { times.push(await answered); await new Promise(r => setTimeout(r, 60)); }
    }
    const end = performance.now(); await new Promise(r => setTimeout(r, 1000));
    send("pointerup", 0, 0); watch.disconnect();
    return [times, drawn, Math.max(0, last - end)];
}"""


CONTENDERS = {  # code, which number is edited, what shows the answer, the event that tells of an edit
    "interactive_output": (THEIRS, ".widget-text input", ".jp-OutputArea .jp-OutputArea", "change"),
    "kernel_explorer": (OURS, "[data-panel=w] .lm-edit", ".lm [role=status]", "input"),
    "board": (BOARD, "[data-panel=x] .lm-edit", "[data-panel=y]", "input"),
}


def opened(lab: Lab, name: str) -> Page:
    """A notebook with one contender, warm, with the TOOLS."""
    code, box, shown, event = CONTENDERS[name]
    page = lab.open(name, code)
    lab.run(page)
    page.locator(box).first.wait_for()
    page.locator(f"{shown} img, {shown} p, {shown} .lm-cell").first.wait_for()
    page.evaluate(TOOLS, [page.locator(box).nth(4).element_handle(), page.locator(shown).first.element_handle(), event])
    for k in range(5):
        page.evaluate("v => edit(v)", 10 + k)
        page.wait_for_timeout(100)
    return page


def edit(lab: Lab, name: str, count: int) -> list[float]:
    """The milliseconds of every edit; printed are their spread, and what becomes of many at once."""
    page, times = opened(lab, name), []
    lab.messages.clear()
    for k in range(count):
        times.append(page.evaluate("v => edit(v)", 20 + k / 4))
        page.wait_for_timeout(60)
    size = received(lab, count)
    drawn, settled = page.evaluate("n => burst(n)", BURST)
    page.close()
    say(
        name,
        f"edit to pixels {spread(times)}, {size}; {BURST} edits in 1.2 s: {drawn} pictures, {settled:.0f} ms to settle",
    )
    return times


def point(lab: Lab) -> None:
    """Print what pointing takes in the kernel explorer."""
    page = opened(lab, "kernel_explorer")
    lab.messages.clear()
    work, times = page.evaluate(POINT, [page.locator("[data-panel=y] canvas").first.element_handle(), 60])
    sent = sum(widget for _, widget, _ in lab.messages)
    say(
        "kernel_explorer", f"pointing, of that work {spread(work, 1)}, on screen {spread(times)}; {sent} messages of 60"
    )
    page.close()


def draw(lab: Lab, count: int) -> None:
    """Print what strokes and pointing take in the digit explorer."""
    page = lab.open("digit", DIGIT)
    lab.run(page)
    page.get_by_label("digits", exact=True).select_option("blank sheet")
    page.get_by_text("It says").wait_for()
    canvases = [page.locator(f"[data-panel={id}] canvas").first.element_handle() for id in ("x", "stage0")]
    answer, unit = (page.locator(f"[data-panel={id}]").element_handle() for id in ("p", "unit"))
    page.evaluate(STROKES, [canvases[0], answer, True, 5, 0])  # warm

    def clear() -> None:
        page.get_by_role("button", name="clear").click()
        page.wait_for_timeout(300)
        lab.messages.clear()

    clear()
    times = page.evaluate(STROKES, [canvases[0], answer, True, count, 0])[0]
    say("digit_explorer", f"stroke to pixels {spread(times)}, {received(lab, count)}")
    clear()
    _, drawn, settled = page.evaluate(STROKES, [canvases[0], answer, True, BURST, 20])
    say("digit_explorer", f"a stroke of {BURST} moves in 1.2 s: {drawn} pictures, {settled:.0f} ms to settle")
    lab.messages.clear()
    times = page.evaluate(STROKES, [canvases[1], unit, False, count, 0])[0]
    say("digit_explorer", f"pointing at a unit to its sum {spread(times)}, {received(lab, count)}")
    page.close()


def spread(times: list[float], digits: int = 0) -> str:
    ends = statistics.median(times), sorted(times)[int(0.95 * len(times))]
    return " / ".join(f"{time:.{digits}f}" for time in ends) + " ms (median / p95)"


def received(lab: Lab, count: int) -> str:
    return f"{sum(size for way, _, size in lab.messages if way == 'received') / count / 1e3:.0f} KB an update"


def say(row: str, text: str) -> None:
    print(f"{row}: {text}", flush=True)


def main() -> None:
    rows = [*CONTENDERS, "pointing", "digit_explorer"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(rows)}; by default all")
    parser.add_argument("--turns", type=int, default=3, help="how often each is opened and measured (3)")
    parser.add_argument("--edits", type=int, default=36, help="edits or strokes in a turn (36)")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(rows):
        parser.error(f"there is no row {min(unknown)!r}; there are {', '.join(rows)}")
    chosen = asked.rows or rows
    program = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("needs Chromium")
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS if name in chosen}
    with tempfile.TemporaryDirectory() as folder, chrome(program) as browser, jupyterlab(Path(folder), browser) as lab:
        for _ in range(asked.turns):
            for name in times:
                times[name] += edit(lab, name, asked.edits)
        for name, all_turns in times.items():
            say(f"{name}, all turns", f"edit to pixels {spread(all_turns)}")
        if "pointing" in chosen:
            point(lab)
        if "digit_explorer" in chosen:
            draw(lab, asked.edits)


if __name__ == "__main__":
    main()
