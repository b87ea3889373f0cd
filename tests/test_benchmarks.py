"""The benchmark works at all; what it measures is never asserted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent


def test_there_are_200_rules() -> None:
    lines = (_ROOT / "benchmarks" / "rules.txt").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert len(rules) == len(set(rules)) == 200


@pytest.mark.slow
def test_the_benchmark_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--trees", str(tmp_path)]
    run = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "ctxguard report" in run.stdout
    assert "failed:" not in run.stdout
