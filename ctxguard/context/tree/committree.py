"""A commit as a Source: what a fresh clone of it would hold, without a checkout."""

from __future__ import annotations

import errno
import os
import stat as modes

from ctxguard.context.tree.columns import FOLDER_STAT, Columns, CommitStat
from ctxguard.context.tree.commit import LONGEST_LINK, Commit
from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.source import Stat
from ctxguard.context.tree.worktree import MOST_BYTES, to_text


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
        if stat.st_size > LONGEST_LINK:
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
            return FOLDER_STAT, self.commit.id
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
