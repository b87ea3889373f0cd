"""docs/contexts.md and docs/commands/history.md show what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sample.team_pages import PAGES, replay


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_outputs_are_real(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    assert replay(text, tmp_path) == text
