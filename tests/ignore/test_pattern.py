from __future__ import annotations

import copy
from typing import Any

import pytest
from pathspec import PathSpec
from pathspec.util import lookup_pattern

from ctxguard.errors import PatternError
from ctxguard.ignore import DockerIgnorePattern, IgnoreRule, read_rules
from ctxguard.ignore.pattern import Kind, translate
from tests.data import docker_vectors

INVALID = docker_vectors("invalid")
EAGER = [row for row in INVALID if row["stage"] == "new"]
LAZY = [row for row in INVALID if row["stage"] == "match"]


def label(row: dict[str, Any]) -> str:
    return f"{' '.join(row['patterns'])} : {row['path']}"


def matches(lines: list[str], path: str) -> bool:
    return PathSpec.from_lines("dockerignore", lines, backend="simple").match_file(path)


@pytest.mark.parametrize("row", docker_vectors("patternmatcher"), ids=label)
def test_documented_meaning(row: dict[str, Any]) -> None:
    assert matches(row["patterns"], row["path"]) is row["excluded"]


def test_every_invalid_row_has_a_known_stage() -> None:
    assert len(EAGER) + len(LAZY) == len(INVALID)


@pytest.mark.parametrize("row", EAGER, ids=lambda row: row["pattern"])
def test_refused_at_once(row: dict[str, Any]) -> None:
    with pytest.raises(PatternError) as caught:
        DockerIgnorePattern(row["pattern"])
    assert caught.value.reason == row["error"]


@pytest.mark.parametrize("row", LAZY, ids=lambda row: row["pattern"])
def test_refused_when_asked(row: dict[str, Any]) -> None:
    pattern = DockerIgnorePattern(row["pattern"])
    assert pattern.broken is not None
    assert pattern.regex is None
    for ask in (
        pattern.match_file,
        pattern.matches,
        lambda _: pattern.pattern_to_regex(row["pattern"]),
    ):
        with pytest.raises(PatternError) as caught:
            ask("a")
        assert caught.value.reason == row["error"]


ODD_BUT_FINE = ["]", "a]", "[[]", "[[a]", "x*\\", "x*[]a]", "(*", "{", "a{2", "*)", "$*", "+*"]


@pytest.mark.parametrize("line", ODD_BUT_FINE)
def test_accepted_though_odd(line: str) -> None:
    assert DockerIgnorePattern(line).broken is None


KINDS = [
    ("plain name", "a", Kind.EXACT, "a"),
    ("bars and braces stay literal", "x|y{2}^", Kind.EXACT, "x|y{2}^"),
    ("dots and brackets stay literal", "a.b+(c)$", Kind.EXACT, "a.b+(c)$"),
    ("everything below", "dir/**", Kind.PREFIX, "dir/"),
    ("any path that begins so", "foo**", Kind.PREFIX, "foo"),
    ("a name at any depth", "**/x", Kind.SUFFIX, "/x"),
    ("any path that ends so", "**foo", Kind.SUFFIX, "foo"),
    ("everything", "**", Kind.SUFFIX, ""),
    ("three stars", "***", Kind.REGEXP, "^(.*/)?[^/]*$"),
    ("suffix and a wildcard", "**foo*", Kind.REGEXP, "^(.*/)?foo[^/]*$"),
    ("two stars at both ends", "**a**", Kind.REGEXP, "^(.*/)?a.*$"),
    ("one star", "*.py", Kind.REGEXP, r"^[^/]*\.py$"),
    ("question mark", "a?", Kind.REGEXP, "^a[^/]$"),
    ("two stars inside swallow the slash", "a/**/b", Kind.REGEXP, "^a/(.*/)?b$"),
    ("two stars in a name", "a**b", Kind.REGEXP, "^a(.*/)?b$"),
    ("star and two stars at the end", "*/**", Kind.REGEXP, "^[^/]*/.*$"),
    ("what is escaped", "*.+()$", Kind.REGEXP, r"^[^/]*\.\+\(\)\$$"),
    ("what is not escaped", "*^{|}", Kind.REGEXP, "^[^/]*^{|}$"),
    ("escaped star", r"a\*b", Kind.REGEXP, r"^a\*b$"),
    ("escaped letter", r"a\d", Kind.REGEXP, r"^a\d$"),
    ("backslash at the end", "x*\\", Kind.REGEXP, "^x[^/]*\\$"),
    ("star in a class is still a star", "x[*]", Kind.REGEXP, "^x[[^/]*]$"),
    ("closing bracket alone", "a]", Kind.REGEXP, "^a]$"),
]


@pytest.mark.parametrize(
    ("pattern", "kind", "text"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_translation(pattern: str, kind: Kind, text: str) -> None:
    assert translate(pattern) == (kind, text)


def test_a_byte_order_mark_goes_only_where_the_pattern_is_scanned() -> None:
    assert translate("\ufeffa") == (Kind.EXACT, "\ufeffa")
    assert translate("\ufeffa*") == (Kind.REGEXP, "^a[^/]*$")


OWN_MATCH = [
    ("the path itself", "d", "d", True),
    ("not what is below", "d", "d/x", False),
    ("prefix leaves the folder itself", "d/**", "d", False),
    ("suffix at the root", "**/x", "x", True),
    ("suffix needs a component boundary", "**/x", "ax", False),
    ("suffix without a slash needs none", "**x", "ax", True),
    ("star stops at a slash", "*", "a/b", False),
    ("dot of a folder star is no newline", "**/*b", "x\ny/b", False),
    ("suffix does not mind a newline", "**/b", "x\ny/b", True),
]


@pytest.mark.parametrize(
    ("line", "path", "expected"), [row[1:] for row in OWN_MATCH], ids=[row[0] for row in OWN_MATCH]
)
def test_matches_looks_at_the_path_alone(line: str, path: str, expected: bool) -> None:
    assert DockerIgnorePattern(line).matches(path) is expected


@pytest.mark.parametrize("row", docker_vectors("patternmatcher")[::5], ids=label)
def test_shown_regex_agrees_with_match_file(row: dict[str, Any]) -> None:
    for line in row["patterns"]:
        pattern = DockerIgnorePattern(line)
        if pattern.regex is not None:
            found = pattern.regex.match(row["path"]) is not None
            assert found is bool(pattern.match_file(row["path"])), line
            assert DockerIgnorePattern.pattern_to_regex(line) == (
                pattern.regex.pattern,
                pattern.include,
            )


@pytest.mark.parametrize("line", ["", "   ", "# comment", "#"])
def test_lines_without_a_rule(line: str) -> None:
    pattern = DockerIgnorePattern(line)
    assert (pattern.include, pattern.rule, pattern.regex) == (None, None, None)
    assert pattern.match_file("# comment") is None
    assert DockerIgnorePattern.pattern_to_regex(line) == (None, None)


@pytest.mark.parametrize(
    ("line", "include"), [("a", True), ("!a", False), ("/!a", False), (r"\!a", True), ("#a", None)]
)
def test_include(line: str, include: bool | None) -> None:
    assert DockerIgnorePattern(line).include is include


def test_match_file_says_true_for_an_exception_too() -> None:
    exception = DockerIgnorePattern("!a")
    assert exception.match_file("a/b") is True
    assert exception.match_file("b") is None


def test_bytes_that_are_no_utf8() -> None:
    pattern = DockerIgnorePattern(b"\xff*")
    assert pattern.match_file("\udcfe") is True, "Go reads every bad byte as U+FFFD"
    assert DockerIgnorePattern(b"\xff").match_file("\udcfe") is None, "exact ones compare bytes"
    assert DockerIgnorePattern(b"\xff").match_file("\udcff") is True


def test_error_says_where() -> None:
    (rule,) = read_rules(b"\n![z-a]/\n", "app/.dockerignore")
    error = DockerIgnorePattern(rule).broken
    assert error is not None
    assert (error.path, error.line, error.pattern) == ("app/.dockerignore", 2, "![z-a]")
    assert str(error) == (
        'app/.dockerignore:2: pattern "![z-a]" is refused by Docker: syntax error in pattern'
    )


def test_is_registered_with_pathspec() -> None:
    assert lookup_pattern("dockerignore") is DockerIgnorePattern


EQUAL = [
    ("same meaning, other spelling", "/a/", "a", True),
    ("exception and rule", "!a", "a", False),
    ("prefix and exact", "a**", "a", False),
    ("comments", "# a", "", True),
]


@pytest.mark.parametrize(
    ("one", "other", "expected"), [row[1:] for row in EQUAL], ids=[row[0] for row in EQUAL]
)
def test_equality(one: str, other: str, expected: bool) -> None:
    assert (DockerIgnorePattern(one) == DockerIgnorePattern(other)) is expected


def test_is_equal_to_nothing_else() -> None:
    assert DockerIgnorePattern("a") != "a"


@pytest.mark.parametrize("line", ["!a/*", "a", "", "# c"])
def test_copy(line: str) -> None:
    pattern = DockerIgnorePattern(line)
    assert copy.copy(pattern) == pattern


def test_pattern_from_a_rule_shows_the_line() -> None:
    rule = IgnoreRule(3, " /a/ ", "a", False, "a", ".dockerignore")
    assert DockerIgnorePattern(rule).pattern == " /a/ "
