"""Go's `path/filepath` where ignore rules lean on it: `Clean` and `Match`, for Unix.

Source of the meaning: Go 1.24, `internal/filepathlite.Clean` and `path/filepath/match.go`.
"""

from __future__ import annotations


class BadPatternError(ValueError):
    """`filepath.ErrBadPattern`; its text is Go's own."""

    def __init__(self) -> None:
        super().__init__("syntax error in pattern")


def clean(path: str) -> str:
    """The shortest name of the same place, worked out from the text alone.

    `..` swallows what stands before it even if that is a wildcard, as in Go.
    """
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            kept.append(part)
        elif kept and kept[-1] != "..":
            kept.pop()
        elif not rooted:
            kept.append(part)
    joined = "/".join(kept)
    return f"/{joined}" if rooted else joined or "."


def match(pattern: str, name: str) -> bool:
    """Whether the whole `name` matches; `*` and `?` stop at `/`.

    Raises:
        BadPatternError: the part of the pattern that had to be looked at is malformed. Like Go's,
            this sees the part before the first `*`, and later ones while the earlier ones match.
    """
    while pattern:
        star, chunk, pattern = _scan_chunk(pattern)
        if star and not chunk:
            return "/" not in name
        rest = _match_chunk(chunk, name)
        if rest is None or (rest and not pattern):
            rest = _skip_and_match(chunk, name, last=not pattern) if star else None
        if rest is None:
            return False
        name = rest
    return not name


def _skip_and_match(chunk: str, name: str, *, last: bool) -> str | None:
    for start in range(1, len(name) + 1):
        if name[start - 1] == "/":
            return None
        rest = _match_chunk(chunk, name[start:])
        if rest is not None and not (last and rest):
            return rest
    return None


def _scan_chunk(pattern: str) -> tuple[bool, str, str]:
    """Leading stars or not, the text up to the next star outside brackets, and what follows."""
    text = pattern.lstrip("*")
    bracketed = False
    position = 0
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
        elif char in "[]":
            bracketed = char == "["
        elif char == "*" and not bracketed:
            break
        position += 1
    return len(text) < len(pattern), text[:position], text[position:]


def _match_chunk(chunk: str, name: str) -> str | None:
    """What is left of `name` after the chunk, or None; the chunk is always checked to its end."""
    at = 0
    alive = True
    position = 0
    while position < len(chunk):
        char = name[at] if alive and at < len(name) else None
        head = chunk[position]
        position += 1
        if head == "[":
            hit, position = _match_class(chunk, position, char)
        elif head == "?":
            hit = char != "/"
        else:
            if head == "\\":
                if position == len(chunk):
                    raise BadPatternError
                head = chunk[position]
                position += 1
            hit = char == head
        alive = alive and hit and char is not None
        at += 1
    return name[at:] if alive else None


def _match_class(chunk: str, position: int, char: str | None) -> tuple[bool, int]:
    """Read a class from behind its `[`; whether it holds `char`, and the place behind its `]`."""
    negated = chunk.startswith("^", position)
    position += negated
    found = False
    first = True
    while first or not chunk.startswith("]", position):
        low, position = _class_char(chunk, position)
        high = low
        if chunk[position] == "-":
            high, position = _class_char(chunk, position + 1)
        found = found or (char is not None and low <= char <= high)
        first = False
    return found != negated, position + 1


def _class_char(chunk: str, position: int) -> tuple[str, int]:
    """One end of a range; there is always a character behind it, or the pattern is bad."""
    if chunk.startswith("\\", position):
        position += 1
    elif position < len(chunk) and chunk[position] in "-]":
        raise BadPatternError
    # A byte that is no UTF-8 (here a lone surrogate) has no place in a class.
    if position + 1 >= len(chunk) or "\udc80" <= chunk[position] <= "\udcff":
        raise BadPatternError
    return chunk[position], position + 1
