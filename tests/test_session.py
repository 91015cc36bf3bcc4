"""What a student calls in a notebook: check, hint, progress, or_reference."""

import numpy as np
import pytest
from solved import answers

import cnnlib
from cnnlib.exercises import check, find, hint, or_reference, progress, session

RIGHT = answers("05_conv1d_backprop")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(session, "_verdicts", {})
    monkeypatch.setattr(session, "_hints_shown", {})


def test_a_right_answer_earns_its_points_and_says_so(capsys):
    points = check(RIGHT["conv1d_weight_gradient"])
    assert points == 2
    assert "dw 2 of 2   right" in capsys.readouterr().out
    assert points.note == "2 of 2 points here, 2 of 20 in this notebook so far"


def test_points_read_as_a_plain_float():
    """nbgrader takes a cell's partial credit from the text of its value."""
    assert repr(check(RIGHT["conv1d_bias_gradient"])) == "1.0"


def test_a_wrong_answer_is_named(capsys):
    def conv1d_input_gradient(dy, w):
        return np.convolve(dy, w[::-1])

    assert check(conv1d_input_gradient) == 0
    said = capsys.readouterr().out
    assert "the kernel the wrong way round" in said
    assert "got [3, 2]   expected [2, 3]   first difference at [0]" in said
    assert "dx[0] = dy[0] w[0] = 1 * 2 = 2" in said


@pytest.mark.parametrize("last", ["return total + missing", "exec('total + missing')"])
def test_the_line_of_the_cell_that_raised_is_shown(last):
    source = f"def conv1d_bias_gradient(dy):\n    total = 0\n    {last}\n"
    namespace = {}
    exec(compile(source, "<cell 3>", "exec"), namespace)
    verdict = session.judge(find("conv1d_bias_gradient"), session.asks(namespace["conv1d_bias_gradient"]))
    rows = dict(verdict.findings[0].rows)
    assert rows["it stopped with"] == "NameError: name 'missing' is not defined"
    assert rows["your code"].startswith("line 3")


def test_an_answer_may_not_call_the_courses_own_function(capsys):
    def conv1d_layer_forward(x, w, b, stride=1, padding=0):
        return cnnlib.conv1d(x, w, b, stride=stride, padding=padding)[0]

    def conv1d_forward(x, w, b):
        return or_reference("conv1d_forward")(x, w, b)

    assert check(conv1d_layer_forward) == 0
    assert "calls the course's own conv1d" in capsys.readouterr().out
    assert check(conv1d_forward) == 0
    assert "calls the course's own or_reference" in capsys.readouterr().out


@pytest.mark.parametrize("nonsense", [None, 3, "conv1d_forwards", print, [1, 2], lambda: 1, "conv1d_forward", type])
def test_check_never_raises(nonsense, capsys):
    assert check(nonsense) == 0
    assert capsys.readouterr().out.strip()


def test_a_lambda_goes_by_the_name_it_was_given(capsys, monkeypatch):
    monkeypatch.setitem(globals(), "conv1d_bias_gradient", lambda dy: dy.sum())
    assert check(globals()["conv1d_bias_gradient"]) == 1


def test_a_hint_needs_no_definition(capsys):
    hint("conv2d_weight_gradient")
    assert "Hint 1 of 3" in capsys.readouterr().out


class Hostile:
    __name__ = "conv1d_forward"

    def __call__(self, *args, **kwargs):
        raise SystemExit("out")


@pytest.mark.parametrize(
    "function",
    [
        lambda x, w, b: (_ for _ in ()).throw(KeyboardInterrupt),
        lambda x, w, b: 1 / 0,
        lambda: 0,
        lambda x, w, b: "text",
        lambda x, w, b: {"y": 1},
        lambda x, w, b: np.array([object()]),
        lambda x, w, b: np.full(1, np.nan),
        lambda x, w, b: x + 1j,
        Hostile(),
    ],
)
def test_check_survives_whatever_the_function_does(function, capsys):
    if not isinstance(function, Hostile):
        function.__name__ = "conv1d_forward"
    assert check(function) == 0
    assert "conv1d_forward" in capsys.readouterr().out


def test_hints_come_one_by_one_and_can_be_seen_again(capsys):
    for expected in ("Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"):
        hint(RIGHT["conv1d_forward"])
        assert expected in capsys.readouterr().out
    hint(RIGHT["conv1d_forward"], 1)
    assert "Hint 1 of 3" in capsys.readouterr().out
    hint(RIGHT["conv1d_forward"], 7)
    assert "it has hints 1 to 3" in capsys.readouterr().out


def test_later_cells_go_on_with_the_reference_and_say_so(capsys):
    def conv1d_forward(x, w, b):
        raise NotImplementedError

    assert or_reference(conv1d_forward) is find("conv1d_forward").reference
    assert "is not right yet" in capsys.readouterr().out
    assert or_reference(RIGHT["conv1d_forward"]) is RIGHT["conv1d_forward"]


def test_progress_adds_up(capsys):
    check(RIGHT["conv1d_forward"])
    check(RIGHT["conv1d_layer_backward"])
    capsys.readouterr()
    progress()
    said = capsys.readouterr().out
    assert "together" in said
    assert " 6 of 20" in said
    assert "not checked yet" in said
    progress("05_conv2d")
    assert "There is no lecture '05_conv2d'" in capsys.readouterr().out
