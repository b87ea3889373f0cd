"""CTX005 to CTX008: rules without which everything would be as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule
from ctxguard.guard.checks.names import is_usual

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence, RuleUse

NOTHING = "CTX005"
TWICE = "CTX006"
EXCEPTION = "CTX007"
COVERED = "CTX008"


def nothing(evidence: Evidence) -> Iterator[Finding]:
    """It matches no path, neither among what is sent nor among what is ignored.

    Caches, environments and the like may come one day; a rule for them is no mistake.
    """
    kept = _kept(evidence)
    for use in evidence.uses:
        if not (use.hits or is_usual(use.rule.pattern) or _is_twice(use, kept)):
            yield _finding(NOTHING, use, "it matches nothing here")


def twice(evidence: Evidence) -> Iterator[Finding]:
    """The same pattern stands in another line too."""
    kept = _kept(evidence)
    for use in evidence.uses:
        other = _is_twice(use, kept)
        if other:
            yield _finding(TWICE, use, f"the same pattern stands in line {other}")


def exception(evidence: Evidence) -> Iterator[Finding]:
    """An exception that takes nothing back."""
    for use in _needless(evidence):
        if use.rule.negated:
            yield _finding(EXCEPTION, use, "this exception takes nothing back")


def covered(evidence: Evidence) -> Iterator[Finding]:
    """What it keeps out, other rules keep out as well."""
    for use in _needless(evidence):
        if not use.rule.negated:
            yield _finding(COVERED, use, "other rules decide on all that it matches")


def _needless(evidence: Evidence) -> Iterator[RuleUse]:
    """Rules that match something, and make no difference; not those that stand twice."""
    kept = _kept(evidence)
    for use in evidence.uses:
        if use.hits and not use.needed and not _is_twice(use, kept):
            yield use


def _kept(evidence: Evidence) -> dict[str, RuleUse]:
    """Of the rules with the same text, the one that is needed, or else the first."""
    kept: dict[str, RuleUse] = {}
    for use in evidence.uses:
        before = kept.setdefault(use.rule.text, use)
        if use.needed and not before.needed:
            kept[use.rule.text] = use
    return kept


def _is_twice(use: RuleUse, kept: Mapping[str, RuleUse]) -> int:
    """The line of the same rule, if that one is to stay; 0 for none."""
    other = kept[use.rule.text]
    return 0 if use.needed or other is use else other.rule.line


def _finding(code: str, use: RuleUse, message: str) -> Finding:
    text = f"{use.rule.text}: {message}"
    return at_rule(code, Severity.NOTE, use.rule, text, mend="take the line out", lines=())
