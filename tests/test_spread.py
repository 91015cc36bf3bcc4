"""How the tests are spread over workers is tested on tests of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = """
import os, pytest
@pytest.mark.parametrize("number", range(60))
def test_one(number):
    assert number != 41
    if number == 30 or (number == 7 and not os.path.exists("died")):
        open("died", "w").close()
        os._exit(1)
"""
CONFTEST = """
def pytest_xdist_make_scheduler(config, log):
    from spread import Spread
    return Spread(config, log)
"""


@pytest.mark.ci
def test_a_worker_that_dies_costs_nothing_but_the_test_that_kills_it_twice(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--numprocesses", "3", "--dist", "loadfile", "-rf"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    told = [line.split(" - ")[0] for line in run.stdout.splitlines() if line.startswith("FAILED")]
    assert sorted(told) == ["FAILED test_it.py::test_one[30]", "FAILED test_it.py::test_one[41]"], run.stdout
    assert "2 failed, 58 passed" in run.stdout
