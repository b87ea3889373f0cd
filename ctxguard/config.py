"""Settings and where each came from: defaults, one configuration file, environment, flags.

A configuration file is found from the context upward to the root of the git repository; the nearest
counts alone, `ctxguard.toml` before `pyproject.toml`. It never names a program to run, nor a path
outside of the repository.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ctxguard.errors import UsageError
from ctxguard.sizes import bounded, parse_size, shortened


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from, to be shown to a person."""

    kind: str
    """`default`, `file`, `environment` or `flag`."""
    place: str = ""
    """`ctxguard.toml:3`, `CTXGUARD_WARN`, `--warn`."""

    def __str__(self) -> str:
        return self.place or self.kind


@dataclass(frozen=True, slots=True)
class Settings:
    """All values in force."""

    warn: int = 1_000_000_000
    """Bytes."""
    critical: int = 1_500_000_000
    """Bytes."""
    max_files: int | None = None
    fail_on: str = "critical"
    backend: str = "buildkit"
    dockerfile: str | None = None
    target: str | None = None
    platform: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    budget_on: str = "context"
    """`context` or `transfer`."""
    top: int = 10
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """By the name of the value as in the file, such as `max-files`; defaults are left out."""

    def origin(self, name: str) -> Origin:
        return self.origins.get(name, Origin("default"))

    @property
    def lowered_warning(self) -> bool:
        """Whether the default warning gave way to a lower critical limit."""
        return "warn" not in self.origins and self.warn < Settings().warn


def _size(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return bounded(value)
    if isinstance(value, str):
        return parse_size(value)
    raise ValueError("it takes a size such as 500MB or 1.5 GB")


def _count(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < least:
            raise ValueError(f"it takes a whole number from {least} on")
        return int(text)

    return read


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"it takes one of {', '.join(choices)}")
        return str(value)

    return read


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("it takes a path")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("it takes the name of a stage")
    return value


def _platform(value: Any) -> str:
    from ctxguard.dockerfile.platforms import normalized

    return normalized(value if isinstance(value, str) else "")


def _arguments(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()):
        return dict(value)
    raise ValueError('it takes a table of strings, such as { VERSION = "1.2" }')


KEYS: Mapping[str, Callable[[Any], Any]] = {
    "warn": _size,
    "critical": _size,
    "max-files": _count(0),
    "fail-on": _one_of("critical", "warning", "never"),
    "backend": _one_of("buildkit", "legacy"),
    "dockerfile": _path,
    "target": _name,
    "platform": _platform,
    "build-args": _arguments,
    "budget-on": _one_of("context", "transfer"),
    "top": _count(1),
}
"""Each key of the configuration file, with what reads its value."""

_FLAGS = {"dockerfile": "--file", "build-args": "--build-arg"}
"""Flags that go by another name, here the one that docker build gives it."""
_TABLES = {"ctxguard.toml": (), "pyproject.toml": ("tool", "ctxguard")}
"""Each configuration file, the first one before the other, and where in it our table is."""
_Value = tuple[Any, Origin]


def settings(
    context: str, flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> Settings:
    """Put together what is in force for a context.

    Args:
        context: the folder to be measured.
        flags: values from the command line, by the key's name; None where a flag was not given.

    Raises:
        UsageError: a value or a key is wrong; the message says where.
    """
    values: dict[str, _Value] = {}
    values.update(_from_file(context))
    values.update(_from_environment(environment))
    for name, (value, origin) in _from_flags(flags):
        # Single arguments replace those of the same name, as with docker compose and bake.
        before = values[name][0] if name == "build-args" and name in values else {}
        values[name] = ({**before, **value} if before else value), origin
    return _with_ordered_limits(values)


def _from_flags(flags: Mapping[str, Any]) -> Iterator[tuple[str, _Value]]:
    for name, value in flags.items():
        if value is not None:
            flag = _FLAGS.get(name, f"--{name}")
            yield name, (_read(name, value, flag), Origin("flag", flag))


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, _Value]]:
    for name in set(KEYS) - {"build-args"}:
        variable = f"CTXGUARD_{name.upper().replace('-', '_')}"
        if value := environment.get(variable):
            yield name, (_read(name, value, variable), Origin("environment", variable))


def _read(name: str, value: Any, place: str) -> Any:
    try:
        return KEYS[name](value)
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None


def _from_file(context: str) -> Iterator[tuple[str, _Value]]:
    found = _find_file(os.path.realpath(context))
    if found is None:
        return
    path, text, table, repository = found
    shown = os.path.relpath(path)
    for name, value in table.items():
        line = _line_of(text, name, _TABLES[os.path.basename(path)])
        if name not in KEYS:
            raise UsageError(_unknown(name), path=shown, line=line)
        try:
            read = KEYS[name](value)
        except ValueError as error:
            raise UsageError(f"{name}: {error}", path=shown, line=line) from None
        if name == "dockerfile":
            read = _within(repository, os.path.dirname(path), read, shown, line)
        yield name, (read, Origin("file", f"{shown}:{line}" if line else shown))


def _unknown(name: str) -> str:
    if name == "tool":  # copied from a pyproject.toml
        return "here the keys stand at the top; leave out the header [tool.ctxguard]"
    import difflib

    near = difflib.get_close_matches(name.replace("_", "-").lower(), KEYS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KEYS)}"
    return f'unknown key "{shortened(name)}"; {hint}'


def _within(repository: str, folder: str, path: str, shown: str, line: int | None) -> str:
    full = os.path.realpath(os.path.join(folder, path))
    if os.path.commonpath([full, repository]) != repository:
        raise UsageError(
            f'dockerfile: "{shortened(path)}" leads out of {repository}; name a file within it',
            path=shown,
            line=line,
        )
    return os.path.join(folder, path)


def _find_file(context: str) -> tuple[str, str, dict[str, Any], str] | None:
    """The file that counts: its path, text and table, and the folder it may not lead out of."""
    repository = _repository(context)
    folder = context
    while True:
        for name in _TABLES:
            path = os.path.join(folder, name)
            if _is_there(path):
                text, table = _load(path)
                if table is not None:
                    return path, text, table, repository or folder
        if repository is None or folder == repository:
            return None
        folder = os.path.dirname(folder)


_MOST_BYTES = 4 * 1024 * 1024
_MOST_DOTS = 100
"""In a key or a table's name."""


def _repository(folder: str) -> str | None:
    """The nearest folder upward that holds `.git`, a folder or, in a worktree, a file."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _is_there(path: str) -> bool:
    """Whether there is such a file. What else bears a name that is ours alone is a mistake."""
    if os.path.isfile(path):
        return True
    if os.path.basename(path) == "ctxguard.toml" and os.path.lexists(path):
        raise UsageError("it is no regular file; rename it", path=os.path.relpath(path))
    return False


def _load(path: str) -> tuple[str, dict[str, Any] | None]:
    """The text, and ctxguard's part of it; None if a pyproject.toml has none."""
    import tomllib

    shown = os.path.relpath(path)
    try:
        with open(path, "rb") as file:
            text = file.read(_MOST_BYTES + 1).decode()
        _check_size(text, shown)
        document = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"cannot read it: {error.strerror}", path=shown) from error
    except (ValueError, RecursionError) as error:
        raise _no_toml(error, shown) from None
    table = _table(document, _TABLES[os.path.basename(path)])
    if not isinstance(table, dict | None):
        raise UsageError("tool.ctxguard is no table", path=shown)
    return text, table


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


def _with_ordered_limits(values: Mapping[str, _Value]) -> Settings:
    chosen = {name.replace("-", "_"): value for name, (value, _) in values.items()}
    origins = {name: origin for name, (_, origin) in values.items()}
    found = Settings(**chosen, origins=origins)
    if found.warn <= found.critical:
        return found
    if "warn" in values and "critical" in values:
        raise UsageError(
            f"the warning limit ({origins['warn']}) lies above the critical one "
            f"({origins['critical']}); swap them or drop one"
        )
    if "critical" in values:
        return replace(found, warn=found.critical)
    # A higher warning alone must not lift the limit that stops a build.
    return found
