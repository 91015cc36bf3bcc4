"""Lecture 10: pictures read between their pixels, digits that are located, weights that PyTorch takes."""

import contextlib
import io

import nbformat
import numpy as np
import pytest
import scipy.ndimage
from solved import ROOT

from cnnlib.data import digits
from cnnlib.locating import CANVAS, class_maps, locator, scattered, trained_locator
from cnnlib.network import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnlib.training import predict
from cnnlib.warping import read, resize


def test_reading_between_pixels_is_scipys():
    rng = np.random.default_rng(0)
    for _ in range(50):
        H, W, OH, OW = rng.integers(1, 7, 4)
        x, rows, columns = rng.normal(size=(H, W)), rng.uniform(-3, H + 2, (OH, OW)), rng.uniform(-3, W + 2, (OH, OW))
        expected = scipy.ndimage.map_coordinates(x, [rows, columns], order=1, mode="grid-constant", prefilter=False)
        assert np.allclose(read(x, rows, columns), expected)
        stack = rng.normal(size=(2, 3, H, W))
        assert np.allclose(read(stack, rows, columns)[1, 2], read(stack[1, 2], rows, columns))


def test_resizing_keeps_the_centre_and_undoes_itself_where_nothing_is_lost():
    x = np.zeros((2, 9, 7), np.float32)
    x[:, 4, 3], x[1, 3, 3] = 1, 0.5
    assert resize(x, 2).dtype == np.float32
    assert np.array_equal(resize(x, 1), x)
    assert np.array_equal(resize(x, 2)[:, 4, 3], x[:, 4, 3])
    assert resize(x, 2)[1, 2, 3] == 0.5
    assert np.allclose(resize(resize(x, 2), 0.5), x)


@pytest.mark.parametrize("factor", [0, -1.5, "wide"])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises((TypeError, ValueError), match="factor"):
        resize(np.ones((3, 3)), factor)


def test_scattered_digits_lie_whole_on_their_canvases():
    x = np.random.default_rng(0).uniform(1, 2, (40, 1, 3, 2))
    canvases, corners = scattered(x, 5, np.random.default_rng(1))
    assert canvases.shape == (40, 1, 5, 5)
    assert len({tuple(corner) for corner in corners}) > 10
    for canvas, picture, (top, left) in zip(canvases[:, 0], x[:, 0], corners, strict=True):
        assert np.array_equal(canvas[top : top + 3, left : left + 2], picture)
        assert np.count_nonzero(canvas) == 6


def test_the_mean_of_a_class_map_and_the_bias_are_the_logit():
    network, x = locator(), np.random.default_rng(0).random((3, 1, CANVAS, CANVAS), np.float32)
    logits = class_maps(network, x).mean((2, 3)) + network.layers[-1].parameters["bias"]
    assert np.allclose(logits, network(x)[0], atol=1e-5)


@pytest.mark.ci
@pytest.mark.slow
def test_the_locator_finds_digits_on_a_canvas_larger_than_any_that_it_saw():
    data = digits()
    canvases, corners = scattered(data.x_test, 24, np.random.default_rng(5))
    maps = class_maps(trained_locator(), canvases)[np.arange(len(canvases)), data.t_test]
    peaks = np.array([np.unravel_index(found.argmax(), found.shape) for found in maps])
    assert np.mean(((corners <= peaks) & (peaks < corners + 8)).all(1)) > 0.95


def cell(name: str) -> str:
    cells = nbformat.read(ROOT / "solutions" / "10_beyond.ipynb", as_version=4).cells
    return next(cell.source for cell in cells if cell.id == name)


def reader() -> Sequential:
    return Sequential(Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(16, 32, 3, padding=1), ReLU(),
                      MaxPool2d(2), Flatten(), Linear(128, 32), ReLU(), Linear(32, 10))  # fmt: skip


def test_the_cell_on_pytorch_speaks_plainly_without_it_and_agrees_with_it():
    """As it stands in the notebook, whether PyTorch is there or not."""
    names = {"np": np, "upright": reader(), "predict": predict, "x_test": digits().x_test}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(cell("torch"), names)
    if "twin" in names:
        assert printed.getvalue() == "the same logits to 1e-5 of the largest: True\n"
    else:
        assert printed.getvalue().startswith("PyTorch is not installed here.")


def test_pytorch_makes_the_same_of_the_lectures_weights():
    torch = pytest.importorskip("torch")
    names = {"np": np, "upright": reader(), "predict": predict, "x_test": digits().x_test}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(cell("torch"), names)
    twin, x = names["twin"], digits().x_test[:50]
    y, backward = names["upright"](x)
    assert np.allclose(y, twin(torch.from_numpy(x)).detach().numpy(), atol=1e-5 * np.abs(y).max())
    dy = np.random.default_rng(0).normal(size=y.shape).astype(np.float32)
    twin(torch.from_numpy(x)).backward(torch.from_numpy(dy))
    for name, gradient in backward(dy)[1].items():
        theirs = dict(twin.named_parameters())[name].grad.numpy()
        assert np.allclose(gradient, theirs, atol=1e-4 * np.abs(theirs).max()), name
