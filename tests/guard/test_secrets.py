"""Which files are taken for secrets, by name and place alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ctxguard.guard.secrets import secret_kind, suspects

NAMES = Path(__file__).parent / "names"


def paths(name: str) -> list[str]:
    return (NAMES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", paths("secrets"))
def test_a_secret(path: str) -> None:
    assert suspects(["other", path.rpartition("/")[2]]) == [1]
    assert secret_kind(path) is not None


@pytest.mark.parametrize("path", paths("harmless"))
def test_no_secret(path: str) -> None:
    assert secret_kind(path) is None


@pytest.mark.parametrize(
    "part", ["a", ".", "-", "private-", ".env", "dump.", ".pem.key", "account"]
)
def test_a_long_name_takes_no_time(part: str) -> None:
    name = (part * 255)[:250]
    start = time.process_time()
    for ending in ("", ".pem", ".sql", ".json", ".tfstate"):
        secret_kind(f"{name}{ending}")
        suspects([f"{name}{ending}"])
    assert time.process_time() - start < 0.5
