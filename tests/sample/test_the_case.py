"""What docs/the-case.md shows is what happens."""

from __future__ import annotations

import os
from pathlib import Path

from tests.sample.page import PAGE, replay


def test_the_page_shows_something() -> None:
    assert PAGE.read_text("utf-8").count("<!-- case: ") >= 5


def test_the_page_shows_what_happens(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    assert replay(page, Path(os.path.realpath(tmp_path), "case")) == page
