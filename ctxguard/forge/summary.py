"""The summary of a job: a file that GitHub shows, where it holds no more than it takes.

Source of the meaning: GitHub's documentation, "Workflow commands", job summaries (1 MiB for each
step; what is longer is dropped with an error).
"""

from __future__ import annotations

import contextlib
import os
import stat

from ctxguard.forge.errors import ForgeError

MOST_BYTES = 1024 * 1024
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_MORE_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
"""Not every system has each of them."""


def append(path: str, text: str) -> None:
    """Put a text behind what the summary holds, whole or not at all.

    Raises:
        ForgeError: it has no room, or cannot be written.
    """
    try:
        flags = sum(getattr(os, name, 0) for name in _MORE_FLAGS)
        handle = os.open(path, _FLAGS | flags, 0o600)
        try:
            _append(handle, text)
        finally:
            os.close(handle)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ForgeError(f"cannot write the job summary {path}: {reason}") from error


def _append(handle: int, text: str) -> None:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise ForgeError("cannot write the job summary: GITHUB_STEP_SUMMARY names no file")
    data = _data(found.st_size, text)
    if found.st_size + len(data) > MOST_BYTES:
        raise ForgeError(
            f"the job summary has no room: it holds {found.st_size:,} bytes, and GitHub shows "
            f"{MOST_BYTES:,}"
        )
    try:
        _write(handle, data)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, found.st_size)
        raise


def _data(there: int, text: str) -> bytes:
    """Apart from what is there, which may end in the midst of a list."""
    return ("\n\n" * (there > 0) + text).encode()


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
