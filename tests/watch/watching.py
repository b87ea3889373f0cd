"""`ctxguard watch` as a process of its own, and what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctxguard.context.measure import measure
from ctxguard.errors import CtxguardError
from ctxguard.place import on_disk

_STEP_S = 0.05


def fresh_bytes(root: str) -> int:
    """What a report says now."""
    place = on_disk(root)
    return measure(place.request(place.settings())).size.bytes


@dataclass
class Watched:
    """What a running watch has said so far."""

    root: str
    out: Path
    process: subprocess.Popen[bytes]

    def text(self) -> str:
        return self.out.read_text(encoding="utf-8")

    def lines(self) -> list[Any]:
        text = self.text()
        lines = [line for line in text.splitlines(keepends=True) if line.startswith("{")]
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def wait_for_lines(self, number: int, most_s: float = 30) -> list[Any]:
        until = time.monotonic() + most_s
        while len(self.lines()) < number:
            assert self.process.poll() is None, self.out.read_text(encoding="utf-8")
            assert time.monotonic() < until, "it says nothing"
            time.sleep(_STEP_S)
        return self.lines()

    def settle(self, most_s: float = 60) -> int:
        """Wait until it says what a fresh report does, and then goes on saying so."""
        until = time.monotonic() + most_s
        while time.monotonic() < until:
            assert self.process.poll() is None
            if self._is_right():
                time.sleep(0.8)
                if self._is_right():
                    return int(self.lines()[-1]["bytes"])
            time.sleep(_STEP_S)
        raise AssertionError(f"{self.lines()[-1]['bytes']} is not {fresh_bytes(self.root)}")

    def _is_right(self) -> bool:
        try:
            return bool(self.lines()[-1]["bytes"] == fresh_bytes(self.root))
        except CtxguardError:
            return False

    def end(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


@contextmanager
def watching(
    root: str, out: Path, *arguments: str, command: Sequence[str] = ()
) -> Iterator[Watched]:
    """Started, and past its first line."""
    with out.open("wb") as stream:
        process = subprocess.Popen(
            [*command, sys.executable, "-m", "ctxguard", "watch", root, *arguments],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    found = Watched(root, out, process)
    try:
        found.wait_for_lines(1)
        yield found
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
