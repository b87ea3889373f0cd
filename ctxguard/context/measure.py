"""The one way through the program up to the Measurement: locate, walk once, add up.

A large tree is walked in two steps. The head goes in wire order, since the index of an entry has
its own length there. What is left is cut into subtrees that are measured apart, in several
processes where that is of use, and put together in their places.

Several contexts with the same root are measured by one walk: each entry is listed once, and goes
into the sums of each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctxguard.context.course import (
    Course,
    Found,
    Member,
    PartOfCourse,
    Request,
    courses,
    measure_apart,
    merge,
    pass_by,
)
from ctxguard.context.demand.targets import wanted
from ctxguard.context.outcome import Outcome, context_of
from ctxguard.context.sides import SharedInodeError, Side
from ctxguard.context.tree.locate import Governing, Located, locate
from ctxguard.context.walking.plan import Plan, dealt
from ctxguard.context.walking.processes import done, useful_processes
from ctxguard.context.walking.walk import Listing, Trouble, Waiting, start, walk
from ctxguard.context.weighing.heaviest import Contents
from ctxguard.errors import CtxguardError
from ctxguard.measurement import Backend, Measurement

__all__ = ["Request", "context_of", "measure", "measure_all"]

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
    processes = useful_processes() if processes is None else processes
    members = [(request, look_around(request))]
    return _measured(members, _never_back(progress), processes)[0]


def measure_all(
    requests: Sequence[Request],
    progress: Callable[[int], None] = lambda _: None,
    processes: int | None = None,
) -> list[Measurement | CtxguardError]:
    """Measure several contexts; those with the same root by one walk.

    Returns:
        For each request what `measure` gives or raises.
    """
    progress = _onward(progress)
    results: dict[int, Measurement | CtxguardError] = {}
    for group in _groups(requests):
        found = _together([requests[at] for at in group], progress, processes)
        results.update(zip(group, found, strict=True))
    return [results[at] for at in range(len(requests))]


def _groups(requests: Sequence[Request]) -> list[list[int]]:
    """Those with the same root."""
    found: dict[tuple[str, str | None], list[int]] = {}
    for at, request in enumerate(requests):
        source = request.source
        found.setdefault((source.root, source.revision), []).append(at)
    return list(found.values())


def _together(
    requests: Sequence[Request], progress: Callable[[int], None], processes: int | None
) -> Sequence[Measurement | CtxguardError]:
    """By one walk, or if anything is in its way each by its own."""
    if len(requests) > 1:
        try:
            members = [(request, look_around(request)) for request in requests]
            if not any(has_broken_rules(found.located) for _, found in members):
                workers = useful_processes() if processes is None else processes
                return _measured(members, _never_back(progress), workers)
        except CtxguardError:
            pass  # Of one of them; the others are to be measured all the same.
    return [_alone(request, progress, processes) for request in requests]


def _alone(
    request: Request, progress: Callable[[int], None], processes: int | None
) -> Measurement | CtxguardError:
    try:
        return measure(request, progress, processes)
    except CtxguardError as error:
        return error


def _measured(
    members: Sequence[Member], progress: Callable[[int], None], processes: int
) -> list[Measurement]:
    if any(has_broken_rules(found.located) for _, found in members):
        # The classic builder's tar may end in the midst of it.
        return Measuring(members, progress).in_order()
    try:
        return Measuring(members, progress).in_parts(processes)
    except SharedInodeError:
        return Measuring(members, progress).in_order()


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


def _onward(progress: Callable[[int], None]) -> Callable[[int], None]:
    """One walk after the other: each goes on from where the last one ended."""
    before, highest = 0, 0

    def forward(entries: int) -> None:
        nonlocal before, highest
        if before + entries < highest:
            before = highest
        highest = before + entries
        progress(highest)

    return forward


def has_broken_rules(located: Located) -> bool:
    """Whether it matters in which order paths are decided."""
    governings = (located.buildkit, located.legacy)
    return any(isinstance(found, Governing) and found.spec.broken for found in governings)


class Measuring:
    """One walk, and what comes of it for each of the contexts that share it."""

    def __init__(self, members: Sequence[Member], progress: Callable[[int], None]) -> None:
        self.members = members
        self.progress = progress
        self.source = members[0][0].source
        self.courses, self.views = courses(members, Side)
        self.contents = Contents({})
        """Of the folders of the last one, if its request is to keep what was listed."""

    def in_order(self) -> list[Measurement]:
        """Walk everything in wire order."""
        self.walk([start(self.views)], None)
        return self.finish()

    def in_parts(self, processes: int) -> list[Measurement]:
        """Walk the head in wire order, and what is left apart."""
        stack = [start(self.views)]
        self.walk(stack, HEAD)
        if stack:
            self._walk_apart(stack, processes)
        return self.finish()

    def finish(self) -> list[Measurement]:
        """What the walk came to."""
        return [
            self._outcome(request, found, course)
            for (request, found), course in zip(self.members, self.courses, strict=True)
        ]

    def _outcome(self, request: Request, found: Found, course: Course[Side]) -> Measurement:
        for side in course.sides.values():
            side.finish()
        course.raise_refusal()
        if request.listed:
            self.contents = course.sums.heaviest.contents()
        return Outcome(request, found, course).measurement()

    def walk(self, stack: list[Waiting], until: int | None) -> None:
        """Walk until the stack is empty or, if given, BuildKit was sent so many entries."""
        counted = [course.sides.get(Backend.BUILDKIT, course.chosen) for course in self.courses]
        for step in walk(self.source, self.views, stack):
            self._take(step)
            self._tell_progress()
            if until is None or not isinstance(step, Listing):
                continue
            if any(side.sent >= until for side in counted):
                return

    def _take(self, step: Listing | Trouble) -> None:
        for course in self.courses:
            course.take(step)
            course.raise_refusal()

    def _tell_progress(self) -> None:
        self.progress(sum(course.chosen.sent for course in self.courses))

    def _walk_apart(self, stack: list[Waiting], processes: int) -> None:
        plan = Plan(self.source, self.views, stack)
        plan.split(SPLITS)
        pieces = dealt(plan.subtrees(), _PIECES)
        for number, parts in done(
            len(pieces), self._parts(pieces), processes, self.source.own_process
        ):
            self.merge(pieces[number], parts)
            self._tell_progress()
        self.go_by(plan)

    def merge(self, subtrees: Sequence[Waiting], parts: Sequence[PartOfCourse]) -> None:
        """Take over what was measured apart; see `course.merge`."""
        for course, part in zip(self.courses, parts, strict=True):
            merge(course, subtrees, part)

    def go_by(self, plan: Plan) -> None:
        """Come to the places of all that was measured apart, and merged."""
        for item in plan.items:
            for course in self.courses:
                if isinstance(item, Waiting):
                    pass_by(course, item)
                else:
                    course.take(item)

    def _parts(
        self, pieces: Sequence[Sequence[Waiting]]
    ) -> Callable[[int], Sequence[PartOfCourse]]:
        return lambda number: measure_apart(self.members, pieces[number])
