"""`.env`: the variables beside a Compose file.

Source of the meaning: compose-go, `dotenv/parser.go`.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping

from ctxguard.compose.interpolation import interpolated
from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

_KEY = re.compile(
    r"[ \t]*(?:export[ \t]+)?([A-Za-z_.-][A-Za-z0-9_.-]*)[ \t]*([=:]|(?=\n|\Z))[ \t]*"
)
_BLANK = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n|[ \t\r]*(?:#[^\n]*)?\Z)")
_COMMENT = re.compile(r"\s#.*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
_MOST_BYTES = 1 << 20
_LONGEST_SHOWN = 200


def read_variables(data: bytes, file: str, known: Mapping[str, str]) -> dict[str, str]:
    """The variables of a file.

    Args:
        file: what to call it to a person.
        known: those of the environment, for values that name others.

    Raises:
        UsageError: a line is none.
    """
    if len(data) > _MOST_BYTES:
        raise UsageError(f"it has more than {_MOST_BYTES:,} bytes, far too many", path=file)
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    reading = _Reading(text, file, known)
    while reading.at < len(text):
        reading.next()
    return reading.found


class _Reading:
    """Goes through the text, a variable at a time."""

    def __init__(self, text: str, file: str, known: Mapping[str, str]) -> None:
        self.text = text
        self.file = file
        self.known = known
        self.found: dict[str, str] = {}
        self.variables = ChainMap(dict(known), self.found)
        self.at = 0
        self._counted = 0
        self._line = 1
        self._length = 0

    def next(self) -> None:
        """A line that says nothing, or a variable."""
        blank = _BLANK.match(self.text, self.at)
        if blank is not None:
            self.at = max(blank.end(), self.at + 1)
            return
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        key = _KEY.match(self.text, self.at)
        if key is None:
            start = self.text[self.at : self.at + _LONGEST_SHOWN].partition("\n")[0]
            raise self._error(f'"{shortened(start)}" is no variable; write NAME=value')
        try:
            self._assign(key)
        except ValueError as error:
            raise self._error(f"{key[1]}: {error}") from None

    def _error(self, message: str) -> UsageError:
        return UsageError(message, path=self.file, line=self._line)

    def _assign(self, key: re.Match[str]) -> None:
        if not key[2]:
            # Without a value it is that of the environment.
            if key[1] in self.known:
                self.found[key[1]] = self.known[key[1]]
            self.at = key.end()
            return
        value, self.at = _value(self.text, key.end(), self.variables)
        self._length += len(value)
        if self._length > _MOST_BYTES:
            raise ValueError("the values are far too long in all")
        self.found[key[1]] = value


def _value(text: str, at: int, variables: Mapping[str, str]) -> tuple[str, int]:
    quote = text[at : at + 1]
    if quote not in ("'", '"') or not quote:
        raw = text[at : _end_of_line(text, at)]
        plain = _COMMENT.sub("", f" {raw}", count=1).strip()
        return interpolated(plain, variables), at + len(raw) + 1
    end = at + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" and quote == '"' else 1
    if end >= len(text):
        raise ValueError("its quotation mark is not closed")
    inner = text[at + 1 : end]
    behind = _end_of_line(text, end + 1) + 1
    if quote == "'":
        return inner, behind
    escaped = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), inner)
    return interpolated(escaped, variables), behind


def _end_of_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found
