"""Each pushed commit measured and judged, by its own configuration, and against what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ctxguard.comparison import Change, ChangedFile, Class, Comparison
from ctxguard.config import Settings
from ctxguard.config.raised import raised
from ctxguard.context.compare import changes
from ctxguard.context.entries import EntryStream
from ctxguard.errors import CtxguardError, ExitCode
from ctxguard.finding import Finding
from ctxguard.git.program import GitError
from ctxguard.git.repository import Spot
from ctxguard.githook.blame import Culprit, Grown, culprits
from ctxguard.githook.measuring import Found, Measured, Measurer
from ctxguard.githook.pushed import Push
from ctxguard.guard.budget import FailOn, exit_code, judge
from ctxguard.guard.glance import glance
from ctxguard.guard.growth import Growth, judged_bytes
from ctxguard.report import Verdict

_MOST_CULPRITS = 3
WORKTREE = "the working tree"
_UNKNOWN = "what the remote has cannot be measured"


@dataclass(frozen=True, slots=True)
class Base:
    """What a context grows against."""

    id: str
    holder: str | None
    """Who has it, such as `the remote`; None if it is the current commit."""
    found: Measured


@dataclass(frozen=True, slots=True)
class Checked:
    """One pushed commit, or the working tree, held against its limits."""

    name: str
    """Such as `main`; with the context, if there are several."""
    folder: str
    """Where the context lies in the repository; "" for the top."""
    tip: str | None
    """Full id; None for the working tree."""
    found: Measured
    base: Base | None
    verdict: Verdict
    over_budget: bool
    growth: Growth | None
    """None if there is no limit, or nothing to compare with."""
    unchecked: str | None
    """Why there is a limit of growth, and still nothing to hold it against."""

    @property
    def refused(self) -> bool:
        """Whether the push is to be stopped."""
        return self.over_budget or (self.growth is not None and self.growth.broken)

    @property
    def grew(self) -> int | None:
        """Bytes, of what the limits are about; None if there is nothing to compare with."""
        if self.growth is not None and self.growth.limit is not None:
            return self.growth.limit.actual
        if self.base is None:
            return None
        on_transfer = self.found.settings.budget.on_transfer
        return self.found.judged - judged_bytes(
            self.base.found.measurement, on_transfer=on_transfer
        )

    @property
    def raised(self) -> list[str]:
        """The limits that it raises, in words, the weightiest first."""
        if self.base is None:
            return []
        return list(map(str, raised(self.base.found.settings, self.found.settings)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a push is stopped, and who brought it."""

    checked: Checked
    comparison: Comparison | None
    """With what the remote has; None if there is nothing to compare with."""
    culprits: tuple[Culprit, ...]
    findings: tuple[Finding, ...] = ()
    """What would help the most first."""


class Guard:
    """Holds what is pushed against its limits.

    Args:
        context: as the user named it.
        spot: where it lies in the repository; the top stands for all contexts.
    """

    def __init__(self, context: str, spot: Spot) -> None:
        self._measurer = Measurer(context, spot)
        self._spot = spot
        self._compared: dict[tuple[str | None, str | None, str], Comparison] = {}
        self.notes: list[str] = []
        self.faults = False
        """Something could not be measured."""

    @property
    def strict(self) -> bool:
        """Whether some configuration that was met wants a fault to stop the push."""
        return self._measurer.strict

    def check(self, push: Push) -> list[Checked]:
        """The contexts of one pushed commit; none if it has no such folder."""
        base_fault = self._base_fault(push)
        try:
            found = self._measurer.commit(push.tip)
        except CtxguardError as error:
            self._note_fault(push.name, error)
            return []
        if found is None:
            self.notes.append(f"{push.name} has no folder {self._spot.path}; it is not measured")
            return []
        measurable = self._measurable(push.name, found)
        return [self._against(push, each, base_fault) for each in measurable]

    def _base_fault(self, push: Push) -> CtxguardError | None:
        """Why nothing that the remote has can be measured, noted once for all contexts."""
        try:
            found = None if push.base is None else self._measurer.commit(push.base)
        except CtxguardError as error:
            fault: Measured | CtxguardError | None = error
        else:
            fault = None if found is None else found.get(None)
        if not isinstance(fault, CtxguardError):
            return None
        self._note_unknown(push.name, fault)
        return fault

    def _note_unknown(self, name: str, error: CtxguardError) -> None:
        self.notes.append(f"what the remote has of {name} cannot be measured: {error}")

    def _measurable(self, name: str, found: Found) -> Iterator[Measured]:
        for context, each in found.items():
            if isinstance(each, Measured):
                yield each
            else:
                self._note_fault(_called(name, context), each)

    def _note_fault(self, name: str, error: CtxguardError) -> None:
        self.notes.append(f"{name} cannot be measured: {error}")
        self.faults = True

    def _against(self, push: Push, found: Measured, base_fault: CtxguardError | None) -> Checked:
        name = _called(push.name, found.name)
        if push.base is None:
            return self._checked(name, push.tip, found, None, "the remote has nothing of it yet")
        if base_fault is not None:
            return self._checked(name, push.tip, found, None, _UNKNOWN)
        why, base = self._base(name, found, push.base, push.holder)
        return self._checked(name, push.tip, found, base, why)

    def _base(
        self, name: str, found: Measured, commit: str, holder: str | None
    ) -> tuple[str, Base | None]:
        """What the remote has; if that cannot be measured, why growth is not checked."""
        try:
            there = self._before(found, commit)
        except CtxguardError as error:
            self._note_unknown(name, error)
            return _UNKNOWN, None
        if there is None:
            return f"{holder} has no folder {found.spot.path} yet", None
        return "", Base(commit, holder, there)

    def _before(self, found: Measured, commit: str) -> Measured | None:
        """The same context in another commit; None if there is none."""
        contexts = self._measurer.commit(commit)
        if contexts is None:
            return None
        there = contexts.get(found.name)
        if there is None:
            return self._measurer.folder_of(found, commit)
        if isinstance(there, CtxguardError):
            raise there
        return there

    def worktree(self) -> list[Checked]:
        """The contexts of the working tree, against the current commit."""
        try:
            found = list(self._measurable(WORKTREE, self._measurer.worktree()))
            return [self._in_worktree(each) for each in found]
        except CtxguardError as error:
            self._note_fault(WORKTREE, error)
            return []

    def _in_worktree(self, found: Measured) -> Checked:
        head = self._spot.repository.find_commit("HEAD")
        there = None if head is None else self._before(found, head)
        base = None if head is None or there is None else Base(head, None, there)
        name = _called(WORKTREE, found.name)
        checked = self._checked(name, None, found, base, "the current commit has no such folder")
        if base is None or checked.growth is None or not checked.growth.broken:
            return checked
        # No commit has git's own folder; that it is there is no growth.
        own = _bytes_of_git(self._compare(checked, base), checked)
        return replace(checked, growth=checked.growth.less(own))

    def _checked(
        self, name: str, tip: str | None, found: Measured, base: Base | None, why: str
    ) -> Checked:
        settings = found.settings
        verdict = judge(found.measurement, settings.budget)
        code = exit_code(found.measurement, verdict, FailOn(settings.fail_on))
        growth = None
        if base is not None:
            growth = settings.growth(base.found.measurement, found.measurement)
        return Checked(
            name=name,
            folder=found.spot.path,
            tip=tip,
            found=found,
            base=base,
            verdict=verdict,
            over_budget=code is ExitCode.TRIPPED,
            growth=growth,
            unchecked=_unchecked(settings, growth, why),
        )

    def explain(self, checked: Checked) -> Refusal:
        """Look into what changed, and into the commits between."""
        comparison = None if checked.base is None else self._compare(checked, checked.base)
        found = glance(checked.found.measurement, "", checked.found.settings.ignore)
        return Refusal(checked, comparison, tuple(self._culprits(checked, comparison)), found)

    def _compare(self, checked: Checked, base: Base) -> Comparison:
        """Once for each pair; the working tree is compared before it is refused."""
        pair = checked.found.name, checked.tip, base.id
        if pair not in self._compared:
            self._compared[pair] = self._changes(checked, base)
        return self._compared[pair]

    def _changes(self, checked: Checked, base: Base) -> Comparison:
        found = checked.found
        repository, path = found.spot.repository, found.spot.path
        return changes(
            base.found.request,
            found.request,
            base.found.measurement,
            found.measurement,
            (lambda: repository.tracked(path)) if checked.tip is None else None,
        )

    def _culprits(self, checked: Checked, comparison: Comparison | None) -> list[Culprit]:
        if checked.tip is None:
            return []
        base = None if checked.base is None else checked.base.id
        context = checked.found.measurement.context
        grown = _grown(checked, comparison)
        spot = checked.found.spot
        try:
            return culprits(spot, context, base, checked.tip, grown, most=_MOST_CULPRITS)
        except GitError:
            return []  # The push is stopped all the same.


def _called(name: str, context: str | None) -> str:
    """`main`, or `main, api` for one of several contexts."""
    return name if context is None else f"{name}, {context}"


def _unchecked(settings: Settings, growth: Growth | None, why: str) -> str | None:
    if settings.max_growth is None:
        return None
    if growth is None:
        return why
    return None if growth.unknown is None else "nobody can say what is transferred"


def _bytes_of_git(comparison: Comparison, checked: Checked) -> int:
    """What git's own folder brings of what the limits are about."""
    on_transfer = checked.found.settings.budget.on_transfer
    own = [file for file in comparison.files if file.class_ is Class.GIT]
    return sum(file.bytes for file in own if file.brought_by or not on_transfer)


def _grown(checked: Checked, comparison: Comparison | None) -> Grown:
    files = _everything(checked.found) if comparison is None else comparison.files
    grown = tuple(file for file in files if file.bytes > 0)
    if comparison is None or not checked.found.settings.budget.on_transfer:
        return Grown(grown)
    new = tuple(row for row in comparison.instructions if row.bytes > 0 and not row.before)
    theirs = {row.instruction for row in new}
    # What only a new instruction asks for is the work of who wrote that.
    return Grown(tuple(file for file in grown if set(file.brought_by) - theirs), new)


def _everything(found: Measured) -> tuple[ChangedFile, ...]:
    """All files, as new ones."""
    return tuple(
        ChangedFile(entry.path, Change.ENTERED, 0, entry.bytes, Class.TRACKED, None, ())
        for entry in EntryStream(found.request, everything=False)
    )
