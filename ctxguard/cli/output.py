"""Where a report goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile

from ctxguard.errors import UsageError


def write(text: str, file: str | None) -> None:
    """Print the text, or put it in a file in one step.

    Raises:
        UsageError: the file cannot be written; what was there before is still there.
    """
    if file is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        _replace(os.path.realpath(file), text)
    except OSError as error:
        raise UsageError(f"cannot write -o {file}: {error.strerror}") from error


def _replace(path: str, text: str) -> None:
    if os.path.exists(path) and not os.path.isfile(path):
        # A device such as /dev/stdout is written to, never replaced.
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return
    folder, name = os.path.split(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """The rights of the file that is replaced, or what the umask leaves of 0666."""
    with contextlib.suppress(OSError):
        return os.stat(path).st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
