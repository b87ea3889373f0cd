"""The rule that would help, in one line, where there is no room for more."""

from __future__ import annotations

from collections.abc import Sequence

from ctxguard.finding import Finding
from ctxguard.ignore.writing import line_for
from ctxguard.render.escape import line, quoted
from ctxguard.sizes import format_size


def would_help(findings: Sequence[Finding], path: str | None, file: str | None) -> str | None:
    """What to do about the ignore file; None if nothing can be said.

    Args:
        findings: the one that would bring the most first.
        path: what is heaviest, where nothing was found.
        file: the ignore file.
    """
    for found in findings:
        if found.fix is not None and found.bytes:
            where = f"in line {found.line} of" if found.line else "to"
            place = quoted(file or found.file or "")
            return f"{line(found.fix.description)} {where} {place} ({format_size(found.bytes)})"
    text = None if path is None else line_for(path.rstrip("/"))
    if not text or text == ".":
        return None
    return f"add {line(text)} to {quoted(file or '.dockerignore')}, if the image does not need it"
