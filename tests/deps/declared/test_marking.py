"""Heads of files that we write: known again, and safe whatever they name."""

from __future__ import annotations

import pytest

from ctxguard.deps.declared import marking
from ctxguard.deps.declared.decoding import decode


def text_of(*sources: str) -> str:
    return "\n".join(marking.head(sources)) + "\n\nflask\n"


def test_they_are_known_again() -> None:
    text = text_of("requirements.txt", "requirements-dev.txt")
    assert marking.is_written(text)
    assert marking.is_own_source(text, "api/requirements-dev.txt")
    assert not marking.is_own_source(text, "requirements-prod.txt")
    assert not marking.is_written("# mine\n" + text)
    assert all(map(marking.is_our_line, text.splitlines()[:4]))
    assert not marking.is_our_line("# Web")


@pytest.mark.parametrize("name", ["a\nevil", "a\x1b[2J", "a\u2028b", "a\udcff", "a\u202eb", "\r"])
def test_hostile_names_stay_on_their_line(name: str) -> None:
    lines = [*marking.head([name]), marking.removed(name, name), marking.included(name)]
    for line in [*lines, marking.section(name)]:
        assert line.startswith("# ")
        assert line.splitlines() == [line]
        assert line.isprintable()
        assert line.encode()


def test_no_name_says_how_the_file_is_encoded() -> None:
    assert decode(text_of("coding: cp1252", "ж").encode()).encoding == "utf-8"
