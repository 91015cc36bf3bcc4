"""What lectures 05 and 06 ask alike of one map: the gradient of its bias."""

from collections.abc import Callable

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Forward, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng


def bias_gradient(dy: Array) -> float:
    return dy.sum()


def bias_exercise(
    name: str, feed: str, equation: str, cases: Callable[[Rng], list[Inputs]], forward: Forward | None = None
) -> Exercise:
    """`name(dy)` returns db, by this sum of products and this equation, maybe of a `forward` of one's own."""
    return Exercise(
        name=name,
        parts={"db": 1},
        reference=bias_gradient,
        forward=forward,
        cases=cases,
        features=LAYOUTS,
        feeds=(feed,),
        hints=(
            "Raise b by a little. Which outputs rise, and by how much?",
            "Every output rises by as much as b. The loss feels every entry of dy at once.",
            equation,
        ),
        slips={
            "the mean of dy. The bias reaches every output, so their pulls add up; "
            "no layer divides, the loss does.": lambda dy: dy.mean(),
            "the number of outputs: the sum of the slopes of y by b, which are 1. "
            "The chain rule multiplies each of them by its dy first.": lambda dy: float(dy.size),
        },
    )
