"""Lecture 09: steps in a row are judged one by one; a trained network is handed in as text; MNIST by one line."""

import gzip
import re
import struct
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cnnlib.checks import asks, judge
from cnnlib.data import MNIST_SHA256, digits, mnist
from cnnlib.exercises import find
from cnnlib.exercises.network_backward import flat_backward
from cnnlib.exercises.network_forward import cnn_forward
from cnnlib.exercises.network_reach import reach
from cnnlib.recipe import build, pack

NOTEBOOK = Path(__file__).parents[1] / "solutions" / "09_network.ipynb"


def points(name: str, answer: object) -> dict[str, int]:
    return {finding.part: finding.points for finding in judge(find(name), asks(answer)).findings}


# ---------------------------------------------------------------- steps in a row


def built_on(first):
    """The flat steps of the way back, right but for the first, and built on it."""

    def backward(t, kept, params):
        y = kept[-1]
        return flat_backward(y - first(y, t) * len(y), kept, params)

    return backward


def test_a_wrong_step_costs_nothing_of_what_is_built_on_it():
    verdict = judge(find("flat_backward"), asks(built_on(lambda y, t: t - y)))
    assert [finding.points for finding in verdict.findings] == [0, 1, 1, 1, 1]


def test_two_wrong_steps_cost_two_parts_and_each_is_named():
    def two_wrong(x, params):
        a1, a2, a3, _ = cnn_forward(x, params | {"b1": 0 * params["b1"]})
        return a1, a2, 2 * a3, cnn_forward(x, params)[3]

    verdict = judge(find("cnn_forward"), asks(two_wrong))
    assert [finding.points for finding in verdict.findings] == [0, 1, 0, 0]
    assert all(finding.cause for finding in verdict.findings if not finding.points)


@pytest.mark.parametrize("spoilt", [lambda dz: dz[0], lambda dz: dz * np.nan, lambda dz: "dz", lambda dz: None])
def test_what_follows_a_step_of_no_use_is_judged_by_the_right_one(spoilt):
    def backward(t, kept, params):
        dz4, *others = flat_backward(t, kept, params)
        return spoilt(dz4), *others

    assert points("flat_backward", backward) == {"dz4": 0, "dw4": 1, "dz3": 1, "dw3": 1, "dr2": 1}


def test_a_dictionary_changed_in_place_is_refused():
    def in_place(params, grads, rate):
        for name in params:
            params[name] -= rate * grads[name]
        return params

    (finding,) = judge(find("sgd_step"), asks(in_place)).findings
    assert "changes its argument params in place" in finding.reason


# ---------------------------------------------------------------- a network as text


def test_a_network_that_reaches_the_bar_is_told_what_was_measured():
    verdict = judge(find("reach"), asks(reach))
    assert verdict.right
    said = dict(verdict.notes)
    right, count = re.match(r"(\d+) of 355 held-out digits, .*; ([\d,]+) parameters", said["measured"]).groups()
    assert int(right) >= 350
    assert int(count.replace(",", "")) <= 20_000
    assert "98.6 %" in said["nearest neighbour"]


def test_one_that_misses_it_is_told_how_far():
    (finding,) = judge(find("reach"), asks(lambda: pack("flatten, linear 10", build("flatten, linear 10")))).findings
    assert re.search(r"with 650 parameters it reads \d+ of 355 .* 98.5% are asked, which is 350", finding.reason)


def test_a_text_that_a_sandbox_would_cut_is_refused_in_the_notebook_as_well():
    recipe = "flatten, linear 200, relu, linear 10"
    (finding,) = judge(find("reach"), asks(lambda: pack(recipe, build(recipe)))).findings
    assert ".splitlines()" in finding.reason


# ---------------------------------------------------------------- larger pictures


def as_idx(array):
    return gzip.compress(
        b"\x00\x00\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    )


def small_mnist(folder: Path) -> None:
    """Four files in MNIST's format: the bundled digits on 12 x 12 pixels."""
    data = digits()
    for name, (x, t) in zip(
        ("train", "t10k"), ((data.x_train[:560], data.t_train[:560]), (data.x_test[:80], data.t_test[:80])), strict=True
    ):
        pictures = np.pad(np.round(255 * x[:, 0]).astype(np.uint8), ((0, 0), (2, 2), (2, 2)))
        images, labels = (file for file in MNIST_SHA256 if file.startswith(name))
        (folder / images).write_bytes(as_idx(pictures))
        (folder / labels).write_bytes(as_idx(t.astype(np.uint8)))


@pytest.mark.ci
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_runs_on_pictures_of_another_size_by_changing_one_line(tmp_path, monkeypatch, capsys):
    small_mnist(tmp_path)
    monkeypatch.setattr("cnnlib.plotting.show", lambda figure: __import__("matplotlib.pyplot").pyplot.close(figure))
    namespace = {"mnist": lambda: mnist(tmp_path)}
    changed = 0
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            source = re.sub(r"^data = digits\(\).*$", "data = mnist()", cell.source, flags=re.MULTILINE)
            changed += source != cell.source
            source = re.sub(r"^EPOCHS = .*$", "EPOCHS = 2", source, flags=re.MULTILINE)  # to be done in time
            exec(compile(source, f"<{cell.id}>", "exec"), namespace)
    assert changed == 1
    assert namespace["start"]["w3"].shape == (32, 16 * 3 * 3)
    assert namespace["mine"].parameters["7.weight"].shape == (32, 16 * 3 * 3)
    assert "together                           28 of 28" in capsys.readouterr().out
