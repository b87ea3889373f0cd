"""One backend's share of a walk: what it is sent, into its tallies."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctxguard.context.order import Run, WireOrder
from ctxguard.context.plain import PlainFiles
from ctxguard.context.tallies import Entries, Sent, Tally
from ctxguard.context.views import View, wire_order
from ctxguard.context.walk import Listing, Waiting
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, EntryKind


class SharedInodeError(Exception):
    """A file has names in parts of the tree that were measured apart."""


@dataclass(slots=True)
class Part:
    """What one backend is sent of some subtrees, measured apart."""

    sent: int
    sent_below: list[bool]
    """Of each subtree, whether anything in it is sent."""
    tallies: list[Tally]
    inodes: array[int]
    """Those with several names."""
    sent_empty: list[str]
    refusal: str | None
    refused_at: tuple[bytes, ...]
    """The place that the refusal is about."""


class _Share:
    """What both ways of going through the tree have in common.

    Args:
        at: index of the backend in `Listing.views`.
    """

    def __init__(self, backend: Backend, at: int, view: View, tallies: Sequence[Tally]) -> None:
        self.view = view
        self.at = at
        self.entries = Entries(at, backend)
        self.tallies = list(tallies)
        self.sent = 0

    def add(self, entry: Sent) -> None:
        self.sent += 1
        for tally in self.tallies:
            tally.add(entry)

    def add_plain(self, files: PlainFiles) -> None:
        self.sent += len(files.names)
        for tally in self.tallies:
            tally.add_plain(files)


class Side(_Share):
    """One backend on its way through the tree, in wire order."""

    def __init__(self, backend: Backend, at: int, view: View, tallies: Sequence[Tally]) -> None:
        super().__init__(backend, at, view, tallies)
        self._order = WireOrder(at, view.ancestors)
        self._elsewhere: set[int] = set()
        self._sent_below: dict[int, bool] = {}

    def feed(self, listing: Listing) -> None:
        """Take the next folder of the walk."""
        self._add(self._order.feed(listing))

    def finish(self) -> None:
        """Take what is left, after the last folder."""
        self._add(self._order.finish())
        self._raise_if_shared()

    def _add(self, runs: Iterable[Run]) -> None:
        for run in runs:
            for item in self.entries.of(run):
                if isinstance(item, PlainFiles):
                    self.add_plain(item)
                else:
                    self.add(item)

    def inodes(self) -> set[int]:
        """The inodes with several names of which one was sent."""
        return self._elsewhere.union(self.entries.first_names)

    def merge(self, subtrees: Sequence[Waiting], part: Part) -> None:
        """Take the sums of subtrees that were measured apart.

        Raises:
            SharedInodeError: which of its names is the first can only be told by one walk.
        """
        if not self._elsewhere.isdisjoint(part.inodes):
            raise SharedInodeError
        self._elsewhere.update(part.inodes)
        self._raise_if_shared()
        self.sent += part.sent
        self.entries.sent_empty += part.sent_empty
        for tally, later in zip(self.tallies, part.tallies, strict=True):
            tally.merge(later)
        if part.refusal is not None:
            self.view.refuse(MeasureError(part.refusal), part.refused_at)
        for waiting, sent in zip(subtrees, part.sent_below, strict=True):
            self._sent_below[id(waiting)] = sent

    def pass_by(self, waiting: Waiting) -> None:
        """Come to the place of a subtree that was measured apart, and merged."""
        sent = self._sent_below.pop(id(waiting))
        if waiting.visits[self.at] is not None:
            self._add(self._order.feed_apart(waiting.depth, waiting.at, sent=sent))
            self._raise_if_shared()

    def _raise_if_shared(self) -> None:
        if not self._elsewhere.isdisjoint(self.entries.first_names):
            raise SharedInodeError


@dataclass(slots=True)
class _Above:
    """A folder on the way to where the walk is."""

    run: Run | None
    """The folder as an entry of its parent; None for the topmost."""
    withheld: bool
    """It is excluded, and nothing below it has been sent so far."""


class LooseSide(_Share):
    """One backend in some subtrees, a folder at a time: the order does not matter there."""

    def __init__(self, backend: Backend, at: int, view: View, tallies: Sequence[Tally]) -> None:
        super().__init__(backend, at, view, tallies)
        self._above: list[_Above] = []
        self._listings: list[Listing] = []
        self._base = -1
        self._sent_below: list[bool] = []
        self._before = 0
        self._linked: list[Run] = []
        """Names of files that have several; which is the first is known at the end."""

    def feed(self, listing: Listing) -> None:
        """Take the next folder of the walk."""
        view = listing.views[self.at]
        if view is None:
            return
        if self.view.ancestors:
            self._come_to(listing)
        found = listing.plain.everything(view)
        before = self.sent
        if found.files is not None:
            self.add_plain(found.files)
        if found.folders is not None:
            self.sent += len(found.folders.names)
            for tally in self.tallies:
                tally.add_folders(found.folders)
        for at in found.others:
            self._add_other(listing, at)
        if self.view.ancestors and (self.sent > before or found.others):
            self._release()

    def _add_other(self, listing: Listing, at: int) -> None:
        stat = listing.stats[at]
        run = Run(listing, at, at + 1)
        if stat is not None and stat.st_nlink > 1 and listing.kind(at) is not EntryKind.DIRECTORY:
            self._linked.append(run)
        else:
            self._add_run(run)

    def _add_run(self, run: Run) -> None:
        entry = self.entries.at(run, run.start)
        if entry is not None:
            self.add(entry)

    def _come_to(self, listing: Listing) -> None:
        """Keep track of the folders above, of which some may be sent for what is below."""
        if self._base < 0:
            self._base = listing.depth
        depth = listing.depth - self._base
        del self._above[depth:], self._listings[depth:]
        run, withheld = None, False
        if depth:
            parent = self._listings[-1]
            seen = parent.views[self.at]
            withheld = seen is not None and not seen.sent[listing.at]
            run = Run(parent, listing.at, listing.at + 1, ancestor=True) if withheld else None
        self._above.append(_Above(run, withheld))
        self._listings.append(listing)

    def _release(self) -> None:
        for folder in self._above:
            if folder.withheld and folder.run is not None:
                folder.withheld = False
                self._add_run(folder.run)

    def leave(self) -> None:
        """The subtree is over; the next one begins."""
        sent = self.sent + len(self._linked)
        self._sent_below.append(sent > self._before)
        self._before = sent
        self._base = -1
        self._above.clear()
        self._listings.clear()

    def part(self) -> Part:
        """The sums, once the walk is over."""
        for run in sorted(self._linked, key=_place):
            self._add_run(run)
        inodes = array("Q", self.entries.first_names)
        refusal = None if self.view.refusal is None else str(self.view.refusal)
        empty = self.entries.sent_empty
        place = self.view.refused_at
        return Part(self.sent, self._sent_below, self.tallies, inodes, empty, refusal, place)


def _place(run: Run) -> tuple[bytes, ...]:
    return wire_order(run.listing.path_of(run.start))
