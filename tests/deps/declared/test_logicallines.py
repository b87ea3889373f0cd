"""Physical lines joined as pip joins them, and none lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pip._internal.req.req_file import ignore_comments, join_lines

from ctxguard.deps.declared.logicallines import (
    MOST_LINES,
    comment_of,
    logical_lines,
    without_comment,
)
from tests.deps.asking import requirement_texts
from tests.loops import one_loop

Rows = list[tuple[int, str]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\n\nb", [(1, "a"), (3, "b")]),
        ("a \\\n  b # c\nd", [(1, "a   b"), (3, "d")]),
        ("a # c \\\nb", [(1, "a")]),
        ("a \\\n# c\nb", [(1, "a"), (3, "b")]),
        ("# c \\\nb", [(2, "b")]),
        ("a#b\n#c", [(1, "a#b")]),
        ("a\\\n", [(1, "a")]),
        ("a\x0cb\u2028c", [(1, "a"), (2, "b"), (3, "c")]),
    ],
    ids=repr,
)
def test_what_is_joined(text: str, rows: Rows) -> None:
    lines = logical_lines(text)
    assert [(line.number, line.text) for line in lines if line.text] == rows


@given(requirement_texts)
@settings(deadline=None)
def test_nothing_is_lost_and_pip_reads_the_same(text: str) -> None:
    lines = logical_lines(text)
    assert "".join(line.raw for line in lines) == text
    found = [(line.number, line.text) for line in lines if line.text]
    assert found == list(ignore_comments(join_lines(enumerate(text.splitlines(), start=1))))


@given(st.text("# \t\u3000a\\", max_size=12))
@settings(deadline=None)
def test_a_comment_begins_where_pip_has_it(text: str) -> None:
    assert [without_comment(text)] == ([line for _, line in ignore_comments([(1, text)])] or [""])


@pytest.mark.parametrize(
    ("text", "comment"),
    [("a  # b # c\n", "# b # c"), ("a", ""), ("# x", "# x"), ("a#b", ""), ("  a\t#b", "#b")],
)
def test_the_comment_of_a_line(text: str, comment: str) -> None:
    assert comment_of(logical_lines(text)[0]) == comment


def test_many_lines_in_time() -> None:
    loop = one_loop()
    start = time.process_time()
    (line,) = logical_lines("a\\\n" * 100_000)
    assert len(line.text) == 100_000
    assert len(logical_lines(" " * 500_000 + "#" * 500_000)) == 1
    assert time.process_time() - start < 40 * loop
    with pytest.raises(ValueError, match="far too many"):
        logical_lines("\n" * (MOST_LINES + 1))
