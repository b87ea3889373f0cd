"""Every renderer, held against what it made of the canonical Report before.

Refresh with `pytest tests/golden --snapshot-update`, and read the difference.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import partial

import pytest
from syrupy.assertion import SnapshotAssertion

from ctxguard.dependencies import Dependency, Verdict
from ctxguard.finding import Finding
from ctxguard.measurement import Effect, Measurement
from ctxguard.render import FORMATS, terminal
from ctxguard.render.look import Terminal
from ctxguard.report import Report
from ctxguard.version import __version__
from tests.conftest import File, Result
from tests.golden.canonical import (
    DEPENDENCIES,
    FAILURES,
    FINDINGS,
    MEASUREMENT,
    OF_AN_IMAGE,
    OVER_BUDGET,
)

Renderer = Callable[[Sequence[Report]], str]
Run = Callable[..., Result]
TERMINALS = {
    "100 columns": Terminal(width=100),
    "60 columns": Terminal(width=60),
    "color": Terminal(width=100, color=True),
    "without Unicode": Terminal(width=100, unicode=False),
    "brief": Terminal(width=100, brief=True),
}
RENDERERS: dict[str, Renderer] = {
    **FORMATS,
    **{
        f"terminal, {name}": partial(terminal.render, terminal=shape)
        for name, shape in TERMINALS.items()
    },
}
WHOLE = {name: render for name, render in RENDERERS.items() if "brief" not in name}


_FIXED = re.compile(
    r"(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)|sha256-[^']+", re.DOTALL
)
"""What of a page is the same for all reports."""


def lasting(text: str) -> str:
    """Without what changes from version to version."""
    shown = _FIXED.sub("...", text) if text.startswith("<!doctype html>") else text
    return shown.replace(f'"{__version__}"', '"1.2.3"')


@pytest.mark.parametrize("name", RENDERERS)
def test_over_budget(name: str, snapshot: SnapshotAssertion) -> None:
    assert lasting(RENDERERS[name]([OVER_BUDGET])) == snapshot


@pytest.mark.parametrize("name", RENDERERS)
def test_two_reports(name: str) -> None:
    context = replace(MEASUREMENT.context, root="/srv/web")
    two = replace(OVER_BUDGET, name="web", measurement=replace(MEASUREMENT, context=context))
    one = OVER_BUDGET
    render = RENDERERS[name]
    assert render([one, two]) != render([two, one])
    assert len(render([one, two])) > len(render([one]))


@pytest.mark.parametrize("left_out", FINDINGS, ids=lambda finding: finding.code)
@pytest.mark.parametrize("name", WHOLE)
def test_no_finding_is_left_out(name: str, left_out: object) -> None:
    whole = WHOLE[name]([OVER_BUDGET])
    rest = tuple(finding for finding in FINDINGS if finding is not left_out)
    assert len(rest) == len(FINDINGS) - 1
    without = WHOLE[name]([replace(OVER_BUDGET, findings=rest)])
    assert without != whole
    for finding in FINDINGS:
        assert finding.code in whole
        assert (finding.code in without) == (finding is not left_out)


IN_FULL = ("json", "markdown", "csv", "html")
"""What lists every package; pages of a terminal have those that are not found in use."""
SHOWN = [
    (name, row)
    for name in WHOLE
    for row in DEPENDENCIES.rows
    if name in IN_FULL or (name.startswith("terminal") and row.verdict is not Verdict.USED)
]


@pytest.mark.parametrize("of", [OVER_BUDGET, OF_AN_IMAGE], ids=["context", "image"])
@pytest.mark.parametrize(
    ("name", "left_out"), SHOWN, ids=[f"{name}, {row.key}" for name, row in SHOWN]
)
def test_no_dependency_is_left_out(name: str, left_out: Dependency, of: Report) -> None:
    rows = tuple(
        replace(row, name=f"unlike-{row.key}", redundant_with=()) for row in DEPENDENCIES.rows
    )
    rest = tuple(row for row in rows if row.key != left_out.key)
    assert len(rest) == len(rows) - 1
    told = f"unlike-{left_out.key}"
    for shown, holds in ((rows, True), (rest, False)):
        report = replace(of, dependencies=replace(DEPENDENCIES, rows=shown))
        assert (told in WHOLE[name]([report])) == holds


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.value)
@pytest.mark.parametrize("name", [*IN_FULL, "openmetrics", *(n for n in WHOLE if "terminal" in n)])
def test_no_sum_of_dependencies_is_left_out(name: str, verdict: Verdict) -> None:
    sums = tuple(
        replace(each, packages=each.packages + 4321 * (each.verdict is verdict))
        for each in DEPENDENCIES.sums
    )
    more = replace(OVER_BUDGET, dependencies=replace(DEPENDENCIES, sums=sums))
    number = {each.packages for each in sums if each.packages > 4321}.pop()
    shown = WHOLE[name]([more]).replace(",", "")
    assert str(number) in shown
    assert str(number) not in WHOLE[name]([OVER_BUDGET]).replace(",", "")


def test_brief_pages_have_no_dependencies() -> None:
    shown = RENDERERS["terminal, brief"]([OVER_BUDGET])
    assert shown == RENDERERS["terminal, brief"]([replace(OVER_BUDGET, dependencies=None)])


@pytest.mark.parametrize("name", FORMATS)
def test_without_dependencies_there_is_no_word_of_them(name: str) -> None:
    without = replace(OVER_BUDGET, findings=(), dependencies=None)
    assert "ependenc" not in lasting(FORMATS[name]([without]))


@pytest.mark.parametrize("effect", Effect, ids=lambda effect: effect.value)
@pytest.mark.parametrize("name", RENDERERS)
def test_no_problem_is_left_out(name: str, effect: Effect) -> None:
    problems = MEASUREMENT.problems
    rest = tuple(problem for problem in problems if problem.effect is not effect)
    assert len(rest) == len(problems) - 1
    fewer = replace(OVER_BUDGET, measurement=replace(MEASUREMENT, problems=rest))
    assert effect.value in RENDERERS[name]([OVER_BUDGET])
    assert effect.value not in RENDERERS[name]([fewer])


@pytest.mark.parametrize("name", FORMATS)
def test_what_failed_is_told(name: str) -> None:
    for reports in ([OVER_BUDGET], []):
        assert "web =data" in _text(FORMATS[name](reports, FAILURES))


def _text(shown: str) -> str:
    """As a reader sees it, in Markdown that is."""
    return html.unescape(shown)


UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("name", RENDERERS)
def test_nothing_hostile_comes_through(name: str) -> None:
    shown = RENDERERS[name]([OVER_BUDGET])
    if name in FORMATS:
        shown += FORMATS[name]([OVER_BUDGET, OVER_BUDGET], FAILURES)
    unseen = {
        char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    }
    assert unseen <= ({"\n", "\x1b"} if name == "terminal, color" else {"\n"})
    assert "\x1b[31m\u202e" not in shown
    assert "##[" not in shown
    commands = [each for each in shown.splitlines() if each.lstrip().startswith("::")]
    assert not commands or name == "github"


@pytest.mark.parametrize("name", FORMATS)
def test_the_terminal_changes_nothing(
    name: str, make_tree: Callable[..., str], run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"a.bin": File(size=5_000_000)}
    root = make_tree({".dockerignore": "data/ # no comment\n", "data": data})
    argv = ["report", root, "--critical", "1kB", "--format", name]
    plain = run_cli(*argv)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run_cli(*argv, "--color", "always").out == plain.out
    assert plain.code == 1
    assert "CTX002" in plain.out


@pytest.mark.parametrize("name", RENDERERS)
def test_an_image(name: str, snapshot: SnapshotAssertion) -> None:
    shown = RENDERERS[name]([OF_AN_IMAGE])
    assert lasting(shown) == snapshot
    unseen = {each for each in shown if unicodedata.category(each) in UNSEEN}
    assert unseen <= ({"\n", "\x1b"} if name == "terminal, color" else {"\n"})
    assert "##[" not in shown


@pytest.mark.parametrize("name", WHOLE)
def test_by_instruction(name: str, snapshot: SnapshotAssertion) -> None:
    report = replace(OVER_BUDGET, groups=MEASUREMENT.instructions, findings=())
    assert lasting(WHOLE[name]([report])) == snapshot


def test_the_canonical_report_has_everything() -> None:
    may_be_none = {"legacy_reason", "overview", "image"}
    values: list[Report | Measurement | Finding] = [OVER_BUDGET, MEASUREMENT, *FINDINGS[1:2]]
    empty = {
        field.name
        for value in values
        for field in fields(value)
        if getattr(value, field.name) in (None, ())
    }
    # What a finding is about is a file and a line, or a path.
    assert empty - may_be_none == {"file", "line"}
