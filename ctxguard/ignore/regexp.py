"""Go's regular expressions, as far as an ignore rule can reach them.

Docker turns a wildcard pattern into the text of a regular expression and does not escape
everything, so classes, `|`, `{2}`, `\\d` and the like keep their meaning (moby/patternmatcher,
`Pattern.compile`).
This module reads that text the way Go does and refuses what Go refuses. The result is a *program*:
alternatives of items that have to match a whole path. It is the one source of both the automaton
and the Python regular expression.

Source of the meaning: Go 1.24, `regexp/syntax/parse.go` with the flags `Perl`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

_LAST = 0x10FFFF
_REPLACEMENT = 0xFFFD
_BAD_BYTES = (0xDC80, 0xDCFF)
_MOST_REPEATS = 1000
_MOST_INSTRUCTIONS = (128 << 20) // 40
"""`syntax.maxSize`: a larger program is "expression too large"."""


class BadRegexpError(ValueError):
    """Go would not compile this."""


@dataclass(frozen=True, slots=True)
class Chars:
    """A set of characters as sorted, disjoint ranges of code points, ends included."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, char: str) -> bool:
        code = ord(char)
        at = bisect_right(self.ranges, (code, _LAST)) - 1
        return at >= 0 and code <= self.ranges[at][1]

    def inverted(self) -> Chars:
        gaps: list[tuple[int, int]] = []
        start = 0
        for low, high in self.ranges:
            if start < low:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= _LAST:
            gaps.append((start, _LAST))
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


ANY = Chars(((0, _LAST),))
NOT_SLASH = literal("/").inverted()
NOT_NEWLINE = literal("\n").inverted()


@dataclass(frozen=True, slots=True)
class Repeat:
    """`least` to `most` characters of a set; `most` None is without end."""

    chars: Chars
    least: int = 1
    most: int | None = 1


@dataclass(frozen=True, slots=True)
class Folders:
    """`(.*/)?`: nothing, or anything up to and with a `/`; `chars` is what `.` stands for."""

    chars: Chars


@dataclass(frozen=True, slots=True)
class Boundary:
    r"""`\b` or, if not `wanted`, `\B`: between a word character (ASCII) and another, or not."""

    wanted: bool


Item = Repeat | Folders | Boundary
Program = tuple[tuple[Item, ...], ...]
"""Alternatives, each a sequence that has to match the whole path."""

ANYTHING = Repeat(ANY, 0, None)
WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")


def literal_items(text: str) -> tuple[Item, ...]:
    return tuple(Repeat(literal(char)) for char in text)


def parse(text: str) -> Program:
    """Read the regular expression of a wildcard pattern.

    Args:
        text: begins with `^`, ends with `$`; its only group is `(.*/)?`.

    Raises:
        BadRegexpError: Go would refuse it, or it holds a Unicode class that only Go's tables know.
    """
    return _Parser(text).program()


class _Anchor:
    """A place in a sequence that holds only at one end of the path."""

    __slots__ = ()


_BEGIN = _Anchor()
_END = _Anchor()
_GROUP = "(.*/)?"


class _Parser:
    def __init__(self, text: str) -> None:
        # A byte that is no UTF-8 reaches Go's compiler as U+FFFD.
        self.text = re.sub("[\udc80-\udcff]", "\ufffd", text)
        self.at = 0
        self.sequence: list[Item | _Anchor] = []
        self.done: list[tuple[Item, ...]] = []
        self.repeated = False

    def program(self) -> Program:
        steps: dict[str, Callable[[], bool | None]] = {
            "^": lambda: self._push(_BEGIN),
            "$": lambda: self._push(_END),
            ".": lambda: self._push(Repeat(NOT_NEWLINE)),
            "|": self._next_alternative,
            "*": self._star,
            "{": self._braces,
            "[": self._class,
            "\\": self._escape,
            "(": self._folders,
        }
        while self.at < len(self.text):
            step = steps.get(self.text[self.at])
            if step is None:
                step = self._literal
            self.repeated = bool(step())
        self._next_alternative()
        self._check_size()
        return tuple(self.done)

    def _push(self, item: Item | _Anchor, width: int = 1) -> None:
        self.sequence.append(item)
        self.at += width

    def _literal(self) -> None:
        self._push(Repeat(_seen_by_go(literal(self.text[self.at]))))

    def _folders(self) -> bool:
        # The user's own brackets are escaped, so a bare one is always what `**` became.
        self._push(Folders(NOT_NEWLINE), len(_GROUP))
        return True

    def _next_alternative(self) -> None:
        whole = _whole_path(self.sequence)
        if whole is not None:
            self.done.append(whole)
        self.sequence = []
        self.at += 1

    def _star(self) -> bool:
        self.at += 1
        self._repeat(0, None)
        return True

    def _braces(self) -> bool:
        found = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}").match(self.text, self.at)
        if found is None:
            self._literal()
            return False
        self.at = found.end()
        least = _count(found[1])
        most = least if found[2] is None else None if found[3] is None else _count(found[3])
        if most is not None and most < least:
            raise BadRegexpError("invalid repeat count")
        self._repeat(least, most)
        return True

    def _repeat(self, least: int, most: int | None) -> None:
        if self.repeated:
            raise BadRegexpError("invalid nested repetition operator")
        if not self.sequence:
            raise BadRegexpError("missing argument to repetition operator")
        item = self.sequence.pop()
        if isinstance(item, Repeat):
            self.sequence.append(_repeated(item, least, most))
        elif least:
            # An anchor or a boundary said twice is the same; one that may be left out says nothing.
            self.sequence.append(item)

    def _class(self) -> None:
        found, self.at = _read_class(self.text, self.at)
        self.sequence.append(Repeat(_seen_by_go(found)))

    def _escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "A":
            return self._push(_BEGIN, 2)
        if following == "z":
            return self._push(_END, 2)
        if following in ("b", "B"):
            return self._push(Boundary(following == "b"), 2)
        if following == "Q":
            return self._quoted()
        found, self.at = _read_escape(self.text, self.at)
        self.sequence.append(Repeat(_seen_by_go(found)))
        return None

    def _quoted(self) -> None:
        quoted, _, _ = self.text[self.at + 2 :].partition("\\E")
        self.at = min(self.at + 4 + len(quoted), len(self.text))
        self.sequence += [Repeat(_seen_by_go(literal(char))) for char in quoted]

    def _check_size(self) -> None:
        steps = sum(_instructions(item) for sequence in self.done for item in sequence)
        if steps > _MOST_INSTRUCTIONS:
            raise BadRegexpError("expression too large")


def _repeated(item: Repeat, least: int, most: int | None) -> Repeat:
    """EDGE CASE: behind `\\Q\\E` Go repeats even what is repeated already."""
    if item.least == item.most == 1:
        return Repeat(item.chars, least, most)
    if item.most is None and item.least == 0:
        return item
    if item.least != item.most or least != most or most is None:
        raise BadRegexpError("a repetition of a repetition that ctxguard does not know")
    if item.least * least > _MOST_REPEATS:
        raise BadRegexpError("invalid repeat count")
    return Repeat(item.chars, item.least * least, item.least * least)


def _instructions(item: Item | _Anchor) -> int:
    """Go's `calcSize`."""
    if not isinstance(item, Repeat):
        return 7 if isinstance(item, Folders) else 1
    if item.most is None:
        return item.least + 2
    return max(item.most + (item.most - item.least), 1)


def _count(digits: str) -> int:
    if len(digits) > len(str(_MOST_REPEATS)) or int(digits) > _MOST_REPEATS:
        raise BadRegexpError("invalid repeat count")
    return int(digits)


def _seen_by_go(found: Chars) -> Chars:
    """Go reads a byte of a name that is no UTF-8 as U+FFFD; here it is a lone surrogate."""
    if chr(_REPLACEMENT) in found:
        return chars((*found.ranges, _BAD_BYTES))
    if chr(_BAD_BYTES[0]) in found:
        return chars((*found.inverted().ranges, _BAD_BYTES)).inverted()
    return found


def _whole_path(sequence: list[Item | _Anchor]) -> tuple[Item, ...] | None:
    """The sequence without anchors, matching from end to end; None if it never can.

    What stands before a `^` has to match nothing; an alternative without one may begin anywhere.
    """
    begins = [at for at, item in enumerate(sequence) if item is _BEGIN]
    ends = [at for at, item in enumerate(sequence) if item is _END]
    start = begins[-1] if begins else 0
    stop = ends[0] if ends else len(sequence)
    if stop < start:
        # `$` before `^` holds for the empty path alone, and there is none.
        return None
    items: list[Item] = [] if begins else [ANYTHING]
    for at, item in enumerate(sequence):
        if isinstance(item, _Anchor):
            continue
        if start <= at < stop or isinstance(item, Boundary):
            items.append(item)
        elif not (isinstance(item, Folders) or item.least == 0):
            return None
    return tuple(items if ends else [*items, ANYTHING])


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


def _read_class(text: str, at: int) -> tuple[Chars, int]:
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
        return _read_escape(text, at)
    return literal(text[at]), at + 1


def _read_escape(text: str, at: int) -> tuple[Chars, int]:
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
    if found is None or code > _LAST:
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
        for code in range(_LAST + 1)
        if (category := unicodedata.category(chr(code))).startswith(name) and category != "Cn"
    ]
    if not members:
        raise BadRegexpError("invalid character class range")
    return chars(members)


def to_python(program: Program) -> str:
    """The same program as a Python regular expression, for `re.fullmatch` semantics.

    Exact, but it backtracks: a hostile pattern can make it slow. Nothing in ctxguard matches with
    it; it is what `pathspec.RegexPattern.regex` shows.
    """
    return "|".join("".join(map(_item_to_python, sequence)) for sequence in program) or "(?!)"


def _item_to_python(item: Item) -> str:
    if isinstance(item, Boundary):
        return r"(?a:\b)" if item.wanted else r"(?a:\B)"
    if isinstance(item, Folders):
        return f"(?:{_set_to_python(item.chars)}*/)?"
    count = {(1, 1): "", (0, None): "*"}.get((item.least, item.most))
    if count is None:
        count = f"{{{item.least},{'' if item.most is None else item.most}}}"
    return _set_to_python(item.chars) + count


def _set_to_python(members: Chars) -> str:
    if (single := members.single()) is not None:
        return re.escape(single)
    if members == ANY:
        return r"[\s\S]"
    shown = members.inverted() if members.ranges and members.ranges[-1][1] == _LAST else members
    body = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in shown.ranges)
    if not body:
        return "(?!)"
    return f"[{'' if shown is members else '^'}{body}]"
