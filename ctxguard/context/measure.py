"""The one way through the program up to the Measurement: locate, walk once, add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ctxguard.context import troubles
from ctxguard.context.heaviest import HeaviestTally
from ctxguard.context.locate import Dockerfile, Governing, Located, governing_for, locate
from ctxguard.context.order import Run, WireOrder
from ctxguard.context.source import Source
from ctxguard.context.tallies import (
    BuildKitWire,
    Entries,
    LegacyTar,
    SizeTally,
    Tally,
    TypeTally,
)
from ctxguard.context.views import BuildKitView, LegacyView, View
from ctxguard.context.walk import Listing, Trouble, walk
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import (
    Backend,
    Context,
    CopyAll,
    DormantRule,
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


def measure(request: Request, progress: Callable[[int], None] = lambda _: None) -> Measurement:
    """Measure a context.

    Args:
        progress: told now and then how many entries have been sent so far.

    Raises:
        MeasureError: the chosen backend would refuse the context, or it cannot be read.
    """
    return _Measuring(request).run(progress)


class _Side:
    """One backend's share of the walk."""

    def __init__(self, backend: Backend, at: int, view: View, tallies: Iterable[Tally]) -> None:
        self.view = view
        self.at = at
        self.entries = Entries(at, backend)
        self.tallies = list(tallies)
        self.sent = 0
        self._order = WireOrder(at, view.ancestors)

    def feed(self, listing: Listing) -> None:
        self._add(self._order.feed(listing))

    def finish(self) -> None:
        self._add(self._order.finish())

    def _add(self, runs: Iterator[Run]) -> None:
        for run in runs:
            for entry in self.entries.of(run):
                self.sent += 1
                for tally in self.tallies:
                    tally.add(entry)


class _Measuring:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.located = locate(request.source, request.dockerfile)
        outside = request.dockerfile.size if request.dockerfile.outside else None
        self.wire = BuildKitWire(request.source)
        self.tar = LegacyTar(request.source, outside)
        self.size, self.types = SizeTally(), TypeTally()
        self.heaviest = HeaviestTally(request.top)
        self.troubles: list[Trouble] = []
        self.unreadable: list[str] = []
        self.sides = dict(self._sides())

    def _sides(self) -> Iterator[tuple[Backend, _Side]]:
        """The backends that get as far as walking; the chosen one has to."""
        for at, (backend, governing) in enumerate(self._willing()):
            buildkit = backend is Backend.BUILDKIT
            view = BuildKitView(governing.spec) if buildkit else LegacyView(governing.spec)
            tallies: list[Tally] = [self.wire if buildkit else self.tar]
            if backend is self.request.backend:
                tallies += [self.size, self.types, self.heaviest]
            yield backend, _Side(backend, at, view, tallies)

    def _willing(self) -> Iterator[tuple[Backend, Governing]]:
        for backend in Backend:
            governing = governing_for(self.located, backend)
            if isinstance(governing, Governing):
                yield backend, governing
            elif backend is self.request.backend:
                raise governing

    def run(self, progress: Callable[[int], None]) -> Measurement:
        sides = list(self.sides.values())
        chosen = self.sides[self.request.backend]
        for step in walk(self.request.source, [side.view for side in sides]):
            if isinstance(step, Trouble):
                self.troubles.append(step)
                continue
            if chosen.view.refusal is not None:
                raise chosen.view.refusal
            self.unreadable += map(step.path_of, sorted(step.unreadable))
            for side in sides:
                side.feed(step)
            progress(chosen.sent)
        for side in sides:
            side.finish()
        if chosen.view.refusal is not None:
            raise chosen.view.refusal
        return self._measurement(chosen)

    def _measurement(self, chosen: _Side) -> Measurement:
        request = self.request
        governing = governing_for(self.located, request.backend)
        assert isinstance(governing, Governing)
        legacy = self._legacy()
        met = [trouble for trouble in self.troubles if trouble.views[chosen.at]]
        return Measurement(
            context=context_of(request, self.located, governing),
            size=self.size.totals(),
            copy_all=self._copy_all(),
            legacy=legacy if isinstance(legacy, LegacyTransfer) else None,
            legacy_reason=legacy if isinstance(legacy, str) else None,
            heaviest=self.heaviest.heaviest(request.depth),
            types=self.types.rows(),
            problems=tuple(self._problems(chosen, met)),
            dormant_rules=tuple(_dormant(governing.spec)),
            complete=not any(map(troubles.is_incomplete, met)),
        )

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

    def _problems(self, chosen: _Side, met: list[Trouble]) -> Iterator[Problem]:
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
