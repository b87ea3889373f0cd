"""Sums that are kept while the walk goes by, for one backend.

Each takes entries one by one or plain files many at a time, and the sums of a part of the tree that
was walked elsewhere: a tally of two parts, merged in order, is the tally of the whole.
"""

from __future__ import annotations

from collections import Counter
from typing import Protocol, Self

from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing.sent import Sent
from ctxguard.measurement import EntryKind, GroupRow, Totals


class Tally(Protocol):
    """Whatever adds up what is sent."""

    def add(self, entry: Sent) -> None: ...

    def add_plain(self, files: PlainFiles) -> None: ...

    def add_folders(self, folders: PlainFolders) -> None: ...

    def merge(self, later: Self) -> None:
        """Take over the sums of what comes next on the wire."""


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
