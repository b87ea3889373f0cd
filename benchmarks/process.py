"""One whole process, its children included: how long, how much CPU, how much memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import IO

from benchmarks.memory import in_use

_EVERY_SECONDS = 0.02


class FailedError(Exception):
    """A program did not do what it was run for; says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run took; None for what was not measured."""

    wall: float
    """Seconds."""
    cpu: float | None = None
    """Seconds, of the process and of all children it waited for."""
    memory: int | None = None
    """Bytes: the most at any one time, of the process and all below it."""


def run(
    arguments: Sequence[str], *, fine: Collection[int] = (0,), watch_memory: bool = False
) -> tuple[Reading, str]:
    """The reading, and what it printed.

    Watching the memory takes time from the process: such a run is not one to time.

    Raises:
        FailedError: it ended with another exit code than those that are fine.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CTXGUARD_")
    }
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment
            )
        except OSError as error:
            raise FailedError(f"{arguments[0]} cannot be run: {error.strerror}") from error
        peak = 0
        ended = 0
        try:
            while not ended:
                if watch_memory:
                    peak = max(peak, in_use(process.pid))
                    time.sleep(_EVERY_SECONDS)
                ended, status, usage = os.wait4(process.pid, os.WNOHANG if watch_memory else 0)
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if not ended:
                process.kill()
                process.wait()
        if process.returncode not in fine:
            complaint = _text(errors).strip().splitlines() or ["no reason given"]
            raise FailedError(f"exit code {process.returncode}: {complaint[-1]}")
        return Reading(wall, usage.ru_utime + usage.ru_stime, peak or None), _text(output)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
