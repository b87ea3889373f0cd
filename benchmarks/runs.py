"""Side by side: all contenders of a case in turn, round after round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.contenders import Absent, Contender
from benchmarks.process import FailedError, Reading
from benchmarks.trees import Tree


@dataclass(slots=True)
class Row:
    """The readings of one contender, one for each round that it was in."""

    what: str
    readings: list[Reading] = field(default_factory=list)
    alone: bool = False
    memory: int | None = None
    why_not: str = ""

    @property
    def walls(self) -> list[float]:
        return [reading.wall for reading in self.readings]

    @property
    def cpus(self) -> list[float]:
        return [reading.cpu for reading in self.readings if reading.cpu is not None]


_Step = Callable[[Contender, Row], None]


def ratio(values: Sequence[float], base: Sequence[float], in_turn: bool = True) -> float | None:
    """The median of the ratios of each round; of the medians if they were not run in turn."""
    if not values or not base:
        return None
    if not in_turn:
        return median(values) / median(base)
    return median(value / other for value, other in zip(values, base, strict=True))


def compare(tree: Tree, contenders: Sequence[Contender | Absent], rounds: int) -> list[Row]:
    """A warm-up of each, the rounds, one more run of each for its memory, then the slow ones."""
    rows = [Row(entry.what) for entry in contenders]
    present: list[tuple[Contender, Row]] = []
    for entry, row in zip(contenders, rows, strict=True):
        if isinstance(entry, Absent):
            row.why_not = entry.why
        else:
            row.alone = entry.alone > 0
            present.append((entry, row))
    in_turn = [(entry, row) for entry, row in present if not entry.alone]
    for entry, row in in_turn:
        _attempt(tree, entry, row, _warm_up)
    for _ in range(rounds):
        for entry, row in in_turn:
            _attempt(tree, entry, row, _time)
    for entry, row in in_turn:
        _attempt(tree, entry, row, _weigh)
    for entry, row in present:
        for _ in range(entry.alone):
            _attempt(tree, entry, row, _time_and_weigh)
    return rows


def _attempt(tree: Tree, entry: Contender, row: Row, what: _Step) -> None:
    if row.why_not:
        return
    tree.put_rules(entry.rules)
    try:
        what(entry, row)
    except FailedError as error:
        row.readings.clear()
        row.why_not = f"failed: {error}"


def _warm_up(entry: Contender, _row: Row) -> None:
    if entry.check:
        entry.check()
    else:
        entry.read(False)


def _time(entry: Contender, row: Row) -> None:
    row.readings.append(entry.read(False))


def _weigh(entry: Contender, row: Row) -> None:
    row.memory = entry.read(True).memory


def _time_and_weigh(entry: Contender, row: Row) -> None:
    """For what runs so long that watching it makes no difference."""
    reading = entry.read(True)
    row.readings.append(reading)
    row.memory = reading.memory
