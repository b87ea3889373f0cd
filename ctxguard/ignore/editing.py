"""The text of an ignore file with lines added and taken out; all else stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def line_count(data: bytes) -> int:
    """Lines of a text, the last one with or without its end."""
    return len(_lines(data))


def without_lines(data: bytes, numbers: Collection[int]) -> bytes:
    """Args: numbers: from 1; of lines that are there."""
    return b"".join(line for at, line in enumerate(_lines(data), start=1) if at not in numbers)


def with_lines(data: bytes, added: Sequence[str]) -> bytes:
    """The lines at the end, with the line ends of the text; lone surrogates stand for bytes."""
    if not added:
        return data
    end = b"\r\n" if data.endswith(b"\r\n") or b"\r\n" in data else b"\n"
    start = end if data and not data.endswith(b"\n") else b""
    lines = [line.encode("utf-8", "surrogateescape") + end for line in added]
    return data + start + b"".join(lines)


def _lines(data: bytes) -> list[bytes]:
    """With their ends; only LF ends a line for Docker."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
