"""Set everything up, then open the first lecture: `python start.py`. Or run the tests: `python start.py test`.

Needs Python 3.11 or newer and nothing else. Everything goes into the folder .venv beside this file; delete that
folder to start afresh. What follows on the command line is handed on to JupyterLab or to pytest.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
SAVE_PICTURES = "--FileContentsManager.pre_save_hook=cnnlib.explorers.still.keep_pictures"
STAMP = VENV / "installed"  # which requirements were installed last


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036, this line is for whoever starts it with an older one
        print(f"This course needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    set_up()
    asked = sys.argv[1:]
    if asked[:1] == ["test"]:
        return run("pytest", *asked[1:])
    first = min((ROOT / "lectures").glob("*.ipynb"))
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return run("jupyterlab", SAVE_PICTURES, *as_root, *asked, str(first.relative_to(ROOT)))


def set_up() -> None:
    """Make .venv and install the pinned packages, unless that is done already."""
    said = b"".join((ROOT / name).read_bytes() for name in ("requirements.txt", "pyproject.toml"))
    wanted = hashlib.sha256(said).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Setting up in .venv; this takes a minute or two, once.", flush=True)
    if not (VENV / "pyvenv.cfg").exists():
        venv.create(VENV, with_pip=True)
    subprocess.run([python(), "-m", "pip", "install", "--quiet", "-r", "requirements.txt"], cwd=ROOT, check=True)
    STAMP.write_text(wanted)


def run(module: str, *arguments: str) -> int:
    """Run `python -m module` inside .venv, from the root of the course."""
    try:
        return subprocess.run([python(), "-m", module, *arguments], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


def python() -> str:
    return str(BIN / ("python.exe" if os.name == "nt" else "python"))


if __name__ == "__main__":
    sys.exit(main())
