"""CTX002, CTX003: comments that are none, for Docker knows only `#` at the start of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

INLINE = "CTX002"
INDENTED = "CTX003"
_INLINE = re.compile(r"(?P<pattern>.*\S)\s+(?P<comment>#.*)")


def split(line: str) -> tuple[str, str] | None:
    """The pattern and the comment behind it; None if there is none."""
    found = _INLINE.fullmatch(line.rstrip())
    if found is None or found["pattern"].lstrip().startswith("#"):
        return None
    return found["pattern"].strip(), found["comment"]


def message(comment: str) -> str:
    """What to say of a comment behind a pattern."""
    return f'"{comment}" is part of the pattern, no comment; the rule matches nothing'


def inline(evidence: Evidence) -> Iterator[Finding]:
    """A comment behind a pattern becomes part of it, and the rule matches nothing."""
    for use in evidence.uses:
        rule = use.rule
        parts = split(rule.raw)
        if parts is None or use.hits:
            continue
        pattern, comment = parts
        yield at_rule(
            INLINE,
            Severity.ERROR,
            rule,
            message(comment),
            mend=f"put the comment on a line of its own, above {pattern}",
            lines=(comment, pattern),
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
