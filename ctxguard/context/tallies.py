"""Sums that are kept while the walk goes by. Each takes the runs of one backend, in wire order."""

from __future__ import annotations

import stat as modes
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ctxguard.context import wire
from ctxguard.context.order import Run
from ctxguard.context.source import Source, Stat
from ctxguard.context.worktree import to_bytes
from ctxguard.measurement import Backend, CopyAll, EntryKind, GroupRow, LegacyTransfer, Totals

_NO_XATTRS: dict[bytes, int] = {}


@dataclass(frozen=True, slots=True)
class Sent:
    """One entry on the wire."""

    path: str
    folder: str
    name: str
    kind: EntryKind
    stat: Stat
    xattrs: dict[bytes, int]
    content: int
    """Bytes that travel with it: none for a later name of an inode, or if it is sent empty."""
    first_name: str | None
    """Of a hard link whose inode was sent before."""


class Tally(Protocol):
    """Whatever adds up entries."""

    def add(self, entry: Sent) -> None: ...


class Entries:
    """Turns runs into entries, and keeps what needs memory: which inodes were sent.

    Args:
        view: index of the backend in `Listing.views`.
        backend: the two differ on hard-linked symlinks, sockets and files they cannot read.
    """

    def __init__(self, view: int, backend: Backend) -> None:
        self._view = view
        self._buildkit = backend is Backend.BUILDKIT
        self._names: dict[int, str] = {}
        self.sent_empty: list[str] = []
        """Files that the walk includes, but the documented rules exclude when they are opened."""

    def of(self, run: Run) -> Iterator[Sent]:
        for at in range(run.start, run.stop):
            entry = self.at(run, at)
            if entry is not None:
                yield entry

    def at(self, run: Run, at: int) -> Sent | None:
        """The entry, or None if it is not sent. To be asked once for each, in wire order."""
        listing = run.listing
        seen = listing.views[self._view]
        stat = listing.stats[at]
        assert seen is not None
        if stat is None or not (run.ancestor or seen.sent[at]):
            return None
        if listing.kinds[at] is EntryKind.SOCKET and not self._buildkit:
            return None
        return self._entry(run, at, stat, seen.decisions[at].documented)

    def _entry(self, run: Run, at: int, stat: Stat, refused: bool) -> Sent:
        listing = run.listing
        path = listing.path_of(at)
        kind = listing.kinds[at]
        first = self._first_name(path, kind, stat)
        content = stat.st_size if kind is EntryKind.FILE and first is None else 0
        if content and self._buildkit and (refused or at in listing.unreadable):
            if refused:
                self.sent_empty.append(path)
            content = 0
        xattrs = listing.xattrs.get(at, _NO_XATTRS)
        return Sent(path, listing.path, listing.names[at], kind, stat, dict(xattrs), content, first)

    def _first_name(self, path: str, kind: EntryKind, stat: Stat) -> str | None:
        if stat.st_nlink < 2 or kind is EntryKind.DIRECTORY:
            return None
        if kind is EntryKind.SYMLINK and self._buildkit:
            return None
        first = self._names.setdefault(stat.st_ino, path)
        return None if first is path else first


class SizeTally:
    """Content bytes and the number of entries of each kind."""

    def __init__(self) -> None:
        self.bytes = 0
        self._count: defaultdict[EntryKind, int] = defaultdict(int)

    def add(self, entry: Sent) -> None:
        self.bytes += entry.content
        self._count[entry.kind] += 1

    def totals(self) -> Totals:
        count = self._count
        return Totals(
            bytes=self.bytes,
            files=count[EntryKind.FILE],
            directories=count[EntryKind.DIRECTORY],
            symlinks=count[EntryKind.SYMLINK],
            other=count[EntryKind.FIFO] + count[EntryKind.SOCKET] + count[EntryKind.DEVICE],
        )


class BuildKitWire:
    """What `transferring context` counts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._index = 0
        self._stats = wire.FIN_BYTES
        self._data = 0
        self.not_utf8: list[str] = []
        """Sent paths that, or whose link targets, are no UTF-8: the build fails at them."""

    def add(self, entry: Sent) -> None:
        link = _link(self._source, entry)
        path_length = len(to_bytes(entry.path))
        self._stats += wire.stat_packet_bytes(path_length, entry.stat, len(link), entry.xattrs)
        if entry.first_name is None and entry.kind in (EntryKind.FILE, EntryKind.SOCKET):
            self._data += wire.data_packets_bytes(self._index, entry.content)
        self._index += 1
        if not (entry.path.isascii() and link.isascii()) and not _is_utf8(
            to_bytes(entry.path), link
        ):
            self.not_utf8.append(entry.path)

    def copy_all(self) -> CopyAll:
        return CopyAll(self._stats + self._data, self._stats, self._index)


class LegacyTar:
    """What `Sending build context` counts.

    Args:
        outside_dockerfile: bytes of a Dockerfile outside of the context. It travels as a last
            member without padding or trailer, and `.dockerignore` grows by the line that hides it.
    """

    _HIDING_LINE_BYTES = 34

    def __init__(self, source: Source, outside_dockerfile: int | None) -> None:
        self._source = source
        self._outside = outside_dockerfile
        self._bytes = 0
        self._entries = 0
        self.has_ignore_file = False

    def add(self, entry: Sent) -> None:
        name = to_bytes(entry.path)
        if entry.kind is EntryKind.DIRECTORY:
            name += b"/"
        size = entry.content
        if entry.path == ".dockerignore":
            self.has_ignore_file = True
            size += self._HIDING_LINE_BYTES if self._outside is not None else 0
        self._bytes += wire.tar_entry_bytes(
            name, entry.stat, _link(self._source, entry), size, entry.xattrs
        )
        self._entries += 1

    def transfer(self) -> LegacyTransfer:
        if self._outside is None:
            return LegacyTransfer(self._bytes + wire.TRAILER_BYTES, self._entries)
        return LegacyTransfer(self._bytes + wire.BLOCK + self._outside, self._entries)


def _is_utf8(*texts: bytes) -> bool:
    try:
        return all(text.decode() is not None for text in texts)
    except UnicodeDecodeError:
        return False


def _link(source: Source, entry: Sent) -> bytes:
    if entry.first_name is not None:
        return to_bytes(entry.first_name)
    if not modes.S_ISLNK(entry.stat.st_mode):
        return b""
    try:
        return to_bytes(source.readlink(entry.path))
    except OSError:
        return b""


class TypeTally:
    """Content bytes and files by the ending of the name."""

    def __init__(self) -> None:
        self._bytes: defaultdict[str, int] = defaultdict(int)
        self._files: defaultdict[str, int] = defaultdict(int)

    def add(self, entry: Sent) -> None:
        if entry.kind is EntryKind.FILE:
            ending = ending_of(entry.name)
            self._bytes[ending] += entry.content
            self._files[ending] += 1

    def rows(self) -> tuple[GroupRow, ...]:
        rows = [GroupRow(name, size, self._files[name]) for name, size in self._bytes.items()]
        return tuple(sorted(rows, key=lambda row: (-row.bytes, row.name)))


def ending_of(name: str) -> str:
    """`.mp4` for `clip.MP4`; "" for a name without an ending, such as `.env` or `Makefile`."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem.strip(".") and ending else ""
