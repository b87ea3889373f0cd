"""Which files are taken for secrets, by name and place alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ctxguard.guard.secrets import may_be_secret, secret_kind

NAMES = Path(__file__).parent / "names"


def paths(name: str) -> list[str]:
    return (NAMES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", paths("secrets"))
def test_a_secret(path: str) -> None:
    assert may_be_secret(path.rpartition("/")[2])
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
        may_be_secret(f"{name}{ending}")
    assert time.process_time() - start < 0.5
