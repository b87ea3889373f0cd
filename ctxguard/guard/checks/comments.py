"""CTX002, CTX003: comments that are none, for Docker knows only `#` at the start of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxguard.context.evidence import Evidence
from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule

INLINE = "CTX002"
INDENTED = "CTX003"
_INLINE = re.compile(r"(?P<pattern>.*\S)\s+(?P<comment>#.*)")


def inline(evidence: Evidence) -> Iterator[Finding]:
    """A comment behind a pattern becomes part of it, and the rule matches nothing."""
    for use in evidence.uses:
        rule = use.rule
        found = _INLINE.fullmatch(rule.raw.rstrip())
        if found is None or use.hits or found["pattern"].lstrip().startswith("#"):
            continue
        mended = (found["comment"], found["pattern"].strip())
        yield at_rule(
            INLINE,
            Severity.ERROR,
            rule,
            f'"{found["comment"]}" is part of the pattern, no comment; the rule matches nothing',
            mend=f"put the comment on a line of its own, above {mended[1]}",
            lines=mended,
        )


def indented(evidence: Evidence) -> Iterator[Finding]:
    """A comment behind blanks is a pattern."""
    for use in evidence.uses:
        rule = use.rule
        comment = rule.raw.strip()
        if use.hits or rule.raw.startswith("#") or not comment.startswith("#"):
            continue
        yield at_rule(
            INDENTED,
            Severity.NOTE,
            rule,
            "it is no comment but a pattern, since blanks stand before its #",
            mend="take out the blanks",
            lines=(comment,),
        )
