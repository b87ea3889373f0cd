"""Words and variables in an instruction.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/shell/lex.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ctxguard.dockerfile.substitution import SubstitutionError, replace, trim

MOST_CHARACTERS = 128 * 1024
"""Of an expanded word, as many as Linux takes for one variable; variables that hold each other
could make it grow without end."""
MOST_WORK = 32 << 20
"""Characters that may be put together or compared for one Dockerfile; no sane one needs a
thousandth of it."""
_MOST_NESTED = 50
_COST = 64
"""Of one character of a value or pattern in `${v#p}` and its like, in characters put together."""
BLANK = "\t\v\f\r "
"""What stands between the words of most instructions."""
SPACE = BLANK + (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
    "\u2029\u202f\u205f\u3000"
)
"""What Go's `unicode.IsSpace` takes off lines, and lets stand between the pairs of ENV and ARG."""
_MARKS = re.compile(r"[$'\"\\`]")
_SPECIAL = "@*#?-$!0"


_MOST_TOLD = 200


def shortened(message: str) -> str:
    """A message with no more of the Dockerfile in it than can be read."""
    return message if len(message) <= _MOST_TOLD else f"{message[:_MOST_TOLD]}…"


class WordError(ValueError):
    """What BuildKit says of a word it cannot expand."""

    def __init__(self, message: str) -> None:
        super().__init__(shortened(message))


class Expanded(NamedTuple):
    """A word after expansion."""

    text: str
    names: frozenset[str]
    """Variables that were asked for."""
    work: int
    """Characters put together or compared for it."""


def expand(text: str, variables: Mapping[str, str], escape: str) -> Expanded:
    """Take quotes and escapes off, and put variables in; the result is not split.

    Raises:
        WordError: the word is malformed, or a variable that must be set is not.
    """
    walk = _Walk(text, escape, variables)
    return Expanded(walk.until(""), frozenset(walk.names), walk.work + walk.size)


def read_unset(text: str, escape: str) -> str:
    """Take quotes and escapes off, and leave all variables as they are; of any length.

    Raises:
        WordError: a quote or a brace is left open, or a substitution is malformed.
    """
    return _Walk(text, escape, {}, keeps_unset=True).until("")


def is_plain(text: str) -> bool:
    """Whether it stays what it is when it is expanded; most words do."""
    return len(text) <= MOST_CHARACTERS and not _MARKS.search(text)


def quoted_words(text: str, escape: str) -> list[str]:
    """Split at blanks that are neither quoted nor escaped; quotes and escapes stay (`parseWords`).

    A quote or an escape that is left open ends with the text.
    """
    words: list[str] = []
    word: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if not quote and char in SPACE:
            words += ["".join(word)] if word else []
            word = []
            continue
        word.append(char)
        if char == escape and quote != "'":
            if at == len(text):
                word.pop()
            word.append(text[at : at + 1])
            at += 1
        elif quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
    return words + (["".join(word)] if word else [])


@dataclass(slots=True)
class _Walk:
    text: str
    escape: str
    variables: Mapping[str, str]
    keeps_unset: bool = False
    at: int = 0
    size: int = 0
    work: int = 0
    depth: int = 0
    names: set[str] = field(default_factory=set)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def until(self, stop: str, *, keep_escapes: bool = False) -> str:
        """Expand up to the stop character, or to the end for ""."""
        result: list[str] = []
        self.depth += 1
        if self.depth > _MOST_NESTED:
            raise WordError("variables are nested too deeply")
        while (char := self.peek()) != "":
            if char == stop:
                self.take()
                self.depth -= 1
                return "".join(result)
            self._step(char, result, keep_escapes)
        if stop:
            raise WordError(f"unexpected end of statement while looking for matching {stop}")
        self.depth -= 1
        return "".join(result)

    def _step(self, char: str, result: list[str], keep_escapes: bool) -> None:
        if char == "$":
            piece = self._dollar()
        elif char == "'":
            piece = self._single()
        elif char == '"':
            piece = self._double()
        else:
            piece = self.take()
            if piece == self.escape:
                piece = (piece if keep_escapes else "") + self.take()
        result.append(piece)
        self._grow(len(piece))

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > MOST_CHARACTERS and not self.keeps_unset:
            raise WordError(f"expands to more than {MOST_CHARACTERS:,} characters")

    def _charge(self, value: str, pattern: str) -> None:
        self.work += _COST * (len(value) + len(pattern)) + len(value) * len(pattern)
        if self.work > MOST_WORK:
            raise WordError("the variables take far too much work")

    def _single(self) -> str:
        start = self.at
        end = self.text.find("'", start + 1)
        if end < 0:
            raise WordError("unexpected end of statement while looking for matching single-quote")
        self.at = end + 1
        return self.text[start + 1 : end]

    def _double(self) -> str:
        self.take()
        result: list[str] = []
        while (char := self.peek()) != '"':
            if char == "":
                raise WordError(
                    "unexpected end of statement while looking for matching double-quote"
                )
            if char == "$":
                result.append(self._dollar())
                self._grow(len(result[-1]))
                continue
            self.take()
            if char == self.escape:
                following = self.peek()
                if following == "":
                    continue
                char = self.take() if following in ('"', "$", self.escape) else char
            result.append(char)
        self.take()
        return "".join(result)

    def _dollar(self) -> str:
        self.take()
        if self.peek() != "{":
            name = self._name()
            return self._value(name, f"${name}") if name else "$"
        self.take()
        if self.peek() == "":
            raise WordError("syntax error: missing '}'")
        if self.peek() in "{}:":
            raise WordError("syntax error: bad substitution")
        return self._braces(self._name())

    def _value(self, name: str, written: str) -> str:
        self.names.add(name)
        return self.variables.get(name, written if self.keeps_unset else "")

    def _braces(self, name: str) -> str:
        operator = self.take()
        if operator == "}":
            return self._value(name, f"${{{name}}}")
        if operator == "/":
            return self._replace(name)
        or_empty = operator == ":"
        operator = self.take() if or_empty else operator
        if operator == "" or operator not in ("-+?" if or_empty else "-+?#%"):
            shown = f":{operator}" if or_empty else operator
            raise WordError(f"unsupported modifier ({shown}) in substitution")
        word = self._to_brace(keep_escapes=operator in "#%")
        self.names.add(name)
        if self.keeps_unset:
            return f"${{{name}{':' * or_empty}{operator}{word}}}"
        return self._modified(name, operator, word, or_empty=or_empty)

    def _to_brace(self, *, keep_escapes: bool) -> str:
        try:
            return self.until("}", keep_escapes=keep_escapes)
        except WordError as error:
            if self.peek() == "" and "matching }" in str(error):
                raise WordError("syntax error: missing '}'") from None
            raise

    def _modified(self, name: str, operator: str, word: str, *, or_empty: bool) -> str:
        value = self.variables.get(name)
        missing = value is None or (or_empty and value == "")
        if operator == "-":
            return word if missing else value or ""
        if operator == "+":
            return "" if missing else word
        if operator == "?":
            if missing:
                state = "unset" if value is None else "empty"
                raise WordError(f"{name}: {word or f'is not allowed to be {state}'}")
            return value or ""
        longest = word.startswith(operator)
        self._charge(value or "", word)
        try:
            return trim(value or "", word[longest:], suffix=operator == "%", longest=longest)
        except SubstitutionError as error:
            raise WordError(f"invalid pattern ({word}) in substitution: {error}") from None

    def _replace(self, name: str) -> str:
        everywhere = self.peek() == "/"
        if everywhere:
            self.take()
        try:
            pattern = self.until("/", keep_escapes=True)
        except WordError:
            raise WordError("syntax error: missing '/' in ${}") from None
        replacement = self._to_brace(keep_escapes=True)
        self.names.add(name)
        if self.keeps_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        value = self.variables.get(name, "")
        self._charge(value, pattern)
        try:
            return replace(value, pattern, replacement, MOST_CHARACTERS, everywhere=everywhere)
        except SubstitutionError as error:
            raise WordError(f"invalid pattern ({pattern}) in substitution: {error}") from None

    def _name(self) -> str:
        char = self.peek()
        start = self.at
        if char.isdecimal():
            while self.peek().isdecimal():
                self.at += 1
        elif char and char in _SPECIAL:
            self.at += 1
        else:
            while (char := self.peek()) and (char.isalpha() or char.isdecimal() or char == "_"):
                self.at += 1
        return self.text[start : self.at]
