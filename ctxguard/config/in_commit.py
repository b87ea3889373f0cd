"""The folders of a commit, in which its own configuration may lie."""

from __future__ import annotations

import errno
import os
import posixpath

from ctxguard.config.places import OURS
from ctxguard.context.tree.committree import CommitTree
from ctxguard.errors import UsageError
from ctxguard.git.repository import short


class InCommit:
    """The folders from a context up to the top of the commit's tree; see `places.Folders`."""

    def __init__(self, context: CommitTree) -> None:
        self._top = context.commit.repository.root
        self._commit = context.commit.id
        self._tree = CommitTree(context.commit, "")
        folder = context.path
        self.paths = [self._full(folder)]
        while folder:
            folder = posixpath.dirname(folder)
            self.paths.append(self._full(folder))

    def read(self, path: str, most: int) -> bytes | None:
        try:
            return self._tree.read_through(self._relative(path))[:most]
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            if os.path.basename(path) != OURS and error.errno == errno.EISDIR:
                return None
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot read it: {reason}", path=self.shown(path)) from error

    def real(self, path: str) -> str:
        full = os.path.normpath(path)
        relative = self._relative(full)
        if relative == ".." or relative.startswith("../"):
            return full
        real = self._tree.follow(relative)
        return full if real is None else self._full(real)

    def shown(self, path: str) -> str:
        """As git names a file of a commit."""
        return f"{short(self._commit)}:{self._relative(path)}"

    def _full(self, relative: str) -> str:
        return os.path.join(self._top, *filter(None, relative.split("/")))

    def _relative(self, path: str) -> str:
        relative = os.path.relpath(path, self._top).replace(os.sep, "/")
        return "" if relative == "." else relative
