"""The lines of a requirements file, as pip joins them.

Source of the meaning: pip, "Requirements File Format", and `pip/_internal/req/req_file.py`
(`join_lines`, `ignore_comments`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One line, with those that continue it."""

    number: int
    """Of its first line in the file, from 1."""
    raw: str
    """As it stands there, with line ends and comments."""
    text: str
    """What pip goes by: joined, without comment and blanks around; "" if it says nothing."""

    @property
    def blank(self) -> bool:
        return not self.raw.strip()


def logical_lines(text: str) -> tuple[LogicalLine, ...]:
    """All lines of a text; their raw texts together are the text.

    Raises:
        ValueError: there are far too many.
    """
    # EDGE CASE: pip ends a line where Python's `splitlines` does, at a form feed and U+2028 too.
    lines = text.splitlines(keepends=True)
    if len(lines) > MOST_LINES:
        raise ValueError(f"it has more than {MOST_LINES:,} lines, far too many")
    return tuple(_joined(lines))


def _joined(lines: list[str]) -> Iterator[LogicalLine]:
    raws: list[str] = []
    parts: list[str] = []
    for number, raw in enumerate(lines, start=1):
        line = raw.splitlines()[0]
        comment = line.lstrip().startswith("#")
        goes_on = line.endswith("\\") and not comment
        raws.append(raw)
        # EDGE CASE: backslashes at the start of a continued line go too; a comment ends the whole.
        parts.append(line.strip("\\") if goes_on else f" {line}" if comment else line)
        if not goes_on:
            yield _line(number + 1 - len(raws), raws, parts)
            raws, parts = [], []
    if raws:
        yield _line(len(lines) + 1 - len(raws), raws, parts)


def _line(number: int, raws: list[str], parts: list[str]) -> LogicalLine:
    return LogicalLine(number, "".join(raws), without_comment("".join(parts)))


def without_comment(text: str) -> str:
    """The text up to a `#` at its start or behind a blank, without blanks around."""
    at = text.find("#")
    while at > 0 and not text[at - 1].isspace():
        at = text.find("#", at + 1)
    return (text if at < 0 else text[:at]).strip()


def comment_of(line: LogicalLine) -> str:
    """Its comment, with the `#`; "" if it has none. That of several lines is not looked for."""
    first = line.raw.splitlines()[0]
    bare = without_comment(first)
    return first.strip()[len(bare) :].strip() if first.strip().startswith(bare) else ""
