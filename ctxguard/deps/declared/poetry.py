"""What the tables of Poetry and Pipenv ask for: a name, and a version or a table for it.

Sources of the meaning: Poetry, "The pyproject.toml file", "Dependency specification", "Managing
dependencies" (groups); Pipenv, "Pipfile".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctxguard.deps.declared.asked import Asked, holds, is_name, key_of, scheme_of
from ctxguard.deps.declared.collecting import Collecting, named, strings
from ctxguard.deps.declared.groups import extra_is_development, group_is_development
from ctxguard.deps.declared.tomldocument import Keys, TomlDocument, read_toml
from ctxguard.deps.declared.versions import specifier_of

_POETRY = ("tool", "poetry")


def collect_poetry(document: TomlDocument, found: Collecting) -> None:
    """All tables of Poetry, and its commands."""
    extras = _extras(document.table(*_POETRY, "extras"))
    there = {each.key for each in found.requirements if not each.group}
    _rows(document, found, (*_POETRY, "dependencies"), "", extras=extras, there=there)
    _rows(document, found, (*_POETRY, "dev-dependencies"), "dev", development=True)
    for group in document.table(*_POETRY, "group"):
        keys = (*_POETRY, "group", group, "dependencies")
        _rows(document, found, keys, group, development=group_is_development(group))
    for name, names in document.table(*_POETRY, "scripts").items():
        line = document.places.of_key((*_POETRY, "scripts"), name)
        found.command(name, names.get("reference") if isinstance(names, dict) else names, line)
    for group, entries in document.table(*_POETRY, "plugins").items():
        plugins = (*_POETRY, "plugins", group)
        for name, names in entries.items() if isinstance(entries, dict) else ():
            found.command(group, names, document.places.of_key(plugins, name))


def read_pipfile(data: bytes, file: str) -> Collecting:
    """What a Pipfile asks for; one that is no TOML is a problem."""
    found = Collecting(file)
    try:
        document = read_toml(data)
    except ValueError as error:
        found.complain(1, str(error))
        return found
    _rows(document, found, ("packages",), "")
    _rows(document, found, ("dev-packages",), "dev", development=True)
    for group, rows in document.content.items():
        if isinstance(rows, dict) and group not in _NO_PACKAGES:
            _rows(document, found, (group,), group, development=group_is_development(group))
    return found


_NO_PACKAGES = ("packages", "dev-packages", "source", "requires", "scripts", "pipenv")


def _extras(table: dict[str, Any]) -> dict[str, str]:
    """By key of a package: the extra that brings it."""
    return {
        key_of(name): extra for extra, names in reversed(table.items()) for name in strings(names)
    }


def _rows(
    document: TomlDocument, found: Collecting, keys: Keys, group: str, *, development: bool = False,
    extras: Mapping[str, str] | None = None, there: set[str] | None = None,
) -> None:  # fmt: skip
    """A table of packages.

    Args:
        extras: which extra brings a package that is optional.
        there: what the project's own list asks for already.
    """
    for name, value in document.table(*keys).items():
        line = document.places.of_key(keys, name)
        if key_of(name) == "python" or key_of(name) in (there or ()):
            continue
        if not is_name(name):
            found.complain(line, f"{named(name)} is no name of a package")
            continue
        for each in value if isinstance(value, list) else [value]:
            extra = (extras or {}).get(key_of(name), "") if _optional(each) else ""
            found_development = development or (extra != "" and extra_is_development(extra))
            _row(found, name, each, extra or group, development=found_development, line=line)


def _optional(value: Any) -> bool:
    return isinstance(value, dict) and value.get("optional") is True


def _row(
    found: Collecting, name: str, value: Any, group: str, *, development: bool, line: int
) -> None:
    table = {"version": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        found.complain(line, f"what is asked of {named(name)} is neither a version nor a table")
        return
    try:
        asked = _asked(name, table)
    except ValueError as error:
        found.complain(line, str(error))
        return
    found.add(asked, group, development=development, line=line)


def _asked(name: str, table: Mapping[str, Any]) -> Asked:
    version = table.get("version")
    url = _url(table)
    marker = _marker(table)
    extras = [each for each in strings(table.get("extras")) if is_name(each)]
    return Asked(
        name=name,
        key=key_of(name),
        extras=tuple(sorted(extras)),
        specifier=specifier_of(version) if isinstance(version, str) and url is None else "",
        marker=marker,
        url=url,
        applies=holds(marker),
    )


def _url(table: Mapping[str, Any]) -> str | None:
    """Raises ValueError for one that would not stay one word on one line."""
    url = next((table[key] for key in ("url", "file", "path") if key in table), None)
    if "git" in table:
        names = ("rev", "ref", "tag", "branch")
        revision = next((table[key] for key in names if key in table), None)
        url = f"git+{str(table['git']).removeprefix('git+')}"
        url += f"@{revision}" if revision else ""
    if url is None:
        return None
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        raise ValueError(f"{named(str(url))} is no URL")
    local = scheme_of(url) is None and not url.startswith((".", "/"))
    return f"./{url}" if local else url


def _marker(table: Mapping[str, Any]) -> str | None:
    """Raises ValueError for one that is none."""
    from packaging.markers import InvalidMarker, Marker

    text = table.get("markers")
    names = [
        f"{key} {table[key]}"  # Pipenv has `sys_platform = "== 'win32'"`.
        for key in ("sys_platform", "platform_machine", "os_name", "python_version")
        if isinstance(table.get(key), str)
    ]
    platform = table.get("platform")
    names += [f"sys_platform == '{platform}'"] if isinstance(platform, str) else []
    texts = [*([f"({text})"] if isinstance(text, str) else []), *names]
    if not texts:
        return None
    try:
        return str(Marker(" and ".join(texts)))
    except (InvalidMarker, RecursionError):
        raise ValueError(f"{named(' and '.join(texts))} is no marker (PEP 508)") from None
