"""Writes the text of an ignore file, and puts the one before it back."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from ctxguard.context.course import Request
from ctxguard.context.drafting import IgnoreText
from ctxguard.errors import UsageError
from ctxguard.replacing import alone, replacing, rights
from ctxguard.rewriting.kept import KeptTexts, Old, digest


def place_of(request: Request, ignore: IgnoreText) -> str:
    """Where the ignore file really lies, links followed; absolute.

    Raises:
        UsageError: something is in the way.
    """
    if ignore.blocked is not None:
        raise UsageError(ignore.blocked)
    if ignore.beside is not None:
        return os.path.join(request.dockerfile.folder.root, ignore.beside)
    assert ignore.in_context is not None
    return os.path.join(request.source.root, ignore.in_context)


def write(path: str, before: bytes, text: bytes) -> str:
    """Write the new text in one step; the old one is kept.

    Args:
        path: see `place_of`.
        before: what it held when the advice was found.

    Returns:
        Where the old text is kept.

    Raises:
        UsageError: it cannot be written, or was changed meanwhile; nothing is lost.
    """
    with _told(path), alone(os.path.dirname(path)):
        there = _content(path)
        if (there or b"") != before:
            raise UsageError("it was changed meanwhile; ask again", path=path)
        kept = KeptTexts(path)
        kept.keep([*kept.all(), Old(there, digest(text))])
        _replace(path, text)
        return kept.place


def undo(path: str) -> bytes | None:
    """Put back what the file held before it was last written.

    Returns:
        What it holds now; None if it was not there before, and is gone.

    Raises:
        UsageError: nothing was written, or the file was changed since.
    """
    with _told(path), alone(os.path.dirname(path)):
        kept = KeptTexts(path)
        texts = kept.all()
        if not texts:
            raise UsageError("ctxguard wrote nothing here that could be undone", path=path)
        *others, last = texts
        there = _content(path)
        if there is None or digest(there) != last.written:
            raise UsageError(
                f"it was changed since it was written; the old text is in {kept.place}", path=path
            )
        if last.text is None:
            os.unlink(path)
        else:
            _replace(path, last.text)
        kept.keep(others)
        return last.text


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot be written: {reason}", path=path) from error


def _content(path: str) -> bytes | None:
    """None if there is no such file."""
    if os.path.realpath(path) != path:
        raise UsageError("it leads elsewhere now; ask again", path=path)
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _replace(path: str, text: bytes) -> None:
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        with replacing(path, text, rights(path)):
            return
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with replacing(path, text, rights(path)) as new:
        if hasattr(os, "chown"):
            # Whose file it is does not change with what it holds.
            with contextlib.suppress(OSError):
                os.chown(new, stat.st_uid, stat.st_gid)
