"""Settings put together: defaults, one configuration file, environment, flags.

A configuration file is found from the context upward to the root of the git repository; the nearest
counts alone, `ctxguard.toml` before `pyproject.toml`. It never names a program to run, nor a path
outside of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ctxguard.config.files import ConfigFile, find_file
from ctxguard.config.keys import HOOK_KEYS, KEYS, HookSettings
from ctxguard.config.places import OURS, Folders
from ctxguard.errors import UsageError
from ctxguard.guard.budget import Budget
from ctxguard.guard.growth import Growth, GrowthLimit, growth
from ctxguard.measurement import Measurement
from ctxguard.sizes import format_size, shortened


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
    max_growth: GrowthLimit | None = None
    max_dependencies: int | None = None
    """Bytes for all Python packages that the project asks for."""
    ignore: tuple[str, ...] = ()
    """Codes of checks that are silenced."""
    allow_secrets: tuple[str, ...] = ()
    """Patterns of paths that hold no secret, or one that may be sent."""
    budgets: Mapping[str, int] = field(default_factory=dict)
    """Bytes for what lies below a path of the context (see `Budget.paths`)."""
    record: bool = False
    """Keep every measurement of a report."""
    hook: HookSettings = field(default_factory=HookSettings)
    top: int = 10
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """By the name of the value as in the file, such as `max-files`; defaults are left out."""

    def origin(self, name: str) -> Origin:
        return self.origins.get(name, Origin("default"))

    def told_origin(self, name: str) -> str:
        """Where a value came from, for a person."""
        if name == "warn" and self.lowered_warning:
            return "default, no higher than critical"
        return str(self.origin(name))

    def shown(self, name: str) -> str:
        """The value of a key, for a person."""
        value = getattr(self, name.replace("-", "_"))
        if value in (None, "", ()) or value == {}:
            return "none"
        return _SHOWN.get(name, _shown)(value)

    @property
    def budget(self) -> Budget:
        on_transfer = self.budget_on == "transfer"
        return Budget(
            self.warn, self.critical, self.max_files, on_transfer, self.budgets,
            self.max_dependencies,
        )  # fmt: skip

    def growth(self, base: Measurement, head: Measurement) -> Growth | None:
        """The growth, held against what is allowed; None if everything is."""
        if self.max_growth is None:
            return None
        return growth(base, head, self.max_growth, on_transfer=self.budget.on_transfer)

    @property
    def lowered_warning(self) -> bool:
        """Whether the default warning gave way to a lower critical limit."""
        return "warn" not in self.origins and self.warn < Settings().warn


CONTEXTS = "contexts"
_CONTEXT_KEYS = ("name", "context")
_FLAGS = {"dockerfile": "--file", "build-args": "--build-arg"}
"""Flags that go by another name, here the one that docker build gives it."""


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={each}" for key, each in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _shown_budgets(value: Mapping[str, int]) -> str:
    return ", ".join(f"{path} {format_size(size)}" for path, size in value.items())


def _shown_file(path: str) -> str:
    """From where one stands."""
    return os.path.relpath(path) if os.path.isabs(path) else path


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "warn": format_size,
    "critical": format_size,
    "max-dependencies": format_size,
    "budgets": _shown_budgets,
    "dockerfile": _shown_file,
}
Values = dict[str, tuple[Any, Origin]]
"""What was chosen, by the key's name."""
MERGED = ("build-args", "budgets")
"""Tables of which a stronger place replaces single rows."""


def settings(
    folders: Folders, flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> Settings:
    """Put together what is in force for a context.

    Args:
        folders: where its configuration file may lie.
        flags: values from the command line, by the key's name; None where a flag was not given.

    Raises:
        UsageError: a value or a key is wrong; the message says where.
    """
    file = find_file(folders)
    return put_together({} if file is None else from_file(folders, file), flags, environment)


def put_together(
    from_files: Values, flags: Mapping[str, Any], environment: Mapping[str, str]
) -> Settings:
    """What the files say, and over it the environment and the flags.

    Raises:
        UsageError: a value is wrong.
    """
    values = dict(from_files)
    values.update(_from_environment(environment))
    for name, chosen in _from_flags(flags):
        values[name] = merged(values, name, chosen)
    return _with_ordered_limits(values)


def merged(values: Values, name: str, chosen: tuple[Any, Origin]) -> tuple[Any, Origin]:
    """A value in place of a weaker one; as with docker compose and bake, a table adds to it."""
    if name not in MERGED or name not in values:
        return chosen
    return {**values[name][0], **chosen[0]}, chosen[1]


def _from_flags(flags: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, Origin]]]:
    for name, value in flags.items():
        if value is not None:
            flag = _FLAGS.get(name, f"--{name}")
            yield name, (_read(name, value, flag), Origin("flag", flag))


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, tuple[Any, Origin]]]:
    for name in set(KEYS) - {"build-args", "budgets", "hook"}:
        variable = f"CTXGUARD_{name.upper().replace('-', '_')}"
        if value := environment.get(variable):
            yield name, (_read(name, value, variable), Origin("environment", variable))


def _read(name: str, value: Any, place: str) -> Any:
    try:
        return KEYS[name](value)
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None


def from_file(folders: Folders, file: ConfigFile) -> Values:
    """What stands at the top of our table.

    Raises:
        UsageError: a key or a value is wrong.
    """
    found: Values = {}
    for name, value in file.table.items():
        if name != CONTEXTS:
            found[name] = read_key(folders, file, name, value, file.line_of(name))
    return found


def read_key(
    folders: Folders,
    file: ConfigFile,
    name: str,
    value: Any,
    line: int | None,
    *,
    within: str = "",
) -> tuple[Any, Origin]:
    """One key of a file.

    Args:
        within: what to put before the name to say where it stands, such as `contexts.api.`.

    Raises:
        UsageError: there is no such key, or the value is none for it.
    """
    if name not in KEYS:
        raise UsageError(unknown_key(name, (*KEYS, CONTEXTS)), path=file.shown, line=line)
    try:
        read = KEYS[name](value)
    except ValueError as error:
        raise UsageError(f"{within}{name}: {error}", path=file.shown, line=line) from None
    if name == "dockerfile":
        read = inside(folders, file, within + name, read, line)
    return read, Origin("file", f"{file.shown}:{line}" if line else file.shown)


def unknown_key(name: str, known: Sequence[str]) -> str:
    """What to say of a key that is none here."""
    if name in HOOK_KEYS:
        return f"{name} stands in a table of its own, [tool.ctxguard.hook], or [hook] in {OURS}"
    if name in _CONTEXT_KEYS:
        return f"{name} stands in an entry of [[tool.ctxguard.contexts]], or [[contexts]] in {OURS}"
    if name in KEYS:
        return f"{name} counts for all contexts; write it at the top, in [tool.ctxguard]"
    if name == "tool":  # copied from a pyproject.toml
        return "here the keys stand at the top; leave out the header [tool.ctxguard]"
    import difflib

    near = difflib.get_close_matches(name.replace("_", "-").lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f'unknown key "{shortened(name)}"; {hint}'


def inside(folders: Folders, file: ConfigFile, key: str, path: str, line: int | None) -> str:
    """A path that a file names, relative to its folder, in full.

    Raises:
        UsageError: it leads out of the repository.
    """
    top = folders.paths[-1]
    named = os.path.join(file.folder, path)
    if os.path.commonpath([folders.real(named), top]) != top:
        raise UsageError(
            f'{key}: "{shortened(path)}" leads out of {top}; name one within it',
            path=file.shown,
            line=line,
        )
    return named


def _with_ordered_limits(values: Values) -> Settings:
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
