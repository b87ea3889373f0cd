"""Every entry the walk saw, in wire order, with the decision on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from ctxguard.context import troubles
from ctxguard.context.locate import Governing, governing_for, locate
from ctxguard.context.measure import Request, context_of
from ctxguard.context.order import Run, WireOrder
from ctxguard.context.tallies import Entries, Sent
from ctxguard.context.views import BuildKitView, LegacyView
from ctxguard.context.walk import Trouble, walk
from ctxguard.ignore.reader import IgnoreRule
from ctxguard.ignore.spec import Decision
from ctxguard.measurement import Backend, EntryKind, Problem


class Because(Enum):
    """Why an entry is sent or not."""

    NO_RULE = "no-rule"
    RULE = "rule"
    ANCESTOR = "ancestor"
    """An excluded folder that is sent for what lies below it."""
    FORCED = "forced"
    """A file that the classic builder adds by itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One path the walk saw."""

    path: str
    kind: EntryKind
    bytes: int
    """Content that is sent: none for folders, later names of an inode, and what is excluded."""
    included: bool
    """The chosen backend is sent this path for `COPY . /`."""
    because: Because
    rule: IgnoreRule | None
    """The deciding rule."""
    hardlink_of: str | None = None
    pruned: bool = False
    """An excluded folder that was not entered."""


class EntryStream:
    """The entries of one context for one backend; iterate once.

    Args:
        everything: excluded entries too.

    Raises:
        MeasureError: the backend refuses the context; while iterating, too.
    """

    def __init__(self, request: Request, *, everything: bool) -> None:
        self._request = request
        self._everything = everything
        self._located = locate(request.source, request.dockerfile)
        governing = governing_for(self._located, request.backend)
        if not isinstance(governing, Governing):
            raise governing
        self._spec = governing.spec
        self._entries = Entries(0, request.backend)
        self._troubles: list[Trouble] = []
        self.context = context_of(request, self._located, governing)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was met on the way, once the iteration is over."""
        met = map(troubles.path_problem, self._troubles)
        refused = troubles.refused_files(self._entries.sent_empty)
        return (*self._located.problems, *met, *refused)

    @property
    def complete(self) -> bool:
        return not any(map(troubles.is_incomplete, self._troubles))

    def __iter__(self) -> Iterator[Entry]:
        rows = self._rows()
        return _with_fate(rows) if self._everything else rows

    def _rows(self) -> Iterator[Entry]:
        for run in self._runs():
            seen = run.listing.views[0]
            assert seen is not None
            for at in range(run.start, run.stop):
                sent = self._entries.at(run, at)
                decision = seen.decisions[at]
                if sent is not None:
                    yield self._included(sent, decision, ancestor=run.ancestor)
                elif self._everything:
                    yield self._excluded(run, at, decision)

    def _runs(self) -> Iterator[Run]:
        buildkit = self._request.backend is Backend.BUILDKIT
        view = BuildKitView(self._spec) if buildkit else LegacyView(self._spec)
        order = WireOrder(0, view.ancestors)
        for step in walk(self._request.source, [view]):
            if view.refusal is not None:
                raise view.refusal
            if isinstance(step, Trouble):
                self._troubles.append(step)
            else:
                yield from order.feed(step)
        yield from order.finish()

    def _included(self, sent: Sent, decision: Decision, *, ancestor: bool) -> Entry:
        because, rule = self._reason(decision)
        return Entry(
            sent.path,
            sent.kind,
            sent.content,
            included=True,
            because=Because.ANCESTOR if ancestor else because,
            rule=rule,
            hardlink_of=sent.first_name,
        )

    def _excluded(self, run: Run, at: int, decision: Decision) -> Entry:
        listing = run.listing
        folder = listing.kinds[at] is EntryKind.DIRECTORY
        because, rule = self._reason(decision)
        return Entry(
            listing.path_of(at),
            listing.kinds[at],
            0,
            included=False,
            because=because,
            rule=rule,
            pruned=folder and listing.stats[at] is None,
        )

    def _reason(self, decision: Decision) -> tuple[Because, IgnoreRule | None]:
        if decision.rule is None:
            return Because.NO_RULE, None
        if self._spec.is_forced(decision.rule):
            return Because.FORCED, None
        return Because.RULE, self._spec.rules[decision.rule]


def _with_fate(rows: Iterable[Entry]) -> Iterator[Entry]:
    """Settle the excluded folders that were entered: they are sent if something below them is.

    Such a folder comes a second time then, as an ancestor. It holds back all that follows it until
    it comes again, or until the walk has left it.
    """
    waiting: OrderedDict[str, Entry] = OrderedDict()
    for row in rows:
        first = next(iter(waiting), None)
        if first is not None and row.path != first and not row.path.startswith(f"{first}/"):
            yield from waiting.values()
            waiting.clear()
        waiting[row.path] = row
        while waiting and not _is_open(waiting[next(iter(waiting))]):
            yield waiting.popitem(last=False)[1]
    yield from waiting.values()


def _is_open(row: Entry) -> bool:
    return row.kind is EntryKind.DIRECTORY and not row.included and not row.pruned
