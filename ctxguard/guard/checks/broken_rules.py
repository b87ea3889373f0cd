"""CTX001: a rule that Docker cannot compile and that this tree happens not to reach."""

from __future__ import annotations

from ctxguard.finding import Finding, Severity
from ctxguard.measurement import Measurement

CODE = "CTX001"


def check(measurement: Measurement) -> tuple[Finding, ...]:
    """The build works as long as no path makes Docker evaluate the rule, and fails from then on."""
    return tuple(
        Finding(
            CODE,
            Severity.WARNING,
            f'pattern "{rule.pattern}" is malformed; no path makes Docker look at it now, '
            f"but the next one that does fails the build: {rule.reason}",
            file=rule.file,
            line=rule.line,
        )
        for rule in measurement.dormant_rules
    )
