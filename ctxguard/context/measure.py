"""The one way through the program up to the Measurement: locate, walk once, add up.

A large tree is walked in two steps. The head goes in wire order, since the index of an entry has
its own length there. What is left is cut into subtrees that are measured apart, in several
processes where that is of use, and put together in their places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ctxguard.context import troubles
from ctxguard.context.asking import Asking
from ctxguard.context.course import (
    Course,
    Found,
    PartOfCourse,
    Request,
    measure_apart,
    merge,
    pass_by,
)
from ctxguard.context.demand.targets import wanted
from ctxguard.context.sides import SharedInodeError, Side
from ctxguard.context.tree.locate import Governing, Located, governing_for, locate
from ctxguard.context.walking.plan import Plan, dealt
from ctxguard.context.walking.processes import done, useful_processes
from ctxguard.context.walking.views import wire_order
from ctxguard.context.walking.walk import Listing, Trouble, Waiting, start, walk
from ctxguard.context.weighing.heaviest import Contents
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import (
    Backend,
    Context,
    DormantRule,
    Excluded,
    LegacyTransfer,
    Measurement,
    Overview,
    Problem,
    RuleLine,
)

__all__ = ["Request", "context_of", "measure"]

HEAD = 1 << 14
"""So many entries are walked in wire order. Behind them order does not matter up to the next border
of the index (see `packets`), and fewer are not worth a second process."""
SPLITS = 128
"""So many of the topmost folders are listed to get subtrees that can be measured apart. Their size
is not known before; with fewer, one of them can hold half of a real tree."""
_PIECES = 64
"""The subtrees are dealt into so many pieces, so that no process waits long for the last one."""


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
    found = look_around(request)
    progress = _never_back(progress)
    processes = useful_processes() if processes is None else processes
    if has_broken_rules(found.located):
        # The classic builder's tar may end in the midst of it.
        return Measuring(request, found, progress).in_order()
    try:
        return Measuring(request, found, progress).in_parts(processes)
    except SharedInodeError:
        return Measuring(request, found, progress).in_order()


def look_around(request: Request) -> Found:
    """All that is to be found out before the walk.

    Raises:
        UsageError: the Dockerfile has no such target.
    """
    located = locate(request.source, request.dockerfile)
    return Found(located, wanted(request.source, located, request.build))


def _never_back(progress: Callable[[int], None]) -> Callable[[int], None]:
    """A walk that begins anew is nothing to show."""
    highest = 0

    def forward(entries: int) -> None:
        nonlocal highest
        highest = max(highest, entries)
        progress(highest)

    return forward


def has_broken_rules(located: Located) -> bool:
    """Whether it matters in which order paths are decided."""
    governings = (located.buildkit, located.legacy)
    return any(isinstance(found, Governing) and found.spec.broken for found in governings)


class Measuring:
    """One walk, and what comes of it."""

    def __init__(self, request: Request, found: Found, progress: Callable[[int], None]) -> None:
        self.request = request
        self.found = found
        self.located = found.located
        self.progress = progress
        self.course = Course(request, found, Side)
        self.sums = self.course.sums
        self.contents = Contents({})
        """Of the folders, if the request is to keep what was listed."""

    def in_order(self) -> Measurement:
        """Walk everything in wire order."""
        self.walk([start(self.course.views)], None)
        return self.finish()

    def in_parts(self, processes: int) -> Measurement:
        """Walk the head in wire order, and what is left apart."""
        stack = [start(self.course.views)]
        self.walk(stack, HEAD)
        if stack:
            self._walk_apart(stack, processes)
        return self.finish()

    def finish(self) -> Measurement:
        """What the walk came to."""
        for side in self.course.sides.values():
            side.finish()
        self.course.raise_refusal()
        if self.request.listed:
            self.contents = self.sums.heaviest.contents()
        return self._measurement()

    def walk(self, stack: list[Waiting], until: int | None) -> None:
        """Walk until the stack is empty or, if given, BuildKit was sent so many entries."""
        counted = self.course.sides.get(Backend.BUILDKIT, self.course.chosen)
        for step in walk(self.request.source, self.course.views, stack):
            self.course.take(step)
            self.course.raise_refusal()
            self.progress(self.course.chosen.sent)
            if until is not None and counted.sent >= until and isinstance(step, Listing):
                return

    def _walk_apart(self, stack: list[Waiting], processes: int) -> None:
        plan = Plan(self.request.source, self.course.views, stack)
        plan.split(SPLITS)
        subtrees = plan.subtrees()
        pieces = dealt(subtrees, _PIECES)
        own_process = self.request.source.own_process
        for number, part in done(len(pieces), self._part(pieces), processes, own_process):
            merge(self.course, pieces[number], part)
            self.progress(self.course.chosen.sent)
        self.go_by(plan)

    def go_by(self, plan: Plan) -> None:
        """Come to the places of all that was measured apart, and merged."""
        for item in plan.items:
            if isinstance(item, Waiting):
                pass_by(self.course, item)
            else:
                self.course.take(item)

    def _part(self, pieces: Sequence[Sequence[Waiting]]) -> Callable[[int], PartOfCourse]:
        return lambda number: measure_apart(self.request, self.found, pieces[number])

    def _measurement(self) -> Measurement:
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
        )

    def _overview(self, governing: Governing) -> Overview:
        rules = tuple(
            RuleLine(rule.line, rule.raw, rule.pattern, rule.negated)
            for at, rule in enumerate(governing.spec.rules)
            if rule is not None and not governing.spec.is_forced(at)
        )
        return Overview(self.sums.heaviest.weights(), rules, governing.text)

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
        side = self.course.sides.get(Backend.LEGACY)
        if side is None and self.request.alone:
            return "nobody asked for it"
        if side is None:
            return str(self.located.legacy)
        if side.view.refusal is not None:
            return str(side.view.refusal)
        if self.request.dockerfile.real is None and self.request.dockerfile.text is None:
            return "without a Dockerfile the classic builder refuses before it sends anything"
        if self.request.dockerfile.outside and not self.sums.tar.has_ignore_file:
            return (
                "undefined: with a Dockerfile outside of the context and no .dockerignore, "
                "the length differs from run to run"
            )
        return self.sums.tar.transfer()

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
