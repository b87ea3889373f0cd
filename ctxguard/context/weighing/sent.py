"""Entries as they travel: from runs of a listing to what is sent of each."""

from __future__ import annotations

import stat as modes
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.tree.source import Source, Stat, Xattrs
from ctxguard.context.tree.worktree import to_bytes
from ctxguard.context.walking.inclusion import COPY_ALL, Members
from ctxguard.context.walking.order import Run
from ctxguard.context.walking.plain import PlainFiles
from ctxguard.measurement import Backend, EntryKind

_NO_XATTRS: Mapping[bytes, int] = {}


@dataclass(slots=True)
class Sent:
    """One entry on the wire."""

    path: str
    folder: str
    name: str
    kind: EntryKind
    stat: Stat
    xattrs: Xattrs
    content: int
    """Bytes that travel with it: none for a later name of an inode, or if it is sent empty."""
    first_name: str | None
    """Of a hard link whose inode was sent before."""
    members: Members
    """The include lists in which it travels like this: with its content, or as that name's link."""
    lists: Members
    """All that it is in."""


class Entries:
    """Turns runs into entries, and keeps what needs memory: which inodes were sent.

    Args:
        view: index of the backend in `Listing.views`.
        backend: the two differ on hard-linked symlinks, sockets and files they cannot read.
    """

    def __init__(self, view: int, backend: Backend) -> None:
        self._view = view
        self._buildkit = backend is Backend.BUILDKIT
        self._first_names: defaultdict[int, dict[int, str]] = defaultdict(dict)
        """By list and inode, of those with several names."""
        self.sent_empty: list[str] = []
        """Files that the walk includes, but the documented rules exclude when they are opened."""

    @property
    def first_names(self) -> Mapping[int, str]:
        """By inode, of those with several names."""
        return self._first_names[COPY_ALL]

    def of(self, run: Run) -> Iterator[Sent | PlainFiles]:
        """What a run sends, in order."""
        if run.ancestor_of:
            yield from self.each(run, run.start)
            return
        view = run.listing.views[self._view]
        assert view is not None
        for stretch in run.listing.plain.stretches(run.start, run.stop, view):
            if isinstance(stretch, PlainFiles):
                yield stretch
            else:
                yield from self.each(run, stretch)

    def at(self, run: Run, at: int) -> Sent | None:
        """The entry, where there are no lists; None if it is not sent."""
        return next(iter(self.each(run, at)), None)

    def each(self, run: Run, at: int) -> Sequence[Sent]:
        """The entry, as it travels; none if it is not sent. To be asked once, in wire order.

        Transfers differ in which name of an inode is their first, and so can have it in two forms.
        """
        listing = run.listing
        seen = listing.views[self._view]
        stat = listing.stats[at]
        assert seen is not None
        if stat is None or not (run.ancestor_of or seen.sent[at]):
            return ()
        kind = listing.kind(at)
        if kind is EntryKind.SOCKET and not self._buildkit:
            return ()
        path = listing.path_of(at)
        members = run.ancestor_of or seen.members_of(at)
        content = stat.st_size if kind is EntryKind.FILE else 0
        if content and self._buildkit:
            content = self._unless_empty(run, at, content, path)
        xattrs = listing.xattrs.get(at, _NO_XATTRS)
        name, folder = listing.names[at], listing.path
        entry = Sent(path, folder, name, kind, stat, xattrs, content, None, members, members)
        return self._linked(entry) if self._may_be_linked(kind, stat) else (entry,)

    def _unless_empty(self, run: Run, at: int, content: int, path: str) -> int:
        """What of the content is sent: none if BuildKit's own rules or its rights refuse it."""
        view = run.listing.views[self._view]
        if view is not None and view.refuses(at):
            self.sent_empty.append(path)
            return 0
        return 0 if at in run.listing.unreadable else content

    def _may_be_linked(self, kind: EntryKind, stat: Stat) -> bool:
        if stat.st_nlink < 2 or kind is EntryKind.DIRECTORY:
            return False
        return kind is not EntryKind.SYMLINK or not self._buildkit

    def _linked(self, entry: Sent) -> list[Sent]:
        """By the first name that its inode has in each list; that of the whole context first."""
        found: dict[str | None, list[int]] = {}
        for number in entry.members:
            first = self._first_names[number].setdefault(entry.stat.st_ino, entry.path)
            found.setdefault(None if first is entry.path else first, []).append(number)
        return [
            replace(
                entry,
                content=entry.content if first is None else 0,
                first_name=first,
                members=tuple(numbers),
            )
            for first, numbers in found.items()
        ]


def is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def link_of(source: Source | None, entry: Sent) -> bytes:
    """The target of a symlink, or the first name of a hard link; empty for all else."""
    if entry.first_name is not None:
        return to_bytes(entry.first_name)
    if source is None or not modes.S_ISLNK(entry.stat.st_mode):
        return b""
    try:
        return to_bytes(source.readlink(entry.path))
    except OSError:
        return b""
