"""What a check has to say: where, how bad, what it costs, and the edit that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a file."""

    file: str
    line: int
    delete: int
    """How many lines go, from `line` on."""
    insert: tuple[str, ...]
    """The lines that come in their place."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about a finding."""

    description: str
    command: str | None
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check."""

    code: str
    severity: Severity
    message: str
    file: str | None = None
    line: int | None = None
    path: str | None = None
    related: tuple[str, ...] = ()
    bytes: int = 0
    """Bytes at stake."""
    fix: Fix | None = None
