"""The variables in force, with a digest that costs as much as what was set."""

from __future__ import annotations

from collections.abc import Mapping

from ctxguard.rebuilds.hashing import MODULUS, number

_ENDS = ""
"""Stands before the first name and behind the last one; no variable is called so."""


class Variables(dict[str, str]):
    """Variables in the order in which they were set last, which BuildKit's key depends on.

    A name stands only once, so that the pairs of neighbours tell the order. The digest is the sum
    of theirs, of which three change at most with each name that is set.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__()
        self._before: dict[str, str] = {_ENDS: _ENDS}
        self._after: dict[str, str] = {_ENDS: _ENDS}
        self.digest = 0
        """Of all names and values in order."""
        for name, value in values.items():
            self[name] = value

    def __setitem__(self, name: str, value: str) -> None:
        if name in self:
            del self[name]
        last = self._before[_ENDS]
        super().__setitem__(name, value)
        self._join(last, name)
        self._join(name, _ENDS)
        self._add(last, name, 1)

    def __delitem__(self, name: str) -> None:
        before, after = self._before.pop(name), self._after.pop(name)
        self._add(before, name, -1)
        if after != _ENDS:
            self._add(name, after, -1)
            self._add(before, after, 1)
        super().__delitem__(name)
        self._join(before, after)

    def copy(self) -> Variables:
        """The same, to go on by itself."""
        found = Variables({})
        dict.update(found, self)
        found._before, found._after = self._before.copy(), self._after.copy()
        found.digest = self.digest
        return found

    def _join(self, one: str, other: str) -> None:
        self._after[one], self._before[other] = other, one

    def _add(self, one: str, other: str, sign: int) -> None:
        self.digest = (self.digest + sign * number(one, other, self[other])) % MODULUS
