"""How long to wait for a forge, and when to ask again.

Source of the meaning: GitHub's documentation, "Rate limits for the REST API" and "Best practices
for using the REST API": Retry-After, else x-ratelimit-reset where nothing remains, else a wait that
grows.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_LEAST_S = 1.0
_MOST_S = 30.0
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Pace:
    """Bounds in seconds, and the clock they are held against."""

    most_s: float = 180
    """For everything together."""
    reply_s: float = 30
    """For one reply, to its last byte."""
    attempts: int = 6
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    """Seconds since 1970."""
    random: Callable[[], float] = random.random

    def wait_s(self, attempt: int, headers: Mapping[str, str]) -> float:
        """How long to wait before the next attempt.

        Args:
            attempt: how many there were before, from 0.
            headers: of the reply, by their names in small letters.
        """
        asked = self._asked_s(headers)
        if asked is not None:
            return asked + self.random() * _LEAST_S
        return min(_LEAST_S * (1 << attempt), _MOST_S) * (0.5 + self.random() / 2)

    def _asked_s(self, headers: Mapping[str, str]) -> float | None:
        after = headers.get("retry-after", "").strip()
        if _SECONDS.fullmatch(after):
            return float(after)
        if after:
            return self._until(after)
        reset = headers.get("x-ratelimit-reset", "").strip()
        if headers.get("x-ratelimit-remaining", "").strip() != "0":
            return None
        return max(0.0, float(reset) - self.now()) if re.fullmatch("[0-9]{1,12}", reset) else None

    def _until(self, date: str) -> float | None:
        """Seconds until a date of HTTP."""
        try:
            return max(0.0, parsedate_to_datetime(date).timestamp() - self.now())
        except (ValueError, OverflowError):
            return None


def asks_for_patience(status: int, headers: Mapping[str, str], message: str) -> bool:
    """Whether a reply means: not now. GitHub says so with 403, too."""
    if status == 429 or 500 <= status < 600:
        return True
    limited = "retry-after" in headers or headers.get("x-ratelimit-remaining", "").strip() == "0"
    return status == 403 and (limited or "rate limit" in message)
