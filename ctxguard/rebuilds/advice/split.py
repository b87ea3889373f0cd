"""`COPY . .` before the installation of dependencies, taken apart: manifests first.

The installation then sees the manifests alone, so that nobody here can say that it comes to the
same: it is always a proposal to verify.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ctxguard.dockerfile.forms import arguments
from ctxguard.dockerfile.installs import Install
from ctxguard.dockerfile.parser import heredoc_name, instruction_of
from ctxguard.rebuilds.advice.blocks import Block, blocks
from ctxguard.rebuilds.advice.installation import installation
from ctxguard.rebuilds.advice.proposal import Idea
from ctxguard.rebuilds.replay import Rewrite
from ctxguard.rebuilds.tree import Files

_PLAIN = re.compile(r"[\w.+@/-]+")
_PLAIN_FLAG = re.compile(r"[\w.+@/:=,-]+")
_MOST_MANIFESTS = 12
_MAY_LIE_BETWEEN = ("ARG", "ENV", "LABEL", "EXPOSE", "USER", "CMD", "ENTRYPOINT", "STOPSIGNAL")


@dataclass(frozen=True, slots=True)
class _Place:
    """A COPY of a folder, and the installations behind it; by their indexes."""

    copy: int
    last: int
    install: Install
    source: str
    """The folder, cleaned; "" for the whole context."""
    goal: str


def splits(text: bytes, files: Files, is_sent: Callable[[str], bool]) -> Iterator[Idea]:
    """Each COPY that can be taken apart.

    Args:
        files: what the context holds.
        is_sent: whether the ignore rules let a path through.
    """
    found = blocks(text)
    for place in _places(found.rows) if found is not None else ():
        assert found is not None
        start = f"{place.source}/" if place.source else ""
        names = [
            path
            for path in sorted(files.found)
            if path.startswith(start) and _is_manifest(path[len(start) :], place.install)
        ]
        names = [path for path in names if is_sent(path)]
        if not 0 < len(names) <= _MOST_MANIFESTS:
            continue
        copy, run = found.rows[place.copy], found.rows[place.last]
        yield Idea("split", False, _why(run), _rewrite(copy, names))


def _is_manifest(name: str, install: Install) -> bool:
    return "/" not in name and _PLAIN.fullmatch(name) is not None and install.reads(name)


def _why(run: Block) -> str:
    return (
        f"{run.instruction.text} would see the manifests alone; "
        "verify that it needs nothing else of what is copied now"
    )


def _rewrite(copy: Block, names: Sequence[str]) -> Rewrite:
    def rewrite(text: bytes) -> bytes:
        found = blocks(text)
        if found is None:
            return text
        for place in _places(found.rows):
            row = found.rows[place.copy]
            if (row.stage, row.instruction.text) == (copy.stage, copy.instruction.text):
                return found.text(_split(found.rows, place, names))
        return text

    return rewrite


def _split(rows: Sequence[Block], place: _Place, names: Sequence[str]) -> list[Block]:
    copy = rows[place.copy]
    goal = place.goal if place.goal.endswith("/") else f"{place.goal}/"
    flags = copy.instruction.flags
    line = " ".join((copy.instruction.keyword, *flags, *names, goal))
    first = replace(copy, instruction=instruction_of(line, 0), lines=(line,))
    between = rows[place.copy + 1 : place.last + 1]
    later = replace(copy, above=())
    return [*rows[: place.copy], first, *between, later, *rows[place.last + 1 :]]


def _places(rows: Sequence[Block]) -> Iterator[_Place]:
    for at, row in enumerate(rows):
        named = _named(row)
        if named is None:
            continue
        found = _installation(rows, at)
        if found is not None:
            yield _Place(at, *found, *named)


def _named(row: Block) -> tuple[str, str] | None:
    """Source and destination of a COPY of one folder of the context, if they are plain names."""
    instruction = row.instruction
    flags = [flag.partition("=")[0] for flag in instruction.flags]
    if instruction.keyword not in ("COPY", "ADD") or {"--from", "--exclude", "--parents"} & {
        *flags
    }:
        return None
    words = arguments(instruction)
    if len(words) != 2 or not all(map(_PLAIN.fullmatch, words)) or heredoc_name(words[0]):
        return None
    if not all(map(_PLAIN_FLAG.fullmatch, instruction.flags)):
        return None
    source = "/".join(part for part in words[0].split("/") if part not in ("", "."))
    return None if ".." in source else (source, words[1])


def _installation(rows: Sequence[Block], copy: int) -> tuple[int, Install] | None:
    """The last of the installations that follow, with nothing between that may need the sources."""
    found: tuple[int, Install] | None = None
    for at in range(copy + 1, len(rows)):
        keyword = rows[at].instruction.keyword
        install = installation(rows[at].instruction) if keyword == "RUN" else None
        if install is not None and (found is None or found[1].tool == install.tool):
            found = at, install
        elif keyword not in _MAY_LIE_BETWEEN:
            break
    return found
