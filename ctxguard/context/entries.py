"""Every entry the walk saw, in wire order, with the decision on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from ctxguard.context import troubles
from ctxguard.context.course import Request
from ctxguard.context.demand.target import view_of
from ctxguard.context.demand.targets import wanted
from ctxguard.context.measure import context_of
from ctxguard.context.tree.locate import in_force, locate
from ctxguard.context.tree.source import Remark
from ctxguard.context.tree.worktree import to_bytes
from ctxguard.context.walking.order import Run, in_order
from ctxguard.context.walking.views import View, view_of_all
from ctxguard.context.walking.walk import Listing, Trouble, walk
from ctxguard.context.weighing.sent import Entries, Sent, is_utf8
from ctxguard.errors import MeasureError
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
        target: only what the chosen target of the Dockerfile is sent.

    Raises:
        MeasureError: the backend refuses the context; while iterating, too. With `target`: nobody
            can say what that is sent.
    """

    def __init__(self, request: Request, *, everything: bool, target: bool = False) -> None:
        self._request = request
        self._everything = everything
        self._located = locate(request.source, request.dockerfile)
        governing = in_force(self._located, request.backend)
        self._governing = governing
        self._spec = governing.spec
        self._entries = Entries(0, request.backend)
        self._troubles: list[Trouble] = []
        self._unreadable: list[str] = []
        self._not_utf8: list[str] = []
        self._remarks: list[tuple[str, Remark]] = []
        self.context = context_of(request, self._located, governing)
        self._view = self._view_of_target() if target else view_of_all(request.backend, governing)

    @property
    def is_unused(self) -> bool:
        """Whether the target needs nothing of its context."""
        return self._view is None

    def _view_of_target(self) -> View | None:
        asked = wanted(self._request.source, self._located, self._request.build)
        chosen = asked.chosen
        if chosen.reason == "no-dockerfile":
            raise MeasureError(
                "there is no Dockerfile that would ask for anything; name one with -f"
            )
        if chosen.reason == "unknown":
            raise _as_error((*self._located.problems, *asked.problems))
        return None if chosen.reason is not None else view_of(self._governing, chosen.kept)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was met on the way, once the iteration is over."""
        met = (
            *map(troubles.path_problem, self._troubles),
            *troubles.unlike_a_checkout(self._remarks),
        )
        if self._request.backend is Backend.LEGACY:
            return (*self._located.problems, *met)
        return (
            *self._located.problems,
            *met,
            *troubles.unreadable_files(self._unreadable),
            *troubles.refused_files(self._entries.sent_empty),
            *troubles.not_utf8(self._not_utf8),
        )

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
                    self._note(sent, run.listing, at)
                    yield self._included(sent, decision, ancestor=bool(run.ancestor_of))
                elif self._everything:
                    yield self._excluded(run, at, decision)

    def _note(self, sent: Sent, listing: Listing, at: int) -> None:
        if at in listing.unreadable and sent.kind is EntryKind.FILE:
            self._unreadable.append(sent.path)
        remark = listing.folder.remarks.get(at)
        if remark is not None:
            self._remarks.append((sent.path, remark))
        if not is_utf8(to_bytes(sent.path)):
            self._not_utf8.append(sent.path)

    def _runs(self) -> Iterator[Run]:
        return (
            iter(()) if self._view is None else in_order(self._listings(self._view), 0, self._view)
        )

    def _listings(self, view: View) -> Iterator[Listing]:
        for step in walk(self._request.source, [view]):
            if view.refusal is not None:
                raise view.refusal
            if isinstance(step, Listing):
                yield step
            elif step.views[0]:
                self._troubles.append(step)

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
        folder = listing.kind(at) is EntryKind.DIRECTORY
        because, rule = self._reason(decision)
        return Entry(
            listing.path_of(at),
            listing.kind(at),
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
        return Because.RULE, self._spec.patterns[decision.rule].rule


def _as_error(problems: Sequence[Problem]) -> MeasureError:
    """Why nobody can say what a target is sent."""
    problem = problems[-1]
    return MeasureError(problem.message, path=problem.path, line=problem.line)


def _with_fate(rows: Iterable[Entry]) -> Iterator[Entry]:
    """Settle the excluded folders that were entered: they are sent if something below them is.

    Such a folder comes a second time then, as an ancestor. It holds back all that follows it until
    it comes again, or until the walk has left it.
    """
    waiting: OrderedDict[str, Entry] = OrderedDict()
    for row in rows:
        while waiting and not _within(row.path, next(iter(waiting))):
            yield waiting.popitem(last=False)[1]
            yield from _settled(waiting)
        waiting[row.path] = row
        yield from _settled(waiting)
    yield from waiting.values()


def _settled(waiting: OrderedDict[str, Entry]) -> Iterator[Entry]:
    """Let go what stands before the first folder whose fate is open."""
    while waiting and not _is_open(waiting[next(iter(waiting))]):
        yield waiting.popitem(last=False)[1]


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _is_open(row: Entry) -> bool:
    return row.kind is EntryKind.DIRECTORY and not row.included and not row.pruned
