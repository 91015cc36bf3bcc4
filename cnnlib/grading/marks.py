"""What a submission counts for in the end: each exercise by the policy or by hand, less what being late costs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What one exercise counts for."""

    exercise: str
    points: float
    possible: float
    comment: str = ""  # a person's
    by_hand: bool = False  # did a person set the points?


@dataclass(frozen=True)
class Mark:
    """What one submission counts for."""

    lines: tuple[Line, ...]
    days: int = 0  # late, each day that has begun
    percent: float = 0.0  # of the points, lost for that
    extension: str = ""  # the student's own deadline
    whole: float | None = None  # points for all of it, set by hand: then nothing else counts
    comment: str = ""  # a person's, on all of it

    @property
    def sum(self) -> float:
        return round(sum(line.points for line in self.lines), 2)

    @property
    def points(self) -> float:
        return round(self.sum * (100 - self.percent) / 100, 2) if self.whole is None else self.whole

    @property
    def possible(self) -> float:
        return round(sum(line.possible for line in self.lines), 2)


def number(value: float) -> str:
    """At most two decimals, and none that say nothing: 18, 17.5, 16.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
