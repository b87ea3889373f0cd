"""A TOML file with the lines on which its values seem to stand.

tomllib tells no places. So strings and keys are looked for below the header of their table; what
is written in another way gets the line of the key or header above it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from ctxguard.sizes import shortened

_MOST_BYTES = 1 << 20
_MOST_DOTS = 20
_KEY = r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[A-Za-z0-9_-]+)"
_DEEP = re.compile(rf"[\s\[]*(?:{_KEY}[ \t]*\.[ \t]*){{{_MOST_DOTS}}}")
_HEADER = re.compile(rf"\s*\[\[?[ \t]*({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*\]\]?[ \t]*(?:#.*)?")
_ASSIGNED = re.compile(rf"\s*({_KEY})[ \t]*[.=]")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'")

Keys = tuple[str, ...]


@dataclass(slots=True)
class Places:
    """Where headers, keys and strings stand."""

    headers: dict[Keys, int] = field(default_factory=dict)
    borders: list[int] = field(default_factory=list)
    """The lines of all headers."""
    keys: dict[str, list[int]] = field(default_factory=dict)
    strings: dict[str, list[int]] = field(default_factory=dict)
    _told: dict[tuple[Keys, str], int] = field(default_factory=dict)

    def of_table(self, keys: Keys) -> int:
        """The header of a table, the key that holds it, or what is above it; else line 1."""
        while keys:
            if keys in self.headers:
                return self.headers[keys]
            found = self._below(keys[:-1], self.keys.get(keys[-1], ()), 0)
            if found is not None and (keys[:-1] in self.headers or len(keys) == 1):
                return found
            keys = keys[:-1]
        return 1

    def of_key(self, table: Keys, key: str) -> int:
        """A key of a table, or the table that is called so."""
        if (*table, key) in self.headers:
            return self.headers[(*table, key)]
        found = self._below(table, self.keys.get(key, ()), 0)
        return self.of_table(table) if found is None else found

    def of_string(self, table: Keys, value: str) -> int:
        """A string in a table or list; asked for again, its next place there."""
        before = self._told.get((table, value), 0)
        found = self._below(table, self.strings.get(value, ()), before)
        self._told[table, value] = before if found is None else found
        return self.of_table(table) if found is None else found

    def _below(self, table: Keys, lines: list[int] | tuple[int, ...], after: int) -> int | None:
        start = self.of_table(table) if table else 1
        at = bisect_left(lines, max(start, after + 1))
        border = bisect_left(self.borders, start + 1)
        end = self.borders[border] if border < len(self.borders) else None
        return lines[at] if at < len(lines) and (end is None or lines[at] < end) else None


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """What a file holds, and where."""

    content: dict[str, Any]
    places: Places

    def at(self, *keys: str) -> Any:
        """What stands at the end of the keys; None if nothing does."""
        found: Any = self.content
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def table(self, *keys: str) -> dict[str, Any]:
        """The same as a table, empty if it is none."""
        found = self.at(*keys)
        return found if isinstance(found, dict) else {}


def read_toml(data: bytes) -> TomlDocument:
    """Read a file.

    Raises:
        ValueError: it is no TOML, or far too large or deep.
    """
    import tomllib

    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes, far too many")
    try:
        text = data.decode("utf-8-sig")
        _check_depth(text)
        return TomlDocument(tomllib.loads(text), _places(text))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is no valid TOML: {shortened(str(error))}") from None


def _check_depth(text: str) -> None:
    """Keep from tomllib what it takes minutes for."""
    if any(_DEEP.match(line) for line in text.split("\n")):
        raise ValueError("its tables are nested far too deeply")


def _places(text: str) -> Places:
    found = Places()
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.fullmatch(line.rstrip("\r"))
        if header is not None:
            keys = tuple(each.strip("\"'") for each in re.findall(_KEY, header[1]))
            found.headers.setdefault(keys, number)
            found.borders.append(number)
            continue
        key = _ASSIGNED.match(line)
        if key is not None:
            found.keys.setdefault(key[1].strip("\"'"), []).append(number)
        for string in _STRING.finditer(line):
            value = _unescaped(string[1]) if string[1] is not None else string[2]
            found.strings.setdefault(value, []).append(number)
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\\"])", r"\1", text)
