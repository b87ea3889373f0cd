from __future__ import annotations

import re

import pytest

from ctxguard.ignore.automaton import Automaton
from ctxguard.ignore.charset import ANY, NOT_NEWLINE, BadRegexpError, Chars, chars, literal
from ctxguard.ignore.program import ANYTHING, Boundary, Folders, Repeat, literal_items, to_python
from ctxguard.ignore.regexp import parse


def matches(text: str, path: str) -> bool:
    """The answer of the automaton, after checking that Python's gives the same."""
    program = parse(text)
    answer = bool(Automaton([(0, program)]).start.after(path).hits)
    assert answer is bool(re.fullmatch(to_python(program), path)), to_python(program)
    return answer


# (what it is about, regular expression, matching paths, other paths)
MEANING = [
    ("one star", "^[^/]*$", ["a", ".x"], ["a/b", "/"]),
    ("a question mark", "^[^/]$", ["a", "é", "\n"], ["", "/", "ab"]),
    ("folders", "^(.*/)?b$", ["b", "a/b", "a/c/b"], ["ab", "a\nx/b", "b/"]),
    ("anything but a newline", "^a.*$", ["a", "a/b"], ["a\n", "a\nb", "b"]),
    ("exact repeat", "^a{2}$", ["aa"], ["a", "aaa", "a{2}"]),
    ("open repeat", "^a{2,}$", ["aa", "aaaa"], ["a", "aab"]),
    ("bounded repeat", "^a{1,2}b$", ["ab", "aab"], ["b", "aaab"]),
    ("repeat from none", "^a{0,1}b$", ["b", "ab"], ["aab"]),
    ("repeat of none", "^a{0}b$", ["b"], ["ab"]),
    ("repeat of a class", "^[ab]{2}$", ["ab", "bb"], ["a", "abb"]),
    ("repeat of an escape", r"^\d{2}$", ["12"], ["1", "123"]),
    ("repeat of a begin", "^{2}a$", ["a"], ["^a", "aa"]),
    ("repeat of a boundary", r"^a\b{3}-$", ["a-"], ["a", "aa-"]),
    ("boundary that may be missing", r"^a\b{0,}b$", ["ab"], ["a"]),
    ("the most repeats", "^a{1000}$", ["a" * 1000], ["a" * 999]),
    ("braces that are none", "^a{,2}$", ["a{,2}"], ["a", "aa"]),
    ("braces with a blank", "^a{1, 2}$", ["a{1, 2}"], ["a"]),
    ("braces with a leading zero", "^a{02}$", ["a{02}"], ["aa"]),
    ("braces with a letter", "^a{n}$", ["a{n}"], ["a"]),
    ("braces unclosed", "^a{2$", ["a{2"], ["aa"]),
    ("closing brace", "^a}$", ["a}"], ["a"]),
    ("braces at the start", "^x{,}$", ["x{,}"], ["x"]),
    ("bar", "^x|y[^/]*$", ["x", "xzz", "x/a", "y", "q/y", "aybc"], ["a", "y/a", "ax"]),
    ("bar at the end", "^a|$", ["a", "b", "/"], []),
    ("bar at the start", "^|a$", ["b", "a"], []),
    ("three alternatives", "^a|b|c$", ["ax", "xbx", "xc"], ["xa", "cx"]),
    ("begin inside", "^a^[^/]*$", [], ["a", "a^", "a^b", ""]),
    ("begin twice", "^^a[^/]*$", ["a", "ab"], ["^a", "ba"]),
    ("begin behind what may be empty", "^[^/]*^a$", ["a"], ["ba", "^a"]),
    ("begin behind folders", "^(.*/)?^a$", ["a"], ["b/a"]),
    ("end inside", r"^a\z[^/]*$", ["a"], ["ab", "az"]),
    ("end before a letter", r"^a\zb$", [], ["ab", "a", "azb"]),
    ("end before begin", r"^\z^a$", [], ["a", ""]),
    ("begin spelled A", r"^\Aa[^/]*$", ["a", "ab"], ["Aa"]),
    ("begin in an alternative", r"^x|\Ay$", ["x1", "y"], ["ay", "y1"]),
    ("end in an alternative", r"^x\z|y$", ["x", "ay"], ["xa"]),
    ("boundary inside", r"^a\b-$", ["a-"], ["aa", "a"]),
    ("boundary between letters", r"^a\bb$", [], ["ab", "a b"]),
    ("boundary at the start", r"^\b[^/]*$", ["a", "_x", "1"], ["-a", " a", "é"]),
    ("boundary at the end", r"^[^/]*\b$", ["a", "-a"], ["a-", "é"]),
    ("boundary next to a slash", r"^[^/]*\b/b$", ["a/b", "-a/b"], ["-/b"]),
    ("two boundaries", r"^\b\b[^/]*$", ["a"], ["-"]),
    ("boundary and none", r"^\b\B[^/]*$", [], ["a", "-"]),
    ("no boundary inside", r"^a\Bb$", ["ab"], ["a-b"]),
    ("no boundary at the start", r"^\B[^/]*$", ["-", "é", "-a"], ["a", "_"]),
    ("no boundary at the end", r"^[^/]*\B$", ["a-", "-"], ["a", "-a"]),
    ("boundary before a begin", r"^\b^a[^/]*$", ["a", "ab"], ["-a"]),
    ("boundary before a begin that is not met", r"^\B^a$", [], ["a"]),
    ("boundary counts ASCII only", r"^[^/]\b[^/]$", ["aé", "é1"], ["éé", "ab"]),
    ("quoted", r"^\Q*.[\E$", ["*.["], ["*.[\\E", "a.["]),
    ("quoted to the end", r"^\Qa*$", ["xa*$", "a*$"][1:], ["a*", "aa"]),
    ("quoted nothing", r"^a\Q\Eb$", ["ab"], ["a"]),
    ("quoted backslash", r"^\Qa\b\E$", [r"a\b"], ["a"]),
    ("end of a quote that has none", r"^\QE\Ex$", ["Ex"], ["x"]),
    ("Unicode class", r"^\pL$", ["a", "é", "ж"], ["1", "-", "_"]),
    ("Unicode class in braces", r"^\p{Lu}$", ["A", "É"], ["a", "1"]),
    ("Unicode class negated", r"^\PL$", ["1", "/"], ["a", "é"]),
    ("Unicode class negated inside", r"^\p{^L}$", ["1", "/"], ["a"]),
    ("Unicode class negated twice", r"^\P{^L}$", ["a"], ["1"]),
    ("Unicode class of all", r"^\p{Any}$", ["a", "\n", "\U0010ffff"], ["", "ab"]),
    ("Unicode class in a class", r"^[\p{Nd}x]$", ["1", "٣", "x"], ["a"]),
    ("POSIX class", "^[[:digit:]]$", ["0", "9"], ["a", ":", "d", "٣"]),
    ("POSIX class and more", "^[x[:digit:]-]$", ["x", "1", "-"], ["a", ":"]),
    ("POSIX class negated", "^[[:^digit:]]$", ["a", "/"], ["1"]),
    ("POSIX class in a negated class", "^[^[:alpha:]]$", ["1", "/", "é"], ["a"]),
    ("POSIX space has a vertical tab", "^[[:space:]]$", ["\v", " "], ["a", "\xa0"]),
    ("POSIX word", "^[[:word:]]$", ["_", "a", "9"], ["-", "é"]),
    ("POSIX punct", "^[[:punct:]]$", ["!", "~", "/", "_"], ["a", " "]),
    ("POSIX xdigit", "^[[:xdigit:]]$", ["f", "F", "0"], ["g"]),
    ("POSIX blank", "^[[:blank:]]$", ["\t", " "], ["\n"]),
    ("POSIX cntrl", "^[[:cntrl:]]$", ["\x00", "\x7f"], [" "]),
    ("POSIX ascii", "^[[:ascii:]]$", ["\x7f", "a"], ["\x80"]),
    ("POSIX graph", "^[[:graph:]]$", ["!", "~"], [" "]),
    ("POSIX print", "^[[:print:]]$", ["!", " "], ["\n"]),
    ("POSIX alnum lower upper", "^[[:alnum:]][[:lower:]][[:upper:]]$", ["1aA"], ["-aA", "1AA"]),
    ("POSIX name without its bracket", "^[:digit:]$", [":", "d", "t"], ["1", "x"]),
    ("POSIX name unclosed", "^[[:digit]$", ["[", ":", "d"], ["1", "]"]),
    ("digits", r"^\d\D$", ["1a", "1٣"], ["٣a", "11"]),
    ("word characters", r"^\w\W$", ["a-", "_é"], ["é-", "aa"]),
    ("space", r"^\s\S$", [" a", "\n\v"], ["\va", "\xa0a"]),
    ("Perl class in a class", r"^[\d-]$", ["1", "-"], ["d", "a"]),
    ("Perl class negated in a class", r"^[^\D]$", ["1"], ["a"]),
    ("control characters", r"^\a\f\n\r\t\v$", ["\a\f\n\r\t\v"], ["afnrtv"]),
    ("hexadecimal", r"^\x41$", ["A"], ["x41"]),
    ("hexadecimal in braces", r"^\x{1F600}$", ["😀"], ["1F600"]),
    ("hexadecimal with zeros", r"^\x{000000000041}$", ["A"], ["x"]),
    ("hexadecimal in a class", r"^[\x41-\x43]$", ["B"], ["D", "x"]),
    ("octal", r"^\101$", ["A"], ["101"]),
    ("octal of two digits", r"^\12$", ["\n"], ["12"]),
    ("octal takes three digits", r"^\1011$", ["A1"], ["A"]),
    ("octal zero", r"^\0$", ["\x00"], ["0"]),
    ("octal zero and an eight", r"^\08$", ["\x008"], ["08"]),
    ("octal ends at an eight", r"^\128$", ["\n8"], ["128"]),
    ("escaped punctuation", r"^\*\-\!\_\#\ \/$", ["*-!_# /"], ["*-!_#_/"]),
    ("escaped punctuation in a class", r"^[\]\-\^]$", ["]", "-", "^"], ["\\", "a"]),
    ("closing bracket", "^a]$", ["a]"], ["a"]),
    ("closing bracket first in a class", "^[]a]$", ["]", "a"], ["b"]),
    ("closing bracket first in a negated class", "^[^]a]$", ["b", "/"], ["]", "a"]),
    ("hyphen first", "^[-a]$", ["-", "a"], ["b"]),
    ("hyphen last", "^[a-]$", ["-", "a"], ["b"]),
    ("hyphen behind a range", "^[a-c-e]$", ["a", "b", "c", "-", "e"], ["d"]),
    ("opening bracket in a class", "^[[a]$", ["[", "a"], ["b"]),
    ("caret not first", "^[a^]$", ["a", "^"], ["b"]),
    ("bang is a member", "^[!a]$", ["!", "a"], ["b"]),
    ("range over a slash", "^[--0]$", ["-", ".", "/", "0"], ["1"]),
    ("overlapping ranges", "^[a-cb-d]$", ["a", "d"], ["e"]),
    ("star in a class", "^x[[^/]*]$", ["x]", "x[]", "x^]", "x[^]", "x^[]"][:3], ["x*", "xa]"]),
    ("class of everything", r"^[\d\D]$", ["a", "\n", "/"], ["", "ab"]),
    ("class of nothing", r"^a[^\d\D]$", [], ["a", "ab"]),
    ("class of nothing, repeated", r"^a[^\d\D]*$", ["a"], ["ab"]),
    ("quantifier behind a class of nothing", r"^[^\d\D]{0,2}b$", ["b"], ["ab"]),
]


@pytest.mark.parametrize(
    ("text", "good", "bad"), [row[1:] for row in MEANING], ids=[row[0] for row in MEANING]
)
def test_meaning(text: str, good: list[str], bad: list[str]) -> None:
    assert good or bad
    assert [path for path in good if not matches(text, path)] == []
    assert [path for path in bad if path and matches(text, path)] == []


REFUSED = [
    ("stacked repeats", "^a{2}{3}$"),
    ("repeat of a star", "^[^/]*{2}$"),
    ("star behind a repeat", "^a{2}*$"),
    ("repeat of folders", "^(.*/)?{2}$"),
    ("repeat of a group star", "^.*{2}$"),
    ("repeat behind a bar", "^a|{2}$"),
    ("too many repeats", "^a{1001}$"),
    ("too many repeats, open", "^a{1001,}$"),
    ("too many repeats at most", "^a{1,1001}$"),
    ("far too many repeats", "^a{99999999999999999999}$"),
    ("repeats the wrong way round", "^a{3,2}$"),
    ("range the wrong way round", "^[z-a]$"),
    ("range the wrong way round inside", "^[Local-Only]$"),
    ("range to a Perl class", r"^[a-\d]$"),
    ("range to a POSIX class", "^[a-[:digit:]]$"),
    ("unknown POSIX class", "^[[:foo:]]$"),
    ("empty POSIX class", "^[[::]]$"),
    ("class unclosed", "^[a$"),
    ("class unclosed, empty", "^[]$"),
    ("class unclosed behind a hyphen", "^[a-$"),
    ("class ended by an escape", r"^[a\]$"),
    ("unknown letter", r"^\q$"),
    ("unknown letter in a class", r"^[\q]$"),
    ("boundary in a class", r"^[\b]$"),
    ("begin in a class", r"^[\A]$"),
    ("quote in a class", r"^[\Qa\E]$"),
    ("end of a quote alone", r"^a\E$"),
    ("any byte", r"^\C$"),
    ("end of text, Python's spelling", r"^\Z$"),
    ("group reference", r"^\1$"),
    ("group reference and no octal digit", r"^\19$"),
    ("eight", r"^\8$"),
    ("letter beyond ASCII", "^\\é$"),
    ("bad byte", "^\\\udcff$"),
    ("hexadecimal, one digit", r"^\x4$"),
    ("hexadecimal, none", r"^\x$"),
    ("hexadecimal, empty braces", r"^\x{}$"),
    ("hexadecimal, unclosed", r"^\x{41$"),
    ("hexadecimal, too large", r"^\x{110000}$"),
    ("hexadecimal, far too large", r"^\x{100000000000000041}$"),
    ("unknown Unicode class", r"^\pX$"),
    ("unknown Unicode class in braces", r"^\p{Klingonese}$"),
    ("Unicode class unclosed", r"^\p{L$"),
    ("expression too large", "^" + "a{1000}" * 3356 + "$"),
]


@pytest.mark.parametrize("text", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(text: str) -> None:
    with pytest.raises(BadRegexpError):
        parse(text)


def test_just_small_enough() -> None:
    (sequence,) = parse("^" + "a{1000}" * 3355 + "$")
    assert len(sequence) == 3355


BAD_BYTES = [
    ("U+FFFD matches a bad byte", "^\ufffd$", "\udcff", True),
    ("a bad byte in the pattern is U+FFFD", "^\udcff$", "\ufffd", True),
    ("a bad byte in the pattern matches every bad byte", "^\udcff$", "\udc80", True),
    ("a letter does not", "^a$", "\udcff", False),
    ("a question mark does", "^[^/]$", "\udcff", True),
    ("a dot does", "^(.*/)?a$", "\udcff/a", True),
    ("a class that has U+FFFD", "^[\ufffd]$", "\udcff", True),
    ("a class that shuts U+FFFD out", "^[^\ufffd]$", "\udcff", False),
    ("a range around U+FFFD", "^[\u3000-\uffff]$", "\udcff", True),
    ("a range around the surrogates only", "^[\ud7ff-\ue000]$", "\udcff", False),
    ("a Unicode class: U+FFFD is a symbol", r"^\p{So}$", "\udcff", True),
    ("a Unicode class of other symbols", r"^\p{Sm}$", "\udcff", False),
    ("a Unicode class negated", r"^\P{So}$", "\udcff", False),
    ("not a digit", r"^\D$", "\udcff", True),
    ("a quoted one", "^\\Q\ufffd\\E$", "\udcff", True),
    ("by its number", r"^\x{FFFD}$", "\udcff", True),
    ("repeated", "^\ufffd{2}$", "\udcff\udcfe", True),
    ("U+FFFD in the path is no other letter", "^[^\udcff]$", "\ufffd", False),
]


@pytest.mark.parametrize(
    ("text", "path", "expected"), [row[1:] for row in BAD_BYTES], ids=[row[0] for row in BAD_BYTES]
)
def test_bad_bytes(text: str, path: str, expected: bool) -> None:
    assert matches(text, path) is expected


def test_program_of_a_plain_pattern() -> None:
    assert parse("^a(.*/)?b{2,3}\\b$") == (
        (
            Repeat(literal("a")),
            Folders(NOT_NEWLINE),
            Repeat(literal("b"), 2, 3),
            Boundary(wanted=True),
        ),
    )


def test_program_that_never_matches() -> None:
    assert parse("^a^$") == ()
    assert re.fullmatch(to_python(()), "") is None


def test_alternatives_without_an_anchor_are_open() -> None:
    assert parse("^a|b$") == (
        (*literal_items("a"), ANYTHING),
        (ANYTHING, *literal_items("b")),
    )


def test_chars_are_sorted_and_merged() -> None:
    assert chars([(5, 9), (1, 2), (3, 3), (8, 12)]) == Chars(((1, 3), (5, 12)))
    assert chars([]) == Chars(())


def test_chars_contain_their_ends() -> None:
    members = Chars(((98, 100), (102, 102)))
    assert [char for char in "abcdefg" if char in members] == list("bcdf")


def test_inverted_twice_is_the_same() -> None:
    for members in (ANY, Chars(()), literal("\x00"), literal("\U0010ffff"), literal("a")):
        assert members.inverted().inverted() == members
        assert members.inverted() != members
    assert ANY.inverted() == Chars(())


def test_single() -> None:
    assert literal("a").single() == "a"
    assert Chars(((97, 98),)).single() is None
    assert Chars(()).single() is None


def test_an_empty_quote_hides_a_star_from_the_repeat_behind_it() -> None:
    assert matches(r"^x[^/]*\Q\E{2}$", "xabc")
    assert not matches(r"^xa{2}\Q\E{2}$", "xaa")


def test_a_unicode_class_is_no_end_of_a_range() -> None:
    assert matches(r"^[\p{Zl}-a]$", "-")
    with pytest.raises(BadRegexpError):
        parse(r"^[a-\p{Zl}]$")


def test_repeats_that_may_be_missing_count_twice_for_the_size() -> None:
    with pytest.raises(BadRegexpError):
        parse("^" + "a{0,1000}" * 1678 + "$")
