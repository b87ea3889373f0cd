"""`${v#p}`, `${v%p}` and `${v/p/r}`: patterns of `*`, `?` and literal characters.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/shell/lex.go`,
`convertShellPatternToRegex`, `trimPrefix`, `trimSuffix`. Upstream uses a regular expression; the
pieces between the stars are found one after the other here, which takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


class SubstitutionError(ValueError):
    """A backslash before a character that needs none, or far too much text."""


_MOST_WORK = 20_000_000
"""Characters of the value times those of the pattern."""


def trim(value: str, pattern: str, *, suffix: bool, longest: bool) -> str:
    """The value without a prefix, or suffix, that matches the pattern.

    Raises:
        SubstitutionError: the pattern is malformed.
    """
    pieces = _pieces(pattern, value, backwards=suffix)
    end = _end_of_match(value[::-1] if suffix else value, pieces, 0, longest)
    if end is None:
        return value
    return value[: len(value) - end] if suffix else value[end:]


def replace(value: str, pattern: str, replacement: str, most: int, *, everywhere: bool) -> str:
    """The value with its first match, or all, replaced; a match is as long as can be.

    Raises:
        SubstitutionError: the pattern is malformed, or the result has more than `most` characters.
    """
    pieces = _pieces(pattern, value)
    result: list[str] = []
    room = most
    at = 0
    while at <= len(value) and (found := _find(value, pieces, at)) is not None:
        start, end = found
        # An empty match is followed by the next character.
        skipped = value[end : end + 1] if end == start else ""
        result += [value[at:start], replacement, skipped]
        room -= len(replacement)
        if room < 0:
            raise SubstitutionError(f"more than {most:,} characters")
        at = end + len(skipped) if skipped else max(end, start + 1)
        if not everywhere:
            break
    return "".join([*result, value[at:]])


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters in a row, some of them any."""

    regex: re.Pattern[str]
    length: int


def _pieces(pattern: str, value: str, *, backwards: bool = False) -> list[_Piece]:
    """The pattern, split at its stars."""
    if len(pattern) * len(value) > _MOST_WORK:
        raise SubstitutionError("too much text")
    pieces: list[list[str]] = [[]]
    chars = iter(pattern)
    for char in chars:
        if char == "*":
            pieces.append([])
        elif char == "?":
            pieces[-1].append(".")
        elif char == "\\":
            following = next(chars, "")
            if following not in ("*", "?", "\\", "}", "/"):
                raise SubstitutionError(f"invalid escape '\\{following}'")
            pieces[-1].append(re.escape(following))
        else:
            pieces[-1].append(re.escape(char))
    if backwards:
        pieces = [piece[::-1] for piece in reversed(pieces)]
    return [_Piece(re.compile("".join(piece), re.DOTALL), len(piece)) for piece in pieces]


def _end_of_match(value: str, pieces: Sequence[_Piece], start: int, longest: bool) -> int | None:
    """Where the match that begins at `start` ends: as late or as early as it can."""
    first = pieces[0].regex.match(value, start)
    if first is None:
        return None
    at = first.end()
    for piece in pieces[1:-1]:
        found = piece.regex.search(value, at)
        if found is None:
            return None
        at = found.end()
    if len(pieces) == 1:
        return at
    return _last_piece(value, pieces[-1], at, longest)


def _last_piece(value: str, piece: _Piece, at: int, longest: bool) -> int | None:
    if not longest:
        found = piece.regex.search(value, at)
        return None if found is None else found.end()
    for start in range(len(value) - piece.length, at - 1, -1):
        if piece.regex.match(value, start):
            return start + piece.length
    return None


def _find(value: str, pieces: Sequence[_Piece], at: int) -> tuple[int, int] | None:
    first = pieces[0].regex.search(value, at)
    if first is None:
        return None
    # If nothing matches from the first place on, nothing does from a later one.
    end = _end_of_match(value, pieces, first.start(), longest=True)
    return None if end is None else (first.start(), end)
