"""CTX004: a name that is meant for every folder, and that a rule keeps out at the top alone.

In `.gitignore` a name without a slash matches anywhere; in an ignore file it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule
from ctxguard.guard.checks.names import is_usual

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

UNANCHORED = "CTX004"
_IGNORE_FILE = ".dockerignore"


def message(pattern: str, example: str) -> str:
    """What to say of a name that is meant for every folder."""
    return f"{pattern} is kept out at the top alone; {example} is sent"


def unanchored(evidence: Evidence) -> Iterator[Finding]:
    """The same name lies deeper, and is sent."""
    for use in evidence.uses:
        rule, deeper = use.rule, use.deeper
        if deeper is None or not is_usual(rule.pattern) or rule.pattern == _IGNORE_FILE:
            continue  # What nobody reads deeper is CTX010.
        line = f"**/{rule.pattern}"
        text = message(rule.pattern, deeper.example)
        found = at_rule(
            UNANCHORED, Severity.WARNING, rule, text, mend=f"write {line}", lines=(line,)
        )
        yield replace(found, path=deeper.example, bytes=deeper.bytes)
