"""CTX017, CTX027: what COPY asks for and the ignore file keeps out, and what it need not bring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Edit, Finding, Fix, Severity

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

LOST = "CTX017"
OWN = "CTX027"


def lost(evidence: Evidence) -> Iterator[Finding]:
    """The build fails, after it has sent everything."""
    for problem, fix in evidence.lost:
        yield Finding(
            LOST, Severity.ERROR, problem.message, file=problem.path, line=problem.line, fix=fix
        )


def own(evidence: Evidence) -> Iterator[Finding]:
    """A word in the Dockerfile, or one more rule, makes `COPY . .` and all after it run anew."""
    if not evidence.own:
        return
    edit = evidence.ignore.adding(evidence.own[0])
    lines = Edit(edit.file, edit.line, 0, evidence.own)
    yield Finding(
        OWN,
        Severity.NOTE,
        f"an instruction that asks for everything copies {' and '.join(evidence.own)} too, so it "
        "runs anew after each change there",
        file=evidence.ignore.file,
        fix=Fix(f"add {' and '.join(evidence.own)}", None, (lines,)),
    )
