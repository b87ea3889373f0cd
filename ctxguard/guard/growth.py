"""How much a context may grow, and whether it did."""

from __future__ import annotations

import re
from dataclasses import dataclass
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


def judged_bytes(measurement: Measurement, *, on_transfer: bool) -> int:
    """What the limits are about: the context size, or the transfer of the chosen target."""
    if not on_transfer:
        return measurement.size.bytes
    target = next(target for target in measurement.targets if target.chosen)
    return 0 if target.buildkit is None else target.buildkit.bytes


def growth(
    base: Measurement, head: Measurement, allowed: GrowthLimit, *, on_transfer: bool
) -> Limit:
    """The growth, held against what is allowed; broken when it is more."""
    before = judged_bytes(base, on_transfer=on_transfer)
    after = judged_bytes(head, on_transfer=on_transfer)
    return Limit("growth", Tier.CRITICAL, "bytes", allowed.of(before), after - before)
