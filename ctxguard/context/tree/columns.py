"""One folder of a commit, as lists in parallel, with what a fresh clone would have in it.

git stores no times, and of the modes only whether a file is executable. What a clone has instead
takes as many bytes on the wire whatever it is.
"""

from __future__ import annotations

import stat as modes
from collections.abc import Mapping, Sequence

from ctxguard.context.tree.source import Remark, Stat, Unlike, Xattrs
from ctxguard.context.tree.worktree import kind_of, to_bytes
from ctxguard.git.objects import FOLDER, LINK, SUBMODULE, TreeEntry
from ctxguard.measurement import EntryKind

_MODES = {
    FOLDER: modes.S_IFDIR | 0o755,
    "100644": modes.S_IFREG | 0o644,
    "100755": modes.S_IFREG | 0o755,
    LINK: modes.S_IFLNK | 0o777,
    SUBMODULE: modes.S_IFDIR | 0o755,
}
_EXECUTABLE = 0o100
_A_USUAL_TIME = 1_700_000_000


class CommitStat:
    """See `source.Stat`."""

    __slots__ = ("st_mode", "st_size")

    st_mtime = float(_A_USUAL_TIME)
    st_mtime_ns = _A_USUAL_TIME * 10**9
    st_nlink = 1
    st_ino = 0
    st_rdev = 0

    def __init__(self, st_mode: int, st_size: int) -> None:
        self.st_mode = st_mode
        self.st_size = st_size


_FOLDERS = frozenset({_MODES[FOLDER]})
FOLDER_STAT = CommitStat(_MODES[FOLDER], 0)


class Columns:
    """See `source.Folder`."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.found: list[CommitStat] = []
        self.ids: list[str] = []
        self.directories: list[int] = []
        self.remarks: dict[int, Remark] = {}
        self._submodules: list[str] = []
        self._settled = False
        self._places: dict[str, int] | None = None

    def add(self, name: str, entry: TreeEntry) -> None:
        mode = _MODES.get(entry.mode) or _odd_mode(entry.mode)
        stat = FOLDER_STAT if mode in _FOLDERS else CommitStat(mode, entry.size)
        self.names.append(name)
        self.found.append(stat)
        self.ids.append(entry.id)
        if entry.mode == SUBMODULE:
            self._submodules.append(name)

    def settle(self) -> Columns:
        """Sort by the bytes of the names; git sorts folders as if their names ended in `/`."""
        if self._settled:
            return self
        self._settled = True
        names = self.names
        order = sorted(range(len(names)), key=[to_bytes(name) for name in names].__getitem__)
        if order != list(range(len(names))):
            self.names = [names[at] for at in order]
            self.found = [self.found[at] for at in order]
            self.ids = [self.ids[at] for at in order]
        self.directories = [at for at, stat in enumerate(self.found) if stat.st_mode in _FOLDERS]
        for name in self._submodules:
            at = self.place(name)
            assert at is not None
            self.remarks[at] = Remark(Unlike.SUBMODULE)
        return self

    def place(self, name: str) -> int | None:
        """The index of a name; None if it is not here."""
        if self._places is None:
            self._places = {each: at for at, each in enumerate(self.settle().names)}
        return self._places.get(name)

    def kind(self, at: int) -> EntryKind:
        return kind_of(self.found[at].st_mode)

    def stats(self, wanted: Sequence[int]) -> tuple[Sequence[Stat | None], Mapping[int, OSError]]:
        if len(wanted) == len(self.found):
            return self.found, {}
        return [self.found[at] for at in wanted], {}

    def xattrs(self, wanted: Sequence[int]) -> Mapping[int, Xattrs]:
        return {}

    def unreadable(self, wanted: Sequence[int], stats: Sequence[Stat | None]) -> set[int]:
        return set()

    def can_search(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def _odd_mode(mode: str) -> int:
    """Of old commits, such as 100664: only whether it is executable counts."""
    return modes.S_IFREG | (0o755 if int(mode, 8) & _EXECUTABLE else 0o644)
