"""Who is alike: copies under other names, and the course's own code; not what everybody writes."""

import ast
import contextlib
import csv
import json
import random
import time
from pathlib import Path

import pytest
from grading.notebooks import LECTURE, SEED, graded, solved, text, untouched, written

from cnnlib.__main__ import main
from cnnlib.grading import notebook, reading, shingles
from cnnlib.grading.likeness import COURSE, Alike, likeness
from cnnlib.grading.marking import Graded
from cnnlib.grading.pages import pages
from cnnlib.grading.submissions import Submission

WANTED = ["conv1d_forward", "conv1d_weight_gradient"]
TRIVIAL = """
def conv1d_bias_gradient(dy):
    return dy.sum()
def conv1d_input_gradient(dy, w):
    wide = np.concatenate([np.zeros(len(w) - 1), dy, np.zeros(len(w) - 1)])
    padded = np.pad(dy, len(w) - 1)
    assert np.all(wide == padded), "they are the same"
    out = np.zeros(len(dy) + len(w) - 1, dtype=np.result_type(dy, w))
    for position in range(len(out)):
        out[position] = np.sum(padded[position : position + len(w)] * w[::-1])
    return out
"""


def work(seed: int, lines: int = 12) -> str:
    """A function as nobody else writes it."""
    draw = random.Random(seed)
    names = ["x", "w", "b"]
    body = []
    for number in range(lines):
        a, b = draw.choice(names), draw.choice(names)
        call = draw.choice(["np.sum({})", "np.pad({}, 2)", "{}[::-1]", "{}.copy()", "len({})", "np.flip({}, axis=0)"])
        sign = draw.choice("+-*/@")
        body.append(f"    v{number} = {call.format(a)} {sign} {draw.choice([b, str(draw.randrange(9))])}")
        names.append(f"v{number}")
    return "\n".join(["def conv1d_forward(x, w, b):", *body, f"    return {names[-1]}"])


class Renamed(ast.NodeTransformer):
    def visit_Name(self, node):
        return ast.Name(f"my_{node.id}" if node.id not in ("np", "len") else node.id, node.ctx)

    def visit_arg(self, node):
        return ast.arg(f"my_{node.arg}")


def disguised(source: str) -> str:
    """The same under other names, with other spaces and comments, annotations and a docstring."""
    tree = Renamed().visit(ast.parse(source))
    tree.body[0].body.insert(0, ast.Expr(ast.Constant("My own work.")))
    tree.body[0].returns = ast.Name("float", ast.Load())
    return ast.unparse(ast.fix_missing_locations(tree)).replace("\n    ", "\n\n    # mine\n    ")


def handed_in(name: str, *sources: str, counts: bool = True) -> Graded:
    """A submission, with the numbers that the sandbox would make of it; none of it is run."""
    message, numbers = reading.read(text(written(*sources)).encode(), notebook.wanted())
    found = notebook.notebook_of(json.loads(json.dumps(message)), numbers)
    submission = Submission(name, f"{LECTURE}.ipynb", path=Path(name))
    return Graded(submission, "graded", LECTURE, counts=counts, shingles=found.shingles)


def pairs(*class_: Graded) -> set[tuple[str, str]]:
    return {(pair.student, pair.other) for pair in likeness(class_)}


def others(count: int) -> list[Graded]:
    return [handed_in(f"s{number}", TRIVIAL, work(number)) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_a_copy_in_disguise_is_found_and_nobody_else(count):
    class_ = [*others(count), handed_in("ann", TRIVIAL, work(100)), handed_in("bo", TRIVIAL, disguised(work(100)))]
    [pair] = likeness(class_)
    assert {pair.student, pair.other} == {"ann", "bo"}
    assert pair.share > 0.8
    assert "conv1d_forward" in pair.where


def test_a_copy_of_one_answer_of_many_is_found_where_it_is():
    other = work(200, 30).replace("conv1d_forward", "conv1d_layer_forward")
    ann = handed_in("ann", work(100, 20), other)
    bo = handed_in("bo", disguised(work(100, 20)), work(201, 30).replace("conv1d_forward", "conv1d_layer_forward"))
    [pair] = likeness([*others(10), ann, bo])
    assert ({pair.student, pair.other}, pair.where) == ({"ann", "bo"}, ("conv1d_forward",))
    assert pair.share < 0.6


@pytest.mark.parametrize("count", [3, 8, 30])
def test_what_everybody_writes_makes_nobody_alike(count):
    assert pairs(*[handed_in(f"s{number}", TRIVIAL) for number in range(count)]) == set()


def test_the_released_notebook_makes_nobody_alike():
    class_ = [handed_in(f"s{n}", *(cell.source for cell in untouched().cells)) for n in range(2)]
    assert likeness(class_) == []


def test_the_course_s_own_code_is_named():
    pasted = handed_in("ann", *(cell.source for cell in solved().cells if cell.cell_type == "code"))
    [found] = likeness([*others(8), pasted])
    assert (found.student, found.other) == ("ann", COURSE)
    assert found.share > 0.9
    assert "conv1d_layer_backward" in found.where


def test_attempts_of_one_student_and_those_that_do_not_count_are_not_compared():
    first, second = handed_in("ann", work(1), counts=False), handed_in("ann", work(1))
    assert likeness([first, second, handed_in("bo", work(2)), handed_in("bo", work(1), counts=False)]) == []


def numbers(source: str) -> dict[str, set[int]]:
    return shingles.shingles([ast.parse(source)], WANTED)


def test_names_spaces_and_comments_leave_the_numbers_as_they_are():
    one, other = (numbers(source) for source in (work(5), disguised(work(5))))
    assert one == other
    assert len(one["conv1d_forward"]) > 40
    assert numbers(work(6)) != one


@pytest.mark.parametrize(
    "source",
    [
        "def conv1d_forward(x):\n    return " + "+".join(["x"] * 9_000),
        "def conv1d_forward(x):\n    return " + "(" * 150 + "x" + ")" * 150,
        "\n".join(f"def f{n}(x): return x + {n}" for n in range(600)),
        "def conv1d_forward(",
        "conv1d_forward = 3",
        "",
    ],
)
def test_any_code_gives_few_numbers_soon(source):
    started = time.process_time()
    message, numbers = reading.read(text(written(*[source + "\n#"] * 30)).encode(), WANTED)
    assert sum(count for _, count in message["shingles"]) <= shingles.MOST
    assert len(numbers) >= 4 * sum(count for _, count in message["shingles"])
    assert time.process_time() - started < reading.ALL_SECONDS + 8  # of the ten that it has, and magics


@pytest.mark.parametrize("told", [[["", -1]], [["", 10**9]], [["x", "y"]], [[3, 2]], 7, [["a", 2.5]], None])
def test_numbers_that_are_forged_are_only_data(told):
    message, numbers = reading.read(text(written(work(1))).encode(), notebook.wanted())
    with contextlib.suppress(reading.Unreadable):
        found = notebook.notebook_of(message | {"shingles": told}, numbers)
        assert sum(len(code) for _, code in found.shingles) <= 4 * shingles.MOST
        one = Graded(Submission("a", "a.ipynb", path=Path("a")), "graded", LECTURE, shingles=found.shingles)
        likeness([one, *others(2)])


def test_the_sandbox_sends_the_numbers(launcher, tmp_path):
    one = graded(written("import numpy as np", work(3)), launcher, tmp_path)
    assert dict(one.shingles) == dict(handed_in("a", "import numpy as np", work(3)).shingles)
    assert one.shingles


def test_the_command_writes_them_down_and_no_point_depends_on_them(bwrap, tmp_path, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name, source in (("ann", work(1)), ("bo", disguised(work(1))), ("cy", work(2))):
        (folder / f"{name}.ipynb").write_text(text(written("import numpy as np", source)))
    assert main(["grade", str(folder), "--out", str(out), "--seed", str(SEED), "--html"]) == 0
    assert "likeness.csv: 1 to look at" in capsys.readouterr().out
    with (out / "likeness.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["lecture"], row["student"], row["other"]) == (LECTURE, "ann", "bo")
    assert ">Alike</h2>" in (out / "class.html").read_text()
    assert "Alike" not in "".join(path.read_text() for path in (out / "students").iterdir())


def test_names_on_the_class_s_page_do_nothing():
    pair = Alike(LECTURE, "<script>", "the course", 1.0, 50.0, ("<b>",))
    page = pages([], [pair])["class.html"]
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
