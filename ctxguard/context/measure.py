"""The one way through the program up to the Measurement: locate, walk once, add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ctxguard.context import troubles
from ctxguard.context.heaviest import HeaviestTally
from ctxguard.context.locate import Dockerfile, Governing, Located, governing_for, locate
from ctxguard.context.plan import Plan
from ctxguard.context.processes import spread, useful_processes
from ctxguard.context.savings import EverywhereView, Savings
from ctxguard.context.sides import Part, SharedInodeError, Side
from ctxguard.context.source import Source
from ctxguard.context.tallies import BuildKitWire, LegacyTar, SizeTally, Tally, TypeTally
from ctxguard.context.views import BuildKitView, LegacyView, View
from ctxguard.context.walk import Listing, Trouble, Waiting, start, walk
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import (
    Backend,
    Context,
    CopyAll,
    DormantRule,
    EntryKind,
    Excluded,
    LegacyTransfer,
    Measurement,
    Problem,
)


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


def measure(
    request: Request,
    progress: Callable[[int], None] = lambda _: None,
    processes: int | None = None,
) -> Measurement:
    """Measure a context.

    Args:
        progress: told now and then how many entries have been sent so far.
        processes: how many may work on a large tree; default: as many as are of use.

    Raises:
        MeasureError: the chosen backend would refuse the context, or it cannot be read.
    """
    processes = useful_processes() if processes is None else processes
    try:
        return _Measuring(request).run(progress, processes)
    except SharedInodeError:
        return _Measuring(request).run(progress, processes=1)


_ALONE = 10_000
"""So many entries are walked before more processes are worth their start."""
_PIECES = 32
"""So many subtrees at least, so that no process waits long for the last one."""


@dataclass(slots=True)
class _Part:
    """A subtree, measured in another process."""

    sides: list[Part]
    troubles: list[Trouble]
    unreadable: list[str]
    savings: Savings | None


class _Measuring:
    def __init__(self, request: Request, located: Located | None = None, base: int = 0) -> None:
        self.request = request
        self.located = located or locate(request.source, request.dockerfile)
        self.base = base
        outside = request.dockerfile.size if request.dockerfile.outside else None
        self.wire = BuildKitWire(request.source)
        self.tar = LegacyTar(request.source, outside)
        self.size = SizeTally()
        self.types = TypeTally() if request.types else None
        self.heaviest = HeaviestTally(request.top)
        self.troubles: list[Trouble] = []
        self.unreadable: list[str] = []
        self.seen = 0
        self.sides = dict(self._sides())
        self.chosen = self.sides[request.backend]
        self.views: list[View] = [side.view for side in self.sides.values()]
        self.savings: Savings | None = None
        if request.savings:
            self.savings = Savings(len(self.views), self.chosen.at)
            self.views.append(EverywhereView(self._governing()))

    def _sides(self) -> Iterator[tuple[Backend, Side]]:
        """The backends that get as far as walking; the chosen one has to."""
        for at, (backend, governing) in enumerate(self._willing()):
            buildkit = backend is Backend.BUILDKIT
            view = BuildKitView(governing) if buildkit else LegacyView(governing)
            tallies: list[Tally] = [self.wire if buildkit else self.tar]
            if backend is self.request.backend:
                tallies += [self.size, self.heaviest]
                tallies += [] if self.types is None else [self.types]
            yield backend, Side(backend, at, view, tallies, self.base)

    def _willing(self) -> Iterator[tuple[Backend, Governing]]:
        for backend in Backend:
            governing = governing_for(self.located, backend)
            if isinstance(governing, Governing):
                yield backend, governing
            elif backend is self.request.backend:
                raise governing

    def run(self, progress: Callable[[int], None], processes: int) -> Measurement:
        stack = [start(self.views)]
        alone = processes < 2 or self._has_broken_rules()
        self._walk(stack, progress, until=None if alone else _ALONE)
        if stack:
            self._walk_apart(stack, progress, processes)
        for side in self.sides.values():
            side.finish()
        self._raise_refusal()
        return self._measurement(self.chosen)

    def _has_broken_rules(self) -> bool:
        """Whether the classic builder's tar may end in the midst, so that order matters."""
        governings = (self.located.buildkit, self.located.legacy)
        return any(isinstance(found, Governing) and found.spec.broken for found in governings)

    def _walk(
        self, stack: list[Waiting], progress: Callable[[int], None], until: int | None = None
    ) -> None:
        """Walk until the stack is empty or, if given, so many names were seen."""
        for step in walk(self.request.source, self.views, stack):
            self._take(step)
            progress(self.chosen.sent)
            if until is not None and self.seen >= until and len(stack) > 1:
                return

    def _take(self, step: Listing | Trouble) -> None:
        if isinstance(step, Trouble):
            self.troubles.append(step)
            return
        self._raise_refusal()
        self.seen += len(step.names)
        self.unreadable += self._unreadable_in(step)
        for side in self.sides.values():
            side.feed(step)
        if self.savings is not None:
            self.savings.feed(step)

    def _unreadable_in(self, listing: Listing) -> list[str]:
        """Files that the chosen backend is sent without their content."""
        seen = listing.views[self.chosen.at]
        return [
            listing.path_of(at)
            for at in sorted(listing.unreadable)
            if seen is not None and seen.sent[at] and listing.kind(at) is EntryKind.FILE
        ]

    def _raise_refusal(self) -> None:
        if self.chosen.view.refusal is not None:
            raise self.chosen.view.refusal

    def _walk_apart(
        self, stack: list[Waiting], progress: Callable[[int], None], processes: int
    ) -> None:
        """Walk what is left in several processes, and put the parts together in wire order."""
        plan = Plan(self.request.source, self.views, stack)
        plan.split(_PIECES)
        pieces = plan.pieces()
        results: dict[int, _Part] = {}
        sent = self.chosen.sent
        done = spread(
            len(pieces),
            lambda at: self._part(pieces[at]),
            processes,
            prepare=self.request.source.own_process,
        )
        for piece, part in done:
            results[piece] = part
            sent += part.sides[self.chosen.at].sent
            progress(sent)
        numbers = iter(range(len(pieces)))
        for item in plan.items:
            if isinstance(item, Waiting):
                number = next(numbers)
                part = results.pop(number) if number in results else self._part(item)
                self._merge(item, part)
            else:
                self._take(item)

    def _part(self, waiting: Waiting) -> _Part:
        """Measure one subtree by itself."""
        apart = _Measuring(self.request, self.located, waiting.depth)
        for step in walk(self.request.source, apart.views, [waiting]):
            apart._take(step)
        for side in apart.sides.values():
            side.finish()
        sides = [side.part() for side in apart.sides.values()]
        return _Part(sides, apart.troubles, apart.unreadable, apart.savings)

    def _merge(self, waiting: Waiting, part: _Part) -> None:
        self.troubles += part.troubles
        self.unreadable += part.unreadable
        for side, found in zip(self.sides.values(), part.sides, strict=True):
            side.merge(waiting, found)
        if self.savings is not None and part.savings is not None:
            self.savings.merge(part.savings)

    def _governing(self) -> Governing:
        """What governs the chosen backend."""
        governing = governing_for(self.located, self.request.backend)
        assert isinstance(governing, Governing)
        return governing

    def _measurement(self, chosen: Side) -> Measurement:
        request = self.request
        governing = self._governing()
        legacy = self._legacy()
        met = [trouble for trouble in self.troubles if trouble.views[chosen.at]]
        return Measurement(
            context=context_of(request, self.located, governing),
            size=self.size.totals(),
            copy_all=self._copy_all(),
            legacy=legacy if isinstance(legacy, LegacyTransfer) else None,
            legacy_reason=legacy if isinstance(legacy, str) else None,
            heaviest=self.heaviest.heaviest(request.depth),
            types=None if self.types is None else self.types.rows(),
            excluded=self._excluded(),
            problems=tuple(self._problems(chosen, met)),
            dormant_rules=tuple(_dormant(governing.spec)),
            complete=not any(map(troubles.is_incomplete, met)),
        )

    def _excluded(self) -> Excluded | None:
        if self.savings is None:
            return None
        sent = self.chosen.inodes()
        return self.savings.excluded(self._governing(), sent)

    def _copy_all(self) -> CopyAll | None:
        side = self.sides.get(Backend.BUILDKIT)
        return None if side is None or side.view.refusal is not None else self.wire.copy_all()

    def _legacy(self) -> LegacyTransfer | str:
        """The tar's length, or why there is none."""
        side = self.sides.get(Backend.LEGACY)
        if side is None:
            return str(self.located.legacy)
        if side.view.refusal is not None:
            return str(side.view.refusal)
        if self.request.dockerfile.real is None:
            return "without a Dockerfile the classic builder refuses before it sends anything"
        if self.request.dockerfile.outside and not self.tar.has_ignore_file:
            return (
                "undefined: with a Dockerfile outside of the context and no .dockerignore, "
                "the length differs from run to run"
            )
        return self.tar.transfer()

    def _problems(self, chosen: Side, met: list[Trouble]) -> Iterator[Problem]:
        yield from self.located.problems
        yield from map(troubles.path_problem, met)
        if self.request.backend is Backend.BUILDKIT:
            yield from troubles.unreadable_files(self.unreadable)
            yield from troubles.refused_files(chosen.entries.sent_empty)
            yield from troubles.not_utf8(self.wire.not_utf8)


def context_of(request: Request, located: Located, governing: Governing) -> Context:
    """What is measured, in the words of a report."""
    return Context(
        root=request.source.root,
        backend=request.backend,
        dockerfile=located.dockerfile,
        ignore_file=governing.ignore_file,
    )


def _dormant(spec: DockerIgnoreSpec) -> Iterator[DormantRule]:
    for pattern in spec.patterns:
        error = pattern.broken
        if error is not None:
            yield DormantRule(error.pattern, error.reason, error.path, error.line)
