"""The walk through a context: one Listing per folder, a folder before what lies below it.

A folder in which no backend can be sent anything is not entered, and of what is excluded nothing
but the name is asked for.
"""

from __future__ import annotations

import errno
import operator
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ctxguard.context.tree.source import Folder, Source, Stat, Xattrs
from ctxguard.context.tree.worktree import kind_of
from ctxguard.context.walking.plain import PlainColumns
from ctxguard.context.walking.views import FolderView, View, Visit
from ctxguard.errors import MeasureError
from ctxguard.measurement import EntryKind

_WITH_CONTENT = {EntryKind.FILE, EntryKind.SOCKET, EntryKind.DEVICE}
"""What the classic builder opens to see whether it may."""


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
    folder: Folder
    stats: Sequence[Stat | None]
    """Of what some backend is sent or looks into, else None."""
    views: list[FolderView | None]
    """One per backend; None where it does not come by."""
    xattrs: dict[int, Xattrs] = field(default_factory=dict)
    """Of the entries that have any."""
    unreadable: set[int] = field(default_factory=set)
    """Regular files that are sent, but whose content cannot be read."""
    entered: frozenset[int] = frozenset()
    """Folders of which a listing follows, unless they vanish."""
    _plain: PlainColumns | None = None

    def path_of(self, at: int) -> str:
        return f"{self.path}/{self.names[at]}" if self.path else self.names[at]

    def kind(self, at: int) -> EntryKind:
        stat = self.stats[at] if self.stats else None
        return self.folder.kind(at) if stat is None else kind_of(stat.st_mode)

    @property
    def plain(self) -> PlainColumns:
        if self._plain is None:
            special = {*self.xattrs, *self.unreadable}
            self._plain = PlainColumns(
                self.path,
                self.names,
                self.stats,
                self.folder.directories,
                special,
                entered=bool(self.entered),
            )
        return self._plain


@dataclass(frozen=True, slots=True)
class Trouble:
    """A path that could not be listed or looked at."""

    path: str
    error: OSError
    folder: bool
    views: tuple[bool, ...]
    """Which of the views it matters to."""


@dataclass(slots=True)
class Waiting:
    """A folder still to be listed."""

    path: str
    depth: int
    at: int
    visits: list[Visit | None]
    parents: list[FolderView | None]


def start(views: Sequence[View]) -> Waiting:
    """The context root."""
    return Waiting("", 0, -1, [view.root() for view in views], [None] * len(views))


def walk(
    source: Source, views: Sequence[View], stack: list[Waiting] | None = None
) -> Iterator[Listing | Trouble]:
    """Go through the tree once for all backends.

    Args:
        stack: the folders to go through, the next one last; it is used up. Default: the root.

    Raises:
        MeasureError: the root cannot be listed.
    """
    stack = [start(views)] if stack is None else stack
    step = Step(source, views)
    while stack:
        waiting = stack.pop()
        listing, troubles, below = step.take(waiting)
        # Before anything is yielded: whoever stops here may go on from the stack.
        stack += reversed(below)
        yield from troubles
        if listing is not None:
            try:
                yield listing
            finally:
                listing.folder.close()


class Step:
    """Lists one folder after the other."""

    def __init__(self, source: Source, views: Sequence[View]) -> None:
        self.source = source
        self.views = views

    def take(self, waiting: Waiting) -> tuple[Listing | None, list[Trouble], list[Waiting]]:
        """The listing of a folder, what stood in the way, and its subfolders to go through.

        The listing's folder is open; the caller closes it.
        """
        try:
            folder = self.source.listing(waiting.path)
        except OSError as error:
            return None, [self._not_listed(waiting, error)], []
        troubles: list[Trouble] = []
        listing = self._listing(waiting, folder)
        below = self._below(listing, troubles)
        self._look_closer(listing, below, troubles)
        listing.entered = frozenset(below)
        return listing, troubles, list(below.values())

    def _not_listed(self, waiting: Waiting, error: OSError) -> Trouble:
        if not waiting.path:
            raise MeasureError(
                f"cannot list the context: {error.strerror}", path=self.source.root
            ) from error
        if _is_gone(error):
            met = tuple(visit is not None and visit.sending for visit in waiting.visits)
        else:
            met = self._tell_unreadable(waiting.parents, waiting.at, waiting.path, error)
        return Trouble(waiting.path, error, True, met)

    def _listing(self, waiting: Waiting, folder: Folder) -> Listing:
        names = folder.names
        seen = [
            None if visit is None else view.look(visit, names)
            for view, visit in zip(self.views, waiting.visits, strict=True)
        ]
        return Listing(waiting.path, waiting.depth, waiting.at, names, folder, (), seen)

    def _below(self, listing: Listing, troubles: list[Trouble]) -> dict[int, Waiting]:
        below = {}
        for at in listing.folder.directories:
            waiting = self._subfolder(listing, at, troubles)
            if waiting is not None:
                below[at] = waiting
        return below

    def _subfolder(self, listing: Listing, at: int, troubles: list[Trouble]) -> Waiting | None:
        visits = [
            None if seen is None else view.enter(seen, at, listing.names[at])
            for view, seen in zip(self.views, listing.views, strict=True)
        ]
        path = listing.path_of(at)
        if any(visits):
            return Waiting(path, listing.depth + 1, at, visits, listing.views)
        if not self.source.can_list(path):
            error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            failing = self._tell_unreadable(listing.views, at, path, error)
            if any(failing):
                troubles.append(Trouble(path, error, True, failing))
        return None

    def _look_closer(
        self, listing: Listing, below: dict[int, Waiting], troubles: list[Trouble]
    ) -> None:
        """Ask for what is sent, and for the folders that may be sent for what is below them."""
        wanted = _wanted(listing, below)
        stats, errors = listing.folder.stats(wanted)
        for at, error in errors.items():
            below.pop(at, None)
            troubles.append(self._lost(listing, at, error))
        if len(wanted) < len(listing.names):
            by_index = dict(zip(wanted, stats, strict=True))
            listing.stats = [by_index.get(at) for at in range(len(listing.names))]
        else:
            listing.stats = stats
        listing.xattrs.update(listing.folder.xattrs(wanted))
        listing.unreadable |= listing.folder.unreadable(wanted, stats)
        for at in sorted(listing.unreadable):
            if listing.kind(at) in _WITH_CONTENT:
                self._tell_unreadable_file(listing, at)
        if len(wanted) < len(listing.names) and not listing.folder.can_search():
            # Nobody asked for these entries here, but a builder might.
            looked_at = set(wanted)
            at = next(at for at in range(len(listing.names)) if at not in looked_at)
            error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            self._tell_unsearchable(listing, at, error)

    def _lost(self, listing: Listing, at: int, error: OSError) -> Trouble:
        wanted = tuple(seen is not None and seen.sent[at] for seen in listing.views)
        for seen in listing.views:
            if seen is not None:
                seen.sent[at] = False
        if not _is_gone(error) and at in listing.folder.directories:
            failing = self._tell_unreadable(listing.views, at, listing.path_of(at), error)
            wanted = tuple(map(operator.or_, wanted, failing))
        elif not _is_gone(error):
            self._tell_unsearchable(listing, at, error)
        return Trouble(listing.path_of(at), error, False, wanted)

    def _tell_unsearchable(self, listing: Listing, at: int, error: OSError) -> None:
        """This entry cannot be looked at; the classic builder would."""
        for view, seen in zip(self.views, listing.views, strict=True):
            if seen is not None:
                view.unsearchable_folder(seen, listing.path_of(at), error)

    def _tell_unreadable_file(self, listing: Listing, at: int) -> None:
        for view, seen in zip(self.views, listing.views, strict=True):
            if seen is not None and seen.sent[at]:
                view.unreadable_file(seen, at, listing.path_of(at))

    def _tell_unreadable(
        self, seen: Sequence[FolderView | None], at: int, path: str, error: OSError
    ) -> tuple[bool, ...]:
        """Tell the backends that come by; whose build fails here."""
        return tuple(
            folder is not None and view.unreadable_folder(folder, at, path, error)
            for view, folder in zip(self.views, seen, strict=True)
        )


def _wanted(listing: Listing, below: dict[int, Waiting]) -> Sequence[int]:
    sent = [seen.sent for seen in listing.views if seen is not None]
    everything = range(len(listing.names))
    if any(False not in flags for flags in sent):
        return everything
    return [at for at in everything if at in below or any(flags[at] for flags in sent)]


def _is_gone(error: OSError) -> bool:
    return error.errno in (errno.ENOENT, errno.ENOTDIR)
