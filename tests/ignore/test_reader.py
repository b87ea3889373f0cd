from __future__ import annotations

import base64
from typing import Any

import pytest

from ctxguard.errors import ExitCode, MeasureError, PatternError
from ctxguard.ignore import DockerIgnorePattern, IgnoreRule, read_rules
from tests.data import docker_vectors

VECTORS = docker_vectors("parse")
FILES = [row for row in VECTORS if "input_b64" in row]


def file_label(row: dict[str, Any]) -> str:
    return repr(base64.b64decode(row["input_b64"]))


def written(rule: IgnoreRule) -> str:
    return f"!{rule.pattern}" if rule.negated else rule.pattern


@pytest.mark.parametrize("row", FILES, ids=file_label)
def test_reader(row: dict[str, Any]) -> None:
    rules = read_rules(base64.b64decode(row["input_b64"]))
    assert [rule.text for rule in rules] == row["patterns"]
    if row["compile_error"] is None:
        assert [written(rule) for rule in rules] == row["cleaned"]
        assert [DockerIgnorePattern(rule).rule for rule in rules] == list(rules)


@pytest.mark.parametrize("row", [row for row in FILES if row["compile_error"]], ids=file_label)
def test_what_the_reader_lets_through_but_docker_refuses(row: dict[str, Any]) -> None:
    rules = read_rules(base64.b64decode(row["input_b64"]))
    with pytest.raises(PatternError) as caught:
        [DockerIgnorePattern(rule) for rule in rules]
    assert caught.value.reason == row["compile_error"]


LONG = b"a" * 65_535
LONG_LINES = [
    ("65,535 without a line end", LONG, [1]),
    ("65,535 and a line end", LONG + b"\n", [1]),
    ("65,534 and CR LF", LONG[:-1] + b"\r\n", [1]),
    ("65,536 without a line end", LONG + b"a", None),
    ("65,536 and a line end", LONG + b"a\n", None),
    ("65,535 and CR LF", LONG + b"\r\n", None),
    ("a long line in the middle", b"b\n" + b"a" * 70_000 + b"\nc", None),
    ("a long comment counts too", b"#" + LONG, None),
    ("long blanks count too", b" " * 65_536, None),
]


@pytest.mark.parametrize(
    ("data", "lines"), [row[1:] for row in LONG_LINES], ids=[row[0] for row in LONG_LINES]
)
def test_longest_line(data: bytes, lines: list[int] | None) -> None:
    if lines is not None:
        assert [rule.line for rule in read_rules(data)] == lines
        return
    with pytest.raises(MeasureError, match=r"bufio\.Scanner: token too long") as caught:
        read_rules(data, ".dockerignore")
    assert caught.value.path == ".dockerignore"
    assert caught.value.line == 1 + data.startswith(b"b")
    assert caught.value.exit_code is ExitCode.NOT_MEASURED


def test_the_long_lines_are_those_that_were_recorded() -> None:
    recorded = [(row["line_length"], row["error"]) for row in VECTORS if "line_length" in row]
    assert recorded == [
        (65_535, None),
        (65_536, "bufio.Scanner: token too long"),
        (65_535, None),
        (65_536, "bufio.Scanner: token too long"),
        (65_535, None),
        (65_536, "bufio.Scanner: token too long"),
        (70_000, "bufio.Scanner: token too long"),
    ]


def test_line_numbers_and_raw_text_stay_those_of_the_file() -> None:
    rules = read_rules(b"\xef\xbb\xbf# head\r\n\r\n  /a/ \r\n! b\n", "x")
    assert rules == (
        IgnoreRule(3, "  /a/ ", "a", False, "a", "x"),
        IgnoreRule(4, "! b", "!b", True, "b", "x"),
    )


NEW_CLEANS_AGAIN = [
    ("blank before a slash that goes", b"x /", "x", "x"),
    ("blank behind a slash that goes", b"/ x", "x", " x"),
    ("slash behind an exception", b"!/a/", "a", "!a"),
    ("doubled slash behind a rule turned exception", b"/!a", "a", "!a"),
]


@pytest.mark.parametrize(
    ("data", "pattern", "text"),
    [row[1:] for row in NEW_CLEANS_AGAIN],
    ids=[row[0] for row in NEW_CLEANS_AGAIN],
)
def test_trimmed_and_cleaned_twice(data: bytes, pattern: str, text: str) -> None:
    (rule,) = read_rules(data)
    assert (rule.pattern, rule.text.rstrip()) == (pattern, text)


def test_a_line_that_is_blank_only_after_cleaning_holds_no_rule() -> None:
    assert read_rules(b"/ /\n/ \na") == (
        IgnoreRule(2, "/ ", "/", False, "/"),
        IgnoreRule(3, "a", "a", False, "a"),
    )


def test_bad_bytes_survive() -> None:
    (rule,) = read_rules(b"a\xff\n")
    assert rule.raw.encode("utf-8", "surrogateescape") == b"a\xff"
