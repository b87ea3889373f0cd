"""What docs/guard-the-push.md shows is what happens."""

from __future__ import annotations

import os
from pathlib import Path

from tests.sample.push_page import PAGE, replay


def test_the_page_shows_what_happens(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    assert page.count("<!-- push: ") >= 8
    assert "is stopped" in page
    assert replay(page, Path(os.path.realpath(tmp_path))) == page
