"""Workflow commands, taken apart as GitHub's runner does it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ctxguard.finding import Finding, Severity
from ctxguard.render import github
from ctxguard.render.escape import line
from ctxguard.report import Report, Status, Verdict
from tests.golden.canonical import FAILURES, HOSTILE, MEASUREMENT, OVER_BUDGET

GOOD = Report(replace(MEASUREMENT, problems=()), Verdict(Status.OK, OVER_BUDGET.verdict.limits[4:]))


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Command, properties and message of each line."""
    found = []
    for each in text.splitlines():
        command, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", each).groups()  # type: ignore[union-attr]
        pairs = (pair.partition("=") for pair in properties.split(","))
        shown = {name: _plain(value, ":,") for name, _, value in pairs}
        found.append((command, shown, _plain(message)))
    return found


def _plain(text: str, more: str = "") -> str:
    for char in f"\r\n{more}%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def test_every_line_is_one_command() -> None:
    found = commands(github.render([OVER_BUDGET], FAILURES))
    assert {command for command, _, _ in found} == {"error", "warning", "notice"}
    for _, properties, _ in found:
        assert set(properties) <= {"file", "line", "title"}


def test_a_place_is_one_in_the_repository() -> None:
    places = [
        (properties.get("file"), properties.get("line"))
        for _, properties, message in commands(github.render([OVER_BUDGET]))
        if "is broken" in message
    ]
    assert places == [("services/music videos/.dockerignore", "9")]


def test_a_hostile_name_is_whole() -> None:
    found = commands(github.render([OVER_BUDGET]))
    assert any(
        properties.get("file") == f"services/music videos/{line(HOSTILE)}"
        for _, properties, _ in found
    )


@pytest.mark.parametrize("many", [9, 10, 11, 40])
def test_at_most_ten_of_a_kind(many: int) -> None:
    findings = tuple(Finding(f"CTX{at:03}", Severity.WARNING, "x") for at in range(many))
    found = commands(github.render([replace(GOOD, findings=findings)]))
    warnings = [message for command, _, message in found if command == "warning"]
    assert len(warnings) == min(many, 10)
    if many > 10:
        assert warnings[-1].startswith(f"{many - 9} more: CTX009, CTX010")
        assert f"CTX{many - 1:03}" in warnings[-1]


def test_good_news() -> None:
    ((command, properties, message),) = commands(github.render([GOOD]))
    assert (command, properties) == ("notice", {"title": "Build context (ok)"})
    assert message.startswith("2.35GB. OK: within budget")


def test_the_worse_of_two_tiers_is_enough() -> None:
    titles = [properties["title"] for _, properties, _ in commands(github.render([OVER_BUDGET]))]
    assert "Build context over budget (critical-context-size)" in titles
    assert "Build context over budget (warning-context-size)" not in titles
