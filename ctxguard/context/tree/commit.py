"""A commit as a Source: what a fresh clone of it would hold, without a checkout.

git stores no times, and of the modes only whether a file is executable. What a clone has instead
takes as many bytes on the wire whatever it is.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat as modes
from collections.abc import Mapping, Sequence

from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.source import Remark, Stat, Unlike, Xattrs
from ctxguard.context.tree.worktree import MOST_BYTES, kind_of, to_bytes, to_text
from ctxguard.errors import MeasureError
from ctxguard.git.objects import TreeEntry, contents, entries
from ctxguard.git.repository import Repository
from ctxguard.measurement import EntryKind

_SUBMODULE = "160000"
_MODES = {
    "040000": modes.S_IFDIR | 0o755,
    "100644": modes.S_IFREG | 0o644,
    "100755": modes.S_IFREG | 0o755,
    "120000": modes.S_IFLNK | 0o777,
    _SUBMODULE: modes.S_IFDIR | 0o755,
}
_EXECUTABLE = 0o100
_A_USUAL_TIME = 1_700_000_000
_LONGEST_LINK = 4096
"""Bytes; no system takes a longer target."""
_LONGEST_PATH = 4096
"""Characters."""
_NEVER_CHECKED_OUT = frozenset({".git", ".", "..", ""})
_READ_AHEAD = frozenset({".dockerignore", "Dockerfile", ".gitattributes"})
"""Names of files that are asked for again and again."""
_READ_AHEAD_BYTES = 1 << 16


class CommitStat:
    """What a clone would have; see `source.Stat`."""

    __slots__ = ("st_mode", "st_size")

    st_mtime = float(_A_USUAL_TIME)
    st_mtime_ns = _A_USUAL_TIME * 10**9
    st_nlink = 1
    st_ino = 0
    st_rdev = 0

    def __init__(self, st_mode: int, st_size: int) -> None:
        self.st_mode = st_mode
        self.st_size = st_size


_FOLDERS = frozenset({_MODES["040000"]})
_FOLDER_STAT = CommitStat(_MODES["040000"], 0)


class Columns:
    """One folder of a commit, as lists in parallel; see `source.Folder`."""

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
        stat = _FOLDER_STAT if mode in _FOLDERS else CommitStat(mode, entry.size)
        self.names.append(name)
        self.found.append(stat)
        self.ids.append(entry.id)
        if entry.mode == _SUBMODULE:
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


class Commit:
    """All that was read of one commit; its folders by their paths from the top.

    Args:
        id_: full.
    """

    def __init__(self, repository: Repository, id_: str) -> None:
        self.repository = repository
        self.id = id_
        self._levels: dict[str, Columns | None] = {}
        self._whole: list[str] = []
        self._contents: dict[str, bytes] = {}

    def folder(self, path: str) -> Columns | None:
        """The entries of a folder; None if there is no such folder."""
        if path not in self._levels:
            self._levels[path] = None if self._is_known(path) else self._level(path)
        found = self._levels[path]
        return None if found is None else found.settle()

    def _is_known(self, path: str) -> bool:
        return any(not top or path.startswith(f"{top}/") for top in self._whole)

    def _level(self, path: str) -> Columns | None:
        tree = self._tree_id(path)
        if tree is None:
            return None
        if not tree:
            return Columns()
        level = Columns()
        for entry in entries(self.repository.git, tree, recursive=False):
            level.add(entry.path, entry)
        _check_names(path, level)
        return level

    def _tree_id(self, path: str) -> str | None:
        """Nothing for a submodule, which a clone leaves empty; None if there is no folder."""
        if not path:
            return self.id
        found = self.find(path)
        if found is None or not modes.S_ISDIR(found[0].st_mode):
            return None
        return "" if found[2] is not None and found[2].unlike is Unlike.SUBMODULE else found[1]

    def find(self, path: str) -> tuple[CommitStat, str, Remark | None] | None:
        """Stat, id and remark of a path; None if there is nothing."""
        above, _, name = path.rpartition("/")
        level = self.folder(above)
        at = None if level is None else level.place(name)
        if level is None or at is None:
            return None
        return level.found[at], level.ids[at], level.remarks.get(at)

    def load(self, path: str) -> None:
        """Read a folder and all that is below it, in one go."""
        tree = self._tree_id(path)
        if not tree or path in self._whole:
            return
        levels = self._levels
        levels[path] = Columns()
        start = f"{path}/" if path else ""
        ahead: list[str] = []
        for entry in entries(self.repository.git, tree, recursive=True):
            folder, slash, name = entry.path.rpartition("/")
            full = f"{start}{folder}" if slash else path
            level = levels.get(full)
            if level is None:
                level = levels[full] = Columns()
            level.add(name, entry)
            if entry.mode in ("040000", _SUBMODULE):
                levels[f"{start}{entry.path}"] = Columns()
            elif _is_read_ahead(entry, name):
                ahead.append(entry.id)
        self._whole.append(path)
        for full, level in levels.items():
            if level is not None:
                _check_names(full, level)
        self.read_ahead(ahead)

    def loaded_below(self, path: str) -> list[str]:
        """The folders that were loaded: this one and all below it."""
        start = f"{path}/" if path else ""
        return [
            full
            for full, level in self._levels.items()
            if level is not None and (full == path or full.startswith(start))
        ]

    def files_below(self, path: str) -> list[tuple[str, Columns, int]]:
        """Full path, folder and index of each regular file that was loaded below a folder."""
        return [
            (f"{full}/{name}" if full else name, level, at)
            for full, level in ((full, self.folder(full)) for full in self.loaded_below(path))
            if level is not None
            for at, name in enumerate(level.names)
            if modes.S_ISREG(level.found[at].st_mode)
        ]

    def read_ahead(self, ids: Sequence[str]) -> None:
        """Read small contents that will be asked for."""
        wanted = [id_ for id_ in dict.fromkeys(ids) if id_ not in self._contents]
        self._contents.update(zip(wanted, contents(self.repository.git, wanted), strict=True))

    def content(self, id_: str) -> bytes:
        self.read_ahead([id_])
        return self._contents[id_]


def _is_read_ahead(entry: TreeEntry, name: str) -> bool:
    if entry.mode == "120000":
        return entry.size <= _LONGEST_LINK
    return name in _READ_AHEAD and entry.size <= _READ_AHEAD_BYTES


def _check_names(path: str, level: Columns) -> None:
    bad = _NEVER_CHECKED_OUT.intersection(level.names)
    if bad:
        full = posixpath.join(path, min(bad))
        raise MeasureError(f'git refuses to check out this commit, for what it calls "{full}"')
    if len(path) > _LONGEST_PATH:
        raise MeasureError(
            f"no system can check out this commit: {path[:80]}... is too long a path"
        )


class CommitTree:
    """One folder of a commit and all below it; see `source.Source`.

    Args:
        path: of the folder, from the top of the commit's tree.
    """

    def __init__(self, commit: Commit, path: str) -> None:
        self.commit = commit
        self.path = path
        self.root = os.path.join(commit.repository.root, path) if path else commit.repository.root
        self.revision = commit.id

    def own_process(self) -> None:
        """Nothing is cheaper there."""

    def listing(self, path: str) -> Columns:
        found = self.commit.folder(self._at(path))
        if found is None:
            raise _error(errno.ENOENT, path)
        return found

    def can_list(self, path: str) -> bool:
        return True

    def lstat(self, path: str) -> Stat:
        return self._find(path)[0]

    def read(self, path: str) -> bytes:
        return self._read(self._at(path))

    def read_through(self, path: str) -> bytes:
        real = self.follow(path)
        if real is None:
            raise _error(errno.ENOENT, path)
        return self._read(real)

    def readlink(self, path: str) -> str:
        stat, id_ = self._find(path)
        if stat.st_size > _LONGEST_LINK:
            raise _error(errno.ENAMETOOLONG, path)
        return to_text(self.commit.content(id_))

    def follow(self, path: str) -> str | None:
        """Where a path leads in a clone, from the top of the commit's tree, all links followed.

        Returns:
            None if it leads nowhere, or out of the clone.
        """
        return resolve(_Whole(self.commit), self._at(path))

    def _at(self, path: str) -> str:
        return f"{self.path}/{path}" if self.path and path else self.path or path

    def _find(self, path: str) -> tuple[CommitStat, str]:
        full = self._at(path)
        if not full:
            return _FOLDER_STAT, self.commit.id
        found = self.commit.find(full)
        if found is None:
            raise _error(errno.ENOENT, path)
        return found[0], found[1]

    def _read(self, full: str) -> bytes:
        found = self.commit.find(full) if full else None
        if found is None:
            raise _error(errno.ENOENT, full)
        stat, id_, _ = found
        if modes.S_ISDIR(stat.st_mode):
            raise _error(errno.EISDIR, full)
        if modes.S_ISLNK(stat.st_mode):
            raise _error(errno.ELOOP, full)
        if stat.st_size > MOST_BYTES:
            raise _error(errno.EFBIG, full)
        return self.commit.content(id_)


class _Whole:
    """The links of a whole commit, as a system follows them: none leads out of a clone."""

    def __init__(self, commit: Commit) -> None:
        self._tree = CommitTree(commit, "")

    def lstat(self, path: str) -> Stat:
        return self._tree.lstat(path)

    def readlink(self, path: str) -> str:
        target = self._tree.readlink(path)
        if target.startswith("/") or _leads_out(path.count("/"), target):
            raise _error(errno.ENOENT, path)
        return target


def _leads_out(depth: int, target: str) -> bool:
    """Whether a link's target, written in a folder so deep, leads above the top on its way."""
    for part in target.split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
