"""What happens when a budget is crossed: a bell, and a program that gets the report."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

from ctxguard.cli import streams
from ctxguard.cli.options import say
from ctxguard.render import FORMATS
from ctxguard.report import Report

_MOST_S = 60


class Alarm:
    """Rings.

    Args:
        program: with its arguments; run without a shell. Empty for none.
    """

    def __init__(self, program: Sequence[str]) -> None:
        self._program = list(program)
        self.say: Callable[[str], None] = say
        """How to tell that the program failed."""
        self._running: subprocess.Popen[bytes] | None = None
        self._until = 0.0

    def ring(self, report: Report) -> None:
        """The budget was crossed."""
        # Not `sys.stderr`, which a live screen takes for lines of text.
        if streams.is_terminal(sys.__stderr__) and sys.__stderr__ is not None:
            with contextlib.suppress(OSError):
                sys.__stderr__.write("\a")
                sys.__stderr__.flush()
        if self._program and self._running is None:
            self._start(report)

    def _start(self, report: Report) -> None:
        # A file, since nobody may read a pipe to its end.
        with tempfile.TemporaryFile() as text:
            text.write(FORMATS["json"]([report]).encode())
            text.seek(0)
            try:
                self._running = subprocess.Popen(
                    self._program, stdin=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            except OSError as error:
                self.say(f"cannot run {self._program[0]}: {(error.strerror or str(error)).lower()}")
                return
        self._until = time.monotonic() + _MOST_S

    def look_after(self) -> None:
        """Say how the program ended, or end it when it takes too long."""
        if self._running is None:
            return
        code = self._running.poll()
        if code is None and time.monotonic() < self._until:
            return
        if code is None:
            self._end()
            self.say(f"{self._program[0]} took more than {_MOST_S} s; it was ended")
        elif code:
            self.say(f"{self._program[0]} failed with exit code {code}")
        self._running = None

    def _end(self) -> None:
        assert self._running is not None
        self._running.kill()
        self._running.wait()

    def close(self) -> None:
        """Let the program come to its end, if it does so soon."""
        if self._running is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(max(0.0, self._until - time.monotonic()))
            if self._running.poll() is None:
                self._end()
            self.look_after()
