"""A picture as the output of a cell: HTML, for JupyterLab and nbconvert drop the alternative text of a bare image.

Both keep that of an img, JupyterLab in a notebook that is not trusted, too. GitHub shows an img with its data within:
jupyter_rfb saves its pictures so, to be seen there (https://github.com/vispy/jupyter_rfb/pull/37).
"""

import base64
import html
import re
from collections.abc import Mapping
from typing import Any

# In a dark page ink on paper becomes chalk on slate, of the same hues; what shows shades of grey is not turned into its
# negative, but dimmed. From an untrusted notebook JupyterLab takes style elements and the property `filter`: until its
# cells have run, the paper stays white.
DARK = {"ink": "invert(.93)hue-rotate(180deg)", "shades": "brightness(.82)"}
IMG = re.compile(r'(<img class="cnnlib-\w+" alt="[^"]*" src="data:image/png;base64,)([^"]*)(">)')


def as_output(png: bytes, alt: str, *, shades: bool = False) -> dict[str, str]:
    """What IPython displays: the picture as HTML with its alternative text, and that text alone.

    Args:
        png: the file's bytes.
        alt: what there is to see, for who cannot.
        shades: whether it shows shades of grey that mean something, as a photograph's.
    """
    kind, data = "shades" if shades else "ink", base64.b64encode(png).decode()
    style = f"<style>[data-jp-theme-light=false] .cnnlib-{kind}{{filter:{DARK[kind]}}}</style>"
    img = f'<img class="cnnlib-{kind}" alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'
    return {"text/html": style + img, "text/plain": alt}


def taken_out(data: Mapping[str, Any]) -> tuple[str, str]:
    """An output's HTML without the picture that `as_output` put there, and that picture; "" if there is none."""
    text = str(data.get("text/html", ""))
    found = IMG.search(text)
    return IMG.sub(r"\1\3", text), found[2] if found else ""
