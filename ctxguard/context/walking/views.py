"""How each backend goes through the tree: what it is sent, and which folders it looks into."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ctxguard.context.tree.locate import Governing
from ctxguard.context.tree.worktree import to_bytes
from ctxguard.context.walking.inclusion import COPY_ALL, EVERYTHING, Asked, Inclusion, Members
from ctxguard.errors import MeasureError
from ctxguard.ignore.spec import Decision, DockerIgnoreSpec, FolderRules
from ctxguard.measurement import Backend


@dataclass(slots=True)
class Visit:
    """One folder as one backend goes through it."""

    rules: FolderRules
    sending: bool = True
    """Entries here can be sent; else the folder is only checked."""
    checking: bool = True
    """The classic builder's check before the build comes by here."""
    above: FolderView | None = None
    """The folder that this one lies in."""
    at: int = -1
    """Its index there."""
    included: FolderRules | None = None
    """What the include list says of the folder, where there is one."""
    asked: Asked | None = None
    """Which of several include lists the folder is in, where there are any."""
    closed_by: int | None = None
    """The deciding rule of the nearest excluded folder above, where that is asked for."""


@dataclass(slots=True)
class FolderView:
    """The entries of one folder as one backend sees them, in parallel with their names."""

    visit: Visit
    decisions: Sequence[Decision]
    sent: list[bool]
    """Sent for its own sake; an excluded folder can still be sent for what lies below it."""
    inclusions: Sequence[Decision] = ()
    """What the include list says of the entries, where there is one: those it hits are in."""
    alike: Members = EVERYTHING
    """The include lists that all entries are in, where there are several."""
    members: Sequence[Members] = ()
    """The include lists that each entry is in, if they are not alike."""

    @property
    def is_undivided(self) -> bool:
        """Whether nobody asks which lists an entry is in."""
        return not self.members and self.alike is EVERYTHING

    def members_of(self, at: int) -> Members:
        return self.members[at] if self.members else self.alike

    def alike_in(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Cut a stretch where the lists change that the entries are in."""
        if not self.members:
            yield start, stop
            return
        first = start
        for at in range(start + 1, stop):
            if self.members[at] != self.members[first]:
                yield first, at
                first = at
        yield first, stop

    def refuses(self, at: int) -> bool:
        """Whether a file that is sent arrives empty, since the documented rules keep it out."""
        if self.inclusions and not self.inclusions[at].documented:
            return True
        return self.decisions[at].documented


def wire_order(path: str) -> tuple[bytes, ...]:
    """The key by which both builders order paths: by the bytes of each name, a folder first."""
    return tuple(to_bytes(name) for name in path.split("/"))


class View(Protocol):
    """One backend's way through a tree. It may keep state: use a fresh one for each walk."""

    owing: frozenset[int]
    """The transfers that a folder is sent in when something below it is, whatever the rules say of
    the folder."""

    refusal: MeasureError | None
    """Why this builder refuses the context, once the walk has come upon it."""
    refused_at: tuple[bytes, ...]
    """The place it is about; of several refusals the first one in wire order counts."""

    def refuse(self, error: MeasureError, place: tuple[bytes, ...], /) -> None: ...

    def root(self) -> Visit: ...

    def look(self, visit: Visit, names: Sequence[str]) -> FolderView:
        """Decide the entries of a folder."""

    def enter(self, view: FolderView, at: int, name: str) -> Visit | None:
        """How to go through the subfolder; None if there is no need to look into it."""

    def unreadable_folder(self, view: FolderView, at: int, path: str, error: OSError, /) -> bool:
        """Told of a folder that cannot be listed, entered or not; whether the build fails at it."""

    def unsearchable_folder(self, view: FolderView, path: str, error: OSError, /) -> None:
        """Told of an entry that no backend is sent and that cannot be looked at."""

    def unreadable_file(self, view: FolderView, at: int, path: str, /) -> None:
        """Told of a regular file that would be sent and cannot be read."""


class Refusing:
    """Keeps the first refusal."""

    def __init__(self) -> None:
        self.refusal: MeasureError | None = None
        self.refused_at: tuple[bytes, ...] = ()

    def refuse(self, error: MeasureError, place: tuple[bytes, ...]) -> None:
        if self.refusal is None or place < self.refused_at:
            self.refusal, self.refused_at = error, place


class BuildKitView(Refusing):
    """What BuildKit is sent for `COPY . /` (fsutil, `filterFS.Walk`).

    Args:
        inclusion: include lists to sort the entries by.
    """

    def __init__(self, governing: Governing, inclusion: Inclusion | None = None) -> None:
        super().__init__()
        self._inclusion = inclusion
        exceptions = any(pattern.include is False for pattern in governing.spec.patterns)
        all_ = frozenset(EVERYTHING if exceptions else ())
        self.owing = all_ if inclusion is None else all_ | inclusion.transfers - {COPY_ALL}
        self._spec = governing.spec
        self._decider = governing.spec.decider()
        self._broken = governing.spec.broken
        self._descent = governing.descent

    def root(self) -> Visit:
        asked = None if self._inclusion is None else self._inclusion.root
        return Visit(self._decider.root, asked=asked)

    def look(self, visit: Visit, names: Sequence[str]) -> FolderView:
        decisions = self._decider.decide(visit.rules, names)
        if self._broken:
            self._check(decisions)
        view = FolderView(visit, decisions, _included(decisions))
        if self._inclusion is not None and visit.asked is not None:
            view.alike, view.members = self._inclusion.look(visit.asked, names)
        return view

    def _check(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            if decision.broken is not None:
                self.refuse(self._spec.error(decision.broken), ())

    def enter(self, view: FolderView, at: int, name: str) -> Visit | None:
        rules = self._decider.enter(view.visit.rules, name, view.decisions[at])
        if not self._looks_into(rules):
            return None
        asked = view.visit.asked
        if self._inclusion is not None and asked is not None:
            asked = self._inclusion.enter(asked, name)
        return Visit(rules, asked=asked)

    def _looks_into(self, rules: FolderRules) -> bool:
        if self._broken and rules.decision.excluded:
            # Wherever Docker looks, it may meet a rule that fails the build.
            return self._descent.enters(rules.path)
        return self._decider.can_include_below(rules)

    def unreadable_folder(self, view: FolderView, at: int, path: str, _error: OSError) -> bool:
        # BuildKit looks into some folders that could not hold anything it is sent.
        return view.sent[at] or self._descent.enters(path)

    def unsearchable_folder(self, _view: FolderView, _path: str, _error: OSError) -> None:
        """BuildKit does not look at what is excluded."""

    def unreadable_file(self, _view: FolderView, _at: int, _path: str) -> None:
        """The file is sent empty, and nothing is said."""


class TargetView(BuildKitView):
    """What BuildKit is sent for what the instructions of a target ask for.

    Args:
        includes: the include list, as rules of the same dialect: what they would exclude is in.
    """

    def __init__(self, governing: Governing, includes: DockerIgnoreSpec) -> None:
        super().__init__(governing)
        self.owing = frozenset(EVERYTHING)
        self._includes = includes.decider()
        self._broken_includes = includes if includes.broken else None

    def root(self) -> Visit:
        return Visit(self._decider.root, included=self._includes.root)

    def look(self, visit: Visit, names: Sequence[str]) -> FolderView:
        view = super().look(visit, names)
        assert visit.included is not None
        view.inclusions = self._includes.decide(visit.included, names)
        if self._broken_includes is not None:
            self._check_includes(self._broken_includes, view.inclusions)
        view.sent = [
            sent and inclusion.excluded
            for sent, inclusion in zip(view.sent, view.inclusions, strict=True)
        ]
        return view

    def _check_includes(self, includes: DockerIgnoreSpec, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            if decision.broken is not None:
                self.refuse(includes.error(decision.broken), ())

    def enter(self, view: FolderView, at: int, name: str) -> Visit | None:
        visit = super().enter(view, at, name)
        assert view.visit.included is not None
        included = self._includes.enter(view.visit.included, name, view.inclusions[at])
        if visit is None or not (
            included.decision.vector or self._includes.can_match_below(included)
        ):
            return None
        visit.included = included
        return visit


class LegacyView(Refusing):
    """What the classic builder is sent: a check of the whole context first, then a tar.

    Source of the meaning: docker/cli 28f7560, `build.ValidateContextDirectory`; moby/go-archive
    ae9e219, `Tarballer.Do`.

    What it refuses is kept, not raised: BuildKit may still build.
    """

    owing: frozenset[int] = frozenset()

    def __init__(self, governing: Governing) -> None:
        super().__init__()
        self._spec = governing.spec
        self._decider = governing.spec.decider()
        self._broken = governing.spec.broken
        self._descent = governing.descent
        self._cut: tuple[bytes, ...] | None = None

    def root(self) -> Visit:
        return Visit(self._decider.root)

    def look(self, visit: Visit, names: Sequence[str]) -> FolderView:
        decisions = self._decider.decide(visit.rules, names)
        sent = _included(decisions) if visit.sending else [False] * len(decisions)
        if self._broken:
            if visit.checking:
                self._check(decisions)
            if visit.sending:
                self._cut_short(visit, names, decisions, sent)
        return FolderView(visit, decisions, sent)

    def _check(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            if decision.documented_broken is not None:
                self.refuse(self._spec.error(decision.documented_broken), ())

    def _cut_short(
        self, visit: Visit, names: Sequence[str], decisions: Sequence[Decision], sent: list[bool]
    ) -> None:
        """EDGE CASE: a bad rule that only the tar's walk meets ends the tar, without an error."""
        folder = visit.rules.path
        for at, name in enumerate(names):
            place = wire_order(f"{folder}/{name}" if folder else name)
            if self._cut is not None and place >= self._cut:
                sent[at] = False
            elif decisions[at].broken is not None:
                self._cut = place
                sent[at] = False
                _cut_above(visit)

    def enter(self, view: FolderView, at: int, name: str) -> Visit | None:
        decision = view.decisions[at]
        rules = self._decider.enter(view.visit.rules, name, decision)
        checking = view.visit.checking and not decision.documented
        sending = view.visit.sending and self._sends_below(rules)
        return Visit(rules, sending, checking, view, at) if sending or checking else None

    def _sends_below(self, rules: FolderRules) -> bool:
        if not rules.decision.excluded:
            return True
        return self._descent.enters(rules.path) and (
            self._broken or self._decider.can_include_below(rules)
        )

    def unreadable_folder(self, view: FolderView, _at: int, path: str, error: OSError) -> bool:
        # The check lists a folder before it asks whether it is excluded.
        self.unsearchable_folder(view, path, error)
        return view.visit.checking

    def unsearchable_folder(self, view: FolderView, path: str, error: OSError) -> None:
        if view.visit.checking:
            too_long = error.errno == errno.ENAMETOOLONG
            reason = f"lstat {path}: file name too long" if too_long else f"can't stat '{path}'"
            self._refuse(reason, path)

    def unreadable_file(self, view: FolderView, at: int, path: str) -> None:
        if view.visit.checking and not view.decisions[at].documented:
            self._refuse(f"no permission to read from '{path}'", path)
        else:
            reason = f"undefined: '{path}' cannot be read, which breaks the classic builder's tar"
            self.refuse(MeasureError(reason), wire_order(path))

    def _refuse(self, reason: str, path: str) -> None:
        text = f"the classic builder refuses the context: checking context: {reason}"
        self.refuse(MeasureError(text), wire_order(path))


def view_of_all(backend: Backend, governing: Governing) -> View:
    """The way of a backend for `COPY . /`."""
    return BuildKitView(governing) if backend is Backend.BUILDKIT else LegacyView(governing)


def _included(decisions: Sequence[Decision]) -> list[bool]:
    # In most folders there is one decision for all.
    if decisions and decisions.count(decisions[0]) == len(decisions):
        return [not decisions[0].excluded] * len(decisions)
    return [not decision.excluded for decision in decisions]


def _cut_above(visit: Visit) -> None:
    """Nothing that comes later on the wire is sent, in the folders above either."""
    while visit.above is not None:
        later = len(visit.above.sent) - visit.at - 1
        visit.above.sent[visit.at + 1 :] = [False] * later
        visit = visit.above.visit
