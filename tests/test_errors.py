from __future__ import annotations

import pytest

from ctxguard.errors import CtxguardError, ExitCode, MeasureError, PatternError, UsageError

CODES = [
    ("OK", 0),
    ("TRIPPED", 1),
    ("USAGE", 2),
    ("NOT_MEASURED", 3),
    ("INTERRUPTED", 130),
]


def test_exit_codes_are_a_promise() -> None:
    assert [(code.name, code.value) for code in ExitCode] == CODES


MESSAGES = [
    ("no place", UsageError("no"), "no"),
    ("a file", UsageError("no", path="a/b.toml"), "a/b.toml: no"),
    ("a line of a file", UsageError("no", path="a/b.toml", line=7), "a/b.toml:7: no"),
    (
        "Docker's words",
        PatternError("a[", "syntax error in pattern", path=".dockerignore", line=2),
        '.dockerignore:2: pattern "a[" is refused by Docker: syntax error in pattern',
    ),
]


@pytest.mark.parametrize(
    ("error", "text"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES]
)
def test_a_message_begins_with_the_place(error: CtxguardError, text: str) -> None:
    assert str(error) == text


EXITS = [
    (CtxguardError("x"), ExitCode.USAGE),
    (UsageError("x"), ExitCode.USAGE),
    (MeasureError("x"), ExitCode.NOT_MEASURED),
    (PatternError("x", "y"), ExitCode.NOT_MEASURED),
]


@pytest.mark.parametrize(("error", "code"), EXITS, ids=[type(error).__name__ for error, _ in EXITS])
def test_each_error_knows_its_exit_code(error: CtxguardError, code: ExitCode) -> None:
    assert error.exit_code is code


def test_a_refused_pattern_keeps_its_parts() -> None:
    error = PatternError("a[", "syntax error in pattern", path="f", line=3)
    assert (error.pattern, error.reason, error.path, error.line) == (
        "a[",
        "syntax error in pattern",
        "f",
        3,
    )
    # pathspec's callers expect a ValueError from a pattern that is none.
    assert isinstance(error, ValueError)
