"""One backend's share of a walk: what it is sent, in order, into its tallies."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.context.order import Run, WireOrder
from ctxguard.context.plain import PlainFiles
from ctxguard.context.tallies import Entries, Tally
from ctxguard.context.views import View
from ctxguard.context.walk import Listing, Waiting
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend


class SharedInodeError(Exception):
    """A file has names in parts of the tree that were measured apart."""


@dataclass(slots=True)
class Part:
    """What one backend is sent of a subtree, measured apart."""

    sent: int
    tallies: list[Tally]
    inodes: array[int]
    """Those with several names."""
    sent_empty: list[str]
    refusal: str | None


class Side:
    """One backend on its way through the tree.

    Args:
        at: index of the backend in `Listing.views`.
        base: depth of the topmost folder it is shown.
    """

    def __init__(
        self, backend: Backend, at: int, view: View, tallies: Sequence[Tally], base: int = 0
    ) -> None:
        self.view = view
        self.at = at
        self.entries = Entries(at, backend)
        self.tallies = list(tallies)
        self.sent = 0
        self._order = WireOrder(at, view.ancestors, base)
        self._elsewhere: set[int] = set()

    def feed(self, listing: Listing) -> None:
        """Take the next folder of the walk."""
        self._add(self._order.feed(listing))

    def finish(self) -> None:
        """Take what is left, after the last folder."""
        self._add(self._order.finish())

    def _add(self, runs: Iterator[Run]) -> None:
        for run in runs:
            for item in self.entries.of(run):
                if isinstance(item, PlainFiles):
                    self.sent += len(item.names)
                    for tally in self.tallies:
                        tally.add_plain(item)
                else:
                    self.sent += 1
                    for tally in self.tallies:
                        tally.add(item)

    def part(self) -> Part:
        """The sums so far, to be merged elsewhere."""
        inodes = array("Q", self.entries.first_names)
        refusal = None if self.view.refusal is None else str(self.view.refusal)
        return Part(self.sent, self.tallies, inodes, self.entries.sent_empty, refusal)

    def inodes(self) -> set[int]:
        """The inodes with several names of which one was sent."""
        return self._elsewhere.union(self.entries.first_names)

    def merge(self, waiting: Waiting, part: Part) -> None:
        """Take a subtree that was measured apart, at its place in the walk.

        Raises:
            SharedInodeError: which of its names is the first can only be told by one walk.
        """
        if waiting.visits[self.at] is None:
            return
        self._add(self._order.feed_apart(waiting.depth, waiting.at, sent=part.sent > 0))
        self._elsewhere.update(part.inodes)
        if not self._elsewhere.isdisjoint(self.entries.first_names):
            raise SharedInodeError
        self.sent += part.sent
        self.entries.sent_empty += part.sent_empty
        for tally, later in zip(self.tallies, part.tallies, strict=True):
            tally.merge(later)
        if part.refusal is not None and self.view.refusal is None:
            self.view.refusal = MeasureError(part.refusal)
