"""An ENV or ARG that changes often, below what does not name it.

All that runs sees all variables, whether it names them or not: it is always a proposal to verify.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from ctxguard.dockerfile.parser import Instruction
from ctxguard.dockerfile.variables import declarations, pairs
from ctxguard.dockerfile.words import WordError
from ctxguard.rebuilds.advice.blocks import Block, blocks, moved
from ctxguard.rebuilds.advice.proposal import Idea
from ctxguard.rebuilds.replay import Rewrite

_BUILDING = ("RUN",)
_WORD = re.compile(r"\w+")


def variables(text: bytes, changed: Callable[[int], int]) -> Iterator[Idea]:
    """Each variable that changed and can go further down.

    Args:
        changed: how many commits change the instruction at this line.
    """
    found = blocks(text)
    for at, row in enumerate(found.rows) if found is not None else ():
        assert found is not None
        names = _names(row.instruction)
        if not names or not row.stage or not changed(row.instruction.line):
            continue
        if _goal(found.rows, at) is None:
            continue
        named = ", ".join(names)
        why = (
            f"what runs before it would not see {named} any more; verify that nothing of it "
            "reads the variable without naming it"
        )
        yield Idea("variable", False, why, _rewrite(row, names))


def _rewrite(row: Block, names: tuple[str, ...]) -> Rewrite:
    def rewrite(text: bytes) -> bytes:
        found = blocks(text)
        at = None if found is None else _places(text).get(_told(row, names))
        goal = None if found is None or at is None else _goal(found.rows, at)
        if found is None or at is None or goal is None:
            return text
        return found.text(moved(found.rows, at, goal))

    return rewrite


_Told = tuple[str, str, tuple[str, ...]]


def _told(row: Block, names: tuple[str, ...]) -> _Told:
    return row.stage, row.instruction.keyword, names


@lru_cache(maxsize=1)
def _places(text: bytes) -> Mapping[_Told, int]:
    """Where variables are set first, by stage, instruction and names."""
    found = blocks(text)
    places: dict[_Told, int] = {}
    for at, row in enumerate(found.rows) if found is not None else ():
        if names := _names(row.instruction):
            places.setdefault(_told(row, names), at)
    return places


def _names(instruction: Instruction) -> tuple[str, ...]:
    try:
        if instruction.keyword == "ENV":
            return tuple(name for name, _ in pairs(instruction.rest, "\\"))
        if instruction.keyword == "ARG":
            return tuple(name for name, _ in declarations(instruction.rest, "\\"))
    except WordError:
        pass
    return ()


def _names_one(row: Block, names: tuple[str, ...]) -> bool:
    """Whether one of the names stands in it as a word; each line is read once for all of them."""
    words = {word for line in row.lines for word in _WORD.findall(line)}
    odd = (name for name in names if _WORD.fullmatch(name) is None)
    return not words.isdisjoint(names) or any(name in line for name in odd for line in row.lines)


def _goal(rows: Sequence[Block], start: int) -> int | None:
    """Behind which instruction it can go: the last before one that names it; None if nothing that
    runs lies between.
    """
    names = _names(rows[start].instruction)
    goal = start
    for at in range(start + 1, len(rows)):
        row = rows[at]
        if row.instruction.keyword == "FROM" or _names_one(row, names):
            break
        goal = at
    passed = (row.instruction.keyword for row in rows[start + 1 : goal + 1])
    return goal if any(keyword in _BUILDING for keyword in passed) else None
