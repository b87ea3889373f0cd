"""What is installed somewhere, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Distribution:
    """One installed package."""

    name: str
    key: str
    """Normalized (PEP 503)."""
    version: str
    bytes: int
    """Of its files; none of them is counted for two packages."""
    requires: tuple[str, ...]
    """Requirements (PEP 508), as its metadata has them, with extras and markers."""
    modules: frozenset[str]
    """What can be imported: `cv2`; of a namespace the part below it, `google.cloud.storage`."""
    commands: frozenset[str]
    """Programs that it installs."""
    plugs: tuple[tuple[str, str], ...] = ()
    """Entry points other than programs: their group, and their name."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A set of installed packages."""

    where: str
    """What was looked at, for people."""
    found: Mapping[str, Distribution]
    """By key."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """By key: why there is nothing about it."""
    problems: tuple[str, ...] = ()
