"""Packages made on the spot, for tests that install without a network. Also the build backend of a small course."""

import zipfile
from pathlib import Path


def wheel(folder: str | Path, name: str, version: str, files: dict[str, str], metadata: str = "") -> str:
    """Write a wheel of these files, and return its name."""
    info = f"{name}-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    path = Path(folder) / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(inside, text)
    return path.name


def build_editable(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """The small course, which needs jupyterlab, and pytest for its tests: a path to the folder that is built."""
    needs = "Requires-Dist: jupyterlab\nProvides-Extra: mnist\nProvides-Extra: test\n"
    needs += 'Requires-Dist: pytest; extra == "test"\n'
    return wheel(wheel_directory, "cnnlib", "1.0", {"cnnlib.pth": str(Path.cwd())}, needs)
