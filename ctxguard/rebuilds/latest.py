"""Answers kept for a while, since a history asks the same again soon or never."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


class Latest(Generic[_Key, _Answer]):
    """The answers that were asked for last.

    Args:
        most: so many of them.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[_Key, _Answer] = {}

    def get(self, key: _Key, make: Callable[[], _Answer]) -> _Answer:
        """The answer to a question, made if it is not there."""
        found = self._found.pop(key) if key in self._found else make()
        self._found[key] = found
        if len(self._found) > self._most:
            del self._found[next(iter(self._found))]
        return found

    def clear(self) -> None:
        self._found.clear()
