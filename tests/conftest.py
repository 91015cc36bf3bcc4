"""What every test shares: a tool that is missing skips on a newcomer's machine and fails in CI."""

import importlib
import os
import shutil
from types import ModuleType

import pytest

IN_CI = os.environ.get("CI") == "true"


def _missing(what: str) -> None:
    message = f"{what} is not installed"
    if IN_CI:
        pytest.fail(f"{message}, and CI must not skip", pytrace=False)
    pytest.skip(message)


def need_module(name: str) -> ModuleType:
    """Import an optional module, or skip the test (fail it in CI)."""
    try:
        return importlib.import_module(name)
    except ImportError:
        _missing(f"the Python package {name!r}")
        raise


def need_program(*names: str) -> str:
    """The path of the first of these programs that is installed, or skip the test (fail it in CI)."""
    for name in names:
        if path := shutil.which(name):
            return path
    _missing(f"the program {' or '.join(names)}")
    raise AssertionError


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    return need_module("torch")


@pytest.fixture(scope="session")
def chromium() -> str:
    return need_program("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def bwrap() -> str:
    return need_program("bwrap")
