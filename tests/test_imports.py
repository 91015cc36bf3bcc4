"""`import cnnlib` is the mathematics alone: NumPy, and nothing that draws, shows or clicks."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cnnlib

PACKAGE = Path(cnnlib.__file__).parent
MATHEMATICS = (
    *("activations", "affine", "arguments", "convolution", "data", "descent", "gradients", "graph", "kernels"),
    *("layout", "locating", "losses", "multilayer", "network", "perceptron", "pooling", "products", "recipe"),
    *("training", "warping"),
)


def modules_after(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_brings_numpy_and_our_mathematics_only():
    brought = modules_after("import cnnlib") - modules_after("import numpy")
    roots = {name.split(".")[0] for name in brought}
    assert not roots & {"matplotlib", "IPython", "ipywidgets", "anywidget", "tqdm", "pooch", "PIL", "scipy"}
    strangers = {name for name in brought if not name.startswith(("cnnlib", "numpy"))}
    assert strangers <= {"__future__"}, strangers


def test_importing_allocates_next_to_nothing():
    code = (
        "import tracemalloc, numpy; tracemalloc.start()\n"
        "import cnnlib.training, cnnlib.gradients, cnnlib.descent, cnnlib.perceptron, cnnlib.graph, cnnlib.data\n"
        "print(tracemalloc.get_traced_memory()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 10 << 20


def test_layers_and_training_are_light_too():
    roots = {name.split(".")[0] for name in modules_after("import cnnlib.training, cnnlib.data, cnnlib.gradients")}
    assert not roots & {"matplotlib", "IPython", "ipywidgets", "anywidget", "tqdm", "pooch", "PIL", "scipy"}


@pytest.mark.parametrize("name", MATHEMATICS)
def test_the_mathematics_imports_nothing_but_numpy_python_and_itself(name):
    tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
    lazy = {id(node) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for node in ast.walk(f)}
    for node in ast.walk(tree):
        if id(node) in lazy:
            continue
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for imported in names:
            root, *rest = imported.split(".")
            assert root == "numpy" or (root == "cnnlib" and rest[0] in MATHEMATICS) or root in sys.stdlib_module_names


def test_the_public_names_are_sorted_and_there():
    assert sorted(cnnlib.__all__) == cnnlib.__all__
    assert all(callable(getattr(cnnlib, name)) for name in cnnlib.__all__)


def test_no_module_is_hidden_behind_a_function_of_its_name():
    assert not set(cnnlib.__all__) & set(MATHEMATICS)


@pytest.mark.parametrize("name", MATHEMATICS)
def test_no_file_of_the_mathematics_is_over_250_lines(name):
    assert len((PACKAGE / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 250


def test_at_first_sight_the_package_is_the_mathematics():
    assert {path.stem for path in PACKAGE.glob("*.py")} == {*MATHEMATICS, "__init__", "__main__"}
