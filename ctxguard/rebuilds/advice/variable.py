"""An ENV or ARG that changes often, below what does not name it.

All that runs sees all variables, whether it names them or not: it is always a proposal to verify.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ctxguard.dockerfile.parser import Instruction
from ctxguard.dockerfile.variables import declarations, pairs
from ctxguard.dockerfile.words import WordError
from ctxguard.rebuilds.advice.blocks import Block, blocks, moved
from ctxguard.rebuilds.advice.proposal import Idea
from ctxguard.rebuilds.replay import Rewrite

_BUILDING = ("RUN",)


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
        for at, each in enumerate(found.rows) if found is not None else ():
            assert found is not None
            same = each.instruction.keyword == row.instruction.keyword and each.stage == row.stage
            if same and _names(each.instruction) == names:
                goal = _goal(found.rows, at)
                return text if goal is None else found.text(moved(found.rows, at, goal))
        return text

    return rewrite


def _names(instruction: Instruction) -> tuple[str, ...]:
    try:
        if instruction.keyword == "ENV":
            return tuple(name for name, _ in pairs(instruction.rest, "\\"))
        if instruction.keyword == "ARG":
            return tuple(name for name, _ in declarations(instruction.rest, "\\"))
    except WordError:
        pass
    return ()


def _goal(rows: Sequence[Block], start: int) -> int | None:
    """Behind which instruction it can go: the last before one that names it; None if nothing that
    runs lies between.
    """
    names = "|".join(re.escape(name) for name in _names(rows[start].instruction))
    named = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    goal = start
    for at in range(start + 1, len(rows)):
        row = rows[at]
        if row.instruction.keyword == "FROM" or any(map(named.search, row.lines)):
            break
        goal = at
    passed = (row.instruction.keyword for row in rows[start + 1 : goal + 1])
    return goal if any(keyword in _BUILDING for keyword in passed) else None
