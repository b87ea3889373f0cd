"""The walk through a context: one Listing per folder, a folder before what lies below it.

A folder in which no backend can be sent anything is not entered, and of what is excluded nothing
but the name is asked for.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ctxguard.context.source import Folder, Source, Stat
from ctxguard.context.views import FolderView, View, Visit
from ctxguard.errors import MeasureError
from ctxguard.measurement import EntryKind

Xattrs = Mapping[bytes, int]


@dataclass(slots=True)
class Listing:
    """One folder, as lists in parallel, sorted by the bytes of the names."""

    path: str
    """Relative to the context root, "" for the root."""
    depth: int
    """0 for the root."""
    at: int
    """Index of the folder in its parent's listing; -1 for the root."""
    names: Sequence[str]
    kinds: Sequence[EntryKind]
    stats: list[Stat | None]
    """Of what some backend is sent or looks into, else None."""
    views: list[FolderView | None]
    """One per backend; None where it does not come by."""
    xattrs: dict[int, Xattrs] = field(default_factory=dict)
    """Of the entries that have any."""
    unreadable: set[int] = field(default_factory=set)
    """Regular files that are sent, but whose content cannot be read."""

    def path_of(self, at: int) -> str:
        return f"{self.path}/{self.names[at]}" if self.path else self.names[at]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A path that could not be listed or looked at."""

    path: str
    error: OSError
    folder: bool
    views: tuple[bool, ...]
    """Which backends would have come by here."""


def walk(source: Source, views: Sequence[View]) -> Iterator[Listing | Trouble]:
    """Go through the tree once for all backends.

    Raises:
        MeasureError: the root cannot be listed.
        PatternError: a view meets a rule that Docker refuses.
    """
    return _Walk(source, views).run()


@dataclass(slots=True)
class _Waiting:
    """A folder still to be listed."""

    path: str
    depth: int
    at: int
    visits: list[Visit | None]
    parents: list[FolderView | None]


class _Walk:
    def __init__(self, source: Source, views: Sequence[View]) -> None:
        self.source = source
        self.views = views
        self.troubles: list[Trouble] = []

    def run(self) -> Iterator[Listing | Trouble]:
        nowhere: list[FolderView | None] = [None] * len(self.views)
        stack = [_Waiting("", 0, -1, [view.root() for view in self.views], nowhere)]
        while stack:
            waiting = stack.pop()
            try:
                folder = self.source.listing(waiting.path)
            except OSError as error:
                yield self._not_listed(waiting, error)
                continue
            listing, below = self._listing(waiting, folder)
            self._look_closer(listing, folder, below)
            yield from self.troubles
            self.troubles.clear()
            yield listing
            stack += reversed([entry for entry in below if entry is not None])

    def _not_listed(self, waiting: _Waiting, error: OSError) -> Trouble:
        if not waiting.path:
            raise MeasureError(
                f"cannot list the context: {error.strerror}", path=self.source.root
            ) from error
        if not _is_gone(error):
            self._tell_unreadable(waiting.parents, waiting.at, waiting.path)
        passing = tuple(visit is not None and visit.sending for visit in waiting.visits)
        return Trouble(waiting.path, error, True, passing)

    def _listing(self, waiting: _Waiting, folder: Folder) -> tuple[Listing, list[_Waiting | None]]:
        names = folder.names
        seen = [
            None if visit is None else view.look(visit, names)
            for view, visit in zip(self.views, waiting.visits, strict=True)
        ]
        listing = Listing(
            waiting.path, waiting.depth, waiting.at, names, folder.kinds, [None] * len(names), seen
        )
        below = [
            self._subfolder(listing, at) if kind is EntryKind.DIRECTORY else None
            for at, kind in enumerate(folder.kinds)
        ]
        return listing, below

    def _subfolder(self, listing: Listing, at: int) -> _Waiting | None:
        path = listing.path_of(at)
        visits = [
            None if seen is None else view.enter(seen, at, listing.names[at])
            for view, seen in zip(self.views, listing.views, strict=True)
        ]
        if any(visits):
            return _Waiting(path, listing.depth + 1, at, visits, listing.views)
        if not self.source.can_list(path):
            failing = self._tell_unreadable(listing.views, at, path)
            if any(failing):
                error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
                self.troubles.append(Trouble(path, error, True, failing))
        return None

    def _look_closer(self, listing: Listing, folder: Folder, below: list[_Waiting | None]) -> None:
        """Ask for what is sent, and for the folders that may be sent for what is below them."""
        for at in range(len(listing.names)):
            wanted = [seen is not None and seen.sent[at] for seen in listing.views]
            if any(wanted) or below[at] is not None:
                try:
                    self._stat(listing, folder, at)
                except OSError as error:
                    below[at] = None
                    self.troubles.append(self._lost(listing, at, error, tuple(wanted)))

    def _stat(self, listing: Listing, folder: Folder, at: int) -> None:
        stat = folder.stat(at)
        listing.stats[at] = stat
        xattrs = folder.xattrs(at)
        if xattrs:
            listing.xattrs[at] = xattrs
        if listing.kinds[at] is EntryKind.FILE and not folder.can_read(at, stat):
            listing.unreadable.add(at)
            for view, seen in zip(self.views, listing.views, strict=True):
                if seen is not None and seen.sent[at]:
                    view.unreadable_file(seen, at, listing.path_of(at))

    def _lost(self, listing: Listing, at: int, error: OSError, wanted: tuple[bool, ...]) -> Trouble:
        for seen in listing.views:
            if seen is not None:
                seen.sent[at] = False
        if not _is_gone(error):
            self._tell_unreadable(listing.views, at, listing.path_of(at))
        return Trouble(listing.path_of(at), error, False, wanted)

    def _tell_unreadable(
        self, seen: Sequence[FolderView | None], at: int, path: str
    ) -> tuple[bool, ...]:
        """Tell the backends that come by; whose build fails here."""
        return tuple(
            folder is not None and view.unreadable_folder(folder, at, path)
            for view, folder in zip(self.views, seen, strict=True)
        )


def _is_gone(error: OSError) -> bool:
    return error.errno in (errno.ENOENT, errno.ENOTDIR)
