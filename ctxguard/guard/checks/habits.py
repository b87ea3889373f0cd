"""CTX004: a name that is meant for every folder, and that a rule keeps out at the top alone.

In `.gitignore` a name without a slash matches anywhere; in an ignore file it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ctxguard.context.evidence import Evidence
from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule
from ctxguard.guard.checks.names import is_usual

UNANCHORED = "CTX004"


def unanchored(evidence: Evidence) -> Iterator[Finding]:
    """The same name lies deeper, and is sent."""
    for use in evidence.uses:
        rule, deeper = use.rule, use.deeper
        if deeper is None or not is_usual(rule.pattern):
            continue
        line = f"**/{rule.pattern}"
        message = f"{rule.pattern} is kept out at the top alone; {deeper.example} is sent"
        found = at_rule(
            UNANCHORED, Severity.WARNING, rule, message, mend=f"write {line}", lines=(line,)
        )
        yield replace(found, path=deeper.example, bytes=deeper.bytes)
