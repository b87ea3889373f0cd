"""The Python packages that a project asks for, as frozen values; nothing here reads or decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What is to be done about a package; from what stays to what goes."""

    USED = "used"
    NEEDS_VERIFICATION = "needs-verification"
    DEVELOPMENT = "development"
    UNUSED = "unused"

    @property
    def rank(self) -> int:
        """Its place in that order: what has the lowest keeps a package longest."""
        return _RANKS[self]


_RANKS = {verdict: at for at, verdict in enumerate(Verdict)}


class Why(Enum):
    """What kind of thing speaks for a verdict."""

    IMPORT = "import"
    TEST_IMPORT = "test-import"
    COMMAND = "command"
    SETTING = "setting"
    URL = "url"
    PLUGIN = "plugin"
    ENTRY_POINT = "entry-point"
    REQUIRED_BY = "required-by"
    TOOL = "tool"
    DECLARED = "declared"
    MENTION = "mention"
    FRAMEWORK = "framework"
    MARKER = "marker"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the project."""

    file: str
    """Relative to the project."""
    line: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a verdict."""

    why: Why
    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Dependency:
    """One package that the project asks for."""

    name: str
    """As it is written there."""
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    declared: tuple[Place, ...]
    question: str | None = None
    """What to find out, if that decides."""
    redundant_with: tuple[str, ...] = ()
    """Others that do the same job."""
    version: str | None = None
    """As it is installed; None if that was not looked at."""
    bytes: int | None = None
    """Of its own files; None if unknown."""
    exclusive_bytes: int | None = None
    """The same, with those of what nothing else needs."""
    key: str = ""
    """The name, normalized (PEP 503)."""
    for_production: bool = True
    """Some of what declares it is for more than development."""


@dataclass(frozen=True, slots=True)
class VerdictBytes:
    """What all packages of one verdict weigh."""

    verdict: Verdict
    packages: int
    bytes: int
    """What goes if all of them go; for those that are used, what stays then."""
    unknown: int
    """Packages among them of which no size is known."""


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A module that is imported, and that nothing which is declared brings."""

    module: str
    place: Place


@dataclass(frozen=True, slots=True)
class Dependencies:
    """All of them, the heaviest of the worst verdict first."""

    rows: tuple[Dependency, ...]
    sums: tuple[VerdictBytes, ...]
    """One for each verdict."""
    measured: str | None
    """Where sizes come from; None if nowhere."""
    undeclared: tuple[Undeclared, ...]
    problems: tuple[str, ...]
    """What could not be looked at."""

    @property
    def bytes(self) -> int | None:
        """Of all that is declared, with what that needs; None if nothing was measured."""
        return None if self.measured is None else sum(each.bytes for each in self.sums)
