"""What an exercise is: data. A lecture's module fills it in; `judge` reads it."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cnnlib.checks import show
from cnnlib.checks.calling import Answer, attempt
from cnnlib.checks.cases import Inputs, Rng, copy_of
from cnnlib.checks.equation import Equation, parse

# Known mistakes: what such an answer equals, with a question or a step that leads on -> a function that makes it.
Slips = Mapping[str, Callable[..., Any]]
MOST_UNKNOWN = 30  # letters that are no option, in one sentence


@dataclass(frozen=True)
class Shown:
    """A number on the way to the result, read off a call of its own: the first step's dy, say."""

    label: str
    inputs: Inputs  # of the call
    read: Callable[[Any], Any]  # the number, from what the call returned


@dataclass(frozen=True)
class Property:
    """What is true of every right answer: its rows sum to 1, say, or it stays the same where the inputs change so."""

    says: str  # "each row of y sums to 1"
    # What is the matter, in words, or "": wrong(answer, **inputs); where inputs change wrong(after, before, **inputs).
    wrong: Callable[..., str]
    changed: Callable[..., Inputs] | None = None  # changed(**inputs) -> the inputs of another call


def _dy_times(output: Any, /, dy: Any, **inputs: Any) -> Any:
    return np.sum(np.asarray(output) * dy)


@dataclass(frozen=True)
class Forward:
    """Whose slope an exercise asks for: another exercise's function, as the student wrote it."""

    name: str
    by: tuple[str, ...]  # the argument by which it is differentiated, for each result
    inputs: Callable[..., Inputs]  # all arguments of that function in order: inputs(**inputs) of the slope's
    loss: Callable[..., Any] = _dy_times  # what is differentiated: loss(output, **inputs)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function (or one set of letters) that a student writes, and all that is known about it."""

    name: str
    # Part -> points. Several parts are the entries of the returned tuple in order, or stand for `groups` of cases.
    parts: Mapping[str, int]
    reference: Callable[..., Any]
    # Smallest first; the seed moves values, never shapes.
    cases: Callable[[Rng], Sequence[Inputs]]
    hints: tuple[str, str, str]  # a nudge, the idea, the index equation
    slips: Slips = field(default_factory=dict)
    # Part -> is this case about it? For a function with one result; see `Part`.
    groups: Mapping[str, Callable[..., bool]] = field(default_factory=dict)
    # "a stride above 1" -> is there one in this case? For "it fails only with ...".
    features: Mapping[str, Callable[..., bool]] = field(default_factory=dict)
    # The sums of products that make the result, in the letters of the lecture: ("y[i] += w[k] x[i + k]", "y[i] += b").
    feeds: tuple[str, ...] = ()
    # Factors of these sums that are no argument but follow from the others: known(**inputs) -> {"win": the mask}.
    known: Callable[..., Inputs] = lambda **inputs: {}
    # Where indices share an axis of the result, how far each of them runs: unfolded(**inputs) -> (N, C, KH, ...).
    unfolded: Callable[..., tuple[int, ...]] | None = None
    # Numbers on the way to the result, to be shown beside the student's: shows(**inputs) -> some `Shown`.
    shows: Callable[..., Sequence[Shown]] = lambda **inputs: ()
    # Steps in a row: what each result should be where the ones before it came back as they did, so that a wrong step
    # costs none of the later ones: onward(results, **inputs) -> as many results.
    onward: Callable[..., tuple[Any, ...]] | None = None
    sources: Mapping[str, str] = field(default_factory=dict)  # part -> what this step is made from: "dz4, w4 and a3"
    # What is true of every right answer; a wrong one is told which of these fails it.
    properties: tuple[Property, ...] = ()
    grows: str = ""  # an argument for which size matters: up to which size is the answer right?
    forward: Forward | None = None  # of a gradient: the function that may be to blame
    # Where many answers are right: accept(answer, **inputs) says what is wrong, or "".
    accept: Callable[..., str] | None = None
    # Of these another call may give another one, unless the arguments decide which, as a seed does:
    # repeats(first, later, **inputs) says what differs between two calls in the last case, or "".
    repeats: Callable[..., str] | None = None
    unanswered: Callable[[Any], bool] = lambda answer: False  # was this returned, but nothing chosen yet?
    codes: tuple[str, ...] = ()  # arguments that are never anything but in the cases, such as targets of -1 and +1
    whole: bool = False  # must the results be of a whole-number type, as an index must?
    after: tuple[tuple[str, str], ...] = ()  # label and text of what is shown once it is right
    # The same, where it hangs on the first case's answer: measured(answer) -> labels and texts.
    measured: Callable[[Any], tuple[tuple[str, str], ...]] = lambda answer: ()
    tolerance: float = 1e-7  # relative, in float64

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(map(parse, self.feeds))

    @property
    def possible(self) -> int:
        return sum(self.parts.values())

    @property
    def results(self) -> int:
        """How many results a call returns: one a part, or just one."""
        return 1 if self.groups else len(self.parts)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The arguments with a default, and what it is."""
        parameters = inspect.signature(self.reference).parameters.values()
        return {p.name: p.default for p in parameters if p.default is not p.empty}

    def call(self, inputs: Inputs) -> tuple[tuple[Any, ...], Inputs]:
        """Positional and keyword arguments for one case, copies of its own.

        What is the default anyway is left out, which tests the default; what comes behind it goes by keyword, the rest
        by position, which tests the order.
        """
        left_out = {name for name, default in self.defaults.items() if name in inputs and inputs[name] == default}
        names, own = list(inputs), copy_of(inputs)
        first = min((names.index(name) for name in left_out), default=len(names))
        return tuple(own[name] for name in names[:first]), {
            name: own[name] for name in names[first:] if name not in left_out
        }

    def answer(self, inputs: Inputs, function: Callable[..., Any] | None = None) -> Answer:
        """What a function, by default the reference, comes to in one case."""
        return attempt(function or self.reference, *self.call(inputs))

    def expected(self, inputs: Inputs) -> Any:
        """What the reference returns in one case; if it raises, so does this."""
        args, kwargs = self.call(inputs)
        return self.reference(*args, **kwargs)

    def refusal(self, value: Any, inputs: Inputs) -> str:
        """What is wrong with one of many possible answers, or ""."""
        if self.accept is None:
            return ""
        try:
            return self.accept(value, **inputs)
        except Exception as problem:  # whatever came back, it is not what was asked
            return f"cannot be read: {problem!r}"


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
            return f"got {show.value(answer)}; expected a set of letters, for example {{'X', 'Y'}}"
        if unknown := sorted(letters - set(options)):
            return f"there is no option {', '.join(unknown[:MOST_UNKNOWN])}; the options are {', '.join(options)}"
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
        unanswered=lambda answer: _letters(answer) == set(),
        after=tuple((letter, f"{'yes' if true else 'no'}: {why}") for letter, (true, why) in options.items()),
    )


def _letters(answer: Any) -> set[str] | None:
    """{'A', 'D'} from a set, a list or a tuple of strings, or from one string, whatever stands between the letters."""
    items = [answer] if isinstance(answer, str) else answer
    if not isinstance(items, set | frozenset | list | tuple) or not all(isinstance(item, str) for item in items):
        return None
    return {letter for item in items for letter in item.upper() if letter.isalnum()}
