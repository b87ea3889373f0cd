"""COPY instructions beside each other, the one that changes most often last."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence

from ctxguard.dockerfile.forms import arguments
from ctxguard.dockerfile.parser import heredoc_name
from ctxguard.rebuilds.advice.blocks import Block, blocks
from ctxguard.rebuilds.advice.proposal import Idea
from ctxguard.rebuilds.replay import Rewrite
from ctxguard.rebuilds.tree import Files

_SAFE = "they go to places of their own in an empty image, and no link is among them"
_UNSAFE = (
    "they go to different places by name; verify that no link in the image, or among what is "
    "copied, leads from one to the other"
)
_ONLY_SAY = ("ARG", "ENV", "LABEL", "EXPOSE", "CMD", "ENTRYPOINT", "STOPSIGNAL", "WORKDIR", "FROM")
_LINK = "120000"


def orders(text: bytes, files: Files, changed: Callable[[int], int]) -> Iterator[Idea]:
    """Each group of neighbours that has a better order.

    Args:
        files: what the context holds.
        changed: how many commits change the instruction at this line.
    """
    found = blocks(text)
    for start, stop in _groups(found.rows) if found is not None else ():
        assert found is not None
        rows = found.rows[start:stop]
        best = sorted(rows, key=lambda row: changed(row.instruction.line))
        if best == list(rows) or not _are_apart(rows, files):
            continue
        links = any(entry[0] == _LINK for entry in files.found.values())
        certain = not links and _stands_on_nothing(found.rows, start) and _are_plain(rows)
        yield Idea("order", certain, _SAFE if certain else _UNSAFE, _rewrite(rows, best))


def _rewrite(rows: Sequence[Block], best: Sequence[Block]) -> Rewrite:
    wanted = [_named(row) for row in rows]
    order = [rows.index(row) for row in best]

    def rewrite(text: bytes) -> bytes:
        found = blocks(text)
        for start, stop in _groups(found.rows) if found is not None else ():
            assert found is not None
            group = found.rows[start:stop]
            if [_named(row) for row in group] == wanted:
                sorted_ = [group[at] for at in order]
                return found.text([*found.rows[:start], *sorted_, *found.rows[stop:]])
        return text

    return rewrite


def _named(row: Block) -> tuple[str, str]:
    return row.stage, row.instruction.text


def _groups(rows: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Where two or more COPY of the context stand one after the other."""
    start = 0
    for at in range(len(rows) + 1):
        if at < len(rows) and _copies(rows[at]):
            continue
        if at - start > 1:
            yield start, at
        start = at + 1


def _copies(row: Block) -> bool:
    instruction = row.instruction
    if instruction.keyword not in ("COPY", "ADD"):
        return False
    words = arguments(instruction)
    elsewhere = any(flag.startswith(("--from", "--link")) for flag in instruction.flags)
    odd = any(heredoc_name(word) or "://" in word or "$" in word for word in words)
    return not elsewhere and not odd


def _are_apart(rows: Sequence[Block], files: Files) -> bool:
    """Whether none of them writes where another one does, by name."""
    goals = sorted(goal for row in rows for goal in _goals(row, files))
    if "" in goals or len(goals) > _MOST_GOALS or len({goal[0] == "/" for goal in goals}) > 1:
        return False
    return all(
        one != other and not other.startswith(f"{one}/")
        for at, one in enumerate(goals)
        for other in goals[at + 1 :]
    )


_MOST_GOALS = 200


def _goals(row: Block, files: Files) -> list[str]:
    """What it writes to: a folder where its content may be anything; "" for the folder it is in."""
    *sources, goal = arguments(row.instruction)
    clean = posixpath.normpath(goal).lstrip("/")
    clean = "" if clean == "." else clean
    root = "/" if goal.startswith("/") else ""
    paths = [posixpath.normpath(f"/{source}").lstrip("/") for source in sources]
    if goal.endswith("/") and all(path in files.found for path in paths):
        return [f"{root}{posixpath.join(clean, posixpath.basename(path))}" for path in paths]
    return [f"{root}{clean}" if clean else ""]


def _stands_on_nothing(rows: Sequence[Block], start: int) -> bool:
    """Whether the stage begins from `scratch`, and nothing was put into it before."""
    for row in reversed(rows[:start]):
        if row.instruction.keyword == "FROM":
            return row.instruction.rest.split()[:1] == ["scratch"]
        if row.instruction.keyword not in _ONLY_SAY:
            return False
    return False


def _are_plain(rows: Sequence[Block]) -> bool:
    """Whether they set no owner and no mode, which their folders would get too."""
    return not any(row.instruction.flags for row in rows)
