"""CTX002, CTX003: comments that are none, for Docker knows only `#` at the start of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxguard.context.evidence import Evidence
from ctxguard.finding import Edit, Finding, Fix, Severity

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
        yield Finding(
            INLINE,
            Severity.ERROR,
            f'"{found["comment"]}" is part of the pattern, no comment; the rule matches nothing',
            file=rule.source,
            line=rule.line,
            fix=Fix(
                f"put the comment on a line of its own, above {mended[1]}",
                None,
                (Edit(rule.source, rule.line, 1, mended),),
            ),
        )


def indented(evidence: Evidence) -> Iterator[Finding]:
    """A comment behind blanks is a pattern."""
    for use in evidence.uses:
        rule = use.rule
        comment = rule.raw.strip()
        if use.hits or rule.raw.startswith("#") or not comment.startswith("#"):
            continue
        yield Finding(
            INDENTED,
            Severity.NOTE,
            "it is no comment but a pattern, since blanks stand before its #",
            file=rule.source,
            line=rule.line,
            fix=Fix("take out the blanks", None, (Edit(rule.source, rule.line, 1, (comment,)),)),
        )
