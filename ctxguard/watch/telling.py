"""From measurements to moments: what grew since the start, the last minute, the last moment."""

from __future__ import annotations

import time
from collections import deque

from ctxguard.context.weighing.heaviest import Contents
from ctxguard.report import Report
from ctxguard.watch.growth import deltas
from ctxguard.watch.moment import Hearable, Moment

MINUTE_S = 60
_MOST_CHANGED = 10
_HISTORY = 60
"""Points."""
_HISTORY_STEP_S = 5


class Teller:
    """Remembers what was, to tell what changed."""

    def __init__(self) -> None:
        self._start = self._last = Contents({})
        self._start_bytes = self._last_bytes = 0
        self._told: Report | None = None
        self._sizes: deque[tuple[float, int]] = deque()
        self._history: deque[int] = deque(maxlen=_HISTORY)
        self._next_point = 0.0

    def begin(self, report: Report, contents: Contents) -> None:
        """Growth counts from here."""
        self._start = self._last = contents
        self._start_bytes = self._last_bytes = _bytes(report)

    def begin_again(self, report: Report, contents: Contents) -> None:
        """The same, if it is as large as it was: then only one of the two is to be kept."""
        if _bytes(report) == self._start_bytes:
            self.begin(report, contents)

    def has_told(self, report: Report) -> bool:
        """Whether that is what was told last."""
        return report == self._told

    def moment(
        self,
        report: Report,
        contents: Contents,
        hearable: Hearable,
        *,
        drift: int | None,
        missing: str | None,
    ) -> Moment:
        """What there is to tell now."""
        now, size = time.time(), _bytes(report)
        self._remember(now, size)
        grown = deltas(self._start, contents, _MOST_CHANGED)
        moment = Moment(
            time=now,
            report=report,
            delta=size - self._last_bytes,
            since_start=size - self._start_bytes,
            last_minute=size - self._sizes[0][1],
            changed=tuple(deltas(self._last, contents, _MOST_CHANGED)),
            grown=tuple(delta for delta in grown if delta.bytes > 0),
            history=(*self._history, size),
            hearable=hearable,
            drift=drift,
            missing=missing,
        )
        self._last_bytes, self._last = size, contents
        self._told = report if missing is None else None
        return moment

    def _remember(self, now: float, size: int) -> None:
        self._sizes.append((now, size))
        # The first one is what it was a minute ago.
        while len(self._sizes) > 1 and self._sizes[1][0] <= now - MINUTE_S:
            self._sizes.popleft()
        if now >= self._next_point:
            self._history.append(size)
            self._next_point = now + _HISTORY_STEP_S


def _bytes(report: Report) -> int:
    return report.measurement.size.bytes
