"""Measurements as lines of JSON, to be moved between machines."""

from __future__ import annotations

from collections.abc import Iterable

from ctxguard.errors import UsageError
from ctxguard.history.recorded import Recorded, from_line, to_line

_MOST_LINE = 1 << 20
"""Characters."""


def written(measurements: Iterable[Recorded]) -> str:
    """A line each."""
    return "".join(f"{to_line(each)}\n" for each in measurements)


def read(data: bytes, name: str) -> list[Recorded]:
    """The measurements of a file.

    Args:
        name: of the file, to show in errors.

    Raises:
        UsageError: a line holds none.
    """
    found = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(from_line(line[:_MOST_LINE].decode()))
        except ValueError as error:
            raise UsageError(
                f"this is no line of `ctxguard history export` ({error}); nothing was imported",
                path=name,
                line=number,
            ) from None
    return found
