"""What checks found, for a person and as JSON (`schema/lint.schema.json`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ctxguard.finding import Finding, Severity
from ctxguard.measurement import Context
from ctxguard.render import document
from ctxguard.render.amounts import counted
from ctxguard.render.escape import line
from ctxguard.render.look import Terminal
from ctxguard.render.terminal import finding_text
from ctxguard.version import __version__

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def text(findings: Sequence[Finding], terminal: Terminal) -> str:
    """A line or two for each, and how many there are."""
    lines = (
        [] if terminal.brief else [each for found in findings for each in _lines(found, terminal)]
    )
    return "\n".join([*lines, _count(findings)]) + "\n"


def _lines(found: Finding, terminal: Terminal) -> list[str]:
    first, *others = map(line, finding_text(found))
    word = terminal.styled(found.severity.value, fg=_COLORS[found.severity])
    return [f"{word}: {first}", *others]


def _count(findings: Sequence[Finding]) -> str:
    numbers = Counter(found.severity for found in findings)
    parts = [counted(numbers[each], each.value) for each in Severity if numbers[each]]
    return ", ".join(parts) if parts else "nothing to find fault with"


def render(findings: Sequence[Finding], context: Context) -> str:
    """One JSON document."""
    value = {
        "schema_version": document.SCHEMA_VERSION,
        "ctxguard": __version__,
        "context": document.context(context),
        "findings": [document.finding(found) for found in findings],
    }
    return document.dumps(value, indent=2) + "\n"
