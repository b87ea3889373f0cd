"""Each check with an example that trips it and a near miss that does not."""

from __future__ import annotations

from dataclasses import replace

from ctxguard.finding import Severity
from ctxguard.guard.checks import broken_rules
from ctxguard.measurement import DormantRule
from tests.golden.canonical import MEASUREMENT


def test_broken_rules() -> None:
    rules = (
        DormantRule("![z-a]", "syntax error in pattern", ".dockerignore", 4),
        DormantRule("x*[", "syntax error in pattern", None, None),
    )
    first, second = broken_rules.check(replace(MEASUREMENT, dormant_rules=rules))
    assert (first.code, first.severity) == ("CTX001", Severity.WARNING)
    assert (first.file, first.line) == (".dockerignore", 4)
    assert '"![z-a]"' in first.message
    assert "syntax error in pattern" in first.message
    assert (second.file, second.line) == (None, None)


def test_no_broken_rules() -> None:
    assert broken_rules.check(replace(MEASUREMENT, dormant_rules=())) == ()
