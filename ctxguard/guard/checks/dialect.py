"""CTX013, CTX014, CTX023, CTX024: what other tools understand in a pattern, and Docker does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence, RuleUse

BRACES = "CTX013"
BANG = "CTX014"
REGULAR = "CTX023"
BACKSLASH = "CTX024"
_BRACES = re.compile(r"(?P<before>[^{}\\]*)\{(?P<parts>[^{}\\]*,[^{}\\]*)\}(?P<after>[^{}\\]*)")
_BANG = re.compile(r"\[!")
_MOST_PARTS = 20
_WILD = re.compile(r"[*?\[\]\\]")
"""With one of these, Docker makes a regular expression of a pattern."""
_SHINING_THROUGH = re.compile(r"(?<!\\)[|{}]|(?<!\\)(?<![\[])\^")
"""What it forgets to escape then."""
_BEFORE_WORD = re.compile(r"\\(?=\w)")


def braces(evidence: Evidence) -> Iterator[Finding]:
    """`{a,b}` are no alternatives: the braces and the comma stand for themselves."""
    for use in evidence.uses:
        found = _BRACES.fullmatch(use.rule.text)
        if found is None or use.hits:
            continue
        parts = found["parts"].split(",")[:_MOST_PARTS]
        lines = tuple(f"{found['before']}{part}{found['after']}" for part in parts)
        yield _finding(BRACES, use, "braces are no alternatives here", "a line for each", lines)


def bang(evidence: Evidence) -> Iterator[Finding]:
    """`[!a]` is a or an exclamation mark; what is not a is `[^a]`."""
    for use in evidence.uses:
        text = use.rule.text
        if _BANG.search(text) is not None:
            mended = _BANG.sub("[^", text)
            yield _finding(
                BANG, use, "[! begins no negated set here; [^ does", f"write {mended}", (mended,)
            )


def regular(evidence: Evidence) -> Iterator[Finding]:
    """`|`, `{2}` and `^` mean what they do in regular expressions, beside a wildcard only."""
    for use in evidence.uses:
        text = use.rule.text
        if not _WILD.search(text) or _BRACES.fullmatch(text) is not None:
            continue
        mended = _SHINING_THROUGH.sub(r"\\\g<0>", text)
        if mended != text:
            message = "beside a wildcard, | { } and ^ mean what they do in regular expressions"
            yield _finding(REGULAR, use, message, f"write {mended}", (mended,))


def backslash(evidence: Evidence) -> Iterator[Finding]:
    """A backslash is no separator: before a letter it means a class, or the build fails."""
    for use in evidence.uses:
        mended = _BEFORE_WORD.sub("/", use.rule.text)
        if mended != use.rule.text:
            message = "a backslash separates no folders, and before a letter it has a meaning"
            yield _finding(BACKSLASH, use, message, f"write {mended}", (mended,))


def _finding(code: str, use: RuleUse, message: str, mend: str, lines: tuple[str, ...]) -> Finding:
    text = f"{use.rule.text}: {message}"
    return at_rule(code, Severity.WARNING, use.rule, text, mend=mend, lines=lines)
