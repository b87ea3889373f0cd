"""Options of a line: those of pip, with its abbreviations and quotes."""

from __future__ import annotations

import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.deps.declared.lineoptions import Options, parted, read_options, split_words
from tests.loops import one_loop


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("-r base.txt", (("--requirement", "base.txt"),)),
        ("-rbase.txt", (("--requirement", "base.txt"),)),
        ("--requirement=base.txt", (("--requirement", "base.txt"),)),
        ("--requirem base.txt", (("--requirement", "base.txt"),)),
        ("--pre --no-index", (("--pre", ""), ("--no-index", ""))),
        ("-f 'a b' -c c", (("--find-links", "a b"), ("--constraint", "c"))),
        ("--hash=sha256:a --hash sha256:b", (("--hash", "sha256:a"), ("--hash", "sha256:b"))),
        ("--pre word -- -r x", (("--pre", ""),)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_read(text: str, options: Options) -> None:
    assert read_options(text) == options


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("--no-such x", "--no-such is no option"),
        ("-x", "-x is no option"),
        ("--no", "--no is no option"),
        ("-r", "--requirement wants a value"),
        ("--pre=1", "--pre takes no value"),
        ("-r 'a", "quotation mark"),
    ],
)
def test_what_pip_refuses(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_options(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a -x", ("a", "-x")),
        ("a  --hash=b", ("a", "--hash=b")),
        ("a\t-x", ("a\t-x", "")),
        ("-x a", ("", "-x a")),
        ("a-b", ("a-b", "")),
    ],
)
def test_where_options_begin(text: str, parts: tuple[str, str]) -> None:
    assert parted(text) == parts


@given(st.text("ab'\"\\ \t\n\u3000\x0b-", max_size=12))
@settings(deadline=None)
def test_words_are_those_of_a_shell(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        with pytest.raises(ValueError, match="quotation mark"):
            split_words(text)
    else:
        assert split_words(text) == expected


@pytest.mark.parametrize("piece", ["a", "a ", '"', "''", "\\a", '"\\"" '])
def test_long_lines_in_time(piece: str) -> None:
    loop = one_loop()
    start = time.process_time()
    try:
        read_options("-r " + piece * (200_000 // len(piece)))
    except ValueError as error:
        assert "quotation mark" in str(error)  # noqa: PT017
    assert time.process_time() - start < 60 * loop
