"""`$VAR`, `${VAR:-default}` and their like, as Compose puts them in.

Source of the meaning: compose-go, `template/template.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ctxguard.sizes import shortened

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_DEEPEST = 20
_LONGEST = 1 << 16
"""Characters of an outcome."""


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """The text with its variables; one that is not set is empty.

    Raises:
        ValueError: it is malformed, or a variable is missing that must be there.
    """
    if "$" not in text:
        return text
    return _Reading(text, variables).all()


@dataclass(slots=True)
class _Reading:
    text: str
    variables: Mapping[str, str]
    at: int = 0
    depth: int = 0

    def all(self) -> str:
        return self._until("")

    def _until(self, end: str) -> str:
        """All up to a bracket that closes; to the end of the text for the outermost."""
        parts: list[str] = []
        length = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if end and char == end:
                return "".join(parts)
            part = self._variable() if char == "$" else char
            self.at += char != "$"
            length += len(part)
            if length > _LONGEST:
                raise ValueError("what comes of its variables is far too long")
            parts.append(part)
        if end:
            raise self._malformed()
        return "".join(parts)

    def _malformed(self) -> ValueError:
        return ValueError(
            f'"{shortened(self.text)}" is malformed; write ${{NAME}}, ${{NAME:-default}}, '
            "or $$ for a dollar sign"
        )

    def _variable(self) -> str:
        """What begins with a dollar sign; the place is behind it then."""
        self.at += 1
        if self.text.startswith("$", self.at):
            self.at += 1
            return "$"
        braced = self.text.startswith("{", self.at)
        self.at += braced
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self._malformed()
        self.at = found.end()
        return self._braced(found[0]) if braced else self.variables.get(found[0], "")

    def _braced(self, name: str) -> str:
        colon = self.text.startswith(":", self.at)
        self.at += colon
        kind = self.text[self.at : self.at + 1]
        value = self.variables.get(name)
        there = bool(value) if colon else value is not None
        if kind == "}" and not colon:
            self.at += 1
            return value or ""
        if kind not in ("-", "?", "+") or not kind:
            raise self._malformed()
        self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("its variables are nested far too deeply")
        word = self._until("}")
        self.depth -= 1
        self.at += 1
        if kind == "?" and not there:
            raise ValueError(f"{name} has to be set: {shortened(word) or 'it is required'}")
        if kind == "+":
            return word if there else ""
        return (value or "") if there else word
