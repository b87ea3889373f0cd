"""Sums that are kept while the walk goes by, for one backend, in wire order.

Each takes entries one by one or plain files many at a time, and the sums of a part of the tree that
was walked elsewhere: a tally of two parts, merged in order, is the tally of the whole.
"""

from __future__ import annotations

import stat as modes
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from ctxguard.context import wire
from ctxguard.context.order import Run
from ctxguard.context.packets import Packets
from ctxguard.context.plain import PlainFiles, PlainFolders
from ctxguard.context.source import Source, Stat, Xattrs
from ctxguard.context.worktree import to_bytes
from ctxguard.measurement import Backend, CopyAll, EntryKind, GroupRow, LegacyTransfer, Totals

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


class Tally(Protocol):
    """Whatever adds up what is sent."""

    def add(self, entry: Sent) -> None: ...

    def add_plain(self, files: PlainFiles) -> None: ...

    def add_folders(self, folders: PlainFolders) -> None: ...

    def merge(self, later: Self) -> None:
        """Take over the sums of what comes next on the wire."""


class Entries:
    """Turns runs into entries, and keeps what needs memory: which inodes were sent.

    Args:
        view: index of the backend in `Listing.views`.
        backend: the two differ on hard-linked symlinks, sockets and files they cannot read.
    """

    def __init__(self, view: int, backend: Backend) -> None:
        self._view = view
        self._buildkit = backend is Backend.BUILDKIT
        self.first_names: dict[int, str] = {}
        """By inode, of those with several names."""
        self.sent_empty: list[str] = []
        """Files that the walk includes, but the documented rules exclude when they are opened."""

    def of(self, run: Run) -> Iterator[Sent | PlainFiles]:
        """What a run sends, in order."""
        if run.ancestor:
            yield from filter(None, [self.at(run, run.start)])
            return
        view = run.listing.views[self._view]
        assert view is not None
        for stretch in run.listing.plain.stretches(run.start, run.stop, view):
            if isinstance(stretch, PlainFiles):
                yield stretch
            else:
                yield from filter(None, [self.at(run, stretch)])

    def at(self, run: Run, at: int) -> Sent | None:
        """The entry, or None if it is not sent. To be asked once for each, in wire order."""
        listing = run.listing
        seen = listing.views[self._view]
        stat = listing.stats[at]
        assert seen is not None
        if stat is None or not (run.ancestor or seen.sent[at]):
            return None
        kind = listing.kind(at)
        if kind is EntryKind.SOCKET and not self._buildkit:
            return None
        path = listing.path_of(at)
        first = self._first_name(path, kind, stat)
        content = stat.st_size if kind is EntryKind.FILE and first is None else 0
        if content and self._buildkit:
            content = self._unless_empty(run, at, content, path)
        xattrs = listing.xattrs.get(at, _NO_XATTRS)
        return Sent(path, listing.path, listing.names[at], kind, stat, xattrs, content, first)

    def _unless_empty(self, run: Run, at: int, content: int, path: str) -> int:
        """What of the content is sent: none if BuildKit's own rules or its rights refuse it."""
        view = run.listing.views[self._view]
        if view is not None and view.refuses(at):
            self.sent_empty.append(path)
            return 0
        return 0 if at in run.listing.unreadable else content

    def _first_name(self, path: str, kind: EntryKind, stat: Stat) -> str | None:
        if stat.st_nlink < 2 or kind is EntryKind.DIRECTORY:
            return None
        if kind is EntryKind.SYMLINK and self._buildkit:
            return None
        first = self.first_names.setdefault(stat.st_ino, path)
        return None if first is path else first


class SizeTally:
    """Content bytes and the number of entries of each kind."""

    def __init__(self) -> None:
        self.bytes = 0
        self._files = 0
        self._directories = 0
        self._symlinks = 0
        self._other = 0

    def add(self, entry: Sent) -> None:
        self.bytes += entry.content
        if entry.kind is EntryKind.FILE:
            self._files += 1
        elif entry.kind is EntryKind.DIRECTORY:
            self._directories += 1
        elif entry.kind is EntryKind.SYMLINK:
            self._symlinks += 1
        else:
            self._other += 1

    def add_plain(self, files: PlainFiles) -> None:
        self.bytes += sum(files.sizes)
        self._files += len(files.sizes)

    def add_folders(self, folders: PlainFolders) -> None:
        self._directories += len(folders.names)

    def merge(self, later: SizeTally) -> None:
        self.bytes += later.bytes
        self._files += later._files
        self._directories += later._directories
        self._symlinks += later._symlinks
        self._other += later._other

    def totals(self) -> Totals:
        return Totals(self.bytes, self._files, self._directories, self._symlinks, self._other)


class BuildKitWire:
    """What `transferring context` counts.

    Args:
        loose: the entries come in any order (see `packets`).
    """

    def __init__(self, source: Source, *, loose: bool = False) -> None:
        self._source: Source | None = source
        self._stats = 0
        self._packets = Packets(loose=loose)
        self.not_utf8: list[str] = []
        """Sent paths that, or whose link targets, are no UTF-8: the build fails at them."""

    def add(self, entry: Sent) -> None:
        path = to_bytes(entry.path)
        link = _link(self._source, entry)
        self._stats += wire.stat_packet_bytes(len(path), entry.stat, len(link), entry.xattrs)
        if entry.first_name is None and entry.kind in (EntryKind.FILE, EntryKind.SOCKET):
            self._packets.add_file(entry.content)
        else:
            self._packets.add_others()
        if not (is_utf8(path) and is_utf8(link)):
            self.not_utf8.append(entry.path)

    def add_plain(self, files: PlainFiles) -> None:
        self._stats += wire.plain_stats_bytes(files)
        self._packets.add_files(files.sizes)

    def add_folders(self, folders: PlainFolders) -> None:
        self._stats += wire.plain_folder_stats_bytes(folders)
        self._packets.add_others(len(folders.names))

    def merge(self, later: BuildKitWire) -> None:
        self._stats += later._stats
        self._packets.merge(later._packets)
        self.not_utf8 += later.not_utf8

    def copy_all(self) -> CopyAll:
        warm = wire.FIN_BYTES + self._stats
        return CopyAll(warm + self._packets.bytes(), warm, self._packets.entries)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_source": None}


class LegacyTar:
    """What `Sending build context` counts.

    Args:
        outside_dockerfile: bytes of a Dockerfile outside of the context. It travels as a last
            member without padding or trailer, and `.dockerignore` grows by the line that hides it.
    """

    _HIDING_LINE_BYTES = 34

    def __init__(self, source: Source, outside_dockerfile: int | None) -> None:
        self._source: Source | None = source
        self._outside = outside_dockerfile
        self._bytes = 0
        self._entries = 0
        self.has_ignore_file = False

    def add(self, entry: Sent) -> None:
        name = to_bytes(entry.path)
        if entry.kind is EntryKind.DIRECTORY:
            name += b"/"
        size = entry.content
        if entry.path == _IGNORE_FILE:
            self.has_ignore_file = True
            size += self._HIDING_LINE_BYTES if self._outside is not None else 0
        link = _link(self._source, entry)
        self._bytes += wire.tar_entry_bytes(name, entry.stat, link, size, entry.xattrs)
        self._entries += 1

    def add_plain(self, files: PlainFiles) -> None:
        self._bytes += wire.plain_tar_bytes(files)
        self._entries += len(files.names)
        if not files.folder and _IGNORE_FILE in files.names:
            self._grow_ignore_file(files.sizes[files.names.index(_IGNORE_FILE)])

    def add_folders(self, folders: PlainFolders) -> None:
        self._bytes += wire.plain_folder_tar_bytes(folders)
        self._entries += len(folders.names)

    def _grow_ignore_file(self, size: int) -> None:
        self.has_ignore_file = True
        if self._outside is not None:
            grown = wire.blocks_bytes(size + self._HIDING_LINE_BYTES)
            self._bytes += grown - wire.blocks_bytes(size)

    def merge(self, later: LegacyTar) -> None:
        self.has_ignore_file = self.has_ignore_file or later.has_ignore_file
        self._bytes += later._bytes
        self._entries += later._entries

    def transfer(self) -> LegacyTransfer:
        if self._outside is None:
            return LegacyTransfer(self._bytes + wire.TRAILER_BYTES, self._entries)
        return LegacyTransfer(self._bytes + wire.BLOCK + self._outside, self._entries)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_source": None}


_IGNORE_FILE = ".dockerignore"


def is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _link(source: Source | None, entry: Sent) -> bytes:
    if entry.first_name is not None:
        return to_bytes(entry.first_name)
    if source is None or not modes.S_ISLNK(entry.stat.st_mode):
        return b""
    try:
        return to_bytes(source.readlink(entry.path))
    except OSError:
        return b""


class TypeTally:
    """Content bytes and files by the ending of the name."""

    def __init__(self) -> None:
        self._bytes: Counter[str] = Counter()
        self._files: Counter[str] = Counter()

    def add(self, entry: Sent) -> None:
        if entry.kind is EntryKind.FILE:
            self._add(entry.name, entry.content)

    def add_plain(self, files: PlainFiles) -> None:
        for name, size in zip(files.names, files.sizes, strict=True):
            self._add(name, size)

    def add_folders(self, folders: PlainFolders) -> None:
        """Folders have no type."""

    def _add(self, name: str, size: int) -> None:
        ending = ending_of(name)
        self._bytes[ending] += size
        self._files[ending] += 1

    def merge(self, later: TypeTally) -> None:
        self._bytes.update(later._bytes)
        self._files.update(later._files)

    def rows(self) -> tuple[GroupRow, ...]:
        rows = [GroupRow(name, self._bytes[name], files) for name, files in self._files.items()]
        return tuple(sorted(rows, key=lambda row: (-row.bytes, row.name)))


def ending_of(name: str) -> str:
    """`.mp4` for `clip.MP4`; "" for a name without an ending, such as `.env` or `Makefile`."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem.strip(".") and ending else ""
