"""The expressions that the runner of these tests knows, and that it refuses all others."""

from __future__ import annotations

import pytest

from tests.action.expressions import Scope, UnknownExpressionError

CONTEXTS = {"inputs": {"history": "true", "max-growth": ""}, "github": {"event_name": "push"}}


def scope(*, failed: bool = False) -> Scope:
    functions = {"always": lambda: True, "success": lambda: not failed, "failure": lambda: failed}
    return Scope(CONTEXTS, functions)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.history == 'true'", True),
        ("inputs.history == 'TRUE'", True),
        ("inputs.history != 'true'", False),
        ("inputs.max-growth", ""),
        ("inputs.max-growth || 'none'", "none"),
        ("always() && github.event_name == 'pull_request'", False),
        ("!(github.event_name == 'pull_request') && 'it''s'", "it's"),
        ("false || true && null", None),
    ],
)
def test_value(text: str, value: object) -> None:
    assert scope().value(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "inputs.nothing", "secrets.X", "fromJSON('1')", "1 + 1", "inputs", "'a' == true",
     "always() always()", "(true"],
)  # fmt: skip
def test_unknown(text: str) -> None:
    with pytest.raises(UnknownExpressionError):
        scope().value(text)


@pytest.mark.parametrize(
    ("condition", "runs", "runs_after_a_failure"),
    [
        (None, True, False),
        ("inputs.history == 'true'", True, False),
        ("always()", True, True),
        ("${{ failure() }}", False, True),
        ("always() && inputs.history != 'true'", False, False),
    ],
)
def test_condition(condition: str | None, *, runs: bool, runs_after_a_failure: bool) -> None:
    assert scope().holds(condition) is runs
    assert scope(failed=True).holds(condition) is runs_after_a_failure


def test_splicing() -> None:
    assert scope().spliced("a-${{ github.event_name }}@${{inputs.history}}-b") == "a-push@true-b"
