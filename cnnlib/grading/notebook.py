"""What a notebook file holds, as the sandbox told it: its cells, its lecture, the places of its checks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnnlib.checks import Exercise
from cnnlib.exercises import lectures
from cnnlib.grading.reading import MOST_CELLS, Unreadable
from cnnlib.grading.shingles import MOST

MOST_BYTES = 100 << 20

Shingles = tuple[tuple[str, bytes], ...]  # exercise, "" for helpers, and what its code is made of: numbers of 4 bytes


@dataclass(frozen=True)
class Cell:
    """A code cell."""

    number: int  # as in the notebook's In [number] after "Run All"
    source: str  # Python, without magics
    defines: frozenset[str]  # exercises whose functions and variables it makes
    checks: tuple[str, ...]  # exercises that it hands to check(), in order


@dataclass(frozen=True)
class Notebook:
    cells: Sequence[Cell]
    named: Sequence[str] = ()  # exercises that nbgrader's names of its cells hold
    shingles: Shingles = ()

    @cached_property
    def lecture(self) -> str | None:
        """The lecture whose exercises it defines, checks or names most; the file's name does not matter."""
        best = max(lectures(), key=self._score, default=None)
        return best if best and self._score(best) else None

    def _score(self, lecture: str) -> int:
        names = {exercise.name for exercise in lectures()[lecture]}
        defined = {name for cell in self.cells for name in cell.defines}
        checked = {name for cell in self.cells for name in cell.checks}
        return len(defined & names) + len(checked & names) + sum(name in names for name in self.named)

    @cached_property
    def others(self) -> list[str]:
        """Other lectures with an exercise that is defined and checked in here: they are not graded."""
        both = {name for cell in self.cells for name in cell.defines}
        both &= {name for cell in self.cells for name in cell.checks}
        return [
            lecture
            for lecture, asked in lectures().items()
            if lecture != self.lecture and any(exercise.name in both for exercise in asked)
        ]

    def plan(self) -> Iterator[tuple[Cell | None, list[Exercise]]]:
        """Each cell and what is to be asked after it; at the end None and what no cell checks.

        Of several checks of one exercise the last one counts, as in the notebook. What is defined anew below its check
        is asked for at the end as well.
        """
        exercises = {exercise.name: exercise for exercise in lectures()[self.lecture]} if self.lecture else {}
        last = {name: cell.number for cell in self.cells for name in cell.checks}
        anew = {name for cell in self.cells for name in cell.defines if cell.number > last.get(name, cell.number)}
        for cell in self.cells:
            yield cell, [exercises[name] for name in cell.checks if name in exercises and last[name] == cell.number]
        yield None, [exercise for name, exercise in exercises.items() if name not in last or name in anew]


def wanted() -> list[str]:
    """The names of all exercises of the course."""
    return [exercise.name for asked in lectures().values() for exercise in asked]


def notebook_of(message: dict[str, Any], numbers: bytes) -> Notebook:
    """What reading.read() told; raises Unreadable for anything else."""
    if isinstance(problem := message.get("unreadable"), str):
        raise Unreadable(problem[:200])
    cells: list[Cell] = []
    at = 0
    try:
        for length, defines, checks in message["cells"]:
            source = numbers[at : at + length].decode()
            cells.append(Cell(len(cells) + 1, source, frozenset(defines), tuple(dict.fromkeys(checks))))
            at += length
        named = [name for name in message["named"] if isinstance(name, str)]
        shingles = []
        for name, count in message["shingles"][:MOST_CELLS]:
            shingles.append((str(name)[:80], numbers[at : at + 4 * min(count, MOST)]))
            at += 4 * count
        return Notebook(cells, named, tuple(shingles))
    except (TypeError, ValueError, KeyError):
        raise Unreadable("not read: the sandbox said nothing about it") from None
