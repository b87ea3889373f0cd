"""The lines of a Dockerfile by instruction, to be put in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ctxguard.dockerfile.parser import Instruction, parse
from ctxguard.errors import DockerfileError


@dataclass(frozen=True, slots=True)
class Block:
    """One instruction with the lines above it that are none, such as comments."""

    instruction: Instruction
    stage: str
    """Its name, or `stage-1` for the second one; nothing before the first FROM."""
    above: tuple[str, ...]
    lines: tuple[str, ...]
    """Of the instruction itself."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A whole Dockerfile."""

    rows: tuple[Block, ...]
    below: tuple[str, ...]
    """What follows the last instruction."""

    def text(self, rows: Sequence[Block]) -> bytes:
        """The Dockerfile with its instructions in another order, or others."""
        lines = [line for row in rows for line in (*row.above, *row.lines)]
        return "\n".join([*lines, *self.below]).encode("utf-8", "surrogateescape")


@lru_cache(maxsize=1)
def blocks(text: bytes) -> Blocks | None:
    """Take a Dockerfile apart; None if it cannot be read.

    The last one is kept: all ideas are tried on one Dockerfile after the other.
    """
    try:
        instructions = parse(text, "").instructions
    except DockerfileError:
        return None
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    rows: list[Block] = []
    stage, stages, at = "", 0, 0
    for instruction in instructions:
        if instruction.keyword == "FROM":
            words = instruction.rest.split()
            stage = words[2].lower() if len(words) == 3 else f"stage-{stages}"
            stages += 1
        begin, end = instruction.line - 1, instruction.end
        rows.append(Block(instruction, stage, tuple(lines[at:begin]), tuple(lines[begin:end])))
        at = end
    return Blocks(tuple(rows), tuple(lines[at:]))


def moved(rows: Sequence[Block], start: int, to: int) -> list[Block]:
    """One instruction further down: behind the one that stands at `to` now."""
    return [*rows[:start], *rows[start + 1 : to + 1], rows[start], *rows[to + 1 :]]
