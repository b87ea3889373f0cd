"""A line for one path means that path and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.ignore.reader import read_rules
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.ignore.writing import line_for

NAME = st.text(st.sampled_from("ab*?[]\\!#{}^$.+ é"), min_size=1, max_size=5).filter(
    lambda name: name not in (".", "..")
)
PATH = st.lists(NAME, min_size=1, max_size=3).map("/".join)


def excludes(lines: list[str], path: str) -> bool:
    spec = DockerIgnoreSpec.from_rules(read_rules("\n".join(lines).encode()))
    *_, (_, decision) = spec.trace(path)
    return decision.excluded


@given(path=PATH, other=PATH)
def test_it_ignores_the_path_and_no_other(path: str, other: str) -> None:
    text = line_for(path)
    if text is None:
        return
    assert excludes([text], path)
    below = other == path or other.startswith(f"{path}/")
    assert excludes([text], other) == below


@given(path=PATH, other=PATH)
def test_an_exception_takes_back_the_path_and_no_other(path: str, other: str) -> None:
    text = line_for(path, exception=True)
    if text is None:
        return
    assert not excludes(["*", text], path)
    below = other == path or other.startswith(f"{path}/")
    assert excludes(["*", text], other) == (not below)


@pytest.mark.parametrize("path", ["a\nb", "a\rb", " a", "a ", "bad\udcff"])
def test_what_no_line_can_say(path: str) -> None:
    assert line_for(path) is None


@pytest.mark.parametrize(
    ("path", "line"), [("#a", "\\#a"), ("!a+", "\\!a\\+"), ("a+", "a+"), ("a*b", "a\\*b")]
)
def test_lines(path: str, line: str) -> None:
    assert line_for(path) == line
