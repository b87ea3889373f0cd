"""What a walk that is over comes to: the Measurement."""

from __future__ import annotations

from collections.abc import Iterator

from ctxguard.context import troubles
from ctxguard.context.asking import Asking
from ctxguard.context.course import Course, Found, Request
from ctxguard.context.outlining import outlined
from ctxguard.context.sides import Side
from ctxguard.context.tree.locate import Governing, Located, governing_for
from ctxguard.context.walking.views import wire_order
from ctxguard.context.walking.walk import Trouble
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import (
    Backend,
    Context,
    DormantRule,
    Excluded,
    LegacyTransfer,
    Measurement,
    Outline,
    Overview,
    Problem,
    RuleLine,
)


class Outcome:
    """Reads the sums of one course."""

    def __init__(self, request: Request, found: Found, course: Course[Side]) -> None:
        self.request = request
        self.found = found
        self.located = found.located
        self.course = course
        self.sums = course.sums

    def measurement(self) -> Measurement:
        request, chosen = self.request, self.course.chosen
        governing = self._governing()
        legacy = self._legacy()
        met = [trouble for trouble in self.course.troubles if trouble.views[chosen.at]]
        types = self.sums.types
        asking = Asking(request, self.found, self.sums)
        buildkit = self._buildkit_goes_through()
        return Measurement(
            context=context_of(request, self.located, governing),
            size=self.sums.size.totals(),
            copy_all=self.sums.wire.transfer() if buildkit else None,
            targets=asking.targets(known=buildkit),
            instructions=asking.instructions() if buildkit else None,
            legacy=legacy if isinstance(legacy, LegacyTransfer) else None,
            legacy_reason=legacy if isinstance(legacy, str) else None,
            heaviest=asking.named(self.sums.heaviest.heaviest(request.depth)),
            types=None if types is None else types.rows(),
            excluded=self._excluded(),
            problems=(*self._problems(met), *asking.problems()),
            dormant_rules=tuple(_dormant(governing.spec)),
            complete=not any(map(troubles.is_incomplete, met)),
            lfs=troubles.lfs_files(self.course.remarks),
            overview=self._overview(governing) if request.overview else None,
            weights={} if self.sums.weights is None else self.sums.weights.bytes,
            outline=self._outline(governing, asking),
        )

    def _overview(self, governing: Governing) -> Overview:
        rules = tuple(
            RuleLine(rule.line, rule.raw, rule.pattern, rule.negated)
            for at, rule in enumerate(governing.spec.rules)
            if rule is not None and not governing.spec.is_forced(at)
        )
        return Overview(self.sums.heaviest.weights(), rules, governing.text)

    def _outline(self, governing: Governing, asking: Asking) -> Outline | None:
        if self.sums.outline is None:
            return None
        return outlined(self.sums.outline, governing.spec, asking.bringing())

    def _governing(self) -> Governing:
        """What governs the chosen backend."""
        governing = governing_for(self.located, self.request.backend)
        assert isinstance(governing, Governing)
        return governing

    def _excluded(self) -> Excluded | None:
        if self.course.savings is None:
            return None
        return self.course.savings.excluded(self._governing(), self.course.chosen.inodes())

    def _buildkit_goes_through(self) -> bool:
        side = self.course.sides.get(Backend.BUILDKIT)
        return side is not None and side.view.refusal is None

    def _legacy(self) -> LegacyTransfer | str:
        """The tar's length, or why there is none."""
        side = self.course.legacy
        if side is None:
            return self._without_tar()
        if side.view.refusal is not None:
            return str(side.view.refusal)
        if self.request.dockerfile.real is None and self.request.dockerfile.text is None:
            return "without a Dockerfile the classic builder refuses before it sends anything"
        if self.request.dockerfile.outside and not self.course.tar.has_ignore_file:
            return (
                "undefined: with a Dockerfile outside of the context and no .dockerignore, "
                "the length differs from run to run"
            )
        return self.course.tar.transfer()

    def _without_tar(self) -> str:
        """Why the classic builder's side was not looked at."""
        if self.request.build.of is not None:
            return "the classic builder has no additional contexts"
        return "nobody asked for it" if self.request.alone else str(self.located.legacy)

    def _problems(self, met: list[Trouble]) -> Iterator[Problem]:
        yield from self.located.problems
        yield from sorted(self._met_problems(met), key=_place)

    def _met_problems(self, met: list[Trouble]) -> Iterator[Problem]:
        yield from map(troubles.path_problem, met)
        yield from troubles.unlike_a_checkout(self.course.remarks)
        if self.request.backend is Backend.BUILDKIT:
            yield from troubles.unreadable_files(self.course.unreadable)
            yield from troubles.refused_files(self.course.chosen.entries.sent_empty)
            yield from troubles.not_utf8(self.sums.wire.not_utf8)


def _place(problem: Problem) -> tuple[tuple[bytes, ...], str]:
    return wire_order(problem.path or ""), problem.code


def context_of(request: Request, located: Located, governing: Governing) -> Context:
    """What is measured, in the words of a report."""
    return Context(
        root=request.source.root,
        backend=request.backend,
        dockerfile=located.dockerfile,
        ignore_file=governing.ignore_file,
        source="worktree" if request.source.revision is None else "commit",
        revision=request.source.revision,
        target=request.build.target,
        platform=request.build.platform,
        build_args=dict(request.build.arguments),
    )


def _dormant(spec: DockerIgnoreSpec) -> Iterator[DormantRule]:
    for pattern in spec.patterns:
        error = pattern.broken
        if error is not None:
            yield DormantRule(error.pattern, error.reason, error.path, error.line)
