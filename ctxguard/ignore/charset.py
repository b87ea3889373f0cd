"""Sets of characters, and how Go's regular expressions write them.

Source of the meaning: Go 1.24, `regexp/syntax/parse.go`: `parseClass`, `parseEscape`,
`parsePerlClassEscape`, `parseUnicodeClass`; `perl_groups.go`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LAST = 0x10FFFF
_REPLACEMENT = 0xFFFD
_BAD_BYTES = (0xDC80, 0xDCFF)
WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
"""What `\\w` and `\\b` take for a letter."""


class BadRegexpError(ValueError):
    """Go would not compile this."""


@dataclass(frozen=True, slots=True)
class Chars:
    """A set of characters as sorted, disjoint ranges of code points, ends included."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, char: str) -> bool:
        code = ord(char)
        at = bisect_right(self.ranges, (code, LAST)) - 1
        return at >= 0 and code <= self.ranges[at][1]

    def inverted(self) -> Chars:
        gaps: list[tuple[int, int]] = []
        start = 0
        for low, high in self.ranges:
            if start < low:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= LAST:
            gaps.append((start, LAST))
        return Chars(tuple(gaps))

    def single(self) -> str | None:
        """The one character of the set, if there is just one."""
        if len(self.ranges) == 1 and self.ranges[0][0] == self.ranges[0][1]:
            return chr(self.ranges[0][0])
        return None


def chars(ranges: Iterable[tuple[int, int]]) -> Chars:
    """The set of all these ranges, in any order, overlapping or not."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return Chars(tuple(merged))


def literal(char: str) -> Chars:
    return Chars(((ord(char), ord(char)),))


ANY = Chars(((0, LAST),))
NOT_SLASH = literal("/").inverted()
NOT_NEWLINE = literal("\n").inverted()


def seen_by_go(found: Chars) -> Chars:
    """Go reads a byte of a name that is no UTF-8 as U+FFFD; here it is a lone surrogate."""
    if chr(_REPLACEMENT) in found:
        return chars((*found.ranges, _BAD_BYTES))
    if chr(_BAD_BYTES[0]) in found:
        return chars((*found.inverted().ranges, _BAD_BYTES)).inverted()
    return found


_DIGIT = chars([(0x30, 0x39)])
_SPACE = chars([(9, 10), (12, 13), (32, 32)])
_WORD_CHARS = chars((ord(char), ord(char)) for char in WORD)
_PERL = {
    "d": _DIGIT,
    "s": _SPACE,
    "w": _WORD_CHARS,
    "D": _DIGIT.inverted(),
    "S": _SPACE.inverted(),
    "W": _WORD_CHARS.inverted(),
}
_UPPER, _LOWER = (0x41, 0x5A), (0x61, 0x7A)
_POSIX = {
    "alnum": chars([(0x30, 0x39), _UPPER, _LOWER]),
    "alpha": chars([_UPPER, _LOWER]),
    "ascii": chars([(0, 0x7F)]),
    "blank": chars([(9, 9), (32, 32)]),
    "cntrl": chars([(0, 0x1F), (0x7F, 0x7F)]),
    "digit": _DIGIT,
    "graph": chars([(0x21, 0x7E)]),
    "lower": chars([_LOWER]),
    "print": chars([(0x20, 0x7E)]),
    "punct": chars([(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)]),
    "space": chars([(9, 13), (32, 32)]),
    "upper": chars([_UPPER]),
    "word": _WORD_CHARS,
    "xdigit": chars([(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)]),
}
_CLASS_ESCAPES = frozenset("dDsSwWpP")
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


def read_class(text: str, at: int) -> tuple[Chars, int]:
    """`[...]` from its bracket on (`parseClass`); the set, and the place behind the `]`."""
    at += 1
    negated = text.startswith("^", at)
    at += negated
    ranges: list[tuple[int, int]] = []
    first = True
    while first or not text.startswith("]", at):
        first = False
        found, at = _read_class_part(text, at)
        ranges += found.ranges
    found = chars(ranges)
    return found.inverted() if negated else found, at + 1


def _read_class_part(text: str, at: int) -> tuple[Chars, int]:
    end = text.find(":]", at + 2) if text.startswith("[:", at) else -1
    if end >= 0:
        name = text[at + 2 : end]
        named = _POSIX.get(name.removeprefix("^"))
        if named is None:
            raise BadRegexpError("invalid character class range")
        return named.inverted() if name.startswith("^") else named, end + 2
    whole_class = _names_class(text, at)
    low, at = _read_class_char(text, at)
    if whole_class or text[at : at + 1] != "-" or text[at + 1 : at + 2] in ("", "]"):
        return low, at
    whole_class = _names_class(text, at + 1)
    high, at = _read_class_char(text, at + 1)
    first, last = low.ranges[0][0], high.ranges[0][0]
    if whole_class or last < first:
        raise BadRegexpError("invalid character class range")
    return Chars(((first, last),)), at


def _names_class(text: str, at: int) -> bool:
    """Whether this escape stands for many characters, so that it cannot end a range."""
    return text[at : at + 1] == "\\" and text[at + 1 : at + 2] in _CLASS_ESCAPES


def _read_class_char(text: str, at: int) -> tuple[Chars, int]:
    if at >= len(text):
        raise BadRegexpError("missing closing ]")
    if text[at] == "\\":
        return read_escape(text, at)
    return literal(text[at]), at + 1


def read_escape(text: str, at: int) -> tuple[Chars, int]:
    """A backslash and what follows (`parseEscape`, `parsePerlClassEscape`, `parseUnicodeClass`)."""
    char = text[at + 1 : at + 2]
    if not char:
        raise BadRegexpError("trailing backslash at end of expression")
    if char in _PERL:
        return _PERL[char], at + 2
    if char in "pP":
        return _read_unicode_class(text, at)
    if char in _CONTROL:
        return literal(chr(_CONTROL[char])), at + 2
    if char == "x":
        return _read_hex(text, at)
    octal = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(text, at + 1)
    if octal:
        return literal(chr(int(octal[0], 8))), octal.end()
    if char.isascii() and not char.isalnum():
        return literal(char), at + 2
    raise BadRegexpError("invalid escape sequence")


def _read_hex(text: str, at: int) -> tuple[Chars, int]:
    found = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})").match(text, at + 1)
    code = int((found[1] or found[2].lstrip("0")[:7] or "0"), 16) if found else -1
    if found is None or code > LAST:
        raise BadRegexpError("invalid escape sequence")
    return literal(chr(code)), found.end()


def _read_unicode_class(text: str, at: int) -> tuple[Chars, int]:
    found = re.compile(r"([pP])(?:\{(\^?)([^}]*)\}|([^{]))", re.DOTALL).match(text, at + 1)
    if found is None:
        raise BadRegexpError("invalid character class range")
    name = found[3] if found[4] is None else found[4]
    members = _unicode_category(name)
    negated = (found[1] == "P") != bool(found[2])
    return members.inverted() if negated else members, found.end()


@lru_cache(maxsize=64)
def _unicode_category(name: str) -> Chars:
    if name == "Any":
        return ANY
    if not re.fullmatch("[CLMNPSZ][a-z]?", name):
        raise BadRegexpError("a Unicode class that ctxguard does not know")
    members = [
        (code, code)
        for code in range(LAST + 1)
        if (category := unicodedata.category(chr(code))).startswith(name) and category != "Cn"
    ]
    if not members:
        raise BadRegexpError("invalid character class range")
    return chars(members)
