"""Files of a user, written whole or not at all, by one at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

_NEW = ".new-by-ctxguard"


def unfinished(path: str) -> str:
    """Where the new text of a file is written first."""
    return f"{path}{_NEW}"


def rights(path: str) -> int:
    """Those of the file that is replaced, or what the umask leaves of 0666."""
    with contextlib.suppress(OSError):
        return os.stat(path).st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def write(path: str, data: bytes, mode: int = 0o755) -> None:
    """A new file, on the disk when this returns."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)


@contextlib.contextmanager
def replacing(path: str, data: bytes, mode: int = 0o755) -> Iterator[str]:
    """The new text is written before the body, and takes the place of the old one after it.

    If anything fails, the old one stays, and nothing is left over. The body gets the path of the
    new one.
    """
    new = unfinished(path)
    try:
        write(new, data, mode)
        yield new
        os.replace(new, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


@contextlib.contextmanager
def alone(folder: str) -> Iterator[None]:
    """Two at once take turns."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
