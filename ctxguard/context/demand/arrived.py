"""The context as it arrives at the daemon: what is sent, path by path."""

from __future__ import annotations

import errno
import os
import stat as modes

from ctxguard.context.tree.source import Source, Stat
from ctxguard.context.walking.descent import folders_to
from ctxguard.context.walking.views import View, Visit
from ctxguard.context.walking.walk import Listing, Waiting, walk
from ctxguard.measurement import EntryKind


class Arrived:
    """Answers for single paths, without a walk where that can be.

    Args:
        view: the builder's way through the tree.
    """

    def __init__(self, source: Source, view: View) -> None:
        self._source = source
        self._view = view
        self._visits: dict[str, Visit | None] = {"": view.root()}
        self._below: dict[str, bool] = {}

    def lstat(self, path: str) -> Stat:
        """Raises OSError if nothing arrives there."""
        stat = self._source.lstat(path)
        if self.would_be_sent(path):
            return stat
        if self._view.owing and modes.S_ISDIR(stat.st_mode) and self._has_below(path):
            return stat
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def readlink(self, path: str) -> str:
        return self._source.readlink(path)

    def children(self, folder: str) -> list[tuple[str, EntryKind]]:
        """What arrives in a folder: names and kinds."""
        try:
            listing = self._source.listing(folder)
        except OSError:
            return []
        try:
            names = listing.names
            kinds = [listing.kind(at) for at in range(len(names))]
        finally:
            listing.close()
        return list(zip(names, kinds, strict=True))

    def has(self, path: str) -> bool:
        try:
            self.lstat(path)
        except OSError:
            return False
        return True

    def would_be_sent(self, path: str) -> bool:
        """Whether it is sent for its own sake, if it is there."""
        if not path:
            return True
        folder, _, name = path.rpartition("/")
        visit = self._visit(folder)
        return visit is not None and self._view.look(visit, [name]).sent[0]

    def _visit(self, folder: str) -> Visit | None:
        for below in folders_to(folder, self._visits):
            above, _, name = below.rpartition("/")
            visit = self._visits[above]
            view = None if visit is None else self._view.look(visit, [name])
            self._visits[below] = None if view is None else self._view.enter(view, 0, name)
        return self._visits[folder]

    def _has_below(self, folder: str) -> bool:
        """Whether anything below a folder is sent, so that the folder is too."""
        if folder not in self._below:
            visit = self._visit(folder)
            waiting = [Waiting(folder, 0, -1, [visit], [None])]
            steps = () if visit is None else walk(self._source, [self._view], waiting)
            self._below[folder] = any(map(_sends, steps))
        return self._below[folder]


def _sends(step: object) -> bool:
    if not isinstance(step, Listing):
        return False
    view = step.views[0]
    return view is not None and True in view.sent
