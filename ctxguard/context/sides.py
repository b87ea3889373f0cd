"""One backend's share of a walk: what it is sent, into its tallies."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.walking.inclusion import COPY_ALL
from ctxguard.context.walking.order import Run, WireOrder, owed, sent_in
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.walking.views import FolderView, View, wire_order
from ctxguard.context.walking.walk import Listing, Waiting
from ctxguard.context.weighing.buildkit import BuildKitWire, Stretch
from ctxguard.context.weighing.sent import Entries, Sent
from ctxguard.context.weighing.tallies import Tally
from ctxguard.context.weighing.tar import LegacyTar
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, EntryKind


class SharedInodeError(Exception):
    """A file has names in parts of the tree that were measured apart."""


@dataclass(slots=True)
class Part:
    """What one backend is sent of some subtrees, measured apart."""

    sent: int
    stretches: list[Stretch]
    """What is sent of each subtree."""
    wire: BuildKitWire | LegacyTar
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
        wire: what counts the bytes that travel.
        tallies: whatever else adds up what is sent for `COPY . /`.
    """

    def __init__(
        self, at: int, view: View, wire: BuildKitWire | LegacyTar, tallies: Sequence[Tally]
    ) -> None:
        self.view = view
        self.at = at
        buildkit = isinstance(wire, BuildKitWire)
        self.entries = Entries(at, Backend.BUILDKIT if buildkit else Backend.LEGACY)
        self.wire = wire
        self.tallies = list(tallies)
        self.sent = 0

    def add(self, entry: Sent) -> None:
        self.wire.add(entry)
        if entry.members[0] == COPY_ALL:
            self.sent += 1
            for tally in self.tallies:
                tally.add(entry)

    def add_plain(self, files: PlainFiles) -> None:
        self.sent += len(files.names)
        self.wire.add_plain(files)
        for tally in self.tallies:
            tally.add_plain(files)

    def add_folders(self, folders: PlainFolders) -> None:
        self.sent += len(folders.names)
        self.wire.add_folders(folders)
        for tally in self.tallies:
            tally.add_folders(folders)


class Side(_Share):
    """One backend on its way through the tree, in wire order."""

    def __init__(
        self, at: int, view: View, wire: BuildKitWire | LegacyTar, tallies: Sequence[Tally]
    ) -> None:
        super().__init__(at, view, wire, tallies)
        self._order = WireOrder(at, view.owing)
        self._elsewhere: set[int] = set()
        self._apart: dict[int, Stretch] = {}

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
        tallies: list[Tally] = [self.wire, *self.tallies]
        for tally, later in zip(tallies, [part.wire, *part.tallies], strict=True):
            tally.merge(later)
        if part.refusal is not None:
            self.view.refuse(MeasureError(part.refusal), part.refused_at)
        for waiting, stretch in zip(subtrees, part.stretches, strict=True):
            self._apart[id(waiting)] = stretch

    def come_to(self, waiting: Waiting) -> Stretch:
        """Come to the place of a subtree that was measured apart, and merged; what is in it."""
        stretch = self._apart.pop(id(waiting))
        if waiting.visits[self.at] is not None:
            sent = frozenset().union(*stretch)
            self._add(self._order.feed_apart(waiting.depth, waiting.at, sent))
            self._raise_if_shared()
        return stretch

    def _raise_if_shared(self) -> None:
        if not self._elsewhere.isdisjoint(self.entries.first_names):
            raise SharedInodeError


@dataclass(slots=True)
class _Above:
    """A folder on the way to where the walk is."""

    listing: Listing
    run: Run | None
    """The folder as an entry of its parent; None for the topmost."""
    owed: frozenset[int]
    """The transfers that it is to be part of, once anything below it is (see `order`)."""


class LooseSide(_Share):
    """One backend in some subtrees, a folder at a time: the order does not matter there."""

    def __init__(
        self, at: int, view: View, wire: BuildKitWire | LegacyTar, tallies: Sequence[Tally]
    ) -> None:
        super().__init__(at, view, wire, tallies)
        self._above: list[_Above] = []
        self._base = -1
        self._stretches: list[Stretch] = []
        self._linked: list[Run] = []
        """Names of files that have several; which is the first is known at the end."""

    def feed(self, listing: Listing) -> None:
        """Take the next folder of the walk."""
        view = listing.views[self.at]
        if view is None:
            return
        if self.view.owing:
            self._come_to(listing)
        found = listing.plain.everything(view)
        for files in found.files:
            self.add_plain(files)
        for folders in found.folders:
            self.add_folders(folders)
        for at in found.others:
            self._add_other(listing, at)
        if self.view.owing:
            self._release(view)

    def _add_other(self, listing: Listing, at: int) -> None:
        stat = listing.stats[at]
        run = Run(listing, at, at + 1)
        if stat is not None and stat.st_nlink > 1 and listing.kind(at) is not EntryKind.DIRECTORY:
            self._linked.append(run)
        else:
            self._add_run(run)

    def _add_run(self, run: Run) -> None:
        for entry in self.entries.each(run, run.start):
            self.add(entry)

    def _come_to(self, listing: Listing) -> None:
        """Keep track of the folders above, of which some may be sent for what is below."""
        if self._base < 0:
            self._base = listing.depth
        depth = listing.depth - self._base
        del self._above[depth:]
        run, due = None, frozenset[int]()
        if depth:
            parent = self._above[-1].listing
            seen = parent.views[self.at]
            due = self.view.owing if seen is None else owed(seen, listing.at, self.view.owing)
            run = Run(parent, listing.at, listing.at + 1)
        self._above.append(_Above(listing, run, due))

    def _release(self, view: FolderView) -> None:
        if not any(folder.owed for folder in self._above):
            return
        sent = sent_in(view, 0, len(view.sent))
        for folder in self._above:
            due = folder.owed & sent
            if due and folder.run is not None:
                folder.owed -= due
                self._add_run(replace(folder.run, ancestor_of=tuple(sorted(due))))

    def leave(self) -> None:
        """The subtree is over; the next one begins."""
        for run in sorted(self._linked, key=_place):
            self._add_run(run)
        self._linked.clear()
        self._stretches.append(self._stretch())
        self._base = -1
        self._above.clear()

    def _stretch(self) -> Stretch:
        if isinstance(self.wire, BuildKitWire):
            return self.wire.cut()
        return {}

    def part(self) -> Part:
        """The sums, once the walk is over."""
        inodes = array("Q", self.entries.first_names)
        refusal = None if self.view.refusal is None else str(self.view.refusal)
        return Part(
            self.sent,
            self._stretches,
            self.wire,
            self.tallies,
            inodes,
            self.entries.sent_empty,
            refusal,
            self.view.refused_at,
        )


def _place(run: Run) -> tuple[bytes, ...]:
    return wire_order(run.listing.path_of(run.start))
