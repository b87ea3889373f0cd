"""Commits and the working tree, measured once each: every context that is named there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ctxguard.config import Settings
from ctxguard.context.measure import Request, measure, measure_all
from ctxguard.errors import CtxguardError
from ctxguard.git.repository import Spot
from ctxguard.guard.growth import judged_bytes
from ctxguard.measurement import Measurement
from ctxguard.place import Chosen, NotThere, Place, as_before, in_commit, on_disk, picks, spot_in


@dataclass(frozen=True, slots=True)
class Measured:
    """One context, with what it was measured by."""

    name: str | None
    """As the configuration has it; None if that names no contexts."""
    spot: Spot
    settings: Settings
    request: Request
    measurement: Measurement

    @property
    def judged(self) -> int:
        """The bytes that the limits are about."""
        on_transfer = self.settings.budget.on_transfer
        return judged_bytes(self.measurement, on_transfer=on_transfer)


Found = Mapping[str | None, Measured | CtxguardError]
"""By the name of the context; what cannot be measured is kept as the error it is."""


class Measurer:
    """Measures each commit once.

    Args:
        context: as the user named it.
        spot: where it lies in the repository; the top stands for all contexts.
    """

    def __init__(self, context: str, spot: Spot) -> None:
        self.spot = spot
        self._context = context
        self._measured: dict[str, Found | CtxguardError | None] = {}
        self._alone: dict[tuple[str, str], Measured | None] = {}
        self.strict = False
        """Some configuration that was met wants a fault to stop the push."""

    def commit(self, commit: str) -> Found | None:
        """The contexts of a commit; None if it has no such folder.

        Raises:
            CtxguardError: nothing of it can be measured.
        """
        if commit not in self._measured:
            self._measured[commit] = self._of_commit(commit)
        found = self._measured[commit]
        if isinstance(found, CtxguardError):
            raise found
        return found

    def _of_commit(self, commit: str) -> Found | CtxguardError | None:
        if not self._is_there(self.spot.path, commit):
            return None
        try:
            return self._all(in_commit(self._context, self.spot, commit))
        except CtxguardError as error:
            return error

    def worktree(self) -> Found:
        """Those of the working tree.

        Raises:
            CtxguardError: nothing of it can be measured.
        """
        return self._all(on_disk(self._context))

    def folder_of(self, measured: Measured, commit: str) -> Measured | None:
        """The folder of a context in a commit of which the configuration does not name it.

        It has the limits that it had there; None if there is no such folder.

        Raises:
            CtxguardError: it cannot be measured.
        """
        path = measured.spot.path
        key = commit, measured.name or ""
        if key not in self._alone:
            there = self._is_there(path, commit)
            self._alone[key] = self._as(measured, commit) if there else None
        return self._alone[key]

    def _as(self, measured: Measured, commit: str) -> Measured:
        place = in_commit(self._context, measured.spot, commit)
        settings = as_before(measured.settings, place)
        request = place.request(settings, overview=True)
        return Measured(measured.name, measured.spot, settings, request, measure(request))

    def _is_there(self, path: str, commit: str) -> bool:
        ask = ("cat-file", "-e", f"{commit}:{path}")
        return not path or self.spot.repository.git.succeeds(*ask)

    def _all(self, place: Place) -> Found:
        named = picks(self._context if self.spot.path else None, place, {})
        picked = [each for each in named if isinstance(each, Chosen)]
        self.strict |= any(each.settings.hook.strict for each in picked)
        requests = [each.request(overview=True) for each in picked]
        found: dict[str | None, Measured | CtxguardError] = {
            each.name: each.error for each in named if isinstance(each, NotThere)
        }
        for each, request, result in zip(picked, requests, measure_all(requests), strict=True):
            if isinstance(result, CtxguardError):
                found[each.name] = result
            else:
                found[each.name] = self._kept(each, request, result)
        return found

    def _kept(self, each: Chosen, request: Request, result: Measurement) -> Measured:
        spot = self.spot if each.name is None else spot_in(each.place, self.spot.repository)
        return Measured(each.name, spot, each.settings, request, result)
