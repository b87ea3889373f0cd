"""docs/start.md and pages of commands and formats show what is printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sample.start_pages import PAGES, replay


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_outputs_are_real(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    assert "<!-- start: " in text
    assert replay(text, Path(os.path.realpath(tmp_path))) == text
