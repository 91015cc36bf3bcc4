"""A claim of a deck, and the trial that decides it: three ways to one number."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

NONE = "does not fit"  # what comes out where shapes or indices do not go together

# What kind of slip we take it for. The verdict does not depend on it.
KINDS = {
    "formula": "a formula that gives the wrong number",
    "loop": "pseudocode that does not do what it is for",
    "wording": "words that say more than is so",
    "misprint": "one letter, sign or number; mostly right elsewhere in the deck",
    "sign": "right or wrong as one reads the sign for convolution",
    "transcript": "probably not the deck's, but misread by whoever typed it",
    "suspect": "a false alarm: it looks wrong",
}


@dataclass(frozen=True)
class Trial:
    """One question with numbers in it, answered three times."""

    asked: str
    printed: Any  # by what the deck prints
    right: Any  # by our formula
    measured: Any  # by no formula: nudged, counted, or worked out another way


@dataclass(frozen=True)
class Claim:
    """What a deck says, what we say, and how it is decided."""

    deck: str
    place: str  # the slide's title, or what tells it
    printed: str  # a few of its words, or one formula
    right: str
    why: str
    kind: str  # a key of KINDS
    lecture: str  # the notebook that treats it
    section: str
    decide: Callable[[], Trial]

    @property
    def name(self) -> str:
        return self.decide.__name__


def claim(
    deck: str,
    place: str,
    *,
    printed: str,
    right: str,
    why: str,
    kind: str,
    lecture: str,
    section: str = "Where the decks slip",
) -> Callable[[Callable[[], Trial]], Claim]:
    """Say what a deck claims, above the function that decides it."""
    return partial(Claim, deck, place, printed, right, why, kind, lecture, section)


def same(a: Any, b: Any, tolerance: float = 1e-6) -> bool:
    """Equal: the same words, or numbers of the same shape that differ by no more than this, relative to the size."""
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a == b
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tolerance * np.maximum(1, np.abs(b))))


def verdict(trial: Trial) -> str:
    """ "refuted", "holds", or "open": where our own formula disagrees with what was measured, nothing is decided."""
    if not same(trial.right, trial.measured):
        return "open"
    return "holds" if same(trial.printed, trial.measured) else "refuted"


def outcome(compute: Callable[[], Any]) -> Any:
    """What comes out, or words where nothing can: shapes that do not go together, an index that does not exist."""
    try:
        return compute()
    except (ValueError, LookupError):
        return NONE
