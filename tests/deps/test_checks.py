"""What is wrong with the packages of a project: each code with a near miss beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ctxguard.dependencies import (
    Dependencies,
    Dependency,
    Evidence,
    Place,
    Undeclared,
    Verdict,
    Why,
)
from ctxguard.deps.checks import TITLES, findings, pairs, undeclared
from ctxguard.finding import Severity

PLACE = Place("requirements.txt", 3)
IMPORTED = Evidence(Why.IMPORT, "imported as it", Place("app/main.py", 7))
TOOL = Evidence(Why.TOOL, "a known tool of developers")
NOBODY = Evidence(Why.IMPORT, "no file imports it")


def row(key: str, verdict: Verdict = Verdict.USED, *evidence: Evidence) -> Dependency:
    return Dependency(key, verdict, evidence or (IMPORTED,), (PLACE,), key=key)


def found(*rows: Dependency, undeclared: Sequence[Undeclared] = ()) -> Dependencies:
    return Dependencies(rows, (), None, tuple(undeclared), ())


UNUSED = replace(row("cv", Verdict.UNUSED, NOBODY), bytes=10, exclusive_bytes=30)
DEVELOPMENT = row("black", Verdict.DEVELOPMENT, TOOL)
DOUBTFUL = replace(row("redis", Verdict.NEEDS_VERIFICATION), question="Does a URL name it?")
MISSING = replace(row("jinja2"), for_production=False)
CASES = [
    pytest.param(UNUSED, "PKG001", "cv is not needed: no file imports it", id="unused"),
    pytest.param(
        DEVELOPMENT,
        "PKG002",
        "black is for development, and a production install has it: a known tool of developers",
        id="a tool in production",
    ),
    pytest.param(DOUBTFUL, "PKG003", "redis may not be needed: Does a URL name it?", id="doubtful"),
    pytest.param(
        MISSING,
        "PKG005",
        "jinja2 is declared for development alone, and the application needs it: "
        "imported as it (app/main.py:7)",
        id="missing in production",
    ),
]
NEAR_MISSES = [
    pytest.param(row("flask"), id="used"),
    pytest.param(replace(DEVELOPMENT, for_production=False), id="a tool where tools belong"),
    pytest.param(
        replace(MISSING, evidence=(Evidence(Why.REQUIRED_BY, "needed by flask"),)),
        id="brought by another package",
    ),
    pytest.param(
        replace(MISSING, evidence=(Evidence(Why.MARKER, "for other platforms", PLACE),)),
        id="for other platforms",
    ),
    pytest.param(
        replace(
            MISSING,
            key="pytest",
            evidence=(Evidence(Why.COMMAND, "run as pytest", Place("Dockerfile", 3)),),
        ),
        id="a tool that a stage for tests runs",
    ),
]


@pytest.mark.parametrize(("given", "code", "message"), CASES)
def test_one_finding(given: Dependency, code: str, message: str) -> None:
    (each,) = findings(found(given))
    assert (each.code, each.message) == (code, message)
    assert (each.file, each.line) == ("requirements.txt", 3)
    assert each.bytes == (given.exclusive_bytes or 0)
    assert each.fix is not None
    assert each.code in TITLES


@pytest.mark.parametrize("given", NEAR_MISSES)
def test_nothing_to_find(given: Dependency) -> None:
    assert findings(found(given)) == ()


def test_a_tool_that_is_imported_is_needed() -> None:
    tool = replace(row("pytest"), for_production=False)
    assert [each.code for each in findings(found(tool))] == ["PKG005"]


def test_the_worst_first_then_the_heaviest() -> None:
    light = replace(UNUSED, name="light", key="light", exclusive_bytes=5)
    told = findings(found(DOUBTFUL, light, DEVELOPMENT, UNUSED, MISSING))
    assert [each.code for each in told] == ["PKG005", "PKG001", "PKG001", "PKG002", "PKG003"]
    assert [each.bytes for each in told] == [0, 30, 5, 0, 0]
    severities = [each.severity for each in told]
    assert severities == sorted(severities, key=list(Severity).index)


def test_commands_name_the_project() -> None:
    (each,) = findings(found(UNUSED), "it's mine")
    assert each.fix is not None
    assert each.fix.command == """ctxguard deps split 'it'"'"'s mine'"""


def test_the_line_for_production_counts() -> None:
    places = (Place("requirements-dev.txt", 1), Place("requirements.txt", 9))
    (each,) = findings(found(replace(DEVELOPMENT, declared=places)))
    assert (each.file, each.line) == ("requirements.txt", 9)


def same(key: str, other: str, verdict: Verdict = Verdict.USED, file: str = "a.txt") -> Dependency:
    size = len(key)
    return replace(
        row(key, verdict), redundant_with=(other,), exclusive_bytes=size, declared=(Place(file, 1),)
    )


def test_a_pair_is_told_once() -> None:
    told = findings(found(same("requests", "httpx"), same("httpx", "requests")))
    assert [(each.code, each.message, each.bytes) for each in told] == [
        ("PKG004", "httpx and requests do the same job", 5)
    ]


def test_a_pair_for_development_is_none() -> None:
    development = Verdict.DEVELOPMENT
    rows = (same("black", "ruff", development), same("ruff", "black", development))
    assert pairs(found(*rows)) == ()
    assert pairs(found(same("httpx", "requests"), same("requests", "httpx", development))) == ()


def test_pairs_of_two_parts_of_a_project() -> None:
    rows = [
        same(key, other, file=file)
        for file in ("a/requirements.txt", "b/requirements.txt")
        for key, other in (("httpx", "requests"), ("requests", "httpx"))
    ]
    told = pairs(found(*rows))
    assert len(told) == 2
    assert all(one.declared == other.declared for one, other in told)


def test_modules_that_nobody_brings() -> None:
    places = [Place("app/a.py", 1), Place("tests/test_a.py", 2), Place("app/b.py", 3)]
    given = found(undeclared=[Undeclared("yaml", place) for place in places])
    assert {module: len(some) for module, some in undeclared(given).items()} == {"yaml": 2}
    (each,) = findings(given)
    assert (each.code, each.file, each.line, each.related) == (
        "PKG006",
        "app/a.py",
        1,
        ("app/b.py",),
    )
