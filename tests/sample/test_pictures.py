"""The pictures of the docs show what is printed, and ask nothing of any other place."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

import pytest

from tests.sample.pictures import PAGES, PICTURES, TERMINALS, photograph, terminal

_MOST_BYTES = 150_000
_TAKING_SECONDS = {"suggest", "diff", "history"}
_DRAWN = [
    pytest.param(name, marks=[pytest.mark.slow] * (name in _TAKING_SECONDS)) for name in TERMINALS
]


@pytest.mark.parametrize("name", _DRAWN)
def test_a_terminal_shows_what_is_printed(name: str, tmp_path: Path) -> None:
    drawn = terminal(name, Path(os.path.realpath(tmp_path)))
    assert drawn == PICTURES.joinpath(f"{name}.svg").read_text("utf-8")


@pytest.mark.parametrize("name", TERMINALS)
def test_a_terminal_asks_nothing_of_any_other_place(name: str) -> None:
    text = PICTURES.joinpath(f"{name}.svg").read_text("utf-8")
    assert re.findall(r"\w+://[^\s\"']+", text) == ["http://www.w3.org/2000/svg"]
    assert re.findall(r"url\((?!#)|<script|href=|@import", text) == []


def test_there_are_no_other_pictures() -> None:
    names = {*(f"{name}.svg" for name in TERMINALS), *(f"{name}.png" for name in PAGES)}
    assert {path.name for path in PICTURES.iterdir()} == names


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small(name: str) -> None:
    assert PICTURES.joinpath(f"{name}.png").stat().st_size < _MOST_BYTES


@pytest.mark.slow
def test_pages_are_of_the_same_form(tmp_path: Path) -> None:
    """Another browser draws other pixels."""
    photograph(tmp_path)
    for name in PAGES:
        file = f"{name}.png"
        assert _form(tmp_path / file) == _form(PICTURES / file)
        assert (tmp_path / file).stat().st_size < _MOST_BYTES


def _form(picture: Path) -> tuple[int, ...]:
    """Width, height, bits and kind of color; PNG 1.2, 4.1.1 IHDR."""
    head = picture.read_bytes()[:26]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert head[12:16] == b"IHDR"
    return struct.unpack(">IIBB", head[16:26])
