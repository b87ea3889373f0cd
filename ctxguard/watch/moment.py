"""The context at one moment, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.report import Report


@dataclass(frozen=True, slots=True)
class Delta:
    """How much a file or folder grew; negative if it shrank."""

    path: str
    """Of a folder it ends in `/`; "./" is the context root."""
    bytes: int


@dataclass(frozen=True, slots=True)
class Hearable:
    """How changes are noticed."""

    watched: int
    """Folders of which the system tells."""
    folders: int
    """All that are to be watched."""
    note: str | None
    """Why some are asked for from time to time instead."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known after something changed, or nothing did."""

    time: float
    """Seconds since the epoch."""
    report: Report
    delta: int
    """Bytes since the moment before."""
    since_start: int
    """Bytes."""
    last_minute: int
    """Bytes."""
    changed: tuple[Delta, ...]
    """Since the moment before, the greatest change first."""
    grown: tuple[Delta, ...]
    """Since the start, the greatest growth first."""
    history: tuple[int, ...]
    """The size at regular times, up to now."""
    hearable: Hearable
    drift: int | None
    """What a look at everything found that nobody had told of, in bytes; None if it was none."""
    missing: str | None = None
    """Why nothing can be measured now; the report is then the last one."""

    @property
    def bytes(self) -> int:
        """The context size."""
        return self.report.measurement.size.bytes
