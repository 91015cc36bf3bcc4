"""The course as a student might carry it along: a cell that makes the package `copied`, every known mistake in it."""

import importlib
import json
import pkgutil
from pathlib import Path

import cnnlib
import cnnlib.exercises

PACKAGES = {"copied", "copied.checks", "copied.exercises"}

LOADER = """
import importlib, importlib.abc, importlib.machinery, json, linecache, sys

class Copies(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in SOURCES:
            return importlib.machinery.ModuleSpec(name, self, is_package=name in PACKAGES)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        file, source = f"<{module.__name__}>", SOURCES[module.__name__]
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        exec(compile(source, file, "exec"), module.__dict__)

def slip(name, number):
    asked = [e for module in LECTURES for e in importlib.import_module(module).EXERCISES]
    return list(next(e for e in asked if e.name == name).slips.values())[number]

sys.meta_path.append(Copies())
"""


def cell() -> str:
    """The source of that cell. Afterwards `slip(exercise's name, number)` gives a wrong answer."""
    package = Path(cnnlib.__file__).parent
    files = [path for folder in (".", "checks", "exercises") for path in (package / folder).glob("*.py")]
    sources = {_module(package, path): path.read_text(encoding="utf-8").replace("cnnlib", "copied") for path in files}
    sources |= {"copied": "", "copied.exercises": ""}  # the real ones import what shows things in a notebook
    lectures = [name for _, name, _ in pkgutil.iter_modules(cnnlib.exercises.__path__, "cnnlib.exercises.")]
    lectures = [
        name.replace("cnnlib", "copied") for name in lectures if hasattr(importlib.import_module(name), "LECTURE")
    ]
    data = json.dumps({"SOURCES": sources, "PACKAGES": sorted(PACKAGES), "LECTURES": lectures})
    return f"import json\nglobals().update(json.loads({data!r}))\n{LOADER}"


def _module(package: Path, path: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(["copied", *(part for part in parts if part != "__init__")])
