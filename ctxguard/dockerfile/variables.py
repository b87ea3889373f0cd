"""The variables of a stage: one table, in which the last assignment wins, ARG or ENV alike.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/parser/line_parsers.go`
(`parseNameVal`, `parseNameOrNameVal`), `frontend/dockerfile/dockerfile2llb/convert.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ctxguard.dockerfile.words import BLANK, MOST_WORK, WordError, expand, is_plain, quoted_words

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BLANKS = re.compile(f"[{BLANK}]+")


class Table:
    """Variables as they are in one place of a Dockerfile.

    Args:
        given: `--build-arg` values.
        values: what is set at the start.
    """

    def __init__(self, escape: str, given: Mapping[str, str], values: dict[str, str]) -> None:
        self._escape = escape
        self.given = given
        self.values = values
        self.unset: set[str] = set()
        """Variables that were asked for and not there."""
        self._work = 0
        self._undo: list[tuple[str, str | None]] = []

    def mark(self) -> int:
        """A point to come back to."""
        return len(self._undo)

    def back_to(self, mark: int) -> None:
        """Forget all assignments since."""
        while len(self._undo) > mark:
            name, before = self._undo.pop()
            if before is None:
                del self.values[name]
            else:
                self.values[name] = before

    def expand(self, text: str) -> str:
        """Put variables in.

        Raises:
            WordError: the word is malformed, or far too long.
        """
        if is_plain(text):
            return text
        found = expand(text, self.values, self._escape)
        self._work += found.work
        if self._work > MOST_WORK:
            raise WordError("the variables expand to far too much text")
        self.unset.update(name for name in found.names if name not in self.values)
        return found.text

    def env(self, rest: str) -> None:
        """`ENV`: all its pairs see the table as it was before."""
        expanded = [
            (self.expand(name), self.expand(value)) for name, value in pairs(rest, self._escape)
        ]
        for name, value in expanded:
            self._set(name, value)

    def arg(self, rest: str, globals_: Mapping[str, str] | None = None) -> None:
        """`ARG`, pair by pair: a given value, else the default, else a global ARG's."""
        for name, default in declarations(rest, self._escape):
            name = self.expand(name)
            value: str | None = None
            if default is not None:
                value = self.expand(default)
            elif globals_ is not None:
                value = globals_.get(name)
            value = self.given.get(name, value)
            if value is not None:
                self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        self._undo.append((name, self.values.get(name)))
        self.values[name] = value


def declarations(rest: str, escape: str) -> Iterator[tuple[str, str | None]]:
    """Names of an ARG with their defaults, as written.

    Raises:
        WordError: a name is blank.
    """
    for word in quoted_words(rest, escape):
        name, equals, default = word.partition("=")
        if equals and not name:
            raise WordError("ARG names can not be blank")
        yield name, default if equals else None


def pairs(rest: str, escape: str, keyword: str = "ENV") -> Iterator[tuple[str, str]]:
    """Names and values of an ENV, as written; LABEL has the same form.

    Raises:
        WordError: it is neither `name=value …` nor `name value`, or a name is blank.
    """
    words = quoted_words(rest, escape)
    if not words:
        return
    if "=" not in words[0]:
        parts = _BLANKS.split(rest, maxsplit=1)
        if len(parts) < 2:
            raise WordError(f"{keyword} must have two arguments")
        yield parts[0], parts[1]
        return
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise WordError(
                f'Syntax error - can\'t find = in "{word}". Must be of the form: name=value'
            )
        if not name:
            raise WordError(f"{keyword} names can not be blank")
        yield name, value
