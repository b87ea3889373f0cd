"""What was measured before, from all files in which it may be kept."""

from __future__ import annotations

from collections.abc import Sequence

from ctxguard.history.recorded import Recorded
from ctxguard.history.store import Store, Wanted


def read(paths: Sequence[str], wanted: Wanted, *, whole: bool) -> list[Recorded]:
    """The oldest first, each once.

    Args:
        paths: databases that are there.
        whole: with limits and folders.

    Raises:
        HistoryError: see `Store`.
    """
    found: list[Recorded] = []
    for path in paths:
        with Store(path, writing=False) as store:
            found += store.measurements(wanted, whole=whole)
    if len(paths) > 1:
        found = sorted({each.id: each for each in found}.values(), key=lambda each: each.time)
    return found
