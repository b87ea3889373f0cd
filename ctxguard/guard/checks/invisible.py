"""CTX025, CTX026: what nobody sees in a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_rule import at_rule

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

INVISIBLE = "CTX025"
BLANKS = "CTX026"
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def invisible(evidence: Evidence) -> Iterator[Finding]:
    """It is part of the pattern all the same; of control characters BuildKit makes an error."""
    for use in evidence.uses:
        text = use.rule.text
        mended = "".join(char for char in text if not _is_unseen(char))
        if mended != text:
            message = "it holds a character that nobody sees, which is part of the pattern"
            yield at_rule(
                INVISIBLE, Severity.WARNING, use.rule, message, mend="take it out", lines=(mended,)
            )


def blanks(evidence: Evidence) -> Iterator[Finding]:
    """Docker takes them off: nothing can name a path that ends in a blank."""
    for use in evidence.uses:
        raw = use.rule.raw
        if raw != raw.rstrip():
            yield at_rule(
                BLANKS, Severity.NOTE, use.rule, "blanks at the end of the line do nothing",
                mend="take them out", lines=(raw.rstrip(),),
            )  # fmt: skip


def _is_unseen(char: str) -> bool:
    return char != " " and unicodedata.category(char) in _UNSEEN
