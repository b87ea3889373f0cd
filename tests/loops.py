"""A loop to hold other times against: what is too slow is so on any machine, at any moment."""

from __future__ import annotations

import time


def one_loop(steps: int = 2_000_000) -> float:
    """CPU seconds of a loop: by default about a twelfth of a second."""
    start = time.process_time()
    assert sum(at * at for at in range(steps)) > 0
    return time.process_time() - start
