"""The configuration file that counts: found, read, and its keys with their lines."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctxguard.config.places import OURS, Folders
from ctxguard.errors import UsageError

_TABLES = {OURS: (), "pyproject.toml": ("tool", "ctxguard")}
"""Each configuration file, the first one before the other, and where in it our table is."""
_MOST_BYTES = 4 * 1024 * 1024
_MOST_DOTS = 100
"""In a key or a table's name."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file, with our part of it."""

    path: str
    """Absolute."""
    shown: str
    """What to call it to a person."""
    table: dict[str, Any]
    _text: str

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    def line_of(self, key: str) -> int | None:
        """The line on which a key stands, from 1; None if that cannot be told."""
        return _line_of(self._text, key, self._keys)

    def line_in(self, table: str, at: int, key: str | None) -> int | None:
        """The line on which a key of one of several tables of a name stands.

        Args:
            at: which of them, from 0.
            key: None for the table's own first line.
        """
        block = _block(self._text, (*self._keys, table), at, len(self.table[table]))
        if block is None:
            return self.line_of(table)
        return block.start if key is None else block.line_of(key)

    @property
    def _keys(self) -> tuple[str, ...]:
        return _TABLES[os.path.basename(self.path)]


def find_file(folders: Folders) -> ConfigFile | None:
    """The nearest file with a word for us counts alone; None if there is none.

    Raises:
        UsageError: one on the way cannot be read, or is no TOML.
    """
    for folder in folders.paths:
        for name in _TABLES:
            found = _load(folders, os.path.join(folder, name))
            if found is not None:
                return found
    return None


def _load(folders: Folders, path: str) -> ConfigFile | None:
    """The file; None if it is not there, or has no part for us."""
    import tomllib

    data = folders.read(path, _MOST_BYTES + 1)
    if data is None:
        return None
    shown = folders.shown(path)
    try:
        text = data.decode()
        _check_size(text, shown)
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_toml(error, shown) from None
    table = _table(document, _TABLES[os.path.basename(path)])
    if not isinstance(table, dict | None):
        raise UsageError("tool.ctxguard is no table", path=shown)
    return None if table is None else ConfigFile(path, shown, table, text)


def _check_size(text: str, shown: str) -> None:
    """Keep from tomllib what it takes minutes for."""
    if len(text) > _MOST_BYTES:
        raise UsageError(f"it has more than {_MOST_BYTES:,} bytes, far too many", path=shown)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.partition("=")[0].count(".") > _MOST_DOTS:
            raise UsageError("its tables are nested far too deeply", path=shown, line=number)


def _no_toml(error: Exception, shown: str) -> UsageError:
    reason = str(error)
    if reason.startswith("Exceeds the limit"):  # Python's own, and about how to lift it
        reason = "a number in it is too long"
    found = re.search(r"at line (\d+)", reason)
    line = int(found[1]) if found else None
    return UsageError(f"this is no valid TOML: {reason}", path=shown, line=line)


def _table(document: Any, keys: Sequence[str]) -> Any:
    """What stands at the end of the keys; None if nothing does."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one `[[table]]`."""

    start: int
    lines: Sequence[str]

    def line_of(self, key: str) -> int:
        """Of a key, of a table of that name, or the first line if neither is to be seen."""
        name = re.escape(key)
        named = rf"\s*[\"']?{name}[\"']?\s*[.=]|\s*\[[^\]=]*\.\s*[\"']?{name}[\"']?\s*\]"
        found = (at for at, text in enumerate(self.lines) if re.match(named, text))
        return self.start + next(found, 0)


def _block(text: str, keys: Sequence[str], at: int, count: int) -> _Block | None:
    """The table at a place in its list; None where not all of them have a header of their own."""
    header = r"\s*\.\s*".join(rf"[\"']?{re.escape(key)}[\"']?" for key in keys)
    pattern = re.compile(rf"\s*\[\[\s*{header}\s*\]\]")
    below = re.compile(rf"\s*\[\s*{header}\s*\.")
    lines = text.splitlines()
    starts = [number for number, each in enumerate(lines) if pattern.match(each)]
    if len(starts) != count:
        return None
    end = starts[at] + 1
    while end < len(lines) and (not re.match(r"\s*\[", lines[end]) or below.match(lines[end])):
        end += 1
    return _Block(starts[at] + 1, lines[starts[at] : end])


_PROBE = "ctxguard-looks-for-this-line"
_MOST_PROBES = 20


def _line_of(text: str, key: str, keys: Sequence[str]) -> int | None:
    """The line on which a key of our table stands, or where a subtable of that name begins.

    tomllib tells no places. So the key is renamed where it seems to stand, and whether our table
    has the new name then is the proof: a key in a comment, a string or another table is none.

    Args:
        keys: which table of the document is ours.

    Returns:
        The line, from 1. None if the key is written in another way, or too often for trying.
    """
    word = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
    places = itertools.islice(word.finditer(text, _start(text, keys)), _MOST_PROBES)
    for place in places:
        if _is_key(text[: place.start()] + _PROBE + text[place.end() :], keys):
            return text.count("\n", 0, place.start()) + 1
    return None


def _start(text: str, keys: Sequence[str]) -> int:
    """Before which no key of the table can stand: where the last of its own keys is first named."""
    return max(text.find(keys[-1]), 0) if keys else 0


def _is_key(text: str, keys: Sequence[str]) -> bool:
    import tomllib

    try:
        table = _table(tomllib.loads(text), keys)
    except (ValueError, RecursionError):
        return False
    return isinstance(table, dict) and _PROBE in table
