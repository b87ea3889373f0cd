"""What the walk found out about what the Dockerfile asks for: the last part of a Measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ctxguard.context.course import Found, Request, Sums
from ctxguard.context.demand.attribution import Attribution
from ctxguard.context.demand.missing import Missing
from ctxguard.context.demand.target import transfer, view_of
from ctxguard.context.demand.targets import Target, refused_copy
from ctxguard.context.tree.locate import Governing
from ctxguard.context.walking.inclusion import EVERYTHING, Members
from ctxguard.dockerfile.demand import Ask
from ctxguard.errors import MeasureError
from ctxguard.measurement import (
    Backend,
    BuildKitTransfer,
    Effect,
    EntryKind,
    Heaviest,
    HeavyPath,
    InstructionLine,
    Instructions,
    Problem,
    TargetTransfer,
)


class Asking:
    """Reads the sums of a walk that is over."""

    def __init__(self, request: Request, found: Found, sums: Sums) -> None:
        self._request = request
        self._found = found
        self._sums = sums
        self._attribution = Attribution(found.wanted, found.located.dockerfile or "")
        self._problems: list[Problem] = []

    def targets(self, *, known: bool) -> tuple[TargetTransfer, ...]:
        """What each target transfers.

        Args:
            known: BuildKit takes this context at all.
        """
        return tuple(self._target(row, known=known) for row in self._found.wanted.targets)

    def _target(self, row: Target, *, known: bool) -> TargetTransfer:
        sizes, reason = None, row.reason
        if reason is None:
            sizes = self._sizes(row) if known else None
            reason = "unknown" if sizes is None else None
        return TargetTransfer(row.name, row.default, row.chosen, sizes, reason)

    def _sizes(self, row: Target) -> BuildKitTransfer | None:
        if row.number is not None:
            return self._sums.wire.transfer(row.number)
        governing = self._found.located.buildkit
        if row.demand is None or not isinstance(governing, Governing):
            return None
        try:
            alone = transfer(self._request.source, governing, row.demand)
        except MeasureError as error:
            dockerfile = self._found.located.dockerfile or ""
            self._problems.append(refused_copy(error, dockerfile))
            return None
        return None if alone is None else alone.sizes

    def instructions(self) -> Instructions | None:
        """What each instruction of the chosen target brings."""
        chosen = self._found.wanted.chosen
        if self._sums.asked is None or (chosen.reason is None and chosen.number is None):
            return None
        return self._attribution.table(self._sums.asked)

    def bringing(self) -> Callable[[Members], tuple[InstructionLine, ...]] | None:
        """Tells which instructions bring what is in some lists; None if nobody can say."""
        if self.instructions() is None or self._request.backend is not Backend.BUILDKIT:
            return None
        return lambda lists: self._attribution.named(self._attribution.bringing(lists))

    def named(self, heaviest: Heaviest) -> Heaviest:
        """The heaviest paths, with the instructions that bring them."""
        if self._request.backend is not Backend.BUILDKIT:
            return heaviest
        return replace(heaviest, rows=tuple(map(self._named, heaviest.rows)))

    def _named(self, row: HeavyPath) -> HeavyPath:
        inclusion = self._found.wanted.inclusion
        if inclusion is None:
            lists = set(EVERYTHING)
        elif row.kind is EntryKind.DIRECTORY:
            lists = self._sums.heaviest.lists_in(row.path)
        else:
            lists = set(inclusion.of_path(row.path))
        return replace(row, brought_by=self._attribution.named(self._attribution.bringing(lists)))

    def problems(self) -> Iterator[Problem]:
        """What makes the build fail, or the figures uncertain."""
        found = self._found.wanted
        yield from found.problems
        yield from self._problems
        governing, dockerfile = self._found.located.buildkit, self._found.located.dockerfile
        if self._request.backend is Backend.LEGACY or not isinstance(governing, Governing):
            return  # What is asked for is asked for by BuildKit.
        if found.chosen.demand is None or not dockerfile:
            return
        view = view_of(governing, found.chosen.kept)
        asks = found.chosen.demand.asks
        yield from filter(None, (_unset(ask, dockerfile) for ask in asks))
        yield from Missing(self._request.source, governing, view, dockerfile).problems(asks)


def _unset(ask: Ask, dockerfile: str) -> Problem | None:
    """A path that depends on what nobody can know here."""
    from_nothing = ask.image == "scratch"
    if not ask.unset or (from_nothing and ask.path):
        return None
    names = ", ".join(sorted(ask.unset))
    asks = "" if ask.path else " and the whole context asked for"
    perhaps = "" if from_nothing else f"; the image {ask.image} may set it"
    message = f"nothing here sets {names}, so it is taken as empty{asks}{perhaps}"
    return Problem(
        "unset-variable",
        dockerfile,
        f"{ask.instruction.text}: {message}",
        Effect.NOT_COUNTED,
        ask.instruction.line,
    )
