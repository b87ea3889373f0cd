"""A program, run in a process group of its own: bounded in time, and in what it says."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MOST_LINES = 200
"""That are kept of an output: its last ones."""
_MOST_LINE = 2_000
"""Characters of one."""
_CHUNK = 1 << 16
_DRAIN_S = 2.0
"""For what is still on its way when the program has ended."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended."""

    code: int | None
    """Its exit code; None if it was stopped."""
    lines: tuple[str, ...]
    """The last of what it said, as it said it: not to be shown without escaping."""


def run(
    argv: Sequence[str],
    environment: Mapping[str, str],
    *,
    most_s: float,
    folder: str | None = None,
    enough: Callable[[str], bool] | None = None,
) -> Ran:
    """Run a program; whatever it started is ended with it, also at Ctrl-C.

    Args:
        most_s: seconds it may take; then it is stopped.
        folder: where to run it.
        enough: asked with each line that it says; it is stopped if that is true.

    Raises:
        OSError: it cannot be run.
    """
    process = subprocess.Popen(
        argv, env=environment, cwd=folder, bufsize=0, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    listener = _Listener(process, enough)
    try:
        listener.start()
        code: int | None = process.wait(max(most_s, 0))
    except subprocess.TimeoutExpired:
        code = None
    finally:
        _end(process)
        listener.finish()
    return Ran(None if listener.stopped else code, tuple(listener.lines))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of the group goes on; what it left running holds up nobody."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


class _Listener:
    """Reads what a program says in a thread: a child of it may keep the pipe open for ever."""

    def __init__(
        self, process: subprocess.Popen[bytes], enough: Callable[[str], bool] | None
    ) -> None:
        self.lines: deque[str] = deque(maxlen=MOST_LINES)
        self.stopped = False
        self._process = process
        self._enough = enough
        self._begun = b""
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        assert self._process.stdout is not None
        if self._thread.ident is not None:
            self._thread.join(_DRAIN_S)
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while piece := self._process.stdout.read(_CHUNK):
                *whole, rest = (self._begun + piece).split(b"\n")
                for line in whole:
                    self._take(line)
                self._begun = rest[: 4 * _MOST_LINE]
        if self._begun:
            self._take(self._begun)

    def _take(self, raw: bytes) -> None:
        # A line that is written over, as progress is, counts as it looks in the end.
        line = raw.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", "replace")[:_MOST_LINE]
        self.lines.append(line)
        if self._enough is not None and not self.stopped and self._enough(line):
            self.stopped = True
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
