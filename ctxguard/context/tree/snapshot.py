"""What a walk saw, kept in columns, so that it can be decided again under other rules.

A folder is asked once for everything about its entries, when it is first listed; what no walk came
by is still read from where it lies.
"""

from __future__ import annotations

import stat as modes
from array import array
from collections.abc import Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any

from ctxguard.context.tree.source import Folder, Remark, Source, Stat, Xattrs
from ctxguard.context.tree.worktree import kind_of
from ctxguard.measurement import EntryKind

_NOTHING: Mapping[int, Any] = MappingProxyType({})
"""Of most folders there is nothing special to keep, and there are many."""
_ONE_NAME = 1


class KeptStat:
    """See `source.Stat`."""

    __slots__ = ("st_ino", "st_mode", "st_mtime_ns", "st_nlink", "st_rdev", "st_size")

    def __init__(self, mode: int, size: int, mtime_ns: int) -> None:
        self.st_mode = mode
        self.st_size = size
        self.st_mtime_ns = mtime_ns
        self.st_nlink = _ONE_NAME
        self.st_ino = self.st_rdev = 0

    @property
    def st_mtime(self) -> float:
        return self.st_mtime_ns / 1_000_000_000


class KeptFolder:
    """One folder as it was when it was listed; see `source.Folder`."""

    __slots__ = (
        "_errors", "_kinds", "_modes", "_searchable", "_sizes", "_special", "_times",
        "_unreadable", "_xattrs", "directories", "names", "remarks",
    )  # fmt: skip

    def __init__(self, folder: Folder) -> None:
        self.names = folder.names
        self.directories: Sequence[int] = tuple(folder.directories)
        self.remarks: Mapping[int, Remark] = folder.remarks or _NOTHING
        every = range(len(self.names))
        stats, errors = folder.stats(every)
        self._errors = errors or _NOTHING
        self._kinds = {at: folder.kind(at) for at in errors} or _NOTHING
        self._modes = array("I", [0 if stat is None else stat.st_mode for stat in stats])
        self._sizes = array("q", [0 if stat is None else stat.st_size for stat in stats])
        self._times = array("q", [0 if stat is None else stat.st_mtime_ns for stat in stats])
        self._special = {
            at: (stat.st_nlink, stat.st_ino, stat.st_rdev)
            for at, stat in enumerate(stats)
            if stat is not None and _is_special(stat)
        } or _NOTHING
        self._xattrs = folder.xattrs(every) or _NOTHING
        self._unreadable = frozenset(folder.unreadable(every, stats))
        self._searchable = folder.can_search()

    def kind(self, at: int) -> EntryKind:
        return self._kinds.get(at) or kind_of(self._modes[at])

    def stats(self, wanted: Sequence[int]) -> tuple[Sequence[Stat | None], Mapping[int, OSError]]:
        if len(wanted) == len(self.names):
            found: list[Stat | None] = list(map(KeptStat, self._modes, self._sizes, self._times))
            for at, special in self._special.items():
                found[at] = self._with(KeptStat(*self._plain(at)), special)
            for at in self._errors:
                found[at] = None
            return found, self._errors
        errors = {at: self._errors[at] for at in wanted if at in self._errors}
        return [self._stat(at) for at in wanted], errors

    def _stat(self, at: int) -> Stat | None:
        if at in self._errors:
            return None
        stat = KeptStat(*self._plain(at))
        special = self._special.get(at)
        return stat if special is None else self._with(stat, special)

    def _plain(self, at: int) -> tuple[int, int, int]:
        return self._modes[at], self._sizes[at], self._times[at]

    @staticmethod
    def _with(stat: KeptStat, special: tuple[int, int, int]) -> KeptStat:
        stat.st_nlink, stat.st_ino, stat.st_rdev = special
        return stat

    def xattrs(self, wanted: Sequence[int]) -> Mapping[int, Xattrs]:
        if not self._xattrs or len(wanted) == len(self.names):
            return self._xattrs
        return {at: self._xattrs[at] for at in wanted if at in self._xattrs}

    def unreadable(self, wanted: Sequence[int], stats: Sequence[Stat | None]) -> set[int]:
        return set(self._unreadable.intersection(wanted))

    def can_search(self) -> bool:
        return self._searchable

    def close(self) -> None:
        """Nothing is open."""

    def __getstate__(self) -> tuple[Any, ...]:
        """For another process; names as one text, for there are many of them."""
        return (
            "\0".join(self.names), len(self.names), self.directories, dict(self.remarks),
            dict(self._errors), dict(self._kinds), self._modes, self._sizes, self._times,
            dict(self._special), dict(self._xattrs), self._unreadable, self._searchable,
        )  # fmt: skip

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        names, many, self.directories, *mappings = state
        self.names = names.split("\0") if many else []
        remarks, errors, kinds, self._modes, self._sizes, self._times, *mappings = mappings
        special, xattrs, self._unreadable, self._searchable = mappings
        self.remarks, self._errors = remarks or _NOTHING, errors or _NOTHING
        self._kinds, self._special = kinds or _NOTHING, special or _NOTHING
        self._xattrs = xattrs or _NOTHING


def _is_special(stat: Stat) -> bool:
    """Whether it is one name of several, or a device; folders have more than one name always."""
    several = stat.st_nlink != _ONE_NAME and not modes.S_ISDIR(stat.st_mode)
    return several or bool(stat.st_rdev)


class Snapshot:
    """A tree of which each folder is listed once; see `source.Source`.

    Args:
        source: what it is taken of.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._folders: dict[str, KeptFolder] = {}
        self.root = source.root
        self.revision = source.revision

    def own_process(self) -> None:
        self._source.own_process()

    def known(self) -> int:
        """How many folders it has listed."""
        return len(self._folders)

    def since(self, known: int) -> dict[str, KeptFolder]:
        """Those that it listed after so many."""
        return dict(islice(self._folders.items(), known, None))

    def take_over(self, listed: Mapping[str, KeptFolder]) -> None:
        """What another process listed."""
        self._folders.update(listed)

    def listing(self, path: str) -> Folder:
        found = self._folders.get(path)
        if found is None:
            folder = self._source.listing(path)
            try:
                found = self._folders[path] = KeptFolder(folder)
            finally:
                folder.close()
        return found

    def can_list(self, path: str) -> bool:
        return path in self._folders or self._source.can_list(path)

    def lstat(self, path: str) -> Stat:
        return self._source.lstat(path)

    def read(self, path: str) -> bytes:
        return self._source.read(path)

    def read_through(self, path: str) -> bytes:
        return self._source.read_through(path)

    def readlink(self, path: str) -> str:
        return self._source.readlink(path)
