"""Which lectures there are: modules say so themselves, and one that cannot be used is named and stops no other."""

import sys
import textwrap

import pytest

from cnnlib.exercises import check, find, hint, lecture_of, lectures, problems, progress, registry
from cnnlib.grading.batch import grade
from cnnlib.grading.report import Refused
from cnnlib.release.notebooks import release

GOOD = """
from cnnlib.checks import poll
LECTURE = "{lecture}"
EXERCISES = (poll("{name}", {{"A": (True, "why")}}, hints=("a", "b", "c")),)
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write modules into a package, and let the registry read that one."""

    def write(**modules):
        name = f"exercises_{tmp_path.name}"
        (tmp_path / name).mkdir()
        for module, source in {"__init__": "", **modules}.items():
            (tmp_path / name / f"{module}.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(registry, "PACKAGE", name)
        return name

    yield write
    for name in [name for name in sys.modules if name.startswith(f"exercises_{tmp_path.name}")]:
        del sys.modules[name]


def test_every_module_that_says_so_is_a_lecture_and_helpers_are_not(package):
    package(b=GOOD.format(lecture="01_first", name="one"), a=GOOD.format(lecture="02_second", name="two"), helper="x=3")
    assert list(lectures()) == ["01_first", "02_second"]
    assert not problems()
    assert find("one").name == "one"
    assert find("three") is None
    assert lecture_of(find("two")) == "02_second"


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("import nothing_of_this_name", "cannot be imported: ModuleNotFoundError"),
        ("x = (", "cannot be imported: SyntaxError"),
        ("1 / 0", "cannot be imported: ZeroDivisionError"),
        ("LECTURE = '02_bad'", "has EXERCISES None: expected a tuple of exercises"),
        ("EXERCISES = ()", "has LECTURE None: expected a notebook's name"),
        ("LECTURE, EXERCISES = 2, ()", "has LECTURE 2: expected"),
        ("LECTURE, EXERCISES = 'bad', ()", "has LECTURE 'bad': expected"),
        ("LECTURE, EXERCISES = '02_bad', {'one': 1}", "has EXERCISES {'one': 1}: expected a tuple"),
        ("LECTURE, EXERCISES = '02_bad', ('one',)", "has 'one' among its EXERCISES, which is no Exercise"),
    ],
)
def test_a_module_that_cannot_be_used_is_named_and_stops_no_check(package, capsys, tmp_path, bad, says):
    name = package(bad=bad, good=GOOD.format(lecture="01_good", name="poll_good"))
    [problem] = problems()
    assert problem.startswith(f"{name}.bad {says}")
    assert list(lectures()) == ["01_good"]
    assert check("poll_bad") == 0
    assert f"Left out: {problem}." in capsys.readouterr().out
    hint("poll_good")
    progress("01_good")
    assert "Left out" not in capsys.readouterr().out
    with pytest.raises(ValueError, match=says):
        release(tmp_path, tmp_path)
    with pytest.raises(Refused, match=says):
        grade(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("lecture", "name", "what"), [("02_other", "one", "one"), ("01_first", "other", "01_first"), ("02_b", "a", "a")]
)
def test_what_two_modules_share_is_refused_with_both_named(package, lecture, name, what):
    first = GOOD.format(lecture="01_first", name="one").replace("why", "first")
    first += "EXERCISES = (*EXERCISES, poll('a', {}, ('', '', '')))"
    home = package(a=first, b=GOOD.format(lecture=lecture, name=name))
    assert problems() == (f"{home}.b has {what!r}, which {home}.a has already: rename one",)
    assert list(lectures()) == ["01_first"]
    assert find("one").after == (("A", "yes: first"),)


def test_one_module_with_a_name_twice_is_refused(package):
    home = package(a=GOOD.format(lecture="01_first", name="one") + "EXERCISES *= 2")
    assert problems() == (f"{home}.a has 'one', which {home}.a has already: rename one",)
