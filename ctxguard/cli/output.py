"""Where a report goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import sys

from ctxguard.cli import streams
from ctxguard.errors import UsageError
from ctxguard.replacing import rights

_HEADER_BYTES = 100


def write(text: str, file: str | None) -> None:
    """Print the text, or put it in a file in one step.

    The exit code holds, whether or not anyone reads on.

    Raises:
        UsageError: the file cannot be written; what was there before is still there.
    """
    with contextlib.suppress(streams.ReaderGoneError):
        _write(text, file)


def _write(text: str, file: str | None) -> None:
    if file is None:
        streams.write(text)
        return
    data = text.encode()
    if is_standard_output(file):
        streams.write_bytes(data, flush=True)
        return
    _check(file)
    try:
        _put(file, data)
    except OSError as error:
        raise UsageError(f"cannot write -o {file}: {error.strerror}") from error


def _check(file: str) -> None:
    """Raises UsageError for what no report should take the place of."""
    if not file:
        raise UsageError("-o takes the name of a file")
    if file.endswith(("/", os.sep)):
        raise UsageError(f"-o {file} names a folder; name a file in it")
    if _is_history(file):
        raise UsageError(f"-o {file} is a history of measurements; name another file")


def _is_history(file: str) -> bool:
    """By its first bytes; see SQLite, "Database File Format", 1.3."""
    try:
        if not os.path.isfile(file):
            return False
        with open(file, "rb") as stream:
            header = stream.read(_HEADER_BYTES)
    except OSError:
        return False
    if not header.startswith(b"SQLite format 3\0"):
        return False
    from ctxguard.history.store import OURS

    return header[68:72] == OURS.to_bytes(4, "big")


def is_standard_output(file: str) -> bool:
    """Whether it is just another name of it, such as `/dev/stdout`; a pipe has no other path."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.path.samestat(os.stat(file), os.fstat(sys.stdout.fileno()))
    return False


def _put(file: str, data: bytes) -> None:
    if os.path.exists(file) and not os.path.isfile(file):
        # A device, or a pipe such as `>(jq .)`, is written to and never replaced.
        with open(file, "wb") as stream:
            stream.write(data)
    else:
        path = os.path.realpath(file)
        if os.path.islink(path):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        effective = os.access in os.supports_effective_ids
        if os.path.exists(path) and not os.access(path, os.W_OK, effective_ids=effective):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _replace(path, data)


def _replace(path: str, data: bytes) -> None:
    import tempfile

    # The name beside it is short: that of the file may be as long as a name can be.
    handle, temporary = tempfile.mkstemp(prefix=".ctxguard-", dir=os.path.dirname(path))
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, rights(path))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
