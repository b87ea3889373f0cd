"""CTX004: a name that is meant for every folder, and that a rule keeps out at the top alone.

In `.gitignore` a name without a slash matches anywhere; in an ignore file it does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxguard.context.evidence import Evidence
from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.guard.checks.names import is_usual

UNANCHORED = "CTX004"


def unanchored(evidence: Evidence) -> Iterator[Finding]:
    """The same name lies deeper, and is sent."""
    for use in evidence.uses:
        rule, deeper = use.rule, use.deeper
        if deeper is None or not is_usual(rule.pattern):
            continue
        line = f"**/{rule.pattern}"
        yield Finding(
            UNANCHORED,
            Severity.WARNING,
            f"{rule.pattern} is kept out at the top alone; {deeper.example} is sent",
            file=rule.source,
            line=rule.line,
            path=deeper.example,
            bytes=deeper.bytes,
            fix=Fix(f"write {line}", None, (Edit(rule.source, rule.line, 1, (line,)),)),
        )
