"""The expressions of a workflow, as far as the ones here use them; whatever else is refused.

Source of the meaning: GitHub's documentation, "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_][\w-]*)|(?P<sign>==|!=|&&|\|\||[!().]))"
)
_SPLICED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}


class UnknownExpressionError(Exception):
    """Something that the runner of these tests does not know, and maybe GitHub's neither."""


@dataclass(frozen=True)
class Scope:
    """What an expression may name."""

    contexts: Mapping[str, Any]
    """Objects by their names; what one of them does not have is refused."""
    functions: Mapping[str, Callable[[], bool]]

    def value(self, text: str) -> Any:
        """Of one expression, without the braces."""
        return _Reader(self, _tokens(text)).whole()

    def spliced(self, text: str) -> str:
        """A text with the values of its expressions."""
        return _SPLICED.sub(lambda found: shown(self.value(found[1])), text)

    def holds(self, condition: str | bool | None) -> bool:
        """An `if`; where it names no status, all before has to be a success."""
        text = "" if condition is None else str(condition)
        whole = _SPLICED.fullmatch(text)
        text = whole[1] if whole else text
        if "${{" in text:
            raise UnknownExpressionError(f"a condition in pieces: {text}")
        asks = re.search(r"\b(always|failure|cancelled|success)\s*\(", text)
        if asks is None and not self.functions["success"]():
            return False
        return bool(self.value(text.lower() if isinstance(condition, bool) else text or "true"))


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise UnknownExpressionError(f"at {text[at:]!r} of {text!r}")
        found.append(token[0].strip())
        at = token.end()
    return found


class _Reader:
    """Precedence, from the loosest: `||`, `&&`, `==` and `!=`, `!`."""

    def __init__(self, scope: Scope, tokens: list[str]) -> None:
        self._scope = scope
        self._left = tokens

    def whole(self) -> Any:
        value = self._or()
        if self._left:
            raise UnknownExpressionError(f"too much: {self._left}")
        return value

    def _or(self) -> Any:
        value = self._and()
        while self._takes("||"):
            other = self._and()
            value = value or other
        return value

    def _and(self) -> Any:
        value = self._equality()
        while self._takes("&&"):
            other = self._equality()
            value = value and other
        return value

    def _equality(self) -> Any:
        value = self._not()
        for sign in ("==", "!="):
            if self._takes(sign):
                return _same(value, self._not()) is (sign == "==")
        return value

    def _not(self) -> Any:
        return not self._not() if self._takes("!") else self._single()

    def _single(self) -> Any:
        token = self._next()
        if token == "(":
            value = self._or()
            self._expect(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token in _LITERALS:
            return _LITERALS[token]
        return self._called(token) if self._takes("(") else self._named(token)

    def _called(self, name: str) -> bool:
        self._expect(")")
        if name not in self._scope.functions:
            raise UnknownExpressionError(f"function {name}")
        return self._scope.functions[name]()

    def _named(self, name: str) -> Any:
        value = _member(self._scope.contexts, name)
        while self._takes("."):
            name = self._next()
            value = _member(value, name)
        if isinstance(value, Mapping):
            raise UnknownExpressionError(f"{name} as a whole")
        return value

    def _takes(self, token: str) -> bool:
        if self._left[:1] != [token]:
            return False
        self._left.pop(0)
        return True

    def _next(self) -> str:
        if not self._left:
            raise UnknownExpressionError("it ends too early")
        return self._left.pop(0)

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise UnknownExpressionError(f"no {token}")


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping) or name not in value:
        raise UnknownExpressionError(f"nothing is called {name}")
    return value[name]


def _same(one: Any, other: Any) -> bool:
    """Texts are the same in any case of their letters."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if type(one) is not type(other):
        raise UnknownExpressionError(f"{one!r} beside {other!r}")
    return bool(one == other)
