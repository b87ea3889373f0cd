"""CSV, read by a reader of CSV."""

from __future__ import annotations

import csv
import io

import pytest

from ctxguard.render import csv as render
from ctxguard.render.escape import line
from tests.golden.canonical import (
    DEPENDENCIES,
    FAILURES,
    FINDINGS,
    HOSTILE,
    MEASUREMENT,
    OVER_BUDGET,
)

ROWS = list(csv.DictReader(io.StringIO(render.render([OVER_BUDGET], FAILURES))))


def section(name: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["section"] == name]


def test_a_row_for_each() -> None:
    assert [row["name"] for row in section("finding")] == [each.code for each in FINDINGS]
    assert len(section("problem")) == len(MEASUREMENT.problems) + len(DEPENDENCIES.problems)
    assert len(section("dependencies")) == len(DEPENDENCIES.sums)
    assert len(section("dependency")) == len(DEPENDENCIES.rows)
    assert len(section("undeclared")) == len(DEPENDENCIES.undeclared)
    assert len(section("limit")) == len(OVER_BUDGET.verdict.limits)
    assert section("size")[0]["bytes"] == str(MEASUREMENT.size.bytes)
    assert section("failure")[0]["context"] == line(FAILURES[0].name)
    assert all(None not in row and None not in row.values() for row in ROWS)


def test_a_name_comes_back() -> None:
    assert f"'{line(HOSTILE)}" in {row["name"] for row in section("heaviest file")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["section"])
def test_no_cell_is_a_formula(row: dict[str, str]) -> None:
    assert not any(value.lstrip()[:1] in {"=", "+", "-", "@"} for value in row.values() if value)
