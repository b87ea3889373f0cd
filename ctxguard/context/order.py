"""From folders to wire order: in which order a backend sends the entries.

The walk yields a folder before its subfolders, but on the wire the content of a subfolder stands
between its siblings. The entries come out as runs, slices of a listing, so that whoever adds them
up can do so a slice at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ctxguard.context.walk import Listing


@dataclass(slots=True)
class Run:
    """Entries `start` to `stop` of a listing, next on the wire.

    An entry is sent if its view says so; in an `ancestor` run, of one excluded folder, it is sent
    since something below it is.
    """

    listing: Listing
    start: int
    stop: int
    ancestor: bool = False


@dataclass(slots=True)
class _Open:
    """A folder on the way to where the walk is."""

    listing: Listing
    at: int = 0
    """The first entry that is not out yet."""
    withheld: bool = False
    """The folder itself is excluded, and nothing below it has been sent so far."""


class WireOrder:
    """Puts the listings of one walk in order for one backend.

    Args:
        view: index of the backend in `Listing.views`.
        ancestors: whether it sends an excluded folder when something below it is sent.
    """

    def __init__(self, view: int, ancestors: bool) -> None:
        self._view = view
        self._ancestors = ancestors
        self._open: list[_Open] = []

    def feed(self, listing: Listing) -> Iterator[Run]:
        """Take the next listing; what is certain to come next on the wire."""
        if listing.views[self._view] is None:
            return
        yield from self._come_to(listing.depth, listing.at)
        self._open.append(_Open(listing, withheld=self._is_withheld(listing.at)))

    def feed_apart(self, depth: int, at: int, *, sent: bool) -> Iterator[Run]:
        """Take a subfolder whose listings go elsewhere; what comes before its content.

        Args:
            depth: of the subfolder.
            at: its index in its parent's listing.
            sent: whether anything below it is sent.
        """
        yield from self._come_to(depth, at)
        if sent:
            yield from self._release()
            if self._is_withheld(at):
                yield Run(self._open[-1].listing, at, at + 1, ancestor=True)

    def _come_to(self, depth: int, at: int) -> Iterator[Run]:
        yield from self._close(depth)
        if self._open:
            yield from self._emit(self._open[-1], at + 1)

    def _is_withheld(self, at: int) -> bool:
        """Whether the subfolder of the innermost open folder is excluded itself."""
        if not self._open or not self._ancestors:
            return False
        seen = self._open[-1].listing.views[self._view]
        return seen is not None and not seen.sent[at]

    def finish(self) -> Iterator[Run]:
        """The rest, after the last listing."""
        yield from self._close(0)

    def _close(self, depth: int) -> Iterator[Run]:
        while len(self._open) > depth:
            folder = self._open[-1]
            yield from self._emit(folder, len(folder.listing.names))
            self._open.pop()

    def _emit(self, folder: _Open, stop: int) -> Iterator[Run]:
        start, folder.at = folder.at, stop
        if start == stop:
            return
        seen = folder.listing.views[self._view]
        if seen is not None and True in seen.sent[start:stop]:
            yield from self._release()
        yield Run(folder.listing, start, stop)

    def _release(self) -> Iterator[Run]:
        for parent, folder in zip(self._open, self._open[1:], strict=False):
            if folder.withheld:
                folder.withheld = False
                at = folder.listing.at
                yield Run(parent.listing, at, at + 1, ancestor=True)


def in_order(listings: Iterable[Listing], view: int, ancestors: bool) -> Iterator[Run]:
    """All runs of one backend."""
    order = WireOrder(view, ancestors)
    for listing in listings:
        yield from order.feed(listing)
    yield from order.finish()
