"""Rows of a table for a terminal: a bar, and texts cut to the room there is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

BAR_CELLS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEAST_NAME = 8
_PIECE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4,5}|[0-7]{3}|.)|.", re.DOTALL)
"""A character as it is shown, or a whole escape."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind its size."""

    bytes: int
    place: str
    name: str
    """The only part that may be cut."""
    counts: str
    rest: bool = False
    """It stands for all that has no row of its own."""
    keep_start: bool = False
    """What is cut goes from the end of the name."""

    def cells(self) -> int:
        return cells(self.place + self.name + self.counts)

    def fitted(self, room: int | None) -> str:
        """The text in so many cells, if it can be."""
        name = self.name
        if room is not None and self.cells() > room:
            left = max(_LEAST_NAME, room - cells(self.place + self.counts))
            name = _without_end(name, left) if self.keep_start else _without_start(name, left)
        return self.place + name + self.counts


def bar(part: float, unicode: bool) -> str:
    """As long as the part, from 0 to 1."""
    if not unicode:
        return ("#" * round(part * BAR_CELLS)).ljust(BAR_CELLS)
    full, eighths = divmod(round(part * BAR_CELLS * 8), 8)
    return ("█" * full + _EIGHTHS[eighths]).ljust(BAR_CELLS)[:BAR_CELLS]


def cells(text: str) -> int:
    """How wide a text is."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _without_start(name: str, room: int) -> str:
    """The end of a name in so many cells: the front of a path matters least.

    No escape is cut in two, and what is quoted stays quoted.
    """
    start = '"...' if name.startswith('"') else "..."
    pieces = _PIECE.findall(name.removeprefix('"'))
    kept = _fitting(reversed(pieces), room - len(start))
    return name if len(kept) == len(pieces) else start + "".join(reversed(kept))


def _without_end(text: str, room: int) -> str:
    """The start of a text in so many cells."""
    pieces = _PIECE.findall(text)
    kept = _fitting(pieces, room - 3)
    return text if len(kept) == len(pieces) else f"{''.join(kept)}..."


def _fitting(pieces: Iterable[str], room: int) -> list[str]:
    """The first ones that have room."""
    kept: list[str] = []
    for piece in pieces:
        room -= cells(piece)
        if room < 0:
            break
        kept.append(piece)
    return kept
