"""What every test shares: a tool that is missing skips on a newcomer's machine and fails in CI."""

import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# One thread a worker: two on a busy machine wait for each other. Before NumPy is imported, and for every kernel.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

HERE = Path(__file__).parent
SLOW = {"test_checks.py", "test_grading.py", "test_grading_nbgrader.py", "test_release.py"}
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


def use_small_exercises(patch: pytest.MonkeyPatch) -> None:
    """The small lecture's exercises in the place of the real ones, here and for the kernels that run its notebook."""
    patch.setattr("cnnlib.exercises.registry.PACKAGE", "small.exercises")
    patch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)


@pytest.fixture
def small_exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_exercises(monkeypatch)


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    return need_module("torch")


@pytest.fixture(scope="session")
def chromium() -> str:
    return need_program("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from browser.front_end import chrome  # not every machine has playwright
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)  # ms; a busy machine takes long, and what is right is seen at once
    with chrome(chromium) as browser:
        yield browser


@pytest.fixture
def opens(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an explorer on a page of its own; no test may leave an error in the page's console."""
    from browser.front_end import View

    views: list[View] = []

    def opens(explorer: Any, width: int = 1000, dark: bool = False, **options: Any) -> View:
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        views.append(View(page, explorer, dark))
        return views[-1]

    yield opens
    errors = [error for view in views for error in view.errors]
    for view in views:
        view.page.close()
        view.explorer.close()
    assert errors == []


@pytest.fixture(scope="session")
def bwrap() -> str:
    return need_program("bwrap")


@pytest.fixture(scope="session")
def launcher(bwrap: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """How the grader starts a student's process on this machine."""
    from cnnlib.grading.hands import choose
    from cnnlib.grading.process import Limits
    from cnnlib.grading.sandbox import pack_kit

    return choose(pack_kit(tmp_path_factory.mktemp("kit")), [Path(__file__).parents[1]], Limits())


def pytest_configure(config: pytest.Config) -> None:
    """Without CI, what takes longest is left to it, unless tests are chosen by file, word or mark."""
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS or config.option.keyword
    if not (IN_CI or chosen or config.option.markexpr):
        config.option.markexpr = "not ci"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.suffix == ".ipynb" or item.path.name in SLOW:
            item.add_marker("slow")
        if item.path.stem.endswith("_browser"):
            item.add_marker("browser")
            if not item.name.startswith("test_every_explorer_opens"):
                item.add_marker("ci")


def pytest_xdist_auto_num_workers() -> int:
    """More than processors: browsers and sandboxes wait. In CI few: there, limits on time and memory are tested."""
    return 3 if IN_CI else 2 + (os.cpu_count() or 1)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from spread import Spread  # only the one who hands out tests needs it

    return Spread(config, log)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In CI a failure is told at once: if the run is stopped, its summary is never printed."""
    if IN_CI and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nFAILED {report.nodeid} after {report.duration:.0f} s\n{report.longreprtext[-2000:]}", flush=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of the checked checks, whichever worker ran them."""
    rows = sorted(
        row
        for report in terminalreporter.stats.get("passed", [])
        for name, row in report.user_properties
        if name == "checked"
    )
    if rows:
        terminalreporter.section("checks, checked")
        head = ("lecture", "exercise", "points", "slips", "mutants", "named", "true", "right answers")
        widths = [max(len(str(line[i])) for line in [head, *rows]) for i in range(len(head))]
        for line in [head, *rows]:
            texts = (
                str(v).ljust(n) if i < 2 else str(v).rjust(n) for i, (v, n) in enumerate(zip(line, widths, strict=True))
            )
            terminalreporter.write_line("  ".join(texts))
