"""The published case: what the sample asks for, and what is left of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.documents import deps as document
from tests.conftest import Result

Run = Callable[..., Result]
SAMPLE = Path(__file__).parents[2] / "sample_repo"
VERDICTS = {
    "used": {"flask", "gunicorn", "httpx", "requests"},
    "unused": {"celery", "flower", "moviepy", "opencv-python-headless", "redis"},
    "development": {
        "black", "ipython", "isort", "mypy", "pre-commit", "pylint", "pytest", "pytest-cov", "ruff",
    },
}  # fmt: skip
STARTS = 'python -c "from musicvideos.web import create_app; create_app()"'


def test_the_verdicts_are_those_of_the_case(run_cli: Run) -> None:
    rows = document(run_cli("deps", str(SAMPLE), "--format", "json").out)["dependencies"]
    for verdict, names in VERDICTS.items():
        assert {row["name"] for row in rows if row["verdict"] == verdict} == names
    assert len(rows) == 18
    pairs = {row["name"]: row["redundant_with"] for row in rows if row["verdict"] == "used"}
    assert (pairs["httpx"], pairs["requests"]) == (["requests"], ["httpx"])


def _index_answers(folder: Path) -> bool:
    """Whether there is an index to have packages from."""
    asked = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--retries", "0"]
    done = subprocess.run(
        [*asked, "--timeout", "10", "-d", str(folder), "click==8.1.7"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.slow
def test_the_application_starts_from_what_is_left(tmp_path: Path, run_cli: Run) -> None:
    if not _index_answers(tmp_path / "wheels"):
        pytest.skip("no index of packages answers")
    project = tmp_path / "sample"
    shutil.copytree(SAMPLE, project, ignore=shutil.ignore_patterns("data", "backups"))
    wanted = ("--write", "--force", "--prove", STARTS)
    result = run_cli("deps", "split", str(project), *wanted)
    assert (result.code, "  passes\n" in result.out) == (0, True)
    left = (project / "requirements-prod.txt").read_text().splitlines()
    kept = [line.split("==")[0] for line in left if line and not line.startswith("#")]
    assert kept == ["flask", "gunicorn", "requests", "httpx"]
    careful = (project / "requirements-prod-conservative.txt").read_text()
    assert careful.splitlines() == left
    again = run_cli("deps", "split", str(project), "--prove", "python -c 'import cv2'")
    assert again.code == 1
    assert os.path.exists(project / "requirements.txt")
