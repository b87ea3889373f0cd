"""A context as it would be under another text of its ignore file; nothing is written."""

from __future__ import annotations

import posixpath
import stat as modes
from dataclasses import dataclass, replace

from ctxguard.context.course import Request
from ctxguard.context.tree.draft import Draft
from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.locate import IGNORE_FILE, Governing, governing_for, locate
from ctxguard.context.tree.snapshot import Snapshot
from ctxguard.context.tree.source import Source
from ctxguard.errors import UsageError
from ctxguard.finding import Edit
from ctxguard.ignore.editing import line_count


@dataclass(frozen=True, slots=True)
class IgnoreText:
    """The ignore file that governs a context, or the one that would."""

    file: str
    """As a report names it."""
    in_context: str | None
    """Where it really lies in the context, links followed; None if it does not."""
    beside: str | None
    """The same in the folder of the Dockerfile; None if it does not count there."""
    data: bytes
    """Nothing if there is no such file yet."""
    blocked: str | None = None
    """Why nothing can be written there, if something is in the way that is passed over."""

    def adding(self, line: str) -> Edit:
        """A change that puts a line at the end."""
        return Edit(self.file, line_count(self.data) + 1, 0, (line,))


def ignore_text(request: Request) -> IgnoreText:
    """What the rules of a context are written in.

    Rules that the backend refuses may be in it.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return _ignore_text(request)
    except _BlockedError as error:
        return IgnoreText(error.name, None, None, b"", str(error))


class _BlockedError(Exception):
    """Something is in the way."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{message}, so it is passed over; take it away first")
        self.name = name


def _ignore_text(request: Request) -> IgnoreText:
    found = governing_for(locate(request.source, request.dockerfile), request.backend)
    file = (found.ignore_file if isinstance(found, Governing) else found.path) or IGNORE_FILE
    dockerfile = request.dockerfile
    own = file != IGNORE_FILE and dockerfile.text is None
    if not own:
        path = _real(request.source, IGNORE_FILE)
        return IgnoreText(file, path, None, _content(request.source, path))
    name = file.removeprefix(dockerfile.prefix)
    beside = _real(dockerfile.folder, name)
    in_context = None
    if not posixpath.isabs(file):
        in_context = _real(request.source, file)
    return IgnoreText(file, in_context, beside, _content(dockerfile.folder, beside))


@dataclass(frozen=True, slots=True)
class Scene:
    """A context of which each folder is listed once, to be looked at under other rules."""

    request: Request
    ignore: IgnoreText

    def under(self, data: bytes) -> Request:
        """The same, were this what the ignore file holds."""
        return drafted(self.request, self.ignore, data)


def scene_of(request: Request) -> Scene:
    """Nothing is listed yet. A commit is kept in columns as it is."""
    if request.source.revision is None:
        request = replace(request, source=Snapshot(request.source))
    return Scene(request, ignore_text(request))


def drafted(request: Request, ignore: IgnoreText, data: bytes) -> Request:
    """The same context, were this what the ignore file holds.

    Raises:
        UsageError: it cannot be written.
    """
    if ignore.blocked is not None:
        raise UsageError(ignore.blocked)
    source, dockerfile = request.source, request.dockerfile
    if ignore.in_context is not None:
        source = Draft(source, ignore.in_context, data)
    if ignore.beside is not None:
        folder = Draft(dockerfile.folder, ignore.beside, data)
        dockerfile = replace(dockerfile, folder=folder)
    return replace(request, source=source, dockerfile=dockerfile)


def _real(source: Source, name: str) -> str:
    """Where a write to the file would end up."""
    try:
        source.lstat(name)
    except OSError:
        return name
    path = resolve(source, name)
    if path is None:
        raise _BlockedError(name, f"{name} is a link that leads nowhere within its folder")
    if not modes.S_ISREG(source.lstat(path).st_mode):
        raise _BlockedError(name, f"{name} is no regular file")
    return path


def _content(source: Source, path: str) -> bytes:
    try:
        return source.read(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{path} cannot be read: {reason}") from error
