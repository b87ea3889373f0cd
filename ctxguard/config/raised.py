"""The limits of a budget that a change raises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.config.settings import Settings
from ctxguard.sizes import format_size

_LENIENT = ("warning", "critical", "never")


@dataclass(frozen=True, slots=True)
class Raised:
    """One limit that is higher than it was, or gone."""

    name: str
    """As in the configuration, such as `max-files`."""
    before: str
    """For a person; as is `after`."""
    after: str
    origin: str
    """Where the new value stands."""

    def __str__(self) -> str:
        return f"{self.name} from {self.before} to {self.after} ({self.origin})"


def raised(before: Settings, after: Settings) -> list[Raised]:
    """The limits that are higher than they were, or gone; the weightiest first."""
    found = [
        Raised(name, before.shown(name), after.shown(name), str(after.origin(name)))
        for name in _names(before, after)
    ]
    at = sum(each.name == "critical" for each in found)
    return [*found[:at], *_budgets(before, after), *found[at:]]


def _budgets(before: Settings, after: Settings) -> Iterator[Raised]:
    """Budgets of single paths. What lies below two of them counts for the longer, so that a new one
    below an old one takes from it.
    """
    origin = str(after.origin("budgets"))
    for path, size in before.budgets.items():
        now = after.budgets.get(path)
        if now is None or now > size:
            shown = "none" if now is None else format_size(now)
            yield Raised(f"budget of {path}", format_size(size), shown, origin)
    for path, size in after.budgets.items():
        above = _longest_above(path, before)
        if path not in before.budgets and above is not None:
            old = f"{format_size(before.budgets[above])} with the rest of {above}"
            yield Raised(f"budget of {path}", old, f"{format_size(size)} of its own", origin)


def _longest_above(path: str, settings: Settings) -> str | None:
    """The budget that a path counted for."""
    inside = f"{path.rstrip('/')}/"
    above = [each for each in settings.budgets if inside.startswith(f"{each.rstrip('/')}/")]
    return max(above, key=len, default=None)


def _names(before: Settings, after: Settings) -> Iterator[str]:
    if after.critical > before.critical:
        yield "critical"
    old, new = before.max_growth, after.max_growth
    if old is not None and (new is None or new.allows_more_than(old)):
        yield "max-growth"
    if _LENIENT.index(after.fail_on) > _LENIENT.index(before.fail_on):
        yield "fail-on"
    if (before.budget_on, after.budget_on) == ("context", "transfer"):
        yield "budget-on"
    if before.max_files is not None and (
        after.max_files is None or after.max_files > before.max_files
    ):
        yield "max-files"
    if before.max_dependencies is not None and (
        after.max_dependencies is None or after.max_dependencies > before.max_dependencies
    ):
        yield "max-dependencies"
    # A default that gave way to a lower critical limit was nobody's limit.
    if after.warn > before.warn and not before.lowered_warning:
        yield "warn"
