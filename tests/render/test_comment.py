"""The comment on a pull request: order, folding, size, and hostile names."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from ctxguard.comparison import (
    Cause,
    Change,
    ChangedFile,
    ChangedInstruction,
    ChangedPath,
    ChangedPaths,
    Class,
    Comparison,
    RuleLine,
    Sum,
)
from ctxguard.config.raised import Raised
from ctxguard.guard.growth import Growth, GrowthLimit
from ctxguard.measurement import InstructionLine, Measurement, Totals
from ctxguard.render.comment import MOST_BYTES, render
from ctxguard.render.comment_parts import Part
from ctxguard.render.diff import Diff
from ctxguard.report import Failure, Limit, Report, Status, Tier, Verdict
from tests.golden.canonical import HOSTILE, MEASUREMENT, OVER_BUDGET
from tests.render.markdown_reader import page

ELEMENTS = {
    "h3", "h4", "p", "strong", "code", "ul", "li", "details", "summary",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
BASE = "0123456789abcdef0123456789abcdef01234567"
RULE = RuleLine(".dockerignore", 3, "recordings")
COPY = InstructionLine("Dockerfile", 3, "COPY . .")
OK = Verdict(Status.OK, (Limit("context-size", Tier.WARNING, "bytes", 10**9, 60_000_100),))


def side(size: int, files: int, revision: str | None = None) -> Measurement:
    context = replace(MEASUREMENT.context, revision=revision, source="commit")
    quiet = replace(MEASUREMENT, problems=(), lfs=None)
    return replace(quiet, context=context, size=Totals(bytes=size, files=files))


def changed(path: str, bytes_: int) -> ChangedFile:
    kind = Change.ENTERED if bytes_ > 0 else Change.LEFT
    sizes = (0, bytes_) if bytes_ > 0 else (-bytes_, 0)
    return ChangedFile(path, kind, *sizes, Class.TRACKED, None, ())


def comparison(*rows: tuple[str, int], rest: int = 0) -> Comparison:
    """Of files that came or went, each with a row of its own."""
    bytes_ = sum(row[1] for row in rows)
    paths = [ChangedPath(path, False, size, int(size > 0), int(size < 0), 0) for path, size in rows]
    return Comparison(
        base=side(100, 4, BASE),
        head=side(100 + bytes_, 4 + len(rows), "f" * 40),
        files=tuple(changed(path, size) for path, size in rows),
        grown=ChangedPaths(tuple(row for row in paths if row.bytes > 0), Sum(7, rest)),
        shrunk=ChangedPaths(tuple(row for row in paths if row.bytes < 0), Sum()),
        changes=(),
        classes=(),
        causes=((Cause(RULE, of_head=False, lets_in=True), Sum(bytes_, len(rows))),) * bool(rows),
        instructions=(ChangedInstruction(COPY, 100, 100 + bytes_),) * bool(rows),
    )


def part(found: Comparison, name: str | None = None, verdict: Verdict = OK) -> Part:
    report = Report(found.head, verdict, name=name)
    return Part(report, Diff(found, BASE, "HEAD", None, name))


GROWN = part(comparison(("recordings/take-1.wav", 60_000_000), ("old.bin", -90), ("b", 90), rest=2))
RAISED = (
    Raised("critical", "1.50GB", "2.00GB", "ctxguard.toml:1"),
    Raised("fail-on", "critical", "never", "ctxguard.toml:2"),
)
GOLDEN = {
    "grown": [GROWN],
    "unchanged": [part(comparison())],
    "raised": [replace(GROWN, raised=RAISED)],
    "new": [Part(OVER_BUDGET, None)],
    "several": [
        part(comparison(), "same"),
        part(comparison(("a", 5), ("b", -5)), "moved"),
        part(comparison(("a", -500)), "smaller"),
        replace(part(comparison(("a", 400)), "larger"), raised=RAISED[:1]),
        replace(part(comparison(), "unknown"), diff=None, fault="Dockerfile:3: no such stage"),
    ],
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str, snapshot: SnapshotAssertion) -> None:
    failures = [Failure("broken", "a rule is malformed")] if name == "several" else []
    gone = ["site"] if name == "raised" else []
    assert render(GOLDEN[name], failures, gone, key="context-size") == snapshot


def test_the_marker_is_first_and_raised_limits_are_seen_first() -> None:
    text = render([replace(GROWN, raised=RAISED)], key="a.b-c_D")
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "<!-- ctxguard:a.b-c_D -->"
    assert lines[1] == "**This change raises limits:**"
    assert text.index("never") < text.index("### Build context: +60.00MB")


def test_the_greatest_change_is_first() -> None:
    found = part(comparison(("a", 5), ("b", -700), ("c", 60), ("d", -6)))
    text = render([found], key="x")
    cells = ["-700B | `b`", "+60B | `c`", "-6B | `d`", "+5B | `a`"]
    places = [text.index(cell) for cell in cells]
    assert places == sorted(places)


def test_what_is_unchanged_is_short() -> None:
    text = render([part(comparison())], key="x")
    assert len(text.splitlines()) == 7
    assert "### Build context: unchanged" in text
    assert "as much as `0123456789`" in text


def test_an_unchanged_context_over_budget_is_not_folded() -> None:
    broken = Limit("context-size", Tier.CRITICAL, "bytes", 10, 100)
    over = part(comparison(), "over", Verdict(Status.CRITICAL, (broken,)))
    text = render([over, part(comparison(), "fine")], key="x")
    shown, _, folded = text.partition("<details>")
    assert "**critical** | `over` | over the critical limit of 10B by 90B" in shown
    assert "`fine`" in folded
    assert "`fine`" not in shown


def test_too_much_growth_is_critical() -> None:
    limit = Limit("growth", Tier.CRITICAL, "bytes", 50_000_000, 60_000_000)
    growth = Growth(GrowthLimit(bytes=50_000_000), limit)
    assert GROWN.diff is not None
    grown = replace(GROWN, diff=replace(GROWN.diff, growth=growth))
    text = render([grown, part(comparison(), "fine")], key="x")
    assert "**CRITICAL**: over the growth limit of 50.00MB by 10.00MB" in text
    assert "| **critical** |" in text


def hostile_part(name: str) -> Part:
    """Everything that comes from outside has a hostile name."""
    found = comparison((name, 900), (f"{name}2", -80))
    cause = Cause(RuleLine(name, 1, name), of_head=True, lets_in=True)
    instruction = InstructionLine(name, 1, name)
    found = replace(
        found,
        head=replace(found.head, problems=MEASUREMENT.problems),
        causes=((cause, Sum(1, 1)),),
        instructions=(ChangedInstruction(instruction, 1, 2),),
        pointers=Sum(-5, 1),
    )
    limit = Limit("path", Tier.CRITICAL, "bytes", 1, 2, name)
    report = replace(
        OVER_BUDGET, measurement=found.head, name=name, verdict=Verdict(Status.CRITICAL, (limit,))
    )
    raised = (Raised("budgets", name, f"{name} 1MB", name),)
    return Part(report, Diff(found, name, name, None, name), raised, name)


NAMES = {
    "canonical": HOSTILE,
    "elements": "<script>alert(1)</script><img src=x>",
    "the end of the marker": "--> <b>x</b> <!--",
    "the end of what is folded": "</summary></details>",
    "cells": "a | b | c\\",
    "links": "| www.example.com a@b.example [x](https://example.com) <https://example.com>",
    "mentions": "@octocat #12 GH-12 jane/app#1 `@octocat`",
    "backticks": "``` `` ` " + "`" * 100,
    "lines": "a\n\n# b\r\n---\n    c",
    "long": "\x1b`|" * 4000,
    "wide": "\U0001f433" * 4000,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("others", [0, 1], ids=["one context", "two"])
def test_no_name_does_anything(name: str, others: int) -> None:
    parts = [hostile_part(name), *[part(comparison(), name)] * others]
    text = render(parts, [Failure(name, name)] * others, [name], key="x")
    found = page(text)
    assert found.elements <= ELEMENTS
    assert found.attributes <= {"align"}
    assert found.comments == [" ctxguard:x "]
    assert not any(word in found.prose for word in ("@", "www", "http", "octocat", "#", "<"))
    assert set(found.rows) <= {2, 3, 4, 5}
    assert len(text.encode()) <= MOST_BYTES


@pytest.mark.slow
def test_a_hundred_thousand_changes_have_room() -> None:
    rows = [(f"data/{at:06}/{'é|' * 40}.bin", 10**6 - at) for at in range(100_000)]
    started = time.monotonic()
    text = render([part(comparison(*rows))], key="x")
    assert time.monotonic() - started < 10
    assert len(text.encode()) <= MOST_BYTES
    assert len(text) > 10_000
    shown = text.count("B | `data/0")
    assert f"… {100_000 - shown:,} more" in text
    assert page(text).elements <= ELEMENTS


@pytest.mark.slow
@pytest.mark.parametrize("count", [30, 3000])
def test_many_hostile_contexts_have_room(count: int) -> None:
    parts = [hostile_part(f"{at}{NAMES['long']}") for at in range(count)]
    failures = [Failure(NAMES["long"], NAMES["wide"])] * count
    text = render(parts, failures, [NAMES["wide"]] * count, key="x" * 64)
    assert len(text.encode()) <= MOST_BYTES
    assert " more" in text
    assert text.count("<details>") == text.count("</details>")
    assert page(text).elements <= ELEMENTS
