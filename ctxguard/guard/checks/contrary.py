"""CTX019 to CTX022: rules that come to something else than they say, or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.guard.checks.at_rule import at_rule
from ctxguard.measurement import Effect

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

EMPTY = "CTX019"
UNDONE = "CTX020"
BACKENDS = "CTX021"
UNDOCUMENTED = "CTX022"
_WILD = re.compile(r"[*?\[\\]")


def empty(evidence: Evidence) -> Iterator[Finding]:
    """A file that is sent without its content."""
    for problem in evidence.measurement.problems:
        if problem.effect is Effect.SENT_EMPTY:
            yield Finding(EMPTY, Severity.WARNING, problem.message, path=problem.path)


def undone(evidence: Evidence) -> Iterator[Finding]:
    """An exception before the rule that keeps out what it is to take back: the last rule wins."""
    for use in evidence.uses:
        if use.needed or use.undone_by is None or not use.rule.negated:
            continue
        message = f"{use.rule.text}: line {use.undone_by} comes later and undoes it"
        file = use.rule.source
        edits = (
            Edit(file, use.undone_by + 1, 0, (use.rule.raw.strip(),)),
            Edit(file, use.rule.line, 1, ()),
        )
        fix = Fix(f"move it behind line {use.undone_by}", None, edits)
        yield Finding(UNDONE, Severity.WARNING, message, file=file, line=use.rule.line, fix=fix)


def backends(evidence: Evidence) -> Iterator[Finding]:
    """The classic builder looks for exceptions by the start of their text alone."""
    for use in evidence.uses:
        found = use.other_backend
        if found is None:
            continue
        yield Finding(
            BACKENDS,
            Severity.WARNING,
            f"{use.rule.text}: BuildKit and the classic builder make something else of it; "
            f"one of them is sent {found.example} and the other is not",
            file=use.rule.source,
            line=use.rule.line,
            path=found.example,
            bytes=found.bytes,
        )


def undocumented(evidence: Evidence) -> Iterator[Finding]:
    """Docker forgets an exception at a folder that was not ignored when it came there."""
    texts = {use.rule.text for use in evidence.uses}
    for use in evidence.uses:
        found = use.undocumented
        if found is None:
            continue
        rule = use.rule
        message = f"{rule.text}: it does not do what the documentation says, for {found.example}"
        below = f"!{rule.pattern}/**"
        if _WILD.search(rule.pattern) or below in texts:
            yield Finding(
                UNDOCUMENTED, Severity.WARNING, message, file=rule.source, line=rule.line,
                path=found.example, bytes=found.bytes,
            )  # fmt: skip
            continue
        yield at_rule(
            UNDOCUMENTED, Severity.WARNING, rule, message, mend=f"add {below}",
            lines=(rule.raw, below),
        )  # fmt: skip
