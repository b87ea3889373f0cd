"""One context measured over and over: what did not change since is not read again.

The way is that of `measure`: the head in wire order, the rest in subtrees that are measured apart.
The sums of a subtree are kept, and only those in which something changed are measured anew. So what
comes out is what a fresh measurement finds, by the same code.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ctxguard.context.course import Found, PartOfCourse, Request, measure_apart, willing
from ctxguard.context.measure import HEAD, Measuring, has_broken_rules, look_around
from ctxguard.context.sides import SharedInodeError
from ctxguard.context.walking.plan import Plan, dealt
from ctxguard.context.walking.processes import done, useful_processes
from ctxguard.context.walking.walk import Waiting, start
from ctxguard.context.weighing.heaviest import Contents
from ctxguard.measurement import Measurement

_PIECES = 64


@dataclass(frozen=True, slots=True)
class Grain:
    """How finely what is known is kept."""

    head: int = HEAD
    """So many entries are walked in wire order, every time."""
    splits: int = 24
    """So many folders are listed every time to get subtrees. Fewer than for a single measurement:
    where they are large, they are opened."""
    many: int = 2_000
    """A subtree of more entries is opened: from the next time on its own subtrees are kept apart,
    and less is to be measured where something changes."""


COARSE = Grain()
FINE = Grain(head=140, splits=1, many=600)
"""For trees of some thousand files, of which hardly anything changes from one to the next."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What may have changed since the last time."""

    folders: Collection[str] = ()
    """In these, something came, went or changed."""
    trees: Collection[str] = ()
    """These may be other folders than before, with all that is in them."""


class Again:
    """Measures one context over and over.

    Args:
        request: the folders that are listed are told.
    """

    def __init__(self, request: Request, grain: Grain = COARSE) -> None:
        self._request = replace(request, listed=True)
        self._grain = grain
        self._found: Found | None = None
        self._rules: object = None
        self._parts: dict[str, PartOfCourse] = {}
        self._open: set[str] = set()
        self.folders: list[str] = []
        """Those that were listed for the last measurement, or known since they last were."""
        self.contents = Contents({})
        """Of these folders."""

    def move(self, request: Request) -> None:
        """Go on with another tree, which is told to differ by what has changed."""
        self._request = replace(request, listed=True)

    def measure(self, changed: Changed | None = None) -> Measurement:
        """Measure it now.

        Args:
            changed: None to read everything again.

        Raises:
            MeasureError: as `measure` does; nothing is known then.
            UsageError: the Dockerfile no longer has the target.
        """
        try:
            found = self._look_around(changed)
            return self._measured(found)
        except BaseException:
            self._parts.clear()
            self._found = None
            raise

    def _look_around(self, changed: Changed | None) -> Found:
        """The rules and what is asked for, as they are now; if they are new, so is everything."""
        found = look_around(self._request)
        rules = _rules(self._request, found)
        if changed is None or self._found is None or rules != self._rules:
            self._found, self._rules = found, rules
            self._open = self._large()
            self._parts.clear()
        else:
            self._forget(changed)
        return self._found

    def _large(self) -> set[str]:
        """The subtrees that are to be opened, beside those that are."""
        many = self._grain.many
        large = {path for path, part in self._parts.items() if part.sides[0].sent > many}
        return large | self._open

    def _forget(self, changed: Changed) -> None:
        for folder in changed.folders:
            self._forget_around(folder)
        if changed.trees:
            paths = sorted(self._parts)
            for tree in changed.trees:
                self._forget_around(tree)
                self._forget_below(tree, paths)

    def _forget_around(self, folder: str) -> None:
        """The subtree that a folder lies in."""
        while True:
            part = self._parts.pop(folder, None)
            if part is not None:
                if part.sides[0].sent > self._grain.many:
                    self._open.add(folder)
                return
            if not folder:
                return
            folder = folder.rpartition("/")[0]

    def _forget_below(self, tree: str, paths: list[str]) -> None:
        start = f"{tree}/" if tree else ""
        for path in paths[bisect_left(paths, start) :]:
            if not path.startswith(start):
                return
            self._parts.pop(path, None)

    def _measured(self, found: Found) -> Measurement:
        if has_broken_rules(found.located):
            return self._in_order(found)
        try:
            return self._in_parts(found)
        except SharedInodeError:
            return self._in_order(found)

    def _in_order(self, found: Found) -> Measurement:
        measuring = Measuring([(self._request, found)], _nobody)
        return self._with_folders(measuring, measuring.in_order()[0])

    def _in_parts(self, found: Found) -> Measurement:
        measuring = Measuring([(self._request, found)], _nobody)
        stack = [start(measuring.views)]
        measuring.walk(stack, self._grain.head)
        plan = Plan(self._request.source, measuring.views, stack)
        plan.split(self._grain.splits)
        plan.open(self._open)
        subtrees = plan.subtrees()
        self._measure_missing(found, [each for each in subtrees if each.path not in self._parts])
        for subtree in subtrees:
            measuring.merge([subtree], [self._parts[subtree.path]])
        kept = {subtree.path for subtree in subtrees}
        self._parts = {path: part for path, part in self._parts.items() if path in kept}
        measuring.go_by(plan)
        return self._with_folders(measuring, measuring.finish()[0])

    def _with_folders(self, measuring: Measuring, result: Measurement) -> Measurement:
        self.folders, self.contents = measuring.courses[0].listed, measuring.contents
        return result

    def _measure_missing(self, found: Found, missing: list[Waiting]) -> None:
        pieces = dealt(missing, _PIECES)
        processes = useful_processes() if len(missing) >= _PIECES else 1
        own_process = self._request.source.own_process
        work = lambda number: self._each(found, pieces[number])  # noqa: E731
        for number, parts in done(len(pieces), work, processes, own_process):
            self._keep(pieces[number], parts)

    def _each(self, found: Found, subtrees: Iterable[Waiting]) -> list[PartOfCourse]:
        return [measure_apart([(self._request, found)], [subtree])[0] for subtree in subtrees]

    def _keep(self, subtrees: list[Waiting], parts: list[PartOfCourse]) -> None:
        for subtree, part in zip(subtrees, parts, strict=True):
            self._parts[subtree.path] = part


def _nobody(_entries: int) -> None:
    """Is told of no progress."""


def _rules(request: Request, found: Found) -> object:
    """All that decides what is sent: when it is another, nothing that was measured holds."""
    governings = [
        (backend, governing.ignore_file, tuple(pattern.rule for pattern in governing.spec.patterns))
        for backend, governing in willing(request, found.located)
    ]
    wanted = found.wanted
    targets = [(row.name, row.chosen, row.reason, row.kept, row.number) for row in wanted.targets]
    return governings, found.located.text, found.located.dockerfile, targets, wanted.problems
