"""Grading a class: `python tests/benchmarks/grading.py`, or with --students 40 for a short look.

Makes as many different submissions of one lecture: of each exercise some are right, some open, some with one operator
changed. Grades them without and with pages, once more over the finished folder, and in two halves with a kill in
between. Prints seconds a submission, and the memory of the grader itself after each quarter of the class. Where
nbgrader is installed it autogrades some of the same submissions, before and after: the machine may be busy.
"""

import argparse
import ast
import contextlib
import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "homework"
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.MatMult: ast.Mult}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--lecture", default="05_conv1d_backprop")
    parser.add_argument("--sample", type=int, default=10, help="submissions that nbgrader gets, each time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        handed_in = hand_in(place / "in", options.lecture, options.students)
        theirs = nbgrader(place / "before", options.lecture, handed_in[: options.sample])
        measured = {name: grade(place / "in", place / name, *more) for name, more in RUNS.items()}
        seconds, memory = grade(place / "in", place / "plain")
        measured["over a finished folder"] = seconds, memory[-1:]
        halved = half(place / "in", place / "halved", options.students)
        more = nbgrader(place / "after", options.lecture, handed_in[-options.sample :])
    print(f"{options.students} submissions of {options.lecture}")
    print(f"{'':34}s each   MB of the grader after 1/4, 1/2, 3/4 and at the end")
    for name, (seconds, memory) in measured.items():
        print(f"{name:30}{seconds / options.students:10.3f}   {'  '.join(f'{size:.0f}' for size in memory)}")
    whole = measured["plain"][0]
    print(f"stopped halfway and run again: {halved / whole:.2f} times as long as in one go")
    print(f"with pages: {measured['pages'][0] / whole:.2f} times as long as without")
    if theirs:
        each = (theirs + more) / 2
        print(f"nbgrader: {each:.2f} s each, {each * options.students / whole:.1f} times as long")
    else:
        print("nbgrader is not installed")


RUNS = {"plain": (), "pages": ("--html",)}


def hand_in(folder, lecture, count):
    """Submissions, all different; returns their paths."""
    solved, released = (nbformat.read(ROOT / where / f"{lecture}.ipynb", 4) for where in ("solutions", "lectures"))
    stubs = {cell.id: cell.source for cell in released.cells}
    paths = []
    for number in range(count):
        draw = random.Random(number)
        notebook = nbformat.from_dict(solved)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                kind = draw.random()
                source = stubs.get(cell.id, cell.source) if kind < 0.1 else cell.source
                cell.source = changed(source, draw) if kind > 0.8 else f"# student {number}\n{source}"
        path = folder / f"student{number:03}" / f"{lecture}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        paths.append(path)
    return paths


def changed(source, draw):
    """With one operator changed, if there is one."""
    with contextlib.suppress(SyntaxError):
        tree = ast.parse(source)
        found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and type(node.op) in OTHER]
        if found:
            node = draw.choice(found)
            node.op = OTHER[type(node.op)]()
            return ast.unparse(tree)
    return source


def command(folder, out, *more):
    return [sys.executable, "-m", "cnnlib", "grade", str(folder), "--out", str(out), "--seed", "7", *more]


def grade(folder, out, *more):
    """Seconds, and the megabytes of the process itself after each quarter."""
    started, students = time.perf_counter(), len(list(folder.iterdir()))
    process = subprocess.Popen(command(folder, out, *more), cwd=ROOT, stdout=subprocess.DEVNULL)
    sizes, last = [], 0.0
    while process.poll() is None:
        last = megabytes(process.pid) or last
        if len(sizes) < 3 and records(out) >= (len(sizes) + 1) * students // 4:
            sizes.append(last)
        time.sleep(0.02)
    return time.perf_counter() - started, [*sizes, last]


def half(folder, out, students):
    """Seconds of two runs, the first of which is killed."""
    started = time.perf_counter()
    process = subprocess.Popen(command(folder, out), cwd=ROOT, stdout=subprocess.DEVNULL)
    while records(out) < students // 2:
        time.sleep(0.02)
    process.kill()
    process.wait()
    subprocess.run(command(folder, out), cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def records(out):
    return sum(1 for _ in (out / "records").glob("*.json"))


def megabytes(pid):
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024
    return 0.0


def nbgrader(course, lecture, paths):
    """Seconds for each submission; 0 where it is not installed."""
    if importlib.util.find_spec("nbgrader") is None:
        return 0.0
    (course / "source" / ASSIGNMENT).mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / f"{lecture}.ipynb", course / "source" / ASSIGNMENT)
    for path in paths:
        place = course / "submitted" / path.parent.name / ASSIGNMENT
        place.mkdir(parents=True)
        shutil.copy(path, place)
    programs = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    }  # it calls alembic

    def run(step):
        asked = [sys.executable, "-m", "nbgrader", step, ASSIGNMENT, "--create"]
        return subprocess.run(asked, cwd=course, env=programs, capture_output=True, text=True)

    run("generate_assignment")
    started = time.perf_counter()
    done = run("autograde")
    if len(list(course.glob(f"autograded/*/{ASSIGNMENT}/*.ipynb"))) < len(paths):
        raise SystemExit(f"nbgrader did not grade them all: {done.stderr[-2000:]}")
    return (time.perf_counter() - started) / len(paths)


if __name__ == "__main__":
    main()
