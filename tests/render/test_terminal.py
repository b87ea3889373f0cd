"""The report for a person, in the cases that the canonical one does not have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from ctxguard.finding import Finding, Fix, Severity
from ctxguard.guard.budget import Budget, judge
from ctxguard.measurement import (
    Effect,
    EntryKind,
    Heaviest,
    HeavyPath,
    LegacyTransfer,
    Measurement,
    Problem,
    Totals,
)
from ctxguard.render.look import Terminal
from ctxguard.render.terminal import render
from ctxguard.report import Report
from tests.golden.canonical import MEASUREMENT, OVER_BUDGET, TARGETS


def measured(size: int = 0, files: int = 0, *, complete: bool = True) -> Measurement:
    return replace(
        MEASUREMENT,
        size=Totals(size, files),
        complete=complete,
        problems=(),
        excluded=None,
        targets=TARGETS[1:2],
        instructions=None,
        heaviest=Heaviest((), 0, 0),
    )


def lines(measurement: Measurement, budget: Budget, **terminal: Any) -> list[str]:
    report = Report(measurement, judge(measurement, budget))
    return render([report], Terminal(**terminal)).splitlines()


VERDICTS = [
    (
        "well within",
        measured(100, 1),
        Budget(1000, 2000),
        "OK: within budget, 900B left to the warning limit of 1.00kB",
    ),
    (
        "exactly at the limit",
        measured(1000, 1),
        Budget(1000, 2000),
        "OK: within budget, 0B left to the warning limit of 1.00kB",
    ),
    (
        "nearest to the number of files",
        measured(100, 9),
        Budget(1000, 2000, 10),
        "OK: within budget, 1 file left to the critical limit of 10 files",
    ),
    (
        "over the warning",
        measured(1001, 1),
        Budget(1000, 2000),
        "WARNING: over the warning limit of 1.00kB by 1B",
    ),
    (
        "over both, of which the worse counts",
        measured(2500, 1),
        Budget(1000, 2000),
        "CRITICAL: over the critical limit of 2.00kB by 500B",
    ),
    (
        "too large and too many",
        measured(2500, 3),
        Budget(1000, 2000, 2),
        "CRITICAL: over the critical limit of 2.00kB by 500B, "
        "and over the critical limit of 2 files by 1 file",
    ),
    (
        "a part, within",
        measured(100, 1, complete=False),
        Budget(1000, 2000),
        "INCOMPLETE: not everything could be counted, see the problems below",
    ),
    (
        "a part, over",
        measured(2500, 1, complete=False),
        Budget(1000, 2000),
        "CRITICAL: over the critical limit of 2.00kB by 500B",
    ),
    (
        "nothing allowed, nothing there",
        measured(0, 0),
        Budget(0, 0),
        "OK: within budget, 0B left to the warning limit of 0B",
    ),
]


@pytest.mark.parametrize(
    ("measurement", "budget", "verdict"),
    [row[1:] for row in VERDICTS],
    ids=[r[0] for r in VERDICTS],
)
def test_verdict(measurement: Measurement, budget: Budget, verdict: str) -> None:
    assert lines(measurement, budget)[1] == verdict


COUNTS = [(0, "0 files"), (1, "1 file"), (2, "2 files"), (12_345, "12,345 files")]


@pytest.mark.parametrize(("files", "shown"), COUNTS, ids=[row[1] for row in COUNTS])
def test_the_number_of_files(files: int, shown: str) -> None:
    assert lines(measured(7, files), Budget(9, 9))[0].endswith(f": 7B in {shown}")


def test_an_empty_context_has_no_table() -> None:
    assert "Heaviest" not in lines(measured(), Budget(9, 9))


def test_no_figures() -> None:
    none = replace(measured(), copy_all=None, legacy=None, legacy_reason="a\x1b reason")
    shown = "\n".join(lines(none, Budget(9, 9)))
    assert "copy all" not in shown
    assert "a\\x1b reason" in shown


def test_no_ignore_file_and_no_dockerfile() -> None:
    bare = replace(
        measured(), context=replace(MEASUREMENT.context, dockerfile=None, ignore_file=None)
    )
    shown = "\n".join(lines(bare, Budget(9, 9)))
    assert "no ignore file" in shown
    assert "docker/Dockerfile.production" not in shown


def test_the_classic_figure_looks_as_docker_prints_it() -> None:
    small = replace(measured(), legacy=LegacyTransfer(4608, 3))
    assert any("4.608kB is what the classic builder" in line for line in lines(small, Budget(9, 9)))


@pytest.mark.parametrize("count", [9, 10, 11, 40])
def test_ten_problems_are_shown_and_the_others_counted(count: int) -> None:
    problems = tuple(
        Problem("x", f"path{number:02}", "bad", Effect.NOT_COUNTED) for number in range(count)
    )
    shown = lines(replace(measured(), problems=problems), Budget(9, 9))
    listed = [line for line in shown if line.startswith("  path")]
    assert len(listed) == min(count, 10)
    rest = [line for line in shown if "more" in line]
    assert rest == ([f"  and {count - 10} more; --format json lists all"] if count > 10 else [])


BARS = [
    (1000, "█" * 20, "#" * 20),
    (500, "█" * 10, "#" * 10),
    (256, "█████▏", "#####"),
    (7, "▏", ""),
    (1, "", ""),
]


@pytest.mark.parametrize(("size", "bar", "plain"), BARS, ids=[str(row[0]) for row in BARS])
def test_bars(size: int, bar: str, plain: str) -> None:
    heavy = Heaviest((HeavyPath("p", EntryKind.FILE, size, 1),), 0, 0)
    one = replace(measured(1000, 2), heaviest=heavy)
    for unicode, want in ((True, bar), (False, plain)):
        row = lines(one, Budget(10**6, 10**6), unicode=unicode)[-1]
        assert row.split("% ")[1] == f"{want.ljust(20)} p"


@pytest.mark.parametrize("width", [44, 60, 80, 100, 200])
def test_rows_stay_within_the_width(width: int) -> None:
    shown = render([OVER_BUDGET], Terminal(width=width)).splitlines()
    rows = [line for line in shown if "% " in line]
    assert len(rows) >= 10
    # A place and the number of files are never cut, and a name keeps at least 8 cells.
    assert max(map(cell_len, rows)) <= max(width, 55)


def row_of(name: str, width: int | None, kind: EntryKind = EntryKind.FILE) -> str:
    heavy = Heaviest((HeavyPath(name, kind, 900, 12),), 0, 0)
    shown = lines(replace(measured(1000, 20), heaviest=heavy), Budget(9, 9), width=width)
    return shown[-1].split("% ")[1]


LONG = "a/" * 40
CUT = [
    ("short enough", "name", 80, f"{'█' * 18}   name"),
    ("from the front, and not the bar", LONG, 80, f"{'█' * 18}   ...{LONG[-37:]}"),
    ("the bar first", "a name of thirty characters, ok", 60, "a name of thirty characters, ok"),
    ("both", LONG, 58, f"...{LONG[-36:]}"),
    ("quotes stay", f'{LONG}"', 58, f'"...{LONG[-32:]}\\""'),
    ("no escape in two", "\x1b" * 20, 59, f'"...{chr(92)}033{f"{chr(92)}033" * 7}"'),
    ("nor a line end", "\n" * 40, 58, f'"...{f"{chr(92)}n" * 17}"'),
    ("wide characters", "\u65e5" * 40, 59, f"...{chr(0x65E5) * 18}"),
    ("no room at all", LONG, 1, f"...{LONG[-5:]}"),
    ("without a width", LONG * 100, None, f"{'█' * 18}   {LONG * 100}"),
]


@pytest.mark.parametrize(
    ("name", "width", "shown"), [row[1:] for row in CUT], ids=[row[0] for row in CUT]
)
def test_names_are_cut(name: str, width: int | None, shown: str) -> None:
    assert row_of(name, width) == shown


@pytest.mark.parametrize("width", [1, 40, 60, 80])
def test_counts_are_never_cut(width: int) -> None:
    assert row_of(LONG.rstrip("/"), width, EntryKind.DIRECTORY).endswith("a/, 12 files")


def test_nothing_else_is_no_row() -> None:
    heavy = Heaviest((HeavyPath("p", EntryKind.FILE, 1000, 1),), 0, 5)
    shown = "\n".join(lines(replace(measured(1000, 6), heaviest=heavy), Budget(9, 9)))
    assert "everything else" not in shown


FIXES = [
    ("none", None, ""),
    ("in words", Fix("rename it", None, ()), ": rename it"),
    ("by a command", Fix("ignore it", "echo \n x", ()), r": `echo \n x`"),
]


@pytest.mark.parametrize(
    ("fix", "shown"), [row[1:] for row in FIXES], ids=[row[0] for row in FIXES]
)
def test_a_finding_says_what_mends_it(fix: Fix | None, shown: str) -> None:
    finding = Finding("CTX009", Severity.NOTE, "it is odd", path="a b", bytes=1500, fix=fix)
    report = Report(measured(), judge(measured(), Budget(9, 9)), (finding,))
    found = render([report], Terminal()).splitlines()
    at = found.index("Findings")
    assert found[at + 1] == f"     1.50kB a b: it is odd (CTX009){shown}"
    assert "`ctxguard suggest`" in found[at + 2]


def test_color_changes_nothing_else() -> None:
    import click

    for brief in (False, True):
        colored = render([OVER_BUDGET], Terminal(color=True, brief=brief))
        assert "\x1b[" in colored
        assert click.unstyle(colored) == render([OVER_BUDGET], Terminal(brief=brief))


def test_without_unicode_all_of_ours_is_ascii() -> None:
    shown = render(
        [replace(OVER_BUDGET, measurement=measured(7, 1), groups=None)], Terminal(unicode=False)
    )
    assert shown.isascii()
