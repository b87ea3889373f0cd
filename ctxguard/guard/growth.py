"""How much a context may grow, and whether it did."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ctxguard.measurement import Measurement
from ctxguard.report import Limit, Tier
from ctxguard.sizes import format_size, parse_size, shortened

if TYPE_CHECKING:
    from fractions import Fraction

_PERCENT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?%")


@dataclass(frozen=True, slots=True)
class GrowthLimit:
    """Bytes, or a part of the base."""

    bytes: int | None = None
    percent: Fraction | None = None

    @classmethod
    def parse(cls, text: str) -> GrowthLimit:
        """`50MB` or `10%`.

        Raises:
            ValueError: anything else.
        """
        found = _PERCENT.fullmatch(text.strip())
        if found is not None:
            from fractions import Fraction

            return cls(percent=Fraction(found[1]))
        if "%" in text:
            raise ValueError(f'"{shortened(text)}" is not a growth; write it like 50MB or 10%')
        return cls(bytes=parse_size(text))

    def of(self, base: int) -> int:
        """The most bytes by which something of this size may grow."""
        if self.percent is None:
            return self.bytes or 0
        return int(base * self.percent / 100)

    def allows_more_than(self, other: GrowthLimit) -> bool:
        """Whether it does; bytes and parts are not to be compared, and count as more."""
        if self.percent is None and other.percent is None:
            return (self.bytes or 0) > (other.bytes or 0)
        if self.percent is not None and other.percent is not None:
            return self.percent > other.percent
        return True

    def __str__(self) -> str:
        if self.percent is None:
            return format_size(self.bytes or 0)
        return f"{float(self.percent):g}%"


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much a context grew, held against what is allowed."""

    allowed: GrowthLimit
    limit: Limit | None
    """None if there is no figure."""
    unknown: str | None = None
    """Why there is none (see `TargetTransfer.reason`)."""

    @property
    def broken(self) -> bool:
        """Whether it grew by more than is allowed."""
        return self.limit is not None and self.limit.headroom < 0

    def less(self, bytes_: int) -> Growth:
        """The same without so many of the bytes."""
        if self.limit is None:
            return self
        return replace(self, limit=replace(self.limit, actual=self.limit.actual - bytes_))


def judged_bytes(measurement: Measurement, *, on_transfer: bool) -> int:
    """What the limits are about: the context size, or the transfer of the chosen target."""
    if not on_transfer:
        return measurement.size.bytes
    target = measurement.chosen_target
    return 0 if target.buildkit is None else target.buildkit.bytes


def growth(
    base: Measurement, head: Measurement, allowed: GrowthLimit, *, on_transfer: bool
) -> Growth:
    """The growth, held against what is allowed; broken when it is more."""
    unknown = [_unknown(each) for each in (head, base)] if on_transfer else []
    if any(unknown):
        return Growth(allowed, None, next(filter(None, unknown)))
    before = judged_bytes(base, on_transfer=on_transfer)
    after = judged_bytes(head, on_transfer=on_transfer)
    limit = Limit("growth", Tier.CRITICAL, "bytes", allowed.of(before), after - before)
    return Growth(allowed, limit)


def _unknown(measurement: Measurement) -> str | None:
    """Why nobody can say what is transferred; a build that needs no context transfers none."""
    reason = measurement.chosen_target.reason
    return None if reason == "context-unused" else reason
