"""Why one path is in the context or not, and whether the build is sent it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.context.course import Request
from ctxguard.context.demand.arrived import Arrived
from ctxguard.context.demand.attribution import Attribution
from ctxguard.context.demand.target import view_of
from ctxguard.context.demand.targets import wanted
from ctxguard.context.measure import context_of
from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.locate import (
    IGNORE_FILE,
    governing_by,
    in_force,
    locate,
)
from ctxguard.context.tree.worktree import kind_of
from ctxguard.context.walking.views import view_of_all
from ctxguard.errors import PatternError
from ctxguard.finding import Edit, Fix
from ctxguard.ignore.editing import line_count
from ctxguard.ignore.reader import IgnoreRule, read_rule
from ctxguard.ignore.spec import Decision
from ctxguard.ignore.writing import line_for
from ctxguard.measurement import Backend, EntryKind, InstructionLine


@dataclass(frozen=True, slots=True)
class Touch:
    """One rule that matches the path or a folder above it."""

    rule: IgnoreRule | None
    """None for one that the classic builder adds by itself."""
    matched: str
    """The path, or the topmost folder above it, that it matches."""
    ignored: bool
    """The state after it."""
    effective: bool
    """It changed or confirmed the state; else it was passed over."""


@dataclass(frozen=True, slots=True)
class Answer:
    """About one path."""

    path: str
    """Relative to the context root; "" for the root itself."""
    kind: EntryKind | None
    """None if there is no such path; then the rules say what would be."""
    behind_link: str | None
    """Where it really lies, if a link leads to it: links are not followed."""
    included: bool
    """The chosen backend is sent it for `COPY . /`."""
    ancestor: bool
    """It is ignored, but sent for what lies below it."""
    trace: tuple[Touch, ...]
    closed: str | None
    """The ignored folder above it that the builder does not look into."""
    transferred: bool | None
    """The chosen target is sent it; None if nobody can say (see `reason`)."""
    reason: str | None
    brought_by: tuple[InstructionLine, ...]
    changes: tuple[Fix, ...]
    """What would take it out or in; each was tried."""

    @property
    def sent(self) -> bool:
        """The build is sent it, as far as anyone can say."""
        return self.included if self.transferred is None else self.transferred


class Explainer:
    """Answers for any number of paths.

    Raises:
        MeasureError: the backend refuses the rules.
        UsageError: the Dockerfile has no such target.
    """

    def __init__(self, request: Request) -> None:
        self._source = request.source
        self._backend = request.backend
        self._dockerfile = request.dockerfile
        located = locate(request.source, request.dockerfile)
        governing = in_force(located, request.backend)
        self._governing = governing
        self._spec = governing.spec
        self._all = Arrived(request.source, view_of_all(request.backend, governing))
        self._wanted = wanted(request.source, located, request.build)
        self._attribution = Attribution(self._wanted, located.dockerfile or "")
        self._target: Arrived | None = None
        chosen = self._wanted.chosen
        if chosen.reason is None and request.backend is Backend.BUILDKIT:
            self._target = Arrived(request.source, view_of(governing, chosen.kept))
        self.context = context_of(request, located, governing)
        self.problems = (*located.problems, *self._wanted.problems)

    def answer(self, path: str) -> Answer:
        """About a path relative to the context root."""
        behind = self._behind_link(path)
        kind = None if behind is not None else self._kind(path)
        decision = self._decision(path)
        included = behind is None and self._comes(self._all, path, kind)
        transferred, reason = self._transferred(path, kind)
        if behind is not None:
            transferred = None if transferred is None else False
        return Answer(
            path=path,
            kind=kind,
            behind_link=behind,
            included=included,
            ancestor=included and decision is not None and decision.excluded,
            trace=tuple(self._trace(path)),
            closed=None if included or behind or decision is None else self._closed(path, decision),
            transferred=transferred,
            reason=reason,
            brought_by=self._attribution.of_path(path) if transferred else (),
            changes=() if behind is not None else tuple(self._changes(path, included=included)),
        )

    def _kind(self, path: str) -> EntryKind | None:
        try:
            return kind_of(self._source.lstat(path).st_mode)
        except OSError:
            return None

    def _decision(self, path: str) -> Decision | None:
        """None for the root, which no rule can touch.

        Raises:
            PatternError: Docker fails at a rule when it comes to this path.
        """
        if not path:
            return None
        for _, decision in self._spec.trace(path):
            if decision.broken is not None:
                raise self._spec.error(decision.broken)
        return decision

    def _comes(self, arrived: Arrived, path: str, kind: EntryKind | None) -> bool:
        """Whether it arrives, or would if it were there."""
        return arrived.has(path) if kind is not None else arrived.would_be_sent(path)

    def _behind_link(self, path: str) -> str | None:
        links: list[str] = []
        real = resolve(self._source, path.rpartition("/")[0], links)
        name = path.rpartition("/")[2]
        if not links or real is None:
            return None
        return f"{real}/{name}" if real else name

    def _trace(self, path: str) -> Iterator[Touch]:
        decision = self._decision(path)
        if decision is None:
            return
        ignored = False
        for at in decision.touched:
            effective = at in decision.vector
            if effective:
                ignored = not self._spec.decider().negated[at]
            rule = None if self._spec.is_forced(at) else self._spec.patterns[at].rule
            yield Touch(rule, self._matched(path, at), ignored, effective)

    def _matched(self, path: str, rule: int) -> str:
        names = path.split("/")
        above = ("/".join(names[:depth]) for depth in range(1, len(names)))
        return next((folder for folder in above if rule in self._spec.hits(folder)), path)

    def _closed(self, path: str, decision: Decision) -> str | None:
        """The classic builder passes by some ignored folders in spite of an exception below."""
        if decision.excluded:
            return None
        traced = list(self._spec.trace(path))[:-1]
        return next((folder for folder, own in traced if own.excluded), None)

    def _transferred(self, path: str, kind: EntryKind | None) -> tuple[bool | None, str | None]:
        if self._backend is Backend.LEGACY:
            return None, None
        if self._target is not None:
            return self._comes(self._target, path, kind), None
        reason = self._wanted.chosen.reason
        return (False if reason == "context-unused" else None), reason

    def _changes(self, path: str, *, included: bool) -> Iterator[Fix]:
        """Edits of the ignore file, of which each was tried."""
        decision = self._decision(path)
        if decision is None:
            return
        if not decision.excluded and not included:
            return  # What closes a folder above it is not this path's own matter.
        if decision.excluded and decision.rule is not None:
            yield from self._without_rule(path, decision.rule)
        yield from self._with_line(path, exception=decision.excluded)

    def _without_rule(self, path: str, at: int) -> Iterator[Fix]:
        rule = self._spec.patterns[at].rule
        if rule is None or self._spec.is_forced(at):
            return
        if self._would_be_sent(path, [own for own in self._rules() if own is not rule]):
            edit = Edit(rule.source, rule.line, 1, ())
            yield Fix(f"take out line {rule.line} of {rule.source}", None, (edit,))

    def _with_line(self, path: str, *, exception: bool) -> Iterator[Fix]:
        text = line_for(path, exception=exception)
        rule = None if text is None else read_rule(text)
        if text is None or rule is None or self._cannot_be_written():
            return
        try:
            if self._would_be_sent(path, [*self._rules(), rule]) != exception:
                return
        except PatternError:
            return
        file = self._governing.ignore_file or IGNORE_FILE
        edit = Edit(file, line_count(self._governing.text) + 1, 0, (text,))
        what = "to take it in again" if exception else "to keep it out"
        yield Fix(f"add {text} at the end of {file} {what}", None, (edit,))

    def _would_be_sent(self, path: str, rules: Sequence[IgnoreRule]) -> bool:
        """Whether the backend would be sent the path under other rules."""
        governing = governing_by(rules, self._backend, self._dockerfile)
        return Arrived(self._source, view_of_all(self._backend, governing)).would_be_sent(path)

    def _cannot_be_written(self) -> bool:
        """There is something by the name of the ignore file that is passed over."""
        return self._governing.ignore_file is None and self._kind(IGNORE_FILE) is not None

    def _rules(self) -> Sequence[IgnoreRule]:
        """As they stand in the file."""
        written = enumerate(self._spec.rules)
        return [rule for at, rule in written if rule is not None and not self._spec.is_forced(at)]
