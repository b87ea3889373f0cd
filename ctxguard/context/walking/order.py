"""From folders to wire order: in which order a backend sends the entries.

The walk yields a folder before its subfolders, but on the wire the content of a subfolder stands
between its siblings. The entries come out as runs, slices of a listing, so that whoever adds them
up can do so a slice at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress

from ctxguard.context.walking.inclusion import Members
from ctxguard.context.walking.views import FolderView, View
from ctxguard.context.walking.walk import Listing

_NOTHING: frozenset[int] = frozenset()


@dataclass(slots=True)
class Run:
    """Entries `start` to `stop` of a listing, next on the wire.

    An entry is sent if its view says so; in an ancestor run, of one folder, it is sent since
    something below it is.
    """

    listing: Listing
    start: int
    stop: int
    ancestor_of: Members = ()
    """The include lists that have something below the folder, but not the folder itself."""


@dataclass(slots=True)
class _Open:
    """A folder on the way to where the walk is."""

    listing: Listing
    at: int = 0
    """The first entry that is not out yet."""
    owed: frozenset[int] = frozenset()
    """The transfers that the folder is not part of for its own sake, but will be for what is below
    it, and of which nothing has come so far."""


class WireOrder:
    """Puts the listings of one walk in order for one backend.

    Args:
        view: index of the backend in `Listing.views`.
        owing: the transfers that a folder is sent in when something below it is, whatever the rules
            say of the folder.
    """

    def __init__(self, view: int, owing: frozenset[int]) -> None:
        self._view = view
        self._owing = owing
        self._open: list[_Open] = []
        self._debts = 0
        """Open folders that are owed to some transfer."""

    def feed(self, listing: Listing) -> Iterator[Run]:
        """Take the next listing; what is certain to come next on the wire."""
        if listing.views[self._view] is None:
            return
        yield from self._come_to(listing.depth, listing.at)
        owed = self._owed(listing.at)
        self._debts += bool(owed)
        self._open.append(_Open(listing, owed=owed))

    def feed_apart(self, depth: int, at: int, sent: frozenset[int]) -> Iterator[Run]:
        """Take a subfolder whose listings go elsewhere; what comes before its content.

        Args:
            depth: of the subfolder.
            at: its index in its parent's listing.
            sent: the transfers that anything below it is part of.
        """
        yield from self._come_to(depth, at)
        if sent:
            yield from self._release(sent)
            due = self._owed(at) & sent
            if due:
                yield Run(self._open[-1].listing, at, at + 1, tuple(sorted(due)))

    def _come_to(self, depth: int, at: int) -> Iterator[Run]:
        yield from self._close(depth)
        if self._open:
            yield from self._emit(self._open[-1], at + 1)

    def _owed(self, at: int) -> frozenset[int]:
        """Of which transfers the subfolder of the innermost open folder is not part itself."""
        if not self._open or not self._owing:
            return _NOTHING
        seen = self._open[-1].listing.views[self._view]
        return owed(seen, at, self._owing) if seen is not None else _NOTHING

    def finish(self) -> Iterator[Run]:
        """The rest, after the last listing."""
        yield from self._close(0)

    def _close(self, depth: int) -> Iterator[Run]:
        while len(self._open) > depth:
            folder = self._open[-1]
            yield from self._emit(folder, len(folder.listing.names))
            self._debts -= bool(self._open.pop().owed)

    def _emit(self, folder: _Open, stop: int) -> Iterator[Run]:
        start, folder.at = folder.at, stop
        if start == stop:
            return
        if self._debts:
            yield from self._release(self._sent(folder.listing, start, stop))
        yield Run(folder.listing, start, stop)

    def _sent(self, listing: Listing, start: int, stop: int) -> frozenset[int]:
        """The transfers that any of these entries is part of."""
        seen = listing.views[self._view]
        return _NOTHING if seen is None else sent_in(seen, start, stop)

    def _release(self, sent: frozenset[int]) -> Iterator[Run]:
        for parent, folder in zip(self._open, self._open[1:], strict=False):
            due = folder.owed & sent
            if due:
                folder.owed -= due
                self._debts -= not folder.owed
                at = folder.listing.at
                yield Run(parent.listing, at, at + 1, tuple(sorted(due)))


def owed(seen: FolderView, at: int, owing: frozenset[int]) -> frozenset[int]:
    """Of which of these transfers a folder is not part for its own sake."""
    return owing.difference(seen.members_of(at)) if seen.sent[at] else owing


def sent_in(seen: FolderView, start: int, stop: int) -> frozenset[int]:
    """The lists that any of the sent entries of a stretch is in."""
    if True not in seen.sent[start:stop]:
        return _NOTHING
    if not seen.members:
        return frozenset(seen.alike)
    return frozenset().union(*compress(seen.members[start:stop], seen.sent[start:stop]))


def in_order(listings: Iterable[Listing], at: int, view: View) -> Iterator[Run]:
    """All runs of one backend, whose view has this index."""
    order = WireOrder(at, view.owing)
    for listing in listings:
        yield from order.feed(listing)
    yield from order.finish()
