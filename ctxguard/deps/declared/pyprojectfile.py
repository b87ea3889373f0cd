"""What a pyproject.toml asks for.

Sources of the meaning: PyPA, "pyproject.toml specification" (PEP 621) and "Dependency Groups"
(PEP 735); setuptools, "Configuring setuptools using pyproject.toml files" (dynamic metadata); uv,
"Settings" (dev-dependencies); PDM, "Manage dependencies" (dev-dependencies); Hatch, "Environment
configuration".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctxguard.deps.declared.asked import key_of
from ctxguard.deps.declared.collecting import Collecting, named, strings
from ctxguard.deps.declared.groups import extra_is_development, group_is_development
from ctxguard.deps.declared.poetry import collect_poetry
from ctxguard.deps.declared.tomldocument import Keys, TomlDocument, read_toml

FILE = "pyproject.toml"


def read_pyproject(data: bytes, file: str = FILE) -> Collecting:
    """Read the file.

    Args:
        file: relative to the project.

    Returns:
        What it asks for; a file that is no TOML is a problem.

    Raises:
        UsageError: `packaging` is not installed.
    """
    found = Collecting(file)
    try:
        document = read_toml(data)
    except ValueError as error:
        found.complain(1, str(error))
        return found
    found.call_itself(document.at("project", "name") or document.at("tool", "poetry", "name"))
    _project(document, found)
    _groups(document, found)
    _dynamic(document, found)
    _tools(document, found)
    collect_poetry(document, found)
    return found


def _project(document: TomlDocument, found: Collecting) -> None:
    _list(document, found, ("project", "dependencies"), "", development=False)
    for extra in document.table("project", "optional-dependencies"):
        keys = ("project", "optional-dependencies", extra)
        _list(document, found, keys, extra, development=extra_is_development(extra))
    for kind in ("scripts", "gui-scripts"):
        for name, names in document.table("project", kind).items():
            found.command(name, names, document.places.of_key(("project", kind), name))
    for group, entries in document.table("project", "entry-points").items():
        keys = ("project", "entry-points", group)
        for name, names in entries.items() if isinstance(entries, dict) else ():
            found.command(group, names, document.places.of_key(keys, name))


def _list(
    document: TomlDocument, found: Collecting, keys: Keys, group: str, *, development: bool
) -> None:
    rows = document.at(*keys)
    if rows is None:
        return
    if not isinstance(rows, list):
        found.complain(document.places.of_table(keys), f"{'.'.join(keys)} is no list")
        return
    for row in rows:
        if isinstance(row, dict) and keys[0] == "dependency-groups":
            continue
        line = document.places.of_string(keys, row) if isinstance(row, str) else None
        found.ask(row, group, development=development, line=line or document.places.of_table(keys))


def _groups(document: TomlDocument, found: Collecting) -> None:
    groups = document.table("dependency-groups")
    included = {group: [key_of(each) for each in _included(rows)] for group, rows in groups.items()}
    _check(document, found, included)
    production = _production(included)
    for group in groups:
        _list(
            document, found, ("dependency-groups", group), group,
            development=key_of(group) not in production,
        )  # fmt: skip


def _included(rows: Any) -> list[str]:
    tables = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [row["include-group"] for row in tables if isinstance(row.get("include-group"), str)]


def _check(document: TomlDocument, found: Collecting, included: Mapping[str, list[str]]) -> None:
    """Say which groups include themselves, or what is not there."""
    from graphlib import CycleError, TopologicalSorter

    known = {key_of(group) for group in included}
    for group, others in included.items():
        for other in others:
            if other not in known:
                line = document.places.of_table(("dependency-groups", group))
                found.complain(line, f"the group {named(other)}, which it includes, is not there")
    try:
        TopologicalSorter({key_of(group): rows for group, rows in included.items()}).prepare()
    except CycleError as error:
        line = document.places.of_table(("dependency-groups",))
        found.complain(line, f"the group {named(error.args[1][0])} includes itself")


def _production(included: Mapping[str, list[str]]) -> set[str]:
    """Groups called so, and those they include, unless they are called otherwise."""
    waiting = [key_of(group) for group in included if not group_is_development(group)]
    rows = {key_of(group): others for group, others in included.items()}
    reached = set(waiting)
    while waiting:
        new = [
            other
            for other in rows.get(waiting.pop(), ())
            if other not in reached and not extra_is_development(other)
        ]
        reached.update(new)
        waiting += new
    return reached


def _dynamic(document: TomlDocument, found: Collecting) -> None:
    """Requirements files that setuptools is told to read."""
    table = document.table("tool", "setuptools", "dynamic")
    given = table.get("dependencies")
    for file in strings(given.get("file")) if isinstance(given, dict) else ():
        found.files.append((file, "", False))
    extras = table.get("optional-dependencies")
    for extra, given in extras.items() if isinstance(extras, dict) else ():
        for file in strings(given.get("file")) if isinstance(given, dict) else ():
            found.files.append((file, extra, extra_is_development(extra)))


def _tools(document: TomlDocument, found: Collecting) -> None:
    """Lists that are for development by where they stand."""
    _list(document, found, ("tool", "uv", "dev-dependencies"), "dev", development=True)
    for group in document.table("tool", "pdm", "dev-dependencies"):
        keys = ("tool", "pdm", "dev-dependencies", group)
        _list(document, found, keys, group, development=True)
    for name in document.table("tool", "hatch", "envs"):
        for kind in ("dependencies", "extra-dependencies"):
            envs = ("tool", "hatch", "envs", name, kind)
            _list(document, found, envs, name, development=True)
