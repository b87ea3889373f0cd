"""OpenMetrics, read back by the parser of prometheus-client."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from ctxguard.errors import UsageError
from ctxguard.render import openmetrics
from ctxguard.render.escape import line
from ctxguard.report import Report
from tests.golden.canonical import FAILURES, FINDINGS, HOSTILE, MEASUREMENT, OVER_BUDGET


def values(*reports: Report) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parsed(openmetrics.render(reports, FAILURES))
        for sample in family.samples
    }


def parsed(text: str) -> Iterable[Metric]:
    found: Iterable[Metric] = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return found


def key(name: str, labels: Mapping[str, str]) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("ctxguard_context_bytes", {"context": "api", "backend": "buildkit"}, 2_345_678_901),
        ("ctxguard_context_entries", {"context": "api", "kind": "file"}, 1234),
        ("ctxguard_status", {"context": "api", "status": "critical"}, 1),
        ("ctxguard_status", {"context": "api", "status": "ok"}, 0),
        ("ctxguard_heaviest_bytes", {"context": "api", "kind": "file", "path": line(HOSTILE)}, 5e7),
        (
            "ctxguard_transfer_bytes",
            {"context": "api", "of": "target runtime", "cache": "warm"},
            87654,
        ),
        ("ctxguard_dependencies_bytes", {"context": "api", "verdict": "unused"}, 145_000_000),
        ("ctxguard_dependencies_packages", {"context": "api", "verdict": "used"}, 2),
        ("ctxguard_problems", {"context": "api", "code": "not-utf8", "effect": "build-fails"}, 1),
        ("ctxguard_context_failed", {"context": line(FAILURES[0].name)}, 1),
    ],
)
def test_read_back(name: str, labels: Mapping[str, str], value: float) -> None:
    assert values(OVER_BUDGET)[key(name, labels)] == value


def test_several_contexts_and_findings_alike() -> None:
    twice = replace(OVER_BUDGET, name="web", findings=(FINDINGS[1], FINDINGS[1]))
    found = values(OVER_BUDGET, twice)
    labels = {
        "context": "web",
        "code": "CTX002",
        "severity": "warning",
        "place": "data/musicvideos",
    }
    assert found[key("ctxguard_finding_bytes", labels)] == 2 * FINDINGS[1].bytes
    for context in ("api", "web"):
        size = key("ctxguard_context_bytes", {"context": context, "backend": "buildkit"})
        assert found[size] == MEASUREMENT.size.bytes


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *more: object) -> object:
        if name.startswith("prometheus_client"):
            raise ImportError(name)
        return real(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r"docker-ctxguard\[metrics\]"):
        openmetrics.render([OVER_BUDGET])
