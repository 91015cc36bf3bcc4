"""What an exercise is: data. A lecture's module fills it in; `judge` reads it."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Slip:
    """A known wrong implementation, and the sentence that a student who wrote it should read."""

    name: str  # a few words, for tables: "kernel reversed"
    says: str  # what the answer equals, and a question or a step that leads on
    answer: Callable[..., Any]  # same signature as the reference
    about: str = ""  # what it has in common with slips that look alike in every case: "the direction of the kernel"


@dataclass(frozen=True)
class Exercise:
    """One function (or one set of letters) that a student writes, and all that is known about it."""

    name: str
    # Part -> points. Several parts are the entries of the returned tuple in order, or stand for `groups` of cases.
    parts: Mapping[str, int]
    reference: Callable[..., Any]
    # Smallest first; the seed moves values, never shapes.
    cases: Callable[[np.random.Generator], Sequence[Inputs]]
    hints: tuple[str, str, str]  # a nudge, the idea, the index equation
    slips: tuple[Slip, ...] = ()
    # Part -> does this case count for it? For a function with one result.
    groups: Mapping[str, Callable[..., bool]] = field(default_factory=dict)
    # "a stride above 1" -> is there one in this case? For "it fails only with ...".
    features: Mapping[str, Callable[..., bool]] = field(default_factory=dict)
    # The products that make an entry: (("x", "w"), ("b",)) for y = sum x w + b.
    feeds: tuple[tuple[str, ...], ...] = ()
    # Where many answers are right: accept(answer, **inputs) says what is wrong, or "".
    accept: Callable[..., str] | None = None
    after: tuple[tuple[str, str], ...] = ()  # label and text of what is shown once it is right
    tolerance: float = 1e-7  # relative, in float64

    @property
    def possible(self) -> int:
        return sum(self.parts.values())

    @property
    def results(self) -> int:
        """How many results a call returns: one a part, or just one."""
        return 1 if self.groups else len(self.parts)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The arguments with a default: passed by keyword, so that a student may change their order."""
        parameters = inspect.signature(self.reference).parameters.values()
        return {p.name: p.default for p in parameters if p.default is not p.empty}

    def call(self, inputs: Inputs) -> tuple[tuple[Any, ...], Inputs]:
        """Positional and keyword arguments for one case. What is the default anyway is left out: that tests it."""
        args = tuple(value for name, value in inputs.items() if name not in self.defaults)
        chosen = {name: value for name, value in inputs.items() if name in self.defaults}
        return args, {name: value for name, value in chosen.items() if value != self.defaults[name]}


def poll(name: str, options: Mapping[str, tuple[bool, str]], hints: tuple[str, str, str], points: int = 1) -> Exercise:
    """An exercise whose answer is a set of letters.

    Args:
        options: letter -> (is it true?, why). The reason of a wrongly chosen letter is shown at once, those of the
            others once the answer is right.
    """
    right = {letter for letter, (true, _) in options.items() if true}

    def accept(answer: Any) -> str:
        letters = _letters(answer)
        if letters is None:
            return f"got {answer!r}; expected a set of letters, for example {{'X', 'Y'}}"
        if unknown := sorted(letters - set(options)):
            return f"there is no option {', '.join(unknown)}; the options are {', '.join(options)}"
        if wrong := sorted(letters - right):
            return "  ".join(f"{letter} does not hold: {options[letter][1]}" for letter in wrong)
        if missing := right - letters:
            count = "one more holds" if len(missing) == 1 else f"{len(missing)} more hold"
            return f"what you chose is right, but {count}" if letters else "no letter chosen yet"
        return ""

    return Exercise(
        name=name,
        parts={"answer": points},
        reference=lambda: set(right),
        cases=lambda rng: [{}],
        hints=hints,
        accept=accept,
        after=tuple((letter, f"{'yes' if true else 'no'}: {why}") for letter, (true, why) in options.items()),
    )


def _letters(answer: Any) -> set[str] | None:
    """{'A', 'D'} from a set, a list or a tuple of strings, or from one string, whatever stands between the letters."""
    items = [answer] if isinstance(answer, str) else answer
    if not isinstance(items, set | frozenset | list | tuple) or not all(isinstance(item, str) for item in items):
        return None
    return {letter for item in items for letter in item.upper() if letter.isalnum()}
