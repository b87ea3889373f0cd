"""Markdown, read by GitHub's own parser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctxguard.render import markdown
from ctxguard.render.escape import line
from tests.golden.canonical import DEPENDENCIES, FAILURES, HOSTILE, OVER_BUDGET
from tests.render.markdown_reader import page

KNOWN = {
    *("h3", "h4", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"),
    *("ul", "li", "br"),
}


def test_nothing_but_what_is_meant() -> None:
    found = page(markdown.render([OVER_BUDGET], FAILURES))
    assert found.elements == KNOWN
    assert found.attributes <= {"align"}
    assert not found.comments
    for strange in ("@", "<", ">", "`", "|", "alert", "=data", "#"):
        assert strange not in found.prose


def test_hostile_names_are_shown_whole() -> None:
    assert line(HOSTILE) in "".join(page(markdown.render([OVER_BUDGET], FAILURES)).codes)


def test_tables_keep_their_shape() -> None:
    rows = page(markdown.render([OVER_BUDGET, OVER_BUDGET], FAILURES)).rows
    report = OVER_BUDGET
    facts, limits = 1 + 10, 1 + len(report.verdict.limits)
    heaviest, types = 2 + len(report.measurement.heaviest.rows), 1 + 3
    sums, packages = 1 + len(DEPENDENCIES.sums), 1 + len(DEPENDENCIES.rows)
    page_rows = [3] * facts + [4] * (limits + heaviest + sums + packages) + [3] * types
    assert rows == [4] * 4 + page_rows * 2


def test_one_failure_alone() -> None:
    assert "failed" in markdown.render([], FAILURES)


@pytest.mark.parametrize(
    "name", ["a|b", "a\\|b", "``", "`", " a ", "a\nb", "<b>", "\\", "&amp;", "a`"]
)
def test_a_cell_holds_the_name(name: str) -> None:
    heaviest = OVER_BUDGET.measurement.heaviest
    row = replace(heaviest.rows[2], path=name)
    measurement = replace(
        OVER_BUDGET.measurement, heaviest=replace(heaviest, rows=(row,), rest_bytes=0)
    )
    report = replace(OVER_BUDGET, measurement=measurement, groups=None, findings=())
    found = page(markdown.render([report]))
    assert found.rows[-2:] == [4, 4]
    last = "".join(found.codes).rpartition(".dockerignore")[2]
    assert line(name).strip() in last
