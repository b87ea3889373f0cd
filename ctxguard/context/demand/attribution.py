"""Which instructions of the chosen target bring which part of the context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctxguard.context.demand.targets import Wanted
from ctxguard.context.walking.inclusion import COPY_ALL, EVERYTHING
from ctxguard.context.weighing.asked import AskedTally
from ctxguard.dockerfile.parser import Instruction
from ctxguard.measurement import Brought, InstructionLine, Instructions


@dataclass(slots=True)
class _Sum:
    bytes: int = 0
    files: int = 0

    def add(self, size: int, files: int) -> None:
        self.bytes += size
        self.files += files


class Attribution:
    """Tells the instructions by the include lists of what they ask for.

    Args:
        dockerfile: its name.
    """

    def __init__(self, wanted: Wanted, dockerfile: str) -> None:
        self._target = wanted.chosen.number
        self._inclusion = wanted.inclusion
        self._used = wanted.chosen.reason is None
        self._dockerfile = dockerfile
        self._askers: defaultdict[int, list[Instruction]] = defaultdict(list)
        for ask, number in wanted.asks:
            if number is not None:
                self._askers[number].append(ask.instruction)
        self._asked = list(dict.fromkeys(ask.instruction.line for ask, _ in wanted.asks))
        self._instructions = {ask.instruction.line: ask.instruction for ask, _ in wanted.asks}

    def bringing(self, lists: Iterable[int]) -> Sequence[int]:
        """The lines of the instructions that bring what is in these lists, in file order."""
        numbers = {COPY_ALL, *lists}
        if self._target not in numbers or not self._used:
            return ()
        askers = (asker for number in numbers for asker in self._askers.get(number, ()))
        return sorted({asker.line for asker in askers})

    def of_path(self, path: str) -> tuple[InstructionLine, ...]:
        """The instructions that bring a path; "" is the context root."""
        lists = EVERYTHING if self._inclusion is None or not path else self._inclusion.of_path(path)
        return self.named(self.bringing(lists))

    def named(self, lines: Iterable[int]) -> tuple[InstructionLine, ...]:
        """The instructions that stand there."""
        return tuple(
            InstructionLine(self._dockerfile, line, self._instructions[line].text) for line in lines
        )

    def table(self, tally: AskedTally) -> Instructions:
        """What each instruction brings."""
        brings: defaultdict[int, _Sum] = defaultdict(_Sum)
        alone: defaultdict[int, _Sum] = defaultdict(_Sum)
        several, unasked = _Sum(), _Sum()
        for lists, size, files in tally.sums():
            lines = self.bringing(lists)
            for line in lines:
                brings[line].add(size, files)
            if len(lines) == 1:
                alone[lines[0]].add(size, files)
            else:
                (several if lines else unasked).add(size, files)
        rows = []
        for line, name in zip(self._asked, self.named(self._asked), strict=True):
            all_, only = brings[line], alone[line]
            rows.append(Brought(name, all_.bytes, all_.files, only.bytes, only.files))
        rows.sort(key=lambda row: (-row.bytes, row.instruction.line))
        return Instructions(tuple(rows), several.bytes, several.files, unasked.bytes, unasked.files)
