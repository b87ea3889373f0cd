"""The two Dockerfiles of the sample: one shows what `lint` finds in Dockerfiles, one mends it."""

from __future__ import annotations

from collections.abc import Callable

from ctxguard.guard.lint import CHECKS
from tests.cli import documents
from tests.conftest import Result
from tests.sample.page import ROOT

Run = Callable[..., Result]
ON_DOCKERFILES = {check.code for check in CHECKS if check.code >= "CTX032"}
SAMPLE = str(ROOT / "sample_repo")


def found(run_cli: Run, name: str) -> dict[str, int]:
    """By code: the bytes at stake."""
    dockerfile = f"{SAMPLE}/Dockerfile.examples/{name}"
    result = run_cli("lint", SAMPLE, "-f", dockerfile, "--format", "json")
    listed = documents.lint(result.out)["findings"]
    return {each["code"]: each["bytes"] for each in listed if each["code"] in ON_DOCKERFILES}


def test_the_heavy_one_shows_every_check(run_cli: Run) -> None:
    shown = found(run_cli, "Dockerfile.heavy")
    assert shown.keys() == ON_DOCKERFILES
    assert shown["CTX035"] == 450_000
    assert shown["CTX037"] == 24_000


def test_the_slim_one_shows_none(run_cli: Run) -> None:
    assert found(run_cli, "Dockerfile.slim") == {}
