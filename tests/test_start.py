"""start.py without a network, in a small course: what it installs, what it says, and how it gets out of trouble."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from solved import ROOT
from wheels import wheel

ARGUMENTS = "import sys; print('RUN', *sys.argv[1:]); print('PATH', *sys.path[1:], sep='\\n')"
UV = """
import os, pathlib, subprocess, sys, sysconfig, time
if os.environ.get("UV_DOES") == "fail":
    sys.exit("error: not today")
if os.environ.get("UV_DOES") == "hang":  # with a package half installed, which pip could not remove
    half = pathlib.Path(sysconfig.get_path("purelib")) / "jupyterlab-0.9.dist-info"
    half.mkdir()
    (half / "METADATA").write_text("Metadata-Version: 2.1\\nName: jupyterlab\\nVersion: 0.9\\n")
    print("Downloading jupyterlab (9 MiB)", flush=True)
    time.sleep(600)
print("Prepared by uv", flush=True)
options = [option for option in sys.argv[1:] if not option.startswith("--python")]
sys.exit(subprocess.call([sys.executable, "-m", *options]))
"""
ENSUREPIP = """
import os, pathlib, sysconfig
pip = pathlib.Path(sysconfig.get_path("purelib")) / "pip"
pip.mkdir(exist_ok=True)
(pip / "__main__.py").write_text(os.environ["QUICK_PIP"])
"""
PIP = """
import os, pathlib, sys, sysconfig, zipfile
site, packages = pathlib.Path(sysconfig.get_path("purelib")), os.environ["PIP_FIND_LINKS"].removeprefix("file://")
asked = sys.argv[-1]
wanted = {"--version": [], ".[mnist]": ["jupyterlab"], ".[test]": ["jupyterlab", "pytest"]}.get(asked, [asked])
if asked.startswith("."):
    pins = pathlib.Path(sys.argv[sys.argv.index("--constraint") + 1]).read_text().splitlines()
    wanted = [pin.split()[0] for pin in pins if pin.split("==")[0] in wanted]
    (site / "cnnlib.pth").write_text(str(pathlib.Path.cwd()))
if wanted and any(not (info / "RECORD").exists() for info in site.glob("*.dist-info")):
    sys.exit("error: uninstall-no-record-file")
for name, version in (pin.split("==") for pin in wanted):
    path = pathlib.Path(packages) / f"{name}-{version}-py3-none-any.whl"
    if not path.exists():
        sys.exit(f"ERROR: no {name}")
    print("Collecting", name)
    zipfile.ZipFile(path).extractall(site)
"""
TO_THE_INTERRUPT = (  # as in a terminal, also where the tests run in the background and would ignore it
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_path('start.py', run_name='__main__')"
)


class Course:
    """A folder with start.py and two lectures; `start` gives the command, with or without a source of packages.

    Pip is Python's own, or a quick one of a few lines, which knows this course only.
    """

    def __init__(self, root: Path, quick: bool = True) -> None:
        self.root, self.packages = root / "a course", root / "packages"
        self.pip = {"PYTHONPATH": str(root / "quick"), "QUICK_PIP": PIP} if quick else {}
        if quick:
            (root / "quick" / "ensurepip").mkdir(parents=True)
            (root / "quick" / "ensurepip" / "__init__.py").write_text("")  # or Python's own goes first
            (root / "quick" / "ensurepip" / "__main__.py").write_text(ENSUREPIP)
        (self.root / "cnnlib" / "jupyter").mkdir(parents=True)
        (self.root / "lectures").mkdir()
        self.packages.mkdir()
        for name in ("cnnlib/jupyter/extension.json", "cnnlib/jupyter/settings.json"):
            (self.root / name).write_text("{}")
        for name in ("10_beyond", "04_convolution"):
            (self.root / "lectures" / f"{name}.ipynb").write_text("{}")
        shutil.copy(ROOT / "start.py", self.root)
        shutil.copy(ROOT / "tests" / "wheels.py", self.root)
        (self.root / "requirements.txt").write_text("# compiled\n-e .\njupyterlab==1.0\npytest==1.0 ; os_name != ''\n")
        backend = '[build-system]\nrequires = []\nbuild-backend = "wheels"\nbackend-path = ["."]\n'
        (self.root / "pyproject.toml").write_text(f'{backend}[project]\nname = "cnnlib"\nversion = "1.0"\n')
        pinned = (ROOT / "start.py").read_text(encoding="utf-8").split('UV = "uv==')[1].split('"')[0]
        wheel(self.packages, "uv", pinned, {"uv/__main__.py": UV})
        for version in ("1.0", "2.0"):
            wheel(self.packages, "jupyterlab", version, {"jupyterlab/__main__.py": ARGUMENTS})
            wheel(self.packages, "pytest", version, {"pytest/__main__.py": ARGUMENTS + "; sys.exit(5)"})

    def environment(self, online: bool = True, uv: str = "install") -> dict[str, str]:
        source = self.packages if online else self.root / "lectures"
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": source.as_uri()}
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
        return own | pip | self.pip | {"UV_DOES": uv}

    def start(self, *arguments: str, online: bool = True, uv: str = "install") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "start.py", *arguments]
        return subprocess.run(command, cwd=self.root, env=self.environment(online, uv), capture_output=True, text=True)

    def installed(self) -> set[str]:
        site = next((self.root / ".venv").glob("[Ll]ib*/**/site-packages"))
        return {path.name.removesuffix(".dist-info") for path in site.glob("*.dist-info")} - {"cnnlib-1.0"}

    def works(self) -> bool:
        """The command opens the first lecture, in an environment with the pinned packages and this folder."""
        done = self.start("--port=1")
        lines = done.stdout.splitlines()
        opened = [line.split() for line in lines if line.startswith("RUN ")]
        return (
            done.returncode == 0
            and opened[0][-2:] == ["--port=1", str(Path("lectures", "04_convolution.ipynb"))]
            and str(self.root) in lines[lines.index("PATH") + 1 :]
            and "jupyterlab-1.0" in self.installed()
        )


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def failed_plainly(done: subprocess.CompletedProcess[str], code: int = 1) -> bool:
    """It ended with this code and one sentence, a line long."""
    lines = done.stderr.splitlines()
    return done.returncode == code and len(lines) == 1 and lines[0].endswith(".") and "Traceback" not in done.stdout


@pytest.mark.ci
def test_the_first_start_installs_what_students_need_and_says_so(tmp_path: Path) -> None:
    course = Course(tmp_path, quick=False)
    first = course.start()
    said = [line.strip() for line in first.stdout.splitlines()]
    assert said[:2] == ["Setting up in .venv, once. This needs the network.", "1 of 3  an empty environment"]
    assert "Prepared by uv" in said
    assert any(line.startswith("Ready after ") for line in said)
    assert not {"pytest-1.0", "pytest-2.0"} & course.installed()
    again = course.start(online=False)
    assert again.stdout.startswith("RUN")
    assert course.works()

    tests = course.start("test", "-k", "me")  # the test tools come with the tests, pinned too
    assert tests.returncode == 5
    assert "RUN -k me" in tests.stdout.splitlines()
    assert "pytest-1.0" in course.installed()
    assert course.start("test", online=False).stdout.startswith("RUN")
    assert course.start(online=False).stdout.startswith("RUN")


def test_without_a_network_the_first_start_fails_plainly_and_the_next_one_works(course: Course) -> None:
    done = course.start(online=False)
    assert failed_plainly(done), done.stderr
    assert "network" in done.stderr
    assert "uv" in (course.root / ".venv" / "setup.log").read_text()
    assert course.works()
    assert failed_plainly(course.start("test", online=False))
    assert course.start(online=False).stdout.startswith("RUN")  # what was there is still there


def test_pip_is_the_way_out(course: Course) -> None:
    done = course.start(uv="fail")
    assert (done.returncode, done.stderr) == (0, "")
    assert "by pip" in done.stdout
    assert course.works()
    (course.root / ".venv" / "installed").unlink()
    next(course.packages.glob("uv-*")).unlink()
    assert course.start().returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="sends a terminal's Ctrl-C")
def test_an_interrupted_start_ends_plainly_and_the_next_one_works(course: Course) -> None:
    command = [sys.executable, "-c", TO_THE_INTERRUPT]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = course.environment(uv="hang")
    with subprocess.Popen(command, cwd=course.root, env=environment, start_new_session=True, **pipes) as process:
        assert any("9 MiB" in line for line in process.stdout)
        os.killpg(process.pid, signal.SIGINT)
        out, error = process.communicate(timeout=60)
    assert failed_plainly(subprocess.CompletedProcess(command, process.returncode, out, error), 130), error
    assert course.works()


def without_pip(folder: Path) -> None:
    venv.create(folder)


def whose_python_is_gone(folder: Path) -> None:
    venv.create(folder)
    for path in folder.glob("bin/python*" if os.name != "nt" else "Scripts/python*"):
        path.unlink()


def of_another_python(folder: Path) -> None:
    venv.create(folder)
    (folder / "installed").write_text(f"{folder} 3.2\nsomething\nmnist")


def that_is_another_environment(folder: Path) -> None:
    program = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    program.parent.mkdir(parents=True)
    program.symlink_to(sys._base_executable)


def of_an_older_start(folder: Path) -> None:
    venv.create(folder)
    (folder / "installed").write_text("0" * 64)


BROKEN = (without_pip, whose_python_is_gone, of_another_python, that_is_another_environment, of_an_older_start)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_folder_venv_that_cannot_be_used_is_mended(course: Course, broken: Callable[[Path], None]) -> None:
    broken(course.root / ".venv")
    assert course.works()


def test_a_course_that_was_moved_sets_itself_up_there(course: Course) -> None:
    assert course.works()
    (course.root / ".venv" / "script").write_text("its first line names the old folder")
    course.root = course.root.rename(course.root.with_name("elsewhere"))
    assert course.works()
    assert not (course.root / ".venv" / "script").exists()


def test_a_venv_that_cannot_be_written_is_named(course: Course) -> None:
    (course.root / ".venv").write_text("a file")
    done = course.start()
    assert failed_plainly(done), done.stderr
    assert ".venv" in done.stderr


def test_requirements_pin_all_that_the_course_and_its_tests_ask_for() -> None:
    first, *lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    assert "uv pip compile" in first
    assert lines.pop(0) == "-e ."
    pins = [Requirement(line) for line in lines]  # so that no line holds an option or the name of a host
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for wanted in map(Requirement, project["dependencies"] + extras["mnist"] + extras["test"]):
        versions = [str(pin.specifier)[2:] for pin in pins if pin.name == wanted.name]
        assert wanted.name == "cnnlib" or versions, wanted
        assert all(version in wanted.specifier for version in versions), wanted
