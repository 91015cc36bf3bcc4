"""What goes between the two sides: values come back as they were, and what is forged is refused."""

import json
from typing import Any

import numpy as np
import pytest

from cnnlib.checks import stepping
from cnnlib.checks.cases import given
from cnnlib.grading import messages
from cnnlib.grading.runner import build

pytestmark = [pytest.mark.ci, pytest.mark.slow]


def sent(value: Any, build: Any = None) -> Any:
    numbers = bytearray()
    item = json.loads(json.dumps(messages.encode(value, numbers)))
    return messages.decode(item, bytes(numbers), build)


@pytest.mark.parametrize("dtype", ["f8", ">f8", "f4", "f2", "i8", "u1", "?", "c16", "g"])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, stepping])
def test_arrays_keep_dtype_shape_layout_and_every_bit(dtype, layout):
    array = layout((np.arange(24).reshape(2, 3, 4) - 7).astype(dtype))
    back = sent(array)
    assert (back.dtype, back.shape, back.strides) == (array.dtype, array.shape, array.strides)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -3,
        2**64,
        1.5,
        float("inf"),
        "text",
        "\ud800",
        (),
        [1, (2.0, {"A"})],
        {"w": [], "o": [("w", 2.0), ("w", -1.5)], 3: {}},
        frozenset("AB"),
        np.float32(0.1),
    ],
)
def test_plain_values_come_back_as_they_were(value):
    assert sent(value) == value
    assert type(sent(value)) is type(value)


def test_several_arrays_share_a_frame():
    value = [np.arange(3), (np.zeros((0, 2)), np.array(7.0)), np.ones((2, 2), "f4")]
    first, (second, third), fourth = sent(value)
    assert (first.tolist(), second.shape, third.shape, fourth.dtype) == ([0, 1, 2], (0, 2), (), np.float32)


def test_a_function_of_the_course_is_built_only_where_it_is_asked_for():
    function = given(lecture_function)
    with pytest.raises(messages.WireError):
        sent(function)
    built = sent(function, build)
    assert (built(3.0), built.__name__, built.__code__.co_filename) == (6.0, "lecture_function", "<given>")
    assert built.__code__.co_code == function.__code__.co_code


def lecture_function(x: float) -> float:
    return 2 * x


FORGED = [
    {"array": ["<f8", [3], "C"]},
    {"array": ["<f8", [-1], "C"]},
    {"array": ["<f8", [2.0], "C"]},
    {"array": ["<f8", [True], "C"]},
    {"array": ["<f8", [0, 2**70], "C"]},
    {"array": ["<f8", [0] * 99, "C"]},
    {"array": ["<f8", [2**40, 0], "C"]},
    {"list": [{"array": ["<f8", [100, 0, 100], "C"]}] * 2},
    {"array": ["<f8", "12", "C"]},
    {"array": ["<f99", [1], "C"]},
    {"array": ["O", [1], "C"]},
    {"array": ["<f8,<f8", [1], "C"]},
    {"array": ["<f8", [1]]},
    {"array": 3},
    {"scalar": "|O8"},
    {"scalar": ["<f8"]},
    {"odd": ["<f8", False]},
    {"odd": ["<U99999999", True]},
    {"odd": 3},
    {"list": 3},
    {"set": [{"list": []}]},
    {"dict": 3},
    {"dict": [1]},
    {"dict": [{"tuple": ["w"]}]},
    {"dict": [{"tuple": [{"list": []}, 1]}]},
    {"function": ["x = 1", "x"]},
    {"other": [1, 2]},
    {"other": []},
    {"tuple": [], "list": []},
    {},
    [1],
]


@pytest.mark.parametrize("item", FORGED, ids=str)
def test_what_is_no_value_is_refused(item):
    with pytest.raises(messages.WireError):
        messages.decode(item, bytes(16))


def test_what_cannot_be_sent_is_only_shown():
    class Thing:
        def __repr__(self) -> str:
            return "a thing" * 100

    back = sent(Thing())
    assert (type(back).__name__, len(repr(back))) == ("Thing", 200)
    assert repr(sent({"a": 1})) == "{'a': 1}"
    assert sent(np.array([None])).dtype == object
