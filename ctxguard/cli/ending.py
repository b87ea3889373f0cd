"""Signals that ask a program to end, taken as Ctrl-C is: whatever was begun is put away."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = ("SIGTERM", "SIGHUP")


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM, and SIGHUP of a closed terminal, raise a KeyboardInterrupt.

    What is ignored stays so, as SIGHUP is below `nohup`. Further ones do not disturb the putting
    away.
    """
    known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    # Only the main thread is asked by signals.
    is_asked = threading.current_thread() is threading.main_thread()
    taken = [each for each in known if is_asked and signal.getsignal(each) is signal.SIG_DFL]

    def end(*_: object) -> None:
        for each in taken:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in taken:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in taken:
            signal.signal(each, signal.SIG_DFL)
