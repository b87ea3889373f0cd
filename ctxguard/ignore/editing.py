"""The text of an ignore file with lines added and taken out; all else stays as it is."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable, Sequence

from ctxguard.finding import Edit


def line_count(data: bytes) -> int:
    """Lines of a text, the last one with or without its end; a mark of the byte order is none."""
    return len(_lines(data)[1])


def without_lines(data: bytes, numbers: Collection[int]) -> bytes:
    """Args: numbers: from 1; of lines that are there."""
    mark, lines = _lines(data)
    return mark + b"".join(line for at, line in enumerate(lines, start=1) if at not in numbers)


def with_lines(data: bytes, added: Sequence[str]) -> bytes:
    """The lines at the end, with the line ends of the text; lone surrogates stand for bytes."""
    return edited(data, [Edit("", line_count(data) + 1, 0, tuple(added))]) if added else data


def _lines(data: bytes) -> tuple[bytes, list[bytes]]:
    """The mark of the byte order, if any, and the lines with their ends; only LF ends one."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = [line + b"\n" for line in data[len(mark) :].split(b"\n")]
    last = lines.pop()[:-1]
    return mark, [*lines, last] if last else lines


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The text after changes to it, with its own line ends; they may not overlap.

    A mark of the byte order stays where it is.
    """
    mark, lines = _lines(data)
    end = b"\r\n" if b"\r\n" in data else b"\n"
    for edit in sorted(edits, key=lambda edit: -edit.line):
        if edit.line > len(lines) and lines and not lines[-1].endswith(b"\n"):
            lines[-1] += end
        new = [line.encode("utf-8", "surrogateescape") + end for line in edit.insert]
        lines[edit.line - 1 : edit.line - 1 + edit.delete] = new
    return mark + b"".join(lines)
