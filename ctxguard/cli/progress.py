"""A progress line on stderr, for walks longer than a second; none off a terminal."""

from __future__ import annotations

import sys
import time

from ctxguard.cli import streams

_FIRST_AFTER = 1.0
_EVERY = 0.1


class Progress:
    """Call it with what is done so far; use it as a context manager to clear the line.

    Args:
        words: the line, with a place for the number.
    """

    def __init__(self, *, quiet: bool, words: str = "walking: {:,} entries so far") -> None:
        self._words = words
        self._wanted = not quiet and streams.is_terminal(sys.stderr)
        self._next = time.monotonic() + _FIRST_AFTER
        self._shown = False

    def __call__(self, done: int) -> None:
        if self._wanted and (now := time.monotonic()) >= self._next:
            self._next = now + _EVERY
            self._shown = True
            sys.stderr.write(f"\r{self._words.format(done)}")
            sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
