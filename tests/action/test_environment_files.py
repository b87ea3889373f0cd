"""The files of a step are read as the runner reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.action.environment_files import FileCommandError, pairs


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("a=b=c\n\nd=\n", {"a": "b=c", "d": ""}),
        ("a<<E\nx\nE2\n\nE\nb=c\n", {"a": "x\nE2\n", "b": "c"}),
        ("a=b<<c\n", {"a": "b<<c"}),
        ("a<<E\r\nx\r\nE\r\n", {"a": "x"}),
        ("a=1\na=2\n", {"a": "2"}),
    ],
)
def test_pairs(text: str, found: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(text.encode())
    assert pairs(tmp_path / "file") == found


@pytest.mark.parametrize("text", ["a\n", "a<<E\nx\n", "<<E\nx\nE\n", "a<<\nx\n\n"])
def test_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(FileCommandError):
        pairs(tmp_path / "file")
