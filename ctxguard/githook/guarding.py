"""Each pushed commit measured and judged, by its own configuration, and against what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.comparison import Change, ChangedFile, Class, Comparison
from ctxguard.config import Settings
from ctxguard.context.compare import changes
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import Request, measure
from ctxguard.errors import CtxguardError, ExitCode
from ctxguard.git.program import GitError
from ctxguard.git.repository import Spot
from ctxguard.githook.blame import Culprit, culprits
from ctxguard.githook.pushed import Push
from ctxguard.guard.budget import FailOn, exit_code, judge
from ctxguard.measurement import Measurement
from ctxguard.place import Place, in_commit, on_disk
from ctxguard.report import Limit, Verdict

_MOST_CULPRITS = 3
WORKTREE = "the working tree"


@dataclass(frozen=True, slots=True)
class Measured:
    """One context, with what it was measured by."""

    settings: Settings
    request: Request
    measurement: Measurement


@dataclass(frozen=True, slots=True)
class Checked:
    """One pushed commit, or the working tree, held against its limits."""

    name: str
    """Such as `main`."""
    tip: str | None
    """Full id; None for the working tree."""
    base_id: str | None
    """What of it the remote has; for the working tree, the current commit."""
    found: Measured
    base: Measured | None
    verdict: Verdict
    over_budget: bool
    growth: Limit | None
    """None if there is no limit, or nothing to compare with."""

    @property
    def refused(self) -> bool:
        """Whether the push is to be stopped."""
        return self.over_budget or (self.growth is not None and self.growth.headroom < 0)

    @property
    def raised(self) -> tuple[str, ...]:
        """The limits that it raises, in words."""
        if self.base is None:
            return ()
        return tuple(_raised(self.base.settings, self.found.settings))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a push is stopped, and who brought it."""

    checked: Checked
    comparison: Comparison | None
    """With what the remote has; None if there is nothing to compare with."""
    culprits: tuple[Culprit, ...]


class Guard:
    """Measures each commit once.

    Args:
        context: as the user named it.
        spot: where it lies in the repository.
    """

    def __init__(self, context: str, spot: Spot) -> None:
        self._context = context
        self._spot = spot
        self._measured: dict[str, Measured | None] = {}
        self.strict = False
        """Some configuration that was met wants a fault to stop the push."""
        self.notes: list[str] = []

    def check(self, push: Push) -> Checked | None:
        """One pushed commit; None if it has no such context.

        Raises:
            CtxguardError: it cannot be measured.
        """
        base = None if push.base is None else self._base(push)
        found = self._commit(push.tip)
        if found is None:
            self.notes.append(f"{push.name} has no folder {self._spot.path}; it is not measured")
            return None
        return self._checked(push.name, push.tip, push.base, found, base)

    def worktree(self) -> Checked:
        """The working tree, against the current commit."""
        found = self._measure(on_disk(self._context))
        head = self._spot.repository.find_commit("HEAD")
        base = None if head is None else self._commit(head)
        return self._checked(WORKTREE, None, head, found, base)

    def _checked(
        self,
        name: str,
        tip: str | None,
        base_id: str | None,
        found: Measured,
        base: Measured | None,
    ) -> Checked:
        settings = found.settings
        verdict = judge(found.measurement, settings.budget)
        code = exit_code(found.measurement, verdict, FailOn(settings.fail_on))
        tripped = code is ExitCode.TRIPPED
        limit = None
        if tip is not None and base is not None:
            limit = settings.growth(base.measurement, found.measurement)
        return Checked(name, tip, base_id, found, base, verdict, tripped, limit)

    def _base(self, push: Push) -> Measured | None:
        """What the remote has; None, with a note, if that cannot be measured."""
        assert push.base is not None
        try:
            return self._commit(push.base)
        except CtxguardError as error:
            self.notes.append(f"what the remote has of {push.name} cannot be measured: {error}")
            return None

    def _commit(self, commit: str) -> Measured | None:
        if commit not in self._measured:
            self._measured[commit] = None
            if self._is_there(commit):
                found = self._measure(in_commit(self._context, self._spot, commit))
                self._measured[commit] = found
        return self._measured[commit]

    def _is_there(self, commit: str) -> bool:
        """Whether the commit has the context at all."""
        path = self._spot.path
        ask = ("cat-file", "-e", f"{commit}:{path}")
        return not path or self._spot.repository.git.succeeds(*ask)

    def _measure(self, place: Place) -> Measured:
        settings = place.settings()
        self.strict |= settings.hook.strict
        request = place.request(settings)
        return Measured(settings, request, measure(request))

    def explain(self, checked: Checked) -> Refusal:
        """Look into what changed, and into the commits between."""
        comparison = None
        if checked.base is not None:
            comparison = self._compare(checked, checked.base)
        return Refusal(checked, comparison, tuple(self._culprits(checked, comparison)))

    def briefly(self, checked: Checked) -> Refusal:
        """The same without a look."""
        return Refusal(checked, None, ())

    def _compare(self, checked: Checked, base: Measured) -> Comparison:
        repository, path = self._spot.repository, self._spot.path
        found = checked.found
        return changes(
            base.request,
            found.request,
            base.measurement,
            found.measurement,
            (lambda: repository.tracked(path)) if checked.tip is None else None,
        )

    def _culprits(self, checked: Checked, comparison: Comparison | None) -> list[Culprit]:
        if checked.tip is None:
            return []
        files = _everything(checked.found) if comparison is None else comparison.files
        grown = [file for file in files if file.bytes > 0]
        try:
            return culprits(self._spot, checked.base_id, checked.tip, grown, most=_MOST_CULPRITS)
        except GitError:
            return []  # The push is stopped all the same.


def _everything(found: Measured) -> list[ChangedFile]:
    """All files, as new ones."""
    return [
        ChangedFile(entry.path, Change.ENTERED, 0, entry.bytes, Class.TRACKED, None, ())
        for entry in EntryStream(found.request, everything=False)
    ]


_LENIENT = ("warning", "critical", "never")


def _raised(before: Settings, after: Settings) -> Iterator[str]:
    """The limits of a budget that are higher than they were, or gone."""
    for name in ("warn", "critical", "max-files"):
        old, new = _value(before, name), _value(after, name)
        if old is not None and (new is None or new > old):
            yield _raise(before, after, name)
    old_growth, new_growth = before.max_growth, after.max_growth
    if old_growth is not None and (new_growth is None or new_growth.allows_more_than(old_growth)):
        yield _raise(before, after, "max-growth")
    if _LENIENT.index(after.fail_on) > _LENIENT.index(before.fail_on):
        yield _raise(before, after, "fail-on")
    if (before.budget_on, after.budget_on) == ("context", "transfer"):
        yield _raise(before, after, "budget-on")


def _value(settings: Settings, name: str) -> int | None:
    value: int | None = getattr(settings, name.replace("-", "_"))
    return value


def _raise(before: Settings, after: Settings, name: str) -> str:
    old, new = before.shown(name), after.shown(name)
    return f"{name} from {old} to {new} ({after.origin(name)})"
