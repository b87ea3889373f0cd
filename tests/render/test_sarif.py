"""SARIF, held against the official schema; fingerprints; fixes that mend the file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest

from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.render import sarif
from ctxguard.report import Report
from tests.conftest import Result
from tests.consumers.finding import npm_file
from tests.golden.canonical import FAILURES, FINDINGS, HOSTILE, OVER_BUDGET

SCHEMA = "@microsoft/sarif-multitool-linux/sarif-2.1.0.json"


def run_of(report: Report) -> dict[str, Any]:
    (run,) = json.loads(sarif.render([report]))["runs"]
    return dict(run)


def fingerprints(report: Report) -> list[str]:
    return [each["partialFingerprints"]["ctxguard/v1"] for each in run_of(report)["results"]]


@pytest.mark.slow
@pytest.mark.parametrize("reports", [[OVER_BUDGET], [OVER_BUDGET, OVER_BUDGET], []])
def test_the_official_schema(reports: list[Report]) -> None:
    schema = json.loads(npm_file(SCHEMA).read_text(encoding="utf-8-sig"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    document = json.loads(sarif.render(reports, FAILURES))
    validator.validate(document)
    document["runs"][0]["results"][0]["level"] = "critical"
    assert not validator.is_valid(document)


def test_every_result_has_a_rule_and_a_place() -> None:
    run = run_of(OVER_BUDGET)
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert len(rules) == len(run["tool"]["driver"]["rules"])
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_names_become_references() -> None:
    uris = [
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in run_of(OVER_BUDGET)["results"]
    ]
    assert "services/music%20videos/.dockerignore" in uris
    hostile = f"services/music videos/{HOSTILE}".encode("utf-8", "surrogateescape")
    assert hostile in map(unquote_to_bytes, uris)
    assert all(uri.isascii() and " " not in uri for uri in uris)


def test_a_fingerprint_is_of_one_result() -> None:
    found = fingerprints(replace(OVER_BUDGET, findings=(*FINDINGS, FINDINGS[0])))
    assert len(set(found)) == len(found)


def test_a_fingerprint_lasts() -> None:
    moved = tuple(
        replace(each, line=None if each.line is None else each.line + 7, bytes=each.bytes * 3)
        for each in FINDINGS
    )
    assert fingerprints(replace(OVER_BUDGET, findings=moved)) == fingerprints(OVER_BUDGET)


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (Edit("f", 2, 1, ("x", "y")), "1\nx\ny\n3\n"),
        (Edit("f", 1, 0, ("x",)), "x\n1\n2\n3\n"),
        (Edit("f", 2, 2, ()), "1\n"),
        (Edit("f", 4, 0, ("x",)), "1\n2\n3\nx\n"),
    ],
)
def test_a_fix_is_the_edit(edit: Edit, after: str) -> None:
    finding = Finding("CTX002", Severity.NOTE, "x", file="f", fix=Fix("mend", None, (edit,)))
    results = run_of(replace(OVER_BUDGET, findings=(finding,), folder=""))["results"]
    (fix,) = [each["fixes"][0] for each in results if "fixes" in each]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "f"
    assert applied("1\n2\n3\n", change["replacements"][0]) == after


def applied(text: str, replacement: dict[str, Any]) -> str:
    lines = text.splitlines(keepends=True)
    region = replacement["deletedRegion"]
    assert region["startColumn"] == region["endColumn"] == 1
    inserted = replacement.get("insertedContent", {"text": ""})["text"]
    return "".join([*lines[: region["startLine"] - 1], inserted, *lines[region["endLine"] - 1 :]])


def test_the_place_in_a_repository(tmp_path: Path, run_cli: Callable[..., Result]) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    app = tmp_path / "app"
    app.mkdir()
    (app / "a").write_text("x")
    result = run_cli("report", str(app), "--critical", "0B", "--format", "sarif")
    assert result.code == 1
    places = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in json.loads(result.out)["runs"][0]["results"]
    }
    assert places == {"app/.dockerignore", "app/Dockerfile"}
