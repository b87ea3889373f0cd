"""A finding that is about one rule, and the lines that belong in its place."""

from __future__ import annotations

from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.ignore.reader import IgnoreRule


def at_rule(
    code: str,
    severity: Severity,
    rule: IgnoreRule,
    message: str,
    *,
    mend: str,
    lines: tuple[str, ...],
) -> Finding:
    """Args: mend: what to do; lines: what comes in place of the rule's own, if anything."""
    edit = Edit(rule.source, rule.line, 1, lines)
    return Finding(
        code,
        severity,
        message,
        file=rule.source,
        line=rule.line,
        fix=Fix(mend, None, (edit,)),
    )
