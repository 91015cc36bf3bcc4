"""The still picture of an explorer: what a saved notebook shows where no kernel runs."""

import io
import re
from functools import cache
from typing import Any

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnnlib.explorers.frames import Cells, Frame, Panel
from cnnlib.explorers.still_plots import draw_plot

FONT = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans"  # comes with matplotlib: the same everywhere
MOST = 24_000  # bytes
GAP = 3  # pixels between squares
INK, SOFT, PAPER = "#222222", "#666666", "#ffffff"
LARGE = str.maketrans("⋆∗", "★✱")  # told apart where letters are small
TINTS = (178, 24, 43), (33, 102, 172)  # the ends of RdBu, for the squares of negative and positive numbers
HATCH = np.array([[154, 160, 166], [134, 140, 146]], np.uint8)
Picture = Image.Image


def draw(shown: Frame, assets: dict[str, Any]) -> bytes:
    """A frame as a small PNG: panels with names, sizes and, where they are few, numbers. Same frame, same bytes."""
    panels = {panel["id"]: panel for panel in shown["panels"]}
    groups = []
    for group in shown["layout"]:
        lines = [[_panel(panels[id], assets) if id in panels else _text(id, 20) for id in row] for row in group["rows"]]
        title = [_text(group["title"], 11)] if group["title"] else []
        groups.append(_beside(title + [_beside(line, 22) for line in lines], 12, down=True))
    invitation = "Run this cell in JupyterLab to point, to change things and to step."
    signs = [f"{sign}  {meaning}" for sign, meaning in shown.get("signs", {}).items()]
    words = _beside([_text(line, 11) for line in (shown["caption"], *signs, invitation) if line], 4, down=True)
    sheet = _beside([_beside(groups[:2], 48), *groups[2:], words], 10, down=True)
    framed = Image.new("RGB", (sheet.width + 24, sheet.height + 24), PAPER)
    framed.paste(sheet, (12, 12))
    plots = any(panel["kind"] == "plot" for panel in shown["panels"])  # a heat map leaves few for the points on it
    for colours in [256] * plots + [64, 32, 16, 8, 4]:  # a busy one keeps fewer
        out = io.BytesIO()
        framed.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST:
            break
    return out.getvalue()


@cache
def _font(size: int, face: str = "") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"{FONT}{face}.ttf", size)


def _text(text: str, size: int, ink: str = SOFT, face: str = "") -> Picture:
    font, text = _font(size, face), text.translate(LARGE)
    image = Image.new("RGB", (int(font.getlength(text)) + 2, size * 3 // 2), PAPER)
    ImageDraw.Draw(image).text((0, size * 5 // 4), text, ink, font, anchor="ls")
    return image


def _beside(images: list[Picture], gap: int, down: bool = False) -> Picture:
    """Images in a row, or in a column."""
    along, across = (1, 0) if down else (0, 1)
    size = [0, 0]
    size[along] = sum(image.size[along] + gap for image in images) - gap
    size[across] = max(image.size[across] for image in images)
    sheet, at = Image.new("RGB", (size[0], size[1]), PAPER), 0
    for image in images:
        sheet.paste(image, (0, at) if down else (at, 0))
        at += image.size[along] + gap
    return sheet


def _panel(panel: Panel, assets: dict[str, Any]) -> Picture:
    if panel["kind"] == "plot":
        return _beside([_text(panel["title"], 12, INK, "-Bold"), draw_plot(panel)], 3, down=True)
    if panel["kind"] == "text":
        lines = [_text(panel["title"], 12, INK, "-Bold"), *(_text(line, 11, INK) for line in panel["lines"])]
        return _beside(lines, 3, down=True)
    caption = _beside([_text(panel["name"], 13, INK, "-Bold"), _text(f"{panel['title']}  {panel['extent']}", 12)], 5)
    return _beside([caption, _pixels(panel, assets) if panel.get("picture") else _squares(panel, assets)], 3, down=True)


def _pixels(panel: Cells, assets: dict[str, Any]) -> Picture:
    low, high = panel["limits"]
    palette = np.frombuffer(assets["palettes"][panel["palette"]], np.uint8).reshape(256, 3)
    every = -(-max(panel["shape"]) // 112)
    shown = panel["values"][::every, ::every]
    places = np.clip((np.nan_to_num(shown) - low) / ((high - low) or 1) * 255, 0, 255).round().astype(int)
    unit = max(1, round(panel["size"] / max(places.shape) * 2 / 3))
    colours = np.where(np.isnan(shown)[..., None], np.uint8(255), palette[places])  # between the tiles is paper
    pixels = panel["colours"][::every, ::every] if "colours" in panel else colours
    pixels = pixels.repeat(unit, 0).repeat(unit, 1)
    at = [np.arange(0, size, every).repeat(unit) for size in panel["shape"]]
    rows, cols = ((n < k) | (n >= size - k) for n, k, size in zip(at, panel["rim"], panel["shape"], strict=True))
    r, c = np.nonzero(rows[:, None] | cols)
    pixels[r, c] = HATCH[(r // 3 + c // 3) % 2]
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    boxes = [
        (c // every, r // every, -(-(c + w) // every), -(-(r + h) // every)) for r, c, h, w in panel.get("boxes", [])
    ]
    edges = [[at * unit for at in box] for box in boxes]
    edges += [[0, 0, image.width, image.height]] * ("paint" in panel)
    for left, top, right, bottom in edges:  # black around white: seen on any colour
        pen.rectangle(
            (left, top, max(right - 1, left), max(bottom - 1, top)), outline=INK
        )  # every few pixels: one is left
        if unit > 3 and (right, bottom) != image.size:
            pen.rectangle((left + 1, top + 1, right - 2, bottom - 2), outline=PAPER)
    return image


def _squares(panel: Cells, assets: dict[str, Any]) -> Picture:
    values, (top, left) = panel["values"], panel["rim"]
    side = 34 if max(values.shape) < 9 else 22
    image = Image.new("RGB", ((side + GAP) * values.shape[1], (side + GAP) * values.shape[0]), PAPER)
    pen, edit = ImageDraw.Draw(image), bool(panel.get("edit"))
    for (r, c), value in np.ndenumerate(values):
        x, y = c * (side + GAP), r * (side + GAP)
        padded = not (top <= r < len(values) - top and left <= c < values.shape[1] - left)
        depth = 0.45 * min(1.0, abs(value) / (panel["limits"][1] or 1))
        paper = 255 if edit or padded else 243  # what can be changed is framed, padding is dashed, as on the page
        tint = tuple(round(paper + depth * (part - paper)) for part in TINTS[int(value > 0)])
        pen.rounded_rectangle((x, y, x + side, y + side), 3, fill=tint, outline=SOFT if edit and not padded else None)
        for n in range(1, side - 1, 5) if padded else ():
            for ends in ((n, 0, n + 2, 0), (n, side, n + 2, side), (0, n, 0, n + 2), (side, n, side, n + 2)):
                pen.line([(x + ends[0], y + ends[1]), (x + ends[2], y + ends[3])], SOFT)
        if np.isnan(value):
            continue
        text, font = _number(value, side)
        pen.text((x + side / 2, y + side / 2), text, SOFT if padded else INK, font, anchor="mm")
    return image


def _number(value: float, side: int) -> tuple[str, ImageFont.FreeTypeFont]:
    """A number as it fits into a square: with fewer digits, at last in smaller letters."""
    size = side // 4 + 4
    font = _font(size)
    for digits in range(2 if 0 < abs(value) < 1 else 4, 0, -1):
        text = re.sub(r"e(-?)\+?0*", r"e\1", f"{value + 0.0:.{digits}g}").replace("-", "−")
        if (wide := font.getlength(text) / (side - 2)) <= 1:
            return text, font
    return text, _font(int(size / wide))
