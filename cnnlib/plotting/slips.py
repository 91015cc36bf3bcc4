"""Lecture 11: the decks' claims as tables that decide, one trial with its code, and where slips hide."""

import html
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from cnnlib.checks import show as numbers
from cnnlib.plotting import canvas, cells, described, listed
from cnnlib.plotting.palette import SKY, tint
from cnnlib.slips import CLAIMS, KINDS, Claim, Trial, verdict

MARKS = {"refuted": "✗\u00a0refuted", "holds": "✓\u00a0holds", "open": "?\u00a0open"}


@dataclass(frozen=True)
class Table:
    """Rows of HTML, and the same as text; a notebook shows it."""

    head: tuple[str, ...]
    rows: list[list[str]]
    text: str

    @property
    def html(self) -> str:
        """It reads well where style attributes are taken away: a div's align stays."""
        body = "".join(f"<tr>{''.join(_cell('td', text) for text in row)}</tr>" for row in self.rows)
        top = "".join(_cell("th", text) for text in self.head)
        return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def _cell(tag: str, text: str) -> str:
    return f'<{tag} valign="top"><div align="left">{text}</div></{tag}>'


def told(value: Any) -> str:
    """A result for a reader: four decimals at most, yes and no, words as they are."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return numbers.value(np.round(np.asarray(value, float), 4) + 0.0).replace("-", "−")


def results(trial: Trial) -> list[tuple[str, str]]:
    """The three answers, each with its name."""
    answers = {"as printed": trial.printed, "right": trial.right, "measured": trial.measured}
    return [(name, told(answer)) for name, answer in answers.items()]


def answered(trial: Trial) -> str:
    """The question and its three answers, as one line of text."""
    return f"    {trial.asked}: " + ", ".join(f"{name} {value}" for name, value in results(trial))


def link(claim: Claim) -> str:
    """To the section that treats it, with the lecture's number as its text."""
    target = f"{claim.lecture}.ipynb#{claim.section.replace(' ', '-')}"
    return f'<a href="{target}">lecture\u00a0{claim.lecture[:2]}</a>'


def table(claims: Iterable[Claim]) -> Table:
    """Decide these claims, and show what each says, what came out, and the verdict."""
    head = ("Deck", "As transcribed", "Right", "On numbers", "Verdict")
    rows, lines = [], []
    for claim in claims:
        trial = claim.decide()
        decided = MARKS[verdict(trial)]
        name = claim.name.replace("_", "_<wbr>")  # a narrow page may break it there; copied, it is whole
        rows.append(
            [
                f"<b>{claim.deck}</b><br>{html.escape(claim.place)}<br><code>{name}</code>",
                html.escape(claim.printed),
                f"<b>{html.escape(claim.right)}</b><br>{html.escape(claim.why)}",
                "<br>".join([f"<i>{html.escape(trial.asked)}</i>", *(f"{n}: {v}" for n, v in results(trial))]),
                f"<b>{decided}</b><br>{claim.kind}<br>{link(claim)}",
            ]
        )
        lines.append(f"{decided}  {claim.name}. {claim.deck}, {claim.place}: {claim.printed}")
        lines.append(answered(trial))
    return Table(head, rows, "\n".join(lines))


def overview(claims: Iterable[Claim] = CLAIMS) -> Table:
    """One line a claim, by lecture: where it is treated, who says what, and the verdict."""
    rows, lines = [], []
    for claim in sorted(claims, key=lambda claim: claim.lecture):
        decided = MARKS[verdict(claim.decide())]
        rows.append([link(claim), claim.deck, *map(html.escape, (claim.printed, claim.right)), decided])
        lines.append(f"{claim.lecture[:2]}  {claim.deck:<8} {decided:<10} {claim.printed}")
    return Table(("Treated in", "Deck", "As transcribed", "Right", "Verdict"), rows, "\n".join(lines))


def counts() -> Table:
    """How many claims of each deck came out how, by kind."""
    found = Counter((claim.deck, claim.kind) for claim in CLAIMS)
    decks = sorted({claim.deck for claim in CLAIMS})
    rows = [
        [f"<b>{kind}</b>", html.escape(means), *(str(found[deck, kind] or "·") for deck in decks)]
        for kind, means in KINDS.items()
    ]
    verdicts = Counter((claim.deck, verdict(claim.decide())) for claim in CLAIMS)
    for said in ("refuted", "holds"):
        rows.append([f"<b>{MARKS[said]}</b>", "", *(f"<b>{verdicts[deck, said]}</b>" for deck in decks)])
    lines = [f"{deck}: {verdicts[deck, 'refuted']} refuted, {verdicts[deck, 'holds']} hold" for deck in decks]
    return Table(("Kind", "", *decks), rows, "\n".join(lines))


def trials(lecture: str) -> None:
    """What comes out for every claim that this lecture treats."""
    for claim in CLAIMS:
        if claim.lecture == lecture:
            trial = claim.decide()
            print(f"{MARKS[verdict(trial)]}  {claim.name}\n{answered(trial)}")


def proof(claim: Claim) -> None:
    """The code that decides a claim, and what it gives."""
    code, trial = inspect.getsource(claim.decide), claim.decide()
    print(code[code.index("def ") :])
    for name in ("asked", "printed", "right", "measured"):
        print(f"{name:<9} {told(getattr(trial, name))}")
    print(f"verdict   {verdict(trial)}")


def shares(
    slips: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]],
    ways: Mapping[str, Callable[[np.random.Generator, int], np.ndarray]],
    differ: Callable[[Any, Any], bool],
    tries: int = 200,
) -> Figure:
    """In what share of draws a claim and the truth differ, one row a slip, one column a way to draw numbers.

    Args:
        slips: name -> (claim, truth), both functions of x (5,) and w (2,).
        ways: name -> a function that draws so many numbers.
    """

    def draw(way: Callable[[np.random.Generator, int], np.ndarray], n: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(n)
        return way(rng, 5), way(rng, 2)

    found = np.array(
        [
            [
                np.mean([differ(claim(*inputs), truth(*inputs)) for inputs in (draw(way, n) for n in range(tries))])
                for way in ways.values()
            ]
            for claim, truth in slips.values()
        ]
    )
    figure, ax = plt.subplots(figsize=(7.2, 0.62 * len(slips) + 0.9))
    ax.imshow(found, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(found):
        ax.text(column, row, f"{share:.0%}", ha="center", va="center", color="black" if share > 0.5 else "white")
    ax.set_xticks(range(len(ways)), list(ways))
    ax.set_yticks(range(len(slips)), list(slips))
    ax.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False)
    said = "; ".join(
        f"{slip}: " + ", ".join(f"{kind} {share:.0%}" for kind, share in zip(ways, row, strict=True))
        for slip, row in zip(slips, found, strict=True)
    )
    return described(figure, f"How often {tries} draws of numbers show a slip. {said}.")


def shrunk(found: Mapping[str, Sequence[np.ndarray]]) -> Figure:
    """Counterexamples as they were drawn, and below each what the slip needs of it.

    Args:
        found: name of the slip -> the counterexample, and the shrunk one; both of one axis.
    """
    width = max(len(drawn) for drawn, _ in found.values())
    figure, ax = canvas(width + 4.2, 3 * len(found) - 0.4)
    for n, (slip, (drawn, left)) in enumerate(found.items()):
        ax.text(4, 3 * n + 0.5, slip, ha="right", va="center", fontsize=10)
        ax.text(4, 3 * n + 1.6, "shrunk", ha="right", va="center", fontsize=10)
        cells(ax, drawn, 4.2, 3 * n)
        cells(ax, left, 4.2, 3 * n + 1.1, fill=tint(SKY))
    said = "; ".join(f"{slip}: of {listed(drawn)} stays {listed(left)}" for slip, (drawn, left) in found.items())
    return described(figure, f"Counterexamples, and what is left of them. {said}.")
