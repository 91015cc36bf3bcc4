"""Set everything up, then open the first lecture: `python start.py`. Or run the tests: `python start.py test`.

Needs Python 3.11 or newer and nothing else. Everything goes into the folder .venv beside this file; delete that
folder to start afresh. What follows on the command line is handed on to JupyterLab or to pytest.
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed"  # where, what and with which extra; empty while an installation runs
LOG = VENV / "setup.log"
PINS = VENV / "pins.txt"
UV = "uv==0.13.9"  # installs in less than half of pip's time
INPUTS = ("requirements.txt", "pyproject.toml", "cnnlib/jupyter/extension.json", "cnnlib/jupyter/settings.json")
WORTH_SAYING = ("Collecting", "Downloading", "Downloaded", "Prepared", "Installing", "Installed")


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036, this line is for whoever starts it with an older one
        return sorry(f"This course needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    asked = sys.argv[1:]
    tests = asked[:1] == ["test"]
    try:
        set_up("test" if tests else "mnist")
    except KeyboardInterrupt:
        return sorry("Interrupted before all was there: give the same command again.", 130)
    except subprocess.CalledProcessError:
        return sorry(
            "The packages could not be installed: see to the network and to free space on the disk, then give the same "
            f"command again ({LOG.relative_to(ROOT)} says more)."
        )
    except (OSError, ValueError) as problem:
        return sorry(f"Setting up in .venv failed: {problem}.")
    if tests:
        return run("pytest", *asked[1:])
    first = min((ROOT / "lectures").glob("*.ipynb"))
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return run("jupyterlab", *as_root, *asked, str(first.relative_to(ROOT)))


def set_up(extra: str) -> None:
    """Make .venv and install the pinned packages, unless that is done already.

    Args:
        extra: which optional packages of pyproject.toml come with the course's own; "test" holds all others.
    """
    wanted = [identity(), hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest(), extra]
    before = STAMP.read_text(encoding="utf-8") if STAMP.exists() else None
    had = (before or "").splitlines()
    if wanted[0] and had[:2] == wanted[:2] and had[2:] in ([extra], ["test"]):
        return
    began = time.monotonic()
    say("Setting up in .venv, once. This needs the network.")
    if not wanted[0] or (before is not None and had[:1] != wanted[:1]):
        say("1 of 3  an empty environment")
        venv.create(VENV, clear=True, symlinks=os.name != "nt")
        before, wanted[0] = "", identity()
    STAMP.write_text("", encoding="utf-8")
    try:
        install(extra)
    except subprocess.CalledProcessError:
        if before is None:
            STAMP.unlink()
        else:  # what could not be fetched changed nothing: what was there still works
            STAMP.write_text(before, encoding="utf-8")
        raise
    STAMP.write_text("\n".join(wanted), encoding="utf-8")
    say(f"Ready after {time.monotonic() - began:.0f} s.")


def identity() -> str:
    """Where .venv is and which Python it runs; "" if it must be made anew."""
    code = "import sys; print(sys.prefix, sys.version_info >= (3, 11), *sys.version_info[:2], sep='\\n')"
    try:
        said = subprocess.run([PYTHON, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8").stdout
        prefix, new_enough, *version = said.splitlines()
        return f"{VENV} {'.'.join(version)}" if new_enough == "True" and os.path.samefile(prefix, VENV) else ""
    except (OSError, ValueError):
        return ""


def install(extra: str) -> None:
    """Install the course with its pinned packages, by uv, or by pip where uv cannot be had or fails."""
    LOG.write_text("", encoding="utf-8")
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    PINS.write_text("".join(line for line in lines if "==" in line), encoding="utf-8")
    course = ["--constraint", str(PINS), "--editable", f".[{extra}]"]
    pip = ["pip", "install", "--no-input", "--retries=2", "--disable-pip-version-check"]
    say("2 of 3  pip and uv, which install")
    provide_pip()
    try:
        logged(*pip, "--only-binary=:all:", UV)
        say("3 of 3  the packages")
        logged("uv", "pip", "install", f"--python={PYTHON}", *course)
    except subprocess.CalledProcessError:
        say("3 of 3  the packages, by pip, which takes longer")
        logged(*pip, *course)


def provide_pip() -> None:
    """Put pip into .venv if it is missing there."""
    try:
        logged("pip", "--version")
    except subprocess.CalledProcessError:
        try:
            logged("ensurepip")
        except subprocess.CalledProcessError as problem:
            raise OSError("this Python has no ensurepip (on Debian and Ubuntu: apt install python3-venv)") from problem


def logged(module: str, *arguments: str) -> None:
    """Run `python -m module` inside .venv; all that it says goes to the log, and its progress to the terminal."""
    command = [PYTHON, "-m", module, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    with LOG.open("a", encoding="utf-8") as log, subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        try:
            for line in process.stdout:
                log.write(line)
                if line.lstrip().startswith(WORTH_SAYING):
                    say(f"        {line.strip()[:100]}")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def run(module: str, *arguments: str) -> int:
    """Run `python -m module` inside .venv, from the root of the course."""
    try:
        return subprocess.run([PYTHON, "-m", module, *arguments], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


def say(text: str) -> None:
    print(text, flush=True)


def sorry(text: str, code: int = 1) -> int:
    print(text, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
