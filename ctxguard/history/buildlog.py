"""What a build really took, by its own log; see `ctxguard.buildlog`.

Source of the meaning: the names of vertices and lines, BuildKit `frontend/dockerfile` and
`source/local/source.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ctxguard.buildlog import events, moment, rows
from ctxguard.history.recorded import MOST_INTEGER

_CONTEXT = "[internal] load build context"
_TRANSFER = "transferring context:"


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
    for value in events(lines, name):
        reading.take(value)
    return reading.figures()


@dataclass
class _Reading:
    names: dict[str, str] = field(default_factory=dict)
    begun: list[datetime] = field(default_factory=list)
    ended: list[datetime] = field(default_factory=list)
    transfers: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, value: Mapping[str, Any]) -> None:
        for vertex in rows(value, "vertexes"):
            self._vertex(vertex)
        for status in rows(value, "statuses"):
            self._status(status)

    def _vertex(self, vertex: Mapping[str, Any]) -> None:
        digest, name = vertex.get("digest"), vertex.get("name")
        if isinstance(digest, str) and isinstance(name, str):
            self.names[digest] = name
        self.begun += moment(vertex.get("started"))
        self.ended += moment(vertex.get("completed"))

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
