"""The command line as a process of its own, for what cannot be seen from within."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

CTXGUARD = (sys.executable, "-m", "ctxguard")
_TIMEOUT_S = 30
_MARK = "<end>"


def environment(**more: str) -> dict[str, str]:
    """That of this process, but Python behaves as it does by itself."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "PYTHONPATH" or not name.startswith("PYTHON")
    }
    return {**kept, **more}


def run(*argv: str | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run `ctxguard` to its end."""
    options = {"capture_output": True, "timeout": _TIMEOUT_S, "env": environment(), **options}
    return subprocess.run([*CTXGUARD, *argv], check=False, **options)


def slow_listing(folder: str, then: str) -> list[str]:
    """A Python that runs `ctxguard`, and does something when a folder is about to be listed.

    Args:
        folder: relative to the context; "" for its root.
        then: a statement.
    """
    code = f"""
import signal, sys, time
from ctxguard.cli import main
from ctxguard.context.tree.worktree import WorkTree

signal.signal(signal.SIGINT, signal.default_int_handler)
listing = WorkTree.listing

def slow(self, path, /):
    if path == {folder!r} and sys._getframe(1).f_code.co_filename.endswith("walk.py"):
        {then}
    return listing(self, path)

WorkTree.listing = slow
sys.exit(main())
"""
    return [sys.executable, "-c", code]


@contextmanager
def started(argv: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A running process, with pipes on all sides, that is gone afterwards."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        argv, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), **options
    )
    # Whoever reads from one that is stuck is not to wait for ever.
    watchdog = threading.Timer(_TIMEOUT_S, process.kill)
    watchdog.start()
    try:
        with process:
            yield process
            process.wait(_TIMEOUT_S)
    finally:
        watchdog.cancel()
        process.kill()


def read_until(stream: IO[bytes], wanted: bytes) -> bytes:
    """What comes until the wanted bytes are there, or nothing more comes for a while."""
    text = b""
    while wanted not in text:
        patience_s = 2 if text else _TIMEOUT_S / 2
        if not select.select([stream], [], [], patience_s)[0]:
            break
        more = os.read(stream.fileno(), 65_536)
        if not more:
            break
        text += more
    return text


@contextmanager
def terminal() -> Iterator[tuple[int, IO[str]]]:
    """A pseudo terminal: the end to read what is shown from, and the stream to write to."""
    ours, theirs = pty.openpty()
    try:
        with open(theirs, "w", encoding="utf-8", buffering=1) as stream:
            yield ours, stream
    finally:
        os.close(ours)


def shown(ours: int, stream: IO[str]) -> str:
    """What was written to the terminal so far."""
    # What is written takes its time to come out at the other end: wait for a mark of our own.
    stream.write(_MARK)
    stream.flush()
    text = b""
    while not text.endswith(_MARK.encode()):
        assert select.select([ours], [], [], _TIMEOUT_S)[0], f"the terminal is stuck at {text!r}"
        text += os.read(ours, 65_536)
    return text.decode().removesuffix(_MARK)
