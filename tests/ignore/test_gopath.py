from __future__ import annotations

import pytest

from ctxguard.ignore.gopath import BadPatternError, clean, match

CLEAN = [
    ("", "."),
    (".", "."),
    ("./", "."),
    ("..", ".."),
    ("../..", "../.."),
    ("../a", "../a"),
    ("a/..", "."),
    ("a/../..", ".."),
    ("a/../../b", "../b"),
    ("a/b/..", "a"),
    ("/", "/"),
    ("///", "/"),
    ("/..", "/"),
    ("/../..", "/"),
    ("/../a", "/a"),
    ("/a/..", "/"),
    ("/a//b/", "/a/b"),
    ("a//b", "a/b"),
    ("a/./b", "a/b"),
    ("a/", "a"),
    ("a/.../b", "a/.../b"),
    ("a./b", "a./b"),
    ("..a", "..a"),
    ("a/..b", "a/..b"),
    ("*/../foo", "foo"),
    ("**/..", "."),
    ("[/]/..", "["),
    (" /..", "."),
    ("a\\/../b", "b"),
]


@pytest.mark.parametrize(("path", "expected"), CLEAN)
def test_clean(path: str, expected: str) -> None:
    assert clean(path) == expected
    assert clean(expected) == expected


# The upstream cases of Go's own match_test.go come first.
MATCH = [
    ("abc", "abc", True),
    ("*", "abc", True),
    ("*c", "abc", True),
    ("a*", "a", True),
    ("a*", "abc", True),
    ("a*", "ab/c", False),
    ("a*/b", "abc/b", True),
    ("a*/b", "a/c/b", False),
    ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/f", True),
    ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", False),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False),
    ("a*b?c*x", "abxbbxdbxebxczzx", True),
    ("a*b?c*x", "abxbbxdbxebxczzy", False),
    ("ab[c]", "abc", True),
    ("ab[b-d]", "abc", True),
    ("ab[e-g]", "abc", False),
    ("ab[^c]", "abc", False),
    ("ab[^b-d]", "abc", False),
    ("ab[^e-g]", "abc", True),
    ("a\\*b", "a*b", True),
    ("a\\*b", "ab", False),
    ("a?b", "a☺b", True),
    ("a[^a]b", "a☺b", True),
    ("a???b", "a☺b", False),
    ("a[^a][^a][^a]b", "a☺b", False),
    ("[a-ζ]*", "\u03b1", True),
    ("*[a-ζ]", "A", False),
    ("a?b", "a/b", False),
    ("a*b", "a/b", False),
    ("[\\]a]", "]", True),
    ("[\\-]", "-", True),
    ("[x\\-]", "x", True),
    ("[x\\-]", "-", True),
    ("[x\\-]", "z", False),
    ("[\\-x]", "a", False),
    ("*x", "xxx", True),
    # Beyond upstream.
    ("", "", True),
    ("", "a", False),
    ("a", "", False),
    ("*", "", True),
    ("**", "a", True),
    ("*", "a/b", False),
    ("**", "a/b", False),
    ("a*b*c", "abbc", True),
    ("a*b*c", "ac", False),
    ("*ab", "aab", True),
    ("*a*", "bab", True),
    ("?", "", False),
    ("[!a]", "!", True),
    ("[!a]", "b", False),
    ("[^a]", "/", True),
    ("[/]", "/", True),
    ("[a*]x", "*x", True),
    ("[a?]", "?", True),
    ("[[]", "[", True),
    ("[[:digit:]]", ":]", True),
    ("[[:digit:]]", "1", False),
    ("[b-a]", "a", False),
    ("[\\a-c]", "b", True),
    ("[a-\\c]", "b", True),
    ("]", "]", True),
    ("a]", "a]", True),
    ("\\[a", "[a", True),
    ("{a,b}", "{a,b}", True),
    ("a|b", "a|b", True),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), MATCH)
def test_match(pattern: str, name: str, expected: bool) -> None:
    assert match(pattern, name) is expected


BAD = [
    ("[]a]", "]"),
    ("[-]", "-"),
    ("[x-]", "x"),
    ("[x-]", "-"),
    ("[x-]", "z"),
    ("[-x]", "x"),
    ("[-x]", "-"),
    ("[-x]", "a"),
    ("\\", "a"),
    ("[a-b-c]", "a"),
    ("[", "a"),
    ("[^", "a"),
    ("[^bc", "a"),
    ("a[", "ab"),
    ("a[", "a"),
    # Beyond upstream.
    ("a[", "x"),
    ("[]", "a"),
    ("[^]", "a"),
    ("[^]a]", "a"),
    ("[a", "a"),
    ("[a-", "a"),
    ("[a-]", "a"),
    ("[\\", "a"),
    ("[a\\", "a"),
    ("[a-\\", "a"),
    ("[a\\]", "a"),
    ("a\\", "a"),
    ("zzz\\", "a"),
    ("x[", "."),
    ("*[", "."),
    ("**[", "."),
    ("[\udcff]", "a"),
    ("[a-\udcff]", "a"),
    (".*[", "."),
    ("*.[", "."),
    ("*.*[", ".a"),
]


@pytest.mark.parametrize(("pattern", "name"), BAD)
def test_bad_pattern(pattern: str, name: str) -> None:
    with pytest.raises(BadPatternError, match=r"^syntax error in pattern$"):
        match(pattern, name)


NOT_LOOKED_AT = [
    ("behind a first part that does not match", "x*["),
    ("behind a first part that does not match, backslash", "x*\\"),
    ("behind a first part that does not match, class", "x*[]a]"),
    ("behind a second part that does not match", "*x*["),
    ("behind a class that does not match", "[a]*["),
    ("behind too long a first part", "..*["),
]


@pytest.mark.parametrize(
    "pattern", [row[1] for row in NOT_LOOKED_AT], ids=[row[0] for row in NOT_LOOKED_AT]
)
def test_later_parts_are_looked_at_only_while_the_earlier_match(pattern: str) -> None:
    assert match(pattern, ".") is False


def test_a_star_in_a_class_does_not_end_the_part_that_is_looked_at() -> None:
    with pytest.raises(BadPatternError):
        match("x[*][", ".")


def test_class_around_a_star_that_hides_the_end() -> None:
    assert match("x[a]*[", ".") is False
    with pytest.raises(BadPatternError):
        match("x[a*[", ".")
