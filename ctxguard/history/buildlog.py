"""What a build really took: the log that `docker build --progress=rawjson` writes.

Source of the meaning: BuildKit, `client/graph.go` (`SolveStatus`, `Vertex`, `VertexStatus`);
the names of vertices and lines, `frontend/dockerfile` and `source/local/source.go`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ctxguard.errors import UsageError
from ctxguard.history.recorded import MOST_INTEGER

_CONTEXT = "[internal] load build context"
_TRANSFER = "transferring context:"
MOST_LINE = 16 * 1024 * 1024
"""Bytes."""
_FRACTION = re.compile(r"(\.\d{1,6})\d*")


@dataclass(frozen=True, slots=True)
class BuildFigures:
    """One build."""

    seconds: float | None = None
    """From the first step that began to the last that ended."""
    transferred: int | None = None
    """Bytes of the context; None if there was no transfer."""


def read_log(lines: Iterable[bytes], name: str) -> BuildFigures:
    """The figures of a log, which may hold other lines too.

    Args:
        name: of the file, to show in errors.

    Raises:
        UsageError: no line of it is of such a log.
    """
    reading = _Reading()
    found = False
    for line in lines:
        for value in _objects(line):
            found = True
            reading.take(value)
    if not found:
        raise UsageError(
            "there is nothing of a build in it; write it with "
            "`docker build --progress=rawjson . 2> FILE`",
            path=name,
        )
    return reading.figures()


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


_KEYS = frozenset(("vertexes", "statuses", "logs", "warnings"))


@dataclass
class _Reading:
    names: dict[str, str] = field(default_factory=dict)
    begun: list[datetime] = field(default_factory=list)
    ended: list[datetime] = field(default_factory=list)
    transfers: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, value: Mapping[str, Any]) -> None:
        for vertex in _rows(value, "vertexes"):
            self._vertex(vertex)
        for status in _rows(value, "statuses"):
            self._status(status)

    def _vertex(self, vertex: Mapping[str, Any]) -> None:
        digest, name = vertex.get("digest"), vertex.get("name")
        if isinstance(digest, str) and isinstance(name, str):
            self.names[digest] = name
        self.begun += _moment(vertex.get("started"))
        self.ended += _moment(vertex.get("completed"))

    def _status(self, status: Mapping[str, Any]) -> None:
        name, of, current = status.get("id"), status.get("vertex"), status.get("current")
        if not isinstance(name, str) or not isinstance(of, str) or not name.startswith(_TRANSFER):
            return
        if isinstance(current, int) and not isinstance(current, bool) and 0 <= current < 1 << 63:
            key = of, name
            self.transfers[key] = max(current, self.transfers.get(key, 0))

    def figures(self) -> BuildFigures:
        seconds = None
        if self.begun and self.ended:
            seconds = max(0.0, (max(self.ended) - min(self.begun)).total_seconds())
        found = [
            size
            for (vertex, _), size in self.transfers.items()
            if self.names.get(vertex, "").endswith(_CONTEXT)
        ]
        return BuildFigures(seconds, min(sum(found), MOST_INTEGER) if found else None)


def _rows(value: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    rows = value.get(key)
    if isinstance(rows, list):
        yield from (row for row in rows if isinstance(row, dict))


def _moment(text: Any) -> list[datetime]:
    """A time as Go writes it, with up to nine digits of a second."""
    if not isinstance(text, str):
        return []
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", text, count=1))
    except ValueError:
        return []
    return [found] if found.tzinfo is not None else []
