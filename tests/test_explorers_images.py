"""Pictures that a reader opens in the kernel explorer: what is shown, and what is refused in a sentence."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnlib.explorers import kernel_explorer
from cnnlib.explorers.images import opened
from cnnlib.explorers.widget import Explorer


def test_a_picture_from_the_page_is_shown_or_answered() -> None:
    explorer = kernel_explorer()
    assert "your own" not in explorer.spec[0]["options"]
    open_file(explorer, png([[0, 51, 102], [153, 204, 255]]))
    assert explorer.frame["note"].startswith("a kernel of size (3, 3) does not fit")
    explorer.kernel = [[1]]
    open_file(explorer, png([[0, 51, 102], [153, 204, 255]]))
    np.testing.assert_allclose(explorer.image, [[0, 0.2, 0.4], [0.6, 0.8, 1]])
    assert explorer.knobs["picture"] == "your own"
    assert "your own" in explorer.spec[0]["options"]
    open_file(explorer, png([[[255, 0, 0], [0, 0, 255]]]))
    np.testing.assert_allclose(explorer.image, [[0.299, 0.114]])
    open_file(explorer, b"no picture")
    assert explorer.frame["note"] == "a file.png cannot be read as a picture"
    open_file(explorer, b"")  # the page sends no more than the limit
    assert explorer.frame["note"] == "a file.png is empty or too large: at most 8 MB can be opened"
    assert explorer.image.shape == (1, 2)


def open_file(explorer: Explorer, data: bytes) -> None:
    content = {"action": "open", "file": "a file.png", "number": explorer.answered + 1}
    explorer._handle_custom_msg(content, [memoryview(data)])


def saved(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def png(pixels: Any, dtype: Any = np.uint8) -> bytes:
    return saved(Image.fromarray(np.array(pixels, dtype)))


@pytest.mark.parametrize(("shape", "small"), [((300, 200), (192, 128)), ((1, 4000), (1, 192)), ((191, 3), (191, 3))])
def test_an_opened_picture_is_made_small_enough(shape: tuple[int, int], small: tuple[int, int]) -> None:
    red = opened("red.png", png(np.full((*shape, 3), (255, 0, 0))))
    assert red.shape == (3, *small)
    assert (red == np.reshape([1, 0, 0], (3, 1, 1))).all()


def test_an_opened_picture_stands_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # its first row is the right side
    lying = np.repeat(np.array([[10] * 64, [240] * 64], np.uint8), 16, axis=0)
    upright = opened("phone.jpg", saved(Image.fromarray(lying), "JPEG", exif=turned))
    assert upright.shape == (3, 64, 32)
    assert upright[0, :, 0].min() > 0.9 > 0.1 > upright[0, :, -1].max()


def test_an_opened_picture_of_any_mode_shows_its_lightness() -> None:
    deep = opened("deep.png", png([[0, 257 * 51], [257 * 204, 65535]], dtype=np.uint16))
    np.testing.assert_allclose(deep, np.broadcast_to([[0, 0.2], [0.8, 1]], (3, 2, 2)))
    clear = opened("clear.png", png([[[0, 0, 0, 0], [0, 0, 0, 255]]]))  # what is clear is paper
    assert clear[0].tolist() == [[1, 0]]
    printed = opened("printed.tif", saved(Image.new("CMYK", (5, 4), (0, 255, 255, 0)), "TIFF"))  # red, of four inks
    assert printed.shape == (3, 4, 5)
    assert printed[0].min() > 0.9 > 0.1 > printed[1:].max()


def test_what_cannot_be_opened_is_refused_by_name() -> None:
    drawing = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'
    with pytest.raises(ValueError, match=r"half\.svg is an SVG drawing"):
        opened("half.svg", drawing)
    whole = png(np.arange(400).reshape(20, 20) % 251)
    for length in (1, 20, len(whole) // 2):
        with pytest.raises(ValueError, match=r"half\.png cannot be read as a picture"):
            opened("half.png", whole[:length])
    for side in (12_000, 30_000):  # a few kilobytes that would be decoded to hundreds of megabytes
        with pytest.raises(ValueError, match=r"bomb\.png has too many pixels"):
            opened("bomb.png", saved(Image.new("1", (side, side))))
