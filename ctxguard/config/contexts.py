"""`[[tool.ctxguard.contexts]]`: several contexts of a repository, each with settings of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ctxguard.config.files import ConfigFile, find_file
from ctxguard.config.places import Folders
from ctxguard.config.settings import (
    CONTEXTS,
    Settings,
    Values,
    from_file,
    inside,
    merged,
    put_together,
    read_key,
    unknown_key,
)
from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

OWN_KEYS = (
    "dockerfile", "target", "build-args", "platform", "backend", "warn", "critical", "max-files",
    "max-growth", "max-dependencies", "budget-on", "budgets", "ignore", "allow-secrets",
)  # fmt: skip
"""What an entry may say beside its name and folder; all else is about the program."""
_MOST = 500


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """One entry."""

    name: str
    folder: str
    """Absolute, links as they are."""
    settings: Settings
    place: str
    """Where it stands, for a person."""


def contexts(
    folders: Folders, flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> tuple[ContextSettings, ...]:
    """The contexts that the nearest configuration file names, in its order.

    What stands at the top of the file counts for all of them, and an entry's own values more;
    environment and flags count most.

    Raises:
        UsageError: a value or a key is wrong; the message says where.
    """
    file = find_file(folders)
    if file is None or CONTEXTS not in file.table:
        return ()
    common = from_file(folders, file)
    found = []
    for entry in _entries(folders, file):
        chosen = put_together(_over(common, entry.values), flags, environment)
        found.append(ContextSettings(entry.name, entry.folder, chosen, entry.place))
    return tuple(found)


def settings_of_build(
    folders: Folders,
    name: str,
    given: Values,
    flags: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """What is in force for a build that another file describes.

    Its values count more than those of the configuration, where an entry may have the same name.

    Raises:
        UsageError: a value or a key is wrong; the message says where.
    """
    file = find_file(folders)
    if file is None:
        return put_together(given, flags, environment)
    values = from_file(folders, file)
    for entry in _entries(folders, file) if CONTEXTS in file.table else ():
        if entry.name == name:
            values = _over(values, entry.values)
    return put_together(_over(values, given), flags, environment)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    folder: str
    values: Values
    place: str


def _over(common: Values, own: Values) -> Values:
    """An entry's values over those for all; its critical limit takes the warning along."""
    values = dict(common)
    for name, chosen in own.items():
        values[name] = merged(values, name, chosen)
    lowered = "critical" in own and "warn" not in own and "warn" in values
    if lowered and values["warn"][0] > own["critical"][0]:
        del values["warn"]
    return values


def _entries(folders: Folders, file: ConfigFile) -> Iterator[_Entry]:
    table = file.table[CONTEXTS]
    line = file.line_of(CONTEXTS)
    if not isinstance(table, list) or not all(isinstance(each, dict) for each in table):
        raise UsageError(
            "contexts: it takes a list of tables; write [[tool.ctxguard.contexts]] above each",
            path=file.shown,
            line=line,
        )
    if len(table) > _MOST:
        too_many = f"contexts: more than {_MOST} are far too many"
        raise UsageError(too_many, path=file.shown, line=line)
    names: dict[str, str] = {}
    for at, each in enumerate(table):
        entry = _entry(folders, file, at, each)
        if entry.name in names:
            raise UsageError(
                f'contexts: "{shortened(entry.name)}" is the name of another one '
                f"({names[entry.name]}); give each its own",
                path=file.shown,
                line=file.line_in(CONTEXTS, at, "name"),
            )
        names[entry.name] = entry.place
        yield entry


def _entry(folders: Folders, file: ConfigFile, at: int, table: Mapping[str, Any]) -> _Entry:
    name = table.get("name")
    line = file.line_in(CONTEXTS, at, "name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        what = "has no name" if "name" not in table else "has a name that is none"
        raise UsageError(
            f'contexts: entry {at + 1} {what}; write name = "api"', path=file.shown, line=line
        )
    within = f"contexts.{shortened(name)}."
    values: Values = {}
    for key, value in table.items():
        if key not in ("name", "context"):
            line = file.line_in(CONTEXTS, at, key)
            _check_own(file, key, within, line)
            values[key] = read_key(folders, file, key, value, line, within=within)
    return _Entry(name, _folder(folders, file, at, table, within), values, _place(file, at))


def _check_own(file: ConfigFile, key: str, within: str, line: int | None) -> None:
    if key not in OWN_KEYS:
        unknown = unknown_key(key, OWN_KEYS)
        raise UsageError(f"{within[:-1]}: {unknown}", path=file.shown, line=line)


def _folder(
    folders: Folders, file: ConfigFile, at: int, table: Mapping[str, Any], within: str
) -> str:
    path = table.get("context", ".")
    line = file.line_in(CONTEXTS, at, "context")
    if not isinstance(path, str) or not path or "\0" in path:
        raise UsageError(f"{within}context: it takes a folder", path=file.shown, line=line)
    return os.path.normpath(inside(folders, file, f"{within}context", path, line))


def _place(file: ConfigFile, at: int) -> str:
    line = file.line_in(CONTEXTS, at, None)
    return f"{file.shown}:{line}" if line else file.shown
