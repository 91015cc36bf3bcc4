"""What a student calls in a notebook: check, hint, progress, or_reference."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small.exercises.sums import ADD_UP, EXERCISES

import cnnlib
from cnnlib.checks.verdict import Finding, Verdict, anchor
from cnnlib.exercises import check, hint, lectures, or_reference, progress, session

pytestmark = pytest.mark.usefixtures("small_exercises")
POSSIBLE = sum(exercise.possible for exercise in EXERCISES)


def add_up(x):
    return x.sum()


def ends(x):
    return x[0], x[-1]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(session, "_verdicts", {})
    monkeypatch.setattr(session, "_hints_shown", {})


def test_a_right_answer_earns_its_points_and_says_so(capsys):
    points = check(ends)
    assert points == 3
    assert "first 1 of 1   last 2 of 2   right" in capsys.readouterr().out
    assert points.note == f"3 of 3 points here, 3 of {POSSIBLE} in this notebook so far"


def test_points_read_as_a_plain_float():
    """nbgrader takes a cell's partial credit from the text of its value."""
    assert repr(check(add_up)) == "2.0"


def test_a_wrong_answer_is_named(capsys):
    def add_up(x):
        return x.mean()

    assert check(add_up) == 0
    said = capsys.readouterr().out
    assert "the mean of x. Nothing is divided here." in said
    assert "got 2.5   expected 5" in said


@pytest.mark.parametrize("last", ["return total + missing", "exec('total + missing')"])
def test_the_line_of_the_cell_that_raised_is_shown(last):
    source = f"def add_up(x):\n    total = 0\n    {last}\n"
    namespace = {}
    exec(compile(source, "<cell 3>", "exec"), namespace)
    verdict = session.judge(ADD_UP, session.asks(namespace["add_up"]))
    rows = dict(verdict.findings[0].rows)
    assert rows["it stopped with"] == "NameError: name 'missing' is not defined"
    assert rows["your code"].startswith("line 3")


def test_an_answer_may_not_call_the_courses_own_function(capsys):
    def add_up(x):
        return cnnlib.relu(x)[0].sum()

    def ends(x):
        return or_reference("ends")(x)

    assert check(add_up) == 0
    assert "calls the course's own relu" in capsys.readouterr().out
    assert check(ends) == 0
    assert "calls the course's own or_reference" in capsys.readouterr().out


@pytest.mark.parametrize("nonsense", [None, 3, "add_ups", print, [1, 2], lambda: 1, "poll_length", type])
def test_check_never_raises(nonsense, capsys):
    assert check(nonsense) == 0
    assert capsys.readouterr().out.strip()


def test_a_lambda_goes_by_the_name_it_was_given(capsys, monkeypatch):
    monkeypatch.setitem(globals(), "add_up", lambda x: x.sum())
    assert check(globals()["add_up"]) == 2


def test_a_hint_needs_no_definition(capsys):
    hint("poll_length")
    assert "Hint 1 of 3" in capsys.readouterr().out


class Hostile:
    __name__ = "add_up"

    def __call__(self, *args, **kwargs):
        raise SystemExit("out")


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (_ for _ in ()).throw(KeyboardInterrupt),
        lambda x: 1 / 0,
        lambda: 0,
        lambda x: "text",
        lambda x: {"y": 1},
        lambda x: np.array([object()]),
        lambda x: np.full(1, np.nan),
        lambda x: x + 1j,
        Hostile(),
    ],
)
def test_check_survives_whatever_the_function_does(function, capsys):
    if not isinstance(function, Hostile):
        function.__name__ = "add_up"
    assert check(function) == 0
    assert "add_up" in capsys.readouterr().out


def test_hints_come_one_by_one_and_can_be_seen_again(capsys):
    for expected in ("Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"):
        hint(add_up)
        assert expected in capsys.readouterr().out
    hint(add_up, 1)
    assert "Hint 1 of 3" in capsys.readouterr().out
    hint(add_up, 7)
    assert "it has hints 1 to 3" in capsys.readouterr().out


def test_later_cells_go_on_with_the_reference_and_say_so(capsys):
    def add_up(x):
        raise NotImplementedError

    assert or_reference(add_up) is ADD_UP.reference
    assert "is not right yet" in capsys.readouterr().out
    assert or_reference(ends) is ends


def test_progress_adds_up(capsys):
    check(add_up)
    check(ends)
    capsys.readouterr()
    progress()
    said = capsys.readouterr().out
    assert "together" in said
    assert f" 5 of {POSSIBLE:2}" in said
    assert "not checked yet" in said
    lines = [line.split() for line in said.splitlines()[1:-1]]
    assert [line[0] for line in lines] == [str(n + 1) for n in range(len(lines))]
    signs = {"right": "✓", "partly": "◐", "wrong": "✗", "not": "○"}
    assert all(line[1] == signs[line[6]] for line in lines)
    assert {line[1] for line in lines} >= {"✓", "○"}
    assert f"{[line[1] for line in lines].count('✓')} of {len(lines)} exercises are right" in said
    progress("04_small")
    assert "There is no lecture '04_small'" in capsys.readouterr().out


def test_progress_links_to_the_checks_of_the_notebook_it_stands_in():
    (name,) = [name for name, exercises in lectures().items() if ADD_UP in exercises]
    check(add_up)
    shown = session.Progress(name, lectures()[name])._repr_mimebundle_()["text/html"]
    assert f'<a href="#{anchor("add_up")}">' in shown
    assert f'id="{anchor("add_up")}"' in session._verdicts["add_up"].to_html()
    other = session.Progress("elsewhere", (replace(ADD_UP, name="x"),))._repr_mimebundle_()["text/html"]
    assert f'<a href="elsewhere.ipynb#{anchor("x")}">' in other


def test_a_definition_that_could_not_be_read_is_told_beside_the_verdict_on_the_one_before():
    name = "conv1d_bias_gradient"
    define = f"def {name}(dy):\n    return dy"
    cells = ["from cnnlib.exercises import check", define, define.replace(":", ""), f"check('{name}')"]
    cells += [f"print('mended')\n{define}", f"check('{name}')"]
    code = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in {cells!r}:
    shell.run_cell(cell)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    first, second = said.split("mended")
    assert f"Python could not read your newest {name} (SyntaxError: expected ':')." in " ".join(first.split())
    assert "could not read" not in second
    assert f"{name} " in second


def test_got_stands_above_expected_without_any_style():
    rows = (("dx", "got [1 2]\nexpected [1 3], in a row that is long enough to be of two lines and not of one alone"),)
    told = Verdict("x", "wrong", (Finding("dx", 0, 1, "wrong", rows),)).to_html()
    assert "got [1 2]<br>expected" in told
