"""What a pattern has to match, item by item.

It is the one source of both the automaton and the Python regular expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ctxguard.ignore.charset import ANY, LAST, Chars, literal


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


def literal_items(text: str) -> tuple[Item, ...]:
    return tuple(Repeat(literal(char)) for char in text)


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
    shown = members.inverted() if members.ranges and members.ranges[-1][1] == LAST else members
    body = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in shown.ranges)
    if not body:
        return "(?!)"
    return f"[{'' if shown is members else '^'}{body}]"
