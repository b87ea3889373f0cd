"""The page of an image: when each layer was made, where the line has room for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctxguard.render import terminal
from ctxguard.render.look import Terminal
from tests.golden.canonical import HOSTILE, IMAGE, OF_AN_IMAGE


def rows(width: int | None, *created: str | None) -> list[str]:
    """What stands between size and instruction, layer by layer."""
    pairs = zip(IMAGE.layers, created, strict=True)
    layers = tuple(replace(layer, created=each, instruction="RUN x") for layer, each in pairs)
    report = replace(OF_AN_IMAGE, image=replace(IMAGE, layers=layers))
    page = terminal.render([report], Terminal(width=width, unicode=False))
    shown = page.partition("\nLayers\n")[2].split("\n\n")[0].splitlines()
    return [line.rpartition("%")[2].lstrip(" #").partition("RUN")[0] for line in shown]


DAY = "2026-01-31T10:00:00.5Z"


def test_a_column_of_days() -> None:
    expected = ["1  2026-01-31  ", "2              ", "3  1970-01-01  "]
    for width in (None, 120):
        assert rows(width, DAY, None, "1970-01-01T00:00:00Z") == expected


def test_a_narrow_line_keeps_its_room() -> None:
    assert rows(119, DAY, DAY, DAY) == ["1  ", "2  ", "3  "]


@pytest.mark.parametrize(
    "created", [None, "", "0001-01-01T00:00:00Z", "2026-01-31", "\u0662026-01-31T", HOSTILE]
)
def test_what_is_no_day(created: str | None) -> None:
    assert rows(None, created, created, created) == ["1  ", "2  ", "3  "]
    assert rows(None, created, DAY, created)[0] == "1              "
