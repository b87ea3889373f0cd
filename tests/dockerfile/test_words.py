"""Quotes, escapes and variables in one word."""

from __future__ import annotations

import pytest

from ctxguard.dockerfile.words import MOST_CHARACTERS, WordError, expand, quoted_words

VALUES = {"V": "value", "E": "", "P": "/a/b/c.tar.gz", "é": "accent", "1": "one", "S": "a*b"}

EXPANDED = [
    ("plain", "a/b", "a/b"),
    ("empty", "", ""),
    ("single quotes", "'$V \"x\" \\a'", '$V "x" \\a'),
    ("double quotes", "\"a $V 'b'\"", "a value 'b'"),
    ("quotes inside", "a'b'\"c\"d", "abcd"),
    ("empty quotes", "''\"\"", ""),
    ("escape", "\\a\\*\\\\", "a*\\"),
    ("escape at the end", "a\\", "a"),
    ("escaped dollar", "\\$V", "$V"),
    ("escaped quotes", "\\'a\\\"", "'a\""),
    ("escapes in double quotes", '"\\"\\$\\\\\\a"', '"$\\\\a'),
    ("name", "$V", "value"),
    ("name in braces", "a${V}b", "avalueb"),
    ("unset", "a$U${U}b", "ab"),
    ("case of a name", "$v", ""),
    ("name ends at a hyphen", "$V-x", "value-x"),
    ("name goes on to a digit", "$V1", ""),
    ("name of letters", "$é", "accent"),
    ("digits first", "$1a", "onea"),
    ("special name", "a$@b$*c$?d", "abcd"),
    ("lone dollar", "a$", "a$"),
    ("dollar before a blank", "$ a", "$ a"),
    ("dollar before a slash", "$/a", "$/a"),
    ("two dollars", "$$V", "V"),
    ("in quotes", '"$V"', "value"),
    ("value is not expanded again", "${U:-$S}", "a*b"),
    (":- set", "${V:-w}", "value"),
    (":- empty", "${E:-w}", "w"),
    (":- unset", "${U:-w}", "w"),
    ("- set", "${V-w}", "value"),
    ("- empty", "${E-w}", ""),
    ("- unset", "${U-w}", "w"),
    (":+ set", "${V:+w}", "w"),
    (":+ empty", "${E:+w}", ""),
    (":+ unset", "${U:+w}", ""),
    ("+ set", "${V+w}", "w"),
    ("+ empty", "${E+w}", "w"),
    ("+ unset", "${U+w}", ""),
    (":? set", "${V:?w}", "value"),
    ("? empty", "${E?w}", ""),
    ("word of variables", "${U:-a${V}b$V}", "avaluebvalue"),
    ("word with a quote", "${U:-'}'}", "}"),
    ("word with an escape", "${U:-\\}}", "}"),
    ("nested", "${U:-${E:-${V}}}", "value"),
    ("# literal", "${P#/a}", "/b/c.tar.gz"),
    ("# shortest", "${P#*/}", "a/b/c.tar.gz"),
    ("## longest", "${P##*/}", "c.tar.gz"),
    ("# any character", "${P#?a?}", "b/c.tar.gz"),
    ("# no match", "${P#b}", "/a/b/c.tar.gz"),
    ("# everything", "${P##*}", ""),
    ("% shortest", "${P%.*}", "/a/b/c.tar"),
    ("%% longest", "${P%%.*}", "/a/b/c"),
    ("% literal", "${P%.gz}", "/a/b/c.tar"),
    ("% no match", "${P%.g}", "/a/b/c.tar.gz"),
    ("# escaped star", "${S#a\\*}", "b"),
    ("# a pattern with a variable", "${V#${E}v}", "alue"),
    ("# unset", "${U#a}", ""),
    ("/ first", "${P/a/x}", "/x/b/c.tar.gz"),
    ("// all", "${P//a/x}", "/x/b/c.txr.gz"),
    ("// escaped slash", "${P//\\//-}", "-a-b-c.tar.gz"),
    ("/ star", "${P/b*r/x}", "/a/x.gz"),
    ("// any character", "${V//?/x}", "xxxxx"),
    ("/ two stars", "${P/a*b*tar/x}", "/x.gz"),
    ("/ two stars, not the last", "${P/a*b*zip/x}", "/a/b/c.tar.gz"),
    ("/ two stars, not the middle", "${P/a*d*gz/x}", "/a/b/c.tar.gz"),
    ("/ two stars, nothing between", "${P/c**gz/x}", "/a/b/x"),
    ("# two stars", "${P#*b*.}", "tar.gz"),
    ("## two stars", "${P##*b*.}", "gz"),
    ("% two stars", "${P%/*.*}", "/a/b"),
    ("/ to nothing", "${V/value/}", ""),
    ("/ no match", "${V/x/y}", "value"),
    ("/ unset", "${U/x/y}", ""),
]


@pytest.mark.parametrize(
    ("text", "expected"), [c[1:] for c in EXPANDED], ids=[c[0] for c in EXPANDED]
)
def test_expanded(text: str, expected: str) -> None:
    assert expand(text, VALUES, "\\").text == expected


REFUSED = [
    ("open single quote", "'a", "single-quote"),
    ("open double quote", '"a', "double-quote"),
    ("open after an escape", '"a\\', "double-quote"),
    ("no name", "${}", "bad substitution"),
    ("colon for a name", "${:-a}", "bad substitution"),
    ("brace for a name", "${{a}", "bad substitution"),
    ("nothing behind the brace", "${", "missing '}'"),
    ("open brace", "${V", "unsupported modifier"),
    ("open word", "${V:-w", "missing '}'"),
    (":= does not assign", "${V:=w}", "unsupported modifier"),
    ("= neither", "${V=w}", "unsupported modifier"),
    ("caret", "${V^}", "unsupported modifier"),
    (":# is none", "${V:#a}", "unsupported modifier"),
    ("? unset", "${U?gone}", "U: gone"),
    ("? unset without a word", "${U?}", "U: is not allowed to be unset"),
    (":? empty", "${E:?}", "E: is not allowed to be empty"),
    ("/ without a second one", "${V/a}", "missing '/'"),
    ("# with an escape of nothing", "${V#\\a}", "invalid pattern"),
    ("/ with an escape of nothing", "${V/\\a/b}", "invalid pattern"),
    ("/ to far too much", "${V//?/" + "a" * 40_000 + "}", "invalid pattern"),
    ("nested far too deep", "${a:-" * 60 + "}" * 60, "nested too deeply"),
    ("too long", "'" + "a" * (MOST_CHARACTERS + 1) + "'", "more than"),
]


@pytest.mark.parametrize(("text", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(text: str, words: str) -> None:
    with pytest.raises(WordError) as caught:
        expand(text, VALUES, "\\")
    assert words in str(caught.value)


def test_the_other_escape() -> None:
    assert expand('`$V\\a`b"`$`"\\"', VALUES, "`").text == '$V\\ab$"\\'


def test_names_what_was_asked_for() -> None:
    assert expand("$V${U:-$W}'$X'", VALUES, "\\").names == {"V", "U", "W"}


WORDS = [
    ("blanks", " a \t b ", ["a", "b"]),
    ("single quotes", "a='b c' d", ["a='b c'", "d"]),
    ("double quotes", 'a="b c" d', ['a="b c"', "d"]),
    ("escaped blank", "a=b\\ c d", ["a=b\\ c", "d"]),
    ("escaped quote", "a=\\'b c", ["a=\\'b", "c"]),
    ("escaped quote in quotes", 'a="b\\" c" d', ['a="b\\" c"', "d"]),
    ("no escape in single quotes", "a='b\\' c", ["a='b\\'", "c"]),
    ("open quote", "a='b c", ["a='b c"]),
    ("escape at the end", "a b\\", ["a", "b"]),
    ("no-break space", "a\u00a0b", ["a", "b"]),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in WORDS], ids=[c[0] for c in WORDS])
def test_quoted_words(text: str, expected: list[str]) -> None:
    assert quoted_words(text, "\\") == expected
