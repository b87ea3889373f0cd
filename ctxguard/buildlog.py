"""The log that `docker build --progress=rawjson` writes: one JSON object a line.

Source of the meaning: BuildKit, `client/graph.go` (`SolveStatus`, `Vertex`, `VertexStatus`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ctxguard.errors import UsageError

MOST_LINE = 16 * 1024 * 1024
"""Bytes."""
_KEYS = frozenset(("vertexes", "statuses", "logs", "warnings"))
_FRACTION = re.compile(r"(\.\d{1,6})\d*")


def events(lines: Iterable[bytes], name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a log, which may hold other lines too.

    Args:
        name: of the file, to show in errors.

    Raises:
        UsageError: no line of it is of such a log.
    """
    found = False
    for line in lines:
        for value in _objects(line):
            found = True
            yield value
    if not found:
        raise UsageError(
            "there is nothing of a build in it; write it with "
            "`docker build --progress=rawjson . 2> FILE`",
            path=name,
        )


def _objects(line: bytes) -> Iterator[Mapping[str, Any]]:
    """The line as an object; none if it is another program's."""
    if len(line) > MOST_LINE or not line.lstrip().startswith(b"{"):
        return
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict) and not _KEYS.isdisjoint(value):
        yield value


def rows(value: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The objects that an event lists, such as its `vertexes`."""
    found = value.get(key)
    if isinstance(found, list):
        yield from (row for row in found if isinstance(row, dict))


def moment(text: Any) -> list[datetime]:
    """A time as Go writes it, with up to nine digits of a second; nothing if it is none."""
    if not isinstance(text, str):
        return []
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", text, count=1))
    except ValueError:
        return []
    return [found] if found.tzinfo is not None else []
