"""One notation: numbered equations, titled sections whose links work, the letters of lectures/notation.md."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

import cnnlib
from cnnlib.exercises import find

ROOT = Path(__file__).parents[1]
LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))
NOTEBOOKS = sorted((ROOT / "solutions").glob("*.ipynb")) + LECTURES
TABLE = ROOT / "lectures" / "notation.md"

HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
TAG = re.compile(r"\\tag\{([^}]*)\}")
CITED = re.compile(r"(?<![\w\])])\((\d{1,2}\.\d{1,2})\)")
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "eta": "η", "theta": "θ", "sigma": "σ", "varphi": "φ", "phi": "φ",
         "tau": "τ", "mu": "μ", "ell": "ℓ", "omega": "ω", "delta": "δ"}  # fmt: skip


def cells(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def prose(path: Path) -> str:
    """Text cells without code in them."""
    return re.sub(r"```.*?```", "", "\n\n".join(cells(path, "markdown")), flags=re.DOTALL)


def sections(text: str) -> list[str]:
    return HEADING.findall(text)


def anchors(path: Path) -> set[str]:
    """Where a link leads in JupyterLab and on GitHub alike: GitHub writes the titles of .md files in small letters."""
    titles = sections(path.read_text()) if path.suffix == ".md" else sections(prose(path))
    slugs = {title.replace(" ", "-") for title in titles}
    return {slug for slug in slugs if path.suffix != ".md" or slug == slug.lower()}


def letters(latex: str) -> set[str]:
    """The letters of a formula: dy, xpad and KH are one each, words in \\text{} and commands none."""
    latex = re.sub(r"\\(text|tag|begin|end|mathsf|underbrace)\{[^{}]*\}", " ", latex)
    words = re.findall(r"\\(?:mathrm|operatorname)\{(\w+)\}", latex)
    latex = re.sub(r"\\(?:mathrm|operatorname)\{\w+\}", " ", latex)
    latex = re.sub(r"\\([a-zA-Z]+)", lambda command: f" {GREEK.get(command[1], '')} ", latex)
    words = [word for word in words if not hasattr(cnnlib, word)]  # relu, softmax: functions of the course
    return set(words) | set(re.findall(r"d[a-z]\b|d[a-z](?=_)|[^\W\d_]", latex))


def in_table() -> set[str]:
    """The letters of both tables: of all lectures (first column), of one lecture (second column)."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", TABLE.read_text().split("## Shapes")[0], re.MULTILINE)
    named = [second if re.fullmatch(r"[\d, ]+", first) else first for first, second in rows]
    return {letter for names in named for letter in re.findall(r"\w+", names)}


def test_a_formula_has_the_letters_that_a_reader_sees():
    formula = r"\mathrm{dxpad}_{S i+k} \mathrel{+}= dy_i \, w_{k} \text{ where } \varphi'(\theta) d\tau \tag{5.10}"
    assert letters(formula) == {"dxpad", "S", "i", "k", "dy", "w", "φ", "θ", "d", "τ"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_sections_have_titles_and_their_links_lead_there(path):
    text = prose(path)
    top, *rest = sections(text)
    assert re.fullmatch(r"Lecture \d\d\. .+", top), f"{top!r}: a notebook opens with '# Lecture NN. Name'"
    assert not [title for title in rest if not re.fullmatch(r"[^\W\d][a-zA-Z0-9 ]*", title)], (
        "a section's title has plain letters, digits and spaces, and no number in front: all else breaks links"
    )
    assert len(set(rest)) == len(rest), "two sections share a title"
    for target in LINK.findall(text):
        if "://" in target:
            continue
        file, _, section = target.partition("#")
        there = ROOT / "lectures" / file if file else path
        assert there.exists(), f"{target}: no such file beside the lectures"
        assert not section or section in anchors(there), f"{target}: no section of that title"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_equations_are_numbered_and_in_order(path):
    text, lecture = prose(path), int(path.stem[:2])
    tags = [tag for formula in DISPLAY.findall(text) for tag in TAG.findall(formula)]
    assert not [tag for tag in tags if not re.fullmatch(rf"{lecture}\.\d+", tag)], "a tag of another lecture"
    numbers = [int(tag.split(".")[1]) for tag in tags]
    assert all(b > a for a, b in pairwise(numbers)), f"tags repeat or run backwards: {numbers}"
    others = re.findall(r"(?:[Ss]ection|[Ee]xercise|[Pp]oll|[Ff]igure) \d+(?:\.\d+)?\b", text)
    assert not others, f"sections, exercises, polls and figures have names, not numbers: {others}"


def test_every_equation_that_is_cited_stands_in_a_lecture():
    tags = {tag for path in LECTURES for tag in TAG.findall(prose(path))}
    covered = {tag.split(".")[0] for tag in tags}  # a lecture that is not written yet cannot be cited wrongly
    course = [prose(path) + "\n".join(cells(path, "code")) for path in NOTEBOOKS]
    course += [path.read_text() for path in (ROOT / "cnnlib").rglob("*.py")]
    cited = {number for text in course for number in CITED.findall(text)}
    assert {number for number in cited if number.split(".")[0] in covered} <= tags


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_letters_of_equations_are_in_the_table(path):
    for formula in DISPLAY.findall(prose(path)):
        assert letters(formula) <= in_table(), f"not in lectures/notation.md: {letters(formula) - in_table()}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_power_that_is_none_and_no_kernel_called_k(path):
    text, code = prose(path), "\n".join(cells(path, "code"))
    assert not re.findall(r"d?[xy](?:⁰|\^\{?0\b)", text + code), "write xpad, dxpad, dypad"
    arguments = re.findall(r"^def \w+\((.*?)\)", code, re.MULTILINE)
    with_kernel = [names for names in arguments if re.search(r"\bk\b", names) and not re.match(r"n, k\b", names)]
    assert not with_kernel, f"a kernel is w: {with_kernel}"


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_exercises_and_polls_go_by_the_name_that_check_uses(path):
    text, code = prose(path), "\n".join(cells(path, "code"))
    asked = re.findall(r"^\*\*(?:Your turn: `(\w+)\(|Poll `(\w+)`)", text, re.MULTILINE)
    assert sorted(a or b for a, b in asked) == sorted(re.findall(r"^check\([\"']?(\w+)", code, re.MULTILINE))
    for name, points in re.findall(r"^\*\*(?:Your turn: |Poll )`(\w+).*?`, (\d+) points?[.:]", text, re.MULTILINE):
        assert find(name).possible == int(points), name
    assert "(notation.md)" in cells(path, "markdown")[0], "the head links to the table of letters"
