"""One walk over a tree, or over a part of it: all sides, all sums, all troubles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ctxguard.context.heaviest import HeaviestTally
from ctxguard.context.locate import Dockerfile, Governing, Located, governing_for
from ctxguard.context.savings import EverywhereView, Savings
from ctxguard.context.sides import LooseSide, Part, Side
from ctxguard.context.source import Source
from ctxguard.context.tallies import BuildKitWire, LegacyTar, SizeTally, Tally, TypeTally
from ctxguard.context.views import BuildKitView, LegacyView, View
from ctxguard.context.walk import Listing, Trouble, Waiting, walk
from ctxguard.measurement import Backend, EntryKind


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure."""

    source: Source
    dockerfile: Dockerfile
    backend: Backend = Backend.BUILDKIT
    top: int = 10
    """How many of the heaviest paths to name."""
    depth: int | None = None
    """How deep to look for them; None for any."""
    types: bool = False
    """Whether to add up by type too."""
    savings: bool = False
    """Whether to walk the ignored folders too, for what the ignore file keeps out."""


class Sums:
    """The tallies of one walk.

    Args:
        loose: the entries come in any order.
    """

    def __init__(self, request: Request, *, loose: bool) -> None:
        outside = request.dockerfile.size if request.dockerfile.outside else None
        self._chosen = request.backend
        self.wire = BuildKitWire(request.source, loose=loose)
        self.tar = LegacyTar(request.source, outside)
        self.size = SizeTally()
        self.heaviest = HeaviestTally(request.top)
        self.types = TypeTally() if request.types else None

    def of(self, backend: Backend) -> list[Tally]:
        """What the entries of one backend go into."""
        tallies: list[Tally] = [self.wire if backend is Backend.BUILDKIT else self.tar]
        if backend is self._chosen:
            tallies += [self.size, self.heaviest]
            tallies += [] if self.types is None else [self.types]
        return tallies


_SideT = TypeVar("_SideT", Side, LooseSide)


class Course(Generic[_SideT]):
    """Takes the steps of one walk.

    Args:
        make_side: in wire order or loose.

    Raises:
        MeasureError: the chosen backend refuses the context before any walk.
    """

    def __init__(
        self,
        request: Request,
        located: Located,
        make_side: Callable[[Backend, int, View, Sequence[Tally]], _SideT],
    ) -> None:
        self.request = request
        self.sums = Sums(request, loose=make_side is LooseSide)
        self.sides: dict[Backend, _SideT] = {}
        for backend, governing in _willing(request, located):
            buildkit = backend is Backend.BUILDKIT
            view = BuildKitView(governing) if buildkit else LegacyView(governing)
            side = make_side(backend, len(self.sides), view, self.sums.of(backend))
            self.sides[backend] = side
        self.chosen: _SideT = self.sides[request.backend]
        self.views: list[View] = [side.view for side in self.sides.values()]
        self.savings: Savings | None = None
        if request.savings:
            everywhere = governing_for(located, request.backend)
            assert isinstance(everywhere, Governing)
            self.savings = Savings(len(self.views), self.chosen.at)
            self.views.append(EverywhereView(everywhere))
        self.troubles: list[Trouble] = []
        self.unreadable: list[str] = []

    def take(self, step: Listing | Trouble) -> None:
        """Take the next step of the walk."""
        if isinstance(step, Trouble):
            self.troubles.append(step)
            return
        if step.unreadable:
            self.unreadable += self._sent_unread(step)
        for side in self.sides.values():
            side.feed(step)
        if self.savings is not None:
            self.savings.feed(step)

    def _sent_unread(self, listing: Listing) -> list[str]:
        """Files that the chosen backend is sent without their content."""
        seen = listing.views[self.chosen.at]
        return [
            listing.path_of(at)
            for at in sorted(listing.unreadable)
            if seen is not None and seen.sent[at] and listing.kind(at) is EntryKind.FILE
        ]

    def raise_refusal(self) -> None:
        """Raises MeasureError if the chosen backend refuses the context."""
        if self.chosen.view.refusal is not None:
            raise self.chosen.view.refusal


def _willing(request: Request, located: Located) -> Iterator[tuple[Backend, Governing]]:
    """The backends that get as far as walking; the chosen one has to."""
    for backend in Backend:
        governing = governing_for(located, backend)
        if isinstance(governing, Governing):
            yield backend, governing
        elif backend is request.backend:
            raise governing


@dataclass(slots=True)
class PartOfCourse:
    """Some subtrees, measured apart."""

    sides: list[Part]
    troubles: list[Trouble]
    unreadable: list[str]
    savings: Savings | None


def measure_apart(request: Request, located: Located, subtrees: Sequence[Waiting]) -> PartOfCourse:
    """Measure some subtrees by themselves, together."""
    course = Course(request, located, LooseSide)
    for waiting in subtrees:
        for step in walk(request.source, course.views, [waiting]):
            course.take(step)
        for side in course.sides.values():
            side.leave()
    parts = [side.part() for side in course.sides.values()]
    return PartOfCourse(parts, course.troubles, course.unreadable, course.savings)


def merge(course: Course[Side], subtrees: Sequence[Waiting], part: PartOfCourse) -> None:
    """Take over what was measured apart.

    Raises:
        SharedInodeError: a file has names in this part and elsewhere.
    """
    course.troubles += part.troubles
    course.unreadable += part.unreadable
    for side, found in zip(course.sides.values(), part.sides, strict=True):
        side.merge(subtrees, found)
    if course.savings is not None and part.savings is not None:
        course.savings.merge(part.savings)
