"""What the README shows works."""

import re

from solved import ROOT

from cnnlib.checks import asks, judge
from cnnlib.exercises import registry

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_of_an_exercise_is_a_whole_lecture(tmp_path, monkeypatch):
    [example] = [code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "LECTURE" in code]
    (tmp_path / "example_of_readme").mkdir()
    (tmp_path / "example_of_readme" / "__init__.py").touch()
    (tmp_path / "example_of_readme" / "recurrent.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    lectures, problems = registry.read("example_of_readme")
    assert not problems
    [exercise] = lectures["12_recurrent"]
    assert judge(exercise, asks(exercise.reference)).right
    for says, slip in exercise.slips.items():
        assert says in str(judge(exercise, asks(slip)).findings)
