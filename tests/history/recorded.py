"""Measurements that were never made, to be kept and looked at."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from ctxguard.history.recorded import Recorded, RecordedLimit, time_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def a_time(days: float) -> str:
    """So long after the start."""
    return time_of(START + timedelta(days=days))


def a_measurement(days: float = 0, bytes_: int = 1000, **more: Any) -> Recorded:
    """One of a context that nobody has."""
    values: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "time": a_time(days),
        "name": "api",
        "revision": "1" * 40,
        "branch": "main",
        "dirty": False,
        "source": "worktree",
        "backend": "buildkit",
        "dockerfile": "Dockerfile",
        "target": None,
        "platform": None,
        "bytes": bytes_,
        "files": 3,
        "directories": 2,
        "copy_all": bytes_ + 100,
        "transfer": bytes_ + 100,
        "warm": 50,
        "legacy": None,
        "complete": True,
        "status": "ok",
        "version": "0.1.0",
    }
    return Recorded(**{**values, **more})


def a_limit(limit: int, actual: int, **more: Any) -> RecordedLimit:
    values: dict[str, Any] = {"name": "context-size", "scope": None, "tier": "critical"}
    return RecordedLimit(**{**values, "unit": "bytes", "limit": limit, "actual": actual, **more})
