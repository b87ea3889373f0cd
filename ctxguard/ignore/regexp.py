"""Go's regular expressions, as far as an ignore rule can reach them.

Docker turns a wildcard pattern into the text of a regular expression and does not escape
everything, so classes, `|`, `{2}`, `\\d` and the like keep their meaning (moby/patternmatcher,
`Pattern.compile`).
This module reads that text the way Go does and refuses what Go refuses. The result is a *program*:
alternatives of items that have to match a whole path.

Source of the meaning: Go 1.24, `regexp/syntax/parse.go` with the flags `Perl`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ctxguard.ignore.charset import (
    NOT_NEWLINE,
    BadRegexpError,
    literal,
    read_class,
    read_escape,
    seen_by_go,
)
from ctxguard.ignore.program import ANYTHING, Boundary, Folders, Item, Program, Repeat

_MOST_REPEATS = 1000
_MOST_INSTRUCTIONS = (128 << 20) // 40
"""`syntax.maxSize`: a larger program is "expression too large"."""


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
        self._push(Repeat(seen_by_go(literal(self.text[self.at]))))

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
        found, self.at = read_class(self.text, self.at)
        self.sequence.append(Repeat(seen_by_go(found)))

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
        found, self.at = read_escape(self.text, self.at)
        self.sequence.append(Repeat(seen_by_go(found)))
        return None

    def _quoted(self) -> None:
        quoted, _, _ = self.text[self.at + 2 :].partition("\\E")
        self.at = min(self.at + 4 + len(quoted), len(self.text))
        self.sequence += [Repeat(seen_by_go(literal(char))) for char in quoted]

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
