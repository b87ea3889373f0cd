"""A tree in which one file holds something else than it does, without a word written."""

from __future__ import annotations

import posixpath
import stat as modes
import time
from collections.abc import Mapping, Sequence

from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.snapshot import KeptStat
from ctxguard.context.tree.source import Folder, Remark, Source, Stat, Xattrs
from ctxguard.context.tree.worktree import to_bytes
from ctxguard.measurement import EntryKind

_NEW_MODE = modes.S_IFREG | 0o644


class Draft:
    """Another tree but for one regular file; see `source.Source`.

    The file is as it will be once it is written anew: changed now, under one name only, and
    without extended attributes.

    Args:
        path: the file, links followed; its folder is there, the file itself need not be.
        data: what it is to hold.
    """

    def __init__(self, source: Source, path: str, data: bytes) -> None:
        self._source = source
        self._path = path
        self._folder, self._name = posixpath.split(path)
        self._data = data
        self._stat = KeptStat(_mode(source, path), len(data), time.time_ns())
        self.root = source.root
        self.revision = source.revision

    def own_process(self) -> None:
        self._source.own_process()

    def listing(self, path: str) -> Folder:
        found = self._source.listing(path)
        return _WithFile(found, self._name, self._stat) if path == self._folder else found

    def can_list(self, path: str) -> bool:
        return self._source.can_list(path)

    def lstat(self, path: str) -> Stat:
        return self._stat if path == self._path else self._source.lstat(path)

    def read(self, path: str) -> bytes:
        return self._data if path == self._path else self._source.read(path)

    def read_through(self, path: str) -> bytes:
        if resolve(self, path) == self._path:
            return self._data
        return self._source.read_through(path)

    def readlink(self, path: str) -> str:
        return self._source.readlink(path)


def _mode(source: Source, path: str) -> int:
    try:
        return source.lstat(path).st_mode
    except OSError:
        return _NEW_MODE


class _WithFile:
    """A folder in which one file is another one, or new; see `source.Folder`."""

    def __init__(self, folder: Folder, name: str, stat: Stat) -> None:
        self._base = folder
        self._stat = stat
        names = list(folder.names)
        self._is_new = name not in names
        if self._is_new:
            names.append(name)
            names.sort(key=to_bytes)
        self.names: Sequence[str] = names
        self._at = names.index(name)
        self.directories = [self._here(at) for at in folder.directories]
        self.remarks: Mapping[int, Remark] = self._moved(folder.remarks)

    def _here(self, at: int) -> int:
        return at + (self._is_new and at >= self._at)

    def _there(self, wanted: Sequence[int]) -> list[int]:
        """The other entries, as the folder itself counts them."""
        return [at - (self._is_new and at > self._at) for at in wanted if at != self._at]

    def _moved(self, found: Mapping[int, Remark]) -> dict[int, Remark]:
        return {self._here(at): each for at, each in found.items() if self._here(at) != self._at}

    def kind(self, at: int) -> EntryKind:
        return EntryKind.FILE if at == self._at else self._base.kind(self._there([at])[0])

    def stats(self, wanted: Sequence[int]) -> tuple[Sequence[Stat | None], Mapping[int, OSError]]:
        stats, errors = self._base.stats(self._there(wanted))
        found = iter(stats)
        return (
            [self._stat if at == self._at else next(found) for at in wanted],
            {self._here(at): error for at, error in errors.items()},
        )

    def xattrs(self, wanted: Sequence[int]) -> Mapping[int, Xattrs]:
        found = self._base.xattrs(self._there(wanted))
        return {self._here(at): each for at, each in found.items()}

    def unreadable(self, wanted: Sequence[int], stats: Sequence[Stat | None]) -> set[int]:
        others = [stat for at, stat in zip(wanted, stats, strict=True) if at != self._at]
        return {self._here(at) for at in self._base.unreadable(self._there(wanted), others)}

    def can_search(self) -> bool:
        return self._base.can_search()

    def close(self) -> None:
        self._base.close()
