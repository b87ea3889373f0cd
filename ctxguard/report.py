"""A Measurement with what the guard makes of it: all that a renderer needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ctxguard.dependencies import Dependencies
from ctxguard.finding import Finding
from ctxguard.layers import Image
from ctxguard.measurement import GroupRow, Instructions, Measurement


class Status(Enum):
    """The verdict in one word, from good to bad."""

    OK = "ok"
    WARNING = "warning"
    INCOMPLETE = "incomplete"
    CRITICAL = "critical"


class Tier(Enum):
    """How bad it is to break a limit."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the budget, held against the measurement; broken when actual > limit."""

    name: str
    tier: Tier
    unit: str
    """`bytes` or `files`."""
    limit: int
    actual: int
    """0 where there is no figure, as `Verdict.unknown` says."""
    scope: str | None = None

    @property
    def headroom(self) -> int:
        """What is left; negative when broken."""
        return self.limit - self.actual

    @property
    def status(self) -> Status:
        return Status.OK if self.headroom >= 0 else Status(self.tier.value)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the context is within its budget."""

    status: Status
    limits: tuple[Limit, ...]
    unknown: str | None = None
    """Why there is no transfer to hold against the budget (see `TargetTransfer.reason`)."""

    @property
    def broken(self) -> list[Limit]:
        """The broken limits; of them, only the critical ones where there are any."""
        broken = [limit for limit in self.limits if limit.headroom < 0]
        return [limit for limit in broken if limit.status is Status.CRITICAL] or broken


@dataclass(frozen=True, slots=True)
class Groups:
    """The content by type."""

    by: str
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """One of several contexts that could not be measured."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Past:
    """A size that was measured before."""

    time: str
    """UTC, such as `2026-11-27T16:44:07.000000Z`."""
    bytes: int
    revision: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """One context, measured and judged."""

    measurement: Measurement
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    groups: Groups | Instructions | None = None
    name: str | None = None
    folder: str = ""
    """Of the context root in its repository; "" at the top of it, or outside of any."""
    past: tuple[Past, ...] = ()
    """The same context before, the oldest first, and as it is now; empty if nobody asked."""
    image: Image | None = None
    """Of an image; its measurement is that of the final file system and of all layers' bytes."""
    dependencies: Dependencies | None = None
    """The Python packages that the project asks for; None if nobody asked."""
