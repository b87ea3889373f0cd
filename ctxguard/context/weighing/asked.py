"""What of the context each include list brings: content bytes and files."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from ctxguard.context.walking.inclusion import Members
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing.sent import Sent
from ctxguard.measurement import EntryKind


@dataclass(slots=True)
class _Inode:
    """A file with several names."""

    bytes: int
    lists: Set[int]
    """That any of its names is in."""


class AskedTally:
    """Adds up files by the lists they are in; the content of an inode counts once."""

    def __init__(self) -> None:
        self._sums: dict[Members, tuple[int, int]] = {}
        self._inodes: dict[int, _Inode] = {}

    def add(self, entry: Sent) -> None:
        if entry.kind is not EntryKind.FILE:
            return
        if entry.stat.st_nlink < 2:
            self._add(entry.lists, entry.content, 1)
            return
        self._add(entry.lists, 0, 1)
        inode = self._inodes.setdefault(entry.stat.st_ino, _Inode(0, frozenset()))
        inode.bytes = max(inode.bytes, entry.content)
        inode.lists |= frozenset(entry.lists)

    def add_plain(self, files: PlainFiles) -> None:
        self._add(files.members, files.bytes, len(files.sizes))

    def add_folders(self, folders: PlainFolders) -> None:
        """Folders have no content."""

    def _add(self, members: Members, size: int, files: int) -> None:
        before = self._sums.get(members, (0, 0))
        self._sums[members] = before[0] + size, before[1] + files

    def merge(self, later: AskedTally) -> None:
        for members, sums in later._sums.items():
            self._add(members, *sums)
        self._inodes.update(later._inodes)

    def sums(self) -> Iterator[tuple[Set[int], int, int]]:
        """Bytes and files of those that are in the same lists."""
        for members, (size, files) in self._sums.items():
            yield frozenset(members), size, files
        for inode in self._inodes.values():
            yield inode.lists, inode.bytes, 0
