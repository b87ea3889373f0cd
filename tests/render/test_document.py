"""The report as JSON, in the cases that the canonical one does not have."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.measurement import TargetTransfer, Totals
from ctxguard.render.document import dumps, named_path, named_paths, render, share
from ctxguard.report import Report, Status, Verdict
from tests.cli.documents import check
from tests.golden.canonical import HOSTILE, MEASUREMENT, OVER_BUDGET


def test_the_canonical_report_is_what_the_schema_describes() -> None:
    document = json.loads(render([OVER_BUDGET]))
    check("report", document)
    (report,) = document["reports"]
    assert base64.b64decode(report["heaviest"][3]["path_b64"]) == HOSTILE.encode(
        "utf-8", "surrogateescape"
    )


def judged(status: Status) -> Report:
    return replace(OVER_BUDGET, verdict=Verdict(status, ()))


WORST = [
    ("ok", [Status.OK]),
    ("warning", [Status.OK, Status.WARNING]),
    ("incomplete", [Status.INCOMPLETE, Status.WARNING, Status.OK]),
    ("critical", [Status.CRITICAL, Status.INCOMPLETE]),
]


@pytest.mark.parametrize(("worst", "statuses"), WORST, ids=[row[0] for row in WORST])
def test_the_worst_status_stands_at_the_top(worst: str, statuses: list[Status]) -> None:
    document = json.loads(render([judged(status) for status in statuses]))
    check("report", document)
    assert document["status"] == worst
    assert [report["verdict"]["status"] for report in document["reports"]] == [
        status.value for status in statuses
    ]


def test_where_a_builder_refuses_there_is_no_figure() -> None:
    target = TargetTransfer(None, default=True, chosen=True, buildkit=None, reason="unknown")
    measurement = replace(
        MEASUREMENT, copy_all=None, targets=(target,), legacy=None, legacy_reason="no\udcff"
    )
    document = json.loads(render([replace(OVER_BUDGET, measurement=measurement, groups=None)]))
    check("report", document)
    transfer = document["reports"][0]["transfer"]
    assert transfer == {
        "copy_all": None,
        "targets": [{"name": None, "default": True, "buildkit": None, "reason": "unknown"}],
        "legacy": None,
        "legacy_reason": "no\ufffd",
    }
    assert document["reports"][0]["groups"] is None


SHARES = [(0, 0, 0.0), (0, 5, 0.0), (5, 5, 1.0), (1, 3, 0.333333), (2, 3, 0.666667)]


@pytest.mark.parametrize(("part", "total", "wanted"), SHARES)
def test_share(part: int, total: int, wanted: float) -> None:
    assert share(part, total) == wanted


def test_an_empty_context_divides_by_nothing() -> None:
    empty = replace(MEASUREMENT, size=Totals())
    document = json.loads(render([replace(OVER_BUDGET, measurement=empty)]))
    assert {row["share"] for row in document["reports"][0]["heaviest"]} == {0.0}


PATHS: list[tuple[str, str | None, dict[str, Any]]] = [
    ("none", None, {"path": None}),
    ("plain", "a/b", {"path": "a/b"}),
    ("unseen but valid", "a\u202e\n", {"path": "a\u202e\n"}),
    ("the replacement character itself", "\ufffd", {"path": "\ufffd"}),
    ("no UTF-8", "a\udcff", {"path": "a\ufffd", "path_b64": "Yf8="}),
]


@pytest.mark.parametrize(
    ("path", "fields"), [row[1:] for row in PATHS], ids=[row[0] for row in PATHS]
)
def test_named_path(path: str | None, fields: dict[str, Any]) -> None:
    assert named_path("path", path) == fields


def test_named_paths() -> None:
    assert named_paths("related", ()) == {"related": []}
    assert named_paths("related", ("a", "b")) == {"related": ["a", "b"]}
    assert named_paths("related", ("a", "a\udcff")) == {
        "related": ["a", "a\ufffd"],
        "related_b64": ["YQ==", "Yf8="],
    }


def test_the_file_of_an_edit_keeps_its_bytes() -> None:
    fix = Fix("rename it", None, (Edit("a\udcff", 1, 0, ()),))
    finding = Finding("CTX009", Severity.NOTE, "x", fix=fix)
    document = json.loads(render([replace(OVER_BUDGET, findings=(finding,))]))
    check("report", document)
    (edit,) = document["reports"][0]["findings"][0]["fix"]["edits"]
    assert (edit["file"], edit["file_b64"]) == ("a\ufffd", "Yf8=")


def test_json_holds_nothing_a_terminal_obeys() -> None:
    every = "".join(map(chr, range(0x250))) + "\u202e\u2028\U000e0041\U0001f433"
    text = dumps(every)
    assert text.isprintable()
    assert text.isascii()
    assert json.loads(text) == every
