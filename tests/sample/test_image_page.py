"""docs/commands/image.md shows what is printed."""

from __future__ import annotations

import os
from pathlib import Path

from tests.sample.image_page import PAGE, replay


def test_outputs_are_real(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    assert "<!-- image: " in text
    assert replay(text, Path(os.path.realpath(tmp_path))) == text
