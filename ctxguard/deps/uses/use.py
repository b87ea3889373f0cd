"""One use of a package, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.dependencies import Evidence


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that speaks for a package."""

    key: str
    evidence: Evidence
    development: bool = False
    """It is in a test, or in the settings of a tool."""
    sure: bool = True
    """False for what may be a mere word."""
