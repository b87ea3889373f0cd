"""Cases, made as a user makes them."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sample.page import ROOT

SCRIPT = ROOT / "sample_repo" / "make_media.py"

Run = subprocess.CompletedProcess[str]


def run_make_media(folder: Path, *arguments: str, script: Path = SCRIPT) -> Run:
    """Run make_media.py with these arguments in a folder."""
    return subprocess.run(
        # Isolated and without site-packages: it needs the standard library alone.
        [sys.executable, "-I", "-S", str(script), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def make_media(tmp_path: Path) -> Callable[..., Run]:
    """Run make_media.py in a folder that has nothing to do with it."""
    return functools.partial(run_make_media, tmp_path)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly made case, to look at and not to change."""
    folder = tmp_path_factory.mktemp("made")
    run = run_make_media(folder, "--into", "case")
    assert run.returncode == 0, run.stderr
    return folder / "case"
