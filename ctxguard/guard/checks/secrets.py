"""CTX015: a file that holds a secret is sent. Its content is neither read nor shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Fix, Severity
from ctxguard.guard.secrets import secret_kind
from ctxguard.ignore.writing import line_for

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

CODE = "CTX015"


def secret(evidence: Evidence) -> Iterator[Finding]:
    """Whoever has the image has it, if an instruction bakes it into a layer."""
    for file in evidence.suspects:
        kind = secret_kind(file.path) or file.content
        if kind is None:
            continue
        lines = ", ".join(str(each.line) for each in file.brought_by)
        baked = f"line {lines} of {file.brought_by[0].file} bakes it in" if lines else "is sent"
        yield Finding(
            CODE,
            Severity.ERROR,
            f"it holds {kind}, and {baked}",
            path=file.path,
            bytes=file.bytes,
            fix=_fix(evidence, file.path),
        )


def _fix(evidence: Evidence, path: str) -> Fix | None:
    text = line_for(path)
    if text is None:
        return None
    return Fix(f"add {text}", None, (evidence.ignore.adding(text),))
