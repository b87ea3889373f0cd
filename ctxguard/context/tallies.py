"""Sums that are kept while the walk goes by, for one backend, in wire order.

Each takes entries one by one or plain files many at a time, and the sums of a part of the tree that
was walked elsewhere: a tally of two parts, merged in order, is the tally of the whole.
"""

from __future__ import annotations

import stat as modes
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol, Self

from ctxguard.context import wire
from ctxguard.context.inclusion import COPY_ALL, EVERYTHING, Members
from ctxguard.context.order import Run
from ctxguard.context.packets import Indexes, packets_in_all, packets_of
from ctxguard.context.plain import PlainFiles, PlainFolders
from ctxguard.context.source import Source, Stat, Xattrs
from ctxguard.context.worktree import to_bytes
from ctxguard.measurement import (
    Backend,
    BuildKitTransfer,
    EntryKind,
    GroupRow,
    LegacyTransfer,
    Totals,
)

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
        self.bytes += files.bytes
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


@dataclass(slots=True)
class _Weight:
    """What entries that are in the same lists weigh together, but for their index fields."""

    stats: int = 0
    entries: int = 0
    packets: int = 0
    packet_bytes: int = 0

    def add(self, stats: int, entries: int, packets: int, packet_bytes: int) -> None:
        self.stats += stats
        self.entries += entries
        self.packets += packets
        self.packet_bytes += packet_bytes

    def merge(self, other: _Weight) -> None:
        self.add(other.stats, other.entries, other.packets, other.packet_bytes)


Stretch = Mapping[Members, tuple[int, int]]
"""Of a subtree: how many entries and packets are in the same lists."""


class BuildKitWire:
    """What `transferring context` counts, for `COPY . /` and for include lists.

    Args:
        transfers: numbers of the lists that are weighed.
        loose: the entries come in any order, a subtree at a time (see `packets`).
        before: how many entries of each transfer have been sent before.
    """

    def __init__(
        self,
        source: Source,
        transfers: Collection[int] = EVERYTHING,
        *,
        loose: bool = False,
        before: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self._source: Source | None = source
        self._weights: defaultdict[Members, _Weight] = defaultdict(_Weight)
        self._transfers = transfers
        self.indexes: dict[int, Indexes] = {}
        if not loose:
            self.indexes = {number: Indexes(before.get(number, 0)) for number in transfers}
        self._indexes_of: dict[Members, list[Indexes]] = {}
        self._cut: dict[Members, tuple[int, int]] = {}
        self.not_utf8: list[str] = []
        """Sent paths that, or whose link targets, are no UTF-8: the build fails at them."""

    def add(self, entry: Sent) -> None:
        path = to_bytes(entry.path)
        link = _link(self._source, entry)
        stat = wire.stat_packet_bytes(len(path), entry.stat, len(link), entry.xattrs)
        if entry.first_name is None and entry.kind in (EntryKind.FILE, EntryKind.SOCKET):
            self._add(entry.members, stat, *packets_of([entry.content]))
        else:
            self._add(entry.members, stat, [0], 0)
        if entry.members[0] == COPY_ALL and not (is_utf8(path) and is_utf8(link)):
            self.not_utf8.append(entry.path)

    def add_plain(self, files: PlainFiles) -> None:
        stats = wire.plain_stats_bytes(files)
        if self.indexes:
            self._add(files.members, stats, *packets_of(files.sizes))
        else:
            packets, size = packets_in_all(files.sizes)
            self._weights[files.members].add(stats, len(files.sizes), packets, size)

    def add_folders(self, folders: PlainFolders) -> None:
        stats = wire.plain_folder_stats_bytes(folders)
        self._add(folders.members, stats, [0] * len(folders.names), 0)

    def _add(self, members: Members, stats: int, counts: Sequence[int], size: int) -> None:
        self._weights[members].add(stats, len(counts), sum(counts), size)
        for indexes in self._indexes(members):
            indexes.add(counts)

    def _indexes(self, members: Members) -> Sequence[Indexes]:
        found = self._indexes_of.get(members)
        if found is None:
            found = [self.indexes[number] for number in members if number in self.indexes]
            self._indexes_of[members] = found
        return found

    def cut(self) -> Stretch:
        """The subtree is over: what came since the last one was."""
        before, self._cut = self._cut, {}
        stretch = {}
        for members, weight in self._weights.items():
            self._cut[members] = weight.entries, weight.packets
            entries, packets = before.get(members, (0, 0))
            if weight.entries > entries:
                stretch[members] = weight.entries - entries, weight.packets - packets
        return stretch

    def merge(self, later: BuildKitWire) -> None:
        """Take over what was weighed loosely; `pass_by` says where its subtrees belong."""
        for members, weight in later._weights.items():
            self._weights[members].merge(weight)
        self.not_utf8 += later.not_utf8

    def pass_by(self, stretch: Stretch) -> None:
        """Come to the place of a subtree that was merged: no border lies in what is left of it."""
        for number, indexes in self.indexes.items():
            indexes.add_alike(*_in_list(stretch, number))

    def crossed_by(self, stretch: Stretch) -> bool:
        """Whether the index fields of a subtree have not all the same length."""
        return any(
            indexes.crosses(_in_list(stretch, number)[0])
            for number, indexes in self.indexes.items()
        )

    def beginning_here(self) -> BuildKitWire:
        """One that weighs what comes next."""
        assert self._source is not None
        before = {number: indexes.entries for number, indexes in self.indexes.items()}
        return BuildKitWire(self._source, self._transfers, before=before)

    def left_of(self, stretch: Stretch) -> Stretch:
        """What of a subtree this one has not weighed yet."""
        return {each: self._less(sums, each) for each, sums in stretch.items()}

    def _less(self, sums: tuple[int, int], members: Members) -> tuple[int, int]:
        weight = self._weights[members]
        return sums[0] - weight.entries, sums[1] - weight.packets

    def take_indexes(self, other: BuildKitWire) -> None:
        """Take over where the other one got to."""
        for number, indexes in self.indexes.items():
            indexes.bytes += other.indexes[number].bytes
            indexes.entries = other.indexes[number].entries

    def transfer(self, number: int = COPY_ALL) -> BuildKitTransfer:
        """What the entries of one list come to."""
        all_ = _Weight()
        for members, weight in self._weights.items():
            if number in members:
                all_.merge(weight)
        warm = wire.FIN_BYTES + all_.stats
        cold = warm + all_.packet_bytes + self.indexes[number].bytes
        return BuildKitTransfer(cold, warm, all_.entries)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_source": None, "_indexes_of": {}}


def _in_list(stretch: Stretch, number: int) -> tuple[int, int]:
    """Entries and packets of those in a list."""
    found = [sums for members, sums in stretch.items() if number in members]
    return sum(entries for entries, _ in found), sum(packets for _, packets in found)


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
