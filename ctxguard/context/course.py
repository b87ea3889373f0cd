"""One walk over a tree, or over a part of it: all sides, all sums, all troubles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ctxguard.context.demand.targets import NO_OPTIONS, BuildOptions, Wanted
from ctxguard.context.sides import LooseSide, Part, Side
from ctxguard.context.tree.locate import Dockerfile, Governing, Located, governing_for
from ctxguard.context.tree.snapshot import KeptFolder, Snapshot
from ctxguard.context.tree.source import Remark, Source
from ctxguard.context.walking.inclusion import EVERYTHING
from ctxguard.context.walking.views import BuildKitView, LegacyView, View
from ctxguard.context.walking.walk import Listing, Trouble, Waiting, walk
from ctxguard.context.weighing.asked import AskedTally
from ctxguard.context.weighing.buildkit import BuildKitWire, Stretch
from ctxguard.context.weighing.heaviest import HeaviestTally
from ctxguard.context.weighing.outline import OutlineTally
from ctxguard.context.weighing.savings import EverywhereView, Savings
from ctxguard.context.weighing.tallies import SizeTally, Tally, TypeTally
from ctxguard.context.weighing.tar import LegacyTar
from ctxguard.context.weighing.weights import WeightTally
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
    build: BuildOptions = NO_OPTIONS
    alone: bool = False
    """Whether to leave the other builder out, where only the chosen one matters."""
    overview: bool = False
    """Whether to keep what each folder weighs, and the rules."""
    weighed: tuple[str, ...] = ()
    """Paths of which to say what lies below each; that of a folder may end in a slash."""
    outline: bool = False
    """Whether to keep every entry."""
    listed: bool = False
    """Whether to keep which folders were listed, and what is in each."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out before the walk."""

    located: Located
    wanted: Wanted


class Sums:
    """The tallies of one walk.

    Args:
        loose: the entries come in any order.
    """

    def __init__(self, request: Request, wanted: Wanted, *, loose: bool) -> None:
        outside = request.dockerfile.size if request.dockerfile.outside else None
        inclusion = wanted.inclusion
        self._chosen = request.backend
        transfers = EVERYTHING if inclusion is None else sorted(inclusion.transfers)
        self.wire = BuildKitWire(request.source, transfers, loose=loose)
        self.tar = LegacyTar(request.source, outside)
        self.size = SizeTally()
        self.heaviest = HeaviestTally(request.top)
        self.types = TypeTally() if request.types else None
        self.weights = WeightTally(request.weighed) if request.weighed else None
        self.outline = OutlineTally() if request.outline else None
        self.asked = None if wanted.chosen.unknown else AskedTally()

    def of(self, backend: Backend) -> tuple[BuildKitWire | LegacyTar, list[Tally]]:
        """What counts the bytes on one backend's wire, and what else its entries go into."""
        tallies: list[Tally] = []
        if backend is self._chosen:
            tallies += [self.size, self.heaviest]
            tallies += [] if self.types is None else [self.types]
            tallies += [] if self.weights is None else [self.weights]
            tallies += [] if self.outline is None else [self.outline]
        if backend is Backend.LEGACY:
            return self.tar, tallies
        tallies += [] if self.asked is None else [self.asked]
        return self.wire, tallies


_SideT = TypeVar("_SideT", Side, LooseSide)


_MakeSide = Callable[[int, View, BuildKitWire | LegacyTar, Sequence[Tally]], _SideT]


class Course(Generic[_SideT]):
    """Takes the steps of one walk.

    Args:
        make_side: in wire order or loose.
        first: how many views of the walk belong to others.
        lender: another course, whose tar is the same to the byte; it is not made twice.

    Raises:
        MeasureError: the chosen backend refuses the context before any walk.
    """

    def __init__(
        self,
        request: Request,
        found: Found,
        make_side: _MakeSide[_SideT],
        first: int = 0,
        lender: Course[_SideT] | None = None,
    ) -> None:
        self.request = request
        self._found = found
        self.sums = Sums(request, found.wanted, loose=make_side is LooseSide)
        self.sides: dict[Backend, _SideT] = {}
        for backend, governing in willing(request, found.located):
            if backend is Backend.LEGACY and lender is not None:
                continue
            view = self._view(backend, governing)
            at = first + len(self.sides)
            self.sides[backend] = make_side(at, view, *self.sums.of(backend))
        self.chosen: _SideT = self.sides[request.backend]
        own = self.sides.get(Backend.LEGACY)
        self.legacy: _SideT | None = own if lender is None else lender.legacy
        """The classic builder's; None if it does not get as far as walking."""
        self.tar: LegacyTar = self.sums.tar if lender is None else lender.tar
        self.views: list[View] = [side.view for side in self.sides.values()]
        self.savings: Savings | None = None
        if request.savings:
            everywhere = governing_for(found.located, request.backend)
            assert isinstance(everywhere, Governing)
            self.savings = Savings(first + len(self.views), self.chosen.at)
            self.views.append(EverywhereView(everywhere))
        self.troubles: list[Trouble] = []
        self.unreadable: list[str] = []
        self.remarks: list[tuple[str, Remark]] = []
        self.listed: list[str] = []

    def _view(self, backend: Backend, governing: Governing) -> View:
        if backend is Backend.LEGACY:
            return LegacyView(governing)
        return BuildKitView(governing, self._found.wanted.inclusion)

    def take(self, step: Listing | Trouble) -> None:
        """Take the next step of the walk."""
        if isinstance(step, Trouble):
            self.troubles.append(step)
            return
        if self.request.listed:
            self.listed.append(step.path)
        if step.unreadable:
            self.unreadable += self._sent_unread(step)
        if step.folder.remarks:
            self.remarks += self._sent_with_remark(step)
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

    def _sent_with_remark(self, listing: Listing) -> Iterator[tuple[str, Remark]]:
        seen = listing.views[self.chosen.at]
        for at, remark in listing.folder.remarks.items():
            if seen is not None and seen.sent[at]:
                yield listing.path_of(at), remark

    def raise_refusal(self) -> None:
        """Raises MeasureError if the chosen backend refuses the context."""
        if self.chosen.view.refusal is not None:
            raise self.chosen.view.refusal


def willing(request: Request, located: Located) -> Iterator[tuple[Backend, Governing]]:
    """The backends that get as far as walking; the chosen one has to."""
    for backend in Backend:
        if request.alone and backend is not request.backend:
            continue
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
    remarks: list[tuple[str, Remark]]
    listed: list[str]
    savings: Savings | None
    kept: Mapping[str, KeptFolder]
    """Of a Snapshot: the folders that it came to know."""


Member = tuple[Request, Found]
"""One of several contexts with the same root."""


def courses(
    members: Sequence[Member], make_side: _MakeSide[_SideT]
) -> tuple[list[Course[_SideT]], list[View]]:
    """A course for each, over one walk; and the views of that walk.

    Raises:
        MeasureError: see `Course`.
    """
    found: list[Course[_SideT]] = []
    views: list[View] = []
    lenders: dict[object, Course[_SideT]] = {}
    for request, looked in members:
        tar = _tar(request, looked)
        course = Course(request, looked, make_side, len(views), lenders.get(tar))
        if tar is not None:
            lenders.setdefault(tar, course)
        found.append(course)
        views += course.views
    return found, views


def _tar(request: Request, found: Found) -> object:
    """What decides the tar of the classic builder; None if it is not to be shared.

    It knows one ignore file only, so several Dockerfiles make no difference.
    """
    governing = found.located.legacy
    if request.backend is Backend.LEGACY or request.alone or not isinstance(governing, Governing):
        return None
    outside = request.dockerfile.size if request.dockerfile.outside else None
    return tuple(pattern.rule for pattern in governing.spec.patterns), outside


def measure_apart(members: Sequence[Member], subtrees: Sequence[Waiting]) -> list[PartOfCourse]:
    """Measure some subtrees by themselves, together; a part for each member."""
    found, views = courses(members, LooseSide)
    source = members[0][0].source
    snapshot = source if isinstance(source, Snapshot) else None
    known = 0 if snapshot is None else snapshot.known()
    for waiting in subtrees:
        for step in walk(source, views, [waiting]):
            for course in found:
                course.take(step)
        for course in found:
            for side in course.sides.values():
                side.leave()
    kept = {} if snapshot is None else snapshot.since(known)
    return [_part(course, kept) for course in found]


def _part(course: Course[LooseSide], kept: Mapping[str, KeptFolder]) -> PartOfCourse:
    parts = [side.part() for side in course.sides.values()]
    return PartOfCourse(
        parts, course.troubles, course.unreadable, course.remarks, course.listed, course.savings,
        kept,
    )  # fmt: skip


def pass_by(course: Course[Side], waiting: Waiting) -> None:
    """Come to the place of a subtree that was measured apart."""
    for backend, side in course.sides.items():
        stretch = side.come_to(waiting)
        if backend is Backend.BUILDKIT:
            wire = course.sums.wire
            if wire.crossed_by(stretch):
                stretch = _cross(course, side, waiting, stretch)
            wire.pass_by(stretch)


def _cross(course: Course[Side], side: Side, waiting: Waiting, stretch: Stretch) -> Stretch:
    """Walk a subtree again in wire order, until the last border in it is behind; what is left."""
    alone = Waiting(waiting.path, 0, -1, [waiting.visits[side.at]], [waiting.parents[side.at]])
    wire = course.sums.wire.beginning_here()
    again = Side(0, side.view, wire, [])
    left = stretch
    for step in walk(course.request.source, [side.view], [alone]):
        if isinstance(step, Listing):
            again.feed(step)
            left = wire.left_of(stretch)
            if not wire.crossed_by(left):
                break
    else:
        again.finish()
        left = wire.left_of(stretch)
    course.sums.wire.take_indexes(wire)
    return left


def merge(course: Course[Side], subtrees: Sequence[Waiting], part: PartOfCourse) -> None:
    """Take over what was measured apart.

    Raises:
        SharedInodeError: a file has names in this part and elsewhere.
    """
    course.troubles += part.troubles
    course.unreadable += part.unreadable
    course.remarks += part.remarks
    course.listed += part.listed
    if isinstance(course.request.source, Snapshot):
        course.request.source.take_over(part.kept)
    for side, found in zip(course.sides.values(), part.sides, strict=True):
        side.merge(subtrees, found)
    if course.savings is not None and part.savings is not None:
        course.savings.merge(part.savings)
