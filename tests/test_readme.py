"""What the README and the docs show is what ctxguard prints."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_SHOWN = re.compile(
    r"<!-- output: ctxguard (?P<command>.+?) -->\n```\n(?P<output>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_PAGES = [_ROOT / "README.md", _ROOT / "CHANGELOG.md", *sorted((_ROOT / "docs").glob("**/*.md"))]
_BLOCKS = [
    pytest.param(found["command"], found["output"], id=f"{page.name}: {found['command']}")
    for page in _PAGES
    for found in _SHOWN.finditer(page.read_text())
]


def test_some_output_is_shown() -> None:
    assert _BLOCKS


@pytest.mark.parametrize(("command", "output"), _BLOCKS)
def test_output_is_real(command: str, output: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ctxguard", *shlex.split(command)],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.stdout.replace(str(_ROOT), "/home/you/ctxguard") == output


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
